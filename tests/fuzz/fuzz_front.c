/* SPDX-License-Identifier: BSD-2-Clause
 * Copyright (c) 2026 The pixelfleet authors
 *
 * What a front makes of a request beyond its URL, and of an origin's answer,
 * as an entry for libFuzzer: Accept, Cache-Control, signature and policy,
 * and the explanation.
 *
 * Lines: the URL, the signature to check, Accept, the formats to choose
 * from, Cache-Control, and its time to live and age.
 */

#include <math.h>

#include "explain.h"
#include "fuzz.h"
#include "fuzz_json.h"
#include "lifetime.h"
#include "negotiate.h"
#include "policy.h"

#define BIT(f)		(1u << IMAGE_FORMAT_##f)
#define NOW		UINT64_C(1764000000)

/*--------------------------------------------------------------------
 * Accept
 */

static bool
one_of(enum image_format format, unsigned formats)
{
	switch (format) {
	case IMAGE_FORMAT_AUTO:
		return (true);
	case IMAGE_FORMAT_AUTO_WEBP:
		return ((formats & BIT(WEBP)) != 0);
	case IMAGE_FORMAT_AUTO_AVIF:
		return ((formats & BIT(AVIF)) != 0 &&
		    (formats & BIT(WEBP)) != 0);
	case IMAGE_FORMAT_AUTO_JXL:
		return ((formats & BIT(JXL)) != 0 &&
		    (formats & BIT(WEBP)) != 0);
	case IMAGE_FORMAT_AVIF:
	case IMAGE_FORMAT_JXL:
		return ((formats & 1u << format) != 0);
	default:
		return (false);
	}
}

static void
check_accept(const char *accept, unsigned formats)
{
	enum image_format format = negotiate_format(accept, formats);
	unsigned fewer = formats;

	if (accept == NULL) {
		MUST("no Accept", format == IMAGE_FORMAT_AUTO);
		return;
	}
	MUST(accept, one_of(format, formats));
	/* What was not chosen may as well not be there. */
	if (format == IMAGE_FORMAT_AVIF || format == IMAGE_FORMAT_AUTO_AVIF)
		fewer &= ~BIT(JXL);
	else if (format == IMAGE_FORMAT_JXL || format == IMAGE_FORMAT_AUTO_JXL)
		fewer &= ~BIT(AVIF);
	else
		fewer &= ~(BIT(AVIF) | BIT(JXL));
	MUST(accept, negotiate_format(accept, fewer) == format);
	if (format == IMAGE_FORMAT_AUTO)
		MUST(accept, negotiate_format(accept, 0) == format);
}

/*--------------------------------------------------------------------
 * Cache-Control
 */

static void
check_lifetime(const char *control, double ttl, double age)
{
	static const struct lifetime_site site = { 60, 86400, 30, 600 };
	const char *of = control != NULL ? control : "nothing";
	struct lifetime life;
	double left;

	memset(&life, 0xa5, sizeof life);
	lifetime_of_answer(&life, &site, control, ttl, age);
	MUST(of, life.ttl <= fmax(ttl, site.max_ttl));
	MUST(of, isfinite(life.revalidate) && life.revalidate >= 0);
	MUST(of, isfinite(life.error) && life.error >= 0);
	MUST(of, strlen(life.cache_control) < LIFETIME_TEXT_MAX);
	MUST(of, fuzz_printable(life.cache_control));
	left = lifetime_left(control, NOW, NOW, age);
	MUST(of, left == -1 || (left >= 0 && isfinite(left)));
	left = lifetime_left(control, 0, 0, age);
	MUST(of, left == -1 || (left >= 0 && isfinite(left)));
}

/*--------------------------------------------------------------------
 * Signatures
 */

static const struct image_site SITE = {
	.auto_format = true, .hints = ~0u,
	.presets = (const struct image_preset[]){
		{ "a", "w=160&h=120&crop=top&q=70" }
	},
	.n_presets = 1
};

