/* SPDX-License-Identifier: BSD-2-Clause
 * Copyright (c) 2026 The pixelfleet authors
 *
 * What choosing a node costs, in nanoseconds, one thread: the ring alone,
 * and the whole lookup with bounded loads, where
 *
 *	idle	the owner is below its floor
 *	busy	all are above it, so that the mean counts, and the owner fits
 *	moved	the owner is full besides, and the next in order takes over
 *	text	the textbook rule, which always takes the mean
 *
 * and what idle costs as a multiple of the ring alone.
 *
 * Build and run from the top of the tree:
 *	cc -std=gnu11 -O2 -Isrc/vmod_fleet -o /tmp/ring_bench \
 *	    bench/ring_bench.c src/vmod_fleet/bound*.c \
 *	    src/vmod_fleet/gate.c src/vmod_fleet/ring.c -lcrypto &&
 *	    /tmp/ring_bench
 */

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "bound.h"
#include "ring.h"

#define NODES_MAX	1000
/* Short rounds, of which the fastest counts: the rest is others' noise. */
#define ROUNDS		200
#define STEPS		50000	/* nodes looked at in a round, about */

#define FLOOR		16
#define BUSY		(2 * FLOOR)
#define FULL		(3 * BUSY)
#define NOW_MS		1000
#define OWNED		512

typedef void lookup_f(unsigned n, uint64_t key);

static struct ring_node nodes[NODES_MAX];
static char names[NODES_MAX][16];
static uint64_t mask[(NODES_MAX + 63) / 64], all[(NODES_MAX + 63) / 64];
static uint64_t owned[OWNED];		/* keys of node 0 */
static volatile unsigned sink;

static bool
healthy(void *priv, unsigned i)
{
	const uint64_t *m = priv;

	return (m[i / 64] >> i % 64 & 1);
}

static struct bound_config config;
static struct bound_node *load[NODES_MAX];
static struct gate gate;
static struct bound_view view = {
	.config = &config, .ring = nodes, .node = load, .gate = &gate,
	.self = -1, .healthy = healthy, .priv = all
};

static double
now(void)
{
	struct timespec ts;

	clock_gettime(CLOCK_MONOTONIC, &ts);
	return ((double)ts.tv_sec * 1e9 + (double)ts.tv_nsec);
}

static uint64_t
next_key(uint64_t *state)
{
	*state += UINT64_C(0x9e3779b97f4a7c15);
	return (*state * UINT64_C(0xbf58476d1ce4e5b9) ^ *state >> 29);
}

static double
bench(lookup_f *lookup, unsigned n)
{
	unsigned i, round, lookups = STEPS / n;
	double t, best = 1e18;
	uint64_t state = 1;

	for (round = 0; round < ROUNDS; round++) {
		t = now();
		for (i = 0; i < lookups; i++)
			lookup(n, next_key(&state));
		t = (now() - t) / lookups;
		best = t < best ? t : best;
	}
	return (best);
}

static void
look_top(unsigned n, uint64_t key)
{
	sink += (unsigned)ring_top(nodes, n, key);
}

static void
look_among(unsigned n, uint64_t key)
{
	sink += (unsigned)ring_top_among(nodes, n, key, mask);
}

static void
look_order(unsigned n, uint64_t key)
{
	unsigned out[16];

	sink += ring_order(nodes, n, key, out, 16);
}

static void
look_bound(unsigned n, uint64_t key)
{
	struct bound_choice choice;

	view.n = n;
	sink += (unsigned)bound_choose(&view, key, NOW_MS, &choice);
}

static void
look_moved(unsigned n, uint64_t key)
{
	look_bound(n, owned[key % OWNED]);
}

static void
set_load(unsigned n, uint32_t present)
{
	unsigned i;

	for (i = 0; i < n; i++)
		bound_report(load[i], present, FLOOR, NOW_MS);
}

static double
bench_key(unsigned lookups)
{
	double t, best = 1e18;
	unsigned i, round;
	char url[64];

	for (round = 0; round < ROUNDS; round++) {
		t = now();
		for (i = 0; i < lookups; i++) {
			snprintf(url, sizeof url,
			    "/products/2026/%u/front.jpg", i);
			sink += (unsigned)ring_key(url);
		}
		t = (now() - t) / lookups;
		best = t < best ? t : best;
	}
	return (best);
}

static void
find_owned(unsigned n)
{
	uint64_t state = 1;
	unsigned i;

	for (i = 0; i < OWNED; i++)
		do
			owned[i] = next_key(&state);
		while (ring_top(nodes, n, owned[i]) != 0);
}

static void
print_row(unsigned n)
{
	double top = bench(look_top, n), idle;

	printf("%6u %8.1f %8.1f %8.1f |", n, top, bench(look_among, n),
	    bench(look_order, n));
	config.mode = BOUND_BOUNDED;
	set_load(n, 0);
	idle = bench(look_bound, n);
	set_load(n, BUSY);
	printf(" %8.1f %8.1f", idle, bench(look_bound, n));
	bound_report(load[0], FULL, FLOOR, NOW_MS);
	find_owned(n);
	printf(" %8.1f", bench(look_moved, n));
	config.mode = BOUND_TEXTBOOK;
	printf(" %8.1f %8.2f\n", bench(look_bound, n), idle / top);
}

int
main(void)
{
	static const unsigned sizes[] = { 3, 10, 100, 1000 };
	unsigned i;

	bound_config_init(&config);
	config.gate = 1;
	memset(mask, 0xfe, sizeof mask);
	memset(all, 0xff, sizeof all);
	for (i = 0; i < NODES_MAX; i++) {
		snprintf(names[i], sizeof names[i], "node-%u", i);
		load[i] = calloc(1, sizeof *load[i]);
		if (load[i] == NULL || ring_node_init(&nodes[i], names[i],
		    RING_WEIGHT_ONE) != 0)
			return (1);
	}
	printf("%6s %26s | %35s\n", "ns", "ring", "bounded loads");
	printf("%6s %8s %8s %8s | %8s %8s %8s %8s %8s\n", "nodes", "top",
	    "among", "order 16", "idle", "busy", "moved", "text",
	    "idle/top");
	for (i = 0; i < sizeof sizes / sizeof *sizes; i++)
		print_row(sizes[i]);
	printf("ring_key() of a 30 byte URL: %.0f ns\n", bench_key(2000));
	return (0);
}
