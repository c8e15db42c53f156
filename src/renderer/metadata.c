/* SPDX-License-Identifier: BSD-2-Clause
 * Copyright (c) 2026 The pixelfleet authors
 *
 * What of a source's metadata goes into a result: see metadata.h.
 */

#include "config.h"

#include <glib.h>

#include "exif.h"
#include "metadata.h"

/* Beyond that it is no metadata but freight. */
#define BLOCK_MAX	(1 << 20)	/* bytes */

static bool
blob(VipsImage *header, const char *name, const void **data, size_t *len)
{
	return (vips_image_get_typeof(header, name) != 0 &&
	    vips_image_get_blob(header, name, data, len) == 0 &&
	    *len > 0 && *len <= BLOCK_MAX);
}

static void
copy_blob(VipsImage *header, const char *name, void **to, size_t *to_len)
{
	const void *data;
	size_t len;

	if (!blob(header, name, &data, &len))
		return;
	*to = g_memdup2(data, len);
	*to_len = len;
}

bool
metadata_exif(struct exif *exif, const struct source *source)
{
	const void *data;
	size_t len;

	if (source->kind == SOURCE_TIFF)
		return (exif_open(exif, source->data, source->len));
	return (blob(source->header, VIPS_META_EXIF_NAME, &data, &len) &&
	    exif_open(exif, data, len));
}

static void
take_copyright(struct metadata *md, const struct source *source)
{
	uint8_t buf[EXIF_COPYRIGHT_MAX];
	struct exif exif;

	if (!metadata_exif(&exif, source))
		return;
	md->exif_len = exif_copyright(&exif, buf);
	md->exif = g_memdup2(buf, md->exif_len);
}

static void
take_everything(struct metadata *md, const struct source *source,
    bool upright)
{
	VipsImage *header = source->header;
	int orientation = upright ? 1 : source->orientation;
	struct exif exif;

	/* A TIFF's block is the file itself, pixels and all. */
	if (source->kind == SOURCE_TIFF)
		take_copyright(md, source);
	else if (metadata_exif(&exif, source)) {
		md->exif = g_memdup2(exif.tiff, exif.len);
		md->exif_len = exif.len;
		exif_set_orientation(md->exif, md->exif_len,
		    (unsigned)orientation);
	}
	copy_blob(header, VIPS_META_XMP_NAME, &md->xmp, &md->xmp_len);
	copy_blob(header, VIPS_META_IPTC_NAME, &md->iptc, &md->iptc_len);
}

void
metadata_take(struct metadata *md, const struct source *source,
    enum image_strip strip, bool upright)
{
	*md = (struct metadata){ 0 };
	switch (strip) {
	case IMAGE_STRIP_MOST:
		take_copyright(md, source);
		break;
	case IMAGE_STRIP_NONE:
		take_everything(md, source, upright);
		break;
	default:
		break;
	}
	vips_error_clear();
}

void
metadata_free(struct metadata *md)
{
	g_free(md->exif);
	g_free(md->xmp);
	g_free(md->iptc);
	*md = (struct metadata){ 0 };
}
