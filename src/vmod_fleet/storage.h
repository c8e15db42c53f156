/* SPDX-License-Identifier: BSD-2-Clause
 * Copyright (c) 2026 The pixelfleet authors
 *
 * Whether what varnishd stores may outlive its process.
 *
 * Pure functions, safe from any thread.
 */

#ifndef STORAGE_H
#define STORAGE_H

#include <stdbool.h>
#include <stddef.h>

/*
 * By varnishd's command line, as /proc/self/cmdline has it.  A kind of
 * storage that is not known here may, and so may that of a command line
 * that is cut off.
 */
bool storage_persists(const char *cmdline, size_t len);

#endif
