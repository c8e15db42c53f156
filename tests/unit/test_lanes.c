/* SPDX-License-Identifier: BSD-2-Clause
 * Copyright (c) 2026 The pixelfleet authors
 *
 * Who is next to have a renderer: the rules, and how long that takes in a
 * simulated hour.
 */

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "cost.h"
#include "lanes.h"

#define CHEAP	50.
#define DEAR	2000.

static void
enter(struct lanes *l, struct lane_entry *e, unsigned n, double cost)
{

	while (n-- > 0)
		assert_true(lanes_enter(l, e++, cost));
}

static void
test_order_of_arrival(void **state)
{
	struct lane_entry e[6], *next;
	struct lanes l;
	unsigned i;

	(void)state;
	lanes_init(&l);
	lanes_resize(&l, 1);
	enter(&l, e, 6, CHEAP);
	lanes_give_up(&l, &e[5]);
	lanes_give_up(&l, &e[2]);
	for (i = 0; i < 5; i++) {
		if (i == 2)
			continue;
		next = lanes_next(&l);
		assert_ptr_equal(next, &e[i]);
		assert_null(lanes_next(&l));
		lanes_leave(&l, next, 0);
	}
	assert_null(lanes_next(&l));
	assert_int_equal(l.waiting, 0);
	assert_true(l.cost == 0 && l.cost_waiting == 0);
	/* The last of a lane may have given up. */
	enter(&l, e, 2, CHEAP);
	lanes_give_up(&l, &e[1]);
	enter(&l, e + 2, 1, CHEAP);
	assert_ptr_equal(lanes_next(&l), &e[0]);
	lanes_leave(&l, &e[0], 0);
	assert_ptr_equal(lanes_next(&l), &e[2]);
}

static void
test_cheap_goes_first_but_not_for_ever(void **state)
{
	struct lane_entry cheap[LANES_BYPASS + 3], dear[2], *next;
	struct lanes l;
	unsigned i;

	(void)state;
	lanes_init(&l);
	lanes_resize(&l, 1);
	enter(&l, dear, 2, DEAR);
	enter(&l, cheap, LANES_BYPASS + 3, CHEAP);
	for (i = 0; i < LANES_BYPASS; i++) {
		next = lanes_next(&l);
		assert_ptr_equal(next, &cheap[i]);
		lanes_leave(&l, next, 0);
	}
	next = lanes_next(&l);
	assert_ptr_equal(next, &dear[0]);
	lanes_leave(&l, next, 0);
	/* And the second has to wait as long. */
	next = lanes_next(&l);
	assert_ptr_equal(next, &cheap[i]);
}

/* Of `turns`, dear ones get `most` when both wait, and `alone` otherwise. */
static void
check_share(unsigned turns, unsigned most, unsigned alone)
{
	struct lane_entry cheap[40], dear[8], *next;
	struct lanes l;
	unsigned i;

	lanes_init(&l);
	lanes_resize(&l, turns);
	enter(&l, dear, turns, DEAR);
	enter(&l, cheap, 40, CHEAP);
	for (i = 0; i < 40; i++) {
		next = lanes_next(&l);
		if (next == NULL)
			break;
		if (next->dear)
			continue;
		lanes_leave(&l, next, 0);
	}
	assert_int_equal(l.busy_dear, most);
	while (l.cheap.first != NULL)
		lanes_give_up(&l, l.cheap.first);
	while (lanes_next(&l) != NULL)
		continue;
	assert_int_equal(l.busy_dear, alone);
	/* A turn is left for a cheap one, if there is more than one. */
	enter(&l, cheap, 1, CHEAP);
	next = lanes_next(&l);
	assert_true(turns == 1 ? next == NULL : next == &cheap[0]);
}

static void
test_share_of_the_dear(void **state)
{

	(void)state;
	check_share(1, 1, 1);
	check_share(2, 1, 1);
	check_share(3, 2, 2);
	check_share(4, 2, 3);
	check_share(8, 4, 6);
}

static void
test_bounds(void **state)
{
	struct lane_entry e[2 * LANES_WAITING + 1];
	struct lanes l;
	unsigned n;

	(void)state;
	lanes_init(&l);
	assert_true(lanes_full(&l));
	lanes_resize(&l, 2);
	enter(&l, e, 2 * LANES_WAITING, 1);
	assert_true(lanes_full(&l));
	assert_false(lanes_enter(&l, &e[2 * LANES_WAITING], 1));
	lanes_give_up(&l, &e[7]);
	assert_false(lanes_full(&l));
	/* Those with a turn do not wait. */
	lanes_init(&l);
	lanes_resize(&l, 2);
	for (n = 0; lanes_enter(&l, &e[n], 25000); n++)
		continue;
	assert_int_equal(n, 5);
	assert_non_null(lanes_next(&l));
	assert_false(lanes_full(&l));
}

