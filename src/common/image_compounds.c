/* SPDX-License-Identifier: BSD-2-Clause
 * Copyright (c) 2026 The pixelfleet authors
 *
 * The kinds of values that are made of several, stand for several fields,
 * or are text.
 *
 * `fit`, `crop` and `focal` share fields: what crop implies waits in the
 * draft until it is settled, and of the spellings of one cut the canonical
 * one is written.
 */

#include <string.h>

#include "image_colours.h"
#include "image_values.h"

#define CROP_MAX		100000	/* px, of a source */
#define CENTRE			(IMAGE_ONE / 2)

/* A duotone whose colours are left out. */
#define DUOTONE_DARK		0x1b2a49ffu
#define DUOTONE_LIGHT		0xf7e7ceffu

static bool
never(const struct image_ops *ops, const struct operation *op)
{
	(void)ops;
	(void)op;
	return (false);
}

static bool
take(const char **s, char byte)
{
	if (**s != byte)
		return (false);
	(*s)++;
	return (true);
}

/*--------------------------------------------------------------------
 * dpr
 */

static int
parse_dpr(struct draft *d, const struct operation *op, const char *value)
{
	const char *s = value;
	int n;

	if (!value_read_decimal(&s, op->min, op->max, &n) || *s != '\0')
		return (value_refuse(d, op, value));
	d->dpr = (unsigned)n;
	return (0);
}

const struct kind value_dpr = { parse_dpr, NULL, never };

/*--------------------------------------------------------------------
 * fit, crop, focal
 */

static int
parse_fit(struct draft *d, const struct operation *op, const char *value)
{
	return (value_number.parse(d, op, value));
}

/* Cover is spelled by crop or focal, unless crop says something else. */
static bool
fit_present(const struct image_ops *ops, const struct operation *op)
{
	(void)op;
	if (ops->fit == IMAGE_FIT_COVER)
		return (ops->crop_w != 0 &&
		    ops->gravity == IMAGE_GRAVITY_CENTRE);
	return (ops->fit != IMAGE_FIT_INSIDE);
}

static void
write_fit(struct text *t, const struct image_ops *ops,
    const struct operation *op)
{
	value_number.write(t, ops, op);
}

const struct kind value_fit = { parse_fit, write_fit, fit_present };

static bool
read_box(struct image_ops *ops, const char *s)
{
	int n[4], i;

	for (i = 0; i < 4; i++)
		if ((i > 0 && !take(&s, ',')) ||
		    !value_read_number(&s, i < 2 ? 0 : 1, CROP_MAX, &n[i]))
			return (false);
	ops->crop_x = (unsigned)n[0];
	ops->crop_y = (unsigned)n[1];
	ops->crop_w = (unsigned)n[2];
	ops->crop_h = (unsigned)n[3];
	return (*s == '\0');
}

static int
parse_crop(struct draft *d, const struct operation *op, const char *value)
{
	if (value[0] >= '0' && value[0] <= '9')
		return (read_box(&d->ops, value) ? 0 :
		    value_refuse(d, op, value));
	d->cropped = IMAGE_FIT_COVER;
	if (strcmp(value, "pad") == 0) {
		d->cropped = IMAGE_FIT_CONTAIN;
		return (0);
	}
	return (value_number.parse(d, op, value));
}

static bool
crop_present(const struct image_ops *ops, const struct operation *op)
{
	(void)op;
	return (ops->crop_w != 0 || (ops->fit == IMAGE_FIT_COVER &&
	    ops->gravity != IMAGE_GRAVITY_FOCAL));
}

static void
write_crop(struct text *t, const struct image_ops *ops,
    const struct operation *op)
{
	if (ops->crop_w == 0) {
		value_number.write(t, ops, op);
		return;
	}
	text_number(t, ops->crop_x);
	text_byte(t, ',');
	text_number(t, ops->crop_y);
	text_byte(t, ',');
	text_number(t, ops->crop_w);
	text_byte(t, ',');
	text_number(t, ops->crop_h);
}

const struct kind value_crop = { parse_crop, write_crop, crop_present };

static int
parse_focal(struct draft *d, const struct operation *op, const char *value)
{
	const char *s = value;
	int x, y;

	if (!value_read_decimal(&s, 0, IMAGE_ONE, &x) || !take(&s, ',') ||
	    !value_read_decimal(&s, 0, IMAGE_ONE, &y) || *s != '\0')
		return (value_refuse(d, op, value));
	d->ops.focal_x = (unsigned)x;
	d->ops.focal_y = (unsigned)y;
	return (0);
}

static bool
focal_present(const struct image_ops *ops, const struct operation *op)
{
	(void)op;
	return (ops->gravity == IMAGE_GRAVITY_FOCAL);
}

static void
write_focal(struct text *t, const struct image_ops *ops,
    const struct operation *op)
{
	(void)op;
	value_write_decimal(t, (int)ops->focal_x);
	text_byte(t, ',');
	value_write_decimal(t, (int)ops->focal_y);
}

