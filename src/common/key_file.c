/* SPDX-License-Identifier: BSD-2-Clause
 * Copyright (c) 2026 The pixelfleet authors
 *
 * See key_file.h.
 */

#include <errno.h>
#include <fcntl.h>
#include <unistd.h>

#include "key_file.h"

static ssize_t
read_all(int fd, char *buf, size_t room)
{
	size_t len = 0;
	ssize_t l = 1;

	while (l != 0 && len < room) {
		l = read(fd, buf + len, room - len);
		if (l < 0 && errno != EINTR)
			return (-1);
		len += l > 0 ? (size_t)l : 0;
	}
	return ((ssize_t)len);
}

ssize_t
key_file_read(const char *path, void *buf, size_t room)
{
	const char *text = buf;
	ssize_t len;
	int fd, e;

	fd = open(path, O_RDONLY | O_CLOEXEC);
	if (fd < 0)
		return (-1);
	len = read_all(fd, buf, room);
	e = errno;
	(void)close(fd);
	errno = e;
	if (len > 0 && text[len - 1] == '\n')
		len--;
	if (len > 0 && text[len - 1] == '\r')
		len--;
	return (len);
}
