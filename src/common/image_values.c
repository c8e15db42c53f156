/* SPDX-License-Identifier: BSD-2-Clause
 * Copyright (c) 2026 The pixelfleet authors
 *
 * The simple kinds of values: numbers, decimals, words and colours.  Each
 * is read from what the client typed and written in its one canonical
 * spelling; a value of the first kind that is read back is the same again.
 */

#include <string.h>

#include "image_colours.h"
#include "image_values.h"

const struct word bool_words[] = {
	{ "true",	1,	WORD_PLAIN },
	{ "false",	0,	WORD_PLAIN },
	{ "1",		1,	WORD_READ },
	{ "0",		0,	WORD_READ },
	{ NULL,		0,	WORD_PLAIN }
};

const struct word not_words[] = {
	{ "true",	0,	WORD_PLAIN },
	{ "false",	1,	WORD_PLAIN },
	{ "1",		0,	WORD_READ },
	{ "0",		1,	WORD_READ },
	{ NULL,		0,	WORD_PLAIN }
};

/* Short, and without a byte that a log or a browser would act upon. */
const char *
value_shown(const char *s, char buf[SHOWN_MAX])
{
	struct text t = text_on(buf, SHOWN_MAX - 3);

	for (; *s != '\0' && !t.full; s++)
		text_byte(&t, *s < ' ' || *s > '~' ||
		    strchr("\"&'<>", *s) != NULL ? '?' : *s);
	if (t.full)
		memcpy(buf + t.len, "...", 4);
	return (buf);
}

static void
write_bound(struct text *t, const struct operation *op, int n)
{
	if (op->kind == &value_decimal)
		value_write_decimal(t, n);
	else
		value_write_number(t, n);
}

int
value_refuse(struct draft *d, const struct operation *op, const char *value)
{
	char list[IMAGE_ERROR_MAX / 2], buf[SHOWN_MAX];
	struct text t = text_on(list, sizeof list);
	const struct word *w;

	if (op->accepted != NULL)
		text_str(&t, op->accepted);
	else if (op->min != op->max) {
		write_bound(&t, op, op->min);
		text_str(&t, "..");
		write_bound(&t, op, op->max);
	}
	for (w = op->words; w != NULL && w->word != NULL; w++) {
		if (w->value == UNBUILT || w->use == WORD_ALIAS ||
		    w->use == WORD_HIDDEN)
			continue;
		text_str(&t, t.len > 0 ? ", " : "");
		text_str(&t, w->word);
	}
	return (draft_fail(d, 400, "parameter '%s' is '%s': accepted is %s",
	    d->name, value_shown(value, buf), list));
}

unsigned *
value_field(struct image_ops *ops, const struct operation *op)
{
	/* GCC and clang: an enum without negative values is an unsigned. */
	_Static_assert(sizeof(enum image_format) == sizeof(unsigned) &&
	    sizeof(enum image_pos) == sizeof(unsigned), "enums are unsigned");
	return ((unsigned *)(void *)((char *)ops + op->field));
}

unsigned
value_of(const struct image_ops *ops, const struct operation *op)
{
	return (*(const unsigned *)(const void *)((const char *)ops +
	    op->field));
}

const char *
value_word(const struct word *w, unsigned value)
{
	for (; w != NULL && w->word != NULL; w++)
		if (w->value == value && (w->use == WORD_PLAIN ||
		    w->use == WORD_HIDDEN))
			return (w->word);
	return (NULL);
}

/*--------------------------------------------------------------------
 * Numbers and words
 */

static bool
is_digit(char c)
{
	return (c >= '0' && c <= '9');
}

/* One too large for any range stays too large. */
bool
value_read_number(const char **sp, int min, int max, int *number)
{
	const char *s = *sp;
	bool negative = min < 0 && *s == '-';
	int n = 0;

	s += negative ? 1 : 0;
	if (!is_digit(*s))
		return (false);
	for (; is_digit(*s); s++)
		if (n < 200000000)
			n = n * 10 + (*s - '0');
	*sp = s;
	*number = negative ? -n : n;
	return (*number >= min && *number <= max);
}

void
value_write_number(struct text *t, int n)
{
	if (n < 0)
		text_byte(t, '-');
	text_number(t, n < 0 ? -(unsigned)n : (unsigned)n);
}

