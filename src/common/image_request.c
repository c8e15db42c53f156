/* SPDX-License-Identifier: BSD-2-Clause
 * Copyright (c) 2026 The pixelfleet authors
 *
 * A URL as a whole: its path, its query, and the canonical form of both.
 * What the parameters mean is the business of image_ops.c.
 *
 * Nothing here allocates, recurses or asks for the locale.  Time is linear
 * in the length of the URL.
 */

#include <string.h>

#include "image_source.h"
#include "image_values.h"

static int
check_url(struct draft *d, const char *url)
{
	size_t n;

	if (url == NULL || url[0] != '/')
		return (draft_fail(d, 400, "the URL does not begin with '/'"));
	for (n = 0; url[n] != '\0'; n++) {
		if (n == IMAGE_URL_MAX - 1)
			return (draft_fail_too_long(d));
		if (url_byte_fault((unsigned char)url[n]) != NULL)
			return (draft_fail(d, 400, "the URL holds a control "
			    "byte"));
		if (url[n] == '#')
			return (draft_fail(d, 400, "the URL holds a '#': a "
			    "fragment is not sent, and data is '%%23'"));
	}
	return (0);
}

static int
read_parameter(struct draft *d, struct kept *kept, const struct text *name,
    const char *s, const char *end)
{
	switch (draft_read(d, name, parameter_value(s, end), end)) {
	case DRAFT_TAKEN:
		return (0);
	case DRAFT_UNKNOWN:
		return (source_take_unknown(d, kept, name, s, end));
	default:
		return (-1);
	}
}

/* The parameters `given` as the client means them, in canonical order. */
static int
write_to_sign(struct draft *d, struct image_request *req, uint64_t given)
{
	struct text t = text_on(req->to_sign, sizeof req->to_sign);
	char buf[IMAGE_URL_MAX];
	struct text value;
	unsigned id;

	text_str(&t, req->source);
	for (id = 0; id < N_OPERATIONS; id++) {
		if (id == OP_SIG || (given & OP_BIT(id)) == 0)
			continue;
		value = text_on(buf, sizeof buf);
		(void)draft_value(d, (enum operation_id)id, &value);
		text_byte(&t, strchr(req->to_sign, '?') != NULL ? '&' : '?');
		text_str(&t, operation((enum operation_id)id)->name);
		text_byte(&t, '=');
		url_escape(&t, buf);
	}
	return (t.full ? draft_fail_too_long(d) : 0);
}

int
image_request_write(struct image_request *req)
{
	struct text t = text_on(req->url, sizeof req->url);

	text_str(&t, req->source);
	if (req->rendered) {
		if (image_ops_format(&req->ops, req->ops_text,
		    sizeof req->ops_text) < 0)
			return (-1);
		text_byte(&t, strchr(req->source, '?') != NULL ? '&' : '?');
		text_str(&t, req->ops_text);
	}
	return (t.full ? -1 : 0);
}

/* The URL itself, preset and all left aside. */
static int
read_url(struct draft *d, struct image_request *req, const char *url)
{
	struct text source = text_on(req->source, sizeof req->source);
	const char *path_end;
	struct kept kept;

	kept.n = 0;
	if (check_url(d, url) != 0)
		return (-1);
	path_end = url + strcspn(url, "?");
	if ((*path_end == '?' && source_read_query(d, &kept, path_end + 1,
	    read_parameter) != 0) || draft_check(d) != 0 ||
	    source_write(d, &source, url, path_end, &kept) != 0)
		return (-1);
	if (source.full)
		return (draft_fail_too_long(d));
	return (write_to_sign(d, req, d->seen));
}

static int
parse_request(struct draft *d, struct image_request *req, const char *url)
{
	if (read_url(d, req, url) != 0)
		return (-1);
	req->custom = (d->seen & ~OPS_OF_REQUEST) != 0;
	if ((draft_has(d, OP_PRESET) && draft_read_preset(d) != 0) ||
	    draft_settle(d) != 0)
		return (-1);
	req->rendered = req->custom || draft_has(d, OP_PRESET);
	req->explain = d->explain != 0;
	req->expires = d->expires;
	memcpy(req->preset, d->preset, sizeof req->preset);
	memcpy(req->signature, d->signature, sizeof req->signature);
	req->ops = d->ops;
	if (req->rendered && d->site->auto_format && !req->ops.meta &&
	    req->ops.format == IMAGE_FORMAT_SOURCE)
		req->ops.format = IMAGE_FORMAT_AUTO;
	req->negotiated = req->ops.format == IMAGE_FORMAT_AUTO;
	req->hinted = req->rendered ? draft_hints(d) : 0;
	return (image_request_write(req) != 0 ? draft_fail_too_long(d) : 0);
}

static void
clear_request(struct image_request *req)
{
	memset(&req->ops, 0, sizeof req->ops);
	req->rendered = req->negotiated = req->explain = req->custom = false;
	req->source[0] = req->ops_text[0] = req->url[0] = '\0';
	req->to_sign[0] = req->preset[0] = req->signature[0] = '\0';
	req->expires = 0;
	req->hinted = 0;
	req->status = 0;
}

int
image_request_parse(struct image_request *req, const struct image_site *site,
    const char *url)
{
	struct draft d = { .site = site, .error = req->error };

	clear_request(req);
	req->error[0] = '\0';
	if (parse_request(&d, req, url) == 0)
		return (0);
	clear_request(req);
	req->status = d.status;
	return (-1);
}

void
image_request_negotiate(struct image_request *req, enum image_format format)
{
	if (!req->negotiated)
		return;
	req->ops.format = format;
	if (image_request_write(req) == 0)
		return;
	/* A few bytes too long: what fitted before is not wrong either. */
	req->ops.format = IMAGE_FORMAT_AUTO;
	(void)image_request_write(req);
}

int
image_ops_parse(struct image_ops *ops, const char *text, char *err)
{
	struct draft d = { .error = err };
	char again[IMAGE_URL_MAX];
	struct kept kept;

	kept.n = 0;
	err[0] = '\0';
	if (source_read_query(&d, &kept, text, read_parameter) != 0 ||
	    draft_settle(&d) != 0)
		return (-1);
	if (image_ops_format(&d.ops, again, sizeof again) < 0 ||
	    strcmp(again, text) != 0)
		return (draft_fail(&d, 400, "the operations are not in "
		    "canonical form"));
	*ops = d.ops;
	return (0);
}
