/* SPDX-License-Identifier: BSD-2-Clause
 * Copyright (c) 2026 The pixelfleet authors
 *
 * What may come over the socket between cache and renderer, when one end is
 * not ours: files of every kind, and more of them than anybody sends.
 */

#ifndef FUZZ_WIRE_H
#define FUZZ_WIRE_H

#include <fcntl.h>
#include <sys/mman.h>
#include <sys/socket.h>
#include <unistd.h>

#include "fuzz.h"

#define WIRE_FILES_MAX	5
#define WIRE_SEALS	(F_SEAL_SHRINK | F_SEAL_GROW | F_SEAL_WRITE)

/* How a packet comes: how many files, and bits. */
#define HOW_FILES	0x07
#define HOW_HEAD	0x08	/* its head is one of ours, and its bits flipped */
#define HOW_TWICE	0x10	/* the packet comes twice */

/* Flip the bits of one packet that are set in another, as far as it goes. */
static inline void
wire_flip(uint8_t *packet, size_t size, const uint8_t *with, size_t len)
{
	size_t i;

	for (i = 0; i < size && i < len; i++)
		packet[i] ^= with[i];
}

static inline int
wire_memory(const void *data, size_t len, int seals)
{
	int fd = memfd_create("image", MFD_CLOEXEC | MFD_ALLOW_SEALING);

	MUST("memfd", fd >= 0 && ftruncate(fd, (off_t)len) == 0);
	MUST("memfd", data == NULL ||
	    pwrite(fd, data, len, 0) == (ssize_t)len);
	MUST("seals", fcntl(fd, F_ADD_SEALS, seals) == 0);
	return (fd);
}

/* With that content, NULL being zeros; as it should be for some kinds. */
static inline int
wire_file(unsigned kind, const void *data, size_t len)
{
	int pair[2];

	switch (kind % 10) {
	case 1:
		return (wire_memory(NULL, len + 1, WIRE_SEALS));
	case 2:
		return (wire_memory(data, len, F_SEAL_SHRINK | F_SEAL_GROW));
	case 3:
		return (wire_memory(data, len, F_SEAL_GROW | F_SEAL_WRITE));
	case 4:
		return (wire_memory(data, len, 0));
	case 5:
		return (open("/dev/zero", O_RDWR));
	case 6:
		return (open("/", O_RDONLY | O_DIRECTORY));
	case 7:
		MUST("pipe", pipe(pair) == 0);
		(void)close(pair[1]);
		return (pair[0]);
	case 8:
		return (wire_memory(NULL, 0, WIRE_SEALS | F_SEAL_SEAL));
	default:
		return (wire_memory(data, len, WIRE_SEALS));
	}
}

static inline void
wire_send(int sock, const void *packet, size_t len, const int *fds, unsigned n)
{
	union {
		struct cmsghdr	align;
		char		buf[CMSG_SPACE(WIRE_FILES_MAX * sizeof(int))];
	} control;
	struct iovec iov = { (void *)(uintptr_t)packet, len };
	struct msghdr msg = { .msg_iov = &iov, .msg_iovlen = 1 };
	struct cmsghdr *cmsg;

	if (n > 0) {
		memset(&control, 0, sizeof control);
		msg.msg_control = control.buf;
		msg.msg_controllen = CMSG_SPACE(n * sizeof *fds);
		cmsg = CMSG_FIRSTHDR(&msg);
		cmsg->cmsg_level = SOL_SOCKET;
		cmsg->cmsg_type = SCM_RIGHTS;
		cmsg->cmsg_len = CMSG_LEN(n * sizeof *fds);
		memcpy(CMSG_DATA(cmsg), fds, n * sizeof *fds);
	}
	(void)sendmsg(sock, &msg, MSG_NOSIGNAL | MSG_DONTWAIT);
}

/* The packet with files of those kinds, of that content. */
static inline void
wire_play(int sock, unsigned how, const uint8_t *kinds, const void *packet,
    size_t size, const void *data, size_t len)
{
	unsigned n = how & HOW_FILES, i;
	int fds[WIRE_FILES_MAX];

	if (n > WIRE_FILES_MAX)
		n = WIRE_FILES_MAX;
	for (i = 0; i < n; i++)
		fds[i] = wire_file(kinds[i], data, len);
	wire_send(sock, packet, size, fds, n);
	if (how & HOW_TWICE)
		wire_send(sock, packet, size, fds, n);
	for (i = 0; i < n; i++)
		(void)close(fds[i]);
}

/* Enough for what a test has open. */
#define WIRE_FDS_LOOK	64

/*
 * The descriptors that are in use, as bits: one that leaks is one more, and
 * not always the first that was free.
 */
static inline uint64_t
wire_fds(void)
{
	uint64_t used = 0;
	int fd;

	for (fd = 0; fd < WIRE_FDS_LOOK; fd++)
		if (fcntl(fd, F_GETFD) >= 0)
			used |= UINT64_C(1) << fd;
	return (used);
}

#endif
