/* SPDX-License-Identifier: BSD-2-Clause
 * Copyright (c) 2026 The pixelfleet authors
 *
 * The arguments of an images object, and what vcl_init adds to it.  What is
 * wrong with one fails the VCL, with the object's and the argument's name.
 */

#include "config.h"

#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cache/cache.h>
#include <vcl.h>

#include "vcc_vips_if.h"
#include "image_ops.h"
#include "lifetime.h"
#include "policy.h"
#include "render_task.h"
#include "render_wire.h"
#include "images.h"

#define RENDERERS_MAX		1024
#define MISSES_MAX		1000000
#define RENDERS_MAX		1000000000
#define RESIDENT_MAX		((VCL_BYTES)1 << 40)	/* bytes */
#define SECONDS_MAX		3600.
#define POISON_TIME_MAX		86400.
#define TTL_MAX			315360000.	/* s, ten years */
#define SOURCE_MAX		((VCL_BYTES)4 << 30)	/* bytes */
#define PIXELS_MAX		((VCL_INT)1 << 32)
#define FRAMES_MAX		65536

/*--------------------------------------------------------------------
 * Numbers
 */

struct range {
	const char			*arg;
	double				value, low, high;
};

static int
site_check(VRT_CTX, const char *name, const struct range *r)
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

static int
site_check_all(VRT_CTX, const char *name,
    const struct VARGS(images__init) *a)
{
	const struct range ranges[] = {
		{ "renderers", a->renderers, 0, RENDERERS_MAX },
		{ "max_misses", a->max_misses, 1, MISSES_MAX },
		{ "max_renders", a->max_renders, 0, RENDERS_MAX },
		{ "max_resident", a->max_resident, 1, RESIDENT_MAX },
		{ "timeout", a->timeout, .001, SECONDS_MAX },
		{ "queue_timeout", a->queue_timeout, 0, SECONDS_MAX },
		{ "poison_time", a->poison_time, 0, POISON_TIME_MAX },
		{ "max_source", a->max_source, 1, SOURCE_MAX },
		{ "max_pixels", a->max_pixels, 1, PIXELS_MAX },
		{ "max_frames", a->max_frames, 1, FRAMES_MAX },
		{ "max_side", a->max_side, 1, IMAGE_SIDE_MAX },
		{ "max_out_pixels", a->max_out_pixels, 1, PIXELS_MAX },
		{ "max_ttl", a->max_ttl, 0, TTL_MAX },
		/* and thus not more than max_ttl */
		{ "min_ttl", a->min_ttl, 0, a->max_ttl },
		{ "stale_while_revalidate", a->stale_while_revalidate, 0,
		    TTL_MAX },
		{ "stale_if_error", a->stale_if_error, 0, TTL_MAX },
		{ "fallback_ttl", a->fallback_ttl, 0, TTL_MAX },
		{ "fallback_status", a->fallback_status,
		    a->fallback_status == 0 ? 0 : 200, 599 },
		{ NULL, 0, 0, 0 }
	};

	return (site_check(ctx, name, ranges));
}

/*--------------------------------------------------------------------
 * Lists of words
 */

struct word {
	const char			*name;
	unsigned			bit;
};

static const struct word site_formats[] = {
	{ "avif", 1u << IMAGE_FORMAT_AVIF },
	{ "webp", 1u << IMAGE_FORMAT_WEBP },
	{ "jxl", 1u << IMAGE_FORMAT_JXL },
	{ NULL, 0 }
};

static const struct word site_hints[] = {
	{ "dpr", IMAGE_HINT_DPR },
	{ "width", IMAGE_HINT_WIDTH },
	{ "viewport-width", IMAGE_HINT_VIEWPORT },
	{ "save-data", IMAGE_HINT_SAVE_DATA },
	{ NULL, 0 }
};

static const struct word site_open[] = {
	{ "svg", RENDER_OPEN_SVG },
	{ "pdf", RENDER_OPEN_PDF },
	{ NULL, 0 }
};

/* "svg, pdf" to bits. */
static int
site_list(VRT_CTX, const char *name, const char *arg, const char *list,
    const struct word *words, unsigned *bits)
{
	const struct word *w;
	size_t len;

	*bits = 0;
	for (list += strspn(list, ", "); *list != '\0';
	    list += len + strspn(list + len, ", ")) {
		len = strcspn(list, ", ");
		for (w = words; w->name != NULL; w++)
			if (strlen(w->name) == len &&
			    !strncmp(w->name, list, len))
				break;
		if (w->name == NULL) {
			VRT_fail(ctx, "vips.images %s: %s does not know "
			    "'%.*s'", name, arg, (int)len, list);
			return (-1);
		}
		*bits |= w->bit;
	}
	return (0);
}

static int
site_lists(VRT_CTX, const char *name, const struct VARGS(images__init) *a,
    struct VPFX(vips_images) *images)
{

	if (site_list(ctx, name, "auto_formats", a->auto_formats, site_formats,
	    &images->site.auto_formats) != 0 ||
	    site_list(ctx, name, "client_hints", a->client_hints, site_hints,
	    &images->site.hints) != 0 ||
	    site_list(ctx, name, "open", a->open, site_open,
	    &images->limits.open) != 0)
		return (-1);
	return (0);
}

/*--------------------------------------------------------------------
 * The source of the fallback image
 */

static int
site_fallback(VRT_CTX, struct VPFX(vips_images) *images, const char *url)
{
	struct image_request *request;
	const char *why = NULL;

	if (url[0] == '\0') {
		REPLACE(images->fallback, "");
		return (0);
	}
	request = calloc(1, sizeof *request);
	AN(request);
	if (image_request_parse(request, &images->site, url) != 0)
		why = request->error;
	else if (request->rendered)
		why = "it is a source and has no operations";
	if (why != NULL)
		VRT_fail(ctx, "vips.images %s: fallback is '%s': %s",
		    images->name, url, why);
	else
		REPLACE(images->fallback, request->source);
	free(request);
	return (why != NULL ? -1 : 0);
}

