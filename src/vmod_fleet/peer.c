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

struct peer *
peer_get(const char *name, const char *port)
{
	struct peer *p;

	VTAILQ_FOREACH(p, &peers, list) {
		CHECK_OBJ(p, PEER_MAGIC);
		if (!strcmp(p->name, name) && !strcmp(p->port, port))
			return (p);
	}
	return (peer_new(name, port));
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
