/* SPDX-License-Identifier: BSD-2-Clause
 * Copyright (c) 2026 The pixelfleet authors
 *
 * Any operations whatsoever survive their canonical text: written and read
 * again they are what they were, in the renderer as in a URL.
 */

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

/* The properties are those of the fuzzer. */
#include "../fuzz/fuzz_image_ops.c"
#include "url_text.h"

static uint64_t random_state;

static unsigned
pick(unsigned n)
{
	uint64_t z = (random_state += UINT64_C(0x9e3779b97f4a7c15));

	z = (z ^ (z >> 30)) * UINT64_C(0xbf58476d1ce4e5b9);
	z = (z ^ (z >> 27)) * UINT64_C(0x94d049bb133111eb);
	return ((unsigned)((z ^ (z >> 31)) >> 32) % n);
}

/* 0, or something within low..high, often one of these. */
static unsigned
some(unsigned low, unsigned high)
{
	switch (pick(5)) {
	case 0:
		return (low);
	case 1:
		return (high);
	case 2:
		return (low + pick(high - low + 1));
	default:
		return (0);
	}
}

static int
some_signed(unsigned bound)
{
	return (pick(2) != 0 ? (int)some(1, bound) : -(int)some(1, bound));
}

static unsigned
some_colour(void)
{
	return (pick(3) != 0 ? 0 : pick(0x10000) << 16 | pick(0x10000));
}

static void
some_cut(struct image_ops *ops)
{
	ops->width = some(1, IMAGE_SIDE_MAX);
	ops->height = some(1, IMAGE_SIDE_MAX);
	if (ops->width == 0 && ops->height == 0 && pick(2) != 0)
		ops->scale = 100 + pick(10 * IMAGE_ONE - 99);
	if (ops->scale == IMAGE_ONE)
		ops->scale = 0;
	if (ops->width != 0 || ops->height != 0 || ops->scale != 0)
		ops->enlarge = ops->scale > IMAGE_ONE || pick(2) != 0;
	if (ops->width != 0 && ops->height != 0)
		ops->fit = (enum image_fit)pick(5);
	if (pick(4) == 0) {
		ops->crop_x = pick(100001);
		ops->crop_y = pick(100001);
		ops->crop_w = 1 + pick(100000);
		ops->crop_h = 1 + pick(100000);
	}
	if (ops->fit != IMAGE_FIT_COVER)
		return;
	if (ops->crop_w == 0)
		ops->gravity = (enum image_gravity)pick(8);
	else if (pick(2) != 0)
		ops->gravity = IMAGE_GRAVITY_FOCAL;
	if (ops->gravity != IMAGE_GRAVITY_FOCAL)
		return;
	ops->focal_x = some(1, IMAGE_ONE);
	ops->focal_y = some(1, IMAGE_ONE);
	if (ops->focal_x == IMAGE_ONE / 2)
		ops->focal_x++;
}

static void
some_look(struct image_ops *ops)
{
	ops->trim = some(1, 256);
	ops->pad = some(1, 4096);
	ops->pad_color = some_colour();
	ops->border = some(1, 4096);
	ops->border_color = ops->border != 0 ? some_colour() : 0;
	ops->radius = pick(4) == 0 ? IMAGE_RADIUS_FULL : some(1, 8192);
	ops->no_autorotate = pick(2);
	ops->angle = 90 * pick(4);
	ops->flip = (enum image_flip)pick(4);
	ops->auto_level = pick(2);
	ops->auto_fix = pick(2);
	ops->brightness = some_signed(IMAGE_ONE);
	ops->contrast = some_signed(IMAGE_ONE);
	ops->gamma = some(IMAGE_ONE / 10, 10 * IMAGE_ONE);
	if (ops->gamma == IMAGE_ONE)
		ops->gamma = 0;
	ops->saturation = some_signed(IMAGE_ONE);
	ops->hue = some(1, 359);
	ops->filter = (enum image_filter)pick(5);
	if (ops->filter == IMAGE_FILTER_DUOTONE) {
		ops->duotone_dark = some_colour() | 0xff;
		ops->duotone_light = some_colour() | 0xff;
	}
	ops->colorize = some_colour();
	if ((ops->colorize & 0xff) == 0)
		ops->colorize = 0;
	ops->pixelate = some(2, 1024);
	ops->blur = some(1, 100 * IMAGE_ONE);
	ops->sharpen = some(1, 100 * IMAGE_ONE);
}

