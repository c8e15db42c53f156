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

#include "image_draft.h"

#define SOURCE_PARAMS_MAX	32	/* of one request */

/* The parameters of the source, as they stand in the URL. */
struct kept {
	struct {
		const char	*name;	/* as in the site's list */
		size_t		name_len;
		const char	*raw;	/* name=value */
		size_t		raw_len;
	} param[SOURCE_PARAMS_MAX];
	unsigned		n;
};

/* The entry of a comma-separated list that is `name`, or NULL. */
static const char *
find_in_list(const char *list, const struct text *name)
{
	size_t len;

	for (; list != NULL && *list != '\0'; list += len) {
		list += strspn(list, ", ");
		len = strcspn(list, ", ");
		if (len > 0 && len == name->len &&
		    memcmp(list, name->buf, len) == 0)
			return (list);
	}
	return (NULL);
}

/* Sorted by name; those of one name stay in their order. */
static int
keep(struct draft *d, struct kept *kept, const char *entry, size_t entry_len,
    const char *s, const char *end)
{
	size_t len;
	unsigned i;
	int order;

	if (kept->n == SOURCE_PARAMS_MAX)
		return (draft_fail(d, 400, "more than %d parameters of the "
		    "source", SOURCE_PARAMS_MAX));
	for (i = kept->n++; i > 0; i--) {
		len = kept->param[i - 1].name_len;
		order = memcmp(kept->param[i - 1].name, entry,
		    len < entry_len ? len : entry_len);
		if (order < 0 || (order == 0 && len <= entry_len))
			break;
		kept->param[i] = kept->param[i - 1];
	}
	kept->param[i].name = entry;
	kept->param[i].name_len = entry_len;
	kept->param[i].raw = s;
	kept->param[i].raw_len = (size_t)(end - s);
	return (0);
}

static int
read_parameter(struct draft *d, struct kept *kept, const char *source_params,
    const char *s, const char *end)
{
	const char *equals = memchr(s, '=', (size_t)(end - s));
	const char *name_end = equals != NULL ? equals : end;
	char buf[PARAMETER_NAME_MAX];
	struct text name = text_on(buf, sizeof buf);
	enum draft_result result;
	const char *entry;

	/* A name that cannot be read is unknown, and as such dropped. */
	if (url_decode(&name, s, name_end, false) != NULL || name.full)
		return (0);
	result = draft_read(d, &name, equals != NULL ? equals + 1 : end,
	    end);
	if (result != DRAFT_UNKNOWN)
		return (result == DRAFT_TAKEN ? 0 : -1);
	entry = find_in_list(source_params, &name);
	if (entry != NULL)
		return (keep(d, kept, entry, name.len, s, end));
	return (0);
}

static int
read_query(struct draft *d, struct kept *kept, const char *source_params,
    const char *query)
{
	const char *end;

	for (; *query != '\0'; query = *end == '&' ? end + 1 : end) {
		end = query + strcspn(query, "&");
		if (read_parameter(d, kept, source_params, query, end) != 0)
			return (-1);
	}
	return (0);
}

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
write_source(struct draft *d, struct text *t, const char *path,
    const char *path_end, const struct kept *kept)
{
	const char *fault;
	unsigned i;

	fault = url_normalise(t, path, path_end);
	if (fault != NULL)
		return (draft_fail(d, 400, "the path holds %s", fault));
	url_remove_dot_segments(t);
	for (i = 0; i < kept->n; i++) {
		text_byte(t, i == 0 ? '?' : '&');
		fault = url_normalise(t, kept->param[i].raw,
		    kept->param[i].raw + kept->param[i].raw_len);
		if (fault != NULL)
			return (draft_fail(d, 400, "parameter '%.*s' holds %s",
			    (int)kept->param[i].name_len,
			    kept->param[i].name, fault));
	}
	return (t->full ? draft_fail_too_long(d) : 0);
}

static int
write_canonical(struct image_request *req)
{
	struct text t = text_on(req->url, sizeof req->url);

	text_str(&t, req->source);
	if (req->rendered) {
		(void)image_ops_format(&req->ops, req->ops_text,
		    sizeof req->ops_text);
		text_byte(&t, strchr(req->source, '?') != NULL ? '&' : '?');
		text_str(&t, req->ops_text);
	}
	return (t.full ? -1 : 0);
}

static int
parse_request(struct draft *d, struct image_request *req,
    const struct image_site *site, const char *url)
{
	struct text source = text_on(req->source, sizeof req->source);
	const char *path_end;
	struct kept kept;

	kept.n = 0;
	if (check_url(d, url) != 0)
		return (-1);
	path_end = url + strcspn(url, "?");
	if ((*path_end == '?' && read_query(d, &kept, site->source_params,
	    path_end + 1) != 0) || draft_settle(d) != 0 ||
	    write_source(d, &source, url, path_end, &kept) != 0)
		return (-1);
	req->rendered = d->seen != 0;
	req->ops = d->ops;
	if (req->rendered && site->auto_format &&
	    req->ops.format == IMAGE_FORMAT_SOURCE)
		req->ops.format = IMAGE_FORMAT_AUTO;
	req->negotiated = req->ops.format == IMAGE_FORMAT_AUTO;
	return (write_canonical(req) != 0 ? draft_fail_too_long(d) : 0);
}

static void
clear_request(struct image_request *req)
{
	memset(&req->ops, 0, sizeof req->ops);
	req->rendered = req->negotiated = false;
	req->source[0] = req->ops_text[0] = req->url[0] = '\0';
	req->status = 0;
}

int
image_request_parse(struct image_request *req, const struct image_site *site,
    const char *url)
{
	struct draft d = { .error = req->error };

	clear_request(req);
	req->error[0] = '\0';
	if (parse_request(&d, req, site, url) == 0)
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
	/* auto, avif and webp are of one length, so this still fits. */
	(void)write_canonical(req);
}

int
image_ops_parse(struct image_ops *ops, const char *text, char *err)
{
	struct draft d = { .error = err };
	char again[IMAGE_URL_MAX];
	struct kept kept;

	kept.n = 0;
	err[0] = '\0';
	if (read_query(&d, &kept, NULL, text) != 0 || draft_settle(&d) != 0)
		return (-1);
	if (image_ops_format(&d.ops, again, sizeof again) < 0 ||
	    strcmp(again, text) != 0)
		return (draft_fail(&d, 400, "the operations are not in "
		    "canonical form"));
	*ops = d.ops;
	return (0);
}
