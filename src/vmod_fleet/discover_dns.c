/* SPDX-License-Identifier: BSD-2-Clause
 * Copyright (c) 2026 The pixelfleet authors
 *
 * See discover_dns.h.
 */

#include "config.h"

#include <sys/types.h>
#include <sys/socket.h>
#include <netinet/in.h>

#include <arpa/inet.h>
#include <arpa/nameser.h>
#include <ctype.h>
#include <resolv.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "discover_dns.h"

#define DNS_NEGATIVE_TTL	5	/* s, where nothing is said */
#define DNS_PORT		17001	/* a node's that is not in its name */

static const ns_type dns_type[] = {
	[DISCOVER_DNS_A] = ns_t_a,
	[DISCOVER_DNS_AAAA] = ns_t_aaaa,
	[DISCOVER_DNS_SRV] = ns_t_srv,
};

static int
dns_fault(char *why, const char *what)
{

	(void)snprintf(why, DISCOVER_WHY_MAX, "%s", what);
	return (-1);
}

/* Of the DNS, whose names may hold anything: only what names a host. */
static int
dns_host(char host[DISCOVER_HOST_MAX + 1], const char *name, char *why)
{
	size_t l = strlen(name), i;

	while (l > 0 && name[l - 1] == '.')
		l--;
	if (l == 0)
		return (dns_fault(why, "an SRV record says that there is no "
		    "such service"));
	if (l > DISCOVER_HOST_MAX)
		return (dns_fault(why, "a target's name is too long"));
	for (i = 0; i < l; i++) {
		if (!isalnum((unsigned char)name[i]) &&
		    !strchr("-_.", name[i]))
			return (dns_fault(why, "a target is not the name of "
			    "a host"));
		host[i] = (char)tolower((unsigned char)name[i]);
	}
	host[l] = '\0';
	return (0);
}

static int
dns_srv(struct discover_dns_record *r, const ns_msg *m, const ns_rr *rr,
    char *why)
{
	const unsigned char *p = ns_rr_rdata(*rr);
	char name[NS_MAXDNAME];

	if (ns_rr_rdlen(*rr) < 7 || dn_expand(ns_msg_base(*m),
	    ns_msg_end(*m), p + 6, name, sizeof name) < 0)
		return (dns_fault(why, "an SRV record is broken"));
	r->priority = ns_get16(p);
	r->weight = ns_get16(p + 2);
	r->port = ns_get16(p + 4);
	return (dns_host(r->host, name, why));
}

static int
dns_record(struct discover_dns_record *r, const ns_msg *m, const ns_rr *rr,
    enum discover_dns_type type, char *why)
{
	int af = type == DISCOVER_DNS_A ? AF_INET : AF_INET6;

	memset(r, 0, sizeof *r);
	if (type == DISCOVER_DNS_SRV)
		return (dns_srv(r, m, rr, why));
	if (ns_rr_rdlen(*rr) != (af == AF_INET ? 4 : 16) || inet_ntop(af,
	    ns_rr_rdata(*rr), r->host, sizeof r->host) == NULL)
		return (dns_fault(why, "an address record is broken"));
	return (0);
}

/* RFC 2308, 5: how long it is good that there is no such record. */
static uint32_t
dns_negative_ttl(ns_msg *m)
{
	const unsigned char *p;
	uint32_t least;
	ns_rr rr;
	int i;

	for (i = 0; i < ns_msg_count(*m, ns_s_ns); i++) {
		if (ns_parserr(m, ns_s_ns, i, &rr) < 0)
			break;
		if (ns_rr_type(rr) != ns_t_soa || ns_rr_rdlen(rr) < 22)
			continue;
		p = ns_rr_rdata(rr) + ns_rr_rdlen(rr) - 4;
		least = ns_get32(p);
		return (ns_rr_ttl(rr) < least ? ns_rr_ttl(rr) : least);
	}
	return (DNS_NEGATIVE_TTL);
}

