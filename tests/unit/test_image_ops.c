/* SPDX-License-Identifier: BSD-2-Clause
 * Copyright (c) 2026 The pixelfleet authors
 *
 * URLs to their canonical form, parameter by parameter, and what must hold
 * for any URL at all, on random ones.
 */

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>

#include <cmocka.h>

/* The properties are those of the fuzzer. */
#include "../fuzz/fuzz_image_ops.c"

static const struct image_site plain_site = { .source_params = "v, version" };
static const struct image_site auto_site = { .auto_format = true };

/* A URL, the status, and its canonical form or what the error says. */
struct expectation {
	const char	*url;
	int		status;
	const char	*text;
};

static void
check_one(const struct image_site *site, const struct expectation *e)
{
	struct image_request req;
	int rv;

	rv = image_request_parse(&req, site, e->url);
	if (rv != (e->status == 0 ? 0 : -1) || req.status != e->status)
		fail_msg("'%s': status %d '%s', not %d", e->url, req.status,
		    req.error, e->status);
	if (rv == 0 && strcmp(req.url, e->text) != 0)
		fail_msg("'%s': '%s', not '%s'", e->url, req.url, e->text);
	if (rv != 0 && strstr(req.error, e->text) == NULL)
		fail_msg("'%s': '%s' says nothing of '%s'", e->url, req.error,
		    e->text);
	if (rv == 0)
		check_parsed(&req, site);
	else
		check_refused(&req, e->url);
}

static void
check_all(const struct image_site *site, const struct expectation *e,
    size_t n)
{
	for (; n > 0; n--, e++)
		check_one(site, e);
}

static void
test_path(void **state)
{
	static const struct expectation e[] = {
		{ "/", 0, "/" },
		{ "/a/b.jpg", 0, "/a/b.jpg" },
		{ "/a.jpg?", 0, "/a.jpg" },
		{ "/a.jpg?&&", 0, "/a.jpg" },
		/* RFC 3986, 6.2.2.1: case of escapes; 6.2.2.2: unreserved */
		{ "/%7eme/%41%2dz%5F%2e%30", 0, "/~me/A-z_.0" },
		{ "/a%2fb%3fc%3D%25", 0, "/a%2Fb%3Fc%3D%25" },
		{ "/A!$&'()*+,;=:@", 0, "/A!$&'()*+,;=:@" },
		{ "/%21+%2b", 0, "/%21+%2B" },
		/* what may not stand as it is */
		{ "/a b\"<>[\\]^`{|}", 0,
		    "/a%20b%22%3C%3E%5B%5C%5D%5E%60%7B%7C%7D" },
		{ "/\xc3\xa9/%c3%a9", 0, "/%C3%A9/%C3%A9" },
		/* RFC 3986, 6.2.2.3 and the examples of 5.2.4 and 5.4 */
		{ "/a/b/c/./../../g", 0, "/a/g" },
		{ "/./g", 0, "/g" },
		{ "/../g", 0, "/g" },
		{ "/b/c/g.", 0, "/b/c/g." },
		{ "/b/c/..g", 0, "/b/c/..g" },
		{ "/b/c/...", 0, "/b/c/..." },
		{ "/b/c/g/.", 0, "/b/c/g/" },
		{ "/b/c/g/..", 0, "/b/c/" },
		{ "/b/c/%2E%2e/g", 0, "/b/g" },
		{ "/..", 0, "/" },
		{ "/.", 0, "/" },
		{ "/../../..", 0, "/" },
		{ "//a//b", 0, "//a//b" },
		{ "/a//..", 0, "/a/" },
		{ "/a/..//b", 0, "//b" },
		{ "/a?/../b", 0, "/a" },
		/* refused */
		{ "", 400, "does not begin with '/'" },
		{ "a.jpg", 400, "does not begin with '/'" },
		{ "http://h/a.jpg", 400, "does not begin with '/'" },
		{ NULL, 400, "does not begin with '/'" },
		{ "/%", 400, "the path holds a malformed percent-encoding" },
		{ "/%4", 400, "malformed percent-encoding" },
		{ "/%4?w=1", 400, "malformed percent-encoding" },
		{ "/%g0", 400, "malformed percent-encoding" },
		{ "/%0g", 400, "malformed percent-encoding" },
		{ "/%+1", 400, "malformed percent-encoding" },
		{ "/a%00.jpg", 400, "the path holds a NUL byte" },
		{ "/a%0d%0a", 400, "the path holds a control byte" },
		{ "/a%7F", 400, "the path holds a control byte" },
		{ "/a\x01", 400, "the URL holds a control byte" },
		{ "/a?x=\n", 400, "the URL holds a control byte" },
		{ "/a\x7f", 400, "the URL holds a control byte" },
		{ "/a#b", 400, "fragment" },
		{ "/a?w=1#", 400, "fragment" },
	};

	(void)state;
	check_all(&plain_site, e, COUNT(e));
}

