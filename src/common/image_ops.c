/* SPDX-License-Identifier: BSD-2-Clause
 * Copyright (c) 2026 The pixelfleet authors
 *
 * The operations: their table, and the canonical text they make.
 *
 * A new operation is an id in image_draft.h, in the place that it has in
 * the canonical text, a row of the table here, and a field of struct
 * image_ops whose zero means the default.
 *
 * Nothing here allocates, recurses or asks for the locale.
 */

#include <stdarg.h>
#include <stdio.h>
#include <string.h>

#include "image_colours.h"
#include "image_values.h"

#define NUMBER(min_, max_)	.kind = &value_number, .min = min_, .max = max_
#define DECIMAL(min_, max_)	.kind = &value_decimal, .min = min_, .max = max_
#define WORDS(w)		.kind = &value_number, .words = w
#define COLOUR			.kind = &value_colour, \
				.accepted = COLOUR_ACCEPTED
#define FIELD(f)		.field = offsetof(struct image_ops, f)

static const struct word fit_words[] = {
	{ "inside",	IMAGE_FIT_INSIDE,		WORD_PLAIN },
	{ "cover",	IMAGE_FIT_COVER,		WORD_PLAIN },
	{ "contain",	IMAGE_FIT_CONTAIN,		WORD_PLAIN },
	{ "fill",	IMAGE_FIT_FILL,			WORD_PLAIN },
	{ "outside",	IMAGE_FIT_OUTSIDE,		WORD_PLAIN },
	{ NULL,		0,				WORD_PLAIN }
};

static const struct word crop_words[] = {
	{ "fit",	IMAGE_GRAVITY_CENTRE,		WORD_PLAIN },
	{ "top",	IMAGE_GRAVITY_TOP,		WORD_PLAIN },
	{ "bottom",	IMAGE_GRAVITY_BOTTOM,		WORD_PLAIN },
	{ "left",	IMAGE_GRAVITY_LEFT,		WORD_PLAIN },
	{ "right",	IMAGE_GRAVITY_RIGHT,		WORD_PLAIN },
	{ "pad",	IMAGE_GRAVITY_CENTRE,		WORD_READ },
	{ "entropy",	IMAGE_GRAVITY_ENTROPY,		WORD_PLAIN },
	{ "attention",	IMAGE_GRAVITY_ATTENTION,	WORD_PLAIN },
	{ "smart",	IMAGE_GRAVITY_ATTENTION,	WORD_READ },
	{ "face",	UNBUILT,			WORD_PLAIN },
	{ NULL,		0,				WORD_PLAIN }
};

static const struct word radius_words[] = {
	{ "max",	IMAGE_RADIUS_FULL,		WORD_PLAIN },
	{ NULL,		0,				WORD_PLAIN }
};

static const struct word angle_words[] = {
	{ "0",		0,				WORD_PLAIN },
	{ "90",		90,				WORD_PLAIN },
	{ "180",	180,				WORD_PLAIN },
	{ "270",	270,				WORD_PLAIN },
	{ NULL,		0,				WORD_PLAIN }
};

static const struct word flip_words[] = {
	{ "h",		IMAGE_FLIP_H,			WORD_PLAIN },
	{ "v",		IMAGE_FLIP_V,			WORD_PLAIN },
	{ "hv",		IMAGE_FLIP_HV,			WORD_PLAIN },
	{ "vh",		IMAGE_FLIP_HV,			WORD_ALIAS },
	{ NULL,		0,				WORD_PLAIN }
};

static const struct word filter_words[] = {
	{ "grey",	IMAGE_FILTER_GREY,		WORD_PLAIN },
	{ "gray",	IMAGE_FILTER_GREY,		WORD_ALIAS },
	{ "21",		IMAGE_FILTER_GREY,		WORD_READ },
	{ "sepia",	IMAGE_FILTER_SEPIA,		WORD_PLAIN },
	{ "negate",	IMAGE_FILTER_NEGATE,		WORD_PLAIN },
	{ "duotone",	IMAGE_FILTER_DUOTONE,		WORD_PLAIN },
	{ NULL,		0,				WORD_PLAIN }
};

