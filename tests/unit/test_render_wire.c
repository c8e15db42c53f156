/* SPDX-License-Identifier: BSD-2-Clause
 * Copyright (c) 2026 The pixelfleet authors
 *
 * The messages to and from a renderer: a round trip keeps everything, no
 * truncated or mutated packet is taken for something that pack would not
 * have made, and file descriptors arrive, once, and never leak.
 */

#include "config.h"

#include <errno.h>
#include <fcntl.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cmocka.h>

#include "render_wire.h"

static const struct render_request REQUEST = {
	.deadline_ms = 10000,
	.max_frames = 256,
	.max_pixels = 71000000ULL << 20,
	.max_side = 8192,
	.max_out_pixels = 71000000,
	.open = RENDER_OPEN_PDF,
	.source_len = 0x123456789aULL,
	.overlay_len = 0x3456789abcULL,
	.ops = "width=400&height=300&crop=fit&format=webp&quality=90"
};

static const struct render_reply PICTURE = {
	.status = 200,
	.result_len = 0x123456789aULL,
	.width = 400, .height = 300, .frames = 5,
	.source_width = 4000, .source_height = 3000,
	.source_frames = 7,
	.format = IMAGE_FORMAT_AVIF,
	.source_format = IMAGE_FORMAT_OTHER,
	.quality = 77, .encodes = 6,
	.load_us = 11, .process_us = 22, .save_us = 33,
	.rss_kb = 44
};

static const struct render_reply TOLD = {
	.status = 200,
	.result_len = 300,
	.source_width = 4000, .source_height = 3000,
	.source_frames = 1,
	.format = IMAGE_FORMAT_JSON,
	.source_format = IMAGE_FORMAT_JPG,
	.load_us = 11, .process_us = 22, .save_us = 33,
	.rss_kb = 44
};

static const struct render_reply REFUSAL = {
	.status = 413,
	.limit = RENDER_LIMIT_PIXELS,
	.source_width = 100000, .source_height = 100000,
	.source_format = IMAGE_FORMAT_PNG,
	.rss_kb = 44,
	.text = "source has 10000000000 pixels, the limit is 71000000"
};

/* An exact copy, so that a read past the end is a sanitizer's business. */
static void *
exact(const void *buf, size_t len)
{
	void *p = malloc(len > 0 ? len : 1);

	assert_non_null(p);
	memcpy(p, buf, len);
	return (p);
}

/* Is this packet refused, or one that pack makes of what was understood? */
static int
request_refused(const void *buf, size_t len)
{
	static struct render_request req;
	static char again[RENDER_PACKET_MAX];
	void *packet = exact(buf, len);
	int refused = render_request_unpack(&req, packet, len);

	if (refused == 0) {
		assert_int_equal(render_request_pack(&req, again,
		    sizeof again), (ssize_t)len);
		assert_memory_equal(again, packet, len);
	} else
		assert_int_equal(refused, -1);
	free(packet);
	return (refused);
}

static int
reply_refused(const void *buf, size_t len)
{
	struct render_reply rep;
	static char again[RENDER_PACKET_MAX];
	void *packet = exact(buf, len);
	int refused = render_reply_unpack(&rep, packet, len);

	if (refused == 0) {
		assert_int_equal(render_reply_pack(&rep, again,
		    sizeof again), (ssize_t)len);
		assert_memory_equal(again, packet, len);
	} else
		assert_int_equal(refused, -1);
	free(packet);
	return (refused);
}

static void
mutate(char *buf, size_t len, int (*refused)(const void *, size_t))
{
	size_t i;
	int v;
	char was;

	for (i = 0; i < len; i++) {
		was = buf[i];
		for (v = 0; v < 256; v++) {
			buf[i] = (char)v;
			(void)refused(buf, len);
		}
		buf[i] = was;
	}
	assert_int_equal(refused(buf, len), 0);
}

static void
request_round_trip(void **state)
{
	static struct render_request req;
	char buf[RENDER_PACKET_MAX];
	ssize_t len;

	(void)state;
	len = render_request_pack(&REQUEST, buf, sizeof buf);
	assert_true(len > 0);
	assert_int_equal(render_request_unpack(&req, buf, (size_t)len), 0);
	assert_memory_equal(&req, &REQUEST, sizeof req);
	assert_int_equal(render_request_pack(&REQUEST, buf, (size_t)len),
	    len);
	assert_int_equal(render_request_pack(&REQUEST, buf, (size_t)len - 1),
	    -1);
}

