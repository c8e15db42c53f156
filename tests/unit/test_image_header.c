/* SPDX-License-Identifier: BSD-2-Clause
 * Copyright (c) 2026 The pixelfleet authors
 *
 * How large images say that they are, and what becomes of lies.
 */

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "image_header.h"

/* The properties are those of the fuzzer. */
#include "../fuzz/fuzz_image_header.c"

#define COUNT(a)	(sizeof (a) / sizeof (a)[0])
#define BYTES(s)	(s), sizeof (s) - 1

static const struct sample {
	const char		*name;
	const char		*bytes;
	size_t			len;
	enum image_format	format;
	uint32_t		width, height, frames;
	bool			sure;
} samples[] = {
	{ "jpeg", BYTES("\xff\xd8" "\xff\xe0\0\x04" "ab"
	    "\xff\xff\xff\xc4\0\x03" "c" "\xff\xd0"
	    "\xff\xc2\0\x0b\x08\0\xd9\1\x2d\1\1\x11\0"),
	    IMAGE_FORMAT_JPG, 301, 217, 1, true },
	{ "png", BYTES("\x89PNG\r\n\x1a\n\0\0\0\rIHDR\0\0\1\x2d\0\0\0\xd9"),
	    IMAGE_FORMAT_PNG, 301, 217, 1, true },
	{ "webp", BYTES("RIFF\x20\0\0\0WEBPVP8 \x14\0\0\0\x70\xbc\0"
	    "\x9d\x01\x2a\x2d\1\xd9\0"),
	    IMAGE_FORMAT_WEBP, 301, 217, 1, true },
	{ "webp_lossless", BYTES("RIFF\x20\0\0\0WEBPVP8L\x14\0\0\0\x2f"
	    "\x2c\1\x36\0"), IMAGE_FORMAT_WEBP, 301, 217, 1, true },
	{ "webp_extended", BYTES("RIFF\x20\0\0\0WEBPVP8X\x0a\0\0\0"
	    "\0\0\0\0\x2c\1\0\xd8\0\0ANMF\0\0\0\0"),
	    IMAGE_FORMAT_WEBP, 301, 217, 1, true },
	{ "webp_moves", BYTES("RIFF\x20\0\0\0WEBPVP8X\x0a\0\0\0"
	    "\x02\0\0\0\x2c\1\0\xd8\0\0" "ANIM\5\0\0\0" "12345\0"
	    "ANMF\4\0\0\0abcd" "ANMF\1\0\0\0a\0" "ANMF\4\0\0\0cut"),
	    IMAGE_FORMAT_WEBP, 301, 217, 3, true },
	{ "gif", BYTES("GIF89a\x2d\1\xd9\0\x80\0\0" "123456"
	    "\x21\xf9\4abcd\0" "\x2c\0\0\0\0\x2d\1\xd9\0\0\x08\2ab\1c\0"
	    "\x3b"), IMAGE_FORMAT_GIF, 301, 217, 1, true },
	{ "gif_moves", BYTES("GIF89a\x2d\1\xd9\0\0\0\0"
	    "\x2c\0\0\0\0\x2d\1\xd9\0\0\x08\2ab\0"
	    "\x2c\0\0\0\0\x2d\1\xd9\0\x80" "123456" "\x08\2ab\0"
	    "\x2c\1\0\0\0\x2c\1\xd9\0\0\x08\2ab\0" "\x3b"),
	    IMAGE_FORMAT_GIF, 301, 217, 3, true },
	/* A frame that stands out, a screen too large, and an end too soon. */
	{ "gif_stands_out", BYTES("GIF89a\x2d\1\xd9\0\0\0\0"
	    "\x2c\1\0\0\0\x2d\1\xd9\0\0\x08\2ab\0\x3b"),
	    IMAGE_FORMAT_GIF, 301, 217, 1, false },
	{ "gif_large", BYTES("GIF89a\xff\xff\xff\xff\0\0\0"
	    "\x2c\1\0\0\0\x2d\1\xd9\0\0\x08\2ab\0\x3b"),
	    IMAGE_FORMAT_GIF, 65535, 65535, 1, false },
	{ "gif_cut", BYTES("GIF89a\x2d\1\xd9\0\0\0\0"
	    "\x2c\0\0\0\0\x2d\1\xd9\0\0\x08\2ab\0"
	    "\x2c\0\0\0\0\x2d\1\xd9\0\0\x08\xff" "ab"),
	    IMAGE_FORMAT_GIF, 301, 217, 2, false },
	{ "tiff", BYTES("II\x2a\0\x08\0\0\0\3\0"
	    "\xfe\0\4\0\1\0\0\0\0\0\0\0" "\0\1\3\0\1\0\0\0\x2d\1\0\0"
	    "\1\1\4\0\1\0\0\0\xd9\0\0\0"),
	    IMAGE_FORMAT_OTHER, 301, 217, 1, false },
	{ "tiff_big_endian", BYTES("MM\0\x2a\0\0\0\x08\0\2"
	    "\1\0\0\3\0\0\0\1\1\x2d\0\0" "\1\1\0\4\0\0\0\1\0\0\0\xd9"),
	    IMAGE_FORMAT_OTHER, 301, 217, 1, false },
	{ "bigtiff", BYTES("II\x2b\0\x08\0\0\0\x10\0\0\0\0\0\0\0"
	    "\2\0\0\0\0\0\0\0"
	    "\0\1\3\0\1\0\0\0\0\0\0\0\x2d\1\0\0\0\0\0\0"
	    "\1\1\4\0\1\0\0\0\0\0\0\0\xd9\0\0\0\0\0\0\0"),
	    IMAGE_FORMAT_OTHER, 301, 217, 1, false },
	{ "bigtiff_big_endian", BYTES("MM\0\x2b\0\x08\0\0\0\0\0\0\0\0\0\x10"
	    "\0\0\0\0\0\0\0\2"
	    "\1\0\0\3\0\0\0\0\0\0\0\1\1\x2d\0\0\0\0\0\0"
	    "\1\1\0\4\0\0\0\0\0\0\0\1\0\0\0\xd9\0\0\0\0"),
	    IMAGE_FORMAT_OTHER, 301, 217, 1, false },
	{ "avif", BYTES("\0\0\0\x14" "ftypmif1\0\0\0\0avif"
	    "\0\0\0\x50meta\0\0\0\0" "\0\0\0\x08" "free"
	    "\0\0\0\x3ciprp" "\0\0\0\x34ipco"
	    "\0\0\0\x14ispe\0\0\0\0\0\0\0\x10\0\0\0\x10"
	    "\0\0\0\x14ispe\0\0\0\0\0\0\1\x2d\0\0\0\xd9"
	    "\0\0\0\x04"), IMAGE_FORMAT_AVIF, 301, 217, 1, false },
	{ "heic", BYTES("\0\0\0\x10" "ftypheic\0\0\0\0"
	    "\0\0\0\1meta\0\0\0\0\0\0\0\x40\0\0\0\0"
	    "\0\0\0\x24iprp" "\0\0\0\0ipco"
	    "\0\0\0\0ispe\0\0\0\0\0\0\1\x2d\0\0\0\xd9"),
	    IMAGE_FORMAT_OTHER, 301, 217, 1, false },
	{ "jxl", BYTES("\xff\x0a\xc0\x06\x58\x0e\x01\x58\x02\xfa"),
	    IMAGE_FORMAT_JXL, 301, 217, 1, true },
	{ "jxl_small", BYTES("\xff\x0a\x7f\0"),	/* 256 high, 1 : 1 */
	    IMAGE_FORMAT_JXL, 256, 256, 1, true },
	{ "jxl_boxes", BYTES("\0\0\0\x0cJXL \r\n\x87\n" "\0\0\0\x0a" "ftypab"
	    "\0\0\0\0jxlc" "\xff\x0a\xc0\x06\x58\x0e\x01\x58\x02\xfa"),
	    IMAGE_FORMAT_JXL, 301, 217, 1, true },
	{ "jxl_parts", BYTES("\0\0\0\x0cJXL \r\n\x87\n"
	    "\0\0\0\x16jxlp\0\0\0\0" "\xff\x0a\xc0\x06\x58\x0e\x01\x58\x02\xfa"),
	    IMAGE_FORMAT_JXL, 301, 217, 1, true }
};

