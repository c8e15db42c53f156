/* SPDX-License-Identifier: BSD-2-Clause
 * Copyright (c) 2026 The pixelfleet authors
 *
 * Fleet-Auth: what one node signs another takes, once, for half a minute;
 * and nothing else is taken.
 */

#include <inttypes.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include <cmocka.h>
#include <openssl/evp.h>
#include <openssl/hmac.h>

#include "auth.h"
#include "node_headers.h"

#define SECRET	"correct horse battery staple"
#define CONFIG	"aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa"		\
		"bbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbb"
#define NOW	INT64_C(1764000000)
#define HEX32	"0123456789abcdef0123456789abcdef"
#define HEX64	HEX32 HEX32

static const struct auth_claim claim = {
	.method = "GET", .url = "/a.jpg?width=400", .node = "a", .to = "b",
	.config = CONFIG
};

struct fixture {
	struct auth_secret	secret;
	struct auth_replay	replay;
};

static char path[] = "/tmp/test_auth.XXXXXX";

static void
write_secret(const char *data, size_t len)
{
	FILE *f = fopen(path, "w");

	assert_non_null(f);
	assert_int_equal(fwrite(data, 1, len, f), len);
	assert_int_equal(fclose(f), 0);
}

static void
load(struct auth_secret *secret, const char *text)
{
	char err[AUTH_ERROR_MAX];

	write_secret(text, strlen(text));
	if (auth_secret_load(secret, path, err) != 0)
		fail_msg("%s", err);
}

static int
setup(void **state)
{
	struct fixture *fx = calloc(1, sizeof *fx);

	assert_non_null(fx);
	load(&fx->secret, SECRET);
	auth_replay_init(&fx->replay, NOW - 1000);
	*state = fx;
	return (0);
}

static int
teardown(void **state)
{
	struct fixture *fx = *state;

	auth_secret_fini(&fx->secret);
	auth_replay_fini(&fx->replay);
	free(fx);
	return (0);
}

static int
make_file(void **state)
{
	int fd = mkstemp(path);

	(void)state;
	return (fd < 0 ? -1 : close(fd));
}

static int
remove_file(void **state)
{
	(void)state;
	return (unlink(path));
}

static void
test_round_trip(void **state)
{
	struct fixture *fx = *state;
	char text[AUTH_TEXT_MAX];

	assert_int_equal(auth_sign(&fx->secret, &claim, NOW, text), 0);
	assert_int_equal(strlen(text), 3 + 10 + 1 + 32 + 1 + 64);
	assert_memory_equal(text, "v1 1764000000 ", 14);
	assert_int_equal(auth_verify(&fx->secret, &fx->replay, &claim, text,
	    NOW), AUTH_OK);
	assert_int_equal(auth_verify(&fx->secret, &fx->replay, &claim, text,
	    NOW), AUTH_REPLAY);
	assert_int_equal(auth_verify(&fx->secret, &fx->replay, &claim, text,
	    NOW + AUTH_WINDOW), AUTH_REPLAY);
}

static size_t
put(unsigned char *out, size_t at, const char *text)
{
	size_t len = strlen(text);

	assert_true(len < 256);
	memset(out + at, 0, 7);
	out[at + 7] = (unsigned char)len;
	memcpy(out + at + 8, text, len);
	return (at + 8 + len);
}

