/* SPDX-License-Identifier: BSD-2-Clause
 * Copyright (c) 2026 The pixelfleet authors
 *
 * One encoding: a picture and a quality in, a file in memory out.
 *
 * A quality of 1..100 means about one fidelity in each format, so that
 * negotiation changes bytes and not looks.  JPEG's own scale is the
 * measure.
 */

#ifndef ENCODE_H
#define ENCODE_H

#include <stdbool.h>

#include <vips/vips.h>

#include "embed.h"
#include "image_ops.h"
#include "metadata.h"
#include "picture.h"

/* All but the quality, for as often as a picture is encoded. */
struct encoder {
	enum image_format format;
	bool		lossless, progressive;
	bool		keep;		/* metadata or a profile are set */
	int		effort;
	VipsImage	*image;		/* owned; frames below each other */
	struct embed	embed;		/* refers to the metadata's */
};

/* Can this build's library do that: all but AVIF without loss, perhaps? */
bool encode_saves(enum image_format, bool lossless);

/* Is there anything that quality changes? */
bool encode_has_quality(enum image_format, bool lossless);

/*
 * Prepare; `pixels`: all that will be encoded, to go about it accordingly.
 * `metadata`, which may be NULL, stays in place until the end.  Returns 0,
 * or -1 with the reason in libvips's error buffer.
 */
int encode_begin(struct encoder *, const struct picture *,
    enum image_format, const struct image_ops *, const struct metadata *,
    double pixels);

/* Encode; quality is 1..100.  What comes out is the caller's. */
int encode(const struct encoder *, unsigned quality, struct encoded *);

void encode_end(struct encoder *);

/* Returns 0, or -1 with the reason in libvips's error buffer. */
int encoded_write(const struct encoded *, int fd);

/* Drop a file, if there is one. */
void encoded_free(struct encoded *);

#endif
