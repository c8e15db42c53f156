/* SPDX-License-Identifier: BSD-2-Clause
 * Copyright (c) 2026 The pixelfleet authors
 *
 * What is remembered of images that bring renderers down.
 */

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>

#include <cmocka.h>

#include "poison.h"

#define UNTIL	(1000. + 600)

static const struct poison_case died = { 422, "it died", UNTIL };

static struct poison_image
image_of(const char *digest, const char *ops)
{
	const struct poison_image image = { strlen(digest), digest, ops,
	    "/x.jpg" };

	return (image);
}

static bool
refuses(struct poison *p, const char *digest, const char *ops, double now)
{
	const struct poison_image image = image_of(digest, ops);
	struct poison_case its;

	memset(&its, 0xa5, sizeof its);
	if (!poison_refuses(p, &image, now, &its))
		return (false);
	assert_int_equal(its.status, 422);
	assert_string_equal(its.why, "it died");
	assert_true(its.until > now);
	assert_true(poison_possible(p, image.len, now));
	return (true);
}

static void
note_until(struct poison *p, const char *digest, const char *ops,
    enum poison_proof proof, double now, double until)
{
	const struct poison_image image = image_of(digest, ops);
	struct poison_case its = died;

	its.until = until;
	poison_note(p, &image, proof, &its, now);
}

static void
note(struct poison *p, const char *digest, const char *ops,
    enum poison_proof proof)
{

	note_until(p, digest, ops, proof, 1000, UNTIL);
}

static void
test_source_and_operations(void **state)
{
	struct poison *p = poison_new();

	(void)state;
	assert_false(poison_possible(p, 2, 1000));
	note(p, "aa", "width=1", POISON_PROVEN);
	assert_true(refuses(p, "aa", "width=1", 1000));
	assert_false(refuses(p, "aa", "width=2", 1000));
	assert_false(refuses(p, "bb", "width=1", 1000));
	assert_false(refuses(p, "aaa", "width=1", 1000));
	assert_false(poison_possible(p, 3, 1000));
	assert_int_equal(poison_count(p), 1);
	poison_free(p);
}

static void
test_time(void **state)
{
	struct poison *p = poison_new();

	(void)state;
	note(p, "aa", "width=1", POISON_PROVEN);
	assert_true(refuses(p, "aa", "width=1", UNTIL - .1));
	assert_false(poison_possible(p, 2, UNTIL));
	assert_false(refuses(p, "aa", "width=1", UNTIL));
	assert_int_equal(poison_count(p), 0);
	/* It is tried again, and does it again. */
	note_until(p, "aa", "width=1", POISON_PROVEN, UNTIL, UNTIL + 600);
	assert_true(refuses(p, "aa", "width=1", UNTIL + 1));
	poison_free(p);
}

static void
test_whole_source(void **state)
{
	struct poison *p = poison_new();
	char ops[16];
	int i;

	(void)state;
	for (i = 0; i < POISON_OPERATIONS; i++) {
		assert_false(refuses(p, "aa", "other", 1000));
		(void)snprintf(ops, sizeof ops, "width=%d", i);
		note(p, "aa", ops, POISON_PROVEN);
		/* Once more is no other operation. */
		note(p, "aa", ops, POISON_PROVEN);
	}
	assert_true(refuses(p, "aa", "other", 1000));
	assert_false(refuses(p, "bb", "other", 1000));
	assert_int_equal(poison_count(p), 1);
	poison_free(p);
}

/* Each operation has its own time. */
static void
test_whole_source_needs_all_at_once(void **state)
{
	struct poison *p = poison_new();

	(void)state;
	note_until(p, "aa", "width=1", POISON_PROVEN, 1000, 1600);
	note_until(p, "aa", "width=2", POISON_PROVEN, 1500, 2100);
	note_until(p, "aa", "width=3", POISON_PROVEN, 1500, 2100);
	assert_true(refuses(p, "aa", "other", 1599));
	assert_false(refuses(p, "aa", "other", 1600));
	assert_false(refuses(p, "aa", "width=1", 1600));
	assert_true(refuses(p, "aa", "width=2", 1600));
	/* A fourth takes the place of the one that is over. */
	note_until(p, "aa", "width=4", POISON_PROVEN, 1700, 2300);
	assert_true(refuses(p, "aa", "other", 1700));
	assert_true(refuses(p, "aa", "width=3", 1700));
	poison_free(p);
}

