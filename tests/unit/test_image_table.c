/* SPDX-License-Identifier: BSD-2-Clause
 * Copyright (c) 2026 The pixelfleet authors
 *
 * Every parameter of an image URL: below its range, at both bounds, above,
 * malformed, empty, given twice, in base64 and in broken base64.  What is
 * refused is refused with a sentence that names the parameter as it was
 * typed, and what it accepts.
 */

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

/* The properties are those of the fuzzer. */
#include "../fuzz/fuzz_image_ops.c"

static const struct image_site site = { .source_params = "v" };

#define VALUES_MAX	16

struct row {
	const char	*name, *alias;
	const char	*with;		/* what it needs beside it */
	const char	*canonical;	/* of that, before and behind it */
	const char	*behind;
	const char	*accepted;	/* what a refusal says */
	/* values, and what they are in the canonical text; NULL: nothing */
	struct {
		const char	*value, *text;
	}		good[VALUES_MAX];
	const char	*bad[VALUES_MAX];
};

#define SAME(v)		{ v, v }
#define COLOURS		"accepted is rgb, rgba, rrggbb or rrggbbaa in " \
			"hexadecimal digits, or a CSS colour name"
#define BAD_COLOURS	"", "#fff", "f", "ff", "fffff", "fffffff", \
			"fffffffff", "ggg", "0x0", "whit", "whitee", "re d", \
			"rgb(0,0,0)", "-1"
#define BAD_NUMBERS	"", "-1", "+1", " 1", "1 ", "0x1", "1e1", "1.0", "1,", \
			"one", "99999999999999999999"
#define BAD_DECIMALS	"", ".5", "1.", "1..2", "1.2.3", "1,5", "1e0", "0x1", \
			"nan", "inf", "- 1", "--1", "9999999999999999999"
#define BAD_WORDS	"", "TRUE", "yes", "2", "-1", "true ", "tru", "on"
#define BOX		"width=9&height=8", "width=9&height=8"

