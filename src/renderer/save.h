/* SPDX-License-Identifier: BSD-2-Clause
 * Copyright (c) 2026 The pixelfleet authors
 *
 * Encoding a result.
 *
 * All of group "output": quality, max_bytes, lossless, progressive.  Where
 * the quality is to be found (quality=auto, max_bytes), the picture is
 * encoded several times, in memory, and only the last one is written.
 */

#ifndef SAVE_H
#define SAVE_H

#include <stdbool.h>

#include "image_ops.h"
#include "metadata.h"
#include "picture.h"

/* What was done, or why not. */
struct saved {
	unsigned	status;		/* 0; or 422, 501 */
	unsigned	quality;	/* that was used; 0: there is none */
	unsigned	encodes;
	/* A sentence; empty where the reason is in libvips's buffer. */
	char		error[IMAGE_ERROR_MAX];
};

/* May a result in this format be transparent?  May it move? */
bool save_has_alpha(enum image_format);
bool save_moves(enum image_format);

/* May its pixels be of other colours than sRGB's, with a profile? */
bool save_has_profile(enum image_format);

/*
 * Encode a picture (picture.h), and `metadata` with it where the format
 * has a place for them, to fd, which is empty and stays the caller's.
 * `metadata` may be NULL.  The format has a name (JPG..GIF); the picture
 * has no alpha, does not move and has no profile unless the format can do
 * that.
 *
 * Returns 0, or -1 with a status; `saved` is set in any case.
 */
int save_picture(const struct picture *, enum image_format,
    const struct image_ops *, const struct metadata *, int fd,
    struct saved *);

#define SAVE_QUALITY	90	/* where none was asked for */

/*
 * Encode one frame by a format's defaults and without metadata.  Returns 0,
 * or -1 with the reason in libvips's error buffer.
 */
int save(VipsImage *image, enum image_format format, unsigned quality,
    int fd);

#endif