static struct policy *
policy(void)
{
	static struct policy p = { .signature = POLICY_SIGNED_CUSTOM };
	char why[SIGNATURE_ERROR_MAX];

	if (p.keys.n == 0)
		MUST(why, signature_add_key(&p.keys,
		    "a key for nothing but this", why) == 0);
	return (&p);
}

static void
check_admission(const struct image_request *req, uint64_t now)
{
	char error[IMAGE_ERROR_MAX] = "";
	enum policy_signature found = policy_check(policy(), req, now);
	int status = policy_admit(policy(), req, found, error);

	MUST(req->url, status == 0 || status == 401 || status == 403);
	MUST(req->url, (status == 0) == (error[0] == '\0'));
	MUST(error, fuzz_printable(error));
	MUST(req->url, strlen(policy_signature_name(found)) > 0);
}

/* With the signature of what it says a URL is admitted, until it expires. */
static void
check_signed(const struct image_request *req, const char *url)
{
	static struct image_request again;
	static char longer[2 * IMAGE_URL_MAX];
	char sig[SIGNATURE_TEXT], error[IMAGE_ERROR_MAX];

	MUST(url, signature_make(&policy()->keys, req->to_sign, sig) == 0);
	MUST(sig, signature_verify(&policy()->keys, req->to_sign, sig));
	if (req->signature[0] != '\0' || strlen(url) > IMAGE_URL_MAX)
		return;
	(void)snprintf(longer, sizeof longer, "%s%ssig=%s", url,
	    strchr(url, '?') == NULL ? "?" : "&", sig);
	if (image_request_parse(&again, &SITE, longer) != 0) {
		MUST(longer, again.status == 414);
		return;
	}
	MUST(longer, strcmp(again.to_sign, req->to_sign) == 0);
	MUST(longer, strcmp(again.url, req->url) == 0);
	MUST(longer, policy_check(policy(), &again, 0) ==
	    POLICY_SIGNATURE_VALID);
	MUST(longer, policy_admit(policy(), &again, POLICY_SIGNATURE_VALID,
	    error) == 0);
	/* A little of it changed. */
	again.to_sign[strlen(again.to_sign) / 2] ^= 1;
	MUST(longer, policy_check(policy(), &again, 0) ==
	    POLICY_SIGNATURE_WRONG);
}

static void
check_explanation(const struct image_request *req, const char *any)
{
	static char text[EXPLAIN_MAX];
	struct explanation e = {
		.request = req, .key = any, .owner = any, .vary = "Accept",
		.signature = "none", .status = req->status,
		.error = req->error
	};
	size_t len = explain(&e, text, sizeof text);

	MUST(text, len == strlen(text) && json_valid(text));
	MUST(text, len + 2 < sizeof text && text[len - 1] == '\n');
}

static void
check_url(const char *url, const char *sig)
{
	static struct image_request req;

	if (image_request_parse(&req, &SITE, url) == 0) {
		check_admission(&req, NOW);
		check_signed(&req, url);
		(void)signature_verify(&policy()->keys, req.to_sign, sig);
		MUST(url, isfinite(explain_cost(&req.ops)));
	}
	check_explanation(&req, strlen(sig) < 256 ? sig : "");
}

static const char *
line(char **rest)
{
	const char *s = strsep(rest, "\n");

	return (s != NULL ? s : "");
}

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	char *text = fuzz_text(data, size), *rest = text;
	const char *url = line(&rest), *sig = line(&rest);
	const char *accept = rest != NULL ? line(&rest) : NULL;
	unsigned formats = (unsigned)strtoul(line(&rest), NULL, 10);
	const char *control = rest != NULL ? line(&rest) : NULL;
	double ttl = strtol(line(&rest), NULL, 10) / 8.;
	double age = strtol(line(&rest), NULL, 10) / 8.;

	check_url(url, sig);
	check_accept(accept, formats & (BIT(AVIF) | BIT(JXL) | BIT(WEBP)));
	check_lifetime(control, ttl, fabs(age));
	free(text);
	return (0);
}
