/* SPDX-License-Identifier: BSD-2-Clause
 * Copyright (c) 2026 The pixelfleet authors
 *
 * Every name of a colour, and what hexadecimal digits mean.
 */

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

/* For its table. */
#include "../../src/common/image_colours.c"

static void
test_names(void **state)
{
	char upper[COLOUR_NAME_MAX];
	uint32_t rgba;
	size_t i, k;

	(void)state;
	/* CSS Color 4: 148 names, and transparent. */
	assert_int_equal(N_COLOURS, 149);
	for (i = 0; i < N_COLOURS; i++) {
		assert_true(i == 0 ||
		    strcmp(colours[i - 1].name, colours[i].name) < 0);
		assert_true(strlen(colours[i].name) < sizeof upper);
		assert_true(colour_read(colours[i].name,
		    strlen(colours[i].name), &rgba));
		assert_int_equal(rgba, colours[i].rgba);
		assert_int_equal(rgba & 0xff,
		    strcmp(colours[i].name, "transparent") == 0 ? 0 : 0xff);
		for (k = 0; colours[i].name[k] != '\0'; k++) {
			upper[k] = colours[i].name[k];
			if (k % 2 == 0)
				upper[k] += 'A' - 'a';
		}
		assert_true(colour_read(upper, k, &rgba));
		assert_int_equal(rgba, colours[i].rgba);
		assert_false(colour_read(upper, k - 1, &rgba) &&
		    rgba == colours[i].rgba);
	}
}

static void
test_digits(void **state)
{
	static const struct {
		const char	*text;
		uint32_t	rgba;
		const char	*canonical;
	} e[] = {
		{ "000", 0x000000ff, "000000" },
		{ "0000", 0x00000000, "00000000" },
		{ "1aF", 0x11aaffff, "11aaff" },
		{ "1aF8", 0x11aaff88, "11aaff88" },
		{ "012345", 0x012345ff, "012345" },
		{ "6789abFF", 0x6789abff, "6789ab" },
		{ "cdef0123", 0xcdef0123, "cdef0123" },
		{ "ffffff0f", 0xffffff0f, "ffffff0f" },
	};
	static const char *const bad[] = { "", "0", "00", "00000", "0000000",
	    "000000000", "00g", "0x0", "#000", "-00", "+00", " 00", "00 ",
	    "\xff\xff\xff", "redd", "re", "lightgoldenrodyelloww" };
	char buf[16];
	struct text t;
	uint32_t rgba;
	size_t i;

	(void)state;
	for (i = 0; i < sizeof e / sizeof e[0]; i++) {
		assert_true(colour_read(e[i].text, strlen(e[i].text),
		    &rgba));
		assert_int_equal(rgba, e[i].rgba);
		t = text_on(buf, sizeof buf);
		colour_write(&t, rgba);
		assert_string_equal(buf, e[i].canonical);
	}
	for (i = 0; i < sizeof bad / sizeof bad[0]; i++)
		if (colour_read(bad[i], strlen(bad[i]), &rgba))
			fail_msg("'%s' was taken", bad[i]);
	/* of a longer text, the bytes that were meant */
	assert_true(colour_read("red,blue", 3, &rgba));
	assert_int_equal(rgba, 0xff0000ff);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_names),
		cmocka_unit_test(test_digits),
	};

	return (cmocka_run_group_tests(tests, NULL, NULL));
}
