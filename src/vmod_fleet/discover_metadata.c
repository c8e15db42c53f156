/* SPDX-License-Identifier: BSD-2-Clause
 * Copyright (c) 2026 The pixelfleet authors
 *
 * See discover_metadata.h.
 */

#include "config.h"

#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

#include "discover_metadata.h"

#define METADATA_URL	"http://169.254.169.254"
#define TOKEN_S		"21600"
#define TOKEN_MS	((21600 - 600) * 1000)	/* asked for anew before */
#define ROLES		"/latest/meta-data/iam/security-credentials/"

static int
metadata_fault(char *why, const char *what, const char *name)
{

	(void)snprintf(why, DISCOVER_WHY_MAX, what, name);
	return (-1);
}

/* A variable of the environment, or NULL where it is empty. */
static const char *
metadata_env(const char *name)
{
	const char *p;

	p = getenv(name);
	return (p == NULL || *p == '\0' ? NULL : p);
}

/* Text for a header, without what ends a line, to[size]. */
static int
metadata_text(char *to, size_t size, const char *from, size_t len)
{

	while (len > 0 && (from[len - 1] == '\n' || from[len - 1] == '\r' ||
	    from[len - 1] == ' '))
		len--;
	if (len == 0 || len >= size)
		return (-1);
	memcpy(to, from, len);
	to[len] = '\0';
	return (strcspn(to, "\r\n") == len ? 0 : -1);
}

/* The instance ------------------------------------------------------*/

static int
metadata_token(struct discover_metadata *m, const struct discover_http *h,
    char *why)
{
	char url[DISCOVER_URL_MAX + 64];
	const struct discover_call call = {
		.method = "PUT", .url = url, .direct = true,
		.header = { "X-aws-ec2-metadata-token-ttl-seconds: " TOKEN_S },
	};
	struct discover_reply r;
	int e;

	if (m->token[0] != '\0' && discover_now() < m->token_until)
		return (0);
	(void)snprintf(url, sizeof url, "%s/latest/api/token", m->base);
	if (discover_http_call(h, &call, &r, why) < 0)
		return (-1);
	e = r.status == 200 ? metadata_text(m->token, sizeof m->token,
	    r.body, r.len) : -1;
	discover_reply_clear(&r);
	m->token_until = discover_now() + TOKEN_MS;
	if (e == 0)
		return (0);
	m->token[0] = '\0';
	return (metadata_fault(why, "%s gives no token", m->base));
}

static int
metadata_once(struct discover_metadata *m, const struct discover_http *h,
    const char *path, struct discover_reply *r, char *why)
{
	char url[DISCOVER_URL_MAX + 512], line[600];
	const struct discover_call call = {
		.url = url, .direct = true, .header = { line },
	};

	if (metadata_token(m, h, why) < 0)
		return (-1);
	(void)snprintf(url, sizeof url, "%s%.400s", m->base, path);
	(void)snprintf(line, sizeof line, "X-aws-ec2-metadata-token: %s",
	    m->token);
	return (discover_http_call(h, &call, r, why));
}

static int
metadata_get(struct discover_metadata *m, const struct discover_http *h,
    const char *path, struct discover_reply *r, char *why)
{
	bool again;

	do {
		again = m->token[0] != '\0';
		if (metadata_once(m, h, path, r, why) < 0)
			return (-1);
		if (r->status == 200 && r->len > 0)
			return (0);
		/* A token may be lost, as after a change of its host. */
		again = again && r->status == 401;
		if (r->status == 401)
			m->token[0] = '\0';
		(void)snprintf(why, DISCOVER_WHY_MAX, "%s%.200s: status %ld",
		    m->base, path, r->status);
		discover_reply_clear(r);
	} while (again);
	return (-1);
}

static int
metadata_role(struct discover_metadata *m, const struct discover_http *h,
    char *why)
{
	char role[256], path[sizeof ROLES + 256];
	struct discover_reply r;
	int e;

	if (metadata_get(m, h, ROLES, &r, why) < 0)
		return (-1);
	r.body[strcspn(r.body, "\r\n")] = '\0';
	e = metadata_text(role, sizeof role, r.body, strlen(r.body));
	discover_reply_clear(&r);
	if (e < 0 || strspn(role, "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLM"
	    "NOPQRSTUVWXYZ0123456789+=,.@_-") != strlen(role))
		return (metadata_fault(why, "%s names no role", m->base));
	(void)snprintf(path, sizeof path, ROLES "%s", role);
	if (metadata_get(m, h, path, &r, why) < 0)
		return (-1);
	e = discover_credentials_parse(&m->credentials, r.body, r.len, why);
	discover_reply_clear(&r);
	return (e);
}

