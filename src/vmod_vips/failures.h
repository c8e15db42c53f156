/* SPDX-License-Identifier: BSD-2-Clause
 * Copyright (c) 2026 The pixelfleet authors
 *
 * Originals that could not be had just now, or not in full: so that a queue
 * of requests for one, each of which may use a stale one, does not wait for
 * the origin in turn; and so that whoever waits for the end of one that was
 * cut off knows why.
 *
 * Tables of a fixed size, of which an entry may be pushed out by another
 * one early: then the origin is asked once more.  Safe from any thread.
 */

#ifndef FAILURES_H
#define FAILURES_H

#include <stdbool.h>

#define FAILURES_SECONDS	10	/* that one is remembered */

enum failure {
	FAILURE_ABSENT,
	FAILURE_TOO_LARGE,
	FAILURE__N
};

void failures_note(enum failure, const char *url, double now);

/* Of all kinds. */
void failures_forget(const char *url);

bool failures_recent(enum failure, const char *url, double now);

#endif
