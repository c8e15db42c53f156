/* SPDX-License-Identifier: BSD-2-Clause
 * Copyright (c) 2026 The pixelfleet authors
 *
 * Who is in the cluster at a moment.
 *
 * A roster does not change: where nodes come or go, another takes its place.
 * A task keeps the one that it began with, so an index into it means the same
 * node to the end.  Those who own images come first, those who are leaving
 * after them: nothing is routed to the latter any more, but they are known,
 * and what is on its way to them arrives.
 *
 * Where the nodes come from .add_node(), there is one roster, made in
 * vcl_init.  Else rosters are made and let go by client tasks, which keep the
 * VCL from going cold: that is when backends may be made and deleted.  One
 * task at a time does so, with no lock, and none waits for it.
 */

#ifndef ROSTER_H
#define ROSTER_H

#include "handoff.h"

struct bound_node;
struct member;
struct ring_node;
struct vmod_fleet_director;

struct roster {
	struct handoff_item	item;		/* the first */
	unsigned		magic;
#define ROSTER_MAGIC		0x2a8b63e0
	VTAILQ_ENTRY(roster)	list;		/* retired, or spare */
	struct member		**member;
	struct ring_node	*ring;		/* same index; the owners' */
	struct bound_node	**load;		/* same index; the peers' */
	unsigned		n_owner;
	unsigned		n_member;	/* owners, then who leaves */
	int			self;		/* index; -1: not a member */
};

VTAILQ_HEAD(roster_list, roster);

/* In vcl_init: a roster for .add_node() to fill. */
void roster_init(struct vmod_fleet_director *);

/* In vcl_init, at the end: the first of those that are discovered. */
void roster_start(VRT_CTX, struct vmod_fleet_director *);

/* When the VCL is discarded. */
void roster_fini(struct vmod_fleet_director *);

/* This task's, for as long as it lasts. */
const struct roster *roster_of(VRT_CTX, struct vmod_fleet_director *);

/* For what is no task; to be given back. */
const struct roster *roster_take(struct vmod_fleet_director *);
void roster_give(const struct roster *);

/* Room for one more, in all arrays. */
void roster_grow(struct roster *);

/* This node, where it owns images; else -1. */
int roster_owner(const struct roster *);

#endif