/* The MAC of these very bytes, by another interface of the library. */
static void
test_known(void **state)
{
	struct fixture *fx = *state;
	unsigned char bytes[1000], md[EVP_MAX_MD_SIZE];
	char text[AUTH_TEXT_MAX], hex[65];
	size_t n = 0;

	n = put(bytes, n, "pixelfleet request v1");
	n = put(bytes, n, claim.method);
	n = put(bytes, n, claim.url);
	n = put(bytes, n, claim.node);
	n = put(bytes, n, claim.to);
	n = put(bytes, n, claim.config);
	n = put(bytes, n, "1764000000");
	n = put(bytes, n, HEX32);
	assert_non_null(HMAC(EVP_sha256(), SECRET, strlen(SECRET), bytes, n,
	    md, NULL));
	node_hex(hex, md, 32);
	snprintf(text, sizeof text, "v1 1764000000 %s %s", HEX32, hex);
	assert_int_equal(auth_verify(&fx->secret, &fx->replay, &claim, text,
	    NOW), AUTH_OK);

	n = put(bytes, 0, "pixelfleet probe v1");
	n = put(bytes, n, "a");
	n = put(bytes, n, CONFIG);
	assert_non_null(HMAC(EVP_sha256(), SECRET, strlen(SECRET), bytes, n,
	    md, NULL));
	node_hex(hex, md, 32);
	assert_int_equal(auth_sign_probe(&fx->secret, "a", CONFIG, text), 0);
	assert_memory_equal(text, "p1 ", 3);
	assert_string_equal(text + 3, hex);
}

static void
test_every_field_counts(void **state)
{
	struct fixture *fx = *state;
	const struct auth_claim other[] = {
		{ "PURGE", claim.url, "a", "b", CONFIG },
		{ "GET", "/a.jpg?width=401", "a", "b", CONFIG },
		{ "GET", claim.url, "c", "b", CONFIG },
		{ "GET", claim.url, "a", "c", CONFIG },
		{ "GET", claim.url, "a", "b", HEX64 },
		{ "GET", claim.url, "a", "b", NULL },
		{ NULL, NULL, NULL, NULL, NULL },
		/* The same letters, otherwise divided. */
		{ "GE", "T/a.jpg?width=400", "a", "b", CONFIG },
		{ "GET", claim.url, "ab", "", CONFIG },
		{ "GET", claim.url, "", "ab", CONFIG },
	};
	char text[AUTH_TEXT_MAX];
	unsigned i;

	assert_int_equal(auth_sign(&fx->secret, &claim, NOW, text), 0);
	for (i = 0; i < sizeof other / sizeof *other; i++)
		assert_int_equal(auth_verify(&fx->secret, &fx->replay,
		    &other[i], text, NOW), AUTH_BAD_MAC);
	/* A wrong claim does not use the nonce up. */
	assert_int_equal(auth_verify(&fx->secret, &fx->replay, &claim, text,
	    NOW), AUTH_OK);
}

/* Change any character: it is malformed, or it does not verify. */
static void
test_every_character_counts(void **state)
{
	struct fixture *fx = *state;
	char text[AUTH_TEXT_MAX], bad[AUTH_TEXT_MAX];
	enum auth_reason r;
	unsigned i, c;

	assert_int_equal(auth_sign(&fx->secret, &claim, NOW, text), 0);
	for (i = 0; text[i] != '\0'; i++)
		for (c = 0; c < 256; c++) {
			if ((char)c == text[i])
				continue;
			strcpy(bad, text);
			bad[i] = (char)c;
			r = auth_verify(&fx->secret, &fx->replay, &claim,
			    bad, NOW);
			assert_true(r == AUTH_MALFORMED ||
			    r == AUTH_BAD_MAC || (r == AUTH_ABSENT && i == 0));
		}
}

