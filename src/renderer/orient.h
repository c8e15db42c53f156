/* SPDX-License-Identifier: BSD-2-Clause
 * Copyright (c) 2026 The pixelfleet authors
 *
 * The turning family: EXIF orientation.
 */

#ifndef ORIENT_H
#define ORIENT_H

#include <stdbool.h>

#include <vips/vips.h>

/* Does this orientation exchange width and height? */
bool orient_swaps(int orientation);

/* A step (step.h): make upright what was stored in this orientation. */
int orient_upright(VipsImage **image, int orientation);

#endif
