/* SPDX-License-Identifier: BSD-2-Clause
 * Copyright (c) 2026 The pixelfleet authors
 *
 * The configuration hash: every part counts, in its place and in full, and
 * what differs is found in a peer's list, which nobody has to trust.
 */

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>
#include <openssl/evp.h>

#include "config_hash.h"

#define DIGEST	"0123456789ab"

/* Label, text, label, text, ..., NULL. */
static void
make(struct config_hash *ch, ...)
{
	const char *label, *text;
	va_list ap;

	config_hash_init(ch);
	va_start(ap, ch);
	while ((label = va_arg(ap, const char *)) != NULL) {
		text = va_arg(ap, const char *);
		config_hash_add(ch, label, text, strlen(text));
	}
	va_end(ap);
	assert_non_null(config_hash_final(ch));
	assert_true(node_config_valid(ch->hex));
}

/* The hash of these very bytes, as the header describes them. */
static void
test_known(void **state)
{
	static const unsigned char bytes[] =
	    "pixelfleet config v1\0"
	    "\0\0\0\0\0\0\0\1" "a" "\0\0\0\0\0\0\0\3" "xyz";
	unsigned char md[EVP_MAX_MD_SIZE];
	struct config_hash ch;
	char hex[NODE_CONFIG_LEN + 1], text[CONFIG_TEXT_MAX], want[32];

	(void)state;
	make(&ch, "a", "xyz", NULL);
	assert_int_equal(EVP_Digest(bytes, sizeof bytes - 1, md, NULL,
	    EVP_sha256(), NULL), 1);
	node_hex(hex, md, 32);
	assert_string_equal(ch.hex, hex);
	/* Its digest can be had by sha256sum. */
	assert_int_equal(EVP_Digest("xyz", 3, md, NULL, EVP_sha256(), NULL),
	    1);
	strcpy(want, "a=");
	node_hex(want + 2, md, CONFIG_DIGEST_LEN / 2);
	config_hash_parts(&ch, text);
	assert_string_equal(text, want);
}

static void
test_everything_counts(void **state)
{
	struct config_hash ch[10];
	unsigned i, j, n = 0;

	(void)state;
	make(&ch[n++], NULL, NULL);
	make(&ch[n++], "a", "", NULL);
	make(&ch[n++], "a", "b", NULL);
	make(&ch[n++], "ab", "", NULL);
	make(&ch[n++], "", "ab", NULL);
	make(&ch[n++], "a", "b", "c", "d", NULL);
	make(&ch[n++], "c", "d", "a", "b", NULL);
	make(&ch[n++], "a", "bcd", NULL);
	make(&ch[n++], "a", "b", "c", "d", "", "", NULL);
	make(&ch[n++], "a", "d", "c", "b", NULL);
	for (i = 0; i < n; i++)
		for (j = 0; j < i; j++)
			assert_string_not_equal(ch[i].hex, ch[j].hex);
}

static void
test_same_parts_same_hash(void **state)
{
	struct config_hash a, b;
	char text[CONFIG_TEXT_MAX], buf[100];

	(void)state;
	make(&a, "vcl:site.vcl", "vcl 4.1;", "renderer", "1", NULL);
	make(&b, "vcl:site.vcl", "vcl 4.1;", "renderer", "1", NULL);
	assert_string_equal(a.hex, b.hex);
	assert_ptr_equal(config_hash_final(&a), a.hex);
	config_hash_parts(&b, text);
	assert_int_equal(config_hash_differences(&a, text, buf, sizeof buf),
	    0);
	assert_string_equal(buf, "");
	config_hash_fini(&a);
	config_hash_fini(&a);
}

static void
test_abandoned(void **state)
{
	struct config_hash ch;

	(void)state;
	config_hash_init(&ch);
	config_hash_add(&ch, "a", "b", 1);
	config_hash_fini(&ch);
}

static void
test_differences(void **state)
{
	struct config_hash own, peer;
	char text[CONFIG_TEXT_MAX], buf[200];

	(void)state;
	make(&own, "vmod_fleet", "1", "vcl:a.vcl", "x", "vcl:b.vcl", "y",
	    "mine", "1", NULL);
	make(&peer, "vmod_fleet", "1", "vcl:a.vcl", "X", "theirs", "1",
	    "vcl:b.vcl", "Y", NULL);
	config_hash_parts(&peer, text);
	assert_int_equal(config_hash_differences(&own, text, buf,
	    sizeof buf), 4);
	assert_string_equal(buf, "vcl:a.vcl differs, vcl:b.vcl differs, "
	    "mine only here, theirs only there");
}

