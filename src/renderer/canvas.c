/* SPDX-License-Identifier: BSD-2-Clause
 * Copyright (c) 2026 The pixelfleet authors
 *
 * The canvas family: see canvas.h.
 */

#include "config.h"

#include <stdbool.h>

#include "canvas.h"
#include "pixels.h"
#include "step.h"

static int
grey_to_rgb(VipsImage **image)
{
	VipsImage *next;

	return (step(image, vips_colourspace(*image, &next,
	    VIPS_INTERPRETATION_sRGB, NULL), &next));
}

/* As many bands as picture and colour need. */
static int
make_bands(VipsImage **image, uint32_t rgba)
{
	VipsImage *next;
	bool grey = PIXELS_RED(rgba) == PIXELS_GREEN(rgba) &&
	    PIXELS_GREEN(rgba) == PIXELS_BLUE(rgba);

	if (!grey && vips_image_get_bands(*image) < 3 && grey_to_rgb(image))
		return (-1);
	if (PIXELS_ALPHA(rgba) == 255 || vips_image_hasalpha(*image))
		return (0);
	return (step(image, vips_addalpha(*image, &next, NULL), &next));
}

/* The colour in as many values as the picture has bands. */
static VipsArrayDouble *
ground(VipsImage *image, uint32_t rgba)
{
	double values[4] = {
		PIXELS_RED(rgba), PIXELS_GREEN(rgba), PIXELS_BLUE(rgba),
		PIXELS_ALPHA(rgba)
	};
	int bands = vips_image_get_bands(image);

	if (bands == 2)
		values[1] = PIXELS_ALPHA(rgba);
	return (vips_array_double_new(values, bands));
}

static int
place(VipsImage **image, unsigned left, unsigned top, unsigned width,
    unsigned height, uint32_t rgba)
{
	VipsArrayDouble *background;
	VipsImage *next;
	int error;

	if (make_bands(image, rgba))
		return (-1);
	background = ground(*image, rgba);
	error = vips_embed(*image, &next, (int)left, (int)top, (int)width,
	    (int)height, "extend", VIPS_EXTEND_BACKGROUND, "background",
	    background, NULL);
	vips_area_unref(VIPS_AREA(background));
	return (step(image, error, &next));
}

int
canvas_contain(VipsImage **frame, unsigned width, unsigned height,
    uint32_t rgba)
{
	unsigned w = (unsigned)vips_image_get_width(*frame);
	unsigned h = (unsigned)vips_image_get_height(*frame);

	if (w >= width && h >= height)
		return (0);
	return (place(frame, (width - w) / 2, (height - h) / 2, width,
	    height, rgba));
}

int
canvas_pad(VipsImage **frame, unsigned px, uint32_t rgba)
{
	if (px == 0)
		return (0);
	return (place(frame, px, px,
	    (unsigned)vips_image_get_width(*frame) + 2 * px,
	    (unsigned)vips_image_get_height(*frame) + 2 * px, rgba));
}
