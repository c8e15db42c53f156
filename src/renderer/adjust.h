/* SPDX-License-Identifier: BSD-2-Clause
 * Copyright (c) 2026 The pixelfleet authors
 *
 * The adjusting family: tones, colours, blur.
 *
 * A value v below is a channel's, 0..1 (8 bits, divided by 255), as it is
 * stored: with sRGB's curve in it.  Luma is Rec. 709's on such values,
 *
 *	Y = 0.2126 R + 0.7152 G + 0.0722 B
 *
 * The operations take effect in this order, whatever a URL's.
 *
 *  auto_level	v -> (v - low) / (high - low), the same for all channels, so
 *		that no colour shifts.  low and high are the lumas that 0.5 %
 *		of what is seen lies below and above.  Where less than 16/255
 *		lies between them (a flat picture) nothing is done.
 *  auto_fix	a gentle correction in three parts.  White balance towards
 *		grey: v -> v sqrt(m / m_c), m_c being the channel's mean and m
 *		that of the three; the factor bounded to 0.9..1.1.  Levels as
 *		for auto_level, with low at most 0.15 and high at least 0.8.
 *		And the factor of saturation times 1.1.
 *  brightness	v -> v + b				b -1..1
 *  contrast	v -> (v - 1/2) tan((c + 1) pi/4) + 1/2	c -1..1
 *		-1: all mid grey; 1: each channel black or white.
 *  gamma	v -> v^(1/g)				g 0.1..10
 *  saturation	each channel v -> Y + (v - Y)(1 + s)	s -1..1
 *		by the matrix of CSS's saturate(1 + s).
 *  hue		the matrix of CSS's hue-rotate(), 0..359 degrees.
 *  filter	grey: v -> Y.  sepia: the matrix of CSS's sepia(1).
 *		negate: v -> 1 - v.
 *		duotone: v -> dark + (light - dark) Y, by channel; the alpha
 *		of the two colours does not count.
 *  colorize	v -> v (1 - a) + colour a, a being the colour's alpha.
 *  pixelate	blocks of p x p px from the top left corner, each in the mean
 *		colour of what it covers.
 *  blur	Gaussian; sigma is b/2 px of the result: 0..50 px.  The
 *		picture goes on beyond its edges in their colour.
 *  sharpen	unsharp mask: v -> v + (v - G(v)) s/50, G a Gaussian with a
 *		sigma of 1 px.
 *
 * auto_level to gamma are one lookup, saturation to colorize one affine
 * map; values are bounded to 0..1 after the one and after the other, and
 * rounded once, at the end.
 *
 * Alpha stays what it is, but for pixelate and blur, where it is a value
 * like the others and weights them, so that nothing hidden comes to light.
 *
 * A grey picture stays grey, 1 band, unless sepia, duotone or colorize
 * colours it.  A picture of 3 bands whose colours all went, by filter=grey
 * say, comes out with 1.  A profile that the numbers were of may then be of
 * another model than they are.
 */

#ifndef ADJUST_H
#define ADJUST_H

#include <vips/vips.h>

#include "image_ops.h"
#include "point.h"

/* What to do to each frame, settled. */
struct adjust {
	struct point	point;
	unsigned	pixelate;	/* px; 0: none */
	double		blur;		/* sigma, px; 0: none */
	double		sharpen;	/* times the mask; 0: none */
};

/*
 * Settle it by the operations and, where they leave that to the picture,
 * by its first frame.  Returns 0, or -1 with the reason in libvips's error
 * buffer.
 */
int adjust_settle(struct adjust *, VipsImage *first_frame,
    const struct image_ops *);

/* A step (step.h). */
int adjust(VipsImage **frame, const struct adjust *);

#endif
