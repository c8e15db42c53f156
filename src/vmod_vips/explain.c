/* SPDX-License-Identifier: BSD-2-Clause
 * Copyright (c) 2026 The pixelfleet authors
 *
 * See explain.h.
 */

#include "config.h"

#include <inttypes.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>

#include "explain.h"

/* What has no room is left out; a buffer of EXPLAIN_MAX has room for all. */
struct out {
	char		*buf;
	size_t		len, used;
};

static void
put(struct out *o, const char *s, size_t n)
{
	if (o->used + n >= o->len)
		return;
	memcpy(o->buf + o->used, s, n);
	o->used += n;
	o->buf[o->used] = '\0';
}

static void __attribute__((format(printf, 2, 3)))
putf(struct out *o, const char *fmt, ...)
{
	char text[256];
	va_list ap;
	int n;

	va_start(ap, fmt);
	n = vsnprintf(text, sizeof text, fmt, ap);
	va_end(ap);
	put(o, text, n < (int)sizeof text ? (size_t)n : sizeof text - 1);
}

static void
put_string(struct out *o, const char *s)
{
	put(o, "\"", 1);
	for (; *s != '\0'; s++) {
		if (*s == '"' || *s == '\\')
			putf(o, "\\%c", *s);
		else if ((unsigned char)*s < ' ' || (unsigned char)*s > '~')
			putf(o, "\\u%04x", (unsigned char)*s);
		else
			put(o, s, 1);
	}
	put(o, "\"", 1);
}

static void
put_field(struct out *o, const char *name, const char *value)
{
	putf(o, ",\n  \"%s\": ", name);
	if (value != NULL && value[0] != '\0')
		put_string(o, value);
	else
		putf(o, "null");
}

static void
put_bool(struct out *o, const char *name, bool value)
{
	putf(o, ",\n  \"%s\": %s", name, value ? "true" : "false");
}

static const char *
format_of(const struct image_request *request)
{
	if (!request->rendered)
		return ("source");
	return (request->ops.meta ? "json" :
	    image_format_name(request->ops.format));
}

static void
put_cost(struct out *o, const struct image_request *request)
{
	double cost = request->rendered ? explain_cost(&request->ops) : 0;

	if (cost > 0)
		putf(o, ",\n  \"cost\": %.2f", cost);
	else
		put_field(o, "cost", NULL);
}

size_t
explain(const struct explanation *e, char *buf, size_t len)
{
	struct out o = { .buf = buf, .len = len };
	const struct image_request *request = e->request;

	buf[0] = '\0';
	putf(&o, "{\n  \"status\": %d", e->status != 0 ? e->status : 200);
	put_field(&o, "refused", e->status != 0 ? e->error : NULL);
	put_field(&o, "url", request->url);
	put_field(&o, "source", request->source);
	put_field(&o, "operations", request->ops_text);
	put_field(&o, "format", e->request->url[0] != '\0' ?
	    format_of(request) : NULL);
	put_field(&o, "vary", e->vary);
	put_field(&o, "preset", request->preset);
	put_bool(&o, "custom", request->custom);
	put_field(&o, "signature", e->signature);
	if (request->expires != 0)
		putf(&o, ",\n  \"expires\": %" PRIu64, request->expires);
	else
		put_field(&o, "expires", NULL);
	put_field(&o, "key", e->key);
	put_field(&o, "owner", e->owner);
	put_cost(&o, request);
	putf(&o, "\n}\n");
	return (o.used);
}

/* Per pixel, against JPEG: of the right order, and no more than that. */
static double
codec_weight(enum image_format format)
{
	switch (format) {
	case IMAGE_FORMAT_AVIF:
	case IMAGE_FORMAT_AUTO_AVIF:
		return (12);
	case IMAGE_FORMAT_JXL:
	case IMAGE_FORMAT_AUTO_JXL:
		return (8);
	case IMAGE_FORMAT_WEBP:
	case IMAGE_FORMAT_AUTO_WEBP:
		return (4);
	case IMAGE_FORMAT_GIF:
		return (4);
	case IMAGE_FORMAT_PNG:
		return (2);
	default:
		return (1);
	}
}

double
explain_cost(const struct image_ops *ops)
{
	double width = ops->width, height = ops->height, encodes = 1;

	if (width == 0 && height == 0)
		return (0);
	/* Where one side is free, take a square. */
	if (width == 0)
		width = height;
	if (height == 0)
		height = width;
	if (ops->quality == IMAGE_QUALITY_AUTO)
		encodes += 3;
	if (ops->max_bytes != 0)
		encodes += 5;
	return (width * height * 1e-6 * (.5 + encodes *
	    codec_weight(ops->meta ? IMAGE_FORMAT_JSON : ops->format)));
}
