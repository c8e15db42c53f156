/* SPDX-License-Identifier: BSD-2-Clause
 * Copyright (c) 2026 The pixelfleet authors
 *
 * Every difference between the versions of Varnish that we build with, by
 * VRT_MAJOR_VERSION: 15 is Varnish 7.1, 21 is 7.7.  To be included after
 * <cache/cache.h>.
 */

#ifndef VCOMPAT_H
#define VCOMPAT_H

/* 17 (7.3): backends may be reached by way of another backend. */
#if VRT_MAJOR_VERSION < 17
#define VCOMPAT_new_backend(ctx, be)	VRT_new_backend(ctx, be)
#else
#define VCOMPAT_new_backend(ctx, be)	VRT_new_backend(ctx, be, NULL)
#endif

/* 17 (7.3): transaction ids became 64 bits wide, in a struct. */
#ifndef NO_VXID
#define NO_VXID				0
#endif

/* 19 (7.5): a negative time-out, not zero, is the default. */
#ifndef VRT_BACKEND_INIT
#define VRT_BACKEND_INIT(be)		INIT_OBJ(be, VRT_BACKEND_MAGIC)
#endif

#endif
