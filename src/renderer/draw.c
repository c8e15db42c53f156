/* SPDX-License-Identifier: BSD-2-Clause
 * Copyright (c) 2026 The pixelfleet authors
 *
 * What is done to a picture once it has its size: see draw.h.
 *
 * Adjusting comes first, so that a colour that the URL names comes out as
 * it is named.  Where something is to be found out about the picture, its
 * first frame tells it for all.
 */

#include "config.h"

#include "adjust.h"
#include "canvas.h"
#include "draw.h"
#include "marks.h"
#include "shape.h"

static int
fail(struct job *job)
{
	return (job_fail_vips(job, 422, "source could not be rendered"));
}

static int
adjust_frame(VipsImage **frame, const void *priv)
{
	return (adjust(frame, priv));
}

static int
draw_adjust(struct job *job)
{
	struct adjust how;

	if (adjust_settle(&how, job->picture.frames[0], &job->ops) ||
	    picture_each(&job->picture, adjust_frame, &how) ||
	    picture_pull(&job->picture))
		return (fail(job));
	return (0);
}

static int
canvas_frame(VipsImage **frame, const void *priv)
{
	const struct job *job = priv;
	const struct geometry *plan = &job->plan;
	const struct image_ops *ops = &job->ops;

	if (ops->fit == IMAGE_FIT_CONTAIN && canvas_contain(frame,
	    plan->canvas_width, plan->canvas_height, ~ops->pad_color))
		return (-1);
	if (ops->pad > 0 && canvas_pad(frame, ops->pad, ~ops->pad_color))
		return (-1);
	return (0);
}

static int
draw_canvas(struct job *job)
{
	if (job->ops.fit != IMAGE_FIT_CONTAIN && job->ops.pad == 0)
		return (0);
	if (picture_each(&job->picture, canvas_frame, job) ||
	    picture_pull(&job->picture))
		return (fail(job));
	return (0);
}

static int
shape_frame(VipsImage **frame, const void *priv)
{
	return (shape(frame, priv));
}

static int
draw_shape(struct job *job)
{
	if (job->ops.border == 0 && job->ops.radius == 0)
		return (0);
	if (picture_each(&job->picture, shape_frame, &job->ops))
		return (fail(job));
	return (0);
}

static bool
is_grey(const struct picture *picture)
{
	return (vips_image_get_bands(picture->frames[0]) < 3);
}

/* A profile of colours is none of grey, and the other way round. */
static void
drop_profile(struct picture *picture)
{
	g_clear_pointer(&picture->profile, g_free);
	picture->profile_len = 0;
}

int
draw(struct job *job)
{
	bool grey = is_grey(&job->picture);

	if (draw_adjust(job) || draw_canvas(job) || marks_draw(job) ||
	    draw_shape(job))
		return (-1);
	if (is_grey(&job->picture) != grey)
		drop_profile(&job->picture);
	return (0);
}
