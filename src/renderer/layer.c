/* SPDX-License-Identifier: BSD-2-Clause
 * Copyright (c) 2026 The pixelfleet authors
 *
 * What is laid over a picture: see layer.h.
 */

#include "config.h"

#include <stdbool.h>

#include "layer.h"
#include "step.h"

/* Grey although it has three bands for colours? */
static int
is_grey(VipsImage *image, bool *grey)
{
	VipsImage *bands[3] = { NULL }, *apart[2] = { NULL };
	double most[2];
	int error;

	error = vips_extract_band(image, &bands[0], 0, NULL) ||
	    vips_extract_band(image, &bands[1], 1, NULL) ||
	    vips_extract_band(image, &bands[2], 2, NULL) ||
	    vips_relational(bands[0], bands[1], &apart[0],
	    VIPS_OPERATION_RELATIONAL_NOTEQ, NULL) ||
	    vips_relational(bands[1], bands[2], &apart[1],
	    VIPS_OPERATION_RELATIONAL_NOTEQ, NULL) ||
	    vips_max(apart[0], &most[0], NULL) ||
	    vips_max(apart[1], &most[1], NULL);
	*grey = !error && most[0] == 0 && most[1] == 0;
	g_clear_object(&apart[1]);
	g_clear_object(&apart[0]);
	g_clear_object(&bands[2]);
	g_clear_object(&bands[1]);
	g_clear_object(&bands[0]);
	return (error ? -1 : 0);
}

/* RGBA that is grey to grey and alpha. */
static int
drop_colours(VipsImage **image)
{
	VipsImage *alpha, *next;
	bool grey;
	int error;

	if (vips_image_get_bands(*image) < 4)
		return (0);
	if (is_grey(*image, &grey))
		return (-1);
	if (!grey)
		return (0);
	if (vips_extract_band(*image, &alpha, 3, NULL))
		return (-1);
	error = step(image, vips_extract_band(*image, &next, 0, NULL),
	    &next) ||
	    step(image, vips_bandjoin2(*image, alpha, &next, NULL), &next) ||
	    step(image, vips_copy(*image, &next, "interpretation",
	    VIPS_INTERPRETATION_B_W, NULL), &next);
	g_object_unref(alpha);
	return (error ? -1 : 0);
}

static int
fade(VipsImage **image, double opacity)
{
	double a[4] = { 1, 1, 1, 1 }, b[4] = { 0 };
	int n = vips_image_get_bands(*image);
	VipsImage *next;

	if (opacity >= 1)
		return (0);
	a[n - 1] = opacity;
	b[n - 1] = .5;			/* rounds, as it is cut to integers */
	return (step(image, vips_linear(*image, &next, a, b, n, "uchar",
	    TRUE, NULL), &next));
}

static int
add_alpha(VipsImage **image)
{
	VipsImage *next;

	if (vips_image_hasalpha(*image))
		return (0);
	return (step(image, vips_addalpha(*image, &next, NULL), &next));
}

int
layer_make(struct layer *layer, VipsImage *image, double opacity)
{
	if (add_alpha(&image) || step_pull(&image) || drop_colours(&image) ||
	    fade(&image, opacity) || step_pull(&image) ||
	    step_forget(&image)) {
		g_object_unref(image);
		return (-1);
	}
	layer->image = image;
	return (0);
}

void
layer_close(struct layer *layer)
{
	g_clear_object(&layer->image);
}

/* Where along one side of the frame the layer begins. */
static int
place(int frame, int layer, int inwards, bool first, bool last)
{
	if (first)
		return (inwards);
	if (last)
		return (frame - layer - inwards);
	/* Halves go the same way on both sides of nothing. */
	return ((frame - layer) / 2 + inwards);
}

static int
place_x(const struct layer *layer, int frame)
{
	enum image_pos pos = layer->pos;

	return (place(frame, vips_image_get_width(layer->image), layer->x,
	    pos == IMAGE_POS_LEFT || pos == IMAGE_POS_TOP_LEFT ||
	    pos == IMAGE_POS_BOTTOM_LEFT,
	    pos == IMAGE_POS_RIGHT || pos == IMAGE_POS_TOP_RIGHT ||
	    pos == IMAGE_POS_BOTTOM_RIGHT));
}

static int
place_y(const struct layer *layer, int frame)
{
	enum image_pos pos = layer->pos;

	return (place(frame, vips_image_get_height(layer->image), layer->y,
	    pos == IMAGE_POS_TOP || pos == IMAGE_POS_TOP_LEFT ||
	    pos == IMAGE_POS_TOP_RIGHT,
	    pos == IMAGE_POS_BOTTOM || pos == IMAGE_POS_BOTTOM_LEFT ||
	    pos == IMAGE_POS_BOTTOM_RIGHT));
}

/* Side by side from the top left, the offset before each. */
static int
tile(const struct layer *layer, int width, int height, VipsImage **out)
{
	int left = layer->x > 0 ? layer->x : 0;
	int top = layer->y > 0 ? layer->y : 0;
	int w = vips_image_get_width(layer->image) + left;
	int h = vips_image_get_height(layer->image) + top;
	VipsImage *next;

	if (vips_embed(layer->image, out, left, top, w, h, NULL))
		return (-1);
	if (step(out, vips_replicate(*out, &next, (width + w - 1) / w,
	    (height + h - 1) / h, NULL), &next) ||
	    step(out, vips_crop(*out, &next, 0, 0, width, height, NULL),
	    &next)) {
		g_object_unref(*out);
		return (-1);
	}
	return (0);
}

/* To three bands of colours, where the other has them. */
static int
same_colours(VipsImage **image, VipsImage *other)
{
	VipsImage *next;

	if (vips_image_get_bands(*image) >= 3 ||
	    vips_image_get_bands(other) < 3)
		return (0);
	return (step(image, vips_colourspace(*image, &next,
	    VIPS_INTERPRETATION_sRGB, NULL), &next));
}

/* With `over` of the frame's colours and alpha. */
static int
blend(VipsImage **frame, VipsImage *over, int x, int y)
{
	bool alpha = vips_image_hasalpha(*frame);
	VipsInterpretation space = vips_image_get_interpretation(*frame);
	VipsImage *next;

	if (step(frame, vips_composite2(*frame, over, &next,
	    VIPS_BLEND_MODE_OVER, "x", x, "y", y, "compositing-space", space,
	    NULL), &next))
		return (-1);
	if (!alpha && step(frame, vips_extract_band(*frame, &next, 0, "n",
	    vips_image_get_bands(*frame) - 1, NULL), &next))
		return (-1);
	return (step(frame, vips_cast(*frame, &next, VIPS_FORMAT_UCHAR,
	    NULL), &next));
}

int
layer_draw(VipsImage **frame, const void *priv)
{
	const struct layer *layer = priv;
	int width = vips_image_get_width(*frame);
	int height = vips_image_get_height(*frame);
	VipsImage *over;
	int x = 0, y = 0, error;

	if (layer->image == NULL)
		return (0);
	if (layer->pos == IMAGE_POS_TILE) {
		if (tile(layer, width, height, &over))
			return (-1);
	} else {
		over = layer->image;
		g_object_ref(over);
		x = place_x(layer, width);
		y = place_y(layer, height);
	}
	error = same_colours(frame, over) || same_colours(&over, *frame) ||
	    blend(frame, over, x, y);
	g_object_unref(over);
	return (error ? -1 : 0);
}
