/* SPDX-License-Identifier: BSD-2-Clause
 * Copyright (c) 2026 The pixelfleet authors
 *
 * A request while it is read: what image_ops.c, which knows the operations,
 * and image_request.c, which knows the URL around them, say to each other.
 * Nobody else includes this.
 */

#ifndef IMAGE_DRAFT_H
#define IMAGE_DRAFT_H

#include <stdint.h>

#include "image_ops.h"
#include "url_text.h"

#define PARAMETER_NAME_MAX	64	/* bytes, a known name with its NUL */

struct draft {
	struct image_ops	ops;
	uint64_t		dpr;	/* fixed point; 0: not given */
	uint64_t		seen;	/* a bit for each operation given */
	const char		*name;	/* of this parameter, as it is typed */
	int			status;
	char			*error;	/* IMAGE_ERROR_MAX bytes */
};

enum draft_result {
	DRAFT_FAILED = -1,	/* status and error are set */
	DRAFT_TAKEN = 0,
	DRAFT_UNKNOWN		/* not the name of an operation */
};

/* Note why the request is refused.  Returns -1. */
int draft_fail(struct draft *, int status, const char *fmt, ...)
    __attribute__((format(printf, 3, 4)));
int draft_fail_too_long(struct draft *);

/* Read a parameter of that name, whose value is s..end as in the URL. */
enum draft_result draft_read(struct draft *, const struct text *name,
    const char *s, const char *end);

/* Check and apply what the parameters say together. */
int draft_settle(struct draft *);

#endif
