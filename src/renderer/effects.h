/* SPDX-License-Identifier: BSD-2-Clause
 * Copyright (c) 2026 The pixelfleet authors
 *
 * What makes of each pixel something of those around it.
 */

#ifndef EFFECTS_H
#define EFFECTS_H

#include <vips/vips.h>

/* Steps (step.h); adjust.h says what they do. */
int effects_pixelate(VipsImage **frame, unsigned px);
int effects_blur(VipsImage **frame, double sigma);
int effects_sharpen(VipsImage **frame, double amount);

#endif