static void
test_absent_and_malformed(void **state)
{
	static const char *const bad[] = {
		" ", "v1", "v1 ", "p1", "p1 ", "x", "v2 1764000000 " HEX32
		" " HEX64, "v1 1764000000 " HEX32 " " HEX64 " ",
		"v1  1764000000 " HEX32 " " HEX64,
		"v1 1764000000  " HEX32 " " HEX64,
		"v1 01764000000 " HEX32 " " HEX64,
		"v1 0 " HEX32 " " HEX64, "v1 -1 " HEX32 " " HEX64,
		"v1 9999999999999 " HEX32 " " HEX64,
		"v1 1764000000 " HEX64 " " HEX64,
		"v1 1764000000 " HEX32 " " HEX32,
		"v1 1764000000 " HEX32, "v1 1764000000 ", "v1 1764000000",
		"v1 1764000000 0123456789ABCDEF0123456789ABCDEF " HEX64,
		"p1 " HEX32, "p1 " HEX64 "0", "p1 " HEX64 " ", "p1  " HEX64
	};
	struct fixture *fx = *state;
	unsigned i;

	assert_int_equal(auth_verify(&fx->secret, &fx->replay, &claim, NULL,
	    NOW), AUTH_ABSENT);
	assert_int_equal(auth_verify(&fx->secret, &fx->replay, &claim, "",
	    NOW), AUTH_ABSENT);
	for (i = 0; i < sizeof bad / sizeof *bad; i++)
		if (auth_verify(&fx->secret, &fx->replay, &claim, bad[i],
		    NOW) != AUTH_MALFORMED)
			fail_msg("not malformed: %s", bad[i]);
}

static void
test_other_secret(void **state)
{
	struct fixture *fx = *state;
	struct auth_secret other;
	char text[AUTH_TEXT_MAX];

	load(&other, SECRET "!");
	assert_int_equal(auth_sign(&other, &claim, NOW, text), 0);
	assert_int_equal(auth_verify(&fx->secret, &fx->replay, &claim, text,
	    NOW), AUTH_BAD_MAC);
	auth_secret_fini(&other);
}

static void
test_window(void **state)
{
	static const struct { int64_t off; enum auth_reason reason; } t[] = {
		{ 0, AUTH_OK }, { AUTH_WINDOW, AUTH_OK },
		{ -AUTH_WINDOW, AUTH_OK }, { AUTH_WINDOW + 1, AUTH_SKEW },
		{ -AUTH_WINDOW - 1, AUTH_SKEW }, { 86400, AUTH_SKEW }
	};
	struct fixture *fx = *state;
	char text[AUTH_TEXT_MAX];
	unsigned i;

	for (i = 0; i < sizeof t / sizeof *t; i++) {
		assert_int_equal(auth_sign(&fx->secret, &claim, NOW, text),
		    0);
		assert_int_equal(auth_verify(&fx->secret, &fx->replay,
		    &claim, text, NOW + t[i].off), t[i].reason);
	}
}

static void
test_probe(void **state)
{
	const struct auth_claim probe = {
		"GET", NODE_URL_PROBE, "a", "b", CONFIG
	};
	struct fixture *fx = *state;
	struct auth_claim c;
	char text[AUTH_TEXT_MAX];
	unsigned i;

	assert_int_equal(auth_sign_probe(&fx->secret, "a", CONFIG, text), 0);
	for (i = 0; i < 3; i++)
		assert_int_equal(auth_verify(&fx->secret, &fx->replay, &probe,
		    text, NOW + 1000 * i), AUTH_OK);
#define REFUSED(field, value) do {					\
	c = probe;							\
	c.field = (value);						\
	assert_int_equal(auth_verify(&fx->secret, &fx->replay, &c, text,\
	    NOW), AUTH_BAD_MAC);					\
} while (0)
	REFUSED(url, "/a.jpg");
	REFUSED(url, NODE_URL_PROBE "?x");
	REFUSED(url, NULL);
	REFUSED(method, "PURGE");
	REFUSED(method, NULL);
	REFUSED(node, "c");
	REFUSED(config, HEX64);
#undef REFUSED
	/* The two forms do not stand in for each other. */
	assert_int_equal(auth_sign(&fx->secret, &probe, NOW, text), 0);
	memmove(text + 3, text + strlen(text) - 64, 65);
	memcpy(text, "p1 ", 3);
	assert_int_equal(auth_verify(&fx->secret, &fx->replay, &probe, text,
	    NOW), AUTH_BAD_MAC);
}

