/* SPDX-License-Identifier: BSD-2-Clause
 * Copyright (c) 2026 The pixelfleet authors
 *
 * Purges as VCL asks for them: taken, waited for, and answered.
 *
 * The number of those that wait at once is bounded, since each has a thread:
 * who comes on top of it is told what is pending at once.  So is the rate, one
 * for the process, whatever VCL they come by.
 */

#include "config.h"

#include <pthread.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "fleet.h"

#include <vre.h>
#include <vsb.h>
#include <vtim.h>

#include "msg.h"
#include "purge_door.h"
#include "purge_node.h"

#define PURGE_WAITERS_MAX	100

/* What is to be said of the last purge in this task. */
struct purge_reply {
	unsigned		magic;
#define PURGE_REPLY_MAGIC	0x2e9d5b17
	const char		*json;		/* NULL: a refusal */
	unsigned		retry_after;	/* s */
};

static pthread_mutex_t purge_rate_mtx = PTHREAD_MUTEX_INITIALIZER;
static struct purge_rate purge_rate;
static unsigned purge_waiters;			/* atomic */

/* The task's answer -------------------------------------------------*/

/* NULL where the task's workspace is full. */
static struct purge_reply *
purge_reply(VRT_CTX)
{
	struct vmod_priv *p;
	struct purge_reply *r;

	p = VRT_priv_task(ctx, &purge_rate);
	if (p == NULL)
		return (NULL);
	if (p->priv == NULL) {
		r = WS_Alloc(ctx->ws, sizeof *r);
		if (r == NULL)
			return (NULL);
		INIT_OBJ(r, PURGE_REPLY_MAGIC);
		p->priv = r;
	}
	CAST_OBJ_NOTNULL(r, p->priv, PURGE_REPLY_MAGIC);
	return (r);
}

static VCL_INT
purge_say(VRT_CTX, const struct VPFX(fleet_director) *d, int status,
    const char *json, unsigned retry_after)
{
	struct purge_reply *r = purge_reply(ctx);

	if (r == NULL) {
		VRT_fail(ctx, "%s: out of workspace", d->name);
		return (500);
	}
	r->json = json;
	r->retry_after = retry_after;
	(void)fleet_judge(ctx, d, status, NULL);
	return (status);
}

/* The sentence may be anywhere. */
static VCL_INT
purge_refuse(VRT_CTX, const struct VPFX(fleet_director) *d, int status,
    const char *sentence, unsigned retry_after)
{
	const char *copy = WS_Copy(ctx->ws, sentence, -1);

	if (copy == NULL || purge_say(ctx, d, status, NULL, retry_after) !=
	    status) {
		VRT_fail(ctx, "%s: out of workspace", d->name);
		return (500);
	}
	VSLb(ctx->vsl, SLT_VCL_Log, "%s: purge refused, %d: %s", d->name,
	    status, copy);
	(void)fleet_judge(ctx, d, status, copy);
	return (status);
}

static void v_matchproto_(purge_standing_f)
purge_note(void *priv, const struct purge_standing *s)
{

	purge_answer_node(priv, s);
}

/* How a purge stands: 200, 202, or 404. */
static VCL_INT
purge_tell(VRT_CTX, const struct VPFX(fleet_director) *d,
    const struct purge_id *id, const char *expr)
{
	struct purge_answer answer;
	const char *json;

	if (purge_answer_begin(&answer) < 0)
		return (purge_refuse(ctx, d, 500, "out of memory", 0));
	(void)purge_node_standing(id, purge_note, &answer);
	if (purge_answer_end(&answer, id, expr) < 0)
		return (purge_refuse(ctx, d, 500, "out of memory", 0));
	json = answer.nodes > 0 ? WS_Copy(ctx->ws, answer.json, -1) : "";
	free(answer.json);
	if (json == NULL) {
		VRT_fail(ctx, "%s: out of workspace", d->name);
		return (500);
	}
	if (answer.nodes == 0)
		return (purge_refuse(ctx, d, 404,
		    "This node knows of no such purge (any more).", 0));
	return (purge_say(ctx, d, answer.pending == 0 ? 200 : 202, json, 0));
}

/* Taking ------------------------------------------------------------*/

/* Returns 0, or the seconds after which to try again. */
static unsigned
purge_admit(double rate)
{
	unsigned seconds;

	AZ(pthread_mutex_lock(&purge_rate_mtx));
	seconds = purge_rate_take(&purge_rate, rate,
	    (uint64_t)(VTIM_mono() * 1e6));
	AZ(pthread_mutex_unlock(&purge_rate_mtx));
	return (seconds);
}

