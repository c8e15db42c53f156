/* SPDX-License-Identifier: BSD-2-Clause
 * Copyright (c) 2026 The pixelfleet authors
 *
 * Judging what came from another node: is it one of ours, and does it run
 * what we run?
 *
 * A stranger gets 403.  A node with another configuration gets 412, the
 * precondition being that both would make the same of the same request.
 * The front takes either for an answer that it has to find itself, and so it
 * does a 503, of a node that lacks purges.
 */

#include "config.h"

#include <stdint.h>
#include <stdio.h>
#include <string.h>
#include <time.h>

#include "fleet.h"

#include <vrt_obj.h>

#include "msg.h"
#include "node_headers.h"
#include "purge_node.h"
#include "vcompat.h"

#define COMPLAINT_MS		1000	/* between two lines about strangers */
#define COVERS_MS		200	/* for a purge that is on its way */

/* One line for each change of a node's state, not for each probe. */
static void
admit_note(const struct VPFX(fleet_director) *d, const struct roster *r,
    const char *node, const char *config, const char *parts, unsigned differs)
{
	char what[512];
	struct peer *p;
	int i;

	i = member_find(r, node);
	if (i < 0)
		return;
	p = r->member[i]->peer;
	peer_set_config(p, config);
	if (differs)
		PEER_COUNT(p, refused_by_us);
	/* Forwarded requests do not tell the parts; what says why comes soon. */
	if (differs && parts == NULL)
		return;
	if (__atomic_exchange_n(&p->differs, differs, __ATOMIC_RELAXED) ==
	    differs)
		return;
	if (differs) {
		if (config_hash_differences(&d->config, parts, what,
		    sizeof what) <= 0)
			bprintf(what, "%s", "parts unknown");
		VSL(SLT_Error, NO_VXID, "%s: node %s runs another "
		    "configuration: theirs %s, ours %s: %s", d->name, node,
		    config, d->config.hex, what);
	} else
		VSL(SLT_Notice, NO_VXID, "%s: node %s runs our configuration"
		    " again: %s", d->name, node, d->config.hex);
}

/* Nobody but a node says these, and a node says each once. */
static const char *
admit_header(const struct http *hp, const char *name)
{

	return (msg_count(hp, name) == 1 ? msg_get(hp, name) : NULL);
}

static bool
admit_is_url(const struct http *hp, const char *url)
{

	return (!strcmp(hp->hd[HTTP_HDR_URL].b, url));
}

/* Of these, no image comes: another configuration does not matter. */
static bool
admit_is_exchange(const struct http *hp)
{

	return (admit_is_url(hp, NODE_URL_STATE) ||
	    admit_is_url(hp, NODE_URL_PURGE));
}

/* The node told its position in the purge log. */
static void
admit_position(const struct roster *r, const char *node,
    const char *position)
{
	int i;

	if (position == NULL || *position == '\0')
		return;
	i = member_find(r, node);
	if (i >= 0)
		peer_position(r->member[i]->peer, position);
	else
		(void)purge_node_heard(position);
}

/* Nobody is served by a node that may not know of a purge that he knows. */
static const char *
admit_behind(const struct http *hp, const char *position)
{
	const char *why;

	if (!purge_node_caught_up(&why))
		return (why);
	if (position == NULL || *position == '\0' ||
	    admit_is_url(hp, NODE_URL_PROBE) ||
	    purge_node_covers(position, COVERS_MS))
		return (NULL);
	return ("it lacks purges that the asker has");
}

static const char *
admit_stranger(VRT_CTX, struct VPFX(fleet_director) *d,
    const struct roster *roster, const struct http *hp, const char *node,
    const char *config)
{
	struct auth_claim claim;
	enum auth_reason r;
	VCL_IP ip;

	if (node == NULL || !node_name_valid(node))
		return ("no node's name");
	if (config == NULL || !node_config_valid(config))
		return ("no configuration hash");
	if (!d->has_secret) {
		ip = VRT_r_remote_ip(ctx);
		if (member_has_address(roster, ip) || member_is_loopback(ip))
			return (NULL);
		return ("not the address of a node");
	}
	/* Addressed to us: what another node was sent is of no use here. */
	claim.method = http_GetMethod(hp);
	claim.url = hp->hd[HTTP_HDR_URL].b;
	claim.node = node;
	claim.to = d->identity;
	claim.config = config;
	r = auth_verify(&d->secret, &fleet_replay, &claim,
	    admit_header(hp, NODE_HDR_AUTH), time(NULL));
	return (r == AUTH_OK ? NULL : auth_reason_text(r));
}

