/* SPDX-License-Identifier: BSD-2-Clause
 * Copyright (c) 2026 The pixelfleet authors
 *
 * The overlay family: see overlay.h.
 *
 * An overlay is opened like a source, under the same limits, and comes out
 * upright, in sRGB, at the size that it is drawn at.
 */

#include "config.h"

#include <math.h>
#include <stdarg.h>
#include <stdbool.h>
#include <stdio.h>
#include <string.h>

#include "colour.h"
#include "decode.h"
#include "formats.h"
#include "load.h"
#include "orient.h"
#include "overlay.h"

/* All begin with what is at fault. */
static int __attribute__((format(printf, 3, 4)))
fail(char *err, int status, const char *fmt, ...)
{
	va_list ap;
	int len;

	len = snprintf(err, IMAGE_ERROR_MAX, "mark: ");
	va_start(ap, fmt);
	(void)vsnprintf(err + len, (size_t)(IMAGE_ERROR_MAX - len), fmt, ap);
	va_end(ap);
	vips_error_clear();
	return (status);
}

static int
fail_damaged(char *err, const struct source *source,
    const struct image_ops *ops)
{
	return (fail(err, 422, "%.120s is %s image that is damaged or "
	    "incomplete", ops->mark, format_label(source->kind)));
}

static bool
is_open(enum source_kind kind, uint32_t open)
{
	if (kind == SOURCE_SVG)
		return ((open & RENDER_OPEN_SVG) != 0);
	if (kind == SOURCE_PDF)
		return ((open & RENDER_OPEN_PDF) != 0);
	return (true);
}

/* Known by its bytes, as a source. */
static int
open_file(struct source *source, const void *data, size_t len,
    const struct render_request *req, const struct image_ops *ops, char *err)
{
	enum source_kind kind = SOURCE_UNKNOWN;

	if (len > 0)
		kind = sniff(data, len);
	if (kind == SOURCE_UNKNOWN)
		return (fail(err, 422, "%.120s is not an image that this "
		    "server opens", ops->mark));
	if (!format_opens(kind) || !is_open(kind, req->open))
		return (fail(err, 422, "%.120s is %s image, which this server "
		    "does not open", ops->mark, format_label(kind)));
	if (source_open(source, kind, data, len)) {
		source->kind = kind;
		return (fail_damaged(err, source, ops));
	}
	if ((uint64_t)source->width * source->height > req->max_pixels)
		return (fail(err, 413, "%.120s has %u x %u pixels, the limit "
		    "is %llu pixels", ops->mark, source->width,
		    source->height, (unsigned long long)req->max_pixels));
	return (0);
}

/*
 * The size to be drawn at, of an upright overlay: the wanted share of the
 * picture's width, or its own size; smaller, where it would stand out.
 */
static void
fit(const struct image_ops *ops, unsigned picture_width,
    unsigned picture_height, unsigned *width, unsigned *height)
{
	double scale = 1;

	if (ops->mark_scale > 0)
		scale = picture_width * (ops->mark_scale / 100.) / *width;
	scale = fmin(scale, (double)picture_width / *width);
	scale = fmin(scale, (double)picture_height / *height);
	*width = (unsigned)fmax(1, floor(*width * scale + .5));
	*height = (unsigned)fmax(1, floor(*height * scale + .5));
}

static int
decode_upright(const struct source *source, const struct image_ops *ops,
    unsigned picture_width, unsigned picture_height, VipsImage **image)
{
	bool swap = orient_swaps(source->orientation);
	unsigned width = swap ? source->height : source->width;
	unsigned height = swap ? source->width : source->height;
	struct decode plan = {
		.part = { 0, 0, source->width, source->height },
		.frames = 1
	};

	fit(ops, picture_width, picture_height, &width, &height);
	plan.width = swap ? height : width;
	plan.height = swap ? width : height;
	plan.cut.width = plan.width;
	plan.cut.height = plan.height;
	*image = NULL;
	if (decode(source, &plan, image) || colour_to_srgb(image) ||
	    orient_upright(image, source->orientation)) {
		g_clear_object(image);
		return (-1);
	}
	return (0);
}

int
overlay_open(struct layer *layer, const void *data, size_t len,
    const struct render_request *req, const struct image_ops *ops,
    unsigned width, unsigned height, char *err)
{
	struct source source = { 0 };
	VipsImage *image;
	int status;

	*layer = (struct layer){
		.pos = ops->mark_pos,
		.x = ops->mark_offset_x, .y = ops->mark_offset_y
	};
	status = open_file(&source, data, len, req, ops, err);
	if (status == 0 && (decode_upright(&source, ops, width, height,
	    &image) || layer_make(layer, image, 1 - ops->mark_alpha / 100.)))
		status = fail_damaged(err, &source, ops);
	source_close(&source);
	return (status);
}
