/* SPDX-License-Identifier: BSD-2-Clause
 * Copyright (c) 2026 The pixelfleet authors
 *
 * Sizes and cuts: every fit by its definition, extreme shapes, and areas
 * followed back through turns by turning a small picture for real.
 */

#include <setjmp.h>
#include <stdarg.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>

#include <cmocka.h>

#include "geometry.h"

static struct geometry
plan(unsigned width, unsigned height, struct image_ops ops)
{
	struct geometry g;

	geometry_plan(&g, width, height, &ops);
	return (g);
}

#define OPS(...)	((struct image_ops){ __VA_ARGS__ })
#define SIZE(g, w, h)							\
	do {								\
		assert_int_equal((g).width, (w));			\
		assert_int_equal((g).height, (h));			\
	} while (0)
#define SCALED(g, w, h)							\
	do {								\
		assert_int_equal((g).scaled_width, (w));		\
		assert_int_equal((g).scaled_height, (h));		\
	} while (0)
#define CUT(g, x, y, w, h)						\
	do {								\
		assert_int_equal((g).cut.left, (x));			\
		assert_int_equal((g).cut.top, (y));			\
		assert_int_equal((g).cut.width, (w));			\
		assert_int_equal((g).cut.height, (h));			\
	} while (0)

static void
inside(void **state)
{
	(void)state;
	SIZE(plan(600, 400, OPS(0)), 600, 400);
	SIZE(plan(600, 400, OPS(.width = 300)), 300, 200);
	SIZE(plan(600, 400, OPS(.height = 100)), 150, 100);
	SIZE(plan(600, 400, OPS(.width = 300, .height = 100)), 150, 100);
	SIZE(plan(600, 400, OPS(.width = 300, .height = 300)), 300, 200);
	SIZE(plan(600, 400, OPS(.width = 900)), 600, 400);
	SIZE(plan(600, 400, OPS(.width = 900, .height = 300)), 450, 300);
	SIZE(plan(600, 400, OPS(.width = 900, .enlarge = 1)), 900, 600);
	SIZE(plan(600, 400, OPS(.width = 900, .height = 900, .enlarge = 1)),
	    900, 600);
	/* Half a pixel counts as one, and nothing is ever none. */
	SIZE(plan(4, 3, OPS(.width = 2)), 2, 2);
	SIZE(plan(8192, 1, OPS(.width = 10)), 10, 1);
}

static void
outside(void **state)
{
	struct image_ops ops = OPS(.width = 300, .height = 100,
	    .fit = IMAGE_FIT_OUTSIDE);

	(void)state;
	SIZE(plan(600, 400, ops), 300, 200);
	SIZE(plan(100, 400, ops), 100, 400);
	SIZE(plan(100, 50, ops), 100, 50);
	ops.enlarge = 1;
	SIZE(plan(100, 50, ops), 300, 150);
	SIZE(plan(100, 400, ops), 300, 1200);
	SIZE(plan(1, 100000000, OPS(.width = 8192, .height = 8192,
	    .fit = IMAGE_FIT_OUTSIDE, .enlarge = 1)), 8192, INT32_MAX);
}

static void
fill(void **state)
{
	struct image_ops ops = OPS(.width = 300, .height = 100,
	    .fit = IMAGE_FIT_FILL);
	struct geometry g = plan(600, 400, ops);

	(void)state;
	SCALED(g, 300, 100);
	CUT(g, 0, 0, 300, 100);
	SIZE(plan(150, 400, ops), 150, 50);
	SIZE(plan(600, 50, ops), 150, 50);
	ops.enlarge = 1;
	SIZE(plan(150, 400, ops), 300, 100);
}

static void
contain(void **state)
{
	struct image_ops ops = OPS(.width = 300, .height = 300,
	    .fit = IMAGE_FIT_CONTAIN);
	struct geometry g = plan(600, 400, ops);

	(void)state;
	SCALED(g, 300, 200);
	CUT(g, 0, 0, 300, 200);
	SIZE(g, 300, 300);
	g = plan(60, 40, ops);
	SCALED(g, 60, 40);
	SIZE(g, 300, 300);
	ops.enlarge = 1;
	SCALED(plan(60, 40, ops), 300, 200);
}

