/* SPDX-License-Identifier: BSD-2-Clause
 * Copyright (c) 2026 The pixelfleet authors
 *
 * Overlays: see overlay.h.
 *
 * The fetch blocks its thread, as the fetch of the source does that waits
 * meanwhile.  What comes is written to a memfd as it comes, and sealed: a
 * second source to the renderer, unseen by this process.
 *
 * What the client asked for and does not get is its own fault (422), what
 * an origin does not deliver is not (502, 504).
 */

#include "config.h"

#include <errno.h>
#include <fcntl.h>
#include <stdbool.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <unistd.h>

#include <curl/curl.h>

#include <cache/cache.h>
#include <cache/cache_filter.h>
#include <vtim.h>

#include "image_ops.h"
#include "lifetime.h"
#include "render_wire.h"
#include "render_task.h"
#include "render_vfp.h"
#include "overlay.h"

#define CONTROL_MAX	512	/* bytes, all Cache-Control, with NUL */
#define TAGS		"Image-Tags:"
#define SHOWN		"%.120s"	/* of the overlay's URL in a sentence */

/* One fetch.  On the heap: a worker's stack is small. */
struct overlay {
	unsigned			magic;
#define OVERLAY_MAGIC			0x5c7a2e19
	CURL				*curl;
	struct curl_slist		*headers;
	const char			*mark;
	int				fd;
	int				write_errno;
	uint64_t			len, max;
	bool				too_large;

	/* Of the response whose headers come at the moment. */
	char				control[CONTROL_MAX];
	vtim_real			expires, date;	/* 0: not given */
	double				age;
	bool				stale;	/* whatever that says */
	char				*tags;	/* or NULL */
};

/*--------------------------------------------------------------------
 * What comes
 */

static size_t
overlay_body(char *p, size_t size, size_t n, void *priv)
{
	struct overlay *o;
	size_t left = size * n;
	ssize_t l;

	CAST_OBJ_NOTNULL(o, priv, OVERLAY_MAGIC);
	o->len += left;
	if (o->len > o->max) {
		o->too_large = true;
		return (0);
	}
	while (left > 0) {
		l = write(o->fd, p, left);
		if (l < 0 && errno == EINTR)
			continue;
		if (l < 0) {
			o->write_errno = errno;
			return (0);
		}
		p += l;
		left -= l;
	}
	return (size * n);
}

/* The value of a header line of that name, made a text in buf. */
static bool
overlay_value(const char *p, size_t len, const char *name, char *buf,
    size_t room)
{
	size_t n = strlen(name);

	if (len < n || strncasecmp(p, name, n) != 0)
		return (false);
	for (p += n, len -= n; len > 0 && (*p == ' ' || *p == '\t'); len--)
		p++;
	while (len > 0 && (p[len - 1] == '\r' || p[len - 1] == '\n'))
		len--;
	if (len >= room)
		return (false);
	memcpy(buf, p, len);
	buf[len] = '\0';
	return (true);
}

/* Several of them are one list. */
static void
overlay_control(struct overlay *o, const char *value)
{
	size_t len = strlen(o->control);

	if (len + strlen(value) + 3 > sizeof o->control)
		return;
	if (len > 0)
		strcat(o->control, ", ");
	strcat(o->control, value);
}

/* Of any length: to forget one would be to miss a purge. */
static void
overlay_tags(struct overlay *o, const char *p, size_t len)
{
	size_t had = o->tags != NULL ? strlen(o->tags) : 0;

	o->tags = realloc(o->tags, had + len + 3);
	AN(o->tags);
	if (!overlay_value(p, len, TAGS, o->tags + had + (had > 0 ? 2 : 0),
	    len + 1))
		o->tags[had] = '\0';
	else if (had > 0)
		memcpy(o->tags + had, ", ", 2);
}

