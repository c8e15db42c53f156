/* SPDX-License-Identifier: BSD-2-Clause
 * Copyright (c) 2026 The pixelfleet authors
 *
 * Keys and secrets in files, where editors leave a line's end behind them.
 */

#ifndef KEY_FILE_H
#define KEY_FILE_H

#include <stddef.h>
#include <sys/types.h>

/* For up to `max` bytes, a line's end, and one that tells that there is more. */
#define KEY_FILE_ROOM(max)	((max) + sizeof "\r\n")

/*
 * What is in the file, or the beginning of it, but for one line's end.
 * Returns its length, or -1 with errno.
 */
ssize_t key_file_read(const char *path, void *buf, size_t room);

#endif
