/* SPDX-License-Identifier: BSD-2-Clause
 * Copyright (c) 2026 The pixelfleet authors
 *
 * Files in memory that nobody can change any more.
 *
 * A source is mapped, not copied, so it has to hold still: whoever made it
 * must have sealed it, or a writer could change it between two reads of a
 * decoder.  A result is sealed before it leaves, for the same reason.
 */

#ifndef MEMFD_H
#define MEMFD_H

#include <stddef.h>
#include <stdint.h>

/* A new, empty, unsealed one.  Returns the fd, or -1 with errno. */
int memfd_new(const char *name);

/* Seal it for good.  Returns 0, or -1 with errno. */
int memfd_seal(int fd);

/*
 * Map a sealed one of exactly len bytes for reading.  Returns 0 and the
 * mapping (NULL for an empty one), or -1 where it is not sealed, not a
 * memfd, or of another length.
 */
int memfd_map(int fd, uint64_t len, const void **data);
void memfd_unmap(const void *data, size_t len);

#endif
