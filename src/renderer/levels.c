/* SPDX-License-Identifier: BSD-2-Clause
 * Copyright (c) 2026 The pixelfleet authors
 *
 * What a file's numbers stand for: see levels.h.
 *
 * Fractions (float) are light, 0..1, as in TIFFs of renderers and raw
 * converters; so are the numbers of a PNG once its gamma is undone.  Light
 * is given sRGB's curve before anything is done to it: what is scaled
 * are the numbers that everything else is scaled in.
 */

#include "config.h"

#include <math.h>
#include <stdbool.h>
#include <stdint.h>
#include <string.h>

#include "levels.h"
#include "step.h"

#define PNG_CHUNKS_AT	8
#define PNG_CHUNK_MIN	12	/* length, name, no data, checksum */
#define PNG_GAMMA_ONE	100000.
#define SRGB_GAMMA	0.45455
#define GAMMA_ERROR	0.02	/* nobody sees that */

static uint32_t
number(const uint8_t *p)
{
	return ((uint32_t)p[0] << 24 | (uint32_t)p[1] << 16 |
	    (uint32_t)p[2] << 8 | p[3]);
}

static bool
is_fraction(VipsImage *image)
{
	VipsBandFormat format = vips_image_get_format(image);

	return (format == VIPS_FORMAT_FLOAT || format == VIPS_FORMAT_DOUBLE);
}

static bool
is_grey_or_rgb(VipsImage *image)
{
	switch (vips_image_guess_interpretation(image)) {
	case VIPS_INTERPRETATION_B_W:
	case VIPS_INTERPRETATION_GREY16:
	case VIPS_INTERPRETATION_MULTIBAND:
	case VIPS_INTERPRETATION_RGB:
	case VIPS_INTERPRETATION_RGB16:
	case VIPS_INTERPRETATION_scRGB:
	case VIPS_INTERPRETATION_sRGB:
		return (true);
	default:
		return (false);
	}
}

/* Of 1 or 3 bands, as fractions of full scale. */
static int
to_fractions(VipsImage **image, double most)
{
	VipsImage *next;

	return (step(image, vips_linear1(*image, &next, 1 / most, 0, NULL),
	    &next));
}

static int
undo_gamma(VipsImage **image, double gamma)
{
	VipsImage *next;

	return (step(image, vips_math2_const1(*image, &next,
	    VIPS_OPERATION_MATH2_POW, 1 / gamma, NULL), &next));
}

/* Of 1 or 3 bands: 16 bits out. */
static int
light_to_srgb(VipsImage **image)
{
	VipsImage *all[3] = { *image, *image, *image };
	bool grey = vips_image_get_bands(*image) == 1;
	VipsImage *next;

	if (grey && step(image, vips_bandjoin(all, &next, 3, NULL), &next))
		return (-1);
	if (step(image, vips_cast(*image, &next, VIPS_FORMAT_FLOAT, NULL),
	    &next) ||
	    step(image, vips_scRGB2sRGB(*image, &next, "depth", 16, NULL),
	    &next))
		return (-1);
	if (!grey)
		return (0);
	return (step(image, vips_extract_band(*image, &next, 0, NULL),
	    &next) ||
	    step(image, vips_copy(*image, &next, "interpretation",
	    VIPS_INTERPRETATION_GREY16, NULL), &next) ? -1 : 0);
}

static int
alpha_to_16(VipsImage **alpha, double most)
{
	VipsImage *next;

	return (step(alpha, vips_linear1(*alpha, &next, 65535 / most, 0.5,
	    NULL), &next) ||
	    step(alpha, vips_cast(*alpha, &next, VIPS_FORMAT_USHORT, NULL),
	    &next) ? -1 : 0);
}

static int
from_light(VipsImage **image, double most, double gamma)
{
	int colours = vips_image_get_bands(*image) < 3 ? 1 : 3;
	VipsImage *alpha = NULL, *next;
	int error;

	if (vips_image_get_bands(*image) > colours &&
	    vips_extract_band(*image, &alpha, colours, NULL))
		return (-1);
	error = step(image, vips_extract_band(*image, &next, 0, "n", colours,
	    NULL), &next) ||
	    (most != 1 && to_fractions(image, most)) ||
	    (gamma != 0 && undo_gamma(image, gamma)) ||
	    light_to_srgb(image);
	if (error == 0 && alpha != NULL)
		error = alpha_to_16(&alpha, most) ||
		    step(image, vips_bandjoin2(*image, alpha, &next, NULL),
		    &next);
	if (alpha != NULL)
		g_object_unref(alpha);
	return (error ? -1 : 0);
}

/* The upper half of 32 bits. */
static int
to_16(VipsImage **image)
{
	VipsImage *next;

	return (step(image, vips_cast(*image, &next, VIPS_FORMAT_USHORT,
	    "shift", TRUE, NULL), &next) ||
	    step(image, vips_copy(*image, &next, "interpretation",
	    vips_image_get_bands(*image) < 3 ? VIPS_INTERPRETATION_GREY16 :
	    VIPS_INTERPRETATION_RGB16, NULL), &next) ? -1 : 0);
}

int
levels(VipsImage **image, double gamma)
{
	VipsImage *next;

	if (vips_image_get_coding(*image) == VIPS_CODING_LABQ)
		return (step(image, vips_LabQ2Lab(*image, &next, NULL),
		    &next));
	if (!is_grey_or_rgb(*image))
		return (0);
	if (vips_image_get_format(*image) == VIPS_FORMAT_UINT &&
	    to_16(image))
		return (-1);
	if (is_fraction(*image))
		return (from_light(image, 1, 0));
	if (gamma == 0)
		return (0);
	return (from_light(image, vips_image_get_format(*image) ==
	    VIPS_FORMAT_USHORT ? 65535 : 255, gamma));
}

/* Chunks before the pixels: length, name, data, checksum. */
double
levels_png_gamma(const void *data, size_t len)
{
	const uint8_t *p = data;
	size_t at = PNG_CHUNKS_AT, n;
	double gamma = 0;

	while (at + PNG_CHUNK_MIN + 4 <= len) {
		n = number(p + at);
		if (memcmp(p + at + 4, "IDAT", 4) == 0)
			break;
		if (memcmp(p + at + 4, "iCCP", 4) == 0 ||
		    memcmp(p + at + 4, "sRGB", 4) == 0)
			return (0);
		if (memcmp(p + at + 4, "gAMA", 4) == 0 && n == 4)
			gamma = number(p + at + 8) / PNG_GAMMA_ONE;
		at += PNG_CHUNK_MIN + n;
	}
	if (gamma < 0.1 || gamma > 10 ||
	    fabs(gamma / SRGB_GAMMA - 1) < GAMMA_ERROR)
		return (0);
	return (gamma);
}