static void
reply_round_trip(void **state)
{
	const struct render_reply *sent[] = { &PICTURE, &TOLD, &REFUSAL };
	struct render_reply rep;
	char buf[RENDER_PACKET_MAX];
	ssize_t len;
	size_t i;

	(void)state;
	for (i = 0; i < 3; i++) {
		len = render_reply_pack(sent[i], buf, sizeof buf);
		assert_true(len > 0);
		assert_int_equal(render_reply_unpack(&rep, buf, (size_t)len),
		    0);
		assert_memory_equal(&rep, sent[i], sizeof rep);
		assert_int_equal(render_reply_pack(sent[i], buf,
		    (size_t)len - 1), -1);
	}
}

static void
longest_texts_fit(void **state)
{
	static struct render_request req;
	struct render_reply rep = REFUSAL;
	char buf[RENDER_PACKET_MAX];

	(void)state;
	req = REQUEST;
	memset(req.ops, 'w', sizeof req.ops - 1);
	assert_int_equal(request_refused(buf, (size_t)render_request_pack(
	    &req, buf, sizeof buf)), 0);
	memset(rep.text, 't', sizeof rep.text - 1);
	assert_int_equal(reply_refused(buf, (size_t)render_reply_pack(&rep,
	    buf, sizeof buf)), 0);
	/* Without a NUL they are no texts. */
	memset(req.ops, 'w', sizeof req.ops);
	assert_int_equal(render_request_pack(&req, buf, sizeof buf), -1);
	memset(rep.text, 't', sizeof rep.text);
	assert_int_equal(render_reply_pack(&rep, buf, sizeof buf), -1);
}

static void
truncated_or_longer_is_refused(void **state)
{
	char buf[RENDER_PACKET_MAX];
	size_t len, i;

	(void)state;
	memset(buf, 0, sizeof buf);
	len = (size_t)render_request_pack(&REQUEST, buf, sizeof buf);
	for (i = 0; i < len; i++)
		assert_int_equal(request_refused(buf, i), -1);
	for (i = len + 1; i < len + 9; i++)
		assert_int_equal(request_refused(buf, i), -1);
	memset(buf, 0, sizeof buf);
	len = (size_t)render_reply_pack(&REFUSAL, buf, sizeof buf);
	for (i = 0; i < len; i++)
		assert_int_equal(reply_refused(buf, i), -1);
	for (i = len + 1; i < len + 9; i++)
		assert_int_equal(reply_refused(buf, i), -1);
}

static void
mutated_is_refused_or_harmless(void **state)
{
	char buf[RENDER_PACKET_MAX];
	size_t len;

	(void)state;
	len = (size_t)render_request_pack(&REQUEST, buf, sizeof buf);
	mutate(buf, len, request_refused);
	len = (size_t)render_reply_pack(&PICTURE, buf, sizeof buf);
	mutate(buf, len, reply_refused);
	len = (size_t)render_reply_pack(&TOLD, buf, sizeof buf);
	mutate(buf, len, reply_refused);
	len = (size_t)render_reply_pack(&REFUSAL, buf, sizeof buf);
	mutate(buf, len, reply_refused);
}

static void
nonsense_is_not_packed(void **state)
{
	static struct render_request req;
	struct render_reply rep;
	char buf[RENDER_PACKET_MAX];

	(void)state;
#define REQ(change) do {						\
	req = REQUEST;							\
	change;								\
	assert_int_equal(render_request_pack(&req, buf, sizeof buf), -1); \
} while (0)
	REQ(req.max_pixels = 0);
	REQ(req.max_frames = 0);
	REQ(req.max_side = 0);
	REQ(req.max_out_pixels = 0);
	REQ(req.open = RENDER_OPEN_ALL + 1);
	REQ(strcpy(req.ops, "width=4\n"));
	REQ(strcpy(req.ops, "width=\x80"));
