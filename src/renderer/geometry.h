/* SPDX-License-Identifier: BSD-2-Clause
 * Copyright (c) 2026 The pixelfleet authors
 *
 * How large the result is, and which part of the source it shows.
 *
 * Pure arithmetic in whole pixels of the upright picture.  Sizes are exact
 * and rounded half up, never 0, never larger than the source's.
 */

#ifndef GEOMETRY_H
#define GEOMETRY_H

#include "image_ops.h"

struct geometry {
	unsigned	scaled_width, scaled_height;	/* first this size... */
	unsigned	left, top;			/* ...then cut here */
	unsigned	width, height;			/* this, the result */
};

void geometry_plan(struct geometry *, unsigned source_width,
    unsigned source_height, const struct image_ops *);

#endif
