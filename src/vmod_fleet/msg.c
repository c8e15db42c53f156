/* SPDX-License-Identifier: BSD-2-Clause
 * Copyright (c) 2026 The pixelfleet authors
 *
 * See msg.h.
 */

#include "config.h"

#include <stdbool.h>
#include <stdio.h>
#include <string.h>
#include <strings.h>

#include <cache/cache.h>

#include "msg.h"

/* The first header: what comes before is the start line. */
#define MSG_FIRST	HTTP_HDR_FIRST

static int
msg_is(const txt *hd, const char *name, size_t l)
{

	return ((size_t)Tlen(*hd) > l && hd->b[l] == ':' &&
	    strncasecmp(hd->b, name, l) == 0);
}

const char *
msg_get(const struct http *hp, const char *name)
{
	const char *p;
	size_t l;
	unsigned u;

	CHECK_OBJ_NOTNULL(hp, HTTP_MAGIC);
	l = strlen(name);
	for (u = MSG_FIRST; u < hp->nhd; u++) {
		if (!msg_is(&hp->hd[u], name, l))
			continue;
		p = hp->hd[u].b + l + 1;
		return (p + strspn(p, " \t"));
	}
	return (NULL);
}

unsigned
msg_count(const struct http *hp, const char *name)
{
	size_t l;
	unsigned u, n = 0;

	CHECK_OBJ_NOTNULL(hp, HTTP_MAGIC);
	l = strlen(name);
	for (u = MSG_FIRST; u < hp->nhd; u++)
		n += msg_is(&hp->hd[u], name, l);
	return (n);
}

static void
msg_log_unset(const struct http *hp, unsigned u)
{
	unsigned unset = hp->logtag + (SLT_ReqUnset - SLT_ReqMethod);

	if (hp->vsl != NULL)
		VSLbt(hp->vsl, (enum VSL_tag_e)unset, hp->hd[u]);
}

/* Header u goes, or becomes the v-th.  Returns the place of the next. */
static unsigned
msg_sift(struct http *hp, unsigned u, unsigned v, bool goes)
{

	if (goes) {
		msg_log_unset(hp, u);
		return (v);
	}
	hp->hd[v] = hp->hd[u];
	hp->hdf[v] = hp->hdf[u];
	return (v + 1);
}

/* Remove the headers whose name begins with `prefix` (of l characters). */
static void
msg_remove(struct http *hp, const char *prefix, size_t l)
{
	unsigned u, v;

	CHECK_OBJ_NOTNULL(hp, HTTP_MAGIC);
	for (u = v = MSG_FIRST; u < hp->nhd; u++)
		v = msg_sift(hp, u, v, (size_t)Tlen(hp->hd[u]) >= l &&
		    strncasecmp(hp->hd[u].b, prefix, l) == 0);
	hp->nhd = v;
}

void
msg_set(struct http *hp, const char *name, const char *value)
{
	char prefix[64];

	bprintf(prefix, "%s:", name);
	msg_remove(hp, prefix, strlen(prefix));
	http_PrintfHeader(hp, "%s: %s", name, value);
}

void
msg_strip(struct http *hp, const char *prefix)
{

	msg_remove(hp, prefix, strlen(prefix));
}

/* Whether the list, separated by ", ", has the name of the header. */
static bool
msg_listed(const char *list, const txt *hd)
{
	size_t len;

	for (; *list != '\0'; list += len + strspn(list + len, ", ")) {
		len = strcspn(list, ", ");
		if (msg_is(hd, list, len))
			return (true);
	}
	return (false);
}

/* Messages that are copies of each other share the text of their headers. */
static bool
msg_shares(const struct http *hp, const txt *hd)
{
	unsigned u;

	for (u = MSG_FIRST; u < hp->nhd; u++)
		if (hp->hd[u].b == hd->b)
			return (true);
	return (false);
}

void
msg_strip_copied(struct http *hp, const struct http *of, const char *keep)
{
	unsigned u, v;

	CHECK_OBJ_NOTNULL(hp, HTTP_MAGIC);
	CHECK_OBJ_NOTNULL(of, HTTP_MAGIC);
	for (u = v = MSG_FIRST; u < hp->nhd; u++)
		v = msg_sift(hp, u, v, msg_shares(of, &hp->hd[u]) &&
		    !msg_listed(keep, &hp->hd[u]));
	hp->nhd = v;
}
