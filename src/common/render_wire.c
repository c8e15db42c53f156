/* SPDX-License-Identifier: BSD-2-Clause
 * Copyright (c) 2026 The pixelfleet authors
 *
 * The two messages between the cache and a renderer process: packing,
 * checking, and carrying them with file descriptors beside.
 *
 * A packet is a fixed head, a struct without padding, and a text: the
 * operations of a request, the sentence of a reply.  The text's length is
 * in the head and makes the packet's length exact.  Texts are printable
 * ASCII without control characters, since they end in logs and in HTTP
 * responses.  What unpack accepts, pack would have made.
 */

#include "config.h"

#include <errno.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#include "render_wire.h"

#define WIRE_VERSION		2	/* of both layouts below */
#define WIRE_REQUEST_MAGIC	0x51525850U	/* PXRQ */
#define WIRE_REPLY_MAGIC	0x50525850U	/* PXRP */

/* A peer that sends more fds than that is wrong; found out by more room. */
#define WIRE_FDS		(RENDER_FDS + 1)

struct wire_request {
	uint32_t	magic;
	uint32_t	version;
	uint32_t	deadline_ms;
	uint32_t	max_frames;
	uint32_t	max_side;
	uint32_t	ops_len;
	uint32_t	open;
	uint32_t	unused;		/* 0; the next begins at 8 bytes */
	uint64_t	max_pixels;
	uint64_t	max_out_pixels;
	uint64_t	source_len;
	uint64_t	overlay_len;
};

struct wire_reply {
	uint32_t	magic;
	uint32_t	version;
	uint32_t	status;
	uint32_t	text_len;
	uint64_t	result_len;
	uint32_t	width, height;
	uint32_t	frames;
	uint32_t	source_width, source_height;
	uint32_t	source_frames;
	uint32_t	format;
	uint32_t	source_format;
	uint32_t	quality;
	uint32_t	encodes;
	uint32_t	load_us, process_us, save_us;
	uint32_t	rss_kb;
	uint32_t	limit;
	uint32_t	unused;		/* 0; makes it a multiple of 8 bytes */
};

_Static_assert(sizeof(struct wire_request) == 64, "padding");
_Static_assert(sizeof(struct wire_reply) == 88, "padding");
_Static_assert(sizeof(struct wire_request) + IMAGE_URL_MAX <=
    RENDER_PACKET_MAX, "a request fits a packet");
_Static_assert(sizeof(struct wire_reply) + IMAGE_ERROR_MAX <=
    RENDER_PACKET_MAX, "a reply fits a packet");

static bool
text_ok(const char *text, size_t len)
{
	size_t i;

	for (i = 0; i < len; i++)
		if (text[i] < ' ' || text[i] > '~')
			return (false);
	return (true);
}

/* The length of a text that ends inside its array, or -1. */
static ssize_t
text_len(const char *text, size_t room)
{
	size_t len = strnlen(text, room);

	if (len == room || !text_ok(text, len))
		return (-1);
	return ((ssize_t)len);
}

static ssize_t
packet_join(void *buf, size_t len, const void *head, size_t head_len,
    const char *text, size_t textlen)
{
	if (len < head_len + textlen)
		return (-1);
	memcpy(buf, head, head_len);
	memcpy((char *)buf + head_len, text, textlen);
	return ((ssize_t)(head_len + textlen));
}

/* Copy out the text of a packet whose head has been read. */
static int
packet_text(const void *buf, size_t len, size_t head_len, size_t textlen,
    char *text, size_t room)
{
	if (textlen >= room || len != head_len + textlen)
		return (-1);
	memcpy(text, (const char *)buf + head_len, textlen);
	text[textlen] = '\0';
	return (text_ok(text, textlen) ? 0 : -1);
}

static bool
request_ok(const struct render_request *req)
{
	return (req->max_frames > 0 && req->max_pixels > 0 &&
	    req->max_side > 0 && req->max_out_pixels > 0 &&
	    (req->open & ~RENDER_OPEN_ALL) == 0);
}

static bool
format_ok(enum image_format format, enum image_format first,
    enum image_format last)
{
	return (format >= first && format <= last);
}

/* A picture has pixels, what is told about one has none. */
static bool
result_ok(const struct render_reply *rep)
{
	if (rep->format == IMAGE_FORMAT_JSON)
		return (rep->width == 0 && rep->height == 0 &&
		    rep->frames == 0 && rep->quality == 0);
	return (rep->width > 0 && rep->height > 0 && rep->frames > 0 &&
	    rep->quality <= 100 &&
	    format_ok(rep->format, IMAGE_FORMAT_JPG, IMAGE_FORMAT_GIF));
}

