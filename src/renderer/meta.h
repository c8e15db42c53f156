/* SPDX-License-Identifier: BSD-2-Clause
 * Copyright (c) 2026 The pixelfleet authors
 *
 * meta=true: what a source is, as JSON (RFC 8259, UTF-8).
 *
 * From its header and a small picture of it; never where it was taken.
 */

#ifndef META_H
#define META_H

#include <vips/vips.h>

#include "load.h"

/* Large enough for all that is told of the pixels, in either direction. */
#define META_SIDE	64	/* px */

/*
 * Write the JSON to fd, which stays the caller's.  `small`: the source, or
 * its chosen page, in 8 bit grey or sRGB with or without alpha, upright,
 * sides of about META_SIDE or less.  Returns 0, or -1 with the reason in
 * libvips's error buffer.
 */
int meta_write(const struct source *, VipsImage *small, int fd);

#endif
