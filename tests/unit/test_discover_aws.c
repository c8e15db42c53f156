/* SPDX-License-Identifier: BSD-2-Clause
 * Copyright (c) 2026 The pixelfleet authors
 *
 * The nodes of a cluster in the answers of Amazon's services.
 */

#include "config.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>

#include <cmocka.h>

#include "discover_aws.h"

static struct discover_aws_answer group, addresses;
static struct discover_set s;
static char why[DISCOVER_WHY_MAX];

#define MEMBER(id, state, health, more)					\
	"<member><AvailabilityZone>eu-west-1a</AvailabilityZone>"	\
	"<InstanceId>" id "</InstanceId>"				\
	"<LifecycleState>" state "</LifecycleState>"			\
	"<HealthStatus>" health "</HealthStatus>" more			\
	"<LaunchTemplate><LaunchTemplateName>t</LaunchTemplateName>"	\
	"</LaunchTemplate></member>"
#define GROUP(members, next)						\
	"<?xml version=\"1.0\"?><DescribeAutoScalingGroupsResponse "	\
	"xmlns=\"http://autoscaling.amazonaws.com/doc/2011-01-01/\">"	\
	"<DescribeAutoScalingGroupsResult><AutoScalingGroups><member>"	\
	"<AvailabilityZones><member>eu-west-1a</member>"		\
	"</AvailabilityZones><Instances>" members "</Instances>"	\
	"<Tags><member><Key>InstanceId</Key></member></Tags>"		\
	"</member></AutoScalingGroups>" next				\
	"</DescribeAutoScalingGroupsResult></DescribeAutoScalingGroupsResponse>"
#define ITEM(id, state, address)					\
	"<item><instanceId>" id "</instanceId><instanceState><code>16"	\
	"</code><name>" state "</name></instanceState>" address		\
	"<networkInterfaceSet><item><privateIpAddress>192.0.2.99"	\
	"</privateIpAddress><privateIpAddressesSet><item>"		\
	"<privateIpAddress>192.0.2.98</privateIpAddress></item>"	\
	"</privateIpAddressesSet></item></networkInterfaceSet></item>"
#define ADDRESS(text) "<privateIpAddress>" text "</privateIpAddress>"
#define ITEMS(items)							\
	"<DescribeInstancesResponse xmlns=\"http://ec2.amazonaws.com/"	\
	"doc/2016-11-15/\"><requestId>r</requestId><reservationSet>"	\
	"<item><instancesSet>" items "</instancesSet></item>"		\
	"</reservationSet></DescribeInstancesResponse>"

static int
read_page(struct discover_aws_answer *a, const char *xml)
{

	return (discover_aws_parse(a, xml, strlen(xml), why));
}

static void
pages(const char *members, const char *items)
{

	discover_aws_clear(&group);
	discover_aws_clear(&addresses);
	discover_set_clear(&s);
	if (read_page(&group, members) < 0 ||
	    read_page(&addresses, items) < 0)
		fail_msg("%s", why);
}

static int
done(void **state)
{
	(void)state;
	discover_aws_clear(&group);
	discover_aws_clear(&addresses);
	discover_set_clear(&s);
	return (0);
}

static void
asks(void **state)
{
	char body[DISCOVER_AWS_BODY_MAX], next[DISCOVER_AWS_BODY_MAX];

	(void)state;
	assert_int_equal(0, discover_aws_body(body, DISCOVER_AWS_GROUP,
	    "a&b", "n+=x"));
	assert_string_equal(body, "Action=DescribeAutoScalingGroups&"
	    "Version=2011-01-01&MaxRecords=100&"
	    "AutoScalingGroupNames.member.1=a%26b&NextToken=n%2B%3Dx");
	assert_int_equal(0, discover_aws_body(body, DISCOVER_AWS_ADDRESSES,
	    "g", ""));
	assert_null(strstr(body, "NextToken"));
	memset(next, 'a', sizeof next);
	next[sizeof next - 1] = '\0';
	assert_int_equal(-1, discover_aws_body(body, DISCOVER_AWS_GROUP, "g",
	    next));
}