static void
test_likely_is_once_no_proof(void **state)
{
	struct poison *p = poison_new();

	(void)state;
	note(p, "aa", "width=1", POISON_LIKELY);
	assert_false(refuses(p, "aa", "width=1", 1000));
	note(p, "aa", "width=1", POISON_LIKELY);
	assert_true(refuses(p, "aa", "width=1", 1000));
	/* With long enough between, it is the first time again. */
	note_until(p, "bb", "width=1", POISON_LIKELY, 1000, 1600);
	note_until(p, "bb", "width=1", POISON_LIKELY, 1600, 2200);
	assert_false(refuses(p, "bb", "width=1", 1600));
	/* And no number of such tells of the source. */
	note(p, "cc", "width=1", POISON_LIKELY);
	note(p, "cc", "width=2", POISON_LIKELY);
	note(p, "cc", "width=3", POISON_LIKELY);
	assert_false(refuses(p, "cc", "width=4", 1000));
	poison_free(p);
}

static void
test_another_image_beside_it(void **state)
{
	struct poison *p = poison_new();

	(void)state;
	note(p, "aa", "mark=1", POISON_PROVEN_TOGETHER);
	assert_true(refuses(p, "aa", "mark=1", 1000));
	note(p, "aa", "mark=2", POISON_PROVEN_TOGETHER);
	note(p, "aa", "mark=3", POISON_PROVEN_TOGETHER);
	assert_false(refuses(p, "aa", "width=1", 1000));
	poison_free(p);
}

/* The digest of number i; all of one length. */
static const char *
digest(unsigned i)
{
	static char s[POISON_DIGEST];

	(void)snprintf(s, sizeof s, "%064x", i);
	return (s);
}

static void
test_bound(void **state)
{
	struct poison *p = poison_new();
	unsigned i;

	(void)state;
	for (i = 0; i < POISON_SOURCES; i++)
		note(p, digest(i), "width=1", POISON_PROVEN);
	/* The first has been of use, so that the second has to go. */
	assert_true(refuses(p, digest(0), "width=1", 1000));
	note(p, digest(i), "width=1", POISON_PROVEN);
	assert_int_equal(poison_count(p), POISON_SOURCES);
	assert_true(refuses(p, digest(0), "width=1", 1000));
	assert_false(refuses(p, digest(1), "width=1", 1000));
	for (i = 2; i <= POISON_SOURCES; i++)
		assert_true(refuses(p, digest(i), "width=1", 1000));
	poison_free(p);
}

static void
test_forgetting(void **state)
{
	const struct poison_image other = { 2, "bb", "width=1", "/y.jpg" };
	struct poison *p = poison_new();

	(void)state;
	note(p, "aa", "width=1", POISON_PROVEN);
	note(p, "cc", "width=1", POISON_PROVEN);
	poison_note(p, &other, POISON_PROVEN, &died, 1000);
	poison_forget(p, "/z.jpg");
	assert_int_equal(poison_count(p), 3);
	poison_forget(p, "/x.jpg");
	assert_int_equal(poison_count(p), 1);
	assert_false(refuses(p, "aa", "width=1", 1000));
	assert_true(refuses(p, "bb", "width=1", 1000));
	poison_forget(p, NULL);
	assert_int_equal(poison_count(p), 0);
	assert_false(refuses(p, "bb", "width=1", 1000));
	poison_free(p);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_source_and_operations),
		cmocka_unit_test(test_time),
		cmocka_unit_test(test_whole_source),
		cmocka_unit_test(test_whole_source_needs_all_at_once),
		cmocka_unit_test(test_likely_is_once_no_proof),
		cmocka_unit_test(test_another_image_beside_it),
		cmocka_unit_test(test_bound),
		cmocka_unit_test(test_forgetting)
	};

	return (cmocka_run_group_tests(tests, NULL, NULL));
}
