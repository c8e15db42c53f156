/* SPDX-License-Identifier: BSD-2-Clause
 * Copyright (c) 2026 The pixelfleet authors
 *
 * What a cluster is made of besides its nodes: the secret, the source door,
 * the bounds, the health endpoints, the purge log, and the configuration hash
 * over it all.
 *
 * All of it happens in vcl_init; what is wrong fails the VCL's loading, with
 * the object's name and what would be right.
 */

#include "config.h"

#include <fcntl.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "fleet.h"

#include "doors.h"
#include "purge_door.h"
#include "purge_node.h"
#include "vcl_text.h"
#include "vcompat.h"

int
setup_secret(VRT_CTX, struct VPFX(fleet_director) *d, const char *path)
{
	char why[AUTH_ERROR_MAX];

	if (path == NULL || *path == '\0')
		path = getenv("PIXELFLEET_SECRET_FILE");
	if (path == NULL || *path == '\0') {
		VSL(SLT_Notice, NO_VXID, "%s: no secret: the cluster door "
		    "trusts the addresses of the nodes", d->name);
		return (0);
	}
	if (auth_secret_load(&d->secret, path, why) < 0) {
		VRT_fail(ctx, "%s: %s", d->name, why);
		return (-1);
	}
	d->has_secret = true;
	return (0);
}

/* The source door ---------------------------------------------------*/

static const char *
source_path(char *buf, size_t len)
{
	char cmdline[8192];
	const char *p;
	ssize_t l;
	int fd;

	p = getenv("PIXELFLEET_SOURCE");
	if (p != NULL && *p != '\0')
		return (p);
	fd = open("/proc/self/cmdline", O_RDONLY | O_CLOEXEC);
	if (fd < 0)
		return (NULL);
	l = read(fd, cmdline, sizeof cmdline);
	(void)close(fd);
	if (l <= 0 || doors_find(cmdline, l, "source", buf, len) < 0)
		return (NULL);
	return (buf);
}

int
setup_source(VRT_CTX, struct VPFX(fleet_director) *d)
{
	struct vrt_endpoint ep;
	struct vrt_backend be;
	char vcl_name[256], buf[256];
	const char *path;

	path = source_path(buf, sizeof buf);
	if (path == NULL) {
		VSL(SLT_Notice, NO_VXID, "%s: no source door: originals are "
		    "fetched for each variant", d->name);
		return (0);
	}
	if (*path != '/') {
		VRT_fail(ctx, "%s: the source door %s is not a path",
		    d->name, path);
		return (-1);
	}
	INIT_OBJ(&ep, VRT_ENDPOINT_MAGIC);
	ep.uds_path = path;
	bprintf(vcl_name, "%.100s(source)", d->name);
	VRT_BACKEND_INIT(&be);
	be.endpoint = &ep;
	be.vcl_name = vcl_name;
	be.hosthdr = "pixelfleet";
	d->source = VCOMPAT_new_backend(ctx, &be);
	if (d->source == NULL) {
		VRT_fail(ctx, "%s: no backend for the source door %s",
		    d->name, path);
		return (-1);
	}
	REPLACE(d->source_path, path);
	return (0);
}

/* The bounds --------------------------------------------------------*/

int
setup_bound(VRT_CTX, struct VPFX(fleet_director) *d,
    const struct bound_argument argument[BOUND_LIMITS])
{
	const struct bound_limit *l;
	const struct bound_argument *a;
	uint32_t value;
	unsigned u;

	for (u = 0; u < BOUND_LIMITS; u++) {
		l = &bound_limits[u];
		a = &argument[u];
		if (!(a->value * a->scale >= l->min &&
		    a->value * a->scale <= l->max)) {
			VRT_fail(ctx, "%s: %s is %g: accepted is %g to %g",
			    d->name, a->name, a->value, l->min / a->scale,
			    l->max / a->scale);
			return (-1);
		}
		value = (uint32_t)(a->value * a->scale + 0.5);
		memcpy((char *)&d->bound + l->offset, &value, sizeof value);
	}
	AZ(bound_config_check(&d->bound));
	return (0);
}

