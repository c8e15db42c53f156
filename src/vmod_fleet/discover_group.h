/* SPDX-License-Identifier: BSD-2-Clause
 * Copyright (c) 2026 The pixelfleet authors
 *
 * Reading the nodes of a cluster from an Auto Scaling group of Amazon's.
 */

#ifndef DISCOVER_GROUP_H
#define DISCOVER_GROUP_H

#include "discover_aws.h"
#include "discover_metadata.h"

struct discover_group {
	const struct discover_uri	*uri;
	struct discover_metadata	metadata;
	char				name[DISCOVER_AWS_GROUP_MAX + 1];
	char				region[64];
};

void discover_group_init(struct discover_group *, const struct discover_uri *);

/* Add the nodes to a set and close it.  0, or -1 and a sentence. */
int discover_group_read(struct discover_group *, const struct discover_http *,
    struct discover_set *, char why[DISCOVER_WHY_MAX]);

#endif
