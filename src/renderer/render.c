/* SPDX-License-Identifier: BSD-2-Clause
 * Copyright (c) 2026 The pixelfleet authors
 *
 * One render, from request to reply.
 *
 * The order is the same for every spelling of a request: understand it;
 * look at the source's header and refuse what is too large before anything
 * is decoded; settle which part is shown and how large (trim, crop box,
 * fit); decode, cut and scale in one go; then colours and turning, on what
 * is left; adjust; canvas; overlay; text; shape; a ground for what is
 * transparent where the format wants one; encode.  Whatever is read of the
 * source is complete in memory before the first of it is encoded, hence a
 * source that ends early yields an error and no picture.
 *
 * Colours and turning commute with cutting and scaling: they stand, for
 * what operations mean, before them.
 *
 * Every way to fail is mapped to a status by job_fail() and its kin.
 */

#include "config.h"

#include <stdio.h>
#include <string.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <unistd.h>

#include <vips/vips.h>

#include "colour.h"
#include "decode.h"
#include "draw.h"
#include "formats.h"
#include "job.h"
#include "layout.h"
#include "memfd.h"
#include "meta.h"
#include "orient.h"
#include "outcome.h"
#include "render.h"
#include "save.h"
#include "step.h"

static uint32_t
microseconds_since(gint64 *start)
{
	gint64 now = g_get_monotonic_time();
	gint64 us = now - *start;

	*start = now;
	return (us < UINT32_MAX ? (uint32_t)us : UINT32_MAX);
}

static uint32_t
peak_rss_kb(void)
{
	struct rusage usage;

	if (getrusage(RUSAGE_SELF, &usage))
		return (0);
	return ((uint32_t)usage.ru_maxrss);
}

static int
fail_render(struct job *job)
{
	return (job_fail_vips(job, 422, "source could not be rendered"));
}

/*--------------------------------------------------------------------
 * The request and the source's header
 */

static int
job_understand(struct job *job)
{
	char err[IMAGE_ERROR_MAX];

	if (image_ops_parse(&job->ops, job->req->ops, err))
		return (job_fail(job, 400, "%s", err));
	if (job->ops.format >= IMAGE_FORMAT_JPG &&
	    !format_saves(job->ops.format))
		return (job_fail(job, 501, "this server cannot write %s",
		    image_format_name(job->ops.format)));
	return (0);
}

/* Of what only the site can open: has it? */
static bool
is_open(const struct job *job, enum source_kind kind)
{
	if (kind == SOURCE_SVG)
		return ((job->req->open & RENDER_OPEN_SVG) != 0);
	if (kind == SOURCE_PDF)
		return ((job->req->open & RENDER_OPEN_PDF) != 0);
	return (true);
}

static int
job_open(struct job *job, const void *data, size_t len)
{
	struct source *source = &job->source;
	enum source_kind kind = sniff(data, len);

	if (kind == SOURCE_UNKNOWN)
		return (job_fail(job, 415,
		    "source is not an image that this server opens"));
	if (!format_opens(kind))
		return (job_fail(job, 415,
		    "source is %s image, which this server does not open",
		    format_label(kind)));
	if (!is_open(job, kind))
		return (job_fail(job, 415,
		    "source is %s image, which this site does not open",
		    format_label(kind)));
	if (source_open(source, kind, data, len))
		return (job_fail_damaged(job));
	if (job->ops.page > source->pages)
		return (job_fail(job, 400, "parameter 'page' is '%u': "
		    "accepted is 1..%u, as many as the source has",
		    job->ops.page, source->pages));
	if (job->ops.page > 0 && source_choose(source, job->ops.page))
		return (job_fail_damaged(job));
	return (0);
}

