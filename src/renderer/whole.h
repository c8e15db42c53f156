/* SPDX-License-Identifier: BSD-2-Clause
 * Copyright (c) 2026 The pixelfleet authors
 *
 * Is a file there to its end?  Told without decoding it.
 */

#ifndef WHOLE_H
#define WHOLE_H

#include <stdbool.h>
#include <stddef.h>

#include "sniff.h"

/*
 * False where a file has no end of the kind that its format prescribes, or
 * for GIF, ends within a frame.  Of formats whose decoders find that out
 * by themselves before they give a pixel, always true.
 */
bool whole(enum source_kind kind, const void *data, size_t len);

#endif
