/* SPDX-License-Identifier: BSD-2-Clause
 * Copyright (c) 2026 The pixelfleet authors
 *
 * Colours: whatever the source's are, 8 bit grey or sRGB come out.
 *
 * An embedded profile counts where it is of the pixels' own colour model;
 * a profile of another model is a mistake of some editor and is ignored.
 * CMYK without a profile of its own is taken for the profile that libvips
 * brings along, since four inks have no other meaning.  Alpha is not a
 * colour: it is taken off before and put back after.
 */

#include "config.h"

#include <stdbool.h>
#include <stdint.h>
#include <string.h>

#include "colour.h"
#include "step.h"

/* Of an ICC profile: its colour space, and its table of tags. */
#define ICC_SPACE_AT	16	/* 4 characters */
#define ICC_TAGS_AT	128	/* a big endian count, then */
#define ICC_TAG_SIZE	12	/* as many of these, a name first */

/* How many bands are colours; what is above the next one is dropped. */
static int
colour_bands(VipsImage *image)
{
	int bands = vips_image_get_bands(image);

	if (vips_image_guess_interpretation(image) ==
	    VIPS_INTERPRETATION_CMYK && bands >= 4)
		return (4);
	return (bands >= 3 ? 3 : 1);
}

static bool
profile_fits(VipsImage *image)
{
	const char *space;
	const void *profile;
	size_t len;

	if (vips_image_get_typeof(image, VIPS_META_ICC_NAME) == 0 ||
	    vips_image_get_blob(image, VIPS_META_ICC_NAME, &profile, &len) ||
	    len < ICC_SPACE_AT + 4)
		return (false);
	switch (vips_image_guess_interpretation(image)) {
	case VIPS_INTERPRETATION_B_W:
	case VIPS_INTERPRETATION_GREY16:
		space = "GRAY";
		break;
	case VIPS_INTERPRETATION_RGB:
	case VIPS_INTERPRETATION_sRGB:
	case VIPS_INTERPRETATION_RGB16:
		space = "RGB ";
		break;
	case VIPS_INTERPRETATION_CMYK:
		space = "CMYK";
		break;
	default:
		return (false);
	}
	return (memcmp((const char *)profile + ICC_SPACE_AT, space, 4) == 0);
}

static bool
profile_has(const uint8_t *profile, size_t len, const char *tag)
{
	size_t at = ICC_TAGS_AT, n;

	if (len < at + 4)
		return (false);
	n = (size_t)profile[at] << 24 | (size_t)profile[at + 1] << 16 |
	    (size_t)profile[at + 2] << 8 | profile[at + 3];
	for (at += 4; n > 0 && at + ICC_TAG_SIZE <= len; n--) {
		if (memcmp(profile + at, tag, 4) == 0)
			return (true);
		at += ICC_TAG_SIZE;
	}
	return (false);
}

/*
 * Relative colorimetric where the profile can: a picture's own colours are
 * left alone.  Profiles of scanners and cameras often have the perceptual
 * table only, and libvips would silently take another profile instead.
 */
static VipsIntent
profile_intent(VipsImage *image)
{
	const void *profile;
	size_t len;

	if (vips_image_get_blob(image, VIPS_META_ICC_NAME, &profile, &len) ||
	    profile_has(profile, len, "A2B1") ||
	    !profile_has(profile, len, "A2B0"))
		return (VIPS_INTENT_RELATIVE);
	return (VIPS_INTENT_PERCEPTUAL);
}

/* With black point compensation: the deepest ink is shown as black. */
static int
by_own_profile(VipsImage **image)
{
	VipsImage *next;

	return (step(image, vips_icc_transform(*image, &next, "srgb",
	    "embedded", TRUE, "depth", 8, "intent", profile_intent(*image),
	    "black_point_compensation", TRUE, NULL), &next));
}

/*
 * Without it, since the darkest mixture that this profile knows would pull
 * all colours with it, and away from what is commonly seen in print.
 */
static int
by_assumed_cmyk(VipsImage **image)
{
	VipsImage *next;

	return (step(image, vips_icc_transform(*image, &next, "srgb",
	    "embedded", FALSE, "depth", 8, "input_profile", "cmyk",
	    "intent", VIPS_INTENT_RELATIVE, NULL), &next));
}