/* Bytes that look like an image, and do not say how large it is. */
static const struct {
	const char		*bytes;
	size_t			len;
} nothings[] = {
	{ BYTES("") }, { BYTES("\xff\xd8") }, { BYTES("GIF89a") },
	{ BYTES("Not a picture at all.") },
	{ BYTES("GIF89a\0\0\xd9\0\0\0\0\x3b") },
	/* Lines counted later, no frame, a segment without its length. */
	{ BYTES("\xff\xd8\xff\xc0\0\x0b\x08\0\0\1\x2d\1\1\x11\0") },
	{ BYTES("\xff\xd8\xff\xda\0\x0b\x08\0\1\1\x2d\1\1\x11\0") },
	{ BYTES("\xff\xd8\xff\xe0\0\1\xff\xc0\0\x0b\x08\0\1\1\x2d") },
	{ BYTES("\xff\xd8\xff\xe0\xff\xff\xff\xc0") },
	{ BYTES("\x89PNG\r\n\x1a\n\0\0\0\rIDAT\0\0\1\x2d\0\0\0\xd9") },
	{ BYTES("RIFF\x20\0\0\0WEBPVP8 \x14\0\0\0\x70\xbc\0"
	    "\x9d\x01\x2b\x2d\1\xd9\0") },
	{ BYTES("II\x2a\0\xff\xff\xff\xff\3\0") },
	{ BYTES("II\x2a\0\x08\0\0\0\xff\xff") },
	{ BYTES("II\x2a\0\x08\0\0\0\1\0\0\1\5\0\1\0\0\0\x2d\1\0\0") },
	{ BYTES("\0\0\0\x10" "ftypavif\0\0\0\0") },
	{ BYTES("\0\0\0\x10" "ftypisom\0\0\0\0") },
	{ BYTES("\0\0\0\x10" "ftypavif\0\0\0\0" "\0\0\0\7meta") },
	{ BYTES("\0\0\0\x10" "ftypavif\0\0\0\0" "\0\0\0\1meta"
	    "\xff\xff\xff\xff\xff\xff\xff\xff") },
	{ BYTES("\xff\x0a") }
};

