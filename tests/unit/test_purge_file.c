/* SPDX-License-Identifier: BSD-2-Clause
 * Copyright (c) 2026 The pixelfleet authors
 *
 * The purge log on disk: what was added is there again, however the file was
 * left, and nothing else is.
 */

#include <errno.h>
#include <fcntl.h>
#include <setjmp.h>
#include <signal.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cmocka.h>

#include "purge_file.h"

#define LINES	5
#define SIZE	((LINES + 1) * PURGE_RECORD_MAX)

static const char *const lines[LINES] = {
	"purge a 1764000000000 1 1764000000001 hard source /a.jpg",
	"gap b 1764000000000 17 1764000000002",
	"x",
	"purge a 1764000000000 2 1764000000003 soft tags a b",
	"purge a 1764000000000 3 1764000000003 hard all",
};

static char folder[] = "/tmp/test_purge_file.XXXXXX";
static char path[64], other[64];
static char err[PURGE_ERROR_MAX];

/* What was read. */
static unsigned n_read;
static char got[64][PURGE_LINE_MAX];

static void
note(void *priv, const char *line)
{
	assert_ptr_equal(priv, got);
	assert_true(n_read < 64);
	strcpy(got[n_read++], line);
}

static int
open_file(struct purge_file *f, uint64_t *torn)
{
	n_read = 0;
	return (purge_file_open(f, path, note, got, torn, err));
}

static void
assert_read(unsigned n)
{
	unsigned i;

	assert_int_equal(n_read, n);
	for (i = 0; i < n; i++)
		assert_string_equal(got[i], lines[i]);
}

static void
put(const char *name, const void *data, size_t len)
{
	int fd = open(name, O_WRONLY | O_CREAT | O_TRUNC, 0600);

	assert_true(fd >= 0);
	assert_int_equal(write(fd, data, len), len);
	close(fd);
}

static size_t
size_of(const char *name)
{
	struct stat st;

	assert_int_equal(stat(name, &st), 0);
	return ((size_t)st.st_size);
}

/* A file's bytes, with all lines in it; where each record ends, in ends. */
static size_t
make(unsigned char buf[SIZE], size_t ends[LINES])
{
	size_t len = strlen(PURGE_FILE_MAGIC);
	unsigned i;

	memcpy(buf, PURGE_FILE_MAGIC, len);
	for (i = 0; i < LINES; i++)
		ends[i] = len += purge_record_write(buf + len, lines[i]);
	return (len);
}

static int
setup(void **state)
{
	(void)state;
	if (mkdtemp(folder) == NULL)
		return (-1);
	snprintf(path, sizeof path, "%s/purges", folder);
	snprintf(other, sizeof other, "%s/purges.new", folder);
	return (0);
}

static int
teardown(void **state)
{
	(void)state;
	(void)unlink(path);
	(void)unlink(other);
	return (rmdir(folder));
}

static int
no_file(void **state)
{
	(void)state;
	(void)unlink(path);
	(void)unlink(other);
	return (0);
}

static void
test_record(void **state)
{
	unsigned char buf[PURGE_RECORD_MAX];
	char line[PURGE_LINE_MAX], big[PURGE_LINE_MAX + 1];
	size_t len, at = 0;

	(void)state;
	len = purge_record_write(buf, "abc");
	assert_int_equal(len, 11);
	/* The length, and zlib.crc32(b"\0\0\0\3abc"). */
	assert_memory_equal(buf, "\0\0\0\3\x45\xbc\xe8\x40" "abc", 11);
	assert_true(purge_record_read(buf, len, &at, line));
	assert_int_equal(at, 11);
	assert_string_equal(line, "abc");
	assert_false(purge_record_read(buf, len, &at, line));
	assert_int_equal(at, 11);
	assert_int_equal(purge_record_write(buf, ""), 0);
	memset(big, 'a', sizeof big);
	big[PURGE_LINE_MAX] = '\0';
	assert_int_equal(purge_record_write(buf, big), 0);
	big[PURGE_LINE_MAX - 1] = '\0';
	len = purge_record_write(buf, big);
	assert_int_equal(len, PURGE_RECORD_MAX - 1);
	at = 0;
	assert_true(purge_record_read(buf, len, &at, line));
	assert_string_equal(line, big);
}

