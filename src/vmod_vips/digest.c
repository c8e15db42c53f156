/* SPDX-License-Identifier: BSD-2-Clause
 * Copyright (c) 2026 The pixelfleet authors
 *
 * SHA-256 as text.  OpenSSL's is used for its speed on results of many
 * megabytes.
 */

#include "config.h"

#include <assert.h>
#include <stdio.h>

#include <openssl/evp.h>

#include "digest.h"

void
digest_hex(const void *data, size_t len, char *hex)
{
	unsigned char md[EVP_MAX_MD_SIZE];
	unsigned n, u;
	int ok;

	ok = EVP_Digest(data, len, md, &n, EVP_sha256(), NULL);
	assert(ok == 1);
	assert(2 * n + 1 == DIGEST_HEX);
	for (u = 0; u < n; u++)
		(void)snprintf(hex + 2 * u, 3, "%02x", md[u]);
}
