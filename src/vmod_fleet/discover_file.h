/* SPDX-License-Identifier: BSD-2-Clause
 * Copyright (c) 2026 The pixelfleet authors
 *
 * A cluster's nodes in a text file, one a line:
 *
 *	# name	host[:port]		weight
 *	a	192.0.2.1
 *	b	192.0.2.2:17001		2
 *	c	[2001:db8::3]:17001	0.5	leaving
 *
 * Blanks or tabs between the fields; what follows a # is a comment; empty
 * lines are nothing.  The port is 17001 where it is not given, the weight 1.
 * `leaving`, as the last field, is for a node that is to be relieved of its
 * work before it goes.  Pure.
 */

#ifndef DISCOVER_FILE_H
#define DISCOVER_FILE_H

#include <stddef.h>

#include "discover_set.h"

#define DISCOVER_FILE_MAX	(1 << 20)	/* bytes */

/*
 * Add the nodes of a file's text to a set and close it.  0, or -1 and a
 * sentence with the line where it went wrong.
 */
int discover_file_parse(struct discover_set *, const char *text, size_t len,
    const char *port, char why[DISCOVER_WHY_MAX]);

#endif
