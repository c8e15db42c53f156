/* SPDX-License-Identifier: BSD-2-Clause
 * Copyright (c) 2026 The pixelfleet authors
 *
 * See purge_task.h.
 *
 * A fetch's flight is in its PRIV_TASK, whose end comes after the object has
 * been inserted.  Then the object's headers are gone: what it says of itself
 * is copied when it is sealed.
 */

#include "config.h"

#include <float.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "fleet.h"

#include <vrt_obj.h>
#include <vtim.h>

#include "msg.h"
#include "purge_node.h"
#include "purge_task.h"

/* As the core wants them, the length in front. */
static const char H_Began[] = "\014" PURGE_OBJ_BEGAN ":";
static const char H_Source[] = "\015" PURGE_OBJ_SOURCE ":";
static const char H_Operations[] = "\021" PURGE_OBJ_OPERATIONS ":";
static const char H_Overlay[] = "\016" PURGE_OBJ_OVERLAY ":";
static const char H_Tags[] = "\013" PURGE_OBJ_TAGS ":";

struct purge_task {
	unsigned			magic;
#define PURGE_TASK_MAGIC		0x40d7b3e9
	struct purge_flight		*flight;
	bool				sealed;
	char				*source;
	char				*operations;
	char				*overlay;
	char				*tags;
};

/* Its address is the key of the task's. */
static const char task_key;

static void
task_forget(struct purge_task *t)
{

	free(t->source);
	free(t->operations);
	free(t->overlay);
	free(t->tags);
	t->source = t->operations = t->overlay = t->tags = NULL;
	t->sealed = false;
}

static struct purge_object
task_object(const struct purge_task *t)
{
	const struct purge_object obj = {
		.source = t->source, .operations = t->operations,
		.overlay = t->overlay, .tags = t->tags
	};

	return (obj);
}

static void
task_end(struct purge_task *t)
{
	const struct purge_object obj = task_object(t);

	if (t->flight != NULL)
		purge_node_end(&t->flight, t->sealed ? &obj : NULL);
	task_forget(t);
}

static void v_matchproto_(vmod_priv_fini_f)
task_fini(VRT_CTX, void *priv)
{
	struct purge_task *t;

	(void)ctx;
	CAST_OBJ_NOTNULL(t, priv, PURGE_TASK_MAGIC);
	task_end(t);
	FREE_OBJ(t);
}

static const struct vmod_priv_methods task_methods[1] = {{
	.magic = VMOD_PRIV_METHODS_MAGIC,
	.type = "fleet fetch",
	.fini = task_fini,
}};

static struct purge_task *
task_get(VRT_CTX)
{
	struct vmod_priv *priv;
	struct purge_task *t;

	priv = VRT_priv_task_get(ctx, &task_key);
	if (priv == NULL || priv->priv == NULL)
		return (NULL);
	CAST_OBJ_NOTNULL(t, priv->priv, PURGE_TASK_MAGIC);
	return (t);
}

static struct purge_task *
task_make(VRT_CTX)
{
	struct vmod_priv *priv;
	struct purge_task *t;

	priv = VRT_priv_task(ctx, &task_key);
	if (priv == NULL)
		return (NULL);
	if (priv->priv == NULL) {
		ALLOC_OBJ(t, PURGE_TASK_MAGIC);
		AN(t);
		priv->priv = t;
		priv->methods = task_methods;
	}
	CAST_OBJ_NOTNULL(t, priv->priv, PURGE_TASK_MAGIC);
	return (t);
}

/* Requests ----------------------------------------------------------*/

/* The key, and all there is: a number, and nothing to be freed. */
static const char look_key;

void
purge_task_look(VRT_CTX)
{
	struct vmod_priv *priv;

	priv = VRT_priv_task(ctx, &look_key);
	if (priv != NULL)
		priv->priv = (void *)(uintptr_t)purge_node_done();
}

uint64_t
purge_task_looked(VRT_CTX)
{
	struct vmod_priv *priv;

	priv = VRT_priv_task_get(ctx, &look_key);
	return (priv == NULL ? 0 : (uintptr_t)priv->priv);
}

/* Objects in the cache ----------------------------------------------*/

static enum purge_verdict
task_judge(struct worker *wrk, struct objcore *oc)
{
	struct purge_mark mark = { 0, 0 };
	struct purge_object obj;

	/* An object without a mark is from before everything. */
	(void)purge_mark_parse(&mark, HTTP_GetHdrPack(wrk, oc, H_Began));
	if (purge_node_is_fresh(mark))
		return (PURGE_FRESH);
	obj.source = HTTP_GetHdrPack(wrk, oc, H_Source);
	obj.operations = HTTP_GetHdrPack(wrk, oc, H_Operations);
	obj.overlay = HTTP_GetHdrPack(wrk, oc, H_Overlay);
	obj.tags = HTTP_GetHdrPack(wrk, oc, H_Tags);
	return (purge_node_judge(mark, &obj));
}

static enum purge_verdict
task_judge_hit(VRT_CTX)
{

	CHECK_OBJ_NOTNULL(ctx->req, REQ_MAGIC);
	CHECK_OBJ_NOTNULL(ctx->req->objcore, OBJCORE_MAGIC);
	return (task_judge(ctx->req->wrk, ctx->req->objcore));
}

