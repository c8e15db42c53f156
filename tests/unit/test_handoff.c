/* SPDX-License-Identifier: BSD-2-Clause
 * Copyright (c) 2026 The pixelfleet authors
 *
 * What is handed out is whole, whoever replaces it meanwhile.
 */

#include "config.h"

#include <pthread.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "handoff.h"

#define READERS	4
#define THINGS	8
#define ROUNDS	20000

/* Whole where all are the same; while it is idle, its owner breaks it. */
struct thing {
	struct handoff_item	item;
	unsigned		n[16];
};

static struct thing things[THINGS];
static struct handoff handoff;
static atomic_bool stop;
static atomic_uint broken, looks;

static void *
reader(void *priv)
{
	struct thing *t;
	unsigned i;

	(void)priv;
	while (!atomic_load(&stop)) {
		t = (void *)handoff_take(&handoff);
		for (i = 1; i < 16; i++)
			if (t->n[i] != t->n[0])
				(void)atomic_fetch_add(&broken, 1);
		handoff_give(&t->item);
		(void)atomic_fetch_add(&looks, 1);
	}
	return (NULL);
}

/* One that nobody looks at, and that is not handed out. */
static struct thing *
idle(const struct thing *now)
{
	unsigned u;

	for (u = 0; ; u = (u + 1) % THINGS)
		if (&things[u] != now && handoff_is_idle(&things[u].item))
			return (&things[u]);
}

static void
readers_find_it_whole(void **state)
{
	pthread_t thread[READERS];
	struct thing *t = &things[0];
	unsigned u, i;

	(void)state;
	assert_null(handoff_take(&handoff));
	assert_null(handoff_replace(&handoff, &t->item));
	for (u = 0; u < READERS; u++)
		assert_int_equal(0, pthread_create(&thread[u], NULL, reader,
		    NULL));
	for (u = 1; u < ROUNDS || atomic_load(&looks) < 100; u++) {
		t = idle(t);
		for (i = 0; i < 16; i++)
			t->n[i] = u;
		(void)handoff_replace(&handoff, &t->item);
	}
	atomic_store(&stop, true);
	for (u = 0; u < READERS; u++)
		assert_int_equal(0, pthread_join(thread[u], NULL));
	assert_int_equal(atomic_load(&broken), 0);
	for (u = 0; u < THINGS; u++)
		assert_true(handoff_is_idle(&things[u].item));
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(readers_find_it_whole),
	};

	return (cmocka_run_group_tests(tests, NULL, NULL));
}
