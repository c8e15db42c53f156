/* SPDX-License-Identifier: BSD-2-Clause
 * Copyright (c) 2026 The pixelfleet authors
 *
 * meta=true: see meta.h.
 *
 * Whatever a source says of itself is a stranger's text: what is no UTF-8
 * becomes U+FFFD, and control characters are escaped.
 */

#include "config.h"

#include <math.h>
#include <stdio.h>
#include <string.h>

#include "blurhash.h"
#include "dominant.h"
#include "encode.h"
#include "exif.h"
#include "formats.h"
#include "meta.h"
#include "metadata.h"
#include "orient.h"
#include "profile_name.h"
#include "step.h"

#define TEXT_MAX	1024	/* bytes of a text from EXIF, with its NUL */
#define MM_PER_INCH	25.4
#define FULL		255

/* The pixels of the small picture: sRGB and alpha, four bytes each. */
struct pixels {
	uint8_t		*rgba;		/* owned */
	unsigned	width, height;
};

/* "name": after what there was before; of the value the caller takes care. */
static void
key(GString *json, const char *name)
{
	char last = json->str[json->len - 1];

	if (last != '{' && last != '[')
		g_string_append(json, ",");
	g_string_append_printf(json, "\"%s\":", name);
}

static void
put_number(GString *json, const char *name, double value)
{
	if (!isfinite(value))
		return;
	key(json, name);
	g_string_append_printf(json, "%.10g", value);
}

static void
put_bool(GString *json, const char *name, bool value)
{
	key(json, name);
	g_string_append(json, value ? "true" : "false");
}

static void
put_text(GString *json, const char *name, const char *text)
{
	gchar *valid = g_utf8_make_valid(text, -1);
	const char *p;

	key(json, name);
	g_string_append_c(json, '"');
	for (p = valid; *p != '\0'; p++) {
		if (*p == '"' || *p == '\\')
			g_string_append_printf(json, "\\%c", *p);
		else if ((unsigned char)*p < ' ' || *p == 0x7f)
			g_string_append_printf(json, "\\u%04x", *p);
		else
			g_string_append_c(json, *p);
	}
	g_string_append_c(json, '"');
	g_free(valid);
}

static bool
has(VipsImage *header, const char *name)
{
	return (vips_image_get_typeof(header, name) != 0);
}

static void
put_size(GString *json, const struct source *source)
{
	bool swap = orient_swaps(source->orientation);

	put_number(json, "width", swap ? source->height : source->width);
	put_number(json, "height", swap ? source->width : source->height);
	put_number(json, "stored_width", source->width);
	put_number(json, "stored_height", source->height);
	put_number(json, "orientation", source->orientation);
	put_number(json, "bytes", (double)source->len);
}

static void
put_delays(GString *json, VipsImage *header)
{
	int *delay, n, i;

	if (!has(header, "delay") ||
	    vips_image_get_array_int(header, "delay", &delay, &n))
		return;
	key(json, "delays");
	for (i = 0; i < n; i++)
		g_string_append_printf(json, "%s%d", i == 0 ? "[" : ",",
		    delay[i]);
	g_string_append(json, n == 0 ? "[]" : "]");
}

static void
put_pages(GString *json, const struct source *source)
{
	int loop;

	put_number(json, "pages", source->pages);
	put_bool(json, "animated", source->moves);
	if (!source->moves)
		return;
	put_delays(json, source->header);
	if (has(source->header, "loop") &&
	    vips_image_get_int(source->header, "loop", &loop) == 0)
		put_number(json, "loop", loop);
}

/* Of one sample, as stored: some loaders tell, others are taken as is. */
static int
bits(VipsImage *header)
{
	static const char *const NAMES[] = {
		"bits-per-sample", "heif-bitdepth", "palette-bit-depth"
	};
	size_t i;
	int n;

	for (i = 0; i < sizeof NAMES / sizeof NAMES[0]; i++)
		if (has(header, NAMES[i]) &&
		    vips_image_get_int(header, NAMES[i], &n) == 0)
			return (n);
	return ((int)vips_format_sizeof(vips_image_get_format(header)) * 8);
}

static const char *
colour_space(VipsImage *header)
{
	switch (vips_image_guess_interpretation(header)) {
	case VIPS_INTERPRETATION_B_W:
	case VIPS_INTERPRETATION_GREY16:
		return ("grey");
	case VIPS_INTERPRETATION_CMYK:
		return ("cmyk");
	case VIPS_INTERPRETATION_LAB:
	case VIPS_INTERPRETATION_LABQ:
	case VIPS_INTERPRETATION_LABS:
		return ("lab");
	default:
		return (vips_image_get_bands(header) < 3 ? "grey" : "rgb");
	}
}

static void
put_colours(GString *json, const struct source *source)
{
	VipsImage *header = source->header;
	char name[PROFILE_NAME_MAX];
	const void *profile;
	size_t len;

	put_bool(json, "alpha", source->alpha);
	put_number(json, "bits", bits(header));
	put_number(json, "bands", vips_image_get_bands(header));
	put_text(json, "space", colour_space(header));
	if (has(header, VIPS_META_ICC_NAME) && vips_image_get_blob(header,
	    VIPS_META_ICC_NAME, &profile, &len) == 0)
		put_text(json, "icc", profile_name(profile, len, name) ?
		    name : "unnamed");
}

