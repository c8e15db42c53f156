/* SPDX-License-Identifier: BSD-2-Clause
 * Copyright (c) 2026 The pixelfleet authors
 *
 * The fonts that text is set in: see fonts.h.
 *
 * Nothing is read at start, which would cost each renderer some 5 ms: the
 * sandbox leaves these folders readable, and fontconfig looks there when
 * the first text comes.
 */

#include "config.h"

#include <string.h>

#include <pango/pangocairo.h>

#include "fonts.h"

const char *const FONT_FOLDERS[] = {
	"/usr/share/fonts",
	"/usr/local/share/fonts",
	"/etc/fonts",
	"/usr/share/fontconfig",	/* where links in /etc/fonts lead */
	"/var/cache/fontconfig",
	NULL
};

bool
font_installed(const char *family)
{
	PangoFontFamily **families;
	bool found = false;
	int i, n;

	pango_font_map_list_families(pango_cairo_font_map_get_default(),
	    &families, &n);
	for (i = 0; i < n && !found; i++)
		found = g_ascii_strcasecmp(family,
		    pango_font_family_get_name(families[i])) == 0;
	g_free(families);
	return (found);
}

/* Families and faces; their versions are those of packages, not told. */
static void
add_faces(GPtrArray *names, PangoFontFamily *family)
{
	PangoFontFace **faces;
	int i, n;

	pango_font_family_list_faces(family, &faces, &n);
	for (i = 0; i < n; i++)
		g_ptr_array_add(names, g_strdup_printf("%s %s\n",
		    pango_font_family_get_name(family),
		    pango_font_face_get_face_name(faces[i])));
	g_free(faces);
}

static int
by_name(const void *a, const void *b)
{
	return (strcmp(*(const char *const *)a, *(const char *const *)b));
}

void
fonts_describe(FILE *out)
{
	GPtrArray *names = g_ptr_array_new_with_free_func(g_free);
	GChecksum *sum = g_checksum_new(G_CHECKSUM_SHA256);
	PangoFontFamily **families;
	guint u;
	int i, n;

	pango_font_map_list_families(pango_cairo_font_map_get_default(),
	    &families, &n);
	for (i = 0; i < n; i++)
		add_faces(names, families[i]);
	g_free(families);
	g_ptr_array_sort(names, by_name);
	for (u = 0; u < names->len; u++)
		g_checksum_update(sum, names->pdata[u], -1);
	fprintf(out, "fonts pango %s, %u faces, %.16s\n",
	    pango_version_string(), names->len, g_checksum_get_string(sum));
	g_checksum_free(sum);
	g_ptr_array_free(names, TRUE);
}