static size_t
overlay_header(char *p, size_t size, size_t n, void *priv)
{
	struct overlay *o;
	char value[CONTROL_MAX];
	size_t len = size * n;

	CAST_OBJ_NOTNULL(o, priv, OVERLAY_MAGIC);
	if (len > 5 && strncmp(p, "HTTP/", 5) == 0) {
		o->control[0] = '\0';
		free(o->tags);
		o->tags = NULL;
		o->expires = o->date = 0;
		o->age = 0;
		o->stale = false;
	} else if (overlay_value(p, len, "Cache-Control:", value,
	    sizeof value))
		overlay_control(o, value);
	else if (overlay_value(p, len, "Expires:", value, sizeof value))
		/* What is no date is past. */
		o->expires = VTIM_parse(value) > 0 ? VTIM_parse(value) : 1;
	else if (overlay_value(p, len, "Date:", value, sizeof value))
		o->date = VTIM_parse(value);
	else if (overlay_value(p, len, "Age:", value, sizeof value))
		o->age = strtod(value, NULL);
	else if (overlay_value(p, len, "Fleet-Stale:", value, sizeof value))
		o->stale = true;
	else if (len > strlen(TAGS) && !strncasecmp(p, TAGS, strlen(TAGS)))
		overlay_tags(o, p, len);
	return (len);
}

/*--------------------------------------------------------------------
 * What is asked
 */

static void
overlay_identify(VRT_CTX, struct overlay *o)
{
	char line[256];
	const char *id;

	/* Without these two curl would send ones of its own. */
	o->headers = curl_slist_append(o->headers, "Accept:");
	o->headers = curl_slist_append(o->headers, "User-Agent: pixelfleet");
	AN(ctx->bo);
	if (http_GetHdr(ctx->bo->bereq, "\015X-Request-Id:", &id)) {
		bprintf(line, "X-Request-Id: %.200s", id);
		o->headers = curl_slist_append(o->headers, line);
	}
	AN(o->headers);
}

