/* SPDX-License-Identifier: BSD-2-Clause
 * Copyright (c) 2026 The pixelfleet authors
 *
 * See roster.h.
 *
 * What is retired, spare and applied belongs to whoever has `applying`; so do
 * the references that rosters have to members.
 */

#include "config.h"

#include <stdlib.h>
#include <string.h>

#include "fleet.h"

#include "discover.h"

#define RECLAIM_MS	500	/* between two looks for what is idle */

/* Where a task has no room to keep one: it does all work itself. */
static const struct roster roster_none = { .magic = ROSTER_MAGIC,
    .self = -1 };

/* Making one --------------------------------------------------------*/

void
roster_grow(struct roster *r)
{
	unsigned n = r->n_member + 1;

	r->member = realloc(r->member, n * sizeof *r->member);
	AN(r->member);
	r->ring = realloc(r->ring, n * sizeof *r->ring);
	AN(r->ring);
	r->load = realloc(r->load, n * sizeof *r->load);
	AN(r->load);
}

/* The structs are of one kind for good: see handoff.h. */
static struct roster *
roster_new(struct VPFX(fleet_director) *d)
{
	struct roster *r;

	r = VTAILQ_FIRST(&d->spare);
	if (r != NULL) {
		CHECK_OBJ(r, ROSTER_MAGIC);
		VTAILQ_REMOVE(&d->spare, r, list);
	} else {
		ALLOC_OBJ(r, ROSTER_MAGIC);
		AN(r);
	}
	AZ(r->n_member);
	AZ(r->n_owner);
	r->self = -1;
	return (r);
}

static void
roster_empty(struct roster *r)
{
	unsigned u;

	for (u = 0; u < r->n_member; u++)
		member_drop(r->member[u]);
	free(r->member);
	free(r->ring);
	free(r->load);
	r->member = NULL;
	r->ring = NULL;
	r->load = NULL;
	r->n_member = r->n_owner = 0;
}

/* The same node in the roster before goes on as it is. */
static struct member *
roster_member(VRT_CTX, struct VPFX(fleet_director) *d,
    const struct roster *before, const struct discover_node *node)
{
	struct member *m;
	unsigned u;

	for (u = 0; before != NULL && u < before->n_member; u++) {
		m = before->member[u];
		CHECK_OBJ_NOTNULL(m, MEMBER_MAGIC);
		if (!strcmp(m->name, node->name) &&
		    !strcmp(m->host, node->host) &&
		    !strcmp(m->port, node->port)) {
			m->refs++;
			return (m);
		}
	}
	return (member_discovered(ctx, d, node));
}

static void
roster_add(struct VPFX(fleet_director) *d, struct roster *r,
    struct member *m, const struct discover_node *node)
{
	unsigned u = r->n_member;

	roster_grow(r);
	r->member[u] = m;
	r->load[u] = &m->peer->load;
	AZ(ring_node_init(&r->ring[u], m->name, node->weight));
	if (!strcmp(m->name, d->identity))
		r->self = (int)u;
	r->n_member++;
	r->n_owner += !node->leaving;
}

static struct roster *
roster_build(VRT_CTX, struct VPFX(fleet_director) *d,
    const struct discover_set *set)
{
	const struct discover_node *node;
	const struct roster *before;
	struct member *m;
	struct roster *r;
	unsigned u, pass;

	before = (const void *)atomic_load(&d->roster.now);
	r = roster_new(d);
	for (pass = 0; pass < 2; pass++)
		for (u = 0; u < set->n; u++) {
			node = &set->node[u];
			if (node->leaving != (pass == 1))
				continue;
			m = roster_member(ctx, d, before, node);
			if (m != NULL)
				roster_add(d, r, m, node);
		}
	return (r);
}

/* Letting go --------------------------------------------------------*/

static void
roster_reclaim(struct VPFX(fleet_director) *d)
{
	struct roster *r, *r2;

	VTAILQ_FOREACH_SAFE(r, &d->retired, list, r2) {
		CHECK_OBJ(r, ROSTER_MAGIC);
		if (!handoff_is_idle(&r->item))
			continue;
		VTAILQ_REMOVE(&d->retired, r, list);
		roster_empty(r);
		VTAILQ_INSERT_HEAD(&d->spare, r, list);
	}
	__atomic_store_n(&d->reclaim_at, VTAILQ_EMPTY(&d->retired) ? 0 :
	    peer_now() + RECLAIM_MS, __ATOMIC_RELAXED);
}

