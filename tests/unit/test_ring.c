/* SPDX-License-Identifier: BSD-2-Clause
 * Copyright (c) 2026 The pixelfleet authors
 *
 * The order of nodes for a key: that it never changes (vectors), that only
 * the keys move which have to, that weights are honoured, and that the
 * short cuts lead where the long way leads.
 */

#include <math.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>
#include <openssl/evp.h>

#include "ring.h"
#include "ring_log2.h"
#include "ring_vectors.h"

#define NODES_MAX	200
#define KEYS		100000
#define SIGMAS		5	/* 1 in 1.7 million, and keys are fixed */

struct cluster {
	unsigned		n;
	struct ring_node	node[NODES_MAX];
	char			name[NODES_MAX][16];
};

static void
cluster_add(struct cluster *cl, unsigned id, unsigned weight)
{
	char *name = cl->name[cl->n];

	assert_true(cl->n < NODES_MAX);
	snprintf(name, sizeof cl->name[0], "node-%03u", id);
	assert_int_equal(
	    ring_node_init(&cl->node[cl->n++], name, weight), 0);
}

static void
cluster_make(struct cluster *cl, unsigned n)
{
	unsigned i;

	cl->n = 0;
	for (i = 0; i < n; i++)
		cluster_add(cl, i, RING_WEIGHT_ONE);
}

/* Many keys, cheaper than hashing a string for each. */
static uint64_t
key_at(unsigned i)
{
	uint64_t x = (i + 1) * UINT64_C(0x9e3779b97f4a7c15);

	x ^= x >> 32;
	return (x * UINT64_C(0xd6e8feb86659fd93));
}

static uint64_t
mix(uint64_t x)
{
	x ^= x >> 30;
	x *= UINT64_C(0xbf58476d1ce4e5b9);
	x ^= x >> 27;
	x *= UINT64_C(0x94d049bb133111eb);
	return (x ^ x >> 31);
}

/* The way back, to make a node that has a given hash for a key. */
static uint64_t
unmix(uint64_t x)
{
	x ^= x >> 31 ^ x >> 62;
	x *= UINT64_C(0x319642b2d24d8ec3);
	x ^= x >> 27 ^ x >> 54;
	x *= UINT64_C(0x96de1b173f119089);
	return (x ^ x >> 30 ^ x >> 60);
}

static struct ring_node
node_with_hash(uint64_t key, uint64_t hash, const char *name)
{
	struct ring_node node;

	assert_int_equal(ring_node_init(&node, name, RING_WEIGHT_ONE), 0);
	node.seed = key ^ unmix(hash);
	assert_true(mix(key ^ node.seed) == hash);
	return (node);
}

/* `got` of `total` trials with probability p. */
static void
assert_share(double got, double total, double p)
{
	double sigma = sqrt(total * p * (1 - p));

	if (fabs(got - total * p) > SIGMAS * sigma)
		fail_msg("%.0f of %.0f, expected %.0f +- %.0f",
		    got, total, total * p, SIGMAS * sigma);
}

static void
test_table(void **state)
{
	unsigned i;

	(void)state;
	for (i = 0; i <= 4096; i++)
		assert_true(fabs(ring_log2[i] -
		    log2(1 + i / 4096.0) * (1 << 24)) < 0.5001);
}

static void
check_vectors(const uint32_t *weight, unsigned n, const uint8_t *owner,
    const char *digest)
{
	unsigned char *orders = malloc(VECTOR_KEYS * n);
	unsigned char md[EVP_MAX_MD_SIZE];
	unsigned i, j, out[NODES_MAX];
	char text[32], hex[65];
	struct cluster cl;
	uint64_t key;

	assert_non_null(orders);
	cl.n = 0;
	for (i = 0; i < n; i++)
		cluster_add(&cl, i, weight[i]);
	for (i = 0; i < VECTOR_KEYS; i++) {
		snprintf(text, sizeof text, "/vectors/%u.jpg", i);
		key = ring_key(text);
		assert_int_equal(ring_top(cl.node, n, key), owner[i]);
		assert_int_equal(ring_order(cl.node, n, key, out, n), n);
		for (j = 0; j < n; j++)
			orders[i * n + j] = (unsigned char)out[j];
	}
	assert_int_equal(EVP_Digest(orders, VECTOR_KEYS * n, md, NULL,
	    EVP_sha256(), NULL), 1);
	for (i = 0; i < 32; i++)
		snprintf(hex + 2 * i, 3, "%02x", md[i]);
	assert_string_equal(hex, digest);
	free(orders);
}

