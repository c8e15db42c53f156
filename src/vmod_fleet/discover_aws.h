/* SPDX-License-Identifier: BSD-2-Clause
 * Copyright (c) 2026 The pixelfleet authors
 *
 * The nodes of a cluster in the answers of Amazon's services: what Auto
 * Scaling says of a group's instances, and what EC2 says of their
 * addresses.
 *
 * An instance in service and healthy is a node, named after its id.  One
 * that is to go, or is set aside, or is not healthy, is leaving; one that
 * is not there yet, or any more, is none.
 *
 * Pure: makes requests' bodies and reads answers.
 */

#ifndef DISCOVER_AWS_H
#define DISCOVER_AWS_H

#include <stdbool.h>
#include <stddef.h>

#include "discover_set.h"

#define DISCOVER_AWS_ID_MAX	31	/* chars */
#define DISCOVER_AWS_STATE_MAX	31
#define DISCOVER_AWS_TOKEN_MAX	2047
#define DISCOVER_AWS_GROUP_MAX	255
#define DISCOVER_AWS_BODY_MAX	8192	/* bytes of a request's body */

enum discover_aws_action {
	DISCOVER_AWS_GROUP_OF,	/* of an instance, by its id */
	DISCOVER_AWS_GROUP,	/* instances of a group, by its name */
	DISCOVER_AWS_ADDRESSES,	/* of the same, from EC2 */
};

struct discover_aws_instance {
	char		id[DISCOVER_AWS_ID_MAX + 1];
	char		state[DISCOVER_AWS_STATE_MAX + 1];
	char		address[64];
	char		health[16];
	char		weight[16];
};

/* What the pages of an answer said; all zeros is nothing yet. */
struct discover_aws_answer {
	struct discover_aws_instance	*instance;
	unsigned			n, size;
	unsigned			groups;		/* that were told of */
	char				group[DISCOVER_AWS_GROUP_MAX + 1];
	char				next[DISCOVER_AWS_TOKEN_MAX + 1];
	char				code[64];	/* of an error */
	char				message[256];
};

enum discover_aws_fault {
	DISCOVER_AWS_FINE,
	DISCOVER_AWS_BUSY,	/* asked too often, or its own trouble */
	DISCOVER_AWS_EXPIRED,	/* other credentials may help */
	DISCOVER_AWS_WRONG,
};

/*
 * The body of a request, as a form.  `of` is the instance's id or the
 * group's name, `next` the token of the page before, or "".  0, or -1 where
 * it does not fit.
 */
int discover_aws_body(char body[DISCOVER_AWS_BODY_MAX],
    enum discover_aws_action, const char *of, const char *next);

/*
 * Read a page, and add what it says.  What an error page says is in code
 * and message.  0, or -1 and a sentence where it is no answer of theirs.
 */
int discover_aws_parse(struct discover_aws_answer *, const char *xml,
    size_t len, char why[DISCOVER_WHY_MAX]);
void discover_aws_clear(struct discover_aws_answer *);

/* What to make of an answer's status and code. */
enum discover_aws_fault discover_aws_judge(long status, const char *code);

/* Put both answers together, as nodes of a set, and close it. */
int discover_aws_nodes(struct discover_set *,
    const struct discover_aws_answer *group,
    const struct discover_aws_answer *addresses, const char *port,
    char why[DISCOVER_WHY_MAX]);

#endif
