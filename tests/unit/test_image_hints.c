/* SPDX-License-Identifier: BSD-2-Clause
 * Copyright (c) 2026 The pixelfleet authors
 *
 * Client hints: where they could matter, and what comes of them.
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

static void
parse(struct image_request *req, const struct image_site *site,
    const char *url)
{
	if (image_request_parse(req, site, url) != 0)
		fail_msg("'%s': %d '%s'", url, req->status, req->error);
}

static const struct image_preset presets[] = {
	{ "thumb", "width=160&height=120&crop=top&q=70" },
	{ "half", "scale=0.5&f=webp" },
	{ "retina", "w=100&dpr=2&pad=3" },
	{ "nothing", "" },
};

static const struct image_site preset_site = { .source_params = "v",
    .presets = presets, .n_presets = COUNT(presets) };

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

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_hinted),
		cmocka_unit_test(test_hint_dpr),
		cmocka_unit_test(test_hint_width),
		cmocka_unit_test(test_hint_save_data),
		cmocka_unit_test(test_hint_room),
	};

	return (cmocka_run_group_tests(tests, NULL, NULL));
}
