/* SPDX-License-Identifier: BSD-2-Clause
 * Copyright (c) 2026 The pixelfleet authors
 *
 * What a URL asks of an image: from query string to operations to the one
 * canonical form.
 *
 * Pure: no Varnish, no libvips.  The front uses it to understand a request,
 * the renderer to understand what the front made of it.  Two spellings of
 * one variant have one canonical form, and the canonical form of a
 * canonical form is itself.
 *
 * A request is rendered as soon as it carries an operation, even one that
 * says only the default, and then its canonical text is not empty: a render
 * with nothing but defaults is spelled "quality=90".  Without an operation
 * the text is empty and the original passes through.  Thus `rendered` and
 * "has canonical text" are one, for a URL and for its canonical form.
 */

#ifndef IMAGE_OPS_H
#define IMAGE_OPS_H

#include <stdbool.h>
#include <stddef.h>

#define IMAGE_SIDE_MAX		8192	/* px, output width and height */
#define IMAGE_QUALITY_DEFAULT	90
#define IMAGE_URL_MAX		4096	/* bytes, a URL with its NUL */
#define IMAGE_ERROR_MAX		256	/* bytes, error sentence with its NUL */

enum image_format {
	IMAGE_FORMAT_SOURCE = 0,	/* as the source; absent in the URL */
	IMAGE_FORMAT_AUTO,		/* JPEG, or PNG where there is alpha */
	IMAGE_FORMAT_JPG,
	IMAGE_FORMAT_PNG,
	IMAGE_FORMAT_WEBP,
	IMAGE_FORMAT_AVIF,
	IMAGE_FORMAT_OTHER		/* of a source only, never asked for */
};

enum image_crop {
	IMAGE_CROP_NONE = 0,
	IMAGE_CROP_FIT			/* cover the box, cut at the centre */
};

/* All zero: the defaults throughout. */
struct image_ops {
	unsigned		width;		/* px, dpr applied; 0: free */
	unsigned		height;		/* px, dpr applied; 0: free */
	enum image_crop		crop;
	enum image_format	format;
	unsigned		quality;	/* 1..100; 0: the default, 90 */
	unsigned		no_autorotate;	/* 1: orientation ignored */
};

/* What a whole URL means.  The texts are empty where parsing failed. */
struct image_request {
	struct image_ops	ops;
	bool			rendered;	/* an operation was asked for */
	bool			negotiated;	/* Accept decides the format */
	char			source[IMAGE_URL_MAX];	/* path[?kept] */
	char			ops_text[IMAGE_URL_MAX];	/* canonical */
	char			url[IMAGE_URL_MAX];	/* source + ops_text */
	int			status;		/* 0, or 400 414 501 */
	char			error[IMAGE_ERROR_MAX];	/* a sentence */
};

/* The site's rules for URLs.  Read-only while requests are parsed. */
struct image_site {
	/*
	 * "v,version": the parameters that belong to the source, or NULL.
	 * The name of an operation in it has no effect.
	 */
	const char		*source_params;
	/* format=auto where a request with operations names no format. */
	bool			auto_format;
};

/*
 * Parse `url` (origin form: path and query) by the site's rules into `req`,
 * every field set.  Returns 0, or -1 with status and error set.
 *
 * The path and the kept parameters are normalised by RFC 3986, 6.2.2; a byte
 * that may not stand in a URL as it is gets percent-encoded.  The texts of
 * a parsed request are therefore printable ASCII.  Error sentences are too.
 */
int image_request_parse(struct image_request *req,
    const struct image_site *site, const char *url);

/*
 * Settle format=auto of a parsed request on `format` (IMAGE_FORMAT_AVIF,
 * _WEBP or _AUTO) and rewrite its canonical texts.  Does nothing to a
 * request that is not `negotiated`; that flag stays as it was.
 */
void image_request_negotiate(struct image_request *req,
    enum image_format format);

/*
 * Parse canonical operations text alone, as the renderer receives it; any
 * other spelling of the same operations is refused.
 * Returns 0, or -1 with a sentence in err[IMAGE_ERROR_MAX].
 */
int image_ops_parse(struct image_ops *ops, const char *text, char *err);

/*
 * Write the canonical text of `ops` to buf, never an empty one.  Returns
 * its length, or -1 where it does not fit.
 */
int image_ops_format(const struct image_ops *ops, char *buf, size_t len);

/* "jpg", "png", ...; "source" and "other" for those two. */
const char *image_format_name(enum image_format format);

/* The MIME type to send, or NULL for SOURCE, AUTO and OTHER. */
const char *image_format_mime(enum image_format format);

#endif
