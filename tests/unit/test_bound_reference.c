/* SPDX-License-Identifier: BSD-2-Clause
 * Copyright (c) 2026 The pixelfleet authors
 *
 * Bounded loads, in random states: the choice is always that of a slow and
 * obvious reference.
 */

#include "bound_cluster.h"

/* What the textbook says, word by word. */
static unsigned
textbook(const unsigned *order)
{
	unsigned i, m = 1, total = 0, n = cl.view.n;
	long double cap;

	for (i = 0; i < n; i++) {
		m += cl.told[i].own;
		total += cl.ring[i].weight;
	}
	for (i = 0; i < n; i++) {
		cap = ceill((long double)cl.config.c * m *
		    cl.ring[order[i]].weight / BOUND_ONE / total - 1e-9L);
		if (cl.told[order[i]].own < cap)
			return (order[i]);
	}
	fail_msg("the caps add up to more than there is");
	return (0);
}

static void
test_textbook(void **state)
{
	unsigned i, j, n, most, order[40];
	uint64_t key;

	(void)state;
	seed = 1;
	for (i = 0; i < 3000; i++) {
		n = 1 + random_below(40);
		make(n);
		cl.config.mode = BOUND_TEXTBOOK;
		cl.config.c = 1050 + random_below(1000);
		most = 1 + random_below(20);
		for (j = 0; j < n; j++) {
			if (i % 2)
				weigh(j, 250 * (1 + random_below(12)));
			charge(j, random_below(most));
			/* To be ignored. */
			report(j, random_below(1000), 100, NOW);
		}
		for (j = 0; j < 10; j++) {
			key = random_key();
			ring_order(cl.ring, n, key, order, n);
			assert_choice(key, textbook(order),
			    textbook(order) == order[0] ? 0 : BOUND_MOVED);
		}
	}
}

/*
 * The reference.  It keeps what was told in plain numbers, walks the key's
 * order, and computes every cap with libm.
 */
static uint32_t
ref_others(unsigned i, uint32_t expiry)
{
	const struct told *t = &cl.told[i];

	if (t->when == 0 || NOW - t->when >= expiry)
		return (0);
	return (t->reported > t->known ? t->reported - t->known : 0);
}

static uint32_t
ref_load(unsigned i)
{
	return (cl.told[i].own + cl.told[i].guests +
	    ref_others(i, cl.config.news_ms));
}

static uint32_t
ref_estimate(unsigned i)
{
	const struct told *t = &cl.told[i];
	uint32_t expiry = cl.config.news_ms;

	if (t->reported >= t->floor && cl.config.busy_ms < expiry)
		expiry = cl.config.busy_ms;
	return (t->own + t->guests + ref_others(i, expiry));
}

/* The cap as a real number: 0 where nobody can tell which way it rounds. */
static long double
ref_cap(unsigned i)
{
	uint32_t floor = cl.told[i].when ? cl.told[i].floor : cl.config.floor;
	uint64_t load = 0, weight = 0;
	long double cap;
	unsigned j;

	for (j = 0; j < cl.view.n; j++)
		if (j != i && !cl.sick[j]) {
			load += ref_load(j);
			weight += cl.ring[j].weight;
		}
	if (weight == 0)
		return (UINT32_MAX);
	cap = real_cap(&cl.config, load, cl.ring[i].weight, weight);
	if (is_doubtful(cap))
		return (0);
	return (ceill(cap) > floor ? ceill(cap) : floor);
}

static bool
ref_fits(unsigned i)
{
	const struct told *t = &cl.told[i];
	bool heard = t->when != 0 && NOW - t->when < cl.config.news_ms;
	uint32_t unheard = !heard ? t->own : t->own - t->known;
	long double cap = ref_cap(i), share;

	share = ceill(cl.config.share * cap / cl.view.n);
	if (share < 2)
		share = 2;
	return (ref_estimate(i) < cap &&
	    ((int)i == cl.view.self || unheard < share));
}

/* `attempts` of this key were blocked before. */
static struct bound_choice
ref_choose(uint64_t key, unsigned attempts)
{
	struct bound_choice c = { -1, -1, 0 };
	unsigned order[NODES_MAX], i, n = cl.view.n, first;

	ring_order(cl.ring, n, key, order, n);
	for (first = 0; first < n && cl.sick[order[first]]; first++)
		continue;
	if (first == n)
		return (c);
	c.node = c.owner = (int)order[first];
	if (ref_fits(order[first]))
		return (c);
	if (attempts + 1 < cl.config.gate) {
		if (ref_estimate(order[first]) <
		    cl.config.escape * ref_cap(order[first])) {
			c.flags = BOUND_GATED;
			return (c);
		}
		c.flags = BOUND_ESCAPED;
	}
	for (i = first + 1; i < n; i++)
		if (!cl.sick[order[i]] && ref_fits(order[i])) {
			c.node = (int)order[i];
			c.flags |= BOUND_MOVED;
			return (c);
		}
	c.flags = BOUND_FALLBACK;
	return (c);
}

static void
random_state(unsigned n)
{
	unsigned i, level, sick = random_below(4) == 0 ? 50 : 5;
	unsigned burst = random_below(4) == 0 ? 5 : 0;

	make(n);
	cl.config.c = 1050 + random_below(1500);
	cl.config.k = random_below(2) ? 3000 : random_below(5000);
	cl.config.floor = 1 + random_below(32);
	cl.config.share = 1 + random_below(3);
	cl.config.gate = 1 + random_below(4);
	cl.config.escape = 1 + random_below(3);
	cl.view.self = (int)random_below(n + 1) - 1;
	level = 1 + random_below(random_below(2) ? 60 : 12);
	for (i = 0; i < n; i++) {
		weigh(i, random_below(2) ? 1000 : 10 + random_below(5000));
		cl.sick[i] = random_below(100) < sick;
		charge(i, random_below(level));
		if (random_below(4) > 0)
			report(i, random_below(3 * level),
			    1 + random_below(40), NOW - random_below(3500));
		charge(i, burst + random_below(5));
		if ((int)i == cl.view.self)
			for (; cl.told[i].guests < level / 2;
			    cl.told[i].guests++)
				bound_arrive(&cl.node[i]);
	}
}

static bool
any_doubtful(void)
{
	unsigned i;

	for (i = 0; i < cl.view.n; i++)
		if (!cl.sick[i] && ref_cap(i) == 0)
			return (true);
	return (false);
}

static void
test_reference(void **state)
{
	struct bound_choice got, want;
	unsigned i, j, states = 0, blocked = 0, flags = 0;
	uint64_t key = 0;

	(void)state;
	seed = 2;
	for (i = 0; i < 6000; i++) {
		random_state(i % 500 ? 1 + random_below(30) : 300);
		if (any_doubtful())
			continue;
		states++;
		for (j = 0; j < 8; j++) {
			if (j % 4 == 0) {
				key = random_key();
				blocked = 0;
				memset(&cl.gate, 0, sizeof cl.gate);
			}
			want = ref_choose(key, blocked);
			got = choose(key);
			assert_int_equal(got.owner, want.owner);
			assert_int_equal(got.node, want.node);
			assert_int_equal(got.flags, want.flags);
			blocked += want.flags != 0;
			flags |= want.flags;
		}
	}
	assert_in_range(states, 5000, 6000);
	assert_int_equal(flags, BOUND_MOVED | BOUND_GATED | BOUND_ESCAPED |
	    BOUND_FALLBACK);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_textbook),
		cmocka_unit_test(test_reference),
	};

	return (cmocka_run_group_tests_name("bound_reference", tests, NULL,
	    NULL));
}
