/* SPDX-License-Identifier: BSD-2-Clause
 * Copyright (c) 2026 The pixelfleet authors
 *
 * The fetch filter that renders, and how a response comes to have it.
 */

#ifndef RENDER_VFP_H
#define RENDER_VFP_H

/* In vcl_backend_response: have the response rendered on its way in. */
void render_prepare(VRT_CTX, struct render_task *);

/* Note in the task, in the log and in the counters that it will not be. */
void render_failed(VRT_CTX, struct render_task *, unsigned status,
    const char *error);

extern const struct vfp render_vfp[1];

#endif
