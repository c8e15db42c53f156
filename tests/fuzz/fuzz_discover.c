/* SPDX-License-Identifier: BSD-2-Clause
 * Copyright (c) 2026 The pixelfleet authors
 *
 * Who is in the cluster, by what files, the DNS and Amazon's services say,
 * as an entry for libFuzzer.
 *
 * The first byte of the input says which of them it is that says the rest.
 */

#include "discover_aws.h"
#include "discover_credentials.h"
#include "discover_dns.h"
#include "discover_file.h"
#include "discover_keep.h"
#include "discover_set.h"
#include "discover_uri.h"
#include "fuzz.h"

#define PORT		"17001"
#define NOW		1000000

static char why[DISCOVER_WHY_MAX];

/* A sentence, and in it none of the bytes that end one in a log. */
static void
check_why(void)
{
	MUST(why, *why != '\0' && strlen(why) < sizeof why);
	*why = '\0';
}

/*--------------------------------------------------------------------
 * Sets
 */

static void
check_node(const struct discover_set *s, const struct discover_node *node)
{
	MUST(node->name, node_name_valid(node->name));
	MUST(node->host, *node->host != '\0' && fuzz_printable(node->host) &&
	    strpbrk(node->host, " \"/\\#,;") == NULL);
	MUST(node->port, discover_port_valid(node->port));
	MUST(node->name, node->weight >= 10 && node->weight <= 100000);
	MUST(node->name, discover_set_find(s, node->name) == node);
}

/* It is what a file of its own nodes says. */
static void
check_as_file(const struct discover_set *s)
{
	struct discover_set again = { 0 };
	size_t size = 512 * (s->n + 1), len = 0;
	char *text = malloc(size);
	unsigned u;

	MUST("memory", text != NULL);
	for (u = 0; u < s->n; u++)
		len += (size_t)snprintf(text + len, size - len,
		    "%s [%s]:%s %.3f%s\n", s->node[u].name, s->node[u].host,
		    s->node[u].port, s->node[u].weight / 1000.,
		    s->node[u].leaving ? " leaving" : "");
	MUST(why, discover_file_parse(&again, text, len, "1", why) == 0);
	MUST(text, discover_set_equal(s, &again));
	discover_set_clear(&again);
	free(text);
}

static void
count(void *priv, const struct discover_node *was,
    const struct discover_node *is)
{
	MUST("a difference", was == NULL && is != NULL);
	++*(unsigned *)priv;
}

/* After it, and after a set that has nothing in common with it. */
static void
check_kept(const struct discover_set *s)
{
	static char local[1][DISCOVER_HOST_MAX + 1] = { "192.0.2.1" };
	const struct discover_self self = { "a", PORT, local, 1 };
	struct discover_set other = { 0 }, all = { 0 };
	struct discover_keep keep;
	const char *const text = "a 192.0.2.1\nzz 192.0.2.77\n";

	memset(&keep, 0, sizeof keep);
	MUST(why, discover_file_parse(&other, text, strlen(text), PORT,
	    why) == 0);
	MUST("a set", discover_keep_take(&keep, &other, &self, NOW, why) ==
	    DISCOVER_CHANGED);
	if (discover_keep_take(&keep, s, &self, NOW + 1, why) ==
	    DISCOVER_REFUSED) {
		check_why();
		MUST("a set", discover_set_equal(&keep.good, &other));
	} else
		MUST("a set", discover_set_equal(&keep.good, s));
	discover_keep_all(&keep, &all);
	MUST("a set", discover_set_find(&all, "a") != NULL);
	MUST("a set", discover_set_find(&all, "zz") != NULL ||
	    all.n > keep.good.n || discover_keep_due(&keep) == UINT64_MAX);
	(void)discover_keep_expire(&keep, NOW + 2 * DISCOVER_LINGER_MS);
	MUST("a set", discover_keep_due(&keep) == UINT64_MAX);
	discover_set_clear(&all);
	discover_set_clear(&other);
	discover_keep_clear(&keep);
}

static void
check_set(const struct discover_set *s)
{
	const struct discover_set none = { 0 };
	unsigned u, n = 0;

	MUST("a set", s->n > 0 && s->n <= DISCOVER_NODES_MAX);
	for (u = 0; u < s->n; u++) {
		check_node(s, &s->node[u]);
		MUST(s->node[u].name, u == 0 || strcmp(s->node[u - 1].name,
		    s->node[u].name) < 0);
	}
	discover_set_diff(&none, s, count, &n);
	MUST("a set", n == s->n);
	check_as_file(s);
	check_kept(s);
}

