/* SPDX-License-Identifier: BSD-2-Clause
 * Copyright (c) 2026 The pixelfleet authors
 *
 * See agent.h.
 *
 * The thread owns everything in struct agent but `stop`, which is atomic.
 * It reads the cluster, which nobody changes after .start(), and writes to
 * the peers, whose fields are safe from any thread.  It makes and deletes no
 * backend, and holds no lock.
 */

#include "config.h"

#include <netdb.h>
#include <pthread.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>
#include <time.h>

#include <curl/curl.h>

#include "fleet.h"

#include <vsa.h>
#include <vtim.h>

#include "agent.h"

#define AGENT_PERIOD		1.0	/* s between two questions to a node */
#define AGENT_TIMEOUT_MS	1000L

/* One node, and the question to it. */
struct exchange {
	unsigned			magic;
#define EXCHANGE_MAGIC			0x7be20d51
	const struct member		*member;
	CURL				*easy;
	struct curl_slist		*headers;
	bool				busy;
	/* of the answer, as far as it is there */
	char				node[NODE_NAME_MAX + 1];
	char				config[NODE_CONFIG_LEN + 1];
	char				load[NODE_LOAD_MAX];
};

struct agent {
	unsigned			magic;
#define AGENT_MAGIC			0x2f60c9b7
	struct VPFX(fleet_director)	*cluster;
	pthread_t			thread;
	bool				stop;
	CURLM				*multi;
	struct exchange			*exchange;
	unsigned			n;
};

/* The answer --------------------------------------------------------*/

static void
exchange_take(char *to, size_t len, const char *value, size_t l)
{

	if (l >= len)
		return;
	memcpy(to, value, l);
	to[l] = '\0';
}

static size_t
exchange_header(char *line, size_t size, size_t nmemb, void *priv)
{
	struct exchange *x;
	const char *p, *e;
	size_t l = size * nmemb, n;

	CAST_OBJ_NOTNULL(x, priv, EXCHANGE_MAGIC);
	p = memchr(line, ':', l);
	if (p == NULL)
		return (l);
	n = p++ - line;
	e = line + l;
	while (p < e && (*p == ' ' || *p == '\t'))
		p++;
	while (e > p && (e[-1] == '\r' || e[-1] == '\n' || e[-1] == ' '))
		e--;
#define TAKE(name, field)						\
	if (n == strlen(name) && !strncasecmp(line, name, n))		\
		exchange_take(x->field, sizeof x->field, p, e - p)
	TAKE(NODE_HDR_NODE, node);
	TAKE(NODE_HDR_CONFIG, config);
	TAKE(NODE_HDR_LOAD, load);
#undef TAKE
	return (l);
}

static size_t
exchange_body(char *data, size_t size, size_t nmemb, void *priv)
{

	(void)data;
	(void)priv;
	return (size * nmemb);
}

static void
exchange_done(struct agent *a, struct exchange *x, CURLcode result)
{
	struct node_load load;
	long status = 0;

	x->busy = false;
	if (result != CURLE_OK ||
	    curl_easy_getinfo(x->easy, CURLINFO_RESPONSE_CODE, &status) !=
	    CURLE_OK || strcmp(x->node, x->member->name) != 0)
		return;
	if (node_config_valid(x->config))
		peer_set_config(x->member->peer, x->config);
	if (status != 200 || strcmp(x->config, a->cluster->config.hex) != 0 ||
	    node_load_parse(&load, x->load) < 0)
		return;
	peer_report(x->member->peer, &load);
}

/* The question ------------------------------------------------------*/

static int
exchange_add_header(struct exchange *x, const char *name, const char *value)
{
	struct curl_slist *l;
	char line[CONFIG_TEXT_MAX + 64];

	bprintf(line, "%s: %s", name, value);
	l = curl_slist_append(x->headers, line);
	if (l == NULL)
		return (-1);
	x->headers = l;
	return (0);
}

