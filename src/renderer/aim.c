/* SPDX-License-Identifier: BSD-2-Clause
 * Copyright (c) 2026 The pixelfleet authors
 *
 * quality=auto: see aim.h.
 *
 * The sample is the first frame; of a large one, nine parts of it, from
 * all over, side by side, so that the time does not grow with the picture.
 * They lie on multiples of 16 pixels, where blocks of codecs do.
 */

#include "config.h"

#include <math.h>

#include "aim.h"
#include "encode.h"
#include "load.h"
#include "quality.h"
#include "step.h"

/*
 * Where JPEG at about 83 is on photographs, and where Butteraugli's 3-norm
 * is a little below 1, at which an eye that looks for a difference begins
 * to see one.
 */
#define TARGET		0.94

#define LEAST		30	/* nobody wants to see less than that... */
#define MOST		95	/* ...and more than that is no difference */
#define ENCODES_MAX	5
#define NEARLY		0.9	/* of what may be lost, and no more is tried */
#define SLOPE		0.05	/* loss shrinks by that, per quality, about */

#define PART		256	/* px, of a sample, a side */
#define PARTS		3	/* across, and down */
#define ALL_PIXELS	((double)PART * PARTS * PART * PARTS)

struct search {
	struct encoder	encoder;
	VipsImage	*sample;	/* owned */
	unsigned	fails;		/* the highest known to; or LEAST - 1 */
	double		fails_loss;
	unsigned	passes;		/* the lowest known to; or MOST + 1 */
	double		passes_loss;
	unsigned	encodes;
};

static unsigned
parts(unsigned side)
{
	unsigned n = side / PART;

	return (n < 1 ? 1 : n > PARTS ? PARTS : n);
}

/* Where the i-th of n parts begins. */
static int
part_at(unsigned side, unsigned i, unsigned n)
{
	if (n == 1)
		return (0);
	return ((int)(i * (side - PART) / (n - 1)) & ~15);
}

static int
join_parts(VipsImage *image, VipsImage **sample)
{
	unsigned width = (unsigned)vips_image_get_width(image);
	unsigned height = (unsigned)vips_image_get_height(image);
	unsigned nx = parts(width), ny = parts(height), i, n = 0;
	VipsImage *cut[PARTS * PARTS];
	int error = 0;

	for (i = 0; i < nx * ny && !error; i++) {
		error = vips_extract_area(image, &cut[i],
		    part_at(width, i % nx, nx), part_at(height, i / nx, ny),
		    (int)MIN(width, PART), (int)MIN(height, PART), NULL);
		n += !error;
	}
	if (!error)
		error = vips_arrayjoin(cut, sample, (int)n, "across", (int)nx,
		    NULL);
	while (n > 0)
		g_object_unref(cut[--n]);
	return (error);
}

static int
take_sample(const struct picture *picture, VipsImage **sample)
{
	VipsImage *image = picture->frames[0], *next;

	if ((double)picture_width(picture) * picture_height(picture) <=
	    ALL_PIXELS) {
		*sample = g_object_ref(image);
		return (0);
	}
	if (join_parts(image, sample))
		return (-1);
	next = vips_image_copy_memory(*sample);
	if (step(sample, next == NULL, &next) == 0)
		return (0);
	g_clear_object(sample);
	return (-1);
}

/* sRGB, three bytes a pixel, on white or black where it is transparent. */
static uint8_t *
pixels_on(VipsImage *image, double background)
{
	VipsArrayDouble *colour = vips_array_double_newv(1, background);
	VipsImage *next;
	uint8_t *pixels = NULL;
	size_t len;

	g_object_ref(image);
	if (step(&image, vips_colourspace(image, &next,
	    VIPS_INTERPRETATION_sRGB, NULL), &next) == 0 &&
	    (!vips_image_hasalpha(image) || step(&image, vips_flatten(image,
	    &next, "background", colour, NULL), &next) == 0) &&
	    step(&image, vips_cast_uchar(image, &next, NULL), &next) == 0)
		pixels = vips_image_write_to_memory(image, &len);
	vips_area_unref(VIPS_AREA(colour));
	g_object_unref(image);
	return (pixels);
}

