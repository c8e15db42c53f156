/* SPDX-License-Identifier: BSD-2-Clause
 * Copyright (c) 2026 The pixelfleet authors
 *
 * What format=auto means to a client: its Accept header, reduced to the
 * closed set that variants are made in.
 *
 * Pure: no Varnish, no libvips.
 */

#ifndef NEGOTIATE_H
#define NEGOTIATE_H

#include "image_ops.h"

/*
 * For an Accept header's value or NULL, and of `formats` (1 <<
 * IMAGE_FORMAT_AVIF, _JXL, _WEBP), one of
 *
 *	AUTO			JPEG, PNG or GIF
 *	AUTO_WEBP		WebP
 *	AUTO_AVIF, AUTO_JXL	that, or WebP for what moves
 *	AVIF, JXL		that alone
 *
 * of enum image_format.  Never fails: what is not a media range by RFC
 * 9110, 12.5.1, counts as not written.
 *
 * A format must be named: curl and crawlers, too, send wildcards.  What is
 * named is chosen unless the client likes another one, or both JPEG and
 * PNG, better; AVIF goes before JPEG XL, and that before WebP, where it
 * likes them equally.  WebP for what moves need not be named: a client new
 * enough for the others, that takes anything, takes it.
 */
enum image_format negotiate_format(const char *accept, unsigned formats);

#endif
