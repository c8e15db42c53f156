/* SPDX-License-Identifier: BSD-2-Clause
 * Copyright (c) 2026 The pixelfleet authors
 *
 * explain=true: what a request was understood as, as JSON for a person.
 *
 * Pure: no Varnish.
 */

#ifndef EXPLAIN_H
#define EXPLAIN_H

#include <stddef.h>

#include "image_ops.h"

#define EXPLAIN_MAX	32768	/* bytes, with NUL: three URLs, escaped */

struct explanation {
	const struct image_request *request;
	const char		*key;		/* stands for the variant */
	const char		*owner;		/* the node's name, or "" */
	const char		*vary;
	const char		*signature;	/* as policy.h names them */
	int			status;		/* 0, or of the refusal */
	const char		*error;
};

/* Write a JSON object and a NUL to buf.  Returns its length. */
size_t explain(const struct explanation *, char *buf, size_t len);

/*
 * What the variant costs to make once its source is decoded, in units of a
 * megapixel of JPEG; 0 where the URL does not say how large it gets.
 */
double explain_cost(const struct image_ops *);

#endif
