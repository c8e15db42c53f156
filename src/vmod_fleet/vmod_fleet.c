/* SPDX-License-Identifier: BSD-2-Clause
 * Copyright (c) 2026 The pixelfleet authors
 *
 * What VCL calls: arguments are checked here, the work is done elsewhere.
 */

#include "config.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>

#include "fleet.h"

#include <vcl.h>
#include <vrt_obj.h>
#include <vsb.h>

#include "charge.h"
#include "discover.h"
#include "msg.h"
#include "vcompat.h"

/* An operator wants this node to be left alone.  Atomic. */
static bool fleet_drained;

/* What went wrong in this task, for .status() and .reason(). */
struct verdict {
	unsigned		magic;
#define VERDICT_MAGIC		0x91b3fe02
	int			status;
	const char		*reason;
	int			node;		/* chosen by .route(), or -1 */
	int			owner;		/* found by .route(), or -1 */
	const char		*home;		/* an overflow's owner, or NULL */
	bool			took_over;
};

/* The object --------------------------------------------------------*/

static bool
fleet_in_init(VRT_CTX, const struct VPFX(fleet_director) *d, const char *what)
{

	if (ctx->method == VCL_MET_INIT && !d->started)
		return (true);
	VRT_fail(ctx, "%s.%s() may only be called in vcl_init, before .start()",
	    d->name, what);
	return (false);
}

bool
fleet_started(VRT_CTX, const struct VPFX(fleet_director) *d, const char *what)
{

	if (d->started)
		return (true);
	VRT_fail(ctx, "%s.%s(): .start() was not called in vcl_init",
	    d->name, what);
	return (false);
}

VCL_VOID
vmod_director__init(VRT_CTX, struct VPFX(fleet_director) **dp,
    const char *vcl_name, VCL_PROBE probe, VCL_STRING secret_file,
    VCL_REAL bound, VCL_REAL margin, VCL_INT floor, VCL_INT gate,
    VCL_INT escape, VCL_INT share, VCL_DURATION busy_expiry,
    VCL_DURATION report_expiry, VCL_ENUM mode, VCL_DURATION timeout,
    VCL_STRING purge_log, VCL_DURATION purge_wait, VCL_INT purge_refresh,
    VCL_REAL purge_rate)
{
	struct VPFX(fleet_director) *d;
	/* in the order of bound_limits[] */
	const struct bound_argument arguments[BOUND_LIMITS] = {
		{ "bound",	bound == 0. ? 1.25 : bound,	BOUND_ONE },
		{ "margin",	margin,		BOUND_ONE },
		{ "floor",	floor,		1 },
		{ "share",	share,		1 },
		{ "gate",	gate,		1 },
		{ "escape",	escape,		1 },
		{ "busy_expiry", busy_expiry,	1e3 },
		{ "report_expiry", report_expiry, 1e3 },
	};

	CHECK_OBJ_NOTNULL(ctx, VRT_CTX_MAGIC);
	AN(dp);
	AZ(*dp);
	ALLOC_OBJ(d, FLEET_DIRECTOR_MAGIC);
	AN(d);
	*dp = d;
	REPLACE(d->name, vcl_name);
	roster_init(d);
	d->probe = probe;
	d->identity = VRT_r_server_identity(ctx);
	d->node_timeout = timeout;
	config_hash_init(&d->config);
	config_hash_add(&d->config, "vmod_fleet", PACKAGE_VERSION,
	    strlen(PACKAGE_VERSION));
	d->bound.mode = bound == 0. ? BOUND_OFF :
	    mode == VENUM(textbook) ? BOUND_TEXTBOOK : BOUND_BOUNDED;
	if (setup_bound(ctx, d, arguments) < 0)
		return;
	if (!(timeout >= 0.1 && timeout <= 600.)) {
		VRT_fail(ctx, "%s: timeout is %g: accepted is 100 ms to "
		    "600 s", d->name, timeout);
		return;
	}
	if (setup_purge(ctx, d, purge_log, purge_wait, purge_refresh) < 0 ||
	    setup_purge_rate(ctx, d, purge_rate) < 0)
		return;
	d->dir = VRT_AddDirector(ctx, director_methods, d, "%s", vcl_name);
	if (d->dir == NULL) {
		VRT_fail(ctx, "%s: no director", vcl_name);
		return;
	}
	VRT_StaticDirector(d->dir);
	(void)setup_secret(ctx, d, secret_file);
}

