/* SPDX-License-Identifier: BSD-2-Clause
 * Copyright (c) 2026 The pixelfleet authors
 *
 * The file of a purge log, where there is one: what is to be done with it
 * when, and what is said of it.
 *
 * Its owner is purge_node.c, under whose lock all of it happens.
 */

#ifndef PURGE_KEEP_H
#define PURGE_KEEP_H

#include "purge_file.h"
#include "purge_log.h"

/* All zero is no file, of which all that follows is content. */
struct purge_keep {
	char			*path;		/* or NULL */
	struct purge_file	file;
	uint64_t		compacted;	/* its size when written anew */
};

/* Open it, and have the log take what is in it.  Returns 0, or -1. */
int purge_keep_open(struct purge_keep *, const char *path,
    struct purge_log *, int64_t now, char err[PURGE_ERROR_MAX]);

/* Before a purge is applied.  Returns 0, or -1: then it must not be. */
int purge_keep_write(struct purge_keep *, const struct purge_action *);

/* Write it anew where it has grown, or its end is unknown. */
void purge_keep_compact(struct purge_keep *, const struct purge_log *,
    int64_t now);

#endif
