/* SPDX-License-Identifier: BSD-2-Clause
 * Copyright (c) 2026 The pixelfleet authors
 *
 * See foresee.h.
 *
 * A limit is applied here only where the header is sure to be what a decoder
 * finds, so that the answer is the same with and without it; the renderer
 * has the last word on all others.
 *
 * A header may say what it likes, and a render takes no longer than it may:
 * else one file of a few bytes would fill the queue.
 */

#include "config.h"

#include <math.h>
#include <stdbool.h>
#include <stdio.h>
#include <sys/mman.h>

#include <cache/cache.h>

#include "cost.h"
#include "image_header.h"
#include "render_wire.h"
#include "renderer.h"
#include "render_job.h"
#include "foresee.h"

/* The source is sealed, so a mapping of it does not end early. */
static bool
foresee_header(const struct render_job *job, struct image_header *h)
{
	size_t len = job->request.source_len;
	void *map;
	int e;

	map = mmap(NULL, len, PROT_READ, MAP_SHARED, job->files[0], 0);
	if (map == MAP_FAILED)
		return (false);
	e = image_header_read(h, map, len);
	AZ(munmap(map, len));
	return (e == 0);
}

static int
foresee_limits(struct render_job *job, const struct image_header *h)
{
	const struct render_request *req = &job->request;

	if (h->frames > req->max_frames) {
		job->reply.limit = RENDER_LIMIT_FRAMES;
		bprintf(job->reply.text, "source has %u frames, the limit is "
		    "%u", h->frames, req->max_frames);
	} else if ((uint64_t)h->width * h->height >
	    req->max_pixels / h->frames) {
		job->reply.limit = RENDER_LIMIT_PIXELS;
		bprintf(job->reply.text, "source has %u x %u pixels in %u "
		    "frame(s), the limit is %ju pixels", h->width, h->height,
		    h->frames, (uintmax_t)req->max_pixels);
	} else
		return (0);
	job->reply.status = 413;
	return (-1);
}

int
foresee(struct render_job *job)
{
	struct image_header h;
	bool known;

	known = foresee_header(job, &h);
	job->cost = fmin(cost_of_render(known ? &h : NULL, job->ops),
	    job->timeout * 1e3);
	return (known && h.sure ? foresee_limits(job, &h) : 0);
}
