/* SPDX-License-Identifier: BSD-2-Clause
 * Copyright (c) 2026 The pixelfleet authors
 *
 * What holds for a render of any bytes whatsoever, as an entry for
 * libFuzzer: the renderer's whole path, in this process and outside of the
 * sandbox.
 *
 * The first line of the input is the operations, as in a URL, and what
 * follows the image, which is its own overlay where they ask for one.  The
 * limits are low, for the sake of speed.
 *
 * libvips and its codecs are as they are installed, without sanitizers; what
 * they do to memory that they have from malloc() is still seen in part.
 */

#include <sys/stat.h>
#include <unistd.h>

#include <vips/vips.h>

#include "formats.h"
#include "fuzz.h"
#include "fuzz_json.h"
#include "memfd.h"
#include "render.h"
#include "serve.h"

#define SIDE_MAX	256
#define PIXELS_MAX	(256 * 256)
#define FRAMES_MAX	4
/* As vmod_vips has it. */
#define RESULT_MAX	(PIXELS_MAX * 8 + (1 << 20))

int LLVMFuzzerInitialize(int *argc, char ***argv);

/* As the renderer's own, but what ends it is to be seen here. */
static void
say_nothing(const gchar *domain, GLogLevelFlags level, const gchar *message,
    gpointer priv)
{
	(void)domain;
	(void)priv;
	MUST(message, (level & G_LOG_LEVEL_ERROR) == 0);
}

int
LLVMFuzzerInitialize(int *argc, char ***argv)
{
	(void)argc;
	if (serve_start((*argv)[0]))
		exit(1);
	(void)g_log_set_default_handler(say_nothing, NULL);
	formats_probe();
	return (0);
}

static int
sealed(const void *data, size_t len)
{
	int fd = memfd_new("image");

	MUST("memfd", fd >= 0 &&
	    write(fd, data, len) == (ssize_t)len && memfd_seal(fd) == 0);
	return (fd);
}

/* To canonical form, as the cache would have it. */
static bool
spell(const char *ops, size_t len, char canonical[IMAGE_URL_MAX])
{
	static const struct image_site site = { .reject_unknown = true };
	static struct image_request parsed;
	char url[IMAGE_URL_MAX];

	if (memchr(ops, '\0', len) != NULL)
		return (false);
	(void)snprintf(url, sizeof url, "/?%.*s", (int)len, ops);
	if (image_request_parse(&parsed, &site, url) != 0 || !parsed.rendered)
		return (false);
	memcpy(canonical, parsed.ops_text, IMAGE_URL_MAX);
	return (true);
}

/* A picture that is taken for what it is said to be. */
static void
check_picture(const struct render_reply *reply, const void *data,
    const char *ops)
{
	enum source_kind kind = sniff(data, reply->result_len);

	MUST(ops, reply->result_len <= RESULT_MAX);
	MUST(ops, reply->width <= SIDE_MAX && reply->height <= SIDE_MAX);
	MUST(ops, (uint64_t)reply->width * reply->height * reply->frames <=
	    PIXELS_MAX);
	MUST(ops, kind != SOURCE_UNKNOWN && format_of(kind) == reply->format);
}

static void
check_json(const void *data, size_t len, const char *ops)
{
	char *text = fuzz_text(data, len);

	MUST(ops, strlen(text) == len && json_valid(text));
	free(text);
}

static void
check_result(const struct render_reply *reply, int fd, const char *ops)
{
	const void *data;

	MUST(ops, memfd_map(fd, reply->result_len, &data) == 0);
	if (reply->format == IMAGE_FORMAT_JSON)
		check_json(data, reply->result_len, ops);
	else
		check_picture(reply, data, ops);
	memfd_unmap(data, reply->result_len);
}

static void
check_render(const struct render_request *req, int image)
{
	static struct render_reply reply;
	char packet[RENDER_PACKET_MAX];
	int result;

	result = render(req, image, req->overlay_len > 0 ? image : -1,
	    &reply);
	MUST(req->ops, (reply.status == 200) == (result >= 0));
	/* One that says more than the wire carries would end the renderer. */
	MUST(req->ops, render_reply_pack(&reply, packet, sizeof packet) > 0);
	/* What canonical operations lead to is never their fault. */
	MUST(req->ops, reply.status != 500);
	if (result < 0)
		return;
	check_result(&reply, result, req->ops);
	(void)close(result);
}

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	static struct render_request req = {
		.max_frames = FRAMES_MAX,
		.max_pixels = PIXELS_MAX,
		.max_side = SIDE_MAX,
		.max_out_pixels = PIXELS_MAX,
		/* Over a damaged PDF poppler may sit for minutes. */
		.open = RENDER_OPEN_SVG
	};
	const uint8_t *end = memchr(data, '\n', size);
	size_t len;
	int image;

	if (end == NULL || !spell((const char *)data, (size_t)(end - data),
	    req.ops))
		return (0);
	len = size - (size_t)(end + 1 - data);
	req.source_len = len;
	req.overlay_len = strstr(req.ops, "mark=") != NULL ? len : 0;
	image = sealed(end + 1, len);
	check_render(&req, image);
	(void)close(image);
	return (0);
}
