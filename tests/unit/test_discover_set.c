/* SPDX-License-Identifier: BSD-2-Clause
 * Copyright (c) 2026 The pixelfleet authors
 *
 * Sets of nodes: what is refused, and what is kept over time.
 */

#include "config.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>

#include <cmocka.h>

#include "discover_keep.h"
#include "discover_wait.h"

static char why[DISCOVER_WHY_MAX];

/* "a b* c": nodes at addresses of their own, those with a * are leaving. */
static struct discover_set
set_of(const char *text)
{
	struct discover_set s = { 0 };
	char name[2] = "", host[16];

	for (; *text != '\0'; text++) {
		if (*text == ' ' || *text == '*')
			continue;
		name[0] = *text;
		(void)snprintf(host, sizeof host, "192.0.2.%d", *text);
		assert_int_equal(0, discover_set_add(&s, name, host, "17001",
		    1000, text[1] == '*', why));
	}
	return (s);
}

static const char *
text_of(const struct discover_set *s)
{
	static char text[256];
	unsigned u;
	char *p = text;

	for (u = 0; u < s->n; u++)
		p += sprintf(p, "%s%s%s", u > 0 ? " " : "", s->node[u].name,
		    s->node[u].leaving ? "*" : "");
	*p = '\0';
	return (text);
}

static void
add_refused(const char *name, const char *host, const char *port,
    uint32_t weight, const char *because)
{
	struct discover_set s = { 0 };

	assert_int_equal(-1, discover_set_add(&s, name, host, port, weight,
	    false, why));
	assert_int_equal(s.n, 0);
	if (strstr(why, because) == NULL)
		fail_msg("%s", why);
}

static void
refuses_what_is_no_node(void **state)
{
	(void)state;
	add_refused("", "h", "1", 1000, "is no name");
	add_refused("a b", "h", "1", 1000, "is no name");
	add_refused("a", "", "1", 1000, "is no host");
	add_refused("a", "h h", "1", 1000, "is no host");
	add_refused("a", "h\n", "1", 1000, "is no host");
	add_refused("a", "h", "0", 1000, "1 to 65535");
	add_refused("a", "h", "01", 1000, "1 to 65535");
	add_refused("a", "h", "65536", 1000, "1 to 65535");
	add_refused("a", "h", "", 1000, "1 to 65535");
	add_refused("a", "h", "1", 9, "0.01 to 100");
	add_refused("a", "h", "1", 100001, "0.01 to 100");
}

static void
close_refused(struct discover_set s, const char *because)
{

	assert_int_equal(-1, discover_set_close(&s, why));
	if (strstr(why, because) == NULL)
		fail_msg("%s", why);
	discover_set_clear(&s);
}

static void
refuses_what_is_no_cluster(void **state)
{
	struct discover_set s;

	(void)state;
	close_refused(set_of(""), "there are no nodes");
	close_refused(set_of("a*b*"), "but such that leave");
	close_refused(set_of("abcb"), "two nodes b");
	s = set_of("ab");
	assert_int_equal(0, discover_set_add(&s, "c", "192.0.2.97", "17001",
	    1000, false, why));
	close_refused(s, "nodes a and c are both at");
}

static void
refuses_too_many(void **state)
{
	struct discover_set s = { 0 };
	char name[16], host[32];
	unsigned u;

	(void)state;
	for (u = 0; u < DISCOVER_NODES_MAX; u++) {
		(void)sprintf(name, "n%u", u);
		(void)sprintf(host, "10.0.%u.%u", u / 256, u % 256);
		assert_int_equal(0, discover_set_add(&s, name, host, "1",
		    1000, false, why));
	}
	assert_int_equal(-1, discover_set_add(&s, "x", "10.1.1.1", "1", 1000,
	    false, why));
	assert_string_equal(why, "more than 1024 nodes");
	assert_int_equal(0, discover_set_close(&s, why));
	discover_set_clear(&s);
}

static void
same_nodes_are_the_same_set(void **state)
{
	struct discover_set a = set_of("abc"), b = set_of("cab"),
	    c = set_of("ab*c");

	(void)state;
	assert_int_equal(0, discover_set_close(&a, why));
	assert_int_equal(0, discover_set_close(&b, why));
	assert_int_equal(0, discover_set_close(&c, why));
	assert_true(discover_set_equal(&a, &b));
	assert_false(discover_set_equal(&a, &c));
	discover_set_copy(&c, &a);
	assert_true(discover_set_equal(&a, &c));
	assert_string_equal(discover_set_find(&c, "b")->name, "b");
	assert_null(discover_set_find(&c, "d"));
	discover_set_clear(&a);
	discover_set_clear(&b);
	discover_set_clear(&c);
}

static void
diff_note(void *priv, const struct discover_node *was,
    const struct discover_node *is)
{
	char *p = priv;

	(void)sprintf(p + strlen(p), "%s%s ", was == NULL ? "+" :
	    is == NULL ? "-" : "~", is == NULL ? was->name : is->name);
}

