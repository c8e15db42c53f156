/* SPDX-License-Identifier: BSD-2-Clause
 * Copyright (c) 2026 The pixelfleet authors
 *
 * The two messages between the cache and a renderer process.
 *
 * They travel over a SOCK_SEQPACKET socketpair, a packet each, with memfds
 * beside them: the source beside the request, and after it the overlay
 * where there is one; the result beside a reply that succeeded.  Both ends
 * run on one machine from one build, so integers are in host order; still
 * each end checks every length and number of what it receives, since a
 * renderer works on images from strangers and may have been taken over by
 * one.
 *
 * Pure: no Varnish, no libvips.
 */

#ifndef RENDER_WIRE_H
#define RENDER_WIRE_H

#include <stddef.h>
#include <stdint.h>
#include <sys/types.h>

#include "image_ops.h"

#define RENDER_PACKET_MAX	16384	/* bytes */
#define RENDER_FD		3	/* the renderer's end of the pair */
#define RENDER_FDS		2	/* beside a packet, at most */

/* Formats that are opened only where the site says so. */
#define RENDER_OPEN_SVG		(1u << 0)
#define RENDER_OPEN_PDF		(1u << 1)
#define RENDER_OPEN_ALL		(RENDER_OPEN_SVG | RENDER_OPEN_PDF)

/* In a renderer's words, before what its system does not have. */
#define SANDBOX_LACKS		"sandbox: "

/* A renderer that can get no more memory may leave with this status. */
#define RENDER_EXIT_MEMORY	77

/* Which limit it was that a refusal, with 413, is about; NONE: another. */
enum render_limit {
	RENDER_LIMIT_NONE,
	RENDER_LIMIT_FRAMES,
	RENDER_LIMIT_PIXELS,
	RENDER_LIMIT_SIDE,
	RENDER_LIMIT_OUT_PIXELS,
	RENDER_LIMIT_MEMORY
};

struct render_request {
	uint32_t	deadline_ms;	/* of this render, from reception */
	uint32_t	max_frames;	/* of the source */
	uint64_t	max_pixels;	/* of the source, frames summed */
	uint32_t	max_side;	/* px, of the result */
	uint64_t	max_out_pixels;	/* of the result */
	uint32_t	open;		/* RENDER_OPEN_* */
	uint64_t	source_len;	/* bytes in the memfd */
	uint64_t	overlay_len;	/* bytes in the second; 0: none */
	char		ops[IMAGE_URL_MAX];	/* canonical operations */
};

struct render_reply {
	uint32_t	status;		/* 200 400 413 415 422 500 501 */
	enum render_limit limit;
	uint64_t	result_len;	/* bytes in the memfd; 0 on failure */
	uint32_t	width, height;	/* px, of the result; 0 for JSON */
	uint32_t	frames;		/* of the result; 0 for JSON */
	uint32_t	source_width, source_height;	/* px, after orientation */
	uint32_t	source_frames;
	enum image_format format;	/* of the result */
	enum image_format source_format;
	uint32_t	quality;	/* that was used, 1..100; 0: none */
	uint32_t	encodes;	/* of the result, until it was right */
	uint32_t	load_us, process_us, save_us;
	uint32_t	rss_kb;		/* the renderer's peak resident size */
	char		text[IMAGE_ERROR_MAX];	/* why it failed, a sentence */
};

/* Return the packet's length, or -1 where it does not fit in `len`. */
ssize_t render_request_pack(const struct render_request *, void *buf,
    size_t len);
ssize_t render_reply_pack(const struct render_reply *, void *buf, size_t len);

/* Return 0, or -1 for a packet that the other end cannot have meant. */
int render_request_unpack(struct render_request *, const void *buf,
    size_t len);
int render_reply_unpack(struct render_reply *, const void *buf, size_t len);

/*
 * Send one packet, with files beside it: fds are in their order, and from
 * the first -1 on there are no more; NULL: none at all.  They stay the
 * caller's.  Returns 0, or -1 with errno.
 */
int render_send(int sock, const void *buf, size_t len,
    const int fds[RENDER_FDS]);

/*
 * Receive one packet into buf; fds become the files beside it (close on
 * exec; the caller's), -1 where there is none.  Returns the length, 0 at
 * end of file, or -1 with errno; a truncated packet is EMSGSIZE, more than
 * RENDER_FDS files are EPROTO.
 */
ssize_t render_recv(int sock, void *buf, size_t len, int fds[RENDER_FDS]);

/* Close what is there of them. */
void render_fds_close(int fds[RENDER_FDS]);

#endif
