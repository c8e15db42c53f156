/* SPDX-License-Identifier: BSD-2-Clause
 * Copyright (c) 2026 The pixelfleet authors
 *
 * Where to look, for crop=entropy and crop=attention.
 */

#ifndef FOCUS_H
#define FOCUS_H

#include "load.h"

/*
 * Find the middle of the most interesting part, of the shape of the plan's
 * cut, in `upright`, an area of the source upright from `orientation`; of
 * several frames, in the first.  It replaces the gravity in `ops`, as a focal point.  Decodes
 * a small version of the source.  Returns 0, or -1 with the reason in
 * libvips's error buffer.
 */
int focus_find(const struct source *source, int orientation,
    const struct area *upright, const struct geometry *plan,
    struct image_ops *ops);

#endif