static int
by_interpretation(VipsImage **image)
{
	VipsImage *next;

	return (step(image, vips_colourspace(*image, &next,
	    vips_image_get_bands(*image) < 3 ? VIPS_INTERPRETATION_B_W :
	    VIPS_INTERPRETATION_sRGB, NULL), &next));
}

/* A profile that lcms cannot read is as good as none. */
static int
by_best(VipsImage **image)
{
	if (profile_fits(*image) && by_own_profile(image) == 0)
		return (0);
	vips_error_clear();
	if (vips_image_guess_interpretation(*image) ==
	    VIPS_INTERPRETATION_CMYK)
		return (by_assumed_cmyk(image));
	return (by_interpretation(image));
}

static int
to_srgb(VipsImage **image)
{
	VipsImage *next;

	if (by_best(image))
		return (-1);
	return (step(image, vips_cast(*image, &next, VIPS_FORMAT_UCHAR,
	    NULL), &next));
}

/* From 16 bits the upper 8, rounded down as by any other program. */
static int
to_eight_bits(VipsImage **image)
{
	VipsImage *next;

	return (step(image, vips_cast(*image, &next, VIPS_FORMAT_UCHAR,
	    "shift", TRUE, NULL), &next) ||
	    step(image, vips_copy(*image, &next, "interpretation",
	    vips_image_get_bands(*image) < 3 ? VIPS_INTERPRETATION_B_W :
	    VIPS_INTERPRETATION_sRGB, NULL), &next) ? -1 : 0);
}

/* Apart from alpha, which has no part in it. */
static int
convert(VipsImage **image, int (*colours)(VipsImage **))
{
	VipsImage *alpha, *joined;
	int bands = colour_bands(*image);
	int error;

	if (vips_image_get_bands(*image) == bands)
		return (colours(image));
	if (vips_extract_band(*image, &alpha, bands, NULL))
		return (-1);
	error = step(&alpha, vips_cast(alpha, &joined, VIPS_FORMAT_UCHAR,
	    "shift", TRUE, NULL), &joined) ||
	    step(image, vips_extract_band(*image, &joined, 0, "n", bands,
	    NULL), &joined) ||
	    colours(image) ||
	    step(image, vips_bandjoin2(*image, alpha, &joined, NULL), &joined);
	g_object_unref(alpha);
	return (error ? -1 : 0);
}

int
colour_to_srgb(VipsImage **image)
{
	return (convert(image, to_srgb));
}

bool
colour_has_profile(VipsImage *image)
{
	return (vips_image_guess_interpretation(image) !=
	    VIPS_INTERPRETATION_CMYK && profile_fits(image));
}

int
colour_keep(VipsImage **image)
{
	return (convert(image, to_eight_bits));
}

int
colour_opaque(VipsImage *image)
{
	VipsImage *alpha;
	double least;
	int error;

	if (!vips_image_hasalpha(image))
		return (1);
	if (vips_extract_band(image, &alpha, vips_image_get_bands(image) - 1,
	    NULL))
		return (-1);
	error = vips_min(alpha, &least, NULL);
	g_object_unref(alpha);
	return (error ? -1 : least >= 255);
}

int
colour_drop_alpha(VipsImage **image)
{
	VipsImage *next;

	return (step(image, vips_extract_band(*image, &next, 0, "n",
	    vips_image_get_bands(*image) - 1, NULL), &next));
}

/* Grey that is laid on a colour becomes a colour. */
static int
grey_to_rgb(VipsImage **image)
{
	VipsImage *next;

	return (step(image, vips_colourspace(*image, &next,
	    VIPS_INTERPRETATION_sRGB, NULL), &next));
}

int
colour_flatten(VipsImage **image, uint32_t rgba)
{
	double red = rgba >> 24, green = rgba >> 16 & 255,
	    blue = rgba >> 8 & 255;
	VipsArrayDouble *ground;
	VipsImage *next;
	int error;

	if (!vips_image_hasalpha(*image))
		return (0);
	if ((rgba & 255) < 255)
		red = green = blue = 255;
	if ((red != green || red != blue) &&
	    vips_image_get_bands(*image) < 4 && grey_to_rgb(image))
		return (-1);
	ground = vips_image_get_bands(*image) < 4 ?
	    vips_array_double_newv(1, red) :
	    vips_array_double_newv(3, red, green, blue);
	error = vips_flatten(*image, &next, "background", ground, NULL);
	vips_area_unref(VIPS_AREA(ground));
	return (step(image, error, &next));
}
