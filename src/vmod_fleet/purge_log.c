/* SPDX-License-Identifier: BSD-2-Clause
 * Copyright (c) 2026 The pixelfleet authors
 *
 * Streams and entries of a purge log, see purge_log.h.
 */

#include <stdlib.h>
#include <string.h>

#include "purge_state.h"

#define SECONDS(n)	((int64_t)(n) * 1000)
#define DAYS(n)		SECONDS((n) * 86400)

const struct purge_rules purge_rules_default = {
	.entries = 10000,
	.age = DAYS(8),
	.soft = SECONDS(60),
	.wait = SECONDS(10),
	.patience = SECONDS(3),
	.silence = SECONDS(10),
	.margin = SECONDS(120),
};

int
purge_act(struct purge_log *log, struct purge_action *action)
{
	if (action->what != PURGE_DO_BEFORE)
		action->number = ++log->number;
	if (log->act(log->priv, action) != 0)
		return (-1);
	if (action->what == PURGE_DO_ALL)
		log->all = action->number;
	return (0);
}

bool
purge_matters(const struct purge_log *log, int64_t time, int64_t now)
{
	return (time + log->rules.margin >= now - log->rules.age);
}

static bool
same_stream(const struct purge_id *a, const struct purge_id *b)
{
	return (a->epoch == b->epoch && strcmp(a->node, b->node) == 0);
}

struct purge_stream *
purge_stream_get(struct purge_log *log, const struct purge_id *id, bool make)
{
	struct purge_stream *s, *unused = NULL;

	for (s = log->stream; s < log->stream + log->n_stream; s++)
		if (!s->used)
			unused = unused != NULL ? unused : s;
		else if (same_stream(&s->id, id))
			return (s);
	if (!make)
		return (NULL);
	if (unused == NULL) {
		if (log->n_stream == PURGE_STREAMS_MAX)
			return (NULL);
		unused = &log->stream[log->n_stream++];
	}
	memset(unused, 0, sizeof *unused);
	unused->used = true;
	unused->id = *id;
	unused->id.number = 0;
	return (unused);
}

static void
own_stream(struct purge_log *log, uint64_t epoch)
{
	struct purge_id id = { .epoch = epoch };

	log->epoch = epoch;
	memcpy(id.node, log->self, sizeof id.node);
	log->own = purge_stream_get(log, &id, true);
}

/*
 * Who was started with this log twice may come here twice, so what tells two
 * processes apart must remain.
 */
void
purge_step_aside(struct purge_log *log, const struct purge_id *id)
{
	uint64_t own = log->epoch % PURGE_EPOCH_MS;

	if (strcmp(id->node, log->self) == 0 && (id->epoch > log->epoch ||
	    (id->epoch == log->epoch && log->own != NULL &&
	    id->number > log->own->id.number)))
		own_stream(log, (id->epoch / PURGE_EPOCH_MS + 1) *
		    PURGE_EPOCH_MS + own);
}

static int
drop_oldest(struct purge_log *log)
{
	struct purge_entry *e = TAILQ_FIRST(&log->entries);

	if (e->soft && purge_soft_end(log, e) != 0)
		return (-1);
	TAILQ_REMOVE(&log->entries, e, list);
	log->n_entry--;
	e->stream->held--;
	if (e->line.id.number > e->stream->floor)
		e->stream->floor = e->line.id.number;
	if (e->line.time > e->stream->floor_time)
		e->stream->floor_time = e->line.time;
	if (e->number > log->all)
		log->all = e->number;
	free(e);
	return (0);
}

static void
trim(struct purge_log *log, int64_t now)
{
	struct purge_entry *e;
	struct purge_stream *s;

	while ((e = TAILQ_FIRST(&log->entries)) != NULL &&
	    (log->n_entry > log->rules.entries ||
	    !purge_matters(log, e->line.time, now)))
		if (drop_oldest(log) != 0)
			return;
	for (s = log->stream; s < log->stream + log->n_stream; s++)
		/* Twice the age, so that nobody has it who has it listed. */
		if (s->used && s != log->own && s->held == 0 &&
		    !purge_matters(log, s->time + log->rules.age, now)) {
			purge_members_forget(log, s);
			s->used = false;
		}
}

