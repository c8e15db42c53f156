/* SPDX-License-Identifier: BSD-2-Clause
 * Copyright (c) 2026 The pixelfleet authors
 *
 * What VCL sees of images: the object, its methods, and the VMOD's coming
 * and going.  Parsing, rendering and the renderers are next door.
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

#include "vcc_vips_if.h"
#include "counters.h"
#include "digest.h"
#include "image_ops.h"
#include "negotiate.h"
#include "render_wire.h"
#include "renderer.h"
#include "pool.h"
#include "render_task.h"
#include "render_vfp.h"

#define RENDERERS_MAX		1024
#define RENDERS_MAX		1000000000
#define RESIDENT_MAX		((VCL_BYTES)1 << 40)	/* bytes */
#define SECONDS_MAX		3600.
#define SOURCE_MAX		((VCL_BYTES)4 << 30)	/* bytes */
#define PIXELS_MAX		((VCL_INT)1 << 32)
#define FRAMES_MAX		65536

struct VPFX(vips_images) {
	unsigned			magic;
#define VIPS_IMAGES_MAGIC		0x1e0d5c77
	struct pool_rules		pool;
	char				*source_params;
	struct image_site		site;
	struct render_limits		limits;
	VTAILQ_ENTRY(VPFX(vips_images))	list;
};

/* Newest first, of all VCLs. */
static VTAILQ_HEAD(, VPFX(vips_images)) vips_objects =
    VTAILQ_HEAD_INITIALIZER(vips_objects);

static char vips_fingerprint[DIGEST_HEX];

struct VSC_vips *vips_counters;

/*--------------------------------------------------------------------
 * The object
 */

/* The text of a renderer about itself is what makes pixels comparable. */
static int
vips_take_fingerprint(VRT_CTX, const char *name)
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
	return (0);
}

struct vips_range {
	const char			*arg;
	double				value, low, high;
};

