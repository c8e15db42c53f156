/* SPDX-License-Identifier: BSD-2-Clause
 * Copyright (c) 2026 The pixelfleet authors
 *
 * What VCL sees of a request: the URL read, what came of it, and whether it
 * is admitted.  A task has one request, of the object that parsed last.
 */

#include "config.h"

#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cache/cache.h>
#include <vcl.h>
#include <vtim.h>

#include "vcc_vips_if.h"
#include "digest.h"
#include "explain.h"
#include "image_ops.h"
#include "lifetime.h"
#include "negotiate.h"
#include "policy.h"
#include "render_task.h"
#include "images.h"

static const struct image_request *
request_of(VRT_CTX)
{
	static const struct image_request nothing;
	const struct render_task *task;

	task = render_task_get(ctx);
	return (task != NULL ? &task->request : &nothing);
}

/*--------------------------------------------------------------------
 * Parsing
 */

/* The header of a hint that was not sent is NULL; so is that of "". */
static const char *
given(const char *s)
{
	return (s != NULL && *s != '\0' ? s : NULL);
}

VCL_BOOL
vmod_images_parse(VRT_CTX, struct VPFX(vips_images) *images, VCL_STRING url,
    VCL_STRING accept, VCL_STRING dpr, VCL_STRING width,
    VCL_STRING viewport_width, VCL_STRING save_data)
{
	const struct image_hints hints = {
		.dpr = given(dpr), .width = given(width),
		.viewport_width = given(viewport_width),
		.save_data = given(save_data)
	};
	struct render_task *task;
	unsigned formats;
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
	image_request_hints(&task->request, &images->site, &hints);
	formats = images->site.auto_formats;
	/* Its lossless files are large, and not every libvips writes them. */
	if (task->request.ops.lossless)
		formats &= ~(1u << IMAGE_FORMAT_AVIF);
	if (task->request.negotiated)
		image_request_negotiate(&task->request,
		    negotiate_format(given(accept), formats));
	return (1);
}

VCL_INT
vmod_images_status(VRT_CTX, struct VPFX(vips_images) *images)
{

	CHECK_OBJ_NOTNULL(images, VIPS_IMAGES_MAGIC);
	return (request_of(ctx)->status);
}

VCL_STRING
vmod_images_error(VRT_CTX, struct VPFX(vips_images) *images)
{

	CHECK_OBJ_NOTNULL(images, VIPS_IMAGES_MAGIC);
	return (request_of(ctx)->error);
}

VCL_STRING
vmod_images_canonical(VRT_CTX, struct VPFX(vips_images) *images)
{

	CHECK_OBJ_NOTNULL(images, VIPS_IMAGES_MAGIC);
	return (request_of(ctx)->url);
}

VCL_STRING
vmod_images_source(VRT_CTX, struct VPFX(vips_images) *images)
{

	CHECK_OBJ_NOTNULL(images, VIPS_IMAGES_MAGIC);
	return (request_of(ctx)->source);
}

VCL_STRING
vmod_images_operations(VRT_CTX, struct VPFX(vips_images) *images)
{

	CHECK_OBJ_NOTNULL(images, VIPS_IMAGES_MAGIC);
	return (request_of(ctx)->ops_text);
}

VCL_BOOL
vmod_images_rendered(VRT_CTX, struct VPFX(vips_images) *images)
{

	CHECK_OBJ_NOTNULL(images, VIPS_IMAGES_MAGIC);
	return (request_of(ctx)->rendered);
}

/*--------------------------------------------------------------------
 * What an answer depends on besides the URL
 */

static const struct {
	unsigned		hint;
	const char		*headers;
} vary_headers[] = {
	{ IMAGE_HINT_DPR, "Sec-CH-DPR, DPR" },
	{ IMAGE_HINT_WIDTH, "Sec-CH-Width, Width" },
	{ IMAGE_HINT_VIEWPORT, "Sec-CH-Viewport-Width, Viewport-Width" },
	{ IMAGE_HINT_SAVE_DATA, "Save-Data" }
};

#define VARY_MAX	128

static void
vary_of(const struct image_request *request, char buf[VARY_MAX])
{
	size_t i, used = 0;

	buf[0] = '\0';
	if (request->negotiated)
		used = (size_t)snprintf(buf, VARY_MAX, "Accept");
	for (i = 0; i < sizeof vary_headers / sizeof vary_headers[0]; i++)
		if (request->hinted & vary_headers[i].hint)
			used += (size_t)snprintf(buf + used, VARY_MAX - used,
			    "%s%s", used > 0 ? ", " : "",
			    vary_headers[i].headers);
	assert(used < VARY_MAX);
}

VCL_STRING
vmod_images_vary(VRT_CTX, struct VPFX(vips_images) *images)
{
	char buf[VARY_MAX];

	CHECK_OBJ_NOTNULL(ctx, VRT_CTX_MAGIC);
	CHECK_OBJ_NOTNULL(images, VIPS_IMAGES_MAGIC);
	vary_of(request_of(ctx), buf);
	return (buf[0] != '\0' ? WS_Copy(ctx->ws, buf, -1) : "");
}

VCL_BOOL
vmod_images_varies(VRT_CTX, struct VPFX(vips_images) *images)
{
	const struct image_request *request = request_of(ctx);

	CHECK_OBJ_NOTNULL(images, VIPS_IMAGES_MAGIC);
	return (request->negotiated || request->hinted != 0);
}

/*--------------------------------------------------------------------
 * Admission
 */

