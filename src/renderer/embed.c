/* SPDX-License-Identifier: BSD-2-Clause
 * Copyright (c) 2026 The pixelfleet authors
 *
 * EXIF in a file that has been encoded: see embed.h.
 *
 * JPEG, PNG, WebP and JPEG XL are a row of parts, each with its length, of
 * which one is left out and one put in.  In AVIF everything is told by its
 * place in the file; there new EXIF goes to the end, and the place is
 * changed where the file says where its EXIF is.
 */

#include "config.h"

#include <stdint.h>
#include <string.h>

#include <glib.h>

#include "embed.h"

#define EXIF_PREFIX	"Exif\0"	/* and the NUL of the literal */

/* Of a file, or of what goes into one. */
struct part {
	const uint8_t	*p;
	size_t		len;
};

static uint32_t
big(const uint8_t *p, size_t bytes)
{
	uint32_t n = 0;

	while (bytes-- > 0)
		n = n << 8 | *p++;
	return (n);
}

static uint32_t
little32(const uint8_t *p)
{
	return (p[0] | (uint32_t)p[1] << 8 | (uint32_t)p[2] << 16 |
	    (uint32_t)p[3] << 24);
}

static void
add(GByteArray *to, const void *data, size_t len)
{
	if (len > 0)
		(void)g_byte_array_append(to, data, (guint)len);
}

static void
add_big(GByteArray *to, size_t n, size_t bytes)
{
	uint8_t byte;

	while (bytes-- > 0) {
		byte = (uint8_t)(n >> (8 * bytes));
		add(to, &byte, 1);
	}
}

static void
add_little(GByteArray *to, size_t n, size_t bytes)
{
	uint8_t byte;

	for (; bytes > 0; bytes--, n >>= 8) {
		byte = (uint8_t)n;
		add(to, &byte, 1);
	}
}

/*
 * JPEG: FF and a marker, a length that counts itself, data; the first
 * without a length is the start, the last with one before the scan is SOS.
 */

#define JPEG_APP0	0xe0
#define JPEG_APP1	0xe1
#define JPEG_SOS	0xda

static void
add_jpeg_exif(GByteArray *to, const struct embed *e)
{
	size_t len = 2 + sizeof EXIF_PREFIX + e->exif_len;

	if (e->exif_len == 0 || len > 0xffff)
		return;
	add_big(to, 0xff00 | JPEG_APP1, 2);
	add_big(to, len, 2);
	add(to, EXIF_PREFIX, sizeof EXIF_PREFIX);
	add(to, e->exif, e->exif_len);
}

static bool
embed_jpeg(GByteArray *to, const uint8_t *p, size_t len,
    const struct embed *e)
{
	const size_t prefix = sizeof EXIF_PREFIX;
	size_t at = 2, size;
	bool done = false;

	add(to, p, 2);
	for (; at + 4 <= len && p[at + 1] != JPEG_SOS; at += size) {
		size = 2 + big(p + at + 2, 2);
		if (p[at] != 0xff || size > len - at)
			return (false);
		if (p[at + 1] != JPEG_APP0 && !done) {
			add_jpeg_exif(to, e);
			done = true;
		}
		if (p[at + 1] != JPEG_APP1 || size < 4 + prefix ||
		    memcmp(p + at + 4, EXIF_PREFIX, prefix) != 0)
			add(to, p + at, size);
	}
	add(to, p + at, len - at);
	return (done);
}

/* PNG: a length of the data alone, a name, data, CRC of name and data. */

#define PNG_HEAD	8
#define PNG_IHDR_END	33
#define PNG_XMP		"XML:com.adobe.xmp\0\0\0\0"

static uint32_t
crc32(const uint8_t *p, size_t len)
{
	uint32_t crc = 0xffffffff;
	int bit;

	while (len-- > 0) {
		crc ^= *p++;
		for (bit = 0; bit < 8; bit++)
			crc = crc >> 1 ^ (crc & 1 ? 0xedb88320 : 0);
	}
	return (~crc);
}

static void
add_png_chunk(GByteArray *to, const char *name, const struct part *parts)
{
	size_t crc_at, len = 0;
	int i;

	for (i = 0; i < 2; i++)
		len += parts[i].len;
	if (parts[1].len == 0)
		return;
	add_big(to, len, 4);
	crc_at = to->len;
	add(to, name, 4);
	for (i = 0; i < 2; i++)
		add(to, parts[i].p, parts[i].len);
	add_big(to, crc32(to->data + crc_at, to->len - crc_at), 4);
}

