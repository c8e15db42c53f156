/* SPDX-License-Identifier: BSD-2-Clause
 * Copyright (c) 2026 The pixelfleet authors
 *
 * Choosing the node for a key, and the Varnish director that sends a
 * request to the node chosen.
 *
 * The choice falls on the client's side, where it decides between a lookup
 * and a pass; the director is resolved on the backend's side, another task.
 * The header Fleet-To carries it across, as it would have to in any case
 * for varnishlog to show it.
 */

#include "config.h"

#include <stdint.h>
#include <stdio.h>
#include <string.h>
#include <time.h>

#include "fleet.h"

#include <vsb.h>

#include "charge.h"
#include "msg.h"
#include "purge_node.h"
#include "purge_task.h"

/* One for the process: what was wanted often is, after a reload, too. */
static struct gate director_gate;

struct director_health {
	const struct vrt_ctx			*ctx;
	const struct roster			*r;
};

static bool
director_is_healthy(void *priv, unsigned u)
{
	const struct director_health *h = priv;

	return (member_healthy(h->ctx, h->r, u));
}

static void
director_view(struct bound_view *v, struct director_health *h,
    const struct VPFX(fleet_director) *d)
{
	const struct roster *r = h->r;

	v->config = &d->bound;
	v->ring = r->ring;
	v->node = r->load;
	v->gate = &director_gate;
	v->n = r->n_owner;
	v->self = roster_owner(r);
	v->healthy = director_is_healthy;
	v->priv = h;
}

int
director_choose(VRT_CTX, struct VPFX(fleet_director) *d,
    const char *key, struct bound_choice *choice)
{
	struct director_health h = { ctx, roster_of(ctx, d) };
	struct bound_view v;

	director_view(&v, &h, d);
	return (bound_choose(&v, ring_key(key), peer_now(), choice));
}

void
director_publish(VRT_CTX, const struct VPFX(fleet_director) *d,
    const struct roster *r)
{
	struct director_health h = { ctx, r };
	struct bound_total total;
	struct bound_look look;
	struct bound_view v;
	uint32_t cap;
	uint64_t now;
	unsigned u;

	director_view(&v, &h, d);
	now = peer_now();
	bound_sum(&v, now, &total);
	for (u = 0; u < r->n_member; u++) {
		bound_look(r->load[u], &d->bound, now, &look);
		cap = u < r->n_owner && member_healthy(ctx, r, u) ?
		    bound_cap(&d->bound, &total, r->ring[u].weight,
		    look.load, look.floor) : 0;
		peer_publish(r->member[u]->peer, &look, cap);
	}
}

/*
 * Write the headers by which another node knows us.  Done here, when the
 * request is final, so that nothing goes to another node unsigned and that
 * a retry has a nonce of its own.
 *
 * What is to be kept must not be older than the purges that we know of: the
 * other node is told them, or else is not asked.
 */
static int
director_sign(const struct VPFX(fleet_director) *d, struct http *hp,
    const char *to, bool keeps)
{
	struct auth_claim claim;
	char auth[AUTH_TEXT_MAX], position[PURGE_POSITION_HEADER];

	msg_set(hp, NODE_HDR_NODE, d->identity);
	msg_set(hp, NODE_HDR_CONFIG, d->config.hex);
	if (purge_node_position(position, sizeof position) > 0)
		msg_set(hp, NODE_HDR_PURGE, position);
	else if (keeps)
		return (-1);
	if (!d->has_secret)
		return (0);
	claim.method = http_GetMethod(hp);
	claim.url = hp->hd[HTTP_HDR_URL].b;
	claim.node = d->identity;
	claim.to = to;
	claim.config = d->config.hex;
	if (auth_sign(&d->secret, &claim, time(NULL), auth) < 0)
		return (-1);
	msg_set(hp, NODE_HDR_AUTH, auth);
	return (0);
}

