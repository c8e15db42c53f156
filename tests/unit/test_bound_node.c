/* SPDX-License-Identifier: BSD-2-Clause
 * Copyright (c) 2026 The pixelfleet authors
 *
 * What a front knows of a node: counts that balance, reports that are
 * believed for as long as they should be and never read in halves, and
 * peers that say what they like.
 */

#include <pthread.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "bound_node.h"

#define NOW		UINT64_C(123456789)
#define THREADS		4
#define STEPS		50000

static struct bound_config config;
static struct bound_node node;

static int
setup(void **state)
{
	(void)state;
	bound_config_init(&config);
	memset(&node, 0, sizeof node);
	return (0);
}

static uint32_t
random_below(uint64_t *seed, uint32_t n)
{
	*seed = *seed * UINT64_C(6364136223846793005) + 1442695040888963407;
	return ((uint32_t)((*seed >> 33) % n));
}

static struct bound_look
look_at(uint64_t now_ms)
{
	struct bound_look look;

	bound_look(&node, &config, now_ms, &look);
	return (look);
}

static void
charge(unsigned n)
{
	while (n-- > 0)
		bound_charge(&node);
}

static void
test_config(void **state)
{
	const struct bound_limit *limit;
	uint32_t *value;
	unsigned i;

	(void)state;
	assert_null(bound_config_check(&config));
	assert_int_equal(config.mode, BOUND_BOUNDED);
	assert_int_equal(config.c, 1250);
	assert_int_equal(config.k, 3000);
	assert_int_equal(config.floor, 16);
	assert_int_equal(config.share, 3);
	assert_int_equal(config.gate, 5);
	assert_int_equal(config.escape, 2);
	assert_int_equal(config.busy_ms, 200);
	assert_int_equal(config.news_ms, 3000);
	for (i = 0; i < BOUND_LIMITS; i++) {
		limit = &bound_limits[i];
		value = bound_config_value(&config, limit);
		assert_int_equal(*value, limit->preset);
		*value = limit->max;
		assert_null(bound_config_check(&config));
		*value = limit->max + 1;
		assert_ptr_equal(bound_config_check(&config), limit);
		*value = limit->min;
		assert_null(bound_config_check(&config));
		*value = limit->min - 1;	/* or the largest of all */
		assert_ptr_equal(bound_config_check(&config), limit);
		*value = limit->preset;
	}
}

static void
test_no_news(void **state)
{
	struct bound_look look = look_at(NOW);

	(void)state;
	assert_int_equal(look.estimate, 0);
	assert_int_equal(look.load, 0);
	assert_int_equal(look.floor, config.floor);
	assert_int_equal(look.age, BOUND_NEVER);
	charge(3);
	look = look_at(NOW);
	assert_int_equal(look.estimate, 3);
	assert_int_equal(look.load, 3);
	assert_int_equal(look.unheard, 3);
}

/* max(own, reported + own now - own at the report), step by step. */
static void
test_estimate(void **state)
{
	uint32_t own = 0, known = 0, reported = 0, want, i;
	uint64_t seed = 1;

	(void)state;
	for (i = 0; i < STEPS; i++) {
		switch (random_below(&seed, 5)) {
		case 0:
		case 1:
			bound_charge(&node);
			own++;
			break;
		case 2:
			reported = random_below(&seed, 40);
			known = own;
			bound_report(&node, reported, 1000, NOW + i);
			break;
		default:
			if (own == 0)
				break;
			bound_discharge(&node);
			own--;
		}
		want = reported + own > known ? reported + own - known : 0;
		if (want < own)
			want = own;
		assert_int_equal(bound_estimate(&node, &config, NOW + i),
		    want);
		assert_int_equal(look_at(NOW + i).load, want);
		assert_int_equal(look_at(NOW + i).unheard,
		    own > known ? own - known : 0);
	}
}

