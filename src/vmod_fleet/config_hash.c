/* SPDX-License-Identifier: BSD-2-Clause
 * Copyright (c) 2026 The pixelfleet authors
 *
 * The configuration hash and the list of its parts, see config_hash.h.
 *
 * To change what is hashed, or how, is to change the tag: two nodes that
 * differ in it must differ in their hash.
 */

#include <assert.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>

#include <openssl/evp.h>

#include "config_hash.h"

static const char tag[] = "pixelfleet config v1";

/* The characters of a label in a list; no ',' or '=', which part items. */
static const char label_chars[] = "ABCDEFGHIJKLMNOPQRSTUVWXYZ"
    "abcdefghijklmnopqrstuvwxyz0123456789._:/-";

/* A peer's list, taken apart. */
struct peer {
	unsigned		n;
	bool			more;	/* parts that the list leaves out */
	struct config_part	part[CONFIG_PARTS_MAX];
};

/* The text of differences under way. */
struct sentence {
	char			*buf;
	size_t			len;	/* of buf; 0 once something was cut */
	size_t			used;
	int			n;
};

static bool
update_string(EVP_MD_CTX *ctx, const void *data, size_t len)
{
	unsigned char be[8];
	unsigned i;

	for (i = 0; i < 8; i++)
		be[i] = (unsigned char)((uint64_t)len >> (56 - 8 * i));
	return (EVP_DigestUpdate(ctx, be, sizeof be) == 1 &&
	    EVP_DigestUpdate(ctx, data, len) == 1);
}

static void
fail(struct config_hash *ch)
{
	EVP_MD_CTX_free(ch->ctx);
	ch->ctx = NULL;
	ch->failed = true;
}

static void
part_init(struct config_part *part, const char *label,
    const unsigned char *md)
{
	char *p;

	(void)snprintf(part->label, sizeof part->label, "%s", label);
	for (p = part->label; *p != '\0'; p++)
		if (strchr(label_chars, *p) == NULL)
			*p = '_';
	if (p == part->label)
		strcpy(part->label, "_");
	node_hex(part->digest, md, CONFIG_DIGEST_LEN / 2);
}

static void
say(struct sentence *s, const char *label, const char *what)
{
	int n;

	s->n++;
	if (s->len == 0)
		return;
	n = snprintf(s->buf + s->used, s->len - s->used, "%s%s%s",
	    s->used > 0 ? ", " : "", label, what);
	if (n < 0 || (size_t)n >= s->len - s->used) {
		s->buf[s->used] = '\0';
		s->len = 0;
		return;
	}
	s->used += (size_t)n;
}

/* One item at *text, which moves past it. */
static int
parse_part(const char **text, struct config_part *part)
{
	size_t len = strspn(*text, label_chars);

	if (len == 0 || len > CONFIG_LABEL_MAX || (*text)[len] != '=')
		return (-1);
	memcpy(part->label, *text, len);
	part->label[len] = '\0';
	*text += len + 1;
	if (strspn(*text, NODE_HEX_DIGITS) != CONFIG_DIGEST_LEN)
		return (-1);
	memcpy(part->digest, *text, CONFIG_DIGEST_LEN);
	part->digest[CONFIG_DIGEST_LEN] = '\0';
	*text += CONFIG_DIGEST_LEN;
	return (0);
}

static int
parse_peer(const char *text, struct peer *peer)
{
	size_t len;

	peer->n = 0;
	peer->more = false;
	for (;;) {
		if (*text == '+') {
			len = strspn(++text, "0123456789");
			peer->more = true;
			return (len > 0 && text[len] == '\0' ? 0 : -1);
		}
		if (peer->n == CONFIG_PARTS_MAX ||
		    parse_part(&text, &peer->part[peer->n]) != 0)
			return (-1);
		peer->n++;
		if (*text == '\0')
			return (0);
		if (*text++ != ',')
			return (-1);
	}
}

/*
 * The part among of[0..n-1] that part i of `in` is to be compared with: of
 * the same label and, since two files may have one name, as many of that
 * label before it.
 */
static const struct config_part *
counterpart(const struct config_part *of, unsigned n,
    const struct config_part *in, unsigned i)
{
	unsigned j, before = 0;

	for (j = 0; j < i; j++)
		before += strcmp(in[j].label, in[i].label) == 0;
	for (j = 0; j < n; j++)
		if (strcmp(of[j].label, in[i].label) == 0 && before-- == 0)
			return (&of[j]);
	return (NULL);
}

