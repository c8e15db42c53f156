/* SPDX-License-Identifier: BSD-2-Clause
 * Copyright (c) 2026 The pixelfleet authors
 *
 * Where to look: see focus.h.
 *
 * What libvips finds depends on the size that it is shown.  It is shown one
 * size only, whatever the result's, so that all sizes of one shape show the
 * same part; and it is shown the upright picture, so that all orientations
 * do.
 */

#include "config.h"

#include <stdint.h>

#include "colour.h"
#include "decode.h"
#include "focus.h"
#include "orient.h"
#include "step.h"

#define LOOK_SIDE	320	/* px, of what is looked at */

static unsigned
part_of(unsigned whole, unsigned part, unsigned of)
{
	unsigned n = (unsigned)(((uint64_t)whole * part + of / 2) / of);

	return (n < 1 ? 1 : n > whole ? whole : n);
}

/* The whole of `upright`, its longer side LOOK_SIDE at most. */
static int
look(const struct source *source, int orientation,
    const struct area *upright, VipsImage **image)
{
	const struct image_ops ops = {
		.width = LOOK_SIDE, .height = LOOK_SIDE
	};
	bool swaps = orient_swaps(orientation);
	struct decode plan = { .frames = 1 };
	struct geometry small;

	geometry_plan(&small, upright->width, upright->height, &ops);
	plan.part = geometry_unturn(*upright,
	    swaps ? source->height : source->width,
	    swaps ? source->width : source->height, orientation);
	plan.width = swaps ? small.height : small.width;
	plan.height = swaps ? small.width : small.height;
	plan.cut = (struct area){ 0, 0, plan.width, plan.height };
	if (decode(source, &plan, image) ||
	    colour_to_srgb(image) || orient_upright(image, orientation))
		return (-1);
	return (0);
}

int
focus_find(const struct source *source, int orientation,
    const struct area *upright, const struct geometry *plan,
    struct image_ops *ops)
{
	VipsImage *image = NULL, *part;
	unsigned w, h, pw, ph;
	int error;

	if (look(source, orientation, upright, &image)) {
		if (image != NULL)
			g_object_unref(image);
		return (-1);
	}
	w = (unsigned)vips_image_get_width(image);
	h = (unsigned)vips_image_get_height(image);
	pw = part_of(w, plan->cut.width, plan->scaled_width);
	ph = part_of(h, plan->cut.height, plan->scaled_height);
	error = vips_smartcrop(image, &part, (int)pw, (int)ph, "interesting",
	    ops->gravity == IMAGE_GRAVITY_ENTROPY ?
	    VIPS_INTERESTING_ENTROPY : VIPS_INTERESTING_ATTENTION, NULL);
	g_object_unref(image);
	if (error)
		return (-1);
	ops->gravity = IMAGE_GRAVITY_FOCAL;
	ops->focal_x = (unsigned)(IMAGE_ONE *
	    (-vips_image_get_xoffset(part) + pw / 2.) / w + .5);
	ops->focal_y = (unsigned)(IMAGE_ONE *
	    (-vips_image_get_yoffset(part) + ph / 2.) / h + .5);
	g_object_unref(part);
	return (0);
}