static const struct row rows[] = {
	{ "width", "w", "", "", "", "accepted is 1..8192",
	    { SAME("1"), SAME("8192"), { "00400", "400" } },
	    { BAD_NUMBERS, "0", "8193" } },
	{ "height", "h", "", "", "", "accepted is 1..8192",
	    { SAME("1"), SAME("8192") },
	    { BAD_NUMBERS, "0", "8193" } },
	{ "scale", NULL, "enlarge=true", "", "&enlarge=true",
	    "accepted is 0.01..10",
	    { SAME("0.01"), SAME("10"), SAME("0.5"), { "0.50000", "0.5" },
	    { "0.123449", "0.1234" }, { "0.12345", "0.1235" },
	    { "9.99999", "10" } },
	    { BAD_DECIMALS, "0.00999999" , "10.000001" } },
	{ "fit", NULL, BOX, "", "accepted is inside, cover, contain, fill, "
	    "outside",
	    { { "inside", NULL }, SAME("contain"), SAME("fill"),
	    SAME("outside") },
	    { "", "Fill", "fills", "crop", "0", "1", "cover,contain" } },
	{ "enlarge", NULL, "width=9", "width=9", "",
	    "accepted is true, false, 1, 0",
	    { SAME("true"), { "1", "true" }, { "0", NULL },
	    { "false", NULL } },
	    { BAD_WORDS } },
	{ "crop", NULL, BOX, "", "accepted is x,y,w,h (0..100000, w and h "
	    "from 1), fit, top, bottom, left, right, pad, entropy, "
	    "attention, smart",
	    { SAME("fit"), SAME("top"), SAME("bottom"), SAME("left"),
	    SAME("right"), SAME("entropy"), SAME("attention"),
	    { "smart", "attention" }, SAME("0,0,1,1"),
	    SAME("100000,100000,100000,100000"), { "01,2,3,4", "1,2,3,4" } },
	    { "", "Fit", "center", "1", "1,2,3", "1,2,3,4,5", "1,2,3,4,",
	    "-1,2,3,4", "1,2,0,4", "1,2,3,0", "100001,2,3,4", "1,2,100001,4",
	    "1.5,2,3,4", "1, 2,3,4" } },
	{ "focal", "fp", BOX, "", "accepted is x,y (0..1 each)",
	    { SAME("0,0"), SAME("1,1"), SAME("0.25,0.75"),
	    { "0.30000,0.99999", "0.3,1" } },
	    { "", "0.5", "0.5,", ",0.5", "0.5,0.5,0.5", "1.00001,0",
	    "0,1.00001", "-0.1,0", "a,b", "0.5;0.5", ".5,.5", "center" } },
	{ "trim", NULL, "", "", "", "accepted is 0..255",
	    { SAME("0"), SAME("255"), SAME("10") },
	    { BAD_NUMBERS, "256", "true" } },
	{ "pad", NULL, "", "", "", "accepted is 0..4096",
	    { { "0", NULL }, SAME("1"), SAME("4096") },
	    { BAD_NUMBERS, "4097" } },
	{ "pad_color", "bg", "", "", "", COLOURS,
	    { { "fff", NULL }, { "white", NULL }, { "ffffffff", NULL },
	    { "000", "000000" }, { "F0c", "ff00cc" }, { "f0c8", "ff00cc88" },
	    SAME("123456"), SAME("12345678"), { "12345600", "12345600" },
	    { "transparent", "00000000" }, { "RebeccaPurple", "663399" },
	    { "aliceblue", "f0f8ff" }, { "yellowgreen", "9acd32" },
	    { "lightgoldenrodyellow", "fafad2" } },
	    { BAD_COLOURS } },
	{ "border", NULL, "", "", "", "accepted is width,color (width "
	    "0..4096; color rgb, rgba, rrggbb or rrggbbaa in hexadecimal "
	    "digits, or a CSS colour name)",
	    { { "0,red", NULL }, { "1,red", "1,ff0000" },
	    { "4096,0008", "4096,00000088" } },
	    { "", "5", "5,", ",red", "red,5", "4097,red", "-1,red", "5,rot",
	    "5,red,", "5 red", "1.5,red" } },
	{ "radius", NULL, "", "", "", "accepted is 0..8192, max",
	    { { "0", NULL }, SAME("1"), SAME("8192"), SAME("max") },
	    { BAD_NUMBERS, "8193", "Max", "4294967295" } },
	{ "autorotate", NULL, "", "", "", "accepted is true, false, 1, 0",
	    { { "true", NULL }, { "1", NULL }, SAME("false"),
	    { "0", "false" } },
	    { BAD_WORDS } },
	{ "angle", NULL, "", "", "", "accepted is 0, 90, 180, 270",
	    { { "0", NULL }, SAME("90"), SAME("180"), SAME("270") },
	    { "", "45", "-90", "360", "090", "90.0" } },
	{ "flip", NULL, "", "", "", "accepted is h, v, hv",
	    { SAME("h"), SAME("v"), SAME("hv"), { "vh", "hv" } },
	    { "", "H", "hh", "x", "none", "true" } },
	{ "auto_level", NULL, "", "", "", "accepted is true, false, 1, 0",
	    { SAME("true"), { "1", "true" }, { "0", NULL } },
	    { BAD_WORDS } },
	{ "auto_fix", NULL, "", "", "", "accepted is true, false, 1, 0",
	    { SAME("true"), { "1", "true" }, { "0", NULL } },
	    { BAD_WORDS } },
	{ "brightness", NULL, "", "", "", "accepted is -1..1",
	    { SAME("-1"), SAME("1"), { "0", NULL }, { "-0", NULL },
	    { "-0.00004", NULL }, SAME("-0.5"), SAME("0.0001"),
	    { "-1.0000", "-1" } },
	    { BAD_DECIMALS, "1.000001", "-1.000001" } },
	{ "contrast", NULL, "", "", "", "accepted is -1..1",
	    { SAME("-1"), SAME("1"), { "0.0", NULL } },
	    { BAD_DECIMALS, "1.1", "-1.1" } },
	{ "gamma", NULL, "", "", "", "accepted is 0.1..10",
	    { SAME("0.1"), SAME("10"), { "1", NULL }, { "1.00", NULL },
	    SAME("2.2") },
	    { BAD_DECIMALS, "0.0999999", "10.0000001", "-1" } },
	{ "saturation", NULL, "", "", "", "accepted is -1..1",
	    { SAME("-1"), SAME("1"), { "0", NULL } },
	    { BAD_DECIMALS, "1.1", "-1.1" } },
	{ "hue", NULL, "", "", "", "accepted is 0..359",
	    { { "0", NULL }, SAME("1"), SAME("359") },
	    { BAD_NUMBERS, "360" } },
	{ "filter", NULL, "", "", "", "accepted is duotone,dark,light (two "
	    "colours), grey, 21, sepia, negate, duotone",
	    { SAME("grey"), { "21", "grey" }, { "gray", "grey" },
	    SAME("sepia"), SAME("negate"),
	    { "duotone", "duotone,1b2a49,f7e7ce" },
	    { "duotone,000,FFF", "duotone,000000,ffffff" },
	    { "duotone,f000,00000000", "duotone,ff0000,000000" } },
	    { "", "Grey", "20", "0", "none", "sepia,red", "duotone,",
	    "duotone,red", "duotone,red,", "duotone,red,blue,", "duotones",
	    "duotone red blue", "duotone,,red" } },
	{ "colorize", NULL, "", "", "", COLOURS,
	    { { "transparent", NULL }, { "ff000000", NULL },
	    { "red", "ff0000" }, { "f008", "ff000088" } },
	    { BAD_COLOURS } },
	{ "pixelate", NULL, "", "", "", "accepted is 1..1024",
	    { { "1", NULL }, SAME("2"), SAME("1024") },
	    { BAD_NUMBERS, "0", "1025" } },
	{ "blur", NULL, "", "", "", "accepted is 0..100",
	    { { "0", NULL }, SAME("0.3"), SAME("100") },
	    { BAD_DECIMALS, "100.0000001", "-0.5" } },
	{ "sharp_amount", "sharpen", "", "", "", "accepted is 0..100",
	    { { "0", NULL }, SAME("0.3"), SAME("100") },
	    { BAD_DECIMALS, "100.0000001", "-0.5" } },
	{ "format", "f", "", "", "", "accepted is auto, jpg, png, webp, avif, "
	    "jxl, gif",
	    { SAME("auto"), SAME("jpg"), { "jpeg", "jpg" }, SAME("png"),
	    SAME("webp"), SAME("avif"), SAME("jxl"), SAME("gif"),
	    SAME("auto,webp"), SAME("auto,avif"), SAME("auto,jxl") },
	    { "", "JPG", "tiff", "heic", "source", "other", "json", "svg",
	    "auto,", "auto,png", "auto,jpg", "avif,webp", "0", "1" } },
	{ "quality", "q", "", "", "", "accepted is 1..100, low, med, high, "
	    "auto",
	    { SAME("1"), SAME("100"), { "90", NULL }, { "low", "60" },
	    { "med", "75" }, { "high", NULL }, SAME("auto") },
	    { BAD_NUMBERS, "0", "101", "best", "Low" } },
	{ "max_bytes", NULL, "", "", "", "accepted is 1000..100000000",
	    { SAME("1000"), SAME("100000000") },
	    { BAD_NUMBERS, "0", "999", "100000001", "10k" } },
	{ "lossless", NULL, "", "", "", "accepted is true, false, 1, 0",
	    { SAME("true"), { "1", "true" }, { "0", NULL } },
	    { BAD_WORDS } },
	{ "progressive", NULL, "", "", "", "accepted is true, false, 1, 0",
	    { SAME("true"), { "1", "true" }, { "0", NULL } },
	    { BAD_WORDS } },
	{ "strip", NULL, "", "", "", "accepted is most, all, none",
	    { { "most", NULL }, SAME("all"), SAME("none") },
	    { "", "All", "true", "0", "some" } },
	{ "animated", NULL, "", "", "", "accepted is true, false, 1, 0",
	    { { "true", NULL }, { "1", NULL }, SAME("false"),
	    { "0", "false" } },
	    { BAD_WORDS } },
	{ "page", NULL, "", "", "", "accepted is 1..65536",
	    { SAME("1"), SAME("65536") },
	    { BAD_NUMBERS, "0", "65537", "1,2", "last" } },
	{ "mark", NULL, "", "", "", "accepted is the path of a source",
	    { SAME("/logo.png"), { "/a/./b/../logo.png", "/a/logo.png" },
	    { "/a b", "/a%2520b" }, { "/a%20b", "/a%2520b" },
	    { "/a?v=2&x=3", "/a%3Fv%3D2" }, { "/a?", "/a" },
	    { "/%7e#&+", "/~%2523%26%2B" }, { "/a,b", "/a,b" } },
	    { "", "logo.png", "//host/logo.png", "http://host/logo.png",
	    "https:logo.png", "/..//host/a", "\\\\host", "?a", "/a?w=5",
	    "/a?v=1&blur64=NQ", "data:image/png;base64,AA" } },
	{ "mark_scale", NULL, "mark=/m", "mark=/m", "", "accepted is 1..100",
	    { SAME("1"), SAME("100") },
	    { BAD_NUMBERS, "0", "101" } },
	{ "mark_pos", NULL, "mark=/m", "mark=/m", "", "accepted is tile, "
	    "center, top, bottom, left, right, top,left, top,right, "
	    "bottom,left, bottom,right",
	    { { "center", NULL }, { "centre", NULL }, SAME("tile"),
	    SAME("top"), SAME("left"), SAME("top,left"), SAME("bottom,right"),
	    { "right,bottom", "bottom,right" }, { "top|right", "top,right" },
	    { "left,top", "top,left" }, { "right|top", "top,right" },
	    { "left|bottom", "bottom,left" } },
	    { "", "Top", "top,", "top,bottom", "left,left", "top left",
	    "north", "topleft", "top,left,right", "0", "10,10" } },
	{ "mark_offset", NULL, "mark=/m", "mark=/m", "", "accepted is one or "
	    "two of -8192..8192, as 10 or 10,20",
	    { { "0", NULL }, { "0,0", NULL }, { "10", "10,10" },
	    SAME("-8192,8192"), SAME("0,-1"), { "-0,01", "0,1" } },
	    { "", "8193", "-8193", "0,8193", "1,", ",1", "1,2,3", "1.5",
	    "1, 2", "+1", "a" } },
	{ "mark_alpha", NULL, "mark=/m", "mark=/m", "", "accepted is 0..100",
	    { { "0", NULL }, SAME("1"), SAME("100") },
	    { BAD_NUMBERS, "101" } },
	{ "text", NULL, "", "", "", "",
	    { SAME("a"), { "a b", "a%20b" }, { "a\nb", "a%0Ab" },
	    { "<&\"%>", "%3C%26%22%25%3E" }, { "a,b/c", "a,b/c" },
	    { "\xc3\xa9", "%C3%A9" }, { "\xf4\x8f\xbf\xbf",
	    "%F4%8F%BF%BF" }, { "\xed\x9f\xbf", "%ED%9F%BF" } },
	    { "", "\t", "\r\n", "\x7f", "\xc2\x9f", "\x80", "\xff", "\xc3",
	    "a\xc3(", "\xc0\xaf", "\xe0\x80\xaf", "\xed\xa0\x80",
	    "\xf4\x90\x80\x80", "\xf0\x8f\xbf\xbf", "\xf8\x88\x80\x80\x80" } },
	{ "text_font", NULL, "text=t", "text=t", "", "accepted is letters, "
	    "digits, space, - and _",
	    { SAME("Sans"), { "DejaVu Sans-9_b", "DejaVu%20Sans-9_b" } },
	    { "", "a/b", "a.b", "a,b", "\xc3\xa9", "a:1", "<b>" } },
	{ "text_size", NULL, "text=t", "text=t", "", "accepted is 1..1024",
	    { SAME("1"), SAME("1024") },
	    { BAD_NUMBERS, "0", "1025" } },
	{ "text_color", NULL, "text=t", "text=t", "", COLOURS,
	    { { "white", NULL }, { "black", "000000" } },
	    { BAD_COLOURS } },
	{ "text_pos", NULL, "text=t", "text=t", "", "accepted is center, "
	    "top, bottom, left, right, top,left, top,right, bottom,left, "
	    "bottom,right",
	    { { "center", NULL }, SAME("bottom"),
	    { "bottom|left", "bottom,left" } },
	    { "", "tile", "middle", "0" } },
	{ "meta", NULL, "", "", "", "accepted is true, false, 1, 0",
	    { SAME("true"), { "1", "true" }, { "0", NULL } },
	    { BAD_WORDS } },
	{ "explain", NULL, "", "", "", "accepted is true, false, 1, 0",
	    { { "true", NULL }, { "0", NULL } },
	    { BAD_WORDS } },
	{ "expires", NULL, "", "", "", "accepted is Unix seconds, "
	    "1..253402300799",
	    { { "1", NULL }, { "253402300799", NULL } },
	    { BAD_NUMBERS, "0", "253402300800" } },
	{ "sig", NULL, "", "", "", "accepted is base64 or hexadecimal digits",
	    { { "aZ09-_", NULL }, { "a+/=", NULL } },
	    { "", "a.b", "a%b", "\xff", "<a>" } },
};

