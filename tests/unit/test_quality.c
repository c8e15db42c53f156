/* SPDX-License-Identifier: BSD-2-Clause
 * Copyright (c) 2026 The pixelfleet authors
 *
 * How much pictures look like each other: known values, and that what is
 * seen more counts more.
 */

#include <math.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#include "quality.h"

#define SIDE	128

static uint8_t picture[SIDE][SIDE][3], other[SIDE][SIDE][3];

/* The same numbers on every machine. */
static unsigned
noise(void)
{
	static uint32_t seed = 1;

	seed = seed * 1664525 + 1013904223;
	return (seed >> 24);
}

static uint8_t
clamped(int v)
{
	return ((uint8_t)(v < 0 ? 0 : v > 255 ? 255 : v));
}

/* Waves, steps and some grain. */
static void
draw(void)
{
	int x, y, v;

	for (y = 0; y < SIDE; y++)
		for (x = 0; x < SIDE; x++) {
			v = (int)(128 + 60 * sin(x / 9.0) * cos(y / 7.0)) +
			    (x / 32 % 2) * 30 + (int)noise() % 8;
			picture[y][x][0] = clamped(v + 20);
			picture[y][x][1] = clamped(v);
			picture[y][x][2] = clamped(v - y / 4);
		}
	memcpy(other, picture, sizeof other);
}

/* Change all channels alike where both are below these. */
static void
disturb(int width, int height, int strength)
{
	int x, y, c, d;

	memcpy(other, picture, sizeof other);
	for (y = 0; y < height; y++)
		for (x = 0; x < width; x++) {
			d = (int)noise() % (2 * strength + 1) - strength;
			for (c = 0; c < 3; c++)
				other[y][x][c] =
				    clamped(picture[y][x][c] + d);
		}
}

static double
alike(void)
{
	return (quality_alike(&picture[0][0][0], &other[0][0][0], SIDE, SIDE,
	    3));
}

static void
same(void **state)
{
	(void)state;
	draw();
	assert_true(alike() == 1);
}

static void
more_noise_is_less_alike(void **state)
{
	double last = 1, now;
	int strength;

	(void)state;
	draw();
	for (strength = 2; strength < 60; strength += 8) {
		disturb(SIDE, SIDE, strength);
		now = alike();
		assert_true(now < last);
		last = now;
	}
	assert_true(last < 0.5);
}

/* One window: the formula, written down another way. */
static void
known_value(void **state)
{
	uint8_t a[8][8], b[8][8];
	double ma = 0, mb = 0, va = 0, vb = 0, cov = 0;
	int x, y;

	(void)state;
	for (y = 0; y < 8; y++)
		for (x = 0; x < 8; x++) {
			a[y][x] = (uint8_t)(10 * x + 3 * y);
			b[y][x] = (uint8_t)(9 * x + 4 * y + (x ^ y));
			ma += a[y][x] / 64.0;
			mb += b[y][x] / 64.0;
		}
	for (y = 0; y < 8; y++)
		for (x = 0; x < 8; x++) {
			va += (a[y][x] - ma) * (a[y][x] - ma) / 64;
			vb += (b[y][x] - mb) * (b[y][x] - mb) / 64;
			cov += (a[y][x] - ma) * (b[y][x] - mb) / 64;
		}
	assert_true(fabs(quality_alike(&a[0][0], &b[0][0], 8, 8, 1) -
	    (2 * ma * mb + 6.5025) / (ma * ma + mb * mb + 6.5025) *
	    (2 * cov + 58.5225) / (va + vb + 58.5225)) < 1e-9);
}

static void
the_worst_part_counts(void **state)
{
	double part, all;

	(void)state;
	draw();
	disturb(SIDE, SIDE, 6);
	all = alike();
	/* As much noise, or less, but all in one corner. */
	disturb(SIDE / 4, SIDE / 4, 24);
	part = alike();
	assert_true(part < all - 0.1);
}

static void
colour_alone_counts(void **state)
{
	int x, y;
	double now;

	(void)state;
	draw();
	/* Red and blue by opposite amounts, so that luma hardly moves. */
	for (y = 0; y < SIDE; y++)
		for (x = 0; x < SIDE; x++) {
			int d = (x / 8 + y / 8) % 2 ? 24 : -24;

			other[y][x][0] = clamped(picture[y][x][0] + d);
			other[y][x][1] = clamped(picture[y][x][1] - d * 40 /
			    100);
			other[y][x][2] = clamped(picture[y][x][2] - d * 57 /
			    100);
		}
	now = alike();
	assert_true(now < 0.9);
}

static void
a_shift_of_the_mean_counts(void **state)
{
	int i;

	(void)state;
	draw();
	for (i = 0; i < SIDE * SIDE * 3; i++)
		(&other[0][0][0])[i] =
		    clamped((&picture[0][0][0])[i] + 40);
	assert_true(alike() < 0.99);
}

static void
small_pictures(void **state)
{
	unsigned width, height;

	(void)state;
	draw();
	disturb(SIDE, SIDE, 40);
	for (width = 1; width < 20; width++)
		for (height = 1; height < 20; height++) {
			assert_true(quality_alike(&picture[0][0][0],
			    &picture[0][0][0], width, height, 3) == 1);
			assert_true(quality_alike(&picture[0][0][0],
			    &other[0][0][0], width, height, 3) < 1);
		}
}

static void
opposites(void **state)
{
	int i;

	(void)state;
	draw();
	for (i = 0; i < SIDE * SIDE * 3; i++)
		(&other[0][0][0])[i] = (uint8_t)(255 - (&picture[0][0][0])[i]);
	assert_true(alike() < 0);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(same),
		cmocka_unit_test(more_noise_is_less_alike),
		cmocka_unit_test(known_value),
		cmocka_unit_test(the_worst_part_counts),
		cmocka_unit_test(colour_alone_counts),
		cmocka_unit_test(a_shift_of_the_mean_counts),
		cmocka_unit_test(small_pictures),
		cmocka_unit_test(opposites),
	};

	return (cmocka_run_group_tests(tests, NULL, NULL));
}
