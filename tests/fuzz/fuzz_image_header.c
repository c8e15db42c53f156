/* SPDX-License-Identifier: BSD-2-Clause
 * Copyright (c) 2026 The pixelfleet authors
 *
 * What holds for the header of any bytes whatsoever, as an entry for
 * libFuzzer.
 *
 * The unit test of image_header calls it with bytes of its own making, which
 * are good seeds: SEEDS=folder test_image_header writes them there.
 */

#include "fuzz.h"
#include "image_header.h"

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct image_header h, again;
	uint8_t *copy = fuzz_copy(data, size);
	int known;

	memset(&h, 0xa5, sizeof h);
	known = image_header_read(&h, copy, size);
	MUST("a header", known == 0 || known == -1);
	if (known == 0) {
		MUST("a header", h.width > 0 && h.height > 0 && h.frames > 0);
		MUST("a header", h.format >= IMAGE_FORMAT_JPG &&
		    h.format <= IMAGE_FORMAT_OTHER);
		/* A frame takes more than a byte. */
		MUST("a header", h.frames == 1 || h.frames <= size);
	}
	memset(&again, 0, sizeof again);
	MUST("a header", image_header_read(&again, copy, size) == known);
	MUST("a header", again.width == h.width && again.height == h.height &&
	    again.frames == h.frames && again.sure == h.sure);
	free(copy);
	return (0);
}
