/* SPDX-License-Identifier: BSD-2-Clause
 * Copyright (c) 2026 The pixelfleet authors
 *
 * Client hints: what a browser says of itself (DPR, Width, Save-Data),
 * reduced to a few values each.
 */

#include <string.h>

#include "image_values.h"

#define HINT_MAX		1000000	/* any number above that is malformed */
#define HINT_QUALITY		60	/* quality=low */

/* Ascending, 0 at the end. */
static const unsigned dprs[] = { IMAGE_ONE, IMAGE_ONE * 3 / 2, 2 * IMAGE_ONE,
    3 * IMAGE_ONE, 4 * IMAGE_ONE, 0 };
static const unsigned widths[] = { 160, 240, 320, 480, 640, 800, 960, 1280,
    1600, 1920, 2560, 3840, 0 };

/* The first step that is not below n, or else the last. */
static unsigned
step_up(const unsigned *step, unsigned n)
{
	while (*step < n && step[1] != 0)
		step++;
	return (*step);
}

/* In 1/ONE. */
static unsigned
read_dpr(const char *hint)
{
	int n;

	if (hint == NULL || !value_read_decimal(&hint, 1, 100 * IMAGE_ONE,
	    &n) || *hint != '\0')
		return (IMAGE_ONE);
	return (step_up(dprs, (unsigned)n));
}

/* In physical px; 0 where there is none. */
static unsigned
read_width(const char *hint, unsigned dpr)
{
	int n;

	if (hint == NULL || !value_read_number(&hint, 1, HINT_MAX, &n) ||
	    *hint != '\0')
		return (0);
	return (step_up(widths, (unsigned)((uint64_t)n * dpr / IMAGE_ONE)));
}

/* A structured token (RFC 8941); what may follow it is no matter. */
static bool
is_on(const char *hint)
{
	return (hint != NULL && (hint[0] == 'o' || hint[0] == 'O') &&
	    (hint[1] == 'n' || hint[1] == 'N') &&
	    (hint[2] == '\0' || strchr(" \t,;", hint[2]) != NULL));
}

/* By the largest of dprs up to `dpr` that leaves all within their ranges. */
static void
multiply(struct image_ops *ops, unsigned dpr)
{
	struct image_ops result;
	unsigned i = 0;
	int px;

	while (dprs[i] < dpr)
		i++;
	for (; i > 0; i--) {
		result = *ops;
		if (ops_multiply(&result, dprs[i], &px) == NULL) {
			*ops = result;
			return;
		}
	}
}

void
image_request_hints(struct image_request *req, const struct image_site *site,
    const struct image_hints *hints)
{
	const struct image_ops before = req->ops;
	const unsigned open = req->hinted & site->hints;
	unsigned dpr = IMAGE_ONE, width = 0;

	if ((open & IMAGE_HINT_DPR) != 0)
		dpr = read_dpr(hints->dpr);
	if ((open & IMAGE_HINT_WIDTH) != 0)
		width = read_width(hints->width, IMAGE_ONE);
	if ((open & IMAGE_HINT_VIEWPORT) != 0 && width == 0)
		width = read_width(hints->viewport_width, dpr);
	multiply(&req->ops, dpr);
	if (width != 0)
		req->ops.width = width;
	if ((open & IMAGE_HINT_SAVE_DATA) != 0 && is_on(hints->save_data))
		req->ops.quality = HINT_QUALITY;
	if (image_request_write(req) != 0) {
		req->ops = before;
		(void)image_request_write(req);
	}
}
