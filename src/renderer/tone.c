/* SPDX-License-Identifier: BSD-2-Clause
 * Copyright (c) 2026 The pixelfleet authors
 *
 * auto_level, auto_fix, brightness, contrast and gamma, as one lookup: the
 * formulas are in adjust.h.
 *
 * Each operation is applied to the values of the lookup that the ones
 * before have left.  What the first two need to know of the picture is
 * measured through that lookup, each pixel counting by its alpha.
 */

#include "config.h"

#include <math.h>
#include <stdint.h>

#include "pixels.h"
#include "tone.h"

#define CLIPPED		0.005	/* of what is seen, at either end */
#define RANGE_MIN	(16 / 255.0)
#define FIX_LOW_MAX	0.15
#define FIX_HIGH_MIN	0.8
#define FIX_FACTOR	1.1	/* and its inverse: bounds of white balance */

struct seen {
	uint64_t	luma[256];	/* a histogram */
	double		sum[3];
	uint64_t	total;		/* in steps of alpha */
};

static double
bounded(double v, double low, double high)
{
	return (v < low ? low : v > high ? high : v);
}

static void
look_at(struct seen *seen, const double v[3], unsigned weight)
{
	double luma = 0.2126 * v[0] + 0.7152 * v[1] + 0.0722 * v[2];
	int i;

	for (i = 0; i < 3; i++)
		seen->sum[i] += weight * v[i];
	seen->luma[(unsigned)(luma * 255 + 0.5)] += weight;
	seen->total += weight;
}

static int
look(struct seen *seen, VipsImage *frame, float lookup[3][256])
{
	const uint8_t *p = pixels_of(frame);
	size_t n = pixels_count(frame);
	int bands = vips_image_get_bands(frame);
	int colours = bands < 3 ? 1 : 3;
	double v[3];
	int i;

	*seen = (struct seen){ .total = 0 };
	if (p == NULL)
		return (-1);
	for (; n > 0; n--, p += bands) {
		for (i = 0; i < 3; i++)
			v[i] = bounded(lookup[i][p[i % colours]], 0, 1);
		look_at(seen, v, bands > colours ? p[colours] : 255);
	}
	return (0);
}

/* The luma that this share of what is seen lies below, or above. */
static double
luma_at(const struct seen *seen, double share, bool from_above)
{
	uint64_t below = 0;
	int i;

	for (i = 0; i < 255; i++) {
		below += seen->luma[from_above ? 255 - i : i];
		if ((double)below > share * (double)seen->total)
			break;
	}
	return ((from_above ? 255 - i : i) / 255.0);
}

/* v -> v * factor + offset, of one channel */
static void
line(float lookup[256], double factor, double offset)
{
	int i;

	for (i = 0; i < 256; i++)
		lookup[i] = (float)(lookup[i] * factor + offset);
}

static void
line_each(float lookup[3][256], double factor, double offset)
{
	int i;

	for (i = 0; i < 3; i++)
		line(lookup[i], factor, offset);
}

/* Spread the range that is used, with low and high within these bounds. */
static int
level(float lookup[3][256], VipsImage *frame, double low_max,
    double high_min)
{
	struct seen seen;
	double low, high;

	if (look(&seen, frame, lookup))
		return (-1);
	low = luma_at(&seen, CLIPPED, false);
	high = luma_at(&seen, CLIPPED, true);
	if (seen.total == 0 || high - low < RANGE_MIN)
		return (0);
	low = bounded(low, 0, low_max);
	high = bounded(high, high_min, 1);
	line_each(lookup, 1 / (high - low), -low / (high - low));
	return (0);
}

static int
balance(float lookup[3][256], VipsImage *frame)
{
	struct seen seen;
	double mean;
	int i;

	if (look(&seen, frame, lookup))
		return (-1);
	mean = (seen.sum[0] + seen.sum[1] + seen.sum[2]) / 3;
	for (i = 0; i < 3; i++)
		if (seen.sum[i] > 0)
			line(lookup[i], bounded(sqrt(mean / seen.sum[i]),
			    1 / FIX_FACTOR, FIX_FACTOR), 0);
	return (0);
}

static void
contrast(float lookup[3][256], double c)
{
	double slope = tan((c + 1) * M_PI / 4);

	line_each(lookup, slope, (1 - slope) / 2);
}

static void
gamma_each(float lookup[3][256], double g)
{
	int i, v;

	for (i = 0; i < 3; i++)
		for (v = 0; v < 256; v++)
			lookup[i][v] = (float)pow(bounded(lookup[i][v], 0, 1),
			    1 / g);
}

bool
tone_wanted(const struct image_ops *ops)
{
	return (ops->auto_level || ops->auto_fix || ops->brightness != 0 ||
	    ops->contrast != 0 || (ops->gamma != 0 &&
	    ops->gamma != IMAGE_ONE));
}

int
tone_settle(float lookup[3][256], VipsImage *frame,
    const struct image_ops *ops)
{
	int i, v;

	for (i = 0; i < 3; i++)
		for (v = 0; v < 256; v++)
			lookup[i][v] = (float)(v / 255.0);
	if (ops->auto_level && level(lookup, frame, 1, 0))
		return (-1);
	if (ops->auto_fix && (balance(lookup, frame) ||
	    level(lookup, frame, FIX_LOW_MAX, FIX_HIGH_MIN)))
		return (-1);
	line_each(lookup, 1, (double)ops->brightness / IMAGE_ONE);
	if (ops->contrast != 0)
		contrast(lookup, (double)ops->contrast / IMAGE_ONE);
	/* Bounds the values, too. */
	gamma_each(lookup, ops->gamma == 0 ? 1 :
	    (double)ops->gamma / IMAGE_ONE);
	return (0);
}
