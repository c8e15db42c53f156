/* SPDX-License-Identifier: BSD-2-Clause
 * Copyright (c) 2026 The pixelfleet authors
 *
 * Images that bring renderers down: each is remembered for a while, so that
 * it does so once and not at every request.
 *
 * What is remembered is a source, by its bytes, together with operations; a
 * source that has done it by POISON_OPERATIONS different ones is not tried by
 * others either.  Where a renderer may have died for reasons of its own,
 * once is no proof and twice is.
 *
 * At most POISON_SOURCES are remembered.  Beyond that, the one that has been
 * of no use for longest is forgotten: then its next request costs a renderer
 * once more.
 *
 * Pure: the caller has the lock and the clock.
 */

#ifndef POISON_H
#define POISON_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#define POISON_SOURCES		1024
#define POISON_OPERATIONS	3
#define POISON_DIGEST		65	/* bytes: SHA-256 in hex, NUL */
#define POISON_WHY		128	/* bytes, with NUL */

struct poison;

/* An image and what is to be made of it. */
struct poison_image {
	uint64_t	len;		/* bytes, of the source */
	const char	*digest;	/* of the source, 64 hex digits */
	const char	*ops;		/* canonical operations */
	const char	*url;		/* of the source: see forget */
};

enum poison_proof {
	POISON_PROVEN,
	POISON_LIKELY,			/* counts the second time */
	/*
	 * As PROVEN, but there was another image beside the source, so that
	 * these operations say nothing of the source by itself.
	 */
	POISON_PROVEN_TOGETHER
};

struct poison_case {
	unsigned	status;
	char		why[POISON_WHY];	/* a sentence without its end */
	double		until;
};

/* NULL without memory. */
struct poison *poison_new(void);
void poison_free(struct poison *);

/*
 * Whether a source of this length may be remembered at all: if not, as for
 * nearly all, there is no need for its digest.
 */
bool poison_possible(const struct poison *, uint64_t len, double now);

/* Whether to refuse it, and as what. */
bool poison_refuses(struct poison *, const struct poison_image *, double now,
    struct poison_case *);

/* It happened. */
void poison_note(struct poison *, const struct poison_image *,
    enum poison_proof, const struct poison_case *, double now);

/* Forget the source of that URL; NULL: all. */
void poison_forget(struct poison *, const char *url);

/* Whether there is anything to forget. */
bool poison_remembers(const struct poison *, const char *url);

/* Sources remembered, those included whose time has passed unnoticed. */
unsigned poison_count(const struct poison *);

#endif
