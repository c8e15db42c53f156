/* SPDX-License-Identifier: BSD-2-Clause
 * Copyright (c) 2026 The pixelfleet authors
 *
 * A job's overlay and text: see marks.h.
 */

#include "config.h"

#include "marks.h"
#include "memfd.h"
#include "overlay.h"
#include "text.h"

/* Takes over the layer. */
static int
draw(struct job *job, struct layer *layer)
{
	int error;

	error = picture_each(&job->picture, layer_draw, layer) ||
	    picture_pull(&job->picture);
	layer_close(layer);
	if (error)
		return (job_fail_vips(job, 422,
		    "the picture could not be drawn over"));
	return (0);
}

static int
draw_overlay(struct job *job)
{
	uint64_t len = job->req->overlay_len;
	char err[IMAGE_ERROR_MAX];
	struct layer layer;
	const void *data = NULL;
	int status;

	if (job->overlay < 0)
		return (job_fail(job, 501,
		    "mark: this site fetches no overlays"));
	if (memfd_map(job->overlay, len, &data))
		return (job_fail(job, 500, "mark: the overlay did not arrive "
		    "in a sealed memory file"));
	status = overlay_open(&layer, data, (size_t)len, job->req, &job->ops,
	    picture_width(&job->picture), picture_height(&job->picture), err);
	memfd_unmap(data, (size_t)len);
	if (status != 0)
		return (job_fail(job, (unsigned)status, "%s", err));
	return (draw(job, &layer));
}

static int
draw_text(struct job *job)
{
	char err[IMAGE_ERROR_MAX];
	struct layer layer;
	int status;

	status = text_open(&layer, &job->ops, picture_width(&job->picture),
	    picture_height(&job->picture), err);
	if (status != 0)
		return (job_fail(job, (unsigned)status, "%s", err));
	return (draw(job, &layer));
}

int
marks_draw(struct job *job)
{
	if (job->ops.mark[0] != '\0' && draw_overlay(job))
		return (-1);
	if (job->ops.text[0] != '\0' && draw_text(job))
		return (-1);
	return (0);
}