static void
purge_await(const struct purge_id *id, int ms)
{

	if (__atomic_add_fetch(&purge_waiters, 1, __ATOMIC_RELAXED) <=
	    PURGE_WAITERS_MAX && ms > 0)
		(void)purge_node_wait(id, ms);
	(void)__atomic_sub_fetch(&purge_waiters, 1, __ATOMIC_RELAXED);
}

/* An expression in its canonical form. */
static VCL_INT
purge_take(VRT_CTX, const struct VPFX(fleet_director) *d, const char *expr,
    int ms)
{
	char err[PURGE_ERROR_MAX], name[PURGE_ID_MAX];
	enum purge_taken taken;
	struct purge_id id;
	unsigned seconds;
	VCL_INT status;

	seconds = purge_admit(d->purge_rate);
	if (seconds > 0) {
		FLEET_COUNT(purges_limited);
		bprintf(err, "More purges than %g a second: this one was not "
		    "done.", d->purge_rate);
		return (purge_refuse(ctx, d, 429, err, seconds));
	}
	taken = purge_node_add(expr, &id, err);
	if (taken != PURGE_TAKEN)
		return (purge_refuse(ctx, d,
		    taken == PURGE_MALFORMED ? 400 : 500, err, 0));
	purge_id_format(&id, name);
	VSLb(ctx->vsl, SLT_VCL_Log, "%s: purge %s: %s", d->name, name, expr);
	purge_await(&id, ms);
	status = purge_tell(ctx, d, &id, expr);
	return (status);
}

/* Arguments ---------------------------------------------------------*/

/* In the words that VCL and header have for it. */
static int
purge_wait(const char *seconds, const char *what,
    char err[PURGE_ERROR_MAX])
{
	int ms = purge_wait_parse(seconds);

	if (ms < 0)
		(void)snprintf(err, PURGE_ERROR_MAX, "%s must be 0 to 30 "
		    "seconds, with up to three decimals", what);
	return (ms);
}

/*
 * Nobody can mean two of those; and one that is empty may be somebody's
 * variable that should not have been, who would purge everything.
 */
static int
purge_once(const struct http *hp, char err[PURGE_ERROR_MAX])
{
	static const char *const names[] = { PURGE_HDR_BY, PURGE_HDR_MODE,
	    PURGE_HDR_TAG, PURGE_HDR_REGEX, PURGE_HDR_WAIT };
	const char *value;
	unsigned u, n;

	for (u = 0; u < sizeof names / sizeof names[0]; u++) {
		n = msg_count(hp, names[u]);
		value = msg_get(hp, names[u]);
		if (n > 1 || (n == 1 && *value == '\0')) {
			(void)snprintf(err, PURGE_ERROR_MAX, "%s is %s",
			    names[u], n > 1 ? "given more than once" :
			    "empty");
			return (400);
		}
	}
	return (0);
}

static int
purge_read(const struct http *hp, const char *source, const char *operations,
    char expr[PURGE_EXPR_MAX], char err[PURGE_ERROR_MAX])
{
	const struct purge_request req = {
		.method = hp->hd[HTTP_HDR_METHOD].b,
		.url = hp->hd[HTTP_HDR_URL].b,
		.source = source,
		.operations = operations,
		.by = msg_get(hp, PURGE_HDR_BY),
		.mode = msg_get(hp, PURGE_HDR_MODE),
		.tags = msg_get(hp, PURGE_HDR_TAG),
		.regex = msg_get(hp, PURGE_HDR_REGEX)
	};
	int status = purge_once(hp, err);

	return (status != 0 ? status : purge_expr_read(expr, &req, err));
}

/* What an operator sees ---------------------------------------------*/

void
purge_status(struct vsb *vsb)
{
	char position[PURGE_POSITION_HEADER];
	struct purge_figures figures;
	const char *why = NULL;
	bool caught_up;

	memset(&figures, 0, sizeof figures);
	purge_node_figures(&figures);
	caught_up = purge_node_caught_up(&why);
	VSB_printf(vsb, "\"purges\": {\"caught_up\": %s, ",
	    caught_up ? "true" : "false");
	if (!caught_up && why != NULL) {
		VSB_cat(vsb, "\"why\": \"");
		VSB_quote(vsb, why, -1, VSB_QUOTE_JSON);
		VSB_cat(vsb, "\", ");
	}
	VSB_printf(vsb, "\"remembered\": %u, \"position\": \"%s\"}, ",
	    figures.entries, purge_node_position(position,
	    sizeof position) < 0 ? "" : position);
}

