/* SPDX-License-Identifier: BSD-2-Clause
 * Copyright (c) 2026 The pixelfleet authors
 *
 * The object that VCL creates: a site's rules.  Written in vcl_init, and
 * then only read.
 */

#ifndef IMAGES_H
#define IMAGES_H

#include "pool.h"

struct VPFX(vips_images) {
	unsigned			magic;
#define VIPS_IMAGES_MAGIC		0x1e0d5c77
	const struct vcl		*vcl;
	char				*name;
	struct pool_rules		pool;
	unsigned			max_misses;
	char				*source_params;
	struct image_site		site;
	struct image_preset		*presets;	/* of the site */
	struct render_limits		limits;
	struct lifetime_site		lifetime;
	struct policy			policy;
	char				*fallback;	/* source URL, or "" */
	unsigned			fallback_status;	/* 0: its own */
	vtim_dur			fallback_ttl;
	VTAILQ_ENTRY(VPFX(vips_images))	list;
};

/* 64 hex digits; "" before the first object. */
extern char vips_fingerprint[];

/*
 * Have the renderer say what it is, once in the child's life.  Returns 0, or
 * -1 when the VCL has failed.
 */
int vips_ask_renderer(VRT_CTX, const char *name);

/* A new object, with what the renderer cannot do taken away; and its end. */
void vips_add(struct VPFX(vips_images) *);
void vips_remove(struct VPFX(vips_images) *);

#endif
