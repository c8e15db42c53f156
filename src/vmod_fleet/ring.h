/* SPDX-License-Identifier: BSD-2-Clause
 * Copyright (c) 2026 The pixelfleet authors
 *
 * Which node owns a key, and who comes next: weighted rendezvous hashing
 * (Thaler and Ravishankar 1998, weights after Schindelhauer and Schomaker
 * 2005).
 *
 * Every node has a score for every key, and the node with the lowest score
 * owns the key.  The others follow in the order of their scores, which is
 * the order for failover and for overflow alike.  A node's score depends on
 * its name, its weight and the key alone, so the nodes keep their order
 * whoever joins or leaves, and only the keys of the one that did move.
 *
 * All of it is 64-bit integers: every node, on any CPU and from any
 * compiler, finds the same owner.  tests/unit/ring_vectors.h freezes it.
 *
 * Pure functions over an array that the caller owns and guards; nothing is
 * allocated.  Safe from any thread while nobody changes the array.
 */

#ifndef RING_H
#define RING_H

#include <stdint.h>

/* Weights are in thousandths: a REAL times RING_WEIGHT_ONE, rounded. */
#define RING_WEIGHT_ONE		1000
#define RING_WEIGHT_MIN		10		/* 0.01 */
#define RING_WEIGHT_MAX		100000		/* 100 */

struct ring_node {
	uint64_t	seed;		/* ring_seed(name) */
	uint32_t	rweight;	/* 2^32 / weight */
	uint32_t	weight;		/* thousandths */
	const char	*name;		/* the caller's; unique in an array */
};

/* The hash of a key; NULL is the empty string. */
uint64_t ring_key(const char *key);

/* The hash of a node's name, in a domain of its own. */
uint64_t ring_seed(const char *name);

/*
 * Make a node.  `name` is not copied.  Returns 0, or -1 where the weight is
 * out of range.
 */
int ring_node_init(struct ring_node *, const char *name, unsigned weight);

/* The index of the key's owner, or -1 if n is 0. */
int ring_top(const struct ring_node *, unsigned n, uint64_t key);

/*
 * The same among those nodes i whose bit i % 64 of mask[i / 64] is set, or
 * -1 if none is.
 */
int ring_top_among(const struct ring_node *, unsigned n, uint64_t key,
    const uint64_t *mask);

/*
 * The first k nodes of the key's order, owner first, into out[k].  Returns
 * how many there are: k, or n if that is less.
 */
unsigned ring_order(const struct ring_node *, unsigned n, uint64_t key,
    unsigned *out, unsigned k);

#endif
