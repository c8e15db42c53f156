/* SPDX-License-Identifier: BSD-2-Clause
 * Copyright (c) 2026 The pixelfleet authors
 *
 * The cache of a node of test_purge_sim.c: fetches, which take their time,
 * and objects, of which a ban reaches those that are inserted by then.  It
 * does what purge_log.h asks for, step by step.
 */

#ifndef PURGE_CACHE_H
#define PURGE_CACHE_H

#include "purge_world.h"

static void
wake(struct node *nd, int t, int64_t delay)
{
	struct task *task = &nd->task[t];
	struct event *e = schedule(delay, EV_TASK, nd->self);

	e->arg = t;
	e->serial = ++task->serial;
}

/* A crash may undo it, as the end of the log may be lost. */
static void
kill_object(struct object *o)
{
	o->undead |= o->valid;
	o->valid = false;
}

/* A ban reaches what is inserted by now, and nothing that comes later. */
static void
ban(struct node *nd, const struct purge_expr *expr,
    const struct purge_mark *before)
{
	const struct object *o;
	int k;

	for (k = 0; k < KEYS; k++) {
		o = &nd->obj[k];
		if (o->valid && (before == NULL ||
		    o->mark.process != before->process ||
		    o->mark.number < before->number) &&
		    purge_matches(expr, object_of(k), no_regex, NULL))
			kill_object(&nd->obj[k]);
	}
}

static void
write_disk(struct node *nd, const char *line)
{
	size_t len = strlen(line);

	nd->disk = realloc(nd->disk, nd->disk_len + len + 1);
	assert_non_null(nd->disk);
	memcpy(nd->disk + nd->disk_len, line, len);
	nd->disk_len += len;
	nd->disk[nd->disk_len++] = '\n';
	if (nd->sure)
		nd->synced = nd->disk_len;
}

static int
act(void *priv, const struct purge_action *a)
{
	struct node *nd = priv;
	char line[PURGE_LINE_MAX];
	int k;

	/* No memory, say. */
	if (!sim.calm && !a->recovered && rnd(200) == 0)
		return (-1);
	if (a->line != NULL && !a->recovered && a->what != PURGE_DO_BEFORE) {
		purge_line_format(a->line, line);
		write_disk(nd, line);
	}
	switch (a->what) {
	case PURGE_DO_NOTE:
		break;
	case PURGE_DO_EXPR:
		if (!a->line->expr.soft)
			ban(nd, &a->line->expr, NULL);
		break;
	case PURGE_DO_BEFORE:
		ban(nd, &a->line->expr, &a->before);
		break;
	case PURGE_DO_ALL:
		total.gaps += a->line != NULL;
		total.flushes++;
		/* With persistent storage this must not be undone. */
		for (k = 0; k < KEYS; k++)
			nd->obj[k].valid = nd->obj[k].undead = false;
		nd->all = a->number;
		break;
	}
	return (0);
}

static int
busy(const struct node *nd, int key)
{
	int t;

	for (t = 0; t < TASKS_MAX; t++)
		if (nd->task[t].state != IDLE && nd->task[t].state != ENDING &&
		    nd->task[t].key == key)
			return (t);
	return (-1);
}

static void
check_served(const struct node *nd, int key, const struct versions *v)
{
	const struct versions *req = &sim.req[key];
	const char *why;

	total.served++;
	if (!purge_log_caught_up(nd->log, clock_of(nd), &why)) {
		total.unready++;
		return;
	}
	if (v->source < req->source || v->overlay < req->overlay ||
	    v->self < req->self)
		fail_msg("seed %" PRIu64 ": at %" PRId64 " ms %s serves key "
		    "%d of %u/%u/%u, and %u/%u/%u is acknowledged", sim.seed,
		    sim.now, nd->name, key, v->source, v->overlay, v->self,
		    req->source, req->overlay, req->self);
}

/*
 * Begin a fetch from the beginning: its mark is of now, and so is its
 * content, which is as old as it can be.
 */
static void
start_fetch(struct node *nd, int t)
{
	struct task *task = &nd->task[t];
	struct message m = { .type = MSG_COPY, .key = task->key, .task = t };
	int to;

	purge_flight_begin(nd->log, &task->flight);
	task->v = (struct versions){ 0 };
	task->v.self = sim.now_self[task->key];
	if (!is_variant(task->key)) {
		task->state = AT_ORIGIN;
		task->v.source = sim.now_source[task->key];
		wake(nd, t, 5 + rnd(rnd(4) ? 300 : 6000));
	} else if (rnd(3) == 0 && task->asker < 0) {
		task->state = AT_PEER;
		wake(nd, t, 2000);	/* or else itself */
		m.serial = task->serial;
		to = (int)rnd(sim.n);
		send_to(nd, to, m);
		total.copies++;
	} else {
		task->state = AT_SOURCE;
		wake(nd, t, 1 + rnd(10));
	}
}

