/* SPDX-License-Identifier: BSD-2-Clause
 * Copyright (c) 2026 The pixelfleet authors
 *
 * The purges that a node knows of, and what it knows of the others: purges
 * that are never lost, in a cluster whose nodes come and go.
 *
 * Each node has the log of all.  A purge is taken by any node, which gives
 * it a name and sends it to the others; who missed it, pulls it from whoever
 * has it.  The order does not matter between streams (see purge_line.h), and
 * within a stream no purge is taken before the one that precedes it: so what
 * a node has is told by one number for each stream, its position.
 *
 * What is promised: where a purge has been acknowledged (purge_log_pending()
 * is 0 at the node that took it), no node for which purge_log_caught_up()
 * holds serves an object whose fetch began before the purge was taken.  What
 * the rest of the node must do for that, is written below.
 *
 * The log is bounded.  A node that comes back after too long finds that the
 * others no longer have what it missed, and drops all objects that it has.
 *
 * Nothing here asks for the time, sends, or writes: the caller does, and
 * tells.  `now` is in ms since 1970.  A log is not thread-safe; its owner
 * has a lock.
 *
 * ------------------------------------------------------------------------
 * What an object's age has to do with it
 *
 * varnishd compares an object with the bans that are newer than the object,
 * and for that an object begins to exist at its insertion (HSH_Unbusy ->
 * BAN_NewObjCore takes the newest ban there is): when the headers are there
 * and the body begins to stream, or when the last byte is there if it does
 * not.  A purge that comes between the beginning of a fetch and that moment
 * is never held against it, and what was fetched before the purge would be
 * served after it, for as long as it lives.  Background fetches, retries and
 * 304s (the body is that of the object in the cache) are all such fetches,
 * and so is a render, which may take seconds.  Hence:
 *
 * 1. When a fetch begins (vcl_backend_fetch, and again at each retry),
 *    before anything is sent: purge_flight_begin(), which gives its mark.  A
 *    fetch from another node carries this node's position as it is then in
 *    Fleet-Purge, and the other answers 503 unless purge_log_covers() it:
 *    else an object that is older than a purge here could come from there.
 *
 *    A 304 brings back the body of the object that was to be revalidated,
 *    with the mark of this fetch.  So the fetch is made unconditional, unless
 *    that object is fresh by its own mark, and nothing was done since before
 *    the lookup that found it: it is there that bans are held against it, and
 *    who has found it, has it.  What counts as done, then, is what has its
 *    ban, and a DO_BEFORE as well.
 *
 * 2. In vcl_backend_response, and for a variant again after the render:
 *    purge_log_judge() with the fetch's own mark, and if it is dead, retry
 *    from step 1.  This saves a fetch and does not replace step 4.  The object
 *    gets the mark as a header, PURGE_OBJ_BEGAN, and the other headers of
 *    purge_ban.h, errors too, and 304s, in whose headers varnishd puts the old
 *    mark.  Without a mark it would pass for one that bans see to.
 *
 * 3. At each hit, also of a request that waited, which looks it up again:
 *    purge_log_judge() with the mark in the object's header.  PURGE_DEAD: drop
 *    all objects of this hash (as vmod_purge's hard()) and restart.
 *    PURGE_STALE, a soft purge: set their ttl to 0 and keep their grace (as
 *    its soft()) and restart; the first who does, refreshes it.  Where
 *    purge_log_is_fresh() holds, which it nearly always does, nothing else
 *    needs to be asked.  A variant that carries an overlay is refreshed
 *    without a condition (If-None-Match): a 304 would speak for its original
 *    alone, and bring back the old overlay.  What is made of a stale object,
 *    since there is no other, has a mark that is too good: it must not live
 *    for longer than a moment.
 *
 *    Who gets what was fetched for him alone, by a miss, a pass, or past an
 *    object that says hit-for-miss, asked before it was purged.
 *
 * 4. When the fetch has ended, which is after the insertion (the fini of a
 *    PRIV_TASK): purge_log_judge() once more, and if it is dead, a ban on this
 *    object (purge_bans_one()); only then purge_flight_end().  Now bans alone
 *    see to it, and step 3 no longer looks at hard purges for it: so after a
 *    ban wait for those who found the object before that, and have yet to take
 *    step 3.  What is stale needs no ban, its DO_BEFORE is yet to come.  (A
 *    rollback of the bereq would run the fini too early.)
 *
 * 5. In the callback, see purge_do_f: first tell steps 2 to 4 of the purge,
 *    then commit the ban.  In the other order a fetch could end in between,
 *    see neither, and stay.  Where number and oldest mark are kept in
 *    atomics beside the log, for step 3 without the lock, that means: store
 *    the number, then commit.
 *
 * 6. A purge is acknowledged when purge_log_pending() is 0, with 200; until
 *    then the answer is 202.
 *
 * 7. A probe is answered with 200 only if purge_log_caught_up() holds, and
 *    so is any other request on the doors for nodes: else a node that is not
 *    ready would serve through one that is.
 * ------------------------------------------------------------------------
 */

