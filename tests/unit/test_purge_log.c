/* SPDX-License-Identifier: BSD-2-Clause
 * Copyright (c) 2026 The pixelfleet authors
 *
 * The purge log of one node: what it takes, tells and does, and what it
 * makes of what the others say.
 */

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "purge_log.h"

#include "../fuzz/fuzz_purge_log.c"

#define NOW	INT64_C(1764000000000)
#define EPOCH	"1764000000000"
#define T1	"1764000000001"

/* What the log had done, one line each. */
struct fixture {
	struct purge_log	*log;
	char			did[4096];
	bool			fails;
};

static int
record(void *priv, const struct purge_action *a)
{
	static const char *const what[] = {
		[PURGE_DO_NOTE] = "note", [PURGE_DO_EXPR] = "do",
		[PURGE_DO_BEFORE] = "before", [PURGE_DO_ALL] = "all"
	};
	struct fixture *fx = priv;
	char line[PURGE_LINE_MAX] = "";
	size_t len = strlen(fx->did);

	if (fx->fails)
		return (-1);
	if (a->line != NULL)
		purge_line_format(a->line, line);
	if (a->what == PURGE_DO_BEFORE)
		assert_true(a->before.process / PURGE_EPOCH_MS ==
		    (uint64_t)NOW / PURGE_EPOCH_MS);
	snprintf(fx->did + len, sizeof fx->did - len, "%s %u%s %s\n",
	    what[a->what], (unsigned)(a->what == PURGE_DO_BEFORE ?
	    a->before.number : a->number), a->recovered ? " again" : "", line);
	return (0);
}

static void
assert_did(struct fixture *fx, const char *did)
{
	assert_string_equal(fx->did, did);
	fx->did[0] = '\0';
}

static void
assert_begins(const char *text, const char *with)
{
	if (strncmp(text, with, strlen(with)) != 0)
		fail_msg("'%s' does not begin with '%s'", text, with);
}

static const struct purge_rules rules = {
	.entries = 5, .age = 1000000, .soft = 60000, .wait = 10000,
	.patience = 3000, .silence = 10000, .margin = 1000
};

static void
make(struct fixture *fx)
{
	purge_log_free(fx->log);
	fx->did[0] = '\0';
	fx->log = purge_log_new("a", (uint64_t)NOW, &rules, record, fx);
	assert_non_null(fx->log);
}

static int
setup(void **state)
{
	static const char *const names[] = { "b", "c" };
	struct fixture *fx = calloc(1, sizeof *fx);

	assert_non_null(fx);
	make(fx);
	purge_log_start(fx->log, PURGE_START_EMPTY, NOW);
	assert_did(fx, "all 2 \n");
	assert_int_equal(purge_log_members(fx->log, names, 2), 0);
	*state = fx;
	return (0);
}

static int
teardown(void **state)
{
	struct fixture *fx = *state;

	purge_log_free(fx->log);
	free(fx);
	return (0);
}

static const char *
position(struct fixture *fx, int64_t now)
{
	static char buf[1024];
	int len = purge_log_position(fx->log, buf, sizeof buf, now);

	assert_int_equal(len, strlen(buf));
	return (buf);
}

static const char *
pull(struct fixture *fx, const char *from)
{
	static char buf[20000];
	int len = purge_log_pull(fx->log, from, buf, sizeof buf, NOW);

	assert_int_equal(len, strlen(buf));
	return (buf);
}

static struct purge_id
add(struct fixture *fx, const char *expr, int64_t now)
{
	struct purge_id id;

	assert_int_equal(purge_log_add(fx->log, expr, now, &id),
	    PURGE_TAKEN);
	return (id);
}

static bool
caught_up(struct fixture *fx, int64_t now)
{
	const char *why;
	bool r = purge_log_caught_up(fx->log, now, &why);

	assert_int_equal(*why == '\0', r);
	return (r);
}

#define TAKE(line)	purge_log_take(fx->log, line, NOW)
#define HEARD(p, now)	purge_log_heard(fx->log, p, now)

