/* SPDX-License-Identifier: BSD-2-Clause
 * Copyright (c) 2026 The pixelfleet authors
 *
 * The operations: their table, the values they take, and the canonical text
 * they make.
 *
 * A new operation is a row of the table, in the place that it has in the
 * canonical text, and a field of struct image_ops whose zero means the
 * default.
 *
 * Nothing here allocates, recurses or asks for the locale.
 */

#include <limits.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>

#include "image_draft.h"

#define SHOWN_MAX		36	/* bytes, a value in an error */
#define DPR_ONE			UINT64_C(10000000000)

/* A word that a parameter takes, and what it stands for. */
struct word {
	const char		*word;
	unsigned		value;	/* or UNBUILT */
};

#define UNBUILT			UINT_MAX

struct operation {
	const char		*name;
	const char		*alias;
	/* Takes a value in; NULL where this version cannot do it. */
	int			(*parse)(struct draft *,
				    const struct operation *, const char *);
	size_t			field;	/* an unsigned or enum in image_ops */
	const struct word	*words;
	unsigned		min, max;	/* max 0: takes no number */
	unsigned		neutral;	/* the number stored as 0 */
	const char		*accepted;	/* where the above do not say */
};

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

/*
 * A client's text as it may stand in an error: short, and without a byte
 * that a log or a browser would act upon.
 */
static const char *
shown(const char *s, char buf[SHOWN_MAX])
{
	struct text t = text_on(buf, SHOWN_MAX - 3);

	for (; *s != '\0' && !t.full; s++)
		text_byte(&t, *s < ' ' || *s > '~' ||
		    strchr("\"&'<>", *s) != NULL ? '?' : *s);
	if (t.full)
		memcpy(buf + t.len, "...", 4);
	return (buf);
}

static bool
is_digit(char c)
{
	return (c >= '0' && c <= '9');
}

/* A whole decimal number; one too large for any range stays too large. */
static bool
read_number(const char *s, unsigned *n)
{
	*n = 0;
	do {
		if (!is_digit(*s))
			return (false);
		if (*n < 100000000)
			*n = *n * 10 + (unsigned)(*s - '0');
	} while (*++s != '\0');
	return (true);
}

static const struct word *
find_word(const struct word *w, const char *value)
{
	for (; w != NULL && w->word != NULL; w++)
		if (strcmp(w->word, value) == 0)
			return (w);
	return (NULL);
}

static const char *
word_for(const struct word *w, unsigned value)
{
	for (; w != NULL && w->word != NULL; w++)
		if (w->value == value)
			return (w->word);
	return (NULL);
}

static int
refuse_value(struct draft *d, const struct operation *op, const char *value)
{
	char list[IMAGE_ERROR_MAX / 2], buf[SHOWN_MAX];
	struct text t = text_on(list, sizeof list);
	const struct word *w;

	if (op->accepted != NULL)
		text_str(&t, op->accepted);
	if (op->max > 0) {
		text_number(&t, op->min);
		text_str(&t, "..");
		text_number(&t, op->max);
	}
	for (w = op->words; w != NULL && w->word != NULL; w++) {
		if (w->value == UNBUILT)
			continue;
		text_str(&t, t.len > 0 ? ", " : "");
		text_str(&t, w->word);
	}
	return (draft_fail(d, 400, "parameter '%s' is '%s': accepted is %s",
	    d->name, shown(value, buf), list));
}

static int
refuse_unbuilt(struct draft *d, const char *value)
{
	return (draft_fail(d, 501, "%s=%s is not built into this version",
	    d->name, value));
}

static unsigned *
field_of(struct image_ops *ops, const struct operation *op)
{
	/* GCC and clang: an enum without negative values is an unsigned. */
	_Static_assert(sizeof(enum image_format) == sizeof(unsigned) &&
	    sizeof(enum image_fit) == sizeof(unsigned), "enums are unsigned");
	return ((unsigned *)(void *)((char *)ops + op->field));
}

static int
parse_value(struct draft *d, const struct operation *op, const char *value)
{
	const struct word *w = find_word(op->words, value);
	unsigned n;

	if (w != NULL && w->value == UNBUILT)
		return (refuse_unbuilt(d, value));
	if (w != NULL)
		*field_of(&d->ops, op) = w->value;
	else if (op->max > 0 && read_number(value, &n) && n >= op->min &&
	    n <= op->max)
		*field_of(&d->ops, op) = n == op->neutral ? 0 : n;
	else
		return (refuse_value(d, op, value));
	return (0);
}

static int
parse_crop(struct draft *d, const struct operation *op, const char *value)
{
	static const char form[] = "0,0,0,0";
	const char *s = value, *f = form;

	/* A rectangle: each digit of the form stands for a number. */
	for (; *f != '\0' && (*f == '0' ? is_digit(*s) : *s == *f); f++)
		s += *f == '0' ? strspn(s, "0123456789") : 1;
	if (*f == '\0' && *s == '\0')
		return (refuse_unbuilt(d, "x,y,w,h"));
	return (parse_value(d, op, value));
}

