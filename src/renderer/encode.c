/* SPDX-License-Identifier: BSD-2-Clause
 * Copyright (c) 2026 The pixelfleet authors
 *
 * One encoding: see encode.h.
 *
 * A result is encoded once and sent many times, so bytes count for more
 * than time, but not without end: each effort below is the last one before
 * time grows several times for a few per cent.  The times are those of a
 * photograph of 1200 x 800 on one core of 2023.
 */

#include "config.h"

#include <errno.h>
#include <unistd.h>

#include "encode.h"
#include "step.h"

#define PNG_COMPRESSION	4	/* 0.2 s; 6: 0.4 s and 1 % smaller */
#define WEBP_EFFORT	4	/* 0.15 s; 6: 0.25 s and 3 % smaller */
#define AVIF_EFFORT	3	/* 0.45 s; 2: 0.3 s and 0.4 dB worse;
				   4: 2 s and 0.2 dB better */
#define JXL_EFFORT	5	/* 0.15 s; 7: 0.35 s and 2 % larger */
#define GIF_EFFORT	3	/* 0.3 s; 7: 0.9 s and 5 % smaller */

/* A result so large must still be done within a render's deadline. */
#define LARGE_PIXELS	4000000
#define AVIF_LARGE_EFFORT 1	/* 43 M pixels: 4 s; 2: 11 s */
#define JXL_LARGE_EFFORT 3	/* 6 M pixels: 0.4 s; 5: 0.9 s */

/*
 * From this quality on, colour is kept at full resolution, or as sharp as
 * WebP can: a tenth more bytes, and text and drawings lose their fringes.
 */
#define FULL_CHROMA	90

struct scale {
	unsigned	quality;
	double		own;
};

/*
 * By PSNR, on photographs.  AVIF's scale spends its upper half on
 * differences that JPEG does not reach before 95.  WebP's is close to
 * JPEG's.
 */
static const struct scale AVIF_SCALE[] = {
	{ 1, 10 }, { 30, 34 }, { 50, 43 }, { 70, 50 }, { 80, 60 },
	{ 90, 80 }, { 95, 88 }, { 100, 100 }
};

/* JPEG XL's is a distance, where 1 is just noticed. */
static const struct scale JXL_SCALE[] = {
	{ 1, 15 }, { 10, 14 }, { 30, 5 }, { 50, 3.9 }, { 70, 2.5 },
	{ 80, 1.5 }, { 90, 0.6 }, { 95, 0.28 }, { 100, 0.05 }
};

static double
scaled(const struct scale *s, unsigned quality)
{
	while (quality > s[1].quality)
		s++;
	return (s->own + (quality - s->quality) * (s[1].own - s->own) /
	    (s[1].quality - s->quality));
}

/* Before 8.16 the colours of lossless AVIF were rounded on their way. */
bool
encode_saves(enum image_format format, bool lossless)
{
#if VIPS_MAJOR_VERSION > 8 || VIPS_MINOR_VERSION >= 16
	(void)format;
	(void)lossless;
	return (true);
#else
	return (format != IMAGE_FORMAT_AVIF || !lossless);
#endif
}

bool
encode_has_quality(enum image_format format, bool lossless)
{
	if (format == IMAGE_FORMAT_JPG)
		return (true);
	return (!lossless && format != IMAGE_FORMAT_PNG &&
	    format != IMAGE_FORMAT_GIF);
}

static int
effort(enum image_format format, double pixels)
{
	bool large = pixels > LARGE_PIXELS;

	switch (format) {
	case IMAGE_FORMAT_AVIF:
		return (large ? AVIF_LARGE_EFFORT : AVIF_EFFORT);
	case IMAGE_FORMAT_JXL:
		return (large ? JXL_LARGE_EFFORT : JXL_EFFORT);
	default:
		return (WEBP_EFFORT);
	}
}

/* All frames below each other, with times, or the only one. */
static int
join(const struct picture *picture, VipsImage **image)
{
	if (picture->n == 1)
		return (vips_copy(picture->frames[0], image, NULL));
	if (vips_arrayjoin(picture->frames, image, (int)picture->n,
	    "across", 1, NULL))
		return (-1);
	vips_image_set_int(*image, VIPS_META_PAGE_HEIGHT,
	    (int)picture_height(picture));
	vips_image_set_int(*image, "loop", picture->loop);
	vips_image_set_array_int(*image, "delay", picture->delay_ms,
	    (int)picture->n);
	return (0);
}

static void
set_blob(struct encoder *encoder, const char *name, const void *data,
    size_t len)
{
	if (len == 0)
		return;
	vips_image_set_blob_copy(encoder->image, name, data, len);
	encoder->keep = true;
}

int
encode_begin(struct encoder *encoder, const struct picture *picture,
    enum image_format format, const struct image_ops *ops,
    const struct metadata *metadata, double pixels)
{
	static const struct metadata NONE;

	if (metadata == NULL)
		metadata = &NONE;
	*encoder = (struct encoder){
		.format = format,
		.lossless = ops->lossless,
		.progressive = ops->progressive,
		.keep = metadata->exif_len > 0,
		.effort = effort(format, pixels),
		.embed = {
			.exif = metadata->exif,
			.exif_len = metadata->exif_len,
			.xmp = metadata->xmp,
			.xmp_len = metadata->xmp_len,
			.width = picture_width(picture),
			.height = picture_height(picture),
			.alpha = picture_has_alpha(picture)
		}
	};
	if (join(picture, &encoder->image))
		return (-1);
	set_blob(encoder, VIPS_META_ICC_NAME, picture->profile,
	    picture->profile_len);
	if (format != IMAGE_FORMAT_PNG && format != IMAGE_FORMAT_JXL)
		set_blob(encoder, VIPS_META_XMP_NAME, metadata->xmp,
		    metadata->xmp_len);
	set_blob(encoder, VIPS_META_IPTC_NAME, metadata->iptc,
	    metadata->iptc_len);
	return (0);
}