const struct kind value_focal = { parse_focal, write_focal, focal_present };

/*--------------------------------------------------------------------
 * border, filter, mark_offset
 */

static int
parse_border(struct draft *d, const struct operation *op, const char *value)
{
	const char *s = value;
	uint32_t rgba;
	int n;

	if (!value_read_number(&s, op->min, op->max, &n) || !take(&s, ',') ||
	    !colour_read(s, strlen(s), &rgba))
		return (value_refuse(d, op, value));
	d->ops.border = (unsigned)n;
	d->ops.border_color = n == 0 ? 0 : rgba;
	return (0);
}

static void
write_border(struct text *t, const struct image_ops *ops,
    const struct operation *op)
{
	(void)op;
	text_number(t, ops->border);
	text_byte(t, ',');
	colour_write(t, ops->border_color);
}

const struct kind value_border = { parse_border, write_border, NULL };

/* ",dark,light", of which the alpha does not count. */
static bool
read_duotone(struct image_ops *ops, const char *s)
{
	uint32_t dark, light;
	size_t len;

	if (!take(&s, ','))
		return (false);
	len = strcspn(s, ",");
	if (!colour_read(s, len, &dark) || s[len] != ',' ||
	    !colour_read(s + len + 1, strlen(s + len + 1), &light))
		return (false);
	ops->duotone_dark = dark | 0xff;
	ops->duotone_light = light | 0xff;
	return (true);
}

static int
parse_filter(struct draft *d, const struct operation *op, const char *value)
{
	static const char duotone[] = "duotone";
	const char *colours = value + sizeof duotone - 1;

	if (strncmp(value, duotone, sizeof duotone - 1) != 0)
		return (value_number.parse(d, op, value));
	d->ops.filter = IMAGE_FILTER_DUOTONE;
	d->ops.duotone_dark = DUOTONE_DARK;
	d->ops.duotone_light = DUOTONE_LIGHT;
	if (*colours != '\0' && !read_duotone(&d->ops, colours))
		return (value_refuse(d, op, value));
	return (0);
}

static void
write_filter(struct text *t, const struct image_ops *ops,
    const struct operation *op)
{
	value_number.write(t, ops, op);
	if (ops->filter != IMAGE_FILTER_DUOTONE)
		return;
	text_byte(t, ',');
	colour_write(t, ops->duotone_dark);
	text_byte(t, ',');
	colour_write(t, ops->duotone_light);
}

const struct kind value_filter = { parse_filter, write_filter, NULL };

static int
parse_offset(struct draft *d, const struct operation *op, const char *value)
{
	const char *s = value;
	int x, y;

	if (!value_read_number(&s, op->min, op->max, &x))
		return (value_refuse(d, op, value));
	y = x;
	if ((*s != '\0' && (!take(&s, ',') ||
	    !value_read_number(&s, op->min, op->max, &y))) || *s != '\0')
		return (value_refuse(d, op, value));
	d->ops.mark_offset_x = x;
	d->ops.mark_offset_y = y;
	return (0);
}

static bool
offset_present(const struct image_ops *ops, const struct operation *op)
{
	(void)op;
	return (ops->mark_offset_x != 0 || ops->mark_offset_y != 0);
}

static void
write_offset(struct text *t, const struct image_ops *ops,
    const struct operation *op)
{
	(void)op;
	value_write_number(t, ops->mark_offset_x);
	text_byte(t, ',');
	value_write_number(t, ops->mark_offset_y);
}

const struct kind value_offset = { parse_offset, write_offset,
    offset_present };

/* "bottom|right" is "bottom,right" to whom comes from Imagizer. */
static int
parse_pos(struct draft *d, const struct operation *op, const char *value)
{
	char commas[sizeof "bottom,right"];
	struct text t = text_on(commas, sizeof commas);
	const char *s;

	for (s = value; *s != '\0'; s++)
		text_byte(&t, *s == '|' ? ',' : *s);
	return (value_number.parse(d, op, t.full ? value : commas));
}

static void
write_pos(struct text *t, const struct image_ops *ops,
    const struct operation *op)
{
	value_number.write(t, ops, op);
}

const struct kind value_pos = { parse_pos, write_pos, NULL };

/*--------------------------------------------------------------------
 * Text
 */

static bool
string_present(const struct image_ops *ops, const struct operation *op)
{
	return (*((const char *)ops + op->field) != '\0');
}

static void
write_string(struct text *t, const struct image_ops *ops,
    const struct operation *op)
{
	url_escape(t, (const char *)ops + op->field);
}

/* Of a text too long for its field.  `size` counts the NUL. */
static int
refuse_long(struct draft *d, size_t size)
{
	return (draft_fail(d, 400, "parameter '%s' is too long: accepted is "
	    "1..%zu bytes", d->name, size - 1));
}

