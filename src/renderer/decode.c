/* SPDX-License-Identifier: BSD-2-Clause
 * Copyright (c) 2026 The pixelfleet authors
 *
 * From a part of a source to pixels of a wanted size.
 *
 * Decoder, cutting and scaling are one pipeline that runs from top to
 * bottom, so the full picture is never in memory unless its format knows
 * no rows.  What comes out is complete before anything is done with it.
 */

#include "config.h"

#include <math.h>
#include <string.h>

#include "decode.h"
#include "resize.h"
#include "step.h"

#define SHRINK_ERROR	0.1	/* px */
#define THUMBNAIL_ERROR	0.01	/* of its aspect */
#define VECTOR_SIDE_MAX	32767	/* px, of what renders vectors */
#define VECTOR_CHEAP	4e6	/* pixels, drawn in little time */

/* An edge of the source, `at` of `side`, where that side is `now` long. */
static unsigned
edge(unsigned at, unsigned side, unsigned now)
{
	/* What a decoder makes of the last pixels still ends the picture. */
	if (at == side)
		return (now);
	return ((unsigned)floor((double)at * now / side + .5));
}

/*
 * How far both ends of a part move, in pixels of the result, if its decoder
 * shrinks a side: whole pixels are all that can be cut, and of those
 * libjpeg makes the last one of less than the others, yet it is scaled
 * like them.
 */
static double
shrink_error(unsigned at, unsigned len, unsigned side, double shrink,
    unsigned to)
{
	unsigned now = (unsigned)ceil(side / shrink);
	double first = fabs(edge(at, side, now) - at / shrink);
	double last = fabs(edge(at + len, side, now) - (at + len) / shrink);

	return ((first + last) * to * shrink / len);
}

static double
shrink_jpeg(const struct source *source, const struct decode *plan,
    double ratio)
{
	const struct area *part = &plan->part;
	double shrink;

	for (shrink = 8; shrink > 1; shrink /= 2)
		if (shrink * 2 <= ratio &&
		    shrink_error(part->left, part->width, source->width,
		    shrink, plan->width) <= SHRINK_ERROR &&
		    shrink_error(part->top, part->height, source->height,
		    shrink, plan->height) <= SHRINK_ERROR)
			break;
	return (shrink);
}

/* By fractions; colours under transparency would bleed. */
static double
shrink_webp(const struct source *source, const struct decode *plan,
    double ratio)
{
	bool whole = plan->part.width == source->width &&
	    plan->part.height == source->height;

	if (source->alpha || source->moves || ratio < 6)
		return (1);
	return (ratio / (whole ? 3 : 5));
}

static unsigned
common_divisor(unsigned a, unsigned b)
{
	unsigned rest;

	while (b != 0) {
		rest = a % b;
		a = b;
		b = rest;
	}
	return (a);
}

/*
 * At the size that is needed, or, where that is cheap, at the next one with
 * whole numbers on both sides: at others the shape is drawn into a fraction
 * of its last row or column, and what is behind shines through.  No larger
 * than can be drawn.
 */
static double
shrink_vector(const struct source *source, double ratio)
{
	unsigned side = source->width > source->height ? source->width :
	    source->height;
	double steps = common_divisor(source->width, source->height);
	double whole = steps / ceil(steps / ratio - 1e-6);

	if (source->width / whole * (source->height / whole) <= VECTOR_CHEAP)
		ratio = whole;
	return (fmax(ratio, (double)side / VECTOR_SIDE_MAX));
}

/*
 * How much the decoder may shrink.  Decoders do it fast rather than well
 * (libjpeg drops high frequencies, libwebp averages), so the last step, by
 * two or by three, is left to a proper filter; less than two is not worth
 * it.
 */
static double
shrink_by(const struct source *source, const struct decode *plan)
{
	double ratio = fmin((double)plan->part.width / plan->width,
	    (double)plan->part.height / plan->height);

	if (source->vector)
		return (shrink_vector(source, ratio));
	if (source->kind == SOURCE_JPG)
		return (shrink_jpeg(source, plan, ratio));
	if (source->kind == SOURCE_WEBP)
		return (shrink_webp(source, plan, ratio));
	return (1);
}

