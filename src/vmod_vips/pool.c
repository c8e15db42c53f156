/* SPDX-License-Identifier: BSD-2-Clause
 * Copyright (c) 2026 The pixelfleet authors
 *
 * The pool of renderers.
 *
 * Two things are handed out, each with its own rule.  A *turn* is the right
 * to have a renderer at work: there are `size` of them, and who finds none
 * queues in order of arrival.  A *renderer* is a process: who has a turn
 * takes an idle one or has one started, and whoever loses one, however it
 * went, just does not put it back.  So renderers + starting <= size holds
 * but for a moment after the pool has shrunk.
 *
 * All is under pool.mtx, which is never held over a wait other than on its
 * conditions.  Processes are started by a thread of the pool, the keeper,
 * since only that lives as long as the pool does: see renderer_start().
 */

#include "config.h"

#include <errno.h>
#include <pthread.h>
#include <sched.h>
#include <signal.h>
#include <stdarg.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

#include <cache/cache.h>
#include <vtim.h>

#include "VSC_vips.h"
#include "render_wire.h"
#include "renderer.h"
#include "pool.h"
#include "vcompat.h"

#define QUEUE_PER_RENDERER	64
#define START_PAUSE		1.	/* s, after a failure to start one */
#define SWEEP_INTERVAL		5.	/* s, between looks at idle ones */

/* A thread that waits for its turn.  On its stack. */
struct turn {
	pthread_cond_t			cond;
	bool				granted;
	VTAILQ_ENTRY(turn)		list;
};

/* A thread that waits for the keeper to start a renderer.  On its stack. */
struct order {
	pthread_cond_t			cond;
	bool				done;
	struct renderer			*renderer;	/* or NULL */
	VTAILQ_ENTRY(order)		list;
};

static struct pool {
	pthread_mutex_t			mtx;
	struct VSC_vips			*vsc;

	unsigned			size;
	unsigned			busy;	/* turns given out */
	unsigned			queued;
	VTAILQ_HEAD(, turn)		turns;

	unsigned			n_idle;
	VTAILQ_HEAD(, renderer)		idle;	/* last used first */

	bool				keeper;	/* runs */
	pthread_cond_t			keeper_cond;
	VTAILQ_HEAD(, order)		orders;
	vtim_mono			no_start_before;
} pool = {
	.mtx = PTHREAD_MUTEX_INITIALIZER,
	.turns = VTAILQ_HEAD_INITIALIZER(pool.turns),
	.idle = VTAILQ_HEAD_INITIALIZER(pool.idle),
	.keeper_cond = PTHREAD_COND_INITIALIZER,
	.orders = VTAILQ_HEAD_INITIALIZER(pool.orders),
};

/* In the place of a renderer's reply. */
static void v_printflike_(3, 4)
pool_refuse(struct render_job *job, unsigned status, const char *fmt, ...)
{
	va_list ap;

	job->reply.status = status;
	va_start(ap, fmt);
	(void)vsnprintf(job->reply.text, sizeof job->reply.text, fmt, ap);
	va_end(ap);
}

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

/* The wait status of its end. */
static int
pool_bury(struct renderer **rp, char *words)
{
	int status;

	status = renderer_kill(*rp);
	if (words != NULL)
		renderer_words(*rp, words);
	renderer_free(rp);
	pool_lock();
	pool.vsc->renderers--;
	pool_unlock();
	return (status);
}

/*--------------------------------------------------------------------
 * Turns
 */

static unsigned
pool_queue_max(void)
{

	return (pool.size * QUEUE_PER_RENDERER);
}

/* Locked: give out what turns there are. */
static void
pool_grant(void)
{
	struct turn *t;

	while (pool.busy < pool.size &&
	    (t = VTAILQ_FIRST(&pool.turns)) != NULL) {
		VTAILQ_REMOVE(&pool.turns, t, list);
		pool.queued--;
		pool.busy++;
		t->granted = true;
		AZ(pthread_cond_signal(&t->cond));
	}
	pool.vsc->queued = pool.queued;
	pool.vsc->busy = pool.busy;
}

/* Locked: wait for a turn of our own. */
static bool
pool_queue(vtim_mono deadline)
{
	struct turn t = { .cond = PTHREAD_COND_INITIALIZER };
	int e = 0;

	VTAILQ_INSERT_TAIL(&pool.turns, &t, list);
	pool.queued++;
	pool_grant();
	while (!t.granted && e != ETIMEDOUT)
		e = pool_wait(&t.cond, deadline);
	if (!t.granted) {
		VTAILQ_REMOVE(&pool.turns, &t, list);
		pool.vsc->queued = --pool.queued;
	}
	AZ(pthread_cond_destroy(&t.cond));
	return (t.granted);
}

