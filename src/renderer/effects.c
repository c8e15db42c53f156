/* SPDX-License-Identifier: BSD-2-Clause
 * Copyright (c) 2026 The pixelfleet authors
 *
 * What makes of each pixel something of those around it: pixelate, blur
 * and sharpen, all with colours weighted by alpha.
 */

#include "config.h"

#include <math.h>
#include <stdint.h>

#include "effects.h"
#include "pixels.h"
#include "resize.h"
#include "step.h"

#define SHARPEN_SIGMA	1.0
#define SIGMA_ENOUGH	1.5	/* that hides what shrinking did */

/* The mean colour of one block, into all of it. */
static void
level_block(const uint8_t *in, uint8_t *out, size_t stride, int bands,
    unsigned width, unsigned height)
{
	uint64_t sum[4] = { 0 }, weights = 0, n = (uint64_t)width * height;
	uint8_t mean[4];
	const uint8_t *p;
	unsigned x, y, weight;
	int i, colours = bands < 3 ? 1 : 3;

	for (y = 0; y < height; y++)
		for (x = 0; x < width; x++) {
			p = in + y * stride + x * (unsigned)bands;
			weight = bands > colours ? p[colours] : 255;
			weights += weight;
			for (i = 0; i < colours; i++)
				sum[i] += weight * p[i];
		}
	for (i = 0; i < colours; i++)
		mean[i] = weights == 0 ? 0 :
		    (uint8_t)((sum[i] + weights / 2) / weights);
	mean[colours] = (uint8_t)((weights + n / 2) / n);
	for (y = 0; y < height; y++)
		for (x = 0; x < width; x++)
			for (i = 0; i < bands; i++)
				out[y * stride + x * (unsigned)bands +
				    (unsigned)i] = mean[i];
}

int
effects_pixelate(VipsImage **frame, unsigned px)
{
	VipsImage *next;
	const uint8_t *in = pixels_of(*frame);
	uint8_t *out;
	int bands = vips_image_get_bands(*frame);
	unsigned width = (unsigned)vips_image_get_width(*frame);
	unsigned height = (unsigned)vips_image_get_height(*frame);
	unsigned x, y;
	size_t at, stride = (size_t)width * (unsigned)bands;

	if (in == NULL ||
	    (next = pixels_new(*frame, bands, &out)) == NULL)
		return (-1);
	for (y = 0; y < height; y += px)
		for (x = 0; x < width; x += px) {
			at = y * stride + (size_t)x * (unsigned)bands;
			level_block(in + at, out + at, stride, bands,
			    MIN(px, width - x), MIN(px, height - y));
		}
	return (step(frame, 0, &next));
}

/* Weighted by alpha where there is any, and floating point then. */
static int
premultiply(VipsImage **image)
{
	VipsImage *next;

	if (!vips_image_hasalpha(*image))
		return (0);
	return (step(image, vips_premultiply(*image, &next, NULL), &next));
}

static int
unpremultiply(VipsImage **image)
{
	VipsImage *next;

	if (!vips_image_hasalpha(*image))
		return (0);
	return (step(image, vips_unpremultiply(*image, &next, NULL), &next));
}

/* Rounded, which a cast alone is not. */
static int
to_bytes(VipsImage **image)
{
	VipsImage *next;

	if (step(image, vips_rint(*image, &next, NULL), &next))
		return (-1);
	return (step(image, vips_cast(*image, &next, VIPS_FORMAT_UCHAR,
	    NULL), &next));
}

static int
gauss(VipsImage **image, double sigma)
{
	VipsImage *next;

	return (step(image, vips_gaussblur(*image, &next, sigma,
	    "min_ampl", 0.01, "precision", VIPS_PRECISION_FLOAT, NULL),
	    &next));
}

/*
 * A blurred picture has no detail, so a strong blur is made on a smaller
 * one: each axis 1/shrink, which is itself a slight blur that sigma has to
 * allow for.  Room around it, in the colour of the edges, keeps the outer
 * pixels of the smaller one pure, and gives the way back all it looks at.
 */
static int
gauss_wide(VipsImage **image, double sigma)
{
	VipsImage *next;
	int width = vips_image_get_width(*image);
	int height = vips_image_get_height(*image);
	int shrink = (int)(sigma / SIGMA_ENOUGH);
	int room = 2 * shrink;
	int width_around = VIPS_ROUND_UP(width + 2 * room, shrink);
	int height_around = VIPS_ROUND_UP(height + 2 * room, shrink);
	double rest = sigma * sigma - (shrink * shrink - 1) / 12.0;

	if (step(image, vips_embed(*image, &next, room, room,
	    width_around, height_around, "extend", VIPS_EXTEND_COPY, NULL),
	    &next) ||
	    step(image, vips_shrink(*image, &next, shrink, shrink, NULL),
	    &next) ||
	    gauss(image, sqrt(rest) / shrink) ||
	    resize_enlarge(image, (unsigned)width_around,
	    (unsigned)height_around))
		return (-1);
	return (step(image, vips_extract_area(*image, &next, room, room,
	    width, height, NULL), &next));
}

int
effects_blur(VipsImage **frame, double sigma)
{
	if (premultiply(frame) || (sigma < 2 * SIGMA_ENOUGH ?
	    gauss(frame, sigma) : gauss_wide(frame, sigma)))
		return (-1);
	return (unpremultiply(frame) || to_bytes(frame) ? -1 : 0);
}

static int
drop_alpha(VipsImage **image)
{
	VipsImage *next;

	if (!vips_image_hasalpha(*image))
		return (0);
	return (step(image, vips_extract_band(*image, &next, 0, "n",
	    vips_image_get_bands(*image) - 1, NULL), &next));
}

static int
take_alpha(VipsImage **image, VipsImage *from)
{
	VipsImage *alpha, *next;
	int error;

	if (!vips_image_hasalpha(from))
		return (0);
	if (vips_extract_band(from, &alpha, vips_image_get_bands(from) - 1,
	    NULL))
		return (-1);
	error = vips_bandjoin2(*image, alpha, &next, NULL);
	g_object_unref(alpha);
	return (step(image, error, &next));
}

/* v + (v - mask) amount; both without alpha. */
static int
unmask(VipsImage **image, VipsImage **mask, double amount)
{
	VipsImage *next;

	if (step(image, vips_linear1(*image, &next, 1 + amount, 0, NULL),
	    &next) ||
	    step(mask, vips_linear1(*mask, &next, -amount, 0, NULL), &next))
		return (-1);
	return (step(image, vips_add(*image, *mask, &next, NULL), &next));
}

int
effects_sharpen(VipsImage **frame, double amount)
{
	VipsImage *sharp = *frame, *mask = *frame;
	int error;

	g_object_ref(sharp);
	g_object_ref(mask);
	error = premultiply(&mask) ||
	    gauss(&mask, SHARPEN_SIGMA) ||
	    unpremultiply(&mask) ||
	    drop_alpha(&mask) ||
	    drop_alpha(&sharp) ||
	    unmask(&sharp, &mask, amount) ||
	    to_bytes(&sharp) ||
	    take_alpha(&sharp, *frame);
	g_object_unref(mask);
	if (error) {
		g_object_unref(sharp);
		return (-1);
	}
	return (step(frame, 0, &sharp));
}
