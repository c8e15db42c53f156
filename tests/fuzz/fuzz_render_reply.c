/* SPDX-License-Identifier: BSD-2-Clause
 * Copyright (c) 2026 The pixelfleet authors
 *
 * What a renderer that somebody has taken over may answer, and what the
 * cache makes of it, as an entry for libFuzzer.
 *
 * The first byte of the input says how the answer comes, the second which
 * sample it is made of, the next ones which files come with it, and the rest
 * is the packet.
 */

#include "config.h"

#include <cache/cache.h>

#include <sys/stat.h>
#include <vtim.h>

#include "fuzz.h"
#include "fuzz_wire.h"
#include "render_wire.h"
#include "renderer.h"

#define RESULT_MAX	5000

#define HOW_CLOSED	0x20	/* the socket ends after it */
#define HOW_SILENT	0x40	/* nothing comes */

static const struct render_reply samples[] = {
	{ .status = 200, .result_len = 700, .width = 40, .height = 30,
	    .frames = 1, .source_width = 400, .source_height = 300,
	    .source_frames = 1, .format = IMAGE_FORMAT_JPG,
	    .source_format = IMAGE_FORMAT_PNG, .quality = 90, .encodes = 1 },
	{ .status = 200, .result_len = 300, .source_width = 400,
	    .source_height = 300, .source_frames = 1,
	    .format = IMAGE_FORMAT_JSON,
	    .source_format = IMAGE_FORMAT_PNG },
	{ .status = 413, .source_format = IMAGE_FORMAT_PNG, .text = "no" },
};

/* The head of a sample with a text as long as what follows in the packet. */
static void
flip_head(uint8_t *packet, size_t size, unsigned which)
{
	static struct render_reply sample;
	uint8_t made[RENDER_PACKET_MAX];
	ssize_t head = render_reply_pack(&samples[0], made, sizeof made);
	size_t text;

	MUST("a head", head > 0);
	sample = samples[which % COUNT(samples)];
	if (sample.status != 200 && size > (size_t)head) {
		text = size - (size_t)head;
		if (text >= sizeof sample.text)
			text = sizeof sample.text - 1;
		memset(sample.text, 'x', text);
		sample.text[text] = '\0';
	}
	MUST("a head", render_reply_pack(&sample, made, sizeof made) > 0);
	wire_flip(packet, size, made, (size_t)head);
}

/* Of a result that would do. */
static size_t
result_len(const uint8_t *packet, size_t size)
{
	static struct render_reply reply;

	if (render_reply_unpack(&reply, packet, size) != 0)
		return (0);
	return (reply.result_len % (2 * RESULT_MAX));
}

static void
play(int sock, struct fuzz_bytes in)
{
	unsigned how = fuzz_byte(&in), which = fuzz_byte(&in), i;
	uint8_t kinds[HOW_FILES], *packet;

	for (i = 0; i < (how & HOW_FILES); i++)
		kinds[i] = (uint8_t)fuzz_byte(&in);
	packet = fuzz_copy(in.data, in.size);
	if (how & HOW_HEAD)
		flip_head(packet, in.size, which);
	if (!(how & HOW_SILENT))
		wire_play(sock, how, kinds, packet, in.size, NULL,
		    result_len(packet, in.size));
	if (how & HOW_CLOSED)
		(void)shutdown(sock, SHUT_RDWR);
	free(packet);
}

/* What may be mapped and read at leisure. */
static void
check_result(const struct render_reply *reply, int fd)
{
	struct stat st;

	MUST(reply->text, (reply->status == 200) == (fd >= 0));
	MUST(reply->text, fuzz_printable(reply->text) &&
	    strlen(reply->text) < sizeof reply->text);
	if (fd < 0)
		return;
	MUST("a result", fstat(fd, &st) == 0 && S_ISREG(st.st_mode));
	MUST("a result", (uint64_t)st.st_size == reply->result_len &&
	    reply->result_len <= RESULT_MAX && reply->result_len > 0);
	MUST("a result", ftruncate(fd, 0) != 0 && ftruncate(fd, 9999) != 0);
	MUST("a result", pwrite(fd, "x", 1, 0) < 0);
	MUST("a result", (fcntl(fd, F_GETFD) & FD_CLOEXEC) != 0);
}

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	static const struct render_request request = {
		.max_frames = 1, .max_pixels = 1, .max_side = 1,
		.max_out_pixels = 1, .source_len = 1, .ops = "width=1"
	};
	static uint8_t packet[RENDER_PACKET_MAX];
	static struct render_reply reply;
	struct renderer r = { .magic = RENDERER_MAGIC, .words = -1 };
	const int files[RENDER_FDS] = { 0, -1 };
	enum renderer_answer a;
	uint64_t before = wire_fds();
	int pair[2], result;
	ssize_t l;

	MUST("sockets", socketpair(AF_UNIX, SOCK_SEQPACKET | SOCK_CLOEXEC, 0,
	    pair) == 0);
	r.sock = pair[0];
	play(pair[1], (struct fuzz_bytes){ data, size });
	l = render_request_pack(&request, packet, sizeof packet);
	a = renderer_ask(&r, packet, (size_t)l, files, VTIM_mono() - 1,
	    RESULT_MAX, &reply, &result);
	MUST("a result", a == RENDERER_ANSWERED || result < 0);
	if (a == RENDERER_ANSWERED)
		check_result(&reply, result);
	if (result >= 0)
		(void)close(result);
	(void)close(pair[0]);
	(void)close(pair[1]);
	MUST("a descriptor", wire_fds() == before);
	return (0);
}
