/* SPDX-License-Identifier: BSD-2-Clause
 * Copyright (c) 2026 The pixelfleet authors
 *
 * See discover_uri.h.
 */

#include "config.h"

#include <ctype.h>
#include <stdarg.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdio.h>
#include <string.h>

#include "discover_uri.h"
#include "url_text.h"

#define PORT_DEFAULT	"17001"

#define FILES	(1U << DISCOVER_FILE)
#define NAMES	(1U << DISCOVER_DNS | 1U << DISCOVER_SRV)
#define GROUPS	(1U << DISCOVER_ASG)

/* A parameter: for which kinds of source, and where its value goes. */
static const struct uri_parameter {
	const char	*name;
	unsigned	kinds;
	size_t		offset;
	size_t		size;
	const char	*begins[2];	/* with one of these */
} uri_parameters[] = {
#define TEXT(name, kinds, field, ...)					\
	{ name, kinds, offsetof(struct discover_uri, field),		\
	    sizeof ((struct discover_uri *)0)->field, { __VA_ARGS__ } }
	TEXT("port",	 GROUPS | 1U << DISCOVER_DNS, port, ""),
	TEXT("server",	 NAMES, server, ""),
	TEXT("region",	 GROUPS, region, ""),
	TEXT("endpoint", GROUPS, endpoint, "https://", "http://"),
	TEXT("metadata", GROUPS, metadata, "http://"),
#undef TEXT
	{ .name = "interval", .kinds = FILES | GROUPS },
};

static const char *const uri_scheme[DISCOVER_KINDS] = {
	[DISCOVER_FILE] = "file:",
	[DISCOVER_DNS] = "dns:",
	[DISCOVER_SRV] = "dns:_",
	[DISCOVER_ASG] = "aws-asg:",
};

static int __attribute__((format(printf, 2, 3)))
uri_fault(char *why, const char *fmt, ...)
{
	va_list ap;

	va_start(ap, fmt);
	(void)vsnprintf(why, DISCOVER_WHY_MAX, fmt, ap);
	va_end(ap);
	return (-1);
}

/* Percent-decode s..end. */
static int
uri_decode(const char *what, char *to, size_t size, const char *s,
    const char *end, char *why)
{
	struct text t = text_on(to, size);
	const char *fault;

	fault = url_decode(&t, s, end, 0);
	if (fault != NULL)
		return (uri_fault(why, "%s holds %s", what, fault));
	if (t.full)
		return (uri_fault(why, "%s has more than %zu characters",
		    what, size - 1));
	return (0);
}

/* Seconds within bounds. */
static int
uri_interval(struct discover_uri *u, const char *s, const char *end,
    char *why)
{
	unsigned n = 0;
	const char *p;

	for (p = s; p < end && isdigit((unsigned char)*p) && n < 10000; p++)
		n = n * 10 + (*p - '0');
	if (p != end || n < 1 || n > 3600)
		return (uri_fault(why, "interval is %.*s: accepted is 1 to "
		    "3600, in seconds", (int)(end - s < 32 ? end - s : 32),
		    s));
	u->interval = n;
	return (0);
}

static int
uri_text(struct discover_uri *u, const struct uri_parameter *p,
    const char *s, const char *end, char *why)
{
	char *to = (char *)u + p->offset;
	unsigned i;

	if (uri_decode(p->name, to, p->size, s, end, why) < 0)
		return (-1);
	for (i = 0; i < 2 && p->begins[i] != NULL; i++)
		if (*to != '\0' &&
		    !strncmp(to, p->begins[i], strlen(p->begins[i])))
			return (0);
	return (uri_fault(why, "%s is \"%.100s\": accepted is what begins "
	    "with %s", p->name, to, *p->begins[0] == '\0' ? "something" :
	    p->begins[0]));
}

static int
uri_parameter(struct discover_uri *u, const char *s, const char *end,
    char *why)
{
	const struct uri_parameter *p;
	const char *eq;
	size_t i, l;

	eq = memchr(s, '=', end - s);
	l = (eq != NULL ? eq : end) - s;
	for (i = 0; i < sizeof uri_parameters / sizeof *uri_parameters; i++) {
		p = &uri_parameters[i];
		if (strlen(p->name) != l || memcmp(p->name, s, l) != 0 ||
		    !(p->kinds & 1U << u->kind))
			continue;
		if (eq == NULL)
			return (uri_fault(why, "%s has no value", p->name));
		if (p->size == 0)
			return (uri_interval(u, eq + 1, end, why));
		return (uri_text(u, p, eq + 1, end, why));
	}
	return (uri_fault(why, "%.*s is no parameter of %s",
	    (int)(l < 32 ? l : 32), s, uri_scheme[u->kind]));
}

static int
uri_parameters_of(struct discover_uri *u, const char *s, char *why)
{
	const char *end;

	for (; *s != '\0'; s = *end == '&' ? end + 1 : end) {
		end = s + strcspn(s, "&");
		if (uri_parameter(u, s, end, why) < 0)
			return (-1);
	}
	return (0);
}

/* Letters, digits, hyphens, underscores in labels; not more is checked. */
static int
uri_name(struct discover_uri *u, char *why)
{
	const char *p;
	char *colon;

	colon = strchr(u->target, ':');
	if (colon != NULL && u->kind == DISCOVER_DNS) {
		*colon++ = '\0';
		if (strlen(colon) > DISCOVER_PORT_MAX)
			return (uri_fault(why, "the port is %.20s: accepted "
			    "is 1 to 65535", colon));
		(void)snprintf(u->port, sizeof u->port, "%s", colon);
	}
	for (p = u->target; *p != '\0'; p++)
		if (!isalnum((unsigned char)*p) && !strchr("-_.", *p))
			return (uri_fault(why, "%.100s is no name of the "
			    "DNS", u->target));
	if (p == u->target || p - u->target > 253)
		return (uri_fault(why, "a name has 1 to 253 characters"));
	return (0);
}

static int
uri_target(struct discover_uri *u, char *why)
{

	switch (u->kind) {
	case DISCOVER_FILE:
		if (u->target[0] != '/' ||
		    u->target[strlen(u->target) - 1] == '/')
			return (uri_fault(why, "file: takes the whole path "
			    "of a file, which begins with /"));
		return (0);
	case DISCOVER_ASG:
		return (strlen(u->target) <= 255 ? 0 : uri_fault(why,
		    "the name of a group has at most 255 characters"));
	default:
		return (uri_name(u, why));
	}
}

int
discover_uri_parse(struct discover_uri *u, const char *text,
    char why[DISCOVER_WHY_MAX])
{
	const char *p, *end;
	unsigned k;

	memset(u, 0, sizeof *u);
	(void)strcpy(u->port, PORT_DEFAULT);
	u->kind = DISCOVER_KINDS;
	for (k = 0; k < DISCOVER_KINDS; k++)	/* the longest comes last */
		if (!strncmp(text, uri_scheme[k], strlen(uri_scheme[k])))
			u->kind = k;
	if (u->kind == DISCOVER_KINDS)
		return (uri_fault(why, "\"%.60s\" begins with none of file:, "
		    "dns: and aws-asg:", text));
	p = strchr(text, ':') + 1;
	end = p + strcspn(p, "?");
	if (uri_decode("the name", u->target, sizeof u->target, p, end,
	    why) < 0 || uri_target(u, why) < 0 ||
	    uri_parameters_of(u, *end == '?' ? end + 1 : end, why) < 0)
		return (-1);
	if (!discover_port_valid(u->port))
		return (uri_fault(why, "the port is %s: accepted is 1 to "
		    "65535", u->port));
	return (0);
}
