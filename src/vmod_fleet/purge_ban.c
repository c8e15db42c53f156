/* SPDX-License-Identifier: BSD-2-Clause
 * Copyright (c) 2026 The pixelfleet authors
 *
 * Bans of purges, see purge_ban.h.
 *
 * The patterns made here do not backtrack, whatever they are tested against:
 * varnishd panics where PCRE gives up (see purge_regex.h).  So the runs of
 * bytes between the stars of a glob are each looked for once, in an atomic
 * group, at the first place there is, which is as good as any later one.
 */

#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "purge_ban.h"
#include "url_text.h"

#define OBJ(header)	"obj.http." header
#define HEX		"0123456789abcdef"
#define SEPARATORS	", \t"

static void
quote(struct text *t, const char *s, size_t len)
{
	for (; len > 0; len--, s++) {
		if (!((*s >= 'a' && *s <= 'z') || (*s >= 'A' && *s <= 'Z') ||
		    (*s >= '0' && *s <= '9')))
			text_byte(t, '\\');
		text_byte(t, *s);
	}
}

static void
add(struct purge_ban *ban, const char *field, const char *op,
    const char *operand)
{
	ban->test[ban->n++] = (struct purge_test){ field, op, operand };
}

/* For originals, variants, and variants that carry the original. */
static void
add_url(struct purge_bans *bans, const char *op, const char *operand)
{
	add(&bans->ban[0], OBJ(PURGE_OBJ_SOURCE), op, operand);
	add(&bans->ban[1], OBJ(PURGE_OBJ_OVERLAY), op, operand);
	bans->n = 2;
}

static void
add_variant(struct purge_bans *bans, const char *operand)
{
	char *operations;

	(void)snprintf(bans->pattern, sizeof bans->pattern, "%s", operand);
	operations = strchr(bans->pattern, ' ');
	*operations++ = '\0';
	add(&bans->ban[0], OBJ(PURGE_OBJ_SOURCE), "==", bans->pattern);
	add(&bans->ban[0], OBJ(PURGE_OBJ_OPERATIONS), "==", operations);
}

static void
glob_pattern(struct text *t, const char *glob)
{
	size_t len = strcspn(glob, "*");

	text_byte(t, '^');
	quote(t, glob, len);
	for (glob += len + 1;; glob += len + 1) {
		len = strcspn(glob, "*");
		if (glob[len] == '\0')
			break;
		text_str(t, "(?>.*?");
		quote(t, glob, len);
		text_byte(t, ')');
	}
	/* The last run must be at the end, and after all others. */
	if (len > 0) {
		text_str(t, ".*");
		quote(t, glob, len);
		text_byte(t, '$');
	}
}

/* One of the words as a whole word. */
static void
tags_pattern(struct text *t, const char *tags)
{
	size_t len;

	text_str(t, "(?:^|[, \\t])(?:");
	for (;; tags++) {
		len = strcspn(tags, " ");
		quote(t, tags, len);
		tags += len;
		if (*tags == '\0')
			break;
		text_byte(t, '|');
	}
	text_str(t, ")(?:$|[, \\t])");
}

static void
add_pattern(struct purge_bans *bans, const struct purge_expr *expr)
{
	struct text t = text_on(bans->pattern, sizeof bans->pattern);

	if (expr->kind == PURGE_TAGS) {
		tags_pattern(&t, expr->operand);
		add(&bans->ban[0], OBJ(PURGE_OBJ_TAGS), "~", bans->pattern);
		return;
	}
	if (expr->kind == PURGE_PREFIX) {
		text_byte(&t, '^');
		quote(&t, expr->operand, strlen(expr->operand));
	} else
		glob_pattern(&t, expr->operand);
	add_url(bans, "~", bans->pattern);
}

static void
bans_init(struct purge_bans *bans)
{
	bans->n = 1;
	bans->ban[0].n = bans->ban[1].n = 0;
	bans->pattern[0] = bans->since[0] = '\0';
}

/*
 * From a mark on: of the same process, and either the number itself, or the
 * same digits to some place and a higher one there.  All else is before it,
 * also what a process began whose clock was ahead.
 */
static void
since_pattern(struct text *t, const char *mark)
{
	const char *number = mark + PURGE_MARK_LEN / 2, *p, *digit;

	text_byte(t, '^');
	quote(t, mark, PURGE_MARK_LEN / 2);
	text_str(t, "(?:");
	for (p = number; *p != '\0'; p++) {
		digit = strchr(HEX, *p);
		if (digit[1] == '\0')
			continue;
		quote(t, number, (size_t)(p - number));
		text_byte(t, '[');
		quote(t, digit + 1, strlen(digit + 1));
		text_str(t, "]|");
	}
	quote(t, number, PURGE_MARK_LEN / 2);
	text_byte(t, ')');
}

