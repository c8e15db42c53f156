/* SPDX-License-Identifier: BSD-2-Clause
 * Copyright (c) 2026 The pixelfleet authors
 *
 * What a renderer makes of packets that nobody of ours would send, as an
 * entry for libFuzzer.
 *
 * The first byte of the input says how the packet comes, the next ones which
 * files come with it, and the rest is the packet.  A renderer that takes it
 * answers, once, in a way that the cache would take; one that does not ends.
 */

#include "config.h"

#include <errno.h>

#include "fuzz.h"
#include "fuzz_wire.h"
#include "memfd.h"

/* Its limit is for a process that can be spared, and it says too much. */
#include "sandbox.h"
#define sandbox_cpu_budget(ms)	((void)(ms))
#define fprintf(...)		((void)0)
#include "serve.c"
#undef fprintf

/* 2 x 2 pixels. */
static const uint8_t GIF[] = "GIF89a\2\0\2\0\x80\0\0\xff\xff\xff\0\0\0"
    "\x2c\0\0\0\0\2\0\2\0\0\2\2\x44\x51\0\x3b";

int LLVMFuzzerInitialize(int *argc, char ***argv);

int
LLVMFuzzerInitialize(int *argc, char ***argv)
{
	(void)argc;
	if (serve_start((*argv)[0]))
		exit(1);
	formats_probe();
	return (0);
}

/* The head of a request for what follows in the packet. */
static void
flip_head(uint8_t *packet, size_t size, bool overlay)
{
	static struct render_request sample;
	static uint8_t made[RENDER_PACKET_MAX];
	ssize_t head;
	size_t text;

	sample = (struct render_request){
		.deadline_ms = 1000, .max_frames = 4, .max_pixels = 65536,
		.max_side = 256, .max_out_pixels = 65536,
		.open = RENDER_OPEN_ALL, .source_len = sizeof GIF - 1,
		.overlay_len = overlay ? sizeof GIF - 1 : 0
	};
	head = render_request_pack(&sample, made, sizeof made);
	MUST("a head", head > 0);
	text = size > (size_t)head ? size - (size_t)head : 0;
	if (text >= sizeof sample.ops)
		text = sizeof sample.ops - 1;
	memset(sample.ops, 'x', text);
	MUST("a head", render_request_pack(&sample, made, sizeof made) > 0);
	wire_flip(packet, size, made, (size_t)head);
}

static unsigned
play(int sock, struct fuzz_bytes in)
{
	unsigned how = fuzz_byte(&in), i;
	uint8_t kinds[HOW_FILES], *packet;

	for (i = 0; i < (how & HOW_FILES); i++)
		kinds[i] = (uint8_t)fuzz_byte(&in);
	packet = fuzz_copy(in.data, in.size);
	if (how & HOW_HEAD)
		flip_head(packet, in.size, (how & HOW_FILES) > 1);
	wire_play(sock, how, kinds, packet, in.size, GIF, sizeof GIF - 1);
	free(packet);
	return (how & HOW_TWICE ? 2 : 1);
}

/* As the cache looks at them. */
static unsigned
count_replies(int sock)
{
	static uint8_t packet[RENDER_PACKET_MAX];
	static struct render_reply reply;
	int files[RENDER_FDS];
	const void *data;
	unsigned n = 0;
	ssize_t len;

	while ((len = render_recv(sock, packet, sizeof packet, files)) > 0) {
		n++;
		MUST("a reply", render_reply_unpack(&reply, packet,
		    (size_t)len) == 0);
		MUST(reply.text, (reply.status == 200) == (files[0] >= 0) &&
		    files[1] < 0);
		MUST(reply.text, reply.status != 200 ||
		    memfd_map(files[0], reply.result_len, &data) == 0);
		if (reply.status == 200)
			memfd_unmap(data, reply.result_len);
		render_fds_close(files);
	}
	/* What the kernel says of a peer that left a packet unread. */
	MUST("the end", len == 0 || errno == ECONNRESET);
	return (n);
}

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	uint64_t before = wire_fds();
	int pair[2], status;
	unsigned asked, answered;

	MUST("sockets", socketpair(AF_UNIX, SOCK_SEQPACKET | SOCK_CLOEXEC, 0,
	    pair) == 0);
	asked = play(pair[1], (struct fuzz_bytes){ data, size });
	(void)shutdown(pair[1], SHUT_WR);
	status = serve_requests("renderer", pair[0]);
	(void)close(pair[0]);
	answered = count_replies(pair[1]);
	(void)close(pair[1]);
	MUST("a request", status == 0 || status == 1);
	MUST("a request", answered <= asked);
	/* What was refused is not answered. */
	MUST("a request", status == 0 || answered == 0 || asked == 2);
	MUST("a descriptor", wire_fds() == before);
	return (0);
}
