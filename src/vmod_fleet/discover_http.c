/* SPDX-License-Identifier: BSD-2-Clause
 * Copyright (c) 2026 The pixelfleet authors
 *
 * See discover_http.h.
 */

#include "config.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include <curl/curl.h>

#include "discover_http.h"

#define STOP_MS		100	/* how soon a thread notices that it is to end */
#define CONNECT_MS	2000L

uint64_t
discover_now(void)
{
	struct timespec ts;

	(void)clock_gettime(CLOCK_MONOTONIC, &ts);
	return ((uint64_t)ts.tv_sec * 1000 + ts.tv_nsec / 1000000);
}

/* One request under way. */
struct transfer {
	CURL			*easy;
	struct curl_slist	*headers;
	struct discover_reply	*reply;
	char			what[CURL_ERROR_SIZE];
};

static size_t
transfer_body(char *data, size_t size, size_t nmemb, void *priv)
{
	struct discover_reply *r = priv;
	size_t l = size * nmemb;
	char *p;

	if (l > DISCOVER_REPLY_MAX - r->len)
		return (0);
	if (r->len + l >= r->size) {
		r->size = (r->len + l + 1) * 2;
		p = realloc(r->body, r->size);
		if (p == NULL)
			return (0);
		r->body = p;
	}
	memcpy(r->body + r->len, data, l);
	r->len += l;
	r->body[r->len] = '\0';
	return (l);
}

static int
transfer_header(struct transfer *t, const char *line)
{
	struct curl_slist *l;

	l = curl_slist_append(t->headers, line);
	if (l == NULL)
		return (-1);
	t->headers = l;
	return (0);
}

#define SET(opt, val)							\
	if (curl_easy_setopt(t->easy, (opt), (val)) != CURLE_OK)	\
		return (-1)

static int
transfer_sign(struct transfer *t, const struct discover_call *c)
{
	char scope[128], line[DISCOVER_SESSION_MAX + 64];
	int l;

	l = snprintf(scope, sizeof scope, "aws:amz:%s:%s", c->region,
	    c->service);
	if (l < 0 || (size_t)l >= sizeof scope)
		return (-1);
	SET(CURLOPT_AWS_SIGV4, scope);
	SET(CURLOPT_USERNAME, c->as->key);
	SET(CURLOPT_PASSWORD, c->as->secret);
	if (c->as->token[0] == '\0')
		return (0);
	(void)snprintf(line, sizeof line, "X-Amz-Security-Token: %s",
	    c->as->token);
	return (transfer_header(t, line));
}

static int
transfer_set(struct transfer *t, const struct discover_call *c, long ms)
{
	unsigned u;

	SET(CURLOPT_URL, c->url);
	SET(CURLOPT_NOSIGNAL, 1L);
	SET(CURLOPT_TIMEOUT_MS, ms);
	SET(CURLOPT_CONNECTTIMEOUT_MS, CONNECT_MS);
	SET(CURLOPT_FOLLOWLOCATION, 0L);
	SET(CURLOPT_ERRORBUFFER, t->what);
	SET(CURLOPT_WRITEFUNCTION, transfer_body);
	SET(CURLOPT_WRITEDATA, t->reply);
	if (c->direct)
		SET(CURLOPT_PROXY, "");
	if (c->body != NULL) {
		SET(CURLOPT_POSTFIELDS, c->body);
	} else if (c->method != NULL) {
		SET(CURLOPT_CUSTOMREQUEST, c->method);
	}
	for (u = 0; u < 3 && c->header[u] != NULL; u++)
		if (transfer_header(t, c->header[u]) < 0)
			return (-1);
	if (c->as != NULL && transfer_sign(t, c) < 0)
		return (-1);
	SET(CURLOPT_HTTPHEADER, t->headers);
	return (0);
}
#undef SET

/* With an eye on `stop`.  A sentence where it fails. */
static const char *
transfer_run(const struct discover_http *h, struct transfer *t, CURLM *multi)
{
	CURLMsg *msg;
	int running = 1, left;

	while (running) {
		if (h->stop != NULL &&
		    __atomic_load_n(h->stop, __ATOMIC_ACQUIRE))
			return ("it is not wanted any more");
		if (curl_multi_perform(multi, &running) != CURLM_OK)
			return ("the transfer failed");
		if (running)
			(void)curl_multi_poll(multi, NULL, 0, STOP_MS, NULL);
	}
	msg = curl_multi_info_read(multi, &left);
	if (msg == NULL || msg->msg != CURLMSG_DONE)
		return ("the transfer failed");
	if (msg->data.result == CURLE_WRITE_ERROR)
		return ("the answer is too long");
	if (msg->data.result != CURLE_OK)
		return (t->what[0] != '\0' ? t->what :
		    curl_easy_strerror(msg->data.result));
	(void)curl_easy_getinfo(t->easy, CURLINFO_RESPONSE_CODE,
	    &t->reply->status);
	return (NULL);
}

static const char *
transfer_do(const struct discover_http *h, struct transfer *t,
    const struct discover_call *c, long ms)
{
	const char *fault;
	CURLM *multi;

	t->easy = curl_easy_init();
	multi = curl_multi_init();
	if (t->easy == NULL || multi == NULL || transfer_set(t, c, ms) < 0 ||
	    curl_multi_add_handle(multi, t->easy) != CURLM_OK)
		fault = "the request cannot be made";
	else {
		fault = transfer_run(h, t, multi);
		(void)curl_multi_remove_handle(multi, t->easy);
	}
	if (multi != NULL)
		(void)curl_multi_cleanup(multi);
	return (fault);
}

int
discover_http_call(const struct discover_http *h,
    const struct discover_call *c, struct discover_reply *r,
    char why[DISCOVER_WHY_MAX])
{
	struct transfer t = { .reply = r };
	const char *fault;
	uint64_t now, ms;

	memset(r, 0, sizeof *r);
	now = discover_now();
	ms = now >= h->deadline ? 0 : h->deadline - now;
	if (ms > DISCOVER_CALL_MS)
		ms = DISCOVER_CALL_MS;
	fault = ms == 0 ? "no time is left" :
	    transfer_do(h, &t, c, (long)ms);
	if (fault != NULL) {
		(void)snprintf(why, DISCOVER_WHY_MAX, "%.200s: %.200s",
		    c->url, fault);
		discover_reply_clear(r);
	}
	if (t.easy != NULL)
		curl_easy_cleanup(t.easy);
	curl_slist_free_all(t.headers);
	return (fault == NULL ? 0 : -1);
}

void
discover_reply_clear(struct discover_reply *r)
{

	free(r->body);
	memset(r, 0, sizeof *r);
}