static int
alike_on(VipsImage *a, VipsImage *b, double background, double *alike)
{
	uint8_t *pa = pixels_on(a, background), *pb = pixels_on(b, background);
	int error = pa == NULL || pb == NULL;

	if (!error)
		*alike = fmin(*alike, quality_alike(pa, pb,
		    (unsigned)vips_image_get_width(a),
		    (unsigned)vips_image_get_height(a), 3));
	g_free(pa);
	g_free(pb);
	return (error ? -1 : 0);
}

static enum source_kind
kind_of(enum image_format format)
{
	switch (format) {
	case IMAGE_FORMAT_WEBP:
		return (SOURCE_WEBP);
	case IMAGE_FORMAT_AVIF:
		return (SOURCE_AVIF);
	case IMAGE_FORMAT_JXL:
		return (SOURCE_JXL);
	default:
		return (SOURCE_JPG);
	}
}

static int
compare(struct search *s, const struct encoded *file, double *alike)
{
	struct source source;
	VipsImage *image;
	int error;

	*alike = 1;
	error = source_open(&source, kind_of(s->encoder.format), file->data,
	    file->len) || source_load(&source, 1, 1, &image);
	if (!error) {
		error = alike_on(s->sample, image, 255, alike) ||
		    (vips_image_hasalpha(s->sample) &&
		    alike_on(s->sample, image, 0, alike));
		g_object_unref(image);
	}
	source_close(&source);
	return (error ? -1 : 0);
}

static int
try(struct search *s, unsigned quality)
{
	struct encoded file;
	double alike, loss;
	int error;

	if (encode(&s->encoder, quality, &file))
		return (-1);
	s->encodes++;
	error = compare(s, &file, &alike);
	encoded_free(&file);
	if (error)
		return (-1);
	loss = fmax(1 - alike, 1e-6);
	if (alike >= TARGET) {
		s->passes = quality;
		s->passes_loss = loss;
	} else {
		s->fails = quality;
		s->fails_loss = loss;
	}
	return (0);
}

/* Loss shrinks about exponentially; by how much is known from two points. */
static unsigned
foretell(const struct search *s)
{
	double wanted = log((1 - TARGET) * (1 + NEARLY) / 2), guess, share;
	unsigned least = s->fails + 1, most = s->passes - 1;

	if (s->fails >= LEAST && s->passes <= MOST) {
		share = (log(s->fails_loss) - wanted) /
		    (log(s->fails_loss) - log(s->passes_loss));
		guess = s->fails + share * (s->passes - s->fails);
	} else if (s->passes <= MOST)
		guess = s->passes - (wanted - log(s->passes_loss)) / SLOPE;
	else
		guess = s->fails + (log(s->fails_loss) - wanted) / SLOPE;
	guess = fmax(least, fmin(most, ceil(guess)));
	return ((unsigned)guess);
}

static int
search(struct search *s, unsigned quality)
{
	if (try(s, quality))
		return (-1);
	while (s->passes > s->fails + 1 && s->encodes < ENCODES_MAX &&
	    (s->passes > MOST || s->passes_loss < (1 - TARGET) * NEARLY))
		if (try(s, foretell(s)))
			return (-1);
	return (0);
}

/* What photographs commonly need. */
static unsigned
first_guess(enum image_format format)
{
	switch (format) {
	case IMAGE_FORMAT_WEBP:
		return (82);
	case IMAGE_FORMAT_AVIF:
		return (80);
	default:
		return (82);
	}
}

int
aim(const struct picture *picture, enum image_format format,
    const struct image_ops *ops, double pixels, unsigned *quality,
    unsigned *encodes)
{
	struct search s = { .fails = LEAST - 1, .passes = MOST + 1 };
	struct picture part = { .n = 1 };
	int error;

	if (take_sample(picture, &s.sample))
		return (-1);
	part.frames = &s.sample;
	error = encode_begin(&s.encoder, &part, format, ops, NULL, pixels) ||
	    search(&s, first_guess(format));
	*quality = MIN(s.passes, MOST);
	*encodes += s.encodes;
	encode_end(&s.encoder);
	g_object_unref(s.sample);
	return (error ? -1 : 0);
}
