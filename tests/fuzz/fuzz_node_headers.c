/* SPDX-License-Identifier: BSD-2-Clause
 * Copyright (c) 2026 The pixelfleet authors
 *
 * What nodes say to each other in headers, as an entry for libFuzzer.
 *
 * The input is read line by line, as headers of a message: those that a node
 * understands are read as it reads them, and all of them are handled as the
 * cluster's VCL does, told apart by name, set and removed.
 */

#include <cache/cache.h>

#include <fcntl.h>
#include <time.h>
#include <unistd.h>

#include "auth.h"
#include "config_hash.h"
#include "doors.h"
#include "fuzz.h"
#include "msg.h"
#include "node_headers.h"

#define HEADERS		24
#define NOW		1764000000

/*--------------------------------------------------------------------
 * What msg.c wants of varnishd.
 */

static char set[8192];

void
http_PrintfHeader(struct http *hp, const char *fmt, ...)
{
	va_list ap;
	int len;

	va_start(ap, fmt);
	len = vsnprintf(set, sizeof set, fmt, ap);
	va_end(ap);
	MUST(set, len > 0 && len < (int)sizeof set && hp->nhd < hp->shd);
	hp->hd[hp->nhd].b = set;
	hp->hd[hp->nhd++].e = set + len;
}

void
VSLbt(struct vsl_log *vsl, enum VSL_tag_e tag, txt t)
{
	(void)vsl;
	(void)tag;
	(void)t;
}

/*--------------------------------------------------------------------
 * Values
 */

static void
check_load(const char *text)
{
	char again[NODE_LOAD_MAX];
	struct node_load load;

	if (node_load_parse(&load, text) != 0)
		return;
	node_load_format(&load, again);
	MUST(text, strcmp(text, again) == 0);
}

static void
check_names(const char *text)
{
	if (node_name_valid(text))
		MUST(text, strlen(text) <= NODE_NAME_MAX &&
		    strpbrk(text, " :;,/\r\n\"") == NULL);
	if (node_config_valid(text))
		MUST(text, strlen(text) == NODE_CONFIG_LEN);
	if (node_request_id_valid(text))
		MUST(text, strlen(text) == NODE_REQUEST_ID_LEN);
}

static const struct config_hash *
own_config(void)
{
	static struct config_hash hash;

	if (hash.hex[0] == '\0') {
		config_hash_init(&hash);
		config_hash_add(&hash, "version", "1", 1);
		config_hash_add(&hash, "vcl:site.vcl", "sub {}", 6);
		config_hash_add(&hash, "nodes", "a b c", 5);
		MUST("a hash", config_hash_final(&hash) != NULL);
	}
	return (&hash);
}

static void
check_parts(const char *text)
{
	char said[300], little[40], own[CONFIG_TEXT_MAX];
	int n = config_hash_differences(own_config(), text, said,
	    sizeof said);

	MUST(text, n >= -1 && strlen(said) < sizeof said);
	MUST(said, fuzz_printable(said));
	MUST(text, n > 0 || *said == '\0');
	MUST(text, config_hash_differences(own_config(), text, little,
	    sizeof little) == n);
	MUST(little, strlen(little) < sizeof little);
	config_hash_parts(own_config(), own);
	if (strcmp(own, text) == 0)
		MUST(text, n == 0);
}

static void
check_probe(const char *text)
{
	const struct node_probe probe = { .host = text, .node = "a",
	    .config = own_config()->hex, .parts = text, .auth = NULL };
	char buf[1024];
	int len = node_probe_format(&probe, buf, sizeof buf);
	const char *p;
	unsigned lines = 0;

	if (len < 0)
		return;
	MUST(text, (size_t)len == strlen(buf) && (size_t)len < sizeof buf);
	for (p = buf; (p = strstr(p, "\r\n")) != NULL; p += 2)
		lines++;
	/* Nobody's value makes a header of its own. */
	MUST(buf, lines == 7);
}

/*--------------------------------------------------------------------
 * Fleet-Auth
 */

