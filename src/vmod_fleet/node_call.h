/* SPDX-License-Identifier: BSD-2-Clause
 * Copyright (c) 2026 The pixelfleet authors
 *
 * What this node's own thread asks another node, through its cluster door:
 * one call, which is made again and again, signed anew each time.
 *
 * A call belongs to the thread that drives its curl handle.
 */

#ifndef NODE_CALL_H
#define NODE_CALL_H

#include <stdbool.h>
#include <stddef.h>

#include <curl/curl.h>

#include "node_headers.h"
#include "purge_line.h"

#define NODE_REFUSED_MAX	128	/* bytes of a reason and its NUL */

struct member;
struct node_call;
struct vmod_fleet_director;

/* It has ended; where no answer came, status is 0 and refused says why. */
typedef void node_call_f(void *priv, const struct node_call *);

struct node_call {
	unsigned			magic;
#define NODE_CALL_MAGIC			0x7be20d51
	const struct member		*member;
	const char			*method;
	const char			*url;		/* without the node */
	node_call_f			*func;
	void				*priv;
	CURL				*easy;
	struct curl_slist		*headers;
	bool				busy;
	/* of the answer, as far as it is there */
	long				status;
	char				node[NODE_NAME_MAX + 1];
	char				config[NODE_CONFIG_LEN + 1];
	char				load[NODE_LOAD_MAX];
	char				position[PURGE_POSITION_HEADER];
	char				refused[NODE_REFUSED_MAX];
	char				*body;		/* with a NUL */
	size_t				body_len;
	size_t				body_max;	/* 0: not wanted */
};

/* All else is zero or set.  Returns 0, or -1 without memory. */
int node_call_init(struct node_call *, long timeout_ms);
void node_call_fini(struct node_call *, CURLM *);

/*
 * Ask; `body` is of a POST and must stay until the end of the call, or NULL.
 * Returns 0, or -1: it was not sent.
 */
int node_call_send(struct node_call *, CURLM *,
    const struct vmod_fleet_director *, const char *body, size_t len);

/* Whether the answer is that node's own. */
bool node_call_is_answer(const struct node_call *);

/* Tell of all calls that have ended. */
void node_call_collect(CURLM *);

#endif
