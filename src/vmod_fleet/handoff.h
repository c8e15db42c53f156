/* SPDX-License-Identifier: BSD-2-Clause
 * Copyright (c) 2026 The pixelfleet authors
 *
 * One thing that many threads look at and few replace, without a lock for
 * those who look.
 *
 * A reader counts himself in, then looks whether what he counts on is still
 * what is handed out; if not, he counts himself out, and tries again.  So a
 * thing's count may be touched after it was replaced and is of no use any
 * more: its memory must stay what it is, and may be used for another such
 * thing, but must not be freed while there are readers.
 *
 * What was replaced is idle when its count is zero: from then on nobody but
 * its owner looks into it.  All of it is sequentially consistent: either a
 * reader sees the replacement, or who replaces sees the reader.
 */

#ifndef HANDOFF_H
#define HANDOFF_H

#include <stdatomic.h>
#include <stdbool.h>
#include <stddef.h>

/* First in what is handed out; zero to begin with, and not set after. */
struct handoff_item {
	atomic_uint			readers;
};

struct handoff {
	_Atomic(struct handoff_item *)	now;	/* NULL: nothing yet */
};

/* What is handed out now; to be given back. */
static inline struct handoff_item *
handoff_take(struct handoff *h)
{
	struct handoff_item *i;

	while ((i = atomic_load(&h->now)) != NULL) {
		(void)atomic_fetch_add(&i->readers, 1);
		if (atomic_load(&h->now) == i)
			break;
		(void)atomic_fetch_sub(&i->readers, 1);
	}
	return (i);
}

static inline void
handoff_give(struct handoff_item *i)
{

	(void)atomic_fetch_sub(&i->readers, 1);
}

/* Hand out another; returns the one before. */
static inline struct handoff_item *
handoff_replace(struct handoff *h, struct handoff_item *i)
{

	return (atomic_exchange(&h->now, i));
}

/* Of one that was replaced. */
static inline bool
handoff_is_idle(struct handoff_item *i)
{

	return (atomic_load(&i->readers) == 0);
}

#endif
