/* SPDX-License-Identifier: BSD-2-Clause
 * Copyright (c) 2026 The pixelfleet authors
 *
 * How many renders this child has under way at once, whether they have a
 * renderer yet or not.
 *
 * A miss that is rendered holds two of Varnish's threads, the client's and
 * the fetch's, while it waits for others: those of the source door, which
 * hands it the original, and the overlay.  Were all threads held by such, each
 * would wait for one that cannot come.  So there are places for fewer of them
 * than that, and whoever finds none is sent away before a fetch is begun.
 *
 * A task has at most one place, and loses it at its end at the latest.
 */

#include "config.h"

#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>

#include <cache/cache.h>
#include <vcl.h>

#include "vcc_vips_if.h"
#include "counters.h"
#include "image_ops.h"
#include "lifetime.h"
#include "policy.h"
#include "render_task.h"
#include "images.h"

static unsigned reserve_taken;		/* atomic */

static bool
reserve_take(unsigned max)
{
	unsigned taken;

	taken = __atomic_load_n(&reserve_taken, __ATOMIC_RELAXED);
	do {
		if (taken >= max)
			return (false);
	} while (!__atomic_compare_exchange_n(&reserve_taken, &taken,
	    taken + 1, true, __ATOMIC_RELAXED, __ATOMIC_RELAXED));
	COUNT(reserved, 1);
	return (true);
}

void
render_task_release(struct render_task *task)
{

	CHECK_OBJ_NOTNULL(task, RENDER_TASK_MAGIC);
	if (!task->reserved)
		return;
	task->reserved = false;
	COUNT(reserved, -1);
	AN(__atomic_fetch_sub(&reserve_taken, 1, __ATOMIC_RELAXED));
}

VCL_BOOL
vmod_images_reserve(VRT_CTX, struct VPFX(vips_images) *images)
{
	struct render_task *task;

	CHECK_OBJ_NOTNULL(ctx, VRT_CTX_MAGIC);
	CHECK_OBJ_NOTNULL(images, VIPS_IMAGES_MAGIC);
	/* The client's task, which waits for this fetch, has the place. */
	if (ctx->bo != NULL && !ctx->bo->is_bgfetch)
		return (1);
	task = render_task_get(ctx);
	if (task == NULL) {
		VRT_fail(ctx, "images.reserve() needs images.parse() before");
		return (0);
	}
	if (task->reserved || !task->request.rendered)
		return (1);
	task->reserved = reserve_take(images->max_misses);
	if (task->reserved)
		return (1);
	COUNT(misses_refused, 1);
	task->request.status = 503;
	bprintf(task->request.error, "%s",
	    "too many images are being made just now");
	task->retry_after = pool_retry_after();
	return (0);
}

VCL_VOID
vmod_images_release(VRT_CTX, struct VPFX(vips_images) *images)
{
	struct render_task *task;

	CHECK_OBJ_NOTNULL(ctx, VRT_CTX_MAGIC);
	CHECK_OBJ_NOTNULL(images, VIPS_IMAGES_MAGIC);
	task = render_task_get(ctx);
	if (task != NULL)
		render_task_release(task);
}