static int
dns_records(struct discover_dns_answer *a, ns_msg *m,
    enum discover_dns_type type, char *why)
{
	int i, n = ns_msg_count(*m, ns_s_an);
	ns_rr rr;

	a->record = calloc(n + 1, sizeof *a->record);
	if (a->record == NULL)
		abort();
	a->ttl = UINT32_MAX;
	for (i = 0; i < n; i++) {
		if (ns_parserr(m, ns_s_an, i, &rr) < 0)
			return (dns_fault(why, "the answer is broken"));
		/* A CNAME's time counts, too: it may lead elsewhere. */
		if (ns_rr_ttl(rr) < a->ttl)
			a->ttl = ns_rr_ttl(rr);
		if (ns_rr_class(rr) != ns_c_in ||
		    ns_rr_type(rr) != dns_type[type])
			continue;
		if (a->n == DISCOVER_DNS_RECORDS)
			return (dns_fault(why, "too many records"));
		if (dns_record(&a->record[a->n], m, &rr, type, why) < 0)
			return (-1);
		a->n++;
	}
	return (0);
}

int
discover_dns_parse(struct discover_dns_answer *a, const void *msg,
    size_t len, enum discover_dns_type type, char why[DISCOVER_WHY_MAX])
{
	ns_msg m;
	int rcode;

	memset(a, 0, sizeof *a);
	if (ns_initparse(msg, (int)len, &m) < 0)
		return (dns_fault(why, "the answer is broken"));
	rcode = ns_msg_getflag(m, ns_f_rcode);
	if (rcode != ns_r_noerror && rcode != ns_r_nxdomain) {
		(void)snprintf(why, DISCOVER_WHY_MAX, "the server answers "
		    "with code %d%s", rcode, rcode == ns_r_servfail ?
		    ", SERVFAIL" : rcode == ns_r_refused ? ", REFUSED" : "");
		return (-1);
	}
	if (ns_msg_getflag(m, ns_f_tc))
		return (dns_fault(why, "the answer is cut off"));
	if (rcode == ns_r_noerror && dns_records(a, &m, type, why) < 0) {
		discover_dns_clear(a);
		return (-1);
	}
	if (a->n == 0)
		a->ttl = dns_negative_ttl(&m);
	return (0);
}

void
discover_dns_clear(struct discover_dns_answer *a)
{

	free(a->record);
	memset(a, 0, sizeof *a);
}

int
discover_dns_addresses(struct discover_set *s,
    const struct discover_dns_answer *a, const char *port,
    char why[DISCOVER_WHY_MAX])
{
	char name[DISCOVER_HOST_MAX + 1], *p;
	unsigned u;

	for (u = 0; u < a->n; u++) {
		(void)snprintf(name, sizeof name, "%s", a->record[u].host);
		for (p = name; (p = strchr(p, ':')) != NULL; )
			*p = '-';
		if (discover_set_add(s, name, a->record[u].host, port,
		    RING_WEIGHT_ONE, false, why) < 0)
			return (-1);
	}
	return (0);
}

bool
discover_dns_is_best(const struct discover_dns_answer *a, unsigned i)
{
	unsigned u;

	for (u = 0; u < a->n; u++)
		if (a->record[u].priority < a->record[i].priority)
			return (false);
	return (true);
}

int
discover_dns_service(struct discover_set *s,
    const struct discover_dns_record *r, const char *address,
    char why[DISCOVER_WHY_MAX])
{
	char name[DISCOVER_HOST_MAX + 16], port[8];
	uint32_t weight;

	(void)snprintf(port, sizeof port, "%u", r->port);
	(void)snprintf(name, sizeof name, r->port == DNS_PORT ? "%s" :
	    "%s_%s", r->host, port);
	weight = r->weight == 0 ? 1 : r->weight > 100 ? 100 : r->weight;
	return (discover_set_add(s, name, address, port,
	    weight * RING_WEIGHT_ONE, false, why));
}
