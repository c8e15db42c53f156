/* SPDX-License-Identifier: BSD-2-Clause
 * Copyright (c) 2026 The pixelfleet authors
 *
 * Purges where they come in: how many are let through, for how long an
 * answer may be waited for, and the answer.
 *
 * Nothing here asks for the time.  A rate is not thread-safe; its owner has
 * a lock.
 */

#ifndef PURGE_DOOR_H
#define PURGE_DOOR_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "purge_log.h"

/* A header of a request to purge, beside those of purge_expr.h. */
#define PURGE_HDR_WAIT		"Fleet-Purge-Wait"	/* s, see below */

#define PURGE_RATE_MIN		0.01	/* purges a second, */
#define PURGE_RATE_MAX		10000.	/* or 0 for any number */
#define PURGE_RATE_SECONDS	10	/* of the rate, may come at once */

/* A token bucket, all zero when new: told by the time when it is full. */
struct purge_rate {
	uint64_t		full;		/* us */
};

/*
 * Take one of `rate` a second.  Returns 0, or the seconds after which there
 * is another, and takes none.
 */
unsigned purge_rate_take(struct purge_rate *, double rate, uint64_t now);

#define PURGE_WAIT_DEFAULT	1000	/* ms */
#define PURGE_WAIT_MAX		30000

/*
 * How long to wait for the other nodes: seconds, 0 to 30, with up to three
 * decimals; NULL and "" are the default.  Returns ms, or -1.
 */
int purge_wait_parse(const char *seconds);

/* An answer under way, or done. */
struct purge_answer {
	unsigned		nodes;
	unsigned		pending;	/* of them */
	char			*json;		/* malloc'd, once it is done */
	size_t			len;
	/* the inside */
	void			*stream;
};

/*
 * How a purge stands, as a JSON object: begin it, add each node, and then
 * end it, after which the caller frees `json`.  Return 0, or -1 without
 * memory, after which there is nothing to end or free.
 *
 *	{"id": "a:1700000000000123:7", "purge": "hard source /a.jpg",
 *	 "applied": false, "nodes": [
 *	  {"node": "a", "applied": true},
 *	  {"node": "b", "applied": false, "why": "on its way"}]}
 */
int purge_answer_begin(struct purge_answer *);
void purge_answer_node(struct purge_answer *, const struct purge_standing *);
int purge_answer_end(struct purge_answer *, const struct purge_id *,
    const char *expr);

#endif
