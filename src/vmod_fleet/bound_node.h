/* SPDX-License-Identifier: BSD-2-Clause
 * Copyright (c) 2026 The pixelfleet authors
 *
 * What a front knows of the load of a node: its own requests there, which
 * it counts, and all the others, of which the node reports.
 *
 * A process has one bound_node for each node, shared by all threads and all
 * loaded VCLs, for as long as it lives.  All fields are atomic; no function
 * takes a lock.  Times are milliseconds of a clock that does not go back.
 */

#ifndef BOUND_NODE_H
#define BOUND_NODE_H

#include <stdatomic.h>
#include <stdint.h>

#include "bound_config.h"

#define BOUND_LOAD_MAX	((1U << 18) - 1)	/* requests at one node */
#define BOUND_NEVER	UINT32_MAX

/* All zeros is a node without requests or news. */
struct bound_node {
	_Atomic uint64_t	report;	/* see bound_node.c */
	_Atomic uint32_t	own;	/* this front's requests there */
	_Atomic uint32_t	known;	/* own when the report came */
	_Atomic uint32_t	guests;	/* other fronts', at this node only */

	/* Statistics.  The first is of the node chosen, the others are of
	 * the owner. */
	_Atomic uint64_t	picks;
	_Atomic uint64_t	moved;	/* to another node */
	_Atomic uint64_t	gated;	/* kept: few ask for the key */
	_Atomic uint64_t	escaped; /* moved although few do */
	_Atomic uint64_t	fallback; /* kept: all nodes are full */
};

/* A node as it looks at a moment.  `estimate` is never above `load`. */
struct bound_look {
	uint32_t	load;		/* for a mean over nodes */
	uint32_t	estimate;	/* to hold against a cap */
	uint32_t	unheard;	/* own beyond what a report knew of */
	uint32_t	floor;
	uint32_t	age;		/* of the report, or BOUND_NEVER */
};

/* This front sends a request to the node; it is over. */
void bound_charge(struct bound_node *);
void bound_discharge(struct bound_node *);

/* Another front's request is at this node itself; it is over. */
void bound_arrive(struct bound_node *);
void bound_depart(struct bound_node *);

/* All requests at this node itself: what it reports. */
uint32_t bound_present(const struct bound_node *);

/*
 * The node says that n requests are there, and that it serves `floor`
 * without a queue.  Both may be any number: absurd ones are cut.
 */
void bound_report(struct bound_node *, uint32_t n, uint32_t floor,
    uint64_t now_ms);

/*
 * Own requests, and those that the report counted beyond them.  A report
 * that may keep requests away stops doing so after busy_ms, because without
 * requests no better one may come.  In a mean, which takes many reports, it
 * counts for news_ms like any other.
 */
void bound_look(const struct bound_node *, const struct bound_config *,
    uint64_t now_ms, struct bound_look *);

uint32_t bound_estimate(const struct bound_node *,
    const struct bound_config *, uint64_t now_ms);

#endif
