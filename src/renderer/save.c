/* SPDX-License-Identifier: BSD-2-Clause
 * Copyright (c) 2026 The pixelfleet authors
 *
 * Encoding a result: see save.h.
 *
 * With quality=auto a sample has told the highest quality to try (aim.h).
 * For max_bytes the picture is encoded until the highest quality is found
 * that fits, or nearly: a size is foretold from those that are known, by
 * the way in which sizes commonly grow with quality.
 */

#include "config.h"

#include <math.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>

#include "aim.h"
#include "encode.h"
#include "save.h"

#define ENCODES_MAX	6	/* for max_bytes... */
#define ENCODES_LEAST	3	/* ...and of a large picture */
#define PIXELS_MAX	100e6	/* encoded for it, one time with another */
#define NEARLY		0.97	/* of max_bytes, and no more is tried */

bool
save_has_alpha(enum image_format format)
{
	return (format != IMAGE_FORMAT_JPG);
}

bool
save_moves(enum image_format format)
{
	return (format == IMAGE_FORMAT_GIF || format == IMAGE_FORMAT_WEBP);
}

bool
save_has_profile(enum image_format format)
{
	return (format != IMAGE_FORMAT_GIF);
}

static int
refuse(struct saved *saved, unsigned status, const char *fmt, ...)
{
	va_list ap;

	saved->status = status;
	va_start(ap, fmt);
	(void)vsnprintf(saved->error, sizeof saved->error, fmt, ap);
	va_end(ap);
	return (-1);
}

/* The way down from the ceiling of quality. */
struct search {
	const struct encoder *encoder;
	struct saved	*saved;
	unsigned	encodes;	/* those here... */
	unsigned	encodes_max;	/* ...that there may be */
	size_t		most;		/* bytes */
	unsigned	over;		/* the lowest known not to fit... */
	double		over_len;	/* ...and its bytes */
	unsigned	fits;		/* the highest known to; 0: none */
	double		fits_len;
	struct encoded	best;		/* owned; that of `fits` */
};

/* Bytes at each quality, about, as a share of those at 90; logarithms. */
static double
growth(unsigned quality)
{
	static const double AT[] = {
		-2.9, -2.1, -1.75, -1.5, -1.3, -1.15, -1, -0.8, -0.5, 0, 0.9
	};
	unsigned i = quality < 100 ? quality / 10 : 9;

	return (AT[i] + (quality - 10.0 * i) * (AT[i + 1] - AT[i]) / 10);
}

static int
try(struct search *s, unsigned quality)
{
	struct encoded file;

	if (encode(s->encoder, quality, &file))
		return (-1);
	s->encodes++;
	s->saved->encodes++;
	if (file.len > s->most) {
		s->over = quality;
		s->over_len = (double)file.len;
		encoded_free(&file);
		return (0);
	}
	encoded_free(&s->best);
	s->best = file;
	s->fits = quality;
	s->fits_len = (double)file.len;
	return (0);
}

/* Where the size should be a little below the bound. */
static unsigned
foretell(const struct search *s)
{
	double wanted = log((double)s->most * (1 + NEARLY) / 2);
	double slope = 1;
	unsigned least = s->fits + 1, quality;

	if (s->fits > 0)
		slope = (log(s->over_len) - log(s->fits_len)) /
		    (growth(s->over) - growth(s->fits));
	for (quality = s->over - 1; quality > least; quality--)
		if (log(s->over_len) + slope *
		    (growth(quality) - growth(s->over)) <= wanted)
			break;
	return (quality);
}

static int
search_fit(struct search *s, unsigned ceiling)
{
	if (try(s, ceiling))
		return (-1);
	while (s->over > s->fits + 1 && s->encodes < s->encodes_max &&
	    s->fits_len < NEARLY * (double)s->most) {
		/* The last chance to have any. */
		bool last = s->encodes == s->encodes_max - 1;

		if (try(s, last && s->fits == 0 ? 1 : foretell(s)))
			return (-1);
	}
	return (0);
}

static int
check_fit(const struct search *s, const struct encoder *encoder)
{
	const char *name = image_format_name(encoder->format);

	if (s->best.data != NULL)
		return (0);
	if (encode_has_quality(encoder->format, encoder->lossless))
		return (refuse(s->saved, 422, "max_bytes=%zu cannot be met: "
		    "the smallest %s has %.0f bytes, at quality %u", s->most,
		    name, s->over_len, s->over));
	return (refuse(s->saved, 422, "max_bytes=%zu cannot be met: the %s "
	    "has %.0f bytes, and no lower quality", s->most, name,
	    s->over_len));
}

/* So many that a render has the time for them. */
static unsigned
encodes_max(const struct image_ops *ops, double pixels)
{
	if (ops->max_bytes == 0)
		return (1);
	return ((unsigned)fmax(ENCODES_LEAST, fmin(ENCODES_MAX,
	    PIXELS_MAX / pixels)));
}

static int
save_encoder(struct encoder *encoder, const struct image_ops *ops,
    unsigned ceiling, unsigned times, int fd, struct saved *saved)
{
	struct search s = {
		.encoder = encoder,
		.saved = saved,
		.encodes_max = times,
		.most = ops->max_bytes > 0 ? ops->max_bytes : SIZE_MAX
	};
	int error;

	if (encode_has_quality(encoder->format, encoder->lossless))
		error = search_fit(&s, ceiling);
	else
		error = try(&s, 0);
	if (error)
		saved->status = 422;
	else if (check_fit(&s, encoder) || encoded_write(&s.best, fd))
		error = -1;
	saved->quality = s.fits;
	encoded_free(&s.best);
	return (error);
}

/* The highest quality to try. */
static int
ceiling_of(const struct picture *picture, enum image_format format,
    const struct image_ops *ops, double pixels, struct saved *saved,
    unsigned *ceiling)
{
	*ceiling = ops->quality > 0 ? ops->quality : IMAGE_QUALITY_DEFAULT;
	if (*ceiling != IMAGE_QUALITY_AUTO ||
	    !encode_has_quality(format, ops->lossless))
		return (0);
	return (aim(picture, format, ops, pixels, ceiling, &saved->encodes));
}

int
save_picture(const struct picture *picture, enum image_format format,
    const struct image_ops *ops, const struct metadata *metadata, int fd,
    struct saved *saved)
{
	struct encoder encoder = { 0 };
	double pixels = (double)picture_width(picture) *
	    picture_height(picture) * picture->n;
	unsigned times = encodes_max(ops, pixels), ceiling;
	int error;

	*saved = (struct saved){ 0 };
	if (!encode_saves(format, ops->lossless))
		return (refuse(saved, 501, "this server cannot write %s "
		    "without loss", image_format_name(format)));
	pixels *= times;
	error = ceiling_of(picture, format, ops, pixels, saved, &ceiling) ||
	    encode_begin(&encoder, picture, format, ops, metadata, pixels);
	if (error)
		saved->status = 422;
	else
		error = save_encoder(&encoder, ops, ceiling, times, fd,
		    saved);
	encode_end(&encoder);
	return (error ? -1 : 0);
}

int
save(VipsImage *image, enum image_format format, unsigned quality, int fd)
{
	const struct picture picture = { .frames = &image, .n = 1 };
	const struct image_ops ops = { .quality = quality };
	struct saved saved;

	return (save_picture(&picture, format, &ops, NULL, fd, &saved));
}