/* Not once in twice the window, whichever way the clock goes. */
static void
test_replay_while_clock_moves(void **state)
{
	struct fixture *fx = *state;
	char text[200][AUTH_TEXT_MAX];
	enum auth_reason r;
	int64_t now;
	int i, j;

	for (i = 0; i < 200; i++) {
		now = NOW + i;
		assert_int_equal(auth_sign(&fx->secret, &claim, now,
		    text[i]), 0);
		assert_int_equal(auth_verify(&fx->secret, &fx->replay, &claim,
		    text[i], now), AUTH_OK);
		for (j = 0; j <= i; j++) {
			r = auth_verify(&fx->secret, &fx->replay, &claim,
			    text[j], now);
			assert_int_equal(r, j < i - AUTH_WINDOW ? AUTH_SKEW :
			    AUTH_REPLAY);
		}
	}
	for (i = 199; i >= 0; i--)
		for (j = 0; j < 200; j++)
			assert_int_not_equal(auth_verify(&fx->secret,
			    &fx->replay, &claim, text[j], NOW + i), AUTH_OK);
}

/* Clocks of peers may be half a minute off, both ways at once. */
static void
test_skewed_peers(void **state)
{
	struct fixture *fx = *state;
	char text[AUTH_TEXT_MAX];
	int64_t now;
	int skew;

	for (now = NOW; now < NOW + 200; now++)
		for (skew = -AUTH_WINDOW; skew <= AUTH_WINDOW; skew++) {
			assert_int_equal(auth_sign(&fx->secret, &claim,
			    now + skew, text), 0);
			assert_int_equal(auth_verify(&fx->secret,
			    &fx->replay, &claim, text, now), AUTH_OK);
			assert_int_equal(auth_verify(&fx->secret,
			    &fx->replay, &claim, text, now), AUTH_REPLAY);
		}
}

/* What the process before this one may have seen. */
static void
test_restart(void **state)
{
	struct fixture *fx = *state;
	struct auth_replay replay;
	char before[AUTH_TEXT_MAX], after[AUTH_TEXT_MAX];

	assert_int_equal(auth_sign(&fx->secret, &claim, NOW - 1, before), 0);
	assert_int_equal(auth_sign(&fx->secret, &claim, NOW, after), 0);
	auth_replay_init(&replay, NOW);
	assert_int_equal(auth_verify(&fx->secret, &replay, &claim, before,
	    NOW), AUTH_SKEW);
	assert_int_equal(auth_verify(&fx->secret, &replay, &claim, after,
	    NOW), AUTH_OK);
	auth_replay_fini(&replay);
}

static size_t
slots_in_use(const struct auth_replay *replay)
{
	size_t n = 0;
	unsigned i;

	for (i = 0; i < AUTH_REPLAY_SECONDS; i++)
		n += replay->at[i].slots;
	return (n);
}

/* To the limit of one second and past it; then what is kept is let go. */
static void
test_full(void **state)
{
	struct fixture *fx = *state;
	char text[AUTH_TEXT_MAX], first[AUTH_TEXT_MAX];
	unsigned i;

	assert_int_equal(auth_sign(&fx->secret, &claim, NOW, first), 0);
	assert_int_equal(auth_verify(&fx->secret, &fx->replay, &claim, first,
	    NOW), AUTH_OK);
	for (i = 1; i < AUTH_REPLAY_PER_SECOND; i++) {
		assert_int_equal(auth_sign(&fx->secret, &claim, NOW, text),
		    0);
		assert_int_equal(auth_verify(&fx->secret, &fx->replay, &claim,
		    text, NOW), AUTH_OK);
	}
	assert_int_equal(slots_in_use(&fx->replay),
	    2 * AUTH_REPLAY_PER_SECOND);
	assert_int_equal(auth_verify(&fx->secret, &fx->replay, &claim, text,
	    NOW), AUTH_REPLAY);
	assert_int_equal(auth_verify(&fx->secret, &fx->replay, &claim, first,
	    NOW), AUTH_REPLAY);
	assert_int_equal(auth_sign(&fx->secret, &claim, NOW, text), 0);
	assert_int_equal(auth_verify(&fx->secret, &fx->replay, &claim, text,
	    NOW), AUTH_FULL);
	/* The next second is another matter. */
	assert_int_equal(auth_sign(&fx->secret, &claim, NOW + 1, text), 0);
	assert_int_equal(auth_verify(&fx->secret, &fx->replay, &claim, text,
	    NOW + 1), AUTH_OK);
	/* Two quiet rounds later the memory is back. */
	for (i = 1; i <= 2; i++) {
		assert_int_equal(auth_sign(&fx->secret, &claim,
		    NOW + i * AUTH_REPLAY_SECONDS, text), 0);
		assert_int_equal(auth_verify(&fx->secret, &fx->replay, &claim,
		    text, NOW + i * AUTH_REPLAY_SECONDS), AUTH_OK);
	}
	assert_true(slots_in_use(&fx->replay) < 1000);
}