/* Closed already, or not yet. */
static void
check_result(struct discover_set *s, int error)
{
	if (error == 0)
		check_set(s);
	else
		check_why();
	discover_set_clear(s);
}

/*--------------------------------------------------------------------
 * Where they come from
 */

static void
check_file(const char *text, size_t len)
{
	struct discover_set s = { 0 };

	check_result(&s, discover_file_parse(&s, text, len, PORT, why));
}

static void
check_dns(const char *msg, size_t len, enum discover_dns_type type)
{
	struct discover_dns_answer a = { 0 };
	struct discover_set s = { 0 };
	unsigned u;
	int error = 0;

	if (discover_dns_parse(&a, msg, len, type, why) != 0) {
		check_why();
		discover_dns_clear(&a);
		return;
	}
	MUST("an answer", a.n <= DISCOVER_DNS_RECORDS);
	for (u = 0; u < a.n; u++)
		MUST(a.record[u].host, strlen(a.record[u].host) <=
		    DISCOVER_HOST_MAX);
	if (type != DISCOVER_DNS_SRV)
		error = discover_dns_addresses(&s, &a, PORT, why);
	for (u = 0; u < a.n && type == DISCOVER_DNS_SRV && error == 0; u++)
		if (discover_dns_is_best(&a, u))
			error = discover_dns_service(&s, &a.record[u],
			    "192.0.2.9", why);
	if (error == 0)
		error = discover_set_close(&s, why);
	check_result(&s, error);
	discover_dns_clear(&a);
}

/* Two answers, of any number of pages; a line of its own ends one. */
static void
check_aws(char *text)
{
	struct discover_aws_answer answer[2] = { 0 };
	struct discover_set s = { 0 };
	char body[DISCOVER_AWS_BODY_MAX];
	unsigned i = 0;
	char *page;
	int error = 0;

	while (error == 0 && (page = strsep(&text, "\n")) != NULL) {
		if (*page == '\0') {
			i = 1;
			continue;
		}
		error = discover_aws_parse(&answer[i], page, strlen(page),
		    why);
		(void)discover_aws_judge(200, answer[i].code);
		(void)discover_aws_judge(503, answer[i].code);
		if (discover_aws_body(body, DISCOVER_AWS_GROUP,
		    answer[i].group, answer[i].next) == 0)
			MUST(body, fuzz_printable(body) &&
			    strpbrk(body, " \"<>") == NULL);
	}
	if (error == 0)
		error = discover_aws_nodes(&s, &answer[0], &answer[1], PORT,
		    why);
	check_result(&s, error);
	discover_aws_clear(&answer[0]);
	discover_aws_clear(&answer[1]);
}

static void
check_json(const char *text, size_t len)
{
	static struct discover_credentials c;
	struct discover_identity who;

	if (discover_credentials_parse(&c, text, len, why) == 0) {
		MUST(c.key, *c.key != '\0' && *c.secret != '\0');
		(void)discover_credentials_good(&c, NOW);
	} else
		check_why();
	if (discover_identity_parse(&who, text, len, why) == 0)
		MUST(who.region, discover_region_valid(who.region));
	else
		check_why();
}

static void
check_uri(char *text)
{
	struct discover_uri uri;
	char url[DISCOVER_URL_MAX + 1];
	char *line;

	while ((line = strsep(&text, "\n")) != NULL) {
		if (discover_uri_parse(&uri, line, why) == 0) {
			MUST(line, uri.kind < DISCOVER_KINDS);
			MUST(line, discover_port_valid(uri.port));
			MUST(line, uri.kind == DISCOVER_ASG ||
			    *uri.target != '\0');
		} else
			check_why();
		if (discover_container_url(url, line, text, why) < 0)
			check_why();
	}
}

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct fuzz_bytes in = { data, size };
	unsigned what = fuzz_byte(&in) % 8;
	char *copy = (char *)fuzz_copy(in.data, in.size);
	char *text = fuzz_text(in.data, in.size);

	switch (what) {
	case 0:
		check_file(copy, in.size);
		break;
	case 1:
	case 2:
	case 3:
		check_dns(copy, in.size, (enum discover_dns_type)(what - 1));
		break;
	case 4:
		check_json(copy, in.size);
		break;
	case 5:
		check_uri(text);
		break;
	default:
		check_aws(text);
		break;
	}
	free(text);
	free(copy);
	return (0);
}
