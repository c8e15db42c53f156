/* SPDX-License-Identifier: BSD-2-Clause
 * Copyright (c) 2026 The pixelfleet authors
 *
 * Bounded loads: nothing moves without need, what should move does, and
 * somebody is always chosen.
 */

#include <pthread.h>

#include "bound_cluster.h"

#define THREADS		4
#define STEPS		20000

/* The second in the key's order. */
static unsigned
second_of(uint64_t key)
{
	unsigned out[2];

	assert_int_equal(ring_order(cl.ring, cl.view.n, key, out, 2), 2);
	return (out[1]);
}

/* A node's own queue does not raise its cap, however long. */
static void
test_leave_one_out(void **state)
{
	uint32_t load, cap;
	uint64_t key;

	(void)state;
	make(3);
	cap = cap_for(20, 3000, 1000, 0, 16);
	for (load = 0; load <= BOUND_LOAD_MAX; load = 2 * load + 1)
		assert_int_equal(cap_for(20 + load, 3000, 1000, load, 16),
		    cap);
	/* Risen since it was summed up. */
	assert_int_equal(cap_for(20, 3000, 1000, 30, 16),
	    cap_for(0, 3000, 1000, 0, 16));

	/* The mean of all three would be 34, and the cap 62. */
	report_all(5);
	key = random_key();
	report(owner_of(key), 90, 16, NOW);
	assert_choice(key, second_of(key), BOUND_MOVED | BOUND_ESCAPED);
	report(owner_of(key), 10, 16, NOW);
	assert_choice(key, owner_of(key), 0);
}

/* Whatever the rest of the cluster is at, and whatever the constants. */
static void
test_below_the_floor(void **state)
{
	static const unsigned sizes[] = { 1, 2, 3, 4, 10, 100, 1000 };
	unsigned s, i, j, floor, own;
	uint64_t key;

	(void)state;
	seed = 2;
	for (s = 0; s < sizeof sizes / sizeof *sizes; s++)
		for (j = 0; j < 20; j++) {
			make(sizes[s]);
			cl.config.c = cl.config.k = 1050 * (j % 2);
			cl.config.gate = 1;
			for (i = 0; i < cl.view.n; i++) {
				floor = 1 + random_below(50);
				own = random_below(floor);
				charge(i, own);
				report(i, own + random_below(floor - own),
				    floor, NOW - random_below(200));
			}
			for (i = 0; i < 100; i++) {
				key = random_key();
				assert_choice(key, owner_of(key), 0);
			}
		}
}

/* With up to three fronts that holds even where nobody ever reports. */
static void
test_below_the_floor_unheard(void **state)
{
	unsigned n, own;
	uint64_t key;

	(void)state;
	for (n = 1; n <= 3; n++) {
		make(n);
		cl.config.gate = 1;
		key = random_key();
		for (own = 0; own < cl.config.floor; own++) {
			assert_choice(key, owner_of(key), 0);
			charge(owner_of(key), 1);
		}
		assert_choice(key, n == 1 ? 0 : second_of(key),
		    n == 1 ? 0 : BOUND_MOVED);
	}
}

/* ceil(3 * 16 / 10) is 5, and nobody may have more than 2 at the least. */
static void
test_own_share(void **state)
{
	uint64_t key;
	unsigned owner;

	(void)state;
	make(10);
	cl.config.gate = 1;
	key = random_key();
	owner = owner_of(key);
	charge(owner, 4);
	assert_choice(key, owner, 0);
	charge(owner, 1);
	assert_choice(key, second_of(key), BOUND_MOVED);
	/* The node has heard of the five: they say nothing of others'. */
	report(owner, 5, 16, NOW);
	charge(owner, 4);
	assert_choice(key, owner, 0);
	charge(owner, 1);
	assert_choice(key, second_of(key), BOUND_MOVED);
	/* Of itself a front knows all. */
	cl.view.self = (int)owner;
	assert_choice(key, owner, 0);
	/* Old news is none. */
	cl.view.self = -1;
	report(owner, 10, 16, NOW);
	assert_choice(key, owner, 0);
	report(owner, 10, 16, NOW - cl.config.news_ms);
	assert_choice(key, second_of(key), BOUND_MOVED);

	make(1000);
	cl.config.gate = 1;
	owner = owner_of(key);
	charge(owner, 1);
	assert_choice(key, owner, 0);
	charge(owner, 1);
	assert_choice(key, second_of(key), BOUND_MOVED);
}