#ifndef PURGE_LOG_H
#define PURGE_LOG_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <sys/queue.h>

#include "purge_ban.h"
#include "purge_line.h"

#define PURGE_STREAMS_MAX	1024	/* nodes, and what they were before */
#define PURGE_MEMBERS_MAX	1024
#define PURGE_SOFT_MAX		256	/* soft purges that may be stale */
#define PURGE_WHY_MAX		128	/* bytes of a reason and its NUL */

struct purge_rules {
	unsigned		entries;	/* at most, >= 1 */
	int64_t			age;	/* ms: no object lives longer */
	int64_t			soft;	/* ms of stale after a soft purge */
	int64_t			wait;	/* ms to hear of others at start */
	int64_t			patience; /* ms that a node may be behind */
	int64_t			silence; /* ms until a member counts as away */
	int64_t			margin;	/* ms that clocks may differ */
};

/* What suits a cluster whose objects live for at most a week. */
extern const struct purge_rules purge_rules_default;

enum purge_what {
	PURGE_DO_NOTE,		/* nothing; to be written down only */
	PURGE_DO_EXPR,		/* what the line says */
	PURGE_DO_BEFORE,	/* a soft purge's time is over: hard, for */
				/* objects that began before the mark */
	PURGE_DO_ALL		/* all objects there are */
};

struct purge_action {
	enum purge_what		what;
	const struct purge_line	*line;		/* NULL: not because of one */
	uint64_t		number;		/* on this node's own count */
	struct purge_mark	before;		/* of DO_BEFORE */
	bool			recovered;	/* read from this node's disk */
};

/*
 * Does it to the cache, and first, where the log is kept on disk, writes the
 * line of anything but a BEFORE down, if it was not read from there.
 * Returns 0, or -1 where it could not: then the purge does not count
 * as applied, and comes again.  A soft DO_EXPR makes no ban: steps 2 to 4
 * see to it until its DO_BEFORE comes.  Must not call back into the log.
 */
typedef int purge_do_f(void *priv, const struct purge_action *);

struct purge_log;

/*
 * `epoch` is the time of start, see purge_line.h; no two processes of a node
 * may have the same, even if the clock is set back in between.  What was on
 * disk is taken next, line by line; the members are told, and then
 * purge_log_start() called.  NULL without memory.
 */
struct purge_log *purge_log_new(const char *self, uint64_t epoch,
    const struct purge_rules *, purge_do_f *, void *priv);
void purge_log_free(struct purge_log *);

/*
 * What this node starts with.  EMPTY: no object; it takes over the others'
 * log without applying it.  KEPT: objects of a process before this one (what
 * a DO_ALL has dropped must never come back, as storage goes, nor what was
 * being fetched then), and a log that may lack its end, or none: it waits
 * until it has heard from all members and has what they have, and drops all
 * objects where that does not come about in time.  A purge that none of them
 * has any more, since all went down that had it, is lost, and what it was
 * about may be served.  KEPT_SURE: objects, and every purge that this node
 * has ever called applied: it waits for one member.
 */
enum purge_start {
	PURGE_START_EMPTY,
	PURGE_START_KEPT,
	PURGE_START_KEPT_SURE
};

void purge_log_start(struct purge_log *, enum purge_start, int64_t now);

/* Without this node.  Returns 0, or -1: too many, or no memory. */
int purge_log_members(struct purge_log *, const char *const *names,
    unsigned n);

