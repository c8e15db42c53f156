/* SPDX-License-Identifier: BSD-2-Clause
 * Copyright (c) 2026 The pixelfleet authors
 *
 * See doors.h.
 */

#include "config.h"

#include <string.h>

#include "doors.h"

/* "name=address[,option...]" of the door that is looked for? */
static int
door_match(const char *arg, const char *door, char *addr, size_t addrlen)
{
	size_t l;

	l = strlen(door);
	if (strncmp(arg, door, l) != 0 || arg[l] != '=')
		return (-1);
	arg += l + 1;
	l = strcspn(arg, ",");
	if (l == 0 || l >= addrlen)
		return (-1);
	memcpy(addr, arg, l);
	addr[l] = '\0';
	return (0);
}

int
doors_find(const char *cmdline, size_t len, const char *door, char *addr,
    size_t addrlen)
{
	const char *p, *e, *next;
	const char *arg;

	e = cmdline + len;
	for (p = cmdline; p < e; p = next) {
		next = memchr(p, '\0', e - p);
		if (next == NULL)
			return (-1);	/* cut off */
		next++;
		if (strncmp(p, "-a", 2) != 0)
			continue;
		arg = p + 2;
		if (*arg == '\0') {
			/* "-a", "name=..." */
			arg = next;
			if (arg == e || memchr(arg, '\0', e - arg) == NULL)
				return (-1);
			next = arg + strlen(arg) + 1;
		}
		if (door_match(arg, door, addr, addrlen) == 0)
			return (0);
	}
	return (-1);
}
