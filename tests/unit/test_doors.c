/* SPDX-License-Identifier: BSD-2-Clause
 * Copyright (c) 2026 The pixelfleet authors
 *
 * Finding a door on varnishd's command line.
 */

#include "config.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdint.h>
#include <stddef.h>
#include <string.h>

#include <cmocka.h>

#include "doors.h"

static void
expect(const char *cmdline, size_t len, const char *door, const char *want)
{
	char addr[32];

	if (want == NULL) {
		assert_int_equal(-1,
		    doors_find(cmdline, len, door, addr, sizeof addr));
		return;
	}
	assert_int_equal(0, doors_find(cmdline, len, door, addr, sizeof addr));
	assert_string_equal(addr, want);
}

#define EXPECT(cmdline, door, want)					\
	expect(cmdline, sizeof cmdline, door, want)

static void
finds_a_door(void **state)
{
	(void)state;
	EXPECT("varnishd\0-a\0http=:80\0-a\0source=/run/s.sock,mode=0600",
	    "source", "/run/s.sock");
	EXPECT("varnishd\0-asource=/run/s.sock\0-a\0http=:80",
	    "source", "/run/s.sock");
	EXPECT("varnishd\0-a\0http=127.0.0.1:80,PROXY", "http",
	    "127.0.0.1:80");
}

static void
finds_no_other(void **state)
{
	(void)state;
	EXPECT("varnishd\0-a\0:80", "source", NULL);
	EXPECT("varnishd\0-a\0sources=/run/s.sock", "source", NULL);
	EXPECT("varnishd\0-f\0source=/run/s.sock", "source", NULL);
	EXPECT("varnishd\0-a\0source=", "source", NULL);
	EXPECT("varnishd\0-a\0source=,mode=0600", "source", NULL);
	EXPECT("varnishd\0-a", "source", NULL);
	EXPECT("", "source", NULL);
	/* longer than the buffer */
	EXPECT("v\0-a\0source=/a/path/of/thirty-two/characters", "source",
	    NULL);
}

static void
stays_within_a_line_cut_off(void **state)
{
	static const char line[] =
	    "varnishd\0-a\0http=:80\0-a\0source=/run/s.sock,mode=0600";
	char copy[sizeof line];
	size_t l;

	(void)state;
	for (l = 0; l < sizeof line; l++) {
		memset(copy, 'x', sizeof copy);
		memcpy(copy, line, l);
		expect(copy, l, "source", NULL);
	}
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(finds_a_door),
		cmocka_unit_test(finds_no_other),
		cmocka_unit_test(stays_within_a_line_cut_off),
	};

	return (cmocka_run_group_tests(tests, NULL, NULL));
}
