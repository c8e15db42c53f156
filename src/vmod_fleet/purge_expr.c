/* SPDX-License-Identifier: BSD-2-Clause
 * Copyright (c) 2026 The pixelfleet authors
 *
 * Expressions of purges, see purge_expr.h.
 *
 * A request is read into a draft of the text, which is then held against
 * the rules for a text from anywhere else: whatever gets out of here parses.
 */

#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "purge_expr.h"
#include "purge_regex.h"
#include "url_text.h"

#define TAG_SEPARATORS	", \t"

static const char *const kind_name[] = {
	[PURGE_SOURCE] = "source",
	[PURGE_VARIANT] = "variant",
	[PURGE_PREFIX] = "prefix",
	[PURGE_GLOB] = "glob",
	[PURGE_REGEX] = "regex",
	[PURGE_TAGS] = "tags",
	[PURGE_ALL] = "all",
};

#define KINDS	(sizeof kind_name / sizeof *kind_name)

/* An expression under way. */
struct draft {
	const struct purge_request	*req;
	enum purge_kind			kind;
	struct text			text;
	char				*err;
};

static int __attribute__((format(printf, 3, 4)))
refuse(struct draft *d, int status, const char *fmt, ...)
{
	va_list ap;

	va_start(ap, fmt);
	(void)vsnprintf(d->err, PURGE_ERROR_MAX, fmt, ap);
	va_end(ap);
	return (status);
}

static bool
is_set(const char *s)
{
	return (s != NULL && *s != '\0');
}

/* A phrase for "the ... holds", or NULL. */
static const char *
bytes_fault(const char *s, bool spaces)
{
	for (; *s != '\0'; s++) {
		if (*s == ' ' && !spaces)
			return ("a space");
		if (*s < ' ' || *s > '~')
			return ("a byte that is not printable ASCII");
	}
	return (NULL);
}

static unsigned
count(const char *s, char c)
{
	unsigned n = 0;

	while ((s = strchr(s, c)) != NULL) {
		n++;
		s++;
	}
	return (n);
}

/*
 * The operand's own rules, each a phrase for "the <kind> ..." of whoever
 * breaks it.
 */
static const char *
url_fault(const char *url)
{
	if (*url != '/')
		return ("does not begin with '/'");
	if (bytes_fault(url, false) != NULL)
		return ("holds a space, or a byte that is not printable "
		    "ASCII");
	return (NULL);
}

static const char *
variant_fault(const char *operand)
{
	const char *space = strchr(operand, ' ');

	if (*operand != '/' || bytes_fault(operand, true) != NULL)
		return (url_fault(operand));
	if (space == NULL || space[1] == '\0' || strchr(space + 1, ' '))
		return ("has no operations, or a space in them");
	return (NULL);
}

static const char *
prefix_fault(const char *prefix)
{
	if (strchr(prefix, '*') != NULL)
		return ("holds a '*' before its end");
	if (strcmp(prefix, "/") == 0)
		return ("is everything");
	return (url_fault(prefix));
}

static const char *
glob_fault(const char *glob)
{
	size_t first = strcspn(glob, "*");

	if (glob[first] == '\0')
		return ("has no '*'");
	if (glob[first + 1] == '\0')
		return ("has its only '*' at its end, which makes it a "
		    "prefix");
	if (strstr(glob, "**") != NULL)
		return ("has two '*' side by side");
	if (count(glob, '*') > PURGE_STARS_MAX)
		return ("has more than 16 '*'");
	return (url_fault(glob));
}

static const char *
regex_fault(const char *regex)
{
	if (*regex == '\0')
		return ("is empty");
	if (strlen(regex) > PURGE_REGEX_MAX)
		return ("is longer than 512 bytes");
	if (bytes_fault(regex, true) != NULL)
		return ("holds a byte that is not printable ASCII");
	if (*regex == ' ' || regex[strlen(regex) - 1] == ' ')
		return ("begins or ends with a space");
	return (purge_regex_fault(regex));
}

/* -1, 0 or 1, as strcmp, of two words that end at a space or a NUL. */
static int
word_order(const char *a, size_t alen, const char *b, size_t blen)
{
	int order = memcmp(a, b, alen < blen ? alen : blen);

	if (order == 0)
		return ((alen > blen) - (alen < blen));
	return (order);
}

static const char *
tags_fault(const char *tags)
{
	const char *last = NULL;
	size_t len, last_len = 0;
	unsigned n = 0;

	if (bytes_fault(tags, true) != NULL)
		return ("hold a byte that is not printable ASCII");
	for (;; tags += len + 1) {
		len = strcspn(tags, " ");
		if (len == 0 || memchr(tags, ',', len) != NULL)
			return ("are not words with single spaces between");
		if (len > PURGE_TAG_MAX)
			return ("hold one of more than 128 bytes");
		if (++n > PURGE_TAGS_MAX)
			return ("are more than 32");
		if (last != NULL &&
		    word_order(last, last_len, tags, len) >= 0)
			return ("are not in order");
		last = tags;
		last_len = len;
		if (tags[len] == '\0')
			return (NULL);
	}
}