static void
test_own(void **state)
{
	struct fixture *fx = *state;
	struct purge_id id;
	char text[PURGE_ID_MAX];

	assert_string_equal(position(fx, NOW), "v1;a:" EPOCH ":0:0");
	id = add(fx, "hard source /a.jpg", NOW + 1);
	purge_id_format(&id, text);
	assert_string_equal(text, "a:" EPOCH ":1");
	assert_did(fx, "do 3 purge a " EPOCH " 1 " T1
	    " hard source /a.jpg\n");
	assert_string_equal(position(fx, NOW), "v1;a:" EPOCH ":1:" T1);
	assert_string_equal(pull(fx, NULL), "purge a " EPOCH " 1 " T1
	    " hard source /a.jpg\n");
	assert_string_equal(pull(fx, "v1;b:1:0:0,a:" EPOCH ":1:" T1), "");
	assert_int_equal(purge_log_add(fx->log, "hard", NOW, &id),
	    PURGE_MALFORMED);
	/* What cannot be done, has not been taken. */
	fx->fails = true;
	assert_int_equal(purge_log_add(fx->log, "hard all", NOW, &id),
	    PURGE_FAILED);
	assert_string_equal(position(fx, NOW), "v1;a:" EPOCH ":1:" T1);
}

static void
test_take(void **state)
{
	struct fixture *fx = *state;

	assert_int_equal(TAKE("purge b 5 2 " T1 " hard all"), PURGE_AHEAD);
	assert_did(fx, "");
	fx->fails = true;
	assert_int_equal(TAKE("purge b 5 1 " T1 " hard all"), PURGE_FAILED);
	fx->fails = false;
	assert_int_equal(TAKE("purge b 5 1 " T1 " hard all"), PURGE_TAKEN);
	assert_int_equal(TAKE("purge b 5 1 " T1 " hard all"), PURGE_KNOWN);
	assert_int_equal(TAKE("purge b 5 2 " T1 " hard source /b"),
	    PURGE_TAKEN);
	/* Another process of the same node is another stream. */
	assert_int_equal(TAKE("purge b 4 1 " T1 " hard tags x"),
	    PURGE_TAKEN);
	assert_did(fx, "do 4 purge b 5 1 " T1 " hard all\n"
	    "do 5 purge b 5 2 " T1 " hard source /b\n"
	    "do 6 purge b 4 1 " T1 " hard tags x\n");
	assert_string_equal(position(fx, NOW), "v1;a:" EPOCH ":0:0,b:5:2:" T1
	    ",b:4:1:" T1);
	assert_string_equal(pull(fx, "v1;c:1:0:0,b:5:1:" T1),
	    "purge b 5 2 " T1 " hard source /b\n"
	    "purge b 4 1 " T1 " hard tags x\n");
}

static void
test_malformed(void **state)
{
	static const char *const bad[] = {
		"", "purge", "purge b 5 1 " T1, "purge b 5 1 " T1 " ",
		"purge b 5 1 " T1 " hard", "purge b 0 1 " T1 " hard all",
		"purge b 5 0 " T1 " hard all", "purge b 5 01 " T1 " hard all",
		"purge b 5 -1 " T1 " hard all", "purge  5 1 " T1 " hard all",
		"purge b/ 5 1 " T1 " hard all", "gap b 5 1 " T1 " hard all",
		"gap b 5 1", "gap b 5 1 ", "gap b 5 0 " T1, "gap b 5 1 x",
		"purge b 5 1 9007199254740993 hard all",
		"purge b 5 99999999999999999999 1 hard all",
		"purge b 5 1 " T1 " hard all ", "purge b 5 1 " T1 " hard all\n"
	}, *const badp[] = {
		NULL, "", "v1", "v1;", "v2;b:1:0:0", "v1;b:1:0", "v1;b:1:0:",
		"v1;b:1:0:0,", "v1;b:1:0:0;c:1:0:0", "v1;b:1:0:0,c", "b:1:0:0",
		",b:1:0:0", "v1,b:1:0:0", "v1;b:0:0:0", "v1;b:1:0:0 ",
		"v1;b:1:00:0", "v1;b:1:0:0,v1;c:1:0:0", "v1;:1:0:0"
	};
	struct fixture *fx = *state;
	char buf[PURGE_LINE_MAX + 1];
	unsigned i;

	for (i = 0; i < sizeof bad / sizeof *bad; i++)
		if (TAKE(bad[i]) != PURGE_MALFORMED)
			fail_msg("taken: %s", bad[i]);
	for (i = 0; i < sizeof badp / sizeof *badp; i++) {
		assert_int_equal(HEARD(badp[i], NOW), -1);
		assert_false(purge_log_covers(fx->log, badp[i], NOW));
		if (badp[i] != NULL && badp[i][0] != '\0')
			assert_int_equal(purge_log_pull(fx->log, badp[i], buf,
			    sizeof buf, NOW), -1);
	}
	/* Nobody but we are called that. */
	assert_int_equal(HEARD("v1;a:1:0:0", NOW), -1);
	assert_did(fx, "");
}

