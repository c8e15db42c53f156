/* SPDX-License-Identifier: BSD-2-Clause
 * Copyright (c) 2026 The pixelfleet authors
 *
 * Which part of the source is shown, and how large: see layout.h.
 *
 * Each stands on the one before: trim on the upright source, the crop box
 * on what trim left, the size on the box.
 */

#include "config.h"

#include "focus.h"
#include "layout.h"
#include "trim.h"

static int
trim(struct job *job)
{
	const struct render_reply *reply = job->reply;

	job->part = (struct area){ 0, 0, reply->source_width,
	    reply->source_height };
	if (job->ops.trim == 0)
		return (0);
	if (trim_find(&job->source, job->orientation, job->ops.trim - 1,
	    &job->part))
		return (job_fail_damaged(job));
	return (0);
}

static int
crop_box(struct job *job)
{
	const struct image_ops *ops = &job->ops;
	struct area box = { ops->crop_x, ops->crop_y, ops->crop_w,
	    ops->crop_h };

	if (box.width == 0 || box.height == 0)
		return (0);
	if (box.left >= job->part.width || box.top >= job->part.height ||
	    box.width > job->part.width - box.left ||
	    box.height > job->part.height - box.top)
		return (job_fail(job, 400, "parameter 'crop' is "
		    "'%u,%u,%u,%u', but the %s %u x %u pixels",
		    box.left, box.top, box.width, box.height,
		    ops->trim ? "trimmed source has" : "source has",
		    job->part.width, job->part.height));
	job->part = geometry_within(job->part, box);
	return (0);
}

static int
check_limits(struct job *job)
{
	const struct render_request *req = job->req;
	const struct geometry *plan = &job->plan;
	const char *with = "";

	if (plan->width > plan->canvas_width)
		with = job->ops.border == 0 ? " with pad" :
		    job->ops.pad == 0 ? " with border" :
		    " with pad and border";
	if (plan->width > req->max_side || plan->height > req->max_side)
		return (job_fail_limit(job, RENDER_LIMIT_SIDE, "result%s "
		    "would be %u x %u pixels, the limit of a side is %u",
		    with, plan->width, plan->height, req->max_side));
	if ((uint64_t)plan->width * plan->height >
	    req->max_out_pixels / job->frames)
		return (job_fail_limit(job, RENDER_LIMIT_OUT_PIXELS,
		    "result%s would be %u x %u pixels in %u frame(s), the "
		    "limit is %llu pixels", with, plan->width, plan->height,
		    job->frames, (unsigned long long)req->max_out_pixels));
	return (0);
}

static void
plan(struct job *job)
{
	geometry_plan(&job->plan, job->part.width, job->part.height,
	    &job->ops);
}

/* A smart crop chooses a focal point; sizes stay what they are. */
static int
find_focus(struct job *job)
{
	struct image_ops *ops = &job->ops;

	if ((ops->gravity != IMAGE_GRAVITY_ENTROPY &&
	    ops->gravity != IMAGE_GRAVITY_ATTENTION) ||
	    !geometry_cuts(&job->plan, job->part.width, job->part.height))
		return (0);
	if (focus_find(&job->source, job->orientation, &job->part,
	    &job->plan, ops))
		return (job_fail_damaged(job));
	plan(job);
	return (0);
}

int
layout(struct job *job)
{
	if (trim(job) || crop_box(job))
		return (-1);
	plan(job);
	if (check_limits(job))
		return (-1);
	return (find_focus(job));
}
