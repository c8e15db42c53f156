/* SPDX-License-Identifier: BSD-2-Clause
 * Copyright (c) 2026 The pixelfleet authors
 *
 * What holds for a purge log, whatever other nodes and the disk tell it, as
 * an entry for libFuzzer.
 *
 * The input is read line by line: the first byte says what to do with the
 * rest.  The unit test of purge_log calls it, too.
 */

#include "fuzz.h"
#include "purge_file.h"
#include "purge_log.h"

#define FLIGHTS		4
#define BUF		20000

static int
act(void *priv, const struct purge_action *a)
{
	unsigned *calls = priv;
	char line[PURGE_LINE_MAX];
	struct purge_line again;

	if (a->line != NULL) {
		purge_line_format(a->line, line);
		MUST(line, purge_line_parse(&again, line) == 0);
		MUST(line, again.gap == a->line->gap);
	}
	/* Now and then it fails. */
	return (++*calls % 13 == 0 ? -1 : 0);
}

static bool
no_regex(void *priv, const char *regex, const char *text)
{
	(void)priv;
	MUST(text, regex != NULL && text != NULL);
	return (false);
}

/* A text that parses is the text of what was parsed. */
static void
check_texts(const char *text)
{
	char again[PURGE_LINE_MAX], position[BUF], id[PURGE_ID_MAX];
	struct purge_position item;
	struct purge_line line;
	struct purge_id i;
	const char *p;
	int more, len = 0;

	if (purge_line_parse(&line, text) == 0) {
		purge_line_format(&line, again);
		MUST(text, strcmp(text, again) == 0);
	}
	if (purge_id_parse(&i, text) == 0) {
		purge_id_format(&i, id);
		MUST(text, strcmp(text, id) == 0);
	}
	p = purge_position_begin(text);
	if (p == NULL)
		return;
	while ((more = purge_position_next(&item, &p)) == 1) {
		len = purge_position_add(position, sizeof position,
		    (size_t)len, &item);
		MUST(text, len > 0);
	}
	if (more == 0)
		MUST(text, strcmp(text, position) == 0);
}

/* Another node that pulls all of it has all of it. */
static void
check_copy(struct purge_log *log, int64_t now)
{
	static char lines[BUF], position[BUF];
	unsigned calls = 1, rounds = 0;
	struct purge_log *other;
	char *p, *line;
	int more;

	other = purge_log_new("other", 7, &purge_rules_default, act, &calls);
	MUST("", other != NULL);
	purge_log_start(other, PURGE_START_KEPT, now);
	do {
		MUST("", purge_log_position(other, position, sizeof position,
		    now) > 0);
		MUST(position, purge_log_pull(log, position, lines,
		    sizeof lines, now) >= 0);
		for (p = lines; (line = strsep(&p, "\n")) != NULL;)
			if (*line != '\0')
				(void)purge_log_take(other, line, now);
		if (purge_log_position(log, position, sizeof position,
		    now) < 0)
			break;
		more = purge_log_heard(other, position, now);
		MUST(position, ++rounds < 1000);
	} while (more == 1);
	purge_log_free(other);
}

static void
do_line(struct purge_log *log, struct purge_flight *flight, bool *up,
    char *text, int64_t *now)
{
	static const struct purge_object obj = { "/a", "w=1", "/b", "x y" };
	static char buf[BUF];
	struct purge_standing standing;
	struct purge_id id;
	unsigned i = (unsigned char)text[0] % FLIGHTS;
	const char *why;
	const char *rest = text + 1;

	check_texts(rest);
	switch (*text) {
	case 't':
		(void)purge_log_take(log, rest, *now);
		break;
	case 'a':
		if (purge_log_add(log, rest, *now, &id) == PURGE_TAKEN) {
			MUST(rest, purge_log_pending(log, &id, *now) >= 0);
			purge_id_format(&id, buf);
			check_texts(buf);
		}
		break;
	case 'h':
		(void)purge_log_heard(log, rest, *now);
		break;
	case 'c':
		(void)purge_log_covers(log, rest, *now);
		break;
	case 'p':
		if (purge_log_pull(log, rest, buf, PURGE_LINE_MAX + 1 +
		    strlen(rest), *now) >= 0)
			MUST(rest, strlen(buf) <= PURGE_LINE_MAX +
			    strlen(rest));
		break;
	case 's':
		if (purge_id_parse(&id, rest) == 0) {
			(void)purge_log_pending(log, &id, *now);
			for (i = 0; purge_log_standing(log, &id, i, &standing,
			    *now); i++)
				MUST(rest, standing.node != NULL &&
				    standing.why != NULL);
		}
		break;
	case 'u':
		purge_log_unheard(log, "b", rest);
		break;
	case 'f':
	case 'g':
	case 'i':
		if (!up[i]) {
			purge_flight_begin(log, &flight[i]);
			up[i] = true;
			/* What begins now, is of now. */
			MUST(rest, purge_log_is_fresh(log, flight[i].mark));
		} else {
			if (purge_log_is_fresh(log, flight[i].mark))
				MUST(rest, purge_log_judge(log,
				    flight[i].mark, &obj, no_regex, NULL) ==
				    PURGE_FRESH);
			(void)purge_log_judge(log, flight[i].mark, &obj,
			    no_regex, NULL);
			purge_flight_end(log, &flight[i]);
			up[i] = false;
		}
		break;
	case '+':
		*now += strtol(rest, NULL, 10) % 10000000;
		purge_log_tick(log, *now);
		(void)purge_log_caught_up(log, *now, &why);
		MUST(rest, why != NULL);
		break;
	}
}

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	static const char *const names[] = { "b", "c" };
	struct purge_rules rules = purge_rules_default;
	struct purge_flight flight[FLIGHTS];
	bool up[FLIGHTS] = { false };
	char *copy = fuzz_text(data, size), *p = copy, *line;
	char record[PURGE_LINE_MAX];
	struct purge_figures f;
	int64_t now = 1764000000000;
	struct purge_log *log;
	unsigned calls = 0, i;
	size_t at = 0;

	/* As a file: whatever it is, it is read within its bounds. */
	while (purge_record_read(data, size, &at, record))
		check_texts(record);
	rules.entries = 8;
	rules.age = 1000000;
	log = purge_log_new("a", (uint64_t)now, &rules, act, &calls);
	MUST("", log != NULL);
	MUST("", purge_log_members(log, names, 2) == 0);
	for (; (line = strsep(&p, "\n")) != NULL;) {
		if (*line == '!')
			break;
		if (*line == 't')
			(void)purge_log_take(log, line + 1, now);
	}
	purge_log_start(log, (enum purge_start)(size % 3), now);
	while ((line = strsep(&p, "\n")) != NULL) {
		if (*line != '\0' && strlen(line) < 10000)
			do_line(log, flight, up, line, &now);
		purge_log_figures(log, &f);
		/* One more where an end of stale could not be told. */
		MUST(line, f.entries <= rules.entries + calls);
	}
	check_copy(log, now);
	for (i = 0; i < FLIGHTS; i++)
		if (up[i])
			purge_flight_end(log, &flight[i]);
	purge_log_free(log);
	free(copy);
	return (0);
}
