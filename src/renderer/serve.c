/* SPDX-License-Identifier: BSD-2-Clause
 * Copyright (c) 2026 The pixelfleet authors
 *
 * The renderer's life: requests from a socket until its end.
 *
 * One request at a time and one thread of libvips's: parallel work is the
 * business of several processes.  A request that cannot be understood was
 * not made by the build that this program belongs to, and ends it.
 */

#include "config.h"

#include <malloc.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include <vips/vips.h>

#include "fonts.h"
#include "formats.h"
#include "render.h"
#include "render_wire.h"
#include "sandbox.h"
#include "serve.h"

#define LARGE_BLOCK	(128 << 10)	/* bytes */

/*
 * Damaged images make libraries talkative; what matters is in the reply.  But
 * GLib gives up where there is no memory, and this is its last word.
 */
static void
say_nothing(const gchar *domain, GLogLevelFlags level, const gchar *message,
    gpointer priv)
{
	(void)domain;
	(void)priv;
	if ((level & G_LOG_LEVEL_ERROR) && message != NULL &&
	    strstr(message, "failed to allocate") != NULL)
		_exit(RENDER_EXIT_MEMORY);
}

static int
answer(int fd, const struct render_request *req, const int files[RENDER_FDS])
{
	static struct render_reply reply;
	static char packet[RENDER_PACKET_MAX];
	int result[RENDER_FDS] = { -1, -1 };
	ssize_t len;
	int error;

	sandbox_cpu_budget(req->deadline_ms);
	result[0] = render(req, files[0], files[1], &reply);
	len = render_reply_pack(&reply, packet, sizeof packet);
	error = len < 0 || render_send(fd, packet, (size_t)len, result);
	render_fds_close(result);
	/* A large picture's memory goes back to the system. */
	(void)malloc_trim(0);
	return (error ? -1 : 0);
}

static int
serve_requests(const char *name, int fd)
{
	static struct render_request req;
	static char packet[RENDER_PACKET_MAX];
	ssize_t len;
	int files[RENDER_FDS], error;

	while ((len = render_recv(fd, packet, sizeof packet, files)) > 0) {
		if (render_request_unpack(&req, packet, (size_t)len) ||
		    files[0] < 0 ||
		    (files[1] >= 0) != (req.overlay_len > 0)) {
			render_fds_close(files);
			fprintf(stderr, "%s: malformed request\n", name);
			return (1);
		}
		error = answer(fd, &req, files);
		render_fds_close(files);
		if (error) {
			fprintf(stderr, "%s: cannot reply: %m\n", name);
			return (1);
		}
	}
	if (len < 0)
		fprintf(stderr, "%s: cannot receive: %m\n", name);
	return (len < 0 ? 1 : 0);
}

/*
 * libheif looks for codecs in modules of their own when it is first used,
 * be it for what is no image.
 */
static void
load_codecs(void)
{
	static char nothing[16];
	VipsImage *image;

	if (vips_heifload_buffer(nothing, sizeof nothing, &image, NULL) == 0)
		g_object_unref(image);
	vips_error_clear();
}

int
serve_start(const char *name)
{
	/* Each arena keeps its peak: few threads, few arenas. */
	(void)mallopt(M_ARENA_MAX, 2);
	/*
	 * What is large is the system's again once it is free.  Left alone,
	 * this threshold follows the largest that was freed, and then images
	 * lie between what stays, in pages that nobody can give back.
	 */
	(void)mallopt(M_MMAP_THRESHOLD, LARGE_BLOCK);
	(void)g_log_set_default_handler(say_nothing, NULL);
	/* Never spill a picture into a temporary file. */
	if (setenv("VIPS_DISC_THRESHOLD", "1024g", 1))
		return (-1);
	if (vips_init(name)) {
		fprintf(stderr, "%s: libvips does not start: %s", name,
		    vips_error_buffer());
		return (-1);
	}
	vips_concurrency_set(1);
	vips_cache_set_max(0);
	vips_block_untrusted_set(TRUE);
	load_codecs();
	return (0);
}

int
serve(const char *name, int fd)
{
	int status;

	if (sandbox_early(fd)) {
		fprintf(stderr, "%s: cannot enter the sandbox: %m\n", name);
		return (1);
	}
	if (serve_start(name))
		return (1);
	if (sandbox_close(name, FONT_FOLDERS)) {
		fprintf(stderr, "%s: cannot enter the sandbox: %m\n", name);
		return (1);
	}
	/* Not before, since libvips encodes in threads. */
	formats_probe();
	status = serve_requests(name, fd);
	vips_shutdown();
	return (status);
}
