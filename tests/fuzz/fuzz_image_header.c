/* SPDX-License-Identifier: BSD-2-Clause
 * Copyright (c) 2026 The pixelfleet authors
 *
 * What holds for the header of any bytes whatsoever, as an entry for
 * libFuzzer:
 *
 *	clang -std=gnu11 -g -O1 -fsanitize=fuzzer,address,undefined \
 *	    -I src/common tests/fuzz/fuzz_image_header.c \
 *	    src/common/image_header.c
 *
 * The unit test of image_header calls it with bytes of its own making, which
 * are good seeds: SEEDS=folder test_image_header writes them there.
 */

#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "image_header.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

#define MUST(what) do {							\
	if (!(what)) {							\
		fprintf(stderr, "%s\n", #what);				\
		abort();						\
	}								\
} while (0)

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct image_header h, again;
	/* So that its end is known to a sanitizer. */
	uint8_t *copy = malloc(size > 0 ? size : 1);
	int known;

	if (copy == NULL)
		return (0);
	if (size > 0)
		memcpy(copy, data, size);
	memset(&h, 0xa5, sizeof h);
	known = image_header_read(&h, copy, size);
	MUST(known == 0 || known == -1);
	if (known == 0) {
		MUST(h.width > 0 && h.height > 0 && h.frames > 0);
		MUST(h.format >= IMAGE_FORMAT_JPG &&
		    h.format <= IMAGE_FORMAT_OTHER);
		/* A frame takes more than a byte. */
		MUST(h.frames == 1 || h.frames <= size);
	}
	memset(&again, 0, sizeof again);
	MUST(image_header_read(&again, copy, size) == known);
	MUST(again.width == h.width && again.height == h.height &&
	    again.frames == h.frames && again.sure == h.sure);
	free(copy);
	return (0);
}
