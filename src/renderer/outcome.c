/* SPDX-License-Identifier: BSD-2-Clause
 * Copyright (c) 2026 The pixelfleet authors
 *
 * What a result will be: see outcome.h.
 */

#include "config.h"

#include "colour.h"
#include "formats.h"
#include "outcome.h"
#include "save.h"

enum image_format
outcome_format(const struct job *job, bool moves, bool alpha)
{
	const enum image_format still = alpha ? IMAGE_FORMAT_PNG :
	    IMAGE_FORMAT_JPG;
	enum image_format format = job->ops.format;

	switch (format) {
	case IMAGE_FORMAT_SOURCE:
		format = format_of(job->source.kind);
		break;
	case IMAGE_FORMAT_AUTO:
		format = moves ? IMAGE_FORMAT_GIF : still;
		break;
	case IMAGE_FORMAT_AUTO_WEBP:
		format = IMAGE_FORMAT_WEBP;
		break;
	case IMAGE_FORMAT_AUTO_AVIF:
		format = moves ? IMAGE_FORMAT_WEBP : IMAGE_FORMAT_AVIF;
		break;
	case IMAGE_FORMAT_AUTO_JXL:
		format = moves ? IMAGE_FORMAT_WEBP : IMAGE_FORMAT_JXL;
		break;
	default:
		break;
	}
	return (format_saves(format) ? format : still);
}

void
outcome_foresee(struct job *job)
{
	const struct image_ops *ops = &job->ops;
	bool moves = job->source.moves && !ops->still && ops->page == 0;
	enum image_format format = outcome_format(job, moves, true);

	job->frames = moves && save_moves(format) ? job->source.pages : 1;
	job->keep_profile = ops->strip == IMAGE_STRIP_NONE &&
	    ops->mark[0] == '\0' && ops->text[0] == '\0' &&
	    save_has_profile(format) &&
	    colour_has_profile(job->source.header);
}