static void
test_fewer_turns(void **state)
{
	struct lane_entry e[3];
	struct lanes l;

	(void)state;
	lanes_init(&l);
	lanes_resize(&l, 2);
	enter(&l, e, 3, CHEAP);
	assert_non_null(lanes_next(&l));
	assert_non_null(lanes_next(&l));
	lanes_resize(&l, 1);
	lanes_leave(&l, &e[0], 0);
	assert_null(lanes_next(&l));
	lanes_leave(&l, &e[1], 0);
	assert_ptr_equal(lanes_next(&l), &e[2]);
}

static void
test_retry_after(void **state)
{
	struct lane_entry e[24], *next;
	struct lanes l;
	unsigned i;

	(void)state;
	lanes_init(&l);
	lanes_resize(&l, 2);
	assert_int_equal(lanes_retry_after(&l), 1);
	enter(&l, e, 10, 2000);
	assert_int_equal(lanes_retry_after(&l), 11);
	/* Those at work count, too. */
	next = lanes_next(&l);
	assert_int_equal(lanes_retry_after(&l), 11);
	/* On a machine that is four times as fast. */
	lanes_leave(&l, next, 500);
	for (i = 0; i < 60; i++) {
		lanes_give_up(&l, l.dear.first);
		enter(&l, &e[10], 1, 2000);
		while (l.dear.first != &e[10]) {
			next = l.dear.first;
			lanes_give_up(&l, next);
			enter(&l, next, 1, 2000);
		}
		next = lanes_next(&l);
		lanes_leave(&l, next, 500);
		enter(&l, next, 1, 2000);
	}
	assert_int_equal(l.waiting, 9);
	assert_int_equal(lanes_retry_after(&l), 3);
	enter(&l, &e[11], 4, 20000);
	assert_true(lanes_retry_after(&l) > 12);
	l.pace = 100;
	assert_int_equal(lanes_retry_after(&l), LANES_RETRY_MAX);
}

/*--------------------------------------------------------------------
 * An hour of thumbnails and large pictures, as much as four renderers can do
 * on average, in steps of 10 ms
 */

#define STEP	10.
#define N	4

struct work {
	struct lane_entry	lane;
	double			arrived, left;
	bool			used;
};

static struct work works[N * LANES_WAITING + N];
static double worst[2];		/* ms, cheap and dear */

static void
arrive(struct lanes *l, double now, double cost)
{
	struct work *w;

	if (lanes_full(l))
		return;
	for (w = works; w->used; w++)
		assert_true(w < works + N * LANES_WAITING + N - 1);
	assert_true(lanes_enter(l, &w->lane, cost));
	w->used = true;
	w->arrived = now;
	w->left = cost;
}

static void
work_on(struct lanes *l, double now)
{
	struct lane_entry *e;
	struct work *w;

	for (w = works; w < works + N * LANES_WAITING + N; w++) {
		if (!w->used || !w->lane.granted)
			continue;
		w->left -= STEP;
		if (w->left > 0)
			continue;
		lanes_leave(l, &w->lane, w->lane.cost);
		w->used = false;
	}
	while ((e = lanes_next(l)) != NULL) {
		w = (struct work *)e;
		if (now - w->arrived > worst[e->dear])
			worst[e->dear] = now - w->arrived;
	}
}

static void
test_an_hour(void **state)
{
	struct lanes l;
	double now;
	int i;

	(void)state;
	srand(1);
	lanes_init(&l);
	lanes_resize(&l, N);
	for (now = 0; now < 3600e3; now += STEP) {
		/* Four turns do 40 a step: 16 come dear and 20 cheap. */
		for (i = 0; i < 4; i++)
			if (rand() % 10 == 0)
				arrive(&l, now, CHEAP);
		if (rand() % 125 == 0)
			arrive(&l, now, DEAR);
		work_on(&l, now);
		assert_true(l.busy <= N && l.busy_dear <= l.busy);
	}
	/* A cheap one never waits for a dear one that came after it. */
	assert_true(worst[0] <= 1.5 * DEAR);
	assert_true(worst[1] <= 10 * DEAR);
	assert_true(l.pace > .99 && l.pace < 1.01);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_order_of_arrival),
		cmocka_unit_test(test_cheap_goes_first_but_not_for_ever),
		cmocka_unit_test(test_share_of_the_dear),
		cmocka_unit_test(test_bounds),
		cmocka_unit_test(test_fewer_turns),
		cmocka_unit_test(test_retry_after),
		cmocka_unit_test(test_an_hour)
	};

	return (cmocka_run_group_tests(tests, NULL, NULL));
}