/* Whole lines, from the first that is missing. */
static void
test_pull_in_parts(void **state)
{
	struct fixture *fx = *state;
	char buf[PURGE_LINE_MAX + 1], text[PURGE_EXPR_MAX];
	unsigned i;

	for (i = 0; i < 3; i++) {
		snprintf(text, sizeof text, "hard source /%u%*s", i, 1500, "");
		memset(text + 14, 'x', 1500);
		add(fx, text, NOW);
	}
	assert_true(purge_log_pull(fx->log, NULL, buf, sizeof buf, NOW) >
	    3000);
	assert_non_null(strstr(buf, "/0"));
	assert_non_null(strstr(buf, "/1"));
	assert_null(strstr(buf, "/2"));
	assert_int_equal(buf[strlen(buf) - 1], '\n');
	assert_true(purge_log_pull(fx->log, "v1;b:1:0:0,a:" EPOCH ":2:" EPOCH,
	    buf, sizeof buf, NOW) > 1500);
	assert_begins(buf, "purge a " EPOCH " 3 ");
}

static void
test_bounded(void **state)
{
	struct fixture *fx = *state;
	struct purge_figures f;
	unsigned i;

	for (i = 0; i < 8; i++)
		add(fx, "hard all", NOW + i);
	purge_log_figures(fx->log, &f);
	assert_int_equal(f.entries, 5);
	assert_begins(pull(fx, NULL), "gap a " EPOCH " 3 1764000000002\n"
	    "purge a " EPOCH " 4 ");
	/* Who has the third, needs no gap. */
	assert_begins(pull(fx, "v1;b:1:0:0,a:" EPOCH ":3:" T1),
	    "purge a " EPOCH " 4 ");
	/* By age; and twice that later the stream of another is forgotten. */
	assert_int_equal(TAKE("purge b 5 1 " T1 " hard all"), PURGE_TAKEN);
	purge_log_tick(fx->log, NOW + rules.age + 2000);
	purge_log_figures(fx->log, &f);
	assert_int_equal(f.entries, 0);
	assert_int_equal(f.streams, 2);
	assert_string_equal(position(fx, NOW + rules.age + 2000),
	    "v1;a:" EPOCH ":8:1764000000007");
	purge_log_tick(fx->log, NOW + 2 * rules.age + 2000);
	purge_log_figures(fx->log, &f);
	assert_int_equal(f.streams, 1);
	/* What nobody needs any more, does not make us behind. */
	assert_int_equal(HEARD("v1;b:5:1:" T1, NOW + 2 * rules.age), 0);
	assert_true(purge_log_covers(fx->log, "v1;b:5:1:" T1,
	    NOW + 2 * rules.age));
}

static void
test_gap(void **state)
{
	struct fixture *fx = *state;

	assert_int_equal(TAKE("purge b 5 1 " T1 " hard tags x"), PURGE_TAKEN);
	assert_did(fx, "do 3 purge b 5 1 " T1 " hard tags x\n");
	assert_int_equal(TAKE("gap b 5 1 " T1), PURGE_KNOWN);
	assert_int_equal(TAKE("gap b 5 7 " T1), PURGE_TAKEN);
	assert_did(fx, "all 4 gap b 5 7 " T1 "\n");
	assert_int_equal(TAKE("purge b 5 8 " T1 " hard tags y"), PURGE_TAKEN);
	/* What it did not get, it does not pretend to have. */
	assert_string_equal(pull(fx, NULL), "gap b 5 7 " T1 "\n"
	    "purge b 5 8 " T1 " hard tags y\n");
	assert_string_equal(pull(fx, "v1;c:1:0:0,b:5:7:" T1),
	    "purge b 5 8 " T1 " hard tags y\n");
	fx->did[0] = '\0';
	/* Of a time of which no object is left. */
	assert_int_equal(TAKE("gap c 5 7 1763000000000"), PURGE_TAKEN);
	assert_did(fx, "note 6 gap c 5 7 1763000000000\n");
}