/*
 * One that shows all of the picture, twice as large as needed.  Sides of a
 * thumbnail are often rounded to even numbers.
 */
static bool
thumbnail_serves(const struct source *source, const struct decode *plan,
    VipsImage *thumbnail)
{
	double scale = (double)vips_image_get_width(thumbnail) /
	    source->width;

	return (fabs(source->height * scale /
	    vips_image_get_height(thumbnail) - 1) <= THUMBNAIL_ERROR &&
	    vips_image_hasalpha(thumbnail) == source->alpha &&
	    plan->part.width * scale >= 2. * plan->width &&
	    plan->part.height * scale >= 2. * plan->height &&
	    plan->part.width == source->width &&
	    plan->part.height == source->height);
}

static int
load(const struct source *source, const struct decode *plan,
    VipsImage **image)
{
	if (source->kind == SOURCE_HEIC || source->kind == SOURCE_AVIF) {
		if (source_load_thumbnail(source, image))
			return (-1);
		if (thumbnail_serves(source, plan, *image))
			return (0);
		g_object_unref(*image);
	}
	return (source_load(source, shrink_by(source, plan), plan->frames,
	    image));
}

/* Where the part is in a frame of what the decoder makes. */
static struct area
find_part(const struct source *source, const struct decode *plan,
    unsigned width, unsigned height)
{
	const struct area *part = &plan->part;
	unsigned right = edge(part->left + part->width, source->width, width);
	unsigned bottom = edge(part->top + part->height, source->height,
	    height);
	struct area a = { edge(part->left, source->width, width),
	    edge(part->top, source->height, height), 1, 1 };

	if (a.left >= width)
		a.left = width - 1;
	if (a.top >= height)
		a.top = height - 1;
	if (right > a.left)
		a.width = right - a.left;
	if (bottom > a.top)
		a.height = bottom - a.top;
	/* Drawn at that size: one pixel of rounding is not worth a blur. */
	if (source->vector && a.left + plan->width <= width &&
	    plan->width + 1 >= a.width && plan->width <= a.width + 1)
		a.width = plan->width;
	if (source->vector && a.top + plan->height <= height &&
	    plan->height + 1 >= a.height && plan->height <= a.height + 1)
		a.height = plan->height;
	return (a);
}

/*
 * Enlarging reads rows again, which a decoder cannot; and there is less of
 * them than of the result.
 */
static int
frame(VipsImage **image, const struct area *part, const struct decode *plan)
{
	if (resize_cut(image, part))
		return (-1);
	if ((part->width < plan->width || part->height < plan->height) &&
	    step_pull(image))
		return (-1);
	if (resize_to(image, plan->width, plan->height) ||
	    resize_cut(image, &plan->cut))
		return (-1);
	return (step_pull(image));
}

/*
 * A JPEG whose data end before its picture does, with an end marker where
 * they end: libjpeg draws the rest grey and only warns.
 */
static int
check_warnings(const struct source *source)
{
	if (source->kind != SOURCE_JPG ||
	    strstr(vips_error_buffer(), "premature end of data") == NULL)
		return (0);
	return (-1);
}

int
decode(const struct source *source, const struct decode *plan,
    VipsImage **frames)
{
	VipsImage *image;
	struct area part;
	unsigned height, i;
	int error = 0;

	vips_error_clear();
	if (load(source, plan, &image))
		return (-1);
	height = (unsigned)vips_image_get_height(image) / plan->frames;
	part = find_part(source, plan, (unsigned)vips_image_get_width(image),
	    height);
	for (i = 0; error == 0 && i < plan->frames; i++) {
		frames[i] = image;
		g_object_ref(image);
		error = frame(&frames[i], &part, plan);
		part.top += height;
	}
	g_object_unref(image);
	return (error ? error : check_warnings(source));
}