static void
roster_apply(VRT_CTX, struct VPFX(fleet_director) *d)
{
	struct discover_set set = { 0 };
	struct roster *before;
	unsigned seq;

	if (__atomic_exchange_n(&d->applying, true, __ATOMIC_ACQUIRE))
		return;
	seq = discover_copy(d->discover, &set);
	if (seq != d->applied) {
		before = (void *)handoff_replace(&d->roster,
		    &roster_build(ctx, d, &set)->item);
		if (before != NULL)
			VTAILQ_INSERT_TAIL(&d->retired, before, list);
		__atomic_store_n(&d->applied, seq, __ATOMIC_RELAXED);
	}
	discover_set_clear(&set);
	roster_reclaim(d);
	__atomic_store_n(&d->applying, false, __ATOMIC_RELEASE);
}

static bool
roster_is_due(const struct VPFX(fleet_director) *d)
{
	uint64_t at;

	if (discover_seq(d->discover) !=
	    __atomic_load_n(&d->applied, __ATOMIC_RELAXED))
		return (true);
	at = __atomic_load_n(&d->reclaim_at, __ATOMIC_RELAXED);
	return (at != 0 && peer_now() >= at);
}

/* Life --------------------------------------------------------------*/

void
roster_init(struct VPFX(fleet_director) *d)
{

	VTAILQ_INIT(&d->retired);
	VTAILQ_INIT(&d->spare);
	(void)handoff_replace(&d->roster, &roster_new(d)->item);
}

void
roster_start(VRT_CTX, struct VPFX(fleet_director) *d)
{

	if (d->discover != NULL)
		roster_apply(ctx, d);
}

void
roster_fini(struct VPFX(fleet_director) *d)
{
	struct roster *r, *r2;

	r = (void *)handoff_replace(&d->roster, NULL);
	CHECK_OBJ_NOTNULL(r, ROSTER_MAGIC);
	VTAILQ_INSERT_TAIL(&d->retired, r, list);
	VTAILQ_CONCAT(&d->retired, &d->spare, list);
	VTAILQ_FOREACH_SAFE(r, &d->retired, list, r2) {
		CHECK_OBJ(r, ROSTER_MAGIC);
		assert(handoff_is_idle(&r->item));
		roster_empty(r);
		FREE_OBJ(r);
	}
	VTAILQ_INIT(&d->retired);
}

/* Looking -----------------------------------------------------------*/

const struct roster *
roster_take(struct VPFX(fleet_director) *d)
{
	const struct roster *r;

	r = (const void *)handoff_take(&d->roster);
	CHECK_OBJ_NOTNULL(r, ROSTER_MAGIC);
	return (r);
}

void
roster_give(const struct roster *r)
{

	CHECK_OBJ_NOTNULL(r, ROSTER_MAGIC);
	handoff_give(&((struct roster *)TRUST_ME(r))->item);
}

static void v_matchproto_(vmod_priv_fini_f)
roster_task_fini(VRT_CTX, void *priv)
{

	(void)ctx;
	roster_give(priv);
}

static const struct vmod_priv_methods roster_methods[1] = {{
	.magic = VMOD_PRIV_METHODS_MAGIC,
	.type = "fleet roster",
	.fini = roster_task_fini,
}};

const struct roster *
roster_of(VRT_CTX, struct VPFX(fleet_director) *d)
{
	struct vmod_priv *priv;

	/* One for good, or for all of vcl_init, needs no keeping. */
	if (d->discover == NULL || !d->started)
		return ((const void *)atomic_load(&d->roster.now));
	if (ctx->req != NULL && roster_is_due(d))
		roster_apply(ctx, d);
	priv = VRT_priv_task(ctx, &d->roster);
	if (priv == NULL) {
		VSLb(ctx->vsl, SLT_Error, "%s: out of workspace: no other "
		    "node is known here", d->name);
		return (&roster_none);
	}
	if (priv->priv == NULL) {
		priv->priv = TRUST_ME(roster_take(d));
		priv->methods = roster_methods;
	}
	CHECK_OBJ_NOTNULL((const struct roster *)priv->priv, ROSTER_MAGIC);
	return (priv->priv);
}

int
roster_owner(const struct roster *r)
{

	return (r->self >= 0 && (unsigned)r->self < r->n_owner ? r->self : -1);
}