/* Bad news stops keeping requests away, and stays in the mean. */
static void
test_busy_expires(void **state)
{
	struct bound_look look;

	(void)state;
	charge(4);
	bound_report(&node, 30, 30, NOW);
	bound_charge(&node);
	look = look_at(NOW + config.busy_ms - 1);
	assert_int_equal(look.estimate, 31);
	assert_int_equal(look.age, config.busy_ms - 1);
	look = look_at(NOW + config.busy_ms);
	assert_int_equal(look.estimate, 5);
	assert_int_equal(look.load, 31);
	assert_int_equal(look.unheard, 1);
	look = look_at(NOW + config.news_ms - 1);
	assert_int_equal(look.load, 31);
	look = look_at(NOW + config.news_ms);
	assert_int_equal(look.load, 5);
	assert_int_equal(look.unheard, 5);
	assert_int_equal(look.floor, 30);
	/* Better news. */
	bound_report(&node, 29, 30, NOW + config.news_ms);
	assert_int_equal(look_at(NOW + config.news_ms).estimate, 29);
}

static void
test_other_news_expire(void **state)
{
	(void)state;
	bound_report(&node, 29, 30, NOW);
	assert_int_equal(look_at(NOW + config.busy_ms).estimate, 29);
	assert_int_equal(look_at(NOW + config.news_ms - 1).estimate, 29);
	assert_int_equal(look_at(NOW + config.news_ms).estimate, 0);
}

static void
test_clock(void **state)
{
	const uint64_t wrap = UINT64_C(1) << 30;
	uint64_t when;

	(void)state;
	/* Who reads looked at the clock before who wrote. */
	bound_report(&node, 50, 10, NOW);
	assert_int_equal(look_at(NOW - 20).estimate, 50);
	assert_int_equal(look_at(NOW - 20).age, 0);
	/* Days later it is no news, and at any time it has an age. */
	assert_int_equal(look_at(NOW + 86400000).estimate, 0);
	for (when = wrap - 300; when <= wrap + 300; when += 100) {
		bound_report(&node, 50, 10, when);
		assert_int_equal(look_at(when).estimate, 50);
		assert_int_equal(look_at(when + 199).estimate, 50);
		assert_int_equal(look_at(when + 200).estimate, 0);
		assert_int_equal(look_at(when + 200).age, 200);
	}
	/* Zero is a time as well. */
	bound_report(&node, 0, 0, 0);
	assert_int_equal(look_at(0).age, 0);
}

static void
test_absurd_reports(void **state)
{
	static const uint32_t absurd[] = {
		0, 1, BOUND_FLOOR_MAX, BOUND_FLOOR_MAX + 1, BOUND_LOAD_MAX,
		BOUND_LOAD_MAX + 1, INT32_MAX, UINT32_C(1) << 31, UINT32_MAX
	};
	const unsigned n = sizeof absurd / sizeof *absurd;
	struct bound_look look;
	unsigned i, j;

	(void)state;
	charge(10);
	for (i = 0; i < n; i++)
		for (j = 0; j < n; j++) {
			bound_report(&node, absurd[i], absurd[j], NOW);
			look = look_at(NOW);
			assert_in_range(look.estimate, 10, BOUND_LOAD_MAX);
			assert_in_range(look.load, 10, BOUND_LOAD_MAX);
			assert_int_equal(look.floor, absurd[j] == 0 ? 1 :
			    absurd[j] < BOUND_FLOOR_MAX ? absurd[j] :
			    BOUND_FLOOR_MAX);
			assert_int_equal(look.age, 0);
			if (absurd[i] <= BOUND_LOAD_MAX)
				assert_int_equal(look.estimate,
				    absurd[i] > 10 ? absurd[i] : 10);
		}
	/* Own requests on top of the largest number. */
	bound_report(&node, UINT32_MAX, 1, NOW);
	charge(10);
	assert_int_equal(look_at(NOW).estimate, BOUND_LOAD_MAX);
	assert_int_equal(look_at(NOW + 200).estimate, 20);
}

