/* SPDX-License-Identifier: BSD-2-Clause
 * Copyright (c) 2026 The pixelfleet authors
 *
 * The fetch filter that turns a source into a variant.
 *
 * All happens when the filter is opened, which is before the headers of the
 * object are written: it pulls the whole source out of the filters below it,
 * has it rendered and sets the headers that describe the result.  So what
 * goes wrong is known in time to end in vcl_backend_error with a status of
 * its own, and nobody is ever sent half an image.  Then the filter copies
 * the result out of a mapping.
 *
 * The source travels as a memfd that is sealed before anyone sees it.  It is
 * filled by write(), not through a mapping: where memory is short, write()
 * fails and a mapping kills.
 */

#include "config.h"

#include <errno.h>
#include <fcntl.h>
#include <pthread.h>
#include <stdarg.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <unistd.h>

#include <cache/cache.h>
#include <cache/cache_filter.h>
#include <vrt_obj.h>
#include <vtim.h>

#include "counters.h"
#include "bound_vfp.h"
#include "digest.h"
#include "failures.h"
#include "image_ops.h"
#include "render_wire.h"
#include "renderer.h"
#include "pool.h"
#include "render_job.h"
#include "render_task.h"
#include "render_vfp.h"
#include "vcompat.h"

#define FILTER_NAME	"vips"
#define CHUNK		((ssize_t)128 << 10)	/* bytes, off the stack */
#define ETAG_DIGITS	32
#define WORDS_LINES	20
#define LACKS_MAX	8
#define SOURCE_EMPTY	"the source is empty"

/* A result on its way into the cache. */
struct rendering {
	unsigned			magic;
#define RENDERING_MAGIC			0x6cc08a17
	uint8_t				*map;
	size_t				len;
	size_t				sent;
};

/*--------------------------------------------------------------------
 * Failure
 */

void
render_failed(VRT_CTX, struct render_task *task, unsigned status,
    const char *error)
{

	task->request.status = status;
	task->retry_after = status == 503 ? pool_retry_after() : 0;
	bprintf(task->request.error, "%s", error);
	VSLb(ctx->vsl, SLT_VCL_Log, "render: status=%u error=\"%s\" ops=\"%s\"",
	    status, error, task->request.ops_text);
	COUNT(failures, 1);
	if (status == 413)
		COUNT(too_large, 1);
}

/* On to vcl_backend_error. */
static enum vfp_status v_printflike_(4, 5)
render_fail(VRT_CTX, struct vfp_ctx *vc, unsigned status, const char *fmt, ...)
{
	struct render_task *task;
	char error[IMAGE_ERROR_MAX];
	va_list ap;

	va_start(ap, fmt);
	(void)vsnprintf(error, sizeof error, fmt, ap);
	va_end(ap);
	ctx->bo->err_code = status;
	ctx->bo->err_reason = http_Status2Reason(status, NULL);
	task = render_task_get(ctx);
	if (task != NULL)
		render_failed(ctx, task, status, error);
	return (VFP_Error(vc, "%s", error));
}

/*--------------------------------------------------------------------
 * The source
 */

static int
render_write(int fd, const char *p, size_t len)
{
	ssize_t l;

	while (len > 0) {
		l = write(fd, p, len);
		if (l < 0 && errno == EINTR)
			continue;
		if (l < 0)
			return (-1);
		p += l;
		len -= l;
	}
	return (0);
}

static enum vfp_status
render_too_large(VRT_CTX, struct vfp_ctx *vc, uint64_t most)
{

	COUNT(over_bytes, 1);
	return (render_fail(ctx, vc, 413, BOUND_ERROR, (uintmax_t)most));
}

/* It may have been cut off at the source door. */
static enum vfp_status
render_broken_off(VRT_CTX, struct vfp_ctx *vc, uint64_t most)
{

	if (failures_recent(FAILURE_TOO_LARGE,
	    ctx->bo->bereq->hd[HTTP_HDR_URL].b, VTIM_mono()))
		return (render_fail(ctx, vc, 413, BOUND_ERROR,
		    (uintmax_t)most));
	return (render_fail(ctx, vc, 502,
	    "the source did not come in full"));
}

