/* SPDX-License-Identifier: BSD-2-Clause
 * Copyright (c) 2026 The pixelfleet authors
 *
 * See image_header.h.
 *
 * All reading goes through struct bytes, which knows where it ends: what is
 * asked for beyond that is 0, and `short_of` says that it was.
 */

#include "config.h"

#include <string.h>

#include "image_header.h"

struct bytes {
	const uint8_t	*p;
	size_t		len;
	bool		big_endian;
	bool		short_of;	/* something was not there */
};

static unsigned
u8(struct bytes *b, size_t at)
{

	if (at >= b->len) {
		b->short_of = true;
		return (0);
	}
	return (b->p[at]);
}

static uint32_t
u16(struct bytes *b, size_t at)
{
	uint32_t first = u8(b, at), second = u8(b, at + 1);

	return (b->big_endian ? first << 8 | second : second << 8 | first);
}

static uint32_t
u32(struct bytes *b, size_t at)
{
	uint32_t first = u16(b, at), second = u16(b, at + 2);

	return (b->big_endian ? first << 16 | second : second << 16 | first);
}

static bool
is(const struct bytes *b, size_t at, const char *word, size_t len)
{

	return (at <= b->len && b->len - at >= len &&
	    memcmp(b->p + at, word, len) == 0);
}

#define IS(b, at, word)	is(b, at, word, sizeof (word) - 1)

static int
result(struct image_header *h, const struct bytes *b)
{

	return (b->short_of || h->width == 0 || h->height == 0 ? -1 : 0);
}

/*--------------------------------------------------------------------
 * JPEG: ITU-T T.81, B.  Segments, until one that begins a frame.
 */

static bool
jpeg_begins_frame(unsigned marker)
{

	/* SOF0..15, but for DHT, JPG and DAC, which stand among them. */
	return (marker >= 0xc0 && marker <= 0xcf && marker != 0xc4 &&
	    marker != 0xc8 && marker != 0xcc);
}

static int
read_jpeg(struct image_header *h, struct bytes *b)
{
	size_t at = 2;
	unsigned marker, steps;

	h->format = IMAGE_FORMAT_JPG;
	b->big_endian = true;
	for (steps = 0; steps < IMAGE_HEADER_STEPS && !b->short_of; steps++) {
		if (u8(b, at) != 0xff)
			return (-1);
		marker = u8(b, at + 1);
		if (marker == 0xff) {		/* fill */
			at++;
			continue;
		}
		if (jpeg_begins_frame(marker)) {
			h->height = u16(b, at + 5);
			h->width = u16(b, at + 7);
			return (result(h, b));
		}
		if (marker == 0xda || marker == 0xd9)
			return (-1);
		if (marker == 0x01 || (marker >= 0xd0 && marker <= 0xd8))
			at += 2;		/* these stand alone */
		else if (u16(b, at + 2) < 2)
			return (-1);
		else
			at += 2 + u16(b, at + 2);
	}
	return (-1);
}

/*--------------------------------------------------------------------
 * PNG: the first chunk says it
 */

static int
read_png(struct image_header *h, struct bytes *b)
{

	h->format = IMAGE_FORMAT_PNG;
	b->big_endian = true;
	if (!IS(b, 12, "IHDR"))
		return (-1);
	h->width = u32(b, 16);
	h->height = u32(b, 20);
	return (result(h, b));
}

/*--------------------------------------------------------------------
 * GIF: the screen, and then blocks to be counted.  Decoders do not believe
 * each screen: where it is larger than anyone's was, or its frames stand
 * out, they look at these.
 */

#define GIF_SCREEN_MAX	2048

/* Past sub-blocks, each of which begins with its length, to the empty one. */
static size_t
gif_skip(struct bytes *b, size_t at, unsigned *steps)
{
	unsigned len;

	do {
		len = u8(b, at);
		at += 1 + len;
	} while (len > 0 && !b->short_of && ++*steps < IMAGE_HEADER_STEPS);
	return (at);
}

/* The bytes of a color table, by the flags that announce it. */
static size_t
gif_colors(unsigned flags)
{

	return (flags & 0x80 ? 3u << ((flags & 7) + 1) : 0);
}

static void
gif_frame(struct image_header *h, struct bytes *b, size_t at)
{

	h->frames++;
	if (u16(b, at + 1) + u16(b, at + 5) > h->width ||
	    u16(b, at + 3) + u16(b, at + 7) > h->height)
		h->sure = false;
}

static int
read_gif(struct image_header *h, struct bytes *b)
{
	unsigned block, steps = 0;
	size_t at;

	h->format = IMAGE_FORMAT_GIF;
	h->frames = 0;
	h->width = u16(b, 6);
	h->height = u16(b, 8);
	h->sure = h->width <= GIF_SCREEN_MAX && h->height <= GIF_SCREEN_MAX;
	if (result(h, b) != 0)
		return (-1);
	at = 13 + gif_colors(u8(b, 10));
	while (++steps < IMAGE_HEADER_STEPS) {
		block = u8(b, at);
		if (block == 0x2c && at + 10 < b->len) {
			gif_frame(h, b, at);
			at += 10 + gif_colors(u8(b, at + 9));
			at = gif_skip(b, at + 1, &steps);
		} else if (block == 0x21 && !b->short_of)
			at = gif_skip(b, at + 2, &steps);
		else
			break;
	}
	/* What there is of a damaged one counts, but proves nothing. */
	if (b->short_of || steps >= IMAGE_HEADER_STEPS)
		h->sure = false;
	if (h->frames == 0)
		h->frames = 1;
	return (0);
}

