/* SPDX-License-Identifier: BSD-2-Clause
 * Copyright (c) 2026 The pixelfleet authors
 *
 * What a purge asks for: reading it, its one text, the bans that it stands
 * for, and what those match, by PCRE itself.
 */

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>
#define PCRE2_CODE_UNIT_WIDTH 8
#include <pcre2.h>

#include "purge_ban.h"
#include "purge_expr.h"
#include "purge_regex.h"

#include "../fuzz/fuzz_purge_expr.c"

static char text[PURGE_EXPR_MAX], err[PURGE_ERROR_MAX];

/* A match as varnishd makes it for a ban; the limits are PCRE's own. */
static int
pcre(const char *regex, const char *subject)
{
	pcre2_match_data *md;
	pcre2_code *code;
	size_t offset;
	int error, r;

	code = pcre2_compile((PCRE2_SPTR)regex, PCRE2_ZERO_TERMINATED, 0,
	    &error, &offset, NULL);
	if (code == NULL)
		fail_msg("PCRE does not compile %s", regex);
	md = pcre2_match_data_create_from_pattern(code, NULL);
	r = pcre2_match(code, (PCRE2_SPTR)subject, strlen(subject), 0, 0, md,
	    NULL);
	pcre2_match_data_free(md);
	pcre2_code_free(code);
	return (r);
}

static bool
regex(void *priv, const char *re, const char *subject)
{
	(void)priv;
	return (pcre(re, subject) >= 0);
}

static const char *
field_of(const struct purge_object *obj, const char *began,
    const char *field)
{
	if (strcmp(field, "obj.http." PURGE_OBJ_SOURCE) == 0)
		return (obj->source);
	if (strcmp(field, "obj.http." PURGE_OBJ_OPERATIONS) == 0)
		return (obj->operations);
	if (strcmp(field, "obj.http." PURGE_OBJ_OVERLAY) == 0)
		return (obj->overlay);
	if (strcmp(field, "obj.http." PURGE_OBJ_TAGS) == 0)
		return (obj->tags);
	if (strcmp(field, "obj.http." PURGE_OBJ_BEGAN) == 0)
		return (began);
	assert_string_equal(field, "obj.status");
	return ("200");
}

/* As ban_evaluate() in varnishd's cache_ban.c. */
static bool
is_banned(const struct purge_bans *bans, const struct purge_object *obj,
    const char *began)
{
	const struct purge_test *t;
	const char *value;
	bool all;
	unsigned i, j;
	int r;

	for (i = 0; i < bans->n; i++) {
		all = true;
		for (j = 0; j < bans->ban[i].n && all; j++) {
			t = &bans->ban[i].test[j];
			value = field_of(obj, began, t->field);
			if (strcmp(t->op, "==") == 0)
				/* A header that is not there: not equal. */
				all = value != NULL &&
				    strcmp(value, t->operand) == 0;
			else if (strcmp(t->op, "!=") == 0)
				all = value == NULL ||
				    strcmp(value, t->operand) != 0;
			else {
				r = value == NULL ? -1 :
				    pcre(t->operand, value);
				/* Less, and varnishd panics. */
				assert_true(r >= -1);
				if (strcmp(t->op, "~") == 0)
					all = r >= 0;
				else {
					assert_string_equal(t->op, "!~");
					all = value != NULL && r < 0;
				}
			}
		}
		if (all)
			return (true);
	}
	return (false);
}

static struct purge_expr
parse(const char *what)
{
	struct purge_expr expr;

	if (purge_expr_parse(&expr, what) != 0)
		fail_msg("not taken: %s", what);
	return (expr);
}

/* The bans and the core's own rule must agree. */
static bool
means(const char *what, const struct purge_object *obj)
{
	static struct purge_bans bans;
	struct purge_expr expr = parse(what);
	bool r;

	purge_bans(&bans, &expr, NULL);
	r = is_banned(&bans, obj, NULL);
	if (r != purge_matches(&expr, obj, regex, NULL))
		fail_msg("%s is %s by its bans, and not by itself", what,
		    r ? "met" : "not met");
	return (r);
}

