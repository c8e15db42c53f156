/* SPDX-License-Identifier: BSD-2-Clause
 * Copyright (c) 2026 The pixelfleet authors
 *
 * The fetch filter that lets a source be as large as the limit, and no
 * larger.
 */

#ifndef BOUND_VFP_H
#define BOUND_VFP_H

#define BOUND_ERROR	"the source is larger than %ju bytes"

extern const struct vfp bound_vfp[1];

#endif
