/* SPDX-License-Identifier: BSD-2-Clause
 * Copyright (c) 2026 The pixelfleet authors
 *
 * Is a file there to its end?  See whole.h.
 *
 * A picture that is cut out of the upper part of a source is decoded no
 * further than it goes, and of an animation whose last frame is cut off a
 * decoder makes one that is shorter; whether all came is seen here.
 */

#include "config.h"

#include <stdint.h>
#include <string.h>

#include "whole.h"

#define GIF_FLAGS_AT	10
#define GIF_BLOCKS_AT	13	/* after the palette, if there is one */
#define GIF_IMAGE	0x2c
#define GIF_IMAGE_LEN	10	/* its descriptor; flags are the last byte */
#define GIF_EXTENSION	0x21
#define JPEG_RST0	0xd0
#define JPEG_SOI	0xd8
#define JPEG_EOI	0xd9
#define JPEG_SOS	0xda
#define PNG_CHUNKS_AT	8
#define PNG_CHUNK_MIN	12	/* length, name, no data, checksum */
#define PDF_TAIL	1024	/* bytes that have "%%EOF" among them */

static size_t
number(const uint8_t *p, unsigned bytes)
{
	size_t n = 0;

	while (bytes-- > 0)
		n = n << 8 | *p++;
	return (n);
}

/* Past what a scan is coded in: up to a marker that is not within it. */
static size_t
jpeg_scan(const uint8_t *p, size_t len, size_t at)
{
	const uint8_t *found;

	while (at + 1 < len) {
		found = memchr(p + at, 0xff, len - at - 1);
		if (found == NULL)
			return (len);
		at = (size_t)(found - p);
		if (p[at + 1] != 0 && p[at + 1] != 0xff &&
		    (p[at + 1] < JPEG_RST0 || p[at + 1] >= JPEG_SOI))
			return (at);
		at += p[at + 1] == 0xff ? 1 : 2;
	}
	return (len);
}

/* Markers, most with a segment, until the one that ends the image. */
static bool
jpeg_whole(const uint8_t *p, size_t len)
{
	size_t at = 2;
	uint8_t marker;

	while (at + 1 < len) {
		marker = p[at + 1];
		if (p[at] != 0xff || marker == 0xff) {
			at++;
			continue;
		}
		if (marker == JPEG_EOI)
			return (true);
		at += 2;
		if (marker <= 1 || (marker >= JPEG_RST0 &&
		    marker <= JPEG_SOI))
			continue;
		if (at + 2 > len)
			return (false);
		at += number(p + at, 2);
		if (marker == JPEG_SOS)
			at = jpeg_scan(p, len, at);
	}
	return (false);
}

static bool
png_whole(const uint8_t *p, size_t len)
{
	size_t at = PNG_CHUNKS_AT;

	while (at + PNG_CHUNK_MIN <= len) {
		if (memcmp(p + at + 4, "IEND", 4) == 0)
			return (true);
		at += PNG_CHUNK_MIN + number(p + at, 4);
	}
	return (false);
}

/* Past sub-blocks, each with its length before it, the last one empty. */
static size_t
gif_blocks(const uint8_t *p, size_t len, size_t at)
{
	while (at < len && p[at] != 0)
		at += 1 + (size_t)p[at];
	return (at + 1);
}

static size_t
gif_palette(uint8_t flags)
{
	return ((flags & 0x80) != 0 ? (size_t)6 << (flags & 7) : 0);
}

/* Many lack the trailer; but none may end within a frame. */
static bool
gif_whole(const uint8_t *p, size_t len)
{
	size_t at = GIF_BLOCKS_AT;

	if (len < at)
		return (false);
	at += gif_palette(p[GIF_FLAGS_AT]);
	while (at < len && (p[at] == GIF_IMAGE || p[at] == GIF_EXTENSION)) {
		if (p[at] == GIF_EXTENSION)
			at += 2;
		else if (at + GIF_IMAGE_LEN <= len)
			at += GIF_IMAGE_LEN + 1 +
			    gif_palette(p[at + GIF_IMAGE_LEN - 1]);
		else
			return (false);
		at = gif_blocks(p, len, at);
	}
	return (at <= len);
}

/* The container says how long it is, perhaps with a byte to make it even. */
static bool
webp_whole(const uint8_t *p, size_t len)
{
	size_t says = p[4] | (size_t)p[5] << 8 | (size_t)p[6] << 16 |
	    (size_t)p[7] << 24;

	return (says + 8 <= len + 1);
}

static bool
pdf_whole(const uint8_t *p, size_t len)
{
	size_t at = len > PDF_TAIL ? len - PDF_TAIL : 0;

	for (; at + 5 <= len; at++)
		if (memcmp(p + at, "%%EOF", 5) == 0)
			return (true);
	return (false);
}

bool
whole(enum source_kind kind, const void *data, size_t len)
{
	switch (kind) {
	case SOURCE_GIF:
		return (gif_whole(data, len));
	case SOURCE_JPG:
		return (jpeg_whole(data, len));
	case SOURCE_PDF:
		return (pdf_whole(data, len));
	case SOURCE_PNG:
		return (png_whole(data, len));
	case SOURCE_WEBP:
		return (webp_whole(data, len));
	default:
		return (true);
	}
}