static void
test_vectors(void **state)
{
	(void)state;
	assert_true(ring_key("/vectors/0.jpg") == VECTOR_KEY0);
	assert_true(ring_seed("node-000") == VECTOR_SEED0);
	check_vectors(weight_3, 3, owner_3, order_3);
	check_vectors(weight_10, 10, owner_10, order_10);
	check_vectors(weight_100, 100, owner_100, order_100);
}

static void
test_domains(void **state)
{
	(void)state;
	assert_true(ring_key("a") != ring_seed("a"));
	assert_true(ring_key("a") != ring_key("b"));
	assert_true(ring_key(NULL) == ring_key(""));
}

static void
test_weight_range(void **state)
{
	struct ring_node node;

	(void)state;
	assert_int_equal(ring_node_init(&node, "a", 0), -1);
	assert_int_equal(ring_node_init(&node, "a", RING_WEIGHT_MIN - 1), -1);
	assert_int_equal(ring_node_init(&node, "a", RING_WEIGHT_MAX + 1), -1);
	assert_int_equal(ring_node_init(&node, "a", RING_WEIGHT_MAX), 0);
	assert_int_equal(ring_node_init(&node, "a", RING_WEIGHT_MIN), 0);
	assert_true(node.rweight == (UINT64_C(1) << 32) / RING_WEIGHT_MIN);
}

/* The larger hash wins, however near, wherever in the array. */
static void
test_hash_order(void **state)
{
	uint64_t hash[3 * 64 * 2], key = ring_key("k");
	struct ring_node pair[2];
	unsigned i, j, n = 0, out[2], want;
	int d;

	(void)state;
	for (i = 0; i < 64; i++)
		for (d = -1; d <= 1; d++) {
			hash[n++] = (UINT64_C(1) << i) + (uint64_t)d;
			hash[n++] = UINT64_MAX - (UINT64_C(1) << i) +
			    (uint64_t)d;
		}
	for (i = 0; i < n; i++)
		for (j = 0; j < n; j++) {
			if (hash[i] == hash[j])
				continue;
			want = hash[i] > hash[j] ? 0 : 1;
			pair[0] = node_with_hash(key, hash[i], "a");
			pair[1] = node_with_hash(key, hash[j], "b");
			assert_int_equal(ring_top(pair, 2, key), want);
			assert_int_equal(ring_order(pair, 2, key, out, 1), 1);
			assert_int_equal(out[0], want);
		}
}

static void
test_ties(void **state)
{
	uint64_t key = ring_key("k"), hash = UINT64_C(0xc000000000000000);
	struct ring_node pair[2];
	unsigned out[2];

	(void)state;
	/* 2^39 is less than a step of Q24 here: one score, two hashes. */
	pair[0] = node_with_hash(key, hash, "a");
	pair[1] = node_with_hash(key, hash + (UINT64_C(1) << 38), "b");
	assert_int_equal(ring_top(pair, 2, key), 1);
	pair[0].name = "b";
	pair[1].name = "a";
	assert_int_equal(ring_top(pair, 2, key), 1);
	/* One hash, two names. */
	pair[1].seed = pair[0].seed;
	assert_int_equal(ring_top(pair, 2, key), 1);
	assert_int_equal(ring_order(pair, 2, key, out, 2), 2);
	assert_int_equal(out[0], 1);
	pair[1].name = "c";
	assert_int_equal(ring_top(pair, 2, key), 0);
	assert_int_equal(ring_order(pair, 2, key, out, 2), 2);
	assert_int_equal(out[0], 0);
}

static void
cluster_of_all_weights(struct cluster *cl)
{
	static const unsigned weight[] = {
		RING_WEIGHT_MIN, 250, 1000, 1001, 4000, RING_WEIGHT_MAX
	};
	unsigned i;

	cl->n = 0;
	for (i = 0; i < 150; i++)
		cluster_add(cl, i, weight[i * 7 % 6]);
}