static const char *
escaped(const char *s)
{
	static char buf[4096];
	char *p = buf;

	for (; *s != '\0'; s++)
		p += sprintf(p, "%%%02x", (unsigned)(unsigned char)*s);
	*p = '\0';
	return (buf);
}

/* URL-safe, without padding; broken: with a digit too many. */
static const char *
base64(const char *s, bool broken)
{
	static const char digits[] = "ABCDEFGHIJKLMNOPQRSTUVWXYZ"
	    "abcdefghijklmnopqrstuvwxyz0123456789-_";
	static char buf[4096];
	size_t len = strlen(s), i, k;
	char *p = buf;
	unsigned bits;

	for (i = 0; i < len; i += 3) {
		for (bits = 0, k = 0; k < 3; k++)
			bits = bits << 8 | (i + k < len ?
			    (unsigned char)s[i + k] : 0);
		for (k = 0; k < (len - i < 3 ? len - i + 1 : 4); k++)
			*p++ = digits[bits >> (18 - 6 * k) & 63];
	}
	if (broken)
		*p++ = '!';
	*p = '\0';
	return (buf);
}

static void
expect_text(const struct row *row, const char *url, const char *text)
{
	struct image_request req;
	char want[8192];

	if (image_request_parse(&req, &site, url) != 0)
		fail_msg("'%s': %d '%s'", url, req.status, req.error);
	snprintf(want, sizeof want, "%s%s%s%s%s%s", row->canonical,
	    text != NULL && row->canonical[0] != '\0' ? "&" : "",
	    text != NULL ? row->name : "", text != NULL ? "=" : "",
	    text != NULL ? text : "", row->behind);
	if (req.rendered && want[0] == '\0')
		strcpy(want, "quality=90");
	if (!req.rendered && (text != NULL || row->with[0] != '\0'))
		fail_msg("'%s' is not rendered", url);
	/* fit stands before what follows in the table, as mark_scale does. */
	if (strcmp(req.ops_text, want[0] == '&' ? want + 1 : want) != 0)
		fail_msg("'%s': '%s', not '%s'", url, req.ops_text, want);
	check_parsed(&req, &site);
}