#undef REQ
#define REP(from, change) do {						\
	rep = from;							\
	change;								\
	assert_int_equal(render_reply_pack(&rep, buf, sizeof buf), -1);	\
} while (0)
	REP(PICTURE, rep.status = 0);
	REP(PICTURE, rep.status = 201);
	REP(PICTURE, rep.status = 404);
	REP(PICTURE, rep.result_len = 0);
	REP(PICTURE, rep.width = 0);
	REP(PICTURE, rep.height = 0);
	REP(PICTURE, rep.format = IMAGE_FORMAT_SOURCE);
	REP(PICTURE, rep.format = IMAGE_FORMAT_AUTO);
	REP(PICTURE, rep.format = IMAGE_FORMAT_OTHER);
	REP(PICTURE, rep.format = IMAGE_FORMAT_JSON);
	REP(PICTURE, rep.frames = 0);
	REP(PICTURE, rep.quality = 101);
	REP(TOLD, rep.format = IMAGE_FORMAT_PNG);
	REP(TOLD, rep.width = 1);
	REP(TOLD, rep.frames = 1);
	REP(TOLD, rep.quality = 1);
	REP(TOLD, rep.result_len = 0);
	REP(PICTURE, rep.source_format = IMAGE_FORMAT_SOURCE);
	REP(PICTURE, strcpy(rep.text, "a picture and a reason"));
	REP(REFUSAL, rep.text[0] = '\0');
	REP(REFUSAL, rep.result_len = 1);
	REP(REFUSAL, rep.width = 1);
	REP(REFUSAL, rep.frames = 1);
	REP(REFUSAL, rep.quality = 1);
	REP(REFUSAL, strcpy(rep.text, "two\r\nlines"));
#undef REP
}

static void
pair(int sock[2])
{
	assert_int_equal(socketpair(AF_UNIX, SOCK_SEQPACKET | SOCK_CLOEXEC, 0,
	    sock), 0);
}

/* The lowest free number: the same before and after, if nothing leaked. */
static int
next_fd(void)
{
	int fd = dup(STDERR_FILENO);

	assert_true(fd >= 0);
	close(fd);
	return (fd);
}

static void
packets_and_their_end_arrive(void **state)
{
	const int none[RENDER_FDS] = { -1, STDERR_FILENO };
	int sock[2], fds[RENDER_FDS];
	char buf[16];

	(void)state;
	pair(sock);
	assert_int_equal(render_send(sock[0], "one", 3, NULL), 0);
	assert_int_equal(render_send(sock[0], "three", 5, none), 0);
	assert_int_equal(render_recv(sock[1], buf, sizeof buf, fds), 3);
	assert_memory_equal(buf, "one", 3);
	assert_int_equal(fds[0], -1);
	assert_int_equal(render_recv(sock[1], buf, sizeof buf, fds), 5);
	assert_int_equal(fds[0], -1);
	assert_int_equal(fds[1], -1);
	close(sock[0]);
	assert_int_equal(render_recv(sock[1], buf, sizeof buf, fds), 0);
	assert_int_equal(fds[0], -1);
	assert_int_equal(fds[1], -1);
	/* A peer that is gone is an error, not a signal. */
	assert_int_equal(render_send(sock[1], "x", 1, NULL), -1);
	assert_int_equal(errno, EPIPE);
	close(sock[1]);
}

static int
file_with(const char *text)
{
	int fd = memfd_create("file", MFD_CLOEXEC);

	assert_true(fd >= 0);
	assert_int_equal(write(fd, text, strlen(text)), strlen(text));
	return (fd);
}

static void
assert_same_file(int sent, int got, const char *text)
{
	struct stat a, b;
	char buf[16];

	assert_true(got >= 0 && got != sent);
	assert_int_equal(fstat(sent, &a), 0);
	assert_int_equal(fstat(got, &b), 0);
	assert_true(a.st_ino == b.st_ino && a.st_dev == b.st_dev);
	assert_true(fcntl(got, F_GETFD) & FD_CLOEXEC);
	assert_int_equal(pread(got, buf, sizeof buf, 0), strlen(text));
	assert_memory_equal(buf, text, strlen(text));
}

static void
files_arrive_beside_in_order(void **state)
{
	int sock[2], sent[RENDER_FDS], fds[RENDER_FDS], free_fd;
	char buf[16];

	(void)state;
	pair(sock);
	sent[0] = file_with("pixels");
	sent[1] = -1;
	free_fd = next_fd();
	assert_int_equal(render_send(sock[0], "look", 4, sent), 0);
	assert_int_equal(render_recv(sock[1], buf, sizeof buf, fds), 4);
	assert_same_file(sent[0], fds[0], "pixels");
	assert_int_equal(fds[1], -1);
	render_fds_close(fds);
	assert_int_equal(fds[0], -1);
	assert_int_equal(next_fd(), free_fd);

	sent[1] = file_with("a mark");
	free_fd = next_fd();
	assert_int_equal(render_send(sock[0], "both", 4, sent), 0);
	assert_int_equal(render_recv(sock[1], buf, sizeof buf, fds), 4);
	assert_same_file(sent[0], fds[0], "pixels");
	assert_same_file(sent[1], fds[1], "a mark");
	render_fds_close(fds);
	assert_int_equal(next_fd(), free_fd);

	/* Too long for the receiver: refused, and its files closed. */
	assert_int_equal(render_send(sock[0], "0123456789abcdef!", 17, sent),
	    0);
	assert_int_equal(render_recv(sock[1], buf, sizeof buf, fds), -1);
	assert_int_equal(errno, EMSGSIZE);
	assert_int_equal(fds[0], -1);
	assert_int_equal(fds[1], -1);
	assert_int_equal(next_fd(), free_fd);
	render_fds_close(sent);
	close(sock[0]);
	close(sock[1]);
}

