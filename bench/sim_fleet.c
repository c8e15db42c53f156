/* SPDX-License-Identifier: BSD-2-Clause
 * Copyright (c) 2026 The pixelfleet authors
 *
 * A simulated fleet, see sim_fleet.h.
 */

#include <assert.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "sim_fleet.h"
#include "sim_tools.h"

#define KEYS		100000
#define HOT_KEY		0
#define HOT_SHARE	0.3
#define UNIQUE		UINT32_MAX	/* in place of a key */
#define NONE		UINT32_MAX	/* no request */

#define RENDER_SLOTS	8
#define RENDER_S	0.030
#define HIT_WORKERS	32
#define HIT_S		0.0005
#define COPY_S		0.002		/* from the owner */
#define SLOWNESS	5

#define STATE_S		1.0		/* between two state exchanges */
/* Time is not 0 when it begins: no report may look like none. */
#define EPOCH_MS	1000

#define WAITING		(1U << 16)	/* cells of the table, at least */

enum event { SERVED, RENDERED, COPIED, STATE };

/* What a node has of a key. */
enum holding { ABSENT, RENDERING, CACHED };

struct request {
	double		since;
	uint32_t	key;		/* or UNIQUE */
	uint16_t	front, node;
	uint32_t	next;		/* in a queue, or among waiters */
	uint32_t	waiters;	/* for this one's render */
	uint32_t	chain;		/* in fleet.rendering */
};

/* Slots for one kind of work, and who waits for one. */
struct station {
	unsigned	slots, busy;
	uint32_t	first, last;	/* first in, first out */
};

struct node {
	struct station	render, hit;
	unsigned	present, peak;
	double		area, since;	/* integral of present over time */
	double		slowness;
};

struct fleet {
	const struct sim_setup	*setup;
	struct sim_result	*result;
	struct ring_node	*ring;
	char			(*name)[16];
	struct bound_node	*seen;	/* [front * n + node] */
	struct bound_node	**seen_at;
	struct bound_view	*view;	/* one a front */
	struct gate		*gate;
	struct node		*node;
	uint8_t			*holding; /* [key * n + node] */
	uint16_t		*owner;
	uint8_t			*asked;	/* for this key while measuring */
	double			*upto;	/* chance of a key up to this one */
	uint32_t		rendering[WAITING];

	struct request		*request;
	uint32_t		n_request, free;
	struct sim_queue	queue;
	double			now;
	bool			measuring;
	struct sim_histogram	latency;
	uint64_t		requests, moved, dup;
};

static bool
always_healthy(void *priv, unsigned i)
{
	(void)priv;
	(void)i;
	return (true);
}

static uint64_t
now_ms(const struct fleet *f)
{
	return (EPOCH_MS + (uint64_t)(f->now * 1000));
}

static uint64_t
key_hash(uint32_t key)
{
	return (sim_scramble((key + 1) * UINT64_C(0x9e3779b97f4a7c15)));
}

static bool
is_hot(const struct sim_setup *setup)
{
	return (setup->workload == SIM_HOT || setup->workload == SIM_FLASH);
}

static uint32_t
request_new(struct fleet *f)
{
	uint32_t i = f->free;

	if (i != NONE) {
		f->free = f->request[i].next;
		return (i);
	}
	if ((f->n_request & (f->n_request - 1)) == 0) {
		f->request = realloc(f->request, (f->n_request == 0 ? 1 :
		    2 * (size_t)f->n_request) * sizeof *f->request);
		assert(f->request != NULL);
	}
	return (f->n_request++);
}

static void
request_free(struct fleet *f, uint32_t i)
{
	f->request[i].next = f->free;
	f->free = i;
}

static uint32_t *
rendering_at(struct fleet *f, uint32_t key, unsigned node)
{
	uint64_t hash = sim_scramble((uint64_t)key << 16 | node);
	uint32_t *at = &f->rendering[hash % WAITING];

	while (*at != NONE && (f->request[*at].key != key ||
	    f->request[*at].node != node))
		at = &f->request[*at].chain;
	return (at);
}

static void
start(struct fleet *f, struct station *s, uint32_t i, enum event what,
    double seconds)
{
	s->busy++;
	sim_push(&f->queue, f->now + seconds * sim_lognormal() *
	    f->node[f->request[i].node].slowness, what, i);
}