static void
test_samples(void **state)
{
	struct image_header h;
	const struct sample *s;
	unsigned i;

	(void)state;
	for (i = 0; i < COUNT(samples); i++) {
		s = &samples[i];
		if (image_header_read(&h, s->bytes, s->len) != 0)
			fail_msg("%s: not known", s->name);
		if (h.format != s->format || h.width != s->width ||
		    h.height != s->height || h.frames != s->frames ||
		    h.sure != s->sure)
			fail_msg("%s: %d, %u x %u, %u frames, sure %d",
			    s->name, h.format, h.width, h.height, h.frames,
			    h.sure);
	}
}

static void
test_nothings(void **state)
{
	struct image_header h;
	unsigned i;

	(void)state;
	for (i = 0; i < COUNT(nothings); i++)
		if (image_header_read(&h, nothings[i].bytes,
		    nothings[i].len) == 0)
			fail_msg("%u: %d, %u x %u", i, h.format, h.width,
			    h.height);
}

static void
fuzz(const char *bytes, size_t len)
{

	(void)LLVMFuzzerTestOneInput((const uint8_t *)bytes, len);
}

/* Cut anywhere, with each byte changed in all ways that matter. */
static void
test_damage(void **state)
{
	static const char values[] = { 0, 1, 0x7f, (char)0x80, (char)0xff };
	char copy[256];
	size_t at;
	unsigned i, v;

	(void)state;
	for (i = 0; i < COUNT(samples); i++) {
		assert_true(samples[i].len <= sizeof copy);
		for (at = 0; at <= samples[i].len; at++)
			fuzz(samples[i].bytes, at);
		for (at = 0; at < samples[i].len; at++)
			for (v = 0; v < COUNT(values); v++) {
				memcpy(copy, samples[i].bytes,
				    samples[i].len);
				copy[at] = values[v];
				fuzz(copy, samples[i].len);
			}
	}
	for (i = 0; i < COUNT(nothings); i++)
		fuzz(nothings[i].bytes, nothings[i].len);
}

/* 4 MB of the shortest blocks there are: the walk has an end. */
static void
test_long_walk(void **state)
{
	const size_t len = 4 << 20;
	struct image_header h;
	char *bytes = malloc(len);
	size_t at;

	(void)state;
	assert_non_null(bytes);
	memcpy(bytes, "GIF89a\x2d\1\xd9\0\0\0\0", 13);
	for (at = 13; at + 2 < len; at += 3)
		memcpy(bytes + at, "\x21\1\0", 3);
	assert_int_equal(image_header_read(&h, bytes, at), 0);
	assert_int_equal(h.frames, 1);
	assert_false(h.sure);
	free(bytes);
}

static void
write_seeds(const char *folder)
{
	char path[512];
	unsigned i;
	FILE *f;

	for (i = 0; i < COUNT(samples); i++) {
		(void)snprintf(path, sizeof path, "%s/%s", folder,
		    samples[i].name);
		f = fopen(path, "w");
		if (f == NULL)
			continue;
		(void)fwrite(samples[i].bytes, 1, samples[i].len, f);
		(void)fclose(f);
	}
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_samples),
		cmocka_unit_test(test_nothings),
		cmocka_unit_test(test_damage),
		cmocka_unit_test(test_long_walk)
	};

	if (getenv("SEEDS") != NULL)
		write_seeds(getenv("SEEDS"));
	return (cmocka_run_group_tests(tests, NULL, NULL));
}
