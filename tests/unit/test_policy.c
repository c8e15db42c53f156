/* SPDX-License-Identifier: BSD-2-Clause
 * Copyright (c) 2026 The pixelfleet authors
 *
 * What is admitted, over every kind of site, request and signature; and how
 * that is explained.
 */

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "explain.h"
#include "policy.h"

#define KEY	"a key of sixteen and more bytes"
#define NOW	1800000000

static struct image_request request;	/* 18 kB */
static char json[EXPLAIN_MAX];

/*
 * All sites with all requests: 401 is for what lacks something, 403 for what
 * is wrong, and nothing but these.
 */
static void
test_every_combination(void **state)
{
	struct policy policy;
	enum policy_signature given;
	char error[IMAGE_ERROR_MAX];
	unsigned bits;
	bool missing;
	int status;

	(void)state;
	for (bits = 0; bits < 3 * 4 * 16; bits++) {
		memset(&policy, 0, sizeof policy);
		memset(&request, 0, sizeof request);
		request.rendered = bits & 1;
		request.custom = request.rendered && (bits & 2);
		policy.no_originals = bits & 4;
		policy.presets_only = bits & 8;
		given = bits / 16 % 4;
		policy.signature = bits / 64;
		error[0] = '\0';
		status = policy_admit(&policy, &request, given, error);
		missing = (policy.no_originals && !request.rendered) ||
		    (policy.presets_only && request.custom) ||
		    (given == POLICY_SIGNATURE_NONE &&
		    (policy.signature == POLICY_SIGNED_ALL ||
		    (policy.signature == POLICY_SIGNED_CUSTOM &&
		    request.custom)));
		if (given == POLICY_SIGNATURE_WRONG ||
		    given == POLICY_SIGNATURE_EXPIRED)
			assert_int_equal(status, 403);
		else
			assert_int_equal(status, missing ? 401 : 0);
		assert_int_equal(error[0] != '\0', status != 0);
	}
}

static void
sign(const struct policy *policy)
{
	assert_int_equal(signature_make(&policy->keys, request.to_sign,
	    request.signature), 0);
}

static void
test_signature_and_time(void **state)
{
	struct policy policy = { .no_originals = false };
	char why[SIGNATURE_ERROR_MAX];

	(void)state;
	memset(&request, 0, sizeof request);
	(void)strcpy(request.to_sign, "/a.jpg?width=4");
	assert_int_equal(policy_check(&policy, &request, NOW),
	    POLICY_SIGNATURE_NONE);
	/* without a key, whatever is given is none */
	(void)strcpy(request.signature, "x");
	assert_int_equal(policy_check(&policy, &request, NOW),
	    POLICY_SIGNATURE_NONE);
	assert_int_equal(signature_add_key(&policy.keys, KEY, why), 0);
	assert_int_equal(policy_check(&policy, &request, NOW),
	    POLICY_SIGNATURE_WRONG);
	sign(&policy);
	assert_int_equal(policy_check(&policy, &request, NOW),
	    POLICY_SIGNATURE_VALID);
	/* to the second, and it is wrong before it has expired */
	request.expires = NOW;
	assert_int_equal(policy_check(&policy, &request, NOW),
	    POLICY_SIGNATURE_VALID);
	assert_int_equal(policy_check(&policy, &request, NOW + 1),
	    POLICY_SIGNATURE_EXPIRED);
	request.to_sign[1] = 'b';
	assert_int_equal(policy_check(&policy, &request, NOW + 1),
	    POLICY_SIGNATURE_WRONG);
	request.signature[0] = '\0';
	assert_int_equal(policy_check(&policy, &request, NOW + 1),
	    POLICY_SIGNATURE_EXPIRED);
	signature_forget(&policy.keys);
}

/* The worst that texts can be still makes whole JSON. */
static void
test_explanation_is_whole(void **state)
{
	struct explanation e = {
		.request = &request, .key = "k", .owner = "n\"1\\", .vary = "",
		.signature = "none", .status = 400, .error = "a\n\"b\""
	};
	size_t len;

	(void)state;
	memset(&request, 0, sizeof request);
	memset(request.url, '"', sizeof request.url - 1);
	memset(request.source, '\\', sizeof request.source - 1);
	memset(request.ops_text, '"', sizeof request.ops_text - 1);
	len = explain(&e, json, sizeof json);
	assert_int_equal(len, strlen(json));
	assert_int_equal(json[0], '{');
	assert_string_equal(json + len - 3, "\n}\n");
	assert_non_null(strstr(json, "\"refused\": \"a\\u000a\\\"b\\\"\""));
	assert_non_null(strstr(json, "\"owner\": \"n\\\"1\\\\\""));
	assert_non_null(strstr(json, "\"vary\": null"));
}

static void
test_cost_follows_what_is_asked_for(void **state)
{
	struct image_ops ops = { .width = 1000, .height = 1000 };
	double jpg = explain_cost(&ops);

	(void)state;
	assert_true(jpg > 0);
	ops.format = IMAGE_FORMAT_AVIF;
	assert_true(explain_cost(&ops) > 2 * jpg);
	ops.format = IMAGE_FORMAT_JPG;
	ops.max_bytes = 10000;
	assert_true(explain_cost(&ops) > 2 * jpg);
	ops.max_bytes = 0;
	ops.height = 0;
	assert_true(explain_cost(&ops) == jpg);
	ops.width = 0;
	assert_true(explain_cost(&ops) == 0);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_every_combination),
		cmocka_unit_test(test_signature_and_time),
		cmocka_unit_test(test_explanation_is_whole),
		cmocka_unit_test(test_cost_follows_what_is_asked_for),
	};

	return (cmocka_run_group_tests(tests, NULL, NULL));
}
