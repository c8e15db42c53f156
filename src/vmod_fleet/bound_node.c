/* SPDX-License-Identifier: BSD-2-Clause
 * Copyright (c) 2026 The pixelfleet authors
 *
 * The load of a node, see bound_node.h.
 */

#include <assert.h>

#include "bound_node.h"

/*
 * A report in one word, so that none is read in halves; 0 is none.
 *
 *	bits 0..17	requests there beyond this front's own
 *	bits 18..32	the floor, never 0
 *	bit 33		busy: not below the floor
 *	bits 34..63	when, in ms modulo 2^30
 *
 * The time comes round after twelve days.  A node that was silent for all
 * of them may seem to have spoken just now, for the seconds that news last.
 *
 * `known` may for a moment belong to another report.  It serves to guess
 * how much the node has not heard of yet, and a guess that remains.
 */
#define REPORT_FLOOR	18
#define REPORT_BUSY	33
#define REPORT_WHEN	34
#define TIME_MASK	((UINT64_C(1) << 30) - 1)
/* The clocks of who writes a report and who reads it differ by less. */
#define SKEW_MS		10000

static inline uint32_t
get(const _Atomic uint32_t *number)
{
	return (atomic_load_explicit(number, memory_order_relaxed));
}

static void
add(_Atomic uint32_t *number)
{
	(void)atomic_fetch_add_explicit(number, 1, memory_order_relaxed);
}

static void
take(_Atomic uint32_t *number)
{
	uint32_t was = atomic_fetch_sub_explicit(number, 1,
	    memory_order_relaxed);

	assert(was > 0);
	(void)was;
}

static inline uint32_t
cut(uint64_t number, uint32_t most)
{
	return (number < most ? (uint32_t)number : most);
}

static inline uint32_t
age_of(uint64_t report, uint64_t now_ms)
{
	uint64_t age = (now_ms - (report >> REPORT_WHEN)) & TIME_MASK;

	return (age > TIME_MASK - SKEW_MS ? 0 : (uint32_t)age);
}

void
bound_charge(struct bound_node *node)
{
	add(&node->own);
}

void
bound_discharge(struct bound_node *node)
{
	take(&node->own);
}

void
bound_arrive(struct bound_node *node)
{
	add(&node->guests);
}

void
bound_depart(struct bound_node *node)
{
	take(&node->guests);
}

uint32_t
bound_present(const struct bound_node *node)
{
	return (cut((uint64_t)get(&node->own) + get(&node->guests),
	    BOUND_LOAD_MAX));
}

void
bound_report(struct bound_node *node, uint32_t n, uint32_t floor,
    uint64_t now_ms)
{
	uint32_t own = get(&node->own);
	uint64_t report;

	n = cut(n, BOUND_LOAD_MAX);
	floor = floor == 0 ? 1 : cut(floor, BOUND_FLOOR_MAX);
	report = (now_ms & TIME_MASK) << REPORT_WHEN |
	    (uint64_t)(n >= floor) << REPORT_BUSY |
	    (uint64_t)floor << REPORT_FLOOR | (n > own ? n - own : 0);
	atomic_store_explicit(&node->known, own, memory_order_relaxed);
	atomic_store_explicit(&node->report, report, memory_order_relaxed);
}

void
bound_look(const struct bound_node *node, const struct bound_config *cf,
    uint64_t now_ms, struct bound_look *look)
{
	uint64_t report = atomic_load_explicit(&node->report,
	    memory_order_relaxed);
	uint32_t own = get(&node->own), known = get(&node->known);
	uint64_t load = (uint64_t)own + get(&node->guests);

	look->load = look->estimate = cut(load, BOUND_LOAD_MAX);
	look->unheard = own;
	look->floor = cf->floor;
	look->age = BOUND_NEVER;
	if (report == 0)
		return;
	look->floor = report >> REPORT_FLOOR & BOUND_FLOOR_MAX;
	look->age = age_of(report, now_ms);
	if (look->age >= cf->news_ms)
		return;
	look->load = cut(load + (report & BOUND_LOAD_MAX), BOUND_LOAD_MAX);
	look->unheard = own > known ? own - known : 0;
	if (look->age < cf->busy_ms || (report >> REPORT_BUSY & 1) == 0)
		look->estimate = look->load;
}

uint32_t
bound_estimate(const struct bound_node *node, const struct bound_config *cf,
    uint64_t now_ms)
{
	struct bound_look look;

	bound_look(node, cf, now_ms, &look);
	return (look.estimate);
}
