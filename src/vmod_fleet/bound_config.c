/* SPDX-License-Identifier: BSD-2-Clause
 * Copyright (c) 2026 The pixelfleet authors
 *
 * Constants of bounded loads, see bound_config.h.
 */

#include "bound_config.h"

#define LIMIT(field, unit, min, max, preset)				\
	{ #field, unit, offsetof(struct bound_config, field),		\
	    min, max, preset }

const struct bound_limit bound_limits[BOUND_LIMITS] = {
	LIMIT(c,	"thousandths",	1050,	4000,	1250),
	LIMIT(k,	"thousandths",	0,	10000,	3000),
	LIMIT(floor,	"requests",	1,	BOUND_FLOOR_MAX, 16),
	LIMIT(share,	"caps",		1,	100,	3),
	LIMIT(gate,	"attempts",	1,	1000,	5),
	LIMIT(escape,	"caps",		1,	100,	2),
	LIMIT(busy_ms,	"ms",		10,	10000,	200),
	LIMIT(news_ms,	"ms",		100,	60000,	3000),
};

uint32_t *
bound_config_value(struct bound_config *cf, const struct bound_limit *limit)
{
	return ((uint32_t *)(void *)((char *)cf + limit->offset));
}

void
bound_config_init(struct bound_config *cf)
{
	unsigned i;

	cf->mode = BOUND_BOUNDED;
	for (i = 0; i < BOUND_LIMITS; i++)
		*bound_config_value(cf, &bound_limits[i]) =
		    bound_limits[i].preset;
}

const struct bound_limit *
bound_config_check(const struct bound_config *cf)
{
	struct bound_config copy = *cf;
	const struct bound_limit *limit;
	uint32_t value;

	for (limit = bound_limits; limit < bound_limits + BOUND_LIMITS;
	    limit++) {
		value = *bound_config_value(&copy, limit);
		if (value < limit->min || value > limit->max)
			return (limit);
	}
	return (NULL);
}