static void
test_round_trip(void **state)
{
	struct purge_file f;
	uint64_t torn;
	unsigned i, j;

	(void)state;
	for (i = 0; i <= LINES; i++) {
		assert_int_equal(open_file(&f, &torn), 0);
		assert_int_equal(torn, 0);
		assert_read(i);
		assert_int_equal(f.size, size_of(path));
		if (i < LINES)
			assert_int_equal(purge_file_add(&f, lines[i]), 0);
		if (i % 2)
			assert_int_equal(purge_file_sync(&f), 0);
		assert_int_equal(f.size, size_of(path));
		purge_file_close(&f);
	}
	for (j = 0; j < 2; j++) {
		assert_int_equal(purge_file_add(&f, "x"), -1);
		assert_int_equal(purge_file_sync(&f), -1);
		purge_file_close(&f);
	}
}

/* Cut anywhere: what is whole is there, and the next is added after it. */
static void
test_torn_anywhere(void **state)
{
	static unsigned char buf[SIZE];
	size_t ends[LINES], len, cut, whole;
	struct purge_file f;
	uint64_t torn;
	unsigned n;

	(void)state;
	len = make(buf, ends);
	for (cut = 0; cut <= len; cut++) {
		put(path, buf, cut);
		for (n = 0; n < LINES && ends[n] <= cut; n++)
			continue;
		whole = n > 0 ? ends[n - 1] :
		    cut < strlen(PURGE_FILE_MAGIC) ? 0 :
		    strlen(PURGE_FILE_MAGIC);
		assert_int_equal(open_file(&f, &torn), 0);
		assert_read(n);
		assert_int_equal(torn, cut - whole);
		if (n < LINES)
			assert_int_equal(purge_file_add(&f, lines[n]), 0);
		purge_file_close(&f);
		assert_int_equal(open_file(&f, &torn), 0);
		assert_read(n < LINES ? n + 1 : n);
		assert_int_equal(torn, 0);
		purge_file_close(&f);
	}
}

/* Change any bit of a record: it and what follows is not there. */
static void
test_every_bit_counts(void **state)
{
	static unsigned char buf[SIZE];
	char line[PURGE_LINE_MAX];
	size_t ends[LINES], len, bit, at;
	unsigned n, want;

	(void)state;
	len = make(buf, ends);
	for (bit = 8 * strlen(PURGE_FILE_MAGIC); bit < 8 * len; bit++) {
		buf[bit / 8] ^= (unsigned char)(1 << bit % 8);
		for (want = 0; ends[want] <= bit / 8; want++)
			continue;
		at = strlen(PURGE_FILE_MAGIC);
		for (n = 0; purge_record_read(buf, len, &at, line); n++)
			assert_string_equal(line, lines[n]);
		assert_int_equal(n, want);
		buf[bit / 8] ^= (unsigned char)(1 << bit % 8);
	}
}

/* A tail of zeros is what a file system may leave. */
static void
test_zeros(void **state)
{
	static unsigned char buf[SIZE];
	size_t ends[LINES], len;
	struct purge_file f;
	uint64_t torn;

	(void)state;
	len = make(buf, ends);
	memset(buf + len, 0, sizeof buf - len);
	put(path, buf, sizeof buf);
	assert_int_equal(open_file(&f, &torn), 0);
	assert_read(LINES);
	assert_int_equal(torn, sizeof buf - len);
	assert_int_equal(size_of(path), len);
	purge_file_close(&f);
}

static void
test_foreign(void **state)
{
	struct purge_file f;
	uint64_t torn;

	(void)state;
	put(path, "root:x:0:0:", 11);
	assert_int_equal(open_file(&f, &torn), -1);
	assert_non_null(strstr(err, path));
	assert_non_null(strstr(err, "it is no purge log"));
	assert_int_equal(size_of(path), 11);
	assert_int_equal(f.fd, -1);
}

