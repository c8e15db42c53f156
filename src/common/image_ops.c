/* SPDX-License-Identifier: BSD-2-Clause
 * Copyright (c) 2026 The pixelfleet authors
 *
 * From a URL to operations and back.
 *
 * In reading order: bytes of a URL, values of parameters, the table of
 * operations, the query, the request.  A new operation is a row of the
 * table, in the place that it has in the canonical text, and a field of
 * struct image_ops whose zero means the default.
 *
 * Nothing here allocates, recurses or asks for the locale.  Time is linear
 * in the length of the URL.
 */

#include <limits.h>
#include <stdarg.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>

#include "image_ops.h"

#define NAME_MAX_LEN		64	/* bytes, a known parameter's name */
#define SOURCE_PARAMS_MAX	32	/* of one request */
#define SHOWN_MAX		36	/* bytes, a value in an error */
#define DPR_ONE			UINT64_C(10000000000)

/* What is known of a request while it is read. */
struct draft {
	struct image_ops	ops;
	uint64_t		dpr;	/* times DPR_ONE; 0: not given */
	uint64_t		seen;	/* a bit for each row of operations[] */
	const char		*name;	/* of this parameter, as it is typed */
	int			status;
	char			*error;	/* IMAGE_ERROR_MAX bytes */
};

/* Text under construction, always terminated.  size > 0. */
struct text {
	char			*buf;
	size_t			size;
	size_t			len;
	bool			full;	/* something did not fit */
};

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

/* The parameters of the source, as they stand in the URL. */
struct kept {
	struct {
		const char	*name;	/* as in the site's list */
		size_t		name_len;
		const char	*raw;	/* name=value */
		size_t		raw_len;
	} param[SOURCE_PARAMS_MAX];
	unsigned		n;
};

/*--------------------------------------------------------------------
 * Text and failure
 */

static void
text_byte(struct text *t, char byte)
{
	if (t->len + 1 < t->size) {
		t->buf[t->len++] = byte;
		t->buf[t->len] = '\0';
	} else
		t->full = true;
}

static void
text_str(struct text *t, const char *s)
{
	while (*s != '\0')
		text_byte(t, *s++);
}

static void
text_number(struct text *t, unsigned n)
{
	char digits[3 * sizeof n + 1];
	char *p = digits + sizeof digits;

	*--p = '\0';
	do
		*--p = '0' + n % 10;
	while ((n /= 10) != 0);
	text_str(t, p);
}

static struct text
text_on(char *buf, size_t size)
{
	buf[0] = '\0';
	return ((struct text){ .buf = buf, .size = size });
}

static int __attribute__((format(printf, 3, 4)))
fail(struct draft *d, int status, const char *fmt, ...)
{
	va_list ap;

	d->status = status;
	va_start(ap, fmt);
	(void)vsnprintf(d->error, IMAGE_ERROR_MAX, fmt, ap);
	va_end(ap);
	return (-1);
}

