/* SPDX-License-Identifier: BSD-2-Clause
 * Copyright (c) 2026 The pixelfleet authors
 *
 * Opening a source: see load.h.
 */

#include "config.h"

#include <stdint.h>

#include "gamut.h"
#include "levels.h"
#include "load.h"
#include "whole.h"

struct how {
	double		shrink;
	int		page;		/* from 0 */
	int		n;		/* frames, of what moves */
	gboolean	thumbnail;
};

/*
 * Of HEIC and AVIF the page that it opens with need not be the first, but
 * is the one that the file calls its primary.
 */
static int
load(const struct source *source, const struct how *how, VipsImage **image)
{
	void *p = (void *)(uintptr_t)source->data;

#define LOAD(loader, ...)						\
	loader(p, source->len, image, "access", VIPS_ACCESS_SEQUENTIAL,	\
	    "fail_on", VIPS_FAIL_ON_TRUNCATED, ##__VA_ARGS__, NULL)

	switch (source->kind) {
	case SOURCE_AVIF:
	case SOURCE_HEIC:
		if (source->page == 0)
			return (LOAD(vips_heifload_buffer,
			    "thumbnail", how->thumbnail));
		return (LOAD(vips_heifload_buffer,
		    "thumbnail", how->thumbnail, "page", how->page));
	case SOURCE_GIF:
		return (LOAD(vips_gifload_buffer, "page", how->page,
		    "n", how->n));
	case SOURCE_JPG:
		return (LOAD(vips_jpegload_buffer,
		    "shrink", (int)how->shrink));
	case SOURCE_JXL:
		return (LOAD(vips_jxlload_buffer));
	case SOURCE_PDF:
		return (LOAD(vips_pdfload_buffer, "page", how->page,
		    "scale", 1 / how->shrink));
	case SOURCE_PNG:
		return (LOAD(vips_pngload_buffer));
	case SOURCE_SVG:
		return (LOAD(vips_svgload_buffer, "scale", 1 / how->shrink));
	case SOURCE_TIFF:
		return (LOAD(vips_tiffload_buffer, "page", how->page));
	case SOURCE_WEBP:
		return (LOAD(vips_webpload_buffer, "page", how->page,
		    "n", how->n, "scale", 1 / how->shrink));
	default:
		vips_error("load", "unknown kind of image");
		return (-1);
	}
#undef LOAD
}

/* What the header of the chosen page says. */
static int
read_header(struct source *source)
{
	const struct how how = {
		.shrink = 1,
		.page = source->page > 0 ? (int)source->page - 1 : 0,
		.n = 1
	};
	VipsImage *image;

	if (load(source, &how, &image))
		return (-1);
	if (source->p3 && gamut_tag_p3(&image)) {
		g_object_unref(image);
		return (-1);
	}
	if (source->header != NULL)
		g_object_unref(source->header);
	source->header = image;
	source->width = (unsigned)vips_image_get_width(image);
	source->height = (unsigned)vips_image_get_height(image);
	source->alpha = vips_image_hasalpha(image);
	source->orientation = vips_image_get_orientation(image);
	return (0);
}

/*
 * As many as the file has: libvips's own function takes ten thousand for a
 * mistake, and says one.
 */
static unsigned
pages_of(VipsImage *header)
{
	int n;

	if (vips_image_get_typeof(header, VIPS_META_N_PAGES) == 0 ||
	    vips_image_get_int(header, VIPS_META_N_PAGES, &n) || n < 1)
		return (1);
	return ((unsigned)n);
}

int
source_open(struct source *source, enum source_kind kind, const void *data,
    size_t len)
{
	*source = (struct source){ .data = data, .len = len, .kind = kind };
	source->vector = kind == SOURCE_SVG || kind == SOURCE_PDF;
	if (!whole(kind, data, len)) {
		vips_error("load", "the file ends early");
		return (-1);
	}
	source->p3 = (kind == SOURCE_AVIF || kind == SOURCE_HEIC) &&
	    gamut_is_p3(data, len);
	if (kind == SOURCE_PNG)
		source->gamma = levels_png_gamma(data, len);
	if (read_header(source))
		return (-1);
	source->pages = pages_of(source->header);
	source->moves = source->pages > 1 &&
	    (kind == SOURCE_GIF || kind == SOURCE_WEBP);
	return (0);
}

int
source_choose(struct source *source, unsigned page)
{
	source->page = page;
	return (read_header(source));
}

void
source_close(struct source *source)
{
	g_clear_object(&source->header);
}

static int
load_levels(const struct source *source, const struct how *how,
    VipsImage **image)
{
	if (load(source, how, image))
		return (-1);
	if (levels(image, source->gamma) == 0 &&
	    (!source->p3 || gamut_tag_p3(image) == 0))
		return (0);
	g_object_unref(*image);
	return (-1);
}

int
source_load(const struct source *source, double shrink, unsigned frames,
    VipsImage **image)
{
	const struct how how = {
		.shrink = shrink,
		.page = source->page > 0 ? (int)source->page - 1 : 0,
		.n = (int)frames
	};

	return (load_levels(source, &how, image));
}

int
source_load_thumbnail(const struct source *source, VipsImage **image)
{
	const struct how how = {
		.shrink = 1,
		.page = source->page > 0 ? (int)source->page - 1 : 0,
		.n = 1,
		.thumbnail = TRUE
	};

	return (load_levels(source, &how, image));
}