/* Pruned or not, one by one or all at once: one order. */
static void
test_prefixes(void **state)
{
	unsigned all[NODES_MAX], some[NODES_MAX + 5], i, k;
	struct cluster cl;

	(void)state;
	cluster_of_all_weights(&cl);
	for (i = 0; i < 200; i++) {
		assert_int_equal(ring_order(cl.node, cl.n, key_at(i), all,
		    cl.n), cl.n);
		assert_int_equal(ring_top(cl.node, cl.n, key_at(i)), all[0]);
		for (k = 0; k < cl.n + 5; k++) {
			assert_int_equal(ring_order(cl.node, cl.n, key_at(i),
			    some, k), k < cl.n ? k : cl.n);
			assert_memory_equal(some, all,
			    (k < cl.n ? k : cl.n) * sizeof *all);
		}
	}
}

static void
test_mask(void **state)
{
	uint64_t mask[(NODES_MAX + 63) / 64];
	unsigned all[NODES_MAX], i, j;
	struct cluster cl;

	(void)state;
	cluster_of_all_weights(&cl);
	for (i = 0; i < 200; i++) {
		ring_order(cl.node, cl.n, key_at(i), all, cl.n);
		memset(mask, 0xff, sizeof mask);
		for (j = 0; j < cl.n; j++) {
			assert_int_equal(ring_top_among(cl.node, cl.n,
			    key_at(i), mask), all[j]);
			mask[all[j] / 64] &=
			    ~(UINT64_C(1) << all[j] % 64);
		}
		/* What is set beyond n does not count. */
		assert_int_equal(ring_top_among(cl.node, cl.n, key_at(i),
		    mask), -1);
	}
}

static void
test_empty(void **state)
{
	struct ring_node node;
	uint64_t mask = 1;
	unsigned out = 7;

	(void)state;
	assert_int_equal(ring_top(NULL, 0, 1), -1);
	assert_int_equal(ring_top_among(NULL, 0, 1, &mask), -1);
	assert_int_equal(ring_order(NULL, 0, 1, &out, 1), 0);
	assert_int_equal(ring_node_init(&node, "only", RING_WEIGHT_ONE), 0);
	assert_int_equal(ring_top(&node, 1, 1), 0);
	assert_int_equal(ring_order(&node, 1, 1, NULL, 0), 0);
	assert_int_equal(out, 7);
}

/* Where the nodes stand in the caller's array makes no difference. */
static void
test_array_order(void **state)
{
	struct cluster up, down;
	unsigned i, n = 20;

	(void)state;
	cluster_make(&up, n);
	down.n = 0;
	for (i = n; i-- > 0; )
		cluster_add(&down, i, RING_WEIGHT_ONE);
	for (i = 0; i < 10000; i++)
		assert_int_equal(ring_top(up.node, n, key_at(i)),
		    (int)n - 1 - ring_top(down.node, n, key_at(i)));
}

static void
check_leave(unsigned n)
{
	unsigned before[NODES_MAX], after[NODES_MAX], i, j, k, moved = 0;
	unsigned gone = n / 3;
	struct cluster all, rest;

	cluster_make(&all, n);
	rest.n = 0;
	for (i = 0; i < n; i++)
		if (i != gone)
			cluster_add(&rest, i, RING_WEIGHT_ONE);
	for (i = 0; i < KEYS / n; i++) {
		ring_order(all.node, n, key_at(i), before, n);
		ring_order(rest.node, n - 1, key_at(i), after, n - 1);
		moved += before[0] == gone;
		for (j = k = 0; j < n; j++) {
			if (before[j] == gone)
				continue;
			assert_int_equal(before[j],
			    after[k] + (after[k] >= gone));
			k++;
		}
	}
	assert_share(moved, KEYS / n, 1.0 / n);
}

/* Only the keys of the node that left move, each to its second node. */
static void
test_leave(void **state)
{
	(void)state;
	check_leave(3);
	check_leave(10);
	check_leave(100);
}

