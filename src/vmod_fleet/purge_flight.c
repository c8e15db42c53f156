/* SPDX-License-Identifier: BSD-2-Clause
 * Copyright (c) 2026 The pixelfleet authors
 *
 * Fetches under way, and what was purged since an object's fetch began, see
 * purge_log.h.
 *
 * An object whose fetch has ended is older than every ban made since, or
 * has been banned itself: so hard purges need to be looked at only for marks
 * from the oldest flight on.  Soft ones make no ban for a while and are
 * looked at for all.
 */

#include "purge_state.h"

/* 0: from before this process. */
static uint64_t
number_of(const struct purge_log *log, struct purge_mark mark)
{
	return (mark.process == log->process ? mark.number : 0);
}

static bool
in_flight(const struct purge_log *log, uint64_t number)
{
	const struct purge_flight *oldest = TAILQ_FIRST(&log->flights);

	return (oldest != NULL && number >= oldest->mark.number);
}

void
purge_flight_begin(struct purge_log *log, struct purge_flight *flight)
{
	flight->mark = (struct purge_mark){ log->process, log->number };
	TAILQ_INSERT_TAIL(&log->flights, flight, list);
	log->n_flight++;
}

void
purge_flight_end(struct purge_log *log, struct purge_flight *flight)
{
	TAILQ_REMOVE(&log->flights, flight, list);
	log->n_flight--;
}

void
purge_log_glance(const struct purge_log *log, struct purge_glance *glance)
{
	const struct purge_flight *oldest = TAILQ_FIRST(&log->flights);

	*glance = (struct purge_glance){ .process = log->process,
	    .number = log->number, .soft = log->n_soft,
	    .oldest = oldest != NULL ? oldest->mark.number : UINT64_MAX };
}

bool
purge_glance_is_fresh(const struct purge_glance *glance,
    struct purge_mark mark)
{
	uint64_t number = mark.process == glance->process ? mark.number : 0;

	return (number >= glance->number ||
	    (glance->soft == 0 && number < glance->oldest));
}

bool
purge_log_is_fresh(const struct purge_log *log, struct purge_mark mark)
{
	struct purge_glance glance;

	purge_log_glance(log, &glance);
	return (purge_glance_is_fresh(&glance, mark));
}

enum purge_verdict
purge_log_judge(const struct purge_log *log, struct purge_mark mark,
    const struct purge_object *obj, purge_regex_f *regex, void *priv)
{
	uint64_t number = number_of(log, mark);
	const struct purge_entry *e;

	if (in_flight(log, number)) {
		if (number < log->all)
			return (PURGE_DEAD);
		TAILQ_FOREACH_REVERSE(e, &log->entries, purge_entries, list) {
			if (e->number <= number)
				break;
			if (!e->soft && purge_matches(&e->line.expr, obj,
			    regex, priv))
				return (PURGE_DEAD);
		}
	}
	TAILQ_FOREACH_REVERSE(e, &log->soft, purge_entries, soft_list) {
		if (e->number <= number)
			break;
		if (purge_matches(&e->line.expr, obj, regex, priv))
			return (PURGE_STALE);
	}
	return (PURGE_FRESH);
}

bool
purge_log_since(const struct purge_log *log, uint64_t number,
    const struct purge_object *obj, purge_regex_f *regex, void *priv)
{
	const struct purge_entry *e;

	TAILQ_FOREACH_REVERSE(e, &log->entries, purge_entries, list) {
		if (e->number <= number)
			break;
		if (purge_matches(&e->line.expr, obj, regex, priv))
			return (true);
	}
	return (false);
}

int
purge_soft_end(struct purge_log *log, struct purge_entry *e)
{
	struct purge_action action = { .what = PURGE_DO_BEFORE,
	    .line = &e->line, .number = log->number,
	    .before = { log->process, e->number } };

	if (purge_act(log, &action) != 0)
		return (-1);
	e->soft = false;
	TAILQ_REMOVE(&log->soft, e, soft_list);
	log->n_soft--;
	return (0);
}

void
purge_soft_begin(struct purge_log *log, struct purge_entry *e)
{
	e->soft = true;
	TAILQ_INSERT_TAIL(&log->soft, e, soft_list);
	if (++log->n_soft > PURGE_SOFT_MAX)
		(void)purge_soft_end(log, TAILQ_FIRST(&log->soft));
}

void
purge_soft_tick(struct purge_log *log, int64_t now)
{
	struct purge_entry *e;

	/* Should the clock have been set back: rather too early. */
	while ((e = TAILQ_FIRST(&log->soft)) != NULL &&
	    (now - e->taken >= log->rules.soft || now < e->taken))
		if (purge_soft_end(log, e) != 0)
			return;
}
