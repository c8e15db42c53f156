/* SPDX-License-Identifier: BSD-2-Clause
 * Copyright (c) 2026 The pixelfleet authors
 *
 * See discover.h.
 *
 * The thread is told to stop and not waited for: a resolver may take its
 * time, and the CLI must not.  What it still reads then, it drops.
 */

#include "config.h"

#include <sys/eventfd.h>
#include <sys/random.h>

#include <fcntl.h>
#include <ifaddrs.h>
#include <netdb.h>
#include <poll.h>
#include <pthread.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "fleet.h"

#include <vtim.h>

#include "discover.h"
#include "discover_http.h"
#include "discover_keep.h"
#include "discover_source.h"
#include "discover_uri.h"
#include "discover_wait.h"
#include "doors.h"
#include "vcompat.h"

#define FIRST_TRIES	3	/* while a VCL is loaded */
#define FIRST_MS	10000	/* no further try after that */
#define FIRST_PAUSE	.5	/* s between them */

/* A thread. */
struct discover_run {
	unsigned		magic;
#define DISCOVER_RUN_MAGIC	0x50d1a7e3
	struct discover		*of;
	bool			stop;		/* atomic */
	int			wake;		/* eventfd */
};

struct discover {
	unsigned		magic;
#define DISCOVER_MAGIC		0x1f93c05b
	VTAILQ_ENTRY(discover)	list;
	char			*text;
	char			*name;		/* of the cluster, for the log */
	struct discover_uri	uri;
	struct discover_self	self;
	char			door[16];	/* its port */

	unsigned		users;		/* warm VCLs; CLI */
	struct discover_run	*run;		/* CLI */

	unsigned		seq;		/* atomic; 0: nothing yet */
	pthread_mutex_t		mtx;		/* for what follows */
	struct discover_keep	keep;
	unsigned		failures;	/* in a row */
	char			said[DISCOVER_WHY_MAX];	/* of these */
	char			*me;		/* once known, the same */
};

static VTAILQ_HEAD(, discover) discovers =
    VTAILQ_HEAD_INITIALIZER(discovers);

/* What is said of it ------------------------------------------------*/

static void
discover_tell(void *priv, const struct discover_node *was,
    const struct discover_node *is)
{
	const struct discover *d = priv;
	const struct discover_node *n = is != NULL ? is : was;

	if (was == NULL)
		FLEET_COUNT(joined);
	if (is == NULL)
		FLEET_COUNT(left);
	VSL(SLT_Notice, NO_VXID, "%s: node %s at %s port %s %s", d->name,
	    n->name, n->host, n->port, was == NULL ? "joins" : is == NULL ?
	    "has left" : is->leaving && !was->leaving ? "is leaving" :
	    "has changed");
}

/* Once for each thing that is wrong. */
static void
discover_complain(struct discover *d, const char *what, char *why)
{
	char *p;

	for (p = why; *p != '\0'; p++)
		if ((unsigned char)*p < ' ' || *p == 127)
			*p = ' ';
	d->failures++;
	if (!strcmp(d->said, why))
		return;
	bprintf(d->said, "%s", why);
	VSL(SLT_Error, NO_VXID, "%s: %s %s, %s: %s", d->name, d->text, what,
	    d->keep.good.n > 0 ? "the nodes stay as they were" :
	    "and no nodes are known", why);
}

static void
discover_fine(struct discover *d)
{

	if (d->failures > 0)
		VSL(SLT_Notice, NO_VXID, "%s: %s can be read again", d->name,
		    d->text);
	d->failures = 0;
	d->said[0] = '\0';
}

/* By what name others know this node. */
static void
discover_find_me(struct discover *d)
{
	const struct discover_node *n;
	bool late = d->seq > 0;

	n = discover_set_self(&d->keep.good, &d->self);
	if (n == NULL) {
		VSL(SLT_Error, NO_VXID, "%s: this node, %s, is none of the "
		    "nodes that %s tells of: it owns no image (varnishd -i "
		    "gives a node its name)", d->name, d->self.name, d->text);
		return;
	}
	if (d->me == NULL) {
		REPLACE(d->me, n->name);
		if (late && strcmp(n->name, d->self.name) != 0)
			VSL(SLT_Error, NO_VXID, "%s: %s calls this node %s, "
			    "and not %s: it owns no image until varnishd is "
			    "started anew", d->name, d->text, n->name,
			    d->self.name);
	}
}

/* What was read -----------------------------------------------------*/