static void
test_acknowledged(void **state)
{
	struct fixture *fx = *state;
	struct purge_id id = add(fx, "hard all", NOW), other = id;
	struct purge_standing s;

	assert_int_equal(purge_log_pending(fx->log, &id, NOW), 2);
	assert_int_equal(HEARD("v1;b:5:0:0,a:" EPOCH ":1:" T1, NOW), 0);
	assert_int_equal(purge_log_pending(fx->log, &id, NOW), 1);
	purge_log_unheard(fx->log, "c", "connection refused");
	assert_true(purge_log_standing(fx->log, &id, 0, &s, NOW));
	assert_string_equal(s.node, "a");
	assert_true(s.applied);
	assert_true(purge_log_standing(fx->log, &id, 1, &s, NOW));
	assert_string_equal(s.node, "b");
	assert_true(s.applied);
	assert_string_equal(s.why, "");
	assert_true(purge_log_standing(fx->log, &id, 2, &s, NOW));
	assert_string_equal(s.node, "c");
	assert_false(s.applied);
	assert_string_equal(s.why, "connection refused");
	assert_false(purge_log_standing(fx->log, &id, 3, &s, NOW));
	/* Heard from, and without it. */
	assert_int_equal(HEARD("v1;c:5:0:0", NOW), 0);
	assert_true(purge_log_standing(fx->log, &id, 2, &s, NOW));
	assert_string_equal(s.why, "on its way");
	assert_int_equal(HEARD("v1;c:5:0:0,a:" EPOCH ":1:" T1, NOW), 0);
	assert_int_equal(purge_log_pending(fx->log, &id, NOW), 0);
	/* News that was overtaken changes nothing. */
	assert_int_equal(HEARD("v1;c:5:0:0", NOW), 0);
	assert_int_equal(purge_log_pending(fx->log, &id, NOW), 0);
	/* Nor does what is not known. */
	other.number = 2;
	assert_int_equal(purge_log_pending(fx->log, &other, NOW), -1);
	other = id;
	other.epoch++;
	assert_int_equal(purge_log_pending(fx->log, &other, NOW), -1);
	/* A stranger that shows itself is waited for, while it does. */
	assert_int_equal(HEARD("v1;d:5:0:0", NOW), 0);
	assert_int_equal(purge_log_pending(fx->log, &id, NOW), 1);
	assert_int_equal(purge_log_pending(fx->log, &id,
	    NOW + rules.silence), 0);
}

/* A process that is new has what it says, and not what the old one had. */
static void
test_restarted_member(void **state)
{
	struct fixture *fx = *state;
	struct purge_id id = add(fx, "hard all", NOW);

	assert_int_equal(HEARD("v1;b:5:0:0,a:" EPOCH ":1:" T1, NOW), 0);
	assert_int_equal(HEARD("v1;c:5:0:0,a:" EPOCH ":1:" T1, NOW), 0);
	assert_int_equal(purge_log_pending(fx->log, &id, NOW), 0);
	assert_int_equal(HEARD("v1;b:6:0:0", NOW), 0);
	assert_int_equal(purge_log_pending(fx->log, &id, NOW), 1);
	/* The old one's last words are late. */
	assert_int_equal(HEARD("v1;b:5:0:0,a:" EPOCH ":1:" T1, NOW + 1), 0);
	assert_int_equal(purge_log_pending(fx->log, &id, NOW), 1);
	/* Its clock was set back: it is heard after all. */
	assert_int_equal(HEARD("v1;b:3:0:0,a:" EPOCH ":1:" T1,
	    NOW + rules.silence), 0);
	assert_int_equal(purge_log_pending(fx->log, &id, NOW), 0);
}

static void
test_behind(void **state)
{
	struct fixture *fx = *state;

	assert_true(caught_up(fx, NOW));
	assert_int_equal(HEARD("v1;b:5:1:" T1, NOW), 1);
	/* For a while that is how it is. */
	assert_true(caught_up(fx, NOW + rules.patience - 1));
	assert_false(caught_up(fx, NOW + rules.patience));
	assert_false(purge_log_covers(fx->log, "v1;b:5:1:" T1, NOW));
	assert_int_equal(TAKE("purge b 5 1 " T1 " hard all"), PURGE_TAKEN);
	assert_true(caught_up(fx, NOW + rules.patience));
	assert_true(purge_log_covers(fx->log, "v1;b:5:1:" T1, NOW));
	/* What only one had who is away, nobody waits for. */
	assert_int_equal(HEARD("v1;b:5:2:" T1, NOW), 1);
	assert_false(caught_up(fx, NOW + rules.silence - 1));
	assert_true(caught_up(fx, NOW + rules.silence));
}

