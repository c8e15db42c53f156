/* SPDX-License-Identifier: BSD-2-Clause
 * Copyright (c) 2026 The pixelfleet authors
 *
 * What of a source's metadata goes into a result.
 *
 * The steps forget all of it, so that nothing can leak by being left
 * alone; this is the one way for any to come through.  strip=most lets the
 * copyright through (EXIF's Copyright and Artist, as a block made anew),
 * strip=none whatever the source has.  A profile is no metadata but says
 * what the pixels are: it travels with the picture (picture.h).
 */

#ifndef METADATA_H
#define METADATA_H

#include <stdbool.h>
#include <stddef.h>

#include "exif.h"
#include "image_ops.h"
#include "load.h"

struct metadata {
	void			*exif;		/* without "Exif\0\0" */
	size_t			exif_len;	/* 0: there is none */
	void			*xmp;
	size_t			xmp_len;
	void			*iptc;
	size_t			iptc_len;
};

/*
 * Take from an open source what `strip` lets through; `upright`: the pixels
 * were turned as the orientation says, which is then 1.  What is not what
 * it should be is left out.  Never fails.
 */
void metadata_take(struct metadata *, const struct source *,
    enum image_strip strip, bool upright);

/* Find a source's EXIF, which lives as long as the source. */
bool metadata_exif(struct exif *, const struct source *);

/* Metadata of zeros are none, and have nothing to free. */
void metadata_free(struct metadata *);

#endif
