/* SPDX-License-Identifier: BSD-2-Clause
 * Copyright (c) 2026 The pixelfleet authors
 *
 * The purge log as text, see purge_line.h.
 */

#include <inttypes.h>
#include <stdio.h>
#include <string.h>

#include "purge_line.h"

#define POSITION_V1	"v1;"
#define NUMBER_MAX	(UINT64_C(1) << 53)	/* as in JSON */

/* Decimal digits as printf writes them, then `end`; past it, or NULL. */
static const char *
take_number(const char *text, uint64_t *number, char end)
{
	const char *p;
	uint64_t n = 0;
	unsigned digit;

	if (text == NULL)
		return (NULL);
	for (p = text; *p >= '0' && *p <= '9'; p++) {
		digit = (unsigned)(*p - '0');
		if (n > (NUMBER_MAX - digit) / 10)
			return (NULL);
		n = n * 10 + digit;
	}
	if (p == text || (*text == '0' && p != text + 1))
		return (NULL);
	if (*p != end && *p != '\0')
		return (NULL);
	*number = n;
	return (*p == '\0' ? p : p + 1);
}

/* A node's name, then `end`; past it, or NULL. */
static const char *
take_name(const char *text, char name[NODE_NAME_MAX + 1], char end)
{
	const char *p = strchr(text, end);

	if (p == NULL || p - text > NODE_NAME_MAX)
		return (NULL);
	memcpy(name, text, (size_t)(p - text));
	name[p - text] = '\0';
	return (node_name_valid(name) ? p + 1 : NULL);
}

/* <node> <epoch> <number> with `sep` between, then `end`; past, or NULL. */
static const char *
take_id(const char *text, struct purge_id *id, char sep, char end)
{
	text = take_name(text, id->node, sep);
	text = take_number(text, &id->epoch, sep);
	text = take_number(text, &id->number, end);
	return (text != NULL && id->epoch > 0 ? text : NULL);
}

static const char *
take_time(const char *text, int64_t *when, char end)
{
	uint64_t n;

	text = take_number(text, &n, end);
	if (text != NULL)
		*when = (int64_t)n;
	return (text);
}

void
purge_id_format(const struct purge_id *id, char out[PURGE_ID_MAX])
{
	(void)snprintf(out, PURGE_ID_MAX, "%s:%" PRIu64 ":%" PRIu64,
	    id->node, id->epoch, id->number);
}

int
purge_id_parse(struct purge_id *id, const char *text)
{
	struct purge_id i;

	if (text == NULL)
		return (-1);
	text = take_id(text, &i, ':', '\0');
	if (text == NULL || i.number == 0)
		return (-1);
	*id = i;
	return (0);
}

int
purge_line_parse(struct purge_line *line, const char *text)
{
	struct purge_line l = { .gap = strncmp(text, "gap ", 4) == 0 };

	if (!l.gap && strncmp(text, "purge ", 6) != 0)
		return (-1);
	text = take_id(text + (l.gap ? 4 : 6), &l.id, ' ', ' ');
	text = take_time(text, &l.time, l.gap ? '\0' : ' ');
	if (text == NULL || l.id.number == 0)
		return (-1);
	if (!l.gap && purge_expr_parse(&l.expr, text) != 0)
		return (-1);
	*line = l;
	return (0);
}

void
purge_line_format(const struct purge_line *line, char out[PURGE_LINE_MAX])
{
	(void)snprintf(out, PURGE_LINE_MAX, "%s %s %" PRIu64 " %" PRIu64
	    " %" PRId64 "%s%s", line->gap ? "gap" : "purge", line->id.node,
	    line->id.epoch, line->id.number, line->time,
	    line->gap ? "" : " ", line->gap ? "" : line->expr.text);
}

const char *
purge_position_begin(const char *text)
{
	if (text == NULL ||
	    strncmp(text, POSITION_V1, strlen(POSITION_V1)) != 0)
		return (NULL);
	return (text + strlen(POSITION_V1) - 1);
}

int
purge_position_next(struct purge_position *item, const char **text)
{
	struct purge_position i;
	const char *p = *text;

	if (*p == '\0')
		return (0);
	if (*p != ';' && *p != ',')
		return (-1);
	p++;
	p = take_id(p, &i.id, ':', ':');
	if (p == NULL)
		return (-1);
	/* The separator is left, for the next item to begin with. */
	p = take_time(p, &i.time, ',');
	if (p == NULL)
		return (-1);
	*item = i;
	*text = p[-1] == ',' ? p - 1 : p;
	return (1);
}

int
purge_position_add(char *buf, size_t size, size_t len,
    const struct purge_position *item)
{
	int n;

	n = snprintf(buf + len, size - len, "%s%s:%" PRIu64 ":%" PRIu64
	    ":%" PRId64, len == 0 ? POSITION_V1 : ",", item->id.node,
	    item->id.epoch, item->id.number, item->time);
	if (n < 0 || (size_t)n >= size - len) {
		buf[len] = '\0';
		return (-1);
	}
	return ((int)len + n);
}
