/* SPDX-License-Identifier: BSD-2-Clause
 * Copyright (c) 2026 The pixelfleet authors
 *
 * The purge log of this varnishd child (purge_log.h), with a lock, the bans
 * that it stands for, and where wanted a file.
 *
 * There is one for the process: it is opened by the first VCL that starts a
 * cluster, and stays, so that a reload forgets nothing.  Its members are the
 * nodes of the VCL that was made warm last.
 *
 * Safe from any thread, but for what is said to be for the CLI thread.  The
 * lock is held by nothing that waits, but for the disk where there is a file,
 * and under it only the core's ban list is locked.  What every hit asks is
 * kept beside it in atomics.  Before it is open, nothing has been purged, and
 * nothing can be.
 *
 * The times of purge_log.h are taken here.
 */

#ifndef PURGE_NODE_H
#define PURGE_NODE_H

#include <stdbool.h>
#include <stddef.h>

#include "purge_log.h"

/* Life: in the CLI thread -------------------------------------------*/

/*
 * `path` is the file, or NULL.  Where it is open already, nothing is done.
 * Returns 0, or -1 with a sentence: the file cannot be used.
 */
int purge_node_open(const char *self, const char *path,
    const struct purge_rules *, char err[PURGE_ERROR_MAX]);

/* The other nodes.  Begins with the first call. */
void purge_node_members(const char *const *names, unsigned n);

/*
 * What is called, from any thread, when there is something to be sent or
 * pulled: to wake up who does that.
 */
typedef void purge_wake_f(void *priv);
void purge_node_wake(void);
void purge_node_subscribe(purge_wake_f *, void *priv);
void purge_node_unsubscribe(void *priv);

/* Purges ------------------------------------------------------------*/

/*
 * Take a purge: applied here, and on its way to the others.  TAKEN with its
 * name; MALFORMED or FAILED with a sentence, for the one who asked.
 */
enum purge_taken purge_node_add(const char *expr, struct purge_id *,
    char err[PURGE_ERROR_MAX]);

/*
 * Wait until all have applied it, for so many ms at most.  Returns how many
 * have not: 0 is the end of it; -1 where it is not known (any more).
 */
int purge_node_wait(const struct purge_id *, int64_t ms);

/*
 * How a purge stands, node by node, this one first.  The function is called
 * under the lock, must not call back, and what it is given does not outlive
 * the call.  Returns what purge_node_wait() does, and calls nothing for -1.
 */
typedef void purge_standing_f(void *priv, const struct purge_standing *);
int purge_node_standing(const struct purge_id *, purge_standing_f *,
    void *priv);

/* The canonical text of a purge that is in the log.  Returns 0, or -1. */
int purge_node_text(const struct purge_id *, char text[PURGE_EXPR_MAX]);

/*
 * Whether this node has what the others have; if not, it must not serve from
 * its cache, and *why (which is static, or NULL) says why not.  An atomic.
 */
bool purge_node_caught_up(const char **why);

/* For counters and status. */
void purge_node_figures(struct purge_figures *);

/* Once a second. */
void purge_node_tick(void);

/* Objects: see the steps of purge_log.h ------------------------------*/

/* A fetch begins; NULL where there is no log. */
struct purge_flight *purge_node_begin(void);

/*
 * It has ended, whatever has been stored of it: what says so of itself is
 * banned, where it was purged meanwhile.  NULL: nothing was stored.
 */
void purge_node_end(struct purge_flight **, const struct purge_object *);

/* Whether nothing needs to be asked of the object.  Without the lock. */
bool purge_node_is_fresh(struct purge_mark);

enum purge_verdict purge_node_judge(struct purge_mark,
    const struct purge_object *);

/*
 * How much was done so far, the end of a soft purge, too: what is the same
 * before and after, nothing came in between.  It goes up when the bans are
 * there, and not before: who asked, and then looked for an object, has met all
 * bans of what had been counted.  Without the lock.
 */
uint64_t purge_node_done(void);

/* Whether an original was purged since this was last asked for it. */
bool purge_node_purged(const char *source);

/* The exchange ------------------------------------------------------*/

/*
 * This node's position, for the header Fleet-Purge.  Returns its length, or
 * -1 where it does not fit, or there is none.
 */
int purge_node_position(char *buf, size_t size);

/*
 * Another node told its position.  Returns 1 where it has what this node
 * lacks and should be asked for it, 0, or -1 if malformed.
 */
int purge_node_heard(const char *position);

/* What was sent to this member did not get there. */
void purge_node_unheard(const char *member, const char *why);

/* Whether this node has all of that, now or within so many ms. */
bool purge_node_covers(const char *position, int64_t ms);

/* Lines that a node at this position lacks; as purge_log_pull(). */
int purge_node_pull(const char *position, char *buf, size_t size);

/* How a batch of lines from another node was taken. */
struct purge_received {
	unsigned		taken;
	unsigned		known;
	unsigned		failed;		/* or ahead, or malformed */
};

/* Each line ends with a newline; a last one that does not is left alone. */
void purge_node_receive(const char *lines, size_t len,
    struct purge_received *);

/* How many purges this node has taken itself: when that changes, send. */
uint64_t purge_node_news(void);

#endif
