/* SPDX-License-Identifier: BSD-2-Clause
 * Copyright (c) 2026 The pixelfleet authors
 *
 * BlurHash: a picture's largest shapes in a few letters, to be shown while
 * the picture is on its way.  After the published algorithm
 * (https://github.com/woltapp/blurhash, Algorithm.md).
 *
 * Pure: no libvips.
 */

#ifndef BLURHASH_H
#define BLURHASH_H

#include <stdint.h>

#define BLURHASH_X	4	/* components across */
#define BLURHASH_Y	3	/* and down */
#define BLURHASH_SIZE	(6 + 2 * (BLURHASH_X * BLURHASH_Y - 1) + 1)

/* Of width x height pixels of sRGB, three bytes each, without gaps. */
void blurhash(const uint8_t *rgb, unsigned width, unsigned height,
    char hash[BLURHASH_SIZE]);

#endif
