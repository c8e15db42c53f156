/* SPDX-License-Identifier: BSD-2-Clause
 * Copyright (c) 2026 The pixelfleet authors
 *
 * A task's state hangs on the task itself, by a key that all images objects
 * share: the filter, which is told of no object, finds it, too.  It is 12 kB
 * and thus not in a workspace.
 */

#include "config.h"

#include <stdbool.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include <cache/cache.h>

#include "image_ops.h"
#include "render_task.h"

void
render_task_forget_overlay(struct render_task *task)
{

	CHECK_OBJ_NOTNULL(task, RENDER_TASK_MAGIC);
	if (task->overlay >= 0)
		closefd(&task->overlay);
	task->overlay = -1;
	task->overlay_len = 0;
	task->overlay_ttl = -1;
	free(task->overlay_tags);
	task->overlay_tags = NULL;
}

static void v_matchproto_(vmod_priv_fini_f)
render_task_fini(VRT_CTX, void *priv)
{
	struct render_task *task;

	CAST_OBJ_NOTNULL(task, priv, RENDER_TASK_MAGIC);
	render_task_release(task);
	render_task_forget_overlay(task);
	FREE_OBJ(task);
}

static const struct vmod_priv_methods render_task_methods[1] = {{
	.magic = VMOD_PRIV_METHODS_MAGIC,
	.type = "vips_render_task",
	.fini = render_task_fini
}};

struct render_task *
render_task_make(VRT_CTX)
{
	struct vmod_priv *priv;
	struct render_task *task;

	priv = VRT_priv_task(ctx, render_task_methods);
	if (priv == NULL) {
		VRT_fail(ctx, "vips: out of workspace");
		return (NULL);
	}
	if (priv->priv == NULL) {
		ALLOC_OBJ(task, RENDER_TASK_MAGIC);
		AN(task);
		task->overlay = -1;
		priv->priv = task;
		priv->methods = render_task_methods;
	}
	CAST_OBJ_NOTNULL(task, priv->priv, RENDER_TASK_MAGIC);
	return (task);
}

struct render_task *
render_task_get(VRT_CTX)
{
	struct vmod_priv *priv;
	struct render_task *task;

	priv = VRT_priv_task_get(ctx, render_task_methods);
	if (priv == NULL || priv->priv == NULL)
		return (NULL);
	CAST_OBJ_NOTNULL(task, priv->priv, RENDER_TASK_MAGIC);
	return (task);
}
