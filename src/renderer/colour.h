/* SPDX-License-Identifier: BSD-2-Clause
 * Copyright (c) 2026 The pixelfleet authors
 *
 * Colours: whatever the source's are, 8 bit grey or sRGB come out.
 */

#ifndef COLOUR_H
#define COLOUR_H

#include <stdbool.h>
#include <stdint.h>

#include <vips/vips.h>

/*
 * A step (step.h).  Out comes an 8 bit image of 1 (grey) or 3 (sRGB)
 * bands, and one more of alpha where there was one.
 */
int colour_to_srgb(VipsImage **image);

/* Does it have a profile of grey or RGB, which colour_keep() can leave? */
bool colour_has_profile(VipsImage *image);

/*
 * A step for such an image: as above, but the numbers of the colours stay
 * what they are, 8 bits each, and mean what the profile says.
 */
int colour_keep(VipsImage **image);

/* Does an alpha band hide nothing?  Reads all pixels.  -1: error. */
int colour_opaque(VipsImage *image);

/* A step: drop the alpha band. */
int colour_drop_alpha(VipsImage **image);

/*
 * A step: lay what is transparent on 0xrrggbbaa, where there is alpha; on
 * white where that is no ground itself, but transparent.
 */
int colour_flatten(VipsImage **image, uint32_t rgba);

#endif
