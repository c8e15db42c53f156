/* SPDX-License-Identifier: BSD-2-Clause
 * Copyright (c) 2026 The pixelfleet authors
 *
 * What holds for every URL whatsoever, as an entry for libFuzzer.
 *
 * A line is the URL; client hints may follow, a line each.  Where the URL
 * has a query, that is a preset as well.
 *
 * Unit tests call it with URLs of their own making.
 */

#include "fuzz.h"
#include "image_ops.h"

/* Every field, so that what the compiler puts between them is no matter. */
static int
same_ops(const struct image_ops *a, const struct image_ops *b)
{
#define SAME(f)	(a->f == b->f)
	return (SAME(width) && SAME(height) && SAME(scale) && SAME(fit) &&
	    SAME(enlarge) && SAME(gravity) && SAME(focal_x) &&
	    SAME(focal_y) && SAME(crop_x) && SAME(crop_y) && SAME(crop_w) &&
	    SAME(crop_h) && SAME(trim) && SAME(pad) && SAME(pad_color) &&
	    SAME(border) && SAME(border_color) && SAME(radius) &&
	    SAME(no_autorotate) && SAME(angle) && SAME(flip) &&
	    SAME(auto_level) && SAME(auto_fix) && SAME(brightness) &&
	    SAME(contrast) && SAME(gamma) && SAME(saturation) && SAME(hue) &&
	    SAME(filter) && SAME(duotone_dark) && SAME(duotone_light) &&
	    SAME(colorize) && SAME(pixelate) && SAME(blur) &&
	    SAME(sharpen) && SAME(format) && SAME(quality) &&
	    SAME(max_bytes) && SAME(lossless) && SAME(progressive) &&
	    SAME(strip) && SAME(still) && SAME(page) &&
	    strcmp(a->mark, b->mark) == 0 && SAME(mark_scale) &&
	    SAME(mark_pos) && SAME(mark_offset_x) && SAME(mark_offset_y) &&
	    SAME(mark_alpha) && strcmp(a->text, b->text) == 0 &&
	    strcmp(a->text_font, b->text_font) == 0 && SAME(text_size) &&
	    SAME(text_color) && SAME(text_pos) && SAME(meta));
#undef SAME
}

/* RFC 3986, 3.3: "." or ".." between slashes; the query may have them. */
static int
has_dot_segment(const char *path)
{
	size_t len;

	for (; *path == '/'; path += len) {
		len = 1 + strcspn(path + 1, "/?");
		if ((len == 2 && path[1] == '.') ||
		    (len == 3 && path[1] == '.' && path[2] == '.'))
			return (1);
	}
	return (0);
}

/* Parsing what a parsed request says of itself gives that request. */
static void
check_identity(const struct image_request *req, const struct image_site *site)
{
	static struct image_request again;
	const char *url = req->url;

	MUST(url, image_request_parse(&again, site, url) == 0);
	MUST(url, strcmp(again.url, url) == 0);
	MUST(url, strcmp(again.source, req->source) == 0);
	MUST(url, strcmp(again.ops_text, req->ops_text) == 0);
	MUST(url, same_ops(&again.ops, &req->ops));
	MUST(url, again.rendered == req->rendered);
	MUST(url, again.negotiated ==
	    (req->ops.format == IMAGE_FORMAT_AUTO));
}

static void
check_operations(const struct image_request *req)
{
	char text[IMAGE_URL_MAX], err[IMAGE_ERROR_MAX];
	struct image_ops ops;

	MUST(req->url, image_ops_parse(&ops, req->ops_text, err) == 0);
	MUST(req->url, same_ops(&ops, &req->ops));
	MUST(req->url, image_ops_format(&ops, text, sizeof text) ==
	    (int)strlen(req->ops_text));
	MUST(req->url, strcmp(text, req->ops_text) == 0);
}

static void
check_parsed(struct image_request *req, const struct image_site *site)
{
	static const enum image_format answers[] = {
		IMAGE_FORMAT_AUTO_WEBP, IMAGE_FORMAT_AUTO_AVIF,
		IMAGE_FORMAT_AUTO_JXL, IMAGE_FORMAT_AVIF, IMAGE_FORMAT_JXL,
		IMAGE_FORMAT_AUTO };
	size_t len = strlen(req->source);
	unsigned i;

	MUST(req->url, req->url[0] == '/' && req->error[0] == '\0');
	MUST(req->url, fuzz_printable(req->url));
	MUST(req->url, strpbrk(req->url, " \"#<>\\^`{|}") == NULL);
	MUST(req->url, !has_dot_segment(req->source));
	MUST(req->url, strncmp(req->url, req->source, len) == 0);
	MUST(req->url, req->rendered == (req->ops_text[0] != '\0'));
	MUST(req->url, req->rendered || req->url[len] == '\0');
	MUST(req->url, !req->rendered ||
	    strcmp(req->url + len + 1, req->ops_text) == 0);
	check_identity(req, site);
	if (req->rendered)
		check_operations(req);
	for (i = 0; i < COUNT(answers) && req->negotiated; i++) {
		image_request_negotiate(req, answers[i]);
		MUST(req->url, req->ops.format == answers[i]);
		check_identity(req, site);
		check_operations(req);
	}
}

