/* SPDX-License-Identifier: BSD-2-Clause
 * Copyright (c) 2026 The pixelfleet authors
 *
 * The text family: a caption over the picture.
 *
 * Pango sets it (both directions of writing, breaking lines, fonts for what
 * the wanted one lacks), cairo draws it, as plain text: no markup.  The
 * block of lines is placed by its line boxes, not by its ink, so captions
 * with and without descenders stand on one line.
 */

#include "config.h"

#include <stdarg.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>

#include <pango/pangocairo.h>

#include "fonts.h"
#include "sandbox.h"
#include "text.h"

/*
 * Without a size of its own a text has a share of the picture's shorter
 * side, so that it grows with dpr as everything else does.
 */
#define DEFAULT_SHARE	16		/* of the shorter side */
#define SMALLEST	8		/* px, of the default size */

/* What a description of a font may say beside its size. */
#define FONT_FIELDS							\
	(PANGO_FONT_MASK_FAMILY | PANGO_FONT_MASK_STYLE |		\
	PANGO_FONT_MASK_VARIANT | PANGO_FONT_MASK_WEIGHT |		\
	PANGO_FONT_MASK_STRETCH)

/* All in px. */
struct setting {
	unsigned		width, height;	/* of the picture */
	unsigned		size;		/* of the font */
	unsigned		margin;		/* around the lines */
};

static int __attribute__((format(printf, 3, 4)))
fail(char *err, int status, const char *fmt, ...)
{
	va_list ap;

	va_start(ap, fmt);
	(void)vsnprintf(err, IMAGE_ERROR_MAX, fmt, ap);
	va_end(ap);
	return (status);
}

static unsigned
least(unsigned a, unsigned b)
{
	return (a < b ? a : b);
}

static void
settle(struct setting *set, const struct image_ops *ops, unsigned width,
    unsigned height)
{
	unsigned side = least(width, height);

	set->width = width;
	set->height = height;
	set->size = ops->text_size;
	if (set->size == 0)
		set->size = side / DEFAULT_SHARE;
	if (ops->text_size == 0 && set->size < SMALLEST)
		set->size = SMALLEST;
	set->margin = least(set->size / 2, side / 8);
}

/* A family as it stands, or one with words for its face after it. */
static PangoFontDescription *
describe_font(const char *name)
{
	PangoFontDescription *font;
	const char *family;

	if (font_installed(name)) {
		font = pango_font_description_new();
		pango_font_description_set_family(font, name);
		return (font);
	}
	font = pango_font_description_from_string(name);
	family = pango_font_description_get_family(font);
	if (family != NULL && font_installed(family) &&
	    (pango_font_description_get_set_fields(font) & ~FONT_FIELDS) == 0)
		return (font);
	pango_font_description_free(font);
	return (NULL);
}

/* Of what a line leaves free, how much comes before it. */
static double
before_line(enum image_pos pos)
{
	switch (pos) {
	case IMAGE_POS_LEFT:
	case IMAGE_POS_TOP_LEFT:
	case IMAGE_POS_BOTTOM_LEFT:
		return (0);
	case IMAGE_POS_RIGHT:
	case IMAGE_POS_TOP_RIGHT:
	case IMAGE_POS_BOTTOM_RIGHT:
		return (1);
	default:
		return (.5);
	}
}

/* The same shapes at all sizes and places, whatever fontconfig says. */
static PangoContext *
plain_context(void)
{
	cairo_font_options_t *options = cairo_font_options_create();
	PangoContext *context = pango_font_map_create_context(
	    pango_cairo_font_map_get_default());

	cairo_font_options_set_antialias(options, CAIRO_ANTIALIAS_GRAY);
	cairo_font_options_set_hint_style(options, CAIRO_HINT_STYLE_NONE);
	cairo_font_options_set_hint_metrics(options, CAIRO_HINT_METRICS_OFF);
	pango_cairo_context_set_font_options(context, options);
	cairo_font_options_destroy(options);
	return (context);
}

