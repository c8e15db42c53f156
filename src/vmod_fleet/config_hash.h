/* SPDX-License-Identifier: BSD-2-Clause
 * Copyright (c) 2026 The pixelfleet authors
 *
 * The configuration hash: one SHA-256 over everything that has to be the
 * same on all nodes, and a short digest of each part, so that a node which
 * differs can be told in what.
 *
 * The parts are labelled and hashed in the order in which they are added,
 * each with the lengths of label and data before them.  Labels are free
 * text; where they are shown or sent, they are cut to 63 characters, and
 * what does not belong in a header becomes '_'.
 *
 * Not thread-safe until config_hash_final(); constant, and so safe from any
 * thread, after it.
 */

#ifndef CONFIG_HASH_H
#define CONFIG_HASH_H

#include <stdbool.h>
#include <stddef.h>

#include <openssl/types.h>

#include "node_headers.h"

#define CONFIG_PARTS_MAX	64	/* the rest is hashed, not listed */
#define CONFIG_LABEL_MAX	63	/* chars, as shown */
#define CONFIG_DIGEST_LEN	12	/* hex digits of a part's digest */
#define CONFIG_TEXT_MAX		2048	/* bytes of the list with its NUL */

struct config_part {
	char			label[CONFIG_LABEL_MAX + 1];
	char			digest[CONFIG_DIGEST_LEN + 1];
};

struct config_hash {
	EVP_MD_CTX		*ctx;		/* NULL: done, or it failed */
	bool			failed;		/* of memory, most likely */
	char			hex[NODE_CONFIG_LEN + 1]; /* "" until done */
	unsigned		n;		/* parts added */
	struct config_part	part[CONFIG_PARTS_MAX];	/* the first of n */
};

void config_hash_init(struct config_hash *);

/* Release what an unfinished one holds; final() leaves nothing. */
void config_hash_fini(struct config_hash *);

/* Only before final(). */
void config_hash_add(struct config_hash *, const char *label,
    const void *data, size_t len);

/*
 * Whether a VCL source of this name is configuration: not where it is
 * Varnish's own, "<builtin>", or "*.local.vcl", the site's way to keep a
 * file out.
 */
bool config_hash_vcl_wanted(const char *srcname);

/* The hash, in the struct, or NULL where it failed.  Adds nothing more. */
const char *config_hash_final(struct config_hash *);

/*
 * The list of the parts for a header: label=digest,label=digest,...
 * Where not all of them fit it ends in ,+<number of those left out>.
 */
void config_hash_parts(const struct config_hash *, char out[CONFIG_TEXT_MAX]);

/*
 * Say how a peer's list differs from our own parts: "vcl:a.vcl differs,
 * vcl:b.vcl only here, vcl:c.vcl only there", cut after a whole item where
 * buf is too short.  Returns the number of differences; 0 where none is in
 * sight, with an empty buf; -1 if the list is not one.
 */
int config_hash_differences(const struct config_hash *own, const char *peer,
    char *buf, size_t len);

#endif
