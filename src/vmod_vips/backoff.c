/* SPDX-License-Identifier: BSD-2-Clause
 * Copyright (c) 2026 The pixelfleet authors
 *
 * See backoff.h.
 */

#include "config.h"

#include "backoff.h"

bool
backoff_over(const struct backoff *b, double now)
{

	return (b->delay == 0 || now >= b->until);
}

void
backoff_failed(struct backoff *b, double now)
{

	if (!backoff_over(b, now))
		return;
	b->delay = b->delay == 0 ? BACKOFF_FIRST : b->delay * 2;
	if (b->delay > BACKOFF_MAX)
		b->delay = BACKOFF_MAX;
	b->until = now + b->delay;
}

void
backoff_worked(struct backoff *b)
{

	b->delay = 0;
}
