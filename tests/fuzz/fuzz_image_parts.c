/* SPDX-License-Identifier: BSD-2-Clause
 * Copyright (c) 2026 The pixelfleet authors
 *
 * What the renderer itself reads of an image, beside what libvips reads, as
 * an entry for libFuzzer: what kind of file it is and whether all of it is
 * there, EXIF, the names of profiles, gamma and gamut.
 */

#include "exif.h"
#include "fuzz.h"
#include "gamut.h"
#include "levels.h"
#include "profile_name.h"
#include "sniff.h"
#include "whole.h"

static const unsigned TAGS[] = {
	EXIF_MAKE, EXIF_MODEL, EXIF_ORIENTATION, EXIF_ARTIST, EXIF_COPYRIGHT,
	EXIF_EXPOSURE_TIME, EXIF_F_NUMBER, EXIF_ISO, EXIF_DATE,
	EXIF_FOCAL_LENGTH
};

static void
check_entry(const struct exif_entry *entry)
{
	char text[EXIF_TEXT_MAX], little[4];
	double number;

	MUST("an entry", entry->at <= entry->exif->len);
	if (exif_text(entry, text, sizeof text))
		MUST(text, *text != '\0' && *text != ' ' &&
		    text[strlen(text) - 1] != ' ');
	else
		MUST(text, *text == '\0');
	(void)exif_text(entry, little, sizeof little);
	MUST("a text", strlen(little) < sizeof little);
	(void)exif_number(entry, &number);
}

/* What was made of a block says the same as the block. */
static void
check_copyright(const struct exif *exif, unsigned tag, const uint8_t *made,
    size_t len)
{
	char text[EXIF_TEXT_MAX] = "", again[EXIF_TEXT_MAX] = "";
	struct exif_entry entry;
	struct exif copy;

	MUST("a block", exif_open(&copy, made, len));
	if (exif_find(exif, tag, &entry))
		(void)exif_text(&entry, text, sizeof text);
	if (exif_find(&copy, tag, &entry))
		(void)exif_text(&entry, again, sizeof again);
	MUST(text, strcmp(text, again) == 0);
}

static void
check_exif(const uint8_t *data, size_t size)
{
	static uint8_t made[EXIF_COPYRIGHT_MAX];
	struct exif_entry entry;
	struct exif exif;
	size_t i, len;

	if (!exif_open(&exif, data, size))
		return;
	for (i = 0; i < COUNT(TAGS); i++)
		if (exif_find(&exif, TAGS[i], &entry))
			check_entry(&entry);
	len = exif_copyright(&exif, made);
	MUST("a block", len <= sizeof made);
	if (len == 0)
		return;
	check_copyright(&exif, EXIF_ARTIST, made, len);
	check_copyright(&exif, EXIF_COPYRIGHT, made, len);
}

static void
check_orientation(uint8_t *data, size_t size)
{
	struct exif_entry entry;
	struct exif exif;
	double number;

	exif_set_orientation(data, size, 6);
	if (exif_open(&exif, data, size) &&
	    exif_find(&exif, EXIF_ORIENTATION, &entry) &&
	    entry.type == 3 && exif_number(&entry, &number))
		MUST("an orientation", number == 6);
}

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	uint8_t *copy = fuzz_copy(data, size);
	char name[PROFILE_NAME_MAX];
	enum source_kind kind = sniff(copy, size);
	double gamma;

	MUST("a kind", kind >= SOURCE_UNKNOWN && kind < SOURCE_KINDS);
	(void)whole(kind, copy, size);
	(void)gamut_is_p3(copy, size);
	gamma = levels_png_gamma(copy, size);
	MUST("a gamma", gamma == 0 || (gamma >= 0.1 && gamma <= 10));
	if (profile_name(copy, size, name))
		MUST(name, *name != '\0' && strlen(name) < sizeof name);
	check_exif(copy, size);
	check_orientation(copy, size);
	free(copy);
	return (0);
}