static void
expect_refused(const char *url, const char *name, const char *says)
{
	struct image_request req;

	if (image_request_parse(&req, &site, url) == 0)
		fail_msg("'%s' was taken as '%s'", url, req.url);
	if (req.status != 400 || strstr(req.error, name) == NULL ||
	    strstr(req.error, says) == NULL)
		fail_msg("'%s': %d '%s' names not '%s' or says not '%s'",
		    url, req.status, req.error, name, says);
	check_refused(&req, url);
}

static void
test_good(void **state)
{
	const struct row *row;
	const char *value;
	char url[16384];
	size_t i;

	(void)state;
	for (row = rows; row < rows + COUNT(rows); row++)
		for (i = 0; i < VALUES_MAX; i++) {
			value = row->good[i].value;
			if (value == NULL)
				break;
			snprintf(url, sizeof url, "/a?%s=%s&%s", row->name,
			    escaped(value), row->with);
			expect_text(row, url, row->good[i].text);
			snprintf(url, sizeof url, "/a?%s&%s64=%s", row->with,
			    row->name, base64(value, false));
			expect_text(row, url, row->good[i].text);
			if (row->alias == NULL)
				continue;
			snprintf(url, sizeof url, "/a?%s=%s&%s", row->alias,
			    escaped(value), row->with);
			expect_text(row, url, row->good[i].text);
			snprintf(url, sizeof url, "/a?%s64=%s&%s", row->alias,
			    base64(value, false), row->with);
			expect_text(row, url, row->good[i].text);
		}
}