/* Returns VFP_END with the source in fd, or VFP_ERROR. */
static enum vfp_status
render_pull(VRT_CTX, struct vfp_ctx *vc, const struct render_limits *limits,
    int fd, uint64_t *len)
{
	enum vfp_status vp;
	ssize_t l;
	char *buf;

	buf = malloc(CHUNK);
	AN(buf);
	*len = 0;
	do {
		l = CHUNK;
		vp = VFP_Suck(vc, buf, &l);
		if (vp == VFP_ERROR) {
			vp = render_broken_off(ctx, vc, limits->max_source);
			break;
		}
		*len += l;
		if (*len > limits->max_source)
			vp = render_too_large(ctx, vc, limits->max_source);
		else if (render_write(fd, buf, l) != 0)
			vp = render_fail(ctx, vc, 503, "no room for the "
			    "source: %s", strerror(errno));
	} while (vp == VFP_OK);
	free(buf);
	return (vp);
}

/* The source as a sealed memfd, or -1. */
static int
render_source(VRT_CTX, struct vfp_ctx *vc, const struct vfp_entry *vfe,
    const struct render_limits *limits, uint64_t *len)
{
	struct vfp_entry *nxt;
	enum vfp_status vp;
	int fd;

	fd = memfd_create("pixelfleet-source", MFD_CLOEXEC | MFD_ALLOW_SEALING);
	if (fd < 0) {
		(void)render_fail(ctx, vc, 503, "no room for the source: %s",
		    strerror(errno));
		return (-1);
	}
	/* Pull as if from above us: from the next filter down. */
	nxt = vc->vfp_nxt;
	vc->vfp_nxt = VTAILQ_NEXT(vfe, list);
	vp = render_pull(ctx, vc, limits, fd, len);
	vc->vfp_nxt = nxt;
	if (vp == VFP_END && *len == 0)
		vp = render_fail(ctx, vc, 415, SOURCE_EMPTY);
	if (vp == VFP_END && fcntl(fd, F_ADD_SEALS, F_SEAL_SEAL |
	    F_SEAL_SHRINK | F_SEAL_GROW | F_SEAL_WRITE) != 0)
		vp = render_fail(ctx, vc, 503, "the source cannot be sealed: "
		    "%s", strerror(errno));
	if (vp != VFP_END)
		closefd(&fd);
	return (fd);
}

/*--------------------------------------------------------------------
 * The result
 */

/* As Varnish wants them, the length in front. */
static const char H_Image_Type[] = "\013Image-Type:";
static const char H_Image_Fetch_Ms[] = "\017Image-Fetch-Ms:";
static const char H_Image_Render_Ms[] = "\020Image-Render-Ms:";

static const char * const render_headers[] = {
	H_Content_Length, H_Content_Type, H_Content_MD5,
	"\007Digest:", "\017Content-Digest:", "\014Repr-Digest:",
	"\013Image-ETag:", H_Image_Type, "\014Image-Width:",
	"\015Image-Height:", "\023Image-Source-Width:",
	"\024Image-Source-Height:", "\023Image-Source-Bytes:",
	H_Image_Fetch_Ms, H_Image_Render_Ms
};

/* Say what the result is, and nothing any more of what the source was. */
static void
render_describe(struct vfp_ctx *vc, const struct render_job *job,
    const struct rendering *rendering)
{
	const struct render_reply *reply = &job->reply;
	char hex[DIGEST_HEX];
	const char *type;
	unsigned u;

	digest_hex(rendering->map, rendering->len, hex);
	type = image_format_mime(reply->format);
	for (u = 0; u < sizeof render_headers / sizeof *render_headers; u++)
		http_Unset(vc->resp, render_headers[u]);
	http_PrintfHeader(vc->resp, "Content-Type: %s", type);
	http_PrintfHeader(vc->resp, "Content-Length: %zu", rendering->len);
	http_PrintfHeader(vc->resp, "Image-Type: %s", type);
	http_PrintfHeader(vc->resp, "Image-ETag: \"%.*s\"", ETAG_DIGITS, hex);
	http_PrintfHeader(vc->resp, "Image-Width: %u", reply->width);
	http_PrintfHeader(vc->resp, "Image-Height: %u", reply->height);
	http_PrintfHeader(vc->resp, "Image-Source-Width: %u",
	    reply->source_width);
	http_PrintfHeader(vc->resp, "Image-Source-Height: %u",
	    reply->source_height);
	http_PrintfHeader(vc->resp, "Image-Source-Bytes: %ju",
	    (uintmax_t)job->request.source_len);
	http_PrintfHeader(vc->resp, "Image-Fetch-Ms: %.1f",
	    job->fetched * 1e3);
	http_PrintfHeader(vc->resp, "Image-Render-Ms: %.1f",
	    job->rendered * 1e3);
}

/*
 * What a system lacks, every renderer says when it starts: once is enough.
 * Returns whether the line is about that.
 */
