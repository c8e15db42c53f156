/* SPDX-License-Identifier: BSD-2-Clause
 * Copyright (c) 2026 The pixelfleet authors
 *
 * The nodes of a cluster: who they are, where they are, and for each but
 * this one a Varnish backend, whose probe decides whether it is healthy.
 *
 * Everything here happens in vcl_init, or reads what was made there.  The
 * backends are made last, by member_start(), because a probe's request is
 * frozen when its backend is made and carries the finished configuration
 * hash.
 */

#include "config.h"

#include <netdb.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "fleet.h"

#include <vsa.h>

#include "node_headers.h"
#include "vcompat.h"

#define NODE_CONNECT_TIMEOUT	1.0
#define NODE_BETWEEN_BYTES	10.0

static int
member_resolve(struct member *m, const char **why)
{
	struct addrinfo hints, *res, *ai;
	const struct suckaddr **sa;
	int e;

	memset(&hints, 0, sizeof hints);
	hints.ai_socktype = SOCK_STREAM;
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

static void
member_release(struct member *m)
{

	CHECK_OBJ_NOTNULL(m, MEMBER_MAGIC);
	if (m->backend != NULL)
		VRT_Assign_Backend(&m->backend, NULL);
	free(m->name);
	free(m->host);
	free(m->port);
	free(TRUST_ME(m->ip4));
	free(TRUST_ME(m->ip6));
	memset(m, 0, sizeof *m);
}

/* Make room for one more, in all arrays. */
static void
member_grow(struct VPFX(fleet_director) *d)
{
	unsigned n = d->n_member + 1;

	d->member = realloc(d->member, n * sizeof *d->member);
	AN(d->member);
	d->ring = realloc(d->ring, n * sizeof *d->ring);
	AN(d->ring);
	d->load = realloc(d->load, n * sizeof *d->load);
	AN(d->load);
}

int
member_add(VRT_CTX, struct VPFX(fleet_director) *d, const char *name,
    const char *host, const char *port, double weight)
{
	struct member *m;
	const char *why = NULL;
	unsigned w;

	if (!node_name_valid(name)) {
		VRT_fail(ctx, "%s.add_node(): a node's name has 1 to 63 "
		    "letters, digits, dots, hyphens or underscores", d->name);
		return (-1);
	}
	if (member_find(d, name) >= 0) {
		VRT_fail(ctx, "%s.add_node(): there is a node %s already",
		    d->name, name);
		return (-1);
	}
	if (d->n_member == FLEET_MEMBERS_MAX) {
		VRT_fail(ctx, "%s.add_node(): more than %d nodes", d->name,
		    FLEET_MEMBERS_MAX);
		return (-1);
	}
	if (!(weight >= 0.01 && weight <= 100.)) {
		VRT_fail(ctx, "%s.add_node(%s): weight %.3f is not within "
		    "0.01 and 100", d->name, name, weight);
		return (-1);
	}

	member_grow(d);
	m = &d->member[d->n_member];
	INIT_OBJ(m, MEMBER_MAGIC);
	REPLACE(m->name, name);
	REPLACE(m->host, host);
	REPLACE(m->port, port);
	m->weight = weight;
	if (member_resolve(m, &why) < 0) {
		VRT_fail(ctx, "%s.add_node(%s): %s port %s: %s", d->name,
		    name, host, port, why);
		member_release(m);
		return (-1);
	}
	m->peer = peer_get(name, port);
	d->load[d->n_member] = &m->peer->load;
	w = (unsigned)(weight * RING_WEIGHT_ONE + 0.5);
	AZ(ring_node_init(&d->ring[d->n_member], m->name, w));
	if (d->identity != NULL && !strcmp(d->identity, name))
		d->self = d->n_member;
	d->n_member++;
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

static int
member_backend(VRT_CTX, struct VPFX(fleet_director) *d, struct member *m)
{
	struct vrt_backend_probe probe;
	struct vrt_endpoint ep;
	struct vrt_backend be;
	char vcl_name[256];
	char request[CONFIG_TEXT_MAX + 1024];

	if (member_probe_request(d, m, request, sizeof request) < 0) {
		VRT_fail(ctx, "%s: the probe of node %s cannot be written",
		    d->name, m->name);
		return (-1);
	}
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
	if (m->backend == NULL) {
		VRT_fail(ctx, "%s: no backend for node %s", d->name, m->name);
		return (-1);
	}
	return (0);
}

int
member_start(VRT_CTX, struct VPFX(fleet_director) *d)
{
	unsigned u;

	for (u = 0; u < d->n_member; u++)
		if ((int)u != d->self &&
		    member_backend(ctx, d, &d->member[u]) < 0)
			return (-1);
	return (0);
}

void
member_free(struct VPFX(fleet_director) *d)
{
	unsigned u;

	for (u = 0; u < d->n_member; u++)
		member_release(&d->member[u]);
	free(d->member);
	free(d->ring);
	free(d->load);
	d->member = NULL;
	d->ring = NULL;
	d->load = NULL;
	d->n_member = 0;
}

int
member_find(const struct VPFX(fleet_director) *d, const char *name)
{
	unsigned u;

	for (u = 0; u < d->n_member; u++)
		if (!strcmp(d->member[u].name, name))
			return ((int)u);
	return (-1);
}

bool
member_has_address(const struct VPFX(fleet_director) *d, VCL_IP ip)
{
	const struct member *m;
	unsigned u;

	if (ip == NULL)
		return (false);
	for (u = 0; u < d->n_member; u++) {
		m = &d->member[u];
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
member_healthy(VRT_CTX, const struct VPFX(fleet_director) *d, unsigned u)
{

	assert(u < d->n_member);
	if ((int)u == d->self)
		return (true);
	return (d->member[u].backend != NULL &&
	    VRT_Healthy(ctx, d->member[u].backend, NULL));
}