static bool
means_source(const char *what, const char *source)
{
	struct purge_object obj = { .source = source };
	struct purge_object carrier = { .source = "/other", .overlay = source };
	bool r = means(what, &obj);

	assert_int_equal(means(what, &carrier), r);
	return (r);
}

static void
test_read(void **state)
{
	static const struct {
		struct purge_request req;
		const char *text;
	} t[] = {
		{ { .url = "/" }, "hard all" },
		{ { .url = "/*" }, "hard all" },
		{ { .url = "/", .mode = "soft" }, "soft all" },
		{ { .url = "/", .by = "source" }, "hard source /" },
		{ { .url = "/a.jpg" }, "hard source /a.jpg" },
		{ { .url = "/a.jpg", .mode = "" }, "hard source /a.jpg" },
		{ { .url = "/%61%2f./b/../c?v=1" },
		    "hard source /a%2F./c?v=1" },
		{ { .url = "/b?w=4", .source = "/b", .operations = "width=4" },
		    "hard variant /b width=4" },
		{ { .url = "/b?w=4", .source = "/b", .operations = "width=4",
		    .by = "source" }, "hard source /b" },
		{ { .url = "/b?text=1*2", .source = "/b",
		    .operations = "text=1%2A2" },
		    "hard variant /b text=1%2A2" },
		{ { .url = "/b*?w=4", .source = "/b*", .operations = "width=4",
		    .by = "variant" }, "hard variant /b* width=4" },
		{ { .url = "/b", .source = "/b", .operations = "" },
		    "hard source /b" },
		{ { .url = "/p/*" }, "hard prefix /p/" },
		{ { .url = "/p", .by = "prefix" }, "hard prefix /p" },
		{ { .url = "/p?v=*" }, "hard prefix /p?v=" },
		{ { .url = "/a/../p/%7eme*", .mode = "soft" },
		    "soft prefix /p/~me" },
		{ { .url = "/p/*/x" }, "hard glob /p/*/x" },
		{ { .url = "/*.jpg" }, "hard glob /*.jpg" },
		{ { .url = "/*.jpg?*" }, "hard glob /*.jpg?*" },
		{ { .url = "/%2a.jpg" }, "hard source /%2A.jpg" },
		{ { .url = "/a*b", .by = "source" }, "hard source /a*b" },
		{ { .url = "/", .tags = "b, a,,c\tb" }, "hard tags a b c" },
		{ { .url = "/", .tags = "a", .by = "tags", .mode = "hard" },
		    "hard tags a" },
		{ { .url = "/", .regex = "^/a b\\.png$" },
		    "hard regex ^/a b\\.png$" },
		{ { .url = "/", .by = "all" }, "hard all" },
	};
	struct purge_request req;
	unsigned i;

	(void)state;
	for (i = 0; i < 2 * sizeof t / sizeof *t; i++) {
		req = t[i / 2].req;
		req.method = i % 2 ? "PURGE" : "DELETE";
		if (purge_expr_read(text, &req, err) != 0)
			fail_msg("%s: %s", req.url, err);
		assert_string_equal(text, t[i / 2].text);
		assert_string_equal(err, "");
		(void)parse(text);
	}
}

#define TEN	"aaaaaaaaaa"
#define HUNDRED	TEN TEN TEN TEN TEN TEN TEN TEN TEN TEN