static void
test_start_empty(void **state)
{
	static const char *const names[] = { "b", "c" };
	struct fixture *fx = *state;
	struct purge_id id;

	make(fx);
	assert_int_equal(purge_log_members(fx->log, names, 2), 0);
	purge_log_start(fx->log, PURGE_START_EMPTY, NOW);
	assert_false(caught_up(fx, NOW));
	assert_did(fx, "");
	assert_int_equal(HEARD("v1;b:5:2:" T1, NOW), 1);
	assert_int_equal(TAKE("purge b 5 1 " T1 " hard tags x"), PURGE_TAKEN);
	assert_did(fx, "note 2 purge b 5 1 " T1 " hard tags x\n");
	/* Not to be asked for copies: it did not apply that. */
	assert_false(purge_log_covers(fx->log, "v1;c:5:0:0", NOW));
	/* Its own are done. */
	assert_int_equal(purge_log_add(fx->log, "hard all", NOW, &id),
	    PURGE_TAKEN);
	assert_false(caught_up(fx, NOW));
	fx->did[0] = '\0';
	assert_int_equal(TAKE("purge b 5 2 " T1 " soft tags y"), PURGE_TAKEN);
	assert_did(fx, "note 4 purge b 5 2 " T1 " soft tags y\nall 5 \n");
	assert_true(caught_up(fx, NOW));
	assert_int_equal(TAKE("purge b 5 3 " T1 " hard tags z"), PURGE_TAKEN);
	assert_did(fx, "do 6 purge b 5 3 " T1 " hard tags z\n");

	/* Nobody is there. */
	make(fx);
	assert_int_equal(purge_log_members(fx->log, names, 2), 0);
	purge_log_start(fx->log, PURGE_START_EMPTY, NOW);
	assert_false(caught_up(fx, NOW + rules.wait - 1));
	assert_did(fx, "");
	fx->fails = true;
	assert_false(caught_up(fx, NOW + rules.wait));
	fx->fails = false;
	assert_true(caught_up(fx, NOW + rules.wait));
	assert_did(fx, "all 3 \n");
}

static void
recover(struct fixture *fx, enum purge_start how)
{
	static const char *const names[] = { "b", "c" };

	make(fx);
	assert_int_equal(purge_log_members(fx->log, names, 2), 0);
	assert_int_equal(TAKE("gap b 5 1 " T1), PURGE_TAKEN);
	assert_int_equal(TAKE("purge b 5 2 " T1 " hard tags x"), PURGE_TAKEN);
	assert_did(fx, "note 2 again gap b 5 1 " T1 "\n"
	    "do 3 again purge b 5 2 " T1 " hard tags x\n");
	purge_log_start(fx->log, how, NOW);
	assert_false(caught_up(fx, NOW));
}

static void
test_start_kept(void **state)
{
	struct fixture *fx = *state;

	/* All must have been heard, and nothing be missing. */
	recover(fx, PURGE_START_KEPT);
	assert_int_equal(HEARD("v1;c:5:0:0", NOW), 0);
	assert_false(caught_up(fx, NOW));
	assert_int_equal(HEARD("v1;b:6:0:0,b:5:3:" T1, NOW), 1);
	assert_false(caught_up(fx, NOW));
	assert_int_equal(TAKE("purge b 5 3 " T1 " hard tags x"), PURGE_TAKEN);
	assert_did(fx, "do 4 purge b 5 3 " T1 " hard tags x\n");
	assert_true(caught_up(fx, NOW));
	assert_did(fx, "");

	/* One is away: in time, all objects go. */
	recover(fx, PURGE_START_KEPT);
	assert_int_equal(HEARD("v1;b:6:0:0,b:5:2:" T1, NOW), 0);
	assert_false(caught_up(fx, NOW + rules.wait - 1));
	assert_did(fx, "");
	assert_true(caught_up(fx, NOW + rules.wait));
	assert_did(fx, "all 4 \n");

	/* Set back, the clock does not prolong it for ever. */
	recover(fx, PURGE_START_KEPT);
	assert_false(caught_up(fx, NOW - 1000000));
	assert_true(caught_up(fx, NOW - 1000000 + rules.wait));
}

static void
test_start_kept_sure(void **state)
{
	struct fixture *fx = *state;

	recover(fx, PURGE_START_KEPT_SURE);
	assert_int_equal(HEARD("v1;b:6:0:0,b:5:3:" T1, NOW), 1);
	assert_false(caught_up(fx, NOW));
	assert_int_equal(HEARD("v1;c:5:0:0", NOW), 0);
	assert_true(caught_up(fx, NOW));
	assert_did(fx, "");

	recover(fx, PURGE_START_KEPT_SURE);
	assert_true(caught_up(fx, NOW + rules.wait));
	assert_did(fx, "all 4 \n");

	/* Stale does not begin anew; what is over, is over. */
	make(fx);
	assert_int_equal(TAKE("purge b 5 1 1763999930000 soft tags x"),
	    PURGE_TAKEN);
	assert_int_equal(TAKE("purge b 5 2 1763999950000 soft tags y"),
	    PURGE_TAKEN);
	fx->did[0] = '\0';
	purge_log_start(fx->log, PURGE_START_KEPT_SURE, NOW);
	assert_did(fx, "before 2 purge b 5 1 1763999930000 soft tags x\n");
	purge_log_tick(fx->log, NOW + 10000);
	assert_did(fx, "before 3 purge b 5 2 1763999950000 soft tags y\n");

	/* A cluster of one knows all. */
	make(fx);
	purge_log_start(fx->log, PURGE_START_KEPT_SURE, NOW);
	assert_true(caught_up(fx, NOW));
	assert_did(fx, "");
}

