/* SPDX-License-Identifier: BSD-2-Clause
 * Copyright (c) 2026 The pixelfleet authors
 *
 * Accept headers to formats: those that real clients send, those that the
 * RFC allows, and rubbish.
 */

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "negotiate.h"

#define AUTO	IMAGE_FORMAT_AUTO
#define WEBP	IMAGE_FORMAT_AUTO_WEBP
#define AVIF	IMAGE_FORMAT_AUTO_AVIF
#define JXL	IMAGE_FORMAT_AUTO_JXL
/* for a client without WebP */
#define ONLY_AVIF	IMAGE_FORMAT_AVIF
#define ONLY_JXL	IMAGE_FORMAT_JXL

#define BIT(f)	(1u << IMAGE_FORMAT_##f)
#define ALL	(BIT(AVIF) | BIT(JXL) | BIT(WEBP))
#define COUNT(a)	(sizeof (a) / sizeof (a)[0])

struct expectation {
	const char		*accept;
	enum image_format	format;
};

static void
check_all(unsigned formats, const struct expectation *e, size_t n)
{
	enum image_format format;

	for (; n > 0; n--, e++) {
		format = negotiate_format(e->accept, formats);
		if (format != e->format)
			fail_msg("'%s' gave %s, not %s", e->accept,
			    image_format_name(format),
			    image_format_name(e->format));
	}
}

static void
test_clients(void **state)
{
	static const struct expectation e[] = {
		/* Chrome 85 and on, and Edge: picture, page */
		{ "image/avif,image/webp,image/apng,image/svg+xml,image/*,"
		    "*/*;q=0.8", AVIF },
		{ "text/html,application/xhtml+xml,application/xml;q=0.9,"
		    "image/avif,image/webp,image/apng,*/*;q=0.8,"
		    "application/signed-exchange;v=b3;q=0.7", AVIF },
		/* Chrome 32, 79; Edge 18 */
		{ "image/webp,*/*;q=0.8", WEBP },
		{ "image/webp,image/apng,image/*,*/*;q=0.8", WEBP },
		{ "image/png,image/svg+xml,image/*;q=0.8,*/*;q=0.5", AUTO },
		/* Firefox 133, 128, 93, 65, 47: picture; and a page */
		{ "image/avif,image/jxl,image/webp,image/png,image/svg+xml,"
		    "image/*;q=0.8,*/*;q=0.5", AVIF },
		{ "image/avif,image/webp,image/png,image/svg+xml,"
		    "image/*;q=0.8,*/*;q=0.5", AVIF },
		{ "image/avif,image/webp,*/*", AVIF },
		{ "image/webp,*/*", WEBP },
		{ "image/png,image/*;q=0.8,*/*;q=0.5", AUTO },
		{ "text/html,application/xhtml+xml,application/xml;q=0.9,"
		    "image/avif,image/webp,*/*;q=0.8", AVIF },
		/* Safari 17, 16, 14, 13, and a page */
		{ "image/webp,image/avif,image/jxl,image/heic,"
		    "image/heic-sequence,video/*;q=0.8,image/png,"
		    "image/svg+xml,image/*;q=0.8,*/*;q=0.5", AVIF },
		{ "image/webp,image/avif,video/*;q=0.8,image/png,"
		    "image/svg+xml,image/*;q=0.8,*/*;q=0.5", AVIF },
		{ "image/webp,image/png,image/svg+xml,image/*;q=0.8,"
		    "video/*;q=0.8,*/*;q=0.5", WEBP },
		{ "image/png,image/svg+xml,image/*;q=0.8,video/*;q=0.8,"
		    "*/*;q=0.5", AUTO },
		{ "text/html,application/xhtml+xml,application/xml;q=0.9,"
		    "*/*;q=0.8", AUTO },
		/* Googlebot-Image, bingbot, and Googlebot for a page */
		{ "image/webp,image/apng,image/*;q=0.8", WEBP },
		{ "*/*", AUTO },
		{ "text/html,application/xhtml+xml,"
		    "application/signed-exchange;v=b3,application/xml;q=0.9,"
		    "*/*;q=0.8", AUTO },
		/* curl and wget; Opera 12, Internet Explorer 8, Java */
		{ "*/*", AUTO },
		{ "text/html, application/xml;q=0.9, application/xhtml+xml, "
		    "image/png, image/webp, image/jpeg, image/gif, "
		    "image/x-xbitmap, */*;q=0.1", WEBP },
		{ "image/gif, image/jpeg, image/pjpeg, "
		    "application/x-ms-application, */*", AUTO },
		{ "text/html, image/gif, image/jpeg, *; q=.2, */*; q=.2",
		    AUTO },
		{ "image/*", AUTO },
		{ "", AUTO },
		{ NULL, AUTO },
	};

	(void)state;
	check_all(ALL, e, COUNT(e));
}

