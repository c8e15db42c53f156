/* SPDX-License-Identifier: BSD-2-Clause
 * Copyright (c) 2026 The pixelfleet authors
 *
 * What is left of a picture without its uniform borders.
 */

#ifndef TRIM_H
#define TRIM_H

#include "load.h"

/*
 * Find the smallest area of the first frame, upright from `orientation`,
 * that has every pixel which differs from the upright top left one:
 * by more than `tolerance` (0..255) in any channel, as it is seen, thus
 * with colours weighted by alpha.  A picture that is uniform throughout is
 * left whole.  Decodes the source.  Returns 0, or -1 with the reason in
 * libvips's error buffer.
 */
int trim_find(const struct source *source, int orientation,
    unsigned tolerance, struct area *found);

#endif