/*--------------------------------------------------------------------
 * WebP: RIFF chunks, the first of which says of what sort it is
 */

static unsigned
webp_frames(struct bytes *b)
{
	unsigned frames = 0, steps;
	size_t at = 12, len;

	for (steps = 0; steps < IMAGE_HEADER_STEPS; steps++) {
		if (IS(b, at, "ANMF"))
			frames++;
		if (at + 8 > b->len)
			break;
		len = u32(b, at + 4);
		if (len > b->len - at - 8)
			break;
		at += 8 + len + (len & 1);
	}
	return (frames > 0 ? frames : 1);
}

static int
read_webp(struct image_header *h, struct bytes *b)
{
	uint32_t bits;

	h->format = IMAGE_FORMAT_WEBP;
	if (IS(b, 12, "VP8 ") && IS(b, 23, "\x9d\x01\x2a")) {
		h->width = u16(b, 26) & 0x3fff;
		h->height = u16(b, 28) & 0x3fff;
	} else if (IS(b, 12, "VP8L") && u8(b, 20) == 0x2f) {
		bits = u32(b, 21);
		h->width = (bits & 0x3fff) + 1;
		h->height = (bits >> 14 & 0x3fff) + 1;
	} else if (IS(b, 12, "VP8X")) {
		h->width = (u16(b, 24) | u8(b, 26) << 16) + 1;
		h->height = (u16(b, 27) | u8(b, 29) << 16) + 1;
		if (u8(b, 20) & 0x02)
			h->frames = webp_frames(b);
	}
	return (result(h, b));
}

/*--------------------------------------------------------------------
 * TIFF 6.0, and BigTIFF: the first directory, whose pages are no frames
 */

static int
read_tiff(struct image_header *h, struct bytes *b)
{
	bool big;
	size_t at, entry, value;
	uint32_t n, u, tag, side;

	h->format = IMAGE_FORMAT_OTHER;
	h->sure = false;		/* another page may be asked for */
	b->big_endian = IS(b, 0, "MM");
	big = u16(b, 2) == 43;
	/* Of a 64 bit number, the half that a file of ours can need. */
	at = u32(b, !big ? 4 : b->big_endian ? 12 : 8);
	n = u16(b, at + (big && b->big_endian ? 6 : 0));
	for (u = 0; u < n && !b->short_of; u++) {
		entry = at + (big ? 8 + 20 * (size_t)u : 2 + 12 * (size_t)u);
		tag = u16(b, entry);
		if (tag != 256 && tag != 257)
			continue;
		value = entry + (big ? 12 : 8);
		switch (u16(b, entry + 2)) {
		case 3:			/* SHORT */
			side = u16(b, value);
			break;
		case 4:			/* LONG */
			side = u32(b, value);
			break;
		default:
			return (-1);
		}
		if (tag == 256)
			h->width = side;
		else
			h->height = side;
		if (h->width != 0 && h->height != 0)
			break;
	}
	return (result(h, b));
}

/*--------------------------------------------------------------------
 * ISO base media boxes, ISO/IEC 14496-12: size, type, contents
 */

struct box {
	size_t		at, end;	/* of its contents */
	char		type[4];
};

/*
 * The box at `at`, within `end`.  Returns where the next one begins, or 0
 * where there is none.
 */
static size_t
box_read(struct bytes *b, size_t at, size_t end, struct box *box)
{
	uint64_t size, head = 8;

	if (at > end || end - at < 8)
		return (0);
	b->big_endian = true;
	size = u32(b, at);
	memcpy(box->type, b->p + at + 4, 4);
	if (size == 1 && end - at >= 16) {
		head = 16;
		size = (uint64_t)u32(b, at + 8) << 32 | u32(b, at + 12);
	} else if (size == 0)
		size = end - at;
	if (size < head)
		return (0);
	/* What is cut off is read as far as it goes. */
	if (size > end - at)
		size = end - at;
	box->at = at + head;
	box->end = at + size;
	return (box->end);
}

/* The first box of a type, within [at, end). */
static bool
box_find(struct bytes *b, size_t at, size_t end, const char *type,
    struct box *box)
{
	unsigned steps;

	for (steps = 0; steps < IMAGE_HEADER_STEPS; steps++) {
		at = box_read(b, at, end, box);
		if (at == 0)
			return (false);
		if (memcmp(box->type, type, 4) == 0)
			return (true);
	}
	return (false);
}

/*
 * AVIF and HEIC: ISO/IEC 23008-12.  The pictures of a file, thumbnails and
 * the tiles of a grid among them, have the size of a property each: the
 * largest is that of the whole.
 */
