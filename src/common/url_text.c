/* SPDX-License-Identifier: BSD-2-Clause
 * Copyright (c) 2026 The pixelfleet authors
 *
 * Bytes of a URL: reading them with their escapes, and writing them in the
 * one normal form.
 */

#include <string.h>

#include "url_text.h"

void
text_byte(struct text *t, char byte)
{
	if (t->len + 1 < t->size) {
		t->buf[t->len++] = byte;
		t->buf[t->len] = '\0';
	} else
		t->full = true;
}

void
text_str(struct text *t, const char *s)
{
	while (*s != '\0')
		text_byte(t, *s++);
}

void
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

struct text
text_on(char *buf, size_t size)
{
	buf[0] = '\0';
	return ((struct text){ .buf = buf, .size = size });
}

const char *
url_byte_fault(unsigned byte)
{
	if (byte == 0)
		return ("a NUL byte");
	if (byte < ' ' || byte == 0x7f)
		return ("a control byte");
	return (NULL);
}

int
text_hex_digit(char c)
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
		hi = end - s > 2 ? text_hex_digit(s[1]) : -1;
		lo = end - s > 2 ? text_hex_digit(s[2]) : -1;
		if (hi < 0 || lo < 0)
			return ("a malformed percent-encoding");
		*byte = (unsigned)(hi << 4 | lo);
		*p = s + 3;
	}
	return (url_byte_fault(*byte));
}

/* A fault is none where it is a newline, and they are text. */
static const char *
unless_line(const char *fault, unsigned byte, unsigned flags)
{
	return (byte == '\n' && (flags & URL_LINES) != 0 ? NULL : fault);
}

const char *
url_decode(struct text *t, const char *s, const char *end, unsigned flags)
{
	const char *fault;
	unsigned byte;

	while (s < end) {
		if ((flags & URL_PLUS) != 0 && *s == '+') {
			text_byte(t, ' ');
			s++;
			continue;
		}
		fault = url_byte(&s, end, &byte);
		fault = unless_line(fault, byte, flags);
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

static void
text_escape(struct text *t, unsigned byte)
{
	static const char hex[] = "0123456789ABCDEF";

	text_byte(t, '%');
	text_byte(t, hex[byte >> 4]);
	text_byte(t, hex[byte & 15]);
}

void
url_escape(struct text *t, const char *s)
{
	for (; *s != '\0'; s++)
		if (is_unreserved((unsigned char)*s) ||
		    *s == '/' || *s == ',')
			text_byte(t, *s);
		else
			text_escape(t, (unsigned char)*s);
}

const char *
url_normalise(struct text *t, const char *s, const char *end)
{
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
		else
			text_escape(t, byte);
	}
	return (NULL);
}

/* A segment has its '/' before it. */
void
url_remove_dot_segments(struct text *t)
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

const char *
base64_decode(char *text, unsigned flags)
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
		fault = url_byte_fault(bits >> nbits & 0xff);
		fault = unless_line(fault, bits >> nbits & 0xff, flags);
		if (fault != NULL)
			return (fault);
	}
	*out = '\0';
	/* What is left over of the last digit carries nothing. */
	return ((bits & ((1U << nbits) - 1)) != 0 ? broken : NULL);
}
