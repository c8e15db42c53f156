/* SPDX-License-Identifier: BSD-2-Clause
 * Copyright (c) 2026 The pixelfleet authors
 *
 * A picture on its way through the steps: see picture.h.
 */

#include "config.h"

#include "picture.h"
#include "step.h"

void
picture_init(struct picture *picture, unsigned n)
{
	*picture = (struct picture){ .n = n };
	picture->frames = g_new0(VipsImage *, n);
	if (n > 1)
		picture->delay_ms = g_new0(int, n);
}

void
picture_free(struct picture *picture)
{
	unsigned i;

	for (i = 0; i < picture->n; i++)
		g_clear_object(&picture->frames[i]);
	g_free(picture->frames);
	g_free(picture->delay_ms);
	g_free(picture->profile);
	*picture = (struct picture){ 0 };
}

int
picture_each(struct picture *picture, picture_step *fn, const void *priv)
{
	unsigned i;

	for (i = 0; i < picture->n; i++)
		if (fn(&picture->frames[i], priv))
			return (-1);
	return (0);
}

static int
pull(VipsImage **frame, const void *priv)
{
	(void)priv;
	return (step_pull(frame));
}

int
picture_pull(struct picture *picture)
{
	return (picture_each(picture, pull, NULL));
}

unsigned
picture_width(const struct picture *picture)
{
	return ((unsigned)vips_image_get_width(picture->frames[0]));
}

unsigned
picture_height(const struct picture *picture)
{
	return ((unsigned)vips_image_get_height(picture->frames[0]));
}

bool
picture_has_alpha(const struct picture *picture)
{
	return (vips_image_hasalpha(picture->frames[0]));
}