/* Lines end where Unicode says so; other controls have no shape. */
static void
replace_controls(char *text)
{
	for (; *text != '\0'; text++)
		if (((unsigned char)*text < ' ' && *text != '\n' &&
		    *text != '\r' && *text != '\t') || *text == 0x7f)
			*text = ' ';
}

static PangoLayout *
lay_out(const struct setting *set, const struct image_ops *ops,
    const PangoFontDescription *font)
{
	PangoContext *context = plain_context();
	PangoLayout *layout = pango_layout_new(context);
	char *text = g_strdup(ops->text);

	replace_controls(text);
	pango_layout_set_font_description(layout, font);
	pango_layout_set_text(layout, text, -1);
	pango_layout_set_width(layout,
	    (int)(set->width - 2 * set->margin) * PANGO_SCALE);
	pango_layout_set_height(layout,
	    (int)(set->height - 2 * set->margin) * PANGO_SCALE);
	pango_layout_set_ellipsize(layout, PANGO_ELLIPSIZE_END);
	pango_layout_set_wrap(layout, PANGO_WRAP_WORD_CHAR);
	g_free(text);
	g_object_unref(context);
	return (layout);
}

/* The lines that fit, and the box around them, in units of Pango's. */
struct block {
	int			lines, width, height;
};

static void
measure(struct block *block, const struct setting *set, PangoLayout *layout)
{
	int room = (int)(set->height - 2 * set->margin) * PANGO_SCALE;
	PangoLayoutIter *iter = pango_layout_get_iter(layout);
	PangoRectangle line;

	*block = (struct block){ 0 };
	do {
		pango_layout_iter_get_line_extents(iter, NULL, &line);
		if (block->lines > 0 && block->height + line.height > room)
			break;
		block->lines++;
		block->height += line.height;
		if (line.width > block->width)
			block->width = line.width;
	} while (pango_layout_iter_next_line(iter));
	pango_layout_iter_free(iter);
}

/*
 * Line by line, since Pango takes left and right for begin and end, which
 * is the other way round in Hebrew.
 */
static void
draw_lines(cairo_t *cairo, const struct block *block, double share,
    PangoLayout *layout)
{
	PangoLayoutIter *iter = pango_layout_get_iter(layout);
	PangoRectangle line;
	int i, top = 0;

	for (i = 0; i < block->lines; i++) {
		pango_layout_iter_get_line_extents(iter, NULL, &line);
		cairo_move_to(cairo, (block->width - line.width) * share /
		    PANGO_SCALE, (double)(top +
		    pango_layout_iter_get_baseline(iter) - line.y) /
		    PANGO_SCALE);
		pango_cairo_show_layout_line(cairo,
		    pango_layout_iter_get_line_readonly(iter));
		top += line.height;
		(void)pango_layout_iter_next_line(iter);
	}
	pango_layout_iter_free(iter);
}

/*
 * The lines with their margin, into which slanted letters may reach.
 * Opaque: where letters overlap one must not shine through another.
 */
static cairo_surface_t *
draw(const struct setting *set, const struct image_ops *ops,
    const struct block *block, PangoLayout *layout)
{
	unsigned colour = ~ops->text_color;
	unsigned width = (unsigned)PANGO_PIXELS_CEIL(block->width);
	unsigned height = (unsigned)PANGO_PIXELS_CEIL(block->height);
	unsigned margin = least(set->margin, (set->height - height) / 2);
	cairo_surface_t *surface;
	cairo_t *cairo;

	surface = cairo_image_surface_create(CAIRO_FORMAT_ARGB32,
	    (int)least(width + 2 * set->margin, set->width),
	    (int)(height + 2 * margin));
	cairo = cairo_create(surface);
	cairo_set_source_rgb(cairo, (colour >> 24) / 255.,
	    (colour >> 16 & 255) / 255., (colour >> 8 & 255) / 255.);
	cairo_translate(cairo, set->margin, margin);
	draw_lines(cairo, block, before_line(ops->text_pos), layout);
	cairo_destroy(cairo);
	cairo_surface_flush(surface);
	return (surface);
}