#define THREADS		4
#define TOKENS		2000

struct race {
	struct fixture		*fx;
	char			(*text)[AUTH_TEXT_MAX];
	unsigned		ok, replay;
};

static void *
race_thread(void *priv)
{
	struct race *race = priv;
	char own[AUTH_TEXT_MAX];
	enum auth_reason r;
	unsigned i;

	for (i = 0; i < TOKENS; i++) {
		r = auth_verify(&race->fx->secret, &race->fx->replay, &claim,
		    race->text[i], NOW);
		race->ok += r == AUTH_OK;
		race->replay += r == AUTH_REPLAY;
		if (auth_sign(&race->fx->secret, &claim, NOW + i % 3, own))
			return (NULL);
		if (auth_verify(&race->fx->secret, &race->fx->replay, &claim,
		    own, NOW) != AUTH_OK)
			return (NULL);
	}
	return (race);
}

/* Every thread has the same tokens: of each, one may pass. */
static void
test_threads(void **state)
{
	char (*text)[AUTH_TEXT_MAX] = malloc(TOKENS * sizeof *text);
	struct race race[THREADS];
	pthread_t thread[THREADS];
	unsigned i, ok = 0, replay = 0;
	void *done;

	assert_non_null(text);
	for (i = 0; i < TOKENS; i++)
		assert_int_equal(auth_sign(&((struct fixture *)*state)->secret,
		    &claim, NOW, text[i]), 0);
	for (i = 0; i < THREADS; i++) {
		race[i] = (struct race){ .fx = *state, .text = text };
		assert_int_equal(pthread_create(&thread[i], NULL, race_thread,
		    &race[i]), 0);
	}
	for (i = 0; i < THREADS; i++) {
		assert_int_equal(pthread_join(thread[i], &done), 0);
		assert_non_null(done);
		ok += race[i].ok;
		replay += race[i].replay;
	}
	assert_int_equal(ok, TOKENS);
	assert_int_equal(replay, (THREADS - 1) * TOKENS);
	free(text);
}

/* Files that hold the same secret sign alike; others are refused. */
static void
test_secret_files(void **state)
{
	static const struct { const char *text; const char *same; } t[] = {
		{ SECRET "\n", SECRET }, { SECRET "\r\n", SECRET },
		{ SECRET "\n\n", SECRET "\n" }, { " " SECRET, " " SECRET },
		{ "0123456789abcdef", "0123456789abcdef" }
	};
	struct auth_secret secret;
	unsigned i;

	(void)state;
	for (i = 0; i < sizeof t / sizeof *t; i++) {
		load(&secret, t[i].text);
		assert_true(auth_equal(&secret, t[i].same));
		auth_secret_fini(&secret);
	}
}

