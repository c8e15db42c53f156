/* SPDX-License-Identifier: BSD-2-Clause
 * Copyright (c) 2026 The pixelfleet authors
 *
 * What stands around the operations of a URL: presets, what is signed,
 * client hints, unknown parameters; and that any operations whatsoever
 * survive their canonical text.
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

static void
parse(struct image_request *req, const struct image_site *site,
    const char *url)
{
	if (image_request_parse(req, site, url) != 0)
		fail_msg("'%s': %d '%s'", url, req->status, req->error);
}

static void
refuse(const struct image_site *site, const char *url, const char *says)
{
	struct image_request req;

	if (image_request_parse(&req, site, url) == 0)
		fail_msg("'%s' was taken as '%s'", url, req.url);
	assert_int_equal(req.status, 400);
	if (strstr(req.error, says) == NULL)
		fail_msg("'%s': '%s' says not '%s'", url, req.error, says);
	check_refused(&req, url);
}

/*--------------------------------------------------------------------
 * Presets
 */

static const struct image_preset presets[] = {
	{ "thumb", "width=160&height=120&crop=top&q=70" },
	{ "half", "scale=0.5&f=webp" },
	{ "top", "crop=top" },
	{ "box", "&&crop=10,20,300,200&fit=contain&w=90&h=60&" },
	{ "retina", "w=100&dpr=2&pad=3" },
	{ "info", "meta=true" },
	{ "exact", "lossless=true&f=png&page64=Mg" },
	{ "motto", "text64=w6kKMg==&text_size=20&mark=/l.png%3Fv%3D1" },
	{ "nothing", "" },
};

static const struct image_site preset_site = { .source_params = "v",
    .presets = presets, .n_presets = COUNT(presets) };

static void
test_presets(void **state)
{
	static const struct {
		const char	*url, *text;
		bool		custom;
	} e[] = {
		{ "preset=thumb", "width=160&height=120&crop=top&quality=70",
		    false },
		{ "p=thumb", "width=160&height=120&crop=top&quality=70",
		    false },
		{ "p64=dGh1bWI&v=1&x=1",
		    "width=160&height=120&crop=top&quality=70", false },
		/* the URL's own goes before, wherever it stands */
		{ "w=10&p=thumb", "width=10&height=120&crop=top&quality=70",
		    true },
		{ "p=thumb&w64=MTA&q=90", "width=10&height=120&crop=top",
		    true },
		{ "p=thumb&autorotate=true",
		    "width=160&height=120&crop=top&quality=70", true },
		{ "p=thumb&crop=1,2,3,4",
		    "width=160&height=120&crop=1,2,3,4&quality=70", true },
		/* and so does what contradicts the preset */
		{ "p=thumb&fit=contain",
		    "width=160&height=120&fit=contain&quality=70", true },
		{ "p=thumb&fp=0,1",
		    "width=160&height=120&focal=0,1&quality=70", true },
		{ "p=thumb&fit=inside", "width=160&height=120&quality=70",
		    true },
		{ "p=half&w=20", "width=20&format=webp", true },
		{ "p=half&h=20&f=png", "height=20&format=png", true },
		{ "p=half&scale=0.25", "scale=0.25&format=webp", true },
		{ "p=half&meta=true", "meta=true", true },
		{ "p=info&w=20", "width=20", true },
		{ "p=info", "meta=true", false },
		{ "p=exact&f=jpg", "format=jpg&page=2", true },
		{ "p=exact&q=5", "format=png&quality=5&page=2", true },
		{ "p=exact&page=1", "format=png&lossless=true&page=1", true },
		/* what the one lacks may be the other's */
		{ "p=top&w=9&h=8", "width=9&height=8&crop=top", true },
		{ "p=retina", "width=200&pad=6", false },
		{ "p=retina&dpr=1", "width=100&pad=3", true },
		{ "p=thumb&dpr=2",
		    "width=320&height=240&crop=top&quality=70", true },
		{ "p=retina&w=10", "width=20&pad=6", true },
		{ "p=box&fit=fill",
		    "width=90&height=60&fit=fill&crop=10,20,300,200", true },
		{ "p=motto", "mark=/l.png%3Fv%3D1&text=%C3%A9%0A2&"
		    "text_size=20", false },
		{ "p=nothing", "quality=90", false },
		{ "p=nothing&explain=1&expires=5&sig=a", "quality=90",
		    false },
	};
	struct image_request req;
	char url[128];
	size_t i;

	(void)state;
	for (i = 0; i < COUNT(e); i++) {
		snprintf(url, sizeof url, "/a?%s", e[i].url);
		parse(&req, &preset_site, url);
		assert_string_equal(req.ops_text, e[i].text);
		assert_int_equal(req.custom, e[i].custom);
		assert_true(req.rendered);
		assert_string_not_equal(req.preset, "");
		check_parsed(&req, &preset_site);
	}
	parse(&req, &preset_site, "/a?w=1");
	assert_true(req.custom);
	assert_string_equal(req.preset, "");
	parse(&req, &preset_site, "/a?explain=true");
	assert_false(req.custom);
	assert_false(req.rendered);
	assert_true(req.explain);

	refuse(&preset_site, "/a?p=none", "parameter 'preset' is 'none': "
	    "there is no such preset here");
	refuse(&preset_site, "/a?p=thum", "'thum'");
	refuse(&preset_site, "/a?p=Thumb", "'Thumb'");
	refuse(&preset_site, "/a?p=thumb%2f", "accepted is a name of");
	refuse(&preset_site, "/a?p=thumb&preset=thumb", "twice");
	refuse(&preset_site, "/a?p=", "no value");
	refuse(&preset_site, "/a?p=top", "'crop' needs both");
	refuse(&preset_site, "/a?p=thumb&dpr=8&w=2000", "'dpr' is 16000");
}

