/* SPDX-License-Identifier: BSD-2-Clause
 * Copyright (c) 2026 The pixelfleet authors
 *
 * The nodes of a cluster: who they are, where they are, and for each but
 * this one a Varnish backend, whose probe decides whether it is healthy.
 *
 * A probe's request is frozen when its backend is made, and carries the
 * finished configuration hash.  So what .add_node() adds gets its backends
 * last, from member_start().
 */

#include "config.h"

#include <netdb.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "fleet.h"

#include <vsa.h>

#include "discover_set.h"
#include "node_headers.h"
#include "vcompat.h"

#define NODE_CONNECT_TIMEOUT	1.0
#define NODE_BETWEEN_BYTES	10.0

static int
member_resolve(struct member *m, int flags, const char **why)
{
	struct addrinfo hints, *res, *ai;
	const struct suckaddr **sa;
	int e;

	memset(&hints, 0, sizeof hints);
	hints.ai_socktype = SOCK_STREAM;
	hints.ai_flags = flags;
	e = getaddrinfo(m->host, m->port, &hints, &res);
	if (e != 0) {
		*why = gai_strerror(e);
		return (-1);
	}
	for (ai = res; ai != NULL; ai = ai->ai_next) {
		sa = ai->ai_family == AF_INET ? &m->ip4 :
		    ai->ai_family == AF_INET6 ? &m->ip6 : NULL;
		if (sa != NULL && *sa == NULL)
			*sa = VSA_Malloc(ai->ai_addr, ai->ai_addrlen);
	}
	freeaddrinfo(res);
	if (m->ip4 == NULL && m->ip6 == NULL) {
		*why = "no IPv4 or IPv6 address";
		return (-1);
	}
	return (0);
}

/* For one roster; NULL where it has no address. */
static struct member *
member_new(const char *name, const char *host, const char *port, int flags,
    const char **why)
{
	struct member *m;

	ALLOC_OBJ(m, MEMBER_MAGIC);
	AN(m);
	m->refs = 1;
	REPLACE(m->name, name);
	REPLACE(m->host, host);
	REPLACE(m->port, port);
	if (member_resolve(m, flags, why) < 0) {
		member_drop(m);
		return (NULL);
	}
	m->peer = peer_get(name, port);
	return (m);
}

/*
 * One roster less has it.  The last one does where backends may be deleted:
 * in a client's task, or when the VCL is discarded.
 */
void
member_drop(struct member *m)
{

	CHECK_OBJ_NOTNULL(m, MEMBER_MAGIC);
	assert(m->refs > 0);
	if (--m->refs > 0)
		return;
	if (m->backend != NULL)
		VRT_Assign_Backend(&m->backend, NULL);
	if (m->peer != NULL)
		peer_drop(m->peer);
	free(m->name);
	free(m->host);
	free(m->port);
	free(TRUST_ME(m->ip4));
	free(TRUST_ME(m->ip6));
	FREE_OBJ(m);
}

int
member_add(VRT_CTX, struct VPFX(fleet_director) *d, const char *name,
    const char *host, const char *port, double weight)
{
	const char *why = NULL;
	struct roster *r;
	struct member *m;
	unsigned u, w;

	r = TRUST_ME(roster_of(ctx, d));
	u = r->n_member;
	if (!node_name_valid(name)) {
		VRT_fail(ctx, "%s.add_node(): a node's name has 1 to 63 "
		    "letters, digits, dots, hyphens or underscores", d->name);
		return (-1);
	}
	if (member_find(r, name) >= 0) {
		VRT_fail(ctx, "%s.add_node(): there is a node %s already",
		    d->name, name);
		return (-1);
	}
	if (u == FLEET_MEMBERS_MAX) {
		VRT_fail(ctx, "%s.add_node(): more than %d nodes", d->name,
		    FLEET_MEMBERS_MAX);
		return (-1);
	}
	if (!(weight >= 0.01 && weight <= 100.)) {
		VRT_fail(ctx, "%s.add_node(%s): weight %.3f is not within "
		    "0.01 and 100", d->name, name, weight);
		return (-1);
	}

	m = member_new(name, host, port, 0, &why);
	if (m == NULL) {
		VRT_fail(ctx, "%s.add_node(%s): %s port %s: %s", d->name,
		    name, host, port, why);
		return (-1);
	}
	roster_grow(r);
	r->member[u] = m;
	r->load[u] = &m->peer->load;
	w = (unsigned)(weight * RING_WEIGHT_ONE + 0.5);
	AZ(ring_node_init(&r->ring[u], m->name, w));
	if (d->identity != NULL && !strcmp(d->identity, name))
		r->self = (int)u;
	r->n_member++;
	r->n_owner++;
	return (0);
}

static int
member_probe_request(const struct VPFX(fleet_director) *d,
    const struct member *m, char *buf, size_t len)
{
	struct node_probe np;
	char auth[AUTH_TEXT_MAX];

	memset(&np, 0, sizeof np);
	np.host = m->host;
	np.node = d->identity;
	np.config = d->config.hex;
	np.parts = d->config_parts;
	if (d->has_secret) {
		if (auth_sign_probe(&d->secret, np.node, np.config, auth) < 0)
			return (-1);
		np.auth = auth;
	}
	return (node_probe_format(&np, buf, len) < 0 ? -1 : 0);
}

