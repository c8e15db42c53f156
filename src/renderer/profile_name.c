/* SPDX-License-Identifier: BSD-2-Clause
 * Copyright (c) 2026 The pixelfleet authors
 *
 * What an ICC profile calls itself: see profile_name.h.
 *
 * After a header of 128 bytes a count of tags, then for each a name, a
 * place and a length, all big endian.  The tag "desc" is a "desc" (a count
 * and that many bytes of ASCII) or a "mluc" (texts in several languages,
 * UTF-16), of which the first is taken.
 */

#include "config.h"

#include <stdint.h>
#include <string.h>

#include "profile_name.h"

#define TAGS_AT		128
#define TAG_SIZE	12
#define MLUC_TEXT_AT	20	/* of the first text: its length, its place */

struct part {
	const uint8_t	*p;
	size_t		len;
};

static uint32_t
big32(const uint8_t *p)
{
	return ((uint32_t)p[0] << 24 | (uint32_t)p[1] << 16 |
	    (uint32_t)p[2] << 8 | p[3]);
}

static bool
part_of(struct part whole, size_t at, size_t len, struct part *part)
{
	if (at > whole.len || len > whole.len - at)
		return (false);
	*part = (struct part){ whole.p + at, len };
	return (true);
}

static bool
find_description(struct part profile, struct part *tag)
{
	struct part entry;
	size_t at = TAGS_AT + 4, n;

	if (profile.len < at)
		return (false);
	for (n = big32(profile.p + TAGS_AT); n > 0; n--, at += TAG_SIZE) {
		if (!part_of(profile, at, TAG_SIZE, &entry))
			return (false);
		if (memcmp(entry.p, "desc", 4) == 0)
			return (part_of(profile, big32(entry.p + 4),
			    big32(entry.p + 8), tag));
	}
	return (false);
}

/* Two bytes a character; what needs four in UTF-16 becomes a '?'. */
static void
from_utf16(struct part text, char name[PROFILE_NAME_MAX])
{
	char *p = name, *end = name + PROFILE_NAME_MAX - 4;
	unsigned c;

	for (; text.len >= 2 && p < end; text.p += 2, text.len -= 2) {
		c = (unsigned)text.p[0] << 8 | text.p[1];
		if (c == 0)
			break;
		if (c >= 0xd800 && c <= 0xdfff)
			c = '?';
		if (c < 0x80)
			*p++ = (char)c;
		else if (c < 0x800) {
			*p++ = (char)(0xc0 | c >> 6);
			*p++ = (char)(0x80 | (c & 0x3f));
		} else {
			*p++ = (char)(0xe0 | c >> 12);
			*p++ = (char)(0x80 | (c >> 6 & 0x3f));
			*p++ = (char)(0x80 | (c & 0x3f));
		}
	}
	*p = '\0';
}

static void
from_ascii(struct part text, char name[PROFILE_NAME_MAX])
{
	size_t n = strnlen((const char *)text.p, text.len);

	if (n > PROFILE_NAME_MAX - 1)
		n = PROFILE_NAME_MAX - 1;
	memcpy(name, text.p, n);
	name[n] = '\0';
}

bool
profile_name(const void *profile, size_t len, char name[PROFILE_NAME_MAX])
{
	struct part tag, text;

	name[0] = '\0';
	if (!find_description((struct part){ profile, len }, &tag) ||
	    tag.len < TAG_SIZE)
		return (false);
	if (memcmp(tag.p, "desc", 4) == 0 &&
	    part_of(tag, 12, big32(tag.p + 8), &text))
		from_ascii(text, name);
	else if (memcmp(tag.p, "mluc", 4) == 0 &&
	    tag.len >= MLUC_TEXT_AT + 8 && part_of(tag,
	    big32(tag.p + MLUC_TEXT_AT + 4), big32(tag.p + MLUC_TEXT_AT),
	    &text))
		from_utf16(text, name);
	return (name[0] != '\0');
}
