/* SPDX-License-Identifier: BSD-2-Clause
 * Copyright (c) 2026 The pixelfleet authors
 *
 * The state exchange: once a second, every other node is asked for its load
 * and its position in the purge log; and whenever there are purges to send or
 * to ask for, that is done at once.
 *
 * Varnish's probes decide who is healthy, but a VMOD learns nothing of what
 * a probe was answered.  So one thread for each warm VCL asks on its own.
 */

#ifndef AGENT_H
#define AGENT_H

struct agent;
struct vmod_fleet_director;

/* Start asking; NULL and a sentence in *why where that fails. */
struct agent *agent_start(struct vmod_fleet_director *,
    const char **why);

/* Stop, and wait until nothing is under way. */
void agent_stop(struct agent **);

#endif
