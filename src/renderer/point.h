/* SPDX-License-Identifier: BSD-2-Clause
 * Copyright (c) 2026 The pixelfleet authors
 *
 * What makes of each pixel another one, wherever it stands: first a lookup
 * for each channel, then one affine map of the three, and one rounding.
 */

#ifndef POINT_H
#define POINT_H

#include <stdbool.h>

#include <vips/vips.h>

struct point {
	bool		maps;		/* lookup or matrix do something */
	bool		mixes;		/* the matrix does */
	float		lookup[3][256];	/* of each channel, 0..1 */
	float		matrix[3][4];	/* by row: r g b 1 */
};

/* A step (step.h).  Alpha stays; see adjust.h for the bands. */
int point_run(VipsImage **frame, const struct point *);

#endif
