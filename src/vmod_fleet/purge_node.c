/* SPDX-License-Identifier: BSD-2-Clause
 * Copyright (c) 2026 The pixelfleet authors
 *
 * See purge_node.h.
 *
 * Locks are taken in this order: a peer's, node.mtx, the core's for bans.
 */

#include "config.h"

#include <fcntl.h>
#include <pthread.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

#include "fleet.h"

#include <vtim.h>

#include "purge_apply.h"
#include "purge_keep.h"
#include "purge_node.h"
#include "storage.h"
#include "vcompat.h"

#define LINGER_TICKS		6	/* see node_flight_linger() */
#define NODE_ASKED		1024	/* originals, about */

/* A fetch under way, or one that lingers. */
struct node_flight {
	struct purge_flight		flight;		/* the first */
	unsigned			magic;
#define NODE_FLIGHT_MAGIC		0x2c8de5f1
	VTAILQ_ENTRY(node_flight)	list;
	uint64_t			until;	/* tick */
};

struct node_waker {
	VTAILQ_ENTRY(node_waker)	list;
	purge_wake_f			*wake;
	void				*priv;
};

static struct {
	pthread_mutex_t			mtx;
	pthread_cond_t			cond;	/* anything changed */
	struct purge_log		*log;	/* NULL: not open */
	bool				started;
	bool				kept;	/* storage outlives us */
	struct purge_keep		keep;
	uint64_t			ticks;
	VTAILQ_HEAD(, node_flight)	linger;	/* the first to go first */
	VTAILQ_HEAD(, node_waker)	wakers;
	/* what was asked last, since it is asked often */
	int				position_len;	/* 0: to be made */
	char				position[PURGE_POSITION_HEADER];
	char				covered[PURGE_POSITION_HEADER];
} node = {
	.mtx = PTHREAD_MUTEX_INITIALIZER,
	.linger = VTAILQ_HEAD_INITIALIZER(node.linger),
	.wakers = VTAILQ_HEAD_INITIALIZER(node.wakers)
};

/* Beside the lock: written with it, read without. */
static struct purge_glance glance = { .oldest = UINT64_MAX };
static bool caught_up = true;
static const char *not_caught_up;
static uint64_t news;
static uint64_t done;			/* with whatever bans it took */

#define LOAD(x)		__atomic_load_n(&(x), __ATOMIC_SEQ_CST)
#define STORE(x, v)	__atomic_store_n(&(x), (v), __ATOMIC_SEQ_CST)

static int64_t
node_now(void)
{

	return ((int64_t)(VTIM_real() * 1e3));
}

static void
node_lock(void)
{

	AZ(pthread_mutex_lock(&node.mtx));
}

/* What has gone up may be seen at once, what has gone down is told last. */
static void
node_unlock(void)
{
	struct purge_glance g;

	if (node.log != NULL) {
		purge_log_glance(node.log, &g);
		STORE(glance.process, g.process);
		STORE(glance.number, g.number);
		STORE(glance.soft, g.soft);
		STORE(glance.oldest, g.oldest);
	}
	AZ(pthread_mutex_unlock(&node.mtx));
}

/* After anything but a look. */
static void
node_changed(void)
{
	const char *why = NULL;
	bool is;

	node.position_len = 0;
	is = node.started && purge_log_caught_up(node.log, node_now(), &why);
	if (!node.started)
		why = "it has just begun";
	if (is != LOAD(caught_up))
		VSL(SLT_Notice, NO_VXID, is ? "fleet: this node knows all "
		    "purges that it can know of%s" : "fleet: this node serves "
		    "nothing from its cache: %s", is ? "" : why);
	STORE(not_caught_up, is ? NULL : why);
	STORE(caught_up, is);
	AZ(pthread_cond_broadcast(&node.cond));
}

static void
node_wake(void)
{
	struct node_waker *w;

	VTAILQ_FOREACH(w, &node.wakers, list)
		w->wake(w->priv);
}

void
purge_node_wake(void)
{

	node_lock();
	node_wake();
	node_unlock();
}

/* What the log has us do --------------------------------------------*/

static int
node_ban(const struct purge_action *a)
{

	switch (a->what) {
	case PURGE_DO_NOTE:
		break;
	case PURGE_DO_EXPR:
		if (a->line->expr.soft || (a->recovered && !node.kept))
			return (0);
		return (purge_apply(&a->line->expr, NULL));
	case PURGE_DO_BEFORE:
		return (purge_apply(&a->line->expr, &a->before));
	case PURGE_DO_ALL:
		return (purge_apply_all());
	}
	return (0);
}

