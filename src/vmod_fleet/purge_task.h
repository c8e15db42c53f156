/* SPDX-License-Identifier: BSD-2-Clause
 * Copyright (c) 2026 The pixelfleet authors
 *
 * Purges as a task meets them: the steps of purge_log.h that are taken by a
 * fetch, and by a request that hits.
 */

#ifndef PURGE_TASK_H
#define PURGE_TASK_H

#include <stdbool.h>

/*
 * vcl_hash, and wherever a fetch may follow: how much was purged before the
 * request looked for its object.  0: it has not.
 */
void purge_task_look(VRT_CTX);
uint64_t purge_task_looked(VRT_CTX);

/*
 * vcl_backend_fetch, step 1.  The fetch becomes unconditional where the
 * object to be revalidated is not good any more, or where anything has been
 * purged since `looked`, when the request looked for it.
 */
void purge_task_begin(VRT_CTX, uint64_t looked);

/* Whether this task has begun so. */
bool purge_task_has_begun(VRT_CTX);

/*
 * vcl_backend_response and vcl_backend_error, step 2, when all else is said
 * of the object: it gets its mark, and does not outlive what is
 * known of purges.  Returns false where it was purged meanwhile.
 */
bool purge_task_seal(VRT_CTX);

/*
 * vcl_hit, step 3: true where the object may not be used.  It is no
 * more, or out of date, and the request is to be restarted.  What is stale
 * is refreshed `now`, or when its turn comes, so many a second.
 */
bool purge_task_hit(VRT_CTX, bool now, unsigned per_second);

/* vcl_hit: whether the object is softly purged, and to be used. */
bool purge_task_stale(VRT_CTX);

#endif
