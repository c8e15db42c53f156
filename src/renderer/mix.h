/* SPDX-License-Identifier: BSD-2-Clause
 * Copyright (c) 2026 The pixelfleet authors
 *
 * saturation, hue, filter and colorize, as one affine map of colours.
 */

#ifndef MIX_H
#define MIX_H

#include <stdbool.h>

#include "image_ops.h"

/* Does anything happen?  auto_fix mixes colours, too. */
bool mix_wanted(const struct image_ops *);

/* Fill in the rows: what of r, g, b and 1 makes each channel. */
void mix_settle(float matrix[3][4], const struct image_ops *);

#endif
