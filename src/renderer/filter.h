/* SPDX-License-Identifier: BSD-2-Clause
 * Copyright (c) 2026 The pixelfleet authors
 *
 * Which system calls a renderer may make once its sandbox is closed.
 */

#ifndef FILTER_H
#define FILTER_H

#include <stdbool.h>

/*
 * Restrict all threads of this process, for good.  `reads` leaves files to
 * be opened for reading: for who has already settled which.  Returns 0, or
 * -1 with errno where this system cannot.
 */
int filter_close(bool reads);

#endif
