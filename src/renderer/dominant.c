/* SPDX-License-Identifier: BSD-2-Clause
 * Copyright (c) 2026 The pixelfleet authors
 *
 * The colour that a picture has most of: see dominant.h.
 */

#include "config.h"

#include "dominant.h"

#define SIDE	16	/* half cubes along a channel */

struct cube {
	uint64_t	weight;
	uint64_t	sum[3];		/* of colours, weighted */
};

static void
add(struct cube *to, const struct cube *cube)
{
	int c;

	to->weight += cube->weight;
	for (c = 0; c < 3; c++)
		to->sum[c] += cube->sum[c];
}

static void
fill(struct cube cubes[SIDE][SIDE][SIDE], const uint8_t *p, size_t n)
{
	struct cube pixel;
	int c;

	for (; n > 0; n--, p += 4) {
		pixel.weight = p[3];
		for (c = 0; c < 3; c++)
			pixel.sum[c] = (uint64_t)p[c] * p[3];
		add(&cubes[p[0] / SIDE][p[1] / SIDE][p[2] / SIDE], &pixel);
	}
}

/* Of two half cubes along each channel. */
static struct cube
whole(struct cube cubes[SIDE][SIDE][SIDE], int r, int g, int b)
{
	struct cube cube = { 0 };
	int i;

	for (i = 0; i < 8; i++)
		add(&cube, &cubes[r + (i & 1)][g + (i >> 1 & 1)][b + (i >> 2)]);
	return (cube);
}

bool
dominant_colour(const uint8_t *rgba, size_t n, uint8_t rgb[3])
{
	static struct cube cubes[SIDE][SIDE][SIDE];
	struct cube cube, best = { 0 };
	int i, r, g, b;

	for (i = 0; i < SIDE * SIDE * SIDE; i++)
		(&cubes[0][0][0])[i] = (struct cube){ 0 };
	fill(cubes, rgba, n);
	for (r = 0; r < SIDE - 1; r++)
		for (g = 0; g < SIDE - 1; g++)
			for (b = 0; b < SIDE - 1; b++) {
				cube = whole(cubes, r, g, b);
				if (cube.weight > best.weight)
					best = cube;
			}
	for (i = 0; i < 3 && best.weight > 0; i++)
		rgb[i] = (uint8_t)((best.sum[i] + best.weight / 2) /
		    best.weight);
	return (best.weight > 0);
}
