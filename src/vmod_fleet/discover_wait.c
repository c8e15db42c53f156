/* SPDX-License-Identifier: BSD-2-Clause
 * Copyright (c) 2026 The pixelfleet authors
 *
 * See discover_wait.h.
 */

#include "config.h"

#include "discover_wait.h"

/* ms, by at most 1/part more or less. */
static uint64_t
wait_spread(uint64_t ms, uint64_t part, uint32_t random)
{
	uint64_t most = ms / part;

	return (ms - most + ((2 * most + 1) * random >> 32));
}

uint64_t
discover_wait(uint64_t period_ms, unsigned failures, uint32_t random)
{
	uint64_t ms;

	if (failures == 0)
		return (wait_spread(period_ms, 10, random));
	/* The first time soon, whatever the period. */
	ms = DISCOVER_WAIT_MIN_MS;
	while (failures-- > 0 && ms < DISCOVER_WAIT_MAX_MS)
		ms *= 2;
	if (ms > DISCOVER_WAIT_MAX_MS)
		ms = DISCOVER_WAIT_MAX_MS;
	return (wait_spread(ms, 2, random));
}