static void
test_size(void **state)
{
	static const struct expectation e[] = {
		{ "/a?width=400", 0, "/a?width=400" },
		{ "/a?w=400", 0, "/a?width=400" },
		{ "/a?h=300&w=400", 0, "/a?width=400&height=300" },
		{ "/a?width=1&height=8192", 0, "/a?width=1&height=8192" },
		{ "/a?w=00400", 0, "/a?width=400" },
		{ "/a?%77idth=%34%30%30", 0, "/a?width=400" },
		{ "/a?width=0", 400,
		    "parameter 'width' is '0': accepted is 1..8192" },
		{ "/a?h=8193", 400,
		    "parameter 'h' is '8193': accepted is 1..8192" },
		{ "/a?width=4294967697", 400, "accepted is 1..8192" },
		{ "/a?width=18446744073709552016", 400, "is 1..8192" },
		{ "/a?width=-1", 400, "'-1'" },
		{ "/a?width=%2B1", 400, "'+1'" },
		{ "/a?width=+1", 400, "' 1'" },
		{ "/a?width=1%20", 400, "'1 '" },
		{ "/a?width=0x10", 400, "'0x10'" },
		{ "/a?width=1e2", 400, "'1e2'" },
		{ "/a?width=10.0", 400, "'10.0'" },
		{ "/a?width=1=2", 400, "'1=2'" },
		{ "/a?width=auto", 400, "'auto'" },
		{ "/a?width=<b>", 400, "is '?b?'" },
		{ "/a?width=_\"_'_%26_\xff", 400, "is '_?_?_?_?'" },
		{ "/a?width=12345678901234567890123456789012345678", 400,
		    "is '12345678901234567890123456789012...'" },
		{ "/a?width", 400, "parameter 'width' has no value" },
		{ "/a?width=", 400, "parameter 'width' has no value" },
		{ "/a?width64=", 400, "parameter 'width64' has no value" },
		{ "/a?width=1%00", 400, "parameter 'width' holds a NUL" },
		{ "/a?width=1%0a", 400, "parameter 'width' holds a control" },
		{ "/a?width=%", 400, "malformed percent-encoding" },
		{ "/a?width=1&width=1", 400, "parameter 'width' is given "
		    "twice" },
		{ "/a?width=1&w=1", 400, "twice, here as 'w'" },
		{ "/a?w=1&h=2&w64=MQ", 400, "twice, here as 'w64'" },
	};

	(void)state;
	check_all(&plain_site, e, COUNT(e));
}

static void
test_base64(void **state)
{
	static const struct expectation e[] = {
		{ "/a?width64=NDAw", 0, "/a?width=400" },
		{ "/a?w64=NDA=", 0, "/a?width=40" },
		{ "/a?w64=NDA", 0, "/a?width=40" },
		{ "/a?w64=NA%3D%3d", 0, "/a?width=4" },
		{ "/a?w64=NA", 0, "/a?width=4" },
		{ "/a?format64=d2VicA==", 0, "/a?format=webp" },
		/* every digit of both alphabets reads as it should */
		{ "/a?w64=ICB-ICA_", 400, "is '  ~  ?'" },
		{ "/a?w64=ICB+ICA/", 400, "is '  ~  ?'" },
		{ "/a?w64=ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghij", 400,
		    "holds a NUL byte" },
		{ "/a?w64=MQA=", 400, "holds a NUL byte" },
		{ "/a?w64=MQ0", 400, "holds a control byte" },
		{ "/a?w64=NDA=&h64=NDA", 0, "/a?width=40&height=40" },
		/* broken: length, padding, digit, left-over bits */
		{ "/a?w64=N", 400, "parameter 'w64' holds broken base64" },
		{ "/a?w64=NDAwN", 400, "broken base64" },
		{ "/a?w64=NA=", 400, "broken base64" },
		{ "/a?w64=NDA==", 400, "broken base64" },
		{ "/a?w64=NDAw=", 400, "broken base64" },
		{ "/a?w64=NDAw====", 400, "broken base64" },
		{ "/a?w64==", 400, "broken base64" },
		{ "/a?w64===", 400, "broken base64" },
		{ "/a?w64=====", 400, "broken base64" },
		{ "/a?w64=N=Aw", 400, "broken base64" },
		{ "/a?w64=ND*w", 400, "broken base64" },
		{ "/a?w64=ND%20w", 400, "broken base64" },
		{ "/a?w64=NB", 400, "broken base64" },
		{ "/a?w64=NDB", 400, "broken base64" },
		/* not a second decoding */
		{ "/a?w64=JTM0", 400, "is '%34'" },
		{ "/a?w6464=TkRBdw", 0, "/a" },
		{ "/a?64=NDAw", 0, "/a" },
	};

	(void)state;
	check_all(&plain_site, e, COUNT(e));
}

