/* SPDX-License-Identifier: BSD-2-Clause
 * Copyright (c) 2026 The pixelfleet authors
 *
 * What is left of a picture without its uniform borders: see trim.h.
 *
 * The source is read twice from top to bottom, once up to the corner pixel
 * and once for the sums of rows and columns, so that it is never in memory
 * as a whole.  That happens before it is turned; the area is then turned.
 */

#include "config.h"

#include <stdint.h>

#include "colour.h"
#include "orient.h"
#include "resize.h"
#include "step.h"
#include "trim.h"

/* As it is seen: what alpha hides is all alike. */
static int
load_seen(const struct source *source, VipsImage **image)
{
	VipsImage *next;

	if (source_load(source, 1, 1, image))
		return (-1);
	if (colour_to_srgb(image) == 0 && (!vips_image_hasalpha(*image) ||
	    step(image, vips_premultiply(*image, &next, NULL), &next) == 0))
		return (0);
	g_object_unref(*image);
	return (-1);
}

/* The bands of one pixel, to be freed with vips_area_unref(). */
static int
pixel(const struct source *source, const struct area *at,
    VipsArrayDouble **bands)
{
	VipsImage *image;
	double *values;
	int n, error;

	if (load_seen(source, &image))
		return (-1);
	error = vips_getpoint(image, &values, &n, (int)at->left,
	    (int)at->top, NULL);
	g_object_unref(image);
	if (error)
		return (-1);
	*bands = vips_array_double_new(values, n);
	g_free(values);
	return (0);
}

/* 255 where any band is further away than that, 0 elsewhere. */
static int
differing(VipsImage **image, VipsArrayDouble *from, unsigned tolerance)
{
	const double one[4] = { 1, 1, 1, 1 };
	double limit = tolerance, minus[4], *values;
	VipsImage *next;
	int i, n;

	values = vips_array_double_get(from, &n);
	if (n > 4)
		n = 4;
	for (i = 0; i < n; i++)
		minus[i] = -values[i];
	return (step(image, vips_linear(*image, &next, one, minus, n, NULL),
	    &next) ||
	    step(image, vips_abs(*image, &next, NULL), &next) ||
	    step(image, vips_more_const(*image, &next, &limit, 1, NULL),
	    &next) ||
	    step(image, vips_bandor(*image, &next, NULL), &next) ? -1 : 0);
}

/* The first and the last of n sums that are not 0; false: there is none. */
static bool
extent(VipsImage *sums, unsigned n, unsigned *first, unsigned *len)
{
	const uint32_t *sum = (const uint32_t *)(void *)
	    VIPS_IMAGE_ADDR(sums, 0, 0);
	unsigned last = n;

	for (*first = 0; *first < n && sum[*first] == 0; (*first)++)
		continue;
	if (*first == n)
		return (false);
	while (sum[last - 1] == 0)
		last--;
	*len = last - *first;
	return (true);
}

static int
measure(VipsImage *image, struct area *found)
{
	VipsImage *columns, *rows, *across, *down;
	struct area a;

	if (vips_project(image, &columns, &rows, NULL))
		return (-1);
	across = vips_image_copy_memory(columns);
	down = vips_image_copy_memory(rows);
	g_object_unref(columns);
	g_object_unref(rows);
	if (across != NULL && down != NULL &&
	    extent(across, found->width, &a.left, &a.width) &&
	    extent(down, found->height, &a.top, &a.height))
		*found = a;
	if (across != NULL)
		g_object_unref(across);
	if (down != NULL)
		g_object_unref(down);
	return (across != NULL && down != NULL ? 0 : -1);
}

int
trim_find(const struct source *source, int orientation,
    unsigned tolerance, struct area *found)
{
	bool swaps = orient_swaps(orientation);
	struct area corner = { 0, 0, 1, 1 };
	VipsArrayDouble *bands;
	VipsImage *image;
	int error;

	*found = (struct area){ 0, 0, source->width, source->height };
	corner = geometry_unturn(corner,
	    swaps ? source->height : source->width,
	    swaps ? source->width : source->height, orientation);
	if (pixel(source, &corner, &bands))
		return (-1);
	error = load_seen(source, &image);
	if (error == 0) {
		error = differing(&image, bands, tolerance) ||
		    measure(image, found) ? -1 : 0;
		g_object_unref(image);
	}
	vips_area_unref(VIPS_AREA(bands));
	*found = geometry_turn(*found, source->width, source->height, orientation);
	return (error);
}
