/* SPDX-License-Identifier: BSD-2-Clause
 * Copyright (c) 2026 The pixelfleet authors
 *
 * What is laid over a picture: an overlay, a text.
 *
 * It is made once and drawn over each frame.
 */

#ifndef LAYER_H
#define LAYER_H

#include <vips/vips.h>

#include "image_ops.h"

struct layer {
	/*
	 * Owned, in memory: 8 bit grey or sRGB, alpha last, in colour only
	 * if some of it is.  NULL: there is nothing to be seen.
	 */
	VipsImage		*image;
	enum image_pos		pos;
	int			x, y;	/* px inwards from there */
};

/*
 * Take over `image`, 8 bit grey or sRGB with or without alpha.  `opacity`
 * is 0..1.  Returns 0, or -1 with the reason in libvips's error buffer and
 * `image` dropped.
 */
int layer_make(struct layer *, VipsImage *image, double opacity);

/*
 * A step for each frame (picture.h); priv is a struct layer.  What stands
 * out of the frame is cut off.  A grey frame becomes one in colour if the
 * layer is; an alpha band stays what it is, there or not.
 */
int layer_draw(VipsImage **frame, const void *priv);

/* Drop what it owns; a layer of zeros owns nothing. */
void layer_close(struct layer *);

#endif
