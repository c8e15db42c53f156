/* SPDX-License-Identifier: BSD-2-Clause
 * Copyright (c) 2026 The pixelfleet authors
 *
 * See failures.h.
 */

#include "config.h"

#include <pthread.h>
#include <stdint.h>

#include "failures.h"

#define CELLS	1024		/* a power of two */

static pthread_mutex_t failures_mtx = PTHREAD_MUTEX_INITIALIZER;

/* By the low bits of the URL's hash. */
static struct {
	uint64_t	hash;
	double		until;
} failures[FAILURE__N][CELLS];

/* FNV-1a.  Who makes two URLs meet gains nothing but a stale picture. */
static uint64_t
hash_of(const char *url)
{
	uint64_t hash = UINT64_C(0xcbf29ce484222325);

	for (; *url != '\0'; url++)
		hash = (hash ^ (unsigned char)*url) * UINT64_C(0x100000001b3);
	return (hash);
}

void
failures_note(enum failure what, const char *url, double now)
{
	uint64_t hash = hash_of(url);

	(void)pthread_mutex_lock(&failures_mtx);
	failures[what][hash % CELLS].hash = hash;
	failures[what][hash % CELLS].until = now + FAILURES_SECONDS;
	(void)pthread_mutex_unlock(&failures_mtx);
}

void
failures_forget(const char *url)
{
	uint64_t hash = hash_of(url);
	unsigned what;

	(void)pthread_mutex_lock(&failures_mtx);
	for (what = 0; what < FAILURE__N; what++)
		if (failures[what][hash % CELLS].hash == hash)
			failures[what][hash % CELLS].until = 0;
	(void)pthread_mutex_unlock(&failures_mtx);
}

bool
failures_recent(enum failure what, const char *url, double now)
{
	uint64_t hash = hash_of(url);
	bool recent;

	(void)pthread_mutex_lock(&failures_mtx);
	recent = failures[what][hash % CELLS].hash == hash &&
	    now < failures[what][hash % CELLS].until;
	(void)pthread_mutex_unlock(&failures_mtx);
	return (recent);
}
