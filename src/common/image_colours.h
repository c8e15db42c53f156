/* SPDX-License-Identifier: BSD-2-Clause
 * Copyright (c) 2026 The pixelfleet authors
 *
 * Colours as they are spelled in a URL.
 */

#ifndef IMAGE_COLOURS_H
#define IMAGE_COLOURS_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "url_text.h"

#define COLOUR_ACCEPTED	"rgb, rgba, rrggbb or rrggbbaa in hexadecimal " \
			"digits, or a CSS colour name"

/* The colour that the len bytes at s spell, as 0xrrggbbaa. */
bool colour_read(const char *s, size_t len, uint32_t *rgba);

/* rrggbb, or rrggbbaa where it is not opaque. */
void colour_write(struct text *, uint32_t rgba);

#endif
