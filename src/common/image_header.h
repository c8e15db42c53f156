/* SPDX-License-Identifier: BSD-2-Clause
 * Copyright (c) 2026 The pixelfleet authors
 *
 * How large an image is, by its own first words: read without decoding
 * anything, to judge what a render will cost before it is begun.
 *
 * JPEG, PNG, WebP, GIF, TIFF, JPEG XL, AVIF and HEIC.  The bytes come from
 * strangers: nothing is believed of a length but that it leads somewhere
 * within the data, and every walk has an end.  No memory is taken.
 *
 * Pure: no Varnish, no libvips.
 */

#ifndef IMAGE_HEADER_H
#define IMAGE_HEADER_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "image_ops.h"

#define IMAGE_HEADER_STEPS	(1u << 20)	/* of a walk, at most */

struct image_header {
	enum image_format	format;	/* _OTHER: TIFF, HEIC */
	uint32_t		width, height;	/* px, before orientation */
	uint32_t		frames;	/* of what moves; else 1 */
	/*
	 * A decoder finds the same.  Otherwise it is an estimate: the
	 * largest of several pictures, or one whose own words disagree.
	 */
	bool			sure;
};

/* Returns 0, or -1 where the bytes do not tell. */
int image_header_read(struct image_header *, const void *data, size_t len);

#endif
