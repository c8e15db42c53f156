/* SPDX-License-Identifier: BSD-2-Clause
 * Copyright (c) 2026 The pixelfleet authors
 *
 * Counting requests where they are, for as long as they are there.
 *
 * A charge belongs to a task, the request's or the fetch's, and goes with
 * it: whatever becomes of the task (delivery, failure, abandon, rollback, a
 * client that went away), Varnish ends it, and with it the charge.
 */

#ifndef CHARGE_H
#define CHARGE_H

#include "peer.h"

enum charge_kind {
	CHARGE_SENT,		/* this node's request, at any node */
	CHARGE_GUEST		/* another node's request, at this one */
};

/*
 * Charge the peer for this task.  A task has one charge: taking another
 * moves it.
 */
void charge_take(VRT_CTX, struct peer *, enum charge_kind);

/* End this task's charge early, where there is one. */
void charge_drop(VRT_CTX);

#endif
