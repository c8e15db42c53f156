/* SPDX-License-Identifier: BSD-2-Clause
 * Copyright (c) 2026 The pixelfleet authors
 *
 * What nodes say to each other: the names of the headers, the URLs, and the
 * forms of the values.  Both ends use this file and nothing else.
 *
 * A parser takes exactly what its formatter writes: one spelling for each
 * value, so that what was signed, compared or logged is what was sent.
 *
 * Pure functions, safe from any thread.
 */

#ifndef NODE_HEADERS_H
#define NODE_HEADERS_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/* All but X-Request-Id begin with this, and none may come from outside. */
#define NODE_HDR_PREFIX		"Fleet-"

#define NODE_HDR_CONFIG		"Fleet-Config"	/* sender's config hash */
#define NODE_HDR_PARTS		"Fleet-Config-Parts" /* and its parts */
#define NODE_HDR_NODE		"Fleet-Node"	/* sender's name */
#define NODE_HDR_TO		"Fleet-To"	/* addressee's name */
#define NODE_HDR_REFUSED	"Fleet-Refused"	/* no answer, and why */
#define NODE_HDR_AUTH		"Fleet-Auth"	/* see auth.h */
#define NODE_HDR_LOAD		"Fleet-Load"	/* struct node_load */
#define NODE_HDR_HOME		"Fleet-Home"	/* overflow: owner's name */
#define NODE_HDR_PURGE		"Fleet-Purge"	/* purge log position */
#define NODE_HDR_REQUEST_ID	"X-Request-Id"

#define NODE_URL_PROBE		"/fleet/probe"
#define NODE_URL_STATE		"/fleet/state"
#define NODE_URL_PURGE		"/fleet/purge"

#define NODE_NAME_MAX		63	/* chars */
#define NODE_CONFIG_LEN		64	/* hex digits */
#define NODE_REQUEST_ID_LEN	32	/* hex digits */

/* Lower case only: a value has one spelling. */
#define NODE_HEX_DIGITS		"0123456789abcdef"

/* The work of a node.  Fleet-Load: v1;n=<in_flight>;f=<floor> */
struct node_load {
	uint32_t	in_flight;	/* requests present, waiting too */
	uint32_t	floor;		/* what it serves without a queue */
};

#define NODE_LOAD_MAX		32	/* bytes with the NUL */

/* A health probe.  All but parts and auth are needed. */
struct node_probe {
	const char	*host;		/* for the Host header */
	const char	*node;		/* sender's name */
	const char	*config;	/* sender's config hash */
	const char	*parts;		/* see config_hash_parts(), or NULL */
	const char	*auth;		/* auth_sign_probe(), or NULL */
};

/* Write 2 * n lower case hex digits and a NUL. */
void node_hex(char *out, const unsigned char *data, size_t n);

/* 1..63 of A-Z a-z 0-9 . _ - ; NULL is none. */
bool node_name_valid(const char *);

/* 64 hex digits. */
bool node_config_valid(const char *);

/* 32 hex digits. */
bool node_request_id_valid(const char *);

/* Return 0, or -1 for anything but the form above. */
int node_load_parse(struct node_load *, const char *);

void node_load_format(const struct node_load *, char out[NODE_LOAD_MAX]);

/*
 * Write the whole text of a probe's request to buf.  Returns its length, or
 * -1 where it does not fit, or a value is missing, malformed, or not one to
 * put in a header.
 */
int node_probe_format(const struct node_probe *, char *buf, size_t len);

#endif
