/* SPDX-License-Identifier: BSD-2-Clause
 * Copyright (c) 2026 The pixelfleet authors
 *
 * auto_level, auto_fix, brightness, contrast and gamma, as one lookup.
 */

#ifndef TONE_H
#define TONE_H

#include <stdbool.h>

#include <vips/vips.h>

#include "image_ops.h"

#define TONE_FIX_SATURATION	1.1	/* of auto_fix, for who mixes colours */

bool tone_wanted(const struct image_ops *);

/*
 * Fill in the lookup of each channel, 0..1; a grey frame has three equal
 * ones.  Returns 0, or -1 with the reason in libvips's error buffer.
 */
int tone_settle(float lookup[3][256], VipsImage *frame,
    const struct image_ops *);

#endif
