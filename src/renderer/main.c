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
#include <limits.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <vips/vips.h>

#include "fonts.h"
#include "formats.h"
#include "once.h"
#include "render_wire.h"
#include "serve.h"

enum option_id {
	OPT_FD = 256,
	OPT_DESCRIBE,
	OPT_RENDER,
	OPT_OVERLAY,
	OPT_OPEN,
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
	{ "overlay", required_argument, NULL, OPT_OVERLAY },
	{ "open", required_argument, NULL, OPT_OPEN },
	{ "max-pixels", required_argument, NULL, OPT_MAX_PIXELS },
	{ "max-frames", required_argument, NULL, OPT_MAX_FRAMES },
	{ "max-side", required_argument, NULL, OPT_MAX_SIDE },
	{ "max-out-pixels", required_argument, NULL, OPT_MAX_OUT_PIXELS },
	{ "verbose", no_argument, NULL, OPT_VERBOSE },
	{ NULL, 0, NULL, 0 }
};

/* What the command line says.  The limits of `req` are for --render. */
struct args {
	const char		*name;		/* of this program */
	enum option_id		what;		/* of the first three; or 0 */
	int			fd;
	struct once		once;
	struct render_request	req;
};

static void
usage(const char *name)
{
	fprintf(stderr, "usage: %s --fd N | --describe | --render OPS\n"
	    "	[--overlay FILE] [--open svg,pdf]\n"
	    "	[--max-pixels N] [--max-frames N] [--max-side N]\n"
	    "	[--max-out-pixels N] [--verbose]\n", name);
	exit(2);
}

static uint64_t
number(const char *name, const char *text, uint64_t least, uint64_t most)
{
	unsigned long long n;
	char *end;

	errno = 0;
	n = strtoull(text, &end, 10);
	if (*text < '0' || *text > '9' || *end != '\0' || errno != 0 ||
	    n < least || n > most) {
		fprintf(stderr, "%s: %s is no number from %llu to %llu\n",
		    name, text, (unsigned long long)least,
		    (unsigned long long)most);
		exit(2);
	}
	return (n);
}

/* Formats, separated by commas, as RENDER_OPEN_*. */
static uint32_t
formats_open(const char *name, const char *text)
{
	uint32_t open = 0;
	size_t len;

	for (; *text != '\0'; text += len + (text[len] == ',')) {
		len = strcspn(text, ",");
		if (len == 3 && strncmp(text, "svg", len) == 0)
			open |= RENDER_OPEN_SVG;
		else if (len == 3 && strncmp(text, "pdf", len) == 0)
			open |= RENDER_OPEN_PDF;
		else {
			fprintf(stderr, "%s: %s is none of svg, pdf\n", name,
			    text);
			exit(2);
		}
	}
	return (open);
}

static void
args_option(struct args *args, int opt)
{
	struct render_request *req = &args->req;

	switch (opt) {
	case OPT_FD:
		args->fd = (int)number(args->name, optarg, RENDER_FD, INT_MAX);
		break;
	case OPT_DESCRIBE:
		break;
	case OPT_RENDER:
		args->once.ops = optarg;
		break;
	case OPT_OVERLAY:
		args->once.overlay = optarg;
		return;
	case OPT_OPEN:
		req->open = formats_open(args->name, optarg);
		return;
	case OPT_MAX_PIXELS:
		req->max_pixels = number(args->name, optarg, 1, UINT64_MAX);
		return;
	case OPT_MAX_FRAMES:
		req->max_frames = (uint32_t)number(args->name, optarg, 1,
		    UINT32_MAX);
		return;
	case OPT_MAX_SIDE:
		req->max_side = (uint32_t)number(args->name, optarg, 1,
		    UINT32_MAX);
		return;
	case OPT_MAX_OUT_PIXELS:
		req->max_out_pixels = number(args->name, optarg, 1,
		    UINT64_MAX);
		return;
	case OPT_VERBOSE:
		args->once.verbose = true;
		return;
	default:
		usage(args->name);
	}
	if (args->what != 0)
		usage(args->name);
	args->what = (enum option_id)opt;
}

static int
describe(const char *name)
{
	if (serve_start(name))
		return (1);
	formats_probe();
	printf("renderer %s\n", PACKAGE_VERSION);
	printf("libvips %d.%d.%d\n", vips_version(0), vips_version(1),
	    vips_version(2));
	formats_describe(stdout);
	fonts_describe(stdout);
	return (fflush(stdout) == 0 ? 0 : 1);
}

int
main(int argc, char **argv)
{
	static struct args args = {
		.req = {
			.max_frames = UINT32_MAX,
			.max_pixels = UINT64_MAX,
			.max_side = UINT32_MAX,
			.max_out_pixels = UINT64_MAX
		}
	};
	int opt;

	args.name = argv[0];
	while ((opt = getopt_long(argc, argv, "", OPTIONS, NULL)) != -1)
		args_option(&args, opt);
	if (optind < argc)
		usage(args.name);
	switch (args.what) {
	case OPT_FD:
		return (serve(args.name, args.fd));
	case OPT_DESCRIBE:
		return (describe(args.name));
	case OPT_RENDER:
		return (once(args.name, &args.req, &args.once));
	default:
		usage(args.name);
		return (2);
	}
}
