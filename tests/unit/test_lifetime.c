/* SPDX-License-Identifier: BSD-2-Clause
 * Copyright (c) 2026 The pixelfleet authors
 *
 * How long an answer is good, by what its origin and what the site say.
 */

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "lifetime.h"

#define COUNT(a)	(sizeof (a) / sizeof (a)[0])

static const struct lifetime_site open_site = {
	.min_ttl = 0, .max_ttl = 1e9, .stale_while_revalidate = 60,
	.stale_if_error = 86400
};

static const struct lifetime_site bound_site = {
	.min_ttl = 100, .max_ttl = 1000, .stale_while_revalidate = 60,
	.stale_if_error = 86400
};

struct expectation {
	const char	*control;
	double		ttl, age;		/* given */
	double		then, revalidate, error;
	const char	*text;
};

static void
check(const struct lifetime_site *site, const struct expectation *e, size_t n)
{
	struct lifetime l;

	for (; n > 0; n--, e++) {
		lifetime_of_answer(&l, site, e->control, e->ttl, e->age);
		if (l.ttl != e->then || l.revalidate != e->revalidate ||
		    l.error != e->error ||
		    strcmp(l.cache_control, e->text) != 0)
			fail_msg("'%s' %g %g gave %g %g %g '%s'",
			    e->control != NULL ? e->control : "NULL", e->ttl,
			    e->age, l.ttl, l.revalidate, l.error,
			    l.cache_control);
	}
}

static void
test_stale_windows(void **state)
{
	static const struct expectation e[] = {
		{ NULL, 120, 0, 120, 60, 86400, "" },
		{ "", 120, 0, 120, 60, 86400, "" },
		{ "max-age=5", 5, 0, 5, 60, 86400, "" },
		{ "max-age=5, stale-while-revalidate=7", 5, 0, 5, 7, 86400,
		    "" },
		{ "Stale-If-Error=9,max-age=5", 5, 0, 5, 60, 9, "" },
		{ "stale-while-revalidate=0,stale-if-error=0", 5, 0, 5, 0, 0,
		    "" },
		{ "stale-if-error=\"9\"", 5, 0, 5, 60, 9, "" },
		/* nonsense is as if it were not there */
		{ "stale-if-error", 5, 0, 5, 60, 86400, "" },
		{ "stale-if-error=", 5, 0, 5, 60, 86400, "" },
		{ "stale-if-error=x", 5, 0, 5, 60, 86400, "" },
		{ "stale-if-errors=9", 5, 0, 5, 60, 86400, "" },
		{ "x=\", stale-if-error=9\"", 5, 0, 5, 60, 86400, "" },
		{ "x=\",\", stale-if-error=9", 5, 0, 5, 60, 9, "" },
		{ ",, ,stale-if-error=9,", 5, 0, 5, 60, 9, "" },
		{ "stale-if-error=99999999999999999999", 5, 0, 5, 60,
		    2147483648., "" },
		{ "must-revalidate, stale-if-error=9", 5, 0, 5, 0, 0, "" },
		{ "proxy-revalidate", 5, 0, 5, 0, 0, "" },
		{ "no-store", 5, 0, 5, 0, 0, "" },
		{ "max-age=5, private", 5, 0, 5, 0, 0, "" },
		{ "private=\"set-cookie\"", 5, 0, 5, 0, 0, "" },
		{ "no-cache", 5, 0, 0, 60, 86400, "" },
		/* what has expired on its way stays so */
		{ "max-age=5", -3, 8, -3, 60, 86400, "" },
	};

	(void)state;
	check(&open_site, e, COUNT(e));
}

static void
test_bounds(void **state)
{
	static const struct expectation e[] = {
		{ "max-age=500", 500, 0, 500, 60, 86400, "" },
		{ "max-age=100", 100, 0, 100, 60, 86400, "" },
		{ "max-age=5", 5, 0, 100, 60, 86400, "max-age=100" },
		{ "max-age=0", 0, 0, 100, 60, 86400, "max-age=100" },
		{ NULL, -1, 0, 100, 60, 86400, "max-age=100" },
		{ "no-cache", 0, 0, 100, 60, 86400, "max-age=100" },
		{ "no-cache, max-age=500", 500, 0, 100, 60, 86400,
		    "max-age=100" },
		{ "max-age=31536000, immutable", 31536000, 0, 1000, 60, 86400,
		    "max-age=1000" },
		/* from now, however old it was when it came */
		{ "max-age=86400", 6400, 80000, 1000, 60, 86400,
		    "max-age=81000" },
		{ "max-age=60", 10, 50, 100, 60, 86400, "max-age=150" },
		{ "max-age=5, stale-while-revalidate=7, stale-if-error=8", 5,
		    0, 100, 7, 8, "max-age=100, stale-while-revalidate=7, "
		    "stale-if-error=8" },
		{ "max-age=5, must-revalidate", 5, 0, 100, 0, 0,
		    "max-age=100, must-revalidate" },
		/* what may not be stored is not stored all the same */
		{ "no-store", 5, 0, 5, 0, 0, "" },
		{ "private, max-age=5", 5, 0, 5, 0, 0, "" },
	};

	(void)state;
	check(&bound_site, e, COUNT(e));
}

static void
test_longest_text(void **state)
{
	static const struct expectation e[] = {
		{ "must-revalidate, stale-while-revalidate=99999999999, "
		    "stale-if-error=99999999999, max-age=0", 0, 1e10, 100, 0,
		    0, "max-age=10000000100, must-revalidate, "
		    "stale-while-revalidate=2147483648, "
		    "stale-if-error=2147483648" },
	};

	(void)state;
	check(&bound_site, e, COUNT(e));
}

static void
test_what_is_left(void **state)
{
	static const struct {
		const char	*control;
		double		expires, date, age, left;
	} cases[] = {
		{ NULL, 0, 1000, 0, -1 },
		{ "", 0, 1000, 50, -1 },
		{ "public", 0, 1000, 0, -1 },
		{ "max-age=60", 0, 1000, 0, 60 },
		{ "max-age=60", 0, 1000, 50, 10 },
		{ "max-age=60", 0, 1000, 70, 0 },
		{ "max-age=60", 9999, 1000, 0, 60 },
		{ "max-age=60, s-maxage=20", 0, 1000, 5, 15 },
		{ "S-MaxAge=\"20\" , max-age=60", 0, 1000, 5, 15 },
		{ "max-age=60, no-cache", 0, 1000, 0, 0 },
		{ "no-store", 9999, 1000, 0, 0 },
		{ "private, max-age=60", 0, 1000, 0, 0 },
		{ NULL, 1100, 1000, 30, 70 },
		{ "max-age=nonsense", 1100, 1000, 30, 70 },
		{ NULL, 1, 1000, 0, 0 },
	};
	size_t i;

	(void)state;
	for (i = 0; i < sizeof cases / sizeof cases[0]; i++)
		assert_true(lifetime_left(cases[i].control, cases[i].expires,
		    cases[i].date, cases[i].age) == cases[i].left);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_stale_windows),
		cmocka_unit_test(test_bounds),
		cmocka_unit_test(test_longest_text),
		cmocka_unit_test(test_what_is_left),
	};

	return (cmocka_run_group_tests(tests, NULL, NULL));
}
