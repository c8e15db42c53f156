/* SPDX-License-Identifier: BSD-2-Clause
 * Copyright (c) 2026 The pixelfleet authors
 *
 * The pool of renderers.
 *
 * Two things are handed out, each with its own rule.  A *turn* is the right
 * to have a renderer at work: there are `size` of them, and who finds none
 * queues, see lanes.h.  A *renderer* is a process: who has a turn
 * takes an idle one or has one started, and whoever loses one, however it
 * went, just does not put it back.  One comes back to the idle ones unless
 * there are more of them, in all, than turns, or it has served its time: so
 * many renders, or so much memory that it did not give back.
 *
 * All is under pool.mtx, which is never held over a wait other than on its
 * conditions.  Processes are started by a thread of the pool, the keeper,
 * since only that lives as long as the pool does: see renderer_start().  It
 * also ends those that nobody wants any more, so that no render waits for
 * the end of another's process.
 */

#include "config.h"

#include <errno.h>
#include <pthread.h>
#include <sched.h>
#include <signal.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include <cache/cache.h>
#include <vtim.h>

#include "backoff.h"
#include "counters.h"
#include "render_wire.h"
#include "renderer.h"
#include "pool.h"
#include "vcompat.h"

#define SWEEP_INTERVAL		5.	/* s, between looks at idle ones */

/* A thread that waits for the keeper to start a renderer.  On its stack. */
struct order {
	pthread_cond_t			cond;
	bool				done;
	struct renderer			*renderer;	/* or NULL */
	VTAILQ_ENTRY(order)		list;
};

static struct pool {
	pthread_mutex_t			mtx;

	struct pool_rules		rules;
	unsigned			size;	/* turns */
	struct lanes			lanes;

	unsigned			live;	/* renderers, ordered included */
	VTAILQ_HEAD(, renderer)		idle;	/* last used first */
	VTAILQ_HEAD(, renderer)		doomed;	/* no longer live */

	bool				keeper;	/* runs */
	pthread_cond_t			keeper_cond;
	VTAILQ_HEAD(, order)		orders;
	struct backoff			backoff;	/* of starting them */
} pool = {
	.mtx = PTHREAD_MUTEX_INITIALIZER,
	.idle = VTAILQ_HEAD_INITIALIZER(pool.idle),
	.doomed = VTAILQ_HEAD_INITIALIZER(pool.doomed),
	.keeper_cond = PTHREAD_COND_INITIALIZER,
	.orders = VTAILQ_HEAD_INITIALIZER(pool.orders),
};

static void
pool_lock(void)
{

	AZ(pthread_mutex_lock(&pool.mtx));
}

static void
pool_unlock(void)
{

	AZ(pthread_mutex_unlock(&pool.mtx));
}

/* Returns 0 or ETIMEDOUT. */
static int
pool_wait(pthread_cond_t *cond, vtim_mono deadline)
{
	struct timespec ts;

	ts = VTIM_timespec(deadline);
	return (pthread_cond_clockwait(cond, &pool.mtx, CLOCK_MONOTONIC,
	    &ts));
}

/* Locked. */
static void
pool_live(int n)
{

	pool.live += n;
	vips_counters->renderers = pool.live;
}

/*--------------------------------------------------------------------
 * Turns
 */

/* Locked: give out what turns there are. */
static void
pool_grant(void)
{
	struct pool_ticket *ticket;
	struct lane_entry *e;

	while ((e = lanes_next(&pool.lanes)) != NULL) {
		ticket = (void *)((char *)e -
		    offsetof(struct pool_ticket, lane));
		AZ(pthread_cond_signal(&ticket->cond));
	}
	vips_counters->queued = pool.lanes.waiting;
	vips_counters->busy = pool.lanes.busy;
	vips_counters->busy_dear = pool.lanes.busy_dear;
}

