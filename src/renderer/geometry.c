/* SPDX-License-Identifier: BSD-2-Clause
 * Copyright (c) 2026 The pixelfleet authors
 *
 * How large the result is, and which part of the source it shows: see
 * geometry.h.
 *
 * Whether width or height decides is settled by cross multiplication, so
 * no rounding is involved in it.
 */

#include "config.h"

#include <stdint.h>

#include "geometry.h"

/* round(n * num / den), half up, at least 1 */
static unsigned
scaled(unsigned n, unsigned num, unsigned den)
{
	uint64_t r;

	r = ((uint64_t)n * num * 2 + den) / ((uint64_t)den * 2);
	return (r > 0 ? (unsigned)r : 1);
}

/* Is w x h at least as wide, for its height, as w2 x h2? */
static bool
wider(unsigned w, unsigned h, unsigned w2, unsigned h2)
{
	return ((uint64_t)w * h2 >= (uint64_t)w2 * h);
}

/* The source's aspect, as large as the box and the source allow. */
static void
plan_inside(struct geometry *g, unsigned sw, unsigned sh, unsigned w,
    unsigned h)
{
	g->scaled_width = sw;
	g->scaled_height = sh;
	if (w > 0 && (h == 0 || wider(sw, sh, w, h))) {
		if (w < sw) {
			g->scaled_width = w;
			g->scaled_height = scaled(sh, w, sw);
		}
	} else if (h > 0 && h < sh) {
		g->scaled_width = scaled(sw, h, sh);
		g->scaled_height = h;
	}
	g->width = g->scaled_width;
	g->height = g->scaled_height;
	g->left = g->top = 0;
}

/*
 * The box's aspect: the box itself, or the largest of its shape where the
 * source is too small.  The source is scaled to cover that, and what
 * stands out is cut off on both sides alike.
 */
static void
plan_cover(struct geometry *g, unsigned sw, unsigned sh, unsigned w,
    unsigned h)
{
	g->width = w;
	g->height = h;
	if (w > sw || h > sh) {
		if (wider(w, h, sw, sh)) {
			g->width = sw;
			g->height = scaled(h, sw, w);
		} else {
			g->width = scaled(w, sh, h);
			g->height = sh;
		}
	}
	if (wider(g->width, g->height, sw, sh)) {
		g->scaled_width = g->width;
		g->scaled_height = scaled(sh, g->width, sw);
	} else {
		g->scaled_width = scaled(sw, g->height, sh);
		g->scaled_height = g->height;
	}
	g->left = (g->scaled_width - g->width) / 2;
	g->top = (g->scaled_height - g->height) / 2;
}

void
geometry_plan(struct geometry *g, unsigned source_width,
    unsigned source_height, const struct image_ops *ops)
{
	if (ops->fit == IMAGE_FIT_COVER && ops->width > 0 && ops->height > 0)
		plan_cover(g, source_width, source_height, ops->width,
		    ops->height);
	else
		plan_inside(g, source_width, source_height, ops->width,
		    ops->height);
}