/* A reply holds either a result or a reason, never both or neither. */
static bool
reply_ok(const struct render_reply *rep)
{
	if (rep->limit != RENDER_LIMIT_NONE && rep->status != 413)
		return (false);
	switch (rep->status) {
	case 200:
		return (rep->result_len > 0 && result_ok(rep) &&
		    rep->source_width > 0 && rep->source_height > 0 &&
		    rep->source_frames > 0 &&
		    format_ok(rep->source_format, IMAGE_FORMAT_JPG,
		    IMAGE_FORMAT_OTHER) && rep->text[0] == '\0');
	case 400:
	case 413:
	case 415:
	case 422:
	case 500:
	case 501:
		return (rep->result_len == 0 &&
		    rep->width == 0 && rep->height == 0 &&
		    rep->frames == 0 && rep->quality == 0 &&
		    format_ok(rep->format, IMAGE_FORMAT_SOURCE,
		    IMAGE_FORMAT_JSON) &&
		    format_ok(rep->source_format, IMAGE_FORMAT_SOURCE,
		    IMAGE_FORMAT_OTHER) && rep->text[0] != '\0');
	default:
		return (false);
	}
}

/*
 * Take the fds beside a packet; close what is too many of them.  Returns
 * their number.
 */
static int
fds_take(struct msghdr *msg, int fds[RENDER_FDS])
{
	struct cmsghdr *cmsg;
	size_t i, n;
	int fd, total = 0;

	for (cmsg = CMSG_FIRSTHDR(msg); cmsg != NULL;
	    cmsg = CMSG_NXTHDR(msg, cmsg)) {
		if (cmsg->cmsg_level != SOL_SOCKET ||
		    cmsg->cmsg_type != SCM_RIGHTS)
			continue;
		n = (cmsg->cmsg_len - CMSG_LEN(0)) / sizeof fd;
		for (i = 0; i < n; i++) {
			memcpy(&fd, CMSG_DATA(cmsg) + i * sizeof fd,
			    sizeof fd);
			if (total < RENDER_FDS)
				fds[total] = fd;
			else
				(void)close(fd);
			total++;
		}
	}
	return (total);
}

ssize_t
render_request_pack(const struct render_request *req, void *buf, size_t len)
{
	struct wire_request head;
	ssize_t ops_len;

	ops_len = text_len(req->ops, sizeof req->ops);
	if (ops_len < 0 || !request_ok(req))
		return (-1);
	memset(&head, 0, sizeof head);
	head.magic = WIRE_REQUEST_MAGIC;
	head.version = WIRE_VERSION;
	head.deadline_ms = req->deadline_ms;
	head.max_frames = req->max_frames;
	head.max_side = req->max_side;
	head.ops_len = (uint32_t)ops_len;
	head.max_pixels = req->max_pixels;
	head.max_out_pixels = req->max_out_pixels;
	head.open = req->open;
	head.source_len = req->source_len;
	head.overlay_len = req->overlay_len;
	return (packet_join(buf, len, &head, sizeof head, req->ops,
	    (size_t)ops_len));
}

ssize_t
render_reply_pack(const struct render_reply *rep, void *buf, size_t len)
{
	struct wire_reply head;
	ssize_t textlen;

	textlen = text_len(rep->text, sizeof rep->text);
	if (textlen < 0 || !reply_ok(rep))
		return (-1);
	memset(&head, 0, sizeof head);
	head.magic = WIRE_REPLY_MAGIC;
	head.version = WIRE_VERSION;
	head.status = rep->status;
	head.text_len = (uint32_t)textlen;
	head.result_len = rep->result_len;
	head.width = rep->width;
	head.height = rep->height;
	head.frames = rep->frames;
	head.source_width = rep->source_width;
	head.source_height = rep->source_height;
	head.source_frames = rep->source_frames;
	head.format = rep->format;
	head.source_format = rep->source_format;
	head.quality = rep->quality;
	head.encodes = rep->encodes;
	head.load_us = rep->load_us;
	head.process_us = rep->process_us;
	head.save_us = rep->save_us;
	head.rss_kb = rep->rss_kb;
	head.limit = rep->limit;
	return (packet_join(buf, len, &head, sizeof head, rep->text,
	    (size_t)textlen));
}