static void
test_differences_are_cut(void **state)
{
	struct config_hash own, peer;
	char text[CONFIG_TEXT_MAX], *buf;
	size_t len;

	(void)state;
	make(&own, "aa", "1", "bb", "1", NULL);
	make(&peer, "aa", "2", "bb", "2", NULL);
	config_hash_parts(&peer, text);
	for (len = 0; len < 40; len++) {
		buf = malloc(len + 1);
		assert_non_null(buf);
		buf[len] = '#';
		assert_int_equal(config_hash_differences(&own, text, buf,
		    len), 2);
		assert_int_equal(buf[len], '#');
		if (len > 0)
			assert_string_equal(buf,
			    len > 22 ? "aa differs, bb differs" :
			    len > 10 ? "aa differs" : "");
		free(buf);
	}
}

/* Two files of one name are compared first with first. */
static void
test_equal_labels(void **state)
{
	struct config_hash own, peer;
	char text[CONFIG_TEXT_MAX], buf[100];

	(void)state;
	make(&own, "v", "1", "v", "2", "v", "3", NULL);
	make(&peer, "v", "1", "v", "9", NULL);
	config_hash_parts(&peer, text);
	assert_int_equal(config_hash_differences(&own, text, buf,
	    sizeof buf), 2);
	assert_string_equal(buf, "v differs, v only here");
}

static void
test_order(void **state)
{
	struct config_hash own, peer;
	char text[CONFIG_TEXT_MAX], buf[100];

	(void)state;
	make(&own, "a", "1", "b", "2", NULL);
	make(&peer, "b", "2", "a", "1", NULL);
	config_hash_parts(&peer, text);
	assert_int_equal(config_hash_differences(&own, text, buf,
	    sizeof buf), 1);
	assert_string_equal(buf, "the order of the parts differs");
}

/* A label is free text, but what is sent is not. */
static void
test_labels(void **state)
{
	struct config_hash ch, again;
	char text[CONFIG_TEXT_MAX], buf[100], label[200];

	(void)state;
	memset(label, 'x', sizeof label);
	label[sizeof label - 1] = '\0';
	make(&ch, "a b,c=d\r\n\xc3", "", "", "", "vcl:x/Y.1-2_z", "",
	    label, "", NULL);
	assert_string_equal(ch.part[0].label, "a_b_c_d___");
	assert_string_equal(ch.part[1].label, "_");
	assert_string_equal(ch.part[2].label, "vcl:x/Y.1-2_z");
	assert_int_equal(strlen(ch.part[3].label), CONFIG_LABEL_MAX);
	config_hash_parts(&ch, text);
	assert_int_equal(config_hash_differences(&ch, text, buf,
	    sizeof buf), 0);
	/* Alike in the list, different in the hash. */
	make(&again, "a_b_c_d___", "", "_", "", "vcl:x/Y.1-2_z", "", label,
	    "", NULL);
	assert_int_equal(config_hash_differences(&again, text, buf,
	    sizeof buf), 0);
	assert_string_not_equal(ch.hex, again.hex);
}

static void
many(struct config_hash *ch, unsigned n, size_t label_len)
{
	char label[100];
	unsigned i;

	config_hash_init(ch);
	for (i = 0; i < n; i++) {
		memset(label, 'x', sizeof label);
		label[label_len] = '\0';
		label[snprintf(label, sizeof label, "%u", i)] = 'x';
		config_hash_add(ch, label, label, strlen(label));
	}
	assert_non_null(config_hash_final(ch));
}

