/* SPDX-License-Identifier: BSD-2-Clause
 * Copyright (c) 2026 The pixelfleet authors
 *
 * Where a node's own doors are, from varnishd's command line.
 *
 * A door's address differs from node to node, so it must not stand in VCL,
 * which all nodes share.  varnishd's child is forked and not executed, so
 * its /proc/self/cmdline is the manager's.  Pure: works on the text alone.
 */

#ifndef DOORS_H
#define DOORS_H

#include <stddef.h>

/*
 * Find the address of the listen socket named `door` among the -a arguments
 * of a command line, given as in /proc/self/cmdline: arguments end with NUL.
 * Writes the address (what stands between "name=" and the first comma) to
 * addr[addrlen].  Returns 0, or -1 where there is none or it does not fit.
 */
int doors_find(const char *cmdline, size_t len, const char *door, char *addr,
    size_t addrlen);

#endif
