/* SPDX-License-Identifier: BSD-2-Clause
 * Copyright (c) 2026 The pixelfleet authors
 *
 * How much a picture looks like another: see quality.h.
 */

#include "config.h"

#include <math.h>
#include <stdbool.h>
#include <stdlib.h>

#include "quality.h"

#define WINDOW		8	/* px, a window's side */
#define STEP		4	/* px, from one to the next */
#define WORST		20	/* one in so many counts */

/* The paper's: (0.01 * 255)^2 and (0.03 * 255)^2. */
#define C1		6.5025
#define C2		58.5225

/*
 * One step of colour, off by so much in the mean (a root of squares), is
 * this much of likeness.  Measured: with colour subsampled, photographs are
 * off by up to 9 where it matters, and nobody sees it; red letters and the
 * edges of a logo by 11 and more, and everybody does.
 */
#define COLOUR_STEP	0.006

/* One component of both pictures. */
struct plane {
	uint8_t		*a, *b;		/* owned */
	unsigned	width, height;
};

/* Part of it. */
struct window {
	unsigned	x, y, width, height;
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

static uint8_t *
take(const uint8_t *pixels, size_t n, unsigned bands, unsigned which)
{
	uint8_t *p = malloc(n);
	size_t i;

	for (i = 0; i < n && p != NULL; i++)
		p[i] = bands == 1 ? pixels[i] :
		    component(pixels + 3 * i, which);
	return (p);
}

static double
similarity(const struct plane *plane, const struct window *w)
{
	const uint8_t *p, *q;
	unsigned i, j, n = w->width * w->height;
	unsigned sa = 0, sb = 0, saa = 0, sbb = 0, sab = 0;
	double ma, mb, va, vb, cov;

	for (j = 0; j < w->height; j++) {
		p = plane->a + (size_t)(w->y + j) * plane->width + w->x;
		q = plane->b + (size_t)(w->y + j) * plane->width + w->x;
		for (i = 0; i < w->width; i++) {
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

/* The mean square of what is lost of both colours; less than 0. */
static double
colour_loss(const struct plane *plane, const struct window *w)
{
	unsigned which, i, j, sum = 0;
	size_t at;
	int d;

	for (which = 0; which < 2; which++, plane++)
		for (j = 0; j < w->height; j++) {
			at = (size_t)(w->y + j) * plane->width + w->x;
			for (i = 0; i < w->width; i++) {
				d = plane->a[at + i] - plane->b[at + i];
				sum += (unsigned)(d * d);
			}
		}
	return (-(double)sum / (w->width * w->height));
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

typedef double window_value(const struct plane *, const struct window *);

/* The mean of the worst of all windows. */
static double
worst(const struct plane *plane, window_value *value)
{
	struct window w = {
		.width = plane->width < WINDOW ? plane->width : WINDOW,
		.height = plane->height < WINDOW ? plane->height : WINDOW
	};
	unsigned nx = windows(plane->width), ny = windows(plane->height);
	size_t n = (size_t)nx * ny, i;
	double *all = malloc(n * sizeof *all), sum = 0;

	if (all == NULL)
		return (-HUGE_VAL);
	for (i = 0; i < n; i++) {
		w.x = (unsigned)(i % nx) * STEP;
		w.y = (unsigned)(i / nx) * STEP;
		all[i] = value(plane, &w);
	}
	qsort(all, n, sizeof *all, ascending);
	n = (n + WORST - 1) / WORST;
	for (i = 0; i < n; i++)
		sum += all[i];
	free(all);
	return (sum / (double)n);
}

double
quality_alike(const uint8_t *a, const uint8_t *b, unsigned width,
    unsigned height, unsigned bands)
{
	struct plane planes[3] = { { 0 } };
	size_t n = (size_t)width * height;
	double luma, colour = 1;
	unsigned i;
	bool all = true;

	for (i = 0; i < bands; i++) {
		planes[i] = (struct plane){ take(a, n, bands, i),
		    take(b, n, bands, i), width, height };
		all = all && planes[i].a != NULL && planes[i].b != NULL;
	}
	luma = all ? worst(&planes[0], similarity) : 0;
	if (all && bands == 3)
		colour = 1 - COLOUR_STEP * sqrt(-worst(&planes[1],
		    colour_loss));
	for (i = 0; i < bands; i++) {
		free(planes[i].a);
		free(planes[i].b);
	}
	return (fmin(luma, colour));
}