static void
restart_fetch(struct node *nd, int t)
{
	purge_flight_end(nd->log, &nd->task[t].flight);
	start_fetch(nd, t);
}

static int
fetch(struct node *nd, int key, int asker, int ask_task, unsigned serial)
{
	int t;

	for (t = 0; t < TASKS_MAX; t++)
		if (nd->task[t].state == IDLE) {
			nd->task[t].key = key;
			nd->task[t].asker = asker;
			nd->task[t].ask_task = ask_task;
			nd->task[t].ask_serial = serial;
			start_fetch(nd, t);
			return (t);
		}
	return (-1);
}

/*
 * A lookup, as far as what is in the cache may be used.  NULL: it has to be
 * fetched, or waited for.
 */
static const struct object *
lookup(struct node *nd, int key, bool stale_ok)
{
	struct object *o = &nd->obj[key];
	enum purge_verdict v = PURGE_FRESH;

	if (o->valid && sim.now > o->until)
		o->valid = false;
	if (!o->valid)
		return (NULL);
	if (!purge_log_is_fresh(nd->log, o->mark))
		v = purge_log_judge(nd->log, o->mark, object_of(key),
		    no_regex, NULL);
	if (v == PURGE_DEAD) {
		total.dead++;
		kill_object(o);
		return (NULL);
	}
	if (v == PURGE_STALE)
		o->expired = true;
	if (!o->expired)
		return (o);
	total.stale++;
	if (busy(nd, key) < 0)
		(void)fetch(nd, key, -1, 0, 0);
	return (stale_ok ? o : NULL);
}

static void
answer_copy(struct node *nd, const struct task *task,
    const struct versions *v)
{
	struct message m = { .type = v != NULL ? MSG_COPIED : MSG_REFUSED,
	    .key = task->key, .task = task->ask_task,
	    .serial = task->ask_serial };

	if (v != NULL)
		m.v = *v;
	send_to(nd, task->asker, m);
}

/* Inserted: visible from now on, and not yet ended. */
static void
insert(struct node *nd, int t)
{
	struct task *task = &nd->task[t];
	struct object *o = &nd->obj[task->key];

	*o = (struct object){ .valid = true, .mark = task->flight.mark,
	    .v = task->v,
	    .until = sim.now + 5000 + rnd(40000) };
	if (task->asker >= 0)
		answer_copy(nd, task, &task->v);
	task->state = ENDING;
	wake(nd, t, rnd(3) ? rnd(20) : rnd(3000));
}

/* Step 4 of purge_log.h. */
static void
end_fetch(struct node *nd, int t)
{
	struct task *task = &nd->task[t];
	struct object *o = &nd->obj[task->key];

	if (purge_log_judge(nd->log, task->flight.mark, object_of(task->key),
	    no_regex, NULL) == PURGE_DEAD) {
		total.ended_dead++;
		if (o->mark.number == task->flight.mark.number &&
		    o->mark.process == task->flight.mark.process)
			kill_object(o);
	}
	purge_flight_end(nd->log, &task->flight);
	task->state = IDLE;
}

/* What a variant is made of comes through the source door. */
static void
part(struct node *nd, int t, int key, bool overlay)
{
	struct task *task = &nd->task[t];
	const struct object *o = lookup(nd, key, false);

	if (o == NULL) {
		if (busy(nd, key) < 0)
			(void)fetch(nd, key, -1, 0, 0);
		wake(nd, t, 5 + rnd(50));
		return;
	}
	if (overlay)
		task->v.overlay = o->v.source;
	else
		task->v.source = o->v.source;
	if (!overlay && overlay_of(task->key) >= 0)
		task->state = AT_OVERLAY;
	else
		task->state = READY;
	/* To render takes a while. */
	wake(nd, t, task->state == READY ? 10 + rnd(500) : 1 + rnd(10));
}

static void
run_task(struct node *nd, int t)
{
	struct task *task = &nd->task[t];

	switch (task->state) {
	case IDLE:
		break;
	case AT_PEER:
		/* No answer in time, or refused: do it here. */
		task->state = AT_SOURCE;
		/* FALLTHROUGH */
	case AT_SOURCE:
		part(nd, t, source_of(task->key), false);
		break;
	case AT_OVERLAY:
		part(nd, t, overlay_of(task->key), true);
		break;
	case AT_ORIGIN:
	case READY:
		/* Step 2, which may be left out. */
		if (rnd(2) && purge_log_judge(nd->log, task->flight.mark,
		    object_of(task->key), no_regex, NULL) == PURGE_DEAD) {
			restart_fetch(nd, t);
			break;
		}
		task->state = INSERTING;
		wake(nd, t, rnd(3) ? 0 : rnd(1000));
		break;
	case INSERTING:
		insert(nd, t);
		break;
	case ENDING:
		end_fetch(nd, t);
		break;
	}
}

#endif
