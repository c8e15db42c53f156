/* SPDX-License-Identifier: BSD-2-Clause
 * Copyright (c) 2026 The pixelfleet authors
 *
 * Presets: a site's named lists of operations.
 *
 * A preset is read like the query of a URL, after the URL's own and weaker
 * than that: what the URL gives is not read, and what contradicts the URL
 * is left out.  As both agree with themselves, it is always the URL that a
 * contradiction is with.
 */

#include <string.h>

#include "image_source.h"
#include "image_values.h"

static int
read_weakly(struct draft *d, struct kept *kept, const struct text *name,
    const char *s, const char *end)
{
	const struct draft before = *d;
	enum operation_id id = draft_find(name);

	(void)kept;
	if (id == N_OPERATIONS || draft_has(d, id))
		return (0);
	if (draft_read(d, name, parameter_value(s, end), end) != DRAFT_TAKEN)
		return (-1);
	if (draft_check(d) != 0) {
		*d = before;
		d->error[0] = '\0';
	}
	return (0);
}

static const struct image_preset *
find_preset(const struct image_site *site, const char *name)
{
	size_t i;

	for (i = 0; site != NULL && i < site->n_presets; i++)
		if (strcmp(site->presets[i].name, name) == 0)
			return (&site->presets[i]);
	return (NULL);
}

int
draft_read_preset(struct draft *d)
{
	const struct image_preset *p = find_preset(d->site, d->preset);
	struct kept kept;

	if (p == NULL)
		return (draft_fail(d, 400, "parameter 'preset' is '%s': "
		    "there is no such preset here", d->preset));
	return (source_read_query(d, &kept, p->operations, read_weakly));
}

static int
read_strictly(struct draft *d, struct kept *kept, const struct text *name,
    const char *s, const char *end)
{
	enum operation_id id = draft_find(name);
	char buf[SHOWN_MAX];

	(void)kept;
	if (s == end)
		return (0);
	if (id == N_OPERATIONS || (OP_BIT(id) & OPS_OF_REQUEST) != 0)
		return (draft_fail(d, 400, "'%s' is no operation of an image",
		    value_shown(name->buf, buf)));
	return (draft_read(d, name, parameter_value(s, end), end) ==
	    DRAFT_TAKEN ? 0 : -1);
}

int
image_preset_parse(struct image_preset *preset, const struct image_site *site,
    const char *name, const char *operations, char *err)
{
	const struct operation *op = operation(OP_PRESET);
	struct draft d = { .site = site, .name = op->name, .error = err };
	struct kept kept;

	err[0] = '\0';
	if (name == NULL || name[0] == '\0' || operations == NULL)
		return (draft_fail(&d, 400, "a preset has a name and a list "
		    "of operations"));
	if (find_preset(site, name) != NULL)
		return (draft_fail(&d, 400, "there is a preset '%s' already",
		    name));
	if (op->kind->parse(&d, op, name) != 0 || source_read_query(&d,
	    &kept, operations, read_strictly) != 0 || draft_check(&d) != 0)
		return (-1);
	preset->name = name;
	preset->operations = operations;
	return (0);
}
