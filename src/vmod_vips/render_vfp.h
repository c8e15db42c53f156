/* SPDX-License-Identifier: BSD-2-Clause
 * Copyright (c) 2026 The pixelfleet authors
 *
 * What a task, of a client or of a fetch, knows of its image, and the fetch
 * filter that renders it.
 */

#ifndef RENDER_VFP_H
#define RENDER_VFP_H

/* An images object's, so they last as long as the VCL. */
struct render_limits {
	vtim_dur			timeout;
	vtim_dur			queue_timeout;
	uint64_t			max_source;	/* bytes */
	uint64_t			max_pixels;
	unsigned			max_frames;
	unsigned			max_side;
	uint64_t			max_out_pixels;
};

/*
 * A task's.  status and error of the request are those of its URL or, after
 * that, of the last render.
 */
struct render_task {
	unsigned			magic;
#define RENDER_TASK_MAGIC		0x3b61f0d4
	const struct render_limits	*limits;
	struct image_request		request;
};

/* NULL, which has failed the VCL, where there is no workspace left. */
struct render_task *render_task_make(VRT_CTX);

/* NULL where nothing has been made. */
struct render_task *render_task_get(VRT_CTX);

/* In vcl_backend_response: have the response rendered on its way in. */
void render_prepare(VRT_CTX, struct render_task *);

extern const struct vfp render_vfp[1];

#endif