/* Purges ------------------------------------------------------------*/

int
setup_purge(VRT_CTX, struct VPFX(fleet_director) *d, const char *path,
    double wait, VCL_INT refresh)
{

	if (!(wait >= 0. && wait <= 600.)) {
		VRT_fail(ctx, "%s: purge_wait is %g: accepted is 0 s to "
		    "600 s", d->name, wait);
		return (-1);
	}
	if (refresh < 1 || refresh > 10000) {
		VRT_fail(ctx, "%s: purge_refresh is %jd: accepted is 1 to "
		    "10000", d->name, (intmax_t)refresh);
		return (-1);
	}
	if (path != NULL && *path != '\0' && *path != '/') {
		VRT_fail(ctx, "%s: purge_log is %s: accepted is the path of "
		    "a file, from / on", d->name, path);
		return (-1);
	}
	d->purge_wait = wait;
	d->purge_refresh = (unsigned)refresh;
	if (path != NULL && *path != '\0')
		REPLACE(d->purge_log, path);
	return (0);
}

int
setup_purge_open(VRT_CTX, struct VPFX(fleet_director) *d)
{
	struct purge_rules rules = purge_rules_default;
	char err[PURGE_ERROR_MAX];

	rules.wait = (int64_t)(d->purge_wait * 1e3);
	if (purge_node_open(d->identity, d->purge_log, &rules, err) < 0) {
		VRT_fail(ctx, "%s: purge_log: %s", d->name, err);
		return (-1);
	}
	return (0);
}

int
setup_purge_rate(VRT_CTX, struct VPFX(fleet_director) *d, double rate)
{

	if (rate != 0. && !(rate >= PURGE_RATE_MIN && rate <= PURGE_RATE_MAX)) {
		VRT_fail(ctx, "%s: purge_rate is %g: accepted is 0, or %g to "
		    "%g a second", d->name, rate, PURGE_RATE_MIN,
		    PURGE_RATE_MAX);
		return (-1);
	}
	d->purge_rate = rate;
	return (0);
}

/* Health endpoints --------------------------------------------------*/

bool
setup_health(VRT_CTX, struct VPFX(fleet_director) *d, const char *path,
    VCL_INT status, const char *text)
{
	struct health_endpoint *h;

	if (path == NULL || *path != '/') {
		VRT_fail(ctx, "%s.health_endpoint(): a path begins with /",
		    d->name);
		return (false);
	}
	if (status < 200 || status > 599) {
		VRT_fail(ctx, "%s.health_endpoint(%s): status %jd: accepted "
		    "is 200 to 599", d->name, path, (intmax_t)status);
		return (false);
	}
	if (d->n_health == FLEET_HEALTH_MAX) {
		VRT_fail(ctx, "%s.health_endpoint(%s): more than %d", d->name,
		    path, FLEET_HEALTH_MAX);
		return (false);
	}
	h = &d->health[d->n_health++];
	REPLACE(h->path, path);
	REPLACE(h->text, text == NULL ? "" : text);
	h->status = (int)status;
	return (true);
}

/* The configuration hash --------------------------------------------*/

int
setup_config(VRT_CTX, struct VPFX(fleet_director) *d, const void *inside)
{

	if (vcl_text_hash(&d->config, inside) < 0)
		VSL(SLT_Error, NO_VXID, "%s: the VCL's text cannot be read: "
		    "it is no part of the configuration hash", d->name);
	if (config_hash_final(&d->config) == NULL) {
		VRT_fail(ctx, "%s: the configuration hash failed", d->name);
		return (-1);
	}
	config_hash_parts(&d->config, d->config_parts);
	VSL(SLT_Notice, NO_VXID, "%s: configuration %s", d->name,
	    d->config.hex);
	return (0);
}

void
setup_free(struct VPFX(fleet_director) *d)
{
	unsigned u;

	for (u = 0; u < d->n_health; u++) {
		free(d->health[u].path);
		free(d->health[u].text);
	}
	free(d->source_path);
	free(d->purge_log);
	config_hash_fini(&d->config);
	if (d->has_secret)
		auth_secret_fini(&d->secret);
}
