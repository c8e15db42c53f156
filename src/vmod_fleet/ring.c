/* SPDX-License-Identifier: BSD-2-Clause
 * Copyright (c) 2026 The pixelfleet authors
 *
 * Weighted rendezvous hashing, see ring.h.
 *
 * A node's hash of a key is a number h, uniform in 0..2^64-1.  Read as a
 * fraction u of 1, -ln(u)/weight is exponentially distributed with rate
 * `weight`, and of several such variables each is the smallest with a
 * probability in proportion to its rate.  That is the whole of it: the
 * score is -log2(u) in Q24 times 2^32/weight, and the lowest wins.
 *
 * To change any step here is to change the owner of every key.  It needs
 * new domain tags, new vectors, and a cluster that is told.
 */

#include <pthread.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdlib.h>
#include <string.h>

#include <openssl/evp.h>

#include "ring.h"
#include "ring_log2.h"

/* With the NUL, so that no tag is the beginning of another. */
static const char tag_key[] = "pixelfleet key v1";
static const char tag_node[] = "pixelfleet node v1";

/* A node's place in the order of one key. */
struct rank {
	uint64_t		score;
	uint64_t		hash;
	const struct ring_node	*node;
};

/*
 * Fetched once: EVP_sha256() would look it up at every use, under a lock
 * that all threads share.
 */
static EVP_MD *sha256;
static pthread_once_t sha256_once = PTHREAD_ONCE_INIT;

static void
sha256_fetch(void)
{
	sha256 = EVP_MD_fetch(NULL, "SHA256", NULL);
}

static uint64_t
tagged_hash(const char *tag, size_t taglen, const char *text)
{
	unsigned char md[EVP_MAX_MD_SIZE];
	EVP_MD_CTX *ctx;
	uint64_t h = 0;
	unsigned i;

	if (text == NULL)
		text = "";
	(void)pthread_once(&sha256_once, sha256_fetch);
	ctx = EVP_MD_CTX_new();
	/* Without memory or SHA-256 there is no answer that others share. */
	if (ctx == NULL || sha256 == NULL ||
	    EVP_DigestInit_ex(ctx, sha256, NULL) != 1 ||
	    EVP_DigestUpdate(ctx, tag, taglen) != 1 ||
	    EVP_DigestUpdate(ctx, text, strlen(text)) != 1 ||
	    EVP_DigestFinal_ex(ctx, md, NULL) != 1)
		abort();
	EVP_MD_CTX_free(ctx);
	for (i = 0; i < 8; i++)
		h = h << 8 | md[i];
	return (h);
}

/* The holder of a key so far. */
struct lead {
	struct rank		rank;
	uint64_t		limit;	/* see bound() */
};

/*
 * The finaliser of splitmix64 (Stafford's variant 13): a bijection.  Its
 * last step stands apart, because it leaves the upper 31 bits as they are,
 * and those are all that bound() looks at.
 */
static inline uint64_t
stir(uint64_t x)
{
	x ^= x >> 30;
	x *= UINT64_C(0xbf58476d1ce4e5b9);
	x ^= x >> 27;
	x *= UINT64_C(0x94d049bb133111eb);
	return (x);
}

static inline uint64_t
settle(uint64_t x)
{
	return (x ^ x >> 31);
}

/*
 * -log2(h / 2^64) in Q24: 1 for the largest h, 64 << 24 for the smallest.
 *
 * With lz leading zeros, h is 2^(63-lz) * (1 + f).  The upper 12 bits of f
 * choose a step of the table, the next 32 the place within that step.
 */
static inline uint64_t
nlog2(uint64_t h)
{
	unsigned lz, step;
	uint64_t f, rest, log;

	h |= 1;
	lz = (unsigned)__builtin_clzll(h);
	f = h << lz << 1;
	step = (unsigned)(f >> 52);
	rest = f >> 20 & UINT32_MAX;
	log = ring_log2[step] +
	    ((ring_log2[step + 1] - ring_log2[step]) * rest >> 32);
	return (((uint64_t)(lz + 1) << 24) - log);
}

/*
 * What a score is always more than, without the table: 4/3 of this, since
 * -log2(1 - v) > 1.44 v.  It is close where it matters, which is for hashes
 * near the top, and spares most nodes the logarithm.
 */
static inline uint64_t
bound(uint64_t hash, uint64_t rweight)
{
	return ((~hash >> 40) * rweight);
}

