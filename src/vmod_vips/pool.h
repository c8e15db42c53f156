/* SPDX-License-Identifier: BSD-2-Clause
 * Copyright (c) 2026 The pixelfleet authors
 *
 * The renderers of this varnishd child: one pool for all loaded VCLs, which
 * lives until the child does.  A thread brings a job, waits its turn and for
 * the reply, and leaves with either.
 */

#ifndef POOL_H
#define POOL_H

struct render_job {
	/* Asked. */
	struct render_request	request;
	int			source;		/* sealed memfd, not closed */
	vtim_dur		timeout;	/* of the render */
	vtim_dur		queue_timeout;	/* of the wait before it */

	/*
	 * Answered.  Where no renderer replied, the pool fills in status and
	 * text of the reply in its place.
	 */
	struct render_reply	reply;
	int			result;		/* sealed memfd, or -1 */
	vtim_dur		queued;
	vtim_dur		rendered;
	pid_t			pid;		/* who did it; 0: nobody */
	char			words[RENDERER_WORDS_MAX];	/* its stderr */

	uint8_t			packet[RENDER_PACKET_MAX];	/* room */
};

/* Once in a child, before all else here. */
void pool_init(struct VSC_vips *);

/* How many renderers there may be; 0 is one for each CPU. */
void pool_resize(unsigned);

/* Whether the queue refuses already, so that the source need not come. */
bool pool_full(void);
#define POOL_FULL	"too many images wait to be rendered"

/* Returns 0 with a result, which the caller closes, or -1. */
int pool_render(struct render_job *);

/* Count a job that failed on the way to the pool. */
void pool_count_failure(void);

#endif
