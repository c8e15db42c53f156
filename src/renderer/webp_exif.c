/* SPDX-License-Identifier: BSD-2-Clause
 * Copyright (c) 2026 The pixelfleet authors
 *
 * Without the EXIF at the end of a WebP: see webp_exif.h.
 *
 * "RIFF" size "WEBP", then chunks: a name, a size, data padded to an even
 * number of bytes.  Sizes are little endian and do not count themselves
 * and what is before them.  Of a file with EXIF the first chunk is VP8X,
 * whose first byte of data has a bit for it.
 */

#include "config.h"

#include <stdint.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "webp_exif.h"

#define RIFF_SIZE_AT	4
#define CHUNKS_AT	12
#define CHUNK_HEAD	8
#define FLAGS_AT	(CHUNKS_AT + CHUNK_HEAD)
#define FLAG_EXIF	0x08

static int
read_at(int fd, uint8_t *buf, size_t len, off_t at)
{
	return (pread(fd, buf, len, at) == (ssize_t)len ? 0 : -1);
}

static int
write_at(int fd, const uint8_t *buf, size_t len, off_t at)
{
	return (pwrite(fd, buf, len, at) == (ssize_t)len ? 0 : -1);
}

/* Where the chunk begins that ends the file, or 0 unless it is EXIF. */
static off_t
last_exif(int fd, off_t end)
{
	uint8_t head[CHUNK_HEAD];
	off_t at, next;

	for (at = CHUNKS_AT; !read_at(fd, head, sizeof head, at); at = next) {
		next = at + CHUNK_HEAD + (off_t)(head[4] | head[5] << 8 |
		    head[6] << 16 | (uint32_t)head[7] << 24);
		next += next & 1;
		if (next >= end)
			return (memcmp(head, "EXIF", 4) == 0 ? at : 0);
	}
	return (0);
}

int
webp_exif_remove(int fd)
{
	struct stat st;
	uint8_t flags, size[4];
	uint32_t left;
	off_t at;

	if (fstat(fd, &st))
		return (-1);
	at = last_exif(fd, st.st_size);
	if (at == 0)
		return (0);
	left = (uint32_t)at - RIFF_SIZE_AT - sizeof size;
	size[0] = (uint8_t)left;
	size[1] = (uint8_t)(left >> 8);
	size[2] = (uint8_t)(left >> 16);
	size[3] = (uint8_t)(left >> 24);
	if (read_at(fd, &flags, 1, FLAGS_AT))
		return (-1);
	flags &= (uint8_t)~FLAG_EXIF;
	if (write_at(fd, &flags, 1, FLAGS_AT) ||
	    write_at(fd, size, sizeof size, RIFF_SIZE_AT))
		return (-1);
	return (ftruncate(fd, at));
}