static void
test_only_one(void **state)
{
	struct purge_file f, g;
	uint64_t torn;

	(void)state;
	assert_int_equal(open_file(&f, &torn), 0);
	assert_int_equal(open_file(&g, &torn), -1);
	assert_non_null(strstr(err, "another process does"));
	purge_file_close(&f);
	assert_int_equal(open_file(&g, &torn), 0);
	purge_file_close(&g);
}

static void
test_no_folder(void **state)
{
	struct purge_file f;
	uint64_t torn;

	(void)state;
	assert_int_equal(purge_file_open(&f, "/nonexistent/x", note, got,
	    &torn, err), -1);
	assert_string_equal(err,
	    "cannot use /nonexistent/x: No such file or directory");
	assert_int_equal(purge_file_new(&f, "/nonexistent/x"), -1);
}

static void
test_anew(void **state)
{
	struct purge_file f, g;
	uint64_t torn;
	unsigned i;

	(void)state;
	assert_int_equal(open_file(&f, &torn), 0);
	assert_int_equal(purge_file_add(&f, "old"), 0);
	/* Given up: all is as it was. */
	assert_int_equal(purge_file_new(&g, path), 0);
	assert_int_equal(purge_file_add(&g, lines[0]), 0);
	purge_file_close(&g);
	assert_int_equal(purge_file_add(&f, "older"), 0);
	purge_file_close(&f);
	assert_int_equal(open_file(&f, &torn), 0);
	assert_int_equal(n_read, 2);
	assert_string_equal(got[1], "older");
	/* Committed. */
	assert_int_equal(purge_file_new(&g, path), 0);
	for (i = 0; i < 2; i++)
		assert_int_equal(purge_file_add(&g, lines[i]), 0);
	assert_int_equal(purge_file_commit(&g, path), 0);
	purge_file_close(&f);
	/* It goes on where it is, and is still its own. */
	assert_int_equal(purge_file_add(&g, lines[2]), 0);
	assert_int_equal(open_file(&f, &torn), -1);
	purge_file_close(&g);
	assert_int_equal(open_file(&f, &torn), 0);
	assert_read(3);
	purge_file_close(&f);
}

/* No room: half a record, and none after it. */
static void
test_full_disk(void **state)
{
	struct rlimit old, limit;
	struct purge_file f;
	uint64_t torn;

	(void)state;
	signal(SIGXFSZ, SIG_IGN);
	assert_int_equal(open_file(&f, &torn), 0);
	assert_int_equal(purge_file_add(&f, lines[0]), 0);
	assert_int_equal(getrlimit(RLIMIT_FSIZE, &old), 0);
	limit = old;
	limit.rlim_cur = f.size + 20;
	assert_int_equal(setrlimit(RLIMIT_FSIZE, &limit), 0);
	assert_int_equal(purge_file_add(&f, lines[1]), -1);
	assert_int_equal(errno, EFBIG);
	assert_int_equal(setrlimit(RLIMIT_FSIZE, &old), 0);
	assert_true(f.failed);
	assert_int_equal(purge_file_add(&f, lines[1]), -1);
	assert_int_equal(purge_file_sync(&f), -1);
	purge_file_close(&f);
	assert_int_equal(open_file(&f, &torn), 0);
	assert_read(1);
	assert_int_equal(torn, 20);
	assert_int_equal(purge_file_add(&f, lines[1]), 0);
	purge_file_close(&f);
	assert_int_equal(open_file(&f, &torn), 0);
	assert_read(2);
	purge_file_close(&f);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_record),
		cmocka_unit_test_setup(test_round_trip, no_file),
		cmocka_unit_test_setup(test_torn_anywhere, no_file),
		cmocka_unit_test(test_every_bit_counts),
		cmocka_unit_test_setup(test_zeros, no_file),
		cmocka_unit_test_setup(test_foreign, no_file),
		cmocka_unit_test_setup(test_only_one, no_file),
		cmocka_unit_test(test_no_folder),
		cmocka_unit_test_setup(test_anew, no_file),
		cmocka_unit_test_setup(test_full_disk, no_file),
	};

	return (cmocka_run_group_tests_name("purge_file", tests, setup,
	    teardown));
}