/* What this node itself is at, it knows without a report. */
static void
test_present(void **state)
{
	(void)state;
	charge(2);
	bound_arrive(&node);
	bound_arrive(&node);
	bound_arrive(&node);
	assert_int_equal(bound_present(&node), 5);
	assert_int_equal(look_at(NOW).estimate, 5);
	bound_depart(&node);
	bound_discharge(&node);
	assert_int_equal(bound_present(&node), 3);
	assert_int_equal(look_at(NOW).load, 3);
	atomic_store(&node.guests, UINT32_MAX);
	assert_int_equal(bound_present(&node), BOUND_LOAD_MAX);
}

static void *
come_and_go(void *priv)
{
	uint64_t seed = (uint64_t)(uintptr_t)priv;
	unsigned i, own = 0, guests = 0;

	for (i = 0; i < STEPS; i++)
		switch (random_below(&seed, 4)) {
		case 0:
			bound_charge(&node);
			own++;
			break;
		case 1:
			bound_arrive(&node);
			guests++;
			break;
		case 2:
			if (own > 0) {
				bound_discharge(&node);
				own--;
			}
			break;
		default:
			if (guests > 0) {
				bound_depart(&node);
				guests--;
			}
		}
	for (; own > 0; own--)
		bound_discharge(&node);
	for (; guests > 0; guests--)
		bound_depart(&node);
	return (NULL);
}

/* A report is one of these, or something is mixed. */
static const struct {
	uint32_t	n, floor;
} pair[] = { { 100000, 30000 }, { 7, 4000 }, { 1, 1 }, { 255, 32767 } };

static void *
say(void *priv)
{
	uint64_t seed = (uint64_t)(uintptr_t)priv;
	unsigned i, which;

	for (i = 0; i < STEPS; i++) {
		which = random_below(&seed, 4);
		bound_report(&node, pair[which].n, pair[which].floor, NOW);
	}
	return (NULL);
}

static void *
hear(void *priv)
{
	struct bound_look look;
	unsigned i, which;

	(void)priv;
	for (i = 0; i < STEPS; i++) {
		bound_look(&node, &config, NOW, &look);
		for (which = 0; which < 4; which++)
			if (look.estimate == pair[which].n &&
			    look.floor == pair[which].floor)
				break;
		if (which == 4)
			return (&node);	/* cmocka cannot fail here */
	}
	return (NULL);
}

static void
run_threads(void *(*f)(void *), void *(*g)(void *))
{
	pthread_t thread[THREADS];
	void *wrong;
	unsigned i;

	for (i = 0; i < THREADS; i++)
		assert_int_equal(pthread_create(&thread[i], NULL,
		    i % 2 ? f : g, (void *)(uintptr_t)(i + 1)), 0);
	for (i = 0; i < THREADS; i++) {
		assert_int_equal(pthread_join(thread[i], &wrong), 0);
		assert_null(wrong);
	}
}

static void
test_counts_balance(void **state)
{
	(void)state;
	run_threads(come_and_go, come_and_go);
	assert_int_equal(bound_present(&node), 0);
	assert_int_equal(atomic_load(&node.own), 0);
	assert_int_equal(atomic_load(&node.guests), 0);
}

static void
test_reports_are_whole(void **state)
{
	(void)state;
	bound_report(&node, pair[0].n, pair[0].floor, NOW);
	run_threads(say, hear);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup(test_config, setup),
		cmocka_unit_test_setup(test_no_news, setup),
		cmocka_unit_test_setup(test_estimate, setup),
		cmocka_unit_test_setup(test_busy_expires, setup),
		cmocka_unit_test_setup(test_other_news_expire, setup),
		cmocka_unit_test_setup(test_clock, setup),
		cmocka_unit_test_setup(test_absurd_reports, setup),
		cmocka_unit_test_setup(test_present, setup),
		cmocka_unit_test_setup(test_counts_balance, setup),
		cmocka_unit_test_setup(test_reports_are_whole, setup),
	};

	return (cmocka_run_group_tests_name("bound_node", tests, NULL, NULL));
}
