/* SPDX-License-Identifier: BSD-2-Clause
 * Copyright (c) 2026 The pixelfleet authors
 *
 * What a site lets its visitors ask for: whether a request that makes sense
 * is admitted, too.  The front decides, before anything is looked up; between
 * nodes nobody asks again.
 *
 * Pure: no Varnish, and the time is an argument.
 */

#ifndef POLICY_H
#define POLICY_H

#include <stdint.h>

#include "image_ops.h"
#include "signature.h"

enum policy_signed {
	POLICY_SIGNED_OFF = 0,
	POLICY_SIGNED_ALL,		/* every request */
	POLICY_SIGNED_CUSTOM		/* one with operations of its own */
};

struct policy {
	bool			no_originals;	/* nor anything unrendered */
	bool			presets_only;
	enum policy_signed	signature;	/* what must have one */
	struct signature_keys	keys;
};

enum policy_signature {
	POLICY_SIGNATURE_NONE = 0,	/* or no key to check it with */
	POLICY_SIGNATURE_VALID,
	POLICY_SIGNATURE_WRONG,
	POLICY_SIGNATURE_EXPIRED
};

/*
 * The signature of a parsed request at Unix time `now`.  Without a
 * signature, too, a request expires when it says so.
 */
enum policy_signature policy_check(const struct policy *,
    const struct image_request *, uint64_t now);

/* "none", "valid", "wrong" or "expired". */
const char *policy_signature_name(enum policy_signature);

/*
 * Returns 0 where the request is admitted, else 401 or 403 with a sentence in
 * error[IMAGE_ERROR_MAX].
 */
int policy_admit(const struct policy *, const struct image_request *,
    enum policy_signature, char *error);

#endif
