/* SPDX-License-Identifier: BSD-2-Clause
 * Copyright (c) 2026 The pixelfleet authors
 *
 * What finding an owner costs, in nanoseconds, one thread.
 *
 * Build and run from the top of the tree:
 *	cc -std=gnu11 -O2 -Isrc/vmod_fleet bench/ring_bench.c \
 *	    src/vmod_fleet/ring.c -lcrypto -o /tmp/ring_bench && /tmp/ring_bench
 */

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "ring.h"

#define NODES_MAX	1000
#define ROUNDS		7	/* the fastest counts: the rest is noise */

static struct ring_node nodes[NODES_MAX];
static char names[NODES_MAX][16];
static volatile unsigned sink;

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
bench_top(unsigned n, unsigned lookups)
{
	double t, best = 1e18;
	uint64_t state = 1;
	unsigned i, round;

	for (round = 0; round < ROUNDS; round++) {
		t = now();
		for (i = 0; i < lookups; i++)
			sink += (unsigned)ring_top(nodes, n, next_key(&state));
		t = (now() - t) / lookups;
		best = t < best ? t : best;
	}
	return (best);
}

static double
bench_among(unsigned n, unsigned lookups)
{
	uint64_t mask[(NODES_MAX + 63) / 64], state = 1;
	double t, best = 1e18;
	unsigned i, round;

	memset(mask, 0xfe, sizeof mask);
	for (round = 0; round < ROUNDS; round++) {
		t = now();
		for (i = 0; i < lookups; i++)
			sink += (unsigned)ring_top_among(nodes, n,
			    next_key(&state), mask);
		t = (now() - t) / lookups;
		best = t < best ? t : best;
	}
	return (best);
}

static double
bench_order(unsigned n, unsigned k, unsigned lookups)
{
	unsigned out[NODES_MAX], i, round;
	double t, best = 1e18;
	uint64_t state = 1;

	for (round = 0; round < ROUNDS; round++) {
		t = now();
		for (i = 0; i < lookups; i++) {
			ring_order(nodes, n, next_key(&state), out, k);
			sink += out[0];
		}
		t = (now() - t) / lookups;
		best = t < best ? t : best;
	}
	return (best);
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

int
main(void)
{
	static const unsigned sizes[] = { 3, 10, 100, 1000 };
	unsigned i, n;

	for (i = 0; i < NODES_MAX; i++) {
		snprintf(names[i], sizeof names[i], "node-%u", i);
		if (ring_node_init(&nodes[i], names[i], RING_WEIGHT_ONE) != 0)
			return (1);
	}
	printf("%6s %9s %9s %9s %9s   ns\n",
	    "nodes", "top", "among", "order 4", "order 16");
	for (i = 0; i < sizeof sizes / sizeof *sizes; i++) {
		n = sizes[i];
		printf("%6u %9.1f %9.1f %9.1f %9.1f\n", n,
		    bench_top(n, 2000000 / n), bench_among(n, 2000000 / n),
		    bench_order(n, 4, 1000000 / n),
		    bench_order(n, 16, 1000000 / n));
	}
	printf("ring_key() of a 30 byte URL: %.0f ns\n", bench_key(200000));
	return (0);
}
