/* SPDX-License-Identifier: BSD-2-Clause
 * Copyright (c) 2026 The pixelfleet authors
 *
 * What makes of each pixel another one: see point.h.
 *
 * Where the matrix does nothing, or the picture is grey, a table of what
 * comes out says it all.  Where three channels would be equal, one comes
 * out.
 */

#include "config.h"

#include <math.h>
#include <stdint.h>

#include "pixels.h"
#include "point.h"
#include "step.h"

#define SAME	1e-5f	/* in the matrix; an 8 bit step is 4e-3 */

static uint8_t
to_byte(float v)
{
	if (v <= 0)
		return (0);
	if (v >= 1)
		return (255);
	return ((uint8_t)(v * 255 + 0.5f));
}

static float
row(const float *m, float r, float g, float b)
{
	return (m[0] * r + m[1] * g + m[2] * b + m[3]);
}

/* Do the three channels come out equal, if they go in equal? */
static bool
keeps_grey(const struct point *p)
{
	const float *m = p->matrix[0];
	const float sum = m[0] + m[1] + m[2];
	int i;

	for (i = 1; p->mixes && i < 3; i++) {
		m = p->matrix[i];
		if (fabsf(m[0] + m[1] + m[2] - sum) > SAME ||
		    fabsf(m[3] - p->matrix[0][3]) > SAME)
			return (false);
	}
	return (true);
}

/* Do they come out equal, whatever goes in? */
static bool
makes_grey(const struct point *p)
{
	int i;

	if (!p->mixes)
		return (false);
	for (i = 0; i < 4; i++)
		if (fabsf(p->matrix[1][i] - p->matrix[0][i]) > SAME ||
		    fabsf(p->matrix[2][i] - p->matrix[0][i]) > SAME)
			return (false);
	return (true);
}

struct run {
	const uint8_t	*in;
	uint8_t		*out;
	size_t		n;		/* pixels */
	int		in_colours, out_colours, alpha;	/* bands */
};

static void
run_table(const struct run *r, const struct point *p)
{
	const uint8_t *in = r->in;
	uint8_t *out = r->out, table[3][256];
	size_t n;
	int i, v;

	for (i = 0; i < 3; i++)
		for (v = 0; v < 256; v++)
			table[i][v] = to_byte(!p->mixes ? p->lookup[i][v] :
			    row(p->matrix[i], p->lookup[0][v],
			    p->lookup[1][v], p->lookup[2][v]));
	for (n = r->n; n > 0; n--) {
		for (i = 0; i < r->out_colours; i++)
			*out++ = table[i][r->in_colours == 1 ? *in : in[i]];
		in += r->in_colours;
		if (r->alpha)
			*out++ = *in++;
	}
}

static void
run_matrix(const struct run *r, const struct point *p)
{
	const uint8_t *in = r->in;
	uint8_t *out = r->out;
	size_t n;
	int i;

	for (n = r->n; n > 0; n--) {
		const float red = p->lookup[0][in[0]];
		const float green = p->lookup[1][in[1]];
		const float blue = p->lookup[2][in[2]];

		for (i = 0; i < r->out_colours; i++)
			*out++ = to_byte(row(p->matrix[i], red, green, blue));
		in += 3;
		if (r->alpha)
			*out++ = *in++;
	}
}

int
point_run(VipsImage **frame, const struct point *p)
{
	VipsImage *next;
	int bands = vips_image_get_bands(*frame);
	struct run r = {
		.in = pixels_of(*frame),
		.n = pixels_count(*frame),
		.in_colours = bands < 3 ? 1 : 3,
		.alpha = bands % 2 == 0
	};
	bool grey = r.in_colours == 1 ? keeps_grey(p) : makes_grey(p);

	if (r.in == NULL)
		return (-1);
	r.out_colours = grey ? 1 : 3;
	next = pixels_new(*frame, r.out_colours + r.alpha, &r.out);
	if (next == NULL)
		return (-1);
	if (r.in_colours == 1 || !p->mixes)
		run_table(&r, p);
	else
		run_matrix(&r, p);
	return (step(frame, 0, &next));
}
