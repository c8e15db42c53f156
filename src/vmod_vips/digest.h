/* SPDX-License-Identifier: BSD-2-Clause
 * Copyright (c) 2026 The pixelfleet authors
 *
 * SHA-256 as text, for entity tags and the render fingerprint.
 */

#ifndef DIGEST_H
#define DIGEST_H

#include <stddef.h>

#define DIGEST_HEX	65	/* bytes, with the NUL */

/* Write 64 hex digits to hex[DIGEST_HEX]. */
void digest_hex(const void *data, size_t len, char *hex);

#endif
