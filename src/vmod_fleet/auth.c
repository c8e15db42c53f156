/* SPDX-License-Identifier: BSD-2-Clause
 * Copyright (c) 2026 The pixelfleet authors
 *
 * Fleet-Auth, see auth.h.
 *
 * What goes into a MAC is a row of strings, the first of which names the
 * form, each with its length before it: two different rows are never the
 * same bytes.
 */

#include <errno.h>
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <openssl/core_names.h>
#include <openssl/crypto.h>
#include <openssl/evp.h>
#include <openssl/params.h>
#include <openssl/rand.h>

#include "auth.h"
#include "key_file.h"
#include "node_headers.h"

#define MAC_BYTES		(AUTH_MAC_LEN / 2)
#define SECONDS_MAX		12	/* digits */
#define SLOTS_MIN		64

/* "v1 <seconds> <nonce> <mac>", taken apart. */
struct token {
	char			seconds[SECONDS_MAX + 1];
	char			nonce[AUTH_NONCE_LEN + 1];
	char			mac[AUTH_MAC_LEN + 1];
};

struct bytes {
	const char		*data;
	size_t			len;
};

static struct bytes
string(const char *text)
{
	if (text == NULL)
		text = "";
	return ((struct bytes){ text, strlen(text) });
}

static bool
mac_update(EVP_MAC_CTX *ctx, struct bytes b)
{
	unsigned char be[8];
	unsigned i;

	for (i = 0; i < 8; i++)
		be[i] = (unsigned char)((uint64_t)b.len >> (56 - 8 * i));
	return (EVP_MAC_update(ctx, be, sizeof be) == 1 &&
	    EVP_MAC_update(ctx, (const unsigned char *)b.data, b.len) == 1);
}

/* The MAC of a row of strings, in hex.  Returns 0 or -1. */
static int
mac_row(const struct auth_secret *secret, const struct bytes *row,
    unsigned n, char hex[AUTH_MAC_LEN + 1])
{
	unsigned char mac[MAC_BYTES];
	EVP_MAC_CTX *ctx;
	size_t len = 0;
	unsigned i;
	bool ok;

	ctx = EVP_MAC_CTX_dup(secret->mac);
	ok = ctx != NULL;
	for (i = 0; ok && i < n; i++)
		ok = mac_update(ctx, row[i]);
	ok = ok && EVP_MAC_final(ctx, mac, &len, sizeof mac) == 1 &&
	    len == sizeof mac;
	EVP_MAC_CTX_free(ctx);
	if (!ok)
		return (-1);
	node_hex(hex, mac, sizeof mac);
	return (0);
}

static int
mac_claim(const struct auth_secret *secret, const struct auth_claim *claim,
    const char *seconds, const char *nonce, char hex[AUTH_MAC_LEN + 1])
{
	const struct bytes row[] = {
		string("pixelfleet request v1"), string(claim->method),
		string(claim->url), string(claim->node), string(claim->to),
		string(claim->config), string(seconds), string(nonce)
	};

	return (mac_row(secret, row, sizeof row / sizeof *row, hex));
}

static int
mac_probe(const struct auth_secret *secret, const char *node,
    const char *config, char hex[AUTH_MAC_LEN + 1])
{
	const struct bytes row[] = {
		string("pixelfleet probe v1"), string(node), string(config)
	};

	return (mac_row(secret, row, sizeof row / sizeof *row, hex));
}

/* For comparing two texts of any length by their MACs. */
static int
mac_text(const struct auth_secret *secret, struct bytes text,
    char hex[AUTH_MAC_LEN + 1])
{
	const struct bytes row[] = { string("pixelfleet text v1"), text };

	return (mac_row(secret, row, sizeof row / sizeof *row, hex));
}

/* `len` characters of hex that `end` follows; past them, or NULL. */
static const char *
take_hex(const char *text, char *out, size_t len, char end)
{
	if (text == NULL || strspn(text, NODE_HEX_DIGITS) != len ||
	    text[len] != end)
		return (NULL);
	memcpy(out, text, len);
	out[len] = '\0';
	return (text + len + 1);
}

static int
parse_token(const char *text, struct token *tok)
{
	size_t len;

	if (strncmp(text, "v1 ", 3) != 0)
		return (-1);
	text += 3;
	len = strspn(text, "0123456789");
	if (len == 0 || len > SECONDS_MAX || *text == '0' || text[len] != ' ')
		return (-1);
	memcpy(tok->seconds, text, len);
	tok->seconds[len] = '\0';
	text = take_hex(text + len + 1, tok->nonce, AUTH_NONCE_LEN, ' ');
	text = take_hex(text, tok->mac, AUTH_MAC_LEN, '\0');
	return (text == NULL ? -1 : 0);
}

