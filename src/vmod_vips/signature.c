/* SPDX-License-Identifier: BSD-2-Clause
 * Copyright (c) 2026 The pixelfleet authors
 *
 * See signature.h.
 */

#include "config.h"

#include <assert.h>
#include <errno.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <openssl/crypto.h>
#include <openssl/evp.h>
#include <openssl/hmac.h>

#include "key_file.h"
#include "signature.h"
#include "url_text.h"

#define MAC_LEN		32

static const char base64[] = "ABCDEFGHIJKLMNOPQRSTUVWXYZ"
    "abcdefghijklmnopqrstuvwxyz0123456789-_";

/*--------------------------------------------------------------------
 * Keys
 */

/* The key's bytes to buf; -1 with the reason in why. */
static ssize_t
find_key(const char *key, unsigned char *buf, size_t max, char *why)
{
	const char *value = key;
	ssize_t len;

	if (strncmp(key, "file:", 5) == 0) {
		len = key_file_read(key + 5, buf, max);
		if (len < 0)
			(void)snprintf(why, SIGNATURE_ERROR_MAX,
			    "cannot read the key in %s: %s", key + 5,
			    strerror(errno));
		return (len);
	}
	if (strncmp(key, "env:", 4) == 0)
		value = getenv(key + 4);
	if (value == NULL) {
		(void)snprintf(why, SIGNATURE_ERROR_MAX,
		    "there is no variable %s in the environment", key + 4);
		return (-1);
	}
	len = (ssize_t)strlen(value);
	if ((size_t)len > max)
		len = (ssize_t)max;
	memcpy(buf, value, (size_t)len);
	return (len);
}

int
signature_add_key(struct signature_keys *keys, const char *key, char *why)
{
	unsigned char buf[KEY_FILE_ROOM(SIGNATURE_KEY_MAX)];
	ssize_t len;

	if (keys->n == SIGNATURE_KEYS_MAX) {
		(void)snprintf(why, SIGNATURE_ERROR_MAX,
		    "there are more than %d keys", SIGNATURE_KEYS_MAX);
		return (-1);
	}
	len = find_key(key, buf, sizeof buf, why);
	if (len < 0)
		return (-1);
	if (len < SIGNATURE_KEY_MIN || len > SIGNATURE_KEY_MAX) {
		(void)snprintf(why, SIGNATURE_ERROR_MAX, "a key has %d..%d "
		    "bytes, and this one has %s", SIGNATURE_KEY_MIN,
		    SIGNATURE_KEY_MAX, len < SIGNATURE_KEY_MIN ? "fewer" :
		    "more");
		len = -1;
	} else {
		memcpy(keys->key[keys->n].bytes, buf, (size_t)len);
		keys->key[keys->n++].len = (size_t)len;
	}
	OPENSSL_cleanse(buf, sizeof buf);
	return (len < 0 ? -1 : 0);
}

void
signature_forget(struct signature_keys *keys)
{
	OPENSSL_cleanse(keys, sizeof *keys);
	keys->n = 0;
}

/*--------------------------------------------------------------------
 * The two spellings
 */

static int
base64_digit(char c)
{
	const char *p;

	if (c == '+')
		c = '-';
	else if (c == '/')
		c = '_';
	p = c != '\0' ? strchr(base64, c) : NULL;
	return (p != NULL ? (int)(p - base64) : -1);
}

/* n digits of so many bits each, high bits first; the last may overhang. */
static bool
read_digits(const char *s, size_t n, unsigned bits, int (*digit)(char),
    unsigned char *mac)
{
	uint32_t held = 0;
	unsigned n_held = 0;
	size_t i, len = 0;
	int d;

	for (i = 0; i < n; i++) {
		d = digit(s[i]);
		if (d < 0)
			return (false);
		held = held << bits | (uint32_t)d;
		n_held += bits;
		if (n_held >= 8) {
			n_held -= 8;
			mac[len++] = (unsigned char)(held >> n_held);
			held &= (1u << n_held) - 1;
		}
	}
	assert(len == MAC_LEN);
	return (held == 0);
}

static bool
read_signature(const char *sig, unsigned char *mac)
{
	size_t len = strlen(sig);

	if (len == 2 * MAC_LEN)
		return (read_digits(sig, len, 4, text_hex_digit, mac));
	if (len == SIGNATURE_TEXT && sig[len - 1] == '=')
		len--;
	return (len == SIGNATURE_TEXT - 1 &&
	    read_digits(sig, len, 6, base64_digit, mac));
}

static void
write_base64(const unsigned char *mac, char *sig)
{
	uint32_t held = 0;
	unsigned n_held = 0, i;

	for (i = 0; i < MAC_LEN; i++) {
		held = held << 8 | mac[i];
		for (n_held += 8; n_held >= 6; n_held -= 6)
			*sig++ = base64[held >> (n_held - 6) & 63];
	}
	*sig++ = base64[held << (6 - n_held) & 63];
	*sig = '\0';
}

/*--------------------------------------------------------------------
 * Signatures
 */

static void
make_mac(const struct signature_keys *keys, unsigned k, const char *text,
    unsigned char *mac)
{
	unsigned len = 0;
	unsigned char *ok;

	ok = HMAC(EVP_sha256(), keys->key[k].bytes, (int)keys->key[k].len,
	    (const unsigned char *)text, strlen(text), mac, &len);
	assert(ok != NULL && len == MAC_LEN);
}

int
signature_make(const struct signature_keys *keys, const char *text, char *sig)
{
	unsigned char mac[MAC_LEN];

	if (keys->n == 0)
		return (-1);
	make_mac(keys, 0, text, mac);
	write_base64(mac, sig);
	return (0);
}

bool
signature_verify(const struct signature_keys *keys, const char *text,
    const char *sig)
{
	unsigned char given[MAC_LEN], mac[MAC_LEN];
	bool right = false;
	unsigned k;

	if (!read_signature(sig, given))
		return (false);
	for (k = 0; k < keys->n; k++) {
		make_mac(keys, k, text, mac);
		right |= CRYPTO_memcmp(mac, given, MAC_LEN) == 0;
	}
	return (right);
}
