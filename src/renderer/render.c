/* SPDX-License-Identifier: BSD-2-Clause
 * Copyright (c) 2026 The pixelfleet authors
 *
 * One render, from request to reply.
 *
 * The order is: understand the request; look at the source's header and
 * refuse what is too large before anything is decoded; decode and shrink
 * in one go, top to bottom (the decoder's rows feed the scaling, so the
 * full picture is never in memory); then colours, turning and cutting on
 * what is left; then encode.  The pixels are complete in memory before
 * the first of them is encoded, hence a source that ends early yields an
 * error and no picture.
 *
 * Every way to fail is mapped to a status here and nowhere else.
 */

#include "config.h"

#include <stdarg.h>
#include <stdio.h>
#include <string.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <unistd.h>

#include <vips/vips.h>

#include "colour.h"
#include "formats.h"
#include "geometry.h"
#include "load.h"
#include "memfd.h"
#include "orient.h"
#include "render.h"
#include "resize.h"
#include "save.h"
#include "step.h"

struct job {
	const struct render_request *req;
	struct render_reply	*reply;
	struct image_ops	ops;
	struct source		source;
	int			orientation;	/* to undo; 1: none */
	struct geometry		plan;
	VipsImage		*image;		/* owned; NULL at first */
	int			result;		/* owned fd, or -1 */
};

/* A sentence of printable ASCII, as the wire wants it. */
static int
fail(struct job *job, unsigned status, const char *fmt, ...)
{
	char *p;
	va_list ap;

	job->reply->status = status;
	va_start(ap, fmt);
	(void)vsnprintf(job->reply->text, sizeof job->reply->text, fmt, ap);
	va_end(ap);
	for (p = job->reply->text; *p != '\0'; p++)
		if (*p < ' ' || *p > '~')
			*p = '?';
	return (-1);
}

/* With the first line of what libvips has to say. */
static int
fail_vips(struct job *job, unsigned status, const char *what)
{
	const char *said = vips_error_buffer();
	int error;

	error = fail(job, status, "%s (%.*s)", what,
	    (int)strcspn(said, "\n"), said);
	vips_error_clear();
	return (error);
}

static int
fail_damaged(struct job *job)
{
	char what[64];

	(void)snprintf(what, sizeof what,
	    "source is %s image that is damaged or incomplete",
	    format_label(job->source.kind));
	return (fail_vips(job, 422, what));
}

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
job_understand(struct job *job)
{
	char err[IMAGE_ERROR_MAX];

	if (image_ops_parse(&job->ops, job->req->ops, err))
		return (fail(job, 400, "%s", err));
	if (job->ops.format > IMAGE_FORMAT_AUTO &&
	    !format_saves(job->ops.format))
		return (fail(job, 501, "this server cannot write %s",
		    image_format_name(job->ops.format)));
	return (0);
}

static int
job_open(struct job *job, const void *data, size_t len)
{
	struct source *source = &job->source;
	enum source_kind kind = sniff(data, len);

	if (kind == SOURCE_UNKNOWN)
		return (fail(job, 415,
		    "source is not an image that this server opens"));
	if (!format_opens(kind))
		return (fail(job, 415,
		    "source is %s image, which this server does not open",
		    format_label(kind)));
	source->kind = kind;
	if (source_open(source, kind, data, len))
		return (fail_damaged(job));
	job->orientation = job->ops.no_autorotate ? 1 : source->orientation;
	return (0);
}

static void
job_plan(struct job *job)
{
	struct render_reply *reply = job->reply;
	bool swap = orient_swaps(job->orientation);

	reply->source_width = swap ? job->source.height : job->source.width;
	reply->source_height = swap ? job->source.width : job->source.height;
	reply->source_frames = job->source.frames;
	reply->source_format = format_of(job->source.kind);
	geometry_plan(&job->plan, reply->source_width, reply->source_height,
	    &job->ops);
}

/* All from the header: nothing has been decoded yet. */
static int
job_check_limits(struct job *job)
{
	const struct render_request *req = job->req;
	const struct geometry *plan = &job->plan;
	uint64_t pixels;

	if (job->source.frames > req->max_frames)
		return (fail(job, 413,
		    "source has %u frames, the limit is %u",
		    job->source.frames, req->max_frames));
	pixels = (uint64_t)job->source.width * job->source.height;
	if (pixels > req->max_pixels / job->source.frames)
		return (fail(job, 413, "source has %u x %u pixels in "
		    "%u frame(s), the limit is %llu pixels",
		    job->source.width, job->source.height,
		    job->source.frames, (unsigned long long)req->max_pixels));
	if (plan->width > req->max_side || plan->height > req->max_side)
		return (fail(job, 413, "result would be %u x %u pixels, "
		    "the limit of a side is %u", plan->width, plan->height,
		    req->max_side));
	if ((uint64_t)plan->width * plan->height > req->max_out_pixels)
		return (fail(job, 413, "result would be %u x %u pixels, "
		    "the limit is %llu pixels", plan->width, plan->height,
		    (unsigned long long)req->max_out_pixels));
	return (0);
}