static const char *
operand_fault(enum purge_kind kind, const char *operand)
{
	if (strlen(operand) >= PURGE_OPERAND_MAX)
		return ("is longer than 4095 bytes");
	switch (kind) {
	case PURGE_SOURCE:
		return (url_fault(operand));
	case PURGE_VARIANT:
		return (variant_fault(operand));
	case PURGE_PREFIX:
		return (prefix_fault(operand));
	case PURGE_GLOB:
		return (glob_fault(operand));
	case PURGE_REGEX:
		return (regex_fault(operand));
	case PURGE_TAGS:
		return (tags_fault(operand));
	case PURGE_ALL:
		break;
	}
	return (*operand != '\0' ? "takes no operand" : NULL);
}

static int
find_kind(const char *name, size_t len)
{
	unsigned i;

	for (i = 0; i < KINDS; i++)
		if (strlen(kind_name[i]) == len &&
		    memcmp(kind_name[i], name, len) == 0)
			return ((int)i);
	return (-1);
}

/* What kind the URL is by its looks.  A star in an operation is data. */
static enum purge_kind
url_kind(const struct purge_request *req)
{
	size_t star = strcspn(req->url, "*");

	if (strcmp(req->url, "/") == 0)
		return (PURGE_ALL);
	if (is_set(req->operations) && is_set(req->source) &&
	    strchr(req->source, '*') == NULL)
		return (PURGE_VARIANT);
	if (req->url[star] != '\0')
		return (req->url[star + 1] == '\0' ? PURGE_PREFIX :
		    PURGE_GLOB);
	return (is_set(req->operations) ? PURGE_VARIANT : PURGE_SOURCE);
}

static int
read_kind(struct draft *d)
{
	const struct purge_request *req = d->req;
	bool words = is_set(req->tags) || is_set(req->regex);
	int kind;

	if (is_set(req->tags) && is_set(req->regex))
		return (refuse(d, 400, "%s and %s cannot be combined",
		    PURGE_HDR_TAG, PURGE_HDR_REGEX));
	if (is_set(req->tags))
		d->kind = PURGE_TAGS;
	else if (is_set(req->regex))
		d->kind = PURGE_REGEX;
	else
		d->kind = url_kind(req);
	if (words && strcmp(req->url, "/") != 0)
		return (refuse(d, 400, "%s stands for itself: with it, the "
		    "URL must be '/'", is_set(req->tags) ? PURGE_HDR_TAG :
		    PURGE_HDR_REGEX));
	if (!is_set(req->by))
		return (0);
	kind = find_kind(req->by, strlen(req->by));
	if (kind < 0)
		return (refuse(d, 400, PURGE_HDR_BY " must be source, "
		    "variant, prefix, glob, regex, tags or all"));
	if (kind == PURGE_TAGS && !is_set(req->tags))
		return (refuse(d, 400, PURGE_HDR_BY ": tags needs "
		    PURGE_HDR_TAG));
	if (kind == PURGE_REGEX && !is_set(req->regex))
		return (refuse(d, 400, PURGE_HDR_BY ": regex needs "
		    PURGE_HDR_REGEX));
	if (words && kind != (int)d->kind)
		return (refuse(d, 400, "%s cannot be combined with "
		    PURGE_HDR_BY ": %s", is_set(req->tags) ? PURGE_HDR_TAG :
		    PURGE_HDR_REGEX, kind_name[kind]));
	if (kind == PURGE_ALL && strcmp(req->url, "/") != 0)
		return (refuse(d, 400, PURGE_HDR_BY ": all needs the URL "
		    "'/'"));
	if (kind == PURGE_VARIANT && !is_set(req->operations))
		return (refuse(d, 400, PURGE_HDR_BY ": variant needs a URL "
		    "with operations"));
	d->kind = (enum purge_kind)kind;
	return (0);
}

/* The URL in the normal form that originals' URLs have, stars untouched. */
static int
read_url(struct draft *d)
{
	const char *url = d->req->url;
	const char *query = url + strcspn(url, "?");
	const char *fault;
	char path[PURGE_OPERAND_MAX];
	struct text t = text_on(path, sizeof path);

	fault = url_normalise(&t, url, query);
	if (fault == NULL)
		url_remove_dot_segments(&t);
	if (fault == NULL)
		fault = url_normalise(&t, query, query + strlen(query));
	if (fault != NULL)
		return (refuse(d, 400, "the URL holds %s", fault));
	if (t.full)
		return (refuse(d, 400, "the URL is longer than 4095 bytes"));
	if (d->kind == PURGE_PREFIX && t.len > 0 && path[t.len - 1] == '*')
		path[--t.len] = '\0';
	if (d->kind == PURGE_PREFIX && strcmp(path, "/") == 0) {
		d->kind = PURGE_ALL;
		return (0);
	}
	text_str(&d->text, path);
	return (0);
}