static void
send_fds(int sock, const void *data, size_t len, const int *fds, size_t n)
{
	char control[CMSG_SPACE(8 * sizeof(int))]
	    __attribute__((aligned(sizeof(size_t))));
	struct iovec iov = { (void *)(uintptr_t)data, len };
	struct msghdr msg = { .msg_iov = &iov, .msg_iovlen = 1 };
	struct cmsghdr *cmsg;

	assert_true(n <= 8);
	memset(control, 0, sizeof control);
	msg.msg_control = control;
	msg.msg_controllen = CMSG_SPACE(n * sizeof(int));
	cmsg = CMSG_FIRSTHDR(&msg);
	cmsg->cmsg_level = SOL_SOCKET;
	cmsg->cmsg_type = SCM_RIGHTS;
	cmsg->cmsg_len = CMSG_LEN(n * sizeof(int));
	memcpy(CMSG_DATA(cmsg), fds, n * sizeof(int));
	assert_int_equal(sendmsg(sock, &msg, 0), (ssize_t)len);
}

static void
many_files_are_refused_and_closed(void **state)
{
	int sock[2], got[RENDER_FDS], free_fd;
	const int fds[8] = { 0, 1, 2, 0, 1, 2, 0, 1 };
	char buf[16];
	size_t n;

	(void)state;
	pair(sock);
	free_fd = next_fd();
	for (n = RENDER_FDS + 1; n <= 8; n++) {
		send_fds(sock[0], "many", 4, fds, n);
		assert_int_equal(render_recv(sock[1], buf, sizeof buf, got),
		    -1);
		assert_int_equal(errno, EPROTO);
		assert_int_equal(got[0], -1);
		assert_int_equal(got[1], -1);
		assert_int_equal(next_fd(), free_fd);
	}
	/* A file without a message is no end of file. */
	send_fds(sock[0], "", 0, fds, 1);
	assert_int_equal(render_recv(sock[1], buf, sizeof buf, got), -1);
	assert_int_equal(errno, EPROTO);
	assert_int_equal(next_fd(), free_fd);
	close(sock[0]);
	close(sock[1]);
}

static void
packets_have_a_size(void **state)
{
	static char big[RENDER_PACKET_MAX + 1];
	static char buf[sizeof big];
	int sock[2], fds[RENDER_FDS];

	(void)state;
	pair(sock);
	memset(big, 'x', sizeof big);
	assert_int_equal(render_send(sock[0], big, 0, NULL), -1);
	assert_int_equal(errno, EMSGSIZE);
	assert_int_equal(render_send(sock[0], big, sizeof big, NULL), -1);
	assert_int_equal(errno, EMSGSIZE);
	assert_int_equal(render_send(sock[0], big, RENDER_PACKET_MAX, NULL), 0);
	assert_int_equal(render_recv(sock[1], buf, sizeof buf, fds),
	    RENDER_PACKET_MAX);
	assert_memory_equal(buf, big, RENDER_PACKET_MAX);
	close(sock[0]);
	close(sock[1]);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(request_round_trip),
		cmocka_unit_test(reply_round_trip),
		cmocka_unit_test(longest_texts_fit),
		cmocka_unit_test(truncated_or_longer_is_refused),
		cmocka_unit_test(mutated_is_refused_or_harmless),
		cmocka_unit_test(nonsense_is_not_packed),
		cmocka_unit_test(packets_and_their_end_arrive),
		cmocka_unit_test(files_arrive_beside_in_order),
		cmocka_unit_test(many_files_are_refused_and_closed),
		cmocka_unit_test(packets_have_a_size),
	};

	return (cmocka_run_group_tests(tests, NULL, NULL));
}
