/* SPDX-License-Identifier: BSD-2-Clause
 * Copyright (c) 2026 The pixelfleet authors
 *
 * What to make of what a source of membership says, over time.
 *
 * A source that fails, empties or lies never empties a working cluster: the
 * last set that was good is kept.  A node that is not in the next set any
 * more stays a while longer as one that is leaving, for the requests that
 * are on their way to it, or from it.
 *
 * Pure, but for memory; one thread at a time.
 */

#ifndef DISCOVER_KEEP_H
#define DISCOVER_KEEP_H

#include <stdbool.h>
#include <stdint.h>

#include "discover_set.h"

#define DISCOVER_LINGER_MS	30000

enum discover_verdict {
	DISCOVER_SAME,
	DISCOVER_CHANGED,
	DISCOVER_REFUSED,	/* the last good set stays */
};

/* All zeros knows nothing. */
struct discover_keep {
	struct discover_set	good;	/* empty: there was none yet */
	struct discover_set	gone;	/* nodes that vanished from it */
	uint64_t		*until;	/* same index as gone */
};

/*
 * Judge a closed set.  Where it is good it becomes the last good one.  With
 * DISCOVER_REFUSED comes a sentence.
 */
enum discover_verdict discover_keep_take(struct discover_keep *,
    const struct discover_set *, const struct discover_self *,
    uint64_t now_ms, char why[DISCOVER_WHY_MAX]);

/* Forget who vanished long enough ago.  True: somebody was. */
bool discover_keep_expire(struct discover_keep *, uint64_t now_ms);

/* When somebody is next to be forgotten; UINT64_MAX: nobody. */
uint64_t discover_keep_due(const struct discover_keep *);

/* All nodes as they are to be used now. */
void discover_keep_all(const struct discover_keep *, struct discover_set *);

void discover_keep_clear(struct discover_keep *);

#endif