static const struct word *
find_word(const struct word *w, const char *value)
{
	for (; w != NULL && w->word != NULL; w++)
		if (strcmp(w->word, value) == 0)
			return (w);
	return (NULL);
}

int
number_parse(struct draft *d, const struct operation *op, const char *value)
{
	const struct word *w = find_word(op->words, value);
	unsigned *field = value_field(&d->ops, op);
	const char *s = value;
	int n;

	if (w != NULL && w->value == UNBUILT)
		return (draft_fail(d, 501, "%s=%s is not built into this "
		    "version", d->name, value));
	if (w != NULL)
		*field = w->value;
	else if (op->min != op->max &&
	    value_read_number(&s, op->min, op->max, &n) && *s == '\0')
		*field = op->bias == 0 && (unsigned)n == op->neutral ? 0 :
		    (unsigned)n + op->bias;
	else
		return (value_refuse(d, op, value));
	return (0);
}

void
number_write(struct text *t, const struct image_ops *ops,
    const struct operation *op)
{
	unsigned value = value_of(ops, op);
	const char *word = value_word(op->words, value);

	if (word != NULL)
		text_str(t, word);
	else
		text_number(t, value - op->bias);
}

const struct kind value_number = { number_parse, number_write, NULL };

/*--------------------------------------------------------------------
 * Decimals.  Four count, and the fifth rounds the fourth; whether the
 * number is within its range is settled by all of them.
 */

bool
value_read_decimal(const char **sp, int min, int max, int *number)
{
	const char *s = *sp;
	bool negative = min < 0 && *s == '-', rest = false;
	int64_t n = 0, unit = 10 * IMAGE_ONE;	/* one digit more */

	s += negative ? 1 : 0;
	if (!is_digit(*s))
		return (false);
	for (; is_digit(*s); s++)
		if (n < 1000000 * unit)
			n = n * 10 + (*s - '0') * unit;
	if (*s == '.' && is_digit(s[1]))
		for (s++; is_digit(*s); s++) {
			unit /= 10;
			n += (*s - '0') * unit;
			rest = rest || (unit == 0 && *s != '0');
		}
	*sp = s;
	*number = (int)((n + 5) / 10);
	if (!negative)
		return (n >= 10 * (int64_t)min && (n < 10 * (int64_t)max ||
		    (n == 10 * (int64_t)max && !rest)));
	*number = -*number;
	return (n < -10 * (int64_t)min || (n == -10 * (int64_t)min && !rest));
}

void
value_write_decimal(struct text *t, int number)
{
	unsigned n = number < 0 ? -(unsigned)number : (unsigned)number;
	unsigned unit = IMAGE_ONE;

	if (number < 0)
		text_byte(t, '-');
	text_number(t, n / unit);
	n %= unit;
	if (n > 0)
		text_byte(t, '.');
	for (; n > 0; n %= unit) {
		unit /= 10;
		text_number(t, n / unit);
	}
}

static int
parse_decimal(struct draft *d, const struct operation *op, const char *value)
{
	const char *s = value;
	int n;

	if (!value_read_decimal(&s, op->min, op->max, &n) || *s != '\0')
		return (value_refuse(d, op, value));
	*value_field(&d->ops, op) = (unsigned)n == op->neutral ? 0 :
	    (unsigned)n;
	return (0);
}

static void
write_decimal(struct text *t, const struct image_ops *ops,
    const struct operation *op)
{
	value_write_decimal(t, (int)value_of(ops, op));
}

/* An int may be looked at as an unsigned: C11, 6.5, 7. */
const struct kind value_decimal = { parse_decimal, write_decimal, NULL };

/*--------------------------------------------------------------------
 * Colours.  The neutral one is stored as 0: its bits are inverted.
 */

static int
parse_colour(struct draft *d, const struct operation *op, const char *value)
{
	uint32_t rgba;

	if (!colour_read(value, strlen(value), &rgba))
		return (value_refuse(d, op, value));
	*value_field(&d->ops, op) = rgba ^ op->neutral;
	return (0);
}

static void
write_colour(struct text *t, const struct image_ops *ops,
    const struct operation *op)
{
	colour_write(t, value_of(ops, op) ^ op->neutral);
}

const struct kind value_colour = { parse_colour, write_colour, NULL };