static bool
pool_enter(struct render_job *job)
{
	vtim_mono start;
	bool ok = false;

	start = VTIM_mono();
	pool_lock();
	if (pool.queued >= pool_queue_max()) {
		pool.vsc->queue_full++;
		pool_refuse(job, 503, POOL_FULL);
	} else if (!pool_queue(start + job->queue_timeout)) {
		pool.vsc->queue_timeouts++;
		pool_refuse(job, 503, "no renderer became free within %.3g s",
		    job->queue_timeout);
	} else
		ok = true;
	job->queued = VTIM_mono() - start;
	pool.vsc->queue_us += (uint64_t)(job->queued * 1e6);
	pool_unlock();
	return (ok);
}

/* End a turn, with the renderer where it is still good. */
static void
pool_leave(const struct render_job *job, struct renderer *r)
{

	pool_lock();
	if (r != NULL && pool.n_idle + pool.busy <= pool.size) {
		VTAILQ_INSERT_HEAD(&pool.idle, r, list);
		pool.n_idle++;
		r = NULL;
	}
	AN(pool.busy);
	pool.busy--;
	pool_grant();
	pool.vsc->render_us += (uint64_t)(job->rendered * 1e6);
	if (job->reply.status == 200) {
		pool.vsc->renders++;
		pool.vsc->source_bytes += job->request.source_len;
		pool.vsc->result_bytes += job->reply.result_len;
	}
	pool_unlock();
	if (r != NULL)
		(void)pool_bury(&r, NULL);
}

/*--------------------------------------------------------------------
 * The keeper: starts renderers, and buries those that died idle.
 */

/* Locked on entry and return. */
static void
pool_start(struct order *order)
{
	char err[RENDERER_ERROR_MAX];
	struct renderer *r = NULL;

	if (VTIM_mono() >= pool.no_start_before) {
		pool_unlock();
		r = renderer_start(err);
		if (r == NULL)
			VSL(SLT_Error, NO_VXID, "vips: %s", err);
		pool_lock();
		if (r == NULL) {
			pool.no_start_before = VTIM_mono() + START_PAUSE;
			pool.vsc->spawn_failures++;
		} else {
			pool.vsc->spawned++;
			pool.vsc->renderers++;
		}
	}
	order->renderer = r;
	order->done = true;
	AZ(pthread_cond_signal(&order->cond));
}

/* Locked on entry and return. */
static void
pool_sweep(void)
{
	VTAILQ_HEAD(, renderer) dead = VTAILQ_HEAD_INITIALIZER(dead);
	struct renderer *r, *next;

	VTAILQ_FOREACH_SAFE(r, &pool.idle, list, next) {
		if (renderer_quiet(r) && pool.n_idle + pool.busy <= pool.size)
			continue;
		VTAILQ_REMOVE(&pool.idle, r, list);
		pool.n_idle--;
		VTAILQ_INSERT_TAIL(&dead, r, list);
	}
	pool_unlock();
	VTAILQ_FOREACH_SAFE(r, &dead, list, next)
		(void)pool_bury(&r, NULL);
	pool_lock();
}

static void *
pool_keeper(void *priv)
{
	struct order *order;
	vtim_mono sweep;

	sweep = VTIM_mono() + SWEEP_INTERVAL;
	pool_lock();
	while (true) {
		order = VTAILQ_FIRST(&pool.orders);
		if (order != NULL) {
			VTAILQ_REMOVE(&pool.orders, order, list);
			pool_start(order);
		} else if (pool_wait(&pool.keeper_cond, sweep) == ETIMEDOUT) {
			pool_sweep();
			sweep = VTIM_mono() + SWEEP_INTERVAL;
		}
	}
	NEEDLESS(return (NULL));
}

/* Locked: varnishd's own threads take care of signals. */
static void
pool_hire_keeper(void)
{
	sigset_t all, before;
	pthread_t thread;

	AZ(sigfillset(&all));
	AZ(pthread_sigmask(SIG_SETMASK, &all, &before));
	AZ(pthread_create(&thread, NULL, pool_keeper, NULL));
	AZ(pthread_sigmask(SIG_SETMASK, &before, NULL));
	AZ(pthread_detach(thread));
	pool.keeper = true;
}

/*--------------------------------------------------------------------
 * A job
 */

/* A renderer for who has a turn; a new one where `fresh`. */
static struct renderer *
pool_take(bool fresh)
{
	struct order order = { .cond = PTHREAD_COND_INITIALIZER };
	struct renderer *r;

	pool_lock();
	while (!fresh && (r = VTAILQ_FIRST(&pool.idle)) != NULL) {
		VTAILQ_REMOVE(&pool.idle, r, list);
		pool.n_idle--;
		if (renderer_quiet(r)) {
			pool_unlock();
			return (r);
		}
		pool_unlock();
		(void)pool_bury(&r, NULL);
		pool_lock();
	}
	VTAILQ_INSERT_TAIL(&pool.orders, &order, list);
	AZ(pthread_cond_signal(&pool.keeper_cond));
	while (!order.done)
		AZ(pthread_cond_wait(&order.cond, &pool.mtx));
	pool_unlock();
	AZ(pthread_cond_destroy(&order.cond));
	return (order.renderer);
}

