/* SPDX-License-Identifier: BSD-2-Clause
 * Copyright (c) 2026 The pixelfleet authors
 *
 * Sources within bounds.
 *
 * A source is stored while it comes, and Varnish makes room for what is
 * announced, be it the rest of the cache.  So one that announces too much is
 * refused before it is begun, and this filter ends one that does not say how
 * large it will be.  Whoever reads along sees it break off, and finds the
 * reason among the failures.
 */

#include "config.h"

#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cache/cache.h>
#include <cache/cache_filter.h>
#include <vcl.h>
#include <vrt_obj.h>
#include <vtim.h>

#include "vcc_vips_if.h"
#include "counters.h"
#include "failures.h"
#include "image_ops.h"
#include "lifetime.h"
#include "policy.h"
#include "render_task.h"
#include "images.h"
#include "bound_vfp.h"

#define FILTER_NAME	"vips_bound"

struct bound {
	unsigned		magic;
#define BOUND_MAGIC		0x4d1f7a92
	uint64_t		len, most;	/* bytes */
};

static enum vfp_status v_matchproto_(vfp_init_f)
bound_init(VRT_CTX, struct vfp_ctx *vc, struct vfp_entry *vfe)
{
	const struct render_task *task;
	struct bound *bound;

	CHECK_OBJ_NOTNULL(ctx, VRT_CTX_MAGIC);
	CHECK_OBJ_NOTNULL(vc, VFP_CTX_MAGIC);
	CHECK_OBJ_NOTNULL(vfe, VFP_ENTRY_MAGIC);
	task = render_task_get(ctx);
	if (task == NULL || task->limits == NULL)
		return (VFP_NULL);
	ALLOC_OBJ(bound, BOUND_MAGIC);
	AN(bound);
	bound->most = task->limits->max_source;
	vfe->priv1 = bound;
	return (VFP_OK);
}

static enum vfp_status v_matchproto_(vfp_pull_f)
bound_pull(struct vfp_ctx *vc, struct vfp_entry *vfe, void *p, ssize_t *lp)
{
	struct bound *bound;
	enum vfp_status vp;

	CHECK_OBJ_NOTNULL(vc, VFP_CTX_MAGIC);
	CHECK_OBJ_NOTNULL(vfe, VFP_ENTRY_MAGIC);
	CAST_OBJ_NOTNULL(bound, vfe->priv1, BOUND_MAGIC);
	vp = VFP_Suck(vc, p, lp);
	if (vp == VFP_ERROR)
		return (vp);
	bound->len += *lp;
	if (bound->len <= bound->most)
		return (vp);
	COUNT(over_bytes, 1);
	failures_note(FAILURE_TOO_LARGE, vc->req->hd[HTTP_HDR_URL].b,
	    VTIM_mono());
	return (VFP_Error(vc, BOUND_ERROR, (uintmax_t)bound->most));
}

static void v_matchproto_(vfp_fini_f)
bound_fini(struct vfp_ctx *vc, struct vfp_entry *vfe)
{
	struct bound *bound;

	CHECK_OBJ_NOTNULL(vc, VFP_CTX_MAGIC);
	CHECK_OBJ_NOTNULL(vfe, VFP_ENTRY_MAGIC);
	if (vfe->priv1 == NULL)
		return;
	TAKE_OBJ_NOTNULL(bound, &vfe->priv1, BOUND_MAGIC);
	FREE_OBJ(bound);
}

const struct vfp bound_vfp[1] = {{
	.name = FILTER_NAME,
	.init = bound_init,
	.pull = bound_pull,
	.fini = bound_fini
}};

static bool
bound_refuse(VRT_CTX, struct render_task *task)
{

	COUNT(over_bytes, 1);
	task->request.status = 413;
	bprintf(task->request.error, BOUND_ERROR,
	    (uintmax_t)task->limits->max_source);
	VSLb(ctx->vsl, SLT_VCL_Log, "bound: %s", task->request.error);
	return (false);
}

VCL_BOOL
vmod_images_bound(VRT_CTX, struct VPFX(vips_images) *images)
{
	struct render_task *task;
	ssize_t len;

	CHECK_OBJ_NOTNULL(ctx, VRT_CTX_MAGIC);
	CHECK_OBJ_NOTNULL(images, VIPS_IMAGES_MAGIC);
	if (ctx->method != VCL_MET_BACKEND_RESPONSE) {
		VRT_fail(ctx, "images.bound() is for vcl_backend_response");
		return (0);
	}
	task = render_task_make(ctx);
	if (task == NULL)
		return (0);
	task->limits = &images->limits;
	task->request.status = 0;
	task->request.error[0] = '\0';
	if (VRT_r_beresp_was_304(ctx))
		return (1);
	len = http_GetContentLength(ctx->bo->beresp);
	if (len > (ssize_t)images->limits.max_source ||
	    failures_recent(FAILURE_TOO_LARGE,
	    ctx->bo->bereq->hd[HTTP_HDR_URL].b, VTIM_mono()))
		return (bound_refuse(ctx, task));
	if (len < 0)
		VRT_l_beresp_filters(ctx, NULL, TOSTRANDS(2,
		    VRT_r_beresp_filters(ctx), " " FILTER_NAME));
	return (1);
}
