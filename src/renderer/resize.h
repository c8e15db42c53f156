/* SPDX-License-Identifier: BSD-2-Clause
 * Copyright (c) 2026 The pixelfleet authors
 *
 * The size family: scaling and cutting out.
 */

#ifndef RESIZE_H
#define RESIZE_H

#include <vips/vips.h>

#include "geometry.h"

/* Steps (step.h).  The size that comes out is exact. */
int resize_to(VipsImage **image, unsigned width, unsigned height);
int resize_cut(VipsImage **image, const struct area *area);

/* A step: no side may be smaller, and alpha is not looked at. */
int resize_enlarge(VipsImage **image, unsigned width, unsigned height);

#endif
