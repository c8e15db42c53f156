/* SPDX-License-Identifier: BSD-2-Clause
 * Copyright (c) 2026 The pixelfleet authors
 *
 * The sources of membership of this process: one for each URI, shared by all
 * VCLs that name it, and kept for as long as the process, so that a reload
 * begins with what was known.
 *
 * A thread reads a source while any VCL that names it is warm.  What it reads
 * is judged (discover_keep.h) and published under a number, which changes
 * when the nodes do.
 */

#ifndef DISCOVER_H
#define DISCOVER_H

#include "discover_set.h"

struct discover;

/*
 * The source of a URI, read now where nothing is known of it; that it cannot
 * be read is no error.  NULL and a sentence where the URI is wrong.  CLI.
 */
struct discover *discover_get(const char *uri, const char *identity,
    const char *name, char why[DISCOVER_WHY_MAX]);

/* By what name the source knows this node, or NULL.  CLI. */
const char *discover_self(const struct discover *);

/* A VCL that names it is warm now, or is so no longer.  CLI. */
void discover_warm(struct discover *);
void discover_cold(struct discover *);

/* The number of what is published, without a lock; and that itself. */
unsigned discover_seq(const struct discover *);
unsigned discover_copy(struct discover *, struct discover_set *);

#endif
