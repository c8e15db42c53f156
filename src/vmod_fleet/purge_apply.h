/* SPDX-License-Identifier: BSD-2-Clause
 * Copyright (c) 2026 The pixelfleet authors
 *
 * Purges as Varnish has them: bans, and regular expressions as its PCRE
 * matches them.
 *
 * One thread at a time: whoever holds the lock of purge_node.h.
 */

#ifndef PURGE_APPLY_H
#define PURGE_APPLY_H

#include "purge_log.h"

/* See purge_bans().  Return 0, or -1: varnishd is on its way out. */
int purge_apply(const struct purge_expr *, const struct purge_mark *before);
int purge_apply_all(void);

/* See purge_bans_one(). */
int purge_apply_one(const char *source, struct purge_mark);

/* A purge_regex_f.  What cannot be told, matches. */
bool purge_apply_regex(void *priv, const char *regex, const char *text);

/* Whether PCRE compiles it: 0, or -1 with a sentence.  From any thread. */
int purge_apply_check(const char *regex, char err[PURGE_ERROR_MAX]);

#endif
