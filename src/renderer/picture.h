/* SPDX-License-Identifier: BSD-2-Clause
 * Copyright (c) 2026 The pixelfleet authors
 *
 * A picture on its way through the steps: one frame, or several that move.
 *
 * Once it is loaded all frames have one size and one number of bands, 8
 * bits each: grey or RGB, and alpha last where anything is transparent.
 * They lie complete in memory, so a step may read them as often as it
 * likes, and they carry no metadata.
 */

#ifndef PICTURE_H
#define PICTURE_H

#include <stdbool.h>
#include <stddef.h>

#include <vips/vips.h>

struct picture {
	VipsImage		**frames;	/* n, a reference to each */
	unsigned		n;		/* 1.. */
	int			*delay_ms;	/* n; NULL where n is 1 */
	int			loop;		/* times shown; 0: for ever */
	/*
	 * The profile that the pixels' numbers are of, owned; NULL: sRGB,
	 * or grey with its curve.  Other than NULL only for strip=none.
	 */
	void			*profile;
	size_t			profile_len;
};

/* A step (step.h) with what it is to know. */
typedef int picture_step(VipsImage **frame, const void *priv);

/*
 * Make a picture of n frames that are all NULL, for the caller to fill in;
 * delays are 0.  Never fails.
 */
void picture_init(struct picture *, unsigned n);

/* Drop everything; a picture of zeros has nothing to drop. */
void picture_free(struct picture *);

/*
 * Apply a step to each frame.  Returns 0, or -1 with the reason in
 * libvips's error buffer, some frames then changed and others not.
 */
int picture_each(struct picture *, picture_step *, const void *priv);

/*
 * Compute every pixel now, and keep them in memory.  To be called between
 * families of steps, so that no chain of them grows long.
 */
int picture_pull(struct picture *);

/* Of the frames, which are alike. */
unsigned picture_width(const struct picture *);
unsigned picture_height(const struct picture *);
bool picture_has_alpha(const struct picture *);

#endif
