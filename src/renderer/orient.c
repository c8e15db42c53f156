/* SPDX-License-Identifier: BSD-2-Clause
 * Copyright (c) 2026 The pixelfleet authors
 *
 * The turning family: EXIF orientation.
 *
 * An orientation says where the first row and column of the stored picture
 * belong.  Each of the eight is a turn clockwise, then a mirror.
 */

#include "config.h"

#include "orient.h"
#include "step.h"

static const struct upright {
	VipsAngle	turn;
	bool		mirror;		/* left and right, after the turn */
} UPRIGHT[9] = {
	[1] = { VIPS_ANGLE_D0, false },
	[2] = { VIPS_ANGLE_D0, true },
	[3] = { VIPS_ANGLE_D180, false },
	[4] = { VIPS_ANGLE_D180, true },
	[5] = { VIPS_ANGLE_D90, true },
	[6] = { VIPS_ANGLE_D90, false },
	[7] = { VIPS_ANGLE_D270, true },
	[8] = { VIPS_ANGLE_D270, false },
};

bool
orient_swaps(int orientation)
{
	return (orientation >= 5 && orientation <= 8);
}

int
orient_upright(VipsImage **image, int orientation)
{
	const struct upright *u;
	VipsImage *next;

	if (orientation < 1 || orientation > 8)
		return (0);
	u = &UPRIGHT[orientation];
	if (u->turn != VIPS_ANGLE_D0 && step(image,
	    vips_rot(*image, &next, u->turn, NULL), &next))
		return (-1);
	if (u->mirror && step(image, vips_flip(*image, &next,
	    VIPS_DIRECTION_HORIZONTAL, NULL), &next))
		return (-1);
	return (0);
}
