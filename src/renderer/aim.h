/* SPDX-License-Identifier: BSD-2-Clause
 * Copyright (c) 2026 The pixelfleet authors
 *
 * quality=auto: the lowest quality at which a picture still looks right.
 *
 * A sample of the picture is encoded and decoded again, and what comes out
 * is compared (quality.h) with what went in, until the lowest quality is
 * found, or nearly, that is like the picture to a fixed degree.  Flat skies
 * then get less than fixed quality gives them and fine hair gets more.
 */

#ifndef AIM_H
#define AIM_H

#include "image_ops.h"
#include "picture.h"

/*
 * Find the quality for a picture in a format that has one; `pixels`: how
 * many the encoder will be told of (encode.h).  Adds to *encodes.  Returns
 * 0, or -1 with the reason in libvips's error buffer.
 */
int aim(const struct picture *, enum image_format, const struct image_ops *,
    double pixels, unsigned *quality, unsigned *encodes);

#endif
