/* SPDX-License-Identifier: BSD-2-Clause
 * Copyright (c) 2026 The pixelfleet authors
 *
 * What a render will take, before it is begun: a number to compare renders
 * by and to make queues of, not a promise.
 *
 * Its unit is near a millisecond of one core of the machine that the
 * constants were measured on.
 *
 * Pure.
 */

#ifndef COST_H
#define COST_H

#include "image_header.h"

#define COST_UNKNOWN	200.	/* of a source that does not tell */
#define COST_DEAR	400.	/* from here on, others had better go first */

/* The source may be NULL: not known. */
double cost_of_render(const struct image_header *, const struct image_ops *);

#endif
