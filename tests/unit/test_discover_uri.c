/* SPDX-License-Identifier: BSD-2-Clause
 * Copyright (c) 2026 The pixelfleet authors
 *
 * Where the list of a cluster's nodes is kept, as a URI.
 */

#include "config.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>

#include <cmocka.h>

#include "discover_uri.h"

static struct discover_uri u;
static char why[DISCOVER_WHY_MAX];

static void
takes(const char *text)
{

	if (discover_uri_parse(&u, text, why) < 0)
		fail_msg("%s: %s", text, why);
}

static void
refuses(const char *text, const char *because)
{

	if (discover_uri_parse(&u, text, why) == 0)
		fail_msg("%s: taken", text);
	if (strstr(why, because) == NULL)
		fail_msg("%s: %s", text, why);
}

static void
files(void **state)
{
	(void)state;
	takes("file:/etc/nodes");
	assert_int_equal(u.kind, DISCOVER_FILE);
	assert_string_equal(u.target, "/etc/nodes");
	assert_string_equal(u.port, "17001");
	assert_int_equal(u.interval, 0);
	takes("file:/a%20b?interval=3600");
	assert_string_equal(u.target, "/a b");
	assert_int_equal(u.interval, 3600);
	refuses("file:nodes", "begins with /");
	refuses("file:", "begins with /");
	refuses("file:/etc/", "whole path");
	refuses("file:/a%", "the name holds");
	refuses("file:/a?port=1", "port is no parameter of file:");
	refuses("file:/a?interval=0", "1 to 3600");
	refuses("file:/a?interval=3601", "1 to 3600");
	refuses("file:/a?interval=99999999999", "1 to 3600");
	refuses("file:/a?interval=1s", "1 to 3600");
	refuses("file:/a?interval", "no value");
}

static void
names(void **state)
{
	(void)state;
	takes("dns:cache.example.net");
	assert_int_equal(u.kind, DISCOVER_DNS);
	assert_string_equal(u.target, "cache.example.net");
	assert_string_equal(u.port, "17001");
	takes("dns:cache.example.net:8000?server=127.0.0.1:53");
	assert_string_equal(u.target, "cache.example.net");
	assert_string_equal(u.port, "8000");
	assert_string_equal(u.server, "127.0.0.1:53");
	takes("dns:_pixelfleet._tcp.example.net");
	assert_int_equal(u.kind, DISCOVER_SRV);
	refuses("dns:", "1 to 253");
	refuses("dns:a b", "no name of the DNS");
	refuses("dns:a:0", "1 to 65535");
	refuses("dns:a:65536", "1 to 65535");
	refuses("dns:a:123456", "1 to 65535");
	refuses("dns:a:", "1 to 65535");
	refuses("dns:a:8a", "1 to 65535");
	refuses("dns:_a._tcp.b:80", "no name of the DNS");
	refuses("dns:_a._tcp.b?port=80", "no parameter");
	refuses("dns:a?server=", "begins with something");
}

static void
groups(void **state)
{
	(void)state;
	takes("aws-asg:");
	assert_int_equal(u.kind, DISCOVER_ASG);
	assert_string_equal(u.target, "");
	takes("aws-asg:my%2Fgroup?region=eu-west-1&port=80&"
	    "endpoint=http://127.0.0.1:1/&metadata=http://127.0.0.1:2");
	assert_string_equal(u.target, "my/group");
	assert_string_equal(u.region, "eu-west-1");
	assert_string_equal(u.endpoint, "http://127.0.0.1:1/");
	assert_string_equal(u.metadata, "http://127.0.0.1:2");
	assert_string_equal(u.port, "80");
	refuses("aws-asg:g?endpoint=ftp://a", "begins with https://");
	refuses("aws-asg:g?server=127.0.0.1", "no parameter of aws-asg:");
	refuses("aws-asg:g?port=http", "1 to 65535");
	refuses("aws-asg:g?port=0080", "1 to 65535");
	refuses("aws-asg:g?port=", "begins with something");
	refuses("aws-asg:g?regions=x", "regions is no parameter");
}

static void
no_others(void **state)
{
	char text[2048];

	(void)state;
	refuses("", "begins with none");
	refuses("http://a", "begins with none");
	refuses("FILE:/a", "begins with none");
	memset(text, 'a', sizeof text);
	memcpy(text, "file:/", 6);
	text[sizeof text - 1] = '\0';
	refuses(text, "more than 1023");
	memcpy(text, "aws-asg:", 8);
	text[8 + 256] = '\0';
	refuses(text, "at most 255");
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(files),
		cmocka_unit_test(names),
		cmocka_unit_test(groups),
		cmocka_unit_test(no_others),
	};

	return (cmocka_run_group_tests(tests, NULL, NULL));
}