/* Pixels per inch, where the file says them. */
static void
put_density(GString *json, VipsImage *header)
{
	double x = vips_image_get_xres(header) * MM_PER_INCH;
	double y = vips_image_get_yres(header) * MM_PER_INCH;

	if (!has(header, VIPS_META_RESOLUTION_UNIT) || !(x > 0) || !(y > 0))
		return;
	key(json, "density");
	g_string_append(json, "{");
	put_number(json, "x", round(x * 100) / 100);
	put_number(json, "y", round(y * 100) / 100);
	g_string_append(json, "}");
}

/* "2026:01:31 12:00:00", as EXIF has it, as ISO 8601 has it. */
static void
put_date(GString *json, const char *name, char *text)
{
	static const char FORM[] = "dddd:dd:dd dd:dd:dd";
	size_t i;

	if (strlen(text) != sizeof FORM - 1)
		return;
	for (i = 0; FORM[i] != '\0'; i++)
		if (FORM[i] == 'd' ? !g_ascii_isdigit(text[i]) :
		    text[i] != FORM[i])
			return;
	text[4] = text[7] = '-';
	text[10] = 'T';
	put_text(json, name, text);
}

static void
put_exif_field(GString *json, const struct exif_entry *entry,
    const char *name, bool number)
{
	char text[TEXT_MAX];
	double value;

	if (number) {
		if (exif_number(entry, &value))
			put_number(json, name, value);
	} else if (exif_text(entry, text, sizeof text)) {
		if (strcmp(name, "date") == 0)
			put_date(json, name, text);
		else
			put_text(json, name, text);
	}
}

/* These and no others: what is not asked for cannot give anybody away. */
static void
put_exif(GString *json, const struct source *source)
{
	static const struct {
		unsigned	tag;
		const char	*name;
		bool		number;
	} FIELDS[] = {
		{ EXIF_MAKE, "make", false },
		{ EXIF_MODEL, "model", false },
		{ EXIF_DATE, "date", false },
		{ EXIF_EXPOSURE_TIME, "exposure_time", true },
		{ EXIF_F_NUMBER, "f_number", true },
		{ EXIF_ISO, "iso", true },
		{ EXIF_FOCAL_LENGTH, "focal_length", true },
		{ EXIF_ARTIST, "artist", false },
		{ EXIF_COPYRIGHT, "copyright", false }
	};
	struct exif exif;
	struct exif_entry entry;
	GString *all;
	size_t i;

	if (!metadata_exif(&exif, source))
		return;
	all = g_string_new("{");
	for (i = 0; i < sizeof FIELDS / sizeof FIELDS[0]; i++)
		if (exif_find(&exif, FIELDS[i].tag, &entry))
			put_exif_field(all, &entry, FIELDS[i].name,
			    FIELDS[i].number);
	if (all->len > 1) {
		key(json, "exif");
		g_string_append_printf(json, "%s}", all->str);
	}
	(void)g_string_free(all, TRUE);
}

static int
to_rgba(VipsImage **image)
{
	VipsImage *next;

	if (step(image, vips_colourspace(*image, &next,
	    VIPS_INTERPRETATION_sRGB, NULL), &next))
		return (-1);
	if (!vips_image_hasalpha(*image) && step(image, vips_addalpha(*image,
	    &next, NULL), &next))
		return (-1);
	return (step(image, vips_cast_uchar(*image, &next, NULL), &next));
}

static int
pixels_take(struct pixels *pixels, VipsImage *small)
{
	size_t len;

	g_object_ref(small);
	if (to_rgba(&small) == 0)
		pixels->rgba = vips_image_write_to_memory(small, &len);
	pixels->width = (unsigned)vips_image_get_width(small);
	pixels->height = (unsigned)vips_image_get_height(small);
	g_object_unref(small);
	return (pixels->rgba != NULL ? 0 : -1);
}

/* BlurHash knows no alpha: it is that of the picture on white. */
static void
put_blurhash(GString *json, const struct pixels *pixels)
{
	size_t n = (size_t)pixels->width * pixels->height, i;
	uint8_t *rgb = g_malloc(3 * n);
	const uint8_t *p = pixels->rgba;
	char hash[BLURHASH_SIZE];
	unsigned c;

	for (i = 0; i < n; i++, p += 4)
		for (c = 0; c < 3; c++)
			rgb[3 * i + c] = (uint8_t)((p[c] * p[3] + FULL *
			    (FULL - p[3]) + FULL / 2) / FULL);
	blurhash(rgb, pixels->width, pixels->height, hash);
	put_text(json, "blurhash", hash);
	g_free(rgb);
}

static void
put_dominant(GString *json, const struct pixels *pixels)
{
	uint8_t rgb[3];
	char text[8];

	if (!dominant_colour(pixels->rgba, (size_t)pixels->width *
	    pixels->height, rgb))
		return;
	(void)snprintf(text, sizeof text, "#%02x%02x%02x", rgb[0], rgb[1],
	    rgb[2]);
	put_text(json, "dominant_color", text);
}

static GString *
describe(const struct source *source, const struct pixels *pixels)
{
	GString *json = g_string_new("{");

	put_text(json, "format", format_name(source->kind));
	put_size(json, source);
	put_pages(json, source);
	put_colours(json, source);
	put_density(json, source->header);
	put_exif(json, source);
	put_blurhash(json, pixels);
	put_dominant(json, pixels);
	g_string_append(json, "}\n");
	return (json);
}

int
meta_write(const struct source *source, VipsImage *small, int fd)
{
	struct pixels pixels = { 0 };
	struct encoded file;
	GString *json;
	int error;

	if (pixels_take(&pixels, small))
		return (-1);
	json = describe(source, &pixels);
	file = (struct encoded){ json->str, json->len };
	error = encoded_write(&file, fd);
	(void)g_string_free(json, TRUE);
	g_free(pixels.rgba);
	return (error);
}