static void
some_output(struct image_ops *ops)
{
	ops->format = (enum image_format)pick(IMAGE_FORMAT_GIF + 1);
	ops->lossless = ops->format != IMAGE_FORMAT_JPG &&
	    ops->format != IMAGE_FORMAT_GIF && pick(3) == 0;
	if (!ops->lossless) {
		ops->quality = some(1, IMAGE_QUALITY_AUTO);
		if (ops->quality == IMAGE_QUALITY_DEFAULT)
			ops->quality = 0;
		ops->max_bytes = some(1000, 100000000);
	}
	ops->progressive = pick(2);
	ops->strip = (enum image_strip)pick(3);
	ops->page = some(1, 65536);
	ops->still = ops->page == 0 && pick(2) != 0;
}

static void
some_text(char *buf, size_t size, const char *const *piece, unsigned n)
{
	struct text t = text_on(buf, size);
	const char *p;
	unsigned k;

	for (k = pick(3) == 0 ? 1 + pick(40) : 0; k > 0; k--) {
		p = piece[pick(n)];
		if (t.len + strlen(p) < size)
			text_str(&t, p);
	}
}

static void
some_layers(struct image_ops *ops)
{
	static const char *const path[] = { "/a", "/b.png", "/%20", "/%25",
	    "/~-._", "/%C3%A9", "/+&=", "/,;" };
	static const char *const text[] = { "a", " ", "\n", "%", "&", "=",
	    "+", "\"", "\xc3\xa9", "\xe2\x82\xac", "\xf0\x9f\x90\x95", "#" };
	static const char *const font[] = { "Sans", " ", "-", "_", "9" };

	some_text(ops->mark, sizeof ops->mark, path, COUNT(path));
	if (ops->mark[0] != '\0') {
		ops->mark_scale = some(1, 100);
		ops->mark_pos = (enum image_pos)pick(IMAGE_POS_TILE + 1);
		ops->mark_offset_x = some_signed(8192);
		ops->mark_offset_y = some_signed(8192);
		ops->mark_alpha = some(1, 100);
	}
	some_text(ops->text, sizeof ops->text, text, COUNT(text));
	if (ops->text[0] != '\0') {
		some_text(ops->text_font, sizeof ops->text_font, font,
		    COUNT(font));
		ops->text_size = some(1, 1024);
		ops->text_color = some_colour();
		ops->text_pos = (enum image_pos)pick(IMAGE_POS_TILE);
	}
}

/* What is formatted and parsed is what it was, and all of it is told. */
static void
test_round_trip(void **state)
{
	static const struct image_site plain = { .source_params = "" };
	char text[IMAGE_URL_MAX], url[IMAGE_URL_MAX + 2];
	struct image_ops ops, again;
	struct image_request req;
	char err[IMAGE_ERROR_MAX];
	unsigned i, long_ones = 0;

	(void)state;
	random_state = 1;
	for (i = 0; i < 100000; i++) {
		memset(&ops, 0, sizeof ops);
		some_cut(&ops);
		some_look(&ops);
		some_output(&ops);
		some_layers(&ops);
		assert_true(image_ops_format(&ops, text, sizeof text) > 0);
		assert_true(fuzz_printable(text));
		if (image_ops_parse(&again, text, err) != 0)
			fail_msg("'%s': %s", text, err);
		if (!same_ops(&ops, &again))
			fail_msg("'%s' is not what was meant", text);
		snprintf(url, sizeof url, "/?%s", text);
		assert_int_equal(image_request_parse(&req, &plain, url), 0);
		assert_string_equal(req.ops_text, text);
		assert_true(same_ops(&ops, &req.ops));
		long_ones += strlen(text) > 300;
	}
	assert_true(long_ones > 10000);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_round_trip),
	};

	return (cmocka_run_group_tests(tests, NULL, NULL));
}