static const struct word format_words[] = {
	{ "auto",	IMAGE_FORMAT_AUTO,		WORD_PLAIN },
	{ "auto,webp",	IMAGE_FORMAT_AUTO_WEBP,		WORD_HIDDEN },
	{ "auto,avif",	IMAGE_FORMAT_AUTO_AVIF,		WORD_HIDDEN },
	{ "auto,jxl",	IMAGE_FORMAT_AUTO_JXL,		WORD_HIDDEN },
	{ "jpg",	IMAGE_FORMAT_JPG,		WORD_PLAIN },
	{ "jpeg",	IMAGE_FORMAT_JPG,		WORD_ALIAS },
	{ "png",	IMAGE_FORMAT_PNG,		WORD_PLAIN },
	{ "webp",	IMAGE_FORMAT_WEBP,		WORD_PLAIN },
	{ "avif",	IMAGE_FORMAT_AVIF,		WORD_PLAIN },
	{ "jxl",	IMAGE_FORMAT_JXL,		WORD_PLAIN },
	{ "gif",	IMAGE_FORMAT_GIF,		WORD_PLAIN },
	{ NULL,		0,				WORD_PLAIN }
};

static const struct word quality_words[] = {
	{ "low",	60,				WORD_READ },
	{ "med",	75,				WORD_READ },
	{ "high",	0,				WORD_READ },
	{ "auto",	IMAGE_QUALITY_AUTO,		WORD_PLAIN },
	{ NULL,		0,				WORD_PLAIN }
};

static const struct word strip_words[] = {
	{ "most",	IMAGE_STRIP_MOST,		WORD_PLAIN },
	{ "all",	IMAGE_STRIP_ALL,		WORD_PLAIN },
	{ "none",	IMAGE_STRIP_NONE,		WORD_PLAIN },
	{ NULL,		0,				WORD_PLAIN }
};

/* A text has all but the first of these. */
static const struct word mark_pos_words[] = {
	{ "tile",	IMAGE_POS_TILE,			WORD_PLAIN },
	{ "center",	IMAGE_POS_CENTRE,		WORD_PLAIN },
	{ "centre",	IMAGE_POS_CENTRE,		WORD_ALIAS },
	{ "top",	IMAGE_POS_TOP,			WORD_PLAIN },
	{ "bottom",	IMAGE_POS_BOTTOM,		WORD_PLAIN },
	{ "left",	IMAGE_POS_LEFT,			WORD_PLAIN },
	{ "right",	IMAGE_POS_RIGHT,		WORD_PLAIN },
	{ "top,left",	IMAGE_POS_TOP_LEFT,		WORD_PLAIN },
	{ "top,right",	IMAGE_POS_TOP_RIGHT,		WORD_PLAIN },
	{ "bottom,left", IMAGE_POS_BOTTOM_LEFT,		WORD_PLAIN },
	{ "bottom,right", IMAGE_POS_BOTTOM_RIGHT,	WORD_PLAIN },
	{ "left,top",	IMAGE_POS_TOP_LEFT,		WORD_ALIAS },
	{ "right,top",	IMAGE_POS_TOP_RIGHT,		WORD_ALIAS },
	{ "left,bottom", IMAGE_POS_BOTTOM_LEFT,		WORD_ALIAS },
	{ "right,bottom", IMAGE_POS_BOTTOM_RIGHT,	WORD_ALIAS },
	{ NULL,		0,				WORD_PLAIN }
};

