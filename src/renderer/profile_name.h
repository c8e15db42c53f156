/* SPDX-License-Identifier: BSD-2-Clause
 * Copyright (c) 2026 The pixelfleet authors
 *
 * What an ICC profile calls itself: its description tag (ICC.1:2001-04
 * and ICC.1:2010).  The profile may be hostile.  Pure: no libvips.
 */

#ifndef PROFILE_NAME_H
#define PROFILE_NAME_H

#include <stdbool.h>
#include <stddef.h>

#define PROFILE_NAME_MAX	256	/* bytes, with its NUL */

/* As UTF-8, or whatever bytes an old profile has.  False if it has none. */
bool profile_name(const void *profile, size_t len,
    char name[PROFILE_NAME_MAX]);

#endif
