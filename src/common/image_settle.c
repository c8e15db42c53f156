/* SPDX-License-Identifier: BSD-2-Clause
 * Copyright (c) 2026 The pixelfleet authors
 *
 * What parameters say together: which contradict each other, which need
 * another, and what they come to.
 *
 * "Given" is what counts, even where the value is the default: a URL that
 * says scale=1&width=400 is refused like one that says scale=0.5&width=400.
 */

#include "image_values.h"

static int
contradict(struct draft *d, enum operation_id a, enum operation_id b)
{
	return (draft_fail(d, 400, "parameters '%s' and '%s' contradict each "
	    "other", operation(a)->name, operation(b)->name));
}

/* The first of these that is given, or N_OPERATIONS. */
static enum operation_id
first_given(const struct draft *d, uint64_t these)
{
	unsigned id;

	for (id = 0; id < N_OPERATIONS; id++)
		if ((d->seen & these & OP_BIT(id)) != 0)
			break;
	return ((enum operation_id)id);
}

static int
exclude(struct draft *d, enum operation_id one, uint64_t others)
{
	enum operation_id id = first_given(d, others);

	return (id == N_OPERATIONS ? 0 : contradict(d, one, id));
}

/*--------------------------------------------------------------------
 * Contradictions
 */

static int
check_cut(struct draft *d)
{
	const struct image_ops *ops = &d->ops;

	if (draft_has(d, OP_SCALE) && exclude(d, OP_SCALE,
	    OP_BIT(OP_WIDTH) | OP_BIT(OP_HEIGHT)) != 0)
		return (-1);
	if (draft_has(d, OP_FIT) && d->cropped != IMAGE_FIT_INSIDE &&
	    ops->fit != d->cropped)
		return (contradict(d, OP_FIT, OP_CROP));
	if (!draft_has(d, OP_FOCAL))
		return (0);
	if (draft_has(d, OP_FIT) && ops->fit != IMAGE_FIT_COVER)
		return (contradict(d, OP_FOCAL, OP_FIT));
	if (d->cropped == IMAGE_FIT_CONTAIN ||
	    ops->gravity != IMAGE_GRAVITY_CENTRE)
		return (contradict(d, OP_FOCAL, OP_CROP));
	return (0);
}

static bool
is_lossy(enum image_format format)
{
	return (format == IMAGE_FORMAT_JPG || format == IMAGE_FORMAT_GIF);
}

static bool
is_still(enum image_format format)
{
	return (format == IMAGE_FORMAT_JPG || format == IMAGE_FORMAT_PNG ||
	    format == IMAGE_FORMAT_AVIF || format == IMAGE_FORMAT_JXL);
}

static int
check_output(struct draft *d)
{
	const struct image_ops *ops = &d->ops;
	bool animated = draft_has(d, OP_ANIMATED) && !ops->still;

	if (ops->lossless && exclude(d, OP_LOSSLESS,
	    OP_BIT(OP_QUALITY) | OP_BIT(OP_MAX_BYTES)) != 0)
		return (-1);
	if (ops->lossless && is_lossy(ops->format))
		return (contradict(d, OP_LOSSLESS, OP_FORMAT));
	if (animated && draft_has(d, OP_PAGE))
		return (contradict(d, OP_ANIMATED, OP_PAGE));
	if (animated && is_still(ops->format))
		return (contradict(d, OP_ANIMATED, OP_FORMAT));
	if (ops->meta)
		return (exclude(d, OP_META, ~(OPS_OF_REQUEST |
		    OP_BIT(OP_META) | OP_BIT(OP_PAGE))));
	return (0);
}

int
draft_check(struct draft *d)
{
	return (check_cut(d) != 0 || check_output(d) != 0 ? -1 : 0);
}

/*--------------------------------------------------------------------
 * Needs
 */

#define NEEDS_MARK	OP_BIT(OP_MARK), "'mark'"
#define NEEDS_TEXT	OP_BIT(OP_TEXT), "'text'"

static const struct need {
	enum operation_id	id;
	uint64_t		any;	/* of these */
	const char		*what;
} needs[] = {
	{ OP_DPR, OP_BIT(OP_WIDTH) | OP_BIT(OP_HEIGHT) | OP_BIT(OP_PAD) |
	    OP_BIT(OP_BORDER) | OP_BIT(OP_RADIUS) | OP_BIT(OP_MARK_OFFSET) |
	    OP_BIT(OP_TEXT_SIZE), "'width' or 'height', or another in px" },
	{ OP_ENLARGE, OP_BIT(OP_WIDTH) | OP_BIT(OP_HEIGHT) |
	    OP_BIT(OP_SCALE), "'width', 'height' or 'scale'" },
	{ OP_MARK_SCALE, NEEDS_MARK },
	{ OP_MARK_POS, NEEDS_MARK },
	{ OP_MARK_OFFSET, NEEDS_MARK },
	{ OP_MARK_ALPHA, NEEDS_MARK },
	{ OP_TEXT_FONT, NEEDS_TEXT },
	{ OP_TEXT_SIZE, NEEDS_TEXT },
	{ OP_TEXT_COLOR, NEEDS_TEXT },
	{ OP_TEXT_POS, NEEDS_TEXT },
	{ N_OPERATIONS, 0, NULL }
};

static int
check_needs(struct draft *d)
{
	const struct need *n;

	for (n = needs; n->what != NULL; n++)
		if (draft_has(d, n->id) && (d->seen & n->any) == 0)
			return (draft_fail(d, 400, "parameter '%s' needs %s",
			    operation(n->id)->name, n->what));
	if (d->ops.scale > IMAGE_ONE && !d->ops.enlarge)
		return (draft_fail(d, 400, "parameter 'scale' above 1 needs "
		    "'enlarge=true'"));
	return (0);
}