static int
node_do(void *priv, const struct purge_action *a)
{
	int r;

	(void)priv;
	if (purge_keep_write(&node.keep, a) != 0)
		return (-1);
	/* Told first, then done: see step 5. */
	if (a->what != PURGE_DO_BEFORE)
		STORE(glance.number, a->number);
	r = node_ban(a);
	/* Even if not all bans could be made. */
	STORE(done, done + 1);
	return (r);
}

/* Life --------------------------------------------------------------*/

static bool
node_is_kept(void)
{
	char cmdline[8192];
	ssize_t l;
	int fd;

	fd = open("/proc/self/cmdline", O_RDONLY | O_CLOEXEC);
	if (fd < 0)
		return (true);
	l = read(fd, cmdline, sizeof cmdline);
	(void)close(fd);
	return (l <= 0 || storage_persists(cmdline, l));
}

/* When, and three random digits. */
static uint64_t
node_epoch(void)
{
	unsigned char r[2] = { 0, 0 };
	char hex[2 * sizeof r + 1];

	if (fleet_random_hex(hex, sizeof r) < 0)
		bprintf(hex, "%04x", (unsigned)getpid() & 0xffff);
	return ((uint64_t)node_now() * PURGE_EPOCH_MS +
	    strtoul(hex, NULL, 16) % PURGE_EPOCH_MS);
}

int
purge_node_open(const char *self, const char *path,
    const struct purge_rules *rules, char err[PURGE_ERROR_MAX])
{
	pthread_condattr_t attr;
	int e = 0;

	if (path != NULL && *path == '\0')
		path = NULL;
	node_lock();
	if (node.log == NULL) {
		AZ(pthread_condattr_init(&attr));
		AZ(pthread_condattr_setclock(&attr, CLOCK_MONOTONIC));
		AZ(pthread_cond_init(&node.cond, &attr));
		AZ(pthread_condattr_destroy(&attr));
		node.kept = node_is_kept();
		node.log = purge_log_new(self, node_epoch(), rules, node_do,
		    NULL);
		AN(node.log);
		if (path != NULL)
			e = purge_keep_open(&node.keep, path, node.log,
			    node_now(), err);
		if (e != 0) {
			purge_log_free(node.log);
			node.log = NULL;
		} else
			node_changed();
	}
	node_unlock();
	return (e);
}

void
purge_node_members(const char *const *names, unsigned n)
{

	node_lock();
	if (node.log != NULL) {
		if (purge_log_members(node.log, names, n) != 0)
			VSL(SLT_Error, NO_VXID, "fleet: too many nodes for "
			    "the purge log");
		if (!node.started)
			purge_log_start(node.log, !node.kept ?
			    PURGE_START_EMPTY : node.keep.path == NULL ?
			    PURGE_START_KEPT : PURGE_START_KEPT_SURE,
			    node_now());
		node.started = true;
		node_changed();
	}
	node_unlock();
}

void
purge_node_subscribe(purge_wake_f *wake, void *priv)
{
	struct node_waker *w;

	w = calloc(1, sizeof *w);
	AN(w);
	w->wake = wake;
	w->priv = priv;
	node_lock();
	VTAILQ_INSERT_TAIL(&node.wakers, w, list);
	node_unlock();
}

void
purge_node_unsubscribe(void *priv)
{
	struct node_waker *w;

	node_lock();
	VTAILQ_FOREACH(w, &node.wakers, list)
		if (w->priv == priv)
			break;
	if (w != NULL)
		VTAILQ_REMOVE(&node.wakers, w, list);
	node_unlock();
	free(w);
}

/* Purges ------------------------------------------------------------*/

enum purge_taken
purge_node_add(const char *expr, struct purge_id *id,
    char err[PURGE_ERROR_MAX])
{
	enum purge_taken taken = PURGE_FAILED;
	struct purge_expr parsed;

	if (purge_expr_parse(&parsed, expr) != 0) {
		(void)snprintf(err, PURGE_ERROR_MAX, "this is no purge");
		return (PURGE_MALFORMED);
	}
	if (parsed.kind == PURGE_REGEX &&
	    purge_apply_check(parsed.operand, err) != 0)
		return (PURGE_MALFORMED);
	(void)snprintf(err, PURGE_ERROR_MAX, "it could not be applied here");
	node_lock();
	if (node.log != NULL && node.started)
		taken = purge_log_add(node.log, expr, node_now(), id);
	if (taken == PURGE_TAKEN) {
		FLEET_COUNT(purges_taken);
		STORE(news, news + 1);
		node_changed();
		node_wake();
	}
	node_unlock();
	return (taken);
}

/* Wait for a change until then; false: it is then. */
static bool
node_wait(vtim_mono until)
{
	struct timespec ts;

	ts.tv_sec = (time_t)until;
	ts.tv_nsec = (long)((until - (double)ts.tv_sec) * 1e9);
	return (pthread_cond_timedwait(&node.cond, &node.mtx, &ts) == 0);
}

