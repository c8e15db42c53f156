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

/*
 * A result of a few pixels of a source of extreme shape would be cut from
 * something larger than any image library counts.  Where that would pass
 * this side, the source is narrowed first, to whole pixels.
 */
#define SCALED_MAX	100000	/* px */

/* round(n * num / den), half up, at least 1, at most INT_MAX */
static unsigned
scaled(unsigned n, unsigned num, unsigned den)
{
	uint64_t r = (uint64_t)n * num;

	r = r / den + (r % den * 2 >= den ? 1 : 0);
	if (r > INT_MAX)
		r = INT_MAX;
	return (r > 0 ? (unsigned)r : 1);
}

/* Is w x h at least as wide, for its height, as w2 x h2? */
static bool
wider(unsigned w, unsigned h, unsigned w2, unsigned h2)
{
	return ((uint64_t)w * h2 >= (uint64_t)w2 * h);
}

/*
 * Where `part` of a `total` begins along one axis: in the middle, or
 * around the focal point, as far as there is something on both sides.
 */
static unsigned
place(unsigned total, unsigned part, bool focal, unsigned focus)
{
	uint64_t at, half;

	if (!focal)
		return ((total - part) / 2);
	/* In 1/(2 ONE) px, so that half of an odd part is whole. */
	at = (uint64_t)total * focus * 2;
	half = (uint64_t)part * IMAGE_ONE;
	at = at > half ? (at - half + IMAGE_ONE) / (2 * IMAGE_ONE) : 0;
	return (at > total - part ? total - part : (unsigned)at);
}

static unsigned
place_across(unsigned total, unsigned part, const struct image_ops *ops)
{
	if (ops->gravity == IMAGE_GRAVITY_LEFT)
		return (0);
	if (ops->gravity == IMAGE_GRAVITY_RIGHT)
		return (total - part);
	return (place(total, part, ops->gravity == IMAGE_GRAVITY_FOCAL,
	    ops->focal_x));
}

static unsigned
place_down(unsigned total, unsigned part, const struct image_ops *ops)
{
	if (ops->gravity == IMAGE_GRAVITY_TOP)
		return (0);
	if (ops->gravity == IMAGE_GRAVITY_BOTTOM)
		return (total - part);
	return (place(total, part, ops->gravity == IMAGE_GRAVITY_FOCAL,
	    ops->focal_y));
}

static void
plan_scale(struct geometry *g, unsigned scale)
{
	g->scaled_width = scaled(g->window.width, scale, IMAGE_ONE);
	g->scaled_height = scaled(g->window.height, scale, IMAGE_ONE);
}

/*
 * The source's aspect: as large as the box allows, or for `outside` as
 * small as covers it.  A side of 0 is free.
 */
static void
plan_aspect(struct geometry *g, const struct image_ops *ops, bool outside)
{
	unsigned sw = g->window.width, sh = g->window.height;
	unsigned w = ops->width, h = ops->height;
	bool by_width;

	g->scaled_width = sw;
	g->scaled_height = sh;
	if (w == 0 && h == 0)
		return;
	by_width = h == 0 || (w > 0 && wider(sw, sh, w, h) != outside);
	if (!ops->enlarge && (by_width ? w >= sw : h >= sh))
		return;
	if (by_width) {
		g->scaled_width = w;
		g->scaled_height = scaled(sh, w, sw);
	} else {
		g->scaled_width = scaled(sw, h, sh);
		g->scaled_height = h;
	}
}

/* The box, or the largest of its shape in a source that is too small. */
static void
plan_box(struct geometry *g, const struct image_ops *ops)
{
	unsigned sw = g->window.width, sh = g->window.height;
	unsigned w = ops->width, h = ops->height;

	g->cut.width = w;
	g->cut.height = h;
	if (ops->enlarge || (w <= sw && h <= sh))
		return;
	if (wider(w, h, sw, sh)) {
		g->cut.width = sw;
		g->cut.height = scaled(h, sw, w);
	} else {
		g->cut.width = scaled(w, sh, h);
		g->cut.height = sh;
	}
}

