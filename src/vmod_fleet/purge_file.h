/* SPDX-License-Identifier: BSD-2-Clause
 * Copyright (c) 2026 The pixelfleet authors
 *
 * The purge log on disk, for nodes whose objects outlive their process.
 *
 * A file is the text PURGE_FILE_MAGIC and then records: the length of a line
 * of the log (4 bytes), a CRC-32 of the length and the line (4 bytes), both
 * big-endian, and the line without a newline.  Records are only ever added.
 *
 * Whoever is interrupted while adding one leaves a torn end: reading stops
 * at the first record that is not whole and right, and what follows is cut
 * off.  Whether a purge that was acknowledged can be lost that way is the
 * caller's choice: not if purge_file_sync() comes before it is applied
 * (PURGE_START_KEPT_SURE in purge_log.h).
 *
 * The file grows until it is written anew from the log, see purge_file_new().
 */

#ifndef PURGE_FILE_H
#define PURGE_FILE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "purge_line.h"

#define PURGE_FILE_MAGIC	"pixelfleet purge log 1\n"
#define PURGE_RECORD_HEAD	8	/* bytes before the line */
#define PURGE_RECORD_MAX	(PURGE_RECORD_HEAD + PURGE_LINE_MAX)

/*
 * Pure functions on buffers.  write: the record of a line, its length, or 0
 * where the line is too long or empty.  read: the record at *at, with the
 * line and a NUL in `line`, and *at moves past it; false at the end, and at
 * whatever is not a record.
 */
size_t purge_record_write(unsigned char out[PURGE_RECORD_MAX],
    const char *line);
bool purge_record_read(const unsigned char *buf, size_t len, size_t *at,
    char line[PURGE_LINE_MAX]);

struct purge_file {
	int			fd;	/* -1: not open */
	uint64_t		size;
	bool			failed;	/* its end is unknown: make it anew */
};

typedef void purge_file_f(void *priv, const char *line);

/*
 * Open a file, or make it; call `func` with each line in it; cut off a torn
 * end, whose length is in *torn.  Returns 0, or -1 with a sentence.
 */
int purge_file_open(struct purge_file *, const char *path, purge_file_f *,
    void *priv, uint64_t *torn, char err[PURGE_ERROR_MAX]);

/* Return 0, or -1 with errno.  After one failure nothing more is added. */
int purge_file_add(struct purge_file *, const char *line);
int purge_file_sync(struct purge_file *);

/*
 * A file to take the place of the one at `path`: fill it, and then commit
 * it, which leaves either the old one there or the whole of the new one.
 * Or close it, and all is as it was.  Both return as above; after a commit
 * `file` is the file at `path`.
 */
int purge_file_new(struct purge_file *, const char *path);
int purge_file_commit(struct purge_file *, const char *path);

void purge_file_close(struct purge_file *);

#endif
