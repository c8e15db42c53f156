/* SPDX-License-Identifier: BSD-2-Clause
 * Copyright (c) 2026 The pixelfleet authors
 *
 * A cluster in one thread: nodes with caches that behave as Varnish's, the
 * purge log between them, clients that fetch and operators that purge, while
 * the network drops, repeats, delays and parts, and nodes crash and return
 * with empty or persistent storage.
 *
 * Safety: after a purge has been acknowledged, no node that answers probes
 * with 200 serves what is older than the purge.  Every original and every
 * variant has a version, which goes up just before it is purged; so "older"
 * is a comparison.
 *
 * Liveness: when all is mended, all nodes catch up and have the same log.
 *
 *	PURGE_SIM_SEED=n	only this run
 *	PURGE_SIM_STEPS=n	in all, instead of 4 million
 */

#include <inttypes.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "purge_log.h"

#define NODES_MAX	5
#define SOURCES		6
#define VARIANTS	12		/* two of each source */
#define KEYS		(SOURCES + VARIANTS)
#define TASKS_MAX	64		/* fetches of a node at once */
#define RUN_STEPS	25000
#define CALM		INT64_C(90000)	/* ms to mend at the end of a run */
#define POSITION_MAX	65536
#define LINES_MAX	(PURGE_LINE_MAX + 1)	/* of what a pull answers */
#define START		INT64_C(1764000000000)

/* What an object was made of, and a purge asks for at least. */
struct versions {
	unsigned		source;
	unsigned		overlay;
	unsigned		self;		/* of a variant */
};

struct object {
	bool			valid;
	bool			expired;	/* ttl 0, in grace */
	struct purge_mark	mark;
	struct versions		v;
	int64_t			until;		/* true time */
};

enum task_state {
	IDLE,
	AT_ORIGIN,		/* of a source */
	AT_SOURCE,		/* of a variant: waits for its source */
	AT_OVERLAY,
	AT_PEER,		/* of a copy */
	READY,			/* what came is to be judged */
	INSERTING,
	ENDING			/* inserted, not ended */
};

struct task {
	enum task_state		state;
	unsigned		serial;		/* of its next event */
	int			key;
	struct purge_flight	flight;
	struct versions		v;
	int			asker;		/* node of a copy, or -1 */
	unsigned		ask_serial;
	int			ask_task;
};

struct node {
	struct purge_log	*log;		/* NULL: down */
	char			name[8];
	int			self;
	int64_t			skew;
	unsigned		life;		/* how often started */
	struct object		obj[KEYS];
	struct task		task[TASKS_MAX];
	char			*disk;		/* lines, each with a newline */
	size_t			disk_len;
	size_t			synced;
	bool			sure;		/* syncs each line */
	bool			behind_once;
};

enum event_type {
	EV_CLIENT, EV_PURGE, EV_TICK, EV_TASK, EV_MESSAGE, EV_CRASH, EV_START,
	EV_PART, EV_JOIN, EV_POLL
};

enum message_type {
	MSG_PUSH, MSG_STATE, MSG_NEWS, MSG_PULL, MSG_LINES, MSG_COPY,
	MSG_COPIED, MSG_REFUSED
};

struct message {
	enum message_type	type;
	int			from, to;
	int			key, task;
	unsigned		serial;
	unsigned		refs;
	struct versions		v;
	char			*position;
	char			*lines;
};

struct event {
	int64_t			at;
	uint64_t		order;
	enum event_type		type;
	int			node, arg;
	unsigned		serial;
	struct message		*msg;
};

/* A purge that a client waits for. */
struct waiting {
	bool			used;
	struct purge_id		id;
	struct versions		req[KEYS];
	bool			hit[KEYS];
	bool			soft;
	int64_t			due;	/* of a soft one, once acknowledged */
};

#define WAITING_MAX	512

static struct {
	uint64_t		seed, rng, order;
	int64_t			now;
	unsigned		n;
	struct node		node[NODES_MAX];
	bool			blocked[NODES_MAX][NODES_MAX];
	unsigned		loss;		/* of 1000 messages */
	bool			calm;
	unsigned		pace;		/* ms between two purges */
	unsigned		peace;		/* ms between two crashes */
	int			gone;		/* never comes back, or -1 */
	unsigned		now_source[SOURCES], now_self[KEYS];
	struct versions		req[KEYS];	/* acknowledged */
	struct waiting		waiting[WAITING_MAX];
	struct event		*heap;
	unsigned		n_heap, heap_size;
	struct purge_rules	rules;
	unsigned		max_entries;
} sim;

