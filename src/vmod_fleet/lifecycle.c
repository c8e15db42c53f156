/* SPDX-License-Identifier: BSD-2-Clause
 * Copyright (c) 2026 The pixelfleet authors
 *
 * What begins and ends with the process, and what with a VCL.
 *
 * The counters, the nonces seen and the peers begin with the first VCL that
 * imports us and stay.  A cluster's agent runs while its VCL is warm.  The
 * clusters of a VCL are found in its PRIV_VCL.  All of it happens in the CLI
 * thread, but that an agent tells of other nodes.
 */

#include "config.h"

#include <pthread.h>
#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include <curl/curl.h>
#include <openssl/crypto.h>

#include "fleet.h"

#include <vcl.h>

#include "agent.h"
#include "discover.h"
#include "purge_node.h"
#include "vcompat.h"

#define FLEET_CLUSTERS_MAX	16	/* of a VCL, whose purges are known */

struct VSC_fleet *fleet_vsc;
struct auth_replay fleet_replay;
static struct vsc_seg *fleet_seg;

/* The clusters of a VCL, in its PRIV_VCL. */
struct fleet_vcl {
	unsigned		magic;
#define FLEET_VCL_MAGIC		0x1d0be7a4
	VTAILQ_HEAD(, vmod_fleet_director) clusters;
	VTAILQ_ENTRY(fleet_vcl)	list;	/* of those that are warm */
};

/* The one that was made warm last, first.  A lock, for agents. */
static pthread_mutex_t lifecycle_mtx = PTHREAD_MUTEX_INITIALIZER;
static VTAILQ_HEAD(, fleet_vcl) lifecycle_vcls =
    VTAILQ_HEAD_INITIALIZER(lifecycle_vcls);

/* What outlives every VCL, so that a reload forgets nothing. */
static void
lifecycle_first(void)
{

	/*
	 * varnishd's child ends by exit(3) with its threads at work: without
	 * this, libcrypto would be torn down under them.
	 */
	(void)OPENSSL_init_crypto(OPENSSL_INIT_NO_ATEXIT, NULL);
	AZ(curl_global_init(CURL_GLOBAL_DEFAULT));
	fleet_vsc = VSC_fleet_New(NULL, &fleet_seg, "");
	AN(fleet_vsc);
	auth_replay_init(&fleet_replay, time(NULL));
}

static unsigned
lifecycle_names(const struct VPFX(fleet_director) *d, const struct roster *r,
    const char **names, unsigned n)
{
	unsigned u;

	for (u = 0; u < r->n_member && n < PURGE_MEMBERS_MAX; u++)
		if (strcmp(r->member[u]->name, d->identity) != 0)
			names[n++] = r->member[u]->name;
	return (n);
}

/* The purge log's members are those of the newest VCL that has any. */
static void
lifecycle_tell(const struct fleet_vcl *fv)
{
	const char *names[PURGE_MEMBERS_MAX] = { NULL };
	const struct roster *r[FLEET_CLUSTERS_MAX];
	struct VPFX(fleet_director) *d;
	unsigned n = 0, i = 0;

	VTAILQ_FOREACH(d, &fv->clusters, list) {
		if (i == FLEET_CLUSTERS_MAX)
			break;
		r[i] = roster_take(d);
		n = lifecycle_names(d, r[i++], names, n);
	}
	purge_node_members(names, n);
	while (i > 0)
		roster_give(r[--i]);
}

void
lifecycle_members(void)
{

	AZ(pthread_mutex_lock(&lifecycle_mtx));
	if (!VTAILQ_EMPTY(&lifecycle_vcls))
		lifecycle_tell(VTAILQ_FIRST(&lifecycle_vcls));
	AZ(pthread_mutex_unlock(&lifecycle_mtx));
}