static void
enter(struct fleet *f, struct station *s, uint32_t i, enum event what,
    double seconds)
{
	if (s->busy < s->slots) {
		start(f, s, i, what, seconds);
		return;
	}
	f->request[i].next = NONE;
	if (s->first == NONE)
		s->first = i;
	else
		f->request[s->last].next = i;
	s->last = i;
}

static void
leave(struct fleet *f, struct station *s, enum event what, double seconds)
{
	uint32_t i = s->first;

	s->busy--;
	if (i != NONE) {
		s->first = f->request[i].next;
		start(f, s, i, what, seconds);
	}
}

static void
count_present(struct fleet *f, struct node *node, int change)
{
	node->area += node->present * (f->now - node->since);
	node->since = f->now;
	node->present += (unsigned)change;
	if (node->present > node->peak)
		node->peak = node->present;
}

/* The front's books, and the node's own. */
static void
charge(struct fleet *f, const struct request *r)
{
	unsigned n = f->setup->n;

	count_present(f, &f->node[r->node], 1);
	bound_charge(&f->seen[r->front * n + r->node]);
	if (r->front != r->node)
		bound_arrive(&f->seen[r->node * n + r->node]);
}

static void
tell(struct fleet *f, unsigned front, unsigned node)
{
	unsigned n = f->setup->n;

	if (front != node)
		bound_report(&f->seen[front * n + node],
		    bound_present(&f->seen[node * n + node]),
		    f->setup->config.floor, now_ms(f));
}

static void
discharge(struct fleet *f, const struct request *r)
{
	unsigned n = f->setup->n;

	count_present(f, &f->node[r->node], -1);
	bound_discharge(&f->seen[r->front * n + r->node]);
	if (r->front != r->node) {
		bound_depart(&f->seen[r->node * n + r->node]);
		tell(f, r->front, r->node);
	}
}

/* The node has nothing of the key. */
static void
fetch(struct fleet *f, uint32_t i)
{
	struct request *r = &f->request[i];
	size_t row = (size_t)r->key * f->setup->n;
	bool owner_has = f->holding[row + f->owner[r->key]] == CACHED;

	f->holding[row + r->node] = RENDERING;
	r->waiters = NONE;
	r->chain = NONE;
	*rendering_at(f, r->key, r->node) = i;
	if (f->setup->copy && owner_has) {
		sim_push(&f->queue, f->now + COPY_S * sim_lognormal(),
		    COPIED, i);
		return;
	}
	f->dup += f->measuring && r->node != f->owner[r->key];
	enter(f, &f->node[r->node].render, i, RENDERED, RENDER_S);
}

static void
serve(struct fleet *f, uint32_t i)
{
	enter(f, &f->node[f->request[i].node].hit, i, SERVED, HIT_S);
}

static void
begin(struct fleet *f, uint32_t i)
{
	struct request *r = &f->request[i], *first;

	charge(f, r);
	if (r->key == UNIQUE) {
		enter(f, &f->node[r->node].render, i, RENDERED, RENDER_S);
		return;
	}
	switch (f->holding[(size_t)r->key * f->setup->n + r->node]) {
	case CACHED:
		serve(f, i);
		break;
	case RENDERING:
		first = &f->request[*rendering_at(f, r->key, r->node)];
		r->next = first->waiters;
		first->waiters = i;
		break;
	default:
		fetch(f, i);
	}
}

static void
end(struct fleet *f, uint32_t i)
{
	const struct request *r = &f->request[i];

	discharge(f, r);
	if (f->measuring && r->since >= f->setup->warm)
		sim_record(&f->latency, f->now - r->since);
	request_free(f, i);
}

/* The object is here: all that wait for it are hits now. */
static void
arrived(struct fleet *f, uint32_t i)
{
	struct request *r = &f->request[i];
	uint32_t waiter, next;

	if (r->key == UNIQUE)
		return;
	f->holding[(size_t)r->key * f->setup->n + r->node] = CACHED;
	*rendering_at(f, r->key, r->node) = r->chain;
	for (waiter = r->waiters; waiter != NONE; waiter = next) {
		next = f->request[waiter].next;
		serve(f, waiter);
	}
}

