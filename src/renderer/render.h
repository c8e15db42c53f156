/* SPDX-License-Identifier: BSD-2-Clause
 * Copyright (c) 2026 The pixelfleet authors
 *
 * One render: a request, a sealed source and perhaps a sealed overlay in,
 * a reply and a sealed result out.
 */

#ifndef RENDER_H
#define RENDER_H

#include "render_wire.h"

/*
 * Do what `req` asks with the source in memfd `source` and the overlay in
 * memfd `overlay`, which is -1 where there is none.  `reply` is wholly
 * overwritten.  Returns the result's memfd where the reply's status
 * is 200, which becomes the caller's, and -1 otherwise.
 */
int render(const struct render_request *req, int source, int overlay,
    struct render_reply *reply);

#endif
