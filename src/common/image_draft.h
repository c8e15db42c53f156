/* SPDX-License-Identifier: BSD-2-Clause
 * Copyright (c) 2026 The pixelfleet authors
 *
 * A request while it is read, and what the files that read it say to each
 * other: image_ops.c, which has the table of operations; image_values.c,
 * image_compounds.c and image_strings.c, which know the values they take;
 * image_settle.c, which knows what they mean together; image_source.c, which
 * knows the path; image_presets.c and image_hints.c; and image_request.c,
 * which has the URL as a whole.  Nobody else includes this.
 */

#ifndef IMAGE_DRAFT_H
#define IMAGE_DRAFT_H

#include <stdbool.h>
#include <stdint.h>

#include "image_ops.h"
#include "url_text.h"

#define PARAMETER_NAME_MAX	64	/* bytes, a known name with its NUL */

/* In the order of the canonical text. */
enum operation_id {
	OP_WIDTH, OP_HEIGHT, OP_DPR, OP_SCALE, OP_FIT, OP_ENLARGE,
	OP_CROP, OP_FOCAL, OP_TRIM,
	OP_PAD, OP_PAD_COLOR, OP_BORDER, OP_RADIUS,
	OP_AUTOROTATE, OP_ANGLE, OP_FLIP,
	OP_AUTO_LEVEL, OP_AUTO_FIX, OP_BRIGHTNESS, OP_CONTRAST, OP_GAMMA,
	OP_SATURATION, OP_HUE, OP_FILTER, OP_COLORIZE, OP_PIXELATE, OP_BLUR,
	OP_SHARP_AMOUNT,
	OP_FORMAT, OP_QUALITY, OP_MAX_BYTES, OP_LOSSLESS, OP_PROGRESSIVE,
	OP_STRIP, OP_ANIMATED, OP_PAGE,
	OP_MARK, OP_MARK_SCALE, OP_MARK_POS, OP_MARK_OFFSET, OP_MARK_ALPHA,
	OP_TEXT, OP_TEXT_FONT, OP_TEXT_SIZE, OP_TEXT_COLOR, OP_TEXT_POS,
	OP_META,
	/* of the request, and no part of that text */
	OP_EXPLAIN, OP_PRESET, OP_EXPIRES, OP_SIG,
	N_OPERATIONS
};

#define OP_BIT(id)	(UINT64_C(1) << (id))
#define OPS_OF_REQUEST	(OP_BIT(OP_EXPLAIN) | OP_BIT(OP_PRESET) | \
			OP_BIT(OP_EXPIRES) | OP_BIT(OP_SIG))

/* A value as it stands in the URL. */
struct raw {
	const char		*s, *end;
	bool			base64;
};

struct draft {
	struct image_ops	ops;
	/* NULL: canonical text alone is read, after the site had its say. */
	const struct image_site	*site;
	unsigned		dpr;	/* 1/ONE; 0: not given */
	enum image_fit		cropped;	/* the fit that crop implies */
	unsigned		explain;
	char			preset[IMAGE_PRESET_MAX];
	char			signature[IMAGE_SIGNATURE_MAX];
	uint64_t		expires;
	uint64_t		seen;	/* a bit for each operation given */
	struct raw		raw[N_OPERATIONS];	/* of those seen */
	const char		*name;	/* of this parameter, as it is typed */
	int			status;
	char			*error;	/* IMAGE_ERROR_MAX bytes */
};

enum draft_result {
	DRAFT_FAILED = -1,	/* status and error are set */
	DRAFT_TAKEN = 0,
	DRAFT_UNKNOWN		/* not the name of an operation */
};

/* Note why the request is refused.  Returns -1. */
int draft_fail(struct draft *, int status, const char *fmt, ...)
    __attribute__((format(printf, 3, 4)));
int draft_fail_too_long(struct draft *);

/* Read a parameter of that name, whose value is s..end as in the URL. */
enum draft_result draft_read(struct draft *, const struct text *name,
    const char *s, const char *end);

/* The operation of that name, or N_OPERATIONS. */
enum operation_id draft_find(const struct text *name);

/*
 * Append the value of an operation that was given, as the client means it.
 * Returns a fault, but never one of a draft that was read to its end.
 */
const char *draft_value(const struct draft *, enum operation_id,
    struct text *);

static inline bool
draft_has(const struct draft *d, enum operation_id id)
{
	return ((d->seen & OP_BIT(id)) != 0);
}

/*
 * Read what the preset of that name says, which the site has, where the
 * URL does not say otherwise.
 */
int draft_read_preset(struct draft *);

/* The hints that could matter to what was settled. */
unsigned draft_hints(const struct draft *);

/* Refuse what contradicts itself. */
int draft_check(struct draft *);

/* Write the canonical texts of `ops`.  Returns -1 if they do not fit. */
int image_request_write(struct image_request *);

/* Check and apply what the parameters say together. */
int draft_settle(struct draft *);

/*
 * Of the value of `mark`, the URL of a source: its normal form.  Refuses
 * what is not on this site.
 */
int draft_read_mark(struct draft *, const char *url, struct text *);

#endif
