/* SPDX-License-Identifier: BSD-2-Clause
 * Copyright (c) 2026 The pixelfleet authors
 *
 * Signatures of image URLs: HMAC-SHA-256 with one of the site's keys.
 *
 * The first key signs, any of them verifies: to change keys, put the new
 * one first, and take the old one away when the last URL with it has gone.
 * What is signed is the caller's business.
 *
 * Pure: no Varnish.  Keys are added before the first thread verifies, and
 * then only read.
 */

#ifndef SIGNATURE_H
#define SIGNATURE_H

#include <stdbool.h>
#include <stddef.h>

#define SIGNATURE_KEYS_MAX	8
#define SIGNATURE_KEY_MIN	16	/* bytes */
#define SIGNATURE_KEY_MAX	256	/* bytes */
#define SIGNATURE_TEXT		44	/* bytes, URL-safe base64 with NUL */
#define SIGNATURE_ERROR_MAX	256	/* bytes, with NUL */

struct signature_keys {
	struct {
		unsigned char	bytes[SIGNATURE_KEY_MAX];
		size_t		len;
	} key[SIGNATURE_KEYS_MAX];
	unsigned		n;
};

/*
 * Add a key: the content of the file in "file:/path", less the end of its
 * one line, or the value of the variable in "env:NAME", or else the text
 * itself.  Returns 0, or -1 with the reason in why[SIGNATURE_ERROR_MAX],
 * which never quotes a key.
 */
int signature_add_key(struct signature_keys *, const char *key, char *why);

/* Forget all keys, and what they were. */
void signature_forget(struct signature_keys *);

/*
 * Sign `text` with the first key: 43 characters of URL-safe base64 and a NUL
 * to sig[SIGNATURE_TEXT].  Returns 0, or -1 where there is no key.
 */
int signature_make(const struct signature_keys *, const char *text, char *sig);

/*
 * Whether `sig` is the signature of `text` by any of the keys.  It may be in
 * base64, URL-safe or not, padded or not, or in hex.  How long that takes
 * does not depend on where a wrong one differs.
 */
bool signature_verify(const struct signature_keys *, const char *text,
    const char *sig);

#endif
