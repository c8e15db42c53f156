/* SPDX-License-Identifier: BSD-2-Clause
 * Copyright (c) 2026 The pixelfleet authors
 *
 * See discover_source.h.
 */

#include "config.h"

#include <sys/inotify.h>
#include <sys/stat.h>

#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "discover_file.h"
#include "discover_group.h"
#include "discover_names.h"
#include "discover_source.h"

#define INTERVAL_S	30	/* where it is not given */

struct discover_source {
	struct discover_uri	uri;
	struct discover_group	group;
	const char		*base;		/* of a file's path */
	int			inotify;	/* -1: none */
};

/* Files -------------------------------------------------------------*/

/*
 * The directory is watched and not the file: a new file takes the place of
 * the old one, or of a symbolic link on its way.  Without a watch, as where
 * there are too many, the file is read at its interval all the same.
 */
static void
source_watch(struct discover_source *s)
{
	char dir[DISCOVER_TARGET_MAX + 1];

	s->base = strrchr(s->uri.target, '/') + 1;
	(void)snprintf(dir, sizeof dir, "%.*s",
	    (int)(s->base - s->uri.target), s->uri.target);
	s->inotify = inotify_init1(IN_NONBLOCK | IN_CLOEXEC);
	if (s->inotify < 0)
		return;
	if (inotify_add_watch(s->inotify, dir, IN_CLOSE_WRITE | IN_MOVED_TO |
	    IN_ONLYDIR) < 0) {
		(void)close(s->inotify);
		s->inotify = -1;
	}
}

static ssize_t
file_load(const char *path, char *text, size_t size)
{
	struct stat st;
	ssize_t l, n = 0;
	int fd;

	/* Not to wait for a writer, should it be a pipe. */
	fd = open(path, O_RDONLY | O_CLOEXEC | O_NONBLOCK);
	if (fd < 0)
		return (-1);
	if (fstat(fd, &st) < 0 || !S_ISREG(st.st_mode)) {
		(void)close(fd);
		errno = EINVAL;
		return (-1);
	}
	while ((size_t)n < size && (l = read(fd, text + n, size - n)) != 0) {
		if (l < 0) {
			n = -1;
			break;
		}
		n += l;
	}
	(void)close(fd);
	return (n);
}

/* In place of the hosts' names their addresses. */
static int
source_resolve(struct discover_set *s, const bool *stop, char *why)
{
	char address[DISCOVER_HOST_MAX + 1];
	struct discover_node *d;
	unsigned u;

	for (u = 0; u < s->n; u++) {
		d = &s->node[u];
		if (stop != NULL && __atomic_load_n(stop, __ATOMIC_ACQUIRE)) {
			(void)strcpy(why, "it is not wanted any more");
			return (-1);
		}
		if (discover_names_host(address, d->host, why) < 0)
			return (-1);
		memset(d->host, 0, sizeof d->host);
		(void)strcpy(d->host, address);
	}
	return (discover_set_close(s, why));
}

static int
source_file(struct discover_source *s, struct discover_set *set,
    const bool *stop, char *why)
{
	char what[DISCOVER_WHY_MAX], *text;
	ssize_t l;
	int e = -1;

	text = malloc(DISCOVER_FILE_MAX + 1);
	if (text == NULL)
		abort();
	l = file_load(s->uri.target, text, DISCOVER_FILE_MAX + 1);
	if (l < 0)
		(void)snprintf(what, sizeof what, "%s", errno == EINVAL ?
		    "not a file" : strerror(errno));
	else if (l > DISCOVER_FILE_MAX)
		(void)snprintf(what, sizeof what, "more than %d bytes",
		    DISCOVER_FILE_MAX);
	else if (discover_file_parse(set, text, l, s->uri.port, what) == 0)
		e = source_resolve(set, stop, what);
	free(text);
	if (e < 0)
		(void)snprintf(why, DISCOVER_WHY_MAX, "%.200s: %.300s",
		    s->uri.target, what);
	return (e);
}

/* -------------------------------------------------------------------*/

static int
source_names(struct discover_source *s, struct discover_set *set,
    uint64_t *period_ms, char *why)
{
	uint32_t ttl = 0;
	int e;

	e = discover_names_read(&s->uri, set, &ttl, why);
	if (ttl < 1)
		ttl = 1;
	if (ttl > 3600)
		ttl = 3600;
	*period_ms = ttl * UINT64_C(1000);
	return (e);
}

static int
source_group(struct discover_source *s, struct discover_set *set,
    const bool *stop, char *why)
{
	struct discover_http http = { stop, discover_now() +
	    DISCOVER_READING_MS };

	return (discover_group_read(&s->group, &http, set, why));
}

struct discover_source *
discover_source_new(const struct discover_uri *uri,
    char why[DISCOVER_WHY_MAX])
{
	struct discover_source *s;
	struct sockaddr_in sin;

	if (uri->server[0] != '\0' &&
	    discover_names_server(&sin, uri->server, why) < 0)
		return (NULL);
	s = calloc(1, sizeof *s);
	if (s == NULL)
		abort();
	s->uri = *uri;
	s->inotify = -1;
	if (uri->kind == DISCOVER_FILE)
		source_watch(s);
	else if (uri->kind == DISCOVER_ASG)
		discover_group_init(&s->group, &s->uri);
	return (s);
}

void
discover_source_free(struct discover_source **sp)
{
	struct discover_source *s = *sp;

	*sp = NULL;
	if (s->inotify >= 0)
		(void)close(s->inotify);
	explicit_bzero(s, sizeof *s);
	free(s);
}

int
discover_source_read(struct discover_source *s, struct discover_set *set,
    uint64_t *period_ms, const bool *stop, char why[DISCOVER_WHY_MAX])
{
	unsigned interval;

	discover_set_clear(set);
	interval = s->uri.interval == 0 ? INTERVAL_S : s->uri.interval;
	*period_ms = interval * UINT64_C(1000);
	switch (s->uri.kind) {
	case DISCOVER_FILE:
		return (source_file(s, set, stop, why));
	case DISCOVER_ASG:
		return (source_group(s, set, stop, why));
	default:
		return (source_names(s, set, period_ms, why));
	}
}

int
discover_source_fd(const struct discover_source *s)
{

	return (s->inotify);
}

/* A file of that name, or of the name that mounted configurations have. */
bool
discover_source_changed(struct discover_source *s)
{
	char buf[4096]
	    __attribute__((aligned(__alignof__(struct inotify_event))));
	const struct inotify_event *e;
	bool changed = false;
	ssize_t l;
	char *p;

	while (s->inotify >= 0 &&
	    (l = read(s->inotify, buf, sizeof buf)) > 0)
		for (p = buf; p < buf + l; p += sizeof *e + e->len) {
			e = (const struct inotify_event *)(void *)p;
			if ((e->mask & IN_Q_OVERFLOW) || (e->len > 0 &&
			    (!strcmp(e->name, s->base) ||
			    !strcmp(e->name, "..data"))))
				changed = true;
		}
	return (changed);
}