static void
test_secret_lengths(void **state)
{
	static const struct { size_t len; bool newline; int r; } t[] = {
		{ 0, false, -1 }, { 0, true, -1 }, { 15, false, -1 },
		{ 15, true, -1 }, { 16, false, 0 }, { 4096, false, 0 },
		{ 4096, true, 0 }, { 4097, false, -1 }, { 4097, true, -1 },
		{ 4098, true, -1 }, { 4999, false, -1 }
	};
	char data[5000], err[AUTH_ERROR_MAX];
	struct auth_secret secret;
	unsigned i;

	(void)state;
	for (i = 0; i < sizeof t / sizeof *t; i++) {
		memset(data, 'x', sizeof data);
		data[t[i].len] = '\n';
		write_secret(data, t[i].len + t[i].newline);
		assert_int_equal(auth_secret_load(&secret, path, err),
		    t[i].r);
		if (t[i].r == 0)
			auth_secret_fini(&secret);
		else
			assert_non_null(strstr(err, "16 to 4096 bytes"));
	}
	assert_int_equal(auth_secret_load(&secret, "/nonexistent", err), -1);
	assert_string_equal(err, "cannot read the secret file /nonexistent: "
	    "No such file or directory");
	assert_int_equal(auth_secret_load(&secret, "/", err), -1);
	assert_non_null(strstr(err, "Is a directory"));
}

static void
test_equal(void **state)
{
	struct fixture *fx = *state;

	assert_true(auth_equal(&fx->secret, SECRET));
	assert_false(auth_equal(&fx->secret, NULL));
	assert_false(auth_equal(&fx->secret, ""));
	assert_false(auth_equal(&fx->secret, SECRET "x"));
	assert_false(auth_equal(&fx->secret, SECRET "\n"));
	assert_false(auth_equal(&fx->secret, "correct horse battery stapl"));
	assert_false(auth_equal(&fx->secret, "Correct horse battery staple"));
}

static void
test_reasons(void **state)
{
	unsigned i, j;

	(void)state;
	for (i = AUTH_OK; i <= AUTH_FULL + 1; i++)
		for (j = AUTH_OK; j < i; j++)
			assert_string_not_equal(
			    auth_reason_text((enum auth_reason)i),
			    auth_reason_text((enum auth_reason)j));
}

static void
test_random_hex(void **state)
{
	char a[2 * 100 + 2], b[2 * 100 + 2];
	size_t n;

	(void)state;
	for (n = 0; n <= 100; n++) {
		a[2 * n + 1] = b[2 * n + 1] = '#';
		assert_int_equal(fleet_random_hex(a, n), 0);
		assert_int_equal(fleet_random_hex(b, n), 0);
		assert_int_equal(strlen(a), 2 * n);
		assert_int_equal(strspn(a, NODE_HEX_DIGITS), 2 * n);
		assert_int_equal(a[2 * n + 1], '#');
		if (n >= 16)
			assert_string_not_equal(a, b);
	}
}

int
main(void)
{
#define WITH_FIXTURE(f) cmocka_unit_test_setup_teardown(f, setup, teardown)
	const struct CMUnitTest tests[] = {
		WITH_FIXTURE(test_round_trip),
		WITH_FIXTURE(test_known),
		WITH_FIXTURE(test_every_field_counts),
		WITH_FIXTURE(test_every_character_counts),
		WITH_FIXTURE(test_absent_and_malformed),
		WITH_FIXTURE(test_other_secret),
		WITH_FIXTURE(test_window),
		WITH_FIXTURE(test_probe),
		WITH_FIXTURE(test_replay_while_clock_moves),
		WITH_FIXTURE(test_skewed_peers),
		WITH_FIXTURE(test_restart),
		WITH_FIXTURE(test_full),
		WITH_FIXTURE(test_threads),
		cmocka_unit_test(test_secret_files),
		cmocka_unit_test(test_secret_lengths),
		WITH_FIXTURE(test_equal),
		cmocka_unit_test(test_reasons),
		cmocka_unit_test(test_random_hex),
	};

	return (cmocka_run_group_tests_name("auth", tests, make_file,
	    remove_file));
}