static void
test_preset_parse(void **state)
{
	static const struct {
		const char	*name, *operations, *says;
	} bad[] = {
		{ NULL, "w=1", "a name and a list" },
		{ "", "w=1", "a name and a list" },
		{ "a", NULL, "a name and a list" },
		{ "a b", "w=1", "accepted is a name of letters" },
		{ "thumb", "w=1", "there is a preset 'thumb' already" },
		{ "a", "w=0", "parameter 'w' is '0': accepted is 1..8192" },
		{ "a", "w=1&width=2", "twice" },
		{ "a", "w", "no value" },
		{ "a", "wide=1", "'wide' is no operation" },
		{ "a", "v=1", "'v' is no operation" },
		{ "a", "%zz=1", "'' is no operation" },
		{ "a", "p=thumb", "'p' is no operation" },
		{ "a", "sig=1", "'sig' is no operation" },
		{ "a", "expires=1", "'expires' is no operation" },
		{ "a", "explain=1", "'explain' is no operation" },
		{ "a", "scale=2&w=1", "'scale' and 'width' contradict" },
		{ "a", "page=2&animated=true", "contradict" },
		{ "a", "text=%ff", "not UTF-8" },
	};
	static const char name[] = "a", operations[] = "crop=top&dpr=2&";
	struct image_preset preset = { NULL, NULL };
	char err[IMAGE_ERROR_MAX];
	size_t i;

	(void)state;
	for (i = 0; i < COUNT(bad); i++) {
		if (image_preset_parse(&preset, &preset_site, bad[i].name,
		    bad[i].operations, err) == 0)
			fail_msg("'%s' was taken", bad[i].operations);
		if (strstr(err, bad[i].says) == NULL)
			fail_msg("'%s' says not '%s'", err, bad[i].says);
	}
	assert_null(preset.name);
	assert_int_equal(image_preset_parse(&preset, &preset_site, name,
	    operations, err), 0);
	assert_string_equal(err, "");
	assert_ptr_equal(preset.name, name);
	assert_ptr_equal(preset.operations, operations);
}

/*--------------------------------------------------------------------
 * Signing, and what is not for us
 */

static void
test_to_sign(void **state)
{
	static const char *const e[][2] = {
		{ "/a", "/a" },
		{ "/%7ea/../b?x=1&sig=abc", "/b" },
		{ "/a?v=1&w=400", "/a?v=1&width=400" },
		{ "/a?h=3&width64=NDAw&v=1&sig=x",
		    "/a?v=1&width=400&height=3" },
		/* as typed: neither defaults nor dpr nor spelling are ours */
		{ "/a?q=90&w=0400", "/a?width=0400&quality=90" },
		{ "/a?dpr=2&w=4", "/a?width=4&dpr=2" },
		{ "/a?f=jpeg&crop=1%2c2,3,4", "/a?crop=1,2,3,4&format=jpeg" },
		{ "/a?text=a+b%20c%0a&f=png", "/a?format=png&text="
		    "a%20b%20c%0A" },
		{ "/a?mark=/l.png%3Fv=1", "/a?mark=/l.png%3Fv%3D1" },
		/* the preset's name, not what it says */
		{ "/a?p=thumb", "/a?preset=thumb" },
		{ "/a?expires=99&p=thumb&w=1&explain=1&sig64=YQ",
		    "/a?width=1&explain=1&preset=thumb&expires=99" },
		{ "/a?expires=0099", "/a?expires=0099" },
		{ "/a?expires=99&v=2", "/a?v=2&expires=99" },
	};
	struct image_request req;
	size_t i;

	(void)state;
	for (i = 0; i < COUNT(e); i++) {
		parse(&req, &preset_site, e[i][0]);
		assert_string_equal(req.to_sign, e[i][1]);
	}
	parse(&req, &preset_site, "/a?expires=253402300799&sig=aB-_+%2f=");
	assert_true(req.expires == UINT64_C(253402300799));
	assert_string_equal(req.signature, "aB-_+/=");
	assert_false(req.rendered);
	assert_string_equal(req.url, "/a");
	parse(&req, &preset_site, "/a?w=1");
	assert_true(req.expires == 0);
	assert_string_equal(req.signature, "");
	assert_false(req.explain);
}