static void
test_dpr(void **state)
{
	static const struct expectation e[] = {
		{ "/a?width=400&dpr=2", 0, "/a?width=800" },
		{ "/a?dpr=2&w=400&h=300", 0, "/a?width=800&height=600" },
		{ "/a?w=400&dpr=1", 0, "/a?width=400" },
		{ "/a?w=400&dpr=1.0", 0, "/a?width=400" },
		{ "/a?w=400&dpr=01.50", 0, "/a?width=600" },
		{ "/a?w=400&dpr64=Mg", 0, "/a?width=800" },
		{ "/a?w=8192&dpr=0.1", 0, "/a?width=819" },
		{ "/a?w=1024&dpr=8", 0, "/a?width=8192" },
		/* half up */
		{ "/a?w=5&dpr=0.1", 0, "/a?width=1" },
		{ "/a?w=3&dpr=1.5", 0, "/a?width=5" },
		/* four decimals count, the fifth rounds */
		{ "/a?w=5000&dpr=1.49994", 0, "/a?width=7500" },
		{ "/a?w=5000&dpr=1.49995", 0, "/a?width=7500" },
		{ "/a?w=5000&dpr=1.4999499999", 0, "/a?width=7500" },
		{ "/a?w=100&dpr=2.625", 0, "/a?width=263" },
		{ "/a?w=1000&dpr=1.3333333730697632", 0, "/a?width=1333" },
		/* of the result */
		{ "/a?w=4&dpr=0.1", 400, "'width' times 'dpr' is 0: accepted "
		    "is 1..8192" },
		{ "/a?w=1025&dpr=8", 400, "'width' times 'dpr' is 8200: "
		    "accepted is 1..8192" },
		{ "/a?w=1&h=8192&dpr=8", 400, "'height' times 'dpr' is "
		    "65536" },
		/* of itself */
		{ "/a?w=9&dpr=0.1", 0, "/a?width=1" },
		{ "/a?w=9&dpr=0.0999999999999", 400, "accepted is 0.1..8" },
		{ "/a?w=9&dpr=0", 400, "parameter 'dpr' is '0': accepted is "
		    "0.1..8" },
		{ "/a?w=9&dpr=8.0000", 0, "/a?width=72" },
		{ "/a?w=9&dpr=8.0000000000000000001", 400, "0.1..8" },
		{ "/a?w=9&dpr=9", 400, "0.1..8" },
		{ "/a?w=9&dpr=100000000000000000000000000000000001", 400,
		    "0.1..8" },
		{ "/a?w=9&dpr=2x", 400, "'2x'" },
		{ "/a?w=9&dpr=-2", 400, "'-2'" },
		{ "/a?w=9&dpr=.5", 400, "'.5'" },
		{ "/a?w=9&dpr=2.", 400, "'2.'" },
		{ "/a?w=9&dpr=1,5", 400, "'1,5'" },
		{ "/a?w=9&dpr=1.5.5", 400, "'1.5.5'" },
		{ "/a?w=9&dpr=1e1", 400, "'1e1'" },
		{ "/a?w=9&dpr=nan", 400, "'nan'" },
		{ "/a?w=9&dpr=inf", 400, "'inf'" },
		{ "/a?w=9&dpr=", 400, "no value" },
		{ "/a?w=9&dpr64=M", 400, "broken base64" },
		{ "/a?w=9&dpr=2&dpr=2", 400, "'dpr' is given twice" },
		{ "/a?dpr=2", 400, "parameter 'dpr' needs 'width' or "
		    "'height'" },
		{ "/a?dpr=1", 400, "needs" },
		{ "/a?dpr=2&q=50", 400, "needs" },
	};

	(void)state;
	check_all(&plain_site, e, COUNT(e));
}