VCL_VOID
vmod_director__fini(struct VPFX(fleet_director) **dp)
{
	struct VPFX(fleet_director) *d;

	TAKE_OBJ_NOTNULL(d, dp, FLEET_DIRECTOR_MAGIC);
	if (d->dir != NULL)
		VRT_DelDirector(&d->dir);
	if (d->source != NULL)
		VRT_Assign_Backend(&d->source, NULL);
	AZ(d->agent);
	roster_fini(d);
	setup_free(d);
	free(d->name);
	FREE_OBJ(d);
}

VCL_VOID
vmod_director_add_node(VRT_CTX, struct VPFX(fleet_director) *d,
    VCL_STRING name, VCL_STRING host, VCL_STRING port, VCL_REAL weight)
{

	CHECK_OBJ_NOTNULL(ctx, VRT_CTX_MAGIC);
	CHECK_OBJ_NOTNULL(d, FLEET_DIRECTOR_MAGIC);
	if (!fleet_in_init(ctx, d, "add_node"))
		return;
	if (name == NULL || host == NULL || port == NULL) {
		VRT_fail(ctx, "%s.add_node(): an argument is empty", d->name);
		return;
	}
	if (d->discover != NULL) {
		VRT_fail(ctx, "%s.add_node(): the nodes come from "
		    ".discover()", d->name);
		return;
	}
	(void)member_add(ctx, d, name, host, port, weight);
}

VCL_VOID
vmod_director_discover(VRT_CTX, struct VPFX(fleet_director) *d,
    VCL_STRING uri)
{
	char why[DISCOVER_WHY_MAX];
	const char *me;

	CHECK_OBJ_NOTNULL(ctx, VRT_CTX_MAGIC);
	CHECK_OBJ_NOTNULL(d, FLEET_DIRECTOR_MAGIC);
	if (!fleet_in_init(ctx, d, "discover"))
		return;
	if (d->discover != NULL || roster_of(ctx, d)->n_member > 0) {
		VRT_fail(ctx, "%s.discover(): the nodes come from one "
		    "source, or from .add_node()", d->name);
		return;
	}
	d->discover = discover_get(uri == NULL ? "" : uri, d->identity,
	    d->name, why);
	if (d->discover == NULL) {
		VRT_fail(ctx, "%s.discover(): %s", d->name, why);
		return;
	}
	me = discover_self(d->discover);
	if (me != NULL)
		d->identity = me;
}

VCL_VOID
vmod_director_config_add(VRT_CTX, struct VPFX(fleet_director) *d,
    VCL_STRING label, VCL_STRING text)
{

	CHECK_OBJ_NOTNULL(d, FLEET_DIRECTOR_MAGIC);
	if (!fleet_in_init(ctx, d, "config_add"))
		return;
	if (label == NULL || *label == '\0') {
		VRT_fail(ctx, "%s.config_add(): no label", d->name);
		return;
	}
	if (text == NULL)
		text = "";
	config_hash_add(&d->config, label, text, strlen(text));
}

VCL_VOID
vmod_director_start(VRT_CTX, struct VPFX(fleet_director) *d,
    struct vmod_priv *priv)
{
	const struct roster *r;

	CHECK_OBJ_NOTNULL(d, FLEET_DIRECTOR_MAGIC);
	if (!fleet_in_init(ctx, d, "start"))
		return;
	/* A static in the compiled VCL leads to its text. */
	if (setup_config(ctx, d, priv) < 0)
		return;
	r = roster_of(ctx, d);
	if (r->n_member > 0 && r->self < 0)
		VSL(SLT_Error, NO_VXID, "%s: this node, %s, is none of the "
		    "nodes that were added: it owns no image (varnishd -i "
		    "gives a node its name)", d->name, d->identity);
	if (!node_name_valid(d->identity)) {
		VRT_fail(ctx, "%s: this node's name, %s, has other characters"
		    " than letters, digits, dots, hyphens and underscores, "
		    "or more than 63 (varnishd -i gives a node its name)",
		    d->name, d->identity);
		return;
	}
	if (member_start(ctx, d) < 0 || setup_source(ctx, d) < 0 ||
	    setup_purge_open(ctx, d) < 0)
		return;
	lifecycle_add(priv, d);
	d->started = true;
}

VCL_VOID
vmod_director_health_endpoint(VRT_CTX, struct VPFX(fleet_director) *d,
    VCL_STRING path, VCL_INT status, VCL_STRING text)
{

	CHECK_OBJ_NOTNULL(d, FLEET_DIRECTOR_MAGIC);
	if (fleet_in_init(ctx, d, "health_endpoint"))
		(void)setup_health(ctx, d, path, status, text);
}

