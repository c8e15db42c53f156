/* SPDX-License-Identifier: BSD-2-Clause
 * Copyright (c) 2026 The pixelfleet authors
 *
 * What a file's numbers stand for, where that is not said by a profile.
 */

#ifndef LEVELS_H
#define LEVELS_H

#include <stddef.h>

#include <vips/vips.h>

/*
 * A step (step.h), for an image as it was loaded: out come 8 or 16 bits a
 * channel that a picture can be scaled in, alpha included, for all but Lab
 * and its kin.  `gamma`: the exponent that a file says it was encoded by;
 * 0: it does not.
 */
int levels(VipsImage **image, double gamma);

/*
 * The gamma of a PNG that says so, or 0: it has none, has something better
 * (a profile, or that it is sRGB), or has one that is sRGB's.
 */
double levels_png_gamma(const void *data, size_t len);

#endif
