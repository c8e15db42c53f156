/* SPDX-License-Identifier: BSD-2-Clause
 * Copyright (c) 2026 The pixelfleet authors
 *
 * Overlays, fetched through the node's own source door, so that each is a
 * cached source like any other.
 */

#ifndef OVERLAY_H
#define OVERLAY_H

/* Once, on the CLI thread, before anything is fetched. */
void overlay_start(void);

/*
 * Have the overlay of this task's request in the task: fetch it from the
 * Unix socket `path`, within the task's limits.  Returns 0, also where the
 * request asks for none, or -1 with the request's status and error set.
 */
int overlay_fetch(VRT_CTX, struct render_task *, const char *path);

#endif
