/* SPDX-License-Identifier: BSD-2-Clause
 * Copyright (c) 2026 The pixelfleet authors
 *
 * pixelfleet-renderer: a process that renders one image at a time.
 *
 *	pixelfleet-renderer --fd N		answer requests from fd N
 *	pixelfleet-renderer --describe		versions and formats
 *	pixelfleet-renderer --render OPS	standard input to output
 *
 * The cache starts it with the first; the last does by hand what the first
 * does for the cache, through the same messages and the same sandbox.
 */

#include "config.h"

#include <errno.h>
#include <getopt.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <vips/vips.h>

#include "formats.h"
#include "once.h"
#include "render_wire.h"
#include "serve.h"

enum option_id {
	OPT_FD = 256,
	OPT_DESCRIBE,
	OPT_RENDER,
	OPT_MAX_PIXELS,
	OPT_MAX_FRAMES,
	OPT_MAX_SIDE,
	OPT_MAX_OUT_PIXELS,
	OPT_VERBOSE
};

static const struct option OPTIONS[] = {
	{ "fd", required_argument, NULL, OPT_FD },
	{ "describe", no_argument, NULL, OPT_DESCRIBE },
	{ "render", required_argument, NULL, OPT_RENDER },
	{ "max-pixels", required_argument, NULL, OPT_MAX_PIXELS },
	{ "max-frames", required_argument, NULL, OPT_MAX_FRAMES },
	{ "max-side", required_argument, NULL, OPT_MAX_SIDE },
	{ "max-out-pixels", required_argument, NULL, OPT_MAX_OUT_PIXELS },
	{ "verbose", no_argument, NULL, OPT_VERBOSE },
	{ NULL, 0, NULL, 0 }
};

static int
usage(const char *name)
{
	fprintf(stderr, "usage: %s --fd N | --describe | --render OPS\n"
	    "	[--max-pixels N] [--max-frames N] [--max-side N]\n"
	    "	[--max-out-pixels N] [--verbose]\n", name);
	return (2);
}

static uint64_t
number(const char *name, const char *text, uint64_t most)
{
	unsigned long long n;
	char *end;

	errno = 0;
	n = strtoull(text, &end, 10);
	if (*text < '0' || *text > '9' || *end != '\0' || errno != 0 ||
	    n == 0 || n > most) {
		fprintf(stderr, "%s: %s is no number from 1 to %llu\n", name,
		    text, (unsigned long long)most);
		exit(2);
	}
	return (n);
}

static int
describe(const char *name)
{
	if (serve_start(name))
		return (1);
	printf("renderer %s\n", PACKAGE_VERSION);
	printf("libvips %d.%d.%d\n", vips_version(0), vips_version(1),
	    vips_version(2));
	formats_describe(stdout);
	return (fflush(stdout) == 0 ? 0 : 1);
}

int
main(int argc, char **argv)
{
	static struct render_request req = {
		.max_frames = UINT32_MAX,
		.max_pixels = UINT64_MAX,
		.max_side = UINT32_MAX,
		.max_out_pixels = UINT64_MAX
	};
	const char *name = argv[0], *ops = NULL;
	int opt, fd = -1, describing = 0, verbose = 0;

	while ((opt = getopt_long(argc, argv, "", OPTIONS, NULL)) != -1) {
		switch (opt) {
		case OPT_FD:
			fd = (int)number(name, optarg, INT32_MAX);
			break;
		case OPT_DESCRIBE:
			describing = 1;
			break;
		case OPT_RENDER:
			ops = optarg;
			break;
		case OPT_MAX_PIXELS:
			req.max_pixels = number(name, optarg, UINT64_MAX);
			break;
		case OPT_MAX_FRAMES:
			req.max_frames = (uint32_t)number(name, optarg,
			    UINT32_MAX);
			break;
		case OPT_MAX_SIDE:
			req.max_side = (uint32_t)number(name, optarg,
			    UINT32_MAX);
			break;
		case OPT_MAX_OUT_PIXELS:
			req.max_out_pixels = number(name, optarg, UINT64_MAX);
			break;
		case OPT_VERBOSE:
			verbose = 1;
			break;
		default:
			return (usage(name));
		}
	}
	if (optind < argc || (fd >= 0) + describing + (ops != NULL) != 1)
		return (usage(name));
	if (describing)
		return (describe(name));
	if (ops != NULL)
		return (once(name, &req, ops, verbose));
	return (serve(name, fd));
}
