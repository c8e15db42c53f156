/* SPDX-License-Identifier: BSD-2-Clause
 * Copyright (c) 2026 The pixelfleet authors
 *
 * Encoding a result.
 *
 * A result is encoded once and sent many times, so bytes count for more
 * than time, but not without end: each effort below is the last one before
 * time grows several times for a few per cent.  The times are those of a
 * photograph of 1200 x 800 on one core of 2023.  All metadata is left out.
 */

#include "config.h"

#include <stdbool.h>

#include "save.h"
#include "webp_exif.h"

#if VIPS_MAJOR_VERSION > 8 || VIPS_MINOR_VERSION >= 15
#define NO_METADATA	"keep", VIPS_FOREIGN_KEEP_NONE
#else
#define NO_METADATA	"strip", TRUE
#endif

#define PNG_COMPRESSION	4	/* 0.2 s; 6: 0.4 s and 1 % smaller */
#define WEBP_EFFORT	4	/* 0.15 s; 6: 0.25 s and 3 % smaller */
#define AVIF_EFFORT	3	/* 0.45 s; 2: 0.3 s and 0.4 dB worse;
				   4: 2 s and 0.2 dB better */

/* A result so large must still be done within a render's deadline. */
#define LARGE_PIXELS	4000000
#define AVIF_LARGE_EFFORT 1	/* 43 M pixels: 4 s; 2: 11 s */

/*
 * From this quality on, colour is kept at full resolution, or as sharp as
 * WebP can: a tenth more bytes, and text and drawings lose their fringes.
 */
#define FULL_CHROMA	90

/*
 * One quality means about one fidelity (by PSNR, on photographs) in each
 * format, so that negotiation changes bytes and not looks.  JPEG's scale
 * is the measure and WebP's is close to it; AVIF's spends its upper half
 * on differences that JPEG does not reach before 95.
 */
static const struct scale {
	int	quality;
	int	avif;
} AVIF_SCALE[] = {
	{ 1, 10 }, { 30, 34 }, { 50, 43 }, { 70, 50 }, { 80, 60 },
	{ 90, 80 }, { 95, 88 }, { 100, 100 }
};

static int
avif_quality(int quality)
{
	const struct scale *s = AVIF_SCALE;

	while (quality > s[1].quality)
		s++;
	return (s->avif + (quality - s->quality) * (s[1].avif - s->avif) /
	    (s[1].quality - s->quality));
}

static int
avif_effort(VipsImage *image)
{
	if ((double)vips_image_get_width(image) *
	    vips_image_get_height(image) > LARGE_PIXELS)
		return (AVIF_LARGE_EFFORT);
	return (AVIF_EFFORT);
}

static int
save_target(VipsImage *image, enum image_format format, int quality,
    VipsTarget *target)
{
	bool full = quality >= FULL_CHROMA;
	VipsForeignSubsample subsample = full ? VIPS_FOREIGN_SUBSAMPLE_OFF :
	    VIPS_FOREIGN_SUBSAMPLE_ON;

	switch (format) {
	case IMAGE_FORMAT_JPG:
		return (vips_jpegsave_target(image, target, NO_METADATA,
		    "Q", quality, "subsample_mode", subsample,
		    "optimize_coding", TRUE, NULL));
	case IMAGE_FORMAT_PNG:
		return (vips_pngsave_target(image, target, NO_METADATA,
		    "compression", PNG_COMPRESSION,
		    "filter", VIPS_FOREIGN_PNG_FILTER_ALL, NULL));
	case IMAGE_FORMAT_WEBP:
		return (vips_webpsave_target(image, target, NO_METADATA,
		    "Q", quality, "smart_subsample", (gboolean)full,
		    "effort", WEBP_EFFORT, NULL));
	case IMAGE_FORMAT_AVIF:
		return (vips_heifsave_target(image, target, NO_METADATA,
		    "Q", avif_quality(quality),
		    "subsample_mode", subsample,
		    "effort", avif_effort(image), "bitdepth", 8,
		    "compression", VIPS_FOREIGN_HEIF_COMPRESSION_AV1,
		    "encoder", VIPS_FOREIGN_HEIF_ENCODER_AOM, NULL));
	default:
		vips_error("save", "no such format");
		return (-1);
	}
}

int
save(VipsImage *image, enum image_format format, unsigned quality, int fd)
{
	VipsTarget *target;
	int error;

	target = vips_target_new_to_descriptor(fd);
	if (target == NULL)
		return (-1);
	error = save_target(image, format,
	    (int)(quality > 0 ? quality : SAVE_QUALITY), target);
	g_object_unref(target);
	if (error == 0 && format == IMAGE_FORMAT_WEBP)
		error = webp_exif_remove(fd);
	return (error);
}