static int
vips_check(VRT_CTX, const char *name, const struct vips_range *r)
{

	for (; r->arg != NULL; r++) {
		if (r->value >= r->low && r->value <= r->high)
			continue;
		VRT_fail(ctx, "vips.images %s: %s is %.15g, "
		    "not within %.15g..%.15g", name, r->arg, r->value, r->low,
		    r->high);
		return (-1);
	}
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

VCL_VOID
vmod_images__init(VRT_CTX, struct VPFX(vips_images) **imagesp,
    const char *vcl_name, VCL_STRING source_params, VCL_BOOL auto_format,
    VCL_INT renderers, VCL_INT max_renders, VCL_BYTES max_resident,
    VCL_DURATION timeout, VCL_DURATION queue_timeout, VCL_BYTES max_source,
    VCL_INT max_pixels, VCL_INT max_frames, VCL_INT max_side,
    VCL_INT max_out_pixels)
{
	const struct vips_range ranges[] = {
		{ "renderers", renderers, 0, RENDERERS_MAX },
		{ "max_renders", max_renders, 0, RENDERS_MAX },
		{ "max_resident", max_resident, 1, RESIDENT_MAX },
		{ "timeout", timeout, .001, SECONDS_MAX },
		{ "queue_timeout", queue_timeout, 0, SECONDS_MAX },
		{ "max_source", max_source, 1, SOURCE_MAX },
		{ "max_pixels", max_pixels, 1, PIXELS_MAX },
		{ "max_frames", max_frames, 1, FRAMES_MAX },
		{ "max_side", max_side, 1, IMAGE_SIDE_MAX },
		{ "max_out_pixels", max_out_pixels, 1, PIXELS_MAX },
		{ NULL }
	};
	struct VPFX(vips_images) *images;

	CHECK_OBJ_NOTNULL(ctx, VRT_CTX_MAGIC);
	AN(imagesp);
	AZ(*imagesp);
	if (vips_check(ctx, vcl_name, ranges) != 0 ||
	    vips_take_fingerprint(ctx, vcl_name) != 0)
		return;
	ALLOC_OBJ(images, VIPS_IMAGES_MAGIC);
	AN(images);
	REPLACE(images->source_params, source_params);
	images->site.source_params = images->source_params;
	images->site.auto_format = auto_format;
	images->site.auto_formats = 1U << IMAGE_FORMAT_AVIF |
	    1U << IMAGE_FORMAT_WEBP;
	images->pool.renderers = renderers;
	images->pool.max_renders = max_renders;
	images->pool.max_resident = max_resident;
	images->limits.timeout = timeout;
	images->limits.queue_timeout = queue_timeout;
	images->limits.max_source = max_source;
	images->limits.max_pixels = max_pixels;
	images->limits.max_frames = max_frames;
	images->limits.max_side = max_side;
	images->limits.max_out_pixels = max_out_pixels;
	VTAILQ_INSERT_HEAD(&vips_objects, images, list);
	*imagesp = images;
}

VCL_VOID
vmod_images__fini(struct VPFX(vips_images) **imagesp)
{
	struct VPFX(vips_images) *images;

	TAKE_OBJ_NOTNULL(images, imagesp, VIPS_IMAGES_MAGIC);
	VTAILQ_REMOVE(&vips_objects, images, list);
	vips_rule();
	free(images->source_params);
	FREE_OBJ(images);
}

/*--------------------------------------------------------------------
 * Parsing, and what came of it.  A task has one request, of the object that
 * parsed last.
 */

static const struct image_request *
vips_request(VRT_CTX)
{
	static const struct image_request nothing;
	const struct render_task *task;

	task = render_task_get(ctx);
	return (task != NULL ? &task->request : &nothing);
}

VCL_BOOL
vmod_images_parse(VRT_CTX, struct VPFX(vips_images) *images, VCL_STRING url,
    VCL_STRING accept)
{
	struct render_task *task;
	enum image_format format;
	char *copy;
	int e;

	CHECK_OBJ_NOTNULL(ctx, VRT_CTX_MAGIC);
	CHECK_OBJ_NOTNULL(images, VIPS_IMAGES_MAGIC);
	if (ctx->req == NULL && ctx->bo == NULL) {
		VRT_fail(ctx, "images.parse() needs a request");
		return (0);
	}
	task = render_task_make(ctx);
	if (task == NULL)
		return (0);
	task->limits = &images->limits;
	/* A copy: it may be our own canonical(), about to be overwritten. */
	copy = strdup(url != NULL ? url : "");
	AN(copy);
	e = image_request_parse(&task->request, &images->site, copy);
	free(copy);
	if (e != 0)
		return (0);
	if (task->request.negotiated) {
		format = negotiate_format(accept, images->site.auto_formats);
		image_request_negotiate(&task->request, format);
	}
	return (1);
}

VCL_INT
vmod_images_status(VRT_CTX, struct VPFX(vips_images) *images)
{

	CHECK_OBJ_NOTNULL(images, VIPS_IMAGES_MAGIC);
	return (vips_request(ctx)->status);
}

VCL_STRING
vmod_images_error(VRT_CTX, struct VPFX(vips_images) *images)
{

	CHECK_OBJ_NOTNULL(images, VIPS_IMAGES_MAGIC);
	return (vips_request(ctx)->error);
}

VCL_STRING
vmod_images_canonical(VRT_CTX, struct VPFX(vips_images) *images)
{

	CHECK_OBJ_NOTNULL(images, VIPS_IMAGES_MAGIC);
	return (vips_request(ctx)->url);
}

VCL_STRING
vmod_images_source(VRT_CTX, struct VPFX(vips_images) *images)
{

	CHECK_OBJ_NOTNULL(images, VIPS_IMAGES_MAGIC);
	return (vips_request(ctx)->source);
}

VCL_STRING
vmod_images_operations(VRT_CTX, struct VPFX(vips_images) *images)
{

	CHECK_OBJ_NOTNULL(images, VIPS_IMAGES_MAGIC);
	return (vips_request(ctx)->ops_text);
}

VCL_BOOL
vmod_images_rendered(VRT_CTX, struct VPFX(vips_images) *images)
{

	CHECK_OBJ_NOTNULL(images, VIPS_IMAGES_MAGIC);
	return (vips_request(ctx)->rendered);
}

VCL_BOOL
vmod_images_varies(VRT_CTX, struct VPFX(vips_images) *images)
{

	CHECK_OBJ_NOTNULL(images, VIPS_IMAGES_MAGIC);
	return (vips_request(ctx)->negotiated);
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
	if (task->request.rendered)
		render_prepare(ctx, task);
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
		if (seg == NULL)
			vips_counters = VSC_vips_New(NULL, &seg, "");
		return (VRT_AddFilter(ctx, render_vfp, NULL) != NULL);
	case VCL_EVENT_WARM:
		/* Only now it is certain that the VCL has loaded. */
		vips_rule();
		return (0);
	case VCL_EVENT_DISCARD:
		VRT_RemoveFilter(ctx, render_vfp, NULL);
		return (0);
	default:
		return (0);
	}
}