/* What this node was called before, it is not called again. */
static void
test_epochs(void **state)
{
	struct fixture *fx = *state;
	struct purge_id id;

	purge_log_free(fx->log);
	fx->log = purge_log_new("a", (uint64_t)NOW + 123, &rules, record, fx);
	assert_non_null(fx->log);
	assert_int_equal(TAKE("purge a 1764000000777 1 " T1 " hard tags x"),
	    PURGE_TAKEN);
	purge_log_start(fx->log, PURGE_START_KEPT_SURE, NOW);
	id = add(fx, "hard all", NOW);
	assert_int_equal(id.epoch, UINT64_C(1764000001123));
	assert_int_equal(id.number, 1);
	/* Another remembers more. */
	assert_int_equal(HEARD("v1;b:5:0:0,a:1764000001123:2:" T1, NOW), 1);
	id = add(fx, "hard all", NOW);
	assert_int_equal(id.epoch, UINT64_C(1764000002123));
	assert_int_equal(id.number, 1);
	/* That was no name of ours at all. */
	assert_int_equal(TAKE("purge a 1764000001123 2 " T1 " hard tags x"),
	    PURGE_TAKEN);
	assert_int_equal(add(fx, "hard all", NOW).epoch,
	    UINT64_C(1764000002123));
}

static bool
regex(void *priv, const char *re, const char *text)
{
	(void)priv;
	return (strcmp(re, text) == 0);
}

static enum purge_verdict
judge(struct fixture *fx, struct purge_mark mark, const char *source)
{
	struct purge_object obj = { .source = source };
	enum purge_verdict v;

	v = purge_log_judge(fx->log, mark, &obj, regex, NULL);
	if (purge_log_is_fresh(fx->log, mark))
		assert_int_equal(v, PURGE_FRESH);
	return (v);
}

static void
test_flights(void **state)
{
	struct fixture *fx = *state;
	struct purge_flight before, after, late;

	purge_flight_begin(fx->log, &before);
	assert_int_equal(before.mark.process, NOW);
	assert_int_equal(judge(fx, before.mark, "/a"), PURGE_FRESH);
	add(fx, "hard source /a", NOW);
	purge_flight_begin(fx->log, &after);
	assert_int_equal(judge(fx, before.mark, "/a"), PURGE_DEAD);
	assert_int_equal(judge(fx, before.mark, "/b"), PURGE_FRESH);
	assert_int_equal(judge(fx, after.mark, "/a"), PURGE_FRESH);
	add(fx, "hard regex /b", NOW);
	assert_int_equal(judge(fx, before.mark, "/b"), PURGE_DEAD);
	/* Once it has ended, bans see to its object. */
	purge_flight_end(fx->log, &before);
	assert_int_equal(judge(fx, before.mark, "/a"), PURGE_FRESH);
	assert_int_equal(judge(fx, after.mark, "/b"), PURGE_DEAD);
	/* Of what has left the log, it may have been any. */
	purge_flight_begin(fx->log, &late);
	add(fx, "hard tags x", NOW);
	add(fx, "hard tags x", NOW);
	add(fx, "hard tags x", NOW);
	add(fx, "hard tags x", NOW);
	assert_int_equal(judge(fx, after.mark, "/c"), PURGE_FRESH);
	assert_int_equal(judge(fx, late.mark, "/c"), PURGE_FRESH);
	add(fx, "hard tags x", NOW);
	assert_int_equal(judge(fx, after.mark, "/c"), PURGE_DEAD);
	assert_int_equal(judge(fx, late.mark, "/c"), PURGE_FRESH);
	/* And of a gap. */
	assert_int_equal(TAKE("gap b 5 7 " T1), PURGE_TAKEN);
	assert_int_equal(judge(fx, late.mark, "/c"), PURGE_DEAD);
	purge_flight_end(fx->log, &after);
	purge_flight_end(fx->log, &late);
}