static void
test_bad(void **state)
{
	char url[16384], name[64], *says;
	const struct row *row;
	size_t i;

	(void)state;
	for (row = rows; row < rows + COUNT(rows); row++)
		for (i = 0; i < VALUES_MAX && row->bad[i] != NULL; i++) {
			/* A value that no URL may hold is refused as such. */
			says = row->bad[i][0] == '\0' ? "has no value" :
			    strpbrk(row->bad[i], "\t\r\x7f") != NULL ?
			    "holds a control" : (char *)row->accepted;
			snprintf(name, sizeof name, "'%s'", row->name);
			snprintf(url, sizeof url, "/a?%s=%s&%s", row->name,
			    escaped(row->bad[i]), row->with);
			expect_refused(url, name, says);
			snprintf(name, sizeof name, "'%s64'", row->name);
			snprintf(url, sizeof url, "/a?%s64=%s&%s", row->name,
			    base64(row->bad[i], false), row->with);
			expect_refused(url, name, says);
		}
}

static void
test_broken(void **state)
{
	const struct row *row;
	char url[16384], name[64], twice[128];

	(void)state;
	for (row = rows; row < rows + COUNT(rows); row++) {
		snprintf(name, sizeof name, "'%s'", row->name);
		snprintf(url, sizeof url, "/a?%s", row->name);
		expect_refused(url, name, "has no value");
		snprintf(url, sizeof url, "/a?%s=%%4", row->name);
		expect_refused(url, name, "malformed percent-encoding");
		snprintf(url, sizeof url, "/a?%s=%%00", row->name);
		expect_refused(url, name, "NUL");

		snprintf(url, sizeof url, "/a?%s64=%s", row->name,
		    base64(row->good[0].value, true));
		snprintf(name, sizeof name, "'%s64'", row->name);
		expect_refused(url, name, "broken base64");

		snprintf(name, sizeof name, "'%s' is given twice", row->name);
		snprintf(url, sizeof url, "/a?%s=%s&%s&%s64=%s", row->name,
		    escaped(row->good[0].value), row->with, row->name,
		    base64(row->good[0].value, false));
		snprintf(twice, sizeof twice, "here as '%s64'", row->name);
		expect_refused(url, name, twice);
		if (row->alias == NULL)
			continue;
		snprintf(url, sizeof url, "/a?%s=%s&%s=%s", row->alias,
		    escaped(row->good[0].value), row->name,
		    escaped(row->good[0].value));
		snprintf(twice, sizeof twice, "here as '%s'", row->name);
		expect_refused(url, name, twice);
	}
}

