/* SPDX-License-Identifier: BSD-2-Clause
 * Copyright (c) 2026 The pixelfleet authors
 *
 * What the door for purges lets through, and what it answers.
 */

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>

#include <cmocka.h>

#include "purge_door.h"

#define SECOND		UINT64_C(1000000)

/* How many are let through at this time. */
static unsigned
take_all(struct purge_rate *bucket, double rate, uint64_t now)
{
	unsigned n = 0;

	while (purge_rate_take(bucket, rate, now) == 0)
		n++;
	return (n);
}

static void
test_a_full_bucket_holds_ten_seconds(void **state)
{
	struct purge_rate bucket = { 0 };
	uint64_t now = 5 * SECOND;

	(void)state;
	assert_int_equal(take_all(&bucket, 50, now), 500);
	assert_int_equal(take_all(&bucket, 50, now), 0);
	/* a second brings the rate */
	assert_int_equal(take_all(&bucket, 50, now + SECOND), 50);
	/* and no time more than fits */
	assert_int_equal(take_all(&bucket, 50, now + 1000 * SECOND), 500);
}

static void
test_who_comes_no_faster_is_never_refused(void **state)
{
	struct purge_rate bucket = { 0 };
	uint64_t now;
	unsigned i;

	(void)state;
	for (i = 0, now = SECOND; i < 10000; i++, now += SECOND / 50)
		assert_int_equal(purge_rate_take(&bucket, 50, now), 0);
	assert_int_equal(take_all(&bucket, 50, now), 500);
}

static void
test_it_says_when_there_is_another(void **state)
{
	struct purge_rate bucket = { 0 };
	uint64_t now = SECOND;

	(void)state;
	assert_int_equal(take_all(&bucket, 50, now), 500);
	assert_int_equal(purge_rate_take(&bucket, 50, now), 1);
	/* one in a hundred seconds: the first at once */
	bucket.full = 0;
	assert_int_equal(take_all(&bucket, .01, now), 1);
	assert_int_equal(purge_rate_take(&bucket, .01, now), 100);
	assert_int_equal(purge_rate_take(&bucket, .01, now + 1), 100);
	assert_int_equal(purge_rate_take(&bucket, .01, now + SECOND), 99);
	assert_int_equal(purge_rate_take(&bucket, .01, now + 99 * SECOND), 1);
	assert_int_equal(purge_rate_take(&bucket, .01, now + 100 * SECOND), 0);
	assert_int_equal(purge_rate_take(&bucket, .01, now + 100 * SECOND),
	    100);
}

static void
test_zero_is_any_number(void **state)
{
	struct purge_rate bucket = { 0 };
	unsigned i;

	(void)state;
	for (i = 0; i < 100000; i++)
		assert_int_equal(purge_rate_take(&bucket, 0, SECOND), 0);
	/* nor do those count when there is a bound again */
	assert_int_equal(take_all(&bucket, PURGE_RATE_MAX, SECOND), 100000);
}

/* As seen by threads that asked for the time in another order. */
static void
test_a_clock_that_goes_back_brings_nothing(void **state)
{
	struct purge_rate bucket = { 0 };

	(void)state;
	assert_int_equal(take_all(&bucket, 50, 100 * SECOND), 500);
	assert_int_equal(purge_rate_take(&bucket, 50, 99 * SECOND), 2);
}

static void
test_waits(void **state)
{
	static const struct {
		const char	*text;
		int		ms;
	} t[] = {
		{ NULL, 1000 }, { "", 1000 }, { "0", 0 }, { "1", 1000 },
		{ "30", 30000 }, { "30.000", 30000 }, { "07", 7000 },
		{ "2.5", 2500 }, { "0.025", 25 }, { "12.345", 12345 },
		{ "30.001", -1 }, { "31", -1 }, { "100", -1 }, { "000", -1 },
		{ "-1", -1 }, { "+1", -1 }, { " 1", -1 }, { "1 ", -1 },
		{ "1s", -1 }, { ".5", -1 }, { "1.", -1 }, { "1.2345", -1 },
		{ "1.5s", -1 }, { "0x1", -1 }, { "1e1", -1 }, { "1,5", -1 },
		{ "1, 2", -1 }, { "nan", -1 }, { ".", -1 },
		{ "99999999999999999999", -1 }
	};
	size_t i;

	(void)state;
	for (i = 0; i < sizeof t / sizeof t[0]; i++)
		if (purge_wait_parse(t[i].text) != t[i].ms)
			fail_msg("%s: %d", t[i].text,
			    purge_wait_parse(t[i].text));
}

static void
test_an_answer(void **state)
{
	const struct purge_id id = { "a", 1700000000000123, 7 };
	const struct purge_standing nodes[] = {
		{ "a", true, "" },
		{ "b", false, "on its way" },
		{ "c", false, "said \"no\"\r\n\xc3" }
	};
	struct purge_answer a;
	size_t i;

	(void)state;
	assert_int_equal(purge_answer_begin(&a), 0);
	for (i = 0; i < sizeof nodes / sizeof nodes[0]; i++)
		purge_answer_node(&a, &nodes[i]);
	assert_int_equal(purge_answer_end(&a, &id, "hard regex \\.\"png$"),
	    0);
	assert_int_equal(a.nodes, 3);
	assert_int_equal(a.pending, 2);
	assert_string_equal(a.json,
	    "{\"id\": \"a:1700000000000123:7\", "
	    "\"purge\": \"hard regex \\\\.\\\"png$\", "
	    "\"applied\": false, \"nodes\": [\n"
	    "  {\"node\": \"a\", \"applied\": true},\n"
	    "  {\"node\": \"b\", \"applied\": false, "
	    "\"why\": \"on its way\"},\n"
	    "  {\"node\": \"c\", \"applied\": false, "
	    "\"why\": \"said \\\"no\\\"\\u000d\\u000a\\u00c3\"}]}\n");
	free(a.json);
}

static void
test_an_answer_of_one(void **state)
{
	const struct purge_id id = { "a", 1700000000000123, 1 };
	const struct purge_standing self = { "a", true, "" };
	struct purge_answer a;

	(void)state;
	assert_int_equal(purge_answer_begin(&a), 0);
	purge_answer_node(&a, &self);
	assert_int_equal(purge_answer_end(&a, &id, "soft all"), 0);
	assert_int_equal(a.pending, 0);
	assert_string_equal(a.json,
	    "{\"id\": \"a:1700000000000123:1\", \"purge\": \"soft all\", "
	    "\"applied\": true, \"nodes\": [\n"
	    "  {\"node\": \"a\", \"applied\": true}]}\n");
	free(a.json);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_a_full_bucket_holds_ten_seconds),
		cmocka_unit_test(test_who_comes_no_faster_is_never_refused),
		cmocka_unit_test(test_it_says_when_there_is_another),
		cmocka_unit_test(test_zero_is_any_number),
		cmocka_unit_test(test_a_clock_that_goes_back_brings_nothing),
		cmocka_unit_test(test_waits),
		cmocka_unit_test(test_an_answer),
		cmocka_unit_test(test_an_answer_of_one)
	};

	return (cmocka_run_group_tests(tests, NULL, NULL));
}
