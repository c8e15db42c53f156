/* SPDX-License-Identifier: BSD-2-Clause
 * Copyright (c) 2026 The pixelfleet authors
 *
 * The purge log on disk, see purge_file.h.
 */

#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <unistd.h>

#include "purge_file.h"

#define MAGIC_LEN	(sizeof PURGE_FILE_MAGIC - 1)
#define NEW_SUFFIX	".new"

/* IEEE 802.3, four bits at a time. */
static uint32_t
crc32_of(uint32_t crc, const unsigned char *data, size_t len)
{
	static const uint32_t table[16] = {
		0x00000000, 0x1db71064, 0x3b6e20c8, 0x26d930ac,
		0x76dc4190, 0x6b6b51f4, 0x4db26158, 0x5005713c,
		0xedb88320, 0xf00f9344, 0xd6d6a3e8, 0xcb61b38c,
		0x9b64c2b0, 0x86d3d2d4, 0xa00ae278, 0xbdbdf21c
	};

	crc = ~crc;
	for (; len > 0; len--, data++) {
		crc = table[(crc ^ *data) & 15] ^ crc >> 4;
		crc = table[(crc ^ *data >> 4) & 15] ^ crc >> 4;
	}
	return (~crc);
}

static void
put32(unsigned char *out, uint32_t n)
{
	out[0] = (unsigned char)(n >> 24);
	out[1] = (unsigned char)(n >> 16);
	out[2] = (unsigned char)(n >> 8);
	out[3] = (unsigned char)n;
}

static uint32_t
get32(const unsigned char *p)
{
	return ((uint32_t)p[0] << 24 | (uint32_t)p[1] << 16 |
	    (uint32_t)p[2] << 8 | p[3]);
}

static uint32_t
crc_of_record(const unsigned char *record, size_t len)
{
	return (crc32_of(crc32_of(0, record, 4), record + PURGE_RECORD_HEAD,
	    len));
}

/* All of it, or -1 with errno. */
static int
write_all(int fd, const void *data, size_t len)
{
	const unsigned char *p = data;
	ssize_t n;

	for (; len > 0; len -= (size_t)n, p += n) {
		n = write(fd, p, len);
		if (n < 0 && errno == EINTR)
			n = 0;
		else if (n <= 0)
			return (-1);
	}
	return (0);
}

/* The file's content, which the caller frees, or NULL with errno. */
static unsigned char *
read_all(int fd, size_t *len)
{
	unsigned char *buf;
	struct stat st;
	ssize_t n = 1;

	if (fstat(fd, &st) != 0)
		return (NULL);
	buf = malloc((size_t)st.st_size + 1);
	if (buf == NULL)
		return (NULL);
	for (*len = 0; n != 0 && *len < (size_t)st.st_size;
	    *len += n > 0 ? (size_t)n : 0) {
		n = read(fd, buf + *len, (size_t)st.st_size - *len);
		if (n < 0 && errno != EINTR) {
			free(buf);
			return (NULL);
		}
	}
	return (buf);
}

