/* SPDX-License-Identifier: BSD-2-Clause
 * Copyright (c) 2026 The pixelfleet authors
 *
 * The renderers of this varnishd child: one pool for all loaded VCLs, which
 * lives as long as the child does.  A thread waits for its turn, takes a
 * renderer, and gives both back.
 */

#ifndef POOL_H
#define POOL_H

#include "lanes.h"

/* One thread's turn, or its waiting for one. */
struct pool_ticket {
	struct lane_entry	lane;
	pthread_cond_t		cond;
	vtim_mono		start;	/* of the turn */
};

enum pool_turn {
	POOL_GRANTED,
	POOL_FULL,		/* too many wait already */
	POOL_TOO_LONG		/* no turn within the time */
};

struct pool_rules {
	unsigned		renderers;	/* 0: one for each CPU */
	unsigned		max_renders;	/* of one renderer; 0: any */
	uint64_t		max_resident;	/* bytes, of one between renders */
};

/* What holds from now on.  CLI thread. */
void pool_configure(const struct pool_rules *);

/* Whether pool_enter() would answer POOL_FULL. */
bool pool_full(void);

/*
 * Wait for a turn for a render of that cost, see cost.h; after POOL_GRANTED,
 * pool_leave() ends it.
 */
enum pool_turn pool_enter(struct pool_ticket *, double cost, vtim_dur timeout);

/* After how many whole seconds to try again what has been refused now. */
unsigned pool_retry_after(void);

/*
 * A renderer for who has a turn, or NULL where none can be started; the log
 * says why.  An idle one, unless a `fresh` one is asked for.
 */
struct renderer *pool_take(bool fresh);

/* Instead of giving it back.  Returns renderer_kill()'s wait status. */
int pool_bury(struct renderer **, char *words);

/* No renderer lives for long here: do not try to start more for a moment. */
void pool_pause(void);

/* End a turn, giving back the renderer, which has answered, or NULL. */
void pool_leave(struct pool_ticket *, struct renderer *);

#endif
