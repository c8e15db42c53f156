/* SPDX-License-Identifier: BSD-2-Clause
 * Copyright (c) 2026 The pixelfleet authors
 *
 * Which part of the source is shown, and how large: trim, crop box, fit,
 * gravity, and the limits on what comes out.
 */

#ifndef LAYOUT_H
#define LAYOUT_H

#include "job.h"

/*
 * Settle the job's part and plan.  Nothing is decoded unless trim or a
 * smart crop has to look at the source.  Returns 0, or -1 after failing.
 */
int layout(struct job *);

#endif