VCL_BOOL
vmod_images_admits(VRT_CTX, struct VPFX(vips_images) *images)
{
	struct render_task *task;
	int status;

	CHECK_OBJ_NOTNULL(ctx, VRT_CTX_MAGIC);
	CHECK_OBJ_NOTNULL(images, VIPS_IMAGES_MAGIC);
	task = render_task_get(ctx);
	if (task == NULL || task->request.url[0] == '\0')
		return (0);
	status = policy_admit(&images->policy, &task->request,
	    policy_check(&images->policy, &task->request,
	    (uint64_t)VTIM_real()), task->request.error);
	task->request.status = status;
	return (status == 0);
}

VCL_STRING
vmod_images_signature(VRT_CTX, struct VPFX(vips_images) *images)
{

	CHECK_OBJ_NOTNULL(ctx, VRT_CTX_MAGIC);
	CHECK_OBJ_NOTNULL(images, VIPS_IMAGES_MAGIC);
	return (policy_signature_name(policy_check(&images->policy,
	    request_of(ctx), (uint64_t)VTIM_real())));
}

/* A request of its own: the task's is not touched. */
static VCL_STRING
sign_parsed(VRT_CTX, const struct VPFX(vips_images) *images,
    const struct image_request *request, const char *url)
{
	char sig[SIGNATURE_TEXT];

	if (request->status != 0) {
		VSLb(ctx->vsl, SLT_Error, "vips.images %s: cannot sign: %s",
		    images->name, request->error);
		return ("");
	}
	if (request->signature[0] != '\0') {
		VSLb(ctx->vsl, SLT_Error, "vips.images %s: cannot sign: the "
		    "URL has a signature", images->name);
		return ("");
	}
	if (signature_make(&images->policy.keys, request->to_sign, sig) != 0) {
		VSLb(ctx->vsl, SLT_Error, "vips.images %s: cannot sign: there "
		    "is no key", images->name);
		return ("");
	}
	return (WS_Printf(ctx->ws, "%s%csig=%s", url,
	    strchr(url, '?') != NULL ? '&' : '?', sig));
}

VCL_STRING
vmod_images_sign(VRT_CTX, struct VPFX(vips_images) *images, VCL_STRING url)
{
	struct image_request *request;
	VCL_STRING s;

	CHECK_OBJ_NOTNULL(ctx, VRT_CTX_MAGIC);
	CHECK_OBJ_NOTNULL(images, VIPS_IMAGES_MAGIC);
	if (url == NULL)
		url = "";
	request = calloc(1, sizeof *request);	/* 18 kB */
	AN(request);
	(void)image_request_parse(request, &images->site, url);
	s = sign_parsed(ctx, images, request, url);
	free(request);
	return (s);
}

VCL_STRING
vmod_images_to_sign(VRT_CTX, struct VPFX(vips_images) *images)
{

	CHECK_OBJ_NOTNULL(images, VIPS_IMAGES_MAGIC);
	return (request_of(ctx)->to_sign);
}

/*--------------------------------------------------------------------
 * Explanation
 */

VCL_BOOL
vmod_images_explains(VRT_CTX, struct VPFX(vips_images) *images)
{

	CHECK_OBJ_NOTNULL(images, VIPS_IMAGES_MAGIC);
	return (request_of(ctx)->explain);
}

/* What stands for a variant: all that its hash key is made of. */
static void
explain_key(const struct image_request *request, char hex[DIGEST_HEX])
{
	char *text;
	int len;

	hex[0] = '\0';
	if (request->url[0] == '\0')
		return;
	len = asprintf(&text, "%s\n%s\n%s\n", request->source,
	    request->ops_text, request->rendered ? vips_fingerprint : "");
	assert(len > 0);
	digest_hex(text, (size_t)len, hex);
	free(text);
}

VCL_STRING
vmod_images_explain(VRT_CTX, struct VPFX(vips_images) *images,
    VCL_STRING owner)
{
	const struct image_request *request = request_of(ctx);
	char key[DIGEST_HEX], vary[VARY_MAX];
	struct explanation e = {
		.request = request, .owner = owner, .key = key, .vary = vary,
		.status = request->status, .error = request->error
	};
	VCL_STRING s;
	char *buf;

	CHECK_OBJ_NOTNULL(ctx, VRT_CTX_MAGIC);
	CHECK_OBJ_NOTNULL(images, VIPS_IMAGES_MAGIC);
	explain_key(request, key);
	vary_of(request, vary);
	e.signature = policy_signature_name(policy_check(&images->policy,
	    request, (uint64_t)VTIM_real()));
	buf = malloc(EXPLAIN_MAX);
	AN(buf);
	(void)explain(&e, buf, EXPLAIN_MAX);
	s = WS_Copy(ctx->ws, buf, -1);
	free(buf);
	return (s != NULL ? s : "");
}

/*--------------------------------------------------------------------
 * In place of what is not there
 */

VCL_STRING
vmod_images_fallback(VRT_CTX, struct VPFX(vips_images) *images)
{

	(void)ctx;
	CHECK_OBJ_NOTNULL(images, VIPS_IMAGES_MAGIC);
	return (images->fallback);
}

VCL_INT
vmod_images_fallback_status(VRT_CTX, struct VPFX(vips_images) *images,
    VCL_INT status)
{

	(void)ctx;
	CHECK_OBJ_NOTNULL(images, VIPS_IMAGES_MAGIC);
	return (images->fallback_status != 0 ? images->fallback_status :
	    status);
}

VCL_DURATION
vmod_images_fallback_ttl(VRT_CTX, struct VPFX(vips_images) *images)
{

	(void)ctx;
	CHECK_OBJ_NOTNULL(images, VIPS_IMAGES_MAGIC);
	return (images->fallback_ttl);
}