static enum auth_reason
verify_probe(const struct auth_secret *secret, const struct auth_claim *claim,
    const char *text)
{
	char given[AUTH_MAC_LEN + 1], mac[AUTH_MAC_LEN + 1];

	if (take_hex(text, given, AUTH_MAC_LEN, '\0') == NULL)
		return (AUTH_MALFORMED);
	if (strcmp(string(claim->method).data, "GET") != 0 ||
	    strcmp(string(claim->url).data, NODE_URL_PROBE) != 0)
		return (AUTH_BAD_MAC);
	if (mac_probe(secret, claim->node, claim->config, mac) != 0 ||
	    CRYPTO_memcmp(mac, given, AUTH_MAC_LEN) != 0)
		return (AUTH_BAD_MAC);
	return (AUTH_OK);
}

/* The slot that has this nonce, or the free one that it belongs in. */
static uint64_t *
find(const struct auth_second *at, uint64_t nonce)
{
	unsigned i = (unsigned)nonce & (at->slots - 1);

	while (at->slot[i] != 0 && at->slot[i] != nonce)
		i = (i + 1) & (at->slots - 1);
	return (&at->slot[i]);
}

/* See to it that one more leaves half of the slots free. */
static bool
make_room(struct auth_second *at)
{
	struct auth_second wider = *at;
	unsigned i;

	if ((at->used + 1) * 2 <= at->slots)
		return (true);
	wider.slots = at->slots == 0 ? SLOTS_MIN : at->slots * 2;
	wider.slot = calloc(wider.slots, sizeof *wider.slot);
	if (wider.slot == NULL)
		return (false);
	for (i = 0; i < at->slots; i++)
		if (at->slot[i] != 0)
			*find(&wider, at->slot[i]) = at->slot[i];
	free(at->slot);
	*at = wider;
	return (true);
}

/*
 * Empty a table for a later second.  One that was used well keeps its size,
 * so that steady traffic does not make it grow from nothing every second.
 */
static void
recycle(struct auth_second *at, int64_t second)
{
	if (at->used < at->slots / 8) {
		free(at->slot);
		at->slot = NULL;
		at->slots = 0;
	} else if (at->slots > 0)
		memset(at->slot, 0, at->slots * sizeof *at->slot);
	at->used = 0;
	at->second = second;
}

static enum auth_reason
add(struct auth_second *at, uint64_t nonce)
{
	if (at->slots > 0 && *find(at, nonce) == nonce)
		return (AUTH_REPLAY);
	if (at->used == AUTH_REPLAY_PER_SECOND || !make_room(at))
		return (AUTH_FULL);
	*find(at, nonce) = nonce;
	at->used++;
	return (AUTH_OK);
}

/*
 * Of a nonce, half is kept.  That mistakes a new one for an old one once in
 * 10^14 requests even at the limit, and never an old one for a new one.
 */
static enum auth_reason
remember(struct auth_replay *replay, int64_t second, const char *hex)
{
	struct auth_second *at = &replay->at[second % AUTH_REPLAY_SECONDS];
	enum auth_reason reason = AUTH_SKEW;
	char half[AUTH_NONCE_LEN / 2 + 1];
	uint64_t nonce;

	memcpy(half, hex, sizeof half - 1);
	half[sizeof half - 1] = '\0';
	nonce = strtoull(half, NULL, 16);
	if (nonce == 0)
		nonce = 1;
	pthread_mutex_lock(&replay->mtx);
	if (second >= replay->not_before && second >= at->second) {
		if (second != at->second)
			recycle(at, second);
		reason = add(at, nonce);
	}
	pthread_mutex_unlock(&replay->mtx);
	return (reason);
}

static int
secret_init(struct auth_secret *secret, struct bytes key)
{
	static char digest[] = "SHA256";
	const OSSL_PARAM params[] = {
		OSSL_PARAM_utf8_string(OSSL_MAC_PARAM_DIGEST, digest,
		    sizeof digest - 1),
		OSSL_PARAM_END
	};
	EVP_MAC *mac;

	mac = EVP_MAC_fetch(NULL, "HMAC", NULL);
	secret->mac = EVP_MAC_CTX_new(mac);
	EVP_MAC_free(mac);
	if (secret->mac == NULL || EVP_MAC_init(secret->mac,
	    (const unsigned char *)key.data, key.len, params) != 1)
		return (-1);
	return (mac_text(secret, key, secret->own));
}

