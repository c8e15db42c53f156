/* SPDX-License-Identifier: BSD-2-Clause
 * Copyright (c) 2026 The pixelfleet authors
 *
 * What any discrete-event simulation needs: random numbers, a queue of
 * events in order of time, and a histogram of latencies.  One thread.
 */

#ifndef SIM_TOOLS_H
#define SIM_TOOLS_H

#include <stddef.h>
#include <stdint.h>

/* The same seed gives the same run. */
void sim_seed(uint64_t);
uint64_t sim_random(void);
double sim_uniform(void);		/* within 0 and 1, neither included */
double sim_exponential(void);		/* mean 1 */
double sim_lognormal(void);		/* mean 1, sigma 0.5 */

/* A bijection of 64 bits without visible order. */
uint64_t sim_scramble(uint64_t);

/* calloc() that does not return without memory. */
void *sim_alloc(size_t n, size_t size);

struct sim_event {
	double		when;
	uint32_t	what;
	uint32_t	which;
};

struct sim_queue {
	struct sim_event *event;	/* a heap with four children a node */
	size_t		n, room;
};

void sim_push(struct sim_queue *, double when, uint32_t what,
    uint32_t which);
struct sim_event sim_pop(struct sim_queue *);

/* 1 us to more than an hour, in steps of 1 %. */
#define SIM_STEPS	2300

struct sim_histogram {
	uint64_t	count[SIM_STEPS];
	uint64_t	total;
};

void sim_record(struct sim_histogram *, double seconds);
double sim_quantile(const struct sim_histogram *, double q);

#endif
