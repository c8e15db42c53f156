/* SPDX-License-Identifier: BSD-2-Clause
 * Copyright (c) 2026 The pixelfleet authors
 *
 * A cluster for the tests of bounded loads: one at a time, made anew by
 * make(), and at one moment of time.
 */

#ifndef BOUND_CLUSTER_H
#define BOUND_CLUSTER_H

#include <math.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>

#include <cmocka.h>

#include "bound.h"

#define NODES_MAX	BOUND_NODES_MAX
#define NOW		UINT64_C(1000000)

/* A cluster, and in plain numbers what it was told. */
static struct cluster {
	struct bound_config	config;
	struct bound_view	view;
	struct ring_node	ring[NODES_MAX];
	char			name[NODES_MAX][16];
	struct bound_node	node[NODES_MAX];
	struct bound_node	*at[NODES_MAX];
	struct gate		gate;
	bool			sick[NODES_MAX];
	struct told {
		uint32_t	own, guests, known;
		uint32_t	reported, floor;
		uint64_t	when;	/* 0: never */
	} told[NODES_MAX];
} cl;

static uint64_t seed;

static inline uint32_t
random_below(uint32_t n)
{
	seed = seed * UINT64_C(6364136223846793005) + 1442695040888963407;
	return ((uint32_t)((seed >> 33) % n));
}

static inline uint64_t
random_key(void)
{
	return ((uint64_t)random_below(UINT32_C(1) << 31) << 33 ^
	    (uint64_t)random_below(UINT32_C(1) << 31) << 11 ^ seed >> 50);
}

static inline bool
is_healthy(void *priv, unsigned i)
{
	return (!((struct cluster *)priv)->sick[i]);
}

static inline void
weigh(unsigned i, unsigned weight)
{
	assert_int_equal(ring_node_init(&cl.ring[i], cl.name[i], weight), 0);
}

/* n nodes that nobody has asked anything yet. */
static inline void
make(unsigned n)
{
	unsigned i;

	memset(&cl, 0, sizeof cl);
	bound_config_init(&cl.config);
	cl.view.config = &cl.config;
	cl.view.ring = cl.ring;
	cl.view.node = cl.at;
	cl.view.gate = &cl.gate;
	cl.view.n = n;
	cl.view.self = -1;
	cl.view.healthy = is_healthy;
	cl.view.priv = &cl;
	for (i = 0; i < n; i++) {
		snprintf(cl.name[i], sizeof cl.name[i], "node-%u", i);
		weigh(i, RING_WEIGHT_ONE);
		cl.at[i] = &cl.node[i];
	}
}

static inline void
charge(unsigned i, unsigned n)
{
	cl.told[i].own += n;
	while (n-- > 0)
		bound_charge(&cl.node[i]);
}

static inline void
report(unsigned i, uint32_t n, uint32_t floor, uint64_t when)
{
	bound_report(&cl.node[i], n, floor, when);
	cl.told[i].reported = n;
	cl.told[i].floor = floor;
	cl.told[i].when = when;
	cl.told[i].known = cl.told[i].own;
}

static inline void
report_all(uint32_t n)
{
	unsigned i;

	for (i = 0; i < cl.view.n; i++)
		report(i, n, cl.config.floor, NOW);
}

static inline unsigned
owner_of(uint64_t key)
{
	return ((unsigned)ring_top(cl.ring, cl.view.n, key));
}

static inline struct bound_choice
choose(uint64_t key)
{
	struct bound_choice choice;
	int node = bound_choose(&cl.view, key, NOW, &choice);

	assert_int_equal(node, choice.node);
	return (choice);
}

static inline void
assert_choice(uint64_t key, unsigned node, unsigned flags)
{
	struct bound_choice choice = choose(key);

	assert_int_equal(choice.node, node);
	assert_int_equal(choice.owner, owner_of(key));
	assert_int_equal(choice.flags, flags);
}

/* The cap before it is rounded up, without the floor. */
static inline long double
real_cap(const struct bound_config *cf, uint64_t others, uint64_t weight,
    uint64_t others_weight)
{
	long double x = (long double)(cf->c * weight * (others + 1)) /
	    (long double)(BOUND_ONE * others_weight);

	return (x + cf->k * sqrtl(x) / BOUND_ONE);
}

/* Too near to a whole number to tell which way it is rounded? */
static inline bool
is_doubtful(long double cap)
{
	long double off = fabsl(cap - roundl(cap));

	return (off > 0 && off < 0.001L);
}

static inline uint32_t
cap_for(uint64_t all, uint64_t all_weight, uint32_t weight, uint32_t load,
    uint32_t floor)
{
	struct bound_total total = { all, all_weight };

	return (bound_cap(&cl.config, &total, weight, load, floor));
}

#endif
