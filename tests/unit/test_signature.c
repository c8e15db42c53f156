/* SPDX-License-Identifier: BSD-2-Clause
 * Copyright (c) 2026 The pixelfleet authors
 *
 * Signatures: published vectors, both spellings and what is neither, and
 * keys that come and go.
 */

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include <cmocka.h>

#include "signature.h"

#define OLD	"the old key of this site"
#define NEW	"the new key of this site"
#define TEXT	"/photo.jpg?width=400"
/* printf %s "$TEXT" | openssl dgst -sha256 -hmac "$OLD" */
#define HEX	"3b8260509c5b5707c9e8aa5634cf966dd02354df0c54c884a7c690acfc66f3f8"
#define BASE64	"O4JgUJxbVwfJ6KpWNM-WbdAjVN8MVMiEp8aQrPxm8_g"
#define PLAIN	"O4JgUJxbVwfJ6KpWNM+WbdAjVN8MVMiEp8aQrPxm8/g="

static void
add(struct signature_keys *keys, const char *key)
{
	char why[SIGNATURE_ERROR_MAX];

	if (signature_add_key(keys, key, why) != 0)
		fail_msg("'%s': %s", key, why);
}

static void
refuse(const char *key, const char *reason)
{
	struct signature_keys keys = { .n = 0 };
	char why[SIGNATURE_ERROR_MAX] = "";

	assert_int_equal(signature_add_key(&keys, key, why), -1);
	assert_int_equal(keys.n, 0);
	if (strstr(why, reason) == NULL)
		fail_msg("'%s': '%s' does not say '%s'", key, why, reason);
	/* Neither does it say what the key is. */
	if (key[0] == 'k' && strstr(why, "kkk") != NULL)
		fail_msg("'%s' tells the key", why);
}

/* RFC 4231, 4.7, whose key and text are printable enough. */
static void
test_vector(void **state)
{
	struct signature_keys keys = { .n = 1 };

	(void)state;
	memset(keys.key[0].bytes, 0xaa, 131);
	keys.key[0].len = 131;
	assert_true(signature_verify(&keys, "Test Using Larger Than "
	    "Block-Size Key - Hash Key First",
	    "60e431591ee0b67f0d8a26aacbf5b77f8e0bc6213728c5140546040f0ee37f54"));
}

static void
test_spellings(void **state)
{
	static const char *const wrong[] = {
		"", "=", "A", HEX "0", BASE64 "A", BASE64 "==", "=" BASE64,
		"0" HEX, " " BASE64, BASE64 " ",
	};
	struct signature_keys keys = { .n = 0 };
	char sig[SIGNATURE_TEXT], bad[] = HEX;
	size_t i;

	(void)state;
	assert_int_equal(signature_make(&keys, TEXT, sig), -1);
	assert_false(signature_verify(&keys, TEXT, BASE64));
	add(&keys, OLD);
	assert_int_equal(signature_make(&keys, TEXT, sig), 0);
	assert_string_equal(sig, BASE64);
	assert_true(signature_verify(&keys, TEXT, BASE64));
	assert_true(signature_verify(&keys, TEXT, BASE64 "="));
	assert_true(signature_verify(&keys, TEXT, PLAIN));
	assert_true(signature_verify(&keys, TEXT, HEX));
	for (i = 0; i < sizeof wrong / sizeof wrong[0]; i++)
		if (signature_verify(&keys, TEXT, wrong[i]))
			fail_msg("'%s' was taken", wrong[i]);
	assert_false(signature_verify(&keys, TEXT "0", BASE64));
	assert_false(signature_verify(&keys, "", BASE64));
	/* Any digit that differs, and any byte that is no digit. */
	for (i = 0; i < sizeof bad - 1; i++) {
		bad[i] = HEX[i] == '0' ? '1' : '0';
		assert_false(signature_verify(&keys, TEXT, bad));
		bad[i] = 'g';
		assert_false(signature_verify(&keys, TEXT, bad));
		bad[i] = HEX[i];
	}
	assert_true(signature_verify(&keys, TEXT, bad));
}

