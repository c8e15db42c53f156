/* SPDX-License-Identifier: BSD-2-Clause
 * Copyright (c) 2026 The pixelfleet authors
 *
 * When to ask a source of membership again.
 *
 * All nodes ask the same source, so each waits a little less or more than
 * the others.  Who is told that he asks too often, or is not answered, asks
 * half as often each time: within bounds, because a cluster that has lost a
 * node wants to hear of it.  Pure.
 */

#ifndef DISCOVER_WAIT_H
#define DISCOVER_WAIT_H

#include <stdint.h>

#define DISCOVER_WAIT_MIN_MS	1000
#define DISCOVER_WAIT_MAX_MS	300000

/*
 * Milliseconds until the next question.  `period_ms` is that of answers that
 * are good, `failures` how many in a row were not, `random` any number.  The
 * period is shortened or lengthened by at most a tenth; after failures, by
 * at most a half.
 */
uint64_t discover_wait(uint64_t period_ms, unsigned failures,
    uint32_t random);

#endif
