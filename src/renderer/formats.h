/* SPDX-License-Identifier: BSD-2-Clause
 * Copyright (c) 2026 The pixelfleet authors
 *
 * Which formats this build really opens and saves.
 *
 * The list of what we want is ours; what there is depends on how libvips
 * was built and, for AVIF and HEIC, on codecs that libheif finds or does
 * not find at run time.  So it is tried, once, at start.
 */

#ifndef FORMATS_H
#define FORMATS_H

#include <stdbool.h>
#include <stdio.h>

#include "image_ops.h"
#include "sniff.h"

/* Try everything.  After vips_init(), where it will be used: sandboxed. */
void formats_probe(void);

bool format_opens(enum source_kind kind);
bool format_saves(enum image_format format);

/* "jpg", "png", "tiff", ... */
const char *format_name(enum source_kind kind);

/* "JPEG", "PNG", ... for sentences, with "a" or "an" before it. */
const char *format_label(enum source_kind kind);

/* The format to save a result in that is to be as its source. */
enum image_format format_of(enum source_kind kind);

/* Two lines, "load avif,..." and "save ...", sorted. */
void formats_describe(FILE *out);

#endif
