/* SPDX-License-Identifier: BSD-2-Clause
 * Copyright (c) 2026 The pixelfleet authors
 *
 * One render: a request and a sealed source in, a reply and a sealed
 * result out.
 */

#ifndef RENDER_H
#define RENDER_H

#include "render_wire.h"

/*
 * Do what `req` asks with the source in memfd `source`.  `reply` is
 * wholly overwritten.  Returns the result's memfd where the reply's status
 * is 200, which becomes the caller's, and -1 otherwise.
 */
int render(const struct render_request *req, int source,
    struct render_reply *reply);

#endif
