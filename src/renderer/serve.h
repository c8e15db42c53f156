/* SPDX-License-Identifier: BSD-2-Clause
 * Copyright (c) 2026 The pixelfleet authors
 *
 * The renderer's life: requests from a socket until its end.
 */

#ifndef SERVE_H
#define SERVE_H

/*
 * Start libvips, and no thread.  Returns 0, or -1 after a line on standard
 * error.
 */
int serve_start(const char *name);

/*
 * Enter the sandbox and answer requests from fd until its end.  Returns
 * the process's exit status; `name` begins what it says on standard error.
 */
int serve(const char *name, int fd);

#endif
