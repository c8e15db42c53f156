/* SPDX-License-Identifier: BSD-2-Clause
 * Copyright (c) 2026 The pixelfleet authors
 *
 * The kinds of values that are text, and those that are said of the request
 * rather than of the picture.  Text in the canonical form is escaped, so
 * that it stays printable.
 */

#include <string.h>

#include "image_values.h"

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

	if (value[0] != '/')
		return (value_refuse(d, op, value));
	if (draft_read_mark(d, value, &path) != 0)
		return (-1);
	if (path.full)
		return (refuse_long(d, sizeof d->ops.mark));
	/* Of two slashes at its beginning, a browser would make a host. */
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

static bool
never(const struct image_ops *ops, const struct operation *op)
{
	(void)ops;
	(void)op;
	return (false);
}

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