static void
test_crop(void **state)
{
	static const struct expectation e[] = {
		{ "/a?crop=fit&w=4&h=3", 0, "/a?width=4&height=3&crop=fit" },
		{ "/a?crop64=Zml0&w=4&h=3", 0,
		    "/a?width=4&height=3&crop=fit" },
		{ "/a?crop=fit&w=4&h=3&dpr=2", 0,
		    "/a?width=8&height=6&crop=fit" },
		{ "/a?crop=fit", 400, "parameter 'crop' needs both 'width' "
		    "and 'height'" },
		{ "/a?crop=fit&w=4", 400, "needs both" },
		{ "/a?crop=fit&h=4&dpr=2", 400, "needs both" },
		{ "/a?crop=face", 501, "crop=face" },
		{ "/a?crop=10,0,300,20", 0, "/a?crop=10,0,300,20" },
		{ "/a?crop=01%2c2%2C3,4", 0, "/a?crop=1,2,3,4" },
		{ "/a?crop=1,2,3", 400, "accepted is x,y,w,h" },
		{ "/a?crop=1,2,3,", 400, "accepted is x,y,w,h" },
		{ "/a?crop=1,2,3,4,", 400, "accepted is x,y,w,h" },
		{ "/a?crop=1,2,3,4,5", 400, "accepted is x,y,w,h" },
		{ "/a?crop=,2,3,4", 400, "accepted is x,y,w,h" },
		{ "/a?crop=1,-2,3,4", 400, "accepted is x,y,w,h" },
		{ "/a?crop=0", 400, "accepted is x,y,w,h" },
		{ "/a?crop=Fit", 400, "parameter 'crop' is 'Fit': accepted "
		    "is x,y,w,h (0..100000, w and h from 1), fit, top, bottom, "
		    "left, right, pad, entropy, attention, smart" },
		{ "/a?crop=fitt", 400, "accepted is x,y,w,h" },
		{ "/a?crop=fi", 400, "accepted is x,y,w,h" },
		{ "/a?crop=", 400, "no value" },
		{ "/a?crop64=Zml", 400, "broken base64" },
		{ "/a?w=4&h=3&crop=fit&crop=fit", 400, "twice" },
	};

	(void)state;
	check_all(&plain_site, e, COUNT(e));
}

static void
test_format(void **state)
{
	static const struct expectation e[] = {
		{ "/a?format=auto", 0, "/a?format=auto" },
		{ "/a?format=jpg", 0, "/a?format=jpg" },
		{ "/a?f=png", 0, "/a?format=png" },
		{ "/a?f=webp", 0, "/a?format=webp" },
		{ "/a?f64=YXZpZg", 0, "/a?format=avif" },
		{ "/a?f=jxl", 0, "/a?format=jxl" },
		{ "/a?f=gif", 0, "/a?format=gif" },
		{ "/a?f=jpeg", 0, "/a?format=jpg" },
		{ "/a?f=tiff", 400, "parameter 'f' is 'tiff': accepted is "
		    "auto, jpg, png, webp, avif, jxl, gif" },
		{ "/a?f=JPG", 400, "'JPG'" },
		{ "/a?f=source", 400, "'source'" },
		{ "/a?f=other", 400, "'other'" },
		{ "/a?f=0", 400, "'0'" },
		{ "/a?f=2", 400, "'2'" },
		{ "/a?f=", 400, "no value" },
		{ "/a?f64=A", 400, "broken base64" },
		{ "/a?f=jpg&format=png", 400, "'format' is given twice" },
	};

	(void)state;
	check_all(&plain_site, e, COUNT(e));
}

