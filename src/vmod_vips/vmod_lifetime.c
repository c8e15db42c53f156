/* SPDX-License-Identifier: BSD-2-Clause
 * Copyright (c) 2026 The pixelfleet authors
 *
 * What VCL sees of lifetimes: for how long what came is good, and what may
 * be done when nothing comes.
 */

#include "config.h"

#include <math.h>
#include <stdbool.h>
#include <stdio.h>

#include <cache/cache.h>
#include <vcl.h>
#include <vrt_obj.h>
#include <vtim.h>

#include "vcc_vips_if.h"
#include "failures.h"
#include "image_ops.h"
#include "lifetime.h"
#include "policy.h"
#include "render_wire.h"
#include "renderer.h"
#include "render_job.h"
#include "render_task.h"
#include "poisoned.h"
#include "images.h"

#define KEPT		86400.	/* s, an expired object, to revalidate with */
#define STALE_TTL	10.	/* s, what was made from a stale source */

static const char H_Stale_While[] = "\022Image-Stale-While:";

static void
lifetime_apply(VRT_CTX, const struct lifetime *l)
{
	struct http *hp = ctx->bo->beresp;
	double grace;

	grace = l->revalidate > l->error ? l->revalidate : l->error;
	VRT_l_beresp_ttl(ctx, l->ttl);
	VRT_l_beresp_grace(ctx, grace);
	VRT_l_beresp_keep(ctx, KEPT);
	http_Unset(hp, H_Stale_While);
	http_PrintfHeader(hp, "Image-Stale-While: %.0f", l->revalidate);
	if (l->cache_control[0] == '\0')
		return;
	http_Unset(hp, H_Cache_Control);
	http_Unset(hp, H_Expires);
	http_PrintfHeader(hp, "Cache-Control: %s", l->cache_control);
}

/* Good for a moment, and stale for no longer than the source is. */
static void
lifetime_stale(struct lifetime *l)
{
	double end = l->ttl + l->error;

	l->ttl = STALE_TTL;
	l->error = end > STALE_TTL ? end - STALE_TTL : 0;
	l->revalidate = 0;
	l->cache_control[0] = '\0';
}

VCL_VOID
vmod_images_lifetime(VRT_CTX, struct VPFX(vips_images) *images, VCL_ENUM of)
{
	/* What comes from our own cache was put within bounds before. */
	struct lifetime_site site;
	struct lifetime l;
	const char *control;

	CHECK_OBJ_NOTNULL(ctx, VRT_CTX_MAGIC);
	CHECK_OBJ_NOTNULL(images, VIPS_IMAGES_MAGIC);
	if (ctx->method != VCL_MET_BACKEND_RESPONSE) {
		VRT_fail(ctx, "images.lifetime() is for vcl_backend_response");
		return;
	}
	site = images->lifetime;
	if (of != VENUM(origin)) {
		site.min_ttl = 0;
		site.max_ttl = INFINITY;
	}
	if (!http_GetHdr(ctx->bo->beresp, H_Cache_Control, &control))
		control = NULL;
	lifetime_of_answer(&l, &site, control, VRT_r_beresp_ttl(ctx),
	    VRT_r_beresp_age(ctx));
	if (of == VENUM(stale))
		lifetime_stale(&l);
	lifetime_apply(ctx, &l);
}

VCL_VOID
vmod_images_note_failure(VRT_CTX, struct VPFX(vips_images) *images,
    VCL_STRING url)
{

	CHECK_OBJ_NOTNULL(ctx, VRT_CTX_MAGIC);
	CHECK_OBJ_NOTNULL(images, VIPS_IMAGES_MAGIC);
	if (url != NULL)
		failures_note(FAILURE_ABSENT, url, VTIM_mono());
}

VCL_BOOL
vmod_images_failed_lately(VRT_CTX, struct VPFX(vips_images) *images,
    VCL_STRING url)
{

	CHECK_OBJ_NOTNULL(ctx, VRT_CTX_MAGIC);
	CHECK_OBJ_NOTNULL(images, VIPS_IMAGES_MAGIC);
	return (url != NULL && failures_recent(FAILURE_ABSENT, url,
	    VTIM_mono()));
}

VCL_BOOL
vmod_images_remembers(VRT_CTX, struct VPFX(vips_images) *images,
    VCL_STRING url)
{
	double now = VTIM_mono();

	CHECK_OBJ_NOTNULL(ctx, VRT_CTX_MAGIC);
	CHECK_OBJ_NOTNULL(images, VIPS_IMAGES_MAGIC);
	return (url != NULL && (poisoned_remembers(url) ||
	    failures_recent(FAILURE_ABSENT, url, now) ||
	    failures_recent(FAILURE_TOO_LARGE, url, now)));
}

VCL_VOID
vmod_images_forget(VRT_CTX, struct VPFX(vips_images) *images, VCL_STRING url)
{

	CHECK_OBJ_NOTNULL(ctx, VRT_CTX_MAGIC);
	CHECK_OBJ_NOTNULL(images, VIPS_IMAGES_MAGIC);
	if (url == NULL)
		return;
	poisoned_forget(url);
	failures_forget(url);
}

/* What Varnish has noted as the one to be refreshed. */
VCL_BOOL
vmod_images_has_stale(VRT_CTX, struct VPFX(vips_images) *images)
{
	const struct objcore *oc;

	CHECK_OBJ_NOTNULL(ctx, VRT_CTX_MAGIC);
	CHECK_OBJ_NOTNULL(images, VIPS_IMAGES_MAGIC);
	if (ctx->bo == NULL || ctx->bo->stale_oc == NULL)
		return (0);
	oc = ctx->bo->stale_oc;
	CHECK_OBJ(oc, OBJCORE_MAGIC);
	return ((oc->flags & (OC_F_HFM | OC_F_DYING)) == 0 &&
	    VTIM_real() < oc->t_origin + oc->ttl + oc->grace);
}
