/* SPDX-License-Identifier: BSD-2-Clause
 * Copyright (c) 2026 The pixelfleet authors
 *
 * What holds for every request to purge, as an entry for libFuzzer.
 *
 * The input is the fields of a request, each ending in a newline, and then
 * those of an object.  The unit test of purge_expr calls it, too.
 */

#include "fuzz.h"
#include "fuzz_json.h"
#include "purge_ban.h"
#include "purge_door.h"
#include "purge_expr.h"
#include "purge_regex.h"

#define FIELDS	12

static bool
no_regex(void *priv, const char *regex, const char *text)
{
	(void)priv;
	MUST(text, regex != NULL && text != NULL);
	return (false);
}

static void
check_bans(const struct purge_expr *expr)
{
	static const struct purge_mark mark = { 0x123456789abcdef0, 77 };
	static struct purge_bans bans;
	const struct purge_test *t;
	unsigned i, j, before;

	for (before = 0; before < 2; before++) {
		purge_bans(&bans, expr, before ? &mark : NULL);
		MUST(expr->text, bans.n == 1 || bans.n == 2);
		for (i = 0; i < bans.n; i++) {
			MUST(expr->text, bans.ban[i].n >= 1 + before);
			MUST(expr->text, bans.ban[i].n <= 3);
			for (j = 0; j < bans.ban[i].n; j++) {
				t = &bans.ban[i].test[j];
				MUST(t->operand, fuzz_printable(t->operand));
				MUST(t->field, !strncmp(t->field, "obj.", 4));
				/* To the end of what it was made of. */
				MUST(t->operand, strlen(t->operand) + 1 <
				    sizeof bans.pattern);
			}
		}
	}
}

static void
check_text(const char *text, const struct purge_object *obj)
{
	struct purge_expr expr;
	struct purge_object own = { .source = "/x" };
	char source[PURGE_OPERAND_MAX];

	MUST(text, purge_expr_parse(&expr, text) == 0);
	MUST(text, strlen(text) < PURGE_EXPR_MAX && fuzz_printable(text));
	MUST(text, expr.text == text);
	MUST(text, strlen(expr.operand) < PURGE_OPERAND_MAX);
	check_bans(&expr);
	(void)purge_matches(&expr, obj, no_regex, NULL);
	/* What it names, it means. */
	switch (expr.kind) {
	case PURGE_SOURCE:
	case PURGE_PREFIX:
	case PURGE_GLOB:
		own.source = expr.operand;
		break;
	case PURGE_VARIANT:
		snprintf(source, sizeof source, "%s", expr.operand);
		*strchr(source, ' ') = '\0';
		own.source = source;
		own.operations = strchr(expr.operand, ' ') + 1;
		break;
	case PURGE_TAGS:
		own.tags = expr.operand;
		break;
	case PURGE_REGEX:
		MUST(text, purge_regex_fault(expr.operand) == NULL);
		return;
	case PURGE_ALL:
		break;
	}
	MUST(text, purge_matches(&expr, &own, no_regex, NULL));
}

/* What is answered to who asked for it. */
static void
check_answer(const char *expr, const char *reason)
{
	const struct purge_id id = { "a", 1764000000000000, 7 };
	const struct purge_standing there = { .node = "a", .applied = true },
	    away = { .node = "b", .why = reason };
	struct purge_answer answer;

	MUST(expr, purge_answer_begin(&answer) == 0);
	purge_answer_node(&answer, &there);
	purge_answer_node(&answer, &away);
	MUST(expr, purge_answer_end(&answer, &id, expr) == 0);
	MUST(answer.json, json_valid(answer.json));
	MUST(answer.json, answer.nodes == 2 && answer.pending == 1);
	free(answer.json);
}

static void
check_wait(const char *seconds)
{
	int ms = purge_wait_parse(seconds);

	MUST(seconds, ms >= -1 && ms <= PURGE_WAIT_MAX);
}

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	static char text[PURGE_EXPR_MAX], err[PURGE_ERROR_MAX];
	char *copy = fuzz_text(data, size), *field[FIELDS] = { NULL }, *p;
	struct purge_object obj;
	struct purge_request req;
	struct purge_expr expr;
	unsigned i;
	int status;

	for (i = 0, p = copy; i < FIELDS && p != NULL; i++)
		field[i] = strsep(&p, "\n");
	req = (struct purge_request){ .method = field[0], .url = field[1],
	    .source = field[2], .operations = field[3], .by = field[4],
	    .mode = field[5], .tags = field[6], .regex = field[7] };
	obj = (struct purge_object){ field[8], field[9], field[10],
	    field[11] };
	memset(text, 'x', sizeof text);
	memset(err, 'x', sizeof err);
	status = purge_expr_read(text, &req, err);
	if (status == 0) {
		MUST(text, *err == '\0');
		check_text(text, &obj);
		check_answer(text, field[0]);
	} else {
		MUST(err, status == 400 || status == 405);
		MUST(err, *text == '\0' && *err != '\0' && fuzz_printable(err));
	}
	/* And as a text from another node. */
	if (purge_expr_parse(&expr, field[0]) == 0)
		check_text(field[0], &obj);
	(void)purge_regex_fault(field[0]);
	check_wait(field[0]);
	free(copy);
	return (0);
}