static int
compare_words(const void *a, const void *b)
{
	const char *const *s = a, *const *t = b;

	return (word_order(*s, strcspn(*s, TAG_SEPARATORS), *t,
	    strcspn(*t, TAG_SEPARATORS)));
}

/* Sorted, and each once. */
static int
read_tags(struct draft *d)
{
	const char *word[PURGE_TAGS_MAX], *p = d->req->tags;
	size_t len, last_len = 0;
	unsigned i, n = 0;

	for (;; p += strcspn(p, TAG_SEPARATORS)) {
		p += strspn(p, TAG_SEPARATORS);
		if (*p == '\0')
			break;
		if (n == PURGE_TAGS_MAX)
			return (refuse(d, 400, PURGE_HDR_TAG " holds more "
			    "than %d tags", PURGE_TAGS_MAX));
		word[n++] = p;
	}
	if (n == 0)
		return (refuse(d, 400, PURGE_HDR_TAG " holds no tag"));
	qsort(word, n, sizeof *word, compare_words);
	for (i = 0; i < n; i++, last_len = len) {
		len = strcspn(word[i], TAG_SEPARATORS);
		if (i > 0 && word_order(word[i - 1], last_len, word[i],
		    len) == 0)
			continue;
		if (i > 0)
			text_byte(&d->text, ' ');
		for (p = word[i]; p < word[i] + len; p++)
			text_byte(&d->text, *p);
	}
	return (0);
}

static int
read_operand(struct draft *d)
{
	const struct purge_request *req = d->req;

	switch (d->kind) {
	case PURGE_TAGS:
		return (read_tags(d));
	case PURGE_REGEX:
		text_str(&d->text, req->regex);
		return (0);
	case PURGE_ALL:
		return (0);
	case PURGE_SOURCE:
	case PURGE_VARIANT:
		if (!is_set(req->source))
			return (read_url(d));
		text_str(&d->text, req->source);
		if (d->kind == PURGE_VARIANT) {
			text_byte(&d->text, ' ');
			text_str(&d->text, req->operations);
		}
		return (0);
	case PURGE_PREFIX:
	case PURGE_GLOB:
		if (is_set(req->operations))
			return (refuse(d, 400, "the %s is about originals: "
			    "it cannot have operations", kind_name[d->kind]));
		break;
	}
	return (read_url(d));
}

/* The beginning of a request, and what it asks for. */
static int
read_draft(struct draft *d, bool *soft)
{
	const struct purge_request *req = d->req;
	int status;

	if (req->method == NULL || (strcmp(req->method, "DELETE") != 0 &&
	    strcmp(req->method, "PURGE") != 0))
		return (refuse(d, 405, "a purge is asked for with DELETE or "
		    "PURGE"));
	if (req->url == NULL || *req->url != '/')
		return (refuse(d, 400, "the URL does not begin with '/'"));
	*soft = is_set(req->mode) && strcmp(req->mode, "soft") == 0;
	if (is_set(req->mode) && !*soft && strcmp(req->mode, "hard") != 0)
		return (refuse(d, 400, PURGE_HDR_MODE " must be hard or "
		    "soft"));
	status = read_kind(d);
	return (status != 0 ? status : read_operand(d));
}

int
purge_expr_read(char text[PURGE_EXPR_MAX], const struct purge_request *req,
    char err[PURGE_ERROR_MAX])
{
	char operand[PURGE_OPERAND_MAX];
	struct draft d = { .req = req, .err = err,
	    .text = text_on(operand, sizeof operand) };
	const char *fault;
	bool soft = false;
	int status;

	err[0] = text[0] = '\0';
	status = read_draft(&d, &soft);
	if (status != 0)
		return (status);
	if (d.text.full)
		return (refuse(&d, 400, "the URL is longer than 4095 bytes"));
	fault = operand_fault(d.kind, operand);
	if (fault != NULL)
		return (refuse(&d, 400, "the %s %s",
		    d.kind == PURGE_REGEX ? "regular expression" :
		    kind_name[d.kind], fault));
	(void)snprintf(text, PURGE_EXPR_MAX, "%s %s%s%s",
	    soft ? "soft" : "hard", kind_name[d.kind],
	    *operand != '\0' ? " " : "", operand);
	return (0);
}

int
purge_expr_parse(struct purge_expr *expr, const char *text)
{
	const char *kind = text + 5, *operand;
	int found;

	if (strncmp(text, "hard ", 5) != 0 && strncmp(text, "soft ", 5) != 0)
		return (-1);
	operand = kind + strcspn(kind, " ");
	found = find_kind(kind, (size_t)(operand - kind));
	if (found < 0)
		return (-1);
	if (*operand == ' ' && *++operand == '\0')
		return (-1);
	if (operand_fault((enum purge_kind)found, operand) != NULL)
		return (-1);
	expr->kind = (enum purge_kind)found;
	expr->soft = *text == 's';
	expr->text = text;
	expr->operand = operand;
	return (0);
}
