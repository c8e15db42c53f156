/* SPDX-License-Identifier: BSD-2-Clause
 * Copyright (c) 2026 The pixelfleet authors
 *
 * Opening a source: see load.h.
 */

#include "config.h"

#include <math.h>
#include <stdint.h>

#include "load.h"

#define SHRINK_ERROR	0.1	/* px */

/*
 * One image of the source, the first (of HEIC and AVIF the primary one).
 * Only JPEG and WebP can shrink, WebP by fractions.
 */
static int
load(enum source_kind kind, const void *data, size_t len, double shrink,
    VipsImage **image)
{
	void *p = (void *)(uintptr_t)data;

#define LOAD(loader, ...)						\
	loader(p, len, image, "access", VIPS_ACCESS_SEQUENTIAL,		\
	    "fail_on", VIPS_FAIL_ON_TRUNCATED, ##__VA_ARGS__, NULL)

	switch (kind) {
	case SOURCE_AVIF:
	case SOURCE_HEIC:
		return (LOAD(vips_heifload_buffer));
	case SOURCE_GIF:
		return (LOAD(vips_gifload_buffer));
	case SOURCE_JPG:
		return (LOAD(vips_jpegload_buffer, "shrink", (int)shrink));
	case SOURCE_PNG:
		return (LOAD(vips_pngload_buffer));
	case SOURCE_TIFF:
		return (LOAD(vips_tiffload_buffer));
	case SOURCE_WEBP:
		return (LOAD(vips_webpload_buffer, "scale", 1 / shrink));
	default:
		vips_error("load", "unknown kind of image");
		return (-1);
	}
#undef LOAD
}

/* Pages of a document are not frames: only an animation's are summed. */
static unsigned
frames(enum source_kind kind, VipsImage *image)
{
	if (kind != SOURCE_GIF && kind != SOURCE_WEBP)
		return (1);
	return ((unsigned)vips_image_get_n_pages(image));
}

/*
 * libjpeg shrinks to whole pixels upwards: the last one of a row stands
 * for less of the source than the others, yet is scaled like them.  How
 * far that moves the picture's end, in pixels of the result.
 */
static double
shrink_error(unsigned from, double shrink, unsigned to)
{
	double exact = from / shrink;

	return ((ceil(exact) - exact) * to / exact);
}

/*
 * How much the decoder may shrink.  Decoders do it fast rather than well
 * (libjpeg drops high frequencies, libwebp averages), so the last step, by
 * two or by three, is left to a proper filter; less than two is not worth
 * it.  libwebp lets colours under transparency bleed.
 */
static double
shrink_by(const struct source *source, unsigned width, unsigned height)
{
	double ratio, shrink;

	ratio = fmin((double)source->width / width,
	    (double)source->height / height);
	if (source->kind == SOURCE_WEBP)
		return (source->alpha || ratio < 6 ? 1 : ratio / 3);
	for (shrink = 8; shrink > 1; shrink /= 2)
		if (shrink * 2 <= ratio &&
		    shrink_error(source->width, shrink, width) <=
		    SHRINK_ERROR &&
		    shrink_error(source->height, shrink, height) <=
		    SHRINK_ERROR)
			break;
	return (shrink);
}

int
source_open(struct source *source, enum source_kind kind, const void *data,
    size_t len)
{
	VipsImage *image;

	if (load(kind, data, len, 1, &image))
		return (-1);
	source->data = data;
	source->len = len;
	source->kind = kind;
	source->width = (unsigned)vips_image_get_width(image);
	source->height = (unsigned)vips_image_get_height(image);
	source->frames = frames(kind, image);
	source->alpha = vips_image_hasalpha(image);
	source->orientation = vips_image_get_orientation(image);
	g_object_unref(image);
	return (0);
}

int
source_decode(const struct source *source, unsigned width, unsigned height,
    VipsImage **image)
{
	return (load(source->kind, source->data, source->len,
	    shrink_by(source, width, height), image));
}