int
purge_node_wait(const struct purge_id *id, int64_t ms)
{
	vtim_mono until = VTIM_mono() + ms * 1e-3;
	int pending = -1;

	node_lock();
	if (node.log != NULL)
		do
			pending = purge_log_pending(node.log, id, node_now());
		while (pending > 0 && ms > 0 && node_wait(until));
	node_unlock();
	return (pending);
}

int
purge_node_standing(const struct purge_id *id, purge_standing_f *func,
    void *priv)
{
	struct purge_standing s;
	int64_t now = node_now();
	int pending = -1;
	unsigned i;

	node_lock();
	if (node.log != NULL)
		pending = purge_log_pending(node.log, id, now);
	for (i = 0; pending >= 0 &&
	    purge_log_standing(node.log, id, i, &s, now); i++)
		func(priv, &s);
	node_unlock();
	return (pending);
}

struct node_search {
	const struct purge_id		*id;
	char				*text;
	bool				found;
};

static int
node_search(void *priv, const char *text)
{
	struct node_search *search = priv;
	struct purge_line line;

	if (purge_line_parse(&line, text) != 0 || line.gap ||
	    line.id.epoch != search->id->epoch ||
	    line.id.number != search->id->number ||
	    strcmp(line.id.node, search->id->node) != 0)
		return (0);
	(void)snprintf(search->text, PURGE_EXPR_MAX, "%s", line.expr.text);
	search->found = true;
	return (-1);
}

int
purge_node_text(const struct purge_id *id, char text[PURGE_EXPR_MAX])
{
	struct node_search search = { id, text, false };

	node_lock();
	if (node.log != NULL)
		(void)purge_log_each(node.log, NULL, node_search, &search,
		    node_now());
	node_unlock();
	return (search.found ? 0 : -1);
}

bool
purge_node_caught_up(const char **why)
{

	*why = LOAD(not_caught_up);
	return (LOAD(caught_up));
}

void
purge_node_figures(struct purge_figures *f)
{

	memset(f, 0, sizeof *f);
	node_lock();
	if (node.log != NULL)
		purge_log_figures(node.log, f);
	node_unlock();
}

static void
node_publish(void)
{
	struct purge_figures f;

	purge_log_figures(node.log, &f);
	fleet_vsc->purge_entries = f.entries;
	fleet_vsc->purge_streams = f.streams;
	fleet_vsc->purge_soft = f.soft;
	fleet_vsc->purge_flights = f.flights;
	fleet_vsc->purge_behind = !LOAD(caught_up);
}

/* Objects -----------------------------------------------------------*/

struct purge_flight *
purge_node_begin(void)
{
	struct node_flight *f;

	if (node.log == NULL)
		return (NULL);
	f = calloc(1, sizeof *f);
	AN(f);
	f->magic = NODE_FLIGHT_MAGIC;
	node_lock();
	purge_flight_begin(node.log, &f->flight);
	node_unlock();
	return (&f->flight);
}

static void
node_flight_end(struct node_flight *f)
{

	CHECK_OBJ_NOTNULL(f, NODE_FLIGHT_MAGIC);
	purge_flight_end(node.log, &f->flight);
	free(f);
}

/*
 * A request may have found the object before it was banned, and have yet to
 * ask for a verdict: it must still find it in flight.  By ticks, not by the
 * clock, which goes on while the process is stopped.
 */
static void
node_flight_linger(struct node_flight *f)
{

	f->until = node.ticks + LINGER_TICKS;
	VTAILQ_INSERT_TAIL(&node.linger, f, list);
}

static void
node_land(void)
{
	struct node_flight *f;

	while ((f = VTAILQ_FIRST(&node.linger)) != NULL &&
	    f->until <= node.ticks) {
		VTAILQ_REMOVE(&node.linger, f, list);
		node_flight_end(f);
	}
}

void
purge_node_end(struct purge_flight **fp, const struct purge_object *obj)
{
	struct node_flight *f = (struct node_flight *)*fp;
	enum purge_verdict verdict = PURGE_FRESH;

	*fp = NULL;
	CHECK_OBJ_NOTNULL(f, NODE_FLIGHT_MAGIC);
	node_lock();
	if (obj != NULL && obj->source != NULL)
		verdict = purge_log_judge(node.log, f->flight.mark, obj,
		    purge_apply_regex, NULL);
	/* Soft: steps 3 and DO_BEFORE see to it. */
	if (verdict != PURGE_DEAD)
		node_flight_end(f);
	else if (purge_apply_one(obj->source, f->flight.mark) == 0) {
		FLEET_COUNT(purge_late);
		node_flight_linger(f);
	}
	node_unlock();
}