static VCL_BACKEND v_matchproto_(vdi_resolve_f)
director_resolve(VRT_CTX, VCL_BACKEND dir)
{
	struct VPFX(fleet_director) *d;
	const struct roster *r;
	const char *to;
	int i;

	CHECK_OBJ_NOTNULL(ctx, VRT_CTX_MAGIC);
	CAST_OBJ_NOTNULL(d, dir->priv, FLEET_DIRECTOR_MAGIC);
	if (ctx->bo == NULL)
		return (NULL);	/* a request's choice needs its request */
	CHECK_OBJ_NOTNULL(ctx->bo->bereq, HTTP_MAGIC);
	to = msg_get(ctx->bo->bereq, NODE_HDR_TO);
	if (to == NULL) {
		VSLb(ctx->vsl, SLT_FetchError,
		    "%s: no " NODE_HDR_TO " header: .route() comes first",
		    d->name);
		return (NULL);
	}
	r = roster_of(ctx, d);
	i = member_find(r, to);
	if (i < 0 || i == r->self || !member_healthy(ctx, r, i)) {
		VSLb(ctx->vsl, SLT_FetchError, "%s: node %s is %s", d->name,
		    to, i < 0 ? "unknown" : i == r->self ? "this one" :
		    "sick");
		return (NULL);
	}
	if (director_sign(d, ctx->bo->bereq, to,
	    purge_task_has_begun(ctx)) < 0) {
		VSLb(ctx->vsl, SLT_FetchError, "%s: cannot sign the request",
		    d->name);
		return (NULL);
	}
	charge_take(ctx, r->member[i]->peer, CHARGE_SENT);
	FLEET_COUNT(forwarded);
	return (r->member[i]->backend);
}

/* How many nodes are healthy, this one among them. */
static unsigned
director_count(VRT_CTX, const struct roster *r)
{
	unsigned u, n = 0;

	for (u = 0; u < r->n_owner; u++)
		n += member_healthy(ctx, r, u);
	return (n);
}

static VCL_BOOL v_matchproto_(vdi_healthy_f)
director_healthy(VRT_CTX, VCL_BACKEND dir, VCL_TIME *changed)
{
	struct VPFX(fleet_director) *d;
	const struct roster *r;
	unsigned n;

	CAST_OBJ_NOTNULL(d, dir->priv, FLEET_DIRECTOR_MAGIC);
	if (changed != NULL)
		*changed = 0;
	r = roster_take(d);
	n = director_count(ctx, r);
	roster_give(r);
	return (n > 0);
}

static void
director_list_long(VRT_CTX, const struct VPFX(fleet_director) *d,
    const struct roster *r, struct vsb *vsb, int json)
{
	char config[NODE_CONFIG_LEN + 1];
	const struct member *m;
	const char *state;
	unsigned u;

	if (json)
		VSB_printf(vsb, "{\n\"config\": \"%s\",\n\"nodes\": {",
		    d->config.hex);
	else
		VSB_printf(vsb, "\n\n\tconfig\t%s\n", d->config.hex);
	for (u = 0; u < r->n_member; u++) {
		m = r->member[u];
		state = u >= r->n_owner ? "leaving" : (int)u == r->self ?
		    "self" : member_healthy(ctx, r, u) ? "healthy" : "sick";
		if ((int)u == r->self)
			bprintf(config, "%s", d->config.hex);
		else
			peer_get_config(m->peer, config);
		if (json)
			VSB_printf(vsb, "%s\n\"%s\": {\"weight\": %.3f, "
			    "\"state\": \"%s\", \"config\": \"%s\"}",
			    u ? "," : "", m->name, r->ring[u].weight /
			    (double)RING_WEIGHT_ONE, state, config);
		else
			VSB_printf(vsb, "\t%s\tweight %.3f\t%s\t%s\n",
			    m->name, r->ring[u].weight /
			    (double)RING_WEIGHT_ONE, state, config);
	}
	if (json)
		VSB_cat(vsb, "\n}\n},\n");
}

/*
 * The core holds its VCL lock while it calls this on 7.1, so: no lock, and
 * nothing that may create or delete a backend.
 */
static void v_matchproto_(vdi_list_f)
director_list(VRT_CTX, VCL_BACKEND dir, struct vsb *vsb, int pflag, int jflag)
{
	struct VPFX(fleet_director) *d;
	const struct roster *r;
	unsigned n;

	CAST_OBJ_NOTNULL(d, dir->priv, FLEET_DIRECTOR_MAGIC);
	r = roster_take(d);
	if (pflag)
		director_list_long(ctx, d, r, vsb, jflag);
	else {
		n = director_count(ctx, r);
		VSB_printf(vsb, jflag ? "[%u, %u, \"%s\"]" : "%u/%u\t%s",
		    n, r->n_owner, n > 0 ? "healthy" : "sick");
	}
	roster_give(r);
}

const struct vdi_methods director_methods[1] = {{
	.magic =	VDI_METHODS_MAGIC,
	.type =		"fleet",
	.healthy =	director_healthy,
	.resolve =	director_resolve,
	.list =		director_list,
}};