/* Any fit but inside has a box to fit. */
static int
check_box(struct draft *d)
{
	enum operation_id id;

	if (d->ops.fit == IMAGE_FIT_INSIDE ||
	    (d->ops.width != 0 && d->ops.height != 0))
		return (0);
	id = first_given(d, OP_BIT(OP_FOCAL) | (d->cropped !=
	    IMAGE_FIT_INSIDE ? OP_BIT(OP_CROP) : OP_BIT(OP_FIT)));
	return (draft_fail(d, 400, "parameter '%s' needs both 'width' and "
	    "'height'", operation(id)->name));
}

/*--------------------------------------------------------------------
 * What they come to
 */

static void
fold_cut(struct draft *d)
{
	struct image_ops *ops = &d->ops;

	if (d->cropped != IMAGE_FIT_INSIDE)
		ops->fit = d->cropped;
	if (draft_has(d, OP_FOCAL)) {
		ops->fit = IMAGE_FIT_COVER;
		ops->gravity = IMAGE_GRAVITY_FOCAL;
	}
	if (ops->focal_x == IMAGE_ONE / 2 && ops->focal_y == ops->focal_x) {
		ops->gravity = IMAGE_GRAVITY_CENTRE;
		ops->focal_x = ops->focal_y = 0;
	}
}

/* What says nothing beside the others is left out. */
static void
fold_rest(struct image_ops *ops)
{
	if (ops->width == 0 && ops->height == 0 && ops->scale == 0)
		ops->enlarge = 0;
	if ((ops->colorize & 0xff) == 0)
		ops->colorize = 0;
	if (ops->border == 0)
		ops->border_color = 0;
	if (ops->page != 0)
		ops->still = 0;
}

static int
check_built(struct draft *d)
{
	enum image_format format = d->ops.format;

	if (format == IMAGE_FORMAT_AUTO_WEBP)
		format = IMAGE_FORMAT_WEBP;
	if (format == IMAGE_FORMAT_AUTO_AVIF)
		format = IMAGE_FORMAT_AVIF;
	if (format == IMAGE_FORMAT_AUTO_JXL)
		format = IMAGE_FORMAT_JXL;
	if (d->site == NULL || d->site->formats == 0 ||
	    format == IMAGE_FORMAT_SOURCE || format == IMAGE_FORMAT_AUTO ||
	    (d->site->formats & 1u << format) != 0)
		return (0);
	return (draft_fail(d, 501, "format=%s is not built into this version",
	    image_format_name(format)));
}

static int
multiply(int px, unsigned dpr)
{
	int64_t n = (int64_t)px * dpr, half = n < 0 ? -IMAGE_ONE / 2 :
	    IMAGE_ONE / 2;

	return ((int)((n + half) / IMAGE_ONE));
}

static bool
ops_have_px(const struct image_ops *ops)
{
	return (ops->width != 0 || ops->height != 0 || ops->pad != 0 ||
	    ops->border != 0 || ops->text_size != 0 ||
	    ops->mark_offset_x != 0 || ops->mark_offset_y != 0 ||
	    (ops->radius != 0 && ops->radius != IMAGE_RADIUS_FULL));
}

const struct operation *
ops_multiply(struct image_ops *ops, unsigned dpr, int *px)
{
	const struct operation *op;
	unsigned id, *field;

	for (id = 0; id < N_OPERATIONS; id++) {
		op = operation((enum operation_id)id);
		field = op->px ? value_field(ops, op) : NULL;
		if (field == NULL || *field == 0 ||
		    *field == IMAGE_RADIUS_FULL)
			continue;
		*px = multiply((int)*field, dpr);
		if (*px < op->min || *px > op->max)
			return (op);
		*field = (unsigned)*px;
	}
	op = operation(OP_MARK_OFFSET);
	*px = ops->mark_offset_x = multiply(ops->mark_offset_x, dpr);
	if (*px < op->min || *px > op->max)
		return (op);
	*px = ops->mark_offset_y = multiply(ops->mark_offset_y, dpr);
	return (*px < op->min || *px > op->max ? op : NULL);
}

static int
apply_dpr(struct draft *d)
{
	const struct operation *op;
	int px;

	if (d->dpr == 0)
		return (0);
	op = ops_multiply(&d->ops, d->dpr, &px);
	if (op == NULL)
		return (0);
	return (draft_fail(d, 400, "'%s' times 'dpr' is %d: accepted is "
	    "%d..%d", op->name, px, op->min, op->max));
}

int
draft_settle(struct draft *d)
{
	if (draft_check(d) != 0 || check_needs(d) != 0 ||
	    check_built(d) != 0)
		return (-1);
	fold_cut(d);
	if (check_box(d) != 0 || apply_dpr(d) != 0)
		return (-1);
	fold_rest(&d->ops);
	return (0);
}

unsigned
draft_hints(const struct draft *d)
{
	const uint64_t sized = OP_BIT(OP_WIDTH) | OP_BIT(OP_HEIGHT) |
	    OP_BIT(OP_SCALE);
	unsigned open = d->site->hints;

	if (d->ops.meta)
		return (0);
	if ((d->seen & sized) != 0)
		open &= ~(IMAGE_HINT_WIDTH | IMAGE_HINT_VIEWPORT);
	if (draft_has(d, OP_QUALITY) || d->ops.lossless)
		open &= ~IMAGE_HINT_SAVE_DATA;
	if (draft_has(d, OP_DPR) || ((open & IMAGE_HINT_VIEWPORT) == 0 &&
	    !ops_have_px(&d->ops)))
		open &= ~IMAGE_HINT_DPR;
	return (open);
}
