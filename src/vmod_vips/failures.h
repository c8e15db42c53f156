/* SPDX-License-Identifier: BSD-2-Clause
 * Copyright (c) 2026 The pixelfleet authors
 *
 * Originals that could not be had just now: so that a queue of requests for
 * one, each of which may use a stale one, does not wait for the origin in
 * turn.
 *
 * A table of a fixed size, of which an entry may be pushed out by another
 * one early: then the origin is asked once more.  Safe from any thread.
 */

#ifndef FAILURES_H
#define FAILURES_H

#include <stdbool.h>

#define FAILURES_SECONDS	10	/* that one is remembered */

void failures_note(const char *url, double now);

bool failures_recent(const char *url, double now);

#endif