static void
test_quality(void **state)
{
	static const struct expectation e[] = {
		{ "/a?quality=1", 0, "/a?quality=1" },
		{ "/a?q=100", 0, "/a?quality=100" },
		{ "/a?q=75&w=1", 0, "/a?width=1&quality=75" },
		/* the default is left out where something else stands */
		{ "/a?q=90&w=1", 0, "/a?width=1" },
		{ "/a?q=90&f=jpg", 0, "/a?format=jpg" },
		{ "/a?q=90&autorotate=0", 0, "/a?autorotate=false" },
		{ "/a?q=0", 400, "parameter 'q' is '0': accepted is 1..100" },
		{ "/a?q=101", 400, "'101'" },
		{ "/a?q=4294967386", 400, "'4294967386'" },
		{ "/a?q=75.5", 400, "'75.5'" },
		{ "/a?q=best", 400, "'best'" },
		{ "/a?q=low", 0, "/a?quality=60" },
		{ "/a?q=med", 0, "/a?quality=75" },
		{ "/a?q=high", 0, "/a?quality=90" },
		{ "/a?quality64=YXV0bw", 0, "/a?quality=auto" },
		{ "/a?q=", 400, "no value" },
		{ "/a?q64=OTA", 0, "/a?quality=90" },
		{ "/a?q64=OT", 400, "broken base64" },
		{ "/a?q=50&q=50", 400, "twice" },
	};

	(void)state;
	check_all(&plain_site, e, COUNT(e));
}

static void
test_autorotate(void **state)
{
	static const struct expectation e[] = {
		{ "/a?autorotate=false", 0, "/a?autorotate=false" },
		{ "/a?autorotate=0", 0, "/a?autorotate=false" },
		{ "/a?autorotate=true&w=1", 0, "/a?width=1" },
		{ "/a?autorotate=1&w=1", 0, "/a?width=1" },
		{ "/a?autorotate=2", 400, "parameter 'autorotate' is '2': "
		    "accepted is true, false, 1, 0" },
		{ "/a?autorotate=-1", 400, "'-1'" },
		{ "/a?autorotate=TRUE", 400, "'TRUE'" },
		{ "/a?autorotate=yes", 400, "'yes'" },
		{ "/a?autorotate", 400, "no value" },
		{ "/a?autorotate64=MA", 0, "/a?autorotate=false" },
		{ "/a?autorotate64=!", 400, "broken base64" },
		{ "/a?autorotate=1&autorotate=0", 400, "twice" },
		/* all of them, in their order */
		{ "/a?autorotate=0&q=50&f=webp&crop=fit&h=3&w=4&dpr=2", 0,
		    "/a?width=8&height=6&crop=fit&autorotate=false"
		    "&format=webp&quality=50" },
	};

	(void)state;
	check_all(&plain_site, e, COUNT(e));
}

/* An operation that says only the default is still one. */
static void
test_rendered(void **state)
{
	static const struct expectation e[] = {
		{ "/a?quality=90", 0, "/a?quality=90" },
		{ "/a?autorotate=true", 0, "/a?quality=90" },
		{ "/a?autorotate=1&q=90", 0, "/a?quality=90" },
		{ "/a?v=1&autorotate=1", 0, "/a?v=1&quality=90" },
	};
	struct image_request req;

	(void)state;
	check_all(&plain_site, e, COUNT(e));
	assert_int_equal(image_request_parse(&req, &plain_site, "/a?x=1"), 0);
	assert_false(req.rendered);
	assert_string_equal(req.ops_text, "");
	assert_int_equal(image_request_parse(&req, &plain_site, "/a?q=90"),
	    0);
	assert_true(req.rendered);
	assert_false(req.negotiated);
	assert_int_equal(req.ops.quality, 0);
}

