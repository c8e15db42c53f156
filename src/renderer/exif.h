/* SPDX-License-Identifier: BSD-2-Clause
 * Copyright (c) 2026 The pixelfleet authors
 *
 * EXIF: finding a few of its fields, and making a block of two.
 *
 * EXIF (CIPA DC-008) is a TIFF structure: a byte order, then directories
 * of entries, a tag, a type, a count and a value or its place each.  The
 * same reads a TIFF file.  Whoever made the block may be hostile: nothing
 * outside data[len] is ever read, and no directory but the first and the
 * one that it calls EXIF's is looked into, so there are no circles.
 *
 * Pure: no libvips.
 */

#ifndef EXIF_H
#define EXIF_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/* In the first directory, and in that of EXIF. */
#define EXIF_MAKE		0x010f
#define EXIF_MODEL		0x0110
#define EXIF_ORIENTATION	0x0112
#define EXIF_ARTIST		0x013b
#define EXIF_COPYRIGHT		0x8298
#define EXIF_EXPOSURE_TIME	0x829a
#define EXIF_F_NUMBER		0x829d
#define EXIF_ISO		0x8827
#define EXIF_DATE		0x9003	/* when it was taken */
#define EXIF_FOCAL_LENGTH	0x920a

/* Of a made block: enough for a text each, and no room for mischief. */
#define EXIF_TEXT_MAX		2048	/* bytes, with its NUL */
#define EXIF_COPYRIGHT_MAX	(2 * EXIF_TEXT_MAX + 64)

struct exif {
	const uint8_t	*tiff;
	size_t		len;
	bool		big;		/* endian */
};

struct exif_entry {
	const struct exif *exif;
	unsigned	type;
	size_t		count;
	size_t		at;		/* of the value, all within len */
};

/*
 * Look at data[len], a TIFF structure with or without "Exif\0\0" before
 * it, which stays in place.  Returns false if it is none.
 */
bool exif_open(struct exif *, const void *data, size_t len);

/* Find the first entry of that tag in the two directories. */
bool exif_find(const struct exif *, unsigned tag, struct exif_entry *);

/*
 * The value as a text of its own: at most len - 1 bytes, as they are, up
 * to the first NUL, without blanks around it.  Returns false, and "", for
 * an entry that is no text or an empty one.
 */
bool exif_text(const struct exif_entry *, char *buf, size_t len);

/* The first of the numbers; false if it is none or divided by zero. */
bool exif_number(const struct exif_entry *, double *);

/* Make the orientation of a block, if it has one, this one. */
void exif_set_orientation(void *data, size_t len, unsigned orientation);

/*
 * Make a block, without "Exif\0\0", of nothing but artist and copyright,
 * from a block that may have more.  Returns its length, 0 if there is
 * neither.
 */
size_t exif_copyright(const struct exif *, uint8_t buf[EXIF_COPYRIGHT_MAX]);

#endif