static void
test_soft(void **state)
{
	struct fixture *fx = *state;
	struct purge_flight f, g;
	const struct purge_mark old = { 17, UINT64_MAX };
	struct purge_figures fig;

	purge_flight_begin(fx->log, &f);
	add(fx, "soft source /a", NOW);
	fx->did[0] = '\0';
	purge_flight_begin(fx->log, &g);
	assert_int_equal(judge(fx, f.mark, "/a"), PURGE_STALE);
	assert_int_equal(judge(fx, f.mark, "/b"), PURGE_FRESH);
	assert_int_equal(judge(fx, g.mark, "/a"), PURGE_FRESH);
	/* What a process before this one fetched, is older. */
	assert_int_equal(judge(fx, old, "/a"), PURGE_STALE);
	add(fx, "hard source /a", NOW);
	assert_int_equal(judge(fx, f.mark, "/a"), PURGE_DEAD);
	fx->did[0] = '\0';
	purge_log_tick(fx->log, NOW + rules.soft - 1);
	assert_did(fx, "");
	fx->fails = true;
	purge_log_tick(fx->log, NOW + rules.soft);
	fx->fails = false;
	assert_int_equal(judge(fx, old, "/a"), PURGE_STALE);
	purge_log_tick(fx->log, NOW + rules.soft);
	/* Of what began before it, and nothing later. */
	assert_int_equal(f.mark.number, 2);
	assert_did(fx, "before 3 purge a " EPOCH " 1 " EPOCH
	    " soft source /a\n");
	assert_int_equal(judge(fx, old, "/a"), PURGE_FRESH);
	/* For what is still under way, it is as hard as any. */
	add(fx, "soft source /b", NOW);
	assert_int_equal(judge(fx, g.mark, "/b"), PURGE_STALE);
	purge_log_tick(fx->log, NOW + rules.soft);
	assert_int_equal(judge(fx, g.mark, "/b"), PURGE_DEAD);
	/* To leave the log ends it, too. */
	add(fx, "soft source /c", NOW);
	for (fig.entries = 0; fig.entries < 5; fig.entries++)
		add(fx, "hard tags x", NOW);
	assert_non_null(strstr(fx->did, "before 5 "));
	purge_log_figures(fx->log, &fig);
	assert_int_equal(fig.soft, 0);
	purge_flight_end(fx->log, &f);
	purge_flight_end(fx->log, &g);
}

/* More of them than there is room for: the oldest are hard, then. */
static void
test_soft_bounded(void **state)
{
	struct purge_rules many = rules;
	struct fixture *fx = *state;
	struct purge_figures fig;
	unsigned i;

	many.entries = 2 * PURGE_SOFT_MAX;
	purge_log_free(fx->log);
	fx->log = purge_log_new("a", (uint64_t)NOW, &many, record, fx);
	assert_non_null(fx->log);
	purge_log_start(fx->log, PURGE_START_KEPT_SURE, NOW);
	for (i = 0; i < PURGE_SOFT_MAX; i++) {
		add(fx, "soft source /a", NOW);
		fx->did[0] = '\0';
	}
	add(fx, "soft source /b", NOW);
	assert_non_null(strstr(fx->did, "\nbefore 2 purge a " EPOCH " 1 "));
	purge_log_figures(fx->log, &fig);
	assert_int_equal(fig.soft, PURGE_SOFT_MAX);
	assert_int_equal(fig.entries, PURGE_SOFT_MAX + 1);
}

/* What is no object can be asked for, too, whether or not it is in flight. */
static void
test_since(void **state)
{
	static const struct purge_object a = { .source = "/a" };
	struct fixture *fx = *state;
	struct purge_glance g;

	purge_log_glance(fx->log, &g);
	assert_false(purge_log_since(fx->log, g.number, &a, regex, NULL));
	add(fx, "hard source /b", NOW);
	assert_false(purge_log_since(fx->log, g.number, &a, regex, NULL));
	add(fx, "soft source /a", NOW);
	assert_true(purge_log_since(fx->log, g.number, &a, regex, NULL));
	purge_log_glance(fx->log, &g);
	assert_false(purge_log_since(fx->log, g.number, &a, regex, NULL));
}

/* Who was taken out of the cluster is not waited for. */
static void
test_members_change(void **state)
{
	static const char *const names[] = { "b" };
	struct fixture *fx = *state;
	struct purge_id id = add(fx, "hard all", NOW);

	assert_int_equal(HEARD("v1;b:5:0:0,a:" EPOCH ":1:" T1, NOW), 0);
	assert_int_equal(purge_log_pending(fx->log, &id, NOW), 1);
	assert_int_equal(purge_log_members(fx->log, names, 1), 0);
	assert_int_equal(purge_log_pending(fx->log, &id, NOW), 0);
	/* But while it is there. */
	assert_int_equal(HEARD("v1;c:5:0:0", NOW), 0);
	assert_int_equal(purge_log_pending(fx->log, &id, NOW), 1);
}

