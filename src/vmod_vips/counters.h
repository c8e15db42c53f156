/* SPDX-License-Identifier: BSD-2-Clause
 * Copyright (c) 2026 The pixelfleet authors
 *
 * The VMOD's counters, made when it is first loaded and never taken down.
 * Any thread may count, with or without a lock.
 */

#ifndef COUNTERS_H
#define COUNTERS_H

#include "VSC_vips.h"

extern struct VSC_vips *vips_counters;

#define COUNT(name, n)							\
	(void)__atomic_fetch_add(&vips_counters->name, (uint64_t)(n),	\
	    __ATOMIC_RELAXED)

#endif
