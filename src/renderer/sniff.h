/* SPDX-License-Identifier: BSD-2-Clause
 * Copyright (c) 2026 The pixelfleet authors
 *
 * What kind of image do these bytes begin?  Told by content alone: names
 * and content types lie.
 */

#ifndef SNIFF_H
#define SNIFF_H

#include <stddef.h>

/* In the order of their names, as lists of them are printed. */
enum source_kind {
	SOURCE_UNKNOWN = 0,
	SOURCE_AVIF,
	SOURCE_GIF,
	SOURCE_HEIC,
	SOURCE_JPG,
	SOURCE_JXL,
	SOURCE_PDF,
	SOURCE_PNG,
	SOURCE_SVG,
	SOURCE_TIFF,
	SOURCE_WEBP,
	SOURCE_KINDS
};

enum source_kind sniff(const void *data, size_t len);

#endif
