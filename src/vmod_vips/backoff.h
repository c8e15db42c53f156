/* SPDX-License-Identifier: BSD-2-Clause
 * Copyright (c) 2026 The pixelfleet authors
 *
 * How long to leave alone what does not work: twice as long each time, up to
 * a limit, until it works again.
 *
 * Pure, and for one thread at a time.  Times are seconds of one clock.
 */

#ifndef BACKOFF_H
#define BACKOFF_H

#include <stdbool.h>

#define BACKOFF_FIRST	.5		/* s */
#define BACKOFF_MAX	30.		/* s */

struct backoff {			/* all 0: nothing has failed */
	double			delay;	/* the last; 0: none */
	double			until;
};

/* Whether to try. */
bool backoff_over(const struct backoff *, double now);

/* It failed.  Several failures of one try are one. */
void backoff_failed(struct backoff *, double now);

void backoff_worked(struct backoff *);

#endif