static void
exchange_state(struct fleet *f, unsigned front)
{
	unsigned i;

	for (i = 0; i < f->setup->n; i++)
		tell(f, front, i);
	sim_push(&f->queue, f->now + STATE_S, STATE, front);
}

static void
happen(struct fleet *f, const struct sim_event *e)
{
	struct node *node;

	if (e->what == STATE) {
		exchange_state(f, e->which);
		return;
	}
	node = &f->node[f->request[e->which].node];
	if (e->what == SERVED)
		leave(f, &node->hit, SERVED, HIT_S);
	else {
		if (e->what == RENDERED)
			leave(f, &node->render, RENDERED, RENDER_S);
		arrived(f, e->which);
	}
	end(f, e->which);
}

static uint32_t
choose_key(const struct fleet *f)
{
	uint32_t low = 0, high = KEYS - 1, mid;
	double u = sim_uniform();

	if (is_hot(f->setup)) {
		if (u < HOT_SHARE && (f->setup->workload == SIM_HOT ||
		    f->measuring))
			return (HOT_KEY);
		low = HOT_KEY + 1;
		u = f->upto[HOT_KEY] + sim_uniform() * (1 - f->upto[HOT_KEY]);
	}
	while (low < high) {
		mid = low + (high - low) / 2;
		if (f->upto[mid] > u)
			high = mid;
		else
			low = mid + 1;
	}
	return (low);
}

static void
account(struct fleet *f, const struct bound_choice *choice, uint32_t key)
{
	if (!f->measuring)
		return;
	f->requests++;
	f->moved += (choice->flags & BOUND_MOVED) != 0;
	if (key != UNIQUE)
		f->asked[key] = 1;
}

static void
arrive(struct fleet *f)
{
	struct bound_choice choice;
	struct request *r;
	uint32_t i = request_new(f);
	uint64_t hash;

	r = &f->request[i];
	r->since = f->now;
	r->front = (uint16_t)(sim_random() % f->setup->n);
	if (sim_uniform() < f->setup->unique) {
		r->key = UNIQUE;
		hash = sim_random();
	} else {
		r->key = choose_key(f);
		hash = key_hash(r->key);
	}
	bound_choose(&f->view[r->front], hash, now_ms(f), &choice);
	r->node = (uint16_t)choice.node;
	account(f, &choice, r->key);
	begin(f, i);
}

static void
make_keys(struct fleet *f)
{
	unsigned i, n = f->setup->n;
	double sum = 0;

	f->owner = sim_alloc(KEYS, sizeof *f->owner);
	f->asked = sim_alloc(KEYS, sizeof *f->asked);
	f->upto = sim_alloc(KEYS, sizeof *f->upto);
	f->holding = sim_alloc((size_t)KEYS * n, sizeof *f->holding);
	for (i = 0; i < KEYS; i++) {
		f->owner[i] = (uint16_t)ring_top(f->ring, n, key_hash(i));
		f->holding[(size_t)i * n + f->owner[i]] = CACHED;
		sum += f->setup->workload == SIM_UNIFORM ? 1 : 1.0 / (i + 1);
		f->upto[i] = sum;
	}
	for (i = 0; i < KEYS; i++)
		f->upto[i] /= sum;
	if (f->setup->workload == SIM_FLASH)
		f->holding[(size_t)HOT_KEY * n + f->owner[HOT_KEY]] = ABSENT;
	memset(f->rendering, 0xff, sizeof f->rendering);
}

static void
make_nodes(struct fleet *f)
{
	unsigned i, n = f->setup->n;
	struct node *node;

	f->ring = sim_alloc(n, sizeof *f->ring);
	f->name = sim_alloc(n, sizeof *f->name);
	f->node = sim_alloc(n, sizeof *f->node);
	for (i = 0; i < n; i++) {
		snprintf(f->name[i], sizeof f->name[i], "%u.%u",
		    (unsigned)f->setup->seed % 1000, i);
		if (ring_node_init(&f->ring[i], f->name[i],
		    RING_WEIGHT_ONE) != 0)
			abort();
		node = &f->node[i];
		node->render.slots = RENDER_SLOTS;
		node->hit.slots = HIT_WORKERS;
		node->render.first = node->hit.first = NONE;
		node->slowness = f->setup->workload == SIM_SLOW && i == 0 ?
		    SLOWNESS : 1;
	}
}

