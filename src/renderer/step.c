/* SPDX-License-Identifier: BSD-2-Clause
 * Copyright (c) 2026 The pixelfleet authors
 *
 * Steps that every family takes: see step.h.
 */

#include "config.h"

#include "step.h"

int
step_pull(VipsImage **image)
{
	VipsImage *next = vips_image_copy_memory(*image);

	return (step(image, next == NULL, &next));
}

int
step_forget(VipsImage **image)
{
	VipsImage *next;
	gchar **fields, **field;

	if (step(image, vips_copy(*image, &next, NULL), &next))
		return (-1);
	fields = vips_image_get_fields(*image);
	for (field = fields; *field != NULL; field++)
		(void)vips_image_remove(*image, *field);
	g_strfreev(fields);
	return (0);
}