/* The source is scaled to cover the box; what stands out is cut off. */
static void
plan_cover(struct geometry *g, const struct image_ops *ops)
{
	struct area *win = &g->window, *cut = &g->cut;
	unsigned part;

	plan_box(g, ops);
	if (wider(cut->width, cut->height, win->width, win->height)) {
		g->scaled_width = cut->width;
		g->scaled_height = scaled(win->height, cut->width, win->width);
		if (g->scaled_height > SCALED_MAX) {
			part = scaled(cut->height, win->width, cut->width);
			win->top = place_down(win->height, part, ops);
			win->height = part;
			g->scaled_height = scaled(part, cut->width, win->width);
		}
		if (g->scaled_height < cut->height)
			g->scaled_height = cut->height;
	} else {
		g->scaled_width = scaled(win->width, cut->height, win->height);
		g->scaled_height = cut->height;
		if (g->scaled_width > SCALED_MAX) {
			part = scaled(cut->width, win->height, cut->height);
			win->left = place_across(win->width, part, ops);
			win->width = part;
			g->scaled_width = scaled(part, cut->height,
			    win->height);
		}
		if (g->scaled_width < cut->width)
			g->scaled_width = cut->width;
	}
	cut->left = place_across(g->scaled_width, cut->width, ops);
	cut->top = place_down(g->scaled_height, cut->height, ops);
}

static void
plan_all(struct geometry *g)
{
	g->cut = (struct area){ 0, 0, g->scaled_width, g->scaled_height };
}

static unsigned
plus(unsigned side, unsigned more)
{
	uint64_t r = (uint64_t)side + 2 * (uint64_t)more;

	return (r > INT_MAX ? INT_MAX : (unsigned)r);
}

void
geometry_plan(struct geometry *g, unsigned width, unsigned height,
    const struct image_ops *ops)
{
	bool box = ops->width > 0 && ops->height > 0;

	*g = (struct geometry){ .window = { 0, 0, width, height } };
	if (ops->scale > 0) {
		plan_scale(g, ops->scale);
		plan_all(g);
	} else if (box && ops->fit == IMAGE_FIT_COVER) {
		plan_cover(g, ops);
	} else if (box && ops->fit == IMAGE_FIT_FILL) {
		plan_box(g, ops);
		g->scaled_width = g->cut.width;
		g->scaled_height = g->cut.height;
	} else {
		plan_aspect(g, ops, box && ops->fit == IMAGE_FIT_OUTSIDE);
		plan_all(g);
	}
	g->canvas_width = g->cut.width;
	g->canvas_height = g->cut.height;
	if (box && ops->fit == IMAGE_FIT_CONTAIN) {
		g->canvas_width = ops->width;
		g->canvas_height = ops->height;
	}
	g->width = plus(plus(g->canvas_width, ops->pad), ops->border);
	g->height = plus(plus(g->canvas_height, ops->pad), ops->border);
}

bool
geometry_cuts(const struct geometry *g, unsigned width, unsigned height)
{
	return (g->scaled_width > g->cut.width ||
	    g->scaled_height > g->cut.height || g->window.width < width ||
	    g->window.height < height);
}

/*--------------------------------------------------------------------
 * Turning back
 */

struct turned {
	struct area	area;
	unsigned	width, height;	/* of the whole picture */
};

static void
mirror(struct turned *t)
{
	t->area.left = t->width - t->area.left - t->area.width;
}

/* Undo quarter turns clockwise. */
static void
unturn(struct turned *t, unsigned quarters)
{
	struct turned was;

	for (; quarters > 0; quarters--) {
		was.area.left = t->area.top;
		was.area.top = t->width - t->area.left - t->area.width;
		was.area.width = t->area.height;
		was.area.height = t->area.width;
		was.width = t->height;
		was.height = t->width;
		*t = was;
	}
}

/* An orientation: mirrored where true, after quarters clockwise. */
static const struct upright {
	unsigned	quarters;
	bool		mirrored;
} UPRIGHT[9] = {
	[2] = { 0, true }, [3] = { 2, false }, [4] = { 2, true },
	[5] = { 1, true }, [6] = { 1, false }, [7] = { 3, true },
	[8] = { 3, false }
};

static struct upright
upright(int orientation)
{
	return (UPRIGHT[orientation >= 1 && orientation <= 8 ?
	    orientation : 0]);
}

struct area
geometry_unturn(struct area area, unsigned width, unsigned height,
    int orientation)
{
	const struct upright u = upright(orientation);
	struct turned t = { area, width, height };

	if (u.mirrored)
		mirror(&t);
	unturn(&t, u.quarters);
	return (t.area);
}

struct area
geometry_turn(struct area area, unsigned width, unsigned height,
    int orientation)
{
	const struct upright u = upright(orientation);
	struct turned t = { area, width, height };

	unturn(&t, (4 - u.quarters) % 4);
	if (u.mirrored)
		mirror(&t);
	return (t.area);
}

struct area
geometry_within(struct area outer, struct area inner)
{
	inner.left += outer.left;
	inner.top += outer.top;
	return (inner);
}
