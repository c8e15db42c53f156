/* SPDX-License-Identifier: BSD-2-Clause
 * Copyright (c) 2026 The pixelfleet authors
 *
 * BlurHash, against what its authors' own program makes of the same.
 */

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#include "blurhash.h"

#define WIDTH	20
#define HEIGHT	10

static uint8_t rgb[HEIGHT][WIDTH][3];

static void
expect(const char *hash)
{
	char made[BLURHASH_SIZE];

	blurhash(&rgb[0][0][0], WIDTH, HEIGHT, made);
	assert_string_equal(made, hash);
}

static void
plain(void **state)
{
	(void)state;
	memset(rgb, 255, sizeof rgb);
	expect("LWTSUA-;fQ-;~qoffQoffQfQfQfQ");
	memset(rgb, 0, sizeof rgb);
	expect("L00000fQfQfQfQfQfQfQfQfQfQfQ");
}

static void
gradients(void **state)
{
	int x, y;

	(void)state;
	for (y = 0; y < HEIGHT; y++)
		for (x = 0; x < WIDTH; x++) {
			rgb[y][x][0] = (uint8_t)(x * 12);
			rgb[y][x][1] = (uint8_t)(y * 25);
			rgb[y][x][2] = (uint8_t)(x * y);
		}
	expect("LnF$XE2,wzbsuoR:jse;f*fifQfj");
}

static void
one_pixel(void **state)
{
	static const uint8_t PIXEL[3] = { 255, 0, 0 };
	char made[BLURHASH_SIZE];

	(void)state;
	blurhash(PIXEL, 1, 1, made);
	assert_int_equal(strlen(made), BLURHASH_SIZE - 1);
	/* 4 x 3 components; the mean is red. */
	assert_memory_equal(made, "L~TI:j", 6);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(plain),
		cmocka_unit_test(gradients),
		cmocka_unit_test(one_pixel),
	};

	return (cmocka_run_group_tests(tests, NULL, NULL));
}