static int
parse_mark(struct draft *d, const struct operation *op, const char *value)
{
	struct text path = text_on(d->ops.mark, sizeof d->ops.mark);

	/* Of two slashes at its beginning, a browser would make a host. */
	if (value[0] != '/' || value[1] == '/')
		return (value_refuse(d, op, value));
	if (draft_read_mark(d, value, &path) != 0)
		return (-1);
	if (path.full)
		return (refuse_long(d, sizeof d->ops.mark));
	return (path.buf[1] == '/' ? value_refuse(d, op, value) : 0);
}

const struct kind value_mark = { parse_mark, write_string, string_present };

/* One character of UTF-8 (RFC 3629, 4) at *s; *s moves behind it. */
static bool
read_utf8(const unsigned char **s, unsigned *character)
{
	static const unsigned least[] = { 0, 0x80, 0x800, 0x10000 };
	const unsigned char *p = *s;
	unsigned n, i, c = p[0];

	n = c < 0x80 ? 0 : c >= 0xc0 && c < 0xe0 ? 1 : c >= 0xe0 &&
	    c < 0xf0 ? 2 : c >= 0xf0 && c < 0xf8 ? 3 : 4;
	if (n == 4)
		return (false);
	c = n == 0 ? c : c & (0x3fu >> n);
	for (i = 1; i <= n; i++) {
		if ((p[i] & 0xc0) != 0x80)
			return (false);
		c = c << 6 | (p[i] & 0x3f);
	}
	*s = p + n + 1;
	*character = c;
	return (c >= least[n] && c <= 0x10ffff && (c < 0xd800 || c > 0xdfff));
}

static int
parse_text(struct draft *d, const struct operation *op, const char *value)
{
	const unsigned char *s = (const unsigned char *)value;
	size_t len = strlen(value);
	unsigned c;

	(void)op;
	if (len >= sizeof d->ops.text)
		return (refuse_long(d, sizeof d->ops.text));
	while (*s != '\0') {
		if (!read_utf8(&s, &c))
			return (draft_fail(d, 400, "parameter '%s' is not "
			    "UTF-8", d->name));
		if ((c < ' ' && c != '\n') || (c >= 0x7f && c < 0xa0))
			return (draft_fail(d, 400, "parameter '%s' holds a "
			    "control character", d->name));
	}
	memcpy(d->ops.text, value, len + 1);
	return (0);
}

const struct kind value_text = { parse_text, write_string, string_present };

/* Copy a text of letters, digits and some others. */
static int
parse_token(struct draft *d, const struct operation *op, const char *value,
    const char *others, char *buf, size_t size)
{
	size_t len;

	for (len = 0; value[len] != '\0'; len++)
		if ((value[len] < '0' || value[len] > '9') &&
		    (value[len] < 'A' || value[len] > 'Z') &&
		    (value[len] < 'a' || value[len] > 'z') &&
		    strchr(others, value[len]) == NULL)
			return (value_refuse(d, op, value));
	if (len >= size)
		return (refuse_long(d, size));
	memcpy(buf, value, len + 1);
	return (0);
}

static int
parse_font(struct draft *d, const struct operation *op, const char *value)
{
	return (parse_token(d, op, value, " _-", d->ops.text_font,
	    sizeof d->ops.text_font));
}

const struct kind value_font = { parse_font, write_string, string_present };

/*--------------------------------------------------------------------
 * What is said of the request
 */

static int
parse_explain(struct draft *d, const struct operation *op, const char *value)
{
	const struct word *w;

	for (w = bool_words; w->word != NULL; w++)
		if (strcmp(w->word, value) == 0) {
			d->explain = w->value;
			return (0);
		}
	return (value_refuse(d, op, value));
}

const struct kind value_explain = { parse_explain, NULL, never };

static int
parse_preset(struct draft *d, const struct operation *op, const char *value)
{
	return (parse_token(d, op, value, "._-", d->preset,
	    sizeof d->preset));
}

const struct kind value_preset = { parse_preset, NULL, never };

static int
parse_expires(struct draft *d, const struct operation *op, const char *value)
{
	const char *s;

	d->expires = 0;
	for (s = value; *s >= '0' && *s <= '9' &&
	    d->expires <= IMAGE_EXPIRES_MAX; s++)
		d->expires = d->expires * 10 + (uint64_t)(*s - '0');
	if (*s != '\0' || d->expires < 1 || d->expires > IMAGE_EXPIRES_MAX)
		return (value_refuse(d, op, value));
	return (0);
}

const struct kind value_expires = { parse_expires, NULL, never };

/* Base64 of either alphabet, or hex.  A '+' that was typed came as ' '. */
static int
parse_signature(struct draft *d, const struct operation *op,
    const char *value)
{
	char *s;

	if (parse_token(d, op, value, "+/-_= ", d->signature,
	    sizeof d->signature) != 0)
		return (-1);
	for (s = d->signature; *s != '\0'; s++)
		if (*s == ' ')
			*s = '+';
	return (0);
}

const struct kind value_signature = { parse_signature, NULL, never };
