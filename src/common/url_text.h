/* SPDX-License-Identifier: BSD-2-Clause
 * Copyright (c) 2026 The pixelfleet authors
 *
 * Bytes of a URL, and text under construction in a buffer of fixed size.
 *
 * A function that reads bytes from outside returns a fault: a phrase for
 * "the path holds ...", or NULL where all is well.
 */

#ifndef URL_TEXT_H
#define URL_TEXT_H

#include <stdbool.h>
#include <stddef.h>

/* Always terminated.  size > 0. */
struct text {
	char			*buf;
	size_t			size;
	size_t			len;
	bool			full;	/* something did not fit */
};

/* An empty text on `buf`. */
struct text text_on(char *buf, size_t size);
void text_byte(struct text *, char byte);
void text_str(struct text *, const char *s);
void text_number(struct text *, unsigned n);

/* 0 to 15, or -1. */
int text_hex_digit(char c);

/* NUL and control bytes have no place in a URL, escaped or not. */
const char *url_byte_fault(unsigned byte);

#define URL_PLUS	1u	/* '+' is a space */
#define URL_LINES	2u	/* newlines are text, too */

/* Append s..end, percent-decoded. */
const char *url_decode(struct text *, const char *s, const char *end,
    unsigned flags);

/* Append `s` as the value of a parameter. */
void url_escape(struct text *, const char *s);

/*
 * Append s..end, a path or a part of the query, in the normal form of RFC
 * 3986, 6.2.2.1 and 6.2.2.2; what may not stand as it is gets escaped.
 */
const char *url_normalise(struct text *, const char *s, const char *end);

/* RFC 3986, 5.2.4, in place, of a path that begins with '/'. */
void url_remove_dot_segments(struct text *);

/*
 * RFC 4648, 4 or 5, in place; padding may be left out, but not half of it.
 */
const char *base64_decode(char *text, unsigned flags);

#endif