/*
 * In the request's own log always, and to the operator once in a while: who
 * knocks often must not fill the log.
 */
static void
admit_complain(VRT_CTX, const struct VPFX(fleet_director) *d,
    const char *node, const char *why)
{
	static uint64_t next, silent;
	uint64_t at, now;

	if (node == NULL || !node_name_valid(node))
		node = "a request";
	VSLb(ctx->vsl, SLT_Error, "%s: refused %s: %s", d->name, node, why);
	now = peer_now();
	at = __atomic_load_n(&next, __ATOMIC_RELAXED);
	if (now < at || !__atomic_compare_exchange_n(&next, &at,
	    now + COMPLAINT_MS, false, __ATOMIC_RELAXED, __ATOMIC_RELAXED)) {
		(void)__atomic_add_fetch(&silent, 1, __ATOMIC_RELAXED);
		return;
	}
	VSL(SLT_Error, NO_VXID, "%s: refused %s: %s (%ju more since the "
	    "last such line)", d->name, node, why,
	    (uintmax_t)__atomic_exchange_n(&silent, 0, __ATOMIC_RELAXED));
}

int
admit_request(VRT_CTX, struct VPFX(fleet_director) *d, const char **why)
{
	const char *node, *config, *position;
	const struct roster *r;
	const struct http *hp;

	r = roster_of(ctx, d);
	hp = ctx->http_req;
	CHECK_OBJ_NOTNULL(hp, HTTP_MAGIC);
	node = admit_header(hp, NODE_HDR_NODE);
	config = admit_header(hp, NODE_HDR_CONFIG);
	*why = admit_stranger(ctx, d, r, hp, node, config);
	if (*why != NULL) {
		FLEET_COUNT(refused_stranger);
		admit_complain(ctx, d, node, *why);
		return (403);
	}
	position = admit_header(hp, NODE_HDR_PURGE);
	admit_position(r, node, position);
	if (admit_is_exchange(hp))
		return (0);
	if (strcmp(config, d->config.hex) != 0) {
		FLEET_COUNT(refused_config);
		admit_note(d, r, node, config,
		    admit_header(hp, NODE_HDR_PARTS), 1);
		*why = "This node runs another configuration.";
		return (412);
	}
	admit_note(d, r, node, config, NULL, 0);
	*why = admit_behind(hp, position);
	if (*why != NULL) {
		FLEET_COUNT(refused_behind);
		return (503);
	}
	FLEET_COUNT(admitted);
	return (0);
}

/* What the node says of its load goes with every answer that it gives. */
static void
admit_load(const struct VPFX(fleet_director) *d, const struct roster *r,
    const struct http *hp, struct peer *p, const char *config)
{
	struct node_load load;
	const char *text;

	peer_set_config(p, config);
	admit_position(r, p->name, admit_header(hp, NODE_HDR_PURGE));
	text = admit_header(hp, NODE_HDR_LOAD);
	if (text != NULL && !strcmp(config, d->config.hex) &&
	    node_load_parse(&load, text) == 0)
		peer_report(p, &load);
}

int
admit_response(VRT_CTX, struct VPFX(fleet_director) *d, const char **why)
{
	const struct http *hp;
	const char *config, *node, *to;
	const struct roster *r;
	struct peer *p = NULL;
	int i;

	hp = ctx->http_beresp;
	CHECK_OBJ_NOTNULL(hp, HTTP_MAGIC);
	config = admit_header(hp, NODE_HDR_CONFIG);
	node = admit_header(hp, NODE_HDR_NODE);
	to = msg_get(ctx->http_bereq, NODE_HDR_TO);
	r = roster_of(ctx, d);
	i = to == NULL ? -1 : member_find(r, to);
	if (i >= 0)
		p = r->member[i]->peer;

	*why = NULL;
	if (config == NULL || node == NULL || !node_config_valid(config))
		*why = "the answer is not a node's";
	else if (p == NULL || strcmp(node, to) != 0)
		*why = "the answer is another node's";
	else {
		admit_load(d, r, hp, p, config);
		if (strcmp(config, d->config.hex) != 0)
			*why = "the answer is from another configuration";
		else
			*why = msg_get(hp, NODE_HDR_REFUSED);
	}
	if (*why == NULL)
		return (0);
	FLEET_COUNT(discarded);
	if (p != NULL)
		PEER_COUNT(p, refused_by_them);
	VSLb(ctx->vsl, SLT_Error, "%s: discarded an answer of %s: %s",
	    d->name, to == NULL ? "a node" : to, *why);
	return (503);
}
