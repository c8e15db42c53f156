/* SPDX-License-Identifier: BSD-2-Clause
 * Copyright (c) 2026 The pixelfleet authors
 *
 * Counters that halve every second, see gate.h.
 *
 * A cell is the count and, above it, the time up to which it was halved, in
 * milliseconds modulo 2^32.  Nothing runs in the background: who counts
 * makes up for the halvings since.  The time comes round after 49 days, and
 * a cell that nobody touched for so long halves too little, once.
 */

#include "gate.h"

#define HALF_LIFE_MS	1000
/* The clocks of two threads that meet in a cell differ by less. */
#define SKEW_MS		10000

static uint64_t
count_one(uint64_t cell, uint32_t now)
{
	uint32_t count = (uint32_t)cell, since = (uint32_t)(cell >> 32);
	uint32_t age = now - since, halvings;

	if (age > UINT32_MAX - SKEW_MS)
		age = 0;
	halvings = age / HALF_LIFE_MS;
	count = halvings < 32 ? count >> halvings : 0;
	since = count == 0 ? now : since + halvings * HALF_LIFE_MS;
	if (count < UINT32_MAX)
		count++;
	return ((uint64_t)since << 32 | count);
}

uint32_t
gate_count(struct gate *gate, uint64_t key, uint64_t now_ms)
{
	_Atomic uint64_t *cell = &gate->cell[key % GATE_CELLS];
	uint64_t old, new;

	old = atomic_load_explicit(cell, memory_order_relaxed);
	do
		new = count_one(old, (uint32_t)now_ms);
	while (!atomic_compare_exchange_weak_explicit(cell, &old, new,
	    memory_order_relaxed, memory_order_relaxed));
	return ((uint32_t)new);
}
