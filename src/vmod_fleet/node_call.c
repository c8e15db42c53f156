/* SPDX-License-Identifier: BSD-2-Clause
 * Copyright (c) 2026 The pixelfleet authors
 *
 * See node_call.h.
 */

#include "config.h"

#include <netdb.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>
#include <time.h>

#include "fleet.h"

#include <vsa.h>

#include "node_call.h"
#include "purge_node.h"

/* The answer --------------------------------------------------------*/

static void
call_take(char *to, size_t len, const char *value, size_t l)
{

	if (l >= len)
		return;
	memcpy(to, value, l);
	to[l] = '\0';
}

static size_t
call_header(char *line, size_t size, size_t nmemb, void *priv)
{
	struct node_call *c;
	const char *p, *e;
	size_t l = size * nmemb, n;

	CAST_OBJ_NOTNULL(c, priv, NODE_CALL_MAGIC);
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
		call_take(c->field, sizeof c->field, p, e - p)
	TAKE(NODE_HDR_NODE, node);
	TAKE(NODE_HDR_CONFIG, config);
	TAKE(NODE_HDR_LOAD, load);
	TAKE(NODE_HDR_PURGE, position);
	TAKE(NODE_HDR_REFUSED, refused);
#undef TAKE
	return (l);
}

/* What is too long ends the call. */
static size_t
call_body(char *data, size_t size, size_t nmemb, void *priv)
{
	struct node_call *c;
	size_t l = size * nmemb;

	CAST_OBJ_NOTNULL(c, priv, NODE_CALL_MAGIC);
	if (c->body_max == 0)
		return (l);
	if (c->body_len + l > c->body_max)
		return (0);
	c->body = realloc(c->body, c->body_len + l + 1);
	AN(c->body);
	memcpy(c->body + c->body_len, data, l);
	c->body_len += l;
	c->body[c->body_len] = '\0';
	return (l);
}

static void
call_forget(struct node_call *c)
{

	c->status = 0;
	c->node[0] = c->config[0] = c->load[0] = '\0';
	c->position[0] = c->refused[0] = '\0';
	free(c->body);
	c->body = NULL;
	c->body_len = 0;
}

static void
call_done(struct node_call *c, CURLcode result)
{

	c->busy = false;
	if (result != CURLE_OK) {
		call_forget(c);
		bprintf(c->refused, "%.100s", curl_easy_strerror(result));
	} else
		(void)curl_easy_getinfo(c->easy, CURLINFO_RESPONSE_CODE,
		    &c->status);
	c->func(c->priv, c);
}

bool
node_call_is_answer(const struct node_call *c)
{

	return (c->status != 0 && !strcmp(c->node, c->member->name));
}

void
node_call_collect(CURLM *multi)
{
	struct node_call *c;
	CURLMsg *msg;
	CURLcode result;
	void *priv;
	int left;

	while ((msg = curl_multi_info_read(multi, &left)) != NULL) {
		if (msg->msg != CURLMSG_DONE)
			continue;
		result = msg->data.result;
		AZ(curl_easy_getinfo(msg->easy_handle, CURLINFO_PRIVATE,
		    (char **)&priv));
		CAST_OBJ_NOTNULL(c, priv, NODE_CALL_MAGIC);
		(void)curl_multi_remove_handle(multi, c->easy);
		call_done(c, result);
	}
}

/* The question ------------------------------------------------------*/

static int
call_add_header(struct node_call *c, const char *name, const char *value)
{
	struct curl_slist *l;
	char line[PURGE_POSITION_HEADER + 64];

	assert(PURGE_POSITION_HEADER >= CONFIG_TEXT_MAX);
	bprintf(line, "%s:%s%s", name, *value != '\0' ? " " : "", value);
	l = curl_slist_append(c->headers, line);
	if (l == NULL)
		return (-1);
	c->headers = l;
	return (0);
}