/* Locked: wait for the turn. */
static bool
pool_queue(struct pool_ticket *ticket, vtim_mono deadline)
{
	int e = 0;

	AZ(pthread_cond_init(&ticket->cond, NULL));
	pool_grant();
	while (!ticket->lane.granted && e != ETIMEDOUT)
		e = pool_wait(&ticket->cond, deadline);
	if (!ticket->lane.granted) {
		lanes_give_up(&pool.lanes, &ticket->lane);
		pool_grant();
	}
	AZ(pthread_cond_destroy(&ticket->cond));
	return (ticket->lane.granted);
}

/*--------------------------------------------------------------------
 * Renderers, and the keeper, which starts and ends them
 */

/* Locked.  One that no list has. */
static void
pool_doom(struct renderer *r)
{

	pool_live(-1);
	VTAILQ_INSERT_TAIL(&pool.doomed, r, list);
	AZ(pthread_cond_signal(&pool.keeper_cond));
}

/*
 * Whether an idle one has grown too large.  What it is about to give back,
 * just after a render, may count.
 */
static bool
pool_outgrown(const struct renderer *r)
{

	if (renderer_resident(r) <= pool.rules.max_resident)
		return (false);
	COUNT(retired, 1);
	return (true);
}

int
pool_bury(struct renderer **rp, char *words)
{
	int status;

	status = renderer_kill(*rp);
	if (words != NULL)
		renderer_words(*rp, words);
	renderer_free(rp);
	pool_lock();
	pool_live(-1);
	pool_unlock();
	return (status);
}

void
pool_pause(void)
{

	COUNT(spawn_failures, 1);
	pool_lock();
	backoff_failed(&pool.backoff, VTIM_mono());
	pool_unlock();
}

/* Locked on entry and return. */
static void
pool_start(struct order *order)
{
	char err[RENDERER_ERROR_MAX];
	struct renderer *r = NULL;

	if (backoff_over(&pool.backoff, VTIM_mono())) {
		pool_unlock();
		r = renderer_start(err);
		if (r != NULL)
			COUNT(spawned, 1);
		else {
			VSL(SLT_Error, NO_VXID, "vips: %s", err);
			pool_pause();
		}
		pool_lock();
	}
	if (r == NULL)
		pool_live(-1);
	order->renderer = r;
	order->done = true;
	AZ(pthread_cond_signal(&order->cond));
}

/* Locked. */
static void
pool_sweep(void)
{
	struct renderer *r, *next;

	VTAILQ_FOREACH_SAFE(r, &pool.idle, list, next) {
		if (renderer_quiet(r) && pool.live <= pool.size &&
		    !pool_outgrown(r))
			continue;
		VTAILQ_REMOVE(&pool.idle, r, list);
		pool_doom(r);
	}
}

/* Locked on entry and return. */
static void
pool_end(struct renderer *r)
{

	pool_unlock();
	(void)renderer_kill(r);
	renderer_free(&r);
	pool_lock();
}

static void *
pool_keeper(void *priv)
{
	struct order *order;
	struct renderer *r;
	vtim_mono sweep;

	sweep = VTIM_mono() + SWEEP_INTERVAL;
	pool_lock();
	while (true) {
		order = VTAILQ_FIRST(&pool.orders);
		if (order != NULL) {
			VTAILQ_REMOVE(&pool.orders, order, list);
			pool_start(order);
		} else if ((r = VTAILQ_FIRST(&pool.doomed)) != NULL) {
			VTAILQ_REMOVE(&pool.doomed, r, list);
			pool_end(r);
		} else if (pool_wait(&pool.keeper_cond, sweep) == ETIMEDOUT) {
			pool_sweep();
			sweep = VTIM_mono() + SWEEP_INTERVAL;
		}
	}
	NEEDLESS(return (NULL));
}

/*
 * Locked.  Signals are for varnishd's own threads, but for those that mean
 * us: to block them would be to die without a panic.
 */
