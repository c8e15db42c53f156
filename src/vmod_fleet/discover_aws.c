/* SPDX-License-Identifier: BSD-2-Clause
 * Copyright (c) 2026 The pixelfleet authors
 *
 * See discover_aws.h.
 */

#include "config.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <expat.h>

#include "discover_aws.h"
#include "url_text.h"

#define PAGE_DEPTH	512	/* chars of a path of elements */
#define PAGE_SIZE	"100"	/* what Auto Scaling gives at most */

/* Requests ----------------------------------------------------------*/

int
discover_aws_body(char body[DISCOVER_AWS_BODY_MAX],
    enum discover_aws_action action, const char *of, const char *next)
{
	static const char *const form[] = {
		[DISCOVER_AWS_GROUP_OF] =
		    "Action=DescribeAutoScalingInstances&Version=2011-01-01"
		    "&InstanceIds.member.1=",
		[DISCOVER_AWS_GROUP] =
		    "Action=DescribeAutoScalingGroups&Version=2011-01-01"
		    "&MaxRecords=" PAGE_SIZE "&AutoScalingGroupNames.member.1=",
		[DISCOVER_AWS_ADDRESSES] =
		    "Action=DescribeInstances&Version=2016-11-15"
		    "&MaxResults=" PAGE_SIZE "&Filter.1.Name="
		    "tag%3Aaws%3Aautoscaling%3AgroupName&Filter.1.Value.1=",
	};
	struct text t = text_on(body, DISCOVER_AWS_BODY_MAX);

	text_str(&t, form[action]);
	url_escape(&t, of);
	if (*next != '\0') {
		text_str(&t, "&NextToken=");
		url_escape(&t, next);
	}
	return (t.full ? -1 : 0);
}

/* Answers -----------------------------------------------------------*/

/* While a page is read. */
struct page {
	struct discover_aws_answer	*answer;
	XML_Parser			parser;
	char				path[PAGE_DEPTH];
	size_t				at;	/* of the path's end */
	char				text[DISCOVER_AWS_TOKEN_MAX + 1];
	size_t				len;
	const char			*fault;
};

static void
page_stop(struct page *p, const char *fault)
{

	if (p->fault == NULL)
		p->fault = fault;
	(void)XML_StopParser(p->parser, XML_FALSE);
}

/* Does the path end like this, with whole elements? */
static bool
page_is_at(const struct page *p, const char *tail)
{
	size_t l = strlen(tail);

	return (p->at > l && p->path[p->at - l - 1] == '/' &&
	    !memcmp(p->path + p->at - l, tail, l));
}

static const char auto_instance[] = "AutoScalingGroups/member/Instances/member";
static const char ec2_instance[] = "reservationSet/item/instancesSet/item";

static void
page_instance(struct page *p)
{
	struct discover_aws_answer *a = p->answer;

	if (a->n == DISCOVER_NODES_MAX * 2) {
		page_stop(p, "there are too many instances");
		return;
	}
	if (a->n == a->size) {
		a->size = a->size == 0 ? 16 : a->size * 2;
		a->instance = realloc(a->instance,
		    a->size * sizeof *a->instance);
		if (a->instance == NULL)
			abort();
	}
	memset(&a->instance[a->n++], 0, sizeof *a->instance);
}

static void
page_begin(void *priv, const char *name, const char **attributes)
{
	struct page *p = priv;
	size_t l = strlen(name);

	(void)attributes;
	p->len = 0;
	if (l + 2 > sizeof p->path - p->at) {
		page_stop(p, "the answer is nested too deeply");
		return;
	}
	p->path[p->at++] = '/';
	memcpy(p->path + p->at, name, l + 1);
	p->at += l;
	if (page_is_at(p, auto_instance) || page_is_at(p, ec2_instance))
		page_instance(p);
	else if (page_is_at(p, "AutoScalingGroups/member"))
		p->answer->groups++;
}

static void
page_text(void *priv, const char *s, int n)
{
	struct page *p = priv;

	/* What is too long is of no interest here. */
	if ((size_t)n < sizeof p->text - p->len) {
		memcpy(p->text + p->len, s, n);
		p->len += n;
	} else
		p->len = sizeof p->text - 1;
}

static void
page_take(struct page *p, char *to, size_t size)
{

	if (p->len >= size) {
		page_stop(p, "the answer holds a value that is too long");
		return;
	}
	memcpy(to, p->text, p->len);
	to[p->len] = '\0';
}