/* What contradicts another or lacks it, whatever their order. */
static void
test_together(void **state)
{
	static const struct {
		const char	*a, *b;
		const char	*first, *second;
	} contradictions[] = {
		{ "scale=0.5", "width=9", "'scale'", "'width'" },
		{ "scale=1", "h=9", "'scale'", "'height'" },
		{ "crop=top", "fit=contain&w=9&h=9", "'fit'", "'crop'" },
		{ "crop=fit", "fit=inside&w=9&h=9", "'fit'", "'crop'" },
		{ "crop=pad", "fit=cover&w=9&h=9", "'fit'", "'crop'" },
		{ "focal=0,0", "crop=top&w=9&h=9", "'focal'", "'crop'" },
		{ "fp=0,0", "crop=pad&w=9&h=9", "'focal'", "'crop'" },
		{ "fp=0,0", "fit=fill&w=9&h=9", "'focal'", "'fit'" },
		{ "lossless=1", "f=jpg", "'lossless'", "'format'" },
		{ "lossless=1", "f=gif", "'lossless'", "'format'" },
		{ "lossless=1", "q=90", "'lossless'", "'quality'" },
		{ "lossless=1", "max_bytes=5000", "'lossless'",
		    "'max_bytes'" },
		{ "page=2", "animated=true", "'animated'", "'page'" },
		{ "f=png", "animated=1", "'animated'", "'format'" },
		{ "meta=true", "width=9", "'meta'", "'width'" },
		{ "meta=true", "f=png", "'meta'", "'format'" },
		{ "meta=true", "autorotate=true", "'meta'", "'autorotate'" },
		{ "meta=true", "dpr=1&page=2", "'meta'", "'dpr'" },
	};
	static const char *const alone[][2] = {
		{ "dpr=2", "'dpr' needs 'width' or 'height'" },
		{ "dpr=2&scale=0.5", "'dpr' needs" },
		{ "enlarge=true", "'enlarge' needs 'width', 'height' or "
		    "'scale'" },
		{ "scale=1.0001", "'scale' above 1 needs 'enlarge=true'" },
		{ "scale=2&enlarge=false", "'scale' above 1 needs" },
		{ "crop=top", "'crop' needs both 'width' and 'height'" },
		{ "crop=pad&w=9", "'crop' needs both" },
		{ "crop=fit&scale=0.5", "'crop' needs both" },
		{ "fit=fill&h=9", "'fit' needs both" },
		{ "fit=cover", "'fit' needs both" },
		{ "fit=cover&crop=1,2,3,4&w=9", "'fit' needs both" },
		{ "focal=0.5,0.5", "'focal' needs both" },
		{ "focal=0.1,0.1&w=9", "'focal' needs both" },
		{ "mark_scale=10", "'mark_scale' needs 'mark'" },
		{ "mark_pos=top", "'mark_pos' needs 'mark'" },
		{ "mark_offset=10", "'mark_offset' needs 'mark'" },
		{ "mark_alpha=10", "'mark_alpha' needs 'mark'" },
		{ "text_font=a", "'text_font' needs 'text'" },
		{ "text_size=10", "'text_size' needs 'text'" },
		{ "text_color=red", "'text_color' needs 'text'" },
		{ "text_pos=top", "'text_pos' needs 'text'" },
	};
	static const struct {
		const char	*url, *text;
	} fine[] = {
		{ "crop=fit&fit=cover&w=9&h=8",
		    "width=9&height=8&crop=fit" },
		{ "crop=pad&fit=contain&w=9&h=8",
		    "width=9&height=8&fit=contain" },
		{ "fit=cover&w=9&h=8", "width=9&height=8&crop=fit" },
		{ "fit=cover&w=9&h=8&crop=1,2,3,4",
		    "width=9&height=8&fit=cover&crop=1,2,3,4" },
		{ "fit=contain&w=9&h=8&crop=1,2,3,4",
		    "width=9&height=8&fit=contain&crop=1,2,3,4" },
		{ "crop=1,2,3,4", "crop=1,2,3,4" },
		{ "crop=1,2,3,4&w=9&h=8&fp=0,1",
		    "width=9&height=8&crop=1,2,3,4&focal=0,1" },
		{ "fp=0,1&w=9&h=8", "width=9&height=8&focal=0,1" },
		{ "fp=0,1&w=9&h=8&fit=cover", "width=9&height=8&focal=0,1" },
		{ "fp=0,1&w=9&h=8&crop=fit", "width=9&height=8&focal=0,1" },
		{ "fp=0.5,0.5&w=9&h=8", "width=9&height=8&crop=fit" },
		{ "fp=0.5,0.5&w=9&h=8&crop=1,2,3,4",
		    "width=9&height=8&fit=cover&crop=1,2,3,4" },
		{ "scale=2&enlarge=true", "scale=2&enlarge=true" },
		{ "scale=1&enlarge=true", "quality=90" },
		{ "lossless=0&q=80&f=jpg", "format=jpg&quality=80" },
		{ "page=2&animated=false", "page=2" },
		{ "animated=false&f=png", "format=png&animated=false" },
		{ "meta=false&w=9", "width=9" },
		{ "meta=true&page=2", "page=2&meta=true" },
		{ "meta=1&explain=1&expires=5&sig=a", "meta=true" },
		/* dpr and what is in px */
		{ "w=10&h=20&dpr=1.5&pad=1&border=2,red&radius=4&mark=/m&"
		    "mark_offset=-3,5&text=t&text_size=7&pixelate=3&blur=2&"
		    "crop=1,2,3,4",
		    "width=15&height=30&crop=1,2,3,4&pad=2&border=3,ff0000&"
		    "radius=6&pixelate=3&blur=2&mark=/m&mark_offset=-5,8&"
		    "text=t&text_size=11" },
		{ "dpr=0.1&pad=1&border=4,red", "quality=90" },
		{ "dpr=2&radius=max&pad=1", "pad=2&radius=max" },
		{ "dpr=2&radius=max", "radius=max" },
	};
	static const char *const beyond[][2] = {
		{ "dpr=2&pad=2049", "'pad' times 'dpr' is 4098: accepted is "
		    "0..4096" },
		{ "dpr=8&border=1000,red", "'border' times 'dpr' is 8000" },
		{ "dpr=8&radius=1025", "'radius' times 'dpr' is 8200" },
		{ "dpr=8&text=t&text_size=129", "'text_size' times 'dpr'" },
		{ "dpr=0.1&text=t&text_size=4", "'text_size' times 'dpr' is "
		    "0: accepted is 1..1024" },
		{ "dpr=2&mark=/m&mark_offset=-4097", "'mark_offset' times "
		    "'dpr' is -8194: accepted is -8192..8192" },
		{ "dpr=2&mark=/m&mark_offset=0,4097", "'mark_offset' times" },
	};
	struct image_request req;
	char url[512];
	size_t i;

	(void)state;
	for (i = 0; i < COUNT(contradictions); i++) {
		snprintf(url, sizeof url, "/a?%s&%s", contradictions[i].a,
		    contradictions[i].b);
		expect_refused(url, contradictions[i].first,
		    contradictions[i].second);
		snprintf(url, sizeof url, "/a?%s&%s", contradictions[i].b,
		    contradictions[i].a);
		expect_refused(url, contradictions[i].first,
		    contradictions[i].second);
	}
	for (i = 0; i < COUNT(alone); i++) {
		snprintf(url, sizeof url, "/a?%s", alone[i][0]);
		expect_refused(url, "parameter", alone[i][1]);
	}
	for (i = 0; i < COUNT(beyond); i++) {
		snprintf(url, sizeof url, "/a?%s", beyond[i][0]);
		expect_refused(url, "'", beyond[i][1]);
	}
	for (i = 0; i < COUNT(fine); i++) {
		snprintf(url, sizeof url, "/a?%s", fine[i].url);
		if (image_request_parse(&req, &site, url) != 0)
			fail_msg("'%s': %s", url, req.error);
		assert_string_equal(req.ops_text, fine[i].text);
		check_parsed(&req, &site);
	}
}

