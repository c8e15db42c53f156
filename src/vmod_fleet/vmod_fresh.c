/* SPDX-License-Identifier: BSD-2-Clause
 * Copyright (c) 2026 The pixelfleet authors
 *
 * What VCL calls so that nothing purged is served, and so that purges get
 * around: the work is done in purge_task.c and purge_exchange.c.
 */

#include "config.h"

#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "fleet.h"

#include <vcl.h>
#include <vsb.h>

#include "purge_exchange.h"
#include "purge_node.h"
#include "purge_task.h"

static bool
fresh_in(VRT_CTX, const struct VPFX(fleet_director) *d, unsigned methods,
    const char *what)
{

	CHECK_OBJ_NOTNULL(ctx, VRT_CTX_MAGIC);
	CHECK_OBJ_NOTNULL(d, FLEET_DIRECTOR_MAGIC);
	if (ctx->method & methods)
		return (true);
	VRT_fail(ctx, "%s.%s() is not for this subroutine", d->name, what);
	return (false);
}

VCL_STRING
vmod_director_behind(VRT_CTX, struct VPFX(fleet_director) *d)
{
	const char *why;

	(void)ctx;
	CHECK_OBJ_NOTNULL(d, FLEET_DIRECTOR_MAGIC);
	return (purge_node_caught_up(&why) || why == NULL ? "" : why);
}

/* Requests and fetches ----------------------------------------------*/

VCL_VOID
vmod_director_purge_look(VRT_CTX, struct VPFX(fleet_director) *d)
{

	if (fresh_in(ctx, d, VCL_MET_HASH, "purge_look"))
		purge_task_look(ctx);
}

VCL_STRING
vmod_director_purge_looked(VRT_CTX, struct VPFX(fleet_director) *d)
{

	CHECK_OBJ_NOTNULL(d, FLEET_DIRECTOR_MAGIC);
	return (WS_Printf(ctx->ws, "%ju", (uintmax_t)purge_task_looked(ctx)));
}

VCL_VOID
vmod_director_purge_begin(VRT_CTX, struct VPFX(fleet_director) *d,
    VCL_STRING looked)
{

	if (fresh_in(ctx, d, VCL_MET_BACKEND_FETCH, "purge_begin"))
		purge_task_begin(ctx, looked == NULL ? 0 :
		    strtoumax(looked, NULL, 10));
}

VCL_BOOL
vmod_director_purge_seal(VRT_CTX, struct VPFX(fleet_director) *d)
{

	return (!fresh_in(ctx, d, VCL_MET_BACKEND_RESPONSE |
	    VCL_MET_BACKEND_ERROR, "purge_seal") || purge_task_seal(ctx));
}

VCL_BOOL
vmod_director_purge_hit(VRT_CTX, struct VPFX(fleet_director) *d, VCL_BOOL now)
{

	return (fresh_in(ctx, d, VCL_MET_HIT, "purge_hit") &&
	    purge_task_hit(ctx, now, d->purge_refresh));
}

VCL_BOOL
vmod_director_purge_stale(VRT_CTX, struct VPFX(fleet_director) *d)
{

	return (fresh_in(ctx, d, VCL_MET_HIT, "purge_stale") &&
	    purge_task_stale(ctx));
}

VCL_BOOL
vmod_director_purged(VRT_CTX, struct VPFX(fleet_director) *d,
    VCL_STRING source)
{

	(void)ctx;
	CHECK_OBJ_NOTNULL(d, FLEET_DIRECTOR_MAGIC);
	return (source != NULL && purge_node_purged(source));
}

/* Between nodes -----------------------------------------------------*/

VCL_STRING
vmod_director_purge_position(VRT_CTX, struct VPFX(fleet_director) *d)
{
	char position[PURGE_POSITION_HEADER];

	CHECK_OBJ_NOTNULL(d, FLEET_DIRECTOR_MAGIC);
	if (purge_node_position(position, sizeof position) <= 0)
		return (NULL);
	return (WS_Copy(ctx->ws, position, -1));
}

/* A body that comes, and whose it is. */
struct fresh_body {
	unsigned		magic;
#define FRESH_BODY_MAGIC	0x55d0b3f7
	char			*data;
	size_t			len;
	char			*theirs;
};

/* Its address is the key of the task's. */
static const char fresh_key;

static void v_matchproto_(vmod_priv_fini_f)
fresh_fini(VRT_CTX, void *priv)
{
	struct fresh_body *b;

	(void)ctx;
	CAST_OBJ_NOTNULL(b, priv, FRESH_BODY_MAGIC);
	free(b->data);
	free(b->theirs);
	FREE_OBJ(b);
}

static const struct vmod_priv_methods fresh_methods[1] = {{
	.magic = VMOD_PRIV_METHODS_MAGIC,
	.type = "fleet purges",
	.fini = fresh_fini,
}};

static struct fresh_body *
fresh_body(VRT_CTX)
{
	struct vmod_priv *p;
	struct fresh_body *b;

	p = VRT_priv_task(ctx, &fresh_key);
	if (p == NULL)
		return (NULL);
	if (p->priv == NULL) {
		ALLOC_OBJ(b, FRESH_BODY_MAGIC);
		AN(b);
		p->priv = b;
		p->methods = fresh_methods;
	}
	CAST_OBJ_NOTNULL(b, p->priv, FRESH_BODY_MAGIC);
	return (b);
}

static int v_matchproto_(objiterate_f)
fresh_collect(void *priv, unsigned flush, const void *ptr, ssize_t len)
{
	struct fresh_body *b;

	(void)flush;
	CAST_OBJ_NOTNULL(b, priv, FRESH_BODY_MAGIC);
	if (b->len + (size_t)len > PURGE_BODY_MAX)
		return (-1);
	b->data = realloc(b->data, b->len + (size_t)len);
	AN(b->data);
	memcpy(b->data + b->len, ptr, (size_t)len);
	b->len += (size_t)len;
	return (0);
}

VCL_BOOL
vmod_director_purge_receive(VRT_CTX, struct VPFX(fleet_director) *d)
{
	struct purge_received received;
	struct fresh_body *b;

	if (!fresh_in(ctx, d, VCL_MET_RECV, "purge_receive"))
		return (0);
	CHECK_OBJ_NOTNULL(ctx->req, REQ_MAGIC);
	b = fresh_body(ctx);
	if (b == NULL || VRB_Iterate(ctx->req->wrk, ctx->vsl, ctx->req,
	    fresh_collect, b) < 0)
		return (0);
	if (purge_body_read(b->data, b->len, &received, &b->theirs) < 0)
		return (0);
	VSLb(ctx->vsl, SLT_VCL_Log, "purges: received=%u known=%u failed=%u",
	    received.taken, received.known, received.failed);
	FLEET_ADD(purges_received, received.taken);
	return (1);
}

VCL_VOID
vmod_director_purge_answer(VRT_CTX, struct VPFX(fleet_director) *d)
{
	struct fresh_body *b;
	struct vsb *vsb;
	char *body;
	size_t len;

	if (!fresh_in(ctx, d, VCL_MET_SYNTH, "purge_answer"))
		return;
	b = fresh_body(ctx);
	body = purge_body_make(b != NULL ? b->theirs : NULL, &len);
	if (body == NULL)
		return;
	/* Not by way of the workspace, which is too small. */
	CAST_OBJ_NOTNULL(vsb, ctx->specific, VSB_MAGIC);
	VSB_clear(vsb);
	AZ(VSB_bcat(vsb, body, (ssize_t)len));
	free(body);
}
