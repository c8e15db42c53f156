/* SPDX-License-Identifier: BSD-2-Clause
 * Copyright (c) 2026 The pixelfleet authors
 *
 * The gate: it counts, it halves, it keeps keys apart, and neither clocks
 * nor threads confuse it.
 */

#include <pthread.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "gate.h"

#define NOW	UINT64_C(1000000)
#define THREADS	4
#define COUNTS	100000

static struct gate *gate;

static int
setup(void **state)
{
	(void)state;
	gate = calloc(1, sizeof *gate);
	return (gate == NULL ? -1 : 0);
}

static int
teardown(void **state)
{
	(void)state;
	free(gate);
	return (0);
}

static void
test_counts(void **state)
{
	unsigned i;

	(void)state;
	for (i = 1; i <= 100; i++)
		assert_int_equal(gate_count(gate, 7, NOW + i * 9), i);
}

static void
test_halves(void **state)
{
	unsigned i;

	(void)state;
	for (i = 0; i < 16; i++)
		gate_count(gate, 7, NOW);
	assert_int_equal(gate_count(gate, 7, NOW + 999), 17);
	assert_int_equal(gate_count(gate, 7, NOW + 1000), 8 + 1);
	assert_int_equal(gate_count(gate, 7, NOW + 1999), 10);
	/* Twice at once, and the halves are dropped. */
	assert_int_equal(gate_count(gate, 7, NOW + 3500), 2 + 1);
	/* Since 3000, not 3500. */
	assert_int_equal(gate_count(gate, 7, NOW + 4000), 1 + 1);
	assert_int_equal(gate_count(gate, 7, NOW + 3600000), 1);
}

/* A key asked for once in a while never adds up. */
static void
test_slow_key(void **state)
{
	uint64_t now;

	(void)state;
	for (now = NOW; now < NOW + 100000; now += 500)
		assert_in_range(gate_count(gate, 7, now), 1, 4);
}

static void
test_keys_apart(void **state)
{
	unsigned i;

	(void)state;
	for (i = 0; i < GATE_CELLS; i++)
		assert_int_equal(gate_count(gate, i, NOW), 1);
	/* A shared cell counts for both: early, and never late. */
	assert_int_equal(gate_count(gate, GATE_CELLS, NOW), 2);
	assert_int_equal(gate_count(gate, UINT64_MAX, NOW), 2);
}

static void
test_clock(void **state)
{
	uint64_t wrap = UINT64_C(1) << 32;

	(void)state;
	/* Another thread looked at its clock before us. */
	assert_int_equal(gate_count(gate, 7, NOW), 1);
	assert_int_equal(gate_count(gate, 7, NOW - 50), 2);
	assert_int_equal(gate_count(gate, 7, NOW - 1500), 3);
	assert_int_equal(gate_count(gate, 7, NOW + 999), 4);
	/* The cell's clock comes round. */
	assert_int_equal(gate_count(gate, 8, wrap - 500), 1);
	assert_int_equal(gate_count(gate, 8, wrap + 400), 2);
	assert_int_equal(gate_count(gate, 8, wrap + 500), 2);
	assert_int_equal(gate_count(gate, 8, wrap + 86400000), 1);
}

static void
test_full(void **state)
{
	(void)state;
	atomic_store(&gate->cell[7], NOW << 32 | UINT32_MAX);
	assert_int_equal(gate_count(gate, 7, NOW), UINT32_MAX);
	assert_int_equal(gate_count(gate, 7, NOW + 1000),
	    UINT32_MAX / 2 + 1);
	assert_int_equal(gate_count(gate, 7, NOW + 33000), 1);
}

static void *
count_many(void *priv)
{
	unsigned i;

	(void)priv;
	for (i = 0; i < COUNTS; i++)
		gate_count(gate, i % 3, NOW);
	return (NULL);
}

/* No count is lost. */
static void
test_threads(void **state)
{
	pthread_t thread[THREADS];
	unsigned i, sum = 0;

	(void)state;
	for (i = 0; i < THREADS; i++)
		assert_int_equal(pthread_create(&thread[i], NULL, count_many,
		    NULL), 0);
	for (i = 0; i < THREADS; i++)
		assert_int_equal(pthread_join(thread[i], NULL), 0);
	for (i = 0; i < 3; i++)
		sum += gate_count(gate, i, NOW) - 1;
	assert_int_equal(sum, THREADS * COUNTS);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup_teardown(test_counts, setup, teardown),
		cmocka_unit_test_setup_teardown(test_halves, setup, teardown),
		cmocka_unit_test_setup_teardown(test_slow_key, setup,
		    teardown),
		cmocka_unit_test_setup_teardown(test_keys_apart, setup,
		    teardown),
		cmocka_unit_test_setup_teardown(test_clock, setup, teardown),
		cmocka_unit_test_setup_teardown(test_full, setup, teardown),
		cmocka_unit_test_setup_teardown(test_threads, setup,
		    teardown),
	};

	return (cmocka_run_group_tests_name("gate", tests, NULL, NULL));
}
