/* SPDX-License-Identifier: BSD-2-Clause
 * Copyright (c) 2026 The pixelfleet authors
 *
 * The fonts that text is set in, and where they may come from.
 */

#ifndef FONTS_H
#define FONTS_H

#include <stdbool.h>
#include <stdio.h>

#define FONT_DEFAULT	"DejaVu Sans"

/*
 * The folders below which fonts, and what fontconfig knows of them, are
 * read; ends with NULL.  Some may not exist.
 */
extern const char *const FONT_FOLDERS[];

/*
 * Whether there are fonts of that family, or it is one of the generic names
 * that fontconfig stands others in for ("sans", "serif", "monospace").
 */
bool font_installed(const char *family);

/* A line, "fonts ...": equal where equal text is drawn equally. */
void fonts_describe(FILE *out);

#endif