VCL_STRING
vmod_director_config_hash(VRT_CTX, struct VPFX(fleet_director) *d)
{

	CHECK_OBJ_NOTNULL(d, FLEET_DIRECTOR_MAGIC);
	return (fleet_started(ctx, d, "config_hash") ? d->config.hex : "");
}

VCL_STRING
vmod_director_self(VRT_CTX, struct VPFX(fleet_director) *d)
{

	const struct roster *r;

	CHECK_OBJ_NOTNULL(d, FLEET_DIRECTOR_MAGIC);
	r = roster_of(ctx, d);
	return (r->self < 0 ? "" : r->member[r->self]->name);
}

/* Routing -----------------------------------------------------------*/

/* This task's, or NULL where its workspace is full. */
static struct verdict *
fleet_verdict(VRT_CTX, const void *key)
{
	struct vmod_priv *p;
	struct verdict *v;

	p = VRT_priv_task(ctx, key);
	if (p == NULL)
		return (NULL);
	if (p->priv == NULL) {
		v = WS_Alloc(ctx->ws, sizeof *v);
		if (v == NULL)
			return (NULL);
		INIT_OBJ(v, VERDICT_MAGIC);
		v->node = v->owner = -1;
		p->priv = v;
	}
	CAST_OBJ_NOTNULL(v, p->priv, VERDICT_MAGIC);
	return (v);
}

/* A request of this node's own clients stays here. */
static void
fleet_keep(VRT_CTX, struct VPFX(fleet_director) *d)
{
	const struct roster *r;

	FLEET_COUNT(local);
	r = roster_of(ctx, d);
	if (r->self >= 0)
		charge_take(ctx, r->member[r->self]->peer, CHARGE_SENT);
}

VCL_BOOL
vmod_director_route(VRT_CTX, struct VPFX(fleet_director) *d, VCL_STRING key)
{
	struct bound_choice choice;
	const struct roster *r;
	struct verdict *v;

	CHECK_OBJ_NOTNULL(ctx, VRT_CTX_MAGIC);
	CHECK_OBJ_NOTNULL(d, FLEET_DIRECTOR_MAGIC);
	if (!fleet_started(ctx, d, "route"))
		return (0);
	if (ctx->http_req == NULL || ctx->http_bereq != NULL) {
		VRT_fail(ctx, "%s.route() is for the client side", d->name);
		return (0);
	}
	v = fleet_verdict(ctx, d);
	if (v == NULL) {
		VRT_fail(ctx, "%s.route(): out of workspace", d->name);
		return (0);
	}
	v->node = director_choose(ctx, d, key, &choice);
	v->owner = choice.owner;
	r = roster_of(ctx, d);
	v->home = v->node != v->owner ? r->member[v->owner]->name : NULL;
	if (v->node < 0 || v->node == r->self) {
		fleet_keep(ctx, d);
		return (0);
	}
	msg_set(ctx->http_req, NODE_HDR_TO, r->member[v->node]->name);
	return (1);
}

VCL_VOID
vmod_director_take_over(VRT_CTX, struct VPFX(fleet_director) *d,
    VCL_STRING why)
{
	const struct roster *r;
	struct verdict *v;

	CHECK_OBJ_NOTNULL(d, FLEET_DIRECTOR_MAGIC);
	v = fleet_verdict(ctx, d);
	if (v == NULL) {
		VRT_fail(ctx, "%s.take_over(): out of workspace", d->name);
		return;
	}
	r = roster_of(ctx, d);
	VSLb(ctx->vsl, SLT_VCL_Log, "%s: doing the work of %s: %s", d->name,
	    v->node < 0 ? "no node" : r->member[v->node]->name,
	    why == NULL ? "" : why);
	if (v->node >= 0)
		PEER_COUNT(r->member[v->node]->peer, local_retries);
	FLEET_COUNT(retried);
	v->took_over = true;
	v->home = NULL;
	fleet_keep(ctx, d);
}

VCL_BOOL
vmod_director_took_over(VRT_CTX, struct VPFX(fleet_director) *d)
{
	const struct verdict *v;

	CHECK_OBJ_NOTNULL(d, FLEET_DIRECTOR_MAGIC);
	v = fleet_verdict(ctx, d);
	return (v != NULL && v->took_over);
}