/* However many parts: the list is bounded, and all are in the hash. */
static void
test_many(void **state)
{
	static const struct { unsigned n; size_t len; unsigned left; } t[] = {
		{ 64, 10, 0 }, { 65, 10, 1 }, { 500, 10, 436 },
		{ 26, 63, 0 }, { 27, 63, 1 }, { 64, 63, 38 }
	};
	struct config_hash own, peer;
	char text[CONFIG_TEXT_MAX], buf[100], *plus;
	unsigned i;

	(void)state;
	for (i = 0; i < sizeof t / sizeof *t; i++) {
		many(&own, t[i].n, t[i].len);
		many(&peer, t[i].n + 1, t[i].len);
		assert_string_not_equal(own.hex, peer.hex);
		config_hash_parts(&own, text);
		assert_true(strlen(text) < CONFIG_TEXT_MAX);
		plus = strchr(text, '+');
		assert_int_equal(plus == NULL ? 0 : atoi(plus + 1),
		    t[i].left);
		assert_int_equal(config_hash_differences(&own, text, buf,
		    sizeof buf), 0);
		/* What a list leaves out is not said to be missing. */
		config_hash_parts(&peer, text);
		if (t[i].left > 0)
			assert_int_equal(config_hash_differences(&own, text,
			    buf, sizeof buf), 0);
	}
}

static void
test_malformed_lists(void **state)
{
	static const char *const bad[] = {
		NULL, "", ",", "a", "a=", "=" DIGEST, "a=0123456789",
		"a=" DIGEST "c", "a=" DIGEST ",", "a=" DIGEST " ",
		"a=0123456789AB", "a b=" DIGEST, "a=" DIGEST ",+",
		"a=" DIGEST ",+1x", "a=" DIGEST ",+1,b=" DIGEST,
		"a=" DIGEST ",,b=" DIGEST, "\n=" DIGEST, "+", "+-1",
		"a=" DIGEST ";b=" DIGEST
	};
	char text[80 * (CONFIG_PARTS_MAX + 1)], buf[100], label[100];
	struct config_hash own;
	unsigned i;

	(void)state;
	make(&own, "a", "b", NULL);
	for (i = 0; i < sizeof bad / sizeof *bad; i++)
		if (config_hash_differences(&own, bad[i], buf,
		    sizeof buf) != -1)
			fail_msg("taken: %s", bad[i]);
	assert_int_equal(config_hash_differences(&own, "+3", buf,
	    sizeof buf), 0);
	memset(label, 'x', sizeof label);
	strcpy(label + CONFIG_LABEL_MAX, "=" DIGEST);
	assert_int_equal(config_hash_differences(&own, label, buf,
	    sizeof buf), 2);
	strcpy(label + CONFIG_LABEL_MAX, "x=" DIGEST);
	assert_int_equal(config_hash_differences(&own, label, buf,
	    sizeof buf), -1);
	/* More items than a node ever lists. */
	text[0] = '\0';
	for (i = 0; i < CONFIG_PARTS_MAX; i++)
		strcat(text, i > 0 ? ",b=" DIGEST : "b=" DIGEST);
	assert_int_equal(config_hash_differences(&own, text, buf,
	    sizeof buf), CONFIG_PARTS_MAX + 1);
	strcat(text, ",b=" DIGEST);
	assert_int_equal(config_hash_differences(&own, text, buf,
	    sizeof buf), -1);
}

static void
test_vcl_wanted(void **state)
{
	(void)state;
	assert_true(config_hash_vcl_wanted("/etc/varnish/default.vcl"));
	assert_true(config_hash_vcl_wanted("<vcl.inline>"));
	assert_true(config_hash_vcl_wanted("local.vcl"));
	assert_true(config_hash_vcl_wanted("/etc/x.local.vcl/site.vcl"));
	assert_true(config_hash_vcl_wanted("nodes.local.vcl.bak"));
	assert_true(config_hash_vcl_wanted("/etc/nodeslocal.vcl"));
	assert_true(config_hash_vcl_wanted(""));
	assert_false(config_hash_vcl_wanted("<builtin>"));
	assert_false(config_hash_vcl_wanted("nodes.local.vcl"));
	assert_false(config_hash_vcl_wanted("/etc/varnish/a.local.vcl"));
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_known),
		cmocka_unit_test(test_everything_counts),
		cmocka_unit_test(test_same_parts_same_hash),
		cmocka_unit_test(test_abandoned),
		cmocka_unit_test(test_differences),
		cmocka_unit_test(test_differences_are_cut),
		cmocka_unit_test(test_equal_labels),
		cmocka_unit_test(test_order),
		cmocka_unit_test(test_labels),
		cmocka_unit_test(test_many),
		cmocka_unit_test(test_malformed_lists),
		cmocka_unit_test(test_vcl_wanted),
	};

	return (cmocka_run_group_tests_name("config_hash", tests, NULL,
	    NULL));
}
