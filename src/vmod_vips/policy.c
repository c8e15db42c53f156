/* SPDX-License-Identifier: BSD-2-Clause
 * Copyright (c) 2026 The pixelfleet authors
 *
 * See policy.h.
 */

#include "config.h"

#include <inttypes.h>
#include <stdio.h>

#include "policy.h"

enum policy_signature
policy_check(const struct policy *policy, const struct image_request *request,
    uint64_t now)
{
	bool given;

	given = request->signature[0] != '\0' && policy->keys.n > 0;
	if (given && !signature_verify(&policy->keys, request->to_sign,
	    request->signature))
		return (POLICY_SIGNATURE_WRONG);
	if (request->expires != 0 && now > request->expires)
		return (POLICY_SIGNATURE_EXPIRED);
	return (given ? POLICY_SIGNATURE_VALID : POLICY_SIGNATURE_NONE);
}

const char *
policy_signature_name(enum policy_signature signature)
{
	static const char *const names[] = {
		[POLICY_SIGNATURE_NONE] = "none",
		[POLICY_SIGNATURE_VALID] = "valid",
		[POLICY_SIGNATURE_WRONG] = "wrong",
		[POLICY_SIGNATURE_EXPIRED] = "expired"
	};

	return (names[signature]);
}

static int
refuse(char *error, int status, const char *sentence)
{
	(void)snprintf(error, IMAGE_ERROR_MAX, "%s", sentence);
	return (status);
}

static bool
must_be_signed(const struct policy *policy,
    const struct image_request *request)
{
	return (policy->signature == POLICY_SIGNED_ALL ||
	    (policy->signature == POLICY_SIGNED_CUSTOM && request->custom));
}

int
policy_admit(const struct policy *policy, const struct image_request *request,
    enum policy_signature signature, char *error)
{
	if (signature == POLICY_SIGNATURE_WRONG)
		return (refuse(error, 403, "the signature 'sig' is not that "
		    "of this URL by any key of this site"));
	if (signature == POLICY_SIGNATURE_EXPIRED) {
		(void)snprintf(error, IMAGE_ERROR_MAX, "this URL has expired: "
		    "'expires' is %" PRIu64, request->expires);
		return (403);
	}
	if (policy->no_originals && !request->rendered)
		return (refuse(error, 401, "this site does not give its "
		    "originals away: ask for an operation, such as width=400"));
	if (policy->presets_only && request->custom)
		return (refuse(error, 401, "this site takes no operations but "
		    "those of its presets: ask for preset=NAME alone"));
	if (signature == POLICY_SIGNATURE_NONE &&
	    must_be_signed(policy, request))
		return (refuse(error, 401, request->custom &&
		    policy->signature == POLICY_SIGNED_CUSTOM ?
		    "this site wants operations that are not a preset's "
		    "signed: 'sig' is missing" :
		    "this site wants every URL signed: 'sig' is missing"));
	return (0);
}