static void
test_gate(void **state)
{
	struct bound_choice choice;
	unsigned i, owner;
	uint64_t key, now;

	(void)state;
	make(10);
	key = random_key();
	owner = owner_of(key);
	report(owner, 20, 16, NOW);
	for (i = 1; i < cl.config.gate; i++)
		assert_choice(key, owner, BOUND_GATED);
	assert_choice(key, second_of(key), BOUND_MOVED);
	assert_choice(key, second_of(key), BOUND_MOVED);
	/* Closed again, after a while without attempts. */
	now = NOW + 3000;
	report(owner, 20, 16, now);
	bound_choose(&cl.view, key, now, &choice);
	assert_int_equal(choice.flags, BOUND_GATED);
	/* Who finds room does not count. */
	report(owner, 10, 16, NOW);
	key += GATE_CELLS / 2;
	for (i = 0; i < 100; i++)
		if (owner_of(key) == owner)
			assert_choice(key, owner, 0);
	assert_int_equal(atomic_load(&cl.gate.cell[key % GATE_CELLS]), 0);
}

static void
test_escape(void **state)
{
	uint64_t key = random_key();
	unsigned owner;

	(void)state;
	make(10);
	owner = owner_of(key);
	report(owner, 31, 16, NOW);
	assert_choice(key, owner, BOUND_GATED);
	report(owner, 32, 16, NOW);
	assert_choice(key, second_of(key), BOUND_MOVED | BOUND_ESCAPED);
	assert_int_equal(atomic_load(&cl.node[owner].escaped), 1);
}

/* Bad news keeps keys away for busy_ms, and comes from that node alone. */
static void
test_stale_and_absent(void **state)
{
	unsigned i, owner, next;
	uint64_t key;

	(void)state;
	make(10);
	cl.config.gate = 1;
	key = random_key();
	owner = owner_of(key);
	next = second_of(key);
	assert_choice(key, owner, 0);
	report(owner, 50, 16, NOW - cl.config.busy_ms + 1);
	assert_choice(key, next, BOUND_MOVED);
	report(owner, 50, 16, NOW - cl.config.busy_ms);
	assert_choice(key, owner, 0);
	/* Out of date for the node, but still a part of the mean. */
	for (i = 0; i < 10; i++)
		report(i, 50, 16, NOW - cl.config.busy_ms);
	report(owner, 60, 16, NOW);
	assert_choice(key, owner, 0);
	for (i = 0; i < 10; i++)
		report(i, 50, 16, NOW - cl.config.news_ms);
	report(owner, 60, 16, NOW);
	assert_choice(key, next, BOUND_MOVED);
}

/* A node that says absurd things loses its own keys and nobody else's. */
static void
test_lying(void **state)
{
	static const uint32_t lies[] = {
		1000, BOUND_LOAD_MAX, INT32_MAX, UINT32_MAX
	};
	uint64_t key;
	unsigned i, j, liar;

	(void)state;
	make(10);
	cl.config.gate = 1;
	seed = 3;
	for (i = 0; i < 1000; i++) {
		report_all(5);
		liar = random_below(10);
		report(liar, lies[i % 4], i % 3 == 0 ? 0 : 16, NOW);
		key = random_key();
		if (owner_of(key) == liar)
			assert_choice(key, second_of(key), BOUND_MOVED);
		else
			assert_choice(key, owner_of(key), 0);
	}
	/* All of them, as many as there may be. */
	make(NODES_MAX);
	cl.config.gate = 1;
	for (i = 0; i < NODES_MAX; i++) {
		weigh(i, i % 2 ? RING_WEIGHT_MAX : RING_WEIGHT_MIN);
		report(i, UINT32_MAX, 0, NOW);
	}
	for (j = 0; j < 50; j++)
		assert_in_range(choose(random_key()).node, 0, NODES_MAX - 1);
}

