/* SPDX-License-Identifier: BSD-2-Clause
 * Copyright (c) 2026 The pixelfleet authors
 *
 * The canvas family: room around a picture.
 *
 * A colour is 0xrrggbbaa.  It is laid beside the picture, not beneath it:
 * what is transparent in the picture stays so.  Out come as many bands as
 * the two need: alpha is added for a colour that is not opaque, grey turns
 * to RGB for a colour that is not grey.
 */

#ifndef CANVAS_H
#define CANVAS_H

#include <stdint.h>

#include <vips/vips.h>

/* A step (step.h): the picture in the middle of exactly width x height. */
int canvas_contain(VipsImage **frame, unsigned width, unsigned height,
    uint32_t rgba);

/* A step: px more on each of the four sides. */
int canvas_pad(VipsImage **frame, unsigned px, uint32_t rgba);

#endif
