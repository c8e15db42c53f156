/* SPDX-License-Identifier: BSD-2-Clause
 * Copyright (c) 2026 The pixelfleet authors
 *
 * What a purge asks for.
 *
 * An expression is its canonical text, the same in the answer to whoever
 * purged, between nodes and on disk:
 *
 *	hard source /a.jpg			an original and its variants
 *	hard variant /a.jpg width=400		one variant
 *	hard prefix /products/			what begins with it
 *	hard glob /products/<star>/large.jpg	a star is any run of bytes
 *	hard regex \.png$			a PCRE, not anchored
 *	hard tags shoes summer			what has one of these tags
 *	hard all
 *
 * or "soft" in place of "hard": then what there is may still be served for
 * a while, as stale, until it has been made again.
 *
 * All but the last are about the URL of an original in its canonical form.
 * A variant that carries an overlay goes with the overlay's original, too.
 *
 * Pure functions, safe from any thread; nothing is allocated.
 */

#ifndef PURGE_EXPR_H
#define PURGE_EXPR_H

#include <stdbool.h>

/* The headers of a request to purge.  Each may be absent. */
#define PURGE_HDR_BY		"Fleet-Purge-By"	/* a kind, see above */
#define PURGE_HDR_MODE		"Fleet-Purge-Mode"	/* hard or soft */
#define PURGE_HDR_TAG		"Fleet-Purge-Tag"	/* tags: a, b or a b */
#define PURGE_HDR_REGEX		"Fleet-Purge-Regex"

#define PURGE_OPERAND_MAX	4096	/* bytes with the NUL */
#define PURGE_EXPR_MAX		(PURGE_OPERAND_MAX + 16)
#define PURGE_ERROR_MAX		256	/* bytes of a sentence and its NUL */
#define PURGE_STARS_MAX		16	/* of a glob */
#define PURGE_TAGS_MAX		32	/* of one purge */
#define PURGE_TAG_MAX		128	/* bytes */
#define PURGE_REGEX_MAX		512	/* bytes */

enum purge_kind {
	PURGE_SOURCE,
	PURGE_VARIANT,
	PURGE_PREFIX,
	PURGE_GLOB,
	PURGE_REGEX,
	PURGE_TAGS,
	PURGE_ALL
};

/* A view of a canonical text, which must outlive it. */
struct purge_expr {
	enum purge_kind		kind;
	bool			soft;
	const char		*text;		/* the whole of it */
	const char		*operand;	/* its end; "" for all */
};

/*
 * A request to purge.  `source` and `operations` are the URL's two halves in
 * canonical form, from whoever knows what an operation is; without them the
 * URL is taken for that of an original.  All but method and url may be NULL
 * or empty.
 */
struct purge_request {
	const char		*method;	/* DELETE or PURGE */
	const char		*url;
	const char		*source;
	const char		*operations;
	const char		*by;		/* PURGE_HDR_BY */
	const char		*mode;		/* PURGE_HDR_MODE */
	const char		*tags;		/* PURGE_HDR_TAG */
	const char		*regex;		/* PURGE_HDR_REGEX */
};

/*
 * The canonical text of what a request asks for.  Without PURGE_HDR_BY, tags
 * and a regular expression speak for themselves; "/" is everything, a URL
 * with a star a prefix or a glob, one with operations a variant (a star in
 * those is data), and any other an original.  Returns 0, or the status to refuse with, 400 or 405,
 * and a sentence in err that is printable and holds no byte of the request
 * that is not.
 */
int purge_expr_read(char text[PURGE_EXPR_MAX], const struct purge_request *,
    char err[PURGE_ERROR_MAX]);

/* Returns 0, or -1 for anything but a canonical text. */
int purge_expr_parse(struct purge_expr *, const char *text);

#endif