/* Whoever has least is below the others' mean, and so below its cap. */
static void
test_someone_always_fits(void **state)
{
	unsigned i, j, n, most;

	(void)state;
	seed = 4;
	for (i = 0; i < 2000; i++) {
		n = 2 + random_below(30);
		make(n);
		cl.config.c = 1050 + random_below(500);
		cl.config.k = 0;
		cl.config.gate = 1;
		most = 1 + random_below(i % 10 ? 100 : BOUND_LOAD_MAX);
		for (j = 0; j < n; j++) {
			weigh(j, 500 * (1 + random_below(8)));
			report(j, random_below(most), 1,
			    NOW - random_below(400));
		}
		for (j = 0; j < 10; j++)
			assert_int_equal(choose(random_key()).flags &
			    BOUND_FALLBACK, 0);
	}
}

/* All fronts' shares are used up: the owner, rather than nobody. */
static void
test_fallback(void **state)
{
	uint64_t key = random_key();
	unsigned i;

	(void)state;
	make(100);
	cl.config.gate = 1;
	for (i = 0; i < 100; i++)
		charge(i, 3);
	assert_choice(key, owner_of(key), BOUND_FALLBACK);
	assert_int_equal(atomic_load(&cl.node[owner_of(key)].fallback), 1);
}

/* Twice the weight is twice the share, of the keys and of the load. */
static void
test_weights(void **state)
{
	unsigned i, moved = 0, count[3] = { 0 };
	struct ring_node light;
	uint64_t key;
	int was, is;

	(void)state;
	make(3);
	cl.config.k = 0;
	light = cl.ring[0];
	weigh(0, 4000);
	seed = 5;
	for (i = 0; i < 60000; i++) {
		key = random_key();
		is = choose(key).node;
		count[is]++;
		cl.ring[0] = light;
		was = choose(key).node;
		weigh(0, 4000);
		if (was == is)
			continue;
		assert_int_equal(is, 0);
		moved++;
	}
	/* 4/6 of all, of which 1/3 was there before. */
	assert_in_range(count[0], 39400, 40600);
	assert_in_range(moved, 19400, 20600);

	/* 10 for each 1000 of the others: 50 of the first, 13 of each. */
	assert_int_equal(cap_for(19 + 50, 6000, 4000, 50, 1), 50);
	assert_int_equal(cap_for(49 + 10, 6000, 1000, 10, 1), 13);
	cl.config.gate = 1;
	report(0, 49, 1, NOW);
	report(1, 10, 1, NOW);
	report(2, 10, 1, NOW);
	do
		key = random_key();
	while (owner_of(key) != 0);
	assert_choice(key, 0, 0);
	report(0, 60, 1, NOW);
	assert_choice(key, second_of(key), BOUND_MOVED);
}

static void
test_health(void **state)
{
	unsigned i, j, order[10];
	struct bound_choice choice;
	uint64_t key;

	(void)state;
	make(10);
	seed = 6;
	for (i = 0; i < 500; i++) {
		key = random_key();
		assert_int_equal(ring_order(cl.ring, 10, key, order, 10), 10);
		cl.config.mode = (enum bound_mode)(i % 3);
		for (j = 0; j < 10; j++) {
			choice = choose(key);
			assert_int_equal(choice.node, order[j]);
			assert_int_equal(choice.owner, order[j]);
			assert_int_equal(choice.flags, 0);
			cl.sick[order[j]] = true;
		}
		choice = choose(key);
		assert_int_equal(choice.node, -1);
		assert_int_equal(choice.owner, -1);
		assert_int_equal(choice.flags, 0);
		memset(cl.sick, 0, sizeof cl.sick);
	}
	/* The only one there is takes all. */
	memset(cl.sick, 1, sizeof cl.sick);
	cl.sick[3] = false;
	charge(3, 1000);
	cl.config.mode = BOUND_BOUNDED;
	choice = choose(key);
	assert_int_equal(choice.node, 3);
	assert_int_equal(choice.flags, 0);
	make(0);
	assert_int_equal(choose(key).node, -1);
}

/* The load of the sick does not count. */
static void
test_health_and_load(void **state)
{
	uint64_t key = random_key();
	struct bound_choice choice;
	unsigned i, order[10];

	(void)state;
	make(10);
	cl.config.gate = 1;
	assert_int_equal(ring_order(cl.ring, 10, key, order, 10), 10);
	report_all(3);
	for (i = 4; i < 10; i++)
		report(order[i], 1000, 16, NOW);
	cl.sick[order[0]] = true;
	report(order[1], 30, 16, NOW);
	choice = choose(key);
	assert_int_equal(choice.owner, order[1]);
	assert_int_equal(choice.node, order[1]);
	for (i = 4; i < 10; i++)
		cl.sick[order[i]] = true;
	choice = choose(key);
	assert_int_equal(choice.owner, order[1]);
	assert_int_equal(choice.node, order[2]);
	assert_int_equal(choice.flags, BOUND_MOVED);
}

