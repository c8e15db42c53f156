/* SPDX-License-Identifier: BSD-2-Clause
 * Copyright (c) 2026 The pixelfleet authors
 *
 * The overlay family: another image over the picture.
 */

#ifndef OVERLAY_H
#define OVERLAY_H

#include "layer.h"
#include "render_wire.h"

/*
 * Decode the overlay in data[len] for a picture of width x height, within
 * the limits of `req`, as ops->mark_* say.  It is never larger than the
 * picture.  Returns 0 with a layer to draw and to close, or a status with
 * a sentence in err[IMAGE_ERROR_MAX].
 */
int overlay_open(struct layer *, const void *data, size_t len,
    const struct render_request *req, const struct image_ops *ops,
    unsigned width, unsigned height, char *err);

#endif
