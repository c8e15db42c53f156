/* SPDX-License-Identifier: BSD-2-Clause
 * Copyright (c) 2026 The pixelfleet authors
 *
 * What VCL sees of images: the object with its arguments, rendering, and the
 * VMOD's coming and going.  A request is read next door, vmod_request.c.
 *
 * The static data here is the child's: written by the CLI thread alone, and
 * kept when the last VCL goes, since the library is linked not to be
 * unloaded.
 */

#include "config.h"

#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cache/cache.h>
#include <cache/cache_filter.h>
#include <vcl.h>
#include <vsb.h>

#include "vcc_vips_if.h"
#include "counters.h"
#include "digest.h"
#include "image_ops.h"
#include "lifetime.h"
#include "policy.h"
#include "render_wire.h"
#include "renderer.h"
#include "render_task.h"
#include "overlay.h"
#include "bound_vfp.h"
#include "render_vfp.h"
#include "images.h"

/* Newest first, of all VCLs. */
static VTAILQ_HEAD(, VPFX(vips_images)) vips_objects =
    VTAILQ_HEAD_INITIALIZER(vips_objects);

char vips_fingerprint[DIGEST_HEX];

/* 1 << IMAGE_FORMAT_*, what the renderer can save; 0: all. */
static unsigned vips_saves;

struct VSC_vips *vips_counters;

/*--------------------------------------------------------------------
 * The objects, and what the renderer says of itself: that is what makes
 * pixels comparable
 */

/* The formats in a renderer's line "save jpg,png"; 0, all, without one. */
static unsigned
vips_read_saves(const char *text)
{
	unsigned saves = 0;
	const char *p, *name;
	enum image_format f;
	size_t len;

	p = strstr(text, "\nsave ");
	if (p == NULL)
		return (0);
	for (p += 5; *p == ' ' || *p == ','; p += len) {
		p++;
		len = strcspn(p, ",\n");
		for (f = IMAGE_FORMAT_JPG; f <= IMAGE_FORMAT_GIF; f++) {
			name = image_format_name(f);
			if (strlen(name) == len && !strncmp(p, name, len))
				saves |= 1u << f;
		}
	}
	return (saves);
}

int
vips_ask_renderer(VRT_CTX, const char *name)
{
	char text[4096], err[RENDERER_ERROR_MAX];
	int len;

	if (vips_fingerprint[0] != '\0')
		return (0);
	len = snprintf(text, sizeof text, "render fingerprint 1\nvmod %s\n",
	    PACKAGE_VERSION);
	if (renderer_describe(text + len, sizeof text - len, err) != 0) {
		VRT_fail(ctx, "vips.images %s: %s", name, err);
		return (-1);
	}
	digest_hex(text, strlen(text), vips_fingerprint);
	vips_saves = vips_read_saves(text);
	return (0);
}

/* The newest object says how renderers live. */
static void
vips_rule(void)
{
	const struct VPFX(vips_images) *images;

	images = VTAILQ_FIRST(&vips_objects);
	if (images != NULL)
		pool_configure(&images->pool);
}

void
vips_add(struct VPFX(vips_images) *images)
{

	images->site.formats = vips_saves;
	if (vips_saves != 0)
		images->site.auto_formats &= vips_saves;
	VTAILQ_INSERT_HEAD(&vips_objects, images, list);
}

void
vips_remove(struct VPFX(vips_images) *images)
{

	VTAILQ_REMOVE(&vips_objects, images, list);
	vips_rule();
}

VCL_STRING
vmod_images_fingerprint(VRT_CTX, struct VPFX(vips_images) *images)
{

	CHECK_OBJ_NOTNULL(images, VIPS_IMAGES_MAGIC);
	return (vips_fingerprint);
}

/*--------------------------------------------------------------------
 * Rendering
 */

VCL_VOID
vmod_images_render(VRT_CTX, struct VPFX(vips_images) *images)
{
	struct render_task *task;

	CHECK_OBJ_NOTNULL(ctx, VRT_CTX_MAGIC);
	CHECK_OBJ_NOTNULL(images, VIPS_IMAGES_MAGIC);
	if (ctx->method != VCL_MET_BACKEND_RESPONSE) {
		VRT_fail(ctx, "images.render() is for vcl_backend_response");
		return;
	}
	task = render_task_get(ctx);
	if (task == NULL) {
		VRT_fail(ctx, "images.render() needs images.parse() before");
		return;
	}
	/* After a retry, they would be those of the render before. */
	task->request.status = 0;
	task->request.error[0] = '\0';
	if (task->request.rendered)
		render_prepare(ctx, task);
}

VCL_INT
vmod_images_retry_after(VRT_CTX, struct VPFX(vips_images) *images)
{
	const struct render_task *task;

	CHECK_OBJ_NOTNULL(ctx, VRT_CTX_MAGIC);
	CHECK_OBJ_NOTNULL(images, VIPS_IMAGES_MAGIC);
	task = render_task_get(ctx);
	return (task != NULL && task->retry_after > 0 ? task->retry_after : 1);
}

/* Without a key nothing that must be signed could be had. */
static int
vips_check_keys(VRT_CTX)
{
	const struct VPFX(vips_images) *images;

	VTAILQ_FOREACH(images, &vips_objects, list) {
		if (images->vcl != ctx->vcl || images->policy.keys.n > 0 ||
		    images->policy.signature == POLICY_SIGNED_OFF)
			continue;
		VSB_printf(ctx->msg, "vips.images %s: URLs are to be signed, "
		    "and there is no key: see .sign_key()\n", images->name);
		return (-1);
	}
	return (0);
}

int v_matchproto_(vmod_event_f)
vmod_event(VRT_CTX, struct vmod_priv *priv, enum vcl_event_e e)
{
	static struct vsc_seg *seg;

	ASSERT_CLI();
	(void)priv;
	switch (e) {
	case VCL_EVENT_LOAD:
		/* Never taken down again: the pool outlives every VCL. */
		if (seg == NULL) {
			vips_counters = VSC_vips_New(NULL, &seg, "");
			overlay_start();
		}
		return (VRT_AddFilter(ctx, render_vfp, NULL) != NULL ||
		    VRT_AddFilter(ctx, bound_vfp, NULL) != NULL);
	case VCL_EVENT_WARM:
		/* Only now it is certain that the VCL has loaded. */
		if (vips_check_keys(ctx) != 0)
			return (1);
		vips_rule();
		return (0);
	case VCL_EVENT_DISCARD:
		VRT_RemoveFilter(ctx, bound_vfp, NULL);
		VRT_RemoveFilter(ctx, render_vfp, NULL);
		return (0);
	default:
		return (0);
	}
}