static void
pool_hire_keeper(void)
{
	static const int ours[] = { SIGSEGV, SIGBUS, SIGABRT, SIGFPE, SIGILL };
	sigset_t most, before;
	pthread_t thread;
	unsigned u;

	AZ(sigfillset(&most));
	for (u = 0; u < sizeof ours / sizeof *ours; u++)
		AZ(sigdelset(&most, ours[u]));
	AZ(pthread_sigmask(SIG_SETMASK, &most, &before));
	AZ(pthread_create(&thread, NULL, pool_keeper, NULL));
	AZ(pthread_sigmask(SIG_SETMASK, &before, NULL));
	AZ(pthread_detach(thread));
	pool.keeper = true;
}

/*--------------------------------------------------------------------*/

void
pool_configure(const struct pool_rules *rules)
{
	unsigned size = rules->renderers;
	cpu_set_t cpus;

	if (size == 0) {
		AZ(sched_getaffinity(0, sizeof cpus, &cpus));
		size = CPU_COUNT(&cpus);
	}
	pool_lock();
	if (!pool.keeper) {
		lanes_init(&pool.lanes);
		pool_hire_keeper();
	}
	pool.rules = *rules;
	pool.size = size;
	lanes_resize(&pool.lanes, size);
	pool_grant();
	pool_unlock();
}

bool
pool_full(void)
{
	bool full;

	pool_lock();
	full = lanes_full(&pool.lanes);
	pool_unlock();
	return (full);
}

enum pool_turn
pool_enter(struct pool_ticket *ticket, double cost, vtim_dur timeout)
{
	enum pool_turn turn;
	vtim_mono now = VTIM_mono();

	pool_lock();
	if (!lanes_enter(&pool.lanes, &ticket->lane, cost))
		turn = POOL_FULL;
	else if (pool_queue(ticket, now + timeout))
		turn = POOL_GRANTED;
	else
		turn = POOL_TOO_LONG;
	pool_unlock();
	ticket->start = VTIM_mono();
	return (turn);
}

unsigned
pool_retry_after(void)
{
	vtim_dur wait;
	unsigned s;

	pool_lock();
	s = lanes_retry_after(&pool.lanes);
	wait = pool.backoff.until - VTIM_mono();
	if (!backoff_over(&pool.backoff, VTIM_mono()) && wait > s)
		s = 1 + (unsigned)wait;
	pool_unlock();
	return (s);
}

struct renderer *
pool_take(bool fresh)
{
	struct order order = { .cond = PTHREAD_COND_INITIALIZER };
	struct renderer *r;

	pool_lock();
	while (!fresh && (r = VTAILQ_FIRST(&pool.idle)) != NULL) {
		VTAILQ_REMOVE(&pool.idle, r, list);
		if (renderer_quiet(r) && !pool_outgrown(r)) {
			pool_unlock();
			return (r);
		}
		pool_doom(r);
	}
	pool_live(1);
	VTAILQ_INSERT_TAIL(&pool.orders, &order, list);
	AZ(pthread_cond_signal(&pool.keeper_cond));
	while (!order.done)
		AZ(pthread_cond_wait(&order.cond, &pool.mtx));
	pool_unlock();
	AZ(pthread_cond_destroy(&order.cond));
	return (order.renderer);
}

/* Locked. */
static void
pool_keep(struct renderer *r)
{
	bool old;

	/* Those before it may have started when all was well. */
	if (++r->renders == 1)
		backoff_worked(&pool.backoff);
	old = pool.rules.max_renders > 0 &&
	    r->renders >= pool.rules.max_renders;
	if (old)
		COUNT(retired, 1);
	if (old || pool.live > pool.size)
		pool_doom(r);
	else
		VTAILQ_INSERT_HEAD(&pool.idle, r, list);
}

void
pool_leave(struct pool_ticket *ticket, struct renderer *r)
{
	vtim_dur took = VTIM_mono() - ticket->start;

	pool_lock();
	lanes_leave(&pool.lanes, &ticket->lane, r != NULL ? took * 1e3 : 0);
	if (r != NULL)
		pool_keep(r);
	pool_grant();
	pool_unlock();
}
