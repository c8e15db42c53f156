/* SPDX-License-Identifier: BSD-2-Clause
 * Copyright (c) 2026 The pixelfleet authors
 *
 * The turning family: EXIF orientation, angle and flip.
 *
 * All of them together are one of eight ways to lay a picture, hence one
 * orientation: EXIF's, that of a stored picture which, made upright, looks
 * as asked.  Pixels change places and nothing else.
 */

#ifndef ORIENT_H
#define ORIENT_H

#include <stdbool.h>

#include <vips/vips.h>

#include "image_ops.h"

/*
 * The one orientation that stands for: make upright what was stored in
 * `orientation`, turn it anticlockwise by `angle` (0 90 180 270 degrees),
 * then flip.
 */
int orient_turned(int orientation, unsigned angle, enum image_flip flip);

/* Does this orientation exchange width and height? */
bool orient_swaps(int orientation);

/* A step (step.h): make upright what was stored in this orientation. */
int orient_upright(VipsImage **image, int orientation);

#endif
