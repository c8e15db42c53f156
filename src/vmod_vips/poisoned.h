/* SPDX-License-Identifier: BSD-2-Clause
 * Copyright (c) 2026 The pixelfleet authors
 *
 * The images that brought renderers down, of this varnishd child: poison.h
 * with a lock, and applied to jobs.
 */

#ifndef POISONED_H
#define POISONED_H

#include "poison.h"

/*
 * Whether the job is refused for what its image did before; then the reply
 * says so.
 */
bool poisoned_refuses(struct render_job *);

/* The job was lost as its reply says, and that proves as much. */
void poisoned_note(struct render_job *, enum poison_proof);

/* Whether there is anything to forget. */
bool poisoned_remembers(const char *url);

/* After a purge of the source of that URL; NULL: of all. */
void poisoned_forget(const char *url);

#endif