static bool
embed_png(GByteArray *to, const uint8_t *p, size_t len,
    const struct embed *e)
{
	const struct part exif[2] = {
		{ NULL, 0 }, { e->exif, e->exif_len }
	};
	/* A keyword; not compressed, in no language. */
	const struct part xmp[2] = {
		{ (const uint8_t *)PNG_XMP, sizeof PNG_XMP },
		{ e->xmp, e->xmp_len }
	};
	size_t at, size;

	if (len < PNG_IHDR_END)
		return (false);
	add(to, p, PNG_IHDR_END);
	add_png_chunk(to, "eXIf", exif);
	add_png_chunk(to, "iTXt", xmp);
	for (at = PNG_IHDR_END; at + 12 <= len; at += size) {
		size = 12 + (size_t)big(p + at, 4);
		if (size > len - at)
			return (false);
		if (memcmp(p + at + 4, "eXIf", 4) != 0)
			add(to, p + at, size);
	}
	return (at == len);
}

/*
 * WebP: "RIFF", size, "WEBP", then chunks: a name, a size, data padded to
 * an even number.  Sizes are little endian and do not count what is before
 * them.  VP8X is the first chunk of a file that has more than pixels, and
 * has a bit for each of the others.
 */

#define RIFF_HEAD	12
#define CHUNK_HEAD	8
#define VP8X_SIZE	10
#define FLAG_EXIF	0x08
#define FLAG_ALPHA	0x10

static void
add_vp8x(GByteArray *to, const struct embed *e)
{
	add(to, "VP8X", 4);
	add_little(to, VP8X_SIZE, 4);
	add_little(to, e->alpha ? FLAG_ALPHA : 0, 4);
	add_little(to, e->width - 1, 3);
	add_little(to, e->height - 1, 3);
}

static void
add_chunk(GByteArray *to, const char *name, const void *data, size_t len)
{
	add(to, name, 4);
	add_little(to, len, 4);
	add(to, data, len);
	add(to, "", len & 1);
}

static bool
add_webp_chunks(GByteArray *to, const uint8_t *p, size_t len)
{
	size_t at = RIFF_HEAD, size;

	for (; at + CHUNK_HEAD <= len; at += size) {
		size = CHUNK_HEAD + (size_t)little32(p + at + 4);
		size += size & 1;
		if (size > len - at)
			return (false);
		if (memcmp(p + at, "EXIF", 4) != 0)
			add(to, p + at, size);
	}
	return (at == len);
}

/* What is known only at the end: the size, and whether there is EXIF. */
static void
finish_webp(GByteArray *to, bool exif)
{
	uint8_t *flags = to->data + RIFF_HEAD + CHUNK_HEAD;
	size_t size = to->len - CHUNK_HEAD;
	int i;

	for (i = 0; i < 4; i++)
		to->data[4 + i] = (uint8_t)(size >> (8 * i));
	if (memcmp(to->data + RIFF_HEAD, "VP8X", 4) != 0)
		return;
	*flags = (uint8_t)(*flags & ~FLAG_EXIF);
	if (exif)
		*flags |= FLAG_EXIF;
}

static bool
embed_webp(GByteArray *to, const uint8_t *p, size_t len,
    const struct embed *e)
{

	if (len < RIFF_HEAD + CHUNK_HEAD + VP8X_SIZE)
		return (false);
	add(to, p, RIFF_HEAD);
	if (e->exif_len > 0 && memcmp(p + RIFF_HEAD, "VP8X", 4) != 0)
		add_vp8x(to, e);
	if (!add_webp_chunks(to, p, len))
		return (false);
	if (e->exif_len > 0)
		add_chunk(to, "EXIF", e->exif, e->exif_len);
	finish_webp(to, e->exif_len > 0);
	return (true);
}

/*
 * JPEG XL: pixels alone, or boxes (a length that counts itself, a name,
 * data) of which one has the pixels.
 */

static const uint8_t JXL_BOXES[] = {
	0, 0, 0, 12, 'J', 'X', 'L', ' ', '\r', '\n', 0x87, '\n',
	0, 0, 0, 20, 'f', 't', 'y', 'p', 'j', 'x', 'l', ' ', 0, 0, 0, 0,
	'j', 'x', 'l', ' '
};

static void
add_box(GByteArray *to, const char *name, const void *data, size_t len)
{
	add_big(to, 8 + len, 4);
	add(to, name, 4);
	add(to, data, len);
}

static bool
embed_jxl(GByteArray *to, const uint8_t *p, size_t len,
    const struct embed *e)
{
	bool boxes = len > sizeof JXL_BOXES &&
	    memcmp(p, JXL_BOXES, sizeof JXL_BOXES) == 0;

	add(to, JXL_BOXES, sizeof JXL_BOXES);
	if (e->exif_len > 0) {
		add_big(to, 8 + 4 + e->exif_len, 4);
		add(to, "Exif\0\0\0", 8);
		add(to, e->exif, e->exif_len);
	}
	if (e->xmp_len > 0)
		add_box(to, "xml ", e->xmp, e->xmp_len);
	if (boxes)
		add(to, p + sizeof JXL_BOXES, len - sizeof JXL_BOXES);
	else
		add_box(to, "jxlc", p, len);
	return (boxes || (p[0] == 0xff && p[1] == 0x0a));
}

