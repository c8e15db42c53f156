/* SPDX-License-Identifier: BSD-2-Clause
 * Copyright (c) 2026 The pixelfleet authors
 *
 * See cost.h.
 *
 * Pixels read by what a decoder takes for each, and pixels written by what
 * an encoder does.  The constants are the processor time of the renderer, by
 * `pixelfleet-renderer --render` less that of an 8 x 8 image, with libvips
 * 8.14 on one core of a 2026 server, for a noisy photograph of 12 M pixels
 * and results of 0.75 M; a smooth one is cheaper, most of all as GIF.
 */

#include "config.h"

#include <math.h>
#include <string.h>

#include "cost.h"

#define COST_START	3.		/* header, memory, messages */
#define COST_PIXEL	15.		/* colour and scaling, of a result */
#define COST_STEP	20.		/* each adjustment, of a result */

/* ms for a million pixels. */
static const struct codec_cost {
	double		decode, encode;
} codec_costs[] = {
	[IMAGE_FORMAT_JPG] = { 22, 25 },
	[IMAGE_FORMAT_PNG] = { 18, 180 },
	[IMAGE_FORMAT_WEBP] = { 20, 300 },	/* lossless: below */
	[IMAGE_FORMAT_AVIF] = { 35, 1100 },
	[IMAGE_FORMAT_JXL] = { 34, 260 },
	[IMAGE_FORMAT_GIF] = { 13, 1000 },	/* 3000 for noise */
	[IMAGE_FORMAT_OTHER] = { 20, 25 }	/* TIFF 7, HEIC about 35 */
};

#define COST_LOSSLESS	500.
/* libjpeg decodes to a half, a quarter or an eighth for nearly as little. */
#define COST_JPEG_SHRUNK	.3

/* What is searched for is encoded as often, or nearly. */
#define ENCODES_AUTO	4
#define ENCODES_BOUND	5

struct size {
	double		width, height;
};

static enum image_format
format_of(const struct image_header *source, const struct image_ops *ops)
{
	bool moves = source->frames > 1 && !ops->still && ops->page == 0;

	switch (ops->format) {
	case IMAGE_FORMAT_SOURCE:
		return (source->format);
	case IMAGE_FORMAT_AUTO:
		return (moves ? IMAGE_FORMAT_GIF : IMAGE_FORMAT_JPG);
	case IMAGE_FORMAT_AUTO_WEBP:
		return (IMAGE_FORMAT_WEBP);
	case IMAGE_FORMAT_AUTO_AVIF:
		return (moves ? IMAGE_FORMAT_WEBP : IMAGE_FORMAT_AVIF);
	case IMAGE_FORMAT_AUTO_JXL:
		return (moves ? IMAGE_FORMAT_WEBP : IMAGE_FORMAT_JXL);
	default:
		return (ops->format);
	}
}

/* What is left of the source after crop, before scaling. */
static struct size
part_of(const struct image_header *source, const struct image_ops *ops)
{
	struct size size = { source->width, source->height };

	if (ops->crop_w > 0 && ops->crop_h > 0) {
		size.width = fmin(size.width, ops->crop_w);
		size.height = fmin(size.height, ops->crop_h);
	}
	return (size);
}

/* Roughly as the renderer plans it. */
static struct size
result_of(const struct size *part, const struct image_ops *ops)
{
	struct size size = *part;
	double x, y, ratio;

	if (ops->width == 0 && ops->height == 0)
		ratio = ops->scale > 0 ?
		    ops->scale / (double)IMAGE_ONE : 1;
	else {
		x = ops->width / part->width;
		y = ops->height / part->height;
		if (ops->width == 0)
			ratio = y;
		else if (ops->height == 0)
			ratio = x;
		else if (ops->fit == IMAGE_FIT_INSIDE)
			ratio = fmin(x, y);
		else {
			size.width = ops->width;
			size.height = ops->height;
			ratio = 1;
		}
	}
	if (ratio > 1 && !ops->enlarge)
		ratio = 1;
	size.width = fmax(1, size.width * ratio) + 2 * (ops->pad + ops->border);
	size.height = fmax(1, size.height * ratio) +
	    2 * (ops->pad + ops->border);
	return (size);
}

static double
cost_of_reading(const struct image_header *source, const struct size *part,
    const struct size *result)
{
	double cost = codec_costs[source->format].decode;

	if (source->format == IMAGE_FORMAT_JPG &&
	    result->width * 2 <= part->width &&
	    result->height * 2 <= part->height)
		cost *= COST_JPEG_SHRUNK;
	return (cost * source->width * source->height);
}

static int
adjustments(const struct image_ops *ops)
{

	return (!!ops->auto_level + !!ops->auto_fix + !!ops->brightness +
	    !!ops->contrast + !!ops->gamma + !!ops->saturation + !!ops->hue +
	    !!ops->filter + !!ops->colorize + !!ops->pixelate +
	    3 * !!ops->blur + !!ops->sharpen + (ops->mark[0] != '\0') +
	    (ops->text[0] != '\0'));
}

static double
cost_of_writing(enum image_format format, const struct image_ops *ops)
{
	double encode = codec_costs[format].encode;

	if (format == IMAGE_FORMAT_WEBP && ops->lossless)
		encode = COST_LOSSLESS;
	if (ops->quality == IMAGE_QUALITY_AUTO)
		encode *= ENCODES_AUTO;
	if (ops->max_bytes != 0)
		encode *= ENCODES_BOUND;
	return (encode);
}

double
cost_of_render(const struct image_header *source, const struct image_ops *ops)
{
	enum image_format format;
	struct size part, result;
	double read = 1, written = 1;

	if (source == NULL)
		return (COST_UNKNOWN);
	if (ops->meta)
		return (COST_START + source->width * 1e-6 * source->height *
		    codec_costs[source->format].decode *
		    COST_JPEG_SHRUNK);
	format = format_of(source, ops);
	if (!ops->still && ops->page == 0 &&
	    (format == IMAGE_FORMAT_GIF || format == IMAGE_FORMAT_WEBP))
		read = written = source->frames;
	part = part_of(source, ops);
	result = result_of(&part, ops);
	return (COST_START + 1e-6 * (
	    read * cost_of_reading(source, &part, &result) +
	    written * result.width * result.height * (COST_PIXEL +
	    COST_STEP * adjustments(ops) + cost_of_writing(format, ops))));
}
