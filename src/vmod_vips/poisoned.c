/* SPDX-License-Identifier: BSD-2-Clause
 * Copyright (c) 2026 The pixelfleet authors
 *
 * See poisoned.h.
 *
 * The table is made when it is first needed, and an image is digested only
 * where one of its length is remembered: the others pay nothing.
 */

#include "config.h"

#include <pthread.h>
#include <stdbool.h>
#include <stdio.h>
#include <string.h>
#include <sys/mman.h>
#include <time.h>

#include <cache/cache.h>
#include <vtim.h>

#include "counters.h"
#include "digest.h"
#include "render_wire.h"
#include "renderer.h"
#include "render_job.h"
#include "poisoned.h"

static pthread_mutex_t poisoned_mtx = PTHREAD_MUTEX_INITIALIZER;
static struct poison *poisoned;		/* or NULL */

/* Locked, on the way out. */
static void
poisoned_unlock(void)
{

	if (poisoned != NULL)
		vips_counters->poisoned = poison_count(poisoned);
	AZ(pthread_mutex_unlock(&poisoned_mtx));
}

/* The source's, into digest[DIGEST_HEX]. */
static bool
poisoned_digest(const struct render_job *job, char *digest)
{
	size_t len = job->request.source_len;
	void *map;

	map = mmap(NULL, len, PROT_READ, MAP_SHARED, job->files[0], 0);
	if (map == MAP_FAILED)
		return (false);
	digest_hex(map, len, digest);
	AZ(munmap(map, len));
	return (true);
}

static struct poison_image
poisoned_image(const struct render_job *job, const char *digest)
{
	const struct poison_image image = {
		.len = job->request.source_len,
		.digest = digest,
		.ops = job->request.ops,
		.url = job->url
	};

	return (image);
}

/* As RFC 3339 has it, which both people and programs read. */
static void
poisoned_text(struct render_reply *reply, const struct poison_case *its)
{
	char until[sizeof "2000-01-01T00:00:00Z"];
	time_t t = (time_t)its->until + 1;
	struct tm tm;

	AN(gmtime_r(&t, &tm));
	AN(strftime(until, sizeof until, "%Y-%m-%dT%H:%M:%SZ", &tm));
	reply->status = its->status;
	bprintf(reply->text, "%s, and is not tried again until %s", its->why,
	    until);
}

bool
poisoned_refuses(struct render_job *job)
{
	char digest[DIGEST_HEX];
	struct poison_image image;
	struct poison_case its;
	bool refused = false;

	AZ(pthread_mutex_lock(&poisoned_mtx));
	if (poisoned != NULL)
		refused = poison_possible(poisoned, job->request.source_len,
		    VTIM_real());
	poisoned_unlock();
	if (!refused || !poisoned_digest(job, digest))
		return (false);
	image = poisoned_image(job, digest);
	AZ(pthread_mutex_lock(&poisoned_mtx));
	refused = poison_refuses(poisoned, &image, VTIM_real(), &its);
	poisoned_unlock();
	if (!refused)
		return (false);
	COUNT(poison_refused, 1);
	poisoned_text(&job->reply, &its);
	return (true);
}

void
poisoned_note(struct render_job *job, enum poison_proof proof)
{
	char digest[DIGEST_HEX];
	struct poison_image image;
	struct poison_case its;
	double now = VTIM_real();

	if (job->poison_time <= 0 || !poisoned_digest(job, digest))
		return;
	its.status = job->reply.status;
	its.until = now + job->poison_time;
	bprintf(its.why, "%.*s", POISON_WHY - 1, job->reply.text);
	image = poisoned_image(job, digest);
	AZ(pthread_mutex_lock(&poisoned_mtx));
	if (poisoned == NULL)
		poisoned = poison_new();
	AN(poisoned);
	poison_note(poisoned, &image, proof, &its, now);
	poisoned_unlock();
}

bool
poisoned_remembers(const char *url)
{
	bool remembers;

	AZ(pthread_mutex_lock(&poisoned_mtx));
	remembers = poisoned != NULL && poison_remembers(poisoned, url);
	AZ(pthread_mutex_unlock(&poisoned_mtx));
	return (remembers);
}

void
poisoned_forget(const char *url)
{

	AZ(pthread_mutex_lock(&poisoned_mtx));
	if (poisoned != NULL)
		poison_forget(poisoned, url);
	poisoned_unlock();
}