void
encode_end(struct encoder *encoder)
{
	g_clear_object(&encoder->image);
}

/*
 * What a saver may write of what join() and encode_begin() have set.  EXIF
 * only that it be there, to be replaced by embed().
 */
#if VIPS_MAJOR_VERSION > 8 || VIPS_MINOR_VERSION >= 15
#define KEEP	"keep", encoder->keep ? VIPS_FOREIGN_KEEP_EXIF |	\
	VIPS_FOREIGN_KEEP_XMP | VIPS_FOREIGN_KEEP_IPTC |		\
	VIPS_FOREIGN_KEEP_ICC : VIPS_FOREIGN_KEEP_NONE
#else
#define KEEP	"strip", !encoder->keep
#endif

static int
to_jpg(const struct encoder *encoder, unsigned quality, VipsTarget *target)
{
	return (vips_jpegsave_target(encoder->image, target, KEEP,
	    "Q", (int)quality,
	    "subsample_mode", quality >= FULL_CHROMA ?
	    VIPS_FOREIGN_SUBSAMPLE_OFF : VIPS_FOREIGN_SUBSAMPLE_ON,
	    "optimize_coding", TRUE,
	    "interlace", (gboolean)encoder->progressive, NULL));
}

static int
to_png(const struct encoder *encoder, VipsTarget *target)
{
	return (vips_pngsave_target(encoder->image, target, KEEP,
	    "compression", PNG_COMPRESSION,
	    "filter", VIPS_FOREIGN_PNG_FILTER_ALL,
	    "interlace", (gboolean)encoder->progressive, NULL));
}

static int
to_webp(const struct encoder *encoder, unsigned quality, VipsTarget *target)
{
	if (encoder->lossless)
		return (vips_webpsave_target(encoder->image, target, KEEP,
		    "lossless", TRUE, "effort", encoder->effort, NULL));
	return (vips_webpsave_target(encoder->image, target, KEEP,
	    "Q", (int)quality,
	    "smart_subsample", (gboolean)(quality >= FULL_CHROMA),
	    "effort", encoder->effort, NULL));
}

static int
to_avif(const struct encoder *encoder, unsigned quality, VipsTarget *target)
{
	return (vips_heifsave_target(encoder->image, target, KEEP,
	    "Q", (int)scaled(AVIF_SCALE, quality),
	    "lossless", (gboolean)encoder->lossless,
	    "subsample_mode", quality >= FULL_CHROMA || encoder->lossless ?
	    VIPS_FOREIGN_SUBSAMPLE_OFF : VIPS_FOREIGN_SUBSAMPLE_ON,
	    "effort", encoder->effort, "bitdepth", 8,
	    "compression", VIPS_FOREIGN_HEIF_COMPRESSION_AV1,
	    "encoder", VIPS_FOREIGN_HEIF_ENCODER_AOM, NULL));
}

/* Not by its macro: a libvips without JPEG XL has none. */
static int
to_jxl(const struct encoder *encoder, unsigned quality, VipsTarget *target)
{
	return (vips_call("jxlsave_target", encoder->image, target, KEEP,
	    "distance", encoder->lossless ? 0 : scaled(JXL_SCALE, quality),
	    "lossless", (gboolean)encoder->lossless,
	    "effort", encoder->effort, NULL));
}

static int
to_gif(const struct encoder *encoder, VipsTarget *target)
{
	return (vips_gifsave_target(encoder->image, target, KEEP,
	    "effort", GIF_EFFORT, NULL));
}

static int
to_target(const struct encoder *encoder, unsigned quality,
    VipsTarget *target)
{
	switch (encoder->format) {
	case IMAGE_FORMAT_JPG:
		return (to_jpg(encoder, quality, target));
	case IMAGE_FORMAT_PNG:
		return (to_png(encoder, target));
	case IMAGE_FORMAT_WEBP:
		return (to_webp(encoder, quality, target));
	case IMAGE_FORMAT_AVIF:
		return (to_avif(encoder, quality, target));
	case IMAGE_FORMAT_JXL:
		return (to_jxl(encoder, quality, target));
	case IMAGE_FORMAT_GIF:
		return (to_gif(encoder, target));
	default:
		vips_error("save", "no such format");
		return (-1);
	}
}

/* vips_target_steal() of 8.14 works only for what is not yet complete. */
static void
take(VipsTarget *target, struct encoded *file)
{
	VipsBlob *blob;
	const void *data;

	g_object_get(target, "blob", &blob, NULL);
	data = vips_blob_get(blob, &file->len);
	file->data = g_memdup2(data, file->len);
	vips_area_unref(VIPS_AREA(blob));
}

int
encode(const struct encoder *encoder, unsigned quality,
    struct encoded *file)
{
	VipsTarget *target = vips_target_new_to_memory();
	int error;

	*file = (struct encoded){ 0 };
	error = to_target(encoder, quality, target);
	if (error == 0) {
		take(target, file);
		embed(file, encoder->format, &encoder->embed);
	}
	g_object_unref(target);
	return (error);
}

int
encoded_write(const struct encoded *file, int fd)
{
	size_t at;
	ssize_t put;

	for (at = 0; at < file->len; at += (size_t)put) {
		put = write(fd, (const char *)file->data + at,
		    file->len - at);
		if (put < 0) {
			vips_error_system(errno, "save", "cannot write");
			return (-1);
		}
	}
	return (0);
}

void
encoded_free(struct encoded *file)
{
	g_free(file->data);
	*file = (struct encoded){ 0 };
}
