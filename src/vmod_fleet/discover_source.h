/* SPDX-License-Identifier: BSD-2-Clause
 * Copyright (c) 2026 The pixelfleet authors
 *
 * A source of membership, read once or again and again: by one thread.
 */

#ifndef DISCOVER_SOURCE_H
#define DISCOVER_SOURCE_H

#include <stdbool.h>
#include <stdint.h>

#include "discover_set.h"
#include "discover_uri.h"

#define DISCOVER_READING_MS	20000	/* all of a reading, over HTTP */

struct discover_source;

/* NULL and a sentence where it can never be read. */
struct discover_source *discover_source_new(const struct discover_uri *,
    char why[DISCOVER_WHY_MAX]);
void discover_source_free(struct discover_source **);

/*
 * Read the nodes into a set, all with addresses for hosts, and close it.
 * *period_ms is how long that is good for.  Ends soon after *stop, which is
 * atomic, where it is not NULL.  0, or -1 and a sentence.
 */
int discover_source_read(struct discover_source *, struct discover_set *,
    uint64_t *period_ms, const bool *stop, char why[DISCOVER_WHY_MAX]);

/*
 * A descriptor that is readable when the source may have changed, or -1;
 * and whether it has, which makes it unreadable again.
 */
int discover_source_fd(const struct discover_source *);
bool discover_source_changed(struct discover_source *);

#endif