/* What was signed says all that the client said, in one spelling. */
static void
check_to_sign(const struct image_request *req, const struct image_site *site)
{
	static struct image_request again;
	const char *url = req->to_sign;

	MUST(url, fuzz_printable(url));
	MUST(url, strncmp(url, req->source, strlen(req->source)) == 0);
	MUST(url, image_request_parse(&again, site, url) == 0);
	MUST(url, strcmp(again.to_sign, url) == 0);
	MUST(url, strcmp(again.url, req->url) == 0);
	MUST(url, strcmp(again.preset, req->preset) == 0);
	MUST(url, again.signature[0] == '\0');
	MUST(url, again.expires == req->expires);
	MUST(url, again.explain == req->explain);
	MUST(url, again.custom == req->custom);
	MUST(url, again.hinted == req->hinted);
}

/* Whatever the hints are, the operations stay what a URL could say. */
static void
check_hinted(const struct image_request *parsed, const struct image_site *site,
    const struct image_hints *hints)
{
	static struct image_request req;
	struct image_ops ops;

	req = *parsed;
	image_request_hints(&req, site, hints);
	ops = req.ops;
	MUST(req.url, fuzz_printable(req.url));
	MUST(req.url, req.hinted == parsed->hinted);
	MUST(req.url, strcmp(req.source, parsed->source) == 0);
	MUST(req.url, req.rendered || strcmp(req.url, parsed->url) == 0);
	MUST(req.url, req.hinted != 0 || same_ops(&ops, &parsed->ops));
	if (req.rendered)
		check_operations(&req);
}

static void
check_refused(const struct image_request *req, const char *url)
{
	MUST(url, req->status == 400 || req->status == 414 ||
	    req->status == 501);
	MUST(url, req->error[0] != '\0' && fuzz_printable(req->error));
	MUST(url, strpbrk(req->error, "\"&<>") == NULL);
	MUST(url, req->url[0] == '\0' && req->source[0] == '\0');
	MUST(url, req->ops_text[0] == '\0' && !req->rendered);
	MUST(url, req->to_sign[0] == '\0' && req->preset[0] == '\0');
	MUST(url, req->signature[0] == '\0' && req->expires == 0);
	MUST(url, !req->custom && !req->explain && req->hinted == 0);
}

static void
check_url(const char *url, const struct image_site *site,
    const struct image_hints *hints)
{
	static struct image_request req;

	memset(&req, 0xa5, sizeof req);
	if (image_request_parse(&req, site, url) != 0) {
		check_refused(&req, url);
		return;
	}
	MUST(url, req.status == 0);
	MUST(url, (req.hinted & ~site->hints) == 0);
	MUST(url, req.rendered == (req.custom || req.preset[0] != '\0'));
	check_to_sign(&req, site);
	check_hinted(&req, site, hints);
	check_parsed(&req, site);
}

/* A preset that is taken is one that can be named. */
static void
check_preset(const char *operations, const struct image_hints *hints)
{
	static const struct image_site none;
	struct image_preset preset;
	const struct image_site site = { .presets = &preset, .n_presets = 1,
	    .hints = ~0u };
	char err[IMAGE_ERROR_MAX];

	if (image_preset_parse(&preset, &none, "a", operations, err) != 0) {
		MUST(operations, err[0] != '\0' && fuzz_printable(err));
		return;
	}
	check_url("/?p=a", &site, hints);
	check_url("/?p=a&w=9&h=8&mark=/m&text=t&dpr=1", &site, hints);
	check_url("/?p=a&scale=0.5&f=jpg", &site, hints);
	check_url("/?p=a&meta=true", &site, hints);
}

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	static const struct image_preset presets[] = {
		{ "a", "w=160&h=120&crop=top&q=70" },
		{ "b", "scale=0.5&f=webp&lossless=true" },
		{ "c", "text=hi&text_size=8&mark=/m&dpr=2&focal=0,1" },
	};
	static const struct image_site sites[] = {
		{ .source_params = "v, version,a[b],width" },
		{ .auto_format = true, .presets = presets,
		    .n_presets = COUNT(presets), .hints = ~0u },
		{ .source_params = "v", .reject_unknown = true,
		    .hints = IMAGE_HINT_DPR | IMAGE_HINT_VIEWPORT,
		    .formats = ~(1u << IMAGE_FORMAT_GIF) },
	};
	char *text = fuzz_text(data, size), *rest = text;
	struct image_hints hints;
	const char *url, *query;
	unsigned i;

	url = strsep(&rest, "\n");
	hints.dpr = strsep(&rest, "\n");
	hints.width = strsep(&rest, "\n");
	hints.viewport_width = strsep(&rest, "\n");
	hints.save_data = strsep(&rest, "\n");
	for (i = 0; i < COUNT(sites); i++)
		check_url(url, &sites[i], &hints);
	query = strchr(url, '?');
	if (query != NULL)
		check_preset(query + 1, &hints);
	free(text);
	return (0);
}
