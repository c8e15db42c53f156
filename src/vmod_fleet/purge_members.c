/* SPDX-License-Identifier: BSD-2-Clause
 * Copyright (c) 2026 The pixelfleet authors
 *
 * What the other nodes have of the purge log, see purge_log.h, and what
 * follows from it: whether this node is behind, when it has started, and
 * who has yet to apply a purge.
 */

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "purge_state.h"

static struct purge_member *
find_member(const struct purge_log *log, const char *name)
{
	unsigned i;

	for (i = 0; i < log->n_member; i++)
		if (strcmp(log->member[i]->name, name) == 0)
			return (log->member[i]);
	return (NULL);
}

static struct purge_member *
get_member(struct purge_log *log, const char *name)
{
	struct purge_member *m = find_member(log, name);

	if (m != NULL)
		return (m);
	if (log->n_member == PURGE_MEMBERS_MAX)
		return (NULL);
	m = calloc(1, sizeof *m);
	if (m == NULL)
		return (NULL);
	(void)snprintf(m->name, sizeof m->name, "%s", name);
	log->member[log->n_member++] = m;
	return (m);
}

static bool
is_heard(const struct purge_log *log, const struct purge_member *m,
    int64_t now)
{
	return (m->heard && now - m->heard_at < log->rules.silence);
}

/* Whose answer a purge waits for. */
static bool
is_awaited(const struct purge_log *log, const struct purge_member *m,
    int64_t now)
{
	return (m->configured || is_heard(log, m, now));
}

/* It has what we lack. */
static bool
is_ahead(const struct purge_log *log, const struct purge_member *m,
    int64_t now)
{
	const struct purge_stream *s;
	unsigned i;

	for (i = 0; i < log->n_stream; i++) {
		s = &log->stream[i];
		if (s->used && m->has[i] > s->id.number &&
		    purge_matters(log, s->time, now))
			return (true);
	}
	return (false);
}

static bool
is_behind(const struct purge_log *log, int64_t now)
{
	unsigned i;

	/* What a node knew that is away now, nobody can be asked for. */
	for (i = 0; i < log->n_member; i++)
		if (is_heard(log, log->member[i], now) &&
		    is_ahead(log, log->member[i], now))
			return (true);
	return (false);
}

/* Whether what we have is enough to be sure of the objects we have. */
static bool
is_informed(const struct purge_log *log, int64_t now)
{
	unsigned i, configured = 0, missing = 0, good = 0;
	const struct purge_member *m;

	for (i = 0; i < log->n_member; i++) {
		m = log->member[i];
		configured += m->configured;
		if (is_heard(log, m, now) && !is_ahead(log, m, now))
			good++;
		else
			missing += is_awaited(log, m, now);
	}
	if (log->how == PURGE_START_KEPT)
		return (configured > 0 && missing == 0);
	return (configured == 0 || good > 0);
}

static void
finish_start(struct purge_log *log, int64_t now)
{
	struct purge_action all = { .what = PURGE_DO_ALL };
	bool informed = is_informed(log, now);

	if (now < log->start)
		log->start = now;
	if (!informed && now - log->start < log->rules.wait)
		return;
	/*
	 * An empty node has not applied what it took over, but it may have
	 * fetched meanwhile.
	 */
	if ((log->how == PURGE_START_EMPTY || !informed) &&
	    purge_act(log, &all) != 0)
		return;
	log->phase = PURGE_RUNNING;
}

void
purge_settle(struct purge_log *log, int64_t now)
{
	if (log->phase == PURGE_STARTING)
		finish_start(log, now);
	if (!is_behind(log, now))
		log->behind = -1;
	else if (log->behind < 0 || log->behind > now)
		log->behind = now;
}

void
purge_members_free(struct purge_log *log)
{
	unsigned i;

	for (i = 0; i < log->n_member; i++)
		free(log->member[i]);
}

void
purge_members_forget(struct purge_log *log, const struct purge_stream *s)
{
	unsigned i;

	for (i = 0; i < log->n_member; i++)
		log->member[i]->has[s - log->stream] = 0;
}

void
purge_log_start(struct purge_log *log, enum purge_start how, int64_t now)
{
	log->how = how;
	log->start = now;
	log->process = log->epoch;
	log->phase = PURGE_STARTING;
	purge_log_tick(log, now);
}