static void
joins_both_answers(void **state)
{
	(void)state;
	pages(GROUP(MEMBER("i-2", "InService", "Healthy", "")
	    MEMBER("i-1", "InService", "Healthy",
	    "<WeightedCapacity>4</WeightedCapacity>"), ""),
	    ITEMS(ITEM("i-1", "running", ADDRESS("192.0.2.1"))
	    ITEM("i-2", "running", ADDRESS("192.0.2.2"))
	    ITEM("i-9", "running", ADDRESS("192.0.2.9"))));
	assert_int_equal(group.n, 2);
	assert_int_equal(0, discover_aws_nodes(&s, &group, &addresses, "80",
	    why));
	assert_int_equal(s.n, 2);
	assert_string_equal(s.node[0].name, "i-1");
	assert_string_equal(s.node[0].host, "192.0.2.1");
	assert_string_equal(s.node[0].port, "80");
	assert_int_equal(s.node[0].weight, 4000);
	assert_string_equal(s.node[1].host, "192.0.2.2");
	assert_int_equal(s.node[1].weight, 1000);
}

/* 1: a node; 0: one that is leaving; -1: none. */
static int
stands(const char *state, const char *health, const char *running)
{
	char members[4096], items[4096];

	(void)snprintf(members, sizeof members, GROUP(MEMBER("i-0",
	    "InService", "Healthy", "") MEMBER("i-1", "%s", "%s", ""), ""),
	    state, health);
	(void)snprintf(items, sizeof items, ITEMS(ITEM("i-0", "running",
	    ADDRESS("192.0.2.9")) ITEM("i-1", "%s", ADDRESS("192.0.2.1"))),
	    running);
	pages(members, items);
	assert_int_equal(0, discover_aws_nodes(&s, &group, &addresses, "80",
	    why));
	return (s.n == 1 ? -1 : !s.node[1].leaving);
}

static void
knows_who_serves(void **state)
{
	(void)state;
	assert_int_equal(1, stands("InService", "Healthy", "running"));
	assert_int_equal(0, stands("InService", "Unhealthy", "running"));
	assert_int_equal(0, stands("Terminating:Wait", "Healthy", "running"));
	assert_int_equal(0, stands("Terminating", "Healthy", "running"));
	assert_int_equal(0, stands("Terminating:Proceed", "Unhealthy",
	    "running"));
	assert_int_equal(0, stands("Standby", "Healthy", "running"));
	assert_int_equal(0, stands("EnteringStandby", "Healthy", "running"));
	assert_int_equal(0, stands("Detaching", "Healthy", "running"));
	assert_int_equal(-1, stands("Terminating:Wait", "Healthy",
	    "shutting-down"));
	assert_int_equal(-1, stands("InService", "Healthy", "terminated"));
	assert_int_equal(-1, stands("InService", "Healthy", "stopping"));
	assert_int_equal(-1, stands("Pending", "Healthy", "pending"));
	assert_int_equal(-1, stands("Pending:Wait", "Healthy", "running"));
	assert_int_equal(-1, stands("Warmed:Running", "Healthy", "running"));
	assert_int_equal(-1, stands("Terminated", "Healthy", "running"));
	assert_int_equal(-1, stands("Quarantined", "Healthy", "running"));
}

static void
refuses_what_does_not_fit(void **state)
{
	(void)state;
	pages(GROUP(MEMBER("i-1", "InService", "Healthy", ""), ""),
	    ITEMS(ITEM("i-2", "running", ADDRESS("192.0.2.1"))));
	assert_int_equal(-1, discover_aws_nodes(&s, &group, &addresses, "80",
	    why));
	assert_non_null(strstr(why, "EC2 does not tell"));
	pages(GROUP("", ""), ITEMS(""));
	assert_int_equal(-1, discover_aws_nodes(&s, &group, &addresses, "80",
	    why));
	assert_string_equal(why, "there are no nodes");
	pages("<DescribeAutoScalingGroupsResponse>"
	    "<DescribeAutoScalingGroupsResult><AutoScalingGroups/>"
	    "</DescribeAutoScalingGroupsResult>"
	    "</DescribeAutoScalingGroupsResponse>", ITEMS(""));
	assert_int_equal(-1, discover_aws_nodes(&s, &group, &addresses, "80",
	    why));
	assert_string_equal(why, "there is no such group");
}

