/* SPDX-License-Identifier: BSD-2-Clause
 * Copyright (c) 2026 The pixelfleet authors
 *
 * Credentials and identity, as JSON.
 */

#include "config.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>

#include <cmocka.h>

#include "discover_credentials.h"

static struct discover_credentials c;
static struct discover_identity id;
static char why[DISCOVER_WHY_MAX];
static char url[DISCOVER_URL_MAX + 1];

static int
credentials(const char *json)
{

	return (discover_credentials_parse(&c, json, strlen(json), why));
}

static void
reads_credentials(void **state)
{
	(void)state;
	assert_int_equal(0, credentials("{\"Code\": \"Success\", "
	    "\"LastUpdated\": \"2026-01-01T00:00:00Z\", \"Type\": "
	    "\"AWS-HMAC\", \"AccessKeyId\": \"AK\", \"SecretAccessKey\": "
	    "\"S/K+\", \"Token\": \"T=\", \"Expiration\": "
	    "\"2026-01-01T06:00:00Z\"}"));
	assert_string_equal(c.key, "AK");
	assert_string_equal(c.secret, "S/K+");
	assert_string_equal(c.token, "T=");
	assert_int_equal(c.expires, 1767247200);
	assert_true(discover_credentials_good(&c, 1767247200 - 301));
	assert_false(discover_credentials_good(&c, 1767247200 - 300));
	assert_int_equal(0, credentials("{\"AccessKeyId\": \"A\", "
	    "\"SecretAccessKey\": \"S\"}"));
	assert_true(discover_credentials_good(&c, UINT64_MAX));
}

static void
no_credentials(const char *json, const char *because)
{

	assert_int_equal(-1, credentials(json));
	if (strstr(why, because) == NULL)
		fail_msg("%s: %s", json, why);
	assert_string_equal(c.key, "");
	assert_string_equal(c.secret, "");
	assert_false(discover_credentials_good(&c, 0));
}

static void
refuses_others(void **state)
{
	(void)state;
	no_credentials("", "not a JSON object");
	no_credentials("[]", "not a JSON object");
	no_credentials("{\"AccessKeyId\": \"A\"", "not a JSON object");
	no_credentials("{\"Code\": \"AssumeRoleUnauthorizedAccess\"}",
	    "Code is AssumeRole");
	no_credentials("{\"AccessKeyId\": \"A\"}", "no SecretAccessKey");
	no_credentials("{\"AccessKeyId\": 1, \"SecretAccessKey\": \"S\"}",
	    "no AccessKeyId");
	no_credentials("{\"AccessKeyId\": \"A\", \"SecretAccessKey\": \"S\","
	    " \"Expiration\": \"soon\"}", "Expiration is");
}

static void
reads_identity(void **state)
{
	static const char good[] = "{\"instanceId\": \"i-1\", \"region\": "
	    "\"eu-west-1\", \"devpayProductCodes\": null}";
	static const char bad[] = "{\"instanceId\": \"i-1\", \"region\": "
	    "\"evil.example/\"}";

	(void)state;
	assert_int_equal(0, discover_identity_parse(&id, good, strlen(good),
	    why));
	assert_string_equal(id.instance, "i-1");
	assert_string_equal(id.region, "eu-west-1");
	assert_int_equal(-1, discover_identity_parse(&id, bad, strlen(bad),
	    why));
}

static void
trusts_few_containers(void **state)
{
	static const char *const good[] = { "https://a.example/c",
	    "http://127.0.0.1/", "http://127.0.0.1:80", "http://localhost:1/c",
	    "http://[::1]/c", "http://169.254.170.23/v1/credentials" };
	static const char *const bad[] = { "http://a.example/",
	    "http://127.0.0.1.example/", "http://127.0.0.1@a.example/",
	    "http://127.0.0.1:80@a.example/", "http://169.254.170.234/",
	    "ftp://127.0.0.1/", "127.0.0.1" };
	size_t i;

	(void)state;
	assert_int_equal(0, discover_container_url(url, NULL, NULL, why));
	assert_int_equal(0, discover_container_url(url, "", "", why));
	assert_int_equal(1, discover_container_url(url, "/v2/x", NULL, why));
	assert_string_equal(url, "http://169.254.170.2/v2/x");
	for (i = 0; i < sizeof good / sizeof *good; i++)
		assert_int_equal(1, discover_container_url(url, NULL,
		    good[i], why));
	for (i = 0; i < sizeof bad / sizeof *bad; i++)
		assert_int_equal(-1, discover_container_url(url, NULL,
		    bad[i], why));
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(reads_credentials),
		cmocka_unit_test(refuses_others),
		cmocka_unit_test(reads_identity),
		cmocka_unit_test(trusts_few_containers),
	};

	return (cmocka_run_group_tests(tests, NULL, NULL));
}
