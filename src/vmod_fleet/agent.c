/* SPDX-License-Identifier: BSD-2-Clause
 * Copyright (c) 2026 The pixelfleet authors
 *
 * See agent.h.
 *
 * The thread owns everything in struct agent but `stop`, which is atomic.
 * It reads the cluster, which nobody changes after .start() but for its
 * roster, of which it keeps one, and writes to the peers, whose fields are
 * safe from any thread.  It makes and deletes no backend, and holds no lock.
 */

#include "config.h"

#include <pthread.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <curl/curl.h>

#include "fleet.h"

#include <vtim.h>

#include "agent.h"
#include "node_call.h"
#include "purge_exchange.h"
#include "vcompat.h"

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
	const struct roster		*roster;	/* taken */
	struct exchange			**exchange;	/* with its others */
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

static void
exchange_free(struct agent *a, struct exchange **xp)
{
	struct exchange *x;

	TAKE_OBJ_NOTNULL(x, xp, EXCHANGE_MAGIC);
	node_call_fini(&x->state, a->multi);
	purge_exchange_fini(&x->purges, a->multi);
	FREE_OBJ(x);
}

/* NULL where that fails. */
static struct exchange *
exchange_new(struct agent *a, const struct member *m)
{
	struct exchange *x;

	ALLOC_OBJ(x, EXCHANGE_MAGIC);
	AN(x);
	x->agent = a;
	x->member = m;
	INIT_OBJ(&x->state, NODE_CALL_MAGIC);
	x->state.member = m;
	x->state.method = "GET";
	x->state.url = NODE_URL_STATE;
	x->state.func = exchange_done;
	x->state.priv = x;
	if (node_call_init(&x->state, AGENT_TIMEOUT_MS) < 0 ||
	    purge_exchange_init(&x->purges, m) < 0)
		exchange_free(a, &x);
	return (x);
}

/* The others --------------------------------------------------------*/

static struct exchange *
agent_take_exchange(struct agent *a, const struct member *m)
{
	struct exchange *x;
	unsigned u;

	for (u = 0; u < a->n; u++) {
		x = a->exchange[u];
		if (x != NULL && x->member == m) {
			a->exchange[u] = NULL;
			return (x);
		}
	}
	return (exchange_new(a, m));
}

/* Exchanges with those who are in a roster, kept where they were before. */
static int
agent_use(struct agent *a, const struct roster *r)
{
	struct exchange **list, *x;
	unsigned u, n = 0;
	int e = 0;

	list = calloc(r->n_member + 1, sizeof *list);
	AN(list);
	for (u = 0; u < r->n_member; u++) {
		if ((int)u == r->self)
			continue;
		x = agent_take_exchange(a, r->member[u]);
		if (x == NULL)
			e = -1;
		else
			list[n++] = x;
	}
	for (u = 0; u < a->n; u++)
		if (a->exchange[u] != NULL)
			exchange_free(a, &a->exchange[u]);
	free(a->exchange);
	a->exchange = list;
	a->n = n;
	if (a->roster != NULL)
		roster_give(a->roster);
	a->roster = r;
	return (e);
}

/* Nodes may have come or gone. */
static void
agent_follow(struct agent *a)
{
	const struct roster *r;

	r = roster_take(a->cluster);
	if (r == a->roster) {
		roster_give(r);
		return;
	}
	if (agent_use(a, r) < 0)
		VSL(SLT_Error, NO_VXID, "%s: no exchange of load and purges "
		    "with some of the nodes: out of memory",
		    a->cluster->name);
	lifecycle_members();
}

/* The thread --------------------------------------------------------*/

/* Who is healthy, and the counters: once in a period is often enough. */
static void
agent_note(struct agent *a)
{
	const struct VPFX(fleet_director) *d = a->cluster;
	const struct member *m;
	struct vrt_ctx ctx;
	unsigned u;

	INIT_OBJ(&ctx, VRT_CTX_MAGIC);
	for (u = 0; u < a->n; u++) {
		m = a->exchange[u]->member;
		if (m->backend != NULL && VRT_Healthy(&ctx, m->backend, NULL))
			peer_set_healthy(m->peer, d->config.hex);
	}
	director_publish(&ctx, d, a->roster);
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
			agent_follow(a);
			for (u = 0; u < a->n; u++)
				(void)node_call_send(&a->exchange[u]->state,
				    a->multi, a->cluster, NULL, 0);
			agent_note(a);
			purge_node_tick();
			next = now + AGENT_PERIOD;
		}
		(void)curl_multi_perform(a->multi, &running);
		node_call_collect(a->multi);
		for (u = 0; u < a->n; u++)
			purge_exchange_go(&a->exchange[u]->purges, a->multi,
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
	for (u = 0; u < a->n; u++)
		exchange_free(a, &a->exchange[u]);
	free(a->exchange);
	if (a->roster != NULL)
		roster_give(a->roster);
	if (a->multi != NULL)
		(void)curl_multi_cleanup(a->multi);
	FREE_OBJ(a);
}

static int
agent_prepare(struct agent *a)
{

	a->multi = curl_multi_init();
	if (a->multi == NULL)
		return (-1);
	return (agent_use(a, roster_take(a->cluster)));
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
	else if (fleet_thread(&a->thread, agent_thread, a) != 0)
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
