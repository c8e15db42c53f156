/* SPDX-License-Identifier: BSD-2-Clause
 * Copyright (c) 2026 The pixelfleet authors
 *
 * The purge log as text, between nodes and on disk: the lines that it is
 * made of, the names of purges, and the position of a node in it.
 *
 * The purges that one process of a node took make a stream, named after the
 * node and the epoch: the time in ms at which the process began, and three
 * random digits.  In it they are numbered from 1.  Times are in ms since
 * 1970, by the clock of the node that took the purge.
 *
 *	purge <node> <epoch> <number> <time> <expression>
 *	gap <node> <epoch> <number> <time>
 *
 * A gap says that the stream's purges up to this number, whose last was made
 * at this time, are no longer in the log.
 *
 * A position is what a node has of each stream, its own stream first, with
 * the time of the last purge:
 *
 *	v1;<node>:<epoch>:<number>:<time>,<node>:<epoch>:...
 *
 * That is some 40 bytes for each process that took a purge while there may
 * be objects of that time.  It goes into the header Fleet-Purge as long as it
 * is at most PURGE_POSITION_HEADER; a longer one travels in bodies alone, and
 * a node does without copies from others.
 *
 * A parser takes exactly what its formatter writes.  Pure functions, safe
 * from any thread.
 */

#ifndef PURGE_LINE_H
#define PURGE_LINE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "node_headers.h"
#include "purge_expr.h"

#define PURGE_LINE_MAX	(PURGE_EXPR_MAX + 160)	/* bytes with the NUL */
#define PURGE_POSITION_HEADER	4096	/* bytes with the NUL */
#define PURGE_EPOCH_MS	1000	/* of an epoch: times, and random below */
#define PURGE_ID_MAX	(NODE_NAME_MAX + 48)	/* bytes with the NUL */

/* A purge's name.  As text it is <node>:<epoch>:<number>. */
struct purge_id {
	char			node[NODE_NAME_MAX + 1];
	uint64_t		epoch;		/* > 0 */
	uint64_t		number;		/* > 0, but in a position */
};

struct purge_line {
	struct purge_id		id;
	int64_t			time;
	bool			gap;
	struct purge_expr	expr;		/* not of a gap */
};

void purge_id_format(const struct purge_id *, char out[PURGE_ID_MAX]);

/* Return 0, or -1; NULL is none. */
int purge_id_parse(struct purge_id *, const char *);

/* Without a newline.  The expression stays where it is in the text. */
int purge_line_parse(struct purge_line *, const char *);
void purge_line_format(const struct purge_line *, char out[PURGE_LINE_MAX]);

/* An item of a position. */
struct purge_position {
	struct purge_id		id;
	int64_t			time;		/* of that purge, or 0 */
};

/* Where its items begin, or NULL if it is no position. */
const char *purge_position_begin(const char *text);

/*
 * Read an item; *text moves to the next.  Returns 1, 0 at the end, or -1 if
 * malformed.
 */
int purge_position_next(struct purge_position *, const char **text);

/* Append an item to a position of `len` bytes; its new length, or -1. */
int purge_position_add(char *buf, size_t size, size_t len,
    const struct purge_position *);

#endif
