/* SPDX-License-Identifier: BSD-2-Clause
 * Copyright (c) 2026 The pixelfleet authors
 *
 * One HTTP request after the other, each bounded in time and in size, and
 * all of a reading together by a deadline.  One thread at a time.
 */

#ifndef DISCOVER_HTTP_H
#define DISCOVER_HTTP_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "discover_credentials.h"

#define DISCOVER_REPLY_MAX	(4 << 20)	/* bytes */
#define DISCOVER_CALL_MS	5000

struct discover_http {
	const bool	*stop;		/* atomic: give up; or NULL */
	uint64_t	deadline;	/* discover_now() */
};

struct discover_call {
	const char	*method;	/* GET, or PUT without a body */
	const char	*url;
	const char	*body;		/* a form, with POST; or NULL */
	const char	*header[3];	/* NULL after the last */
	bool		direct;		/* whatever proxy there is */
	/* To be signed (Signature Version 4), where there are any. */
	const struct discover_credentials *as;
	const char	*region, *service;
};

struct discover_reply {
	long		status;
	char		*body;		/* with a NUL after it */
	size_t		len, size;
};

/* Milliseconds of a clock that does not go back. */
uint64_t discover_now(void);

/* 0 with an answer of whatever status, or -1 and a sentence. */
int discover_http_call(const struct discover_http *,
    const struct discover_call *, struct discover_reply *,
    char why[DISCOVER_WHY_MAX]);
void discover_reply_clear(struct discover_reply *);

#endif
