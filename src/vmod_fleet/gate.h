/* SPDX-License-Identifier: BSD-2-Clause
 * Copyright (c) 2026 The pixelfleet authors
 *
 * Which keys are asked for often: counters that halve every second, found
 * by the key's hash.
 *
 * Keys that share a cell count together, so a rare key may at times seem
 * popular, and never the other way round.  That is good enough to tell a
 * key that many want from one that is wanted once.
 *
 * Safe from any thread, without a lock.  All zeros is an empty gate.
 */

#ifndef GATE_H
#define GATE_H

#include <stdatomic.h>
#include <stdint.h>

#define GATE_CELLS	4096	/* a power of two; 32 kB */

struct gate {
	_Atomic uint64_t	cell[GATE_CELLS];
};

/*
 * Count one for the key.  Returns how many there were in about the last
 * second, this one included.  `now_ms` is of a clock that does not go back.
 */
uint32_t gate_count(struct gate *, uint64_t key, uint64_t now_ms);

#endif
