/* SPDX-License-Identifier: BSD-2-Clause
 * Copyright (c) 2026 The pixelfleet authors
 *
 * What a purge does to a cache: the tests of the bans that it stands for,
 * and the same rule applied to one object.
 *
 * Tests are handed to BAN_AddTest() as they are, which takes its operand
 * verbatim.  All are about objects, never about requests, so that the ban
 * lurker can retire them.  Two purges of one thing make the same tests, so
 * that varnishd keeps one ban of the two (parameter ban_dups).
 *
 * Pure functions, safe from any thread; nothing is allocated.
 */

#ifndef PURGE_BAN_H
#define PURGE_BAN_H

#include <stdbool.h>
#include <stdint.h>

#include "purge_expr.h"

/* Headers of objects, which never leave the cluster. */
#define PURGE_OBJ_SOURCE	"Image-Source"	/* URL of the original */
#define PURGE_OBJ_OPERATIONS	"Image-Operations" /* of a variant */
#define PURGE_OBJ_OVERLAY	"Image-Overlay"	/* URL of what it carries */
#define PURGE_OBJ_TAGS		"Image-Tags"	/* a, b or a b; overlay's, too */
#define PURGE_OBJ_BEGAN		"Image-Began"	/* struct purge_mark */

/*
 * When a fetch began: on this node's own count of what was purged, and by
 * which of its processes.  As text it is 32 hex digits.  What another process
 * began was before this one, whatever the clock said then.
 */
struct purge_mark {
	uint64_t		process;
	uint64_t		number;
};

#define PURGE_MARK_LEN		32
#define PURGE_SINCE_MAX	512	/* bytes of "from a mark on", as regex */
#define PURGE_PATTERN_MAX	(2 * PURGE_OPERAND_MAX + 512)

void purge_mark_format(struct purge_mark, char out[PURGE_MARK_LEN + 1]);

/* Returns 0, or -1; NULL is none. */
int purge_mark_parse(struct purge_mark *, const char *);

struct purge_test {
	const char		*field;		/* obj.http.Image-Source */
	const char		*op;		/* == != ~ !~ */
	const char		*operand;
};

/* All tests of a ban must hold. */
struct purge_ban {
	unsigned		n;
	struct purge_test	test[3];
};

/* All bans of a purge are to be made.  Points into itself. */
struct purge_bans {
	unsigned		n;
	struct purge_ban	ban[2];
	char			pattern[PURGE_PATTERN_MAX];
	char			since[PURGE_SINCE_MAX];
};

/*
 * The bans of an expression, which must outlive them; where `before` is not
 * NULL, for objects alone whose fetch began before it.
 */
void purge_bans(struct purge_bans *, const struct purge_expr *,
    const struct purge_mark *before);

/* For one object, and others of that original that began with it. */
void purge_bans_one(struct purge_bans *, const char *source,
    struct purge_mark began);

/* What an object says of itself; each may be NULL. */
struct purge_object {
	const char		*source;
	const char		*operations;
	const char		*overlay;
	const char		*tags;
};

/* Whether a regular expression, not anchored, matches; PCRE is not here. */
typedef bool purge_regex_f(void *priv, const char *regex, const char *text);

/* Whether the object is meant. */
bool purge_matches(const struct purge_expr *, const struct purge_object *,
    purge_regex_f *, void *priv);

#endif