static void
cover_and_its_gravity(void **state)
{
	struct image_ops ops = OPS(.width = 200, .height = 200,
	    .fit = IMAGE_FIT_COVER);
	struct geometry g = plan(600, 400, ops);

	(void)state;
	SCALED(g, 300, 200);
	CUT(g, 50, 0, 200, 200);
	ops.gravity = IMAGE_GRAVITY_LEFT;
	CUT(plan(600, 400, ops), 0, 0, 200, 200);
	CUT(plan(400, 600, ops), 0, 50, 200, 200);
	ops.gravity = IMAGE_GRAVITY_RIGHT;
	CUT(plan(600, 400, ops), 100, 0, 200, 200);
	ops.gravity = IMAGE_GRAVITY_TOP;
	CUT(plan(600, 400, ops), 50, 0, 200, 200);
	CUT(plan(400, 600, ops), 0, 0, 200, 200);
	ops.gravity = IMAGE_GRAVITY_BOTTOM;
	CUT(plan(400, 600, ops), 0, 100, 200, 200);
	ops.gravity = IMAGE_GRAVITY_FOCAL;
	ops.focal_x = 0;
	CUT(plan(600, 400, ops), 0, 0, 200, 200);
	ops.focal_x = IMAGE_ONE;
	CUT(plan(600, 400, ops), 100, 0, 200, 200);
	ops.focal_x = IMAGE_ONE / 2;
	CUT(plan(600, 400, ops), 50, 0, 200, 200);
	ops.focal_x = 4000;
	CUT(plan(600, 400, ops), 20, 0, 200, 200);
}

static void
cover_of_small_sources(void **state)
{
	struct image_ops ops = OPS(.width = 2000, .height = 1000,
	    .fit = IMAGE_FIT_COVER);

	(void)state;
	SIZE(plan(600, 400, ops), 600, 300);
	SIZE(plan(300, 900, ops), 300, 150);
	SIZE(plan(3000, 500, ops), 1000, 500);
	ops.enlarge = 1;
	SIZE(plan(600, 400, ops), 2000, 1000);
	SCALED(plan(600, 400, ops), 2000, 1333);
	SIZE(plan(1, 1, ops), 2000, 1000);
	SCALED(plan(1, 1, ops), 2000, 2000);
}

static void
cover_of_a_thread(void **state)
{
	struct image_ops ops = OPS(.width = 8192, .height = 8192,
	    .fit = IMAGE_FIT_COVER, .enlarge = 1);
	struct geometry g = plan(1, 100000000, ops);

	(void)state;
	SIZE(g, 8192, 8192);
	assert_true(g.scaled_height <= 100000);
	assert_int_equal(g.window.top, 49999999);
	assert_int_equal(g.window.height, 1);
	ops.gravity = IMAGE_GRAVITY_RIGHT;
	g = plan(8000000, 3, ops);
	SIZE(g, 8192, 8192);
	assert_int_equal(g.window.left, 7999997);
	assert_int_equal(g.window.width, 3);
	assert_int_equal(g.window.height, 3);
	/* Every part lies in what it is a part of. */
	for (unsigned w = 1; w < 3000000; w = w * 3 + 1)
		for (unsigned h = 1; h < 3000000; h = h * 2 + 1) {
			g = plan(w, h, ops);
			SIZE(g, 8192, 8192);
			assert_true(g.window.left + g.window.width <= w);
			assert_true(g.window.top + g.window.height <= h);
			assert_true(g.cut.left + g.cut.width <=
			    g.scaled_width);
			assert_true(g.cut.top + g.cut.height <=
			    g.scaled_height);
			assert_true(g.scaled_width <= 100000 &&
			    g.scaled_height <= 100000);
		}
}

static void
scale(void **state)
{
	(void)state;
	SIZE(plan(600, 400, OPS(.scale = 5000)), 300, 200);
	SIZE(plan(601, 401, OPS(.scale = 3333)), 200, 134);
	SIZE(plan(600, 400, OPS(.scale = 25000, .enlarge = 1)), 1500, 1000);
	SIZE(plan(10, 10, OPS(.scale = 100)), 1, 1);
}