/* Anew for each question: what is signed is good once. */
static int
exchange_sign(struct agent *a, struct exchange *x)
{
	const struct VPFX(fleet_director) *d = a->cluster;
	struct auth_claim claim;
	char auth[AUTH_TEXT_MAX];

	curl_slist_free_all(x->headers);
	x->headers = NULL;
	if (exchange_add_header(x, NODE_HDR_NODE, d->identity) < 0 ||
	    exchange_add_header(x, NODE_HDR_CONFIG, d->config.hex) < 0 ||
	    exchange_add_header(x, NODE_HDR_PARTS, d->config_parts) < 0)
		return (-1);
	if (d->has_secret) {
		claim.method = "GET";
		claim.url = NODE_URL_STATE;
		claim.node = d->identity;
		claim.to = x->member->name;
		claim.config = d->config.hex;
		if (auth_sign(&d->secret, &claim, time(NULL), auth) < 0 ||
		    exchange_add_header(x, NODE_HDR_AUTH, auth) < 0)
			return (-1);
	}
	return (curl_easy_setopt(x->easy, CURLOPT_HTTPHEADER, x->headers) ==
	    CURLE_OK ? 0 : -1);
}

static void
exchange_ask(struct agent *a, struct exchange *x)
{

	if (x->busy || exchange_sign(a, x) < 0)
		return;
	x->node[0] = x->config[0] = x->load[0] = '\0';
	if (curl_multi_add_handle(a->multi, x->easy) == CURLM_OK)
		x->busy = true;
}

static int
exchange_url(const struct member *m, char *url, size_t len)
{
	char host[NI_MAXHOST], port[NI_MAXSERV];
	const struct suckaddr *sa;
	const struct sockaddr *s;
	socklen_t sl;
	int l;

	sa = m->ip4 != NULL ? m->ip4 : m->ip6;
	s = VSA_Get_Sockaddr(sa, &sl);
	if (s == NULL || getnameinfo(s, sl, host, sizeof host, port,
	    sizeof port, NI_NUMERICHOST | NI_NUMERICSERV) != 0)
		return (-1);
	l = snprintf(url, len, strchr(host, ':') != NULL ?
	    "http://[%s]:%s" NODE_URL_STATE : "http://%s:%s" NODE_URL_STATE,
	    host, port);
	return (l > 0 && (size_t)l < len ? 0 : -1);
}

static int
exchange_init(struct exchange *x, const struct member *m)
{
	char url[NI_MAXHOST + NI_MAXSERV + 64];

	INIT_OBJ(x, EXCHANGE_MAGIC);
	x->member = m;
	x->easy = curl_easy_init();
	if (x->easy == NULL || exchange_url(m, url, sizeof url) < 0)
		return (-1);
#define SET(opt, val)							\
	if (curl_easy_setopt(x->easy, (opt), (val)) != CURLE_OK)	\
		return (-1)
	SET(CURLOPT_URL, url);
	SET(CURLOPT_PRIVATE, x);
	SET(CURLOPT_NOSIGNAL, 1L);
	SET(CURLOPT_PROXY, "");
	SET(CURLOPT_TIMEOUT_MS, AGENT_TIMEOUT_MS);
	SET(CURLOPT_HEADERFUNCTION, exchange_header);
	SET(CURLOPT_HEADERDATA, x);
	SET(CURLOPT_WRITEFUNCTION, exchange_body);
#undef SET
	return (0);
}

static void
exchange_fini(struct agent *a, struct exchange *x)
{

	if (x->magic == 0)
		return;
	CHECK_OBJ_NOTNULL(x, EXCHANGE_MAGIC);
	if (x->busy)
		(void)curl_multi_remove_handle(a->multi, x->easy);
	if (x->easy != NULL)
		curl_easy_cleanup(x->easy);
	curl_slist_free_all(x->headers);
	memset(x, 0, sizeof *x);
}

/* The thread --------------------------------------------------------*/

static void
agent_collect(struct agent *a)
{
	struct exchange *x;
	CURLMsg *msg;
	CURLcode result;
	void *priv;
	int left;

	while ((msg = curl_multi_info_read(a->multi, &left)) != NULL) {
		if (msg->msg != CURLMSG_DONE)
			continue;
		result = msg->data.result;
		AZ(curl_easy_getinfo(msg->easy_handle, CURLINFO_PRIVATE,
		    (char **)&priv));
		CAST_OBJ_NOTNULL(x, priv, EXCHANGE_MAGIC);
		(void)curl_multi_remove_handle(a->multi, x->easy);
		exchange_done(a, x, result);
	}
}