static void
test_source_params(void **state)
{
	static const struct expectation e[] = {
		{ "/a?v=1", 0, "/a?v=1" },
		{ "/a?v", 0, "/a?v" },
		{ "/a?v=", 0, "/a?v=" },
		{ "/a?version=2&v=1", 0, "/a?v=1&version=2" },
		{ "/a?v=2&version=0&v=1", 0, "/a?v=2&v=1&version=0" },
		{ "/a?w=4&v=1", 0, "/a?v=1&width=4" },
		{ "/a?w=4&version=0&h=3&v=1", 0,
		    "/a?v=1&version=0&width=4&height=3" },
		{ "/a?%76=%7e%2f+%20\xc3?/b", 0, "/a?v=~%2F+%20%C3?/b" },
		{ "/a?v=a=b", 0, "/a?v=a=b" },
		{ "/a?v=1&v=1", 0, "/a?v=1&v=1" },
		/* others are dropped unread */
		{ "/a?vers=1&V=1&versionn=2&x=%zz&=1&=&%00=1&%=2", 0, "/a" },
		{ "/a?utm_source=x&w=4&fbclid=", 0, "/a?width=4" },
		{ "/a?W=1&Width=1&width%20=1&widt=1&widthh=1", 0, "/a" },
		{ "/a?a_name_that_is_much_longer_than_any_that_we_know_of_and_"
		    "then_some_more=1", 0, "/a" },
		{ "/a?v=%", 400, "parameter 'v' holds a malformed percent" },
		{ "/a?version=%00", 400, "parameter 'version' holds a NUL" },
		{ "/a?v=%0A", 400, "parameter 'v' holds a control byte" },
	};
	static const struct expectation none[] = {
		{ "/a?v=1&version=%zz", 0, "/a" },
		{ "/a?v=1&w=4", 0, "/a?width=4" },
	};
	static const struct expectation odd[] = {
		{ "/a?a[b]=1", 0, "/a?a%5Bb%5D=1" },
		{ "/a?a%5bb%5D=1", 0, "/a?a%5Bb%5D=1" },
		/* operations are operations, whatever the list says */
		{ "/a?w=1", 0, "/a?width=1" },
		{ "/a?width=1", 0, "/a?width=1" },
		{ "/a?blur=1", 0, "/a?blur=1" },
	};
	static const struct image_site no_params = { .source_params = NULL };
	static const struct image_site empty = { .source_params = " ,," };
	static const struct image_site list = {
		.source_params = " ,width,,a[b] , blur,w" };

	(void)state;
	check_all(&plain_site, e, COUNT(e));
	check_all(&no_params, none, COUNT(none));
	check_all(&empty, none, COUNT(none));
	check_all(&list, odd, COUNT(odd));
}

/* n times `part` behind `start`. */
static const char *
long_url(const char *start, const char *part, unsigned n)
{
	static char url[3 * IMAGE_URL_MAX];
	char *p = stpcpy(url, start);

	while (n-- > 0)
		p = stpcpy(p, part);
	return (url);
}

static void
test_limits(void **state)
{
	struct image_request req;

	(void)state;
	assert_int_equal(image_request_parse(&req, &plain_site,
	    long_url("/", "a", IMAGE_URL_MAX - 2)), 0);
	assert_int_equal(strlen(req.url), IMAGE_URL_MAX - 1);
	check_parsed(&req, &plain_site);

	assert_int_equal(image_request_parse(&req, &plain_site,
	    long_url("/", "a", IMAGE_URL_MAX - 1)), -1);
	assert_int_equal(req.status, 414);
	check_refused(&req, "too long");

	/* only the normalised source, or the whole, is too long */
	assert_int_equal(image_request_parse(&req, &plain_site,
	    long_url("/", "\xff", IMAGE_URL_MAX / 3)), -1);
	assert_int_equal(req.status, 414);
	assert_int_equal(image_request_parse(&req, &plain_site,
	    long_url("/?v=", "\xff", IMAGE_URL_MAX / 3)), -1);
	assert_int_equal(req.status, 414);
	assert_int_equal(image_request_parse(&req, &plain_site,
	    long_url("/?w=1&v=", "a", IMAGE_URL_MAX - 9)), -1);
	assert_int_equal(req.status, 414);

	assert_int_equal(image_request_parse(&req, &plain_site,
	    long_url("/?", "v&", 32)), 0);
	check_parsed(&req, &plain_site);
	assert_int_equal(image_request_parse(&req, &plain_site,
	    long_url("/?", "v&", 33)), -1);
	assert_int_equal(req.status, 400);
	assert_non_null(strstr(req.error, "more than 32 parameters"));
}

static void
test_auto_format(void **state)
{
	static const struct expectation e[] = {
		{ "/a", 0, "/a" },
		{ "/a?x=1", 0, "/a" },
		{ "/a?w=4", 0, "/a?width=4&format=auto" },
		{ "/a?w=4&f=png", 0, "/a?width=4&format=png" },
		{ "/a?q=90", 0, "/a?format=auto" },
		{ "/a?q=80", 0, "/a?format=auto&quality=80" },
		{ "/a?autorotate=1", 0, "/a?format=auto" },
		{ "/a?meta=true", 0, "/a?meta=true" },
		{ "/a?meta=false", 0, "/a?format=auto" },
		{ "/a?explain=true", 0, "/a" },
	};

	(void)state;
	check_all(&auto_site, e, COUNT(e));
}

