/* SPDX-License-Identifier: BSD-2-Clause
 * Copyright (c) 2026 The pixelfleet authors
 *
 * The adjusting family: see adjust.h.
 *
 * What changes pixels one by one is point.c's, and tone.c and mix.c say
 * how; what looks at their neighbours is effects.c's.
 */

#include "config.h"

#include "adjust.h"
#include "effects.h"
#include "mix.h"
#include "tone.h"

#define BLUR_SIGMA	0.5	/* px, of blur=1 */
#define SHARPEN_ONCE	50.0	/* the sharpen that adds the mask once */

int
adjust_settle(struct adjust *a, VipsImage *first_frame,
    const struct image_ops *ops)
{
	*a = (struct adjust){
		.pixelate = ops->pixelate,
		.blur = (double)ops->blur / IMAGE_ONE * BLUR_SIGMA,
		.sharpen = (double)ops->sharpen / IMAGE_ONE / SHARPEN_ONCE
	};
	a->point.mixes = mix_wanted(ops);
	a->point.maps = a->point.mixes || tone_wanted(ops);
	mix_settle(a->point.matrix, ops);
	return (tone_settle(a->point.lookup, first_frame, ops));
}

int
adjust(VipsImage **frame, const struct adjust *a)
{
	if (a->point.maps && point_run(frame, &a->point))
		return (-1);
	if (a->pixelate > 1 && effects_pixelate(frame, a->pixelate))
		return (-1);
	if (a->blur > 0 && effects_blur(frame, a->blur))
		return (-1);
	if (a->sharpen > 0 && effects_sharpen(frame, a->sharpen))
		return (-1);
	return (0);
}
