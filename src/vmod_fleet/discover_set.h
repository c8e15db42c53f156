/* SPDX-License-Identifier: BSD-2-Clause
 * Copyright (c) 2026 The pixelfleet authors
 *
 * The nodes of a cluster as a source of membership tells them.
 *
 * A set is built node by node, then closed, which puts it into the order of
 * the names and refuses what cannot be: two nodes of one name or at one
 * address, or nobody who would own anything.  From then on two sets of the
 * same nodes are the same bytes.
 *
 * Pure; a set belongs to one thread at a time.
 */

#ifndef DISCOVER_SET_H
#define DISCOVER_SET_H

#include <stdbool.h>
#include <stdint.h>

#include "bound.h"
#include "node_headers.h"

#define DISCOVER_NODES_MAX	BOUND_NODES_MAX
#define DISCOVER_HOST_MAX	253	/* chars */
#define DISCOVER_PORT_MAX	5
#define DISCOVER_WHY_MAX	512	/* bytes of a sentence, with the NUL */

struct discover_node {
	char		name[NODE_NAME_MAX + 1];
	char		host[DISCOVER_HOST_MAX + 1];
	char		port[DISCOVER_PORT_MAX + 1];
	uint32_t	weight;		/* thousandths, as in ring.h */
	bool		leaving;	/* owns nothing any more */
};

/* All zeros is an empty set. */
struct discover_set {
	struct discover_node	*node;
	unsigned		n, size;
};

/* This node, among those of a set. */
struct discover_self {
	const char		*name;		/* varnishd -i */
	const char		*port;		/* its cluster door, or NULL */
	char			(*local)[DISCOVER_HOST_MAX + 1];
	unsigned		n_local;	/* addresses of this machine */
};

bool discover_port_valid(const char *);

/* 0, or -1 and a sentence. */
int discover_set_add(struct discover_set *, const char *name,
    const char *host, const char *port, uint32_t weight, bool leaving,
    char why[DISCOVER_WHY_MAX]);
int discover_set_close(struct discover_set *, char why[DISCOVER_WHY_MAX]);

void discover_set_clear(struct discover_set *);
void discover_set_copy(struct discover_set *to, const struct discover_set *);
bool discover_set_equal(const struct discover_set *,
    const struct discover_set *);

/* The node of a name, or NULL. */
const struct discover_node *discover_set_find(const struct discover_set *,
    const char *name);

/*
 * This node in a set: the one of its name, else the one at an address of
 * this machine and at the port of its cluster door.  NULL: it is not there.
 */
const struct discover_node *discover_set_self(const struct discover_set *,
    const struct discover_self *);

/* Tell what it takes to make `to` from `from`, in the order of the names. */
typedef void discover_diff_f(void *priv, const struct discover_node *was,
    const struct discover_node *is);
void discover_set_diff(const struct discover_set *from,
    const struct discover_set *to, discover_diff_f *, void *priv);

#endif
