/* SPDX-License-Identifier: BSD-2-Clause
 * Copyright (c) 2026 The pixelfleet authors
 *
 * See discover_credentials.h.
 */

#include "config.h"

#include <stdio.h>
#include <string.h>
#include <time.h>

#include <jansson.h>

#include "discover_credentials.h"

#define EXPIRES_SOON	300	/* s: new ones are there by then */

static int
json_fault(char *why, const char *what, const char *name)
{

	(void)snprintf(why, DISCOVER_WHY_MAX, what, name);
	return (-1);
}

/* A string of an object; where it is needed, it must be there. */
static int
json_take(const json_t *o, const char *name, bool needed, char *to,
    size_t size, char *why)
{
	const char *s;

	to[0] = '\0';
	s = json_string_value(json_object_get(o, name));
	if (s == NULL || *s == '\0')
		return (needed ? json_fault(why, "the answer has no %s",
		    name) : 0);
	if (strlen(s) >= size)
		return (json_fault(why, "the answer's %s is too long", name));
	(void)strcpy(to, s);
	return (0);
}

static json_t *
json_object_of(const char *text, size_t len, char *why)
{
	json_t *o;

	o = json_loadb(text, len, 0, NULL);
	if (o != NULL && json_is_object(o))
		return (o);
	json_decref(o);
	(void)json_fault(why, "the answer is not a JSON object%s", "");
	return (NULL);
}

/* 2026-01-31T23:59:59Z */
static int
time_of(const char *text, uint64_t *t, char *why)
{
	struct tm tm;
	const char *end;

	*t = 0;
	if (*text == '\0')
		return (0);
	memset(&tm, 0, sizeof tm);
	end = strptime(text, "%Y-%m-%dT%H:%M:%S", &tm);
	if (end == NULL || (*end != 'Z' && *end != '.' && *end != '+'))
		return (json_fault(why, "the answer's Expiration is \"%.40s\"",
		    text));
	*t = (uint64_t)timegm(&tm);
	return (0);
}

int
discover_credentials_parse(struct discover_credentials *c, const char *json,
    size_t len, char why[DISCOVER_WHY_MAX])
{
	char expires[64], code[64];
	json_t *o;
	int e;

	memset(c, 0, sizeof *c);
	o = json_object_of(json, len, why);
	if (o == NULL)
		return (-1);
	e = json_take(o, "Code", false, code, sizeof code, why);
	if (e == 0 && *code != '\0' && strcmp(code, "Success") != 0)
		e = json_fault(why, "the answer's Code is %.60s", code);
	if (e < 0 ||
	    json_take(o, "AccessKeyId", true, c->key, sizeof c->key,
	    why) < 0 ||
	    json_take(o, "SecretAccessKey", true, c->secret,
	    sizeof c->secret, why) < 0 ||
	    json_take(o, "Token", false, c->token, sizeof c->token,
	    why) < 0 ||
	    json_take(o, "Expiration", false, expires, sizeof expires,
	    why) < 0 ||
	    time_of(expires, &c->expires, why) < 0) {
		memset(c, 0, sizeof *c);
		e = -1;
	}
	json_decref(o);
	return (e);
}

int
discover_identity_parse(struct discover_identity *i, const char *json,
    size_t len, char why[DISCOVER_WHY_MAX])
{
	json_t *o;
	int e = 0;

	memset(i, 0, sizeof *i);
	o = json_object_of(json, len, why);
	if (o == NULL)
		return (-1);
	if (json_take(o, "instanceId", true, i->instance,
	    sizeof i->instance, why) < 0 ||
	    json_take(o, "region", true, i->region, sizeof i->region,
	    why) < 0)
		e = -1;
	if (e == 0 && !discover_region_valid(i->region))
		e = json_fault(why, "the answer's region is \"%.60s\"",
		    i->region);
	json_decref(o);
	return (e);
}

bool
discover_credentials_good(const struct discover_credentials *c, uint64_t now)
{

	return (c->key[0] != '\0' &&
	    (c->expires == 0 || c->expires > now + EXPIRES_SOON));
}

static bool
container_is_trusted(const char *url)
{
	static const char *const begins[] = { "https://", "http://127.0.0.1",
	    "http://localhost", "http://[::1]", "http://169.254.170.2",
	    "http://169.254.170.23", "http://[fd00:ec2::23]" };
	size_t i, l;

	for (i = 0; i < sizeof begins / sizeof *begins; i++) {
		l = strlen(begins[i]);
		if (strncmp(url, begins[i], l) != 0)
			continue;
		/* The host's name ends there; and no "user@" before it. */
		if (i == 0 || url[l] == '\0' || url[l] == '/' ||
		    (url[l] == ':' && strspn(url + l + 1, "0123456789") ==
		    strcspn(url + l + 1, "/")))
			return (true);
	}
	return (false);
}

int
discover_container_url(char url[DISCOVER_URL_MAX + 1], const char *relative,
    const char *full, char why[DISCOVER_WHY_MAX])
{
	int l;

	if (relative != NULL && *relative == '/')
		l = snprintf(url, DISCOVER_URL_MAX + 1,
		    "http://169.254.170.2%s", relative);
	else if (full != NULL && *full != '\0')
		l = snprintf(url, DISCOVER_URL_MAX + 1, "%s", full);
	else
		return (0);
	if (l > DISCOVER_URL_MAX)
		return (json_fault(why, "the address of the container's "
		    "credentials is too long%s", ""));
	if (!container_is_trusted(url))
		return (json_fault(why, "credentials are not asked for at "
		    "%.100s: accepted is https://, this machine, and the "
		    "addresses of Amazon's agents", url));
	return (1);
}

bool
discover_region_valid(const char *region)
{
	size_t l = strlen(region);

	return (l >= 1 && l <= 32 && strspn(region,
	    "abcdefghijklmnopqrstuvwxyz0123456789-") == l);
}
