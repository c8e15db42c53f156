/* SPDX-License-Identifier: BSD-2-Clause
 * Copyright (c) 2026 The pixelfleet authors
 *
 * How much a picture looks like another, as an eye would say.
 *
 * Structural similarity (Wang, Bovik, Sheikh, Simoncelli: "Image quality
 * assessment: from error visibility to structural similarity", 2004) of
 * luma, in windows of 8 x 8 pixels.  Not the mean of all windows counts,
 * since an eye goes to what is worst, but the mean of the worst twentieth.
 * Colour counts by how far it is off, in the worst twentieth again: most of
 * it may be lost in a texture, where structural similarity would mind, and
 * nothing of it at the edge of a red letter.
 *
 * Pure: no libvips, and the same everywhere.
 */

#ifndef QUALITY_H
#define QUALITY_H

#include <stdint.h>

/*
 * Of two pictures of width x height pixels, grey (1 band) or sRGB (3), a
 * byte each, without gaps.  1: the same; 0 or less: nothing in common.
 */
double quality_alike(const uint8_t *a, const uint8_t *b, unsigned width,
    unsigned height, unsigned bands);

#endif