static const struct operation operations[N_OPERATIONS] = {
	[OP_WIDTH] = { "width", "w", FIELD(width),
	    NUMBER(1, IMAGE_SIDE_MAX), .px = true },
	[OP_HEIGHT] = { "height", "h", FIELD(height),
	    NUMBER(1, IMAGE_SIDE_MAX), .px = true },
	[OP_DPR] = { "dpr", NULL, .kind = &value_dpr,
	    .min = IMAGE_ONE / 10, .max = 8 * IMAGE_ONE,
	    .accepted = "0.1..8" },
	[OP_SCALE] = { "scale", NULL, FIELD(scale),
	    DECIMAL(IMAGE_ONE / 100, 10 * IMAGE_ONE), .neutral = IMAGE_ONE },
	[OP_FIT] = { "fit", NULL, &value_fit, FIELD(fit),
	    .words = fit_words },
	[OP_ENLARGE] = { "enlarge", NULL, FIELD(enlarge),
	    WORDS(bool_words) },
	[OP_CROP] = { "crop", NULL, &value_crop, FIELD(gravity),
	    .words = crop_words,
	    .accepted = "x,y,w,h (0..100000, w and h from 1)" },
	[OP_FOCAL] = { "focal", "fp", &value_focal,
	    .accepted = "x,y (0..1 each)" },
	[OP_TRIM] = { "trim", NULL, FIELD(trim), NUMBER(0, 255), .bias = 1 },
	[OP_PAD] = { "pad", NULL, FIELD(pad), NUMBER(0, IMAGE_SIDE_MAX / 2),
	    .px = true },
	[OP_PAD_COLOR] = { "pad_color", "bg", FIELD(pad_color), COLOUR,
	    .neutral = 0xffffffff },
	[OP_BORDER] = { "border", NULL, &value_border, FIELD(border),
	    .min = 0, .max = IMAGE_SIDE_MAX / 2, .px = true,
	    .accepted = "width,color (width 0..4096; color " COLOUR_ACCEPTED
		")" },
	[OP_RADIUS] = { "radius", NULL, FIELD(radius),
	    NUMBER(0, IMAGE_SIDE_MAX), .words = radius_words, .px = true },
	[OP_AUTOROTATE] = { "autorotate", NULL, FIELD(no_autorotate),
	    WORDS(not_words) },
	[OP_ANGLE] = { "angle", NULL, FIELD(angle), WORDS(angle_words) },
	[OP_FLIP] = { "flip", NULL, FIELD(flip), WORDS(flip_words) },
	[OP_AUTO_LEVEL] = { "auto_level", NULL, FIELD(auto_level),
	    WORDS(bool_words) },
	[OP_AUTO_FIX] = { "auto_fix", NULL, FIELD(auto_fix),
	    WORDS(bool_words) },
	[OP_BRIGHTNESS] = { "brightness", NULL, FIELD(brightness),
	    DECIMAL(-IMAGE_ONE, IMAGE_ONE) },
	[OP_CONTRAST] = { "contrast", NULL, FIELD(contrast),
	    DECIMAL(-IMAGE_ONE, IMAGE_ONE) },
	[OP_GAMMA] = { "gamma", NULL, FIELD(gamma),
	    DECIMAL(IMAGE_ONE / 10, 10 * IMAGE_ONE), .neutral = IMAGE_ONE },
	[OP_SATURATION] = { "saturation", NULL, FIELD(saturation),
	    DECIMAL(-IMAGE_ONE, IMAGE_ONE) },
	[OP_HUE] = { "hue", NULL, FIELD(hue), NUMBER(0, 359) },
	[OP_FILTER] = { "filter", NULL, &value_filter, FIELD(filter),
	    .words = filter_words,
	    .accepted = "duotone,dark,light (two colours)" },
	[OP_COLORIZE] = { "colorize", NULL, FIELD(colorize), COLOUR },
	[OP_PIXELATE] = { "pixelate", NULL, FIELD(pixelate), NUMBER(1, 1024),
	    .neutral = 1 },
	[OP_BLUR] = { "blur", NULL, FIELD(blur), DECIMAL(0, 100 * IMAGE_ONE) },
	[OP_SHARP_AMOUNT] = { "sharp_amount", "sharpen", FIELD(sharpen),
	    DECIMAL(0, 100 * IMAGE_ONE) },
	[OP_FORMAT] = { "format", "f", FIELD(format), WORDS(format_words) },
	[OP_QUALITY] = { "quality", "q", FIELD(quality), NUMBER(1, 100),
	    .words = quality_words, .neutral = IMAGE_QUALITY_DEFAULT },
	[OP_MAX_BYTES] = { "max_bytes", NULL, FIELD(max_bytes),
	    NUMBER(1000, 100000000) },
	[OP_LOSSLESS] = { "lossless", NULL, FIELD(lossless),
	    WORDS(bool_words) },
	[OP_PROGRESSIVE] = { "progressive", NULL, FIELD(progressive),
	    WORDS(bool_words) },
	[OP_STRIP] = { "strip", NULL, FIELD(strip), WORDS(strip_words) },
	[OP_ANIMATED] = { "animated", NULL, FIELD(still), WORDS(not_words) },
	[OP_PAGE] = { "page", NULL, FIELD(page), NUMBER(1, 65536) },
	[OP_MARK] = { "mark", NULL, &value_mark, FIELD(mark),
	    .accepted = "the path of a source on this site, as /logo.png" },
	[OP_MARK_SCALE] = { "mark_scale", NULL, FIELD(mark_scale),
	    NUMBER(1, 100) },
	[OP_MARK_POS] = { "mark_pos", NULL, &value_pos, FIELD(mark_pos),
	    .words = mark_pos_words },
	[OP_MARK_OFFSET] = { "mark_offset", NULL, &value_offset,
	    .min = -IMAGE_SIDE_MAX, .max = IMAGE_SIDE_MAX,
	    .accepted = "one or two of -8192..8192, as 10 or 10,20" },
	[OP_MARK_ALPHA] = { "mark_alpha", NULL, FIELD(mark_alpha),
	    NUMBER(0, 100) },
	[OP_TEXT] = { "text", NULL, &value_text, FIELD(text),
	    .lines = true },
	[OP_TEXT_FONT] = { "text_font", NULL, &value_font, FIELD(text_font),
	    .accepted = "letters, digits, space, - and _" },
	[OP_TEXT_SIZE] = { "text_size", NULL, FIELD(text_size),
	    NUMBER(1, 1024), .px = true },
	[OP_TEXT_COLOR] = { "text_color", NULL, FIELD(text_color), COLOUR,
	    .neutral = 0xffffffff },
	[OP_TEXT_POS] = { "text_pos", NULL, &value_pos, FIELD(text_pos),
	    .words = mark_pos_words + 1 },
	[OP_META] = { "meta", NULL, FIELD(meta), WORDS(bool_words) },
	[OP_EXPLAIN] = { "explain", NULL, &value_explain,
	    .words = bool_words },
	[OP_PRESET] = { "preset", "p", &value_preset,
	    .accepted = "a name of letters, digits, ., - and _" },
	[OP_EXPIRES] = { "expires", NULL, &value_expires,
	    .accepted = "Unix seconds, 1..253402300799" },
	[OP_SIG] = { "sig", NULL, &value_signature,
	    .accepted = "base64 or hexadecimal digits" },
};

