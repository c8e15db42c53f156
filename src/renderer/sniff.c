/* SPDX-License-Identifier: BSD-2-Clause
 * Copyright (c) 2026 The pixelfleet authors
 *
 * What kind of image do these bytes begin?  See sniff.h.
 *
 * Fixed signatures by a table.  The ISO base media family (AVIF, HEIC, and
 * many films) is told by the brands of its first box: the major brand, or,
 * where that only says "an image" (mif1, msf1), the first compatible brand
 * that says which.
 */

#include "config.h"

#include <stdint.h>
#include <string.h>

#include "sniff.h"

#define FTYP_LOOK	256	/* bytes of the first box that are read */

static const struct signature {
	enum source_kind	kind;
	size_t			len;
	const char		*bytes;
} SIGNATURES[] = {
	{ SOURCE_JPG, 3, "\xff\xd8\xff" },
	{ SOURCE_PNG, 8, "\x89PNG\r\n\x1a\n" },
	{ SOURCE_GIF, 6, "GIF87a" },
	{ SOURCE_GIF, 6, "GIF89a" },
	{ SOURCE_TIFF, 4, "II\x2a\0" },
	{ SOURCE_TIFF, 4, "MM\0\x2a" },
	{ SOURCE_TIFF, 4, "II\x2b\0" },	/* BigTIFF */
	{ SOURCE_TIFF, 4, "MM\0\x2b" },
};

static const struct brand {
	enum source_kind	kind;
	char			name[5];
} BRANDS[] = {
	{ SOURCE_AVIF, "avif" }, { SOURCE_AVIF, "avis" },
	{ SOURCE_HEIC, "heic" }, { SOURCE_HEIC, "heix" },
	{ SOURCE_HEIC, "heim" }, { SOURCE_HEIC, "heis" },
	{ SOURCE_HEIC, "hevc" }, { SOURCE_HEIC, "hevx" },
	{ SOURCE_HEIC, "hevm" }, { SOURCE_HEIC, "hevs" },
};

#define N(table)	(sizeof(table) / sizeof(table)[0])

static enum source_kind
sniff_brand(const uint8_t *name)
{
	size_t i;

	for (i = 0; i < N(BRANDS); i++)
		if (memcmp(name, BRANDS[i].name, 4) == 0)
			return (BRANDS[i].kind);
	return (SOURCE_UNKNOWN);
}

/* size[4] "ftyp" major[4] minor[4] compatible[4]... */
static enum source_kind
sniff_ftyp(const uint8_t *p, size_t len)
{
	enum source_kind kind;
	size_t at, end;

	kind = sniff_brand(p + 8);
	if (kind != SOURCE_UNKNOWN)
		return (kind);
	if (memcmp(p + 8, "mif1", 4) != 0 && memcmp(p + 8, "msf1", 4) != 0)
		return (SOURCE_UNKNOWN);
	end = (size_t)p[0] << 24 | (size_t)p[1] << 16 | (size_t)p[2] << 8 |
	    p[3];
	if (end > len)
		end = len;
	if (end > FTYP_LOOK)
		end = FTYP_LOOK;
	for (at = 16; at + 4 <= end; at += 4) {
		kind = sniff_brand(p + at);
		if (kind != SOURCE_UNKNOWN)
			return (kind);
	}
	return (SOURCE_UNKNOWN);
}

enum source_kind
sniff(const void *data, size_t len)
{
	const uint8_t *p = data;
	size_t i;

	for (i = 0; i < N(SIGNATURES); i++)
		if (len >= SIGNATURES[i].len &&
		    memcmp(p, SIGNATURES[i].bytes, SIGNATURES[i].len) == 0)
			return (SIGNATURES[i].kind);
	if (len < 12)
		return (SOURCE_UNKNOWN);
	if (memcmp(p, "RIFF", 4) == 0 && memcmp(p + 8, "WEBP", 4) == 0)
		return (SOURCE_WEBP);
	if (memcmp(p + 4, "ftyp", 4) == 0)
		return (sniff_ftyp(p, len));
	return (SOURCE_UNKNOWN);
}
