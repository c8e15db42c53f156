/* SPDX-License-Identifier: BSD-2-Clause
 * Copyright (c) 2026 The pixelfleet authors
 *
 * Opening a source: its header first, its pixels later.
 *
 * Only the loader of the kind that was sniffed is ever called, by name;
 * nothing here lets libvips guess, since its guesses reach further (SVG,
 * PDF, ImageMagick) than what this program opens.
 */

#ifndef LOAD_H
#define LOAD_H

#include <stdbool.h>
#include <stddef.h>

#include <vips/vips.h>

#include "sniff.h"

struct source {
	const void		*data;
	size_t			len;
	enum source_kind	kind;
	unsigned		width, height;	/* px, as stored */
	unsigned		frames;
	bool			alpha;
	int			orientation;	/* EXIF's, 1..8 */
};

/*
 * Read the header of data[len], which stays the caller's and in place for
 * as long as `source` and images decoded from it live.  Returns 0, or -1
 * with the reason in libvips's error buffer.
 */
int source_open(struct source *source, enum source_kind kind,
    const void *data, size_t len);

/*
 * Start decoding, at no less than twice width x height where the decoder
 * can shrink as it goes.  Pixels come from top to bottom, once.  A source
 * that ends early or is damaged fails when its pixels are pulled.
 */
int source_decode(const struct source *source, unsigned width,
    unsigned height, VipsImage **image);

#endif
