/* SPDX-License-Identifier: BSD-2-Clause
 * Copyright (c) 2026 The pixelfleet authors
 *
 * What holds for the file of a purge log, whatever is in it and wherever its
 * end was torn off, as an entry for libFuzzer.
 *
 * The first two bytes of the input say where an end is torn off, and the
 * third how the rest is taken: as a file as it is, with the magic before it,
 * or as lines of which the records are made.
 */

#include <errno.h>
#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include "fuzz.h"
#include "purge_file.h"

#define FILE_MAX	(1 << 16)

/* What a file was read as. */
struct lines {
	char		text[FILE_MAX];	/* with a newline after each */
	size_t		len;
	unsigned	n;
};

/* In memory, where fsync() costs nothing. */
static char folder[] = "/dev/shm/fuzz-purge-XXXXXX";
static char path[sizeof folder + sizeof "/log"];
static char new_path[sizeof path + sizeof ".new"];

static void
remove_folder(void)
{
	(void)unlink(path);
	(void)unlink(new_path);
	(void)rmdir(folder);
}

static void
make_folder(void)
{
	if (*path != '\0')
		return;
	MUST(folder, mkdtemp(folder) != NULL);
	(void)snprintf(path, sizeof path, "%s/log", folder);
	(void)snprintf(new_path, sizeof new_path, "%s.new", path);
	MUST(path, atexit(remove_folder) == 0);
}

static void
put(const void *data, size_t len)
{
	int fd = open(path, O_WRONLY | O_CREAT | O_TRUNC, 0600);

	MUST(path, fd >= 0 && write(fd, data, len) == (ssize_t)len);
	(void)close(fd);
}

static void
take(void *priv, const char *line)
{
	struct lines *lines = priv;
	size_t len = strlen(line);

	MUST(line, len > 0 && len < PURGE_LINE_MAX);
	MUST(line, lines->len + len + 1 < sizeof lines->text);
	memcpy(lines->text + lines->len, line, len);
	lines->text[lines->len + len] = '\n';
	lines->len += len + 1;
	lines->n++;
}

/* Open it, and leave it open; -1 where it is not a purge log's. */
static int
reopen(struct purge_file *file, struct lines *lines, uint64_t *torn)
{
	char err[PURGE_ERROR_MAX] = "";

	lines->len = lines->n = 0;
	if (purge_file_open(file, path, take, lines, torn, err) == 0)
		return (0);
	MUST(err, *err != '\0' && file->fd < 0);
	return (-1);
}

static bool
begins_with(const struct lines *all, const struct lines *first)
{
	return (all->len >= first->len &&
	    memcmp(all->text, first->text, first->len) == 0);
}

/* Read again, it is what it was, and what is added comes after it. */
static void
check_again(const struct lines *was)
{
	static struct lines lines;
	struct purge_file file;
	uint64_t torn;

	MUST(path, reopen(&file, &lines, &torn) == 0 && torn == 0);
	MUST(path, lines.len == was->len && begins_with(&lines, was));
	MUST(path, purge_file_add(&file, "one more") == 0);
	MUST(path, purge_file_sync(&file) == 0);
	purge_file_close(&file);
	MUST(path, reopen(&file, &lines, &torn) == 0 && torn == 0);
	MUST(path, lines.n == was->n + 1 && begins_with(&lines, was));
	purge_file_close(&file);
}

/* Less of it is fewer lines, and never others. */
static void
check_torn(const struct lines *was, size_t at)
{
	static struct lines lines;
	struct purge_file file;
	struct stat st;
	uint64_t torn;

	MUST(path, stat(path, &st) == 0);
	if ((off_t)at > st.st_size)
		return;
	MUST(path, truncate(path, (off_t)at) == 0);
	MUST(path, reopen(&file, &lines, &torn) == 0 && torn <= at);
	purge_file_close(&file);
	MUST(path, lines.n <= was->n + 1);
	if (lines.n <= was->n)
		MUST(path, begins_with(was, &lines));
}

/* Written anew from its lines, it is the same. */
static void
check_anew(const struct lines *was)
{
	static struct lines lines;
	struct purge_file file;
	const char *p = was->text, *end;
	char line[PURGE_LINE_MAX];
	unsigned n = 0;
	uint64_t torn;

	MUST(path, purge_file_new(&file, path) == 0);
	for (; p < was->text + was->len; p = end + 1) {
		/* A line may have newlines, as far as a file knows. */
		end = memchr(p, '\n', (size_t)(was->text + was->len - p));
		(void)snprintf(line, sizeof line, "%.*s", (int)(end - p), p);
		MUST(line, purge_file_add(&file, line) ==
		    (*line == '\0' ? -1 : 0));
		n++;
	}
	MUST(path, purge_file_commit(&file, path) == 0);
	purge_file_close(&file);
	MUST(path, reopen(&file, &lines, &torn) == 0 && torn == 0);
	if (n == was->n)
		MUST(path, lines.len == was->len && begins_with(&lines, was));
	purge_file_close(&file);
}

static size_t
make_records(uint8_t *file, char *text)
{
	unsigned char record[PURGE_RECORD_MAX];
	size_t len = 0, n;
	char *line;

	while ((line = strsep(&text, "\n")) != NULL) {
		n = purge_record_write(record, line);
		MUST(line, (n == 0) == (*line == '\0' ||
		    strlen(line) >= PURGE_LINE_MAX));
		if (len + n > FILE_MAX - 64)
			break;
		memcpy(file + len, record, n);
		len += n;
	}
	return (len);
}

static size_t
make_file(uint8_t *file, unsigned how, const uint8_t *data, size_t size)
{
	size_t len = 0;
	char *text;

	if (how % 3 > 0) {
		len = strlen(PURGE_FILE_MAGIC);
		memcpy(file, PURGE_FILE_MAGIC, len);
	}
	if (how % 3 == 2) {
		text = fuzz_text(data, size);
		len += make_records(file + len, text);
		free(text);
	} else if (size <= FILE_MAX - 64) {
		memcpy(file + len, data, size);
		len += size;
	}
	return (len);
}

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	static uint8_t content[FILE_MAX + PURGE_RECORD_MAX];
	static struct lines lines;
	struct fuzz_bytes in = { data, size };
	size_t at = fuzz_byte(&in) << 8 | fuzz_byte(&in), len;
	unsigned how = fuzz_byte(&in);
	struct purge_file file;
	uint64_t torn;

	make_folder();
	len = make_file(content, how, in.data, in.size);
	put(content, len);
	if (reopen(&file, &lines, &torn) != 0)
		return (0);
	MUST(path, torn <= len);
	purge_file_close(&file);
	check_again(&lines);
	check_torn(&lines, at);
	check_anew(&lines);
	return (0);
}
