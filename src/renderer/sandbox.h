/* SPDX-License-Identifier: BSD-2-Clause
 * Copyright (c) 2026 The pixelfleet authors
 *
 * What a renderer gives up, since it reads images from strangers.
 *
 * Two moments: early, before libraries are loaded and started, and closed,
 * once everything that needs files and new mappings of code has been done
 * and before the first byte of an image is looked at.  Between them nothing
 * may start a thread.
 */

#ifndef SANDBOX_H
#define SANDBOX_H

#include <stdbool.h>
#include <stdint.h>

/*
 * Keep standard error and `fd`, and no other file; no core files, no new
 * privileges, no current directory, no writing to file systems where the
 * kernel has Landlock, and no life after the parent's.
 *
 * The kernel takes the thread that started this process for the parent: it
 * has to live as long as the renderer may.
 */
int sandbox_early(int fd);

/*
 * From here on: no files but those below `folders` (ends with NULL), and
 * these to be read; a bounded address space; and only the system calls of
 * filter.c.
 *
 * To tell folders apart takes Landlock; without it there are no files at
 * all.  Where the system has not that or cannot filter, a line on standard
 * error says so and the rest counts.
 */
int sandbox_close(const char *name, const char *const *folders);

/* Whether those files are to be had. */
bool sandbox_reads_fonts(void);

/*
 * Allow the processor time that a deadline of so many ms can need, and be
 * killed past it: for a render that nobody waits for any more.  0: no
 * bound.
 */
void sandbox_cpu_budget(uint32_t ms);

#endif
