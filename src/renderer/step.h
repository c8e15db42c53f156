/* SPDX-License-Identifier: BSD-2-Clause
 * Copyright (c) 2026 The pixelfleet authors
 *
 * One step of a render: an image comes in, another goes out.
 *
 * Each step takes a VipsImage ** and returns 0 with *image replaced and
 * the old one's reference dropped, or -1 with *image untouched and the
 * reason in libvips's error buffer.
 */

#ifndef STEP_H
#define STEP_H

#include <vips/vips.h>

/*
 * Finish a step: `error` is what the libvips call that was to make *next
 * returned.  A pointer to it, since the call may stand among the arguments
 * and they are evaluated in any order.
 */
static inline int
step(VipsImage **image, int error, VipsImage **next)
{
	if (error)
		return (-1);
	g_object_unref(*image);
	*image = *next;
	return (0);
}

/* Have all pixels in memory, so that whatever is wrong with them is known. */
int step_pull(VipsImage **image);

/*
 * Keep nothing but pixels: neither may a saver find anything else to write,
 * nor blending pass it on.
 */
int step_forget(VipsImage **image);

#endif
