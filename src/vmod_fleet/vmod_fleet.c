/* SPDX-License-Identifier: BSD-2-Clause
 * Copyright (c) 2026 The pixelfleet authors
 *
 * What VCL calls: arguments are checked here, the work is done elsewhere.
 */

#include "config.h"

#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

#include "fleet.h"

#include <vcl.h>
#include <vrt_obj.h>
#include <vsb.h>

#include "doors.h"
#include "msg.h"
#include "node_headers.h"
#include "vcl_text.h"
#include "vcompat.h"

struct VSC_fleet *fleet_vsc;
struct auth_replay fleet_replay;
static struct vsc_seg *fleet_seg;

int v_matchproto_(vmod_event_f)
vmod_event(VRT_CTX, struct vmod_priv *priv, enum vcl_event_e e)
{

	(void)ctx;
	(void)priv;
	/* These outlive every VCL: a reload forgets nothing. */
	if (e == VCL_EVENT_LOAD && fleet_vsc == NULL) {
		fleet_vsc = VSC_fleet_New(NULL, &fleet_seg, "");
		AN(fleet_vsc);
		auth_replay_init(&fleet_replay, time(NULL));
	}
	return (0);
}

/* The secret --------------------------------------------------------*/

static int
fleet_load_secret(VRT_CTX, struct VPFX(fleet_director) *d, const char *path)
{
	char why[AUTH_ERROR_MAX];

	if (path == NULL || *path == '\0')
		path = getenv("PIXELFLEET_SECRET_FILE");
	if (path == NULL || *path == '\0') {
		VSL(SLT_Notice, NO_VXID, "%s: no secret: the cluster door "
		    "trusts the addresses of the nodes", d->name);
		return (0);
	}
	if (auth_secret_load(&d->secret, path, why) < 0) {
		VRT_fail(ctx, "%s: %s", d->name, why);
		return (-1);
	}
	d->has_secret = true;
	return (0);
}

/* The source door ---------------------------------------------------*/

static const char *
fleet_source_path(char *buf, size_t len)
{
	char cmdline[8192];
	const char *p;
	ssize_t l;
	int fd;

	p = getenv("PIXELFLEET_SOURCE");
	if (p != NULL && *p != '\0')
		return (p);
	fd = open("/proc/self/cmdline", O_RDONLY | O_CLOEXEC);
	if (fd < 0)
		return (NULL);
	l = read(fd, cmdline, sizeof cmdline);
	(void)close(fd);
	if (l <= 0 || doors_find(cmdline, l, "source", buf, len) < 0)
		return (NULL);
	return (buf);
}

static int
fleet_make_source(VRT_CTX, struct VPFX(fleet_director) *d)
{
	struct vrt_endpoint ep;
	struct vrt_backend be;
	char vcl_name[256], buf[256];
	const char *path;

	path = fleet_source_path(buf, sizeof buf);
	if (path == NULL) {
		VSL(SLT_Notice, NO_VXID, "%s: no source door: originals are "
		    "fetched for each variant", d->name);
		return (0);
	}
	if (*path != '/') {
		VRT_fail(ctx, "%s: the source door %s is not a path",
		    d->name, path);
		return (-1);
	}
	INIT_OBJ(&ep, VRT_ENDPOINT_MAGIC);
	ep.uds_path = path;
	bprintf(vcl_name, "%.100s(source)", d->name);
	VRT_BACKEND_INIT(&be);
	be.endpoint = &ep;
	be.vcl_name = vcl_name;
	be.hosthdr = "pixelfleet";
	d->source = VCOMPAT_new_backend(ctx, &be);
	if (d->source == NULL) {
		VRT_fail(ctx, "%s: no backend for the source door %s",
		    d->name, path);
		return (-1);
	}
	return (0);
}

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

