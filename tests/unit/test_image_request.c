/* SPDX-License-Identifier: BSD-2-Clause
 * Copyright (c) 2026 The pixelfleet authors
 *
 * What stands around the operations of a URL: presets, what is signed, and
 * parameters that nobody knows.
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

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_presets),
		cmocka_unit_test(test_preset_parse),
		cmocka_unit_test(test_to_sign),
		cmocka_unit_test(test_unknown),
	};

	return (cmocka_run_group_tests(tests, NULL, NULL));
}