/* All from the header: nothing has been decoded yet. */
static int
job_check_limits(struct job *job)
{
	const struct render_request *req = job->req;
	const struct source *source = &job->source;
	unsigned frames = source->moves ? source->pages : 1;
	uint64_t pixels = (uint64_t)source->width * source->height;

	job->reply->source_frames = frames;
	if (frames > req->max_frames)
		return (job_fail_limit(job, RENDER_LIMIT_FRAMES,
		    "source has %u frames, the limit is %u", frames,
		    req->max_frames));
	/* A vector has no pixels but those that the result needs. */
	if (!source->vector && pixels > req->max_pixels / frames)
		return (job_fail_limit(job, RENDER_LIMIT_PIXELS,
		    "source has %u x %u pixels in %u frame(s), the limit is "
		    "%llu pixels", source->width, source->height, frames,
		    (unsigned long long)req->max_pixels));
	return (0);
}

static void
job_turn(struct job *job)
{
	const struct image_ops *ops = &job->ops;
	struct render_reply *reply = job->reply;
	bool swap;

	job->orientation = orient_turned(ops->no_autorotate ? 1 :
	    job->source.orientation, ops->angle, ops->flip);
	swap = orient_swaps(job->orientation);
	reply->source_width = swap ? job->source.height : job->source.width;
	reply->source_height = swap ? job->source.width : job->source.height;
	reply->source_format = format_of(job->source.kind);
}

/*--------------------------------------------------------------------
 * Pixels
 */

static void
read_timing(struct picture *picture, VipsImage *header)
{
	int *delays, n, i;

	if (vips_image_get_typeof(header, "loop") != 0)
		(void)vips_image_get_int(header, "loop", &picture->loop);
	if (vips_image_get_typeof(header, "delay") == 0 ||
	    vips_image_get_array_int(header, "delay", &delays, &n))
		return;
	for (i = 0; i < n && i < (int)picture->n; i++)
		picture->delay_ms[i] = delays[i];
}

static int
read_profile(struct picture *picture, VipsImage *header)
{
	const void *profile;

	if (vips_image_get_blob(header, VIPS_META_ICC_NAME, &profile,
	    &picture->profile_len))
		return (-1);
	picture->profile = g_memdup2(profile, picture->profile_len);
	return (0);
}

static int
job_decode(struct job *job)
{
	const struct source *source = &job->source;
	const struct geometry *plan = &job->plan;
	bool swap = orient_swaps(job->orientation);
	struct decode how = {
		.part = geometry_unturn(geometry_within(job->part,
		    plan->window), job->reply->source_width,
		    job->reply->source_height, job->orientation),
		.width = swap ? plan->scaled_height : plan->scaled_width,
		.height = swap ? plan->scaled_width : plan->scaled_height,
		.cut = geometry_unturn(plan->cut, plan->scaled_width,
		    plan->scaled_height, job->orientation),
		.frames = job->frames
	};

	picture_init(&job->picture, job->frames);
	if (job->frames > 1)
		read_timing(&job->picture, source->header);
	if (job->keep_profile &&
	    read_profile(&job->picture, source->header))
		return (job_fail_damaged(job));
	if (decode(source, &how, job->picture.frames))
		return (job_fail_damaged(job));
	return (0);
}

static int
make_plain(VipsImage **frame, const void *priv)
{
	const struct job *job = priv;

	if (job->keep_profile ? colour_keep(frame) : colour_to_srgb(frame))
		return (-1);
	return (orient_upright(frame, job->orientation) ||
	    step_forget(frame) ? -1 : 0);
}

static int
drop_alpha(VipsImage **frame, const void *priv)
{
	(void)priv;
	return (colour_drop_alpha(frame));
}

/* Alpha that hides nothing in any frame is none. */
static int
drop_opaque(struct picture *picture)
{
	unsigned i;
	int opaque = 1;

	if (!picture_has_alpha(picture))
		return (0);
	for (i = 0; opaque > 0 && i < picture->n; i++)
		opaque = colour_opaque(picture->frames[i]);
	if (opaque > 0)
		return (picture_each(picture, drop_alpha, NULL));
	return (opaque);
}

static int
flatten(VipsImage **frame, const void *priv)
{
	const struct image_ops *ops = priv;

	return (colour_flatten(frame, ~ops->pad_color));
}

