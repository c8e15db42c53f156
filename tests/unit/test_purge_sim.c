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
 *	PURGE_SIM_STEPS=n	in all, instead of 4 million
 *	PURGE_SIM_SEED=n	from this run on, or only this one
 */

#include "purge_cache.h"

/* Clients and operators. */

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

/* Nodes. */

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
	nd->all = 0;
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
	const struct object *o;
	size_t lost;
	int t, k;

	if (nd->log == NULL)
		return;
	total.crashes++;
	/*
	 * Where the log may lose its end, too, all nodes together may lose a
	 * purge, and nothing could be said against the return of what was
	 * purged, nor against what waits for its ban: it has been inserted,
	 * and its fetch has not ended, or it is stale.
	 */
	for (k = 0; k < KEYS; k++) {
		o = &nd->obj[k];
		if (o->valid && purge_log_judge(nd->log, o->mark,
		    object_of(k), no_regex, NULL) != PURGE_FRESH)
			kill_object(&nd->obj[k]);
		/* What was being fetched then went, too. */
		nd->obj[k].undead &= o->mark.number >= nd->all;
		nd->obj[k].valid |= nd->obj[k].undead && nd->sure && rnd(2);
		nd->obj[k].undead = false;
	}
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
	unsigned i, k;

	purge_log_tick(nd->log, clock_of(nd));
	if (rnd(20) == 0) {
		nd->synced = nd->disk_len;
		for (k = 0; k < KEYS; k++)
			nd->obj[k].undead = false;
	}
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

/* A run. */

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
		if (rnd(sim.dark) == 0)
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
	char buf[POSITION_MAX], *item[PURGE_STREAMS_MAX + 1], *p = buf;
	char *o = out[nd->self];
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
	sim.dark = rnd(2) ? 2 : 10;
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
	}
	/* Each with the names of all. */
	for (i = 0; i < sim.n; i++)
		start_node(&sim.node[i], PURGE_START_EMPTY);
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

/* One sequence of the many, which chance rarely makes. */

static void
begin_two(bool sure)
{
	unsigned i;

	memset(&sim, 0, sizeof sim);
	sim.now = START;
	sim.n = 2;
	sim.calm = true;
	sim.gone = -1;
	sim.rules = purge_rules_default;
	for (i = 0; i < sim.n; i++) {
		sim.node[i].self = (int)i;
		snprintf(sim.node[i].name, sizeof sim.node[i].name, "n%u", i);
		sim.node[i].sure = sure;
	}
	for (i = 0; i < sim.n; i++)
		start_node(&sim.node[i], PURGE_START_EMPTY);
}

static void
end_two(void)
{
	unsigned i;

	for (i = 0; i < sim.n; i++) {
		purge_log_free(sim.node[i].log);
		free(sim.node[i].disk);
	}
	free(sim.heap);
}

/* One learns what the other has. */
static void
learn(struct node *nd, const struct node *from)
{
	char buf[POSITION_MAX], *p = buf, *line;

	assert_true(purge_log_position(from->log, buf, sizeof buf,
	    clock_of(from)) > 0);
	assert_true(purge_log_heard(nd->log, buf, clock_of(nd)) >= 0);
	assert_true(purge_log_pull(from->log, NULL, buf, sizeof buf,
	    clock_of(from)) >= 0);
	while (*(line = strsep(&p, "\n")) != '\0')
		(void)purge_log_take(nd->log, line, clock_of(nd));
}

static bool
is_up(struct node *nd)
{
	const char *why;

	return (purge_log_caught_up(nd->log, clock_of(nd), &why));
}

/*
 * At n1 an object of key 4 is inserted that was purged meanwhile.  The purge
 * is acknowledged, and then n1 crashes, before the fetch has ended.  Returns
 * what a storage may keep.
 */
static struct object
crash_in_flight(void)
{
	struct node *n0 = &sim.node[0], *n1 = &sim.node[1];
	struct purge_id id;
	struct object o;
	int t;

	learn(n1, n0);
	learn(n0, n1);
	assert_true(is_up(n0) && is_up(n1));
	t = fetch(n1, 4, -1, 0, 0);
	assert_int_equal(purge_log_add(n0->log, "hard source /t/4",
	    clock_of(n0), &id), PURGE_TAKEN);
	learn(n1, n0);
	insert(n1, t);
	learn(n0, n1);
	assert_int_equal(purge_log_pending(n0->log, &id, clock_of(n0)), 0);
	o = n1->obj[4];
	assert_true(o.valid);
	crash(n1);
	return (o);
}

static void
test_crash_in_flight(void **state)
{
	struct node *n0 = &sim.node[0], *n1 = &sim.node[1];
	struct object o;

	(void)state;
	/* It is on disk: the purge is done again. */
	begin_two(true);
	o = crash_in_flight();
	n1->obj[4] = o;
	start_node(n1, PURGE_START_KEPT_SURE);
	learn(n1, n0);
	assert_true(is_up(n1) && !n1->obj[4].valid);
	end_two();

	/* It is not, and the other node still has it. */
	begin_two(false);
	o = crash_in_flight();
	n1->obj[4] = o;
	start_node(n1, PURGE_START_KEPT);
	assert_true(!is_up(n1) && n1->obj[4].valid);
	learn(n1, n0);
	assert_true(is_up(n1) && !n1->obj[4].valid);
	end_two();

	/* Nobody has: that it is not served is more than can be asked for. */
	begin_two(false);
	o = crash_in_flight();
	crash(n0);
	assert_false(n1->obj[4].valid);
	n1->obj[4] = o;
	start_node(n0, PURGE_START_EMPTY);
	start_node(n1, PURGE_START_KEPT);
	learn(n1, n0);
	assert_true(is_up(n1) && n1->obj[4].valid);
	end_two();
}

static void
test_sim(void **state)
{
	const char *one = getenv("PURGE_SIM_SEED");
	const char *many = getenv("PURGE_SIM_STEPS");
	unsigned long steps = many != NULL ? strtoul(many, NULL, 10) :
	    one != NULL ? 1 : 4000000;
	uint64_t first = one != NULL ? strtoull(one, NULL, 10) : 1;
	uint64_t seed = first;

	(void)state;
	while (total.steps < steps)
		run(seed++, RUN_STEPS);
	print_message("seeds %" PRIu64 "..%" PRIu64 ": %lu steps, %lu served, "
	    "%lu hits, %lu purges, %lu acknowledged (%lu seen elsewhere, %lu "
	    "soft), %lu crashes,\n%lu copies (%lu refused), %lu stale, %lu "
	    "dead at a hit, %lu at their end, %lu gaps, %lu flushes, %lu not "
	    "ready, %lu ticks behind\n", first, seed - 1, total.steps,
	    total.served, total.hits, total.purges, total.acked, total.polled,
	    total.soft, total.crashes, total.copies, total.refused,
	    total.stale, total.dead, total.ended_dead, total.gaps,
	    total.flushes, total.unready, total.behind);
	if (one != NULL && many == NULL)
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
		cmocka_unit_test(test_crash_in_flight),
		cmocka_unit_test(test_sim),
	};

	return (cmocka_run_group_tests_name("purge_sim", tests, NULL, NULL));
}