static void
test_join(void **state)
{
	struct cluster cl;
	unsigned i, n, moved;
	int *before = malloc(KEYS * sizeof *before);
	int after;

	(void)state;
	assert_non_null(before);
	for (n = 3; n <= 100; n *= 5) {
		cluster_make(&cl, n);
		for (i = 0; i < KEYS; i++)
			before[i] = ring_top(cl.node, n, key_at(i));
		cluster_add(&cl, n, RING_WEIGHT_ONE);
		for (i = moved = 0; i < KEYS; i++) {
			after = ring_top(cl.node, n + 1, key_at(i));
			if (after == before[i])
				continue;
			assert_int_equal(after, n);
			moved++;
		}
		assert_share(moved, KEYS, 1.0 / (n + 1));
	}
	free(before);
}

static void
check_shares(const unsigned *weight, unsigned n)
{
	unsigned i, count[NODES_MAX] = { 0 };
	struct cluster cl;
	double total = 0;

	cl.n = 0;
	for (i = 0; i < n; i++) {
		cluster_add(&cl, i, weight[i]);
		total += weight[i];
	}
	for (i = 0; i < KEYS; i++)
		count[ring_top(cl.node, n, key_at(i))]++;
	for (i = 0; i < n; i++)
		assert_share(count[i], KEYS, weight[i] / total);
}

static void
test_shares(void **state)
{
	static const unsigned thirds[] = { 1000, 1000, 1000 };
	static const unsigned mixed[] = {
		1000, 4000, 500, 2500, 1500, 1000, 7777
	};
	static const unsigned extremes[] = {
		RING_WEIGHT_MIN, RING_WEIGHT_MAX, 1000, 50000
	};
	unsigned weight[100], i;

	(void)state;
	check_shares(thirds, 3);
	check_shares(mixed, 7);
	check_shares(extremes, 4);
	for (i = 0; i < 100; i++)
		weight[i] = i % 2 ? 1000 : 4000;
	check_shares(weight, 100);
}

/* Halving one node's weight moves keys away from it and nowhere else. */
static void
test_weight_change(void **state)
{
	unsigned i, moved = 0, n = 10, changed = 4;
	struct cluster before, after;
	double total = 0;
	int was, is;

	(void)state;
	before.n = after.n = 0;
	for (i = 0; i < n; i++) {
		cluster_add(&before, i, 4000);
		cluster_add(&after, i, i == changed ? 2000 : 4000);
		total += 4000;
	}
	for (i = 0; i < KEYS; i++) {
		was = ring_top(before.node, n, key_at(i));
		is = ring_top(after.node, n, key_at(i));
		if (was == is)
			continue;
		assert_int_equal(was, changed);
		moved++;
	}
	assert_share(moved, KEYS, 4000 / total - 2000 / (total - 2000));
}

/* Integers and libm agree on the owner but for ties within their errors. */
static void
test_against_libm(void **state)
{
	double score, best;
	unsigned i, j, owner;
	struct cluster cl;
	int got;

	(void)state;
	cluster_of_all_weights(&cl);
	for (i = 0; i < 20000; i++) {
		best = INFINITY;
		owner = 0;
		for (j = 0; j < cl.n; j++) {
			score = -log2(ldexp((double)mix(key_at(i) ^
			    cl.node[j].seed), -64)) *
			    (double)cl.node[j].rweight;
			if (score < best) {
				best = score;
				owner = j;
			}
		}
		got = ring_top(cl.node, cl.n, key_at(i));
		if ((unsigned)got == owner)
			continue;
		score = -log2(ldexp((double)mix(key_at(i) ^
		    cl.node[got].seed), -64)) * (double)cl.node[got].rweight;
		assert_true(score - best <
		    2.0 / (1 << 24) * (double)cl.node[got].rweight);
	}
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_table),
		cmocka_unit_test(test_vectors),
		cmocka_unit_test(test_domains),
		cmocka_unit_test(test_weight_range),
		cmocka_unit_test(test_hash_order),
		cmocka_unit_test(test_ties),
		cmocka_unit_test(test_prefixes),
		cmocka_unit_test(test_mask),
		cmocka_unit_test(test_empty),
		cmocka_unit_test(test_array_order),
		cmocka_unit_test(test_leave),
		cmocka_unit_test(test_join),
		cmocka_unit_test(test_shares),
		cmocka_unit_test(test_weight_change),
		cmocka_unit_test(test_against_libm),
	};

	return (cmocka_run_group_tests_name("ring", tests, NULL, NULL));
}
