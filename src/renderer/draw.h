/* SPDX-License-Identifier: BSD-2-Clause
 * Copyright (c) 2026 The pixelfleet authors
 *
 * What is done to a picture once it has its size: adjust, canvas, overlay,
 * text, shape.
 */

#ifndef DRAW_H
#define DRAW_H

#include "job.h"

/* Do all of it to each frame.  Returns 0, or -1 after failing. */
int draw(struct job *);

#endif
