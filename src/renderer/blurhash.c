/* SPDX-License-Identifier: BSD-2-Clause
 * Copyright (c) 2026 The pixelfleet authors
 *
 * BlurHash: see blurhash.h.
 *
 * The picture, in linear light, is multiplied by a few cosines; what comes
 * out for each is a colour.  The first, the mean, is written in full, the
 * others as a share of the largest of them, 19 steps a channel.  Numbers
 * are written in base 83.
 */

#include "config.h"

#include <math.h>

#include "blurhash.h"

#define COMPONENTS	(BLURHASH_X * BLURHASH_Y)
#define STEPS		19	/* of each channel, none in the middle */

struct colour {
	double	c[3];
};

static double
to_linear(uint8_t value)
{
	double v = value / 255.0;

	return (v <= 0.04045 ? v / 12.92 : pow((v + 0.055) / 1.055, 2.4));
}

static unsigned
to_srgb(double v)
{
	v = fmax(0, fmin(1, v));
	v = v <= 0.0031308 ? v * 12.92 : 1.055 * pow(v, 1 / 2.4) - 0.055;
	return ((unsigned)(v * 255 + 0.5));
}

static void
transform(const uint8_t *rgb, unsigned width, unsigned height, unsigned i,
    unsigned j, struct colour *out)
{
	double linear[256], basis, scale;
	unsigned x, y, c;

	for (x = 0; x < 256; x++)
		linear[x] = to_linear((uint8_t)x);
	*out = (struct colour){ { 0 } };
	for (y = 0; y < height; y++)
		for (x = 0; x < width; x++) {
			basis = cos(M_PI * i * x / width) *
			    cos(M_PI * j * y / height);
			for (c = 0; c < 3; c++)
				out->c[c] += basis * linear[*rgb++];
		}
	scale = (i == 0 && j == 0 ? 1.0 : 2.0) / width / height;
	for (c = 0; c < 3; c++)
		out->c[c] *= scale;
}

static char *
put83(char *p, unsigned value, unsigned digits)
{
	static const char DIGITS[] =
	    "0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz"
	    "#$%*+,-.:;=?@[]^_{|}~";
	unsigned i;

	for (i = digits; i > 0; i--, value /= 83)
		p[i - 1] = DIGITS[value % 83];
	return (p + digits);
}

/* The largest of the shares, in 83 steps to 1/2. */
static unsigned
largest_step(const struct colour *colours)
{
	double most = 0;
	unsigned i, c;

	for (i = 1; i < COMPONENTS; i++)
		for (c = 0; c < 3; c++)
			most = fmax(most, fabs(colours[i].c[c]));
	return ((unsigned)fmax(0, fmin(82, floor(most * 166 - 0.5))));
}

static unsigned
share(double value, double largest)
{
	double v = value / largest;

	v = copysign(sqrt(fabs(v)), v);
	return ((unsigned)fmax(0, fmin(STEPS - 1, floor(v * 9 + 9.5))));
}

void
blurhash(const uint8_t *rgb, unsigned width, unsigned height,
    char hash[BLURHASH_SIZE])
{
	struct colour colours[COMPONENTS];
	const double *c = colours[0].c;
	unsigned i, step;
	double largest;

	for (i = 0; i < COMPONENTS; i++)
		transform(rgb, width, height, i % BLURHASH_X, i / BLURHASH_X,
		    &colours[i]);
	step = largest_step(colours);
	largest = (step + 1) / 166.0;
	hash = put83(hash, BLURHASH_X - 1 + (BLURHASH_Y - 1) * 9, 1);
	hash = put83(hash, step, 1);
	hash = put83(hash, to_srgb(c[0]) << 16 | to_srgb(c[1]) << 8 |
	    to_srgb(c[2]), 4);
	for (i = 1; i < COMPONENTS; i++) {
		c = colours[i].c;
		hash = put83(hash, (share(c[0], largest) * STEPS +
		    share(c[1], largest)) * STEPS + share(c[2], largest), 2);
	}
	*hash = '\0';
}
