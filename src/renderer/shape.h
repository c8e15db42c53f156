/* SPDX-License-Identifier: BSD-2-Clause
 * Copyright (c) 2026 The pixelfleet authors
 *
 * The shape family: border and rounded corners.
 */

#ifndef SHAPE_H
#define SHAPE_H

#include <vips/vips.h>

#include "image_ops.h"

/*
 * A step (step.h): ops->border px more on each side, in the border's
 * colour; then ops->radius takes the corners off.
 *
 * The radius is that of the outer edge, at most half the shorter side, and
 * the border's inner edge is parallel to it (radius less border, a right
 * angle where nothing is left).  An edge pixel is covered by as much as
 * the circle covers of it.  With a radius there always is alpha in what
 * comes out; with a border alone as canvas_pad() has it.
 */
int shape(VipsImage **frame, const struct image_ops *ops);

#endif