enum purge_taken {
	PURGE_TAKEN,		/* new, and applied */
	PURGE_KNOWN,		/* taken before */
	PURGE_AHEAD,		/* others of its stream are missing: pull */
	PURGE_FAILED,		/* it could not be applied */
	PURGE_FULL,		/* too many streams */
	PURGE_MALFORMED
};

/* A purge that this node takes; TAKEN with its name, FAILED or MALFORMED. */
enum purge_taken purge_log_add(struct purge_log *, const char *expr,
    int64_t now, struct purge_id *);

/* A line from another node, or from disk. */
enum purge_taken purge_log_take(struct purge_log *, const char *line,
    int64_t now);

/* This node's position.  Returns its length, or -1 where it does not fit. */
int purge_log_position(const struct purge_log *, char *buf, size_t size,
    int64_t now);

/* Whether this node has all that a position has; not while it starts. */
bool purge_log_covers(const struct purge_log *, const char *position,
    int64_t now);

/*
 * The lines that a node at this position lacks, each with a newline, from
 * the first on and as many as fit; NULL is the position of who has nothing.
 * size >= PURGE_LINE_MAX + 1.  Returns the length, or -1 for a malformed
 * position.
 */
int purge_log_pull(const struct purge_log *, const char *position, char *buf,
    size_t size, int64_t now);

/* The same lines, one by one and without a newline. */
typedef int purge_line_f(void *priv, const char *line);
int purge_log_each(const struct purge_log *, const char *position,
    purge_line_f *, void *priv, int64_t now);

/*
 * A node told its position, in a request or an answer.  A node that is no
 * member counts as one for as long as it is heard from.  Returns 1 where it
 * has what this node lacks and should be asked for it, 0, or -1 if
 * malformed.
 */
int purge_log_heard(struct purge_log *, const char *position, int64_t now);

/* Why a member does not get what is sent to it, for purge_log_standing(). */
void purge_log_unheard(struct purge_log *, const char *member,
    const char *why);

/* Once a second or so. */
void purge_log_tick(struct purge_log *, int64_t now);

/* If not: why not, a sentence.  Both ends of a hop ask the same clock. */
bool purge_log_caught_up(struct purge_log *, int64_t now, const char **why);

/*
 * How a purge stands.  pending: how many members have not applied it, or -1
 * where it is not known (any more).  standing: the i-th node, this one first;
 * false past the last.
 */
struct purge_standing {
	const char		*node;
	bool			applied;
	const char		*why;		/* not; or "" */
};

int purge_log_pending(const struct purge_log *, const struct purge_id *,
    int64_t now);
bool purge_log_standing(const struct purge_log *, const struct purge_id *,
    unsigned i, struct purge_standing *, int64_t now);

/* Figures for counters. */
struct purge_figures {
	unsigned		entries;
	unsigned		streams;
	unsigned		soft;
	unsigned		flights;
	uint64_t		number;		/* of what was done, so far */
};

void purge_log_figures(const struct purge_log *, struct purge_figures *);

/* A fetch under way; the caller's memory. */
struct purge_flight {
	TAILQ_ENTRY(purge_flight) list;
	struct purge_mark	mark;
};

void purge_flight_begin(struct purge_log *, struct purge_flight *);
void purge_flight_end(struct purge_log *, struct purge_flight *);

enum purge_verdict {
	PURGE_FRESH,
	PURGE_STALE,		/* softly purged */
	PURGE_DEAD
};

/* What was purged since an object's, or a flight's, mark. */
enum purge_verdict purge_log_judge(const struct purge_log *,
    struct purge_mark, const struct purge_object *, purge_regex_f *,
    void *priv);

/*
 * Whether it is meant by a purge that was done since this node's count was
 * `number`, for what is no object and has no mark.
 */
bool purge_log_since(const struct purge_log *, uint64_t number,
    const struct purge_object *, purge_regex_f *, void *priv);

/* Whether judge() would say so without looking at the object. */
bool purge_log_is_fresh(const struct purge_log *, struct purge_mark);

/* All that is_fresh() looks at, to be kept beside the log's lock. */
struct purge_glance {
	uint64_t		process;	/* of marks */
	uint64_t		number;		/* of what was done so far */
	uint64_t		oldest;		/* flight's; or UINT64_MAX */
	unsigned		soft;
};

void purge_log_glance(const struct purge_log *, struct purge_glance *);
bool purge_glance_is_fresh(const struct purge_glance *, struct purge_mark);

#endif