_Static_assert(N_OPERATIONS <= 64, "struct draft has a bit for each");

const struct operation *
operation(enum operation_id id)
{
	return (&operations[id]);
}

int
draft_fail(struct draft *d, int status, const char *fmt, ...)
{
	va_list ap;

	d->status = status;
	va_start(ap, fmt);
	(void)vsnprintf(d->error, IMAGE_ERROR_MAX, fmt, ap);
	va_end(ap);
	return (-1);
}

int
draft_fail_too_long(struct draft *d)
{
	return (draft_fail(d, 414, "the URL, or its normalised form, is "
	    "longer than %d bytes", IMAGE_URL_MAX - 1));
}

/*--------------------------------------------------------------------
 * Reading
 */

static bool
is_name(const char *name, const char *s, size_t len)
{
	return (name != NULL && name[0] == s[0] &&
	    strncmp(name, s, len) == 0 && name[len] == '\0');
}

static const struct operation *
find_name(const char *s, size_t len)
{
	const struct operation *op;

	for (op = operations; op < operations + N_OPERATIONS; op++)
		if (is_name(op->name, s, len) || is_name(op->alias, s, len))
			return (op);
	return (NULL);
}

/* The operation of that name, with or without 64 at its end. */
static enum operation_id
find_operation(const struct text *name, bool *base64)
{
	const struct operation *op = find_name(name->buf, name->len);

	*base64 = op == NULL && name->len > 2 &&
	    strcmp(name->buf + name->len - 2, "64") == 0;
	if (*base64)
		op = find_name(name->buf, name->len - 2);
	return (op == NULL ? N_OPERATIONS :
	    (enum operation_id)(op - operations));
}