/* The site's probe settings, our request. */
static void
member_probe(const struct VPFX(fleet_director) *d, const struct member *m,
    struct vrt_backend_probe *p, const char *request)
{

	INIT_OBJ(p, VRT_BACKEND_PROBE_MAGIC);
	p->interval = 1.0;
	p->timeout = 1.0;
	p->window = 4;
	p->threshold = 3;
	p->initial = 2;
	p->exp_status = 200;
	if (d->probe != NULL) {
		*p = *d->probe;
		p->exp_status = 200;
	}
	p->url = NULL;
	p->request = request;
	/* A reload is no reason to doubt a node. */
	if (peer_was_healthy(m->peer, d->config.hex))
		p->initial = ~0U - 1;	/* the core makes it threshold */
}

static const char *
member_backend(VRT_CTX, struct VPFX(fleet_director) *d, struct member *m)
{
	struct vrt_backend_probe probe;
	struct vrt_endpoint ep;
	struct vrt_backend be;
	char vcl_name[256];
	char request[CONFIG_TEXT_MAX + 1024];

	if (member_probe_request(d, m, request, sizeof request) < 0)
		return ("its probe cannot be written");
	member_probe(d, m, &probe, request);

	INIT_OBJ(&ep, VRT_ENDPOINT_MAGIC);
	ep.ipv4 = m->ip4;
	ep.ipv6 = m->ip6;
	bprintf(vcl_name, "%.100s(%.100s)", d->name, m->name);
	VRT_BACKEND_INIT(&be);
	be.endpoint = &ep;
	be.vcl_name = vcl_name;
	be.hosthdr = m->host;
	be.connect_timeout = NODE_CONNECT_TIMEOUT;
	be.first_byte_timeout = d->node_timeout;
	be.between_bytes_timeout = NODE_BETWEEN_BYTES;
	be.probe = &probe;
	m->backend = VCOMPAT_new_backend(ctx, &be);
	return (m->backend == NULL ? "there is no backend for it" : NULL);
}

int
member_start(VRT_CTX, struct VPFX(fleet_director) *d)
{
	const struct roster *r;
	const char *why;
	unsigned u;

	if (d->discover != NULL) {
		roster_start(ctx, d);
		return (0);
	}
	r = roster_of(ctx, d);
	for (u = 0; u < r->n_member; u++) {
		if ((int)u == r->self)
			continue;
		why = member_backend(ctx, d, r->member[u]);
		if (why != NULL) {
			VRT_fail(ctx, "%s: node %s: %s", d->name,
			    r->member[u]->name, why);
			return (-1);
		}
	}
	return (0);
}

/* At run time, from an address: nothing is waited for, nothing fails. */
struct member *
member_discovered(VRT_CTX, struct VPFX(fleet_director) *d,
    const struct discover_node *node)
{
	const char *why = NULL;
	struct member *m;

	m = member_new(node->name, node->host, node->port,
	    AI_NUMERICHOST | AI_NUMERICSERV, &why);
	if (m != NULL && strcmp(m->name, d->identity) != 0)
		why = member_backend(ctx, d, m);
	if (why != NULL)
		VSL(SLT_Error, NO_VXID, "%s: node %s at %s port %s: %s",
		    d->name, node->name, node->host, node->port, why);
	return (m);
}

int
member_find(const struct roster *r, const char *name)
{
	unsigned u;

	for (u = 0; u < r->n_member; u++)
		if (!strcmp(r->member[u]->name, name))
			return ((int)u);
	return (-1);
}

bool
member_has_address(const struct roster *r, VCL_IP ip)
{
	const struct member *m;
	unsigned u;

	if (ip == NULL)
		return (false);
	for (u = 0; u < r->n_member; u++) {
		m = r->member[u];
		if (m->ip4 != NULL && !VSA_Compare_IP(m->ip4, ip))
			return (true);
		if (m->ip6 != NULL && !VSA_Compare_IP(m->ip6, ip))
			return (true);
	}
	return (false);
}

bool
member_is_loopback(VCL_IP ip)
{
	static const unsigned char v6[16] = { [15] = 1 };
	static const unsigned char mapped[13] = {
	    [10] = 0xff, [11] = 0xff, [12] = 127 };
	const unsigned char *p;
	int proto;

	if (ip == NULL)
		return (false);
	proto = VSA_GetPtr(ip, &p);
	if (proto == PF_INET)
		return (p[0] == 127);
	return (proto == PF_INET6 && (!memcmp(p, v6, sizeof v6) ||
	    !memcmp(p, mapped, sizeof mapped)));
}

bool
member_healthy(VRT_CTX, const struct roster *r, unsigned u)
{

	assert(u < r->n_member);
	if ((int)u == r->self)
		return (true);
	return (r->member[u]->backend != NULL &&
	    VRT_Healthy(ctx, r->member[u]->backend, NULL));
}
