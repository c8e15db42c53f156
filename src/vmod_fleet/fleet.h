/* SPDX-License-Identifier: BSD-2-Clause
 * Copyright (c) 2026 The pixelfleet authors
 *
 * The cluster object as the files of this VMOD share it.
 *
 *	vmod_fleet.c	what VCL calls
 *	vmod_purge.c	and what it calls for purges
 *	lifecycle.c	what lives as long as the process, or as a VCL
 *	setup.c		what a cluster is made of besides its nodes
 *	roster.c	who is in the cluster at a moment
 *	member.c	the nodes and the backends that reach them
 *	discover.c	the sources that nodes are known from
 *	peer.c		what outlives a VCL of each node
 *	director.c	choosing a node, and sending a request there
 *	charge.c	counting requests where they are
 *	agent.c		asking the nodes for their load
 *	node_call.c	how it asks
 *	admit.c		judging what came from another node
 *	purge_node.c	the purge log of this process
 *	purge_apply.c	what a purge is to Varnish
 *	purge_task.c	purges, as a fetch and a hit meet them
 *	purge_exchange.c  purges between two nodes
 *
 * A cluster is made in vcl_init and read-only from .start() on, but for the
 * fields that say otherwise, which are atomic or have a lock of their own.
 */

#ifndef FLEET_H
#define FLEET_H

#include <stdbool.h>

#include <cache/cache.h>

#include "vcc_fleet_if.h"
#include "VSC_fleet.h"
#include "VSC_fleet_node.h"

#include <vqueue.h>

#include "auth.h"
#include "bound.h"
#include "config_hash.h"
#include "peer.h"
#include "ring.h"
#include "roster.h"

struct discover;
struct discover_node;

#define FLEET_MEMBERS_MAX	BOUND_NODES_MAX
#define FLEET_HEALTH_MAX	8	/* health endpoints of a site */

struct member {
	unsigned		magic;
#define MEMBER_MAGIC		0x3d7a41c6
	char			*name;
	char			*host;
	char			*port;
	const struct suckaddr	*ip4, *ip6;	/* either may be NULL */
	VCL_BACKEND		backend;	/* NULL for this node itself */
	struct peer		*peer;		/* outlives us */
	unsigned		refs;		/* rosters; see roster.c */
};

/* A bound as VCL gave it; times scale, it is what bound_limits[] limits. */
struct bound_argument {
	const char		*name;
	double			value;
	double			scale;
};

struct health_endpoint {
	char			*path;
	char			*text;
	int			status;
};

struct VPFX(fleet_director) {
	unsigned		magic;
#define FLEET_DIRECTOR_MAGIC	0x5e1c92ab
	bool			started;
	VTAILQ_ENTRY(vmod_fleet_director)	list;	/* of its VCL */
	char			*name;
	VCL_BACKEND		dir;
	VCL_BACKEND		source;		/* NULL without that door */
	char			*source_path;	/* its socket */
	VCL_PROBE		probe;		/* the site's; may be NULL */

	struct handoff		roster;		/* see roster.h */
	struct discover		*discover;	/* NULL: .add_node() */
	bool			applying;	/* atomic: a task does */
	struct roster_list	retired, spare;	/* of who is applying */
	unsigned		applied;	/* atomic: discover_seq() */
	uint64_t		reclaim_at;	/* atomic: ms, 0 is never */
	const char		*identity;	/* varnishd -i, or as found */

	struct bound_config	bound;
	double			node_timeout;	/* s, to the first byte */
	double			purge_rate;	/* a second; 0: any */

	char			*purge_log;	/* the file, or NULL */
	double			purge_wait;	/* s, at start */
	unsigned		purge_refresh;	/* softly purged, per s */

	struct health_endpoint	health[FLEET_HEALTH_MAX];
	unsigned		n_health;

	struct config_hash	config;		/* finished by .start() */
	char			config_parts[CONFIG_TEXT_MAX];

	struct agent		*agent;		/* while the VCL is warm */

	bool			has_secret;
	struct auth_secret	secret;
};

/*
 * lifecycle.c: counters and the nonces seen, one of each for the process; and
 * a started cluster, to be looked after from now on.
 */
extern struct VSC_fleet *fleet_vsc;
extern struct auth_replay fleet_replay;
#define FLEET_COUNT(name)						\
	FLEET_ADD(name, 1)
#define FLEET_ADD(name, n)						\
	(void)__atomic_add_fetch(&fleet_vsc->name, (n), __ATOMIC_RELAXED)

void lifecycle_add(struct vmod_priv *, struct VPFX(fleet_director) *);
void lifecycle_members(void);	/* of a cluster are others now */

/* A thread of ours, without signals. */
int fleet_thread(pthread_t *, void *(*)(void *), void *priv);

/*
 * vmod_fleet.c: whether .start() was called, and the VCL fails if not; and
 * what .status() and .reason() are from here on, returning whether status is 0.
 */
bool fleet_started(VRT_CTX, const struct VPFX(fleet_director) *,
    const char *method);
VCL_BOOL fleet_judge(VRT_CTX, const struct VPFX(fleet_director) *, int status,
    const char *why);

/* vmod_purge.c: of the purge log, as members of a JSON object, with a comma. */
void purge_status(struct vsb *);

/* setup.c */
int setup_secret(VRT_CTX, struct VPFX(fleet_director) *, const char *path);
int setup_source(VRT_CTX, struct VPFX(fleet_director) *);
int setup_config(VRT_CTX, struct VPFX(fleet_director) *, const void *inside);
int setup_bound(VRT_CTX, struct VPFX(fleet_director) *,
    const struct bound_argument[BOUND_LIMITS]);
int setup_purge_rate(VRT_CTX, struct VPFX(fleet_director) *, double rate);
bool setup_health(VRT_CTX, struct VPFX(fleet_director) *, const char *path,
    VCL_INT status, const char *text);
int setup_purge(VRT_CTX, struct VPFX(fleet_director) *, const char *path,
    double wait, VCL_INT refresh);
int setup_purge_open(VRT_CTX, struct VPFX(fleet_director) *);
void setup_free(struct VPFX(fleet_director) *);

/* member.c */
int member_add(VRT_CTX, struct VPFX(fleet_director) *, const char *name,
    const char *host, const char *port, double weight);
int member_start(VRT_CTX, struct VPFX(fleet_director) *);
struct member *member_discovered(VRT_CTX, struct VPFX(fleet_director) *,
    const struct discover_node *);
void member_drop(struct member *);
int member_find(const struct roster *, const char *name);
bool member_has_address(const struct roster *, VCL_IP);
bool member_is_loopback(VCL_IP);
bool member_healthy(VRT_CTX, const struct roster *, unsigned);

/* director.c */
extern const struct vdi_methods director_methods[1];
int director_choose(VRT_CTX, struct VPFX(fleet_director) *,
    const char *key, struct bound_choice *);
void director_publish(VRT_CTX, const struct VPFX(fleet_director) *,
    const struct roster *);

/* admit.c: both return 0, or the status to refuse with and the reason */
int admit_request(VRT_CTX, struct VPFX(fleet_director) *, const char **why);
int admit_response(VRT_CTX, struct VPFX(fleet_director) *, const char **why);

#endif
