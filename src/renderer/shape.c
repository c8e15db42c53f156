/* SPDX-License-Identifier: BSD-2-Clause
 * Copyright (c) 2026 The pixelfleet authors
 *
 * The shape family: see shape.h.
 *
 * The border is laid around as a pad is; then the pixels of the four
 * corners, and no others, are weighed by how much of each lies within a
 * quarter of a circle: twice, for the border's inner and outer edge.
 */

#include "config.h"

#include <math.h>
#include <stdint.h>
#include <string.h>

#include "canvas.h"
#include "pixels.h"
#include "shape.h"
#include "step.h"

/* The area below the circle of radius r about 0, from 0 to t. */
static double
below(double r, double t)
{
	return ((t * sqrt(fmax(r * r - t * t, 0)) +
	    r * r * asin(fmin(t / r, 1))) / 2);
}

/*
 * How much of a pixel lies within an edge whose corner is round: x and y
 * count pixels inwards from the straight edges.  Of an odd side the middle
 * pixel lies astride the centre; beyond that the edge goes on straight.
 */
static double
covered(double r, unsigned x, unsigned y)
{
	double u = r - x - 1, v = r - y - 1;	/* its near end, from there */
	double area = 0, whole, last;

	if (u <= -1 || v <= -1 ||
	    (u + 1) * (u + 1) + (v + 1) * (v + 1) <= r * r)
		return (1);
	if (u >= 0 && v >= 0 && u * u + v * v >= r * r)
		return (0);
	whole = v + 1 < r ? sqrt(r * r - (v + 1) * (v + 1)) : 0;
	last = fmin(u + 1, v > 0 ? sqrt(r * r - v * v) : r);
	if (u < 0)
		area = -u * fmin(r - v, 1);
	u = fmax(u, 0);
	if (whole > u)
		area += fmin(whole, last) - u;
	u = fmax(u, whole);
	if (last > u)
		area += below(r, last) - below(r, u) - v * (last - u);
	return (fmin(area, 1));
}

struct corners {
	double		outer, inner;	/* radii, px; inner 0: not round */
	unsigned	border;		/* px */
	uint8_t		colour[4];	/* the border's, as the bands are */
	int		colours;	/* bands; alpha follows */
};

/* So much of the picture, and the border's colour for the rest. */
static void
mix(const struct corners *c, uint8_t *pixel, double share)
{
	double of_picture = share * pixel[c->colours];
	double of_border = (1 - share) * c->colour[c->colours];
	double alpha = of_picture + of_border;
	int i;

	for (i = 0; alpha > 0 && i < c->colours; i++)
		pixel[i] = (uint8_t)((pixel[i] * of_picture +
		    c->colour[i] * of_border) / alpha + 0.5);
	pixel[c->colours] = (uint8_t)(alpha + 0.5);
}

static void
weigh(const struct corners *c, uint8_t *pixel, unsigned x, unsigned y)
{
	if (c->inner > 0 && x >= c->border && y >= c->border)
		mix(c, pixel, covered(c->inner, x - c->border,
		    y - c->border));
	pixel[c->colours] = (uint8_t)(pixel[c->colours] *
	    covered(c->outer, x, y) + 0.5);
}

static void
weigh_all(const struct corners *c, uint8_t *pixels, unsigned width,
    unsigned height)
{
	const unsigned bands = (unsigned)c->colours + 1;
	const unsigned side = (unsigned)ceil(c->outer);
	unsigned x, y, mirrored;
	uint8_t *row;

	for (y = 0; y < height; y++) {
		row = pixels + (size_t)y * width * bands;
		mirrored = MIN(y, height - 1 - y);
		if (mirrored >= side)
			continue;
		for (x = 0; x < side; x++)
			weigh(c, row + x * bands, x, mirrored);
		/* The middle one of an odd side has had its turn. */
		for (x = 0; x < MIN(side, width / 2); x++)
			weigh(c, row + (width - 1 - x) * bands, x, mirrored);
	}
}

static void
border_colour(struct corners *c, uint32_t rgba)
{
	c->colour[0] = PIXELS_RED(rgba);
	c->colour[1] = PIXELS_GREEN(rgba);
	c->colour[2] = PIXELS_BLUE(rgba);
	c->colour[c->colours] = PIXELS_ALPHA(rgba);
}

static int
round_corners(VipsImage **frame, const struct image_ops *ops)
{
	VipsImage *next;
	const uint8_t *in = pixels_of(*frame);
	uint8_t *out;
	unsigned width = (unsigned)vips_image_get_width(*frame);
	unsigned height = (unsigned)vips_image_get_height(*frame);
	int bands = vips_image_get_bands(*frame);
	struct corners c = { .border = ops->border, .colours = bands - 1 };

	if (in == NULL ||
	    (next = pixels_new(*frame, bands, &out)) == NULL)
		return (-1);
	c.outer = fmin(ops->radius, MIN(width, height) / 2.0);
	if (ops->border > 0)
		c.inner = fmax(c.outer - ops->border, 0);
	border_colour(&c, ops->border_color);
	memcpy(out, in, (size_t)width * height * (unsigned)bands);
	weigh_all(&c, out, width, height);
	return (step(frame, 0, &next));
}

int
shape(VipsImage **frame, const struct image_ops *ops)
{
	VipsImage *next;

	if (canvas_pad(frame, ops->border, ops->border_color))
		return (-1);
	if (ops->radius == 0)
		return (0);
	if (!vips_image_hasalpha(*frame) && step(frame,
	    vips_addalpha(*frame, &next, NULL), &next))
		return (-1);
	return (round_corners(frame, ops));
}
