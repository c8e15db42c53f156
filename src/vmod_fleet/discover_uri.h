/* SPDX-License-Identifier: BSD-2-Clause
 * Copyright (c) 2026 The pixelfleet authors
 *
 * Where the list of a cluster's nodes is kept, as a URI:
 *
 *	file:/path			a text file, see discover_file.h
 *	dns:name[:port]			the addresses of a name
 *	dns:_service._proto.name	the SRV records of a name
 *	aws-asg:			the Auto Scaling group of this node
 *	aws-asg:name			another one, by its name
 *
 * Parameters follow as in a query: ?port=17001&interval=10.  Names of groups
 * and the values of parameters may be percent-encoded.  Pure.
 */

#ifndef DISCOVER_URI_H
#define DISCOVER_URI_H

#include <stddef.h>

#include "discover_set.h"

#define DISCOVER_TARGET_MAX	1023	/* chars */
#define DISCOVER_URL_MAX	255

enum discover_kind {
	DISCOVER_FILE,
	DISCOVER_DNS,
	DISCOVER_SRV,
	DISCOVER_ASG,
	DISCOVER_KINDS
};

/* What was not given is empty, or 0; but a port always is. */
struct discover_uri {
	enum discover_kind	kind;
	char			target[DISCOVER_TARGET_MAX + 1];
	char			port[DISCOVER_PORT_MAX + 1];
	unsigned		interval;	/* s between two readings */
	char			server[DISCOVER_URL_MAX + 1];
	char			region[DISCOVER_URL_MAX + 1];
	char			endpoint[DISCOVER_URL_MAX + 1];
	char			metadata[DISCOVER_URL_MAX + 1];
};

/* 0, or -1 and a sentence. */
int discover_uri_parse(struct discover_uri *, const char *text,
    char why[DISCOVER_WHY_MAX]);

#endif