static void
test_refused(void **state)
{
	static const struct {
		struct purge_request req;
		const char *sentence;
	} t[] = {
		{ { .url = NULL }, "the URL does not begin with '/'" },
		{ { .url = "x" }, "the URL does not begin with '/'" },
		{ { .url = "/a%0ab" }, "the URL holds a control byte" },
		{ { .url = "/a%zz" }, "the URL holds a malformed "
		    "percent-encoding" },
		{ { .url = "/", .mode = "gentle" },
		    "Fleet-Purge-Mode must be hard or soft" },
		{ { .url = "/", .by = "magic" }, "Fleet-Purge-By must be "
		    "source, variant, prefix, glob, regex, tags or all" },
		{ { .url = "/a", .by = "all" },
		    "Fleet-Purge-By: all needs the URL '/'" },
		{ { .url = "/a", .by = "variant" },
		    "Fleet-Purge-By: variant needs a URL with operations" },
		{ { .url = "/", .by = "tags" },
		    "Fleet-Purge-By: tags needs Fleet-Purge-Tag" },
		{ { .url = "/", .by = "regex" },
		    "Fleet-Purge-By: regex needs Fleet-Purge-Regex" },
		{ { .url = "/a", .tags = "x" }, "Fleet-Purge-Tag stands for "
		    "itself: with it, the URL must be '/'" },
		{ { .url = "/a", .regex = "x" }, "Fleet-Purge-Regex stands "
		    "for itself: with it, the URL must be '/'" },
		{ { .url = "/", .tags = "x", .regex = "x" }, "Fleet-Purge-Tag "
		    "and Fleet-Purge-Regex cannot be combined" },
		{ { .url = "/", .tags = "x", .by = "source" },
		    "Fleet-Purge-Tag cannot be combined with "
		    "Fleet-Purge-By: source" },
		{ { .url = "/", .tags = " ,\t" },
		    "Fleet-Purge-Tag holds no tag" },
		{ { .url = "/", .tags = "a\x80" }, "the tags hold a byte "
		    "that is not printable ASCII" },
		{ { .url = "/", .tags = HUNDRED TEN TEN TEN },
		    "the tags hold one of more than 128 bytes" },
		{ { .url = "/", .tags = "1 2 3 4 5 6 7 8 9 0 a b c d e f g h "
		    "i j k l m n o p q r s t u v w" },
		    "Fleet-Purge-Tag holds more than 32 tags" },
		{ { .url = "/a", .by = "glob" }, "the glob has no '*'" },
		{ { .url = "/a**b" },
		    "the glob has two '*' side by side" },
		{ { .url = "/*1*2*3*4*5*6*7*8*9*0*1*2*3*4*5*6*7" },
		    "the glob has more than 16 '*'" },
		{ { .url = "/a*b*", .by = "prefix" },
		    "the prefix holds a '*' before its end" },
		{ { .url = "/a*?w=4", .source = "/a*", .operations = "w=4" },
		    "the glob is about originals: it cannot have operations" },
		{ { .url = "/a?w=4", .source = "/a", .operations = "w=4",
		    .by = "prefix" },
		    "the prefix is about originals: it cannot have operations" },
		{ { .url = "/a", .source = "/a b" }, "the source holds a "
		    "space, or a byte that is not printable ASCII" },
		{ { .url = "/a", .source = "a" },
		    "the source does not begin with '/'" },
		{ { .url = "/a", .source = "/a", .operations = "w 1" },
		    "the variant has no operations, or a space in them" },
		{ { .url = "/", .regex = "a\n" }, "the regular expression "
		    "holds a byte that is not printable ASCII" },
		{ { .url = "/", .regex = "a " }, "the regular expression "
		    "begins or ends with a space" },
		{ { .url = "/", .regex = "(a" },
		    "the regular expression has a '(' without its ')'" },
		{ { .url = "/", .regex = "(a+)+$" },
		    "the regular expression repeats a group" },
		{ { .url = "/", .regex = HUNDRED HUNDRED HUNDRED HUNDRED
		    HUNDRED TEN "aaa" },
		    "the regular expression is longer than 512 bytes" },
	};
	struct purge_request req;
	unsigned i;

	(void)state;
	for (i = 0; i < sizeof t / sizeof *t; i++) {
		req = t[i].req;
		req.method = "PURGE";
		assert_int_equal(purge_expr_read(text, &req, err), 400);
		assert_string_equal(err, t[i].sentence);
		assert_string_equal(text, "");
	}
	req = (struct purge_request){ .method = "GET", .url = "/a" };
	assert_int_equal(purge_expr_read(text, &req, err), 405);
	assert_string_equal(err,
	    "a purge is asked for with DELETE or PURGE");
}

