/* SPDX-License-Identifier: BSD-2-Clause
 * Copyright (c) 2026 The pixelfleet authors
 *
 * What VCL sees of overlays.
 */

#include "config.h"

#include <stdbool.h>

#include <cache/cache.h>
#include <vcl.h>

#include "vcc_vips_if.h"
#include "image_ops.h"
#include "render_task.h"
#include "overlay.h"

VCL_BOOL
vmod_images_overlay(VRT_CTX, struct VPFX(vips_images) *images,
    VCL_STRING socket)
{
	struct render_task *task;

	CHECK_OBJ_NOTNULL(ctx, VRT_CTX_MAGIC);
	(void)images;
	if (ctx->bo == NULL) {
		VRT_fail(ctx, "images.overlay() is for the fetch");
		return (0);
	}
	task = render_task_get(ctx);
	if (task == NULL) {
		VRT_fail(ctx, "images.overlay() needs images.parse() before");
		return (0);
	}
	return (overlay_fetch(ctx, task, socket) == 0);
}

VCL_STRING
vmod_images_overlay_source(VRT_CTX, struct VPFX(vips_images) *images)
{
	const struct render_task *task;

	(void)images;
	task = render_task_get(ctx);
	return (task != NULL ? task->request.ops.mark : "");
}

VCL_STRING
vmod_images_overlay_tags(VRT_CTX, struct VPFX(vips_images) *images)
{
	const struct render_task *task;

	(void)images;
	task = render_task_get(ctx);
	return (task != NULL && task->overlay_tags != NULL ?
	    task->overlay_tags : "");
}

VCL_DURATION
vmod_images_overlay_ttl(VRT_CTX, struct VPFX(vips_images) *images)
{
	const struct render_task *task;

	(void)images;
	task = render_task_get(ctx);
	return (task != NULL && task->overlay >= 0 ? task->overlay_ttl : -1);
}