enum operation_id
draft_find(const struct text *name)
{
	bool base64;

	return (find_operation(name, &base64));
}

const char *
draft_value(const struct draft *d, enum operation_id id, struct text *value)
{
	const struct raw *raw = &d->raw[id];
	const unsigned flags = operations[id].lines ? URL_LINES : 0;
	const char *fault;

	fault = url_decode(value, raw->s, raw->end,
	    raw->base64 ? flags : flags | URL_PLUS);
	return (fault == NULL && raw->base64 ? base64_decode(value->buf,
	    flags) : fault);
}

/* The value as text in buf[IMAGE_URL_MAX]. */
static int
read_value(struct draft *d, enum operation_id id, char *buf)
{
	struct text value = text_on(buf, IMAGE_URL_MAX);
	const char *fault = draft_value(d, id, &value);

	if (fault != NULL)
		return (draft_fail(d, 400, "parameter '%s' holds %s", d->name,
		    fault));
	if (value.full)
		return (draft_fail_too_long(d));
	if (buf[0] == '\0')
		return (draft_fail(d, 400, "parameter '%s' has no value",
		    d->name));
	return (0);
}

enum draft_result
draft_read(struct draft *d, const struct text *name, const char *s,
    const char *end)
{
	const struct operation *op;
	enum operation_id id;
	char buf[IMAGE_URL_MAX];
	bool base64;

	id = find_operation(name, &base64);
	if (id == N_OPERATIONS)
		return (DRAFT_UNKNOWN);
	op = &operations[id];
	d->name = name->buf;
	if (draft_has(d, id)) {
		(void)draft_fail(d, 400, "parameter '%s' is given twice, "
		    "here as '%s'", op->name, d->name);
		return (DRAFT_FAILED);
	}
	d->seen |= OP_BIT(id);
	d->raw[id] = (struct raw){ s, end, base64 };
	if (read_value(d, id, buf) != 0 || op->kind->parse(d, op, buf) != 0)
		return (DRAFT_FAILED);
	return (DRAFT_TAKEN);
}

/*--------------------------------------------------------------------
 * Writing
 */

static bool
is_present(const struct image_ops *ops, const struct operation *op)
{
	if (op->kind->present != NULL)
		return (op->kind->present(ops, op));
	return (value_of(ops, op) != 0);
}

int
image_ops_format(const struct image_ops *ops, char *buf, size_t len)
{
	const struct operation *op;
	struct text t;

	if (len == 0)
		return (-1);
	t = text_on(buf, len);
	for (op = operations; op < operations + N_OPERATIONS; op++) {
		if (!is_present(ops, op))
			continue;
		text_str(&t, t.len > 0 ? "&" : "");
		text_str(&t, op->name);
		text_byte(&t, '=');
		op->kind->write(&t, ops, op);
	}
	if (t.len == 0) {
		text_str(&t, "quality=");
		text_number(&t, IMAGE_QUALITY_DEFAULT);
	}
	return (t.full ? -1 : (int)t.len);
}

/*--------------------------------------------------------------------
 * Names
 */

const char *
image_format_name(enum image_format format)
{
	const char *word = value_word(format_words, format);

	if (word != NULL)
		return (word);
	if (format == IMAGE_FORMAT_JSON)
		return ("json");
	return (format == IMAGE_FORMAT_SOURCE ? "source" : "other");
}

const char *
image_format_mime(enum image_format format)
{
	switch (format) {
	case IMAGE_FORMAT_JPG:
		return ("image/jpeg");
	case IMAGE_FORMAT_PNG:
		return ("image/png");
	case IMAGE_FORMAT_WEBP:
		return ("image/webp");
	case IMAGE_FORMAT_AVIF:
		return ("image/avif");
	case IMAGE_FORMAT_JXL:
		return ("image/jxl");
	case IMAGE_FORMAT_GIF:
		return ("image/gif");
	case IMAGE_FORMAT_JSON:
		return ("application/json");
	default:
		return (NULL);
	}
}
