/* SPDX-License-Identifier: BSD-2-Clause
 * Copyright (c) 2026 The pixelfleet authors
 *
 * How large the result is, and which part of the source it shows.
 *
 * Pure arithmetic in whole pixels: no libvips, nothing is read or written.
 * Sizes are exact, rounded half up and never 0.
 */

#ifndef GEOMETRY_H
#define GEOMETRY_H

#include "image_ops.h"

/* A part of a picture, never empty. */
struct area {
	unsigned	left, top, width, height;
};

/* A plan for a picture that is upright, trimmed and cut to its crop box. */
struct geometry {
	struct area	window;		/* this of it... */
	unsigned	scaled_width, scaled_height;	/* ...made this large... */
	struct area	cut;		/* ...and then cut here */
	unsigned	canvas_width, canvas_height;	/* of fit=contain */
	unsigned	width, height;	/* with pad and border: the result */
};

/*
 * Of gravity, entropy and attention count as the centre here; whoever
 * knows the pixels turns them into a focal point first.
 */
void geometry_plan(struct geometry *, unsigned width, unsigned height,
    const struct image_ops *);

/* Does this plan cut something off that gravity chooses? */
bool geometry_cuts(const struct geometry *, unsigned width, unsigned height);

/*
 * Where an area of a picture, now width x height, was before the picture
 * was made upright from that EXIF orientation (1..8; all else is as 1).
 */
struct area geometry_unturn(struct area, unsigned width, unsigned height,
    int orientation);

/* The way there: width and height are those before it was turned. */
struct area geometry_turn(struct area, unsigned width, unsigned height,
    int orientation);

/* The part `inner` of the part `outer` of a picture, as a part of that. */
struct area geometry_within(struct area outer, struct area inner);

#endif