int
purge_log_members(struct purge_log *log, const char *const *names,
    unsigned n)
{
	struct purge_member *m;
	unsigned i;

	for (i = 0; i < log->n_member; i++)
		log->member[i]->configured = false;
	for (i = 0; i < n; i++) {
		m = get_member(log, names[i]);
		if (m == NULL)
			return (-1);
		m->configured = true;
	}
	return (0);
}

/* A whole position, or nothing of it. */
static int
check_position(const char *items)
{
	struct purge_position item;
	int more;

	while ((more = purge_position_next(&item, &items)) == 1)
		continue;
	return (more);
}

static void
note(struct purge_log *log, struct purge_member *m,
    const struct purge_position *item, int64_t now)
{
	struct purge_stream *s;

	if (item->id.number == 0 || !purge_matters(log, item->time, now))
		return;
	purge_step_aside(log, &item->id);
	s = purge_stream_get(log, &item->id, true);
	if (s == NULL)
		return;
	if (item->time > s->time)
		s->time = item->time;
	if (item->id.number > m->has[s - log->stream])
		m->has[s - log->stream] = item->id.number;
}

int
purge_log_heard(struct purge_log *log, const char *position, int64_t now)
{
	struct purge_position item;
	struct purge_member *m;

	position = purge_position_begin(position);
	if (position == NULL || check_position(position) != 0 ||
	    purge_position_next(&item, &position) != 1 ||
	    strcmp(item.id.node, log->self) == 0)
		return (-1);
	m = get_member(log, item.id.node);
	if (m == NULL)
		return (-1);
	/*
	 * Late news of a process that is no more; or of one whose clock was
	 * set back, which comes again and again.
	 */
	if (item.id.epoch < m->epoch && is_heard(log, m, now))
		return (0);
	if (item.id.epoch != m->epoch)
		memset(m->has, 0, sizeof m->has);
	m->epoch = item.id.epoch;
	m->heard = true;
	m->heard_at = now;
	m->why[0] = '\0';
	do
		note(log, m, &item, now);
	while (purge_position_next(&item, &position) == 1);
	purge_settle(log, now);
	return (is_ahead(log, m, now));
}

void
purge_log_unheard(struct purge_log *log, const char *member, const char *why)
{
	struct purge_member *m = find_member(log, member);

	if (m != NULL)
		(void)snprintf(m->why, sizeof m->why, "%s", why);
}

bool
purge_log_caught_up(struct purge_log *log, int64_t now, const char **why)
{
	purge_settle(log, now);
	*why = "";
	if (log->phase != PURGE_RUNNING) {
		*why = "it does not know yet what was purged before it "
		    "started";
		return (false);
	}
	if (log->behind >= 0 && now - log->behind >= log->rules.patience) {
		*why = "it lacks purges that other nodes have";
		return (false);
	}
	return (true);
}

int
purge_log_pending(const struct purge_log *log, const struct purge_id *id,
    int64_t now)
{
	struct purge_standing s;
	unsigned i;
	int pending = 0;

	if (!purge_log_standing(log, id, 0, &s, now) || !s.applied)
		return (-1);
	for (i = 1; purge_log_standing(log, id, i, &s, now); i++)
		pending += !s.applied;
	return (pending);
}

bool
purge_log_standing(const struct purge_log *log, const struct purge_id *id,
    unsigned i, struct purge_standing *out, int64_t now)
{
	const struct purge_stream *s;
	const struct purge_member *m;
	unsigned j;

	s = purge_stream_get((struct purge_log *)log, id, false);
	if (i == 0) {
		*out = (struct purge_standing){ log->self, s != NULL &&
		    s->id.number >= id->number, "" };
		return (true);
	}
	for (j = 0; j < log->n_member; j++) {
		m = log->member[j];
		if (!is_awaited(log, m, now) || --i > 0)
			continue;
		out->node = m->name;
		out->applied = s != NULL &&
		    m->has[s - log->stream] >= id->number;
		out->why = out->applied ? "" : m->why[0] != '\0' ? m->why :
		    is_heard(log, m, now) ? "on its way" :
		    "it has not been heard from";
		return (true);
	}
	return (false);
}
