/* SPDX-License-Identifier: BSD-2-Clause
 * Copyright (c) 2026 The pixelfleet authors
 *
 * See purge_apply.h.
 */

#include "config.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "fleet.h"

#include <vre.h>
#include <vsb.h>

#include "purge_apply.h"
#include "vcompat.h"

#define REGEXES		8	/* compiled ones that are kept */

/* What is tested again and again while a soft purge is on. */
static struct {
	char		*text;
	vre_t		*vre;
} regexes[REGEXES];

/* Large, and needed by one thread at a time. */
static struct purge_bans purge_bans_now;

static int
apply_ban(const struct purge_ban *ban)
{
	const struct purge_test *t;
	struct ban_proto *bp;
	const char *err = NULL;

	bp = BAN_Build();
	AN(bp);
	for (t = ban->test; err == NULL && t < ban->test + ban->n; t++)
		err = BAN_AddTest(bp, t->field, t->op, t->operand);
	if (err == NULL)
		err = BAN_Commit(bp);
	if (err == NULL) {
		FLEET_COUNT(purge_bans);
		return (0);
	}
	VSL(SLT_Error, NO_VXID, "fleet: no ban for a purge: %s", err);
	BAN_Abandon(bp);
	return (-1);
}

static int
apply_bans(void)
{
	unsigned i;

	for (i = 0; i < purge_bans_now.n; i++)
		if (apply_ban(&purge_bans_now.ban[i]) != 0)
			return (-1);
	return (0);
}

int
purge_apply_all(void)
{
	static const struct purge_expr all = {
		.kind = PURGE_ALL, .text = "hard all", .operand = ""
	};

	purge_bans(&purge_bans_now, &all, NULL);
	return (apply_bans());
}

int
purge_apply(const struct purge_expr *expr, const struct purge_mark *before)
{
	char err[PURGE_ERROR_MAX];

	/* Another node's PCRE took it: rather too much than nothing. */
	if (expr->kind == PURGE_REGEX &&
	    purge_apply_check(expr->operand, err) != 0)
		return (purge_apply_all());
	purge_bans(&purge_bans_now, expr, before);
	return (apply_bans());
}

int
purge_apply_one(const char *source, struct purge_mark mark)
{

	purge_bans_one(&purge_bans_now, source, mark);
	return (apply_bans());
}

int
purge_apply_check(const char *regex, char err[PURGE_ERROR_MAX])
{
	char text[VRE_ERROR_LEN];
	struct vsb vsb[1];
	int e, offset;
	vre_t *vre;

	vre = VRE_compile(regex, 0, &e, &offset, 0);
	if (vre != NULL) {
		VRE_free(&vre);
		return (0);
	}
	AN(VSB_init(vsb, text, sizeof text));
	(void)VRE_error(vsb, e);
	(void)VSB_finish(vsb);
	(void)snprintf(err, PURGE_ERROR_MAX, "the regular expression is "
	    "malformed at its byte %d: %s", offset + 1, text);
	VSB_fini(vsb);
	return (-1);
}

static const vre_t *
apply_compiled(const char *regex)
{
	static unsigned next;
	unsigned u;
	int e, offset;

	for (u = 0; u < REGEXES; u++)
		if (regexes[u].text != NULL &&
		    strcmp(regexes[u].text, regex) == 0)
			return (regexes[u].vre);
	u = next++ % REGEXES;
	if (regexes[u].vre != NULL)
		VRE_free(&regexes[u].vre);
	REPLACE(regexes[u].text, regex);
	regexes[u].vre = VRE_compile(regex, 0, &e, &offset, 0);
	return (regexes[u].vre);
}

bool
purge_apply_regex(void *priv, const char *regex, const char *text)
{
	const vre_t *vre = apply_compiled(regex);

	(void)priv;
	return (vre == NULL || VRE_match(vre, text, strlen(text), 0, NULL) !=
	    VRE_ERROR_NOMATCH);
}