static bool
glob_matches(const char *glob, const char *s)
{
	size_t len = strcspn(glob, "*"), rest;

	if (strncmp(s, glob, len) != 0)
		return (false);
	s += len;
	for (glob += len + 1;; glob += len + 1) {
		len = strcspn(glob, "*");
		if (glob[len] == '\0')
			break;
		while (strncmp(s, glob, len) != 0)
			if (*s++ == '\0')
				return (false);
		s += len;
	}
	rest = strlen(s);
	return (rest >= len && strcmp(s + rest - len, glob) == 0);
}

/* Whether the two lists of words have one in common. */
static bool
tags_match(const char *wanted, const char *tags)
{
	const char *w;
	size_t len, wlen;

	for (; tags != NULL && *tags != '\0'; tags += len) {
		tags += strspn(tags, SEPARATORS);
		len = strcspn(tags, SEPARATORS);
		for (w = wanted; *w != '\0'; w += wlen) {
			w += strspn(w, " ");
			wlen = strcspn(w, " ");
			if (len > 0 && wlen == len && !memcmp(w, tags, len))
				return (true);
		}
	}
	return (false);
}

static bool
url_matches(const struct purge_expr *expr, const char *url,
    purge_regex_f *regex, void *priv)
{
	if (url == NULL)
		return (false);
	switch (expr->kind) {
	case PURGE_SOURCE:
		return (strcmp(url, expr->operand) == 0);
	case PURGE_PREFIX:
		return (strncmp(url, expr->operand,
		    strlen(expr->operand)) == 0);
	case PURGE_GLOB:
		return (glob_matches(expr->operand, url));
	case PURGE_REGEX:
		return (regex(priv, expr->operand, url));
	default:
		return (false);
	}
}

void
purge_mark_format(struct purge_mark mark, char out[PURGE_MARK_LEN + 1])
{
	(void)snprintf(out, PURGE_MARK_LEN + 1, "%016" PRIx64 "%016" PRIx64,
	    mark.process, mark.number);
}

int
purge_mark_parse(struct purge_mark *mark, const char *text)
{
	char half[PURGE_MARK_LEN / 2 + 1];

	if (text == NULL || strlen(text) != PURGE_MARK_LEN ||
	    strspn(text, HEX) != PURGE_MARK_LEN)
		return (-1);
	memcpy(half, text, sizeof half - 1);
	half[sizeof half - 1] = '\0';
	mark->process = strtoull(half, NULL, 16);
	mark->number = strtoull(text + sizeof half - 1, NULL, 16);
	return (0);
}

void
purge_bans(struct purge_bans *bans, const struct purge_expr *expr,
    const struct purge_mark *before)
{
	char digits[PURGE_MARK_LEN + 1];
	struct text t = text_on(bans->since, sizeof bans->since);
	unsigned i;

	bans_init(bans);
	switch (expr->kind) {
	case PURGE_SOURCE:
		add_url(bans, "==", expr->operand);
		break;
	case PURGE_REGEX:
		add_url(bans, "~", expr->operand);
		break;
	case PURGE_VARIANT:
		add_variant(bans, expr->operand);
		break;
	case PURGE_ALL:
		/* There is no test that says so; every status is one. */
		add(&bans->ban[0], "obj.status", "!=", "0");
		break;
	case PURGE_PREFIX:
	case PURGE_GLOB:
	case PURGE_TAGS:
		add_pattern(bans, expr);
		break;
	}
	if (before == NULL)
		return;
	purge_mark_format(*before, digits);
	since_pattern(&t, digits);
	for (i = 0; i < bans->n; i++)
		add(&bans->ban[i], OBJ(PURGE_OBJ_BEGAN), "!~", bans->since);
}

void
purge_bans_one(struct purge_bans *bans, const char *source,
    struct purge_mark began)
{
	bans_init(bans);
	purge_mark_format(began, bans->since);
	(void)snprintf(bans->pattern, sizeof bans->pattern, "%s", source);
	add(&bans->ban[0], OBJ(PURGE_OBJ_SOURCE), "==", bans->pattern);
	add(&bans->ban[0], OBJ(PURGE_OBJ_BEGAN), "==", bans->since);
}

bool
purge_matches(const struct purge_expr *expr, const struct purge_object *obj,
    purge_regex_f *regex, void *priv)
{
	size_t len;

	switch (expr->kind) {
	case PURGE_ALL:
		return (true);
	case PURGE_TAGS:
		return (tags_match(expr->operand, obj->tags));
	case PURGE_VARIANT:
		len = strcspn(expr->operand, " ");
		return (obj->source != NULL && obj->operations != NULL &&
		    strlen(obj->source) == len &&
		    memcmp(obj->source, expr->operand, len) == 0 &&
		    strcmp(obj->operations, expr->operand + len + 1) == 0);
	default:
		return (url_matches(expr, obj->source, regex, priv) ||
		    url_matches(expr, obj->overlay, regex, priv));
	}
}
