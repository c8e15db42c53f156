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
 * IMAGE_FORMAT_AVIF, _WEBP, or _AUTO (JPEG, or PNG where there is alpha),
 * for an Accept header's value or NULL.  Never fails: what is not a media
 * range by RFC 9110, 12.5.1, counts as not written.
 *
 * AVIF and WebP must be named: curl and crawlers, too, send wildcards.  A
 * format that is named is chosen unless the client likes the other one, or
 * both JPEG and PNG, better; AVIF goes before WebP where it likes them
 * equally.
 */
enum image_format negotiate_format(const char *accept);

#endif