static void
discover_take(struct discover *d, const struct discover_set *set)
{
	struct discover_set before = { 0 };
	char why[DISCOVER_WHY_MAX];

	discover_set_copy(&before, &d->keep.good);
	switch (discover_keep_take(&d->keep, set, &d->self, discover_now(),
	    why)) {
	case DISCOVER_REFUSED:
		FLEET_COUNT(discover_refused);
		discover_complain(d, "does not tell the truth", why);
		break;
	case DISCOVER_CHANGED:
		discover_fine(d);
		discover_set_diff(&before, &d->keep.good, discover_tell, d);
		discover_find_me(d);
		(void)__atomic_add_fetch(&d->seq, 1, __ATOMIC_RELEASE);
		break;
	case DISCOVER_SAME:
		discover_fine(d);
	}
	discover_set_clear(&before);
}

/* Read it; returns ms until it is to be read again. */
static uint64_t
discover_read(struct discover *d, struct discover_source *source,
    const bool *stop)
{
	struct discover_set set = { 0 };
	char why[DISCOVER_WHY_MAX];
	uint64_t period;
	uint32_t random = 0;
	int e;

	e = discover_source_read(source, &set, &period, stop, why);
	(void)getrandom(&random, sizeof random, GRND_NONBLOCK);
	AZ(pthread_mutex_lock(&d->mtx));
	if (stop == NULL || !__atomic_load_n(stop, __ATOMIC_ACQUIRE)) {
		if (e < 0) {
			FLEET_COUNT(discover_failed);
			discover_complain(d, "cannot be read", why);
		} else {
			FLEET_COUNT(discover_read);
			discover_take(d, &set);
		}
	}
	period = discover_wait(period, d->failures, random);
	AZ(pthread_mutex_unlock(&d->mtx));
	discover_set_clear(&set);
	return (period);
}

/* The thread --------------------------------------------------------*/

/* Forget who is gone long enough; returns when that is next to be done. */
static uint64_t
discover_expire(struct discover *d)
{
	uint64_t due;

	AZ(pthread_mutex_lock(&d->mtx));
	if (discover_keep_expire(&d->keep, discover_now()))
		(void)__atomic_add_fetch(&d->seq, 1, __ATOMIC_RELEASE);
	due = discover_keep_due(&d->keep);
	AZ(pthread_mutex_unlock(&d->mtx));
	return (due);
}

/* Until it is time to read again, or to stop. */
static void
discover_sleep(struct discover_run *run, struct discover_source *source,
    uint64_t until)
{
	struct pollfd fds[2] = {
		{ .fd = run->wake, .events = POLLIN },
		{ .fd = discover_source_fd(source), .events = POLLIN },
	};
	uint64_t now, due;

	while (!__atomic_load_n(&run->stop, __ATOMIC_ACQUIRE)) {
		due = discover_expire(run->of);
		now = discover_now();
		if (now >= until)
			return;
		if (due > until)
			due = until;
		(void)poll(fds, 2, due > now ? (int)(due - now) + 1 : 1);
		if (discover_source_changed(source))
			return;
	}
}

static void *
discover_thread(void *priv)
{
	struct discover_source *source;
	struct discover_run *run;
	char why[DISCOVER_WHY_MAX];
	uint64_t ms;

	CAST_OBJ_NOTNULL(run, priv, DISCOVER_RUN_MAGIC);
	source = discover_source_new(&run->of->uri, why);
	AN(source);
	while (!__atomic_load_n(&run->stop, __ATOMIC_ACQUIRE)) {
		ms = discover_read(run->of, source, &run->stop);
		discover_sleep(run, source, discover_now() + ms);
	}
	discover_source_free(&source);
	(void)close(run->wake);
	FREE_OBJ(run);
	return (NULL);
}

void
discover_warm(struct discover *d)
{
	struct discover_run *run;
	pthread_t thread;

	CHECK_OBJ_NOTNULL(d, DISCOVER_MAGIC);
	if (d->users++ > 0)
		return;
	ALLOC_OBJ(run, DISCOVER_RUN_MAGIC);
	AN(run);
	run->of = d;
	run->wake = eventfd(0, EFD_CLOEXEC | EFD_NONBLOCK);
	if (run->wake < 0 || fleet_thread(&thread, discover_thread, run)) {
		VSL(SLT_Error, NO_VXID, "%s: no thread to read %s", d->name,
		    d->text);
		if (run->wake >= 0)
			(void)close(run->wake);
		FREE_OBJ(run);
		return;
	}
	AZ(pthread_detach(thread));
	d->run = run;
}

void
discover_cold(struct discover *d)
{
	struct discover_run *run;
	int wake;

	CHECK_OBJ_NOTNULL(d, DISCOVER_MAGIC);
	assert(d->users > 0);
	if (--d->users > 0 || d->run == NULL)
		return;
	TAKE_OBJ_NOTNULL(run, &d->run, DISCOVER_RUN_MAGIC);
	/* It may close its own as soon as it is told. */
	wake = fcntl(run->wake, F_DUPFD_CLOEXEC, 0);
	__atomic_store_n(&run->stop, true, __ATOMIC_RELEASE);
	if (wake >= 0) {
		(void)eventfd_write(wake, 1);
		(void)close(wake);
	}
}

