/* SPDX-License-Identifier: BSD-2-Clause
 * Copyright (c) 2026 The pixelfleet authors
 *
 * Asking an instance for itself and for credentials: the instance metadata
 * service in its second version, the environment, a container's endpoint.
 */

#ifndef DISCOVER_METADATA_H
#define DISCOVER_METADATA_H

#include "discover_http.h"

/* All zeros, but `base`, is nothing known yet. */
struct discover_metadata {
	char				base[DISCOVER_URL_MAX + 1];
	char				token[512];	/* "": none */
	uint64_t			token_until;	/* discover_now() */
	struct discover_identity	identity;	/* once known, kept */
	struct discover_credentials	credentials;
};

/*
 * `base` overrides the address where the service is; else the variable of
 * the environment that Amazon's libraries know does.
 */
void discover_metadata_init(struct discover_metadata *, const char *base);

/* What is known still, or asked for.  0, or -1 and a sentence. */
int discover_metadata_identity(struct discover_metadata *,
    const struct discover_http *, char why[DISCOVER_WHY_MAX]);
int discover_metadata_credentials(struct discover_metadata *,
    const struct discover_http *, char why[DISCOVER_WHY_MAX]);

/* They were refused: ask for new ones. */
void discover_metadata_forget(struct discover_metadata *);

#endif
