/* SPDX-License-Identifier: BSD-2-Clause
 * Copyright (c) 2026 The pixelfleet authors
 *
 * The URL of a source: its path, and those parameters that are its own.
 */

#ifndef IMAGE_SOURCE_H
#define IMAGE_SOURCE_H

#include "image_draft.h"

#define SOURCE_PARAMS_MAX	32	/* of one request */

/* The parameters of the source, as they stand in the URL. */
struct kept {
	struct {
		const char	*name;	/* as in the site's list */
		size_t		name_len;
		const char	*raw;	/* name=value */
		size_t		raw_len;
	}			param[SOURCE_PARAMS_MAX];
	unsigned		n;
};

/* Read what s..end is, of a query: name=value, name, or nothing. */
typedef int parameter_f(struct draft *, struct kept *, const struct text *,
    const char *s, const char *end);

/* The value of parameter s..end; empty where it has none. */
const char *parameter_value(const char *s, const char *end);

/*
 * Call `read` for each parameter of a query with its name, which is empty
 * where it cannot be read: such a one is unknown to everybody.
 */
int source_read_query(struct draft *, struct kept *, const char *query,
    parameter_f *read);

/* A parameter that is no operation: keep it, drop it, or refuse it. */
parameter_f source_take_unknown;

/* Append the normal form of path..path_end with what was kept. */
int source_write(struct draft *, struct text *, const char *path,
    const char *path_end, const struct kept *);

#endif