/* One for the process, with the second in its upper half. */
static bool
task_may_refresh(unsigned per_second)
{
	static uint64_t cell;
	uint64_t old, new, second;

	second = (uint64_t)VTIM_mono();
	old = __atomic_load_n(&cell, __ATOMIC_RELAXED);
	do {
		new = old >> 32 == second ? old + 1 : second << 32 | 1;
		if ((uint32_t)new > per_second)
			return (false);
	} while (!__atomic_compare_exchange_n(&cell, &old, new, false,
	    __ATOMIC_RELAXED, __ATOMIC_RELAXED));
	return (true);
}

/*
 * The ttl of what expired just before the request came: what expires with it,
 * is no stale hit.  varnishd keeps it as a float, counted from when the object
 * was made.
 */
static double
task_over(VRT_CTX)
{

	return (-0.001 - VRT_r_obj_age(ctx) * FLT_EPSILON);
}

bool
purge_task_hit(VRT_CTX, bool now, unsigned per_second)
{
	const double soft = (double)purge_rules_default.soft * 1e-3;
	enum purge_verdict verdict = task_judge_hit(ctx);
	double grace;

	if (verdict == PURGE_FRESH)
		return (false);
	if (verdict == PURGE_DEAD) {
		FLEET_COUNT(purge_dead);
		/* Nought could be rounded up, to be hit again. */
		(void)VRT_purge(ctx, -1, 0, 0);
		return (true);
	}
	if (VRT_r_obj_ttl(ctx) <= 0)
		return (false);
	if (!now && !task_may_refresh(per_second)) {
		FLEET_COUNT(purge_deferred);
		return (false);
	}
	FLEET_COUNT(purge_stale);
	grace = VRT_r_obj_grace(ctx);
	(void)VRT_purge(ctx, task_over(ctx), grace > soft ? grace : soft,
	    NAN);
	return (true);
}

bool
purge_task_stale(VRT_CTX)
{

	return (task_judge_hit(ctx) == PURGE_STALE);
}

/* Fetches -----------------------------------------------------------*/

void
purge_task_begin(VRT_CTX, uint64_t looked)
{
	struct purge_task *t;
	struct busyobj *bo;

	bo = ctx->bo;
	CHECK_OBJ_NOTNULL(bo, BUSYOBJ_MAGIC);
	t = task_make(ctx);
	if (t == NULL) {
		VRT_fail(ctx, "out of workspace: what is fetched could not "
		    "be purged");
		return;
	}
	/* Of what a retry gives up, nothing was stored. */
	task_forget(t);
	task_end(t);
	t->flight = purge_node_begin();
	if (bo->stale_oc == NULL)
		return;
	CHECK_OBJ(bo->stale_oc, OBJCORE_MAGIC);
	if (looked == purge_node_done() &&
	    task_judge(bo->wrk, bo->stale_oc) == PURGE_FRESH)
		return;
	msg_strip(ctx->http_bereq, "If-None-Match:");
	msg_strip(ctx->http_bereq, "If-Modified-Since:");
}

bool
purge_task_has_begun(VRT_CTX)
{

	return (task_get(ctx) != NULL);
}

/* Keep goes first, then grace, then ttl. */
static void
task_cap(VRT_CTX)
{
	const double age = purge_rules_default.age * 1e-3;
	double ttl = VRT_r_beresp_ttl(ctx), grace = VRT_r_beresp_grace(ctx);

	if (ttl + grace + VRT_r_beresp_keep(ctx) <= age)
		return;
	if (ttl > age) {
		ttl = age;
		VRT_l_beresp_ttl(ctx, ttl);
	}
	if (ttl > 0 && ttl + grace > age) {
		grace = age - ttl;
		VRT_l_beresp_grace(ctx, grace);
	}
	VRT_l_beresp_keep(ctx, fmax(0, age - fmax(ttl, 0) - grace));
}

static char *
task_copy(const struct http *hp, const char *name)
{
	const char *value = msg_get(hp, name);
	char *copy = NULL;

	if (value != NULL)
		REPLACE(copy, value);
	return (copy);
}

bool
purge_task_seal(VRT_CTX)
{
	char mark[PURGE_MARK_LEN + 1];
	struct purge_object obj;
	struct purge_task *t;
	struct http *hp;

	hp = ctx->http_beresp;
	CHECK_OBJ_NOTNULL(hp, HTTP_MAGIC);
	t = task_get(ctx);
	if (t == NULL || t->flight == NULL)
		return (true);
	purge_mark_format(t->flight->mark, mark);
	msg_set(hp, PURGE_OBJ_BEGAN, mark);
	task_cap(ctx);
	task_forget(t);
	t->source = task_copy(hp, PURGE_OBJ_SOURCE);
	t->operations = task_copy(hp, PURGE_OBJ_OPERATIONS);
	t->overlay = task_copy(hp, PURGE_OBJ_OVERLAY);
	t->tags = task_copy(hp, PURGE_OBJ_TAGS);
	t->sealed = true;
	if (purge_node_is_fresh(t->flight->mark))
		return (true);
	obj = task_object(t);
	if (purge_node_judge(t->flight->mark, &obj) != PURGE_DEAD)
		return (true);
	FLEET_COUNT(purge_overtaken);
	return (false);
}
