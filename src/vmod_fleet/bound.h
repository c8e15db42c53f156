/* SPDX-License-Identifier: BSD-2-Clause
 * Copyright (c) 2026 The pixelfleet authors
 *
 * Consistent hashing with bounded loads (Mirrokni, Thorup and Zadimoghaddam
 * 2016) for a cache whose misses are dear: a key stays with its owner until
 * that has clearly more than its share of the work, and goes to the next
 * node in the key's own order then.
 *
 * The paper's rule, cap = ceil(c * mean), takes noise for load and moves
 * keys for nothing, each at the price of a render, which is more load.  So
 * here the mean is that of the other nodes, the cap stands k of its square
 * roots above c times that, a node that serves without a queue (below its
 * floor) is never full, and no key moves that few ask for (gate.h).
 *
 * One exception to the floor: a front that has sent a node far more than
 * its part since the node was last heard of (config.share) must take it
 * that the other fronts have, too, and that the node is full.
 *
 * Pure functions over atomics and what the caller keeps unchanged: safe
 * from any thread.  No lock is taken, nothing is allocated.
 */

#ifndef BOUND_H
#define BOUND_H

#include <stdbool.h>
#include <stdint.h>

#include "bound_config.h"
#include "bound_node.h"
#include "gate.h"
#include "ring.h"

#define BOUND_NODES_MAX	1024

/* A cluster as a front sees it. */
struct bound_view {
	const struct bound_config *config;
	const struct ring_node	*ring;
	struct bound_node	*const *node;	/* same index as ring */
	struct gate		*gate;
	unsigned		n;	/* nodes, each a front as well */
	int			self;	/* this node's index, or -1 */
	bool			(*healthy)(void *priv, unsigned i);
	void			*priv;
};

struct bound_choice {
	int		node;		/* -1: no node is healthy */
	int		owner;		/* the key's first healthy node */
	unsigned	flags;
};

#define BOUND_MOVED	(1U << 0)	/* node is not the owner */
#define BOUND_GATED	(1U << 1)	/* owner is full: few ask for the key */
#define BOUND_ESCAPED	(1U << 2)	/* moved although few do */
#define BOUND_FALLBACK	(1U << 3)	/* owner is full: so are all others */

/* The healthy nodes together. */
struct bound_total {
	uint64_t	load;		/* requests */
	uint64_t	weight;		/* thousandths */
};

void bound_sum(const struct bound_view *, uint64_t now_ms,
    struct bound_total *);

/*
 * How many requests a node may have.  Its own weight and load are parts of
 * the total: its share is measured by the load of the others, or a queue
 * would raise the cap that it is to be held against.
 */
uint32_t bound_cap(const struct bound_config *, const struct bound_total *,
    uint32_t weight, uint32_t load, uint32_t floor);

/*
 * The node for a key; returns choice->node.  Counts the statistics of the
 * nodes, but no request: bound_charge() is the caller's.
 */
int bound_choose(const struct bound_view *, uint64_t key, uint64_t now_ms,
    struct bound_choice *choice);

#endif
