/* SPDX-License-Identifier: BSD-2-Clause
 * Copyright (c) 2026 The pixelfleet authors
 *
 * Which formats this build really opens and saves: see formats.h.
 */

#include "config.h"

#include <unistd.h>

#include <vips/vips.h>

#include "format_samples.h"
#include "formats.h"
#include "load.h"
#include "memfd.h"
#include "sandbox.h"
#include "save.h"
#include "step.h"

static const struct kind {
	const char		*name;
	const char		*label;
	const char		*loader;
	enum image_format	format;
} KINDS[SOURCE_KINDS] = {
	[SOURCE_AVIF] = { "avif", "an AVIF", "heifload_buffer",
	    IMAGE_FORMAT_AVIF },
	[SOURCE_GIF] = { "gif", "a GIF", "gifload_buffer",
	    IMAGE_FORMAT_GIF },
	[SOURCE_HEIC] = { "heic", "a HEIC", "heifload_buffer",
	    IMAGE_FORMAT_OTHER },
	[SOURCE_JPG] = { "jpg", "a JPEG", "jpegload_buffer",
	    IMAGE_FORMAT_JPG },
	[SOURCE_JXL] = { "jxl", "a JPEG XL", "jxlload_buffer",
	    IMAGE_FORMAT_JXL },
	[SOURCE_PDF] = { "pdf", "a PDF", "pdfload_buffer",
	    IMAGE_FORMAT_OTHER },
	[SOURCE_PNG] = { "png", "a PNG", "pngload_buffer",
	    IMAGE_FORMAT_PNG },
	[SOURCE_SVG] = { "svg", "an SVG", "svgload_buffer",
	    IMAGE_FORMAT_OTHER },
	[SOURCE_TIFF] = { "tiff", "a TIFF", "tiffload_buffer",
	    IMAGE_FORMAT_OTHER },
	[SOURCE_WEBP] = { "webp", "a WebP", "webpload_buffer",
	    IMAGE_FORMAT_WEBP },
};

/* In the order of their names. */
static const enum image_format SAVED[] = {
	IMAGE_FORMAT_AVIF, IMAGE_FORMAT_GIF, IMAGE_FORMAT_JPG,
	IMAGE_FORMAT_JXL, IMAGE_FORMAT_PNG, IMAGE_FORMAT_WEBP
};

#define N_SAVED		(sizeof SAVED / sizeof SAVED[0])

static bool opens[SOURCE_KINDS];
static bool saves[IMAGE_FORMAT_OTHER + 1];

static bool
decodes(enum source_kind kind, const void *data, size_t len)
{
	struct source source;
	VipsImage *image;
	double most;
	int error;

	error = source_open(&source, kind, data, len) ||
	    source_load(&source, 1, 1, &image);
	if (!error) {
		error = vips_max(image, &most, NULL);
		g_object_unref(image);
	}
	source_close(&source);
	return (!error);
}

/*
 * libvips calls some of its loaders and savers untrusted, and they are
 * blocked; those that are wanted are opened again, each by its own name.
 */
static bool
unblock(const char *operation)
{
	GType type = vips_type_find("VipsOperation", operation);

	if (type == 0)
		return (false);
	vips_operation_block_set(g_type_name(type), FALSE);
	return (true);
}

static bool
try_open(enum source_kind kind)
{
	if (!unblock(KINDS[kind].loader))
		return (false);
	switch (kind) {
	case SOURCE_AVIF:
		return (decodes(kind, SAMPLE_AVIF, sizeof SAMPLE_AVIF));
	case SOURCE_HEIC:
		return (decodes(kind, SAMPLE_HEIC, sizeof SAMPLE_HEIC));
	case SOURCE_PDF:
	case SOURCE_SVG:
		/* Their letters would silently be missing. */
		return (sandbox_reads_fonts());
	default:
		return (true);
	}
}

static bool
try_save(VipsImage *image, enum image_format format)
{
	int fd = memfd_new("probe");
	bool ok;

	if (fd < 0)
		return (false);
	if (format == IMAGE_FORMAT_JXL)
		(void)unblock("jxlsave_target");
	ok = save(image, format, 0, fd) == 0;
	(void)close(fd);
	return (ok);
}

static int
small_image(VipsImage **image)
{
	VipsImage *next;

	if (vips_black(image, 16, 16, "bands", 3, NULL))
		return (-1);
	if (step(image, vips_copy(*image, &next, "interpretation",
	    VIPS_INTERPRETATION_sRGB, NULL), &next) == 0)
		return (0);
	g_object_unref(*image);
	return (-1);
}

void
formats_probe(void)
{
	enum source_kind kind;
	VipsImage *image;
	size_t i;

	for (kind = SOURCE_UNKNOWN + 1; kind < SOURCE_KINDS; kind++)
		opens[kind] = try_open(kind);
	if (small_image(&image) == 0) {
		for (i = 0; i < N_SAVED; i++)
			saves[SAVED[i]] = try_save(image, SAVED[i]);
		g_object_unref(image);
	}
	vips_error_clear();
}

bool
format_opens(enum source_kind kind)
{
	return (opens[kind]);
}

bool
format_saves(enum image_format format)
{
	return (saves[format]);
}

const char *
format_name(enum source_kind kind)
{
	return (KINDS[kind].name);
}

const char *
format_label(enum source_kind kind)
{
	return (KINDS[kind].label);
}

enum image_format
format_of(enum source_kind kind)
{
	return (KINDS[kind].format);
}

void
formats_describe(FILE *out)
{
	enum source_kind kind;
	const char *sep = " ";
	size_t i;

	fputs("load", out);
	for (kind = SOURCE_UNKNOWN + 1; kind < SOURCE_KINDS; kind++)
		if (opens[kind]) {
			fprintf(out, "%s%s", sep, KINDS[kind].name);
			sep = ",";
		}
	fputs("\nsave", out);
	sep = " ";
	for (i = 0; i < N_SAVED; i++)
		if (saves[SAVED[i]]) {
			fprintf(out, "%s%s", sep,
			    image_format_name(SAVED[i]));
			sep = ",";
		}
	fputs("\n", out);
}
