/* SPDX-License-Identifier: BSD-2-Clause
 * Copyright (c) 2026 The pixelfleet authors
 *
 * What a task, of a client or of a fetch, knows of its image.
 */

#ifndef RENDER_TASK_H
#define RENDER_TASK_H

/* An images object's, so they last as long as the VCL. */
struct render_limits {
	vtim_dur			timeout;
	vtim_dur			queue_timeout;
	vtim_dur			poison_time;
	uint64_t			max_source;	/* bytes */
	uint64_t			max_pixels;
	unsigned			max_frames;
	unsigned			max_side;
	uint64_t			max_out_pixels;
	unsigned			open;	/* RENDER_OPEN_* */
};

/*
 * status and error of the request are those of its URL or, after that, of
 * the last fetch of its overlay or the last render.
 */
struct render_task {
	unsigned			magic;
#define RENDER_TASK_MAGIC		0x3b61f0d4
	const struct render_limits	*limits;
	struct image_request		request;
	unsigned			retry_after;	/* s, with 503 */
	bool				reserved;	/* has a place */
	int				overlay;	/* memfd, owned; or -1 */
	uint64_t			overlay_len;
	vtim_dur			overlay_ttl;	/* -1: not known */
	char				*overlay_tags;	/* or NULL */
};

/* This task's; NULL, and the VCL has failed, without workspace for it. */
struct render_task *render_task_make(VRT_CTX);

/* This task's, or NULL where none has been made. */
struct render_task *render_task_get(VRT_CTX);

void render_task_forget_overlay(struct render_task *);

/* Give up the place that images.reserve() took, if any. */
void render_task_release(struct render_task *);

#endif
