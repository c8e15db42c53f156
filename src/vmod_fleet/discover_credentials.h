/* SPDX-License-Identifier: BSD-2-Clause
 * Copyright (c) 2026 The pixelfleet authors
 *
 * What proves to Amazon's services who is asking, and what an instance
 * knows of itself: the JSON of the instance's metadata and of a container's
 * credentials.  Pure.
 */

#ifndef DISCOVER_CREDENTIALS_H
#define DISCOVER_CREDENTIALS_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "discover_uri.h"

#define DISCOVER_KEY_MAX	255
#define DISCOVER_SESSION_MAX	8191

struct discover_credentials {
	char		key[DISCOVER_KEY_MAX + 1];	/* "": none */
	char		secret[DISCOVER_KEY_MAX + 1];
	char		token[DISCOVER_SESSION_MAX + 1];
	uint64_t	expires;	/* unix seconds; 0: they do not */
};

struct discover_identity {
	char		instance[64];
	char		region[64];
};

/* 0, or -1 and a sentence that holds no secret. */
int discover_credentials_parse(struct discover_credentials *,
    const char *json, size_t len, char why[DISCOVER_WHY_MAX]);
int discover_identity_parse(struct discover_identity *, const char *json,
    size_t len, char why[DISCOVER_WHY_MAX]);

/* Are they good for a while longer? */
bool discover_credentials_good(const struct discover_credentials *,
    uint64_t now);

/*
 * Where a container asks for its credentials, from the two variables of its
 * environment, either of which may be NULL.  As Amazon's own libraries do,
 * plain HTTP is for this machine and the two addresses that they answer at,
 * or the credentials could be asked of anybody.  1, or 0 where there is no
 * such place, or -1 and a sentence.
 */
int discover_container_url(char url[DISCOVER_URL_MAX + 1],
    const char *relative, const char *full, char why[DISCOVER_WHY_MAX]);

/* A name of a region, for a host's name. */
bool discover_region_valid(const char *);

#endif
