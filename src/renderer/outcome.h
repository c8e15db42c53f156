/* SPDX-License-Identifier: BSD-2-Clause
 * Copyright (c) 2026 The pixelfleet authors
 *
 * What a result will be: its format, whether it moves, whose colours.
 */

#ifndef OUTCOME_H
#define OUTCOME_H

#include "job.h"

/*
 * The format of a result that moves or not, and has alpha or not.  Formats
 * that this build cannot write become PNG or JPEG.
 */
enum image_format outcome_format(const struct job *, bool moves, bool alpha);

/* Settle the job's number of frames, and whether it keeps a profile. */
void outcome_foresee(struct job *);

#endif