static void
test_unknown(void **state)
{
	static const struct image_site strict = { .source_params = "v",
	    .reject_unknown = true };
	struct image_request req;

	(void)state;
	parse(&req, &strict, "/a?v=1&&w=2&");
	assert_string_equal(req.url, "/a?v=1&width=2");
	parse(&req, &strict, "/a?");
	parse(&req, &strict, "/a?mark=/l.png%3Fv=1");
	refuse(&strict, "/a?x=1", "parameter 'x' is not known here");
	refuse(&strict, "/a?x", "parameter 'x' is not known");
	refuse(&strict, "/a?W=1", "parameter 'W' is not known");
	refuse(&strict, "/a?utm_source=a&w=1", "'utm_source'");
	refuse(&strict, "/a?%zz=1", "parameter '' is not known");
	refuse(&strict, "/a?=1", "parameter '' is not known");
	refuse(&strict, "/a?mark=/l.png%3Fx=1", "parameter 'x' is not known");
}

/*--------------------------------------------------------------------
 * Hints
 */

#define DPR		IMAGE_HINT_DPR
#define WIDTH		IMAGE_HINT_WIDTH
#define VIEWPORT	IMAGE_HINT_VIEWPORT
#define SAVE_DATA	IMAGE_HINT_SAVE_DATA
#define ALL		(DPR | WIDTH | VIEWPORT | SAVE_DATA)

static void
test_hinted(void **state)
{
	static const struct {
		const char	*url;
		unsigned	open, hinted;
	} e[] = {
		{ "/a", ALL, 0 },
		{ "/a?v=1", ALL, 0 },
		{ "/a?explain=1", ALL, 0 },
		{ "/a?meta=true", ALL, 0 },
		{ "/a?w=1", ALL, DPR | SAVE_DATA },
		{ "/a?w=1", 0, 0 },
		{ "/a?w=1", WIDTH | DPR, DPR },
		{ "/a?w=1&dpr=1", ALL, SAVE_DATA },
		{ "/a?w=1&dpr=1&q=90", ALL, 0 },
		{ "/a?w=1&q=high", ALL, DPR },
		{ "/a?scale=0.5", ALL, SAVE_DATA },
		{ "/a?scale=1", ALL, SAVE_DATA },
		{ "/a?scale=0.5&pad=1", ALL, DPR | SAVE_DATA },
		{ "/a?scale=0.5&radius=max&pad=0", ALL, SAVE_DATA },
		{ "/a?f=png&lossless=true", ALL, DPR | WIDTH | VIEWPORT },
		{ "/a?f=auto", ALL, ALL },
		{ "/a?f=auto", DPR, 0 },
		{ "/a?f=auto", DPR | WIDTH, WIDTH },
		{ "/a?f=auto", DPR | VIEWPORT, DPR | VIEWPORT },
		{ "/a?p=thumb", ALL, DPR },
		{ "/a?p=retina", ALL, SAVE_DATA },
		{ "/a?p=nothing", ALL, ALL },
	};
	struct image_site site = preset_site;
	struct image_request req;
	size_t i;

	(void)state;
	for (i = 0; i < COUNT(e); i++) {
		site.hints = e[i].open;
		parse(&req, &site, e[i].url);
		if (req.hinted != e[i].hinted)
			fail_msg("'%s': %x, not %x", e[i].url, req.hinted,
			    e[i].hinted);
	}
}

struct hinting {
	const char		*operations;
	struct image_hints	hints;
	const char		*text;
};