/* The last digit of 43 has two bits too many: they are no second spelling. */
static void
test_overhang(void **state)
{
	static const char digits[] = "ABCDEFGHIJKLMNOPQRSTUVWXYZ"
	    "abcdefghijklmnopqrstuvwxyz0123456789-_";
	struct signature_keys keys = { .n = 0 };
	char sig[] = BASE64;
	unsigned i, n = 0;

	(void)state;
	add(&keys, OLD);
	for (i = 0; i < 64; i++) {
		sig[sizeof sig - 2] = digits[i];
		n += signature_verify(&keys, TEXT, sig);
	}
	assert_int_equal(n, 1);
}

static void
test_rotation(void **state)
{
	struct signature_keys keys = { .n = 0 };
	char by_old[SIGNATURE_TEXT], by_new[SIGNATURE_TEXT];

	(void)state;
	add(&keys, OLD);
	assert_int_equal(signature_make(&keys, TEXT, by_old), 0);
	signature_forget(&keys);
	assert_false(signature_verify(&keys, TEXT, by_old));

	add(&keys, NEW);
	add(&keys, OLD);
	assert_int_equal(signature_make(&keys, TEXT, by_new), 0);
	assert_string_not_equal(by_old, by_new);
	assert_true(signature_verify(&keys, TEXT, by_old));
	assert_true(signature_verify(&keys, TEXT, by_new));

	signature_forget(&keys);
	add(&keys, NEW);
	assert_false(signature_verify(&keys, TEXT, by_old));
	assert_true(signature_verify(&keys, TEXT, by_new));
}

static void
write_file(const char *path, const char *text, size_t len)
{
	FILE *f = fopen(path, "w");

	assert_non_null(f);
	assert_int_equal(fwrite(text, 1, len, f), len);
	assert_int_equal(fclose(f), 0);
}

static void
test_where_keys_are(void **state)
{
	static const char *const contents[] = { OLD, OLD "\n", OLD "\r\n" };
	char path[] = "/tmp/test_signature.XXXXXX";
	char from[sizeof path + sizeof "file:"], long_key[300];
	struct signature_keys keys = { .n = 0 };
	size_t i;
	int fd = mkstemp(path);

	(void)state;
	assert_true(fd >= 0);
	(void)close(fd);
	(void)snprintf(from, sizeof from, "file:%s", path);
	for (i = 0; i < 3; i++) {
		write_file(path, contents[i], strlen(contents[i]));
		signature_forget(&keys);
		add(&keys, from);
		assert_true(signature_verify(&keys, TEXT, HEX));
	}
	write_file(path, "short\n", 6);
	refuse(from, "16..256 bytes, and this one has fewer");
	memset(long_key, 'k', sizeof long_key);
	write_file(path, long_key, sizeof long_key);
	refuse(from, "16..256 bytes, and this one has more");
	write_file(path, long_key, SIGNATURE_KEY_MAX);
	signature_forget(&keys);
	add(&keys, from);
	assert_int_equal(keys.key[0].len, SIGNATURE_KEY_MAX);
	assert_int_equal(unlink(path), 0);
	refuse(from, "No such file");
	refuse("file:/", "directory");

	assert_int_equal(setenv("PF_TEST_KEY", OLD, 1), 0);
	signature_forget(&keys);
	add(&keys, "env:PF_TEST_KEY");
	assert_true(signature_verify(&keys, TEXT, HEX));
	assert_int_equal(unsetenv("PF_TEST_KEY"), 0);
	refuse("env:PF_TEST_KEY", "no variable PF_TEST_KEY");

	refuse("", "fewer");
	refuse("kkkkkkkkkkkkkkk", "fewer");
	long_key[SIGNATURE_KEY_MAX + 1] = '\0';
	refuse(long_key, "more");
}

static void
test_too_many(void **state)
{
	struct signature_keys keys = { .n = 0 };
	char why[SIGNATURE_ERROR_MAX];
	int i;

	(void)state;
	for (i = 0; i < SIGNATURE_KEYS_MAX; i++)
		add(&keys, OLD);
	assert_int_equal(signature_add_key(&keys, NEW, why), -1);
	assert_string_equal(why, "there are more than 8 keys");
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_vector),
		cmocka_unit_test(test_spellings),
		cmocka_unit_test(test_overhang),
		cmocka_unit_test(test_rotation),
		cmocka_unit_test(test_where_keys_are),
		cmocka_unit_test(test_too_many),
	};

	return (cmocka_run_group_tests(tests, NULL, NULL));
}
