/* SPDX-License-Identifier: BSD-2-Clause
 * Copyright (c) 2026 The pixelfleet authors
 *
 * One render, from the request to the reply, whatever becomes of the
 * renderer.
 */

#ifndef RENDER_JOB_H
#define RENDER_JOB_H

#define RENDER_JOB_FULL	"too many images wait to be rendered"

/* 25 kB: not for a worker's stack. */
struct render_job {
	/* Asked. */
	struct render_request	request;
	/* Source and overlay, sealed memfds, not closed; or -1. */
	int			files[RENDER_FDS];
	vtim_dur		timeout;	/* of the render */
	vtim_dur		queue_timeout;	/* of the wait before it */
	vtim_dur		poison_time;	/* see poison.h; 0: never */
	const char		*url;		/* of the source */
	const struct image_ops	*ops;		/* those of the request */

	/*
	 * Answered.  Where no renderer replied, status and text of the reply
	 * are ours, in its place.
	 */
	struct render_reply	reply;
	int			result;		/* sealed memfd, or -1 */
	double			cost;		/* see cost.h */
	vtim_dur		fetched;	/* since the fetch began */
	vtim_dur		queued;
	vtim_dur		rendered;
	pid_t			pid;		/* who did it; 0: nobody */
	char			words[RENDERER_WORDS_MAX];	/* its stderr */

	uint8_t			packet[RENDER_PACKET_MAX];	/* room */
};

/* Returns 0 with a result, which the caller closes, or -1. */
int render_job_run(struct render_job *);

#endif
