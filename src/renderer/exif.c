/* SPDX-License-Identifier: BSD-2-Clause
 * Copyright (c) 2026 The pixelfleet authors
 *
 * EXIF: see exif.h.
 *
 * "II" or "MM", 42, the place of the first directory.  A directory is a
 * count, then entries of 12 bytes: tag, type, number of values, and four
 * bytes that are the values themselves where they fit, else their place.
 */

#include "config.h"

#include <string.h>

#include "exif.h"

#define PREFIX		"Exif\0"	/* and the NUL of the literal */
#define HEAD_SIZE	8
#define ENTRY_SIZE	12
#define TAG_EXIF	0x8769		/* in the first: EXIF's directory */

enum type {
	TYPE_BYTE = 1,
	TYPE_ASCII,
	TYPE_SHORT,
	TYPE_LONG,
	TYPE_RATIONAL,
	TYPE_SBYTE,
	TYPE_UNDEFINED,
	TYPE_SSHORT,
	TYPE_SLONG,
	TYPE_SRATIONAL,
	TYPES
};

static const uint8_t TYPE_SIZE[TYPES] = { 0, 1, 1, 2, 4, 8, 1, 1, 2, 4, 8 };

/* The caller has seen that they are there. */
static unsigned
get16(const struct exif *exif, size_t at)
{
	const uint8_t *p = exif->tiff + at;

	return (exif->big ? (unsigned)p[0] << 8 | p[1] :
	    (unsigned)p[1] << 8 | p[0]);
}

static uint32_t
get32(const struct exif *exif, size_t at)
{
	uint32_t a = get16(exif, at), b = get16(exif, at + 2);

	return (exif->big ? a << 16 | b : b << 16 | a);
}

static bool
within(const struct exif *exif, size_t at, size_t len)
{
	return (at <= exif->len && len <= exif->len - at);
}

bool
exif_open(struct exif *exif, const void *data, size_t len)
{
	const uint8_t *p = data;

	if (len >= sizeof PREFIX && memcmp(p, PREFIX, sizeof PREFIX) == 0) {
		p += sizeof PREFIX;
		len -= sizeof PREFIX;
	}
	*exif = (struct exif){ .tiff = p, .len = len };
	if (len < HEAD_SIZE)
		return (false);
	exif->big = p[0] == 'M';
	return (p[0] == p[1] && (p[0] == 'M' || p[0] == 'I') &&
	    get16(exif, 2) == 42);
}

static bool
read_entry(const struct exif *exif, size_t at, struct exif_entry *entry)
{
	size_t size;

	*entry = (struct exif_entry){
		.exif = exif,
		.type = get16(exif, at + 2),
		.count = get32(exif, at + 4),
		.at = at + 8
	};
	if (entry->type == 0 || entry->type >= TYPES || entry->count == 0 ||
	    entry->count > exif->len)
		return (false);
	size = entry->count * TYPE_SIZE[entry->type];
	if (size > 4)
		entry->at = get32(exif, at + 8);
	return (within(exif, entry->at, size));
}

static bool
find_in(const struct exif *exif, size_t directory, unsigned tag,
    struct exif_entry *entry)
{
	size_t at, n;

	if (!within(exif, directory, 2))
		return (false);
	at = directory + 2;
	for (n = get16(exif, directory); n > 0; n--) {
		if (!within(exif, at, ENTRY_SIZE))
			return (false);
		if (get16(exif, at) == tag && read_entry(exif, at, entry))
			return (true);
		at += ENTRY_SIZE;
	}
	return (false);
}

bool
exif_find(const struct exif *exif, unsigned tag, struct exif_entry *entry)
{
	size_t first = get32(exif, 4);

	if (find_in(exif, first, tag, entry))
		return (true);
	return (find_in(exif, first, TAG_EXIF, entry) &&
	    entry->type == TYPE_LONG &&
	    find_in(exif, get32(exif, entry->at), tag, entry));
}

