/* SPDX-License-Identifier: BSD-2-Clause
 * Copyright (c) 2026 The pixelfleet authors
 *
 * Purges between two nodes.  One posts to NODE_URL_PURGE what the other lacks
 * as far as it knows, and is answered what it lacks itself: so the same call
 * pushes and pulls.
 *
 * Both bodies are lines: the sender's position, and then lines of the purge
 * log (purge_line.h), as many as fit in PURGE_BATCH.  Who has more to say is
 * seen by the positions, and the call is made again.
 */

#ifndef PURGE_EXCHANGE_H
#define PURGE_EXCHANGE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "node_call.h"
#include "purge_node.h"

#define PURGE_BATCH		((size_t)256 << 10)	/* bytes of lines */
#define PURGE_BODY_MAX		((size_t)1 << 20)	/* bytes, taken */

/*
 * A body for who is at that position (NULL: nothing is known of it, and so no
 * line is sent).  To be freed; NULL where this node has no position.
 */
char *purge_body_make(const char *position, size_t *len);

/*
 * Take what came.  Returns 1 where the other has still more, 0, or -1 if
 * malformed.  *position, where not NULL, becomes a copy of theirs.
 */
int purge_body_read(const char *body, size_t len, struct purge_received *,
    char **position);

/* The calls to one member.  All but `call` is private. */
struct purge_exchange {
	unsigned			magic;
#define PURGE_EXCHANGE_MAGIC		0x19ce4a60
	struct node_call		call;
	char				*theirs;	/* as last told */
	char				*body;
	bool				wanted;
	uint64_t			news;		/* sent so far */
	/* the last call that was answered, to see whether one is of use */
	char				*tried_theirs;
	uint64_t			tried_number;
	double				tried;
};

int purge_exchange_init(struct purge_exchange *, const struct member *);
void purge_exchange_fini(struct purge_exchange *, CURLM *);

/* The member told its position, in another answer; "" is not there. */
void purge_exchange_position(struct purge_exchange *, const char *position);

/* Make a call, if there is something to be sent, or asked for. */
void purge_exchange_go(struct purge_exchange *, CURLM *,
    const struct vmod_fleet_director *);

#endif
