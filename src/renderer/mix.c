/* SPDX-License-Identifier: BSD-2-Clause
 * Copyright (c) 2026 The pixelfleet authors
 *
 * saturation, hue, filter and colorize, as one affine map of colours: the
 * formulas are in adjust.h.
 */

#include "config.h"

#include <math.h>
#include <string.h>

#include "mix.h"
#include "pixels.h"
#include "tone.h"

static const double LUMA[3] = { 0.2126, 0.7152, 0.0722 };

/* hue-rotate() and sepia() of the W3C's Filter Effects Module Level 1. */
static const double HUE[3][3] = {
	{ 0.213, 0.715, 0.072 },
	{ 0.213, 0.715, 0.072 },
	{ 0.213, 0.715, 0.072 }
}, HUE_COS[3][3] = {
	{ 0.787, -0.715, -0.072 },
	{ -0.213, 0.285, -0.072 },
	{ -0.213, -0.715, 0.928 }
}, HUE_SIN[3][3] = {
	{ -0.213, -0.715, 0.928 },
	{ 0.143, 0.140, -0.283 },
	{ -0.787, 0.715, 0.072 }
}, SEPIA[3][3] = {
	{ 0.393, 0.769, 0.189 },
	{ 0.349, 0.686, 0.168 },
	{ 0.272, 0.534, 0.131 }
};

/* Let `next` follow what the matrix does. */
static void
then(float matrix[3][4], double next[3][4])
{
	float made[3][4];
	int i, j;

	for (i = 0; i < 3; i++)
		for (j = 0; j < 4; j++)
			made[i][j] = (float)(next[i][0] * matrix[0][j] +
			    next[i][1] * matrix[1][j] +
			    next[i][2] * matrix[2][j] +
			    (j == 3 ? next[i][3] : 0));
	memcpy(matrix, made, sizeof made);
}

static void
saturate(float matrix[3][4], double factor)
{
	double next[3][4] = { { 0 } };
	int i, j;

	for (i = 0; i < 3; i++)
		for (j = 0; j < 3; j++)
			next[i][j] = LUMA[j] * (1 - factor) +
			    (i == j ? factor : 0);
	then(matrix, next);
}

static void
rotate_hue(float matrix[3][4], double degrees)
{
	double c = cos(degrees * M_PI / 180), s = sin(degrees * M_PI / 180);
	double next[3][4] = { { 0 } };
	int i, j;

	for (i = 0; i < 3; i++)
		for (j = 0; j < 3; j++)
			next[i][j] = HUE[i][j] + c * HUE_COS[i][j] +
			    s * HUE_SIN[i][j];
	then(matrix, next);
}

static void
sepia(float matrix[3][4])
{
	double next[3][4] = { { 0 } };
	int i, j;

	for (i = 0; i < 3; i++)
		for (j = 0; j < 3; j++)
			next[i][j] = SEPIA[i][j];
	then(matrix, next);
}

/* What is `at` + v `by`, channel by channel. */
static void
shift(float matrix[3][4], const double at[3], double by)
{
	double next[3][4] = { { 0 } };
	int i;

	for (i = 0; i < 3; i++) {
		next[i][i] = by;
		next[i][3] = at[i];
	}
	then(matrix, next);
}

/* From one colour to another, by luma. */
static void
between(float matrix[3][4], const double dark[3], const double light[3])
{
	double next[3][4];
	int i, j;

	for (i = 0; i < 3; i++) {
		for (j = 0; j < 3; j++)
			next[i][j] = (light[i] - dark[i]) * LUMA[j];
		next[i][3] = dark[i];
	}
	then(matrix, next);
}

static void
colour_of(double colour[3], unsigned rgba, double strength)
{
	colour[0] = PIXELS_RED(rgba) / 255.0 * strength;
	colour[1] = PIXELS_GREEN(rgba) / 255.0 * strength;
	colour[2] = PIXELS_BLUE(rgba) / 255.0 * strength;
}

static void
filter(float matrix[3][4], const struct image_ops *ops)
{
	static const double black[3] = { 0, 0, 0 }, white[3] = { 1, 1, 1 };
	double dark[3], light[3];

	switch (ops->filter) {
	case IMAGE_FILTER_GREY:
		between(matrix, black, white);
		break;
	case IMAGE_FILTER_SEPIA:
		sepia(matrix);
		break;
	case IMAGE_FILTER_NEGATE:
		shift(matrix, white, -1);
		break;
	case IMAGE_FILTER_DUOTONE:
		colour_of(dark, ops->duotone_dark, 1);
		colour_of(light, ops->duotone_light, 1);
		between(matrix, dark, light);
		break;
	case IMAGE_FILTER_NONE:
		break;
	}
}

bool
mix_wanted(const struct image_ops *ops)
{
	return (ops->auto_fix || ops->saturation != 0 || ops->hue != 0 ||
	    ops->filter != IMAGE_FILTER_NONE ||
	    PIXELS_ALPHA(ops->colorize) != 0);
}

void
mix_settle(float matrix[3][4], const struct image_ops *ops)
{
	double colour[3];
	double factor = 1 + (double)ops->saturation / IMAGE_ONE;
	double strength = PIXELS_ALPHA(ops->colorize) / 255.0;
	int i, j;

	for (i = 0; i < 3; i++)
		for (j = 0; j < 4; j++)
			matrix[i][j] = i == j;
	if (ops->auto_fix)
		factor *= TONE_FIX_SATURATION;
	saturate(matrix, factor);
	if (ops->hue != 0)
		rotate_hue(matrix, ops->hue);
	filter(matrix, ops);
	colour_of(colour, ops->colorize, strength);
	shift(matrix, colour, 1 - strength);
}
