/* SPDX-License-Identifier: BSD-2-Clause
 * Copyright (c) 2026 The pixelfleet authors
 *
 * The colour that a picture has most of.
 *
 * Each pixel falls into a cube of sRGB, an eighth of the scale a side; the
 * cubes overlap by half, so that none is favoured for where it lies.  The
 * mean of the pixels in the fullest cube is the colour.  A pixel counts by
 * its opacity.  Pure: no libvips.
 */

#ifndef DOMINANT_H
#define DOMINANT_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/*
 * Of n pixels of sRGB with alpha, four bytes each.  Returns false where
 * nothing can be seen.
 */
bool dominant_colour(const uint8_t *rgba, size_t n, uint8_t rgb[3]);

#endif
