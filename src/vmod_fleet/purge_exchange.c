/* SPDX-License-Identifier: BSD-2-Clause
 * Copyright (c) 2026 The pixelfleet authors
 *
 * See purge_exchange.h.
 */

#include "config.h"

#include <stdlib.h>
#include <string.h>

#include "fleet.h"

#include <vtim.h>

#include "purge_exchange.h"

#define EXCHANGE_TIMEOUT_MS	2000L
#define EXCHANGE_AGAIN_S	10.	/* what was of no use the last time */
/* Of every stream there may be. */
#define POSITION_MAX		((size_t)PURGE_STREAMS_MAX * PURGE_ID_MAX + 64)

/* Bodies ------------------------------------------------------------*/

char *
purge_body_make(const char *position, size_t *len)
{
	char *body;
	int l, lines = 0;

	body = malloc(POSITION_MAX + PURGE_BATCH);
	AN(body);
	l = purge_node_position(body, POSITION_MAX - 1);
	if (l < 0) {
		free(body);
		return (NULL);
	}
	body[l++] = '\n';
	body[l] = '\0';
	if (position != NULL)
		lines = purge_node_pull(position, body + l, PURGE_BATCH);
	*len = (size_t)l + (lines > 0 ? (size_t)lines : 0);
	return (body);
}

int
purge_body_read(const char *body, size_t len, struct purge_received *received,
    char **position)
{
	const char *end;
	char *theirs;
	int r;

	memset(received, 0, sizeof *received);
	end = len == 0 ? NULL : memchr(body, '\n', len);
	if (end == NULL)
		return (-1);
	theirs = strndup(body, (size_t)(end - body));
	AN(theirs);
	purge_node_receive(end + 1, len - (size_t)(end + 1 - body), received);
	r = purge_node_heard(theirs);
	if (r < 0 || position == NULL)
		free(theirs);
	else {
		free(*position);
		*position = theirs;
	}
	return (r);
}

/* Calls -------------------------------------------------------------*/

/* Whether the member lacks what we have. */
static bool
exchange_lacks(const struct purge_exchange *x)
{
	char line[PURGE_LINE_MAX + 1];

	return (purge_node_pull(x->theirs, line, sizeof line) > 0);
}

/* Nothing has changed since a call that changed nothing. */
static bool
exchange_is_useless(const struct purge_exchange *x)
{

	return (x->tried_theirs != NULL &&
	    !strcmp(x->tried_theirs, x->theirs) &&
	    x->tried_number == purge_node_done() &&
	    VTIM_mono() - x->tried < EXCHANGE_AGAIN_S);
}

/* `more`: it has what we lack. */
static void
exchange_consider(struct purge_exchange *x, bool more)
{

	if ((more || exchange_lacks(x)) && !exchange_is_useless(x))
		x->wanted = true;
}

static void
exchange_done(void *priv, const struct node_call *c)
{
	struct purge_received received;
	struct purge_exchange *x;
	int more;

	CAST_OBJ_NOTNULL(x, priv, PURGE_EXCHANGE_MAGIC);
	free(x->body);
	x->body = NULL;
	if (!node_call_is_answer(c) || c->status != 200) {
		purge_node_unheard(c->member->name, c->refused[0] != '\0' ?
		    c->refused : "it does not answer as a node");
		return;
	}
	more = purge_body_read(c->body, c->body_len, &received, &x->theirs);
	FLEET_ADD(purges_pulled, received.taken);
	if (more < 0)
		return;
	exchange_consider(x, more);
	REPLACE(x->tried_theirs, x->theirs);
	x->tried_number = purge_node_done();
	x->tried = VTIM_mono();
}

void
purge_exchange_position(struct purge_exchange *x, const char *position)
{

	if (*position == '\0') {
		/* Too long for a header. */
		x->wanted = true;
		return;
	}
	REPLACE(x->theirs, position);
	exchange_consider(x, purge_node_heard(position) == 1);
}

void
purge_exchange_go(struct purge_exchange *x, CURLM *multi,
    const struct VPFX(fleet_director) *d)
{
	uint64_t news = purge_node_news();
	size_t len;

	CHECK_OBJ_NOTNULL(x, PURGE_EXCHANGE_MAGIC);
	if (x->call.busy)
		return;
	if (!peer_take_pull(x->call.member->peer) && !x->wanted &&
	    x->news == news)
		return;
	x->wanted = false;
	x->news = news;
	x->body = purge_body_make(x->theirs, &len);
	if (x->body != NULL &&
	    node_call_send(&x->call, multi, d, x->body, len) == 0)
		return;
	free(x->body);
	x->body = NULL;
}

int
purge_exchange_init(struct purge_exchange *x, const struct member *m)
{

	INIT_OBJ(x, PURGE_EXCHANGE_MAGIC);
	INIT_OBJ(&x->call, NODE_CALL_MAGIC);
	x->call.member = m;
	x->call.method = "POST";
	x->call.url = NODE_URL_PURGE;
	x->call.func = exchange_done;
	x->call.priv = x;
	x->call.body_max = PURGE_BODY_MAX;
	x->news = purge_node_news();
	return (node_call_init(&x->call, EXCHANGE_TIMEOUT_MS));
}

void
purge_exchange_fini(struct purge_exchange *x, CURLM *multi)
{

	if (x->magic == 0)
		return;
	CHECK_OBJ_NOTNULL(x, PURGE_EXCHANGE_MAGIC);
	node_call_fini(&x->call, multi);
	free(x->theirs);
	free(x->tried_theirs);
	free(x->body);
	memset(x, 0, sizeof *x);
}