/* As much of it as there is room for, in one line: it is for a log. */
static void
page_cut(struct page *p, char *to, size_t size)
{
	size_t i;

	if (p->len >= size)
		p->len = size - 1;
	for (i = 0; i < p->len; i++)
		if ((unsigned char)p->text[i] < ' ' || p->text[i] == 127)
			p->text[i] = ' ';
	while (p->len > 0 && p->text[p->len - 1] == ' ')
		p->len--;
	page_take(p, to, size);
}

/* The values of an instance: where they stand, and where they go. */
static const struct page_field {
	const char	*tail;
	size_t		offset, size;
} page_fields[] = {
#define AUTO	"AutoScalingGroups/member/Instances/member/"
#define EC2	"reservationSet/item/instancesSet/item/"
#define FIELD(tail, field)						\
	{ tail, offsetof(struct discover_aws_instance, field),		\
	    sizeof ((struct discover_aws_instance *)0)->field }
	FIELD(AUTO "InstanceId", id),
	FIELD(AUTO "LifecycleState", state),
	FIELD(AUTO "HealthStatus", health),
	FIELD(AUTO "WeightedCapacity", weight),
	FIELD(EC2 "instanceId", id),
	FIELD(EC2 "instanceState/name", state),
	FIELD(EC2 "privateIpAddress", address),
#undef FIELD
};

static void
page_value(struct page *p)
{
	struct discover_aws_answer *a = p->answer;
	const struct page_field *f;
	size_t i;

	for (i = 0; i < sizeof page_fields / sizeof *page_fields; i++) {
		f = &page_fields[i];
		if (page_is_at(p, f->tail) && a->n > 0) {
			page_take(p, (char *)&a->instance[a->n - 1] +
			    f->offset, f->size);
			return;
		}
	}
	/* An instance without IPv4 has this one. */
	if (page_is_at(p, EC2 "ipv6Address") && a->n > 0 &&
	    a->instance[a->n - 1].address[0] == '\0')
		page_take(p, a->instance[a->n - 1].address,
		    sizeof a->instance->address);
	else if (page_is_at(p, "AutoScalingInstances/member/"
	    "AutoScalingGroupName"))
		page_take(p, a->group, sizeof a->group);
	else if (page_is_at(p, "DescribeAutoScalingGroupsResult/NextToken") ||
	    page_is_at(p, "DescribeInstancesResponse/nextToken"))
		page_take(p, a->next, sizeof a->next);
	else if (page_is_at(p, "Error/Code"))
		page_cut(p, a->code, sizeof a->code);
	else if (page_is_at(p, "Error/Message"))
		page_cut(p, a->message, sizeof a->message);
}

static void
page_end(void *priv, const char *name)
{
	struct page *p = priv;

	page_value(p);
	p->at -= strlen(name) + 1;
	p->path[p->at] = '\0';
	p->len = 0;
}

/* An answer has none; what comes with entities is not from them. */
static void
page_doctype(void *priv, const char *name, const char *sysid,
    const char *pubid, int subset)
{

	(void)name;
	(void)sysid;
	(void)pubid;
	(void)subset;
	page_stop(priv, "the answer has a document type");
}

static bool
page_is_known(const char *xml, size_t len)
{
	static const char *const roots[] = {
		"<DescribeAutoScalingInstancesResponse",
		"<DescribeAutoScalingGroupsResponse",
		"<DescribeInstancesResponse",
		"<ErrorResponse",
		"<Response",
	};
	size_t i;

	for (i = 0; i < sizeof roots / sizeof *roots; i++)
		if (memmem(xml, len, roots[i], strlen(roots[i])) != NULL)
			return (true);
	return (false);
}

int
discover_aws_parse(struct discover_aws_answer *a, const char *xml,
    size_t len, char why[DISCOVER_WHY_MAX])
{
	struct page p = { .answer = a };

	a->next[0] = a->code[0] = a->message[0] = '\0';
	p.parser = XML_ParserCreate(NULL);
	if (p.parser == NULL)
		abort();
	XML_SetUserData(p.parser, &p);
	XML_SetElementHandler(p.parser, page_begin, page_end);
	XML_SetCharacterDataHandler(p.parser, page_text);
	XML_SetStartDoctypeDeclHandler(p.parser, page_doctype);
	if (len > (1 << 30))
		p.fault = "the answer is too long";
	else if (XML_Parse(p.parser, xml, (int)len, 1) == XML_STATUS_ERROR &&
	    p.fault == NULL)
		p.fault = XML_ErrorString(XML_GetErrorCode(p.parser));
	else if (p.fault == NULL && !page_is_known(xml, len))
		p.fault = "another service answers";
	XML_ParserFree(p.parser);
	if (p.fault == NULL)
		return (0);
	(void)snprintf(why, DISCOVER_WHY_MAX, "the answer is not as "
	    "documented: %s", p.fault);
	return (-1);
}