/* Pull all pixels, so that whatever is wrong with them is known. */
static int
pull(VipsImage **image)
{
	VipsImage *next = vips_image_copy_memory(*image);

	return (step(image, next == NULL, &next));
}

/* Nothing but pixels: no saver may find anything else to write. */
static int
forget_metadata(VipsImage **image)
{
	VipsImage *next;
	gchar **fields, **field;

	if (step(image, vips_copy(*image, &next, NULL), &next))
		return (-1);
	fields = vips_image_get_fields(*image);
	for (field = fields; *field != NULL; field++)
		(void)vips_image_remove(*image, *field);
	g_strfreev(fields);
	return (0);
}

static int
job_load(struct job *job)
{
	const struct geometry *plan = &job->plan;
	bool swap = orient_swaps(job->orientation);
	unsigned width = swap ? plan->scaled_height : plan->scaled_width;
	unsigned height = swap ? plan->scaled_width : plan->scaled_height;

	if (source_decode(&job->source, width, height, &job->image) ||
	    resize_to(&job->image, width, height) ||
	    pull(&job->image))
		return (fail_damaged(job));
	return (0);
}

static enum image_format
job_format(const struct job *job)
{
	enum image_format format = job->ops.format;

	if (format == IMAGE_FORMAT_SOURCE)
		format = format_of(job->source.kind);
	if (!format_saves(format))
		format = vips_image_hasalpha(job->image) ?
		    IMAGE_FORMAT_PNG : IMAGE_FORMAT_JPG;
	return (format);
}

static int
job_process(struct job *job)
{
	const struct geometry *plan = &job->plan;

	if (colour_to_srgb(&job->image) ||
	    orient_upright(&job->image, job->orientation) ||
	    resize_cut(&job->image, plan->left, plan->top, plan->width,
	    plan->height) ||
	    pull(&job->image) ||
	    forget_metadata(&job->image) ||
	    colour_drop_opaque(&job->image))
		return (fail_vips(job, 422, "source could not be rendered"));
	job->reply->format = job_format(job);
	if (job->reply->format == IMAGE_FORMAT_JPG &&
	    colour_flatten(&job->image))
		return (fail_vips(job, 422, "source could not be rendered"));
	return (0);
}

static int
job_save(struct job *job)
{
	struct stat st;

	job->result = memfd_new("result");
	if (job->result < 0)
		return (fail(job, 500, "no memory file for the result: %m"));
	if (save(job->image, job->reply->format, job->ops.quality,
	    job->result))
		return (fail_vips(job, 422, "result could not be encoded"));
	if (memfd_seal(job->result) || fstat(job->result, &st))
		return (fail(job, 500, "result could not be sealed: %m"));
	job->reply->result_len = (uint64_t)st.st_size;
	job->reply->width = job->plan.width;
	job->reply->height = job->plan.height;
	job->reply->frames = 1;
	return (0);
}

static int
job_run(struct job *job, const void *data, size_t len)
{
	struct render_reply *reply = job->reply;
	gint64 clock = g_get_monotonic_time();

	if (job_understand(job) || job_open(job, data, len))
		return (-1);
	job_plan(job);
	if (job_check_limits(job) || job_load(job))
		return (-1);
	reply->load_us = microseconds_since(&clock);
	if (job_process(job))
		return (-1);
	reply->process_us = microseconds_since(&clock);
	if (job_save(job))
		return (-1);
	reply->save_us = microseconds_since(&clock);
	reply->status = 200;
	return (0);
}

int
render(const struct render_request *req, int source, int overlay,
    struct render_reply *reply)
{
	struct job job = { .req = req, .reply = reply, .result = -1 };
	const void *data;
	int error;

	(void)overlay;
	memset(reply, 0, sizeof *reply);
	vips_error_clear();
	if (memfd_map(source, req->source_len, &data)) {
		(void)fail(&job, 500,
		    "source did not arrive in a sealed memory file");
		error = -1;
	} else {
		error = job_run(&job, data, (size_t)req->source_len);
		if (job.image != NULL)
			g_object_unref(job.image);
		memfd_unmap(data, (size_t)req->source_len);
	}
	if (error && job.result >= 0) {
		(void)close(job.result);
		job.result = -1;
	}
	reply->rss_kb = peak_rss_kb();
	return (job.result);
}