static enum purge_taken
take_purge(struct purge_log *log, struct purge_stream *s,
    const struct purge_line *line, int64_t now, bool silent)
{
	size_t len = strlen(line->expr.text) + 1;
	struct purge_entry *e = calloc(1, sizeof *e + len);
	struct purge_action action = { .line = line,
	    .what = silent ? PURGE_DO_NOTE : PURGE_DO_EXPR,
	    .recovered = log->phase == PURGE_RECOVERING };

	if (e == NULL)
		return (PURGE_FAILED);
	if (purge_act(log, &action) != 0) {
		free(e);
		return (PURGE_FAILED);
	}
	memcpy(e->text, line->expr.text, len);
	e->line = *line;
	e->line.expr.text = e->text;
	e->line.expr.operand = e->text +
	    (line->expr.operand - line->expr.text);
	e->stream = s;
	e->number = action.number;
	/* To take it late, or again, does not make stale last longer. */
	e->taken = line->time < now ? line->time : now;
	TAILQ_INSERT_TAIL(&log->entries, e, list);
	log->n_entry++;
	s->held++;
	s->id.number = line->id.number;
	if (line->time > s->time)
		s->time = line->time;
	if (line->expr.soft && !silent)
		purge_soft_begin(log, e);
	return (PURGE_TAKEN);
}

/* What another node no longer has, and we never had. */
static enum purge_taken
take_gap(struct purge_log *log, struct purge_stream *s,
    const struct purge_line *line, int64_t now, bool silent)
{
	struct purge_action action = { .what = PURGE_DO_ALL, .line = line,
	    .recovered = log->phase == PURGE_RECOVERING };

	if (silent || action.recovered || !purge_matters(log, line->time, now))
		action.what = PURGE_DO_NOTE;
	if (purge_act(log, &action) != 0)
		return (PURGE_FAILED);
	s->id.number = s->floor = line->id.number;
	s->floor_time = line->time;
	if (line->time > s->time)
		s->time = line->time;
	return (PURGE_TAKEN);
}

struct purge_log *
purge_log_new(const char *self, uint64_t epoch,
    const struct purge_rules *rules, purge_do_f *act, void *priv)
{
	struct purge_log *log = calloc(1, sizeof *log);

	if (log == NULL)
		return (NULL);
	strncpy(log->self, self, NODE_NAME_MAX);
	log->rules = *rules;
	log->act = act;
	log->priv = priv;
	log->behind = -1;
	/* A mark of 0 is from before this process. */
	log->number = 1;
	TAILQ_INIT(&log->entries);
	TAILQ_INIT(&log->soft);
	TAILQ_INIT(&log->flights);
	own_stream(log, epoch > 0 ? epoch : 1);
	return (log);
}

void
purge_log_free(struct purge_log *log)
{
	struct purge_entry *e;

	if (log == NULL)
		return;
	while ((e = TAILQ_FIRST(&log->entries)) != NULL) {
		TAILQ_REMOVE(&log->entries, e, list);
		free(e);
	}
	purge_members_free(log);
	free(log);
}

enum purge_taken
purge_log_add(struct purge_log *log, const char *text, int64_t now,
    struct purge_id *id)
{
	struct purge_line line = { .time = now };
	enum purge_taken taken;

	if (purge_expr_parse(&line.expr, text) != 0)
		return (PURGE_MALFORMED);
	if (log->own == NULL || log->phase == PURGE_RECOVERING)
		return (PURGE_FAILED);
	line.id = log->own->id;
	line.id.number++;
	taken = take_purge(log, log->own, &line, now, false);
	if (taken == PURGE_TAKEN)
		*id = line.id;
	trim(log, now);
	return (taken);
}

enum purge_taken
purge_log_take(struct purge_log *log, const char *text, int64_t now)
{
	bool silent = log->phase == PURGE_STARTING &&
	    log->how == PURGE_START_EMPTY;
	struct purge_stream *s;
	struct purge_line line;
	enum purge_taken taken;

	if (purge_line_parse(&line, text) != 0)
		return (PURGE_MALFORMED);
	purge_step_aside(log, &line.id);
	s = purge_stream_get(log, &line.id, true);
	if (s == NULL)
		return (PURGE_FULL);
	if (line.id.number <= s->id.number)
		return (PURGE_KNOWN);
	if (line.gap)
		taken = take_gap(log, s, &line, now, silent);
	else if (line.id.number != s->id.number + 1)
		return (PURGE_AHEAD);
	else
		taken = take_purge(log, s, &line, now, silent);
	trim(log, now);
	purge_settle(log, now);
	return (taken);
}

