/* SPDX-License-Identifier: BSD-2-Clause
 * Copyright (c) 2026 The pixelfleet authors
 *
 * The gamut of an AVIF or HEIC that names it by a number (ISO/IEC 23091-2)
 * instead of bringing a profile.
 */

#ifndef GAMUT_H
#define GAMUT_H

#include <stdbool.h>
#include <stddef.h>

#include <vips/vips.h>

/* Does a file say that its colours are Display P3's? */
bool gamut_is_p3(const void *data, size_t len);

/* A step (step.h): give an image that profile, unless it has one. */
int gamut_tag_p3(VipsImage **image);

#endif
