/* SPDX-License-Identifier: BSD-2-Clause
 * Copyright (c) 2026 The pixelfleet authors
 *
 * The cost of a regular expression, see purge_regex.h.
 *
 * Without repeated groups and references an expression is a row of items,
 * and the ways to match it at one place are at most the product of the ways
 * to match each: the length of the subject for an unlimited repeat, two for
 * an optional item, as many as there are branches for a choice.
 */

#include <stdbool.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include "purge_regex.h"

#define SUBJECT		4096		/* bytes of a URL, a power of two */

/*
 * Two unlimited repeats: SUBJECT^2 / 2 steps in truth, since the second
 * begins where the first ends.  That is 8.4 million.
 */
#define COST_MAX	((uint64_t)SUBJECT * SUBJECT)

#define TOO_DEAR	"would take too long: it may have two of * + {n,}, " \
			"or fewer with other choices beside them"

/* `p` is behind a '['; past the ']', or NULL where it has none. */
static const char *
skip_class(const char *p)
{
	if (*p == '^')
		p++;
	if (*p == ']')
		p++;
	for (; *p != ']'; p++) {
		if (*p == '[' && p[1] == ':') {
			p = strstr(p + 2, ":]");
			if (p == NULL)
				return (NULL);
			p++;
		} else if (*p == '\\' && p[1] != '\0')
			p++;
		if (*p == '\0')
			return (NULL);
	}
	return (p + 1);
}

/* The ways of a quantifier at *p, which moves past it; 0: there is none. */
static uint64_t
quantifier(const char **p)
{
	unsigned long from, to;
	uint64_t ways = SUBJECT;
	size_t len;
	char *end;

	if (**p == '?')
		ways = 2;
	else if (**p == '{') {
		/* Newer releases of PCRE allow spaces, and no first number. */
		len = strspn(*p + 1, "0123456789, ");
		if (len == 0 || (*p)[len + 1] != '}')
			return (0);
		from = to = strtoul(*p + 1, &end, 10);
		if (*end == ',')
			to = strtoul(end + 1, &end, 10);
		if (*end == '}' && end[-1] != ',' && from <= to &&
		    to - from < SUBJECT)
			ways = to - from + 1;
		*p += len + 1;
	} else if (**p != '*' && **p != '+')
		return (0);
	++*p;
	/* Lazy or possessive. */
	if (**p == '?' || **p == '+')
		++*p;
	return (ways);
}

/* What an escape is allowed to be: a byte, a class of them, or a place. */
static const char *
escape_fault(char c)
{
	if (c == '\0')
		return ("ends in a backslash");
	if (strchr("dDsSwWhHvVNRbBAzZGnrtfea", c) == NULL &&
	    ((c >= '0' && c <= '9') || (c >= 'a' && c <= 'z') ||
	    (c >= 'A' && c <= 'Z')))
		return ("has an escape that is not for bytes, classes of "
		    "them or places");
	return (NULL);
}

/* Past what opens a group at `p`, or NULL. */
static const char *
open_group(const char *p)
{
	if (strncmp(p, "(?:", 3) == 0)
		return (p + 3);
	if (strncmp(p, "(?i)", 4) == 0)
		return (p + 4);
	return (p[1] == '?' || p[1] == '*' ? NULL : p + 1);
}

const char *
purge_regex_fault(const char *regex)
{
	uint64_t cost = 1, ways, branches = 1;
	const char *p = regex, *fault, *item_end;
	unsigned depth = 0;
	bool group;

	while (*p != '\0') {
		item_end = p;
		if (quantifier(&item_end) != 0)
			return ("has a quantifier with nothing to repeat");
		group = *p == ')';
		if (*p == '\\') {
			fault = escape_fault(p[1]);
			if (fault != NULL)
				return (fault);
			p += 2;
		} else if (*p == '[') {
			p = skip_class(p + 1);
			if (p == NULL)
				return ("has a '[' without its ']'");
		} else if (*p == '(') {
			depth += strncmp(p, "(?i)", 4) != 0;
			p = open_group(p);
			if (p == NULL)
				return ("has a group other than (...), "
				    "(?:...) and (?i)");
			continue;
		} else if (*p == '|') {
			/* Each makes one way more of what stands so far. */
			branches++;
			p++;
			continue;
		} else {
			if (group && depth-- == 0)
				return ("has a ')' without its '('");
			p++;
		}
		item_end = p;
		ways = quantifier(&p);
		if (group && ways != 0 && *item_end != '?')
			return ("repeats a group");
		if (ways != 0)
			cost *= ways;
		if (cost > COST_MAX)
			return (TOO_DEAR);
	}
	if (depth != 0)
		return ("has a '(' without its ')'");
	/* However the branches stand: no more than this power of two. */
	for (; branches > 1; branches--)
		if ((cost *= 2) > COST_MAX)
			return (TOO_DEAR);
	return (NULL);
}