static void
test_length(void **state)
{
	struct purge_request req = { .method = "PURGE" };
	char url[5000];

	(void)state;
	memset(url, 'a', sizeof url);
	url[0] = '/';
	url[4095] = '\0';
	req.url = url;
	assert_int_equal(purge_expr_read(text, &req, err), 0);
	assert_int_equal(strlen(text), 12 + 4095);
	(void)parse(text);
	url[4095] = 'a';
	url[4096] = '\0';
	assert_int_equal(purge_expr_read(text, &req, err), 400);
	assert_string_equal(err, "the URL is longer than 4095 bytes");
	req.source = url;
	assert_int_equal(purge_expr_read(text, &req, err), 400);
	assert_string_equal(err, "the URL is longer than 4095 bytes");
}

/* One text for each expression, and nothing else is one. */
static void
test_not_canonical(void **state)
{
	static const char *const bad[] = {
		"", "hard", "hard ", "soft", "hardall", "hard all ",
		"hard all /", " hard all", "Hard all", "hard  all",
		"hard source", "hard source ", "hard source a",
		"hard source  /a", "hard source /a b", "hard source /a\n",
		"hard source /\x80", "hard variant /a", "hard variant /a ",
		"hard variant /a w h", "hard variant a w",
		"hard prefix /", "hard prefix /*", "hard prefix /a*",
		"hard prefix a", "hard glob /a", "hard glob /a*",
		"hard glob *a", "hard glob /a**b", "hard tags",
		"hard tags b a", "hard tags a a", "hard tags a  b",
		"hard tags a,b", "hard tags a ", "hard regex",
		"hard tags 00 01 02 03 04 05 06 07 08 09 10 11 12 13 14 15 "
		"16 17 18 19 20 21 22 23 24 25 26 27 28 29 30 31 32",
		"hard regex (a", "hard regex a\t", "hard shape /a",
		"soft glob /*1*2*3*4*5*6*7*8*9*0*1*2*3*4*5*6*7"
	};
	struct purge_expr expr;
	unsigned i;

	(void)state;
	for (i = 0; i < sizeof bad / sizeof *bad; i++)
		if (purge_expr_parse(&expr, bad[i]) == 0)
			fail_msg("taken: '%s'", bad[i]);
}

static void
test_sources(void **state)
{
	static const struct { const char *expr, *yes, *no; } t[] = {
		{ "hard source /a.jpg", "/a.jpg", "/a.jpg2" },
		{ "hard source /a.jpg", "/a.jpg", "/axjpg" },
		{ "hard source /a.jpg", "/a.jpg", "/" },
		{ "hard prefix /a.b/", "/a.b/c", "/axb/c" },
		{ "hard prefix /a.b/", "/a.b/", "/a.b" },
		{ "hard prefix /a", "/ab?c", "/x/a" },
		{ "hard prefix /a?v=", "/a?v=1", "/?v=" },
		{ "hard glob /*.jpg", "/x/y.jpg", "/x/y.jpg2" },
		{ "hard glob /*.jpg", "/.jpg", "/xjpg" },
		{ "hard glob /a*b*c", "/abc", "/acb" },
		{ "hard glob /a*b*c", "/a_c_b_c", "/a_b_c_" },
		{ "hard glob /a*bb*bc", "/abbbc", "/abbc" },
		{ "hard glob /a*b*", "/ab", "/xab" },
		{ "hard glob /a*b*", "/a/b/c", "/a/c" },
		{ "hard glob /*/(x)$[^]{2}", "/a/(x)$[^]{2}", "/a/x" },
		{ "hard regex \\.png$", "/a.png", "/a.png2" },
		{ "hard regex ^/(?:a|b)/", "/b/", "/c/a/" },
		{ "soft regex b", "/abc", "/ac" },
		{ "soft source /a*", "/a*", "/ab" },
	};
	unsigned i;

	(void)state;
	for (i = 0; i < sizeof t / sizeof *t; i++) {
		if (!means_source(t[i].expr, t[i].yes))
			fail_msg("%s is not %s", t[i].yes, t[i].expr);
		if (means_source(t[i].expr, t[i].no))
			fail_msg("%s is %s", t[i].no, t[i].expr);
	}
}

