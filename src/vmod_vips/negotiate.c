/* SPDX-License-Identifier: BSD-2-Clause
 * Copyright (c) 2026 The pixelfleet authors
 *
 * An Accept header (RFC 9110, 12.5.1) read once from left to right, and the
 * weights that matter to us noted on the way.
 *
 * Weights are in thousandths, as the RFC gives them three decimals.  Of two
 * weights for one range the higher counts.  A range with a parameter before
 * its weight ("image/webp;level=1") is narrower than what we send, so it
 * says nothing; parameters after the weight are RFC 7231's extensions and
 * change nothing.
 */

#include <stdbool.h>

#include "negotiate.h"

enum range {
	RANGE_AVIF,
	RANGE_JXL,
	RANGE_WEBP,
	RANGE_JPEG,
	RANGE_PNG,
	RANGE_IMAGE,
	RANGE_ANY,
	N_RANGES
};

static const char *const range_names[N_RANGES] = {
	[RANGE_AVIF] = "image/avif",
	[RANGE_JXL] = "image/jxl",
	[RANGE_WEBP] = "image/webp",
	[RANGE_JPEG] = "image/jpeg",
	[RANGE_PNG] = "image/png",
	[RANGE_IMAGE] = "image/*",
	[RANGE_ANY] = "*/*",
};

#define ABSENT		(-1)

/* In the order of preference. */
static const struct choice {
	enum range		range;
	enum image_format	format;
	enum image_format	moving;	/* where WebP is there for motion */
} choices[] = {
	{ RANGE_AVIF, IMAGE_FORMAT_AVIF, IMAGE_FORMAT_AUTO_AVIF },
	{ RANGE_JXL, IMAGE_FORMAT_JXL, IMAGE_FORMAT_AUTO_JXL },
	{ RANGE_WEBP, IMAGE_FORMAT_WEBP, IMAGE_FORMAT_AUTO_WEBP },
};

#define N_CHOICES	(sizeof choices / sizeof choices[0])

/* Part of the header, white space around it left out. */
struct span {
	const char	*s;
	size_t		len;
};

/* strncasecmp() asks for the locale. */
static bool
span_is(struct span a, const char *lower)
{
	size_t i;
	char c;

	for (i = 0; i < a.len && lower[i] != '\0'; i++) {
		c = a.s[i];
		if (c >= 'A' && c <= 'Z')
			c += 'a' - 'A';
		if (c != lower[i])
			return (false);
	}
	return (i == a.len && lower[i] == '\0');
}

static bool
is_space(char c)
{
	return (c == ' ' || c == '\t');
}

/*
 * Take what stands at *p up to a ';' or ',' outside of quotes; *p moves to
 * that, or to the end.
 */
static struct span
take_part(const char **p)
{
	struct span part;
	const char *s = *p;
	bool quoted = false;

	while (is_space(*s))
		s++;
	part.s = s;
	for (; *s != '\0' && (quoted || (*s != ';' && *s != ',')); s++) {
		if (*s == '"')
			quoted = !quoted;
		else if (quoted && *s == '\\' && s[1] != '\0')
			s++;
	}
	*p = s;
	part.len = (size_t)(s - part.s);
	while (part.len > 0 && is_space(part.s[part.len - 1]))
		part.len--;
	return (part);
}

/* "0" to "1" with up to three decimals, in thousandths; ABSENT if broken. */
static int
read_weight(struct span w)
{
	int weight, unit = 100;
	size_t i;

	if (w.len == 0 || w.len > 5 || (w.s[0] != '0' && w.s[0] != '1') ||
	    (w.len > 1 && w.s[1] != '.'))
		return (ABSENT);
	weight = (w.s[0] - '0') * 1000;
	for (i = 2; i < w.len; i++, unit /= 10) {
		if (w.s[i] < '0' || w.s[i] > '9')
			return (ABSENT);
		weight += (w.s[i] - '0') * unit;
	}
	return (weight <= 1000 ? weight : ABSENT);
}

/*
 * The parameters of one range: its weight, or ABSENT where it says nothing
 * to us.  *p is behind the type, and moves to a ',' or the end.
 */
static int
read_parameters(const char **p)
{
	bool weighted = false, narrower = false;
	int weight = 1000;
	struct span part;

	while (*(*p) == ';') {
		(*p)++;
		part = take_part(p);
		if (part.len == 0 || weighted)
			continue;
		if (part.len >= 2 && part.s[1] == '=' &&
		    (part.s[0] == 'q' || part.s[0] == 'Q')) {
			part.s += 2;
			part.len -= 2;
			weight = read_weight(part);
			weighted = true;
		} else
			narrower = true;
	}
	return (narrower ? ABSENT : weight);
}

static int
first_present(int a, int b, int c)
{
	if (a != ABSENT)
		return (a);
	if (b != ABSENT)
		return (b);
	return (c != ABSENT ? c : 0);
}

/* The weight of a format, by its own range or by a wildcard. */
static int
weight_of(const int weight[N_RANGES], enum range range)
{
	return (first_present(weight[range], weight[RANGE_IMAGE],
	    weight[RANGE_ANY]));
}

/* What is named, allowed, and liked best; the first of equals. */
static const struct choice *
choose(const int weight[N_RANGES], unsigned formats)
{
	const struct choice *c, *best = NULL;
	int jpeg, png, least;

	/* Which of the two AUTO becomes is not known yet: the lesser. */
	jpeg = weight_of(weight, RANGE_JPEG);
	png = weight_of(weight, RANGE_PNG);
	least = jpeg < png ? jpeg : png;
	for (c = choices; c < choices + N_CHOICES; c++)
		if ((formats & 1u << c->format) != 0 &&
		    weight[c->range] > 0 && weight[c->range] >= least) {
			best = c;
			least = weight[c->range] + 1;
		}
	return (best);
}

static void
read_accept(const char *accept, int weight[N_RANGES])
{
	struct span type;
	unsigned r;
	int w;

	for (r = 0; r < N_RANGES; r++)
		weight[r] = ABSENT;
	while (accept != NULL && *accept != '\0') {
		type = take_part(&accept);
		w = read_parameters(&accept);
		for (r = 0; r < N_RANGES; r++)
			if (span_is(type, range_names[r]) && w > weight[r])
				weight[r] = w;
		if (*accept == ',')
			accept++;
	}
}

enum image_format
negotiate_format(const char *accept, unsigned formats)
{
	const struct choice *choice;
	int weight[N_RANGES];

	read_accept(accept, weight);
	choice = choose(weight, formats);
	if (choice == NULL)
		return (IMAGE_FORMAT_AUTO);
	if ((formats & 1u << IMAGE_FORMAT_WEBP) != 0 &&
	    weight_of(weight, RANGE_WEBP) > 0)
		return (choice->moving);
	return (choice->format);
}