/* Anew for each question: what is signed is good once. */
static int
call_sign(struct node_call *c, const struct VPFX(fleet_director) *d)
{
	struct auth_claim claim;
	char auth[AUTH_TEXT_MAX], position[PURGE_POSITION_HEADER];

	curl_slist_free_all(c->headers);
	c->headers = NULL;
	/* An empty one is what keeps curl from adding its own. */
	if (call_add_header(c, "Expect", "") < 0 ||
	    call_add_header(c, "Content-Type", "") < 0 ||
	    call_add_header(c, NODE_HDR_NODE, d->identity) < 0 ||
	    call_add_header(c, NODE_HDR_CONFIG, d->config.hex) < 0 ||
	    call_add_header(c, NODE_HDR_PARTS, d->config_parts) < 0)
		return (-1);
	if (purge_node_position(position, sizeof position) > 0 &&
	    call_add_header(c, NODE_HDR_PURGE, position) < 0)
		return (-1);
	if (d->has_secret) {
		claim.method = c->method;
		claim.url = c->url;
		claim.node = d->identity;
		claim.to = c->member->name;
		claim.config = d->config.hex;
		if (auth_sign(&d->secret, &claim, time(NULL), auth) < 0 ||
		    call_add_header(c, NODE_HDR_AUTH, auth) < 0)
			return (-1);
	}
	return (curl_easy_setopt(c->easy, CURLOPT_HTTPHEADER, c->headers) ==
	    CURLE_OK ? 0 : -1);
}

int
node_call_send(struct node_call *c, CURLM *multi,
    const struct VPFX(fleet_director) *d, const char *body, size_t len)
{

	CHECK_OBJ_NOTNULL(c, NODE_CALL_MAGIC);
	if (c->busy || call_sign(c, d) < 0)
		return (-1);
	call_forget(c);
	if (body != NULL && (curl_easy_setopt(c->easy, CURLOPT_POSTFIELDS,
	    body) != CURLE_OK || curl_easy_setopt(c->easy,
	    CURLOPT_POSTFIELDSIZE, (long)len) != CURLE_OK))
		return (-1);
	if (curl_multi_add_handle(multi, c->easy) != CURLM_OK)
		return (-1);
	c->busy = true;
	return (0);
}

static int
call_url(const struct node_call *c, char *url, size_t len)
{
	char host[NI_MAXHOST], port[NI_MAXSERV];
	const struct suckaddr *sa;
	const struct sockaddr *s;
	socklen_t sl;
	int l;

	sa = c->member->ip4 != NULL ? c->member->ip4 : c->member->ip6;
	s = VSA_Get_Sockaddr(sa, &sl);
	if (s == NULL || getnameinfo(s, sl, host, sizeof host, port,
	    sizeof port, NI_NUMERICHOST | NI_NUMERICSERV) != 0)
		return (-1);
	l = snprintf(url, len, strchr(host, ':') != NULL ?
	    "http://[%s]:%s%s" : "http://%s:%s%s", host, port, c->url);
	return (l > 0 && (size_t)l < len ? 0 : -1);
}

int
node_call_init(struct node_call *c, long timeout_ms)
{
	char url[NI_MAXHOST + NI_MAXSERV + 64];

	CHECK_OBJ_NOTNULL(c, NODE_CALL_MAGIC);
	c->easy = curl_easy_init();
	if (c->easy == NULL || call_url(c, url, sizeof url) < 0)
		return (-1);
#define SET(opt, val)							\
	if (curl_easy_setopt(c->easy, (opt), (val)) != CURLE_OK)	\
		return (-1)
	SET(CURLOPT_URL, url);
	SET(CURLOPT_PRIVATE, c);
	SET(CURLOPT_NOSIGNAL, 1L);
	SET(CURLOPT_PROXY, "");
	SET(CURLOPT_TIMEOUT_MS, timeout_ms);
	SET(CURLOPT_HEADERFUNCTION, call_header);
	SET(CURLOPT_HEADERDATA, c);
	SET(CURLOPT_WRITEFUNCTION, call_body);
	SET(CURLOPT_WRITEDATA, c);
#undef SET
	return (0);
}

void
node_call_fini(struct node_call *c, CURLM *multi)
{

	if (c->magic == 0)
		return;
	CHECK_OBJ_NOTNULL(c, NODE_CALL_MAGIC);
	if (c->busy)
		(void)curl_multi_remove_handle(multi, c->easy);
	if (c->easy != NULL)
		curl_easy_cleanup(c->easy);
	curl_slist_free_all(c->headers);
	call_forget(c);
	memset(c, 0, sizeof *c);
}
