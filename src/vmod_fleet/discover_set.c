/* SPDX-License-Identifier: BSD-2-Clause
 * Copyright (c) 2026 The pixelfleet authors
 *
 * See discover_set.h.
 */

#include "config.h"

#include <ctype.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>

#include "discover_set.h"

bool
discover_port_valid(const char *port)
{
	unsigned n = 0;
	const char *p;

	for (p = port; isdigit((unsigned char)*p) && n <= 65535; p++)
		n = n * 10 + (*p - '0');
	return (*p == '\0' && *port != '0' && n >= 1 && n <= 65535);
}

/* A name or an address; who resolves it says more. */
static bool
set_host_valid(const char *host)
{
	size_t l = strlen(host);

	return (l >= 1 && l <= DISCOVER_HOST_MAX && strspn(host,
	    "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789"
	    ".:-_%") == l);
}

static int
set_check(const char *name, const char *host, const char *port,
    uint32_t weight, char *why)
{

	if (!node_name_valid(name))
		(void)snprintf(why, DISCOVER_WHY_MAX, "\"%.80s\" is no name: "
		    "a node's name has 1 to 63 letters, digits, dots, "
		    "hyphens or underscores", name);
	else if (!set_host_valid(host))
		(void)snprintf(why, DISCOVER_WHY_MAX, "node %s: \"%.80s\" is "
		    "no host: a host is a name or an address", name, host);
	else if (!discover_port_valid(port))
		(void)snprintf(why, DISCOVER_WHY_MAX, "node %s: the port is "
		    "\"%.20s\": accepted is 1 to 65535", name, port);
	else if (weight < RING_WEIGHT_MIN || weight > RING_WEIGHT_MAX)
		(void)snprintf(why, DISCOVER_WHY_MAX, "node %s: the weight is"
		    " %.3f: accepted is 0.01 to 100", name, weight / 1e3);
	else
		return (0);
	return (-1);
}

int
discover_set_add(struct discover_set *s, const char *name, const char *host,
    const char *port, uint32_t weight, bool leaving,
    char why[DISCOVER_WHY_MAX])
{
	struct discover_node *d;

	if (set_check(name, host, port, weight, why) < 0)
		return (-1);
	if (s->n == DISCOVER_NODES_MAX) {
		(void)snprintf(why, DISCOVER_WHY_MAX, "more than %d nodes",
		    DISCOVER_NODES_MAX);
		return (-1);
	}
	if (s->n == s->size) {
		s->size = s->size == 0 ? 8 : s->size * 2;
		d = realloc(s->node, s->size * sizeof *d);
		if (d == NULL)
			abort();
		s->node = d;
	}
	d = &s->node[s->n++];
	memset(d, 0, sizeof *d);	/* compared as bytes */
	(void)snprintf(d->name, sizeof d->name, "%s", name);
	(void)snprintf(d->host, sizeof d->host, "%s", host);
	(void)snprintf(d->port, sizeof d->port, "%s", port);
	d->weight = weight;
	d->leaving = leaving;
	return (0);
}

static int
set_by_name(const void *a, const void *b)
{

	return (strcmp(((const struct discover_node *)a)->name,
	    ((const struct discover_node *)b)->name));
}

static int
set_by_place(const void *a, const void *b)
{
	const struct discover_node *x = *(const struct discover_node *const *)a;
	const struct discover_node *y = *(const struct discover_node *const *)b;
	int i;

	i = strcasecmp(x->host, y->host);
	return (i != 0 ? i : strcmp(x->port, y->port));
}

static int
set_places(const struct discover_set *s, char *why)
{
	const struct discover_node **at;
	unsigned u;
	int e = 0;

	at = calloc(s->n, sizeof *at);
	if (at == NULL)
		abort();
	for (u = 0; u < s->n; u++)
		at[u] = &s->node[u];
	qsort(at, s->n, sizeof *at, set_by_place);
	for (u = 1; u < s->n && e == 0; u++) {
		if (set_by_place(&at[u - 1], &at[u]) != 0)
			continue;
		(void)snprintf(why, DISCOVER_WHY_MAX, "nodes %s and %s are "
		    "both at %s port %s", at[u - 1]->name, at[u]->name,
		    at[u]->host, at[u]->port);
		e = -1;
	}
	free(at);
	return (e);
}

int
discover_set_close(struct discover_set *s, char why[DISCOVER_WHY_MAX])
{
	unsigned u, owners = 0;

	if (s->n > 0)
		qsort(s->node, s->n, sizeof *s->node, set_by_name);
	for (u = 0; u < s->n; u++) {
		owners += !s->node[u].leaving;
		if (u == 0 || set_by_name(&s->node[u - 1], &s->node[u]) != 0)
			continue;
		(void)snprintf(why, DISCOVER_WHY_MAX, "there are two nodes "
		    "%s", s->node[u].name);
		return (-1);
	}
	if (owners == 0) {
		(void)snprintf(why, DISCOVER_WHY_MAX, "there are no nodes%s",
		    s->n > 0 ? " but such that leave" : "");
		return (-1);
	}
	return (set_places(s, why));
}

void
discover_set_clear(struct discover_set *s)
{

	free(s->node);
	memset(s, 0, sizeof *s);
}

void
discover_set_copy(struct discover_set *to, const struct discover_set *from)
{

	discover_set_clear(to);
	if (from->n == 0)
		return;
	to->node = malloc(from->n * sizeof *to->node);
	if (to->node == NULL)
		abort();
	memcpy(to->node, from->node, from->n * sizeof *to->node);
	to->n = to->size = from->n;
}

bool
discover_set_equal(const struct discover_set *a, const struct discover_set *b)
{

	return (a->n == b->n && (a->n == 0 ||
	    !memcmp(a->node, b->node, a->n * sizeof *a->node)));
}

const struct discover_node *
discover_set_find(const struct discover_set *s, const char *name)
{
	unsigned u;

	for (u = 0; u < s->n; u++)
		if (!strcmp(s->node[u].name, name))
			return (&s->node[u]);
	return (NULL);
}

static bool
set_is_here(const struct discover_self *self, const struct discover_node *d)
{
	unsigned u;

	if (self->port == NULL || strcmp(d->port, self->port) != 0)
		return (false);
	for (u = 0; u < self->n_local; u++)
		if (!strcasecmp(d->host, self->local[u]))
			return (true);
	return (false);
}

const struct discover_node *
discover_set_self(const struct discover_set *s,
    const struct discover_self *self)
{
	const struct discover_node *d;
	unsigned u;

	d = self->name == NULL ? NULL : discover_set_find(s, self->name);
	for (u = 0; d == NULL && u < s->n; u++)
		if (set_is_here(self, &s->node[u]))
			d = &s->node[u];
	return (d);
}

void
discover_set_diff(const struct discover_set *from,
    const struct discover_set *to, discover_diff_f *tell, void *priv)
{
	unsigned i = 0, j = 0;
	int order;

	while (i < from->n || j < to->n) {
		order = i == from->n ? 1 : j == to->n ? -1 :
		    set_by_name(&from->node[i], &to->node[j]);
		if (order < 0)
			tell(priv, &from->node[i++], NULL);
		else if (order > 0)
			tell(priv, NULL, &to->node[j++]);
		else {
			if (memcmp(&from->node[i], &to->node[j],
			    sizeof from->node[i]) != 0)
				tell(priv, &from->node[i], &to->node[j]);
			i++;
			j++;
		}
	}
}
