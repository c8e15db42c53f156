/* SPDX-License-Identifier: BSD-2-Clause
 * Copyright (c) 2026 The pixelfleet authors
 *
 * The nodes of a cluster in the answers of the DNS (RFC 1035, RFC 2782).
 *
 * A node has the same name at all nodes and whenever it is asked for, or it
 * would own other images each time.  So a node that is found by an address
 * is named after the address, with hyphens for colons; one that an SRV
 * record names is named after the record's target, and its port where that
 * is not 17001.
 *
 * Of SRV records, those of the best priority are nodes.  Their weight is
 * the node's: 0 counts as 1, and what is above 100 as 100.
 *
 * Pure: works on the bytes of a message.
 */

#ifndef DISCOVER_DNS_H
#define DISCOVER_DNS_H

#include <stddef.h>
#include <stdint.h>

#include "discover_set.h"

#define DISCOVER_DNS_RECORDS	DISCOVER_NODES_MAX

enum discover_dns_type { DISCOVER_DNS_A, DISCOVER_DNS_AAAA,
    DISCOVER_DNS_SRV };

struct discover_dns_record {
	char		host[DISCOVER_HOST_MAX + 1];	/* address, or target */
	uint16_t	priority, weight, port;		/* of an SRV record */
};

struct discover_dns_answer {
	struct discover_dns_record	*record;
	unsigned			n;
	uint32_t			ttl;	/* s; the least of them */
};

/*
 * Read a message: its records of a type, whatever names they have, for an
 * answer may have led there by a CNAME.  No such record is a good answer,
 * with the time to live of RFC 2308; a failure is not.  0, or -1 and a
 * sentence.
 */
int discover_dns_parse(struct discover_dns_answer *, const void *msg,
    size_t len, enum discover_dns_type, char why[DISCOVER_WHY_MAX]);
void discover_dns_clear(struct discover_dns_answer *);

/* Add the nodes to a set: found by address, or by SRV records. */
int discover_dns_addresses(struct discover_set *,
    const struct discover_dns_answer *, const char *port,
    char why[DISCOVER_WHY_MAX]);

/* One of those of the best priority, at the address of its target. */
bool discover_dns_is_best(const struct discover_dns_answer *, unsigned);
int discover_dns_service(struct discover_set *,
    const struct discover_dns_record *, const char *address,
    char why[DISCOVER_WHY_MAX]);

#endif