static bool
render_lacks(const char *line)
{
	static pthread_mutex_t mtx = PTHREAD_MUTEX_INITIALIZER;
	static char said[LACKS_MAX][128];
	bool new;
	unsigned u;

	line = strstr(line, SANDBOX_LACKS);
	if (line == NULL)
		return (false);
	AZ(pthread_mutex_lock(&mtx));
	for (u = 0; u < LACKS_MAX && said[u][0] != '\0'; u++)
		if (strncmp(said[u], line, sizeof said[u] - 1) == 0)
			break;
	new = u < LACKS_MAX && said[u][0] == '\0';
	if (new)
		bprintf(said[u], "%.*s", (int)sizeof said[u] - 1, line);
	AZ(pthread_mutex_unlock(&mtx));
	if (new)
		VSL(SLT_Error, NO_VXID, "vips: renderers: %s", line);
	return (true);
}

/* What the renderer had to say, and how it went. */
static void
render_log(VRT_CTX, struct render_job *job)
{
	const struct render_reply *reply = &job->reply;
	char *line, *next;
	unsigned n = 0;

	for (line = job->words; *line != '\0' && n < WORDS_LINES;
	    line = next, n++) {
		next = line + strcspn(line, "\n");
		if (*next == '\n')
			*next++ = '\0';
		if (*line != '\0' && !render_lacks(line))
			VSLb(ctx->vsl, SLT_VCL_Log, "renderer: pid=%jd %s",
			    (intmax_t)job->pid, line);
	}
	if (reply->status != 200)
		return;
	VSLb(ctx->vsl, SLT_VCL_Log, "level:info");
	/* The operations last: a log line may be cut. */
	VSLb(ctx->vsl, SLT_VCL_Log, "render: source=%ux%u %s %juB "
	    "result=%ux%u %s %juB fetch=%.1f queue=%.1f load=%.1f "
	    "process=%.1f save=%.1f total=%.1f ms pid=%jd rss=%uK ops=\"%s\"",
	    reply->source_width, reply->source_height,
	    image_format_name(reply->source_format),
	    (uintmax_t)job->request.source_len,
	    reply->width, reply->height, image_format_name(reply->format),
	    (uintmax_t)reply->result_len, job->fetched * 1e3, job->queued * 1e3,
	    reply->load_us * 1e-3, reply->process_us * 1e-3,
	    reply->save_us * 1e-3, job->rendered * 1e3, (intmax_t)job->pid,
	    reply->rss_kb, job->request.ops);
}

/*
 * The seals of a result have been checked: it will not change under us.
 * VFP_Open() goes on however many headers did not fit, so look.
 */
static enum vfp_status
render_adopt(VRT_CTX, struct vfp_ctx *vc, struct vfp_entry *vfe,
    struct render_job *job)
{
	struct rendering *rendering;
	void *map;

	map = mmap(NULL, job->reply.result_len, PROT_READ, MAP_SHARED,
	    job->result, 0);
	closefd(&job->result);
	if (map == MAP_FAILED)
		return (render_fail(ctx, vc, 503, "no room for the result: %s",
		    strerror(errno)));
	ALLOC_OBJ(rendering, RENDERING_MAGIC);
	AN(rendering);
	rendering->map = map;
	rendering->len = job->reply.result_len;
	vfe->priv1 = rendering;		/* render_fini() is called anyway */
	render_describe(vc, job, rendering);
	if (WS_Overflowed(vc->resp->ws) ||
	    !http_GetHdr(vc->resp, H_Image_Render_Ms, NULL))
		return (render_fail(ctx, vc, 500, "no room for the headers: "
		    "workspace_backend or http_max_hdr is too small"));
	return (VFP_OK);
}

/*--------------------------------------------------------------------
 * The filter
 */

static struct render_job *
render_job_new(const struct render_task *task, int source, uint64_t len)
{
	const struct render_limits *limits = task->limits;
	struct render_job *job;

	job = malloc(sizeof *job);	/* 25 kB, most of it room */
	AN(job);
	job->files[0] = source;
	job->files[1] = task->request.ops.mark[0] != '\0' ?
	    task->overlay : -1;
	job->timeout = limits->timeout;
	job->queue_timeout = limits->queue_timeout;
	job->poison_time = limits->poison_time;
	job->url = task->request.source;
	job->ops = &task->request.ops;
	memset(&job->request, 0, sizeof job->request);
	job->request.deadline_ms = (uint32_t)(limits->timeout * 1e3);
	job->request.max_frames = limits->max_frames;
	job->request.max_pixels = limits->max_pixels;
	job->request.max_side = limits->max_side;
	job->request.max_out_pixels = limits->max_out_pixels;
	job->request.open = limits->open;
	job->request.source_len = len;
	job->request.overlay_len = job->files[1] >= 0 ?
	    task->overlay_len : 0;
	bprintf(job->request.ops, "%s", task->request.ops_text);
	return (job);
}

