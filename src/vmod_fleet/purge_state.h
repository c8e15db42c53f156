/* SPDX-License-Identifier: BSD-2-Clause
 * Copyright (c) 2026 The pixelfleet authors
 *
 * The inside of a purge log, as the files that it is made of share it.
 *
 *	purge_log.c	streams and entries: taking, trimming, telling
 *	purge_members.c	what the others have, and whether this node has it
 *	purge_flight.c	fetches under way, and what was purged meanwhile
 */

#ifndef PURGE_STATE_H
#define PURGE_STATE_H

#include "purge_log.h"

struct purge_stream {
	struct purge_id		id;	/* number: taken up to here */
	bool			used;
	int64_t			time;	/* of the last that is known of */
	uint64_t		floor;	/* up to here not in the log */
	int64_t			floor_time;
	unsigned		held;	/* entries in the log */
};

struct purge_entry {
	TAILQ_ENTRY(purge_entry) list;
	TAILQ_ENTRY(purge_entry) soft_list;
	struct purge_stream	*stream;
	struct purge_line	line;	/* its expression is in text[] */
	uint64_t		number;	/* on this node's own count */
	int64_t			taken;	/* when, here */
	bool			soft;	/* stale until its time is over */
	char			text[];
};

struct purge_member {
	char			name[NODE_NAME_MAX + 1];
	bool			configured;
	bool			heard;		/* ever */
	int64_t			heard_at;
	uint64_t		epoch;		/* of its process */
	uint64_t		has[PURGE_STREAMS_MAX];	/* by stream */
	char			why[PURGE_WHY_MAX];
};

enum purge_phase {
	PURGE_RECOVERING,	/* from disk */
	PURGE_STARTING,
	PURGE_RUNNING
};

TAILQ_HEAD(purge_entries, purge_entry);

struct purge_log {
	char			self[NODE_NAME_MAX + 1];
	uint64_t		epoch;		/* of our own stream */
	uint64_t		process;	/* of our marks */
	struct purge_rules	rules;
	purge_do_f		*act;
	void			*priv;

	enum purge_phase	phase;
	enum purge_start	how;		/* while starting */
	int64_t			start;

	uint64_t		number;		/* of what was done so far */
	uint64_t		all;		/* before this: all is dead */
	struct purge_entries	entries;	/* oldest first */
	unsigned		n_entry;
	struct purge_entries	soft;		/* oldest first */
	unsigned		n_soft;
	struct purge_stream	*own;		/* NULL: there is no room */
	unsigned		n_stream;	/* in use up to here */
	struct purge_stream	stream[PURGE_STREAMS_MAX];

	unsigned		n_member;
	struct purge_member	*member[PURGE_MEMBERS_MAX];
	int64_t			behind;		/* since; -1: it is not */

	unsigned		n_flight;
	TAILQ_HEAD(, purge_flight) flights;	/* lowest mark first */
};

/* purge_log.c */
int purge_act(struct purge_log *, struct purge_action *);
struct purge_stream *purge_stream_get(struct purge_log *,
    const struct purge_id *, bool make);
/*
 * Where this is a name of ours that we have not given, we were here before,
 * with a better clock: begin another stream.
 */
void purge_step_aside(struct purge_log *, const struct purge_id *);
/* Of a time when there may still be objects that it is about. */
bool purge_matters(const struct purge_log *, int64_t time, int64_t now);

/* purge_members.c */
void purge_members_free(struct purge_log *);
void purge_members_forget(struct purge_log *, const struct purge_stream *);
/* After anything changed: whether we are behind, or done starting. */
void purge_settle(struct purge_log *, int64_t now);

/* purge_flight.c */
int purge_soft_end(struct purge_log *, struct purge_entry *);
void purge_soft_begin(struct purge_log *, struct purge_entry *);
void purge_soft_tick(struct purge_log *, int64_t now);

#endif
