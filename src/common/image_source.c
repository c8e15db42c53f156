/* SPDX-License-Identifier: BSD-2-Clause
 * Copyright (c) 2026 The pixelfleet authors
 *
 * The URL of a source: its path, and those parameters that the site says
 * are its own, in their normal form.  So is the URL of an overlay, which is
 * a source as well.
 */

#include <string.h>

#include "image_source.h"
#include "image_values.h"

const char *
parameter_value(const char *s, const char *end)
{
	const char *equals = memchr(s, '=', (size_t)(end - s));

	return (equals != NULL ? equals + 1 : end);
}

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

int
source_take_unknown(struct draft *d, struct kept *kept,
    const struct text *name, const char *s, const char *end)
{
	const char *entry;
	char buf[SHOWN_MAX];

	/* Without a site, it has seen this before and let it through. */
	if (d->site == NULL)
		return (keep(d, kept, "", 0, s, end));
	entry = find_in_list(d->site->source_params, name);
	if (entry != NULL)
		return (keep(d, kept, entry, name->len, s, end));
	if (d->site->reject_unknown && s < end)
		return (draft_fail(d, 400, "parameter '%s' is not known "
		    "here", value_shown(name->buf, buf)));
	return (0);
}

int
source_read_query(struct draft *d, struct kept *kept, const char *query,
    parameter_f *read)
{
	char buf[PARAMETER_NAME_MAX];
	const char *end, *value, *s = query;
	struct text name;

	for (; *s != '\0'; s = *end == '&' ? end + 1 : end) {
		end = s + strcspn(s, "&");
		value = parameter_value(s, end);
		name = text_on(buf, sizeof buf);
		if (url_decode(&name, s, value > s && value[-1] == '=' ?
		    value - 1 : value, 0) != NULL || name.full)
			name = text_on(buf, sizeof buf);
		if (read(d, kept, &name, s, end) != 0)
			return (-1);
	}
	return (0);
}

int
source_write(struct draft *d, struct text *t, const char *path,
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
	return (0);
}

/*--------------------------------------------------------------------
 * Overlays
 */

/* An overlay is a source, not a rendered picture. */
static int
read_mark_parameter(struct draft *d, struct kept *kept,
    const struct text *name, const char *s, const char *end)
{
	char buf[SHOWN_MAX];

	if (draft_find(name) != N_OPERATIONS)
		return (draft_fail(d, 400, "parameter '%s' holds the "
		    "operation '%s': accepted is the path of a source",
		    d->name, value_shown(name->buf, buf)));
	return (source_take_unknown(d, kept, name, s, end));
}

int
draft_read_mark(struct draft *d, const char *url, struct text *t)
{
	const char *path_end = url + strcspn(url, "?");
	struct kept kept;

	kept.n = 0;
	if (*path_end == '?' && source_read_query(d, &kept, path_end + 1,
	    read_mark_parameter) != 0)
		return (-1);
	return (source_write(d, t, url, path_end, &kept));
}