/*
 * AVIF (ISO/IEC 14496-12): boxes within boxes.  `meta` has `iinf`, the
 * items' kinds, and `iloc`, their places.
 */

/* The first box of that name; its data. */
static bool
find_box(struct part in, const char *name, struct part *box)
{
	size_t size;

	for (; in.len >= 8; in.p += size, in.len -= size) {
		size = big(in.p, 4);
		if (size < 8 || size > in.len)
			return (false);
		if (memcmp(in.p + 4, name, 4) == 0) {
			*box = (struct part){ in.p + 8, size - 8 };
			return (true);
		}
	}
	return (false);
}

/* The item that is EXIF; 0: none. */
static uint32_t
exif_item(struct part meta)
{
	struct part iinf, infe;
	size_t skip;

	if (!find_box(meta, "iinf", &iinf) || iinf.len < 8)
		return (0);
	skip = iinf.p[0] == 0 ? 6 : 8;		/* version, flags, count */
	iinf = (struct part){ iinf.p + skip, iinf.len - skip };
	while (find_box(iinf, "infe", &infe)) {
		/* version, flags, item, protection, kind */
		if (infe.len >= 12 && infe.p[0] == 2 &&
		    memcmp(infe.p + 8, "Exif", 4) == 0)
			return (big(infe.p + 4, 2));
		iinf.len -= (size_t)(infe.p + infe.len - iinf.p);
		iinf.p = infe.p + infe.len;
	}
	return (0);
}

/*
 * Where the item's place is told: from there on a base, a count of one, a
 * place from the base, a length.  Only the one form that libheif writes for
 * a short list of items is understood: numbers of four bytes.
 */
#define PLACE_SIZE	(4 + 2 + 4 + 4)

static bool
find_place(struct part meta, uint32_t item, const uint8_t **place)
{
	struct part iloc;
	size_t entry, n;

	/* version, flags, the numbers' sizes, a count */
	if (!find_box(meta, "iloc", &iloc) || iloc.len < 8 ||
	    iloc.p[0] > 1 || iloc.p[4] != 0x44 || iloc.p[5] != 0x40)
		return (false);
	/* item, (method,) reference */
	entry = (iloc.p[0] == 1 ? 6 : 4) + PLACE_SIZE;
	n = big(iloc.p + 6, 2);
	for (iloc.p += 8, iloc.len -= 8; n > 0 && iloc.len >= entry; n--) {
		*place = iloc.p + entry - PLACE_SIZE;
		if (big(*place + 4, 2) != 1)
			return (false);
		if (big(iloc.p, 2) == item)
			return (true);
		iloc.p += entry;
		iloc.len -= entry;
	}
	return (false);
}

static void
put_big(uint8_t *p, size_t n, size_t bytes)
{
	while (bytes-- > 0)
		*p++ = (uint8_t)(n >> (8 * bytes));
}

static bool
embed_avif(GByteArray *to, const uint8_t *p, size_t len,
    const struct embed *e)
{
	struct part meta;
	const uint8_t *place;
	uint8_t *told;
	uint32_t item;

	if (e->exif_len == 0 || !find_box((struct part){ p, len }, "meta",
	    &meta) || meta.len < 4)
		return (false);
	meta = (struct part){ meta.p + 4, meta.len - 4 };
	item = exif_item(meta);
	if (item == 0 || !find_place(meta, item, &place))
		return (false);
	add(to, p, len);
	add_big(to, 8 + 4 + e->exif_len, 4);
	add(to, "mdat\0\0\0", 8);	/* its first four: where TIFF begins */
	add(to, e->exif, e->exif_len);
	told = to->data + (place - p);
	put_big(told, len + 8, 4);
	put_big(told + 6, 0, 4);
	put_big(told + 10, 4 + e->exif_len, 4);
	return (true);
}

static bool
embed_any(GByteArray *to, enum image_format format, const uint8_t *p,
    size_t len, const struct embed *e)
{
	switch (format) {
	case IMAGE_FORMAT_JPG:
		return (embed_jpeg(to, p, len, e));
	case IMAGE_FORMAT_PNG:
		return (embed_png(to, p, len, e));
	case IMAGE_FORMAT_WEBP:
		return (embed_webp(to, p, len, e));
	case IMAGE_FORMAT_AVIF:
		return (embed_avif(to, p, len, e));
	case IMAGE_FORMAT_JXL:
		return ((e->exif_len > 0 || e->xmp_len > 0) &&
		    embed_jxl(to, p, len, e));
	default:
		return (false);
	}
}

void
embed(struct encoded *file, enum image_format format, const struct embed *e)
{
	GByteArray *to = g_byte_array_sized_new((guint)(file->len +
	    e->exif_len + e->xmp_len + 64));

	if (embed_any(to, format, file->data, file->len, e)) {
		g_free(file->data);
		file->len = to->len;
		file->data = g_byte_array_free(to, FALSE);
	} else
		g_byte_array_free(to, TRUE);
}