/* Who has this bound or more, has a higher score. */
static inline uint64_t
limit_of(uint64_t score)
{
	return (score - score / 4);
}

/* Equal scores are rare but real: all must settle them alike. */
static inline bool
ahead(const struct rank *a, const struct rank *b)
{
	if (a->score != b->score)
		return (a->score < b->score);
	if (a->hash != b->hash)
		return (a->hash > b->hash);
	return (strcmp(a->node->name, b->node->name) < 0);
}

static inline struct rank
rank_of(const struct ring_node *node, uint64_t key)
{
	struct rank r;

	r.hash = settle(stir(key ^ node->seed));
	r.score = nlog2(r.hash) * node->rweight;
	r.node = node;
	return (r);
}

/* The node takes the key if it is ahead of who has it so far. */
static inline void
compete(struct lead *lead, const struct ring_node *node, uint64_t key)
{
	uint64_t x = stir(key ^ node->seed);
	struct rank r;

	if (bound(x, node->rweight) >= lead->limit)
		return;
	r.hash = settle(x);
	r.score = nlog2(r.hash) * node->rweight;
	r.node = node;
	/* The scores first, for speed: ahead() is only asked about ties. */
	if (r.score < lead->rank.score ||
	    (r.score == lead->rank.score && ahead(&r, &lead->rank))) {
		lead->rank = r;
		lead->limit = limit_of(r.score);
	}
}

static inline int
index_of(const struct lead *lead, const struct ring_node *nodes)
{
	return (lead->rank.node == NULL ? -1 :
	    (int)(lead->rank.node - nodes));
}

/*
 * Where in out[0..have-1] the rank belongs.  The scores of those in it are
 * made again rather than kept: few nodes get this far, and so the caller
 * needs no scratch memory.
 */
static unsigned
place(const struct ring_node *nodes, uint64_t key, const unsigned *out,
    unsigned have, const struct rank *r)
{
	unsigned lo = 0, hi = have, mid;
	struct rank other;

	while (lo < hi) {
		mid = lo + (hi - lo) / 2;
		other = rank_of(&nodes[out[mid]], key);
		if (ahead(r, &other))
			hi = mid;
		else
			lo = mid + 1;
	}
	return (lo);
}

uint64_t
ring_key(const char *key)
{
	return (tagged_hash(tag_key, sizeof tag_key, key));
}

uint64_t
ring_seed(const char *name)
{
	return (tagged_hash(tag_node, sizeof tag_node, name));
}

int
ring_node_init(struct ring_node *node, const char *name, unsigned weight)
{
	if (weight < RING_WEIGHT_MIN || weight > RING_WEIGHT_MAX)
		return (-1);
	node->seed = ring_seed(name);
	/* Below 2^29; nlog2() gives 2^30 at most, so a score fits. */
	node->rweight = (uint32_t)((UINT64_C(1) << 32) / weight);
	node->weight = weight;
	node->name = name;
	return (0);
}

int
ring_top(const struct ring_node *nodes, unsigned n, uint64_t key)
{
	struct lead lead = { .rank.score = UINT64_MAX, .limit = UINT64_MAX };
	unsigned i;

	for (i = 0; i < n; i++)
		compete(&lead, &nodes[i], key);
	return (index_of(&lead, nodes));
}

int
ring_top_among(const struct ring_node *nodes, unsigned n, uint64_t key,
    const uint64_t *mask)
{
	struct lead lead = { .rank.score = UINT64_MAX, .limit = UINT64_MAX };
	unsigned i;

	for (i = 0; i < n; i++)
		if (mask[i / 64] >> i % 64 & 1)
			compete(&lead, &nodes[i], key);
	return (index_of(&lead, nodes));
}

unsigned
ring_order(const struct ring_node *nodes, unsigned n, uint64_t key,
    unsigned *out, unsigned k)
{
	struct rank r, last = { .score = 0 };
	unsigned i, at, have = 0;

	if (k == 0)
		return (0);
	for (i = 0; i < n; i++) {
		if (have == k && bound(stir(key ^ nodes[i].seed),
		    nodes[i].rweight) >= limit_of(last.score))
			continue;
		r = rank_of(&nodes[i], key);
		if (have == k && !ahead(&r, &last))
			continue;
		at = place(nodes, key, out, have, &r);
		if (have < k)
			have++;
		memmove(&out[at + 1], &out[at],
		    (have - 1 - at) * sizeof *out);
		out[at] = i;
		last = rank_of(&nodes[out[have - 1]], key);
	}
	return (have);
}
