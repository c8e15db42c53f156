/* SPDX-License-Identifier: BSD-2-Clause
 * Copyright (c) 2026 The pixelfleet authors
 *
 * The nodes of a cluster in answers of the DNS.
 */

#include "config.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>

#include <cmocka.h>

#include <stdlib.h>

#include "discover_dns.h"

static char why[DISCOVER_WHY_MAX];
static struct discover_dns_answer a;

/* A message under construction: a header, the question "n.test", records. */
static struct message {
	unsigned char	b[2048];
	size_t		len;
} m;

static void
put(const void *p, size_t l)
{

	assert_true(m.len + l <= sizeof m.b);
	memcpy(m.b + m.len, p, l);
	m.len += l;
}

static void
put16(unsigned n)
{
	const unsigned char b[2] = { n >> 8, n };

	put(b, 2);
}

static void
put32(uint32_t n)
{

	put16(n >> 16);
	put16(n & 0xffff);
}

static void
begin(unsigned rcode)
{

	memset(&m, 0, sizeof m);
	put16(1);
	put16(0x8180 | rcode);
	put16(1);
	put16(0);
	put16(0);
	put16(0);
	put("\1n\4test\0", 8);
	put16(1);
	put16(1);
}

/* A record of the question's name, in section 0, answer, or 1, authority. */
static void
record(unsigned section, unsigned type, uint32_t ttl, const void *data,
    size_t len)
{

	m.b[6 + 2 * section + 1]++;
	put16(0xc00c);
	put16(type);
	put16(1);
	put32(ttl);
	put16(len);
	put(data, len);
}

static void
service(unsigned priority, unsigned weight, unsigned port,
    const char *target, size_t len)
{
	unsigned char b[64] = { priority >> 8, priority, weight >> 8, weight,
	    port >> 8, port };

	memcpy(b + 6, target, len);
	record(0, 33, 60, b, 6 + len);
}

static int
parse(enum discover_dns_type type)
{
	unsigned char *copy;
	int e;

	discover_dns_clear(&a);
	copy = malloc(m.len);		/* for a sanitizer */
	assert_non_null(copy);
	memcpy(copy, m.b, m.len);
	e = discover_dns_parse(&a, copy, m.len, type, why);
	free(copy);
	return (e);
}

static void
reads_addresses(void **state)
{
	struct discover_set s = { 0 };

	(void)state;
	begin(0);
	record(0, 5, 30, "\1m\300\016", 4);	/* CNAME m.test */
	record(0, 1, 40, "\300\0\2\1", 4);
	record(0, 1, 50, "\300\0\2\2", 4);
	assert_int_equal(0, parse(DISCOVER_DNS_A));
	assert_int_equal(a.n, 2);
	assert_int_equal(a.ttl, 30);
	assert_int_equal(0, discover_dns_addresses(&s, &a, "8000", why));
	assert_int_equal(0, discover_set_close(&s, why));
	assert_string_equal(s.node[0].name, "192.0.2.1");
	assert_string_equal(s.node[1].host, "192.0.2.2");
	assert_string_equal(s.node[1].port, "8000");
	discover_set_clear(&s);

	begin(0);
	record(0, 28, 9, "\40\1\15\270\0\0\0\0\0\0\0\0\0\0\0\1", 16);
	assert_int_equal(0, parse(DISCOVER_DNS_AAAA));
	assert_int_equal(0, discover_dns_addresses(&s, &a, "8000", why));
	assert_string_equal(s.node[0].name, "2001-db8--1");
	assert_string_equal(s.node[0].host, "2001:db8::1");
	discover_set_clear(&s);
	discover_dns_clear(&a);
}

static void
reads_services(void **state)
{
	struct discover_set s = { 0 };
	unsigned u;

	(void)state;
	begin(0);
	service(20, 1, 17001, "\5spare\300\016", 8);
	service(10, 0, 17001, "\2N1\300\016", 5);
	service(10, 300, 8000, "\2n2\300\016", 5);
	assert_int_equal(0, parse(DISCOVER_DNS_SRV));
	assert_int_equal(a.n, 3);
	for (u = 0; u < a.n; u++)
		if (discover_dns_is_best(&a, u))
			assert_int_equal(0, discover_dns_service(&s,
			    &a.record[u], u == 1 ? "192.0.2.1" : "192.0.2.2",
			    why));
	assert_int_equal(0, discover_set_close(&s, why));
	assert_int_equal(s.n, 2);
	assert_string_equal(s.node[0].name, "n1.test");
	assert_int_equal(s.node[0].weight, 1000);
	assert_string_equal(s.node[1].name, "n2.test_8000");
	assert_string_equal(s.node[1].host, "192.0.2.2");
	assert_int_equal(s.node[1].weight, 100000);
	discover_set_clear(&s);

	begin(0);
	service(0, 0, 0, "\0", 1);
	assert_int_equal(-1, parse(DISCOVER_DNS_SRV));
	assert_non_null(strstr(why, "no such service"));
	begin(0);
	service(0, 0, 1, "\3a b\0", 5);
	assert_int_equal(-1, parse(DISCOVER_DNS_SRV));
	assert_non_null(strstr(why, "not the name of a host"));
}

static void
knows_none_from_a_failure(void **state)
{
	static const char soa[] = "\0\0" "\0\0\0\1" "\0\0\0\1" "\0\0\0\1"
	    "\0\0\0\1" "\0\0\0\7";

	(void)state;
	begin(0);
	record(1, 6, 100, soa, 22);
	assert_int_equal(0, parse(DISCOVER_DNS_A));
	assert_int_equal(a.n, 0);
	assert_int_equal(a.ttl, 7);
	begin(3);			/* NXDOMAIN */
	record(1, 6, 3, soa, 22);
	assert_int_equal(0, parse(DISCOVER_DNS_A));
	assert_int_equal(a.ttl, 3);
	begin(2);
	assert_int_equal(-1, parse(DISCOVER_DNS_A));
	assert_non_null(strstr(why, "SERVFAIL"));
	begin(0);
	m.b[2] |= 2;			/* truncated */
	assert_int_equal(-1, parse(DISCOVER_DNS_A));
}

static void
stands_broken_messages(void **state)
{
	size_t len, i;

	(void)state;
	begin(0);
	record(0, 1, 1, "\300\0\2\1\0", 5);
	assert_int_equal(-1, parse(DISCOVER_DNS_A));
	begin(0);
	record(0, 33, 1, "\0\0\0\0\0\1", 6);
	assert_int_equal(-1, parse(DISCOVER_DNS_SRV));
	begin(0);
	service(1, 1, 1, "\2n1\300\016", 5);
	service(1, 1, 1, "\2n2\300\016", 5);
	len = m.len;
	for (m.len = 1; m.len < len; m.len++)
		assert_int_equal(-1, parse(DISCOVER_DNS_SRV));
	for (i = 0; i < len * 8; i++) {
		m.b[i / 8] ^= 1 << i % 8;
		(void)parse(DISCOVER_DNS_SRV);
		m.b[i / 8] ^= 1 << i % 8;
	}
	discover_dns_clear(&a);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(reads_addresses),
		cmocka_unit_test(reads_services),
		cmocka_unit_test(knows_none_from_a_failure),
		cmocka_unit_test(stands_broken_messages),
	};

	return (cmocka_run_group_tests(tests, NULL, NULL));
}