/*
 * Nine decimals count.  The tenth digit stands for all further ones, so
 * that 8.0000000000001 is still above 8.
 */
static int
parse_dpr(struct draft *d, const struct operation *op, const char *value)
{
	uint64_t dpr = 0, unit = DPR_ONE, rest = 0;
	const char *s = value;

	for (; is_digit(*s); s++)
		if (dpr < 100 * DPR_ONE)
			dpr = dpr * 10 + (uint64_t)(*s - '0') * DPR_ONE;
	if (s > value && *s == '.' && is_digit(s[1]))
		for (s++; is_digit(*s); s++) {
			unit /= 10;
			if (unit > 1)
				dpr += (uint64_t)(*s - '0') * unit;
			else if (*s != '0')
				rest = 1;
		}
	dpr += rest;
	if (*s != '\0' || dpr < DPR_ONE / 10 || dpr > 8 * DPR_ONE)
		return (refuse_value(d, op, value));
	d->dpr = dpr;
	return (0);
}

/*--------------------------------------------------------------------
 * The table of operations, in canonical order
 */

static const struct word crop_words[] = {
	{ "fit",	IMAGE_FIT_COVER },
	{ "top",	UNBUILT },
	{ "bottom",	UNBUILT },
	{ "left",	UNBUILT },
	{ "right",	UNBUILT },
	{ "pad",	UNBUILT },
	{ "entropy",	UNBUILT },
	{ "attention",	UNBUILT },
	{ "smart",	UNBUILT },
	{ "face",	UNBUILT },
	{ NULL,		0 }
};

static const struct word format_words[] = {
	{ "auto",	IMAGE_FORMAT_AUTO },
	{ "jpg",	IMAGE_FORMAT_JPG },	/* the first is canonical */
	{ "jpeg",	IMAGE_FORMAT_JPG },
	{ "png",	IMAGE_FORMAT_PNG },
	{ "webp",	IMAGE_FORMAT_WEBP },
	{ "avif",	IMAGE_FORMAT_AVIF },
	{ "jxl",	UNBUILT },
	{ "gif",	UNBUILT },
	{ NULL,		0 }
};

static const struct word quality_words[] = {
	{ "low",	UNBUILT },
	{ "med",	UNBUILT },
	{ "high",	UNBUILT },
	{ "auto",	UNBUILT },
	{ NULL,		0 }
};

static const struct word autorotate_words[] = {
	{ "true",	0 },
	{ "false",	1 },
	{ "1",		0 },
	{ "0",		1 },
	{ NULL,		0 }
};

#define FIELD(f)	.field = offsetof(struct image_ops, f)

static const struct operation operations[] = {
	{ "width", "w", parse_value, FIELD(width),
	    .min = 1, .max = IMAGE_SIDE_MAX },
	{ "height", "h", parse_value, FIELD(height),
	    .min = 1, .max = IMAGE_SIDE_MAX },
	{ "dpr", NULL, parse_dpr, .accepted = "0.1..8" },
	{ .name = "scale" },
	{ .name = "fit" },
	{ .name = "enlarge" },
	{ "crop", NULL, parse_crop, FIELD(fit), .words = crop_words },
	{ .name = "focal", .alias = "fp" },
	{ .name = "trim" },
	{ .name = "pad" },
	{ .name = "pad_color", .alias = "bg" },
	{ .name = "border" },
	{ .name = "radius" },
	{ .name = "angle" },
	{ .name = "flip" },
	{ .name = "brightness" },
	{ .name = "contrast" },
	{ .name = "saturation" },
	{ .name = "gamma" },
	{ .name = "hue" },
	{ .name = "blur" },
	{ .name = "sharp_amount", .alias = "sharpen" },
	{ .name = "colorize" },
	{ .name = "filter" },
	{ .name = "auto_fix" },
	{ .name = "auto_level" },
	{ .name = "pixelate" },
	{ "format", "f", parse_value, FIELD(format), .words = format_words },
	{ "quality", "q", parse_value, FIELD(quality), .words = quality_words,
	    .min = 1, .max = 100, .neutral = IMAGE_QUALITY_DEFAULT },
	{ .name = "max_bytes" },
	{ .name = "lossless" },
	{ .name = "progressive" },
	{ .name = "strip" },
	{ .name = "animated" },
	{ .name = "page" },
	{ .name = "mark" },
	{ .name = "mark_scale" },
	{ .name = "mark_pos" },
	{ .name = "mark_offset" },
	{ .name = "mark_alpha" },
	{ .name = "text" },
	{ .name = "text_font" },
	{ .name = "text_size" },
	{ .name = "text_color" },
	{ .name = "text_pos" },
	{ .name = "meta" },
	{ .name = "explain" },
	{ .name = "preset", .alias = "p" },
	{ .name = "sig" },
	{ .name = "expires" },
	{ "autorotate", NULL, parse_value, FIELD(no_autorotate),
	    .words = autorotate_words },
};

