/* SPDX-License-Identifier: BSD-2-Clause
 * Copyright (c) 2026 The pixelfleet authors
 *
 * A job's overlay and text.
 */

#ifndef MARKS_H
#define MARKS_H

#include "job.h"

/*
 * Draw them over each frame of the job's picture, which is as large as it
 * will be.  Returns 0, or -1 with the reply's status and sentence set.
 */
int marks_draw(struct job *);

#endif
