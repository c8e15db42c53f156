/* SPDX-License-Identifier: BSD-2-Clause
 * Copyright (c) 2026 The pixelfleet authors
 *
 * Files in memory that nobody can change any more: see memfd.h.
 */

#include "config.h"

#include <fcntl.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <unistd.h>

#include "memfd.h"

#define SEALS	(F_SEAL_SHRINK | F_SEAL_GROW | F_SEAL_WRITE)

int
memfd_new(const char *name)
{
	return (memfd_create(name, MFD_CLOEXEC | MFD_ALLOW_SEALING));
}

int
memfd_seal(int fd)
{
	return (fcntl(fd, F_ADD_SEALS, SEALS | F_SEAL_SEAL));
}

int
memfd_map(int fd, uint64_t len, const void **data)
{
	struct stat st;
	void *map;
	int seals;

	*data = NULL;
	seals = fcntl(fd, F_GET_SEALS);
	if (seals < 0 || (seals & SEALS) != SEALS)
		return (-1);
	if (fstat(fd, &st) || st.st_size < 0 || (uint64_t)st.st_size != len ||
	    len > SIZE_MAX)
		return (-1);
	if (len == 0)
		return (0);
	map = mmap(NULL, (size_t)len, PROT_READ, MAP_PRIVATE, fd, 0);
	if (map == MAP_FAILED)
		return (-1);
	*data = map;
	return (0);
}

void
memfd_unmap(const void *data, size_t len)
{
	if (data != NULL)
		(void)munmap((void *)(uintptr_t)data, len);
}
