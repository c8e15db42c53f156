/* SPDX-License-Identifier: BSD-2-Clause
 * Copyright (c) 2026 The pixelfleet authors
 *
 * What renders cost, against each other and within a factor of what was
 * measured.
 */

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>

#include <cmocka.h>

#include "cost.h"

static double
cost(enum image_format format, uint32_t width, uint32_t height,
    uint32_t frames, const char *operations)
{
	struct image_header h = { .format = format, .width = width,
	    .height = height, .frames = frames, .sure = true };
	char err[IMAGE_ERROR_MAX];
	struct image_ops ops;

	if (image_ops_parse(&ops, operations, err) != 0)
		fail_msg("%s: %s", operations, err);
	return (cost_of_render(&h, &ops));
}

#define PHOTO	IMAGE_FORMAT_JPG, 4000, 3000, 1

/* By `pixelfleet-renderer --render`, see cost.c. */
static void
test_measured(void **state)
{
	static const struct {
		enum image_format	format;
		const char		*ops;
		double			ms;
	} t[] = {
		{ IMAGE_FORMAT_JPG, "width=100&format=jpg", 65 },
		{ IMAGE_FORMAT_JPG, "width=1000&format=jpg", 123 },
		{ IMAGE_FORMAT_JPG, "width=2000&format=jpg", 320 },
		{ IMAGE_FORMAT_JPG, "width=3900&format=jpg", 573 },
		{ IMAGE_FORMAT_JPG, "width=400&format=avif", 228 },
		{ IMAGE_FORMAT_PNG, "width=100&format=jpg", 218 },
		{ IMAGE_FORMAT_WEBP, "width=100&format=jpg", 186 },
		{ IMAGE_FORMAT_AVIF, "width=100&format=jpg", 430 },
		{ IMAGE_FORMAT_JXL, "width=100&format=jpg", 406 },
		{ IMAGE_FORMAT_OTHER, "width=1000&format=avif", 908 },
		{ IMAGE_FORMAT_OTHER, "width=1000&format=webp", 340 },
		{ IMAGE_FORMAT_OTHER, "width=4000&format=png", 1495 },
		{ IMAGE_FORMAT_OTHER, "width=1000&format=jxl", 279 }
	};
	double got;
	unsigned i;

	(void)state;
	for (i = 0; i < sizeof t / sizeof t[0]; i++) {
		got = cost(t[i].format, 4000, 3000, 1, t[i].ops);
		if (got < t[i].ms / 2 || got > t[i].ms * 2)
			fail_msg("%d %s: %g, measured %g", t[i].format,
			    t[i].ops, got, t[i].ms);
	}
}

static void
test_dear_and_cheap(void **state)
{

	(void)state;
	assert_true(cost(PHOTO, "width=400&format=webp") < COST_DEAR);
	assert_true(cost(PHOTO, "width=400&format=avif") < COST_DEAR);
	assert_true(cost(PHOTO, "meta=true") < COST_DEAR);
	assert_true(cost(PHOTO, "width=2000&format=avif") > COST_DEAR);
	assert_true(cost(PHOTO, "format=avif") > 10 * COST_DEAR);
	assert_true(cost(IMAGE_FORMAT_GIF, 800, 600, 100, "width=400") >
	    COST_DEAR);
	assert_true(cost(IMAGE_FORMAT_GIF, 800, 600, 100,
	    "width=400&animated=false") < COST_DEAR);
}

static void
test_what_makes_it_dearer(void **state)
{
	double plain = cost(PHOTO, "width=400&height=300&format=webp");

	(void)state;
	assert_true(cost(PHOTO, "width=400&format=webp") == plain);
	assert_true(cost(PHOTO, "width=400&height=300&crop=top&format=webp") ==
	    plain);
	assert_true(cost(PHOTO, "width=400&height=3000&format=webp") == plain);
	assert_true(cost(PHOTO, "scale=0.1&format=webp") == plain);
	assert_true(cost(PHOTO, "width=400&height=300&blur=3&format=webp") >
	    plain);
	assert_true(cost(PHOTO,
	    "width=400&height=300&format=webp&quality=auto") > plain);
	assert_true(cost(PHOTO,
	    "width=400&height=300&format=webp&lossless=true") > plain);
	assert_true(cost(PHOTO, "width=400&height=300&pad=9&format=webp") >
	    plain);
	/* Nothing is enlarged unasked. */
	assert_true(cost(PHOTO, "width=8000&format=jpg") ==
	    cost(PHOTO, "format=jpg"));
	assert_true(cost(PHOTO, "width=8000&enlarge=true&format=jpg") >
	    cost(PHOTO, "format=jpg"));
	/* Frames count where there is motion. */
	assert_true(cost(IMAGE_FORMAT_GIF, 400, 300, 10, "format=webp") >
	    9 * cost(IMAGE_FORMAT_GIF, 400, 300, 1, "format=webp"));
	assert_true(cost(IMAGE_FORMAT_GIF, 400, 300, 10, "format=jpg") ==
	    cost(IMAGE_FORMAT_GIF, 400, 300, 1, "format=jpg"));
}

static void
test_unknown(void **state)
{
	struct image_ops ops;

	(void)state;
	memset(&ops, 0, sizeof ops);
	assert_true(cost_of_render(NULL, &ops) == COST_UNKNOWN);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_measured),
		cmocka_unit_test(test_dear_and_cheap),
		cmocka_unit_test(test_what_makes_it_dearer),
		cmocka_unit_test(test_unknown)
	};

	return (cmocka_run_group_tests(tests, NULL, NULL));
}
