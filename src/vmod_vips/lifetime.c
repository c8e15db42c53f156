/* SPDX-License-Identifier: BSD-2-Clause
 * Copyright (c) 2026 The pixelfleet authors
 *
 * See lifetime.h.
 */

#include "config.h"

#include <math.h>
#include <stddef.h>
#include <stdio.h>
#include <string.h>
#include <strings.h>

#include "lifetime.h"

#define SECONDS_MAX	2147483648.	/* RFC 9111, 1.2.2 */
#define NOT_GIVEN	(-1.)

/* What matters here of a Cache-Control. */
struct control {
	bool		no_store, no_cache, must_revalidate;
	double		s_maxage, max_age;
	double		while_revalidate, if_error;
};

/* The length of what stands at s up to a comma outside of quotes. */
static size_t
directive_len(const char *s)
{
	bool quoted = false;
	size_t n;

	for (n = 0; s[n] != '\0' && (quoted || s[n] != ','); n++)
		if (s[n] == '"')
			quoted = !quoted;
	return (n);
}

/* Whether s[0..len) is the directive, with a value or without. */
static bool
is(const char *s, size_t len, const char *name)
{
	size_t n = strlen(name);

	return (len >= n && strncasecmp(s, name, n) == 0 &&
	    (len == n || s[n] == '=' || s[n] == ' ' || s[n] == '\t'));
}

/* The seconds of "name=123" or "name="123""; nonsense is as if not given. */
static double
seconds(const char *s, size_t len)
{
	const char *end = s + len;
	double value = NOT_GIVEN;

	while (s < end && *s != '=')
		s++;
	s += s < end;
	s += s < end && *s == '"';
	for (; s < end && *s >= '0' && *s <= '9'; s++) {
		value = fmax(value, 0) * 10 + (*s - '0');
		value = fmin(value, SECONDS_MAX);
	}
	return (value);
}

static void
read_directive(struct control *c, const char *s, size_t len)
{
	if (is(s, len, "no-store") || is(s, len, "private"))
		c->no_store = true;
	else if (is(s, len, "no-cache"))
		c->no_cache = true;
	else if (is(s, len, "must-revalidate") ||
	    is(s, len, "proxy-revalidate"))
		c->must_revalidate = true;
	else if (is(s, len, "s-maxage"))
		c->s_maxage = seconds(s, len);
	else if (is(s, len, "max-age"))
		c->max_age = seconds(s, len);
	else if (is(s, len, "stale-while-revalidate"))
		c->while_revalidate = seconds(s, len);
	else if (is(s, len, "stale-if-error"))
		c->if_error = seconds(s, len);
}

static void
read_control(struct control *c, const char *s)
{
	size_t len;

	*c = (struct control){ .s_maxage = NOT_GIVEN, .max_age = NOT_GIVEN,
	    .while_revalidate = NOT_GIVEN, .if_error = NOT_GIVEN };
	while (s != NULL && *s != '\0') {
		s += strspn(s, ", \t");
		len = directive_len(s);
		read_directive(c, s, len);
		s += len;
	}
}

/* max-age counts from when the answer was made, as its Age does. */
static void
write_control(struct lifetime *l, const struct control *c, double age)
{
	char *p = l->cache_control;
	size_t room = sizeof l->cache_control;
	int n;

	n = snprintf(p, room, "max-age=%.0f", fmax(l->ttl + age, 0));
	if (c->must_revalidate)
		n += snprintf(p + n, room - (size_t)n, ", must-revalidate");
	if (c->while_revalidate >= 0)
		n += snprintf(p + n, room - (size_t)n,
		    ", stale-while-revalidate=%.0f", c->while_revalidate);
	if (c->if_error >= 0)
		(void)snprintf(p + n, room - (size_t)n,
		    ", stale-if-error=%.0f", c->if_error);
}

void
lifetime_of_answer(struct lifetime *l, const struct lifetime_site *site,
    const char *cache_control, double ttl, double age)
{
	struct control c;

	*l = (struct lifetime){ .ttl = ttl };
	read_control(&c, cache_control);
	if (c.no_store)
		return;
	if (c.no_cache)
		ttl = 0;
	l->ttl = fmin(ttl, site->max_ttl);
	if (site->min_ttl > 0)
		l->ttl = fmax(l->ttl, site->min_ttl);
	if (l->ttl != ttl)
		write_control(l, &c, age);
	if (c.must_revalidate)
		return;
	l->revalidate = c.while_revalidate >= 0 ? c.while_revalidate :
	    site->stale_while_revalidate;
	l->error = c.if_error >= 0 ? c.if_error : site->stale_if_error;
}

double
lifetime_left(const char *cache_control, double expires, double date,
    double age)
{
	struct control c;

	read_control(&c, cache_control);
	if (c.no_store || c.no_cache)
		return (0);
	if (c.s_maxage >= 0)
		return (fmax(c.s_maxage - age, 0));
	if (c.max_age >= 0)
		return (fmax(c.max_age - age, 0));
	if (expires > 0)
		return (fmax(expires - date - age, 0));
	return (NOT_GIVEN);
}
