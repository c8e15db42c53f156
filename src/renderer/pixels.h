/* SPDX-License-Identifier: BSD-2-Clause
 * Copyright (c) 2026 The pixelfleet authors
 *
 * For steps that go through the pixels themselves, in memory.
 *
 * A frame has 8 bits per value and 1 or 3 bands of colour, then perhaps
 * one of alpha; its rows lie one after another without gaps.
 */

#ifndef PIXELS_H
#define PIXELS_H

#include <stdint.h>

#include <vips/vips.h>

#define PIXELS_RED(rgba)	((uint8_t)((rgba) >> 24))
#define PIXELS_GREEN(rgba)	((uint8_t)((rgba) >> 16))
#define PIXELS_BLUE(rgba)	((uint8_t)((rgba) >> 8))
#define PIXELS_ALPHA(rgba)	((uint8_t)(rgba))

/*
 * The first of all pixels, to be read as long as the frame lives; NULL
 * with the reason in libvips's error buffer.
 */
static inline const uint8_t *
pixels_of(VipsImage *frame)
{
	if (vips_image_wio_input(frame))
		return (NULL);
	return (VIPS_IMAGE_ADDR(frame, 0, 0));
}

static inline size_t
pixels_count(VipsImage *frame)
{
	return (VIPS_IMAGE_N_PELS(frame));
}

/*
 * A new frame, the size of another, and *first for its pixels to be
 * written; NULL with the reason in libvips's error buffer.
 */
static inline VipsImage *
pixels_new(VipsImage *like, int bands, uint8_t **first)
{
	VipsImage *frame = vips_image_new_memory();

	vips_image_init_fields(frame, vips_image_get_width(like),
	    vips_image_get_height(like), bands, VIPS_FORMAT_UCHAR,
	    VIPS_CODING_NONE, bands < 3 ? VIPS_INTERPRETATION_B_W :
	    VIPS_INTERPRETATION_sRGB, 1.0, 1.0);
	if (vips_image_write_prepare(frame)) {
		g_object_unref(frame);
		return (NULL);
	}
	*first = VIPS_IMAGE_ADDR(frame, 0, 0);
	return (frame);
}

#endif
