/* SPDX-License-Identifier: BSD-2-Clause
 * Copyright (c) 2026 The pixelfleet authors
 *
 * The text family: a caption over the picture.
 */

#ifndef TEXT_H
#define TEXT_H

#include "layer.h"

/*
 * Typeset ops->text for a picture of width x height, as ops->text_* say.
 * It wraps at the picture's width, and what does not fit its height is not
 * drawn.  Returns 0 with a layer to draw and to close, or a status with a
 * sentence in err[IMAGE_ERROR_MAX].
 */
int text_open(struct layer *, const struct image_ops *ops, unsigned width,
    unsigned height, char *err);

#endif