bool
purge_node_is_fresh(struct purge_mark mark)
{
	struct purge_glance g;

	g.process = LOAD(glance.process);
	g.number = LOAD(glance.number);
	g.soft = LOAD(glance.soft);
	g.oldest = LOAD(glance.oldest);
	return (purge_glance_is_fresh(&g, mark));
}

enum purge_verdict
purge_node_judge(struct purge_mark mark, const struct purge_object *obj)
{
	enum purge_verdict verdict = PURGE_FRESH;

	node_lock();
	if (node.log != NULL)
		verdict = purge_log_judge(node.log, mark, obj,
		    purge_apply_regex, NULL);
	node_unlock();
	return (verdict);
}

uint64_t
purge_node_done(void)
{

	return (LOAD(done));
}

/* By a hash of the URL; who meets another's is told once too often. */
bool
purge_node_purged(const char *source)
{
	static uint64_t asked[NODE_ASKED];
	const struct purge_object obj = { .source = source };
	uint64_t *number = &asked[ring_key(source) % NODE_ASKED];
	struct purge_glance g;
	bool purged = false;

	node_lock();
	if (node.log != NULL) {
		purged = purge_log_since(node.log, *number, &obj,
		    purge_apply_regex, NULL);
		purge_log_glance(node.log, &g);
		*number = g.number;
	}
	node_unlock();
	return (purged);
}

/* The exchange ------------------------------------------------------*/

int
purge_node_position(char *buf, size_t size)
{
	int len = -1;

	node_lock();
	if (node.log != NULL && node.position_len == 0)
		node.position_len = purge_log_position(node.log,
		    node.position, sizeof node.position, node_now());
	if (node.log != NULL && node.position_len > 0 &&
	    (size_t)node.position_len < size) {
		memcpy(buf, node.position, (size_t)node.position_len + 1);
		len = node.position_len;
	} else if (node.log != NULL && size > sizeof node.position)
		len = purge_log_position(node.log, buf, size, node_now());
	node_unlock();
	return (len);
}

int
purge_node_heard(const char *position)
{
	int r = -1;

	node_lock();
	if (node.log != NULL && node.started) {
		r = purge_log_heard(node.log, position, node_now());
		node_changed();
	}
	node_unlock();
	return (r);
}

void
purge_node_unheard(const char *member, const char *why)
{

	node_lock();
	if (node.log != NULL)
		purge_log_unheard(node.log, member, why);
	node_unlock();
}

bool
purge_node_covers(const char *position, int64_t ms)
{
	vtim_mono until = VTIM_mono() + ms * 1e-3;
	bool covers = false;

	node_lock();
	if (node.log != NULL && node.started)
		do
			/* What was covered once, is. */
			covers = !strcmp(node.covered, position) ||
			    purge_log_covers(node.log, position, node_now());
		while (!covers && ms > 0 && node_wait(until));
	if (covers && strlen(position) < sizeof node.covered)
		bprintf(node.covered, "%s", position);
	node_unlock();
	return (covers);
}

int
purge_node_pull(const char *position, char *buf, size_t size)
{
	int len = -1;

	node_lock();
	if (node.log != NULL)
		len = purge_log_pull(node.log, position, buf, size,
		    node_now());
	node_unlock();
	return (len);
}

static void
node_receive_line(const char *line, struct purge_received *received)
{

	switch (purge_log_take(node.log, line, node_now())) {
	case PURGE_TAKEN:
		received->taken++;
		break;
	case PURGE_KNOWN:
		received->known++;
		break;
	default:
		received->failed++;
	}
}

void
purge_node_receive(const char *lines, size_t len,
    struct purge_received *received)
{
	char line[PURGE_LINE_MAX];
	const char *end;
	size_t l;

	memset(received, 0, sizeof *received);
	node_lock();
	while (node.log != NULL && node.started &&
	    (end = memchr(lines, '\n', len)) != NULL) {
		l = (size_t)(end - lines);
		if (l < sizeof line) {
			memcpy(line, lines, l);
			line[l] = '\0';
			node_receive_line(line, received);
		} else
			received->failed++;
		lines += l + 1;
		len -= l + 1;
	}
	if (received->taken > 0)
		node_changed();
	node_unlock();
}

uint64_t
purge_node_news(void)
{

	return (LOAD(news));
}

void
purge_node_tick(void)
{

	node_lock();
	if (node.log != NULL && node.started) {
		purge_log_tick(node.log, node_now());
		node.ticks++;
		node_land();
		purge_keep_compact(&node.keep, node.log, node_now());
		node_changed();
		node_publish();
	}
	node_unlock();
}
