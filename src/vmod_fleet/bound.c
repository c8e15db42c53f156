/* SPDX-License-Identifier: BSD-2-Clause
 * Copyright (c) 2026 The pixelfleet authors
 *
 * Bounded loads, see bound.h.
 *
 * Most lookups end in the fast path: the ring's owner is healthy and below
 * its floor, and nobody else was looked at.  Otherwise one pass over all
 * nodes tells who is healthy and what the mean is, and if the owner is full
 * a second one tells who is not; of those the ring chooses.
 *
 * Integers only, and none that overflows: a load has 18 bits and a weight
 * 17, of at most 1024 nodes.
 */

#include <assert.h>
#include <string.h>

#include "bound.h"

/* All nodes, for the one lookup that needs them. */
struct scan {
	const struct bound_view	*view;
	uint64_t		now_ms;
	struct bound_total	total;
	uint64_t		healthy[BOUND_NODES_MAX / 64];
};

static inline void
count(_Atomic uint64_t *number)
{
	(void)atomic_fetch_add_explicit(number, 1, memory_order_relaxed);
}

static inline void
set(uint64_t *mask, unsigned i)
{
	mask[i / 64] |= UINT64_C(1) << i % 64;
}

static inline bool
is_set(const uint64_t *mask, unsigned i)
{
	return (mask[i / 64] >> i % 64 & 1);
}

/* The square root, rounded down. */
static uint64_t
root(uint64_t x)
{
	uint64_t r = 0, bit = UINT64_C(1) << 62;

	while (bit > x)
		bit >>= 2;
	for (; bit != 0; bit >>= 2) {
		if (x >= r + bit) {
			x -= r + bit;
			r = (r >> 1) + bit;
		} else
			r >>= 1;
	}
	return (r);
}

/*
 * Below the cap, and the front has not sent more than its part of `share`
 * caps unheard: unheard < max(2, ceil(share * cap / fronts)).  Of itself a
 * front has heard all.
 */
static inline bool
below(const struct bound_view *v, unsigned i, const struct bound_look *look,
    uint32_t cap)
{
	if (look->estimate >= cap)
		return (false);
	return ((int)i == v->self || look->unheard < 2 ||
	    (uint64_t)look->unheard * v->n < (uint64_t)v->config->share * cap);
}

/* What a total has without a node's load, which may have risen since. */
static inline uint64_t
others(const struct bound_total *total, uint32_t load)
{
	return (total->load > load ? total->load - load : 0);
}

static uint32_t
load_of(const struct bound_view *v, unsigned i, uint64_t now_ms)
{
	struct bound_look look;
	uint32_t own;

	if (v->config->mode == BOUND_TEXTBOOK) {
		own = atomic_load_explicit(&v->node[i]->own,
		    memory_order_relaxed);
		return (own < BOUND_LOAD_MAX ? own : BOUND_LOAD_MAX);
	}
	bound_look(v->node[i], v->config, now_ms, &look);
	return (look.load);
}

static void
scan_all(struct scan *s, const struct bound_view *v, uint64_t now_ms)
{
	unsigned i;

	assert(v->n <= BOUND_NODES_MAX);
	memset(s, 0, sizeof *s);
	s->view = v;
	s->now_ms = now_ms;
	for (i = 0; i < v->n; i++) {
		if (!v->healthy(v->priv, i))
			continue;
		set(s->healthy, i);
		s->total.load += load_of(v, i, now_ms);
		s->total.weight += v->ring[i].weight;
	}
}

/* The paper's cap: ceil(c * mean), this request included. */
static bool
textbook_fits(const struct scan *s, unsigned i)
{
	uint64_t part = (s->total.load + 1) * s->view->ring[i].weight *
	    s->view->config->c;
	uint64_t whole = s->total.weight * BOUND_ONE;

	return (load_of(s->view, i, s->now_ms) < (part + whole - 1) / whole);
}

static uint32_t
cap_of(const struct scan *s, unsigned i, const struct bound_look *look)
{
	return (bound_cap(s->view->config, &s->total,
	    s->view->ring[i].weight, look->load, look->floor));
}

/*
 * Is the estimate below c times the fair share?  That is below the cap, and
 * spares most nodes of a busy cluster the division and the root.
 */
static inline bool
is_fair(const struct scan *s, unsigned i, const struct bound_look *look)
{
	uint64_t weight = s->view->ring[i].weight;

	return (look->estimate * (s->total.weight - weight) * BOUND_ONE <
	    (others(&s->total, look->load) + 1) * weight *
	    s->view->config->c);
}