static int
read_heif(struct image_header *h, struct bytes *b, enum image_format format)
{
	struct box box, ispe;
	size_t at;
	uint32_t width, height;
	unsigned steps;

	h->format = format;
	h->sure = false;
	if (!box_find(b, 0, b->len, "meta", &box) ||
	    !box_find(b, box.at + 4, box.end, "iprp", &box) ||
	    !box_find(b, box.at, box.end, "ipco", &box))
		return (-1);
	at = box.at;
	for (steps = 0; steps < IMAGE_HEADER_STEPS; steps++) {
		at = box_read(b, at, box.end, &ispe);
		if (at == 0)
			break;
		if (memcmp(ispe.type, "ispe", 4) != 0 ||
		    ispe.end - ispe.at < 12)
			continue;
		width = u32(b, ispe.at + 4);
		height = u32(b, ispe.at + 8);
		if ((uint64_t)width * height >
		    (uint64_t)h->width * h->height) {
			h->width = width;
			h->height = height;
		}
	}
	return (result(h, b));
}

/* By the brands of the first box, the major one first. */
static int
read_ftyp(struct image_header *h, struct bytes *b)
{
	struct box box;
	size_t at;

	if (box_read(b, 0, b->len, &box) == 0)
		return (-1);
	for (at = box.at; at + 4 <= box.end && at < 256; at += 4) {
		if (IS(b, at, "avif") || IS(b, at, "avis"))
			return (read_heif(h, b, IMAGE_FORMAT_AVIF));
		if (IS(b, at, "hei") || IS(b, at, "hev"))
			return (read_heif(h, b, IMAGE_FORMAT_OTHER));
		if (at == box.at)
			at += 4;	/* its version */
	}
	return (-1);
}

/*--------------------------------------------------------------------
 * JPEG XL: ISO/IEC 18181-1, bits from the least significant one on
 */

struct bits {
	struct bytes	*b;
	size_t		at;		/* bits */
};

static uint32_t
bits(struct bits *s, unsigned n)
{
	uint32_t value = 0;
	unsigned i;

	for (i = 0; i < n; i++, s->at++)
		value |= (uint32_t)(u8(s->b, s->at / 8) >> s->at % 8 & 1) << i;
	return (value);
}

static uint32_t
jxl_side(struct bits *s, bool small)
{
	static const unsigned widths[] = { 9, 13, 18, 30 };

	if (small)
		return ((bits(s, 5) + 1) * 8);
	return (1 + bits(s, widths[bits(s, 2)]));
}

static int
read_jxl(struct image_header *h, struct bytes *b, size_t at)
{
	static const struct {
		unsigned	by, to;
	} ratios[] = {
		{ 0, 1 }, { 1, 1 }, { 12, 10 }, { 4, 3 }, { 3, 2 },
		{ 16, 9 }, { 5, 4 }, { 2, 1 }
	};
	struct bits s = { b, at * 8 };
	bool small;
	unsigned ratio;

	h->format = IMAGE_FORMAT_JXL;
	if (!IS(b, at, "\xff\x0a"))
		return (-1);
	s.at += 16;
	small = bits(&s, 1) == 1;
	h->height = jxl_side(&s, small);
	ratio = bits(&s, 3);
	if (ratio == 0)
		h->width = jxl_side(&s, small);
	else
		h->width = (uint32_t)((uint64_t)h->height *
		    ratios[ratio].by / ratios[ratio].to);
	return (result(h, b));
}

/* The stream, or its first part, in boxes. */
static int
read_jxl_boxes(struct image_header *h, struct bytes *b)
{
	struct box box;

	if (box_find(b, 0, b->len, "jxlc", &box))
		return (read_jxl(h, b, box.at));
	if (box_find(b, 0, b->len, "jxlp", &box))
		return (read_jxl(h, b, box.at + 4));
	return (-1);
}

/*--------------------------------------------------------------------*/

int
image_header_read(struct image_header *h, const void *data, size_t len)
{
	struct bytes b = { .p = data, .len = len };

	memset(h, 0, sizeof *h);
	h->frames = 1;
	h->sure = true;
	if (IS(&b, 0, "\xff\xd8\xff"))
		return (read_jpeg(h, &b));
	if (IS(&b, 0, "\x89PNG\r\n\x1a\n"))
		return (read_png(h, &b));
	if (IS(&b, 0, "GIF87a") || IS(&b, 0, "GIF89a"))
		return (read_gif(h, &b));
	if (IS(&b, 0, "RIFF") && IS(&b, 8, "WEBP"))
		return (read_webp(h, &b));
	if (IS(&b, 0, "II\x2a\0") || IS(&b, 0, "MM\0\x2a") ||
	    IS(&b, 0, "II\x2b\0") || IS(&b, 0, "MM\0\x2b"))
		return (read_tiff(h, &b));
	if (IS(&b, 0, "\xff\x0a"))
		return (read_jxl(h, &b, 0));
	if (IS(&b, 0, "\0\0\0\x0cJXL \r\n\x87\n"))
		return (read_jxl_boxes(h, &b));
	if (IS(&b, 4, "ftyp"))
		return (read_ftyp(h, &b));
	return (-1);
}
