/* SPDX-License-Identifier: BSD-2-Clause
 * Copyright (c) 2026 The pixelfleet authors
 *
 * See storage.h.
 */

#include "config.h"

#include <string.h>

#include "storage.h"

/* The others that come with Varnish: what is in them goes with the process. */
static const char *const storage_kinds[] = {
	"default", "malloc", "umem", "file", "debug"
};

/* "[name=]kind[,option...]" */
static bool
storage_is_known(const char *arg)
{
	size_t len, eq, u;

	len = strcspn(arg, ",");
	eq = strcspn(arg, "=");
	if (eq < len) {
		arg += eq + 1;
		len -= eq + 1;
	}
	for (u = 0; u < sizeof storage_kinds / sizeof *storage_kinds; u++)
		if (strlen(storage_kinds[u]) == len &&
		    memcmp(storage_kinds[u], arg, len) == 0)
			return (true);
	return (false);
}

bool
storage_persists(const char *cmdline, size_t len)
{
	const char *p, *e, *next, *arg;

	e = cmdline + len;
	for (p = cmdline; p < e; p = next) {
		next = memchr(p, '\0', e - p);
		if (next == NULL)
			return (true);
		next++;
		if (strncmp(p, "-s", 2) != 0)
			continue;
		arg = p + 2;
		if (*arg == '\0') {
			/* "-s", "kind" */
			arg = next;
			if (arg == e || memchr(arg, '\0', e - arg) == NULL)
				return (true);
			next = arg + strlen(arg) + 1;
		}
		if (!storage_is_known(arg))
			return (true);
	}
	return (false);
}
