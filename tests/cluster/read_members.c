/* SPDX-License-Identifier: BSD-2-Clause
 * Copyright (c) 2026 The pixelfleet authors
 *
 * A source of membership, read once for each line of the standard input:
 * one node a line, then "period" and milliseconds, or "error" and a sentence.
 */

#include "config.h"

#include <stdio.h>
#include <string.h>

#include <curl/curl.h>

#include "discover_source.h"

static void
answer(struct discover_source *source)
{
	struct discover_set s = { 0 };
	const struct discover_node *d;
	char why[DISCOVER_WHY_MAX];
	uint64_t period;

	if (discover_source_read(source, &s, &period, NULL, why) < 0)
		printf("error %s\n", why);
	else {
		for (d = s.node; d < s.node + s.n; d++)
			printf("node %s %s %s %u%s\n", d->name, d->host,
			    d->port, d->weight, d->leaving ? " leaving" : "");
		printf("period %ju\n", (uintmax_t)period);
	}
	(void)fflush(stdout);
	discover_set_clear(&s);
}

int
main(int argc, char **argv)
{
	struct discover_source *source;
	struct discover_uri uri;
	char why[DISCOVER_WHY_MAX], line[16];

	if (argc != 2 || curl_global_init(CURL_GLOBAL_DEFAULT) != CURLE_OK)
		return (2);
	source = discover_uri_parse(&uri, argv[1], why) < 0 ? NULL :
	    discover_source_new(&uri, why);
	if (source == NULL) {
		printf("error %s\n", why);
		return (1);
	}
	while (fgets(line, sizeof line, stdin) != NULL)
		answer(source);
	discover_source_free(&source);
	curl_global_cleanup();
	return (0);
}
