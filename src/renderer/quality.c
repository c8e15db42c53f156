/* SPDX-License-Identifier: BSD-2-Clause
 * Copyright (c) 2026 The pixelfleet authors
 *
 * How much a picture looks like another: see quality.h.
 */

#include "config.h"

#include <math.h>
#include <stdlib.h>

#include "quality.h"

#define WINDOW		8	/* px, a window's side */
#define STEP		4	/* px, from one to the next */
#define WORST		20	/* one in so many counts */

/* The paper's: (0.01 * 255)^2 and (0.03 * 255)^2. */
#define C1		6.5025
#define C2		58.5225

/*
 * What is lost of colour may be so much less than what is lost of luma,
 * as a share; measured, so that subsampled colour passes on photographs
 * and not on red letters.
 */
#define COLOUR_SHARE	0.4

struct plane {
	uint8_t		*p;		/* owned */
	unsigned	width, height;
};

/* ITU-R BT.601, as JPEG has it; 0: luma, 1 and 2: colour. */
static uint8_t
component(const uint8_t *rgb, unsigned which)
{
	static const int OF[3][3] = {
		{ 19595, 38470, 7471 }, { -11059, -21709, 32768 },
		{ 32768, -27439, -5329 }
	};
	const int *c = OF[which];
	int v = c[0] * rgb[0] + c[1] * rgb[1] + c[2] * rgb[2] + 32768;

	v = (v >> 16) + (which > 0 ? 128 : 0);
	return ((uint8_t)(v < 0 ? 0 : v > 255 ? 255 : v));
}

static int
plane_take(struct plane *plane, const uint8_t *pixels, unsigned width,
    unsigned height, unsigned bands, unsigned which)
{
	size_t n = (size_t)width * height, i;

	*plane = (struct plane){ malloc(n), width, height };
	if (plane->p == NULL)
		return (-1);
	for (i = 0; i < n; i++)
		plane->p[i] = bands == 1 ? pixels[i] :
		    component(pixels + 3 * i, which);
	return (0);
}

/* In place: the mean of four pixels each. */
static void
halve(struct plane *plane)
{
	unsigned width = (plane->width + 1) / 2, x, y, sum;
	unsigned height = (plane->height + 1) / 2;
	const uint8_t *from, *below;
	unsigned next;

	for (y = 0; y < height; y++) {
		from = plane->p + (size_t)2 * y * plane->width;
		below = 2 * y + 1 < plane->height ? from + plane->width : from;
		for (x = 0; x < width; x++) {
			next = 2 * x + 1 < plane->width ? 2 * x + 1 : 2 * x;
			sum = (unsigned)from[2 * x] + from[next] +
			    below[2 * x] + below[next];
			plane->p[(size_t)y * width + x] =
			    (uint8_t)((sum + 2) / 4);
		}
	}
	plane->width = width;
	plane->height = height;
}

/* Of the windows at x, y; less than WINDOW a side in a small picture. */
static double
similarity(const struct plane *a, const struct plane *b, unsigned x,
    unsigned y, unsigned width, unsigned height)
{
	const uint8_t *p, *q;
	unsigned i, j, n = width * height;
	unsigned sa = 0, sb = 0, saa = 0, sbb = 0, sab = 0;
	double ma, mb, va, vb, cov;

	for (j = 0; j < height; j++) {
		p = a->p + (size_t)(y + j) * a->width + x;
		q = b->p + (size_t)(y + j) * b->width + x;
		for (i = 0; i < width; i++) {
			sa += p[i];
			sb += q[i];
			saa += (unsigned)p[i] * p[i];
			sbb += (unsigned)q[i] * q[i];
			sab += (unsigned)p[i] * q[i];
		}
	}
	ma = (double)sa / n;
	mb = (double)sb / n;
	va = (double)saa / n - ma * ma;
	vb = (double)sbb / n - mb * mb;
	cov = (double)sab / n - ma * mb;
	return ((2 * ma * mb + C1) * (2 * cov + C2) /
	    ((ma * ma + mb * mb + C1) * (va + vb + C2)));
}

/* The windows that cover a side. */
static unsigned
windows(unsigned side)
{
	return (side <= WINDOW ? 1 : (side - WINDOW) / STEP + 1);
}

static int
ascending(const void *a, const void *b)
{
	double x = *(const double *)a, y = *(const double *)b;

	return (x < y ? -1 : x > y);
}

/* The mean of the worst 1/worst of all windows. */
static double
pooled(const struct plane *a, const struct plane *b, unsigned worst)
{
	unsigned width = a->width < WINDOW ? a->width : WINDOW;
	unsigned height = a->height < WINDOW ? a->height : WINDOW;
	unsigned nx = windows(a->width), ny = windows(a->height), x, y;
	size_t n = (size_t)nx * ny, i;
	double *all = malloc(n * sizeof *all), sum = 0;

	if (all == NULL)
		return (0);
	for (y = 0; y < ny; y++)
		for (x = 0; x < nx; x++)
			all[(size_t)y * nx + x] = similarity(a, b, x * STEP,
			    y * STEP, width, height);
	if (worst > 1)
		qsort(all, n, sizeof *all, ascending);
	n = (n + worst - 1) / worst;
	for (i = 0; i < n; i++)
		sum += all[i];
	free(all);
	return (sum / (double)n);
}

static double
compare(const uint8_t *a, const uint8_t *b, unsigned width, unsigned height,
    unsigned bands, unsigned which)
{
	struct plane pa = { 0 }, pb = { 0 };
	double alike = 0;

	if (plane_take(&pa, a, width, height, bands, which) == 0 &&
	    plane_take(&pb, b, width, height, bands, which) == 0) {
		if (which > 0) {
			halve(&pa);
			halve(&pb);
		}
		alike = pooled(&pa, &pb, which > 0 ? 1 : WORST);
	}
	free(pa.p);
	free(pb.p);
	return (alike);
}

double
quality_alike(const uint8_t *a, const uint8_t *b, unsigned width,
    unsigned height, unsigned bands)
{
	double luma = compare(a, b, width, height, bands, 0), colour;

	if (bands == 1)
		return (luma);
	colour = (compare(a, b, width, height, bands, 1) +
	    compare(a, b, width, height, bands, 2)) / 2;
	return (fmin(luma, 1 - (1 - colour) / COLOUR_SHARE));
}
