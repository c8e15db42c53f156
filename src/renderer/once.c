/* SPDX-License-Identifier: BSD-2-Clause
 * Copyright (c) 2026 The pixelfleet authors
 *
 * A single render by hand: this process plays the cache, a child of it the
 * renderer, and everything between them is as in earnest.
 */

#include "config.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/wait.h>
#include <unistd.h>

#include "memfd.h"
#include "once.h"
#include "serve.h"

/* Copy all of one file to another; returns the length, or -1. */
static ssize_t
copy(int from, int to)
{
	static char buf[1 << 16];
	ssize_t got, put, done, total = 0;

	while ((got = read(from, buf, sizeof buf)) > 0) {
		for (done = 0; done < got; done += put) {
			put = write(to, buf + done, (size_t)(got - done));
			if (put < 0)
				return (-1);
		}
		total += got;
	}
	return (got < 0 ? -1 : total);
}

static int
say(const char *name, const char *what)
{
	fprintf(stderr, "%s: %s: %s\n", name, what, strerror(errno));
	return (1);
}

/* All of a file as a sealed memfd, or -1 with errno. */
static int
read_all(int from, const char *what, uint64_t *len)
{
	int fd = memfd_new(what);
	ssize_t copied;

	if (fd < 0)
		return (-1);
	copied = copy(from, fd);
	if (copied < 0 || memfd_seal(fd)) {
		(void)close(fd);
		return (-1);
	}
	*len = (uint64_t)copied;
	return (fd);
}

static int
read_file(const char *path, const char *what, uint64_t *len)
{
	int file = open(path, O_RDONLY | O_CLOEXEC);
	int fd;

	if (file < 0)
		return (-1);
	fd = read_all(file, what, len);
	(void)close(file);
	return (fd);
}

static int
ask(const char *name, int sock, struct render_request *req,
    const char *overlay)
{
	char packet[RENDER_PACKET_MAX];
	int files[RENDER_FDS] = { -1, -1 };
	ssize_t len;
	int error = 0;

	files[0] = read_all(STDIN_FILENO, "source", &req->source_len);
	if (files[0] < 0)
		return (say(name, "source"));
	if (overlay != NULL) {
		files[1] = read_file(overlay, "overlay", &req->overlay_len);
		if (files[1] < 0)
			return (say(name, overlay));
		if (req->overlay_len == 0) {
			fprintf(stderr, "%s: %s is empty\n", name, overlay);
			return (1);
		}
	}
	len = render_request_pack(req, packet, sizeof packet);
	if (len < 0) {
		fprintf(stderr, "%s: operations are no plain text\n", name);
		error = 1;
	} else if (render_send(sock, packet, (size_t)len, files))
		error = say(name, "request");
	render_fds_close(files);
	return (error);
}

static void
tell(const struct render_reply *reply)
{
	fprintf(stderr, "%ux%u %s, %u frame(s), %llu bytes, quality %u, "
	    "%u encode(s); source %ux%u %s, %u frame(s); "
	    "load %u, process %u, save %u us; peak %u kB\n",
	    reply->width, reply->height, image_format_name(reply->format),
	    reply->frames, (unsigned long long)reply->result_len,
	    reply->quality, reply->encodes,
	    reply->source_width, reply->source_height,
	    image_format_name(reply->source_format), reply->source_frames,
	    reply->load_us, reply->process_us, reply->save_us,
	    reply->rss_kb);
}

/* The reply's only file is the result. */
static int
take(const char *name, int sock, bool verbose)
{
	char packet[RENDER_PACKET_MAX];
	struct render_reply reply;
	ssize_t len;
	int files[RENDER_FDS];

	len = render_recv(sock, packet, sizeof packet, files);
	if (len == 0) {
		fprintf(stderr, "%s: the renderer died\n", name);
		return (1);
	}
	if (len < 0)
		return (say(name, "reply"));
	if (render_reply_unpack(&reply, packet, (size_t)len) ||
	    (reply.status == 200) != (files[0] >= 0) || files[1] >= 0) {
		fprintf(stderr, "%s: malformed reply\n", name);
		return (1);
	}
	if (reply.status != 200) {
		fprintf(stderr, "%s: %u %s\n", name, reply.status, reply.text);
		return (1);
	}
	if (lseek(files[0], 0, SEEK_SET) < 0 ||
	    copy(files[0], STDOUT_FILENO) != (ssize_t)reply.result_len)
		return (say(name, "result"));
	render_fds_close(files);
	if (verbose)
		tell(&reply);
	return (0);
}

/* Operations as they are typed, in the form that renderers take. */
static int
spell(const char *name, const char *ops, char canonical[IMAGE_URL_MAX])
{
	static const struct image_site site = { .reject_unknown = true };
	static struct image_request parsed;
	char url[IMAGE_URL_MAX + 2];

	(void)snprintf(url, sizeof url, "/?%s", ops);
	if (image_request_parse(&parsed, &site, url) != 0) {
		fprintf(stderr, "%s: %d %s\n", name, parsed.status,
		    parsed.error);
		return (1);
	}
	if (!parsed.rendered) {
		fprintf(stderr, "%s: no operation is given\n", name);
		return (1);
	}
	memcpy(canonical, parsed.ops_text, IMAGE_URL_MAX);
	return (0);
}

int
once(const char *name, struct render_request *req, const struct once *what)
{
	int sock[2], error;
	pid_t child;

	if (spell(name, what->ops, req->ops) != 0)
		return (1);
	if (socketpair(AF_UNIX, SOCK_SEQPACKET | SOCK_CLOEXEC, 0, sock))
		return (say(name, "socketpair"));
	child = fork();
	if (child < 0)
		return (say(name, "fork"));
	if (child == 0)
		_exit(serve(name, sock[1]));
	(void)close(sock[1]);
	error = ask(name, sock[0], req, what->overlay) ||
	    take(name, sock[0], what->verbose);
	(void)close(sock[0]);
	while (waitpid(child, NULL, 0) < 0 && errno == EINTR)
		continue;
	return (error);
}