/* Who is healthy, and the counters: once in a period is often enough. */
static void
agent_note(struct agent *a)
{
	const struct VPFX(fleet_director) *d = a->cluster;
	struct vrt_ctx ctx;
	unsigned u;

	INIT_OBJ(&ctx, VRT_CTX_MAGIC);
	for (u = 0; u < a->n; u++)
		if (VRT_Healthy(&ctx, a->exchange[u].member->backend, NULL))
			peer_set_healthy(a->exchange[u].member->peer,
			    d->config.hex);
	director_publish(&ctx, d);
}

static void *
agent_thread(void *priv)
{
	struct agent *a;
	double next, now;
	unsigned u;
	int running;

	CAST_OBJ_NOTNULL(a, priv, AGENT_MAGIC);
	next = VTIM_mono();
	while (!__atomic_load_n(&a->stop, __ATOMIC_ACQUIRE)) {
		now = VTIM_mono();
		if (now >= next) {
			for (u = 0; u < a->n; u++)
				exchange_ask(a, &a->exchange[u]);
			agent_note(a);
			next = now + AGENT_PERIOD;
		}
		(void)curl_multi_perform(a->multi, &running);
		agent_collect(a);
		(void)curl_multi_poll(a->multi, NULL, 0,
		    1 + (int)((next - now) * 1e3), NULL);
	}
	return (NULL);
}

static void
agent_free(struct agent **ap)
{
	struct agent *a;
	unsigned u;

	TAKE_OBJ_NOTNULL(a, ap, AGENT_MAGIC);
	for (u = 0; a->exchange != NULL && u < a->n; u++)
		exchange_fini(a, &a->exchange[u]);
	free(a->exchange);
	if (a->multi != NULL)
		(void)curl_multi_cleanup(a->multi);
	FREE_OBJ(a);
}

static int
agent_prepare(struct agent *a)
{
	struct VPFX(fleet_director) *d = a->cluster;
	unsigned u;

	a->multi = curl_multi_init();
	a->exchange = calloc(d->n_member + 1, sizeof *a->exchange);
	if (a->multi == NULL || a->exchange == NULL)
		return (-1);
	for (u = 0; u < d->n_member; u++)
		if ((int)u != d->self &&
		    exchange_init(&a->exchange[a->n++], &d->member[u]) < 0)
			return (-1);
	return (0);
}

/*
 * Signals are for the threads that varnishd made, but for those that a fault
 * of this one raises: to block them would be to die without a panic.
 */
static int
agent_launch(struct agent *a)
{
	static const int faults[] =
	    { SIGSEGV, SIGBUS, SIGABRT, SIGFPE, SIGILL };
	sigset_t most, old;
	unsigned u;
	int e;

	AZ(sigfillset(&most));
	for (u = 0; u < sizeof faults / sizeof faults[0]; u++)
		AZ(sigdelset(&most, faults[u]));
	AZ(pthread_sigmask(SIG_SETMASK, &most, &old));
	e = pthread_create(&a->thread, NULL, agent_thread, a);
	AZ(pthread_sigmask(SIG_SETMASK, &old, NULL));
	return (e);
}

struct agent *
agent_start(struct VPFX(fleet_director) *d, const char **why)
{
	struct agent *a;

	ALLOC_OBJ(a, AGENT_MAGIC);
	AN(a);
	a->cluster = d;
	*why = NULL;
	if (agent_prepare(a) < 0)
		*why = "out of memory";
	else if (agent_launch(a) != 0)
		*why = "no thread";
	if (*why != NULL)
		agent_free(&a);
	return (a);
}

void
agent_stop(struct agent **ap)
{

	CHECK_OBJ_NOTNULL(*ap, AGENT_MAGIC);
	__atomic_store_n(&(*ap)->stop, true, __ATOMIC_RELEASE);
	(void)curl_multi_wakeup((*ap)->multi);
	AZ(pthread_join((*ap)->thread, NULL));
	agent_free(ap);
}
