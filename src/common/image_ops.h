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

#include <limits.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#define IMAGE_SIDE_MAX		8192	/* px, output width and height */
#define IMAGE_QUALITY_DEFAULT	90
#define IMAGE_QUALITY_AUTO	101	/* by a perceptual target */
#define IMAGE_URL_MAX		4096	/* bytes, a URL with its NUL */
#define IMAGE_ERROR_MAX		256	/* bytes, error sentence with its NUL */
#define IMAGE_PATH_MAX		1024	/* bytes, an overlay's with its NUL */
#define IMAGE_TEXT_MAX		512	/* bytes, UTF-8 with its NUL */
#define IMAGE_FONT_MAX		64	/* bytes, with its NUL */
#define IMAGE_PRESET_MAX	64	/* bytes, with its NUL */
#define IMAGE_SIGNATURE_MAX	129	/* bytes, with its NUL */
#define IMAGE_EXPIRES_MAX	UINT64_C(253402300799)	/* the year 9999 */
#define IMAGE_RADIUS_FULL	UINT_MAX	/* radius=max */
#define IMAGE_ONE		10000	/* 1, of what has decimals */

enum image_format {
	IMAGE_FORMAT_SOURCE = 0,	/* as the source; absent in the URL */
	/*
	 * What format=auto came to, all but the first after a look at
	 * Accept: the best of those, of what there is to show.  GIF, PNG or
	 * JPEG where the source moves, has alpha or neither; WebP where it
	 * may be that; AVIF or JPEG XL where it may be that, but WebP if it
	 * moves.  Spelled "auto", "auto,webp", "auto,avif", "auto,jxl".
	 */
	IMAGE_FORMAT_AUTO,
	IMAGE_FORMAT_AUTO_WEBP,
	IMAGE_FORMAT_AUTO_AVIF,
	IMAGE_FORMAT_AUTO_JXL,
	IMAGE_FORMAT_JPG,
	IMAGE_FORMAT_PNG,
	IMAGE_FORMAT_WEBP,
	IMAGE_FORMAT_AVIF,
	IMAGE_FORMAT_JXL,
	IMAGE_FORMAT_GIF,
	IMAGE_FORMAT_JSON,		/* of a result only: meta=true */
	IMAGE_FORMAT_OTHER		/* of a source only, never asked for */
};

enum image_fit {
	IMAGE_FIT_INSIDE = 0,
	IMAGE_FIT_COVER,		/* cut what stands out, by gravity */
	IMAGE_FIT_CONTAIN,		/* fill up with pad_color */
	IMAGE_FIT_FILL,			/* distort */
	IMAGE_FIT_OUTSIDE		/* as cover, but nothing is cut */
};

/* Which part FIT_COVER keeps. */
enum image_gravity {
	IMAGE_GRAVITY_CENTRE = 0,
	IMAGE_GRAVITY_TOP,
	IMAGE_GRAVITY_BOTTOM,
	IMAGE_GRAVITY_LEFT,
	IMAGE_GRAVITY_RIGHT,
	IMAGE_GRAVITY_ENTROPY,
	IMAGE_GRAVITY_ATTENTION,
	IMAGE_GRAVITY_FOCAL		/* the point focal_x, focal_y */
};

enum image_flip {
	IMAGE_FLIP_NONE = 0,
	IMAGE_FLIP_H,			/* left and right change places */
	IMAGE_FLIP_V,
	IMAGE_FLIP_HV
};

enum image_filter {
	IMAGE_FILTER_NONE = 0,
	IMAGE_FILTER_GREY,
	IMAGE_FILTER_SEPIA,
	IMAGE_FILTER_NEGATE,
	IMAGE_FILTER_DUOTONE
};

enum image_strip {
	IMAGE_STRIP_MOST = 0,		/* the copyright stays */
	IMAGE_STRIP_ALL,
	IMAGE_STRIP_NONE		/* nothing goes, colours included */
};