static void
test_negotiate(void **state)
{
	struct image_request req;

	(void)state;
	assert_int_equal(image_request_parse(&req, &plain_site,
	    "/a?v=1&f=auto&q=80&w=4"), 0);
	assert_true(req.negotiated);
	image_request_negotiate(&req, IMAGE_FORMAT_AVIF);
	assert_string_equal(req.url,
	    "/a?v=1&width=4&format=avif&quality=80");
	assert_string_equal(req.ops_text, "width=4&format=avif&quality=80");
	assert_string_equal(req.source, "/a?v=1");
	assert_true(req.negotiated);
	image_request_negotiate(&req, IMAGE_FORMAT_AUTO);
	assert_string_equal(req.ops_text, "width=4&format=auto&quality=80");

	/* what is settled stays, and so does a request without a format */
	assert_int_equal(image_request_parse(&req, &auto_site,
	    "/a?width=4&format=avif"), 0);
	assert_false(req.negotiated);
	image_request_negotiate(&req, IMAGE_FORMAT_WEBP);
	assert_string_equal(req.url, "/a?width=4&format=avif");
	assert_int_equal(image_request_parse(&req, &auto_site, "/a"), 0);
	image_request_negotiate(&req, IMAGE_FORMAT_WEBP);
	assert_string_equal(req.url, "/a");
	assert_int_equal(image_request_parse(&req, &plain_site, "/a?w=1"),
	    0);
	image_request_negotiate(&req, IMAGE_FORMAT_WEBP);
	assert_string_equal(req.url, "/a?width=1");
}

/* The renderer takes the canonical spelling and no other. */
static void
test_ops_text(void **state)
{
	static const char *const broken[] = { "", "width=", "width=0",
	    "width=9000", "w=400", "width=0400", "width=400&",
	    "&width=400", "height=3&width=4", "width=400&dpr=1",
	    "width=4&quality=90", "autorotate=true", "format=auto&x=1",
	    "width=4&width=4", "crop=fit", "dpr=2", "blur=0", "format=jpeg",
	    "width=400\n", "?width=400", "width64=NDAw", "width=%34" };
	char err[IMAGE_ERROR_MAX], buf[64];
	struct image_ops ops, zero = { 0 };
	unsigned i;

	(void)state;
	assert_int_equal(image_ops_parse(&ops, "width=400&height=300&crop=fit"
	    "&autorotate=false&format=webp&quality=89", err), 0);
	assert_int_equal(ops.width, 400);
	assert_int_equal(ops.height, 300);
	assert_int_equal(ops.fit, IMAGE_FIT_COVER);
	assert_int_equal(ops.format, IMAGE_FORMAT_WEBP);
	assert_int_equal(ops.quality, 89);
	assert_int_equal(ops.no_autorotate, 1);
	for (i = 0; i < COUNT(broken); i++) {
		err[0] = '\0';
		if (image_ops_parse(&ops, broken[i], err) != -1)
			fail_msg("'%s' was taken", broken[i]);
		assert_string_not_equal(err, "");
		assert_true(fuzz_printable(err));
	}
	assert_int_equal(image_ops_parse(&ops,
	    long_url("width=", "0", IMAGE_URL_MAX), err), -1);
	assert_non_null(strstr(err, "longer than"));

	/* exactly enough room, and one byte less */
	ops = (struct image_ops){ .width = 400 };
	assert_int_equal(image_ops_format(&ops, buf, 10), 9);
	assert_string_equal(buf, "width=400");
	assert_int_equal(image_ops_format(&ops, buf, 9), -1);
	assert_int_equal(image_ops_format(&ops, buf, 0), -1);
	assert_int_equal(image_ops_format(&zero, buf, sizeof buf), 10);
	assert_string_equal(buf, "quality=90");
}

static void
test_format_names(void **state)
{
	(void)state;
	assert_string_equal(image_format_name(IMAGE_FORMAT_SOURCE), "source");
	assert_string_equal(image_format_name(IMAGE_FORMAT_AUTO), "auto");
	assert_string_equal(image_format_name(IMAGE_FORMAT_JPG), "jpg");
	assert_string_equal(image_format_name(IMAGE_FORMAT_PNG), "png");
	assert_string_equal(image_format_name(IMAGE_FORMAT_WEBP), "webp");
	assert_string_equal(image_format_name(IMAGE_FORMAT_AVIF), "avif");
	assert_string_equal(image_format_name(IMAGE_FORMAT_OTHER), "other");
	assert_string_equal(image_format_mime(IMAGE_FORMAT_JPG),
	    "image/jpeg");
	assert_string_equal(image_format_mime(IMAGE_FORMAT_PNG), "image/png");
	assert_string_equal(image_format_mime(IMAGE_FORMAT_WEBP),
	    "image/webp");
	assert_string_equal(image_format_mime(IMAGE_FORMAT_AVIF),
	    "image/avif");
	assert_null(image_format_mime(IMAGE_FORMAT_SOURCE));
	assert_null(image_format_mime(IMAGE_FORMAT_AUTO));
	assert_null(image_format_mime(IMAGE_FORMAT_OTHER));
}