static int
job_process(struct job *job)
{
	struct picture *picture = &job->picture;

	if (picture_each(picture, make_plain, job) ||
	    picture_pull(picture) || drop_opaque(picture))
		return (fail_render(job));
	if (draw(job))
		return (-1);
	job->reply->format = outcome_format(job, picture->n > 1,
	    picture_has_alpha(picture));
	if (!save_has_alpha(job->reply->format) &&
	    picture_each(picture, flatten, &job->ops))
		return (fail_render(job));
	if (picture_pull(picture))
		return (fail_render(job));
	return (0);
}

/*--------------------------------------------------------------------
 * The answer
 */

static int
job_save(struct job *job)
{
	struct saved saved;

	metadata_take(&job->metadata, &job->source, job->ops.strip,
	    !job->ops.no_autorotate);
	if (save_picture(&job->picture, job->reply->format, &job->ops,
	    &job->metadata, job->result, &saved)) {
		if (saved.error[0] != '\0')
			return (job_fail(job, saved.status, "%s",
			    saved.error));
		return (job_fail_vips(job, saved.status,
		    "result could not be encoded"));
	}
	job->reply->width = picture_width(&job->picture);
	job->reply->height = picture_height(&job->picture);
	job->reply->frames = job->picture.n;
	job->reply->quality = saved.quality;
	job->reply->encodes = saved.encodes;
	return (0);
}

static int
job_picture(struct job *job)
{
	struct render_reply *reply = job->reply;
	gint64 clock = g_get_monotonic_time();

	outcome_foresee(job);
	if (layout(job) || job_decode(job))
		return (-1);
	reply->load_us = microseconds_since(&clock);
	if (job_process(job))
		return (-1);
	reply->process_us = microseconds_since(&clock);
	if (job_save(job))
		return (-1);
	reply->save_us = microseconds_since(&clock);
	return (0);
}

/* What the source is, of which a small picture tells a part. */
static int
job_meta(struct job *job)
{
	const struct image_ops small = {
		.width = META_SIDE, .height = META_SIDE
	};

	job->frames = 1;
	job->part = (struct area){ 0, 0, job->reply->source_width,
	    job->reply->source_height };
	geometry_plan(&job->plan, job->part.width, job->part.height, &small);
	if (job_decode(job))
		return (-1);
	if (picture_each(&job->picture, make_plain, job) ||
	    picture_pull(&job->picture) ||
	    meta_write(&job->source, job->picture.frames[0], job->result))
		return (fail_render(job));
	job->reply->format = IMAGE_FORMAT_JSON;
	return (0);
}

static int
job_result(struct job *job)
{
	struct stat st;

	job->result = memfd_new("result");
	if (job->result < 0)
		return (job_fail(job, 500,
		    "no memory file for the result: %m"));
	if (job->ops.meta ? job_meta(job) : job_picture(job))
		return (-1);
	if (memfd_seal(job->result) || fstat(job->result, &st))
		return (job_fail(job, 500,
		    "result could not be sealed: %m"));
	job->reply->result_len = (uint64_t)st.st_size;
	job->reply->status = 200;
	return (0);
}

static int
job_run(struct job *job, const void *data, size_t len)
{
	if (job_understand(job) || job_open(job, data, len))
		return (-1);
	job_turn(job);
	if (job_check_limits(job))
		return (-1);
	return (job_result(job));
}

static void
job_free(struct job *job)
{
	picture_free(&job->picture);
	metadata_free(&job->metadata);
	source_close(&job->source);
}

int
render(const struct render_request *req, int source, int overlay,
    struct render_reply *reply)
{
	struct job job = { .req = req, .reply = reply, .overlay = overlay,
	    .result = -1 };
	const void *data;
	int error;

	memset(reply, 0, sizeof *reply);
	vips_error_clear();
	if (memfd_map(source, req->source_len, &data)) {
		error = job_fail(&job, 500,
		    "source did not arrive in a sealed memory file");
	} else {
		error = job_run(&job, data, (size_t)req->source_len);
		job_free(&job);
		memfd_unmap(data, (size_t)req->source_len);
	}
	if (error && job.result >= 0) {
		(void)close(job.result);
		job.result = -1;
	}
	reply->rss_kb = peak_rss_kb();
	return (job.result);
}
