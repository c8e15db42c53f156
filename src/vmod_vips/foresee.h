/* SPDX-License-Identifier: BSD-2-Clause
 * Copyright (c) 2026 The pixelfleet authors
 *
 * What a job's source says of itself, used before a renderer is asked.
 */

#ifndef FORESEE_H
#define FORESEE_H

/*
 * Put a number to job->cost.  Returns 0, or -1 where the source is over a
 * limit, and then the reply is that of the renderer.
 */
int foresee(struct render_job *);

#endif