void
discover_aws_clear(struct discover_aws_answer *a)
{

	free(a->instance);
	memset(a, 0, sizeof *a);
}

/* Errors ------------------------------------------------------------*/

static bool
aws_is_one_of(const char *code, const char *const *list)
{

	for (; *list != NULL; list++)
		if (!strcmp(code, *list))
			return (true);
	return (false);
}

enum discover_aws_fault
discover_aws_judge(long status, const char *code)
{
	static const char *const busy[] = { "Throttling",
	    "ThrottlingException", "ThrottledException", "RequestThrottled",
	    "RequestThrottledException", "RequestLimitExceeded",
	    "TooManyRequestsException", "SlowDown", "BandwidthLimitExceeded",
	    "PriorRequestNotComplete", "EC2ThrottledException", NULL };
	static const char *const expired[] = { "ExpiredToken",
	    "ExpiredTokenException", "RequestExpired", "InvalidClientTokenId",
	    "InvalidToken", "AuthFailure", "UnrecognizedClientException",
	    NULL };

	if (status == 200 && *code == '\0')
		return (DISCOVER_AWS_FINE);
	if (aws_is_one_of(code, busy) || status == 429 || status >= 500)
		return (DISCOVER_AWS_BUSY);
	if (aws_is_one_of(code, expired))
		return (DISCOVER_AWS_EXPIRED);
	return (DISCOVER_AWS_WRONG);
}

/* Nodes -------------------------------------------------------------*/

static const struct discover_aws_instance *
aws_find(const struct discover_aws_answer *a, const char *id)
{
	unsigned u;

	for (u = 0; u < a->n; u++)
		if (!strcmp(a->instance[u].id, id))
			return (&a->instance[u]);
	return (NULL);
}

/* In the group: 1 is a node, 0 one that is leaving, -1 none. */
static int
aws_stands(const struct discover_aws_instance *i)
{
	static const char *const leaving[] = { "Terminating",
	    "Terminating:Wait", "Terminating:Proceed", "EnteringStandby",
	    "Standby", "Detaching", NULL };

	if (!strcmp(i->state, "InService"))
		return (!strcmp(i->health, "Healthy"));
	return (aws_is_one_of(i->state, leaving) ? 0 : -1);
}

/* Of a mixed group: a capacity from 1 to 999. */
static uint32_t
aws_weight(const char *text)
{
	int n;

	n = atoi(text);
	return ((n < 1 ? 1 : n > 100 ? 100 : n) * RING_WEIGHT_ONE);
}

static int
aws_node(struct discover_set *s, const struct discover_aws_instance *i,
    const struct discover_aws_answer *addresses, const char *port, char *why)
{
	const struct discover_aws_instance *e;
	int stands;

	stands = aws_stands(i);
	if (stands < 0)
		return (0);
	e = aws_find(addresses, i->id);
	if (e == NULL && stands == 1) {
		/* Soon it will: until then nobody knows where it is. */
		(void)snprintf(why, DISCOVER_WHY_MAX, "instance %s is in "
		    "service, but EC2 does not tell of it", i->id);
		return (-1);
	}
	if (e == NULL || strcmp(e->state, "running") != 0 ||
	    e->address[0] == '\0')
		return (0);
	return (discover_set_add(s, i->id, e->address, port,
	    aws_weight(i->weight), stands == 0, why));
}

int
discover_aws_nodes(struct discover_set *s,
    const struct discover_aws_answer *group,
    const struct discover_aws_answer *addresses, const char *port,
    char why[DISCOVER_WHY_MAX])
{
	unsigned u;

	if (group->groups == 0) {
		(void)snprintf(why, DISCOVER_WHY_MAX, "there is no such "
		    "group");
		return (-1);
	}
	for (u = 0; u < group->n; u++)
		if (aws_node(s, &group->instance[u], addresses, port, why) < 0)
			return (-1);
	return (discover_set_close(s, why));
}
