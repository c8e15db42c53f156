/* SPDX-License-Identifier: BSD-2-Clause
 * Copyright (c) 2026 The pixelfleet authors
 *
 * The values that nodes send: exactly one spelling is taken for each, and
 * nothing gets into a probe's text that would be more than a value.
 */

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "node_headers.h"

#define HEX32	"0123456789abcdef0123456789abcdef"
#define HEX64	HEX32 HEX32

static void
test_hex(void **state)
{
	static const unsigned char data[] = { 0, 0x1f, 0xa0, 0xff };
	char out[9];

	(void)state;
	node_hex(out, data, sizeof data);
	assert_string_equal(out, "001fa0ff");
	node_hex(out, data, 0);
	assert_string_equal(out, "");
}

static void
test_names(void **state)
{
	char name[NODE_NAME_MAX + 2];

	(void)state;
	assert_true(node_name_valid("a"));
	assert_true(node_name_valid("cache-1.example.com"));
	assert_true(node_name_valid("AZ_09"));
	assert_false(node_name_valid(NULL));
	assert_false(node_name_valid(""));
	assert_false(node_name_valid("a b"));
	assert_false(node_name_valid("a\r\n"));
	assert_false(node_name_valid("a:b"));
	assert_false(node_name_valid("caf\xc3\xa9"));
	memset(name, 'x', sizeof name);
	name[NODE_NAME_MAX] = '\0';
	assert_true(node_name_valid(name));
	name[NODE_NAME_MAX] = 'x';
	name[NODE_NAME_MAX + 1] = '\0';
	assert_false(node_name_valid(name));
}

static void
test_hashes_and_ids(void **state)
{
	(void)state;
	assert_true(node_config_valid(HEX64));
	assert_false(node_config_valid(NULL));
	assert_false(node_config_valid(""));
	assert_false(node_config_valid(HEX32));
	assert_false(node_config_valid(HEX64 "0"));
	assert_false(node_config_valid(HEX32 "0123456789ABCDEF"
	    "0123456789abcdef"));
	assert_false(node_config_valid(" " HEX32 "0123456789abcdef"
	    "0123456789abcde"));
	assert_true(node_request_id_valid(HEX32));
	assert_false(node_request_id_valid(NULL));
	assert_false(node_request_id_valid(HEX64));
	assert_false(node_request_id_valid("0123456789abcdef"));
	assert_false(node_request_id_valid("0123456789abcdef"
	    "0123456789abcdeg"));
}

static void
test_load(void **state)
{
	static const struct node_load loads[] = {
		{ 0, 0 }, { 17, 16 }, { UINT32_MAX, UINT32_MAX }
	};
	char text[NODE_LOAD_MAX];
	struct node_load load;
	unsigned i;

	(void)state;
	for (i = 0; i < sizeof loads / sizeof *loads; i++) {
		node_load_format(&loads[i], text);
		assert_int_equal(node_load_parse(&load, text), 0);
		assert_int_equal(load.in_flight, loads[i].in_flight);
		assert_int_equal(load.floor, loads[i].floor);
	}
	node_load_format(&loads[1], text);
	assert_string_equal(text, "v1;n=17;f=16");
}

static void
test_load_malformed(void **state)
{
	static const char *const bad[] = {
		NULL, "", "v1", "v1;n=1", "v1;n=1;f=", "v1;n=;f=1",
		"v2;n=1;f=1", "v1;n=1;f=1;", "v1;n=1;f=1 ", " v1;n=1;f=1",
		"v1; n=1;f=1", "v1;f=1;n=1", "v1;n=-1;f=1", "v1;n=+1;f=1",
		"v1;n=01;f=1", "v1;n=1;f=00", "v1;n=4294967296;f=1",
		"v1;n=1;f=99999999999999999999999999", "v1;n=0x1;f=1",
		"V1;n=1;f=1", "v1;n=1;f=1,v1;n=1;f=1"
	};
	struct node_load load = { 5, 6 };
	unsigned i;

	(void)state;
	for (i = 0; i < sizeof bad / sizeof *bad; i++)
		if (node_load_parse(&load, bad[i]) != -1)
			fail_msg("taken: %s", bad[i]);
	/* Nor does half of one get through. */
	assert_int_equal(load.in_flight, 5);
	assert_int_equal(load.floor, 6);
}

static const struct node_probe probe = {
	.host = "10.0.0.1:17001",
	.node = "a",
	.config = HEX64,
	.parts = "vcl:site.vcl=0123456789ab",
	.auth = "p1 " HEX64
};

static void
test_probe(void **state)
{
	static const char all[] =
	    "GET /fleet/probe HTTP/1.1\r\n"
	    "Host: 10.0.0.1:17001\r\n"
	    "Connection: close\r\n"
	    "Fleet-Config: " HEX64 "\r\n"
	    "Fleet-Node: a\r\n"
	    "Fleet-Config-Parts: vcl:site.vcl=0123456789ab\r\n"
	    "Fleet-Auth: p1 " HEX64 "\r\n"
	    "\r\n";
	struct node_probe p = probe;
	char buf[1024];

	(void)state;
	assert_int_equal(node_probe_format(&p, buf, sizeof buf),
	    sizeof all - 1);
	assert_string_equal(buf, all);
	p.parts = p.auth = NULL;
	assert_true(node_probe_format(&p, buf, sizeof buf) > 0);
	assert_null(strstr(buf, NODE_HDR_PARTS));
	assert_null(strstr(buf, NODE_HDR_AUTH));
	assert_string_equal(strstr(buf, "Fleet-Node"),
	    "Fleet-Node: a\r\n\r\n");
}

/* A buffer of its own for each length, so that a sanitizer sees its end. */
static void
test_probe_fits(void **state)
{
	char whole[1024], *buf;
	int len, need;

	(void)state;
	need = node_probe_format(&probe, whole, sizeof whole);
	assert_true(need > 0);
	for (len = 0; len <= need + 1; len++) {
		buf = malloc((size_t)len + 1);
		assert_non_null(buf);
		buf[len] = '#';
		assert_int_equal(node_probe_format(&probe, buf, (size_t)len),
		    len > need ? need : -1);
		assert_int_equal(buf[len], '#');
		free(buf);
	}
}

static void
test_probe_refuses(void **state)
{
	struct node_probe p;
	char buf[1024];

	(void)state;
#define REFUSED(field, value) do {					\
	p = probe;							\
	p.field = (value);						\
	assert_int_equal(node_probe_format(&p, buf, sizeof buf), -1);	\
} while (0)
	REFUSED(host, NULL);
	REFUSED(host, "");
	REFUSED(host, "h\r\nFleet-Node: b");
	REFUSED(node, NULL);
	REFUSED(node, "a b");
	REFUSED(config, NULL);
	REFUSED(config, HEX32);
	REFUSED(parts, "");
	REFUSED(parts, "a=b\n");
	REFUSED(parts, "\x80");
	REFUSED(auth, "p1\r\n");
#undef REFUSED
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_hex),
		cmocka_unit_test(test_names),
		cmocka_unit_test(test_hashes_and_ids),
		cmocka_unit_test(test_load),
		cmocka_unit_test(test_load_malformed),
		cmocka_unit_test(test_probe),
		cmocka_unit_test(test_probe_fits),
		cmocka_unit_test(test_probe_refuses),
	};

	return (cmocka_run_group_tests_name("node_headers", tests, NULL,
	    NULL));
}