static void
test_unbuilt(void **state)
{
	const struct image_site old = { .formats = 1u << IMAGE_FORMAT_JPG |
	    1u << IMAGE_FORMAT_PNG | 1u << IMAGE_FORMAT_WEBP };
	static const char *const missing[][2] = {
		{ "/a?f=jxl", "format=jxl is not built into this version" },
		{ "/a?f=auto,jxl", "format=jxl" },
		{ "/a?f=auto,avif", "format=avif" },
		{ "/a?format=gif", "format=gif" },
		{ "/a?crop=face&w=1&h=1", "crop=face is not built into this "
		    "version" },
		{ "/a?crop64=ZmFjZQ", "crop64=face" },
	};
	static const char *const there[] = { "/a", "/a?w=1", "/a?f=auto",
	    "/a?f=jpg", "/a?f=png", "/a?f=webp", "/a?f=auto,webp" };
	struct image_request req;
	size_t i;

	(void)state;
	for (i = 0; i < COUNT(missing); i++) {
		assert_int_equal(image_request_parse(&req, &old,
		    missing[i][0]), -1);
		assert_int_equal(req.status, 501);
		assert_non_null(strstr(req.error, missing[i][1]));
		check_refused(&req, missing[i][0]);
	}
	for (i = 0; i < COUNT(there); i++)
		if (image_request_parse(&req, &old, there[i]) != 0)
			fail_msg("'%s': %s", there[i], req.error);
}