static void
check_hints(unsigned open, const struct hinting *h, size_t n)
{
	struct image_site site = preset_site;
	struct image_request req;
	char url[128];
	unsigned hinted;

	site.hints = open;
	for (; n > 0; n--, h++) {
		snprintf(url, sizeof url, "/a?v=1&%s", h->operations);
		parse(&req, &site, url);
		hinted = req.hinted;
		image_request_hints(&req, &site, &h->hints);
		if (strcmp(req.ops_text, h->text) != 0)
			fail_msg("'%s': '%s', not '%s'", url, req.ops_text,
			    h->text);
		assert_int_equal(req.hinted, hinted);
		check_operations(&req);
		assert_memory_equal(req.url, "/a?v=1&", 7);
		assert_string_equal(req.url + 7, req.ops_text);
	}
}

static void
test_hint_dpr(void **state)
{
	static const struct hinting e[] = {
		{ "w=100", { .dpr = "1" }, "width=100" },
		{ "w=100", { .dpr = "0.5" }, "width=100" },
		{ "w=100", { .dpr = "1.0" }, "width=100" },
		{ "w=100", { .dpr = "1.01" }, "width=150" },
		{ "w=100", { .dpr = "1.5" }, "width=150" },
		{ "w=100", { .dpr = "1.75" }, "width=200" },
		{ "w=100", { .dpr = "2.625" }, "width=300" },
		{ "w=100", { .dpr = "3.5" }, "width=400" },
		{ "w=100", { .dpr = "12" }, "width=400" },
		{ "w=100&h=30&pad=2&crop=fit", { .dpr = "2" },
		    "width=200&height=60&crop=fit&pad=4" },
		{ "scale=0.5&text=t&text_size=10", { .dpr = "2" },
		    "scale=0.5&text=t&text_size=20" },
		{ "p=thumb", { .dpr = "2" },
		    "width=320&height=240&crop=top&quality=70" },
		/* the largest that fits */
		{ "w=3000", { .dpr = "3" }, "width=6000" },
		{ "w=5461", { .dpr = "3" }, "width=8192" },
		{ "w=5462", { .dpr = "3" }, "width=5462" },
		{ "w=10&mark=/m&mark_offset=3000", { .dpr = "4" },
		    "width=20&mark=/m&mark_offset=6000,6000" },
		/* the URL or the preset says, or nothing could change */
		{ "w=100&dpr=1", { .dpr = "2" }, "width=100" },
		{ "w=100&dpr=3", { .dpr = "2" }, "width=300" },
		{ "p=retina", { .dpr = "4" }, "width=200&pad=6" },
		{ "scale=0.5", { .dpr = "2" }, "scale=0.5" },
		{ "meta=true", { .dpr = "2" }, "meta=true" },
		/* malformed */
		{ "w=100", { .dpr = "" }, "width=100" },
		{ "w=100", { .dpr = "0" }, "width=100" },
		{ "w=100", { .dpr = "-2" }, "width=100" },
		{ "w=100", { .dpr = "2x" }, "width=100" },
		{ "w=100", { .dpr = " 2" }, "width=100" },
		{ "w=100", { .dpr = "2, 3" }, "width=100" },
		{ "w=100", { .dpr = "1e1" }, "width=100" },
		{ "w=100", { .dpr = "101" }, "width=100" },
		{ "w=100", { .dpr = "99999999999999999999" }, "width=100" },
		{ "w=100", { .dpr = NULL }, "width=100" },
	};
	static const struct hinting closed[] = {
		{ "w=100", { .dpr = "2", .save_data = "on" }, "width=100" },
		{ "q=90", { "2", "100", "100", "on" }, "quality=90" },
	};

	(void)state;
	check_hints(ALL, e, COUNT(e));
	check_hints(DPR, e, COUNT(e));
	check_hints(0, closed, COUNT(closed));
}

