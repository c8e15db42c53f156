/* SPDX-License-Identifier: BSD-2-Clause
 * Copyright (c) 2026 The pixelfleet authors
 *
 * See purge_door.h.
 */

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "purge_door.h"

#define SECOND		UINT64_C(1000000)	/* us */
#define DIGITS		"0123456789"

/*
 * A purge makes the bucket full later by its share of a second, and it must
 * not be later than what fits into an empty one.
 */
unsigned
purge_rate_take(struct purge_rate *bucket, double rate, uint64_t now)
{
	uint64_t share, size, full;

	if (rate == 0.)
		return (0);
	share = (uint64_t)(1e6 / rate + 0.5);
	size = PURGE_RATE_SECONDS * SECOND;
	if (size < share)
		size = share;
	full = (bucket->full > now ? bucket->full : now) + share;
	if (full - now > size)
		return ((unsigned)((full - now - size + SECOND - 1) /
		    SECOND));
	bucket->full = full;
	return (0);
}

int
purge_wait_parse(const char *seconds)
{
	const char *p = seconds;
	int ms = 0, unit = 1000;
	size_t whole, decimals;

	if (p == NULL || *p == '\0')
		return (PURGE_WAIT_DEFAULT);
	whole = strspn(p, DIGITS);
	decimals = p[whole] == '.' ? strspn(p + whole + 1, DIGITS) : 0;
	if (whole < 1 || whole > 2 || decimals > 3 ||
	    p[whole + (decimals > 0 ? 1 + decimals : 0)] != '\0')
		return (-1);
	for (; whole > 0; whole--)
		ms = 10 * ms + (*p++ - '0') * unit;
	for (; decimals > 0; decimals--)
		ms += (*++p - '0') * (unit /= 10);
	return (ms <= PURGE_WAIT_MAX ? ms : -1);
}

/* The answer --------------------------------------------------------*/

static void
json_string(FILE *f, const char *s)
{
	(void)fputc('"', f);
	for (; *s != '\0'; s++) {
		if (*s == '"' || *s == '\\')
			(void)fprintf(f, "\\%c", *s);
		else if (*s >= ' ' && *s <= '~')
			(void)fputc(*s, f);
		else
			(void)fprintf(f, "\\u%04x", (unsigned char)*s);
	}
	(void)fputc('"', f);
}

/* Returns 0 where all of it could be written; the text is in `json`. */
static int
answer_close(struct purge_answer *a)
{
	FILE *f = a->stream;
	int failed = ferror(f);

	a->stream = NULL;
	if (fclose(f) == 0 && !failed)
		return (0);
	free(a->json);
	a->json = NULL;
	return (-1);
}

static int
answer_open(struct purge_answer *a)
{
	a->json = NULL;
	a->stream = open_memstream(&a->json, &a->len);
	return (a->stream != NULL ? 0 : -1);
}

int
purge_answer_begin(struct purge_answer *a)
{
	memset(a, 0, sizeof *a);
	return (answer_open(a));
}

void
purge_answer_node(struct purge_answer *a, const struct purge_standing *s)
{
	FILE *f = a->stream;

	(void)fprintf(f, "%s\n  {\"node\": ", a->nodes > 0 ? "," : "");
	json_string(f, s->node);
	(void)fprintf(f, ", \"applied\": %s", s->applied ? "true" : "false");
	if (!s->applied) {
		(void)fputs(", \"why\": ", f);
		json_string(f, s->why);
	}
	(void)fputc('}', f);
	a->nodes++;
	a->pending += !s->applied;
}

/* What is said of all nodes comes first. */
int
purge_answer_end(struct purge_answer *a, const struct purge_id *id,
    const char *expr)
{
	char name[PURGE_ID_MAX];
	char *nodes;
	FILE *f;

	if (answer_close(a) < 0)
		return (-1);
	nodes = a->json;
	if (answer_open(a) < 0) {
		free(nodes);
		return (-1);
	}
	f = a->stream;
	purge_id_format(id, name);
	(void)fputs("{\"id\": ", f);
	json_string(f, name);
	(void)fputs(", \"purge\": ", f);
	json_string(f, expr);
	(void)fprintf(f, ", \"applied\": %s, \"nodes\": [%s]}\n",
	    a->pending == 0 ? "true" : "false", nodes);
	free(nodes);
	return (answer_close(a));
}