/* Texts at their greatest length, and a byte beyond it. */
static void
test_lengths(void **state)
{
	static const struct {
		const char	*start;
		size_t		most;
		const char	*says;
	} e[] = {
		{ "/a?mark=/", IMAGE_PATH_MAX - 2, "'mark' is too long: "
		    "accepted is 1..1023 bytes" },
		{ "/a?text=", IMAGE_TEXT_MAX - 1, "'text' is too long: "
		    "accepted is 1..511 bytes" },
		{ "/a?text=t&text_font=", IMAGE_FONT_MAX - 1, "'text_font' "
		    "is too long: accepted is 1..63 bytes" },
		{ "/a?sig=", IMAGE_SIGNATURE_MAX - 1, "'sig' is too long: "
		    "accepted is 1..128 bytes" },
		{ "/a?preset=", IMAGE_PRESET_MAX, "'preset' is too long: "
		    "accepted is 1..63 bytes" },
	};
	struct image_request req;
	char url[2048];
	size_t i, len;

	(void)state;
	for (i = 0; i < COUNT(e); i++) {
		len = strlen(e[i].start);
		memcpy(url, e[i].start, len);
		memset(url + len, 'a', e[i].most + 1);
		url[len + e[i].most + 1] = '\0';
		expect_refused(url, "parameter", e[i].says);
		if (strcmp(e[i].start, "/a?preset=") == 0)
			continue;
		url[len + e[i].most] = '\0';
		assert_int_equal(image_request_parse(&req, &site, url), 0);
		check_parsed(&req, &site);
	}
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_good),
		cmocka_unit_test(test_bad),
		cmocka_unit_test(test_broken),
		cmocka_unit_test(test_together),
		cmocka_unit_test(test_unbuilt),
		cmocka_unit_test(test_lengths),
	};

	return (cmocka_run_group_tests(tests, NULL, NULL));
}
