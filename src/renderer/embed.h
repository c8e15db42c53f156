/* SPDX-License-Identifier: BSD-2-Clause
 * Copyright (c) 2026 The pixelfleet authors
 *
 * EXIF in a file that has been encoded, put there byte by byte.
 *
 * libvips's savers make EXIF anew from what they understand of it, and
 * where there is none they invent some; the one of libvips 8.14 for WebP
 * even when told to leave it out.  So what they wrote is replaced here by
 * what there is to be.  XMP is put where they have no place for it, or
 * (PNG) one that its readers do not know.
 */

#ifndef EMBED_H
#define EMBED_H

#include <stdbool.h>
#include <stddef.h>

#include "image_ops.h"

/* A whole file, in memory of g_malloc(). */
struct encoded {
	void		*data;
	size_t		len;
};

struct embed {
	const void	*exif;		/* a TIFF structure */
	size_t		exif_len;	/* 0: none shall be there */
	const void	*xmp;		/* for PNG and JPEG XL only */
	size_t		xmp_len;
	unsigned	width, height;
	bool		alpha;
};

/*
 * Make that the EXIF of a file in this format, in place of any other.  A
 * file that does not look as expected, or cannot take so much, stays as it
 * is or loses its EXIF; GIF has none.  AVIF must come with some EXIF to be
 * replaced.
 */
void embed(struct encoded *, enum image_format, const struct embed *);

#endif