static void
pad_and_border_grow(void **state)
{
	(void)state;
	SIZE(plan(600, 400, OPS(.width = 300, .pad = 10)), 320, 220);
	SIZE(plan(600, 400, OPS(.width = 300, .pad = 10, .border = 3)), 326,
	    226);
	SIZE(plan(600, 400, OPS(.width = 300, .height = 300,
	    .fit = IMAGE_FIT_CONTAIN, .border = 1)), 302, 302);
}

static void
cuts(void **state)
{
	struct image_ops ops = OPS(.width = 300, .height = 200,
	    .fit = IMAGE_FIT_COVER);
	struct geometry g;

	(void)state;
	g = plan(600, 400, ops);
	assert_false(geometry_cuts(&g, 600, 400));
	g = plan(600, 401, ops);
	assert_true(geometry_cuts(&g, 600, 401));
}

/*--------------------------------------------------------------------
 * A picture of 3 x 2 numbers, turned number by number
 */

struct tiny {
	unsigned	w, h;
	unsigned	at[6];
};

static struct tiny
clockwise(struct tiny in)
{
	struct tiny out = { in.h, in.w, { 0 } };
	unsigned x, y;

	for (y = 0; y < in.h; y++)
		for (x = 0; x < in.w; x++)
			out.at[x * out.w + (in.h - 1 - y)] =
			    in.at[y * in.w + x];
	return (out);
}

static struct tiny
mirrored(struct tiny in)
{
	struct tiny out = in;
	unsigned x, y;

	for (y = 0; y < in.h; y++)
		for (x = 0; x < in.w; x++)
			out.at[y * in.w + in.w - 1 - x] = in.at[y * in.w + x];
	return (out);
}

/* As the EXIF document: where row 0 and column 0 of what is stored are. */
static struct tiny
upright(struct tiny t, int orientation)
{
	switch (orientation) {
	case 2:					/* top, right */
		return (mirrored(t));
	case 3:					/* bottom, right */
		return (clockwise(clockwise(t)));
	case 4:					/* bottom, left */
		return (mirrored(clockwise(clockwise(t))));
	case 5:					/* left, top */
		return (mirrored(clockwise(t)));
	case 6:					/* right, top */
		return (clockwise(t));
	case 7:					/* right, bottom */
		return (clockwise(clockwise(mirrored(clockwise(t)))));
	case 8:					/* left, bottom */
		return (clockwise(clockwise(clockwise(t))));
	default:
		return (t);
	}
}

/* Each pixel, and the whole, there and back. */
static void
areas_are_found_again_after_every_turn(void **state)
{
	const struct tiny stored = { 3, 2, { 1, 2, 3, 4, 5, 6 } };
	struct area a;
	struct tiny t;
	unsigned x, y;
	int o;

	(void)state;
	for (o = 0; o <= 9; o++) {
		t = upright(stored, o);
		for (y = 0; y < t.h; y++)
			for (x = 0; x < t.w; x++) {
				a = geometry_unturn((struct area){ x, y, 1,
				    1 }, t.w, t.h, o);
				assert_int_equal(stored.at[a.top * 3 +
				    a.left], t.at[y * t.w + x]);
				a = geometry_turn(a, 3, 2, o);
				assert_int_equal(a.left, x);
				assert_int_equal(a.top, y);
			}
		a = geometry_unturn((struct area){ 0, 0, t.w, t.h }, t.w, t.h,
		    o);
		assert_int_equal(a.left, 0);
		assert_int_equal(a.top, 0);
		assert_int_equal(a.width, 3);
		assert_int_equal(a.height, 2);
	}
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(inside),
		cmocka_unit_test(outside),
		cmocka_unit_test(fill),
		cmocka_unit_test(contain),
		cmocka_unit_test(cover_and_its_gravity),
		cmocka_unit_test(cover_of_small_sources),
		cmocka_unit_test(cover_of_a_thread),
		cmocka_unit_test(scale),
		cmocka_unit_test(pad_and_border_grow),
		cmocka_unit_test(cuts),
		cmocka_unit_test(areas_are_found_again_after_every_turn),
	};

	return (cmocka_run_group_tests(tests, NULL, NULL));
}
