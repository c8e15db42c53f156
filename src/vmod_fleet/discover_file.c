/* SPDX-License-Identifier: BSD-2-Clause
 * Copyright (c) 2026 The pixelfleet authors
 *
 * See discover_file.h.
 */

#include "config.h"

#include <ctype.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "discover_file.h"

#define LINE_MAX	1024
#define FIELDS		4

/* host, host:port, address of either kind, [address]:port: in place. */
static int
file_place(char *text, const char **host, const char **port, char *why)
{
	char *colon, *end;

	*host = text;
	if (*text == '[') {
		*host = text + 1;
		end = strchr(text, ']');
		if (end == NULL || (end[1] != '\0' && end[1] != ':')) {
			(void)snprintf(why, DISCOVER_WHY_MAX, "\"%.80s\" is "
			    "no host: an address in brackets ends with ] or "
			    "]:port", text);
			return (-1);
		}
		*end++ = '\0';
		if (*end == ':')
			*port = end + 1;
		return (0);
	}
	colon = strchr(text, ':');
	if (colon != NULL && strchr(colon + 1, ':') == NULL) {
		*colon = '\0';
		*port = colon + 1;
	}
	return (0);
}

/* Thousandths, from a decimal number without a sign or an exponent. */
static int
file_weight(const char *text, uint32_t *weight, char *why)
{
	double d;
	char *end;

	d = strtod(text, &end);
	if (strspn(text, "0123456789.") != strlen(text) || *end != '\0' ||
	    end == text || !(d >= 0.01 && d <= 100.)) {
		(void)snprintf(why, DISCOVER_WHY_MAX, "the weight is "
		    "\"%.40s\": accepted is 0.01 to 100", text);
		return (-1);
	}
	*weight = (uint32_t)(d * RING_WEIGHT_ONE + .5);
	return (0);
}

static int
file_node(struct discover_set *s, char *field[FIELDS], unsigned n,
    const char *port, char *why)
{
	uint32_t weight = RING_WEIGHT_ONE;
	bool leaving;
	const char *host;

	leaving = n > 2 && !strcmp(field[n - 1], "leaving");
	n -= leaving;
	if (n < 2 || n > 3) {
		(void)snprintf(why, DISCOVER_WHY_MAX, "a node has a name, a "
		    "host, and perhaps a weight and the word leaving");
		return (-1);
	}
	if (file_place(field[1], &host, &port, why) < 0 ||
	    (n == 3 && file_weight(field[2], &weight, why) < 0))
		return (-1);
	return (discover_set_add(s, field[0], host, port, weight, leaving,
	    why));
}

static int
file_line(struct discover_set *s, char *line, const char *port, char *why)
{
	char *field[FIELDS + 1], *save = NULL, *p;
	unsigned n = 0;

	line[strcspn(line, "#")] = '\0';
	for (p = strtok_r(line, " \t\r", &save); p != NULL && n <= FIELDS;
	    p = strtok_r(NULL, " \t\r", &save))
		field[n++] = p;
	return (n == 0 ? 0 : file_node(s, field, n, port, why));
}

int
discover_file_parse(struct discover_set *s, const char *text, size_t len,
    const char *port, char why[DISCOVER_WHY_MAX])
{
	char line[LINE_MAX], what[DISCOVER_WHY_MAX];
	const char *p = text, *end = text + len, *nl;
	unsigned number;

	for (number = 1; p < end; number++, p = nl + 1) {
		nl = memchr(p, '\n', end - p);
		if (nl == NULL)
			nl = end;
		what[0] = '\0';
		if ((size_t)(nl - p) >= sizeof line ||
		    memchr(p, '\0', nl - p) != NULL)
			(void)snprintf(what, sizeof what, "this is no text, "
			    "or a line of %d characters or more", LINE_MAX);
		else {
			memcpy(line, p, nl - p);
			line[nl - p] = '\0';
			if (file_line(s, line, port, what) == 0)
				continue;
		}
		(void)snprintf(why, DISCOVER_WHY_MAX, "line %u: %.480s",
		    number, what);
		return (-1);
	}
	return (discover_set_close(s, why));
}
