/* SPDX-License-Identifier: BSD-2-Clause
 * Copyright (c) 2026 The pixelfleet authors
 *
 * What this process knows of each node: the requests under way there, what
 * it last told of itself, and its counters.
 *
 * A peer is found by its name and port, is made when a VCL first names it,
 * and stays for a good while after nobody refers to it any more, so that a
 * VCL's coming or going forgets no running request and makes nobody sick.
 * Safe from any thread.
 */

#ifndef PEER_H
#define PEER_H

#include <pthread.h>
#include <stdbool.h>
#include <stdint.h>

#include <vqueue.h>

#include "bound_node.h"
#include "config_hash.h"
#include "node_headers.h"
#include "purge_line.h"

struct VSC_fleet_node;
struct vsc_seg;

struct peer {
	unsigned		magic;
#define PEER_MAGIC		0x60d3fe17
	VTAILQ_ENTRY(peer)	list;
	char			*name;
	char			*port;
	unsigned		refs;		/* atomic; up from 0 by
						 * peer_get() alone */
	uint64_t		idle_ms;	/* atomic: since when refs is 0 */
	struct bound_node	load;
	struct VSC_fleet_node	*vsc;
	struct vsc_seg		*seg;
	unsigned		differs;	/* atomic: config not ours */
	pthread_mutex_t		mtx;		/* for what follows */
	char			config[NODE_CONFIG_LEN + 1];	/* as told */
	char			seen_by[NODE_CONFIG_LEN + 1];
	uint64_t		seen_ms;	/* last found healthy */
	uint64_t		heard_ms;	/* when it last told: */
	char			position[PURGE_POSITION_HEADER];
	bool			pull;		/* atomic: it has more */
};

#define PEER_COUNT(p, field)						\
	(void)__atomic_add_fetch(&(p)->vsc->field, 1, __ATOMIC_RELAXED)

/* Milliseconds of a clock that does not go back. */
uint64_t peer_now(void);

/* The peer of this name and port, made where there is none; a reference. */
struct peer *peer_get(const char *name, const char *port);

/* Another reference, of who has one; and one less. */
void peer_ref(struct peer *);
void peer_drop(struct peer *);

/* The node told its load. */
void peer_report(struct peer *, const struct node_load *);

/* The node told its configuration hash; "" while it has not. */
void peer_set_config(struct peer *, const char *config);
void peer_get_config(struct peer *, char config[NODE_CONFIG_LEN + 1]);

/*
 * A VCL with this configuration found the node healthy; did one within the
 * last few seconds?  Then a new backend for it starts out healthy.
 */
void peer_set_healthy(struct peer *, const char *by);
bool peer_was_healthy(struct peer *, const char *by);

/*
 * The node told its position in the purge log.  What is told with every
 * request is looked at once in a while, or when it changes.
 */
void peer_position(struct peer *, const char *position);

/* Whether it has purges that this node lacks, as nobody has asked so far. */
bool peer_take_pull(struct peer *);

/* Bring the counters up to date. */
void peer_publish(struct peer *, const struct bound_look *, uint32_t cap);

#endif