static void
test_hint_width(void **state)
{
	static const struct hinting e[] = {
		{ "q=80", { .width = "1" }, "width=160&quality=80" },
		{ "q=80", { .width = "160" }, "width=160&quality=80" },
		{ "q=80", { .width = "161" }, "width=240&quality=80" },
		{ "q=80", { .width = "1281" }, "width=1600&quality=80" },
		{ "q=80", { .width = "3841" }, "width=3840&quality=80" },
		{ "q=80", { .width = "1000000" }, "width=3840&quality=80" },
		{ "q=80", { .width = "300", .viewport_width = "900" },
		    "width=320&quality=80" },
		{ "q=80", { .viewport_width = "900" },
		    "width=960&quality=80" },
		/* physical px: DPR is not for Width, but for the others */
		{ "q=80", { .width = "300", .dpr = "2" },
		    "width=320&quality=80" },
		{ "pad=5", { .width = "300", .dpr = "2" },
		    "width=320&pad=10" },
		{ "q=80", { .viewport_width = "400", .dpr = "2" },
		    "width=800&quality=80" },
		{ "q=80", { .viewport_width = "390", .dpr = "2.6" },
		    "width=1280&quality=80" },
		{ "q=80", { .width = "x", .viewport_width = "400" },
		    "width=480&quality=80" },
		/* a size is given */
		{ "w=9", { .width = "300" }, "width=9" },
		{ "h=9", { .width = "300", .viewport_width = "5" },
		    "height=9" },
		{ "scale=0.5", { .width = "300" }, "scale=0.5" },
		{ "p=half", { .width = "300" }, "scale=0.5&format=webp" },
		{ "meta=true", { .width = "300" }, "meta=true" },
		/* malformed */
		{ "q=80", { .width = "0" }, "quality=80" },
		{ "q=80", { .width = "-5" }, "quality=80" },
		{ "q=80", { .width = "300.5" }, "quality=80" },
		{ "q=80", { .width = "300px" }, "quality=80" },
		{ "q=80", { .width = "" }, "quality=80" },
		{ "q=80", { .width = "1000001" }, "quality=80" },
		{ "q=80", { .viewport_width = "wide" }, "quality=80" },
	};

	(void)state;
	check_hints(ALL, e, COUNT(e));
}

static void
test_hint_save_data(void **state)
{
	static const struct hinting e[] = {
		{ "w=9", { .save_data = "on" }, "width=9&quality=60" },
		{ "w=9", { .save_data = "On" }, "width=9&quality=60" },
		{ "w=9", { .save_data = "on;x=1" }, "width=9&quality=60" },
		{ "p=half", { .save_data = "on" },
		    "scale=0.5&format=webp&quality=60" },
		{ "w=9", { .save_data = "off" }, "width=9" },
		{ "w=9", { .save_data = "only" }, "width=9" },
		{ "w=9", { .save_data = "o" }, "width=9" },
		{ "w=9", { .save_data = "" }, "width=9" },
		{ "w=9", { .save_data = "1" }, "width=9" },
		{ "w=9&q=90", { .save_data = "on" }, "width=9" },
		{ "w=9&q=auto", { .save_data = "on" },
		    "width=9&quality=auto" },
		{ "lossless=1", { .save_data = "on" }, "lossless=true" },
		{ "meta=true", { .save_data = "on" }, "meta=true" },
	};

	(void)state;
	check_hints(ALL, e, COUNT(e));
}

/* What would no longer fit is left as it was. */
static void
test_hint_room(void **state)
{
	static const struct image_hints hints = { "2", "300", NULL, "on" };
	const struct image_site site = { .hints = ALL, .auto_format = true };
	char url[IMAGE_URL_MAX], before[IMAGE_URL_MAX];
	struct image_request req;

	(void)state;
	memset(url, 'a', sizeof url);
	url[0] = '/';
	strcpy(url + sizeof url - sizeof "?format=auto", "?format=auto");
	parse(&req, &site, url);
	assert_int_equal(strlen(req.url), IMAGE_URL_MAX - 1);
	strcpy(before, req.url);
	image_request_hints(&req, &site, &hints);
	assert_string_equal(req.url, before);
	assert_int_equal(req.ops.quality, 0);
	image_request_negotiate(&req, IMAGE_FORMAT_AUTO_AVIF);
	assert_string_equal(req.url, before);
	assert_string_equal(req.ops_text, "format=auto");
	assert_int_equal(req.ops.format, IMAGE_FORMAT_AUTO);
}

/*--------------------------------------------------------------------
 * Random operations
 */

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
		assert_true(printable(text));
		if (image_ops_parse(&again, text, err) != 0)
			fail_msg("'%s': %s", text, err);
		if (!same_ops(&ops, &again))
			fail_msg("'%s' is not what was meant", text);
		snprintf(url, sizeof url, "/?%s", text);
		parse(&req, &plain, url);
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
		cmocka_unit_test(test_presets),
		cmocka_unit_test(test_preset_parse),
		cmocka_unit_test(test_to_sign),
		cmocka_unit_test(test_unknown),
		cmocka_unit_test(test_hinted),
		cmocka_unit_test(test_hint_dpr),
		cmocka_unit_test(test_hint_width),
		cmocka_unit_test(test_hint_save_data),
		cmocka_unit_test(test_hint_room),
		cmocka_unit_test(test_round_trip),
	};

	return (cmocka_run_group_tests(tests, NULL, NULL));
}
