/* SPDX-License-Identifier: BSD-2-Clause
 * Copyright (c) 2026 The pixelfleet authors
 *
 * The world of test_purge_sim.c: what there is in it, its clock and its
 * chance, and the network.
 */

#ifndef PURGE_WORLD_H
#define PURGE_WORLD_H

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
	bool			undead;		/* its end is not on disk */
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
	char			name[16];
	int			self;
	int64_t			skew;
	unsigned		life;		/* how often started */
	struct object		obj[KEYS];
	uint64_t		all;		/* the last DO_ALL */
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
	unsigned		dark;		/* crashes for one of power */
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

/* Events, a heap. */

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

/* The network. */

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

#endif
