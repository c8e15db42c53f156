/* SPDX-License-Identifier: BSD-2-Clause
 * Copyright (c) 2026 The pixelfleet authors
 *
 * See discover_keep.h.
 */

#include "config.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "discover_keep.h"

static void
keep_drop(struct discover_keep *k, unsigned u)
{

	k->gone.n--;
	memmove(&k->gone.node[u], &k->gone.node[u + 1],
	    (k->gone.n - u) * sizeof *k->gone.node);
	memmove(&k->until[u], &k->until[u + 1],
	    (k->gone.n - u) * sizeof *k->until);
}

/* Who came back, by name or in somebody's place, is not gone. */
static void
keep_forget(struct discover_keep *k, const struct discover_set *s)
{
	const struct discover_node *d;
	unsigned u, i;

	for (u = k->gone.n; u-- > 0; ) {
		d = &k->gone.node[u];
		for (i = 0; i < s->n; i++)
			if (!strcmp(s->node[i].name, d->name))
				break;
		if (i < s->n)
			keep_drop(k, u);
	}
}

struct keep_diff {
	struct discover_keep	*keep;
	uint64_t		until;
};

static void
keep_note(void *priv, const struct discover_node *was,
    const struct discover_node *is)
{
	struct keep_diff *kd = priv;
	struct discover_keep *k = kd->keep;
	char why[DISCOVER_WHY_MAX];

	if (was == NULL || is != NULL)
		return;
	if (discover_set_add(&k->gone, was->name, was->host, was->port,
	    was->weight, true, why) < 0)
		return;		/* so many: whoever else goes, goes at once */
	k->until = realloc(k->until, k->gone.size * sizeof *k->until);
	if (k->until == NULL)
		abort();
	k->until[k->gone.n - 1] = kd->until;
}

enum discover_verdict
discover_keep_take(struct discover_keep *k, const struct discover_set *s,
    const struct discover_self *self, uint64_t now_ms,
    char why[DISCOVER_WHY_MAX])
{
	struct keep_diff kd = { k, now_ms + DISCOVER_LINGER_MS };
	const struct discover_node *was;

	was = discover_set_self(&k->good, self);
	if (was != NULL && discover_set_self(s, self) == NULL) {
		(void)snprintf(why, DISCOVER_WHY_MAX, "this node, %s, is "
		    "missing among the %u nodes", was->name, s->n);
		return (DISCOVER_REFUSED);
	}
	if (discover_set_equal(&k->good, s))
		return (DISCOVER_SAME);
	discover_set_diff(&k->good, s, keep_note, &kd);
	keep_forget(k, s);
	discover_set_copy(&k->good, s);
	return (DISCOVER_CHANGED);
}

bool
discover_keep_expire(struct discover_keep *k, uint64_t now_ms)
{
	unsigned u, n = k->gone.n;

	for (u = k->gone.n; u-- > 0; )
		if (k->until[u] <= now_ms)
			keep_drop(k, u);
	return (k->gone.n != n);
}

uint64_t
discover_keep_due(const struct discover_keep *k)
{
	uint64_t due = UINT64_MAX;
	unsigned u;

	for (u = 0; u < k->gone.n; u++)
		if (k->until[u] < due)
			due = k->until[u];
	return (due);
}

void
discover_keep_all(const struct discover_keep *k, struct discover_set *all)
{
	const struct discover_node *d;
	char why[DISCOVER_WHY_MAX];
	unsigned u;

	discover_set_copy(all, &k->good);
	for (u = 0; u < k->gone.n; u++) {
		d = &k->gone.node[u];
		(void)discover_set_add(all, d->name, d->host, d->port,
		    d->weight, true, why);
	}
}

void
discover_keep_clear(struct discover_keep *k)
{

	discover_set_clear(&k->good);
	discover_set_clear(&k->gone);
	free(k->until);
	memset(k, 0, sizeof *k);
}
