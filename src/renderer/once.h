/* SPDX-License-Identifier: BSD-2-Clause
 * Copyright (c) 2026 The pixelfleet authors
 *
 * A single render by hand.
 */

#ifndef ONCE_H
#define ONCE_H

#include <stdbool.h>

#include "render_wire.h"

struct once {
	const char		*ops;		/* as in a URL */
	const char		*overlay;	/* a file's path, or NULL */
	bool			verbose;	/* tell what was done, too */
};

/*
 * Render standard input to standard output, within the limits of `req`.
 * Returns the exit status: 0, or 1 after a sentence on standard error.
 */
int once(const char *name, struct render_request *req, const struct once *);

#endif