static void
test_variants_and_all(void **state)
{
	static const struct purge_object none = { .source = NULL };
	struct purge_object obj = { "/a", "width=4", "/mark.png", "shoes" };

	(void)state;
	assert_true(means("hard variant /a width=4", &obj));
	assert_false(means("hard variant /a width=40", &obj));
	assert_false(means("hard variant /ab width=4", &obj));
	assert_false(means("hard variant /mark.png width=4", &obj));
	assert_true(means("hard source /mark.png", &obj));
	assert_true(means("hard all", &obj));
	assert_true(means("hard all", &none));
	assert_false(means("hard variant /a width=4", &none));
	assert_false(means("hard source /a", &none));
	assert_false(means("hard prefix /a", &none));
	assert_false(means("hard tags shoes", &none));
	assert_false(means("hard regex .", &none));
}

static void
test_tags(void **state)
{
	static const struct { const char *tags; bool meant; } t[] = {
		{ "red", true }, { "blue red", true }, { "blue,red", true },
		{ "red,blue", true }, { "blue, red ,x", true },
		{ "x\tred", true }, { "reddish", false }, { "infrared", false },
		{ "red-blue", false }, { "Red", false }, { "", false },
		{ " , ", false }, { "a.b", true }, { "axb", false },
		{ "x a.b,y", true }, { "red|a.b", false }
	};
	struct purge_object obj = { .source = "/red" };
	unsigned i;

	(void)state;
	for (i = 0; i < sizeof t / sizeof *t; i++) {
		obj.tags = t[i].tags;
		if (means("hard tags a.b red", &obj) != t[i].meant)
			fail_msg("'%s' is %s meant", t[i].tags,
			    t[i].meant ? "not" : "");
	}
}

/* All globs and all URLs over a small alphabet: bans and core agree. */
static void
test_globs_exhaustively(void **state)
{
	static const char letters[] = "ab*";
	char what[32] = "hard glob /", url[8] = "/";
	struct purge_expr expr;
	unsigned g, u, i, n, met = 0, tried = 0;

	(void)state;
	for (g = 0; g < 3 * 3 * 3 * 3 * 3; g++) {
		for (i = 0, n = g; i < 5; i++, n /= 3)
			what[11 + i] = letters[n % 3];
		what[16] = '\0';
		if (purge_expr_parse(&expr, what) != 0)
			continue;
		for (u = 1; u < 128; u++) {
			/* The bits below the highest. */
			for (i = 1, n = u; n > 1; n /= 2)
				url[i++] = n % 2 ? 'a' : 'b';
			url[i] = '\0';
			met += means_source(what, url);
			tried++;
		}
	}
	assert_true(met > 500 && tried > 5 * met);
}

/*
 * Texts of 4 kB made to be hard, for patterns made here and for the dearest
 * that are taken.
 */
static void
test_no_backtracking(void **state)
{
	static const char *const what[] = {
		"hard glob /a*a*a*a*a*a*a*a*a*a*a*a*a*a*b",
		"hard glob /*a*a*a*a*a*a*a*b*a*a*a*a*",
		"hard prefix /aaaab", "hard tags a aa b",
		"hard regex .*a.*b", "hard regex a+a+b", "hard regex ^/.*a.*b$",
		"hard regex [a-c]*(?:a|b)c", "hard regex a*a?a?a?b"
	};
	char url[4096];
	struct purge_object obj = { .source = url, .tags = url };
	unsigned i;

	(void)state;
	memset(url, 'a', sizeof url);
	url[0] = '/';
	url[4095] = '\0';
	for (i = 0; i < sizeof what / sizeof *what; i++)
		assert_false(means(what[i], &obj));
}

