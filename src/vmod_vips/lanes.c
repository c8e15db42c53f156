/* SPDX-License-Identifier: BSD-2-Clause
 * Copyright (c) 2026 The pixelfleet authors
 *
 * See lanes.h.
 */

#include "config.h"

#include <assert.h>
#include <string.h>

#include "cost.h"
#include "lanes.h"

#define PACE_WEIGHT	.1	/* of the newest in the average */
#define PACE_MAX	100.	/* one that hangs is no measure */

static void
lane_init(struct lane *lane)
{

	lane->first = NULL;
	lane->last = &lane->first;
}

static void
lane_append(struct lane *lane, struct lane_entry *e)
{

	e->next = NULL;
	*lane->last = e;
	lane->last = &e->next;
}

static void
lane_remove(struct lane *lane, struct lane_entry *e)
{
	struct lane_entry **p = &lane->first;

	while (*p != e) {
		assert(*p != NULL);
		p = &(*p)->next;
	}
	*p = e->next;
	if (e->next == NULL)
		lane->last = p;
}

void
lanes_init(struct lanes *l)
{

	memset(l, 0, sizeof *l);
	l->pace = 1;
	lane_init(&l->cheap);
	lane_init(&l->dear);
}

void
lanes_resize(struct lanes *l, unsigned turns)
{

	l->turns = turns;
}

bool
lanes_full(const struct lanes *l)
{

	return (l->waiting >= l->turns * LANES_WAITING ||
	    l->cost_waiting >= l->turns * LANES_COST);
}

static struct lane *
lane_of(struct lanes *l, const struct lane_entry *e)
{

	return (e->dear ? &l->dear : &l->cheap);
}

bool
lanes_enter(struct lanes *l, struct lane_entry *e, double cost)
{

	if (lanes_full(l))
		return (false);
	memset(e, 0, sizeof *e);
	e->cost = cost;
	e->dear = cost >= COST_DEAR;
	lane_append(lane_of(l, e), e);
	l->waiting++;
	l->cost_waiting += cost;
	l->cost += cost;
	return (true);
}

static void
unqueue(struct lanes *l, struct lane_entry *e)
{

	lane_remove(lane_of(l, e), e);
	l->waiting--;
	/* Sums of such numbers do not come out even. */
	l->cost_waiting = l->waiting > 0 ? l->cost_waiting - e->cost : 0;
}

static void
forget_cost(struct lanes *l, const struct lane_entry *e)
{

	l->cost = l->waiting + l->busy > 0 ? l->cost - e->cost : 0;
}

void
lanes_give_up(struct lanes *l, struct lane_entry *e)
{

	assert(!e->granted);
	unqueue(l, e);
	forget_cost(l, e);
}

/* The most that dear ones hold where cheap ones wait, too. */
static unsigned
dear_max(const struct lanes *l)
{

	return ((l->turns + 1) / 2);
}

/* The most that they hold in any case. */
static unsigned
dear_most(const struct lanes *l)
{

	return (l->turns == 1 ? 1 : l->turns - (l->turns + 3) / 4);
}

static struct lane_entry *
choose(struct lanes *l)
{
	struct lane_entry *cheap = l->cheap.first, *dear = l->dear.first;

	if (cheap == NULL && l->busy_dear >= dear_most(l))
		return (NULL);
	if (cheap == NULL || dear == NULL)
		return (cheap != NULL ? cheap : dear);
	if (dear->passed >= LANES_BYPASS && l->busy_dear < dear_max(l))
		return (dear);
	dear->passed++;
	return (cheap);
}

struct lane_entry *
lanes_next(struct lanes *l)
{
	struct lane_entry *e;

	if (l->waiting == 0 || l->busy >= l->turns)
		return (NULL);
	e = choose(l);
	if (e == NULL)
		return (NULL);
	unqueue(l, e);
	l->busy++;
	l->busy_dear += e->dear;
	e->granted = true;
	return (e);
}

void
lanes_leave(struct lanes *l, struct lane_entry *e, double ms)
{
	double pace;

	assert(e->granted && l->busy > 0);
	l->busy--;
	l->busy_dear -= e->dear;
	forget_cost(l, e);
	if (ms <= 0 || e->cost <= 0)
		return;
	pace = ms / e->cost < PACE_MAX ? ms / e->cost : PACE_MAX;
	l->pace += (pace - l->pace) * PACE_WEIGHT;
}

unsigned
lanes_retry_after(const struct lanes *l)
{
	double s;

	if (l->turns == 0)
		return (LANES_RETRY_MAX);
	s = l->cost * l->pace / l->turns / 1e3;
	return (s >= LANES_RETRY_MAX ? LANES_RETRY_MAX : 1 + (unsigned)s);
}
