/* SPDX-License-Identifier: BSD-2-Clause
 * Copyright (c) 2026 The pixelfleet authors
 *
 * From a part of a source to pixels of a wanted size.
 */

#ifndef DECODE_H
#define DECODE_H

#include "geometry.h"
#include "load.h"

/* All of it in pixels as stored, before any turn. */
struct decode {
	struct area	part;		/* of the source */
	unsigned	width, height;	/* that it is scaled to */
	struct area	cut;		/* of that, what is wanted */
	unsigned	frames;		/* 1, or as many as move */
};

/*
 * Decode no more than is needed of `source`, with colours as they are
 * stored, into picture's frames, which are as many as in `plan` and NULL.
 * A source that ends early or is damaged fails.  Returns 0, or -1 with the
 * reason in libvips's error buffer.
 */
int decode(const struct source *source, const struct decode *plan,
    VipsImage **frames);

#endif
