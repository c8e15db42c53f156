/* SPDX-License-Identifier: BSD-2-Clause
 * Copyright (c) 2026 The pixelfleet authors
 *
 * See discover_group.h.
 */

#include "config.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "discover_group.h"

#define PAGES_MAX	50	/* of one answer */

/* A question to one of the services, with all pages of its answer. */
struct question {
	struct discover_group		*group;
	const struct discover_http	*http;
	enum discover_aws_action	action;
	const char			*of;
	enum discover_aws_fault		fault;	/* after it failed */
};

static int
question_url(const struct question *q, char *url, size_t size,
    const char *service)
{
	const char *region = q->group->region;
	int l;

	if (q->group->uri->endpoint[0] != '\0')
		l = snprintf(url, size, "%s", q->group->uri->endpoint);
	else
		l = snprintf(url, size, "https://%s.%s.amazonaws.com%s/",
		    service, region, !strncmp(region, "cn-", 3) ? ".cn" : "");
	return (l < 0 || (size_t)l >= size ? -1 : 0);
}

static int
question_page(struct question *q, struct discover_aws_answer *a, char *why)
{
	char url[DISCOVER_URL_MAX + 1], body[DISCOVER_AWS_BODY_MAX];
	const char *service = q->action == DISCOVER_AWS_ADDRESSES ? "ec2" :
	    "autoscaling";
	const struct discover_call call = {
		.url = url, .body = body, .service = service,
		.region = q->group->region,
		.as = &q->group->metadata.credentials,
	};
	char what[DISCOVER_WHY_MAX];
	struct discover_reply r;
	int e;

	q->fault = DISCOVER_AWS_BUSY;
	if (question_url(q, url, sizeof url, service) < 0 ||
	    discover_aws_body(body, q->action, q->of, a->next) < 0) {
		(void)snprintf(why, DISCOVER_WHY_MAX, "%s: the question is "
		    "too long", service);
		return (-1);
	}
	if (discover_http_call(q->http, &call, &r, why) < 0)
		return (-1);
	what[0] = '\0';
	e = discover_aws_parse(a, r.body != NULL ? r.body : "", r.len, what);
	q->fault = discover_aws_judge(r.status, a->code);
	if (a->code[0] != '\0')
		(void)snprintf(why, DISCOVER_WHY_MAX, "%s: %s: %s", service,
		    a->code, a->message);
	else if (q->fault != DISCOVER_AWS_FINE || e < 0)
		(void)snprintf(why, DISCOVER_WHY_MAX, "%s: status %ld%s%.400s",
		    service, r.status, *what != '\0' ? ": " : "", what);
	discover_reply_clear(&r);
	return (q->fault == DISCOVER_AWS_FINE ? e : -1);
}

static int
question_pages(struct question *q, struct discover_aws_answer *a, char *why)
{
	unsigned pages = 0;

	do {
		if (question_page(q, a, why) < 0)
			return (-1);
		if (++pages > PAGES_MAX) {
			(void)snprintf(why, DISCOVER_WHY_MAX, "the answer has"
			    " more than %d pages", PAGES_MAX);
			return (-1);
		}
	} while (a->next[0] != '\0');
	return (0);
}

/* With new credentials where those at hand are good no more. */
static int
question_ask(struct question *q, struct discover_aws_answer *a, char *why)
{
	struct discover_metadata *m = &q->group->metadata;
	bool again;

	memset(a, 0, sizeof *a);
	for (again = false; ; again = true) {
		if (discover_metadata_credentials(m, q->http, why) < 0)
			return (-1);
		if (question_pages(q, a, why) == 0)
			return (0);
		discover_aws_clear(a);
		if (q->fault != DISCOVER_AWS_EXPIRED)
			return (-1);
		discover_metadata_forget(m);
		if (again)
			return (-1);
	}
}

/* Where, and of whom ------------------------------------------------*/

static int
group_region(struct discover_group *g, const struct discover_http *h,
    char *why)
{
	const char *region = g->uri->region;

	if (g->region[0] != '\0')
		return (0);
	if (*region == '\0')
		region = getenv("AWS_REGION");
	if (region == NULL || *region == '\0')
		region = getenv("AWS_DEFAULT_REGION");
	if (region == NULL || *region == '\0') {
		if (discover_metadata_identity(&g->metadata, h, why) < 0)
			return (-1);
		region = g->metadata.identity.region;
	}
	if (!discover_region_valid(region)) {
		(void)snprintf(why, DISCOVER_WHY_MAX, "\"%.60s\" is no "
		    "region", region);
		return (-1);
	}
	(void)snprintf(g->region, sizeof g->region, "%.63s", region);
	return (0);
}

static int
group_name(struct discover_group *g, const struct discover_http *h,
    char *why)
{
	struct question q = { g, h, DISCOVER_AWS_GROUP_OF, NULL, 0 };
	struct discover_aws_answer a;
	int e = 0;

	if (g->name[0] != '\0')
		return (0);
	if (g->uri->target[0] != '\0') {
		(void)snprintf(g->name, sizeof g->name, "%.255s",
		    g->uri->target);
		return (0);
	}
	if (discover_metadata_identity(&g->metadata, h, why) < 0)
		return (-1);
	q.of = g->metadata.identity.instance;
	if (question_ask(&q, &a, why) < 0)
		return (-1);
	if (a.group[0] != '\0')
		(void)strcpy(g->name, a.group);
	else {
		(void)snprintf(why, DISCOVER_WHY_MAX, "this instance, %s, is "
		    "in no Auto Scaling group", q.of);
		e = -1;
	}
	discover_aws_clear(&a);
	return (e);
}

void
discover_group_init(struct discover_group *g, const struct discover_uri *uri)
{

	memset(g, 0, sizeof *g);
	g->uri = uri;
	discover_metadata_init(&g->metadata, uri->metadata);
}

int
discover_group_read(struct discover_group *g, const struct discover_http *h,
    struct discover_set *s, char why[DISCOVER_WHY_MAX])
{
	struct question q = { g, h, DISCOVER_AWS_GROUP, g->name, 0 };
	struct discover_aws_answer group, addresses;
	int e;

	if (group_region(g, h, why) < 0 || group_name(g, h, why) < 0 ||
	    question_ask(&q, &group, why) < 0)
		return (-1);
	q.action = DISCOVER_AWS_ADDRESSES;
	e = question_ask(&q, &addresses, why);
	if (e == 0)
		e = discover_aws_nodes(s, &group, &addresses, g->uri->port,
		    why);
	discover_aws_clear(&group);
	discover_aws_clear(&addresses);
	return (e);
}
