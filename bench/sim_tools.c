/* SPDX-License-Identifier: BSD-2-Clause
 * Copyright (c) 2026 The pixelfleet authors
 *
 * Tools of the simulations, see sim_tools.h.
 */

#include <math.h>
#include <stdio.h>
#include <stdlib.h>

#include "sim_tools.h"

#define LEAST	1e-6		/* s, the histogram's first step */
#define STEP	1.01

static uint64_t state;

uint64_t
sim_scramble(uint64_t x)
{
	x ^= x >> 30;
	x *= UINT64_C(0xbf58476d1ce4e5b9);
	x ^= x >> 27;
	x *= UINT64_C(0x94d049bb133111eb);
	return (x ^ x >> 31);
}

void
sim_seed(uint64_t seed)
{
	state = sim_scramble(seed);
}

uint64_t
sim_random(void)
{
	state += UINT64_C(0x9e3779b97f4a7c15);
	return (sim_scramble(state));
}

double
sim_uniform(void)
{
	return (((double)(sim_random() >> 11) + 0.5) * 0x1p-53);
}

double
sim_exponential(void)
{
	return (-log(sim_uniform()));
}

double
sim_lognormal(void)
{
	double gauss = sqrt(-2 * log(sim_uniform())) *
	    cos(2 * 3.14159265358979 * sim_uniform());

	return (exp(0.5 * gauss - 0.125));
}

void *
sim_alloc(size_t n, size_t size)
{
	void *p = calloc(n, size);

	if (p == NULL) {
		fprintf(stderr, "out of memory\n");
		exit(1);
	}
	return (p);
}

void
sim_push(struct sim_queue *q, double when, uint32_t what, uint32_t which)
{
	size_t i, parent;

	if (q->n == q->room) {
		q->room = q->room == 0 ? 1024 : 2 * q->room;
		q->event = realloc(q->event, q->room * sizeof *q->event);
		if (q->event == NULL) {
			fprintf(stderr, "out of memory\n");
			exit(1);
		}
	}
	for (i = q->n++; i > 0; i = parent) {
		parent = (i - 1) / 4;
		if (q->event[parent].when <= when)
			break;
		q->event[i] = q->event[parent];
	}
	q->event[i] = (struct sim_event){ when, what, which };
}

struct sim_event
sim_pop(struct sim_queue *q)
{
	struct sim_event first = q->event[0], last = q->event[--q->n];
	size_t i = 0, child, least, end;

	for (;;) {
		child = least = 4 * i + 1;
		end = child + 4 < q->n ? child + 4 : q->n;
		for (; child < end; child++)
			if (q->event[child].when < q->event[least].when)
				least = child;
		if (least >= q->n || q->event[least].when >= last.when)
			break;
		q->event[i] = q->event[least];
		i = least;
	}
	q->event[i] = last;
	return (first);
}

void
sim_record(struct sim_histogram *h, double seconds)
{
	double step = log(seconds / LEAST) / log(STEP);

	h->count[step < 0 ? 0 : step >= SIM_STEPS ? SIM_STEPS - 1 :
	    (unsigned)step]++;
	h->total++;
}

double
sim_quantile(const struct sim_histogram *h, double q)
{
	uint64_t below = 0;
	unsigned i;

	for (i = 0; i < SIM_STEPS - 1; i++) {
		below += h->count[i];
		if ((double)below > q * (double)h->total)
			break;
	}
	return (LEAST * pow(STEP, i + 0.5));
}
