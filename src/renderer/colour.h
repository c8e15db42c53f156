/* SPDX-License-Identifier: BSD-2-Clause
 * Copyright (c) 2026 The pixelfleet authors
 *
 * Colours: whatever the source's are, 8 bit grey or sRGB come out.
 */

#ifndef COLOUR_H
#define COLOUR_H

#include <vips/vips.h>

/*
 * A step (step.h).  Out comes an 8 bit image of 1 (grey) or 3 (sRGB)
 * bands, and one more of alpha where there was one.
 */
int colour_to_srgb(VipsImage **image);

/*
 * A step: drop an alpha band that hides nothing.  Reads all pixels.
 */
int colour_drop_opaque(VipsImage **image);

/* A step: lay what is transparent on white, where there is alpha. */
int colour_flatten(VipsImage **image);

#endif
