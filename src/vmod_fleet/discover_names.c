/* SPDX-License-Identifier: BSD-2-Clause
 * Copyright (c) 2026 The pixelfleet authors
 *
 * See discover_names.h.
 */

#include "config.h"

#include <sys/types.h>
#include <sys/socket.h>

#include <arpa/inet.h>
#include <arpa/nameser.h>
#include <errno.h>
#include <netdb.h>
#include <resolv.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "discover_names.h"

#define NAMES_PORT	53
#define NAMES_TRY_S	1	/* for the first try; the second has twice it */
#define NAMES_TRIES	2

static const int names_type[] = {
	[DISCOVER_DNS_A] = ns_t_a,
	[DISCOVER_DNS_AAAA] = ns_t_aaaa,
	[DISCOVER_DNS_SRV] = ns_t_srv,
};

/* A reading: the answers' shortest time is that of the whole. */
struct reading {
	struct __res_state	res;
	uint32_t		ttl;
};

static int
reading_init(struct reading *r, const struct discover_uri *uri, char *why)
{

	memset(r, 0, sizeof *r);
	r->ttl = UINT32_MAX;
	if (res_ninit(&r->res) < 0) {
		(void)snprintf(why, DISCOVER_WHY_MAX, "no resolver");
		return (-1);
	}
	r->res.retrans = NAMES_TRY_S;
	r->res.retry = NAMES_TRIES;
	if (uri->server[0] == '\0')
		return (0);
	r->res.nscount = 1;
	if (discover_names_server(&r->res.nsaddr_list[0], uri->server,
	    why) == 0)
		return (0);
	res_nclose(&r->res);
	return (-1);
}

static int
reading_ask(struct reading *r, const char *name, enum discover_dns_type type,
    struct discover_dns_answer *a, char *why)
{
	unsigned char query[NS_PACKETSZ];
	unsigned char *msg;
	char what[DISCOVER_WHY_MAX];
	int l, e = -1;

	what[0] = '\0';
	msg = malloc(NS_MAXMSG);
	if (msg == NULL)
		abort();
	l = res_nmkquery(&r->res, ns_o_query, name, ns_c_in,
	    names_type[type], NULL, 0, NULL, query, sizeof query);
	if (l < 0)
		(void)snprintf(what, sizeof what, "no such name can be");
	else if ((l = res_nsend(&r->res, query, l, msg, NS_MAXMSG)) < 0)
		(void)snprintf(what, sizeof what, "no server answers: %s",
		    strerror(errno));
	else if (l > NS_MAXMSG)
		(void)snprintf(what, sizeof what, "the answer is too long");
	else
		e = discover_dns_parse(a, msg, l, type, what);
	free(msg);
	if (e < 0)
		(void)snprintf(why, DISCOVER_WHY_MAX, "%.253s: %.200s", name,
		    what);
	else if (a->ttl < r->ttl)
		r->ttl = a->ttl;
	return (e);
}

/* IPv4 where there is any: who has both would be there twice. */
static int
reading_addresses(struct reading *r, const char *name,
    struct discover_dns_answer *a, char *why)
{

	if (reading_ask(r, name, DISCOVER_DNS_A, a, why) < 0)
		return (-1);
	if (a->n > 0)
		return (0);
	discover_dns_clear(a);
	return (reading_ask(r, name, DISCOVER_DNS_AAAA, a, why));
}

static int
reading_name(struct reading *r, const struct discover_uri *uri,
    struct discover_set *s, char *why)
{
	struct discover_dns_answer a;
	int e;

	if (reading_addresses(r, uri->target, &a, why) < 0)
		return (-1);
	e = discover_dns_addresses(s, &a, uri->port, why);
	discover_dns_clear(&a);
	return (e);
}

static int
reading_target(struct reading *r, struct discover_set *s,
    const struct discover_dns_record *srv, char *why)
{
	struct discover_dns_answer a;
	int e;

	if (reading_addresses(r, srv->host, &a, why) < 0)
		return (-1);
	if (a.n > 0)
		e = discover_dns_service(s, srv, a.record[0].host, why);
	else {
		(void)snprintf(why, DISCOVER_WHY_MAX, "%s has no address",
		    srv->host);
		e = -1;
	}
	discover_dns_clear(&a);
	return (e);
}

static int
reading_service(struct reading *r, const struct discover_uri *uri,
    struct discover_set *s, char *why)
{
	struct discover_dns_answer a;
	unsigned u;
	int e = 0;

	if (reading_ask(r, uri->target, DISCOVER_DNS_SRV, &a, why) < 0)
		return (-1);
	for (u = 0; u < a.n && e == 0; u++)
		if (discover_dns_is_best(&a, u))
			e = reading_target(r, s, &a.record[u], why);
	discover_dns_clear(&a);
	return (e);
}

int
discover_names_server(struct sockaddr_in *sin, const char *text,
    char why[DISCOVER_WHY_MAX])
{
	char address[INET_ADDRSTRLEN];
	const char *colon;
	size_t l;

	memset(sin, 0, sizeof *sin);
	sin->sin_family = AF_INET;
	sin->sin_port = htons(NAMES_PORT);
	colon = strchr(text, ':');
	l = colon == NULL ? strlen(text) : (size_t)(colon - text);
	if (l < sizeof address) {
		memcpy(address, text, l);
		address[l] = '\0';
		if (colon != NULL)
			sin->sin_port = htons((uint16_t)atoi(colon + 1));
		if (inet_pton(AF_INET, address, &sin->sin_addr) == 1 &&
		    (colon == NULL || discover_port_valid(colon + 1)))
			return (0);
	}
	(void)snprintf(why, DISCOVER_WHY_MAX, "server is \"%.60s\": accepted "
	    "is an IPv4 address, with a colon and a port where that is not "
	    "53", text);
	return (-1);
}

int
discover_names_read(const struct discover_uri *uri, struct discover_set *s,
    uint32_t *ttl, char why[DISCOVER_WHY_MAX])
{
	struct reading r;
	int e;

	if (reading_init(&r, uri, why) < 0)
		return (-1);
	if (uri->kind == DISCOVER_SRV)
		e = reading_service(&r, uri, s, why);
	else
		e = reading_name(&r, uri, s, why);
	res_nclose(&r.res);
	*ttl = r.ttl;
	return (e < 0 ? -1 : discover_set_close(s, why));
}

int
discover_names_host(char address[DISCOVER_HOST_MAX + 1], const char *host,
    char why[DISCOVER_WHY_MAX])
{
	struct addrinfo hints, *res, *ai, *best = NULL;
	int e;

	memset(&hints, 0, sizeof hints);
	hints.ai_socktype = SOCK_STREAM;
	e = getaddrinfo(host, NULL, &hints, &res);
	if (e != 0) {
		(void)snprintf(why, DISCOVER_WHY_MAX, "%s: %s", host,
		    gai_strerror(e));
		return (-1);
	}
	for (ai = res; ai != NULL; ai = ai->ai_next)
		if (best == NULL || (ai->ai_family == AF_INET &&
		    best->ai_family != AF_INET))
			best = ai;
	e = getnameinfo(best->ai_addr, best->ai_addrlen, address,
	    DISCOVER_HOST_MAX + 1, NULL, 0, NI_NUMERICHOST);
	freeaddrinfo(res);
	if (e == 0)
		return (0);
	(void)snprintf(why, DISCOVER_WHY_MAX, "%s: %s", host,
	    gai_strerror(e));
	return (-1);
}