static struct {
	unsigned long steps, served, hits, purges, acked, soft, crashes,
	    copies, refused, stale, dead, ended_dead, gaps, flushes, unready,
	    behind, epochs, polled;
} total;

static unsigned
rnd(unsigned n)
{
	sim.rng += UINT64_C(0x9e3779b97f4a7c15);
	uint64_t x = sim.rng;

	x = (x ^ x >> 30) * UINT64_C(0xbf58476d1ce4e5b9);
	x = (x ^ x >> 27) * UINT64_C(0x94d049bb133111eb);
	return ((unsigned)((x ^ x >> 31) >> 32) % n);
}

static int64_t
clock_of(const struct node *nd)
{
	return (sim.now + nd->skew);
}

/* Keys: sources first, then two variants of each, the second with a mark. */
static bool
is_variant(int key)
{
	return (key >= SOURCES);
}

static int
source_of(int key)
{
	return (is_variant(key) ? (key - SOURCES) / 2 : key);
}

static int
overlay_of(int key)
{
	return (is_variant(key) && key % 2 ? (source_of(key) + 1) % SOURCES :
	    -1);
}

/* What the object says of itself. */
static const struct purge_object *
object_of(int key)
{
	static const char *const url[SOURCES] = {
		"/s/0", "/s/1", "/s/2", "/t/3", "/t/4", "/t/5" };
	static const char *const tag[SOURCES] = {
		"red", "blue", "red", "blue", "red", "green" };
	static char tags[32];
	static struct purge_object obj;
	int overlay = overlay_of(key);

	obj.source = url[source_of(key)];
	obj.operations = !is_variant(key) ? NULL : key % 2 ? "mark" : "w=1";
	obj.overlay = overlay < 0 ? NULL : url[overlay];
	snprintf(tags, sizeof tags, "%s%s%s", tag[source_of(key)],
	    overlay < 0 ? "" : " ", overlay < 0 ? "" : tag[overlay]);
	obj.tags = tags;
	return (&obj);
}

static bool
no_regex(void *priv, const char *regex, const char *text)
{
	(void)priv;
	/* The only one that is used here. */
	assert_string_equal(regex, "5$");
	return (strcmp(text, "/t/5") == 0);
}

/* --- events, a heap ------------------------------------------------- */

static bool
before(const struct event *a, const struct event *b)
{
	return (a->at != b->at ? a->at < b->at : a->order < b->order);
}

static struct event *
schedule(int64_t delay, enum event_type type, int node)
{
	struct event e = { .at = sim.now + delay, .order = sim.order++,
	    .type = type, .node = node };
	unsigned i = sim.n_heap++;

	if (sim.n_heap > sim.heap_size) {
		sim.heap_size = 2 * sim.n_heap + 64;
		sim.heap = realloc(sim.heap,
		    sim.heap_size * sizeof *sim.heap);
		assert_non_null(sim.heap);
	}
	for (; i > 0 && before(&e, &sim.heap[(i - 1) / 2]); i = (i - 1) / 2)
		sim.heap[i] = sim.heap[(i - 1) / 2];
	sim.heap[i] = e;
	return (&sim.heap[i]);
}

static struct event
next_event(void)
{
	struct event first = sim.heap[0], last = sim.heap[--sim.n_heap];
	unsigned i = 0, c;

	while ((c = 2 * i + 1) < sim.n_heap) {
		if (c + 1 < sim.n_heap &&
		    before(&sim.heap[c + 1], &sim.heap[c]))
			c++;
		if (!before(&sim.heap[c], &last))
			break;
		sim.heap[i] = sim.heap[c];
		i = c;
	}
	sim.heap[i] = last;
	return (first);
}

/* --- the network ---------------------------------------------------- */

static void
release(struct message *m)
{
	if (--m->refs > 0)
		return;
	free(m->position);
	free(m->lines);
	free(m);
}

static void
deliver_later(struct message *m)
{
	struct event *e;
	int64_t delay = 1 + rnd(40);

	if (!sim.calm && rnd(100) < 3)
		delay += rnd(3000);
	e = schedule(delay, EV_MESSAGE, m->to);
	e->msg = m;
	m->refs++;
}