/*--------------------------------------------------------------------
 * Random URLs
 */

static uint64_t random_state;

static unsigned
pick(unsigned n)
{
	uint64_t z = (random_state += UINT64_C(0x9e3779b97f4a7c15));

	z = (z ^ (z >> 30)) * UINT64_C(0xbf58476d1ce4e5b9);
	z = (z ^ (z >> 27)) * UINT64_C(0x94d049bb133111eb);
	return ((unsigned)((z ^ (z >> 31)) >> 32) % n);
}

#define PICK(a)		((a)[pick(COUNT(a))])

static size_t
random_url(char *url)
{
	static const char *const segment[] = { "/", "/a", "/b.jpg", "/.",
	    "/..", "/%2e", "/%2E.", "/%41", "/%2f", "/\xc3\xa9", "/ ", "/~" };
	static const char *const param[] = { "width=%u", "w=%u", "height=%u",
	    "h=%u", "dpr=%u", "dpr=0.%u", "dpr=1.%u", "crop=fit", "q=%u",
	    "quality=90", "format=auto", "f=webp", "format=jpg", "f64=cG5n",
	    "autorotate=0", "autorotate=true", "width64=NDAw", "h64=MzA=",
	    "v=%u", "version=\xff%u", "%%76=+%u", "a[b]=%u", "x=%u", "", "=",
	    "utm=%u", "w%%69dth=%u" };
	static const unsigned number[] = { 1, 2, 3, 4, 5, 8, 25, 75, 90, 100,
	    333, 400, 1000, 8192 };
	char *p = url;
	unsigned n;

	for (n = 1 + pick(4); n > 0; n--)
		p = stpcpy(p, PICK(segment));
	*p++ = '?';
	/* The compiler cannot check such formats: each takes one %u or none. */
#pragma GCC diagnostic push
#pragma GCC diagnostic ignored "-Wformat-nonliteral"
#pragma GCC diagnostic ignored "-Wformat-security"
	for (n = pick(5); n > 0; n--) {
		p += sprintf(p, PICK(param), PICK(number));
		*p++ = '&';
	}
#pragma GCC diagnostic pop
	return ((size_t)(p - url));
}

static void
mutate(char *url, size_t len)
{
	static const char bytes[] = "/?&=%.,+-_~0169aAfzwhq#\x01\x7f\x80\xff ";
	unsigned n;

	for (n = 1 + pick(3); n > 0; n--)
		url[1 + pick((unsigned)len - 1)] = PICK(bytes);
}

static void
test_random(void **state)
{
	struct image_request req;
	char url[512];
	unsigned i, parsed = 0, rendered = 0, refused = 0;
	size_t len;

	(void)state;
	random_state = 1;
	for (i = 0; i < 400000; i++) {
		len = random_url(url);
		if (i % 2 == 1)
			mutate(url, len);
		(void)LLVMFuzzerTestOneInput((const uint8_t *)url, len);
		url[len] = '\0';
		if (image_request_parse(&req, &plain_site, url) != 0)
			refused++;
		else {
			parsed++;
			rendered += req.rendered;
		}
	}
	/* Or else the generator would test little. */
	assert_true(refused > 50000);
	assert_true(parsed > 100000);
	assert_true(rendered > 50000);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_path),
		cmocka_unit_test(test_size),
		cmocka_unit_test(test_base64),
		cmocka_unit_test(test_dpr),
		cmocka_unit_test(test_crop),
		cmocka_unit_test(test_format),
		cmocka_unit_test(test_quality),
		cmocka_unit_test(test_autorotate),
		cmocka_unit_test(test_rendered),
		cmocka_unit_test(test_source_params),
		cmocka_unit_test(test_limits),
		cmocka_unit_test(test_auto_format),
		cmocka_unit_test(test_negotiate),
		cmocka_unit_test(test_ops_text),
		cmocka_unit_test(test_format_names),
		cmocka_unit_test(test_random),
	};

	return (cmocka_run_group_tests(tests, NULL, NULL));
}
