/* SPDX-License-Identifier: BSD-2-Clause
 * Copyright (c) 2026 The pixelfleet authors
 *
 * What kind of image do these bytes begin?  See sniff.h.
 *
 * Fixed signatures by a table.  The ISO base media family (AVIF, HEIC, and
 * many films) is told by the brands of its first box: the major brand, or,
 * where that only says "an image" (mif1, msf1), the first compatible brand
 * that says which.  SVG is a text whose first element is called svg; a
 * compressed one (svgz) is taken for nothing at all, since only after
 * unpacking it would be known what and how large it is.
 */

#include "config.h"

#include <stdbool.h>
#include <stdint.h>
#include <string.h>

#include "sniff.h"

#define FTYP_LOOK	256	/* bytes of the first box that are read */
#define TEXT_LOOK	65536	/* bytes before the first element, at most */

static const struct signature {
	enum source_kind	kind;
	size_t			len;
	const char		*bytes;
} SIGNATURES[] = {
	{ SOURCE_JPG, 3, "\xff\xd8\xff" },
	{ SOURCE_PNG, 8, "\x89PNG\r\n\x1a\n" },
	{ SOURCE_JXL, 2, "\xff\x0a" },
	{ SOURCE_JXL, 12, "\0\0\0\x0cJXL \r\n\x87\n" },
	{ SOURCE_PDF, 5, "%PDF-" },
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

/*--------------------------------------------------------------------
 * Text, which may be SVG.  Each of these moves `at` on where it matches.
 */

struct scan {
	const char	*at, *end;
};

static bool
skip(struct scan *s, const char *word)
{
	size_t len = strlen(word);

	if ((size_t)(s->end - s->at) < len || memcmp(s->at, word, len) != 0)
		return (false);
	s->at += len;
	return (true);
}

static void
skip_space(struct scan *s)
{
	while (s->at < s->end && strchr(" \t\r\n", *s->at) != NULL &&
	    *s->at != '\0')
		s->at++;
}

static bool
skip_past(struct scan *s, const char *word)
{
	while (s->at < s->end)
		if (skip(s, word))
			return (true);
		else
			s->at++;
	return (false);
}

/* After "<!DOCTYPE": its own declarations stand in brackets. */
static bool
skip_doctype(struct scan *s)
{
	for (; s->at < s->end; s->at++) {
		if (*s->at == '[' && !skip_past(s, "]"))
			return (false);
		if (skip(s, ">"))
			return (true);
	}
	return (false);
}

static bool
skip_prolog(struct scan *s)
{
	(void)skip(s, "\xef\xbb\xbf");
	for (;;) {
		skip_space(s);
		if (skip(s, "<?")) {
			if (!skip_past(s, "?>"))
				return (false);
		} else if (skip(s, "<!--")) {
			if (!skip_past(s, "-->"))
				return (false);
		} else if (skip(s, "<!DOCTYPE")) {
			if (!skip_doctype(s))
				return (false);
		} else
			return (true);
	}
}

/* <svg, or <prefix:svg */
static bool
is_svg(const char *data, size_t len)
{
	struct scan s = { data, data + (len < TEXT_LOOK ? len : TEXT_LOOK) };
	size_t prefix;

	if (!skip_prolog(&s) || !skip(&s, "<"))
		return (false);
	for (prefix = 0; s.at + prefix < s.end; prefix++)
		if (strchr(" \t\r\n/>:", s.at[prefix]) != NULL)
			break;
	if (s.at + prefix < s.end && s.at[prefix] == ':')
		s.at += prefix + 1;
	return (skip(&s, "svg") && s.at < s.end &&
	    strchr(" \t\r\n/>", *s.at) != NULL && *s.at != '\0');
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
	if (is_svg(data, len))
		return (SOURCE_SVG);
	if (memcmp(p, "RIFF", 4) == 0 && memcmp(p + 8, "WEBP", 4) == 0)
		return (SOURCE_WEBP);
	if (memcmp(p + 4, "ftyp", 4) == 0)
		return (sniff_ftyp(p, len));
	return (SOURCE_UNKNOWN);
}