int
render_request_unpack(struct render_request *req, const void *buf, size_t len)
{
	struct wire_request head;

	memset(req, 0, sizeof *req);
	if (len < sizeof head)
		return (-1);
	memcpy(&head, buf, sizeof head);
	if (head.magic != WIRE_REQUEST_MAGIC ||
	    head.version != WIRE_VERSION || head.unused != 0)
		return (-1);
	req->deadline_ms = head.deadline_ms;
	req->max_frames = head.max_frames;
	req->max_side = head.max_side;
	req->max_pixels = head.max_pixels;
	req->max_out_pixels = head.max_out_pixels;
	req->open = head.open;
	req->source_len = head.source_len;
	req->overlay_len = head.overlay_len;
	if (!request_ok(req))
		return (-1);
	return (packet_text(buf, len, sizeof head, head.ops_len, req->ops,
	    sizeof req->ops));
}

int
render_reply_unpack(struct render_reply *rep, const void *buf, size_t len)
{
	struct wire_reply head;

	memset(rep, 0, sizeof *rep);
	if (len < sizeof head)
		return (-1);
	memcpy(&head, buf, sizeof head);
	if (head.magic != WIRE_REPLY_MAGIC ||
	    head.version != WIRE_VERSION || head.unused != 0)
		return (-1);
	/* Before they become values of an enum. */
	if (head.limit > RENDER_LIMIT_MEMORY ||
	    head.format > IMAGE_FORMAT_OTHER ||
	    head.source_format > IMAGE_FORMAT_OTHER)
		return (-1);
	rep->status = head.status;
	rep->result_len = head.result_len;
	rep->width = head.width;
	rep->height = head.height;
	rep->frames = head.frames;
	rep->source_width = head.source_width;
	rep->source_height = head.source_height;
	rep->source_frames = head.source_frames;
	rep->format = (enum image_format)head.format;
	rep->source_format = (enum image_format)head.source_format;
	rep->quality = head.quality;
	rep->encodes = head.encodes;
	rep->load_us = head.load_us;
	rep->process_us = head.process_us;
	rep->save_us = head.save_us;
	rep->rss_kb = head.rss_kb;
	rep->limit = (enum render_limit)head.limit;
	if (packet_text(buf, len, sizeof head, head.text_len, rep->text,
	    sizeof rep->text))
		return (-1);
	return (reply_ok(rep) ? 0 : -1);
}

int
render_send(int sock, const void *buf, size_t len, const int fds[RENDER_FDS])
{
	union {
		struct cmsghdr	align;
		char		buf[CMSG_SPACE(RENDER_FDS * sizeof(int))];
	} control;
	struct iovec iov = { (void *)(uintptr_t)buf, len };
	struct msghdr msg;
	struct cmsghdr *cmsg;
	ssize_t sent;
	size_t n = 0;

	/* An empty packet would look like the end of file. */
	if (len == 0 || len > RENDER_PACKET_MAX) {
		errno = EMSGSIZE;
		return (-1);
	}
	memset(&msg, 0, sizeof msg);
	msg.msg_iov = &iov;
	msg.msg_iovlen = 1;
	while (fds != NULL && n < RENDER_FDS && fds[n] >= 0)
		n++;
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
	do {
		sent = sendmsg(sock, &msg, MSG_NOSIGNAL);
	} while (sent < 0 && errno == EINTR);
	if (sent < 0)
		return (-1);
	if ((size_t)sent != len) {
		errno = EMSGSIZE;
		return (-1);
	}
	return (0);
}

ssize_t
render_recv(int sock, void *buf, size_t len, int fds[RENDER_FDS])
{
	union {
		struct cmsghdr	align;
		char		buf[CMSG_SPACE(WIRE_FDS * sizeof(int))];
	} control;
	struct iovec iov = { buf, len };
	struct msghdr msg;
	ssize_t got;
	int n, error = 0;

	for (n = 0; n < RENDER_FDS; n++)
		fds[n] = -1;
	memset(&msg, 0, sizeof msg);
	msg.msg_iov = &iov;
	msg.msg_iovlen = 1;
	msg.msg_control = control.buf;
	msg.msg_controllen = sizeof control.buf;
	do {
		got = recvmsg(sock, &msg, MSG_CMSG_CLOEXEC);
	} while (got < 0 && errno == EINTR);
	if (got < 0)
		return (-1);
	n = fds_take(&msg, fds);
	if (msg.msg_flags & MSG_TRUNC)
		error = EMSGSIZE;
	else if (n > RENDER_FDS || (msg.msg_flags & MSG_CTRUNC) ||
	    (got == 0 && n > 0))
		error = EPROTO;
	if (error == 0)
		return (got);
	render_fds_close(fds);
	errno = error;
	return (-1);
}

void
render_fds_close(int fds[RENDER_FDS])
{
	int i;

	for (i = 0; i < RENDER_FDS; i++) {
		if (fds[i] >= 0)
			(void)close(fds[i]);
		fds[i] = -1;
	}
}