static void
tells_the_difference(void **state)
{
	struct discover_set a = set_of("abcd"), b = set_of("bc*de");
	char text[64] = "";

	(void)state;
	discover_set_diff(&a, &b, diff_note, text);
	assert_string_equal(text, "-a ~c +e ");
	discover_set_clear(&a);
	discover_set_clear(&b);
}

static void
finds_this_node(void **state)
{
	struct discover_set s = set_of("abc");
	char local[2][DISCOVER_HOST_MAX + 1] = { "10.0.0.1", "192.0.2.98" };
	struct discover_self self = { "c", "17001", local, 2 };

	(void)state;
	assert_string_equal(discover_set_self(&s, &self)->name, "c");
	self.name = "x";
	assert_string_equal(discover_set_self(&s, &self)->name, "b");
	self.port = "17002";
	assert_null(discover_set_self(&s, &self));
	self.port = NULL;
	assert_null(discover_set_self(&s, &self));
	self.port = "17001";
	self.n_local = 1;
	assert_null(discover_set_self(&s, &self));
	discover_set_clear(&s);
}

/* Over time ---------------------------------------------------------*/

static struct discover_keep keep;

static enum discover_verdict
take(const char *text, const char *self, uint64_t now)
{
	struct discover_set s = set_of(text);
	struct discover_self me = { .name = self };
	enum discover_verdict v;

	assert_int_equal(0, discover_set_close(&s, why));
	v = discover_keep_take(&keep, &s, &me, now, why);
	discover_set_clear(&s);
	return (v);
}

static void
all_are(const char *text)
{
	struct discover_set s = { 0 };

	discover_keep_all(&keep, &s);
	assert_string_equal(text_of(&s), text);
	discover_set_clear(&s);
}

static void
keeps_this_node(void **state)
{
	(void)state;
	/* At first it may not be there yet. */
	assert_int_equal(take("bc", "a", 0), DISCOVER_CHANGED);
	assert_int_equal(take("bcd", "a", 0), DISCOVER_CHANGED);
	assert_int_equal(take("abc", "a", 0), DISCOVER_CHANGED);
	assert_int_equal(take("abc", "a", 0), DISCOVER_SAME);
	/* But it does not vanish. */
	assert_int_equal(take("bcd", "a", 0), DISCOVER_REFUSED);
	assert_non_null(strstr(why, "this node, a, is missing"));
	assert_string_equal(text_of(&keep.good), "a b c");
	/* It may leave. */
	assert_int_equal(take("a*bc", "a", 0), DISCOVER_CHANGED);
	discover_keep_clear(&keep);
}

static void
lets_nodes_linger(void **state)
{
	const uint64_t ms = DISCOVER_LINGER_MS;

	(void)state;
	assert_int_equal(take("abcd", "a", 0), DISCOVER_CHANGED);
	all_are("a b c d");
	assert_true(discover_keep_due(&keep) == UINT64_MAX);
	assert_int_equal(take("abd", "a", 1000), DISCOVER_CHANGED);
	all_are("a b d c*");
	assert_int_equal(take("ab", "a", 3000), DISCOVER_CHANGED);
	all_are("a b c* d*");
	assert_true(discover_keep_due(&keep) == 1000 + ms);
	assert_false(discover_keep_expire(&keep, 999 + ms));
	assert_true(discover_keep_expire(&keep, 1000 + ms));
	all_are("a b d*");
	/* One comes back. */
	assert_int_equal(take("abd", "a", 4000), DISCOVER_CHANGED);
	all_are("a b d");
	assert_true(discover_keep_due(&keep) == UINT64_MAX);
	assert_false(discover_keep_expire(&keep, UINT64_MAX));
	discover_keep_clear(&keep);
}

static void
waits_longer_after_failures(void **state)
{
	static const uint32_t most = UINT32_MAX, middle = 1U << 31;
	unsigned u;

	(void)state;
	assert_int_equal(discover_wait(30000, 0, 0), 27000);
	assert_int_equal(discover_wait(30000, 0, middle), 30000);
	assert_int_equal(discover_wait(30000, 0, most), 33000);
	assert_int_equal(discover_wait(30000, 1, 0), 1000);
	assert_int_equal(discover_wait(30000, 1, most), 3000);
	assert_int_equal(discover_wait(30000, 4, middle), 16000);
	for (u = 10; u < 100; u++)
		assert_int_equal(discover_wait(30000, u, most),
		    DISCOVER_WAIT_MAX_MS * 3 / 2);
	assert_int_equal(discover_wait(3600000, 0, most), 3960000);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(refuses_what_is_no_node),
		cmocka_unit_test(refuses_what_is_no_cluster),
		cmocka_unit_test(refuses_too_many),
		cmocka_unit_test(same_nodes_are_the_same_set),
		cmocka_unit_test(tells_the_difference),
		cmocka_unit_test(finds_this_node),
		cmocka_unit_test(keeps_this_node),
		cmocka_unit_test(lets_nodes_linger),
		cmocka_unit_test(waits_longer_after_failures),
	};

	return (cmocka_run_group_tests(tests, NULL, NULL));
}