VCL_STRING
vmod_director_owner(VRT_CTX, struct VPFX(fleet_director) *d)
{
	const struct verdict *v;

	CHECK_OBJ_NOTNULL(d, FLEET_DIRECTOR_MAGIC);
	v = fleet_verdict(ctx, d);
	return (v == NULL || v->owner < 0 ? "" :
	    roster_of(ctx, d)->member[v->owner]->name);
}

VCL_STRING
vmod_director_home(VRT_CTX, struct VPFX(fleet_director) *d)
{
	const struct verdict *v;

	CHECK_OBJ_NOTNULL(d, FLEET_DIRECTOR_MAGIC);
	v = fleet_verdict(ctx, d);
	return (v == NULL || v->home == NULL ? "" : v->home);
}

VCL_VOID
vmod_director_settle(VRT_CTX, struct VPFX(fleet_director) *d)
{

	CHECK_OBJ_NOTNULL(ctx, VRT_CTX_MAGIC);
	CHECK_OBJ_NOTNULL(d, FLEET_DIRECTOR_MAGIC);
	charge_drop(ctx);
}

VCL_STRING
vmod_director_load(VRT_CTX, struct VPFX(fleet_director) *d)
{
	struct node_load load;
	const struct roster *r;
	char text[NODE_LOAD_MAX];

	CHECK_OBJ_NOTNULL(d, FLEET_DIRECTOR_MAGIC);
	r = roster_of(ctx, d);
	if (r->self < 0)
		return (NULL);
	load.in_flight = bound_present(&r->member[r->self]->peer->load);
	load.floor = d->bound.floor;
	node_load_format(&load, text);
	return (WS_Copy(ctx->ws, text, -1));
}

VCL_BACKEND
vmod_director_backend(VRT_CTX, struct VPFX(fleet_director) *d)
{

	(void)ctx;
	CHECK_OBJ_NOTNULL(d, FLEET_DIRECTOR_MAGIC);
	return (d->dir);
}

VCL_BACKEND
vmod_director_source(VRT_CTX, struct VPFX(fleet_director) *d)
{

	(void)ctx;
	CHECK_OBJ_NOTNULL(d, FLEET_DIRECTOR_MAGIC);
	return (d->source);
}

VCL_BOOL
vmod_director_has_source(VRT_CTX, struct VPFX(fleet_director) *d)
{

	(void)ctx;
	CHECK_OBJ_NOTNULL(d, FLEET_DIRECTOR_MAGIC);
	return (d->source != NULL);
}

VCL_STRING
vmod_director_source_socket(VRT_CTX, struct VPFX(fleet_director) *d)
{

	(void)ctx;
	CHECK_OBJ_NOTNULL(d, FLEET_DIRECTOR_MAGIC);
	return (d->source_path != NULL ? d->source_path : "");
}

/* Admission ---------------------------------------------------------*/

VCL_BOOL
fleet_judge(VRT_CTX, const struct VPFX(fleet_director) *d, int status,
    const char *why)
{
	struct verdict *v;

	v = fleet_verdict(ctx, d);
	if (v == NULL) {
		VRT_fail(ctx, "%s: out of workspace", d->name);
		return (0);
	}
	v->status = status;
	v->reason = why;
	return (status == 0);
}

/* A request of another node is here; the exchange's own are no work. */
static void
fleet_receive(VRT_CTX, struct VPFX(fleet_director) *d)
{
	const struct roster *r;
	const char *home, *url;
	struct verdict *v;
	int i;

	url = ctx->http_req->hd[HTTP_HDR_URL].b;
	if (!strcmp(url, NODE_URL_PROBE) || !strcmp(url, NODE_URL_STATE))
		return;
	r = roster_of(ctx, d);
	if (r->self >= 0)
		charge_take(ctx, r->member[r->self]->peer, CHARGE_GUEST);
	home = msg_get(ctx->http_req, NODE_HDR_HOME);
	i = home == NULL ? -1 : member_find(r, home);
	v = fleet_verdict(ctx, d);
	if (v != NULL && i >= 0 && i != r->self)
		v->home = r->member[i]->name;
}

VCL_BOOL
vmod_director_admits_request(VRT_CTX, struct VPFX(fleet_director) *d)
{
	const char *why = NULL;
	int status;

	CHECK_OBJ_NOTNULL(d, FLEET_DIRECTOR_MAGIC);
	if (!fleet_started(ctx, d, "admits_request"))
		return (0);
	if (ctx->http_req == NULL || ctx->http_bereq != NULL) {
		VRT_fail(ctx, "%s.admits_request() is for the client side",
		    d->name);
		return (0);
	}
	status = admit_request(ctx, d, &why);
	if (status == 0)
		fleet_receive(ctx, d);
	return (fleet_judge(ctx, d, status, why));
}

