/* SPDX-License-Identifier: BSD-2-Clause
 * Copyright (c) 2026 The pixelfleet authors
 *
 * EXIF and profiles from strangers: what is read right, and that nothing
 * outside is read.  Blocks lie at the end of memory of their own size, so
 * that a sanitizer sees the first byte too many.
 */

#include <setjmp.h>
#include <stdarg.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "exif.h"
#include "profile_name.h"

/*
 * Little endian: artist "Ann", copyright at 62, an EXIF directory at 74
 * with 1/250 s, orientation 6.
 */
static const uint8_t BLOCK[] =
    "II*\0\x08\0\0\0\x04\0"
    "\x12\x01\x03\0\x01\0\0\0\x06\0\0\0"
    "\x3b\x01\x02\0\x04\0\0\0" "Ann\0"
    "\x98\x82\x02\0\x0b\0\0\0\x3e\0\0\0"
    "\x69\x87\x04\0\x01\0\0\0\x4a\0\0\0"
    "\0\0\0\0"
    "  (c) Ann \0\0"
    "\x01\0"
    "\x9a\x82\x05\0\x01\0\0\0\x5c\0\0\0"
    "\0\0\0\0"
    "\x01\0\0\0\xfa\0\0\0";

#define BLOCK_LEN	(sizeof BLOCK - 1)

static double
number(const struct exif *exif, unsigned tag)
{
	struct exif_entry entry;
	double value = -1;

	assert_true(exif_find(exif, tag, &entry));
	assert_true(exif_number(&entry, &value));
	return (value);
}

static void
read_fields(void **state)
{
	struct exif exif;
	struct exif_entry entry;
	char text[8];

	(void)state;
	assert_true(exif_open(&exif, BLOCK, BLOCK_LEN));
	assert_true(number(&exif, EXIF_ORIENTATION) == 6);
	assert_true(number(&exif, EXIF_EXPOSURE_TIME) == 1 / 250.0);
	assert_true(exif_find(&exif, EXIF_ARTIST, &entry));
	assert_true(exif_text(&entry, text, sizeof text));
	assert_string_equal(text, "Ann");
	assert_true(exif_find(&exif, EXIF_COPYRIGHT, &entry));
	assert_true(exif_text(&entry, text, sizeof text));
	assert_string_equal(text, "(c) Ann");
	assert_true(exif_text(&entry, text, 5));
	assert_string_equal(text, "(c)");
	assert_false(exif_find(&exif, EXIF_MAKE, &entry));
}

static void
copyright_alone(void **state)
{
	uint8_t made[EXIF_COPYRIGHT_MAX];
	struct exif exif;
	struct exif_entry entry;
	char text[32];
	size_t len;

	(void)state;
	assert_true(exif_open(&exif, BLOCK, BLOCK_LEN));
	len = exif_copyright(&exif, made);
	assert_true(len > 0);
	assert_true(exif_open(&exif, made, len));
	assert_true(exif_find(&exif, EXIF_ARTIST, &entry));
	assert_true(exif_text(&entry, text, sizeof text));
	assert_string_equal(text, "Ann");
	assert_true(exif_find(&exif, EXIF_COPYRIGHT, &entry));
	assert_true(exif_text(&entry, text, sizeof text));
	assert_string_equal(text, "(c) Ann");
	assert_false(exif_find(&exif, EXIF_ORIENTATION, &entry));
	assert_false(exif_find(&exif, EXIF_EXPOSURE_TIME, &entry));
}

static void
orientation_set(void **state)
{
	uint8_t block[6 + BLOCK_LEN];
	struct exif exif;

	(void)state;
	memcpy(block, "Exif\0\0", 6);
	memcpy(block + 6, BLOCK, BLOCK_LEN);
	exif_set_orientation(block, sizeof block, 1);
	assert_true(exif_open(&exif, block, sizeof block));
	assert_true(number(&exif, EXIF_ORIENTATION) == 1);
	block[6 + 18] = 6;
	assert_memory_equal(block + 6, BLOCK, BLOCK_LEN);
}

