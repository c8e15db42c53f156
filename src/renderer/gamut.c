/* SPDX-License-Identifier: BSD-2-Clause
 * Copyright (c) 2026 The pixelfleet authors
 *
 * The gamut of an AVIF or HEIC: see gamut.h.
 *
 * The property box "colr" of kind "nclx" has three numbers of 16 bits:
 * primaries, transfer, matrix.  libheif applies the matrix and libvips
 * ignores the rest.  Properties stand at the beginning of a file, before
 * the pixels; if several images have different ones, the first counts.
 */

#include "config.h"

#include <stdint.h>
#include <string.h>

#include "gamut.h"
#include "step.h"

#define LOOK		65536	/* bytes */
#define BOX		"colrnclx"
#define BOX_LEN		8
#define PRIMARIES_P3	12
#define TRANSFER_PQ	16	/* this and those above are of HDR */

bool
gamut_is_p3(const void *data, size_t len)
{
	const uint8_t *p = data;
	size_t at;

	if (len > LOOK)
		len = LOOK;
	for (at = 0; at + BOX_LEN + 4 <= len; at++)
		if (memcmp(p + at, BOX, BOX_LEN) == 0)
			return (p[at + 8] == 0 && p[at + 9] == PRIMARIES_P3 &&
			    p[at + 10] == 0 && p[at + 11] < TRANSFER_PQ);
	return (false);
}

int
gamut_tag_p3(VipsImage **image)
{
	const void *data;
	VipsBlob *profile;
	VipsImage *next;
	size_t len;

	if (vips_image_get_typeof(*image, VIPS_META_ICC_NAME) != 0)
		return (0);
	if (vips_profile_load("p3", &profile, NULL))
		return (-1);
	if (profile == NULL)
		return (0);
	if (step(image, vips_copy(*image, &next, NULL), &next)) {
		vips_area_unref(VIPS_AREA(profile));
		return (-1);
	}
	data = vips_blob_get(profile, &len);
	vips_image_set_blob_copy(*image, VIPS_META_ICC_NAME, data, len);
	vips_area_unref(VIPS_AREA(profile));
	return (0);
}