bool
exif_text(const struct exif_entry *entry, char *buf, size_t len)
{
	const char *p = (const char *)entry->exif->tiff + entry->at;
	size_t n = 0;

	if (entry->type == TYPE_ASCII) {
		n = strnlen(p, entry->count);
		for (; n > 0 && *p == ' '; n--)
			p++;
	}
	if (n > len - 1)
		n = len - 1;
	while (n > 0 && p[n - 1] == ' ')
		n--;
	memcpy(buf, p, n);
	buf[n] = '\0';
	return (n > 0);
}

bool
exif_number(const struct exif_entry *entry, double *number)
{
	const struct exif *exif = entry->exif;
	double below;

	switch (entry->type) {
	case TYPE_BYTE:
		*number = exif->tiff[entry->at];
		return (true);
	case TYPE_SHORT:
		*number = get16(exif, entry->at);
		return (true);
	case TYPE_LONG:
		*number = get32(exif, entry->at);
		return (true);
	case TYPE_RATIONAL:
		*number = get32(exif, entry->at);
		below = get32(exif, entry->at + 4);
		break;
	case TYPE_SRATIONAL:
		*number = (int32_t)get32(exif, entry->at);
		below = (int32_t)get32(exif, entry->at + 4);
		break;
	default:
		return (false);
	}
	if (below == 0)
		return (false);
	*number /= below;
	return (true);
}

void
exif_set_orientation(void *data, size_t len, unsigned orientation)
{
	struct exif exif;
	struct exif_entry entry;
	uint8_t *p;

	if (!exif_open(&exif, data, len) ||
	    !exif_find(&exif, EXIF_ORIENTATION, &entry) ||
	    entry.type != TYPE_SHORT)
		return;
	p = (uint8_t *)data + (exif.tiff - (const uint8_t *)data) + entry.at;
	p[exif.big ? 0 : 1] = 0;
	p[exif.big ? 1 : 0] = (uint8_t)orientation;
}

static uint8_t *
put16(uint8_t *p, unsigned n)
{
	*p++ = (uint8_t)(n >> 8);
	*p++ = (uint8_t)n;
	return (p);
}

static uint8_t *
put32(uint8_t *p, size_t n)
{
	return (put16(put16(p, (unsigned)(n >> 16)), (unsigned)n & 0xffff));
}

/*
 * All of the text: a copyright may be two, of the photographer and of the
 * editor, with a NUL between.
 */
static size_t
copy_text(const struct exif *exif, unsigned tag, uint8_t *buf)
{
	struct exif_entry entry;
	size_t n;

	if (!exif_find(exif, tag, &entry) || entry.type != TYPE_ASCII)
		return (0);
	n = entry.count < EXIF_TEXT_MAX ? entry.count : EXIF_TEXT_MAX - 1;
	memcpy(buf, exif->tiff + entry.at, n);
	while (n > 0 && (buf[n - 1] == '\0' || buf[n - 1] == ' '))
		n--;
	if (n == 0)
		return (0);
	buf[n] = '\0';
	return (n + 1);
}

size_t
exif_copyright(const struct exif *exif, uint8_t buf[EXIF_COPYRIGHT_MAX])
{
	static const unsigned TAGS[] = { EXIF_ARTIST, EXIF_COPYRIGHT };
	uint8_t text[2][EXIF_TEXT_MAX], *p = buf;
	size_t len[2], at, entries = 0;
	int i;

	for (i = 0; i < 2; i++) {
		len[i] = copy_text(exif, TAGS[i], text[i]);
		entries += len[i] > 0;
	}
	if (entries == 0)
		return (0);
	at = HEAD_SIZE + 2 + entries * ENTRY_SIZE + 4;
	memcpy(p, "MM\0\x2a", 4);
	p = put16(put32(p + 4, HEAD_SIZE), (unsigned)entries);
	for (i = 0; i < 2; i++) {
		if (len[i] == 0)
			continue;
		p = put32(put16(put16(p, TAGS[i]), TYPE_ASCII), len[i]);
		if (len[i] <= 4) {
			memset(p, 0, 4);
			memcpy(p, text[i], len[i]);
			p += 4;
			continue;
		}
		p = put32(p, at);
		memcpy(buf + at, text[i], len[i]);
		at += len[i];
		if (at & 1)
			buf[at++] = 0;
	}
	(void)put32(p, 0);
	return (at);
}
