/* SPDX-License-Identifier: BSD-2-Clause
 * Copyright (c) 2026 The pixelfleet authors
 *
 * Opening a source: its header first, its pixels later.
 *
 * Only the loader of the kind that was sniffed is ever called, by name;
 * nothing here lets libvips guess, since its guesses reach further
 * (ImageMagick, scientific formats) than what this program opens.
 */

#ifndef LOAD_H
#define LOAD_H

#include <stdbool.h>
#include <stddef.h>

#include <vips/vips.h>

#include "geometry.h"
#include "picture.h"
#include "sniff.h"

struct source {
	const void		*data;
	size_t			len;
	enum source_kind	kind;
	unsigned		page;		/* 1..; 0: the one it opens with */
	unsigned		pages;		/* or frames, in the file */
	bool			moves;		/* they are an animation's */
	bool			vector;		/* can be drawn at any size */
	unsigned		width, height;	/* px, as stored, of that page */
	bool			alpha;
	bool			p3;		/* though without a profile */
	double			gamma;		/* of a PNG's numbers; 0: sRGB's */
	int			orientation;	/* EXIF's, 1..8 */
	VipsImage		*header;	/* owned; no pixels are pulled */
};

/*
 * Read the header of data[len], which stays the caller's and in place for
 * as long as `source` and images decoded from it live.  Returns 0, or -1
 * with the reason in libvips's error buffer.
 */
int source_open(struct source *source, enum source_kind kind,
    const void *data, size_t len);

/* Read the header of another page, 1..pages, that is to be shown alone. */
int source_choose(struct source *source, unsigned page);

/* Drop what it owns; a source of zeros owns nothing. */
void source_close(struct source *source);

/*
 * Start decoding: an image of about width / shrink x height / shrink, the
 * chosen page or, of what moves and has no page chosen, the first `frames`
 * below each other.  Pixels come from top to bottom, once.  Only formats
 * that can shrink may be asked to; `shrink` below 1 enlarges a vector.
 */
int source_load(const struct source *source, double shrink, unsigned frames,
    VipsImage **image);

/* Start decoding the embedded thumbnail, or the page if there is none. */
int source_load_thumbnail(const struct source *source, VipsImage **image);

#endif