/* Of an overlay or a text within the picture. */
enum image_pos {
	IMAGE_POS_CENTRE = 0,
	IMAGE_POS_TOP,
	IMAGE_POS_BOTTOM,
	IMAGE_POS_LEFT,
	IMAGE_POS_RIGHT,
	IMAGE_POS_TOP_LEFT,
	IMAGE_POS_TOP_RIGHT,
	IMAGE_POS_BOTTOM_LEFT,
	IMAGE_POS_BOTTOM_RIGHT,
	IMAGE_POS_TILE			/* all over it; overlays only */
};

/*
 * All zero: the defaults throughout, and each field's zero is its default.
 *
 * Pixels (px) have dpr applied.  Of a colour, 0xrrggbbaa.  Fields in 1/ONE
 * hold a decimal number times IMAGE_ONE.
 */
struct image_ops {
	/* size */
	unsigned		width, height;	/* px; 0: free */
	unsigned		scale;		/* 1/ONE, 100..100000 */
	enum image_fit		fit;		/* all but INSIDE: both sides */
	unsigned		enlarge;	/* bool */

	/* crop */
	enum image_gravity	gravity;	/* with FIT_COVER only */
	unsigned		focal_x, focal_y;	/* 1/ONE, 0..ONE */
	unsigned		crop_x, crop_y;	/* px of the upright source */
	unsigned		crop_w, crop_h;	/* px; 0: no box */
	unsigned		trim;		/* tolerance 0..255, plus 1 */

	/* canvas and shape */
	unsigned		pad;		/* px, each side, outwards */
	unsigned		pad_color;	/* bits inverted: 0 is white */
	unsigned		border;		/* px, each side, outwards */
	unsigned		border_color;	/* with border */
	unsigned		radius;		/* px, or IMAGE_RADIUS_FULL */

	/* turn */
	unsigned		no_autorotate;	/* 1: orientation ignored */
	unsigned		angle;		/* 90 180 270, anticlockwise */
	enum image_flip		flip;		/* after angle */

	/* adjust, in the order of this list */
	unsigned		auto_level;	/* bool */
	unsigned		auto_fix;	/* bool */
	int			brightness;	/* 1/ONE, -ONE..ONE */
	int			contrast;	/* 1/ONE, -ONE..ONE */
	unsigned		gamma;		/* 1/ONE, 0.1..10; 0: 1 */
	int			saturation;	/* 1/ONE, -ONE..ONE */
	unsigned		hue;		/* degrees, 0..359 */
	enum image_filter	filter;
	unsigned		duotone_dark;	/* of FILTER_DUOTONE */
	unsigned		duotone_light;
	unsigned		colorize;	/* alpha is strength; 0: none */
	unsigned		pixelate;	/* px, a block's side */
	unsigned		blur;		/* 1/ONE, 0..100 */
	unsigned		sharpen;	/* 1/ONE, 0..100 */

	/* output */
	enum image_format	format;
	unsigned		quality;	/* 1..100, _AUTO; 0: default */
	unsigned		max_bytes;	/* 0: no bound */
	unsigned		lossless;	/* bool */
	unsigned		progressive;	/* bool */
	enum image_strip	strip;

	/* animation */
	unsigned		still;		/* bool: animated=false */
	unsigned		page;		/* 1..; 0: all, or the first */

	/* overlay */
	char			mark[IMAGE_PATH_MAX];	/* source URL, or "" */
	unsigned		mark_scale;	/* % of the picture's width */
	enum image_pos		mark_pos;
	int			mark_offset_x;	/* px, inwards */
	int			mark_offset_y;
	unsigned		mark_alpha;	/* % transparent; 0: opaque */

	/* text */
	char			text[IMAGE_TEXT_MAX];
	char			text_font[IMAGE_FONT_MAX];	/* family */
	unsigned		text_size;	/* px; 0: the default */
	unsigned		text_color;	/* bits inverted: 0 is white */
	enum image_pos		text_pos;

	unsigned		meta;		/* bool: JSON of the source */
};

