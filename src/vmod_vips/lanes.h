/* SPDX-License-Identifier: BSD-2-Clause
 * Copyright (c) 2026 The pixelfleet authors
 *
 * Who is next to have a renderer at work: two lanes, so that what is quickly
 * made does not wait behind what is not.
 *
 * A turn is the right to have a renderer at work, and there are so many.
 * Cheap renders go first, in order of arrival, and dear ones among
 * themselves.  Three rules keep either from having it all:
 *
 * - dear ones never hold the last quarter of the turns, one at least, unless
 *   there is only one: what comes next may be cheap;
 * - where both wait, dear ones hold at most half of the turns, or the only
 *   one;
 * - a dear one is passed by at most LANES_BYPASS cheap ones.  It then has the
 *   next turn, if the other rules let it.
 *
 * The queue is bounded, in number and in what it would cost to work it off.
 *
 * Pure: the caller has the lock, the clock, and the patience.
 */

#ifndef LANES_H
#define LANES_H

#include <stdbool.h>
#include <stddef.h>

#define LANES_BYPASS	8
#define LANES_WAITING	64	/* for each turn */
#define LANES_COST	60000.	/* waiting, for each turn; see cost.h */
#define LANES_RETRY_MAX	60	/* s */

/* One that waits or has a turn.  The caller's, and not to be moved. */
struct lane_entry {
	double			cost;
	bool			dear;
	bool			granted;
	unsigned		passed;	/* by cheap ones, while first */
	struct lane_entry	*next;
};

struct lane {
	struct lane_entry	*first, **last;
};

struct lanes {
	unsigned		turns;
	unsigned		busy, busy_dear;
	unsigned		waiting;
	double			cost;	/* of all that wait or are busy */
	double			cost_waiting;
	double			pace;	/* ms for one of cost, as of late */
	struct lane		cheap, dear;
};

void lanes_init(struct lanes *);

/* Nobody loses a turn by there being fewer. */
void lanes_resize(struct lanes *, unsigned turns);

/* Whether nobody can be taken in. */
bool lanes_full(const struct lanes *);

/* Begin to wait.  False when the queue is full. */
bool lanes_enter(struct lanes *, struct lane_entry *, double cost);

/* No longer wait. */
void lanes_give_up(struct lanes *, struct lane_entry *);

/* Give the next one a turn.  NULL where there is none, or no turn. */
struct lane_entry *lanes_next(struct lanes *);

/* End a turn.  It took so many ms; 0: that tells nothing. */
void lanes_leave(struct lanes *, struct lane_entry *, double ms);

/* In how many seconds, 1..LANES_RETRY_MAX, those in it may be gone. */
unsigned lanes_retry_after(const struct lanes *);

#endif