VCL_BOOL
vmod_director_admits_response(VRT_CTX, struct VPFX(fleet_director) *d)
{
	const char *why = NULL;
	int status;

	CHECK_OBJ_NOTNULL(d, FLEET_DIRECTOR_MAGIC);
	if (!fleet_started(ctx, d, "admits_response"))
		return (0);
	if (ctx->method != VCL_MET_BACKEND_RESPONSE) {
		VRT_fail(ctx, "%s.admits_response() is for "
		    "vcl_backend_response", d->name);
		return (0);
	}
	status = admit_response(ctx, d, &why);
	return (fleet_judge(ctx, d, status, why));
}

VCL_BOOL
vmod_director_is_secret(VRT_CTX, struct VPFX(fleet_director) *d,
    VCL_STRING token)
{

	(void)ctx;
	CHECK_OBJ_NOTNULL(d, FLEET_DIRECTOR_MAGIC);
	return (token != NULL && d->has_secret &&
	    auth_equal(&d->secret, token));
}

VCL_BOOL
vmod_director_admits_operator(VRT_CTX, struct VPFX(fleet_director) *d,
    VCL_STRING token)
{

	CHECK_OBJ_NOTNULL(d, FLEET_DIRECTOR_MAGIC);
	if (!d->has_secret) {
		if (ctx->req != NULL && member_is_loopback(VRT_r_remote_ip(ctx)))
			return (fleet_judge(ctx, d, 0, NULL));
		return (fleet_judge(ctx, d, 403, "Without a secret, this "
		    "door is for the loopback interface."));
	}
	if (token != NULL && !strncasecmp(token, "Bearer ", 7))
		token += 7;
	if (vmod_director_is_secret(ctx, d, token))
		return (fleet_judge(ctx, d, 0, NULL));
	return (fleet_judge(ctx, d, 401, "This door asks for the cluster's "
	    "secret: Authorization: Bearer <secret>."));
}

VCL_INT
vmod_director_status(VRT_CTX, struct VPFX(fleet_director) *d)
{
	const struct verdict *v;

	CHECK_OBJ_NOTNULL(d, FLEET_DIRECTOR_MAGIC);
	v = fleet_verdict(ctx, d);
	return (v == NULL ? 0 : v->status);
}

VCL_STRING
vmod_director_reason(VRT_CTX, struct VPFX(fleet_director) *d)
{
	const struct verdict *v;

	CHECK_OBJ_NOTNULL(d, FLEET_DIRECTOR_MAGIC);
	v = fleet_verdict(ctx, d);
	return (v == NULL || v->reason == NULL ? "" : v->reason);
}

/* What an operator sees and does ------------------------------------*/

static const struct health_endpoint *
fleet_endpoint(const struct VPFX(fleet_director) *d, const char *url)
{
	unsigned u;

	for (u = 0; url != NULL && u < d->n_health; u++)
		if (!strcmp(d->health[u].path, url))
			return (&d->health[u]);
	return (NULL);
}

VCL_INT
vmod_director_health_status(VRT_CTX, struct VPFX(fleet_director) *d,
    VCL_STRING url)
{
	const struct health_endpoint *h;

	(void)ctx;
	CHECK_OBJ_NOTNULL(d, FLEET_DIRECTOR_MAGIC);
	h = fleet_endpoint(d, url);
	return (h == NULL ? 0 : h->status);
}

VCL_STRING
vmod_director_health_text(VRT_CTX, struct VPFX(fleet_director) *d,
    VCL_STRING url)
{
	const struct health_endpoint *h;

	(void)ctx;
	CHECK_OBJ_NOTNULL(d, FLEET_DIRECTOR_MAGIC);
	h = fleet_endpoint(d, url);
	return (h == NULL ? NULL : h->text);
}

VCL_VOID
vmod_director_drain(VRT_CTX, struct VPFX(fleet_director) *d, VCL_BOOL drain)
{

	(void)ctx;
	CHECK_OBJ_NOTNULL(d, FLEET_DIRECTOR_MAGIC);
	if (__atomic_exchange_n(&fleet_drained, !!drain, __ATOMIC_RELAXED) !=
	    !!drain)
		VSL(SLT_Notice, NO_VXID, "%s: this node is %s", d->name,
		    drain ? "draining: its probes are answered 503" :
		    "no longer draining");
}