#define N_OPERATIONS	(sizeof operations / sizeof operations[0])
_Static_assert(N_OPERATIONS <= 64, "struct draft has a bit for each");

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
static const struct operation *
find_operation(const struct text *name, bool *base64)
{
	const struct operation *op = find_name(name->buf, name->len);

	*base64 = op == NULL && name->len > 2 &&
	    strcmp(name->buf + name->len - 2, "64") == 0;
	if (*base64)
		op = find_name(name->buf, name->len - 2);
	return (op);
}

static int
read_operation(struct draft *d, const struct operation *op, bool base64,
    const char *s, const char *end)
{
	const uint64_t bit = UINT64_C(1) << (op - operations);
	char buf[IMAGE_URL_MAX];
	struct text value = text_on(buf, sizeof buf);
	const char *fault;

	if (op->parse == NULL)
		return (draft_fail(d, 501, "parameter '%s' is not built into "
		    "this version", d->name));
	if ((d->seen & bit) != 0)
		return (draft_fail(d, 400, "parameter '%s' is given twice, "
		    "here as '%s'", op->name, d->name));
	d->seen |= bit;
	fault = url_decode(&value, s, end, !base64);
	if (fault == NULL && base64)
		fault = base64_decode(buf);
	if (fault != NULL)
		return (draft_fail(d, 400, "parameter '%s' holds %s", d->name,
		    fault));
	if (value.full)
		return (draft_fail_too_long(d));
	if (buf[0] == '\0')
		return (draft_fail(d, 400, "parameter '%s' has no value",
		    d->name));
	return (op->parse(d, op, buf));
}

enum draft_result
draft_read(struct draft *d, const struct text *name, const char *s,
    const char *end)
{
	const struct operation *op;
	bool base64;

	op = find_operation(name, &base64);
	if (op == NULL)
		return (DRAFT_UNKNOWN);
	d->name = name->buf;
	return (read_operation(d, op, base64, s, end) == 0 ? DRAFT_TAKEN :
	    DRAFT_FAILED);
}

static int
apply_dpr(struct draft *d, const char *name, unsigned *side)
{
	uint64_t px = (*side * d->dpr + DPR_ONE / 2) / DPR_ONE;

	if (*side != 0 && (px < 1 || px > IMAGE_SIDE_MAX))
		return (draft_fail(d, 400, "'%s' times 'dpr' is %u: accepted "
		    "is 1..%d", name, (unsigned)px, IMAGE_SIDE_MAX));
	*side = (unsigned)px;
	return (0);
}

int
draft_settle(struct draft *d)
{
	struct image_ops *ops = &d->ops;

	if (d->dpr != 0) {
		if (ops->width == 0 && ops->height == 0)
			return (draft_fail(d, 400, "parameter 'dpr' needs "
			    "'width' or 'height'"));
		if (apply_dpr(d, "width", &ops->width) != 0 ||
		    apply_dpr(d, "height", &ops->height) != 0)
			return (-1);
	}
	if (ops->fit != IMAGE_FIT_INSIDE &&
	    (ops->width == 0 || ops->height == 0))
		return (draft_fail(d, 400, "parameter 'crop' needs both "
		    "'width' and 'height'"));
	return (0);
}

int
image_ops_format(const struct image_ops *ops, char *buf, size_t len)
{
	struct image_ops copy = *ops;
	const struct operation *op;
	struct text t;
	unsigned value;
	const char *word;

	if (len == 0)
		return (-1);
	t = text_on(buf, len);
	for (op = operations; op < operations + N_OPERATIONS; op++) {
		/* What has no field (dpr) has gone into others. */
		if (op->words == NULL && op->max == 0)
			continue;
		value = *field_of(&copy, op);
		if (value == 0)
			continue;
		text_str(&t, t.len > 0 ? "&" : "");
		text_str(&t, op->name);
		text_byte(&t, '=');
		word = word_for(op->words, value);
		if (word != NULL)
			text_str(&t, word);
		else
			text_number(&t, value);
	}
	if (t.len == 0) {
		text_str(&t, "quality=");
		text_number(&t, IMAGE_QUALITY_DEFAULT);
	}
	return (t.full ? -1 : (int)t.len);
}

const char *
image_format_name(enum image_format format)
{
	const char *word = word_for(format_words, format);

	if (word != NULL)
		return (word);
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
	default:
		return (NULL);
	}
}
