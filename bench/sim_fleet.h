/* SPDX-License-Identifier: BSD-2-Clause
 * Copyright (c) 2026 The pixelfleet authors
 *
 * A simulated fleet of render caches, whose fronts choose nodes with the
 * very code that the VMOD runs (bound.h).
 *
 * Requests come in at random, each at some front.  A node has render slots
 * and workers that serve hits, each with a queue of its own.  It serves
 * what it has, waits for what it is rendering, and renders the rest; from
 * then on it has it.  Owners begin with all their keys, other nodes with
 * none.  A front hears of a node's load with every answer, and of all
 * nodes' once a second.
 *
 * Not in the model: that renders and hits share CPUs, that caches are
 * finite, and that news takes time to travel.
 */

#ifndef SIM_FLEET_H
#define SIM_FLEET_H

#include <stdbool.h>
#include <stdint.h>

#include "bound.h"

enum sim_workload {
	SIM_ZIPF,		/* exponent 1 */
	SIM_HOT,		/* 30 % on one key, the rest as zipf */
	SIM_UNIFORM,
	SIM_FLASH,		/* as hot, but nobody has that key yet */
	SIM_SLOW,		/* zipf; all on node 0 takes 5 times as long */
	SIM_WORKLOADS
};

struct sim_setup {
	enum sim_workload	workload;
	struct bound_config	config;
	unsigned		n;	/* nodes, each a front as well */
	double			rate;	/* requests per second and node */
	double			unique;	/* share of keys never seen before */
	double			warm;	/* seconds before measuring */
	double			seconds; /* of measuring */
	bool			copy;	/* an overflow copies from the owner */
	uint64_t		seed;
};

struct sim_result {
	double		mean;		/* requests at a node */
	unsigned	peak;		/* most at any node */
	double		p99, p999;	/* ms */
	double		dup;		/* % rendered though the owner has it */
	double		copies;		/* nodes that have a key asked for */
	double		moved;		/* % of the requests */
	bool		melts;		/* queues were growing to the end */
};

void sim_run(const struct sim_setup *, struct sim_result *);

#endif