int
auth_secret_load(struct auth_secret *secret, const char *path,
    char err[AUTH_ERROR_MAX])
{
	char buf[KEY_FILE_ROOM(AUTH_SECRET_MAX)];
	ssize_t len;
	int r = -1;

	memset(secret, 0, sizeof *secret);
	len = key_file_read(path, buf, sizeof buf);
	if (len < 0) {
		(void)snprintf(err, AUTH_ERROR_MAX,
		    "cannot read the secret file %s: %s", path,
		    strerror(errno));
		return (-1);
	}
	if (len < AUTH_SECRET_MIN || len > AUTH_SECRET_MAX)
		(void)snprintf(err, AUTH_ERROR_MAX, "the secret file %s must "
		    "have %d to %d bytes", path, AUTH_SECRET_MIN,
		    AUTH_SECRET_MAX);
	else if (secret_init(secret, (struct bytes){ buf, (size_t)len }) != 0)
		(void)snprintf(err, AUTH_ERROR_MAX,
		    "libcrypto cannot make HMAC-SHA-256");
	else
		r = 0;
	OPENSSL_cleanse(buf, sizeof buf);
	if (r != 0)
		auth_secret_fini(secret);
	return (r);
}

void
auth_secret_fini(struct auth_secret *secret)
{
	EVP_MAC_CTX_free(secret->mac);
	OPENSSL_cleanse(secret, sizeof *secret);
}

bool
auth_equal(const struct auth_secret *secret, const char *text)
{
	char mac[AUTH_MAC_LEN + 1];

	return (text != NULL &&
	    mac_text(secret, string(text), mac) == 0 &&
	    CRYPTO_memcmp(mac, secret->own, AUTH_MAC_LEN) == 0);
}

void
auth_replay_init(struct auth_replay *replay, int64_t now)
{
	memset(replay, 0, sizeof *replay);
	pthread_mutex_init(&replay->mtx, NULL);
	replay->not_before = now;
}

void
auth_replay_fini(struct auth_replay *replay)
{
	unsigned i;

	for (i = 0; i < AUTH_REPLAY_SECONDS; i++)
		free(replay->at[i].slot);
	pthread_mutex_destroy(&replay->mtx);
}

int
auth_sign(const struct auth_secret *secret, const struct auth_claim *claim,
    int64_t now, char out[AUTH_TEXT_MAX])
{
	struct token tok;

	(void)snprintf(tok.seconds, sizeof tok.seconds, "%" PRId64, now);
	if (fleet_random_hex(tok.nonce, AUTH_NONCE_LEN / 2) != 0 ||
	    mac_claim(secret, claim, tok.seconds, tok.nonce, tok.mac) != 0)
		return (-1);
	(void)snprintf(out, AUTH_TEXT_MAX, "v1 %s %s %s", tok.seconds,
	    tok.nonce, tok.mac);
	return (0);
}

int
auth_sign_probe(const struct auth_secret *secret, const char *node,
    const char *config, char out[AUTH_TEXT_MAX])
{
	char mac[AUTH_MAC_LEN + 1];

	if (mac_probe(secret, node, config, mac) != 0)
		return (-1);
	(void)snprintf(out, AUTH_TEXT_MAX, "p1 %s", mac);
	return (0);
}

enum auth_reason
auth_verify(const struct auth_secret *secret, struct auth_replay *replay,
    const struct auth_claim *claim, const char *text, int64_t now)
{
	char mac[AUTH_MAC_LEN + 1];
	struct token tok;
	int64_t second;

	if (text == NULL || *text == '\0')
		return (AUTH_ABSENT);
	if (strncmp(text, "p1 ", 3) == 0)
		return (verify_probe(secret, claim, text + 3));
	if (parse_token(text, &tok) != 0)
		return (AUTH_MALFORMED);
	if (mac_claim(secret, claim, tok.seconds, tok.nonce, mac) != 0 ||
	    CRYPTO_memcmp(mac, tok.mac, AUTH_MAC_LEN) != 0)
		return (AUTH_BAD_MAC);
	second = strtoll(tok.seconds, NULL, 10);
	if (second < now - AUTH_WINDOW || second > now + AUTH_WINDOW)
		return (AUTH_SKEW);
	return (remember(replay, second, tok.nonce));
}

const char *
auth_reason_text(enum auth_reason reason)
{
	switch (reason) {
	case AUTH_OK:
		return ("signed by a node of this cluster");
	case AUTH_ABSENT:
		return ("not signed");
	case AUTH_MALFORMED:
		return ("the signature is malformed");
	case AUTH_BAD_MAC:
		return ("the signature is wrong: another secret, "
		    "or not what was signed");
	case AUTH_SKEW:
		return ("signed too long ago or in the future: "
		    "compare the clocks");
	case AUTH_REPLAY:
		return ("the signature was used before");
	case AUTH_FULL:
		return ("too many signatures to remember");
	}
	return ("an unknown reason");
}

int
fleet_random_hex(char *buf, size_t n)
{
	unsigned char chunk[32];
	size_t len;

	*buf = '\0';
	for (; n > 0; n -= len, buf += 2 * len) {
		len = n < sizeof chunk ? n : sizeof chunk;
		if (RAND_bytes(chunk, (int)len) != 1)
			return (-1);
		node_hex(buf, chunk, len);
	}
	return (0);
}