static void
test_off(void **state)
{
	uint64_t key = random_key();

	(void)state;
	make(3);
	cl.config.mode = BOUND_OFF;
	report(owner_of(key), UINT32_MAX, 1, NOW);
	charge(owner_of(key), 1000);
	assert_choice(key, owner_of(key), 0);
}

static void
test_statistics(void **state)
{
	uint64_t moved = 0, gated = 0, sum[3] = { 0 };
	struct bound_choice choice;
	unsigned i;

	(void)state;
	seed = 9;
	make(20);
	report(3, 20, 16, NOW);
	report(4, 20, 16, NOW);
	for (i = 0; i < 5000; i++) {
		choice = choose(random_below(1000));
		moved += (choice.flags & BOUND_MOVED) != 0;
		gated += (choice.flags & BOUND_GATED) != 0;
	}
	for (i = 0; i < 20; i++) {
		sum[0] += atomic_load(&cl.node[i].picks);
		sum[1] += atomic_load(&cl.node[i].moved);
		sum[2] += atomic_load(&cl.node[i].gated);
	}
	assert_int_equal(sum[0], 5000);
	assert_int_equal(sum[1], moved);
	assert_int_equal(sum[2], gated);
	assert_true(moved > 0 && gated > 0);
}

/* Everything at once.  A request goes where it is sent and comes back. */
static void *
serve(void *priv)
{
	uint64_t rnd = (uint64_t)(uintptr_t)priv;
	struct bound_choice choice;
	int sent[32];
	unsigned i, slot;

	memset(sent, 0xff, sizeof sent);
	for (i = 0; i < STEPS; i++) {
		rnd = rnd * UINT64_C(6364136223846793005) + 1;
		slot = (unsigned)(rnd >> 40) % 32;
		if (sent[slot] >= 0) {
			bound_discharge(&cl.node[sent[slot]]);
			bound_report(&cl.node[sent[slot]],
			    (uint32_t)(rnd >> 50) % 64, 16, NOW + i / 100);
		}
		sent[slot] = bound_choose(&cl.view, rnd >> 60, NOW + i / 100,
		    &choice);
		if (sent[slot] < 0 || sent[slot] >= (int)cl.view.n)
			return (&cl);	/* cmocka cannot fail here */
		bound_charge(&cl.node[sent[slot]]);
	}
	for (slot = 0; slot < 32; slot++)
		if (sent[slot] >= 0)
			bound_discharge(&cl.node[sent[slot]]);
	return (NULL);
}

static void
test_threads(void **state)
{
	pthread_t thread[THREADS];
	uint64_t picks = 0;
	unsigned i;
	void *wrong;

	(void)state;
	make(10);
	for (i = 0; i < THREADS; i++)
		assert_int_equal(pthread_create(&thread[i], NULL, serve,
		    (void *)(uintptr_t)(i + 1)), 0);
	for (i = 0; i < THREADS; i++) {
		assert_int_equal(pthread_join(thread[i], &wrong), 0);
		assert_null(wrong);
	}
	for (i = 0; i < 10; i++) {
		assert_int_equal(atomic_load(&cl.node[i].own), 0);
		picks += atomic_load(&cl.node[i].picks);
	}
	assert_int_equal(picks, THREADS * STEPS);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_leave_one_out),
		cmocka_unit_test(test_below_the_floor),
		cmocka_unit_test(test_below_the_floor_unheard),
		cmocka_unit_test(test_own_share),
		cmocka_unit_test(test_gate),
		cmocka_unit_test(test_escape),
		cmocka_unit_test(test_stale_and_absent),
		cmocka_unit_test(test_lying),
		cmocka_unit_test(test_someone_always_fits),
		cmocka_unit_test(test_fallback),
		cmocka_unit_test(test_weights),
		cmocka_unit_test(test_health),
		cmocka_unit_test(test_health_and_load),
		cmocka_unit_test(test_off),
		cmocka_unit_test(test_statistics),
		cmocka_unit_test(test_threads),
	};

	return (cmocka_run_group_tests_name("bound", tests, NULL, NULL));
}