/*--------------------------------------------------------------------
 * The object
 */

static void
site_free(struct VPFX(vips_images) *images)
{
	size_t i;

	for (i = 0; i < images->site.n_presets; i++) {
		free(TRUST_ME(images->presets[i].name));
		free(TRUST_ME(images->presets[i].operations));
	}
	free(images->presets);
	signature_forget(&images->policy.keys);
	free(images->name);
	free(images->source_params);
	free(images->fallback);
	FREE_OBJ(images);
}

static void
site_take(struct VPFX(vips_images) *images,
    const struct VARGS(images__init) *a)
{

	REPLACE(images->source_params, a->source_params);
	images->site.source_params = images->source_params;
	images->site.reject_unknown = a->reject_unknown;
	images->site.auto_format = a->auto_format;
	images->pool.renderers = a->renderers;
	images->max_misses = a->max_misses;
	images->pool.max_renders = a->max_renders;
	images->pool.max_resident = a->max_resident;
	images->limits.timeout = a->timeout;
	images->limits.queue_timeout = a->queue_timeout;
	images->limits.poison_time = a->poison_time;
	images->limits.max_source = a->max_source;
	images->limits.max_pixels = a->max_pixels;
	images->limits.max_frames = a->max_frames;
	images->limits.max_side = a->max_side;
	images->limits.max_out_pixels = a->max_out_pixels;
	images->lifetime.min_ttl = a->min_ttl;
	images->lifetime.max_ttl = a->max_ttl;
	images->lifetime.stale_while_revalidate = a->stale_while_revalidate;
	images->lifetime.stale_if_error = a->stale_if_error;
	images->policy.no_originals = !a->originals;
	images->policy.presets_only = a->presets_only;
	if (a->signatures == VENUM(all))
		images->policy.signature = POLICY_SIGNED_ALL;
	else if (a->signatures == VENUM(custom))
		images->policy.signature = POLICY_SIGNED_CUSTOM;
	images->fallback_status = a->fallback_status;
	images->fallback_ttl = a->fallback_ttl;
}

VCL_VOID
vmod_images__init(VRT_CTX, struct VPFX(vips_images) **imagesp,
    const char *vcl_name, struct VARGS(images__init) *a)
{
	struct VPFX(vips_images) *images;

	CHECK_OBJ_NOTNULL(ctx, VRT_CTX_MAGIC);
	AN(imagesp);
	AZ(*imagesp);
	if (site_check_all(ctx, vcl_name, a) != 0 ||
	    vips_ask_renderer(ctx, vcl_name) != 0)
		return;
	ALLOC_OBJ(images, VIPS_IMAGES_MAGIC);
	AN(images);
	images->vcl = ctx->vcl;
	REPLACE(images->name, vcl_name);
	site_take(images, a);
	if (site_lists(ctx, vcl_name, a, images) != 0 ||
	    site_fallback(ctx, images, a->valid_fallback ? a->fallback : "")
	    != 0) {
		site_free(images);
		return;
	}
	vips_add(images);
	*imagesp = images;
}

VCL_VOID
vmod_images__fini(struct VPFX(vips_images) **imagesp)
{
	struct VPFX(vips_images) *images;

	TAKE_OBJ_NOTNULL(images, imagesp, VIPS_IMAGES_MAGIC);
	vips_remove(images);
	site_free(images);
}

/*--------------------------------------------------------------------
 * What vcl_init adds
 */

static bool
site_in_init(VRT_CTX, const struct VPFX(vips_images) *images,
    const char *method)
{

	CHECK_OBJ_NOTNULL(ctx, VRT_CTX_MAGIC);
	CHECK_OBJ_NOTNULL(images, VIPS_IMAGES_MAGIC);
	if (ctx->method == VCL_MET_INIT)
		return (true);
	VRT_fail(ctx, "%s.%s() is for vcl_init", images->name, method);
	return (false);
}

VCL_VOID
vmod_images_sign_key(VRT_CTX, struct VPFX(vips_images) *images, VCL_STRING key)
{
	char why[SIGNATURE_ERROR_MAX];

	if (!site_in_init(ctx, images, "sign_key"))
		return;
	if (signature_add_key(&images->policy.keys, key != NULL ? key : "",
	    why) != 0)
		VRT_fail(ctx, "%s.sign_key(): %s", images->name, why);
}

/* The strings have been copied. */
static int
site_preset(struct VPFX(vips_images) *images, const char *name,
    const char *operations, char *why)
{
	size_t n = images->site.n_presets;

	images->presets = realloc(images->presets,
	    (n + 1) * sizeof *images->presets);
	AN(images->presets);
	images->site.presets = images->presets;
	if (image_preset_parse(&images->presets[n], &images->site, name,
	    operations, why) != 0)
		return (-1);
	images->site.n_presets++;
	return (0);
}

VCL_VOID
vmod_images_preset(VRT_CTX, struct VPFX(vips_images) *images, VCL_STRING name,
    VCL_STRING operations)
{
	char *name_copy = NULL, *operations_copy = NULL;
	char why[IMAGE_ERROR_MAX];

	if (!site_in_init(ctx, images, "preset"))
		return;
	REPLACE(name_copy, name != NULL ? name : "");
	REPLACE(operations_copy, operations != NULL ? operations : "");
	if (site_preset(images, name_copy, operations_copy, why) == 0)
		return;
	VRT_fail(ctx, "%s.preset(\"%s\"): %s", images->name, name_copy, why);
	free(name_copy);
	free(operations_copy);
}