static enum renderer_answer
pool_ask(struct render_job *job, size_t len, struct renderer *r)
{
	enum renderer_answer a;
	vtim_mono start;

	job->pid = r->pid;
	start = VTIM_mono();
	/* No encoder of ours needs 8 bytes a pixel, metadata aside. */
	a = renderer_ask(r, job->packet, len, job->source,
	    start + job->timeout, job->request.max_out_pixels * 8 + (1 << 20),
	    &job->reply, &job->result);
	job->rendered = VTIM_mono() - start;
	return (a);
}

/* A renderer was lost with the image in its hands. */
static void
pool_lost(struct render_job *job, enum renderer_answer a, int status)
{
	uint64_t *counter = &pool.vsc->crashes;
	const char *sig = NULL;

	if (status != -1 && WIFSIGNALED(status))
		sig = sigabbrev_np(WTERMSIG(status));
	switch (a) {
	case RENDERER_LATE:
		counter = &pool.vsc->timeouts;
		pool_refuse(job, 504, "the image took longer than %.3g s to "
		    "render", job->timeout);
		break;
	case RENDERER_GARBLED:
		pool_refuse(job, 500, "the renderer gave no valid answer");
		break;
	default:
		pool_refuse(job, 422, "the image could not be rendered: its "
		    "renderer died%s%s", sig != NULL ? " of SIG" : "",
		    sig != NULL ? sig : "");
	}
	pool_lock();
	(*counter)++;
	pool_unlock();
}

/* No renderer that works: none starts, or even a new one dies at once. */
static void
pool_none(struct render_job *job, int status)
{

	pool_refuse(job, 503, "no renderer can be started");
	if (job->pid == 0)
		return;
	VSL(SLT_Error, NO_VXID, "vips: new renderer died, %s %d: %.*s",
	    WIFSIGNALED(status) ? "signal" : "exit status",
	    WIFSIGNALED(status) ? WTERMSIG(status) : WEXITSTATUS(status),
	    (int)strcspn(job->words, "\n"), job->words);
	pool_lock();
	pool.no_start_before = VTIM_mono() + START_PAUSE;
	pool.vsc->spawn_failures++;
	pool_unlock();
}

/*
 * With a turn.  Returns the renderer where it is good for more.  One that
 * died while it was idle has not seen the request, so another may.
 */
static struct renderer *
pool_do(struct render_job *job, size_t len)
{
	enum renderer_answer a = RENDERER_UNHEARD;
	struct renderer *r;
	int status = -1;
	unsigned try;

	for (try = 0; try < 2 && a == RENDERER_UNHEARD; try++) {
		job->pid = 0;
		r = pool_take(try > 0);
		if (r == NULL)
			break;
		a = pool_ask(job, len, r);
		if (a == RENDERER_ANSWERED) {
			renderer_words(r, job->words);
			return (r);
		}
		status = pool_bury(&r, job->words);
	}
	if (a == RENDERER_UNHEARD)
		pool_none(job, status);
	else
		pool_lost(job, a, status);
	return (NULL);
}

/*--------------------------------------------------------------------*/

void
pool_init(struct VSC_vips *vsc)
{

	AN(vsc);
	pool.vsc = vsc;
}

void
pool_resize(unsigned size)
{
	cpu_set_t cpus;

	if (size == 0) {
		AZ(sched_getaffinity(0, sizeof cpus, &cpus));
		size = CPU_COUNT(&cpus);
	}
	pool_lock();
	if (!pool.keeper)
		pool_hire_keeper();
	pool.size = size;
	pool_grant();
	pool_unlock();
}

bool
pool_full(void)
{
	bool full;

	pool_lock();
	full = pool.queued >= pool_queue_max();
	if (full)
		pool.vsc->queue_full++;
	pool_unlock();
	return (full);
}

int
pool_render(struct render_job *job)
{
	struct renderer *r;
	ssize_t len;

	memset(&job->reply, 0, sizeof job->reply);
	job->result = -1;
	job->rendered = 0;
	job->pid = 0;
	job->words[0] = '\0';
	len = render_request_pack(&job->request, job->packet,
	    sizeof job->packet);
	assert(len > 0);
	if (!pool_enter(job))
		return (-1);
	r = pool_do(job, len);
	pool_leave(job, r);
	return (job->reply.status == 200 ? 0 : -1);
}

void
pool_count_failure(void)
{

	pool_lock();
	pool.vsc->failures++;
	pool_unlock();
}