static void
test_ids(void **state)
{
	static const char *const bad[] = {
		NULL, "", "a", "a:1", "a:1:", "a:1:0", "a:0:1", "a:1:1:",
		"a:1:1 ", ":1:1", "a:01:1", "a b:1:1"
	};
	struct purge_id id;
	char text[PURGE_ID_MAX];
	unsigned i;

	(void)state;
	assert_int_equal(purge_id_parse(&id, "node-1.x:17:4"), 0);
	assert_string_equal(id.node, "node-1.x");
	assert_int_equal(id.epoch, 17);
	assert_int_equal(id.number, 4);
	purge_id_format(&id, text);
	assert_string_equal(text, "node-1.x:17:4");
	for (i = 0; i < sizeof bad / sizeof *bad; i++)
		assert_int_equal(purge_id_parse(&id, bad[i]), -1);
}

/* A position that does not fit is none. */
static void
test_position_fits(void **state)
{
	struct fixture *fx = *state;
	char *buf;
	size_t size, len;

	assert_int_equal(TAKE("purge b 5 1 " T1 " hard all"), PURGE_TAKEN);
	len = strlen(position(fx, NOW));
	for (size = 1; size <= len + 1; size++) {
		buf = malloc(size);
		assert_non_null(buf);
		assert_int_equal(purge_log_position(fx->log, buf, size, NOW),
		    size > len ? (int)len : -1);
		free(buf);
	}
}

/* More streams than there is room for: refused, and so not acknowledged. */
static void
test_streams_bounded(void **state)
{
	struct fixture *fx = *state;
	char line[PURGE_LINE_MAX];
	unsigned i;

	for (i = 1; i < PURGE_STREAMS_MAX; i++) {
		snprintf(line, sizeof line, "purge b %u 1 " T1 " hard tags x",
		    i);
		assert_int_equal(TAKE(line), PURGE_TAKEN);
		fx->did[0] = '\0';
	}
	assert_int_equal(TAKE("purge c 1 1 " T1 " hard tags x"), PURGE_FULL);
	add(fx, "hard all", NOW);
	/* Until the others are forgotten. */
	purge_log_tick(fx->log, NOW + 2 * rules.age + 2000);
	assert_int_equal(TAKE("purge c 1 1 " T1 " hard tags x"), PURGE_TAKEN);
}

/* What the fuzzer checks, for conversations that are nearly right. */
static void
test_fuzzed(void **state)
{
	static const char *const seeds[] = {
		"tpurge a 1 1 " T1 " hard all\n!\nhv1;b:5:3:" T1 ",a:1:2:" T1
		"\ntpurge b 5 1 " T1 " soft source /a\nf\nahard source /a\n"
		"f\ng\n+70000\ng\npv1;b:5:0:0\nsb:5:1\ncv1;b:5:1:" T1 "\n"
		"tgap c 9 20 " T1 "\nusick\n",
		"!\nasoft tags x\ni\nahard tags y\ni\nahard prefix /a\n"
		"ahard glob /*a*b\nahard variant /a w=1\nahard regex a\n"
		"ahard all\nahard all\nasoft all\nahard all\n+9000000\n"
	};
	char buf[1024];
	unsigned i, j, n;
	size_t len;

	(void)state;
	srandom(1);
	for (i = 0; i < 5000; i++) {
		len = (size_t)snprintf(buf, sizeof buf, "%s", seeds[i % 2]);
		n = (unsigned)random() % 5;
		for (j = 0; j < n; j++)
			buf[(size_t)random() % len] = random() % 2 ?
			    "0123456789:,; \nabfght"[random() % 21] :
			    (char)random();
		LLVMFuzzerTestOneInput((const uint8_t *)buf,
		    len - (size_t)random() % 3);
	}
}

#define TEST(f)	cmocka_unit_test_setup_teardown(f, setup, teardown)

int
main(void)
{
	const struct CMUnitTest tests[] = {
		TEST(test_own),
		TEST(test_take),
		TEST(test_malformed),
		TEST(test_pull_in_parts),
		TEST(test_bounded),
		TEST(test_gap),
		TEST(test_acknowledged),
		TEST(test_restarted_member),
		TEST(test_behind),
		TEST(test_start_empty),
		TEST(test_start_kept),
		TEST(test_start_kept_sure),
		TEST(test_epochs),
		TEST(test_flights),
		TEST(test_soft),
		TEST(test_soft_bounded),
		TEST(test_since),
		TEST(test_members_change),
		TEST(test_position_fits),
		TEST(test_streams_bounded),
		cmocka_unit_test(test_ids),
		cmocka_unit_test(test_fuzzed),
	};

	return (cmocka_run_group_tests_name("purge_log", tests, NULL, NULL));
}