int
purge_log_position(const struct purge_log *log, char *buf, size_t size,
    int64_t now)
{
	const struct purge_stream *s;
	struct purge_position item;
	int len;

	if (log->own == NULL || size == 0)
		return (-1);
	item = (struct purge_position){ log->own->id, log->own->time };
	len = purge_position_add(buf, size, 0, &item);
	for (s = log->stream; s < log->stream + log->n_stream; s++) {
		if (len < 0)
			return (-1);
		if (!s->used || s == log->own || s->id.number == 0 ||
		    !purge_matters(log, s->time, now))
			continue;
		item = (struct purge_position){ s->id, s->time };
		len = purge_position_add(buf, size, (size_t)len, &item);
	}
	return (len);
}

bool
purge_log_covers(const struct purge_log *log, const char *position,
    int64_t now)
{
	const struct purge_stream *s;
	struct purge_position item;
	int more;

	position = purge_position_begin(position);
	if (position == NULL || log->phase != PURGE_RUNNING)
		return (false);
	while ((more = purge_position_next(&item, &position)) == 1) {
		if (item.id.number == 0 ||
		    !purge_matters(log, item.time, now))
			continue;
		/* A const log is not changed by looking. */
		s = purge_stream_get((struct purge_log *)log, &item.id,
		    false);
		if (s == NULL || s->id.number < item.id.number)
			return (false);
	}
	return (more == 0);
}

/* What a position has of each stream.  Returns 0, or -1 if malformed. */
static int
read_position(const struct purge_log *log, const char *position,
    uint64_t has[PURGE_STREAMS_MAX])
{
	const struct purge_stream *s;
	struct purge_position item;
	int more;

	memset(has, 0, log->n_stream * sizeof *has);
	if (position == NULL)
		return (0);
	position = purge_position_begin(position);
	if (position == NULL)
		return (-1);
	while ((more = purge_position_next(&item, &position)) == 1) {
		s = purge_stream_get((struct purge_log *)log, &item.id,
		    false);
		if (s != NULL)
			has[s - log->stream] = item.id.number;
	}
	return (more);
}

int
purge_log_each(const struct purge_log *log, const char *position,
    purge_line_f *func, void *priv, int64_t now)
{
	uint64_t has[PURGE_STREAMS_MAX];
	const struct purge_stream *s;
	const struct purge_entry *e;
	struct purge_line gap = { .gap = true };
	char line[PURGE_LINE_MAX];

	(void)now;
	if (read_position(log, position, has) != 0)
		return (-1);
	for (s = log->stream; s < log->stream + log->n_stream; s++) {
		if (!s->used || has[s - log->stream] >= s->floor)
			continue;
		gap.id = s->id;
		gap.id.number = s->floor;
		gap.time = s->floor_time;
		purge_line_format(&gap, line);
		if (func(priv, line) != 0)
			return (0);
	}
	TAILQ_FOREACH(e, &log->entries, list) {
		s = e->stream;
		if (e->line.id.number <= has[s - log->stream] ||
		    e->line.id.number <= s->floor)
			continue;
		purge_line_format(&e->line, line);
		if (func(priv, line) != 0)
			return (0);
	}
	return (0);
}

struct lines {
	char			*buf;
	size_t			size;
	size_t			len;
};

static int
add_line(void *priv, const char *line)
{
	struct lines *lines = priv;
	size_t len = strlen(line);

	if (lines->size - lines->len < len + 2)
		return (-1);
	memcpy(lines->buf + lines->len, line, len);
	lines->len += len;
	lines->buf[lines->len++] = '\n';
	lines->buf[lines->len] = '\0';
	return (0);
}

int
purge_log_pull(const struct purge_log *log, const char *position, char *buf,
    size_t size, int64_t now)
{
	struct lines lines = { buf, size, 0 };

	buf[0] = '\0';
	if (purge_log_each(log, position, add_line, &lines, now) != 0)
		return (-1);
	return ((int)lines.len);
}

void
purge_log_tick(struct purge_log *log, int64_t now)
{
	purge_soft_tick(log, now);
	trim(log, now);
	purge_settle(log, now);
}

void
purge_log_figures(const struct purge_log *log, struct purge_figures *f)
{
	const struct purge_stream *s;

	*f = (struct purge_figures){ .entries = log->n_entry,
	    .soft = log->n_soft, .flights = log->n_flight,
	    .number = log->number };
	for (s = log->stream; s < log->stream + log->n_stream; s++)
		f->streams += s->used;
}
