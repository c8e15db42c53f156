/* SPDX-License-Identifier: BSD-2-Clause
 * Copyright (c) 2026 The pixelfleet authors
 *
 * Encoding a result.
 */

#ifndef SAVE_H
#define SAVE_H

#include <vips/vips.h>

#include "image_ops.h"

#define SAVE_QUALITY	90	/* where none was asked for */

/*
 * Encode an 8 bit grey or sRGB image to fd, which stays the caller's, in
 * one of the four formats that have a name.  Returns 0, or -1 with the
 * reason in libvips's error buffer.
 */
int save(VipsImage *image, enum image_format format, unsigned quality,
    int fd);

#endif
