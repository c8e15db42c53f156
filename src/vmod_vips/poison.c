/* SPDX-License-Identifier: BSD-2-Clause
 * Copyright (c) 2026 The pixelfleet authors
 *
 * See poison.h.
 *
 * A packed array that is searched from end to end: it is nearly always empty
 * or short, and a length that differs ends the look at an entry.
 */

#include "config.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "poison.h"

/* Operations that brought a renderer down. */
struct deed {
	uint64_t		ops;	/* hash */
	bool			proven, together;
	struct poison_case	its;
};

struct entry {
	uint64_t		len;
	double			until;	/* of the last of its deeds */
	uint64_t		used;	/* poison.clock when it was of use */
	uint64_t		url;	/* hash */
	char			digest[POISON_DIGEST];
	unsigned		n;
	struct deed		deeds[POISON_OPERATIONS];
};

struct poison {
	uint64_t		clock;
	unsigned		n;
	struct entry		entries[POISON_SOURCES];
};

/* FNV-1a.  Operations that meet are refused alike, for that source. */
static uint64_t
hash_of(const char *s)
{
	uint64_t hash = UINT64_C(0xcbf29ce484222325);

	for (; *s != '\0'; s++)
		hash = (hash ^ (unsigned char)*s) * UINT64_C(0x100000001b3);
	return (hash);
}

struct poison *
poison_new(void)
{

	return (calloc(1, sizeof(struct poison)));
}

void
poison_free(struct poison *p)
{

	free(p);
}

unsigned
poison_count(const struct poison *p)
{

	return (p->n);
}

static void
drop(struct poison *p, struct entry *e)
{

	*e = p->entries[--p->n];
}

bool
poison_possible(const struct poison *p, uint64_t len, double now)
{
	unsigned u;

	for (u = 0; u < p->n; u++)
		if (p->entries[u].len == len && now < p->entries[u].until)
			return (true);
	return (false);
}

/* Forgets the entry where its time has passed. */
static struct entry *
find(struct poison *p, const struct poison_image *image, double now)
{
	struct entry *e;
	unsigned u;

	for (u = 0; u < p->n; u++) {
		e = &p->entries[u];
		if (e->len != image->len ||
		    strcmp(e->digest, image->digest) != 0)
			continue;
		if (now < e->until)
			return (e);
		drop(p, e);
		return (NULL);
	}
	return (NULL);
}

/* The last that is still remembered where all of them tell of the source. */
static const struct deed *
whole(const struct entry *e, double now)
{
	const struct deed *d, *last = NULL;
	unsigned u;

	for (u = 0; u < POISON_OPERATIONS; u++) {
		d = &e->deeds[u];
		if (u >= e->n || !d->proven || d->together ||
		    now >= d->its.until)
			return (NULL);
		if (last == NULL || d->its.until > last->its.until)
			last = d;
	}
	return (last);
}

bool
poison_refuses(struct poison *p, const struct poison_image *image, double now,
    struct poison_case *its)
{
	const struct deed *d = NULL;
	uint64_t ops = hash_of(image->ops);
	struct entry *e;
	unsigned u;

	e = find(p, image, now);
	if (e == NULL)
		return (false);
	for (u = 0; u < e->n && d == NULL; u++)
		if (e->deeds[u].ops == ops && e->deeds[u].proven &&
		    now < e->deeds[u].its.until)
			d = &e->deeds[u];
	if (d == NULL)
		d = whole(e, now);
	if (d == NULL)
		return (false);
	e->used = ++p->clock;
	*its = d->its;
	return (true);
}

/* A new entry, in the place of an old one where there are too many. */
static struct entry *
add(struct poison *p, const struct poison_image *image)
{
	struct entry *e, *oldest = &p->entries[0];
	unsigned u;

	if (p->n == POISON_SOURCES) {
		for (u = 1; u < p->n; u++)
			if (p->entries[u].used < oldest->used)
				oldest = &p->entries[u];
		drop(p, oldest);
	}
	e = &p->entries[p->n++];
	memset(e, 0, sizeof *e);
	e->len = image->len;
	(void)snprintf(e->digest, sizeof e->digest, "%s", image->digest);
	return (e);
}

/* The one for these operations, or in the place of the first to end. */
static struct deed *
deed_of(struct entry *e, uint64_t ops, double now)
{
	struct deed *d = &e->deeds[0];
	unsigned u;

	for (u = 0; u < e->n; u++) {
		if (e->deeds[u].ops == ops) {
			if (now >= e->deeds[u].its.until)
				e->deeds[u].proven = false;
			return (&e->deeds[u]);
		}
		if (e->deeds[u].its.until < d->its.until)
			d = &e->deeds[u];
	}
	if (e->n < POISON_OPERATIONS)
		d = &e->deeds[e->n++];
	memset(d, 0, sizeof *d);
	d->ops = ops;
	return (d);
}

void
poison_note(struct poison *p, const struct poison_image *image,
    enum poison_proof proof, const struct poison_case *its, double now)
{
	struct entry *e;
	struct deed *d;
	bool again;

	e = find(p, image, now);
	if (e == NULL)
		e = add(p, image);
	e->used = ++p->clock;
	e->url = hash_of(image->url);
	d = deed_of(e, hash_of(image->ops), now);
	again = now < d->its.until;
	d->proven = d->proven || proof != POISON_LIKELY || again;
	d->together = proof == POISON_PROVEN_TOGETHER;
	d->its = *its;
	if (its->until > e->until)
		e->until = its->until;
}

bool
poison_remembers(const struct poison *p, const char *url)
{
	uint64_t hash = hash_of(url);
	unsigned u;

	for (u = 0; u < p->n; u++)
		if (p->entries[u].url == hash)
			return (true);
	return (false);
}

void
poison_forget(struct poison *p, const char *url)
{
	uint64_t hash;
	unsigned u = 0;

	if (url == NULL) {
		p->n = 0;
		return;
	}
	hash = hash_of(url);
	while (u < p->n)
		if (p->entries[u].url == hash)
			drop(p, &p->entries[u]);
		else
			u++;
}
