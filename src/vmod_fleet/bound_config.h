/* SPDX-License-Identifier: BSD-2-Clause
 * Copyright (c) 2026 The pixelfleet authors
 *
 * The constants of bounded loads (bound.h), each with its unit, its range
 * and its default.  The defaults are measured: bench/bound_sim.c.
 */

#ifndef BOUND_CONFIG_H
#define BOUND_CONFIG_H

#include <stddef.h>
#include <stdint.h>

#define BOUND_ONE	1000			/* thousandths */
#define BOUND_FLOOR_MAX	((1U << 15) - 1)	/* requests */

enum bound_mode {
	BOUND_OFF,		/* the owner, whatever its load */
	BOUND_TEXTBOOK,		/* the paper's rule, own requests only */
	BOUND_BOUNDED
};

/* Read-only once it is in use. */
struct bound_config {
	enum bound_mode	mode;
	uint32_t	c;	/* cap as a multiple of the fair share */
	uint32_t	k;	/* and square roots of that on top */
	uint32_t	floor;	/* of a node that has not reported its own */
	uint32_t	share;	/* caps that all fronts may send unheard */
	uint32_t	gate;	/* attempts in a second that let a key move */
	uint32_t	escape;	/* caps at which every key may */
	uint32_t	busy_ms; /* believe a report that the node is busy */
	uint32_t	news_ms; /* believe any other */
};

struct bound_limit {
	const char	*name;	/* of the uint32_t in bound_config */
	const char	*unit;
	size_t		offset;
	uint32_t	min;
	uint32_t	max;
	uint32_t	preset;
};

#define BOUND_LIMITS	8
extern const struct bound_limit bound_limits[BOUND_LIMITS];

/* The defaults, mode bounded. */
void bound_config_init(struct bound_config *);

/* The value that the limit is about. */
uint32_t *bound_config_value(struct bound_config *,
    const struct bound_limit *);

/* What is out of its range, or NULL. */
const struct bound_limit *bound_config_check(const struct bound_config *);

#endif