/* What a whole URL means.  The texts are empty where parsing failed. */
struct image_request {
	struct image_ops	ops;
	bool			rendered;	/* an operation was asked for */
	bool			negotiated;	/* Accept decides the format */
	unsigned		hinted;		/* IMAGE_HINT_* that matter */
	bool			explain;	/* explain=true */
	bool			custom;		/* operations in the URL */
	char			source[IMAGE_URL_MAX];	/* path[?kept] */
	char			ops_text[IMAGE_URL_MAX];	/* canonical */
	char			url[IMAGE_URL_MAX];	/* source + ops_text */

	/*
	 * What a signature is over: source, and what the URL itself gives,
	 * each by its full name and with its value as text ("width=400",
	 * also for w64=NDAw), in the order of the canonical text, then
	 * explain, preset and expires.  Neither the preset's operations nor
	 * the site's defaults nor Accept nor hints have a part in it.
	 */
	char			to_sign[IMAGE_URL_MAX];
	char			preset[IMAGE_PRESET_MAX];	/* or "" */
	char			signature[IMAGE_SIGNATURE_MAX];	/* or "" */
	uint64_t		expires;	/* Unix seconds; 0: not given */

	int			status;		/* 0, or 400 414 501 */
	char			error[IMAGE_ERROR_MAX];	/* a sentence */
};

/* A named list of operations. */
struct image_preset {
	const char		*name;
	const char		*operations;	/* "w=400&h=300&crop=fit" */
};

/* The site's rules for URLs.  Read-only while requests are parsed. */
struct image_site {
	/*
	 * "v,version": the parameters that belong to the source, or NULL.
	 * The name of an operation in it has no effect.
	 */
	const char		*source_params;
	bool			reject_unknown;	/* 400, instead of dropping */
	/* format=auto where a request with operations names no format. */
	bool			auto_format;
	unsigned		auto_formats;	/* 1 << IMAGE_FORMAT_* */
	unsigned		formats;	/* as that, to be had; 0: all */
	unsigned		hints;		/* IMAGE_HINT_* that are open */
	const struct image_preset *presets;
	size_t			n_presets;
};

/* Client hints that a site may open; a header's value each, or NULL. */
#define IMAGE_HINT_DPR		(1u << 0)	/* Sec-CH-DPR, DPR */
#define IMAGE_HINT_WIDTH	(1u << 1)	/* Sec-CH-Width, Width */
#define IMAGE_HINT_VIEWPORT	(1u << 2)	/* Sec-CH-Viewport-Width */
#define IMAGE_HINT_SAVE_DATA	(1u << 3)	/* Save-Data */

struct image_hints {
	const char		*dpr, *width, *viewport_width, *save_data;
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
 * Settle format=auto of a parsed request on `format`, an answer of
 * negotiate_format(), and rewrite its canonical texts.  Does nothing to a
 * request that is not `negotiated`; that flag stays as it was.
 */
void image_request_negotiate(struct image_request *req,
    enum image_format format);

/*
 * Take in the hints that the site opens, where the URL and its preset do
 * not say, and rewrite the canonical texts.  A hint is reduced to one of
 * few values, so that few variants come of it; a malformed one counts as
 * not sent, and so does one that would lead out of a range.
 *
 * DPR:  up to 1, 1.5, 2, 3 or 4; multiplies what is in px.
 * Width:  up to 160, 240, 320, 480, 640, 800, 960, 1280, 1600, 1920, 2560
 *	or 3840; the width, in physical px, where no size is given.
 * Viewport-Width:  as Width where that is not there, but in CSS px.
 * Save-Data:  "on" means quality=low where no quality is given.
 *
 * For the URL that the client sent, and once: the canonical URL that comes
 * of it must not meet the same hints again.
 */
void image_request_hints(struct image_request *req,
    const struct image_site *site, const struct image_hints *hints);

/*
 * Make a preset of a list of operations, spelled as in a URL.  What they
 * lack (crop=top without a size) the URL may add; what contradicts an
 * operation of the URL is left out then.  The preset keeps both strings.
 * Returns 0, or -1 with a sentence in err[IMAGE_ERROR_MAX].
 */
int image_preset_parse(struct image_preset *preset,
    const struct image_site *site, const char *name, const char *operations,
    char *err);

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