static void
test_regex_faults(void **state)
{
	static const char *const good[] = {
		"a", "^/a/.*\\.jpg$", "(?i)\\.JPE?G$", "a|b|c", "[]a]*",
		"[^]a]+", "[[:digit:]]{2,4}", "(?:a|b)?c", "a{3}", "a{2,}b*",
		"\\d+x", "\\(\\)", "a{", "a{x}", "x{0,9}y{0,9}z{0,9}", "()", "a{2}?b",
		"a*+b", "a+?b", "\\.", "[(]", "[\\]*]+", "(a)(b)(c)"
	}, *const bad[] = {
		"a*b*c*", "(a+)+", "(a|b)*", "(a|b){2}", "(a", "a)", "[a",
		"(?=a)", "(?R)", "(?1)", "(?>a)", "(*ACCEPT)", "(?#x)", "a\\",
		"\\1", "\\g1", "\\k<a>", "\\Qa\\E", "\\p{L}", "\\K", "\\X",
		"a*b*(c|d)", "a*b+c{1,}", "[[:alpha:", "a{,9999}b{,9999}c?",
		"a{ 1, 4000 }b*c?", "a?a?a?a?a?a?a?a?a?a?a?a?a?a?a?a?a?a?a?a?"
		"a?a?a?a?a?b", "(a|b)(a|b)(a|b)(a|b)(a|b)(a|b)(a|b)(a|b)(a|b)"
		"(a|b)(a|b)(a|b)(a|b)(a|b)(a|b)(a|b)(a|b)(a|b)(a|b)(a|b)(a|b)"
		"(a|b)(a|b)(a|b)(a|b)", "\\o{101}",
		"\\x{41}*", "a{2}{3}", "a**", "*", "a|*"
	};
	unsigned i;

	(void)state;
	for (i = 0; i < sizeof good / sizeof *good; i++) {
		if (purge_regex_fault(good[i]) != NULL)
			fail_msg("%s %s", good[i],
			    purge_regex_fault(good[i]));
		assert_true(pcre(good[i], "") >= -1);
	}
	for (i = 0; i < sizeof bad / sizeof *bad; i++)
		if (purge_regex_fault(bad[i]) == NULL)
			fail_msg("taken: %s", bad[i]);
}

/* The ban for "began before" spares what began since, and that alone. */
static void
test_before(void **state)
{
	static const uint64_t n[] = {
		0, 1, 2, 9, 10, 15, 16, 17, 255, 256, 0xfff, 0x1000,
		0x123456789abcdef0, 0x123456789abcdef1, UINT64_MAX - 1,
		UINT64_MAX
	};
	const unsigned N = sizeof n / sizeof *n;
	static struct purge_bans bans;
	struct purge_expr expr = parse("soft all");
	struct purge_object obj = { .source = "/a" };
	struct purge_mark a, b;
	char began[PURGE_MARK_LEN + 1];
	unsigned i, j;

	(void)state;
	for (i = 0; i < N * N; i++) {
		a = (struct purge_mark){ n[i / N], n[i % N] };
		purge_bans(&bans, &expr, &a);
		for (j = 0; j < N * N; j++) {
			b = (struct purge_mark){ n[j / N], n[j % N] };
			if (i % 7 && i != j && b.process != a.process)
				continue;
			purge_mark_format(b, began);
			assert_int_equal(is_banned(&bans, &obj, began),
			    b.process != a.process || b.number < a.number);
		}
	}
	/* What says nothing of when it began, is from no node of ours. */
	assert_false(is_banned(&bans, &obj, NULL));
}

static void
test_marks(void **state)
{
	static const char *const bad[] = {
		NULL, "", "0", "0000000000000000000000000000000",
		"000000000000000000000000000000000",
		"0000000000000000000000000000000x",
		"0000000000000000000000000000000A"
	};
	struct purge_mark mark = { 5, 6 }, got;
	char began[PURGE_MARK_LEN + 1];
	unsigned i;

	(void)state;
	purge_mark_format(mark, began);
	assert_string_equal(began, "00000000000000050000000000000006");
	assert_int_equal(purge_mark_parse(&got, began), 0);
	assert_int_equal(got.process, 5);
	assert_int_equal(got.number, 6);
	for (i = 0; i < sizeof bad / sizeof *bad; i++)
		assert_int_equal(purge_mark_parse(&got, bad[i]), -1);
}