/* So that a name that was made or moved is there after a power failure. */
static int
sync_folder(const char *path)
{
	const char *slash = strrchr(path, '/');
	char folder[PATH_MAX];
	int fd, r, e;

	(void)snprintf(folder, sizeof folder, "%.*s",
	    slash == NULL ? 1 : slash == path ? 1 : (int)(slash - path),
	    slash == NULL ? "." : path);
	fd = open(folder, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	if (fd < 0)
		return (-1);
	r = fsync(fd);
	e = errno;
	(void)close(fd);
	errno = e;
	return (r);
}

/* What there is of a file that may be new or torn; 0, or -1 with errno. */
static int
recover(struct purge_file *file, const char *path, purge_file_f *func,
    void *priv, uint64_t *torn)
{
	char line[PURGE_LINE_MAX];
	unsigned char *buf;
	size_t len, at = MAGIC_LEN;

	buf = read_all(file->fd, &len);
	if (buf == NULL)
		return (-1);
	if (memcmp(buf, PURGE_FILE_MAGIC, len < at ? len : at) != 0) {
		/* Rather than cut off what is somebody else's. */
		free(buf);
		errno = EBADMSG;
		return (-1);
	}
	if (len < at)
		at = 0;
	else
		while (purge_record_read(buf, len, &at, line))
			func(priv, line);
	free(buf);
	*torn = len - at;
	file->size = at;
	if (len > at && ftruncate(file->fd, (off_t)at) != 0)
		return (-1);
	if (lseek(file->fd, (off_t)at, SEEK_SET) < 0)
		return (-1);
	if (at == 0) {
		file->size = MAGIC_LEN;
		if (write_all(file->fd, PURGE_FILE_MAGIC, MAGIC_LEN) != 0 ||
		    sync_folder(path) != 0)
			return (-1);
	}
	return (fsync(file->fd));
}

size_t
purge_record_write(unsigned char out[PURGE_RECORD_MAX], const char *line)
{
	size_t len = strlen(line);

	if (len == 0 || len >= PURGE_LINE_MAX)
		return (0);
	put32(out, (uint32_t)len);
	memcpy(out + PURGE_RECORD_HEAD, line, len);
	put32(out + 4, crc_of_record(out, len));
	return (PURGE_RECORD_HEAD + len);
}

bool
purge_record_read(const unsigned char *buf, size_t len, size_t *at,
    char line[PURGE_LINE_MAX])
{
	const unsigned char *p = buf + *at;
	size_t left = len - *at, n;

	if (left < PURGE_RECORD_HEAD)
		return (false);
	n = get32(p);
	if (n == 0 || n >= PURGE_LINE_MAX || n > left - PURGE_RECORD_HEAD)
		return (false);
	if (get32(p + 4) != crc_of_record(p, n) ||
	    memchr(p + PURGE_RECORD_HEAD, '\0', n) != NULL)
		return (false);
	memcpy(line, p + PURGE_RECORD_HEAD, n);
	line[n] = '\0';
	*at += PURGE_RECORD_HEAD + n;
	return (true);
}

int
purge_file_open(struct purge_file *file, const char *path,
    purge_file_f *func, void *priv, uint64_t *torn,
    char err[PURGE_ERROR_MAX])
{
	*torn = 0;
	*file = (struct purge_file){ .fd = open(path,
	    O_RDWR | O_CREAT | O_CLOEXEC, 0600) };
	if (file->fd >= 0 && flock(file->fd, LOCK_EX | LOCK_NB) == 0 &&
	    recover(file, path, func, priv, torn) == 0)
		return (0);
	(void)snprintf(err, PURGE_ERROR_MAX, "cannot use %.150s: %s", path,
	    errno == EBADMSG ? "it is no purge log" :
	    errno == EWOULDBLOCK ? "another process does" : strerror(errno));
	purge_file_close(file);
	return (-1);
}

int
purge_file_add(struct purge_file *file, const char *line)
{
	unsigned char record[PURGE_RECORD_MAX];
	size_t len = purge_record_write(record, line);

	errno = len == 0 ? EINVAL : EIO;
	if (len == 0 || file->failed || file->fd < 0)
		return (-1);
	if (write_all(file->fd, record, len) != 0) {
		/* Half a record may be there; no more can follow it. */
		file->failed = true;
		return (-1);
	}
	file->size += len;
	return (0);
}

int
purge_file_sync(struct purge_file *file)
{
	errno = EIO;
	if (file->failed || file->fd < 0)
		return (-1);
	/* What could not be written once is not tried again: it is gone. */
	if (fdatasync(file->fd) != 0)
		file->failed = true;
	return (file->failed ? -1 : 0);
}

static int
new_path(char out[PATH_MAX], const char *path)
{
	int n = snprintf(out, PATH_MAX, "%s" NEW_SUFFIX, path);

	errno = ENAMETOOLONG;
	return (n > 0 && n < PATH_MAX ? 0 : -1);
}

int
purge_file_new(struct purge_file *file, const char *path)
{
	char name[PATH_MAX];

	*file = (struct purge_file){ .fd = -1 };
	if (new_path(name, path) != 0)
		return (-1);
	file->fd = open(name, O_RDWR | O_CREAT | O_TRUNC | O_CLOEXEC, 0600);
	if (file->fd < 0)
		return (-1);
	if (flock(file->fd, LOCK_EX | LOCK_NB) != 0 ||
	    write_all(file->fd, PURGE_FILE_MAGIC, MAGIC_LEN) != 0) {
		purge_file_close(file);
		return (-1);
	}
	file->size = MAGIC_LEN;
	return (0);
}

int
purge_file_commit(struct purge_file *file, const char *path)
{
	char name[PATH_MAX];

	if (new_path(name, path) != 0 || purge_file_sync(file) != 0 ||
	    rename(name, path) != 0)
		return (-1);
	return (sync_folder(path));
}

void
purge_file_close(struct purge_file *file)
{
	int e = errno;

	if (file->fd >= 0)
		(void)close(file->fd);
	file->fd = -1;
	errno = e;
}
