/* SPDX-License-Identifier: BSD-2-Clause
 * Copyright (c) 2026 The pixelfleet authors
 *
 * See purge_keep.h.
 */

#include "config.h"

#include <errno.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include <cache/cache.h>

#include "purge_keep.h"
#include "vcompat.h"

#define COMPACT_MIN		((uint64_t)4 << 20)	/* bytes */

struct keep_reader {
	struct purge_log	*log;
	int64_t			now;
};

static void
keep_read(void *priv, const char *line)
{
	const struct keep_reader *reader = priv;

	(void)purge_log_take(reader->log, line, reader->now);
}

int
purge_keep_open(struct purge_keep *keep, const char *path,
    struct purge_log *log, int64_t now, char err[PURGE_ERROR_MAX])
{
	struct keep_reader reader = { log, now };
	uint64_t torn;

	if (purge_file_open(&keep->file, path, keep_read, &reader, &torn,
	    err) != 0)
		return (-1);
	REPLACE(keep->path, path);
	keep->compacted = keep->file.size;
	if (torn > 0)
		VSL(SLT_Notice, NO_VXID, "fleet: the end of %s was torn: %ju "
		    "bytes are cut off", path, (uintmax_t)torn);
	return (0);
}

int
purge_keep_write(struct purge_keep *keep, const struct purge_action *a)
{
	char line[PURGE_LINE_MAX];

	if (keep->path == NULL || a->recovered || a->line == NULL ||
	    a->what == PURGE_DO_BEFORE)
		return (0);
	purge_line_format(a->line, line);
	if (purge_file_add(&keep->file, line) == 0 &&
	    purge_file_sync(&keep->file) == 0)
		return (0);
	VSL(SLT_Error, NO_VXID, "fleet: a purge cannot be written to %s, and "
	    "does not count as applied: %s", keep->path, strerror(errno));
	return (-1);
}

static int
keep_copy(void *priv, const char *line)
{

	return (purge_file_add(priv, line));
}

static int
keep_rewrite(struct purge_keep *keep, const struct purge_log *log,
    int64_t now)
{
	struct purge_file file;

	if (purge_file_new(&file, keep->path) != 0)
		return (-1);
	(void)purge_log_each(log, NULL, keep_copy, &file, now);
	if (file.failed || purge_file_commit(&file, keep->path) != 0) {
		purge_file_close(&file);
		return (-1);
	}
	purge_file_close(&keep->file);
	keep->file = file;
	keep->compacted = file.size;
	return (0);
}

void
purge_keep_compact(struct purge_keep *keep, const struct purge_log *log,
    int64_t now)
{

	if (keep->path == NULL || (!keep->file.failed &&
	    keep->file.size < COMPACT_MIN + 2 * keep->compacted))
		return;
	if (keep_rewrite(keep, log, now) != 0)
		VSL(SLT_Error, NO_VXID, "fleet: %s cannot be written anew: "
		    "%s", keep->path, strerror(errno));
}
