/* SPDX-License-Identifier: BSD-2-Clause
 * Copyright (c) 2026 The pixelfleet authors
 *
 * The kinds of values that are made of several or stand for several fields.
 *
 * `fit`, `crop` and `focal` share fields: what crop implies waits in the
 * draft until it is settled, and of the spellings of one cut the canonical
 * one is written.
 */

#include <string.h>

#include "image_colours.h"
#include "image_values.h"

#define CROP_MAX		100000	/* px, of a source */

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

const struct kind value_fit = { number_parse, number_write, fit_present };

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
	return (number_parse(d, op, value));
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
		number_write(t, ops, op);
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
		return (number_parse(d, op, value));
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
	number_write(t, ops, op);
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
	return (number_parse(d, op, t.full ? value : commas));
}

const struct kind value_pos = { parse_pos, number_write, NULL };