/* What the site does not make, nobody gets. */
static void
test_formats(void **state)
{
	static const char all[] = "image/webp,image/avif,image/jxl,*/*;q=0.5";
	static const struct {
		unsigned		formats;
		enum image_format	format;
	} e[] = {
		{ 0, AUTO },
		{ BIT(JPG) | BIT(PNG), AUTO },
		{ BIT(WEBP), WEBP },
		{ BIT(JXL) | BIT(WEBP), JXL },
		{ BIT(AVIF) | BIT(WEBP), AVIF },
		{ BIT(AVIF) | BIT(JXL), ONLY_AVIF },
		{ BIT(JXL), ONLY_JXL },
		{ ALL, AVIF },
	};
	static const struct expectation without_webp[] = {
		{ "image/avif", ONLY_AVIF },
		{ "image/jxl", ONLY_JXL },
		{ "image/jxl,image/avif", ONLY_AVIF },
		{ "image/jxl,image/avif;q=0.9", ONLY_JXL },
		{ "image/avif,image/webp;q=0", ONLY_AVIF },
		{ "image/avif,*/*,image/webp;q=0", ONLY_AVIF },
		{ "image/avif,image/*;q=0,*/*", ONLY_AVIF },
		{ "image/avif,image/jpeg,image/png", ONLY_AVIF },
		/* by name or wildcard */
		{ "image/avif,image/webp;q=0.001", AVIF },
		{ "image/avif,image/*;q=0.1", AVIF },
		{ "image/jxl,*/*;q=0.1", JXL },
	};
	size_t i;

	(void)state;
	for (i = 0; i < COUNT(e); i++)
		assert_int_equal(negotiate_format(all, e[i].formats),
		    e[i].format);
	check_all(ALL, without_webp, COUNT(without_webp));
}

static void
test_weights(void **state)
{
	static const struct expectation e[] = {
		{ "image/avif", ONLY_AVIF },
		{ "image/jxl", ONLY_JXL },
		{ "image/webp", WEBP },
		{ "image/jxl,image/webp", JXL },
		{ "image/webp,image/jxl,image/avif", AVIF },
		{ "image/webp,image/jxl,image/avif;q=0.9", JXL },
		{ "image/webp,image/jxl;q=0.8,image/avif;q=0.9", WEBP },
		{ "image/webp;q=0.7,image/jxl;q=0.8,image/avif;q=0.9",
		    AVIF },
		{ "image/webp;q=0.7,image/jxl;q=0.9,image/avif;q=0.8", JXL },
		{ "image/jxl;q=0.5,image/webp;q=0.5,*/*;q=0.6", AUTO },
		{ "image/webp,image/avif", AVIF },
		{ "image/webp;q=0.9,image/avif;q=0.8", WEBP },
		{ "image/webp;q=0.8,image/avif;q=0.9", AVIF },
		{ "image/webp;q=0.801,image/avif;q=0.8", WEBP },
		{ "image/webp;q=1.000,image/avif;q=0.999", WEBP },
		/* not acceptable */
		{ "image/avif;q=0", AUTO },
		{ "image/avif;q=0,image/webp", WEBP },
		{ "image/avif;q=0.000,image/webp;q=0.", AUTO },
		{ "image/avif;q=0.001", ONLY_AVIF },
		/* a wildcard never names, and its weight is not theirs */
		{ "image/*,image/avif;q=0,image/webp;q=0", AUTO },
		{ "*/*;q=1,image/*;q=1", AUTO },
		/* JPEG and PNG liked better: by name, or by wildcard */
		{ "image/jpeg,image/png,image/webp;q=0.9", AUTO },
		{ "image/*,image/webp;q=0.9", AUTO },
		{ "*/*,image/webp;q=0.9", AUTO },
		{ "*/*;q=0.9,image/webp;q=0.9", WEBP },
		/* the more specific range has the say */
		{ "*/*,image/*;q=0.5,image/webp;q=0.7", WEBP },
		{ "image/*,image/jpeg;q=0.5,image/webp;q=0.7", WEBP },
		{ "*/*;q=0.1,image/*;q=0.8,image/webp;q=0.7", AUTO },
		/* only one of the two is: AUTO might become the other */
		{ "image/jpeg,image/webp;q=0.9", WEBP },
		{ "image/png,image/webp;q=0.9", WEBP },
		/* twice: the higher */
		{ "image/webp;q=0,image/webp", WEBP },
		{ "image/webp,image/webp;q=0", WEBP },
	};

	(void)state;
	check_all(ALL, e, COUNT(e));
}