static void
overlay_prepare(struct overlay *o, const char *path, vtim_dur timeout)
{
	char url[IMAGE_PATH_MAX + sizeof "http://localhost"];
	CURL *curl = o->curl;
	long ms = (long)(timeout * 1e3);

	bprintf(url, "http://localhost%s", o->mark);
#define SET(option, value) \
	AZ(curl_easy_setopt(curl, CURLOPT_ ## option, value))
	SET(UNIX_SOCKET_PATH, path);
	SET(URL, url);
	SET(PATH_AS_IS, 1L);
	SET(HTTP_VERSION, (long)CURL_HTTP_VERSION_1_1);
	SET(PROXY, "");
	SET(NOSIGNAL, 1L);
	SET(TIMEOUT_MS, ms > 0 ? ms : 1);
	SET(MAXFILESIZE_LARGE, (curl_off_t)o->max);
	SET(HTTPHEADER, o->headers);
	SET(WRITEFUNCTION, overlay_body);
	SET(WRITEDATA, o);
	SET(HEADERFUNCTION, overlay_header);
	SET(HEADERDATA, o);
#undef SET
}

/*--------------------------------------------------------------------
 * What became of it
 */

static int v_printflike_(4, 5)
overlay_fail(VRT_CTX, struct render_task *task, unsigned status,
    const char *fmt, ...)
{
	char error[IMAGE_ERROR_MAX];
	va_list ap;

	va_start(ap, fmt);
	(void)vsnprintf(error, sizeof error, fmt, ap);
	va_end(ap);
	render_failed(ctx, task, status, error);
	return (-1);
}

/* No response, or not all of one. */
static int
overlay_broken(VRT_CTX, struct render_task *task, const struct overlay *o,
    CURLcode e)
{

	if (o->too_large || e == CURLE_FILESIZE_EXCEEDED)
		return (overlay_fail(ctx, task, 413, "mark: " SHOWN " is "
		    "larger than %ju bytes", o->mark, (uintmax_t)o->max));
	if (o->write_errno != 0)
		return (overlay_fail(ctx, task, 503, "mark: no room for "
		    SHOWN ": %s", o->mark, strerror(o->write_errno)));
	switch (e) {
	case CURLE_OPERATION_TIMEDOUT:
		return (overlay_fail(ctx, task, 504, "mark: " SHOWN " did not "
		    "come within %g s", o->mark, task->limits->timeout));
	case CURLE_COULDNT_CONNECT:
		return (overlay_fail(ctx, task, 502, "mark: this node's own "
		    "source door cannot be reached"));
	default:
		return (overlay_fail(ctx, task, 502, "mark: " SHOWN " did not "
		    "come in full", o->mark));
	}
}

static int
overlay_check(VRT_CTX, struct render_task *task, const struct overlay *o)
{
	long status;

	AZ(curl_easy_getinfo(o->curl, CURLINFO_RESPONSE_CODE, &status));
	if (status >= 500)
		return (overlay_fail(ctx, task, 502, "mark: " SHOWN " was "
		    "answered with status %ld", o->mark, status));
	if (status != 200)
		return (overlay_fail(ctx, task, 422, "mark: " SHOWN " was "
		    "answered with status %ld", o->mark, status));
	if (o->len == 0)
		return (overlay_fail(ctx, task, 422, "mark: " SHOWN " is "
		    "empty", o->mark));
	if (fcntl(o->fd, F_ADD_SEALS, F_SEAL_SEAL | F_SEAL_SHRINK |
	    F_SEAL_GROW | F_SEAL_WRITE) != 0)
		return (overlay_fail(ctx, task, 503, "mark: " SHOWN " cannot "
		    "be sealed: %s", o->mark, strerror(errno)));
	return (0);
}

/* A refusal's body is nothing that we would keep. */
static bool
overlay_refused(const struct overlay *o)
{
	long status = 0;

	AZ(curl_easy_getinfo(o->curl, CURLINFO_RESPONSE_CODE, &status));
	return (status != 0 && status != 200);
}

static int
overlay_run(VRT_CTX, struct render_task *task, struct overlay *o)
{
	CURLcode e;

	o->fd = memfd_create("pixelfleet-overlay",
	    MFD_CLOEXEC | MFD_ALLOW_SEALING);
	if (o->fd < 0)
		return (overlay_fail(ctx, task, 503, "mark: no room for "
		    SHOWN ": %s", o->mark, strerror(errno)));
	e = curl_easy_perform(o->curl);
	if (e != CURLE_OK && !overlay_refused(o))
		return (overlay_broken(ctx, task, o, e));
	if (overlay_check(ctx, task, o) != 0)
		return (-1);
	task->overlay = o->fd;
	task->overlay_len = o->len;
	task->overlay_ttl = o->stale ? 0 : lifetime_left(
	    o->control[0] != '\0' ? o->control : NULL, o->expires,
	    o->date > 0 ? o->date : VTIM_real(), o->age);
	o->fd = -1;
	task->overlay_tags = o->tags;
	o->tags = NULL;
	return (0);
}

int
overlay_fetch(VRT_CTX, struct render_task *task, const char *path)
{
	struct overlay *o;
	int e;

	CHECK_OBJ_NOTNULL(ctx, VRT_CTX_MAGIC);
	CHECK_OBJ_NOTNULL(task, RENDER_TASK_MAGIC);
	render_task_forget_overlay(task);
	if (task->request.ops.mark[0] == '\0')
		return (0);
	if (path == NULL || *path == '\0')
		return (overlay_fail(ctx, task, 501, "mark: this node has no "
		    "source door to fetch overlays through"));
	ALLOC_OBJ(o, OVERLAY_MAGIC);
	AN(o);
	o->curl = curl_easy_init();
	AN(o->curl);
	o->mark = task->request.ops.mark;
	o->max = task->limits->max_source;
	o->fd = -1;
	overlay_identify(ctx, o);
	overlay_prepare(o, path, task->limits->timeout);
	e = overlay_run(ctx, task, o);
	curl_easy_cleanup(o->curl);
	curl_slist_free_all(o->headers);
	if (o->fd >= 0)
		closefd(&o->fd);
	free(o->tags);
	FREE_OBJ(o);
	return (e);
}

void
overlay_start(void)
{

	AZ(curl_global_init(CURL_GLOBAL_DEFAULT));
}
