/* SPDX-License-Identifier: BSD-2-Clause
 * Copyright (c) 2026 The pixelfleet authors
 *
 * How long what does not work is left alone.
 */

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "backoff.h"

static void
test_it_doubles_up_to_a_limit(void **state)
{
	struct backoff b = { 0, 0 };
	double now = 100, delay = BACKOFF_FIRST;
	int i;

	(void)state;
	assert_true(backoff_over(&b, now));
	for (i = 0; i < 20; i++) {
		backoff_failed(&b, now);
		assert_false(backoff_over(&b, now));
		assert_false(backoff_over(&b, now + delay - .001));
		assert_true(backoff_over(&b, now + delay));
		now += delay;
		delay = delay * 2 < BACKOFF_MAX ? delay * 2 : BACKOFF_MAX;
	}
	assert_true(delay == BACKOFF_MAX);
}

static void
test_failures_of_one_try_are_one(void **state)
{
	struct backoff b = { 0, 0 };

	(void)state;
	backoff_failed(&b, 100);
	backoff_failed(&b, 100.1);
	backoff_failed(&b, 100.4);
	assert_true(backoff_over(&b, 100 + BACKOFF_FIRST));
}

static void
test_what_works_again_is_trusted(void **state)
{
	struct backoff b = { 0, 0 };

	(void)state;
	backoff_failed(&b, 100);
	backoff_failed(&b, 101);
	backoff_worked(&b);
	assert_true(backoff_over(&b, 101));
	backoff_failed(&b, 101);
	assert_false(backoff_over(&b, 101));
	assert_true(backoff_over(&b, 101 + BACKOFF_FIRST));
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_it_doubles_up_to_a_limit),
		cmocka_unit_test(test_failures_of_one_try_are_one),
		cmocka_unit_test(test_what_works_again_is_trusted)
	};

	return (cmocka_run_group_tests(tests, NULL, NULL));
}