/* The environment, and a container's --------------------------------*/

static bool
metadata_environment(struct discover_credentials *c)
{
	const char *key, *secret, *token;

	key = metadata_env("AWS_ACCESS_KEY_ID");
	secret = metadata_env("AWS_SECRET_ACCESS_KEY");
	token = metadata_env("AWS_SESSION_TOKEN");
	if (key == NULL || secret == NULL || strlen(key) >= sizeof c->key ||
	    strlen(secret) >= sizeof c->secret ||
	    (token != NULL && strlen(token) >= sizeof c->token))
		return (false);
	memset(c, 0, sizeof *c);
	(void)strcpy(c->key, key);
	(void)strcpy(c->secret, secret);
	if (token != NULL)
		(void)strcpy(c->token, token);
	return (true);
}

/* What to say there for who we are: "" where nothing is to be said. */
static int
container_authorization(char *line, size_t size, char *why)
{
	char text[4096];
	const char *p, *file;
	ssize_t l;
	int fd;

	line[0] = '\0';
	p = metadata_env("AWS_CONTAINER_AUTHORIZATION_TOKEN");
	file = metadata_env("AWS_CONTAINER_AUTHORIZATION_TOKEN_FILE");
	if (file != NULL) {
		fd = open(file, O_RDONLY | O_CLOEXEC);
		l = fd < 0 ? -1 : read(fd, text, sizeof text);
		if (fd >= 0)
			(void)close(fd);
		if (l <= 0 || metadata_text(text, sizeof text, text, l) < 0)
			return (metadata_fault(why, "%.200s cannot be read",
			    file));
		p = text;
	}
	if (p == NULL)
		return (0);
	if (strlen(p) + sizeof "Authorization: " > size ||
	    strpbrk(p, "\r\n") != NULL)
		return (metadata_fault(why, "%s is too long",
		    "the container's authorization token"));
	(void)snprintf(line, size, "Authorization: %s", p);
	return (0);
}

static int
metadata_container(struct discover_metadata *m,
    const struct discover_http *h, const char *url, char *why)
{
	char line[4200];
	struct discover_call call = { .url = url, .direct = true };
	struct discover_reply r;
	int e;

	if (container_authorization(line, sizeof line, why) < 0)
		return (-1);
	if (line[0] != '\0')
		call.header[0] = line;
	if (discover_http_call(h, &call, &r, why) < 0)
		return (-1);
	if (r.status != 200) {
		(void)snprintf(why, DISCOVER_WHY_MAX, "%.200s: status %ld",
		    url, r.status);
		e = -1;
	} else
		e = discover_credentials_parse(&m->credentials, r.body,
		    r.len, why);
	discover_reply_clear(&r);
	return (e);
}

/* -------------------------------------------------------------------*/

void
discover_metadata_init(struct discover_metadata *m, const char *base)
{
	size_t l;

	memset(m, 0, sizeof *m);
	if (*base == '\0')
		base = metadata_env("AWS_EC2_METADATA_SERVICE_ENDPOINT");
	(void)snprintf(m->base, sizeof m->base, "%s",
	    base == NULL ? METADATA_URL : base);
	l = strlen(m->base);
	if (l > 0 && m->base[l - 1] == '/')
		m->base[l - 1] = '\0';
}

int
discover_metadata_identity(struct discover_metadata *m,
    const struct discover_http *h, char why[DISCOVER_WHY_MAX])
{
	struct discover_reply r;
	int e;

	if (m->identity.instance[0] != '\0')
		return (0);
	if (metadata_get(m, h, "/latest/dynamic/instance-identity/document",
	    &r, why) < 0)
		return (-1);
	e = discover_identity_parse(&m->identity, r.body, r.len, why);
	if (e < 0)
		m->identity.instance[0] = '\0';
	discover_reply_clear(&r);
	return (e);
}

int
discover_metadata_credentials(struct discover_metadata *m,
    const struct discover_http *h, char why[DISCOVER_WHY_MAX])
{
	char url[DISCOVER_URL_MAX + 1];
	int e;

	if (discover_credentials_good(&m->credentials, (uint64_t)time(NULL)) ||
	    metadata_environment(&m->credentials))
		return (0);
	e = discover_container_url(url,
	    metadata_env("AWS_CONTAINER_CREDENTIALS_RELATIVE_URI"),
	    metadata_env("AWS_CONTAINER_CREDENTIALS_FULL_URI"), why);
	if (e == 0)
		return (metadata_role(m, h, why));
	return (e < 0 ? -1 : metadata_container(m, h, url, why));
}

void
discover_metadata_forget(struct discover_metadata *m)
{

	memset(&m->credentials, 0, sizeof m->credentials);
}