static bool
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
    const char *vcl_name, VCL_PROBE probe, VCL_STRING secret_file)
{
	struct VPFX(fleet_director) *d;

	CHECK_OBJ_NOTNULL(ctx, VRT_CTX_MAGIC);
	AN(dp);
	AZ(*dp);
	ALLOC_OBJ(d, FLEET_DIRECTOR_MAGIC);
	AN(d);
	*dp = d;
	REPLACE(d->name, vcl_name);
	d->self = -1;
	d->probe = probe;
	d->identity = VRT_r_server_identity(ctx);
	config_hash_init(&d->config);
	config_hash_add(&d->config, "vmod_fleet", PACKAGE_VERSION,
	    strlen(PACKAGE_VERSION));
	d->dir = VRT_AddDirector(ctx, director_methods, d, "%s", vcl_name);
	if (d->dir == NULL) {
		VRT_fail(ctx, "%s: no director", vcl_name);
		return;
	}
	VRT_StaticDirector(d->dir);
	(void)fleet_load_secret(ctx, d, secret_file);
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
	member_free(d);
	config_hash_fini(&d->config);
	if (d->has_secret)
		auth_secret_fini(&d->secret);
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
	(void)member_add(ctx, d, name, host, port, weight);
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

	CHECK_OBJ_NOTNULL(d, FLEET_DIRECTOR_MAGIC);
	if (!fleet_in_init(ctx, d, "start"))
		return;
	/* A static in the compiled VCL leads to its text. */
	if (vcl_text_hash(&d->config, priv) < 0)
		VSL(SLT_Error, NO_VXID, "%s: the VCL's text cannot be read: "
		    "it is no part of the configuration hash", d->name);
	if (config_hash_final(&d->config) == NULL) {
		VRT_fail(ctx, "%s: the configuration hash failed", d->name);
		return;
	}
	config_hash_parts(&d->config, d->config_parts);
	if (d->n_member > 0 && d->self < 0)
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
	if (member_start(ctx, d) < 0 || fleet_make_source(ctx, d) < 0)
		return;
	d->started = true;
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

	CHECK_OBJ_NOTNULL(d, FLEET_DIRECTOR_MAGIC);
	(void)ctx;
	return (d->self < 0 ? "" : d->member[d->self].name);
}

/* Routing -----------------------------------------------------------*/

struct verdict *
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
		v->owner = -1;
		p->priv = v;
	}
	CAST_OBJ_NOTNULL(v, p->priv, VERDICT_MAGIC);
	return (v);
}

VCL_BOOL
vmod_director_route(VRT_CTX, struct VPFX(fleet_director) *d, VCL_STRING key)
{
	struct verdict *v;
	int i;

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
	i = director_route(ctx, d, key);
	if (i < 0 || i == d->self) {
		v->owner = d->self;
		FLEET_COUNT(local);
		return (0);
	}
	v->owner = i;
	msg_set(ctx->http_req, NODE_HDR_TO, d->member[i].name);
	return (1);
}

VCL_VOID
vmod_director_take_over(VRT_CTX, struct VPFX(fleet_director) *d,
    VCL_STRING why)
{
	struct verdict *v;

	CHECK_OBJ_NOTNULL(d, FLEET_DIRECTOR_MAGIC);
	v = fleet_verdict(ctx, d);
	if (v == NULL) {
		VRT_fail(ctx, "%s.take_over(): out of workspace", d->name);
		return;
	}
	VSLb(ctx->vsl, SLT_VCL_Log, "%s: doing the work of %s: %s", d->name,
	    v->owner < 0 ? "no node" : d->member[v->owner].name,
	    why == NULL ? "" : why);
	v->took_over = true;
	FLEET_COUNT(retried);
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
	return (v == NULL || v->owner < 0 ? "" : d->member[v->owner].name);
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

/* Admission ---------------------------------------------------------*/

static VCL_BOOL
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

/* What an operator sees ---------------------------------------------*/

VCL_STRING
vmod_director_status_json(VRT_CTX, struct VPFX(fleet_director) *d)
{
	const struct member *m;
	struct vsb vsb[1];
	unsigned u;

	CHECK_OBJ_NOTNULL(d, FLEET_DIRECTOR_MAGIC);
	if (!fleet_started(ctx, d, "status_json"))
		return ("");
	WS_VSB_new(vsb, ctx->ws);
	VSB_printf(vsb, "{\"node\": \"%s\", \"config\": \"%s\", \"nodes\": [",
	    d->identity, d->config.hex);
	for (u = 0; u < d->n_member; u++) {
		m = &d->member[u];
		VSB_printf(vsb, "%s\n  {\"name\": \"%s\", \"host\": \"",
		    u ? "," : "", m->name);
		VSB_quote(vsb, m->host, -1, VSB_QUOTE_JSON);
		VSB_cat(vsb, "\", \"port\": \"");
		VSB_quote(vsb, m->port, -1, VSB_QUOTE_JSON);
		VSB_printf(vsb, "\", \"weight\": %.3f, \"self\": %s, "
		    "\"healthy\": %s}", m->weight,
		    (int)u == d->self ? "true" : "false",
		    member_healthy(ctx, d, u) ? "true" : "false");
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
