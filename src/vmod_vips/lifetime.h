/* SPDX-License-Identifier: BSD-2-Clause
 * Copyright (c) 2026 The pixelfleet authors
 *
 * For how long an answer of the origin is good: what its Cache-Control says
 * (RFC 9111, RFC 5861) within what the site says.
 *
 * Pure: no Varnish, no clock.
 */

#ifndef LIFETIME_H
#define LIFETIME_H

#include <stdbool.h>

#define LIFETIME_TEXT_MAX	128	/* bytes, a Cache-Control with NUL */

/* Seconds, all of them. */
struct lifetime_site {
	double		min_ttl, max_ttl;
	double		stale_while_revalidate;	/* where the origin is silent */
	double		stale_if_error;
};

struct lifetime {
	double		ttl;		/* s from now, may be negative */
	double		revalidate;	/* s after that: used, and renewed */
	double		error;		/* s: used where renewing fails */
	/*
	 * The Cache-Control that says the same to caches further on; "" where
	 * what the origin said still stands.
	 */
	char		cache_control[LIFETIME_TEXT_MAX];
};

/*
 * For an answer whose freshness ends `ttl` seconds from now, by Varnish's
 * reckoning from Cache-Control, Expires and the default, and which is `age`
 * seconds old.
 *
 * The site's bounds hold for the time from now.  What the origin forbids to
 * store (no-store, private) stays forbidden; what it only wants revalidated
 * (no-cache, max-age=0) is kept for the site's minimum.
 */
void lifetime_of_answer(struct lifetime *, const struct lifetime_site *,
    const char *cache_control, double ttl, double age);

/*
 * For how many seconds from now a shared cache may use an answer with these
 * headers; 0 where it may not; -1 where they do not say.  `expires` and
 * `date` in Unix seconds; 0 and NULL: there is no such header.
 */
double lifetime_left(const char *cache_control, double expires, double date,
    double age);

#endif
