/* SPDX-License-Identifier: BSD-2-Clause
 * Copyright (c) 2026 The pixelfleet authors
 *
 * See peer.h.
 */

#include "config.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cache/cache.h>

#include <vtim.h>

#include "VSC_fleet_node.h"

#include "peer.h"
#include "purge_node.h"

#define PEER_POSITION_MS	500	/* that the same is no news */

/* Several probe intervals: long enough for a reload, short of a death. */
#define PEER_HEALTH_MS		3000

/* As long as a node may be away and come back to where it was. */
#define PEER_IDLE_MS		600000

static pthread_mutex_t peers_mtx = PTHREAD_MUTEX_INITIALIZER;
static VTAILQ_HEAD(, peer) peers = VTAILQ_HEAD_INITIALIZER(peers);

uint64_t
peer_now(void)
{

	return ((uint64_t)(VTIM_mono() * 1e3));
}

static struct peer *
peer_new(const char *name, const char *port)
{
	struct peer *p;

	ALLOC_OBJ(p, PEER_MAGIC);
	AN(p);
	REPLACE(p->name, name);
	REPLACE(p->port, port);
	AZ(pthread_mutex_init(&p->mtx, NULL));
	p->vsc = VSC_fleet_node_New(NULL, &p->seg, "%s", name);
	AN(p->vsc);
	VTAILQ_INSERT_TAIL(&peers, p, list);
	return (p);
}

static void
peer_free(struct peer *p)
{

	VTAILQ_REMOVE(&peers, p, list);
	VSC_fleet_node_Destroy(&p->seg);
	AZ(pthread_mutex_destroy(&p->mtx));
	free(p->name);
	free(p->port);
	FREE_OBJ(p);
}

/* Names of machines come and go: those long gone would add up. */
static void
peer_sweep(void)
{
	struct peer *p, *p2;
	uint64_t now = peer_now();

	VTAILQ_FOREACH_SAFE(p, &peers, list, p2) {
		CHECK_OBJ(p, PEER_MAGIC);
		if (__atomic_load_n(&p->refs, __ATOMIC_ACQUIRE) == 0 &&
		    __atomic_load_n(&p->idle_ms, __ATOMIC_ACQUIRE) +
		    PEER_IDLE_MS < now)
			peer_free(p);
	}
}

struct peer *
peer_get(const char *name, const char *port)
{
	struct peer *p;

	AZ(pthread_mutex_lock(&peers_mtx));
	VTAILQ_FOREACH(p, &peers, list) {
		CHECK_OBJ(p, PEER_MAGIC);
		if (!strcmp(p->name, name) && !strcmp(p->port, port))
			break;
	}
	if (p == NULL) {
		peer_sweep();
		p = peer_new(name, port);
	}
	peer_ref(p);
	AZ(pthread_mutex_unlock(&peers_mtx));
	return (p);
}

void
peer_ref(struct peer *p)
{

	CHECK_OBJ_NOTNULL(p, PEER_MAGIC);
	(void)__atomic_add_fetch(&p->refs, 1, __ATOMIC_RELAXED);
}

/* It may be gone as soon as the last reference is: no look after that. */
void
peer_drop(struct peer *p)
{

	CHECK_OBJ_NOTNULL(p, PEER_MAGIC);
	__atomic_store_n(&p->idle_ms, peer_now(), __ATOMIC_RELEASE);
	(void)__atomic_sub_fetch(&p->refs, 1, __ATOMIC_RELEASE);
}

void
peer_report(struct peer *p, const struct node_load *load)
{

	CHECK_OBJ_NOTNULL(p, PEER_MAGIC);
	bound_report(&p->load, load->in_flight, load->floor, peer_now());
}

void
peer_set_config(struct peer *p, const char *config)
{

	CHECK_OBJ_NOTNULL(p, PEER_MAGIC);
	AZ(pthread_mutex_lock(&p->mtx));
	bprintf(p->config, "%.64s", config);
	AZ(pthread_mutex_unlock(&p->mtx));
}

void
peer_get_config(struct peer *p, char config[NODE_CONFIG_LEN + 1])
{

	CHECK_OBJ_NOTNULL(p, PEER_MAGIC);
	AZ(pthread_mutex_lock(&p->mtx));
	memcpy(config, p->config, sizeof p->config);
	AZ(pthread_mutex_unlock(&p->mtx));
}

void
peer_set_healthy(struct peer *p, const char *by)
{

	CHECK_OBJ_NOTNULL(p, PEER_MAGIC);
	AZ(pthread_mutex_lock(&p->mtx));
	bprintf(p->seen_by, "%.64s", by);
	p->seen_ms = peer_now();
	AZ(pthread_mutex_unlock(&p->mtx));
}

bool
peer_was_healthy(struct peer *p, const char *by)
{
	bool was;

	CHECK_OBJ_NOTNULL(p, PEER_MAGIC);
	AZ(pthread_mutex_lock(&p->mtx));
	was = !strcmp(p->seen_by, by) &&
	    peer_now() - p->seen_ms < PEER_HEALTH_MS;
	AZ(pthread_mutex_unlock(&p->mtx));
	return (was);
}

void
peer_position(struct peer *p, const char *position)
{
	uint64_t now = peer_now();
	bool same;

	CHECK_OBJ_NOTNULL(p, PEER_MAGIC);
	AZ(pthread_mutex_lock(&p->mtx));
	same = now - p->heard_ms < PEER_POSITION_MS &&
	    !strcmp(p->position, position);
	if (!same && strlen(position) < sizeof p->position) {
		bprintf(p->position, "%s", position);
		p->heard_ms = now;
	}
	AZ(pthread_mutex_unlock(&p->mtx));
	if (!same && purge_node_heard(position) == 1) {
		__atomic_store_n(&p->pull, true, __ATOMIC_RELEASE);
		purge_node_wake();
	}
}

bool
peer_take_pull(struct peer *p)
{

	CHECK_OBJ_NOTNULL(p, PEER_MAGIC);
	return (__atomic_exchange_n(&p->pull, false, __ATOMIC_ACQ_REL));
}

void
peer_publish(struct peer *p, const struct bound_look *look, uint32_t cap)
{

	CHECK_OBJ_NOTNULL(p, PEER_MAGIC);
	/* While one VCL follows upon another, both have an agent. */
	AZ(pthread_mutex_lock(&p->mtx));
	p->vsc->picks = p->load.picks;
	p->vsc->moved = p->load.moved;
	p->vsc->gated = p->load.gated;
	p->vsc->in_flight = p->load.own;
	p->vsc->estimate = look->estimate;
	p->vsc->cap = cap;
	p->vsc->report_age = look->age == BOUND_NEVER ? 0 : look->age;
	AZ(pthread_mutex_unlock(&p->mtx));
}