void
config_hash_init(struct config_hash *ch)
{
	memset(ch, 0, sizeof *ch);
	ch->ctx = EVP_MD_CTX_new();
	if (ch->ctx == NULL ||
	    EVP_DigestInit_ex(ch->ctx, EVP_sha256(), NULL) != 1 ||
	    EVP_DigestUpdate(ch->ctx, tag, sizeof tag) != 1)
		fail(ch);
}

void
config_hash_fini(struct config_hash *ch)
{
	EVP_MD_CTX_free(ch->ctx);
	ch->ctx = NULL;
}

void
config_hash_add(struct config_hash *ch, const char *label, const void *data,
    size_t len)
{
	unsigned char md[EVP_MAX_MD_SIZE];

	if (ch->failed)
		return;
	assert(ch->ctx != NULL);
	if (!update_string(ch->ctx, label, strlen(label)) ||
	    !update_string(ch->ctx, data, len) ||
	    EVP_Digest(data, len, md, NULL, EVP_sha256(), NULL) != 1) {
		fail(ch);
		return;
	}
	if (ch->n < CONFIG_PARTS_MAX)
		part_init(&ch->part[ch->n], label, md);
	ch->n++;
}

bool
config_hash_vcl_wanted(const char *srcname)
{
	static const char suffix[] = ".local.vcl";
	size_t len = strlen(srcname);

	if (strcmp(srcname, "<builtin>") == 0)
		return (false);
	return (len < sizeof suffix - 1 ||
	    strcmp(srcname + len - (sizeof suffix - 1), suffix) != 0);
}

const char *
config_hash_final(struct config_hash *ch)
{
	unsigned char md[EVP_MAX_MD_SIZE];

	if (ch->hex[0] != '\0')
		return (ch->hex);
	if (ch->failed)
		return (NULL);
	if (EVP_DigestFinal_ex(ch->ctx, md, NULL) != 1) {
		fail(ch);
		return (NULL);
	}
	node_hex(ch->hex, md, NODE_CONFIG_LEN / 2);
	config_hash_fini(ch);
	return (ch->hex);
}

void
config_hash_parts(const struct config_hash *ch, char out[CONFIG_TEXT_MAX])
{
	/* Room for ",+" and any unsigned is kept until the last part. */
	const size_t room = CONFIG_TEXT_MAX - sizeof ",+4294967295";
	size_t used = 0, len;
	unsigned i;

	out[0] = '\0';
	for (i = 0; i < ch->n && i < CONFIG_PARTS_MAX; i++) {
		len = strlen(ch->part[i].label) + 1 + CONFIG_DIGEST_LEN;
		if (used + 1 + len > room)
			break;
		used += (size_t)sprintf(out + used, "%s%s=%s",
		    i > 0 ? "," : "", ch->part[i].label, ch->part[i].digest);
	}
	if (i < ch->n)
		(void)sprintf(out + used, "%s+%u", i > 0 ? "," : "",
		    ch->n - i);
}

int
config_hash_differences(const struct config_hash *own, const char *text,
    char *buf, size_t len)
{
	struct sentence s = { .buf = buf, .len = len };
	const struct config_part *part;
	struct peer peer;
	unsigned i, n;

	if (len > 0)
		buf[0] = '\0';
	if (text == NULL || parse_peer(text, &peer) != 0)
		return (-1);
	n = own->n < CONFIG_PARTS_MAX ? own->n : CONFIG_PARTS_MAX;
	for (i = 0; i < n; i++) {
		part = counterpart(peer.part, peer.n, own->part, i);
		if (part == NULL && !peer.more)
			say(&s, own->part[i].label, " only here");
		if (part != NULL &&
		    strcmp(part->digest, own->part[i].digest) != 0)
			say(&s, own->part[i].label, " differs");
	}
	for (i = 0; i < peer.n && n == own->n; i++)
		if (counterpart(own->part, n, peer.part, i) == NULL)
			say(&s, peer.part[i].label, " only there");
	if (s.n > 0)
		return (s.n);
	for (i = 0; i < n && i < peer.n; i++)
		if (strcmp(own->part[i].label, peer.part[i].label) != 0) {
			say(&s, "the order of the parts", " differs");
			break;
		}
	return (s.n);
}