static const struct auth_secret *
secret(void)
{
	static struct auth_secret s;
	char path[] = "/tmp/fuzz-secret-XXXXXX", err[AUTH_ERROR_MAX] = "";
	int fd;

	if (s.mac != NULL)
		return (&s);
	fd = mkstemp(path);
	MUST(path, fd >= 0 && write(fd, "a secret of no use", 18) == 18);
	(void)close(fd);
	MUST(err, auth_secret_load(&s, path, err) == 0);
	(void)unlink(path);
	return (&s);
}

static void
check_auth(const char *text)
{
	struct auth_replay replay;
	const struct auth_claim claim = { "GET", text, "a", "b",
	    own_config()->hex };
	enum auth_reason why;
	char sig[AUTH_TEXT_MAX];

	auth_replay_init(&replay, NOW - 1);
	why = auth_verify(secret(), &replay, &claim, text, NOW);
	MUST(text, why == (*text == '\0' ? AUTH_ABSENT : AUTH_MALFORMED) ||
	    why == AUTH_BAD_MAC);
	MUST(text, fuzz_printable(auth_reason_text(why)));
	MUST(text, auth_sign(secret(), &claim, NOW, sig) == 0);
	MUST(sig, auth_verify(secret(), &replay, &claim, sig, NOW) ==
	    AUTH_OK);
	MUST(sig, auth_verify(secret(), &replay, &claim, sig, NOW) ==
	    AUTH_REPLAY);
	auth_replay_fini(&replay);
	MUST(text, !auth_equal(secret(), text) ||
	    strcmp(text, "a secret of no use") == 0);
}

/*--------------------------------------------------------------------
 * Messages
 */

static bool
is_ours(const char *header)
{
	return (strncasecmp(header, NODE_HDR_PREFIX,
	    strlen(NODE_HDR_PREFIX)) == 0);
}

static void
check_message(char *const *line, unsigned n)
{
	txt hd[HTTP_HDR_FIRST + HEADERS + 1];
	unsigned char hdf[HTTP_HDR_FIRST + HEADERS + 1];
	struct http http = { .magic = HTTP_MAGIC,
	    .shd = HTTP_HDR_FIRST + HEADERS + 1, .nhd = HTTP_HDR_FIRST,
	    .hd = hd, .hdf = hdf }, copy;
	txt copied[HTTP_HDR_FIRST + HEADERS + 1];
	unsigned u, others = 0;

	memset(hdf, 0, sizeof hdf);
	memset(hd, 0, sizeof hd);
	for (u = 0; u < n; u++) {
		others += !is_ours(line[u]);
		hd[http.nhd].b = line[u];
		hd[http.nhd++].e = strchr(line[u], '\0');
	}
	memcpy(copied, hd, sizeof hd);
	copy = http;
	copy.hd = copied;
	for (u = 0; u < n; u++)
		MUST(line[u], msg_count(&http, line[u]) <= n);
	msg_set(&http, NODE_HDR_TO, "b");
	MUST("a header", msg_count(&http, NODE_HDR_TO) == 1);
	MUST("a header", strcmp(msg_get(&http, NODE_HDR_TO), "b") == 0);
	msg_strip(&http, NODE_HDR_PREFIX);
	MUST("a header", http.nhd == HTTP_HDR_FIRST + others);
	MUST("a header", msg_get(&http, NODE_HDR_TO) == NULL);
	msg_strip_copied(&http, &copy, "Host, Accept");
	MUST("a header", http.nhd == HTTP_HDR_FIRST + msg_count(&http, "Host")
	    + msg_count(&http, "Accept"));
}

static void
check_value(const char *text)
{
	check_load(text);
	check_names(text);
	check_parts(text);
	check_probe(text);
	check_auth(text);
}

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	char *text = fuzz_text(data, size), *rest = text, *line[HEADERS];
	uint8_t *args = fuzz_copy(data, size);
	const char *value;
	unsigned n = 0;
	char addr[40];

	/* A command line: NUL ends an argument. */
	if (doors_find((char *)args, size, "cluster", addr, sizeof addr) == 0)
		MUST(addr, *addr != '\0' && strlen(addr) < sizeof addr);
	free(args);
	while (rest != NULL && n < HEADERS) {
		line[n] = strsep(&rest, "\n");
		value = strchr(line[n], ':');
		check_value(value != NULL ? value + 1 +
		    strspn(value + 1, " \t") : line[n]);
		n++;
	}
	check_message(line, n);
	free(text);
	return (0);
}
