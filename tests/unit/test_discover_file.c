/* SPDX-License-Identifier: BSD-2-Clause
 * Copyright (c) 2026 The pixelfleet authors
 *
 * A cluster's nodes in a text file.
 */

#include "config.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>

#include <cmocka.h>

#include <stdlib.h>

#include "discover_file.h"

static struct discover_set s;
static char why[DISCOVER_WHY_MAX];

static int
parse(const char *text, size_t len)
{
	char *copy;
	int e;

	discover_set_clear(&s);
	copy = malloc(len + 1);		/* for a sanitizer: not a byte more */
	assert_non_null(copy);
	copy = realloc(copy, len > 0 ? len : 1);
	memcpy(copy, text, len);
	e = discover_file_parse(&s, copy, len, "17001", why);
	free(copy);
	return (e);
}

static void
refuses(const char *text, const char *because)
{

	if (parse(text, strlen(text)) == 0)
		fail_msg("%s: taken", text);
	if (strstr(why, because) == NULL)
		fail_msg("%s: %s", text, why);
	discover_set_clear(&s);
}

static void
is_node(unsigned u, const char *name, const char *host, const char *port,
    unsigned weight, bool leaving)
{

	assert_true(u < s.n);
	assert_string_equal(s.node[u].name, name);
	assert_string_equal(s.node[u].host, host);
	assert_string_equal(s.node[u].port, port);
	assert_int_equal(s.node[u].weight, weight);
	assert_int_equal(s.node[u].leaving, leaving);
}

static void
reads_nodes(void **state)
{
	static const char text[] =
	    "# the cluster\n\n"
	    "c  [2001:db8::3]:8001  0.5 leaving # soon\n"
	    "\ta\thost.example.net\t\r\n"
	    "d 2001:db8::4 leaving\n"
	    "e [2001:db8::5]\n"
	    "b 192.0.2.2:8000 2";	/* no newline */

	(void)state;
	assert_int_equal(0, parse(text, strlen(text)));
	assert_int_equal(s.n, 5);
	is_node(0, "a", "host.example.net", "17001", 1000, false);
	is_node(1, "b", "192.0.2.2", "8000", 2000, false);
	is_node(2, "c", "2001:db8::3", "8001", 500, true);
	is_node(3, "d", "2001:db8::4", "17001", 1000, true);
	is_node(4, "e", "2001:db8::5", "17001", 1000, false);
	discover_set_clear(&s);
}

static void
tells_the_line(void **state)
{
	(void)state;
	refuses("", "there are no nodes");
	refuses("# nobody\n", "there are no nodes");
	refuses("a h\nb\n", "line 2: a node has a name");
	refuses("a h 1 leaving now\n", "line 1: a node has a name");
	refuses("a h 1 2\n", "line 1: a node has a name");
	refuses("a h\na g\n", "two nodes a");
	refuses("a h 1e1\n", "line 1: the weight is \"1e1\"");
	refuses("a h 0\n", "0.01 to 100");
	refuses("a h 101\n", "0.01 to 100");
	refuses("a h nan\n", "0.01 to 100");
	refuses("a h .\n", "0.01 to 100");
	refuses("a h:\n", "the port is \"\"");
	refuses("a [::1\n", "is no host");
	refuses("a [::1]x\n", "is no host");
	refuses("a []\n", "is no host");
	refuses("a h;g\n", "is no host");
	refuses("<html><body>502 Bad Gateway</body></html>\n", "line 1");
	assert_int_equal(-1, parse("a h\n\0\n", 6));
	assert_non_null(strstr(why, "line 2: this is no text"));
	discover_set_clear(&s);
}

static void
has_lines_of_bounded_length(void **state)
{
	char text[2000];

	(void)state;
	memset(text, ' ', sizeof text);
	memcpy(text, "a h", 3);
	assert_int_equal(0, parse(text, 1023));
	assert_int_equal(-1, parse(text, 1024));
	discover_set_clear(&s);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(reads_nodes),
		cmocka_unit_test(tells_the_line),
		cmocka_unit_test(has_lines_of_bounded_length),
	};

	return (cmocka_run_group_tests(tests, NULL, NULL));
}
