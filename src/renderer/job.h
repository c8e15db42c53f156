/* SPDX-License-Identifier: BSD-2-Clause
 * Copyright (c) 2026 The pixelfleet authors
 *
 * What one render knows while it lasts, and how it fails.
 *
 * A job is filled in from top to bottom: each part is set once, from those
 * above it.
 */

#ifndef JOB_H
#define JOB_H

#include "geometry.h"
#include "load.h"
#include "metadata.h"
#include "picture.h"
#include "render_wire.h"

struct job {
	const struct render_request *req;
	struct render_reply	*reply;
	struct image_ops	ops;
	struct source		source;
	unsigned		frames;		/* of the result */
	bool			keep_profile;	/* pixels stay of that profile */
	int			orientation;	/* to undo: EXIF's and angle's */
	struct area		part;		/* shown, of the upright source */
	struct geometry		plan;		/* of that part */
	struct picture		picture;	/* owned */
	struct metadata		metadata;	/* owned */
	int			overlay;	/* fd; -1: none */
	int			result;		/* owned fd, or -1 */
};

/* Fail with a sentence of printable ASCII, as the wire wants it: -1. */
int job_fail(struct job *, unsigned status, const char *fmt, ...)
    __attribute__((format(printf, 3, 4)));

/* Because of a limit. */
int job_fail_limit(struct job *, enum render_limit, const char *fmt, ...)
    __attribute__((format(printf, 3, 4)));

/* With the first line of what libvips has to say. */
int job_fail_vips(struct job *, unsigned status, const char *what);

/* Because the source cannot be decoded. */
int job_fail_damaged(struct job *);

#endif