/* Everything that anybody does with a block. */
static void
use(const uint8_t *data, size_t len)
{
	static const unsigned TAGS[] = {
		EXIF_MAKE, EXIF_ORIENTATION, EXIF_ARTIST, EXIF_COPYRIGHT,
		EXIF_EXPOSURE_TIME, EXIF_ISO, EXIF_DATE
	};
	uint8_t made[EXIF_COPYRIGHT_MAX], *block = malloc(len > 0 ? len : 1);
	struct exif exif;
	struct exif_entry entry;
	char text[64];
	double value;
	size_t i;

	assert_non_null(block);
	memcpy(block, data, len);
	if (exif_open(&exif, block, len)) {
		for (i = 0; i < sizeof TAGS / sizeof TAGS[0]; i++)
			if (exif_find(&exif, TAGS[i], &entry)) {
				(void)exif_text(&entry, text, sizeof text);
				(void)exif_number(&entry, &value);
			}
		assert_true(exif_copyright(&exif, made) <= sizeof made);
		exif_set_orientation(block, len, 1);
	}
	free(block);
}

static uint32_t
chance(uint32_t below)
{
	static uint32_t seed = 7;

	seed = seed * 1664525 + 1013904223;
	return ((seed >> 8) % below);
}

static void
anything_goes_in(void **state)
{
	uint8_t block[BLOCK_LEN];
	size_t len;
	int i, n;

	(void)state;
	for (len = 0; len < BLOCK_LEN; len++)
		use(BLOCK, len);
	for (i = 0; i < 20000; i++) {
		memcpy(block, BLOCK, sizeof block);
		for (n = 1 + (int)chance(4); n > 0; n--)
			block[4 + chance(sizeof block - 4)] =
			    chance(2) ? 0xff : (uint8_t)chance(256);
		use(block, sizeof block - chance(8));
	}
}

static const uint8_t TAGS_OLD[] =
    "\0\0\0\x01" "desc\0\0\0\x90\0\0\0\x14"
    "desc\0\0\0\0\0\0\0\x05" "sRGB\0\0\0\0";
static const uint8_t TAGS_NEW[] =
    "\0\0\0\x01" "desc\0\0\0\x90\0\0\0\x22"
    "mluc\0\0\0\0\0\0\0\x01\0\0\0\x0c" "enUS\0\0\0\x06\0\0\0\x1c"
    "\0A\x03\xb1\xd8\x00";

static void
expect_name(const uint8_t *tags, size_t len, const char *name)
{
	uint8_t *profile = calloc(1, 128 + len);
	char made[PROFILE_NAME_MAX];

	assert_non_null(profile);
	memcpy(profile + 128, tags, len);
	(void)profile_name(profile, 128 + len, made);
	if (name != NULL)
		assert_string_equal(made, name);
	free(profile);
}

static void
names_of_profiles(void **state)
{
	uint8_t tags[sizeof TAGS_NEW - 1];
	size_t len;
	int i;

	(void)state;
	expect_name(TAGS_OLD, sizeof TAGS_OLD - 1, "sRGB");
	expect_name(TAGS_NEW, sizeof TAGS_NEW - 1, "A\xce\xb1?");
	for (len = 0; len < sizeof TAGS_NEW - 1; len++)
		expect_name(TAGS_NEW, len, "");
	for (i = 0; i < 5000; i++) {
		memcpy(tags, TAGS_NEW, sizeof tags);
		tags[chance(sizeof tags)] = (uint8_t)chance(256);
		tags[chance(sizeof tags)] = 0xff;
		expect_name(tags, sizeof tags, NULL);
	}
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(read_fields),
		cmocka_unit_test(copyright_alone),
		cmocka_unit_test(orientation_set),
		cmocka_unit_test(anything_goes_in),
		cmocka_unit_test(names_of_profiles),
	};

	return (cmocka_run_group_tests(tests, NULL, NULL));
}
