/* SPDX-License-Identifier: BSD-2-Clause
 * Copyright (c) 2026 The pixelfleet authors
 *
 * See agent.h.
 *
 * The thread owns everything in struct agent but `stop`, which is atomic.
 * It reads the cluster, which nobody changes after .start(), and writes to
 * the peers, whose fields are safe from any thread.  It makes and deletes no
 * backend, and holds no lock.
 */

#include "config.h"

#include <pthread.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <curl/curl.h>

#include "fleet.h"

#include <vtim.h>

#include "agent.h"
#include "node_call.h"
#include "purge_exchange.h"

#define AGENT_PERIOD		1.0	/* s between two questions to a node */
#define AGENT_TIMEOUT_MS	1000L

/* One node, and the questions to it. */
struct exchange {
	unsigned			magic;
#define EXCHANGE_MAGIC			0x6e17c2d8
	struct agent			*agent;
	const struct member		*member;
	struct node_call		state;
	struct purge_exchange		purges;
};

struct agent {
	unsigned			magic;
#define AGENT_MAGIC			0x2f60c9b7
	struct VPFX(fleet_director)	*cluster;
	pthread_t			thread;
	bool				stop;
	CURLM				*multi;
	struct exchange			*exchange;
	unsigned			n;
};

/* The state of a node -----------------------------------------------*/

/* Its load is for nodes of our configuration, its purges are for all. */
static void
exchange_done(void *priv, const struct node_call *c)
{
	const char *ours;
	struct node_load load;
	struct exchange *x;

	CAST_OBJ_NOTNULL(x, priv, EXCHANGE_MAGIC);
	if (!node_call_is_answer(c)) {
		purge_node_unheard(x->member->name, c->refused[0] != '\0' ?
		    c->refused : "it does not answer as a node");
		return;
	}
	if (node_config_valid(c->config))
		peer_set_config(x->member->peer, c->config);
	if (c->status != 200)
		return;
	purge_exchange_position(&x->purges, c->position);
	ours = x->agent->cluster->config.hex;
	if (!strcmp(c->config, ours) && node_load_parse(&load, c->load) == 0)
		peer_report(x->member->peer, &load);
}

static int
exchange_init(struct exchange *x, struct agent *a, const struct member *m)
{

	INIT_OBJ(x, EXCHANGE_MAGIC);
	x->agent = a;
	x->member = m;
	INIT_OBJ(&x->state, NODE_CALL_MAGIC);
	x->state.member = m;
	x->state.method = "GET";
	x->state.url = NODE_URL_STATE;
	x->state.func = exchange_done;
	x->state.priv = x;
	if (node_call_init(&x->state, AGENT_TIMEOUT_MS) < 0)
		return (-1);
	return (purge_exchange_init(&x->purges, m));
}

static void
exchange_fini(struct agent *a, struct exchange *x)
{

	if (x->magic == 0)
		return;
	CHECK_OBJ_NOTNULL(x, EXCHANGE_MAGIC);
	node_call_fini(&x->state, a->multi);
	purge_exchange_fini(&x->purges, a->multi);
	memset(x, 0, sizeof *x);
}

/* The thread --------------------------------------------------------*/

/* Who is healthy, and the counters: once in a period is often enough. */
static void
agent_note(struct agent *a)
{
	const struct VPFX(fleet_director) *d = a->cluster;
	struct vrt_ctx ctx;
	unsigned u;

	INIT_OBJ(&ctx, VRT_CTX_MAGIC);
	for (u = 0; u < a->n; u++)
		if (VRT_Healthy(&ctx, a->exchange[u].member->backend, NULL))
			peer_set_healthy(a->exchange[u].member->peer,
			    d->config.hex);
	director_publish(&ctx, d);
}

static void *
agent_thread(void *priv)
{
	struct agent *a;
	double next, now;
	unsigned u;
	int running;

	CAST_OBJ_NOTNULL(a, priv, AGENT_MAGIC);
	next = VTIM_mono();
	while (!__atomic_load_n(&a->stop, __ATOMIC_ACQUIRE)) {
		now = VTIM_mono();
		if (now >= next) {
			for (u = 0; u < a->n; u++)
				(void)node_call_send(&a->exchange[u].state,
				    a->multi, a->cluster, NULL, 0);
			agent_note(a);
			purge_node_tick();
			next = now + AGENT_PERIOD;
		}
		(void)curl_multi_perform(a->multi, &running);
		node_call_collect(a->multi);
		for (u = 0; u < a->n; u++)
			purge_exchange_go(&a->exchange[u].purges, a->multi,
			    a->cluster);
		(void)curl_multi_poll(a->multi, NULL, 0,
		    1 + (int)((next - now) * 1e3), NULL);
	}
	return (NULL);
}

static void
agent_wake(void *priv)
{
	struct agent *a;

	CAST_OBJ_NOTNULL(a, priv, AGENT_MAGIC);
	(void)curl_multi_wakeup(a->multi);
}

static void
agent_free(struct agent **ap)
{
	struct agent *a;
	unsigned u;

	TAKE_OBJ_NOTNULL(a, ap, AGENT_MAGIC);
	for (u = 0; a->exchange != NULL && u < a->n; u++)
		exchange_fini(a, &a->exchange[u]);
	free(a->exchange);
	if (a->multi != NULL)
		(void)curl_multi_cleanup(a->multi);
	FREE_OBJ(a);
}

static int
agent_prepare(struct agent *a)
{
	struct VPFX(fleet_director) *d = a->cluster;
	unsigned u;

	a->multi = curl_multi_init();
	a->exchange = calloc(d->n_member + 1, sizeof *a->exchange);
	if (a->multi == NULL || a->exchange == NULL)
		return (-1);
	for (u = 0; u < d->n_member; u++)
		if ((int)u != d->self &&
		    exchange_init(&a->exchange[a->n++], a, &d->member[u]) < 0)
			return (-1);
	return (0);
}

/*
 * Signals are for the threads that varnishd made, but for those that a fault
 * of this one raises: to block them would be to die without a panic.
 */
static int
agent_launch(struct agent *a)
{
	static const int faults[] =
	    { SIGSEGV, SIGBUS, SIGABRT, SIGFPE, SIGILL };
	sigset_t most, old;
	unsigned u;
	int e;

	AZ(sigfillset(&most));
	for (u = 0; u < sizeof faults / sizeof faults[0]; u++)
		AZ(sigdelset(&most, faults[u]));
	AZ(pthread_sigmask(SIG_SETMASK, &most, &old));
	e = pthread_create(&a->thread, NULL, agent_thread, a);
	AZ(pthread_sigmask(SIG_SETMASK, &old, NULL));
	return (e);
}

struct agent *
agent_start(struct VPFX(fleet_director) *d, const char **why)
{
	struct agent *a;

	ALLOC_OBJ(a, AGENT_MAGIC);
	AN(a);
	a->cluster = d;
	*why = NULL;
	if (agent_prepare(a) < 0)
		*why = "out of memory";
	else if (agent_launch(a) != 0)
		*why = "no thread";
	if (*why != NULL)
		agent_free(&a);
	else
		purge_node_subscribe(agent_wake, a);
	return (a);
}

void
agent_stop(struct agent **ap)
{

	CHECK_OBJ_NOTNULL(*ap, AGENT_MAGIC);
	purge_node_unsubscribe(*ap);
	__atomic_store_n(&(*ap)->stop, true, __ATOMIC_RELEASE);
	(void)curl_multi_wakeup((*ap)->multi);
	AZ(pthread_join((*ap)->thread, NULL));
	agent_free(ap);
}