static void
test_syntax(void **state)
{
	static const struct expectation e[] = {
		{ "IMAGE/AVIF", ONLY_AVIF },
		{ "Image/WebP;Q=0.5", WEBP },
		{ " \timage/avif\t ; q=0.5 \t, text/html", ONLY_AVIF },
		{ ",, ,image/webp,,", WEBP },
		{ "image/webp;", WEBP },
		{ "image/webp;;q=0", AUTO },
		{ "image/webp;q=0;q=1", AUTO },
		/* narrower than what is sent; extensions */
		{ "image/webp;level=1", AUTO },
		{ "image/webp;level=1;q=1", AUTO },
		{ "image/webp;q=1;ext", WEBP },
		{ "image/webp;q=1;ext=\"a,image/avif;q=1\"", WEBP },
		{ "text/x;a=\",image/avif,\",image/webp", WEBP },
		{ "text/x;a=\"\\\",image/avif\",image/webp", WEBP },
		{ "text/x;a=\",image/avif", AUTO },
		{ "text/x;a=\"\\", AUTO },
		/* a broken weight: as if not written */
		{ "image/avif;q=,image/webp", WEBP },
		{ "image/avif;q=2,image/webp", WEBP },
		{ "image/avif;q=1.001,image/webp", WEBP },
		{ "image/avif;q=0.1234,image/webp", WEBP },
		{ "image/avif;q=-1,image/webp", WEBP },
		{ "image/avif;q=.5,image/webp", WEBP },
		{ "image/avif;q=0x1,image/webp", WEBP },
		{ "image/avif;q=0.5x,image/webp", WEBP },
		{ "image/avif;q=\"1\",image/webp", WEBP },
		{ "image/avif;q =1,image/webp", WEBP },
		{ "image/avif;q,image/webp", WEBP },
		/* names that only resemble */
		{ "image/avif-sequence", AUTO },
		{ "image/avi", AUTO },
		{ "ximage/avif", AUTO },
		{ "image/ avif", AUTO },
		{ "image/avif image/webp", AUTO },
		{ "avif", AUTO },
		{ "application/image/webp", AUTO },
		{ ";q=1", AUTO },
		{ "*", AUTO },
	};

	(void)state;
	check_all(ALL, e, COUNT(e));
}

/*
 * Rubbish in blocks of its exact size, for the sanitizers; the answer is
 * one of the set, of what the site makes, and the same when asked again.
 */
static void
test_rubbish(void **state)
{
	static const char *const atom[] = { "image/avif", "image/webp",
	    "image/jxl", ",", ",", "image/*", "*/*", "image/jpeg", ",", ";",
	    ",", "image/png", "q=", "0", "1", ".", "0.5", "\"", "\\",
	    " ", "\t", "=", "\x80", "\xff" };
	static const enum image_format answer[] = { AUTO, WEBP, AVIF, JXL,
	    ONLY_AVIF, ONLY_JXL };
	static const unsigned needs[] = { 0, BIT(WEBP), BIT(AVIF) | BIT(WEBP),
	    BIT(JXL) | BIT(WEBP), BIT(AVIF), BIT(JXL) };
	uint64_t random = 42;
	unsigned i, k, formats, seen[COUNT(answer)] = { 0 };
	enum image_format format;
	char text[256], *copy;
	size_t len;

	(void)state;
	for (i = 0; i < 200000; i++) {
		text[0] = '\0';
		for (k = 0; k < i % 16; k++) {
			random = random * UINT64_C(6364136223846793005) + 1;
			strcat(text, atom[(random >> 33) % COUNT(atom)]);
		}
		len = strlen(text);
		if (len > 0 && i % 3 == 0)
			text[(random >> 40) % len] = (char)(1 + i % 255);
		formats = i % 5 == 0 ? (unsigned)(random >> 50) & ALL : ALL;
		copy = strdup(text);
		assert_non_null(copy);
		format = negotiate_format(copy, formats);
		assert_int_equal(negotiate_format(copy, formats), format);
		for (k = 0; k < COUNT(answer) && answer[k] != format; k++)
			continue;
		assert_true(k < COUNT(answer));
		assert_int_equal(formats & needs[k], needs[k]);
		seen[k]++;
		free(copy);
	}
	for (k = 0; k < COUNT(answer); k++)
		assert_true(seen[k] > 100);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_clients),
		cmocka_unit_test(test_formats),
		cmocka_unit_test(test_weights),
		cmocka_unit_test(test_syntax),
		cmocka_unit_test(test_rubbish),
	};

	return (cmocka_run_group_tests(tests, NULL, NULL));
}