static void
make_fronts(struct fleet *f)
{
	unsigned i, n = f->setup->n;

	f->seen = sim_alloc((size_t)n * n, sizeof *f->seen);
	f->seen_at = sim_alloc((size_t)n * n, sizeof *f->seen_at);
	f->view = sim_alloc(n, sizeof *f->view);
	f->gate = sim_alloc(n, sizeof *f->gate);
	for (i = 0; i < n * n; i++)
		f->seen_at[i] = &f->seen[i];
	for (i = 0; i < n; i++) {
		f->view[i].config = &f->setup->config;
		f->view[i].ring = f->ring;
		f->view[i].node = &f->seen_at[i * n];
		f->view[i].gate = &f->gate[i];
		f->view[i].n = n;
		f->view[i].self = (int)i;
		f->view[i].healthy = always_healthy;
		sim_push(&f->queue, STATE_S * sim_uniform(), STATE, i);
	}
}

static void
measure(struct fleet *f)
{
	unsigned i;

	f->measuring = true;
	for (i = 0; i < f->setup->n; i++) {
		f->node[i].area = 0;
		f->node[i].since = f->now;
		f->node[i].peak = f->node[i].present;
	}
}

static unsigned
all_present(const struct fleet *f)
{
	unsigned i, sum = 0;

	for (i = 0; i < f->setup->n; i++)
		sum += f->node[i].present;
	return (sum);
}

static void
conclude(struct fleet *f)
{
	struct sim_result *r = f->result;
	unsigned i, n = f->setup->n;
	size_t at, asked = 0, copies = 0;
	double percent = 100.0 / (double)f->requests;

	memset(r, 0, sizeof *r);
	for (i = 0; i < n; i++) {
		count_present(f, &f->node[i], 0);
		r->mean += f->node[i].area / f->setup->seconds / n;
		if (f->node[i].peak > r->peak)
			r->peak = f->node[i].peak;
	}
	for (at = 0; at < (size_t)KEYS * n; at++)
		copies += f->asked[at / n] && f->holding[at] != ABSENT;
	for (i = 0; i < KEYS; i++)
		asked += f->asked[i];
	r->copies = (double)copies / (double)asked;
	r->p99 = 1000 * sim_quantile(&f->latency, 0.99);
	r->p999 = 1000 * sim_quantile(&f->latency, 0.999);
	r->dup = (double)f->dup * percent;
	r->moved = (double)f->moved * percent;
}

static void
unmake(struct fleet *f)
{
	free(f->ring);
	free(f->name);
	free(f->node);
	free(f->seen);
	free(f->seen_at);
	free(f->view);
	free(f->gate);
	free(f->owner);
	free(f->asked);
	free(f->upto);
	free(f->holding);
	free(f->request);
	free(f->queue.event);
	free(f);
}

void
sim_run(const struct sim_setup *setup, struct sim_result *result)
{
	struct fleet *f = sim_alloc(1, sizeof *f);
	double rate = setup->rate * setup->n, next, until;
	unsigned halfway = 0;
	struct sim_event e;

	f->setup = setup;
	f->result = result;
	f->free = NONE;
	sim_seed(setup->seed);
	make_nodes(f);
	make_keys(f);
	make_fronts(f);
	until = setup->warm + setup->seconds;
	next = sim_exponential() / rate;
	while (next < until) {
		if (f->queue.n > 0 && f->queue.event[0].when <= next) {
			e = sim_pop(&f->queue);
			f->now = e.when;
			happen(f, &e);
			continue;
		}
		f->now = next;
		next += sim_exponential() / rate;
		if (!f->measuring && f->now >= setup->warm)
			measure(f);
		if (halfway == 0 && f->now > (setup->warm + until) / 2)
			halfway = all_present(f);
		arrive(f);
	}
	f->now = until;
	conclude(f);
	result->melts = all_present(f) > 1.25 * halfway + 50;
	unmake(f);
}