/* Is there room for one more? */
static bool
fits(const struct scan *s, unsigned i)
{
	const struct bound_view *v = s->view;
	struct bound_look look;
	uint32_t least;

	if (v->config->mode == BOUND_OFF)
		return (true);
	if (v->config->mode == BOUND_TEXTBOOK)
		return (textbook_fits(s, i));
	bound_look(v->node[i], v->config, s->now_ms, &look);
	/* What the cap is at least settles it for most. */
	least = look.floor;
	if (look.estimate >= least && is_fair(s, i, &look))
		least = look.estimate + 1;
	return (below(v, i, &look, least) ||
	    below(v, i, &look, cap_of(s, i, &look)));
}

static bool
must_escape(const struct scan *s, unsigned owner)
{
	const struct bound_view *v = s->view;
	struct bound_look look;

	bound_look(v->node[owner], v->config, s->now_ms, &look);
	return (look.estimate >=
	    (uint64_t)v->config->escape * cap_of(s, owner, &look));
}

/* The first in the key's order with room for one more, or -1. */
static int
next_that_fits(const struct scan *s, uint64_t key, unsigned owner)
{
	uint64_t room[BOUND_NODES_MAX / 64] = { 0 };
	unsigned i;

	for (i = 0; i < s->view->n; i++)
		if (i != owner && is_set(s->healthy, i) && fits(s, i))
			set(room, i);
	return (ring_top_among(s->view->ring, s->view->n, key, room));
}

static void
overflow(const struct scan *s, uint64_t key, struct bound_choice *choice)
{
	const struct bound_view *v = s->view;
	struct bound_node *owner = v->node[choice->owner];
	bool escapes = false;
	int to;

	if (v->config->mode == BOUND_BOUNDED &&
	    gate_count(v->gate, key, s->now_ms) < v->config->gate) {
		escapes = must_escape(s, (unsigned)choice->owner);
		if (!escapes) {
			choice->flags = BOUND_GATED;
			count(&owner->gated);
			return;
		}
	}
	to = next_that_fits(s, key, (unsigned)choice->owner);
	if (to < 0) {
		choice->flags = BOUND_FALLBACK;
		count(&owner->fallback);
		return;
	}
	choice->node = to;
	choice->flags = BOUND_MOVED;
	count(&owner->moved);
	if (escapes) {
		choice->flags |= BOUND_ESCAPED;
		count(&owner->escaped);
	}
}

/* The owner is healthy, and below its floor if that matters. */
static bool
is_plain(const struct bound_view *v, unsigned owner, uint64_t now_ms)
{
	struct bound_look look;

	if (!v->healthy(v->priv, owner))
		return (false);
	if (v->config->mode != BOUND_BOUNDED)
		return (v->config->mode == BOUND_OFF);
	bound_look(v->node[owner], v->config, now_ms, &look);
	return (below(v, owner, &look, look.floor));
}

void
bound_sum(const struct bound_view *v, uint64_t now_ms,
    struct bound_total *total)
{
	struct scan s;

	scan_all(&s, v, now_ms);
	*total = s.total;
}

/*
 * The fair share is mu = weight * (the others' load + 1) / their weight,
 * x is c * mu, and the cap is x + k * sqrt(x) rounded up, or the floor if
 * that is more.  x and its root are in Q16; `part` has 29 + 17 + 12 bits.
 */
uint32_t
bound_cap(const struct bound_config *cf, const struct bound_total *total,
    uint32_t weight, uint32_t load, uint32_t floor)
{
	uint64_t part, whole, x, cap;

	if (total->weight <= weight)
		return (UINT32_MAX);	/* there are no others */
	part = (others(total, load) + 1) * weight * cf->c;
	whole = (total->weight - weight) * BOUND_ONE;
	if (part / whole > INT32_MAX)
		return (UINT32_MAX);
	x = (part / whole << 16) + (part % whole << 16) / whole;
	cap = x + root(x << 16) * cf->k / BOUND_ONE;
	cap = (cap + UINT16_MAX) >> 16;
	return (cap > floor ? (uint32_t)cap : floor);
}

int
bound_choose(const struct bound_view *v, uint64_t key, uint64_t now_ms,
    struct bound_choice *choice)
{
	struct scan s;
	int owner;

	owner = ring_top(v->ring, v->n, key);
	choice->node = choice->owner = owner;
	choice->flags = 0;
	if (owner >= 0 && !is_plain(v, (unsigned)owner, now_ms)) {
		scan_all(&s, v, now_ms);
		if (!is_set(s.healthy, (unsigned)owner))
			owner = ring_top_among(v->ring, v->n, key,
			    s.healthy);
		choice->node = choice->owner = owner;
		if (owner >= 0 && !fits(&s, (unsigned)owner))
			overflow(&s, key, choice);
	}
	if (choice->node >= 0)
		count(&v->node[choice->node]->picks);
	return (choice->node);
}