VCL_BOOL
vmod_director_draining(VRT_CTX, struct VPFX(fleet_director) *d)
{
	const struct roster *r;

	CHECK_OBJ_NOTNULL(d, FLEET_DIRECTOR_MAGIC);
	r = roster_of(ctx, d);
	/* Our own health method finds us healthy: if not, an operator did. */
	return (__atomic_load_n(&fleet_drained, __ATOMIC_RELAXED) ||
	    (r->self >= 0 && (roster_owner(r) < 0 ||
	    !VRT_Healthy(ctx, d->dir, NULL))));
}

VCL_STRING
vmod_director_status_json(VRT_CTX, struct VPFX(fleet_director) *d)
{
	const struct roster *r;
	const struct member *m;
	struct vsb vsb[1];
	unsigned u;

	CHECK_OBJ_NOTNULL(d, FLEET_DIRECTOR_MAGIC);
	if (!fleet_started(ctx, d, "status_json"))
		return ("");
	r = roster_of(ctx, d);
	WS_VSB_new(vsb, ctx->ws);
	VSB_printf(vsb, "{\"node\": \"%s\", \"config\": \"%s\", ",
	    d->identity, d->config.hex);
	purge_status(vsb);
	VSB_cat(vsb, "\"nodes\": [");
	for (u = 0; u < r->n_member; u++) {
		m = r->member[u];
		VSB_printf(vsb, "%s\n  {\"name\": \"%s\", \"host\": \"",
		    u ? "," : "", m->name);
		VSB_quote(vsb, m->host, -1, VSB_QUOTE_JSON);
		VSB_cat(vsb, "\", \"port\": \"");
		VSB_quote(vsb, m->port, -1, VSB_QUOTE_JSON);
		VSB_printf(vsb, "\", \"weight\": %.3f, \"self\": %s, "
		    "\"leaving\": %s, \"healthy\": %s}",
		    r->ring[u].weight / (double)RING_WEIGHT_ONE,
		    (int)u == r->self ? "true" : "false",
		    u >= r->n_owner ? "true" : "false",
		    member_healthy(ctx, r, u) ? "true" : "false");
	}
	VSB_cat(vsb, "]}\n");
	return (WS_VSB_finish(vsb, ctx->ws, NULL));
}

/* Functions ---------------------------------------------------------*/

/* The context has all messages of a task at all times. */
static struct http *
fleet_message(VRT_CTX)
{

	switch (ctx->method) {
	case VCL_MET_DELIVER:
	case VCL_MET_SYNTH:
		return (ctx->http_resp);
	case VCL_MET_BACKEND_RESPONSE:
	case VCL_MET_BACKEND_ERROR:
		return (ctx->http_beresp);
	case VCL_MET_BACKEND_FETCH:
		return (ctx->http_bereq);
	default:
		return (ctx->http_req);
	}
}

VCL_VOID
vmod_strip(VRT_CTX, VCL_STRING prefix)
{
	struct http *hp;

	CHECK_OBJ_NOTNULL(ctx, VRT_CTX_MAGIC);
	hp = fleet_message(ctx);
	if (hp == NULL || prefix == NULL || *prefix == '\0') {
		VRT_fail(ctx, "fleet.strip(): no message, or no prefix");
		return;
	}
	msg_strip(hp, prefix);
}

VCL_VOID
vmod_strip_client(VRT_CTX, VCL_STRING keep)
{

	CHECK_OBJ_NOTNULL(ctx, VRT_CTX_MAGIC);
	if (ctx->method != VCL_MET_BACKEND_FETCH) {
		VRT_fail(ctx, "fleet.strip_client() is for vcl_backend_fetch");
		return;
	}
	CHECK_OBJ_NOTNULL(ctx->bo, BUSYOBJ_MAGIC);
	msg_strip_copied(ctx->http_bereq, ctx->bo->bereq0,
	    keep != NULL ? keep : "");
}

VCL_STRING
vmod_request_id(VRT_CTX, VCL_STRING id)
{
	char buf[NODE_REQUEST_ID_LEN + 1];

	CHECK_OBJ_NOTNULL(ctx, VRT_CTX_MAGIC);
	if (id != NULL && node_request_id_valid(id))
		return (id);
	if (fleet_random_hex(buf, NODE_REQUEST_ID_LEN / 2) < 0) {
		VSLb(ctx->vsl, SLT_Error, "fleet.request_id(): no random "
		    "numbers");
		return (NULL);
	}
	return (WS_Copy(ctx->ws, buf, -1));
}
