/* SPDX-License-Identifier: BSD-2-Clause
 * Copyright (c) 2026 The pixelfleet authors
 *
 * Fleet-Auth: how a node proves that a request comes from its cluster.
 *
 * A request carries "v1 <unix seconds> <nonce> <mac>": 32 hex digits of
 * nonce, and 64 of an HMAC-SHA-256 with the cluster's secret over a claim,
 * the seconds and the nonce.  It is good for 30 seconds either way, at the
 * node that it is addressed to, once.
 *
 * A probe's text is made once and sent for ever, so it carries "p1 <mac>"
 * over the sender's name and configuration hash.  It has no time and no
 * nonce, and opens nothing but the probe's URL.
 */

#ifndef AUTH_H
#define AUTH_H

#include <pthread.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include <openssl/types.h>

#define AUTH_SECRET_MIN		16	/* bytes */
#define AUTH_SECRET_MAX		4096	/* bytes */
#define AUTH_WINDOW		30	/* s, before and after */
#define AUTH_MAC_LEN		64	/* hex digits */
#define AUTH_NONCE_LEN		32	/* hex digits */
#define AUTH_TEXT_MAX		128	/* bytes of a Fleet-Auth and its NUL */
#define AUTH_ERROR_MAX		512	/* bytes of a sentence and its NUL */

/* Constant once loaded, and so safe from any thread. */
struct auth_secret {
	EVP_MAC_CTX		*mac;	/* keyed; copied for each use */
	char			own[AUTH_MAC_LEN + 1];	/* of the secret */
};

/* What is signed.  NULL is the empty string; both ends must agree on that. */
struct auth_claim {
	const char		*method;
	const char		*url;
	const char		*node;		/* the sender's name */
	const char		*to;		/* the addressee's name */
	const char		*config;	/* the sender's config hash */
};

enum auth_reason {
	AUTH_OK = 0,
	AUTH_ABSENT,		/* no Fleet-Auth at all */
	AUTH_MALFORMED,
	AUTH_BAD_MAC,		/* another secret, or another claim */
	AUTH_SKEW,		/* the clocks differ, or it is an old one */
	AUTH_REPLAY,		/* seen before */
	AUTH_FULL		/* no room to remember it */
};

/*
 * The nonces of what was accepted, by the second that they were signed in.
 * One for the process, so that a reload of the VCL forgets nothing.
 *
 * A second's nonces, 64 bits of each, stand in a hash table that grows as
 * they come, and that is given up for a later second only.  The window is
 * 61 seconds wide, so a nonce is known for as long as it would be accepted;
 * and should the clock be set back, a second that was given up is refused.
 *
 * That takes 16 to 32 bytes for each request of the last minute: 16 MB at
 * 10,000 a second, 128 MB at the most.  More than AUTH_REPLAY_PER_SECOND
 * requests signed in one second are refused with AUTH_FULL.
 */
#define AUTH_REPLAY_SECONDS	64
#define AUTH_REPLAY_PER_SECOND	131072

struct auth_second {
	int64_t			second;
	unsigned		used;
	unsigned		slots;	/* 0 or a power of two, >= 2 used */
	uint64_t		*slot;	/* 0: free */
};

struct auth_replay {
	pthread_mutex_t		mtx;		/* for all below */
	int64_t			not_before;	/* nothing older is known */
	struct auth_second	at[AUTH_REPLAY_SECONDS]; /* second % 64 */
};

/*
 * Read the secret from a file: 16 to 4096 bytes, without a newline at the
 * end.  Returns 0, or -1 with a sentence in err.
 */
int auth_secret_load(struct auth_secret *, const char *path,
    char err[AUTH_ERROR_MAX]);
void auth_secret_fini(struct auth_secret *);

/* Whether text is the secret, in a time that does not tell how nearly. */
bool auth_equal(const struct auth_secret *, const char *text);

/*
 * `now` is the time of start: what was signed before that may have been
 * seen by a process that is no more, and is refused.
 */
void auth_replay_init(struct auth_replay *, int64_t now);
void auth_replay_fini(struct auth_replay *);

/* Return 0, or -1 if libcrypto fails. */
int auth_sign(const struct auth_secret *, const struct auth_claim *,
    int64_t now, char out[AUTH_TEXT_MAX]);
int auth_sign_probe(const struct auth_secret *, const char *node,
    const char *config, char out[AUTH_TEXT_MAX]);

/* Verify a Fleet-Auth, of either form; NULL is none.  `now` as time(2). */
enum auth_reason auth_verify(const struct auth_secret *,
    struct auth_replay *, const struct auth_claim *, const char *text,
    int64_t now);

/* A clause for log and response. */
const char *auth_reason_text(enum auth_reason);

/* 2 * n hex digits and a NUL.  Returns 0, or -1 if libcrypto fails. */
int fleet_random_hex(char *buf, size_t n);

#endif