static int
fail_too_long(struct draft *d)
{
	return (fail(d, 414, "the URL, or its normalised form, is longer "
	    "than %d bytes", IMAGE_URL_MAX - 1));
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

/*--------------------------------------------------------------------
 * Bytes of a URL
 *
 * A fault is a phrase for "the path holds ...", NULL where there is none.
 */

static const char *
byte_fault(unsigned byte)
{
	if (byte == 0)
		return ("a NUL byte");
	if (byte < ' ' || byte == 0x7f)
		return ("a control byte");
	return (NULL);
}

static int
hex_digit(char c)
{
	if (c >= '0' && c <= '9')
		return (c - '0');
	if (c >= 'A' && c <= 'F')
		return (c - 'A' + 10);
	if (c >= 'a' && c <= 'f')
		return (c - 'a' + 10);
	return (-1);
}

/* The byte at *p, percent-decoded; *p moves past it.  *p < end. */
static const char *
url_byte(const char **p, const char *end, unsigned *byte)
{
	const char *s = *p;
	int hi, lo;

	*byte = (unsigned char)*s;
	*p = s + 1;
	if (*s == '%') {
		hi = end - s > 2 ? hex_digit(s[1]) : -1;
		lo = end - s > 2 ? hex_digit(s[2]) : -1;
		if (hi < 0 || lo < 0)
			return ("a malformed percent-encoding");
		*byte = (unsigned)(hi << 4 | lo);
		*p = s + 3;
	}
	return (byte_fault(*byte));
}

static const char *
url_decode(struct text *t, const char *s, const char *end, bool plus)
{
	const char *fault;
	unsigned byte;

	while (s < end) {
		if (plus && *s == '+') {
			text_byte(t, ' ');
			s++;
			continue;
		}
		fault = url_byte(&s, end, &byte);
		if (fault != NULL)
			return (fault);
		text_byte(t, (char)byte);
	}
	return (NULL);
}

static bool
is_unreserved(unsigned byte)
{
	return ((byte >= 'a' && byte <= 'z') || (byte >= 'A' && byte <= 'Z') ||
	    (byte >= '0' && byte <= '9') || byte == '-' || byte == '.' ||
	    byte == '_' || byte == '~');
}

/* RFC 3986, 6.2.2.1 and 6.2.2.2, of a path or of a part of the query. */
static const char *
url_normalise(struct text *t, const char *s, const char *end)
{
	static const char hex[] = "0123456789ABCDEF";
	const char *fault;
	unsigned byte;
	bool escaped;

	while (s < end) {
		escaped = *s == '%';
		fault = url_byte(&s, end, &byte);
		if (fault != NULL)
			return (fault);
		if (is_unreserved(byte) || (!escaped &&
		    strchr("/=&+,;:@!$'()*?", (int)byte) != NULL))
			text_byte(t, (char)byte);
		else {
			text_byte(t, '%');
			text_byte(t, hex[byte >> 4]);
			text_byte(t, hex[byte & 15]);
		}
	}
	return (NULL);
}

/* RFC 3986, 5.2.4, in place.  The path begins with '/', as each segment. */
static void
remove_dot_segments(struct text *t)
{
	char *path = t->buf, *in = path, *out = path;
	size_t len;
	bool one, two;

	for (; *in == '/'; in += len) {
		len = 1 + strcspn(in + 1, "/");
		one = len == 2 && in[1] == '.';
		two = len == 3 && in[1] == '.' && in[2] == '.';
		if (two)
			while (out > path && *--out != '/')
				continue;
		if (!one && !two) {
			memmove(out, in, len);
			out += len;
		} else if (in[len] == '\0')
			*out++ = '/';
	}
	*out = '\0';
	t->len = (size_t)(out - path);
}

/*--------------------------------------------------------------------
 * Values
 */

static int
base64_digit(char c)
{
	if (c >= 'A' && c <= 'Z')
		return (c - 'A');
	if (c >= 'a' && c <= 'z')
		return (c - 'a' + 26);
	if (c >= '0' && c <= '9')
		return (c - '0' + 52);
	if (c == '+' || c == '-')
		return (62);
	if (c == '/' || c == '_')
		return (63);
	return (-1);
}

/* RFC 4648, 4 or 5, in place; padding may be left out, but not half of it. */
static const char *
base64_decode(char *text)
{
	static const char broken[] = "broken base64";
	size_t len = strlen(text), n = len, i;
	unsigned bits = 0, nbits = 0;
	const char *fault;
	char *out = text;
	int digit;

	while (n > 0 && len - n < 2 && text[n - 1] == '=')
		n--;
	if ((n != len && len % 4 != 0) || n % 4 == 1)
		return (broken);
	for (i = 0; i < n; i++) {
		digit = base64_digit(text[i]);
		if (digit < 0)
			return (broken);
		bits = (bits << 6 | (unsigned)digit) & 0xffff;
		nbits += 6;
		if (nbits < 8)
			continue;
		nbits -= 8;
		*out++ = (char)(bits >> nbits & 0xff);
		fault = byte_fault(bits >> nbits & 0xff);
		if (fault != NULL)
			return (fault);
	}
	*out = '\0';
	/* What is left over of the last digit carries nothing. */
	return ((bits & ((1U << nbits) - 1)) != 0 ? broken : NULL);
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
	return (fail(d, 400, "parameter '%s' is '%s': accepted is %s",
	    d->name, shown(value, buf), list));
}

static int
refuse_unbuilt(struct draft *d, const char *value)
{
	return (fail(d, 501, "%s=%s is not built into this version", d->name,
	    value));
}

static unsigned *
field_of(struct image_ops *ops, const struct operation *op)
{
	/* GCC and clang: an enum without negative values is an unsigned. */
	_Static_assert(sizeof(enum image_format) == sizeof(unsigned) &&
	    sizeof(enum image_crop) == sizeof(unsigned), "enums are unsigned");
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
	{ "fit",	IMAGE_CROP_FIT },
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
	{ "jpg",	IMAGE_FORMAT_JPG },
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
	{ "crop", NULL, parse_crop, FIELD(crop), .words = crop_words },
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
		return (fail(d, 501, "parameter '%s' is not built into this "
		    "version", d->name));
	if ((d->seen & bit) != 0)
		return (fail(d, 400, "parameter '%s' is given twice, here "
		    "as '%s'", op->name, d->name));
	d->seen |= bit;
	fault = url_decode(&value, s, end, !base64);
	if (fault == NULL && base64)
		fault = base64_decode(buf);
	if (fault != NULL)
		return (fail(d, 400, "parameter '%s' holds %s", d->name,
		    fault));
	if (value.full)
		return (fail_too_long(d));
	if (buf[0] == '\0')
		return (fail(d, 400, "parameter '%s' has no value", d->name));
	return (op->parse(d, op, buf));
}

/*--------------------------------------------------------------------
 * The query
 */

/* The entry of a comma-separated list that is `name`, or NULL. */
static const char *
find_in_list(const char *list, const struct text *name)
{
	size_t len;

	for (; list != NULL && *list != '\0'; list += len) {
		list += strspn(list, ", ");
		len = strcspn(list, ", ");
		if (len > 0 && len == name->len &&
		    memcmp(list, name->buf, len) == 0)
			return (list);
	}
	return (NULL);
}

/* Sorted by name; those of one name stay in their order. */
static int
keep(struct draft *d, struct kept *kept, const char *entry, size_t entry_len,
    const char *s, const char *end)
{
	size_t len;
	unsigned i;
	int order;

	if (kept->n == SOURCE_PARAMS_MAX)
		return (fail(d, 400, "more than %d parameters of the source",
		    SOURCE_PARAMS_MAX));
	for (i = kept->n++; i > 0; i--) {
		len = kept->param[i - 1].name_len;
		order = memcmp(kept->param[i - 1].name, entry,
		    len < entry_len ? len : entry_len);
		if (order < 0 || (order == 0 && len <= entry_len))
			break;
		kept->param[i] = kept->param[i - 1];
	}
	kept->param[i].name = entry;
	kept->param[i].name_len = entry_len;
	kept->param[i].raw = s;
	kept->param[i].raw_len = (size_t)(end - s);
	return (0);
}

static int
read_parameter(struct draft *d, struct kept *kept, const char *source_params,
    const char *s, const char *end)
{
	const char *equals = memchr(s, '=', (size_t)(end - s));
	const char *name_end = equals != NULL ? equals : end;
	const struct operation *op;
	char buf[NAME_MAX_LEN];
	struct text name = text_on(buf, sizeof buf);
	const char *entry;
	bool base64;

	/* A name that cannot be read is unknown, and as such dropped. */
	if (url_decode(&name, s, name_end, false) != NULL || name.full)
		return (0);
	op = find_operation(&name, &base64);
	if (op != NULL) {
		d->name = buf;
		return (read_operation(d, op, base64,
		    equals != NULL ? equals + 1 : end, end));
	}
	entry = find_in_list(source_params, &name);
	if (entry != NULL)
		return (keep(d, kept, entry, name.len, s, end));
	return (0);
}

static int
read_query(struct draft *d, struct kept *kept, const char *source_params,
    const char *query)
{
	const char *end;

	for (; *query != '\0'; query = *end == '&' ? end + 1 : end) {
		end = query + strcspn(query, "&");
		if (read_parameter(d, kept, source_params, query, end) != 0)
			return (-1);
	}
	return (0);
}

static int
apply_dpr(struct draft *d, const char *name, unsigned *side)
{
	uint64_t px = (*side * d->dpr + DPR_ONE / 2) / DPR_ONE;

	if (*side != 0 && (px < 1 || px > IMAGE_SIDE_MAX))
		return (fail(d, 400, "'%s' times 'dpr' is %u: accepted is "
		    "1..%d", name, (unsigned)px, IMAGE_SIDE_MAX));
	*side = (unsigned)px;
	return (0);
}

/* What the parameters say together. */
static int
settle(struct draft *d)
{
	struct image_ops *ops = &d->ops;

	if (d->dpr != 0) {
		if (ops->width == 0 && ops->height == 0)
			return (fail(d, 400, "parameter 'dpr' needs 'width' "
			    "or 'height'"));
		if (apply_dpr(d, "width", &ops->width) != 0 ||
		    apply_dpr(d, "height", &ops->height) != 0)
			return (-1);
	}
	if (ops->crop != IMAGE_CROP_NONE &&
	    (ops->width == 0 || ops->height == 0))
		return (fail(d, 400, "parameter 'crop' needs both 'width' "
		    "and 'height'"));
	return (0);
}

/*--------------------------------------------------------------------
 * The request
 */

static int
check_url(struct draft *d, const char *url)
{
	size_t n;

	if (url == NULL || url[0] != '/')
		return (fail(d, 400, "the URL does not begin with '/'"));
	for (n = 0; url[n] != '\0'; n++) {
		if (n == IMAGE_URL_MAX - 1)
			return (fail_too_long(d));
		if (byte_fault((unsigned char)url[n]) != NULL)
			return (fail(d, 400, "the URL holds a control byte"));
		if (url[n] == '#')
			return (fail(d, 400, "the URL holds a '#': a "
			    "fragment is not sent, and data is '%%23'"));
	}
	return (0);
}

static int
write_source(struct draft *d, struct text *t, const char *path,
    const char *path_end, const struct kept *kept)
{
	const char *fault;
	unsigned i;

	fault = url_normalise(t, path, path_end);
	if (fault != NULL)
		return (fail(d, 400, "the path holds %s", fault));
	remove_dot_segments(t);
	for (i = 0; i < kept->n; i++) {
		text_byte(t, i == 0 ? '?' : '&');
		fault = url_normalise(t, kept->param[i].raw,
		    kept->param[i].raw + kept->param[i].raw_len);
		if (fault != NULL)
			return (fail(d, 400, "parameter '%.*s' holds %s",
			    (int)kept->param[i].name_len,
			    kept->param[i].name, fault));
	}
	return (t->full ? fail_too_long(d) : 0);
}

static int
write_canonical(struct image_request *req)
{
	struct text t = text_on(req->url, sizeof req->url);

	text_str(&t, req->source);
	if (req->rendered) {
		(void)image_ops_format(&req->ops, req->ops_text,
		    sizeof req->ops_text);
		text_byte(&t, strchr(req->source, '?') != NULL ? '&' : '?');
		text_str(&t, req->ops_text);
	}
	return (t.full ? -1 : 0);
}

static int
parse_request(struct draft *d, struct image_request *req,
    const struct image_site *site, const char *url)
{
	struct text source = text_on(req->source, sizeof req->source);
	const char *path_end;
	struct kept kept;

	kept.n = 0;
	if (check_url(d, url) != 0)
		return (-1);
	path_end = url + strcspn(url, "?");
	if ((*path_end == '?' && read_query(d, &kept, site->source_params,
	    path_end + 1) != 0) || settle(d) != 0 ||
	    write_source(d, &source, url, path_end, &kept) != 0)
		return (-1);
	req->rendered = d->seen != 0;
	req->ops = d->ops;
	if (req->rendered && site->auto_format &&
	    req->ops.format == IMAGE_FORMAT_SOURCE)
		req->ops.format = IMAGE_FORMAT_AUTO;
	req->negotiated = req->ops.format == IMAGE_FORMAT_AUTO;
	return (write_canonical(req) != 0 ? fail_too_long(d) : 0);
}

static void
clear_request(struct image_request *req)
{
	memset(&req->ops, 0, sizeof req->ops);
	req->rendered = req->negotiated = false;
	req->source[0] = req->ops_text[0] = req->url[0] = '\0';
	req->status = 0;
}

int
image_request_parse(struct image_request *req, const struct image_site *site,
    const char *url)
{
	struct draft d = { .error = req->error };

	clear_request(req);
	req->error[0] = '\0';
	if (parse_request(&d, req, site, url) == 0)
		return (0);
	clear_request(req);
	req->status = d.status;
	return (-1);
}

void
image_request_negotiate(struct image_request *req, enum image_format format)
{
	if (!req->negotiated)
		return;
	req->ops.format = format;
	/* auto, avif and webp are of one length, so this still fits. */
	(void)write_canonical(req);
}

int
image_ops_parse(struct image_ops *ops, const char *text, char *err)
{
	struct draft d = { .error = err };
	char again[IMAGE_URL_MAX];
	struct kept kept;

	kept.n = 0;
	err[0] = '\0';
	if (read_query(&d, &kept, NULL, text) != 0 || settle(&d) != 0)
		return (-1);
	if (image_ops_format(&d.ops, again, sizeof again) < 0 ||
	    strcmp(again, text) != 0)
		return (fail(&d, 400, "the operations are not in canonical "
		    "form"));
	*ops = d.ops;
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