/* What VCL calls ----------------------------------------------------*/

VCL_INT
vmod_director_purge(VRT_CTX, struct VPFX(fleet_director) *d,
    VCL_STRING expression, VCL_STRING wait)
{
	char err[PURGE_ERROR_MAX];
	struct purge_expr expr;
	int ms;

	CHECK_OBJ_NOTNULL(ctx, VRT_CTX_MAGIC);
	CHECK_OBJ_NOTNULL(d, FLEET_DIRECTOR_MAGIC);
	if (!fleet_started(ctx, d, "purge"))
		return (500);
	ms = purge_wait(wait, "wait", err);
	if (ms < 0)
		return (purge_refuse(ctx, d, 400, err, 0));
	if (expression == NULL || purge_expr_parse(&expr, expression) < 0)
		return (purge_refuse(ctx, d, 400, "This is no expression of a "
		    "purge in its one form, as \"hard source /a.jpg\".", 0));
	return (purge_take(ctx, d, expression, ms));
}

VCL_INT
vmod_director_purge_request(VRT_CTX, struct VPFX(fleet_director) *d,
    VCL_STRING source, VCL_STRING operations)
{
	char expr[PURGE_EXPR_MAX], err[PURGE_ERROR_MAX];
	const struct http *hp;
	int ms, status;

	CHECK_OBJ_NOTNULL(ctx, VRT_CTX_MAGIC);
	CHECK_OBJ_NOTNULL(d, FLEET_DIRECTOR_MAGIC);
	if (!fleet_started(ctx, d, "purge_request"))
		return (500);
	hp = ctx->http_req;
	if (hp == NULL || ctx->http_bereq != NULL) {
		VRT_fail(ctx, "%s.purge_request() is for the client side",
		    d->name);
		return (500);
	}
	CHECK_OBJ_NOTNULL(hp, HTTP_MAGIC);
	status = purge_read(hp, source, operations, expr, err);
	if (status != 0)
		return (purge_refuse(ctx, d, status, err, 0));
	ms = purge_wait(msg_get(hp, PURGE_HDR_WAIT), PURGE_HDR_WAIT, err);
	if (ms < 0)
		return (purge_refuse(ctx, d, 400, err, 0));
	return (purge_take(ctx, d, expr, ms));
}

VCL_INT
vmod_director_purge_standing(VRT_CTX, struct VPFX(fleet_director) *d,
    VCL_STRING name)
{
	char expr[PURGE_EXPR_MAX];
	struct purge_id id;

	CHECK_OBJ_NOTNULL(ctx, VRT_CTX_MAGIC);
	CHECK_OBJ_NOTNULL(d, FLEET_DIRECTOR_MAGIC);
	if (!fleet_started(ctx, d, "purge_standing"))
		return (500);
	if (purge_id_parse(&id, name) < 0)
		return (purge_refuse(ctx, d, 404, "This is not the id of a "
		    "purge, which is <node>:<number>:<number>.", 0));
	if (purge_node_text(&id, expr) < 0)
		return (purge_refuse(ctx, d, 404,
		    "This node knows of no such purge (any more).", 0));
	return (purge_tell(ctx, d, &id, expr));
}

VCL_STRING
vmod_director_purge_json(VRT_CTX, struct VPFX(fleet_director) *d)
{
	const struct purge_reply *r;

	CHECK_OBJ_NOTNULL(ctx, VRT_CTX_MAGIC);
	CHECK_OBJ_NOTNULL(d, FLEET_DIRECTOR_MAGIC);
	r = purge_reply(ctx);
	return (r == NULL || r->json == NULL ? "" : r->json);
}

VCL_INT
vmod_director_retry_after(VRT_CTX, struct VPFX(fleet_director) *d)
{
	const struct purge_reply *r;

	CHECK_OBJ_NOTNULL(ctx, VRT_CTX_MAGIC);
	CHECK_OBJ_NOTNULL(d, FLEET_DIRECTOR_MAGIC);
	r = purge_reply(ctx);
	return (r == NULL || r->retry_after == 0 ? 1 : r->retry_after);
}
