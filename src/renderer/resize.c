/* SPDX-License-Identifier: BSD-2-Clause
 * Copyright (c) 2026 The pixelfleet authors
 *
 * The size family: scaling and cutting out.
 *
 * Each axis has its own factor, so that both come out at whole numbers
 * that were settled before, whatever the decoder has shrunk already.
 * Colours under transparency must not bleed into what is seen, so they
 * are weighted by alpha meanwhile.
 */

#include "config.h"

#include "resize.h"
#include "step.h"

static int
reduce(VipsImage **image, unsigned width, unsigned height)
{
	VipsImage *next;
	int error;

	error = vips_resize(*image, &next,
	    (double)width / vips_image_get_width(*image),
	    "vscale", (double)height / vips_image_get_height(*image), NULL);
	return (step(image, error, &next));
}

/*
 * What vips_resize() does for larger sizes, but with the middle of the
 * picture staying its middle: it would come out half a pixel aside.
 */
int
resize_enlarge(VipsImage **image, unsigned width, unsigned height)
{
	VipsInterpolate *cubic = vips_interpolate_new("bicubic");
	VipsArrayInt *area;
	VipsImage *next;
	int error;

	if (cubic == NULL)
		return (-1);
	area = vips_array_int_newv(4, 0, 0, (int)width, (int)height);
	error = vips_affine(*image, &next,
	    (double)width / vips_image_get_width(*image), 0., 0.,
	    (double)height / vips_image_get_height(*image),
	    "interpolate", cubic, "extend", VIPS_EXTEND_COPY, "oarea", area,
	    "idx", .5, "idy", .5, "odx", -.5, "ody", -.5,
	    "premultiplied", TRUE, NULL);
	vips_area_unref(VIPS_AREA(area));
	g_object_unref(cubic);
	return (step(image, error, &next));
}

/* Each axis for itself: down first, since less is left then. */
static int
scale(VipsImage **image, unsigned width, unsigned height)
{
	unsigned w = (unsigned)vips_image_get_width(*image);
	unsigned h = (unsigned)vips_image_get_height(*image);
	unsigned less_w = width < w ? width : w;
	unsigned less_h = height < h ? height : h;

	if ((less_w < w || less_h < h) && reduce(image, less_w, less_h))
		return (-1);
	if ((less_w < width || less_h < height) &&
	    resize_enlarge(image, width, height))
		return (-1);
	return (0);
}

static int
scale_premultiplied(VipsImage **image, unsigned width, unsigned height)
{
	VipsBandFormat format = vips_image_get_format(*image);
	VipsImage *next;

	if (step(image, vips_premultiply(*image, &next, NULL), &next) ||
	    scale(image, width, height) ||
	    step(image, vips_unpremultiply(*image, &next, NULL), &next))
		return (-1);
	return (step(image, vips_cast(*image, &next, format, NULL), &next));
}

int
resize_to(VipsImage **image, unsigned width, unsigned height)
{
	int error;

	if ((unsigned)vips_image_get_width(*image) == width &&
	    (unsigned)vips_image_get_height(*image) == height)
		return (0);
	if (vips_image_hasalpha(*image))
		error = scale_premultiplied(image, width, height);
	else
		error = scale(image, width, height);
	if (error)
		return (-1);
	if ((unsigned)vips_image_get_width(*image) != width ||
	    (unsigned)vips_image_get_height(*image) != height) {
		vips_error("resize", "%dx%d came out for %ux%u",
		    vips_image_get_width(*image),
		    vips_image_get_height(*image), width, height);
		return (-1);
	}
	return (0);
}

int
resize_cut(VipsImage **image, const struct area *area)
{
	VipsImage *next;

	if ((unsigned)vips_image_get_width(*image) == area->width &&
	    (unsigned)vips_image_get_height(*image) == area->height)
		return (0);
	return (step(image, vips_extract_area(*image, &next, (int)area->left,
	    (int)area->top, (int)area->width, (int)area->height, NULL),
	    &next));
}