static void
adds_pages(void **state)
{
	(void)state;
	pages(GROUP(MEMBER("i-1", "InService", "Healthy", ""),
	    "<NextToken>a+b=&amp;</NextToken>"), ITEMS(""));
	assert_string_equal(group.next, "a+b=&");
	assert_int_equal(0, read_page(&group, GROUP(MEMBER("i-2", "InService",
	    "Healthy", ""), "")));
	assert_int_equal(group.n, 2);
	assert_string_equal(group.next, "");
	assert_int_equal(0, read_page(&addresses,
	    "<DescribeInstancesResponse><reservationSet/><nextToken>t"
	    "</nextToken></DescribeInstancesResponse>"));
	assert_string_equal(addresses.next, "t");
}

static void
finds_the_group(void **state)
{
	(void)state;
	assert_int_equal(0, read_page(&group,
	    "<DescribeAutoScalingInstancesResponse>"
	    "<DescribeAutoScalingInstancesResult><AutoScalingInstances>"
	    "<member><InstanceId>i-1</InstanceId><AutoScalingGroupName>the "
	    "group</AutoScalingGroupName></member></AutoScalingInstances>"
	    "</DescribeAutoScalingInstancesResult>"
	    "</DescribeAutoScalingInstancesResponse>"));
	assert_string_equal(group.group, "the group");
}

static void
reads_errors(void **state)
{
	(void)state;
	assert_int_equal(0, read_page(&group, "<ErrorResponse><Error><Type>"
	    "Sender</Type><Code>Throttling</Code><Message>Rate exceeded"
	    "</Message></Error><RequestId>r</RequestId></ErrorResponse>"));
	assert_string_equal(group.code, "Throttling");
	assert_string_equal(group.message, "Rate exceeded");
	assert_int_equal(0, read_page(&group, "<Response><Errors><Error><Code>"
	    "RequestLimitExceeded</Code><Message>m</Message></Error></Errors>"
	    "<RequestID>r</RequestID></Response>"));
	assert_string_equal(group.code, "RequestLimitExceeded");
	assert_int_equal(discover_aws_judge(200, ""), DISCOVER_AWS_FINE);
	assert_int_equal(discover_aws_judge(400, "Throttling"),
	    DISCOVER_AWS_BUSY);
	assert_int_equal(discover_aws_judge(503, ""), DISCOVER_AWS_BUSY);
	assert_int_equal(discover_aws_judge(403, "ExpiredToken"),
	    DISCOVER_AWS_EXPIRED);
	assert_int_equal(discover_aws_judge(403, "AccessDenied"),
	    DISCOVER_AWS_WRONG);
	assert_int_equal(discover_aws_judge(404, ""), DISCOVER_AWS_WRONG);
}

static void
stands_what_is_no_answer(void **state)
{
	static const char deep[] = "<a01234567890123456789012345678901234567>";
	static const char whole[] = GROUP(MEMBER("i-1", "InService",
	    "Healthy", ""), "<NextToken>t</NextToken>");
	char text[4096];
	size_t l;

	(void)state;
	assert_int_equal(-1, read_page(&group, ""));
	assert_int_equal(-1, read_page(&group, "<html><p>502</p></html>"));
	assert_non_null(strstr(why, "another service"));
	assert_int_equal(-1, read_page(&group, "<!DOCTYPE a [<!ENTITY b "
	    "\"c\">]><Response>&b;</Response>"));
	assert_non_null(strstr(why, "document type"));
	for (text[0] = '\0', l = 0; l < 20; l++)
		(void)strcat(text, deep);
	assert_int_equal(-1, read_page(&group, text));
	assert_non_null(strstr(why, "nested"));
	assert_int_equal(-1, read_page(&group, GROUP(MEMBER(
	    "i-0123456789012345678901234567890", "InService", "Healthy", ""),
	    "")));
	assert_non_null(strstr(why, "too long"));
	for (l = 0; l < sizeof whole - 1; l++)
		assert_int_equal(-1, discover_aws_parse(&group, whole, l,
		    why));
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(asks),
		cmocka_unit_test_teardown(joins_both_answers, done),
		cmocka_unit_test_teardown(knows_who_serves, done),
		cmocka_unit_test_teardown(refuses_what_does_not_fit, done),
		cmocka_unit_test_teardown(adds_pages, done),
		cmocka_unit_test_teardown(finds_the_group, done),
		cmocka_unit_test_teardown(reads_errors, done),
		cmocka_unit_test_teardown(stands_what_is_no_answer, done),
	};

	return (cmocka_run_group_tests(tests, NULL, NULL));
}
