/* SPDX-License-Identifier: BSD-2-Clause
 * Copyright (c) 2026 The pixelfleet authors
 *
 * The size family: scaling down and cutting out.
 */

#ifndef RESIZE_H
#define RESIZE_H

#include <vips/vips.h>

/* Steps (step.h).  Both sizes are exact; neither may be larger. */
int resize_to(VipsImage **image, unsigned width, unsigned height);
int resize_cut(VipsImage **image, unsigned left, unsigned top,
    unsigned width, unsigned height);

#endif