/* cairo's native 0xaarrggbb, colours weighted by alpha, to bytes r g b a. */
static void
unweight(uint8_t *to, const uint32_t *from, int n)
{
	uint32_t a;
	int i, band;

	for (i = 0; i < n; i++, to += 4) {
		a = from[i] >> 24;
		to[3] = (uint8_t)a;
		for (band = 0; band < 3; band++)
			to[band] = a == 0 ? 0 : (uint8_t)
			    (((from[i] >> (16 - 8 * band) & 255) * 255 +
			    a / 2) / a);
	}
}

static VipsImage *
image_of(cairo_surface_t *surface)
{
	int width = cairo_image_surface_get_width(surface);
	int height = cairo_image_surface_get_height(surface);
	int stride = cairo_image_surface_get_stride(surface);
	const uint8_t *from = cairo_image_surface_get_data(surface);
	size_t len = (size_t)width * (size_t)height * 4;
	VipsImage *image, *copy;
	uint8_t *rgba;
	int y, error;

	if (from == NULL) {
		vips_error("text", "%s", cairo_status_to_string(
		    cairo_surface_status(surface)));
		return (NULL);
	}
	rgba = g_malloc(len);
	for (y = 0; y < height; y++)
		unweight(rgba + (size_t)y * (size_t)width * 4,
		    (const uint32_t *)(const void *)(from +
		    (size_t)y * (size_t)stride), width);
	image = vips_image_new_from_memory_copy(rgba, len, width, height, 4,
	    VIPS_FORMAT_UCHAR);
	g_free(rgba);
	if (image == NULL)
		return (NULL);
	error = vips_copy(image, &copy, "interpretation",
	    VIPS_INTERPRETATION_sRGB, NULL);
	g_object_unref(image);
	return (error ? NULL : copy);
}

static int
fail_font(const struct image_ops *ops, char *err)
{
	if (ops->text_font[0] != '\0')
		return (fail(err, 400,
		    "text_font: %s is not installed on this server",
		    ops->text_font));
	return (fail(err, 501, "text: its font %s is not installed on this "
	    "server", FONT_DEFAULT));
}

static int
typeset(struct layer *layer, const struct setting *set,
    const struct image_ops *ops, const PangoFontDescription *font, char *err)
{
	PangoLayout *layout = lay_out(set, ops, font);
	cairo_surface_t *surface;
	struct block block;
	VipsImage *image;

	measure(&block, set, layout);
	if (PANGO_PIXELS_CEIL(block.height) > (int)set->height) {
		g_object_unref(layout);
		return (fail(err, 400, "text_size: a line of %u px does not "
		    "fit in a picture of %u x %u pixels", set->size,
		    set->width, set->height));
	}
	surface = draw(set, ops, &block, layout);
	g_object_unref(layout);
	image = image_of(surface);
	cairo_surface_destroy(surface);
	if (image != NULL && layer_make(layer, image,
	    (~ops->text_color & 255) / 255.) == 0)
		return (0);
	(void)fail(err, 422, "text: could not be drawn (%.*s)",
	    (int)strcspn(vips_error_buffer(), "\n"), vips_error_buffer());
	vips_error_clear();
	return (422);
}

int
text_open(struct layer *layer, const struct image_ops *ops, unsigned width,
    unsigned height, char *err)
{
	PangoFontDescription *font;
	struct setting set;
	int status;

	*layer = (struct layer){ .pos = ops->text_pos };
	if (!sandbox_reads_fonts())
		return (fail(err, 501, "text: this server's kernel lacks "
		    "Landlock, without which no font is read"));
	if (!g_utf8_validate(ops->text, -1, NULL))
		return (fail(err, 400, "text: is not UTF-8"));
	font = describe_font(ops->text_font[0] != '\0' ? ops->text_font :
	    FONT_DEFAULT);
	if (font == NULL)
		return (fail_font(ops, err));
	settle(&set, ops, width, height);
	pango_font_description_set_absolute_size(font,
	    (double)set.size * PANGO_SCALE);
	status = typeset(layer, &set, ops, font, err);
	pango_font_description_free(font);
	return (status);
}
