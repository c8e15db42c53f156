/* SPDX-License-Identifier: BSD-2-Clause
 * Copyright (c) 2026 The pixelfleet authors
 *
 * Asking the DNS for the nodes of a cluster, with the time that an answer is
 * good for, which getaddrinfo(3) does not tell.  A name is taken as it is,
 * without the domains that a resolver would try.
 */

#ifndef DISCOVER_NAMES_H
#define DISCOVER_NAMES_H

#include <netinet/in.h>

#include "discover_dns.h"
#include "discover_uri.h"

/*
 * The address of a server of names, "192.0.2.1" or "192.0.2.1:5353".  0, or
 * -1 and a sentence.
 */
int discover_names_server(struct sockaddr_in *, const char *text,
    char why[DISCOVER_WHY_MAX]);

/*
 * Add the nodes to a set and close it; *ttl is in seconds.  0, or -1 and a
 * sentence.  May wait for some seconds for each name.
 */
int discover_names_read(const struct discover_uri *, struct discover_set *,
    uint32_t *ttl, char why[DISCOVER_WHY_MAX]);

/* The first address of a host, of this machine's own resolver. */
int discover_names_host(char address[DISCOVER_HOST_MAX + 1],
    const char *host, char why[DISCOVER_WHY_MAX]);

#endif