/* A request or an answer; it carries the position of who sends it. */
static void
send_to(struct node *from, int to, struct message m)
{
	struct message *copy;
	char position[POSITION_MAX];

	if (to == from->self || sim.blocked[from->self][to] ||
	    rnd(1000) < sim.loss) {
		free(m.lines);
		return;
	}
	assert_true(purge_log_position(from->log, position, sizeof position,
	    clock_of(from)) > 0);
	copy = malloc(sizeof *copy);
	assert_non_null(copy);
	*copy = m;
	copy->from = from->self;
	copy->to = to;
	copy->refs = 1;
	copy->position = strdup(position);
	deliver_later(copy);
	if (!sim.calm && rnd(100) < 4)
		deliver_later(copy);
	release(copy);
}

/* --- a cache, as Varnish's ------------------------------------------ */

static void
wake(struct node *nd, int t, int64_t delay)
{
	struct task *task = &nd->task[t];
	struct event *e = schedule(delay, EV_TASK, nd->self);

	e->arg = t;
	e->serial = ++task->serial;
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
			nd->obj[k].valid = false;
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
		for (k = 0; k < KEYS; k++)
			nd->obj[k].valid = false;
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
		o->valid = false;
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
	    no_regex, NULL) != PURGE_FRESH) {
		total.ended_dead++;
		if (o->mark.number == task->flight.mark.number &&
		    o->mark.process == task->flight.mark.process)
			o->valid = false;
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
		    object_of(task->key), no_regex, NULL) != PURGE_FRESH) {
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

/* --- clients and operators ------------------------------------------ */

static void
client(struct node *nd)
{
	int key = (int)rnd(KEYS);
	const struct object *o = lookup(nd, key, true);

	if (o != NULL) {
		total.hits++;
		check_served(nd, key, &o->v);
	} else if (busy(nd, key) < 0)
		/* Who waits, comes again as one of the next. */
		(void)fetch(nd, key, -1, 0, 0);
}

static void
push(struct node *nd, const struct purge_id *id, const char *expr)
{
	struct purge_line line = { .id = *id, .time = clock_of(nd) };
	char text[PURGE_LINE_MAX];
	struct message m = { .type = MSG_PUSH };
	unsigned i;

	assert_int_equal(purge_expr_parse(&line.expr, expr), 0);
	purge_line_format(&line, text);
	for (i = 0; i < sim.n; i++) {
		m.lines = strdup(text);
		send_to(nd, (int)i, m);
	}
}

/* The content changes, and what it changed is purged. */
static void
operator(struct node *nd)
{
	static const char *const what[] = {
		"source /s/0", "source /s/1", "source /s/2", "source /t/3",
		"source /t/4", "source /t/5", "source /s/0", "source /t/3",
		"prefix /s/", "prefix /t", "glob /*/1", "glob /s*2*",
		"tags blue", "tags green red", "regex 5$", "variant /s/0 w=1",
		"variant /t/3 mark", "variant /s/1 w=1", "all"
	};
	char text[64];
	struct purge_expr expr;
	struct purge_id id;
	struct waiting *w;
	const char *kind = what[rnd(sizeof what / sizeof *what)];
	bool hit[KEYS];
	int k, s, o;

	snprintf(text, sizeof text, "%s %s", rnd(4) ? "hard" : "soft", kind);
	assert_int_equal(purge_expr_parse(&expr, text), 0);
	for (k = 0; k < KEYS; k++)
		hit[k] = purge_matches(&expr, object_of(k), no_regex, NULL);
	for (s = 0; s < SOURCES; s++)
		if (hit[s])
			sim.now_source[s]++;
	for (k = SOURCES; k < KEYS; k++)
		if (hit[k])
			sim.now_self[k]++;
	if (purge_log_add(nd->log, text, clock_of(nd), &id) != PURGE_TAKEN)
		return;
	total.purges++;
	push(nd, &id, text);
	for (w = sim.waiting; w < sim.waiting + WAITING_MAX; w++)
		if (!w->used)
			break;
	if (w == sim.waiting + WAITING_MAX)
		return;
	memset(w, 0, sizeof *w);
	w->used = true;
	w->id = id;
	w->soft = expr.soft;
	for (k = 0; k < KEYS; k++) {
		w->hit[k] = hit[k];
		s = source_of(k);
		o = overlay_of(k);
		w->req[k].source = hit[s] ? sim.now_source[s] : 0;
		w->req[k].overlay = o >= 0 && hit[o] ? sim.now_source[o] : 0;
		w->req[k].self = is_variant(k) ? sim.now_self[k] : 0;
	}
}

static void
raise_to(unsigned *v, unsigned to)
{
	if (to > *v)
		*v = to;
}

/* From now on nobody may serve less. */
static void
acknowledge(struct waiting *w)
{
	int k;

	for (k = 0; k < KEYS; k++)
		if (w->hit[k]) {
			raise_to(&sim.req[k].source, w->req[k].source);
			raise_to(&sim.req[k].overlay, w->req[k].overlay);
			raise_to(&sim.req[k].self, w->req[k].self);
		}
	w->used = false;
	total.acked++;
}

/* Ask how a purge stands, at any node. */
static void
poll_purges(struct node *nd)
{
	struct waiting *w;

	for (w = sim.waiting; w < sim.waiting + WAITING_MAX; w++) {
		if (!w->used)
			continue;
		if (w->due == 0 && purge_log_pending(nd->log, &w->id,
		    clock_of(nd)) == 0) {
			total.polled += strcmp(w->id.node, nd->name) != 0;
			total.soft += w->soft;
			/*
			 * A tick later, at the latest, stale is over; but
			 * who restarts goes by the clock of who purged.
			 */
			w->due = sim.now + (w->soft ?
			    sim.rules.soft + 1100 + 10000 : 0);
		}
		if (w->due != 0 && sim.now >= w->due)
			acknowledge(w);
	}
}

/* --- nodes ----------------------------------------------------------- */

static void
recover(struct node *nd)
{
	char *disk, *line, *p;

	if (nd->disk_len == 0)
		return;
	/* A line that was torn is not one: purge_file.h sees to that. */
	disk = malloc(nd->disk_len + 1);
	assert_non_null(disk);
	memcpy(disk, nd->disk, nd->disk_len);
	disk[nd->disk_len] = '\0';
	for (p = disk; (line = strsep(&p, "\n")) != NULL;)
		if (*line != '\0')
			(void)purge_log_take(nd->log, line, clock_of(nd));
	free(disk);
}

static void
start_node(struct node *nd, enum purge_start how)
{
	const char *names[NODES_MAX];
	unsigned i, n = 0;

	for (i = 0; i < sim.n; i++)
		if ((int)i != nd->self)
			names[n++] = sim.node[i].name;
	if (how == PURGE_START_EMPTY) {
		memset(nd->obj, 0, sizeof nd->obj);
		if (rnd(2))
			nd->disk_len = nd->synced = 0;
	}
	nd->life++;
	nd->log = purge_log_new(nd->name, (uint64_t)clock_of(nd) *
	    PURGE_EPOCH_MS + rnd(PURGE_EPOCH_MS), &sim.rules, act, nd);
	assert_non_null(nd->log);
	assert_int_equal(purge_log_members(nd->log, names, n), 0);
	recover(nd);
	purge_log_start(nd->log, how, clock_of(nd));
	schedule(rnd(1000), EV_TICK, nd->self)->serial = nd->life;
	schedule(rnd(50), EV_CLIENT, nd->self)->serial = nd->life;
}

static void
crash(struct node *nd)
{
	size_t lost;
	int t;

	if (nd->log == NULL)
		return;
	total.crashes++;
	purge_log_free(nd->log);
	nd->log = NULL;
	for (t = 0; t < TASKS_MAX; t++) {
		nd->task[t].state = IDLE;
		nd->task[t].serial++;
	}
	/* Of what was not synced, some: up to the end of a line. */
	lost = nd->disk_len - nd->synced;
	if (lost > 0)
		nd->disk_len = nd->synced + rnd((unsigned)lost + 1);
	while (nd->disk_len > 0 && nd->disk[nd->disk_len - 1] != '\n')
		nd->disk_len--;
	nd->synced = nd->disk_len;
}

static enum purge_start
random_start(struct node *nd)
{
	bool sure = nd->sure;

	nd->sure = rnd(2);
	if (rnd(3) == 0)
		return (PURGE_START_EMPTY);
	/* What was not synced before is not sure now. */
	return (sure && rnd(2) ? PURGE_START_KEPT_SURE : PURGE_START_KEPT);
}

static void
tick(struct node *nd)
{
	struct message m = { .type = MSG_STATE };
	struct purge_figures f;
	const char *why;
	unsigned i;

	purge_log_tick(nd->log, clock_of(nd));
	if (rnd(8) == 0)
		nd->synced = nd->disk_len;
	for (i = 0; i < sim.n; i++)
		send_to(nd, (int)i, m);
	purge_log_figures(nd->log, &f);
	/* A few more, while stale cannot be ended. */
	assert_true(f.entries <= sim.rules.entries + 10);
	if (f.entries > sim.max_entries)
		sim.max_entries = f.entries;
	total.behind += !purge_log_caught_up(nd->log, clock_of(nd), &why);
	poll_purges(nd);
}

static void
take_lines(struct node *nd, struct message *m)
{
	struct message pull = { .type = MSG_PULL };
	char *copy = strdup(m->lines), *p = copy, *line;
	enum purge_taken taken;
	bool ahead = false;

	while ((line = strsep(&p, "\n")) != NULL) {
		if (*line == '\0')
			continue;
		taken = purge_log_take(nd->log, line, clock_of(nd));
		assert_int_not_equal(taken, PURGE_MALFORMED);
		assert_int_not_equal(taken, PURGE_FULL);
		ahead |= taken == PURGE_AHEAD;
	}
	free(copy);
	if (ahead)
		send_to(nd, m->from, pull);
}

static void
copy_asked(struct node *nd, struct message *m)
{
	struct task asked = { .key = m->key, .asker = m->from,
	    .ask_task = m->task, .ask_serial = m->serial };
	const struct object *o;

	if (!purge_log_covers(nd->log, m->position, clock_of(nd))) {
		total.refused++;
		answer_copy(nd, &asked, NULL);
		return;
	}
	o = lookup(nd, m->key, false);
	if (o != NULL)
		answer_copy(nd, &asked, &o->v);
	else if (busy(nd, m->key) < 0)
		(void)fetch(nd, m->key, m->from, m->task, m->serial);
	/* Else it waits in vain, and does it itself. */
}

static void
copy_answered(struct node *nd, struct message *m)
{
	struct task *task = &nd->task[m->task];

	if (task->state != AT_PEER || task->serial != m->serial)
		return;
	if (m->type == MSG_COPIED) {
		task->v = m->v;
		task->state = READY;
	}
	wake(nd, m->task, 1);
}

static void
message(struct node *nd, struct message *m)
{
	struct message news = { .type = MSG_NEWS }, pull = { .type = MSG_PULL };
	struct message lines = { .type = MSG_LINES };
	int more;

	more = purge_log_heard(nd->log, m->position, clock_of(nd));
	assert_true(more >= 0);
	switch (m->type) {
	case MSG_STATE:
		send_to(nd, m->from, news);
		break;
	case MSG_PUSH:
		take_lines(nd, m);
		send_to(nd, m->from, news);
		break;
	case MSG_LINES:
		take_lines(nd, m);
		/* Unless that was all, there is more. */
		more = purge_log_heard(nd->log, m->position, clock_of(nd));
		send_to(nd, m->from, more == 1 ? pull : news);
		break;
	case MSG_NEWS:
		if (more == 1)
			send_to(nd, m->from, pull);
		break;
	case MSG_PULL:
		lines.lines = malloc(LINES_MAX);
		assert_non_null(lines.lines);
		assert_true(purge_log_pull(nd->log, m->position, lines.lines,
		    LINES_MAX, clock_of(nd)) >= 0);
		send_to(nd, m->from, lines);
		break;
	case MSG_COPY:
		copy_asked(nd, m);
		break;
	case MSG_COPIED:
	case MSG_REFUSED:
		copy_answered(nd, m);
		break;
	}
	poll_purges(nd);
}

/* --- a run ----------------------------------------------------------- */

static void
split(void)
{
	unsigned i, j, side = rnd(1u << sim.n);

	if (rnd(2)) {
		/* One link, maybe in one direction. */
		i = rnd(sim.n);
		j = rnd(sim.n);
		sim.blocked[i][j] = true;
		sim.blocked[j][i] = rnd(2);
	} else
		for (i = 0; i < sim.n; i++)
			for (j = 0; j < sim.n; j++)
				sim.blocked[i][j] =
				    (side >> i & 1) != (side >> j & 1);
	schedule(1000 + rnd(30000), EV_JOIN, 0);
}

static void
step(void)
{
	struct event e = next_event();
	struct node *nd = &sim.node[e.node];
	bool up = nd->log != NULL;
	unsigned i;

	sim.now = e.at;
	total.steps++;
	switch (e.type) {
	case EV_CLIENT:
		if (up && e.serial == nd->life) {
			client(nd);
			schedule(20 + rnd(100), EV_CLIENT, e.node)->serial =
			    nd->life;
		}
		break;
	case EV_PURGE:
		if (sim.calm)
			break;
		if (up)
			operator(nd);
		schedule(rnd(sim.pace), EV_PURGE, (int)rnd(sim.n));
		break;
	case EV_TICK:
		if (up && e.serial == nd->life) {
			tick(nd);
			schedule(1000, EV_TICK, e.node)->serial = nd->life;
		}
		break;
	case EV_TASK:
		if (up && nd->task[e.arg].serial == e.serial)
			run_task(nd, e.arg);
		break;
	case EV_MESSAGE:
		if (up)
			message(nd, e.msg);
		release(e.msg);
		break;
	case EV_CRASH:
		if (sim.calm)
			break;
		crash(nd);
		schedule(rnd(3) ? rnd(2000) : rnd(20000), EV_START, e.node);
		/* Sometimes the power fails, and all are down at once. */
		if (rnd(5) == 0)
			for (i = 0; i < sim.n; i++) {
				crash(&sim.node[i]);
				schedule(rnd(3000), EV_START, (int)i);
			}
		schedule(rnd(sim.peace), EV_CRASH, (int)rnd(sim.n));
		break;
	case EV_START:
		if (up || e.node == sim.gone)
			break;
		/* The clock may have been set. */
		nd->skew = (int64_t)rnd(10000) - 5000;
		start_node(nd, random_start(nd));
		break;
	case EV_PART:
		if (sim.calm)
			break;
		split();
		schedule(rnd(30000), EV_PART, 0);
		break;
	case EV_JOIN:
		memset(sim.blocked, 0, sizeof sim.blocked);
		break;
	case EV_POLL:
		break;
	}
}

static int
compare_lines(const void *a, const void *b)
{
	return (strcmp(*(char *const *)a, *(char *const *)b));
}

/* Its streams, without those that are empty, in order. */
static char *
sorted_position(const struct node *nd)
{
	static char out[NODES_MAX][2 * POSITION_MAX];
	char buf[POSITION_MAX], *item[PURGE_STREAMS_MAX + 1], *p = buf, *o = out[nd->self];
	unsigned n = 0, i;
	size_t len;

	assert_true(purge_log_position(nd->log, buf, sizeof buf,
	    clock_of(nd)) > 0);
	p = buf + strlen("v1;");
	/* Nor those that are nearly too old, as their clocks differ. */
	while ((item[n] = strsep(&p, ",")) != NULL)
		if (strstr(item[n], ":0:") == NULL &&
		    strtoll(strrchr(item[n], ':') + 1, NULL, 10) >
		    sim.now - sim.rules.age)
			n++;
	qsort(item, n, sizeof *item, compare_lines);
	for (*o = '\0', i = 0; i < n; i++) {
		len = strlen(o);
		snprintf(o + len, 2 * POSITION_MAX - len, "%s ", item[i]);
	}
	return (o);
}

/* Liveness: mend everything, wait, compare. */
static void
settle(void)
{
	const char *why, *first = NULL, *other;
	int64_t end = sim.now + CALM;
	struct purge_figures f;
	struct waiting *w;
	struct node *nd;
	unsigned i;

	sim.calm = true;
	sim.loss = 0;
	memset(sim.blocked, 0, sizeof sim.blocked);
	/* The last words of one may have been of what nobody else has. */
	if (sim.n > 2 && rnd(3) == 0) {
		sim.gone = (int)rnd(sim.n);
		crash(&sim.node[sim.gone]);
	}
	for (i = 0; i < sim.n; i++)
		if (sim.node[i].log == NULL)
			schedule(0, EV_START, (int)i);
	while (sim.now < end)
		step();
	for (i = 0; i < sim.n; i++) {
		nd = &sim.node[i];
		if ((int)i == sim.gone)
			continue;
		if (!purge_log_caught_up(nd->log, clock_of(nd), &why))
			fail_msg("seed %" PRIu64 ": %s never caught up: %s",
			    sim.seed, nd->name, why);
		other = sorted_position(nd);
		if (first == NULL)
			first = other;
		if (strcmp(first, other) != 0)
			fail_msg("seed %" PRIu64 ": the logs differ:\n%s\n%s",
			    sim.seed, first, other);
		purge_log_figures(nd->log, &f);
		assert_int_equal(f.soft, 0);
	}
	for (w = sim.waiting; w < sim.waiting + WAITING_MAX; w++)
		if (w->used && sim.gone < 0) {
			/* Its node forgot it when it crashed, or all know. */
			for (i = 0; i < sim.n; i++)
				if (purge_log_pending(sim.node[i].log, &w->id,
				    clock_of(&sim.node[i])) > 0)
					fail_msg("seed %" PRIu64 ": a purge "
					    "is pending", sim.seed);
		}
}

static void
run(uint64_t seed, unsigned long steps)
{
	unsigned long end = total.steps + steps;
	unsigned i;

	memset(&sim, 0, sizeof sim);
	sim.seed = seed;
	sim.rng = seed * UINT64_C(0xd1342543de82ef95);
	sim.now = START;
	sim.n = 2 + rnd(NODES_MAX - 1);
	sim.loss = rnd(2) ? 0 : rnd(300);
	sim.pace = rnd(4) ? 600 : 60;
	sim.peace = rnd(3) ? 1000 + rnd(10000) : 100000;
	sim.gone = -1;
	sim.rules = (struct purge_rules){
		.entries = rnd(2) ? 1000 : 5 + rnd(30),
		.age = rnd(2) ? 600000 : 100000,
		.soft = 3000 + rnd(20000), .wait = 3000 + rnd(8000),
		.patience = rnd(4000), .silence = 5000, .margin = 30000 };
	for (i = 0; i < sim.n; i++) {
		sim.node[i].self = (int)i;
		snprintf(sim.node[i].name, sizeof sim.node[i].name, "n%u", i);
		sim.node[i].skew = (int64_t)rnd(10000) - 5000;
		sim.node[i].sure = rnd(2);
		start_node(&sim.node[i], PURGE_START_EMPTY);
	}
	schedule(3000, EV_PURGE, 0);
	schedule(2000 + rnd(sim.peace), EV_CRASH, (int)rnd(sim.n));
	schedule(rnd(20000), EV_PART, 0);
	while (total.steps < end)
		step();
	settle();
	for (i = 0; i < sim.n; i++) {
		purge_log_free(sim.node[i].log);
		free(sim.node[i].disk);
	}
	while (sim.n_heap > 0) {
		struct event e = next_event();

		if (e.type == EV_MESSAGE)
			release(e.msg);
	}
	free(sim.heap);
}

static void
test_sim(void **state)
{
	const char *one = getenv("PURGE_SIM_SEED");
	const char *many = getenv("PURGE_SIM_STEPS");
	unsigned long steps = many != NULL ? strtoul(many, NULL, 10) :
	    4000000;
	uint64_t seed = 1;

	(void)state;
	if (one != NULL)
		run(strtoull(one, NULL, 10), RUN_STEPS);
	else
		while (total.steps < steps)
			run(seed++, RUN_STEPS);
	print_message("seeds 1..%" PRIu64 ": %lu steps, %lu served, %lu "
	    "hits, %lu purges, %lu acknowledged (%lu seen elsewhere, %lu "
	    "soft), %lu crashes,\n%lu copies (%lu refused), %lu stale, %lu "
	    "dead at a hit, %lu at their end, %lu gaps, %lu flushes, %lu not "
	    "ready, %lu ticks behind\n", seed - 1, total.steps, total.served,
	    total.hits, total.purges, total.acked, total.polled, total.soft,
	    total.crashes, total.copies, total.refused, total.stale,
	    total.dead, total.ended_dead, total.gaps, total.flushes,
	    total.unready, total.behind);
	if (one != NULL)
		return;
	/* It has been everywhere. */
	assert_true(total.hits > total.steps / 50);
	assert_true(total.acked > total.purges / 10);
	assert_true(total.polled > 0 && total.soft > 0 && total.stale > 0);
	assert_true(total.dead > 0 && total.ended_dead > 0);
	assert_true(total.gaps > 0 && total.flushes > 0 && total.refused > 0);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_sim),
	};

	return (cmocka_run_group_tests_name("purge_sim", tests, NULL, NULL));
}
