/* SPDX-License-Identifier: BSD-2-Clause
 * Copyright (c) 2026 The pixelfleet authors
 *
 * The cap of bounded loads: what the formula says, for any numbers, and
 * never less for more.
 */

#include "bound_cluster.h"

static void
test_cap_examples(void **state)
{
	(void)state;
	make(1);
	/* Two others with 10 each: mu 10.5, x 13.125, and 3 * 3.6228. */
	assert_int_equal(cap_for(30, 3000, 1000, 10, 1), 24);
	assert_int_equal(cap_for(30, 3000, 1000, 10, 24), 24);
	assert_int_equal(cap_for(30, 3000, 1000, 10, 25), 25);
	/* x 25 and its root, exactly. */
	assert_int_equal(cap_for(39, 3000, 1000, 0, 1), 40);
	/* Nothing anywhere: x 0.625, and 3 * 0.7906. */
	assert_int_equal(cap_for(0, 3000, 1000, 0, 1), 3);
	/* Without others there is no share. */
	assert_int_equal(cap_for(5, 1000, 1000, 5, 16), UINT32_MAX);
	cl.config.k = 0;
	assert_int_equal(cap_for(39, 3000, 1000, 0, 1), 25);
	assert_int_equal(cap_for(40, 3000, 1000, 0, 1), 26);
}

/* Integers against the formula, from the smallest to the largest. */
static void
test_cap_formula(void **state)
{
	uint64_t others, others_weight;
	unsigned i, weight, doubtful = 0;
	long double want;

	(void)state;
	make(1);
	seed = 1;
	for (i = 0; i < 200000; i++) {
		cl.config.c = 1050 + random_below(2951);
		cl.config.k = random_below(10001);
		weight = RING_WEIGHT_MIN + random_below(i % 2 ? 4000 :
		    RING_WEIGHT_MAX - RING_WEIGHT_MIN + 1);
		others_weight = (1 + random_below(1023)) *
		    (uint64_t)(RING_WEIGHT_MIN + random_below(4000));
		others = random_below(UINT32_C(1) << random_below(29));
		want = real_cap(&cl.config, others, weight, others_weight);
		if (is_doubtful(want) || want > UINT32_MAX / 4) {
			doubtful++;
			continue;
		}
		assert_int_equal(cap_for(others + 7, others_weight + weight,
		    weight, 7, 1), (uint32_t)ceill(want));
	}
	assert_in_range(doubtful, 0, 20000);
}

static void
test_cap_monotone(void **state)
{
	uint32_t load, weight, cap, last = 0;

	(void)state;
	make(1);
	for (load = 0; load < 100000; load += 7) {
		cap = cap_for(load, 5000, 1000, 0, 16);
		assert_in_range(cap, last, UINT32_MAX);
		last = cap;
	}
	for (weight = RING_WEIGHT_MIN, last = 0; weight <= RING_WEIGHT_MAX;
	    weight += 10) {
		cap = cap_for(1000, 9000 + weight, weight, 0, 16);
		assert_in_range(cap, last, UINT32_MAX);
		last = cap;
	}
	for (cl.config.c = 1050, last = 0; cl.config.c <= 4000;
	    cl.config.c++) {
		cap = cap_for(1000, 5000, 1000, 0, 1);
		assert_in_range(cap, last, UINT32_MAX);
		last = cap;
	}
	for (cl.config.k = 0, last = 0; cl.config.k <= 10000; cl.config.k++) {
		cap = cap_for(1000, 5000, 1000, 0, 1);
		assert_in_range(cap, last, UINT32_MAX);
		last = cap;
	}
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_cap_examples),
		cmocka_unit_test(test_cap_formula),
		cmocka_unit_test(test_cap_monotone),
	};

	return (cmocka_run_group_tests_name("bound_cap", tests, NULL, NULL));
}