static void
lifecycle_warm(struct fleet_vcl *fv)
{
	struct VPFX(fleet_director) *d;
	const char *why;

	AZ(pthread_mutex_lock(&lifecycle_mtx));
	VTAILQ_INSERT_HEAD(&lifecycle_vcls, fv, list);
	AZ(pthread_mutex_unlock(&lifecycle_mtx));
	lifecycle_members();
	VTAILQ_FOREACH(d, &fv->clusters, list) {
		CHECK_OBJ(d, FLEET_DIRECTOR_MAGIC);
		if (d->discover != NULL)
			discover_warm(d->discover);
		AZ(d->agent);
		d->agent = agent_start(d, &why);
		if (d->agent == NULL)
			VSL(SLT_Error, NO_VXID, "%s: no exchange of load "
			    "and purges with the other nodes: %s", d->name,
			    why);
	}
}

static void
lifecycle_cold(struct fleet_vcl *fv)
{
	struct VPFX(fleet_director) *d;

	AZ(pthread_mutex_lock(&lifecycle_mtx));
	VTAILQ_REMOVE(&lifecycle_vcls, fv, list);
	AZ(pthread_mutex_unlock(&lifecycle_mtx));
	lifecycle_members();
	VTAILQ_FOREACH(d, &fv->clusters, list) {
		CHECK_OBJ(d, FLEET_DIRECTOR_MAGIC);
		if (d->discover != NULL)
			discover_cold(d->discover);
		if (d->agent != NULL)
			agent_stop(&d->agent);
	}
}

int v_matchproto_(vmod_event_f)
vmod_event(VRT_CTX, struct vmod_priv *priv, enum vcl_event_e e)
{
	struct fleet_vcl *fv;

	(void)ctx;
	if (e == VCL_EVENT_LOAD && fleet_vsc == NULL)
		lifecycle_first();
	if (priv->priv == NULL)
		return (0);
	CAST_OBJ_NOTNULL(fv, priv->priv, FLEET_VCL_MAGIC);
	if (e == VCL_EVENT_WARM)
		lifecycle_warm(fv);
	else if (e == VCL_EVENT_COLD)
		lifecycle_cold(fv);
	return (0);
}

static void v_matchproto_(vmod_priv_fini_f)
lifecycle_fini(VRT_CTX, void *priv)
{
	struct fleet_vcl *fv;

	(void)ctx;
	CAST_OBJ_NOTNULL(fv, priv, FLEET_VCL_MAGIC);
	FREE_OBJ(fv);
}

static const struct vmod_priv_methods lifecycle_methods[1] = {{
	.magic = VMOD_PRIV_METHODS_MAGIC,
	.type = "fleet clusters",
	.fini = lifecycle_fini,
}};

void
lifecycle_add(struct vmod_priv *priv, struct VPFX(fleet_director) *d)
{
	struct fleet_vcl *fv;

	if (priv->priv == NULL) {
		ALLOC_OBJ(fv, FLEET_VCL_MAGIC);
		AN(fv);
		VTAILQ_INIT(&fv->clusters);
		priv->priv = fv;
		priv->methods = lifecycle_methods;
	}
	CAST_OBJ_NOTNULL(fv, priv->priv, FLEET_VCL_MAGIC);
	VTAILQ_INSERT_TAIL(&fv->clusters, d, list);
}

/*
 * Signals are for the threads that varnishd made, but for those that a fault
 * of this one raises: to block them would be to die without a panic.
 */
int
fleet_thread(pthread_t *thread, void *(*func)(void *), void *priv)
{
	static const int faults[] =
	    { SIGSEGV, SIGBUS, SIGABRT, SIGFPE, SIGILL };
	sigset_t most, old;
	unsigned u;
	int e;

	AZ(sigfillset(&most));
	for (u = 0; u < sizeof faults / sizeof faults[0]; u++)
		AZ(sigdelset(&most, faults[u]));
	AZ(pthread_sigmask(SIG_SETMASK, &most, &old));
	e = pthread_create(thread, NULL, func, priv);
	AZ(pthread_sigmask(SIG_SETMASK, &old, NULL));
	return (e);
}