static enum vfp_status v_matchproto_(vfp_init_f)
render_init(VRT_CTX, struct vfp_ctx *vc, struct vfp_entry *vfe)
{
	struct render_task *task;
	struct render_job *job;
	enum vfp_status vp;
	uint64_t len;
	int source;
	bool ok;

	CHECK_OBJ_NOTNULL(ctx, VRT_CTX_MAGIC);
	CHECK_OBJ_NOTNULL(ctx->bo, BUSYOBJ_MAGIC);
	CHECK_OBJ_NOTNULL(vc, VFP_CTX_MAGIC);
	CHECK_OBJ_NOTNULL(vfe, VFP_ENTRY_MAGIC);
	if (!http_IsStatus(vc->resp, 200))
		return (VFP_NULL);
	task = render_task_get(ctx);
	if (task == NULL || !task->request.rendered)
		return (render_fail(ctx, vc, 500,
		    "no operations have been parsed"));
	task->request.status = 0;
	task->request.error[0] = '\0';
	if (http_GetContentLength(vc->resp) > (ssize_t)task->limits->max_source)
		return (render_too_large(ctx, vc, task->limits->max_source));
	if (pool_full()) {
		COUNT(queue_full, 1);
		return (render_fail(ctx, vc, 503, RENDER_JOB_FULL));
	}
	source = render_source(ctx, vc, vfe, task->limits, &len);
	if (source < 0)
		return (VFP_ERROR);
	job = render_job_new(task, source, len);
	job->fetched = VTIM_real() - ctx->bo->t_first;
	ok = render_job_run(job) == 0;
	closefd(&source);
	render_log(ctx, job);
	if (ok)
		vp = render_adopt(ctx, vc, vfe, job);
	else
		vp = render_fail(ctx, vc, job->reply.status, "%s",
		    job->reply.text);
	free(job);
	return (vp);
}

static enum vfp_status v_matchproto_(vfp_pull_f)
render_copy(struct vfp_ctx *vc, struct vfp_entry *vfe, void *p, ssize_t *lp)
{
	struct rendering *rendering;
	size_t len;

	CHECK_OBJ_NOTNULL(vc, VFP_CTX_MAGIC);
	CHECK_OBJ_NOTNULL(vfe, VFP_ENTRY_MAGIC);
	CAST_OBJ_NOTNULL(rendering, vfe->priv1, RENDERING_MAGIC);
	assert(*lp > 0);
	len = rendering->len - rendering->sent;
	if (len > (size_t)*lp)
		len = *lp;
	memcpy(p, rendering->map + rendering->sent, len);
	rendering->sent += len;
	*lp = len;
	return (rendering->sent == rendering->len ? VFP_END : VFP_OK);
}

static void v_matchproto_(vfp_fini_f)
render_fini(struct vfp_ctx *vc, struct vfp_entry *vfe)
{
	struct rendering *rendering;

	CHECK_OBJ_NOTNULL(vc, VFP_CTX_MAGIC);
	CHECK_OBJ_NOTNULL(vfe, VFP_ENTRY_MAGIC);
	if (vfe->priv1 == NULL)
		return;
	TAKE_OBJ_NOTNULL(rendering, &vfe->priv1, RENDERING_MAGIC);
	AZ(munmap(rendering->map, rendering->len));
	FREE_OBJ(rendering);
}

/*
 * A 304 brings no body: the variant's is kept, and so must be its type,
 * over which Varnish has just put the source's.
 *
 * And no filter is called for a body that is known to be empty.
 */
void
render_prepare(VRT_CTX, struct render_task *task)
{
	const char *type;

	if (VRT_r_beresp_was_304(ctx)) {
		if (http_GetHdr(ctx->bo->beresp, H_Image_Type, &type))
			http_ForceHeader(ctx->bo->beresp, H_Content_Type,
			    type);
	} else if (http_IsStatus(ctx->bo->beresp, 200) &&
	    http_GetContentLength(ctx->bo->beresp) == 0) {
		render_failed(ctx, task, 415, SOURCE_EMPTY);
		VRT_l_beresp_status(ctx, 415);
	} else
		VRT_l_beresp_filters(ctx, NULL,
		    TOSTRAND("gunzip " FILTER_NAME));
}

const struct vfp render_vfp[1] = {{
	.name = FILTER_NAME,
	.init = render_init,
	.pull = render_copy,
	.fini = render_fini
}};
