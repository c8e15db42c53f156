/* SPDX-License-Identifier: BSD-2-Clause
 * Copyright (c) 2026 The pixelfleet authors
 *
 * See charge.h.
 */

#include "config.h"

#include <stdlib.h>
#include <string.h>

#include <cache/cache.h>

#include "charge.h"

struct charge {
	unsigned		magic;
#define CHARGE_MAGIC		0x5fb0a1d9
	enum charge_kind	kind;
	struct peer		*peer;	/* NULL: dropped; never freed */
};

/* Its address is the key of the task's charge. */
static const char charge_key;

static void
charge_on(struct charge *c, struct peer *p, enum charge_kind kind)
{

	peer_ref(p);
	c->peer = p;
	c->kind = kind;
	if (kind == CHARGE_SENT)
		bound_charge(&p->load);
	else
		bound_arrive(&p->load);
}

static void
charge_off(struct charge *c)
{

	if (c->peer == NULL)
		return;
	if (c->kind == CHARGE_SENT)
		bound_discharge(&c->peer->load);
	else
		bound_depart(&c->peer->load);
	peer_drop(c->peer);
	c->peer = NULL;
}

static void v_matchproto_(vmod_priv_fini_f)
charge_fini(VRT_CTX, void *priv)
{
	struct charge *c;

	(void)ctx;
	CAST_OBJ_NOTNULL(c, priv, CHARGE_MAGIC);
	charge_off(c);
	FREE_OBJ(c);
}

static const struct vmod_priv_methods charge_methods[1] = {{
	.magic = VMOD_PRIV_METHODS_MAGIC,
	.type = "fleet charge",
	.fini = charge_fini,
}};

/* This task's charge, made where there is none, or NULL. */
static struct charge *
charge_of(VRT_CTX)
{
	struct vmod_priv *priv;
	struct charge *c;

	priv = VRT_priv_task(ctx, &charge_key);
	if (priv == NULL) {
		/* Uncounted is better than unanswered. */
		VSLb(ctx->vsl, SLT_Error, "fleet: out of workspace: this "
		    "request is not counted");
		return (NULL);
	}
	if (priv->priv == NULL) {
		ALLOC_OBJ(c, CHARGE_MAGIC);
		AN(c);
		priv->priv = c;
		priv->methods = charge_methods;
	}
	CAST_OBJ_NOTNULL(c, priv->priv, CHARGE_MAGIC);
	return (c);
}

void
charge_take(VRT_CTX, struct peer *p, enum charge_kind kind)
{
	struct charge *c;

	CHECK_OBJ_NOTNULL(p, PEER_MAGIC);
	c = charge_of(ctx);
	if (c == NULL)
		return;
	charge_off(c);
	charge_on(c, p, kind);
}

void
charge_drop(VRT_CTX)
{
	struct charge *c;

	c = charge_of(ctx);
	if (c != NULL)
		charge_off(c);
}