/* This node ---------------------------------------------------------*/

static void
self_door(struct discover *d)
{
	char cmdline[8192], addr[256];
	const char *port;
	ssize_t l;
	int fd;

	fd = open("/proc/self/cmdline", O_RDONLY | O_CLOEXEC);
	if (fd < 0)
		return;
	l = read(fd, cmdline, sizeof cmdline);
	(void)close(fd);
	if (l <= 0 || doors_find(cmdline, l, "cluster", addr,
	    sizeof addr) < 0)
		return;
	port = strrchr(addr, ':');
	if (port != NULL && discover_port_valid(port + 1)) {
		bprintf(d->door, "%.15s", port + 1);
		d->self.port = d->door;
	}
}

static void
self_addresses(struct discover_self *self)
{
	struct ifaddrs *list, *i;
	socklen_t l;
	unsigned n = 0;

	if (getifaddrs(&list) != 0)
		return;
	for (i = list; i != NULL; i = i->ifa_next)
		n++;
	self->local = calloc(n + 1, sizeof *self->local);
	AN(self->local);
	for (i = list; i != NULL; i = i->ifa_next) {
		if (i->ifa_addr == NULL)
			continue;
		if (i->ifa_addr->sa_family == AF_INET)
			l = sizeof(struct sockaddr_in);
		else if (i->ifa_addr->sa_family == AF_INET6)
			l = sizeof(struct sockaddr_in6);
		else
			continue;
		if (!getnameinfo(i->ifa_addr, l, self->local[self->n_local],
		    sizeof self->local[0], NULL, 0, NI_NUMERICHOST))
			self->n_local++;
	}
	freeifaddrs(list);
}

/* -------------------------------------------------------------------*/

static void
discover_first(struct discover *d)
{
	struct discover_source *source;
	char why[DISCOVER_WHY_MAX];
	uint64_t end = discover_now() + FIRST_MS;
	unsigned tries;

	source = discover_source_new(&d->uri, why);
	AN(source);
	for (tries = 1; ; tries++) {
		(void)discover_read(d, source, NULL);
		if (d->seq > 0 || d->uri.kind == DISCOVER_FILE ||
		    tries == FIRST_TRIES || discover_now() >= end)
			break;
		VTIM_sleep(FIRST_PAUSE);
	}
	discover_source_free(&source);
}

static struct discover *
discover_new(const struct discover_uri *uri, const char *text,
    const char *identity, const char *name)
{
	struct discover *d;

	ALLOC_OBJ(d, DISCOVER_MAGIC);
	AN(d);
	REPLACE(d->text, text);
	REPLACE(d->name, name);
	d->uri = *uri;
	d->self.name = strdup(identity);
	AN(d->self.name);
	self_door(d);
	self_addresses(&d->self);
	AZ(pthread_mutex_init(&d->mtx, NULL));
	VTAILQ_INSERT_TAIL(&discovers, d, list);
	return (d);
}

struct discover *
discover_get(const char *text, const char *identity, const char *name,
    char why[DISCOVER_WHY_MAX])
{
	struct discover_source *source;
	struct discover_uri uri;
	struct discover *d;

	VTAILQ_FOREACH(d, &discovers, list) {
		CHECK_OBJ(d, DISCOVER_MAGIC);
		if (!strcmp(d->text, text))
			break;
	}
	if (d == NULL) {
		if (discover_uri_parse(&uri, text, why) < 0)
			return (NULL);
		source = discover_source_new(&uri, why);
		if (source == NULL)
			return (NULL);
		discover_source_free(&source);
		d = discover_new(&uri, text, identity, name);
	}
	if (discover_seq(d) == 0 && d->users == 0)
		discover_first(d);
	return (d);
}

const char *
discover_self(const struct discover *d)
{
	const char *me;

	CHECK_OBJ_NOTNULL(d, DISCOVER_MAGIC);
	AZ(pthread_mutex_lock(TRUST_ME(&d->mtx)));
	me = d->me;
	AZ(pthread_mutex_unlock(TRUST_ME(&d->mtx)));
	return (me);
}

unsigned
discover_seq(const struct discover *d)
{

	return (__atomic_load_n(&d->seq, __ATOMIC_ACQUIRE));
}

unsigned
discover_copy(struct discover *d, struct discover_set *set)
{
	unsigned seq;

	CHECK_OBJ_NOTNULL(d, DISCOVER_MAGIC);
	AZ(pthread_mutex_lock(&d->mtx));
	seq = d->seq;
	discover_keep_all(&d->keep, set);
	AZ(pthread_mutex_unlock(&d->mtx));
	return (seq);
}