static void
test_ban_of_one(void **state)
{
	static struct purge_bans bans;
	struct purge_object obj = { .source = "/a" };
	struct purge_mark mark = { 5, 6 }, other = { 5, 7 };
	char began[PURGE_MARK_LEN + 1];

	(void)state;
	purge_bans_one(&bans, "/a", mark);
	purge_mark_format(mark, began);
	assert_true(is_banned(&bans, &obj, began));
	purge_mark_format(other, began);
	assert_false(is_banned(&bans, &obj, began));
	obj.source = "/b";
	purge_mark_format(mark, began);
	assert_false(is_banned(&bans, &obj, began));
}

static void
test_ban_tests(void **state)
{
	static struct purge_bans bans;
	struct purge_expr expr = parse("hard source /a.jpg");

	(void)state;
	purge_bans(&bans, &expr, NULL);
	assert_int_equal(bans.n, 2);
	assert_int_equal(bans.ban[0].n, 1);
	assert_string_equal(bans.ban[0].test[0].field, "obj.http.Image-Source");
	assert_string_equal(bans.ban[0].test[0].op, "==");
	assert_string_equal(bans.ban[0].test[0].operand, "/a.jpg");
	assert_string_equal(bans.ban[1].test[0].field,
	    "obj.http.Image-Overlay");
	expr = parse("hard glob /a.*/*b");
	purge_bans(&bans, &expr, NULL);
	assert_string_equal(bans.ban[0].test[0].operand,
	    "^\\/a\\.(?>.*?\\/).*b$");
	expr = parse("hard variant /a width=4");
	purge_bans(&bans, &expr, NULL);
	assert_int_equal(bans.n, 1);
	assert_int_equal(bans.ban[0].n, 2);
}

/* What the fuzzer checks, for requests that are nearly right. */
static void
test_fuzzed(void **state)
{
	static const char *const seeds[] = {
		"PURGE\n/a.jpg\n/a.jpg\nwidth=4\nsource\nsoft\n\n\n/a.jpg\n",
		"DELETE\n/p/*\n\n\n\nhard\n\n\n/p/x\n",
		"DELETE\n/p/*/*.jpg\n\n\n\n\n\n\n/p/x/y.jpg\n",
		"DELETE\n/\n\n\ntags\n\nred, blue\n\n\n\n\nred",
		"DELETE\n/\n\n\n\n\n\n^/a(?:b|c)?[d-f]*x{2,3}$\n/abdx\n",
		"hard tags a b c\n", "soft variant /a width=4\n",
		"hard glob /a*b*c\n"
	};
	char buf[256];
	unsigned i, j, n;
	size_t len;

	(void)state;
	srandom(1);
	for (i = 0; i < 200000; i++) {
		len = (size_t)snprintf(buf, sizeof buf, "%s",
		    seeds[i % (sizeof seeds / sizeof *seeds)]);
		n = (unsigned)random() % 4;
		for (j = 0; j < n; j++)
			buf[(size_t)random() % len] = random() % 2 ?
			    "/*?,.\n(|)[]{}\\+%"[random() % 17] :
			    (char)random();
		LLVMFuzzerTestOneInput((const uint8_t *)buf, len);
	}
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_read),
		cmocka_unit_test(test_refused),
		cmocka_unit_test(test_length),
		cmocka_unit_test(test_not_canonical),
		cmocka_unit_test(test_sources),
		cmocka_unit_test(test_variants_and_all),
		cmocka_unit_test(test_tags),
		cmocka_unit_test(test_globs_exhaustively),
		cmocka_unit_test(test_no_backtracking),
		cmocka_unit_test(test_regex_faults),
		cmocka_unit_test(test_before),
		cmocka_unit_test(test_marks),
		cmocka_unit_test(test_ban_of_one),
		cmocka_unit_test(test_ban_tests),
		cmocka_unit_test(test_fuzzed),
	};

	return (cmocka_run_group_tests_name("purge_expr", tests, NULL,
	    NULL));
}
