/* SPDX-License-Identifier: BSD-2-Clause
 * Copyright (c) 2026 The pixelfleet authors
 *
 * The turning family: EXIF orientation, angle and flip.
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

/*
 * Turns are counted clockwise, in quarters.  One that follows a mirror is
 * as good as its opposite before it; half a turn, and a mirror up and down
 * is half a turn and one left and right, may stand on either side.
 */
int
orient_turned(int orientation, unsigned angle, enum image_flip flip)
{
	unsigned turn, clockwise = (360 - angle % 360) / 90;
	bool mirror;
	int i;

	if (orientation < 1 || orientation > 8)
		orientation = 1;
	turn = (unsigned)UPRIGHT[orientation].turn;
	mirror = UPRIGHT[orientation].mirror;
	turn += mirror ? 4 - clockwise : clockwise;
	if (flip == IMAGE_FLIP_V || flip == IMAGE_FLIP_HV)
		turn += 2;
	if (flip == IMAGE_FLIP_H || flip == IMAGE_FLIP_V)
		mirror = !mirror;
	for (i = 1; (unsigned)UPRIGHT[i].turn != turn % 4 ||
	    UPRIGHT[i].mirror != mirror; i++)
		continue;
	return (i);
}

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
