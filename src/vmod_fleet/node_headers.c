/* SPDX-License-Identifier: BSD-2-Clause
 * Copyright (c) 2026 The pixelfleet authors
 *
 * The forms of what nodes say to each other, see node_headers.h.
 */

#include <stdio.h>
#include <string.h>

#include "node_headers.h"

/* A request's text under way. */
struct text {
	char			*buf;
	size_t			len;	/* of buf */
	size_t			used;
	bool			failed;	/* too long, or not to be sent */
};

static bool
is_hex(const char *text, size_t len)
{
	return (text != NULL && strlen(text) == len &&
	    strspn(text, NODE_HEX_DIGITS) == len);
}

/* Printable ASCII: nothing that could end a header, or begin another. */
static bool
is_value(const char *text)
{
	if (*text == '\0')
		return (false);
	for (; *text != '\0'; text++)
		if (*text < ' ' || *text > '~')
			return (false);
	return (true);
}

/* `prefix`, then a number as printf writes it; past it, or NULL. */
static const char *
parse_number(const char *text, const char *prefix, uint32_t *number)
{
	size_t len = strlen(prefix);
	uint64_t value = 0;
	const char *p;

	if (text == NULL || strncmp(text, prefix, len) != 0)
		return (NULL);
	text += len;
	for (p = text; *p >= '0' && *p <= '9'; p++) {
		value = value * 10 + (uint64_t)(*p - '0');
		if (value > UINT32_MAX)
			return (NULL);
	}
	if (p == text || (*text == '0' && p != text + 1))
		return (NULL);
	*number = (uint32_t)value;
	return (p);
}

/* Write "name: value" where there is a value, and what went before fits. */
static void
add_header(struct text *t, const char *name, const char *value)
{
	int n;

	if (value == NULL || t->failed)
		return;
	n = snprintf(t->buf + t->used, t->len - t->used, "%s: %s\r\n",
	    name, value);
	if (n < 0 || (size_t)n >= t->len - t->used || !is_value(value))
		t->failed = true;
	else
		t->used += (size_t)n;
}

void
node_hex(char *out, const unsigned char *data, size_t n)
{
	size_t i;

	for (i = 0; i < n; i++) {
		*out++ = NODE_HEX_DIGITS[data[i] >> 4];
		*out++ = NODE_HEX_DIGITS[data[i] & 15];
	}
	*out = '\0';
}

bool
node_name_valid(const char *name)
{
	size_t len;

	if (name == NULL)
		return (false);
	len = strspn(name, "ABCDEFGHIJKLMNOPQRSTUVWXYZ"
	    "abcdefghijklmnopqrstuvwxyz0123456789._-");
	return (len >= 1 && len <= NODE_NAME_MAX && name[len] == '\0');
}

bool
node_config_valid(const char *config)
{
	return (is_hex(config, NODE_CONFIG_LEN));
}

bool
node_request_id_valid(const char *id)
{
	return (is_hex(id, NODE_REQUEST_ID_LEN));
}

int
node_load_parse(struct node_load *load, const char *text)
{
	struct node_load l;

	text = parse_number(text, "v1;n=", &l.in_flight);
	text = parse_number(text, ";f=", &l.floor);
	if (text == NULL || *text != '\0')
		return (-1);
	*load = l;
	return (0);
}

void
node_load_format(const struct node_load *load, char out[NODE_LOAD_MAX])
{
	(void)snprintf(out, NODE_LOAD_MAX, "v1;n=%u;f=%u",
	    load->in_flight, load->floor);
}

int
node_probe_format(const struct node_probe *probe, char *buf, size_t len)
{
	static const char line[] = "GET " NODE_URL_PROBE " HTTP/1.1\r\n";
	struct text t = { buf, len, sizeof line - 1, false };

	if (probe->host == NULL || !node_name_valid(probe->node) ||
	    !node_config_valid(probe->config) || len < sizeof line)
		return (-1);
	memcpy(buf, line, sizeof line);
	add_header(&t, "Host", probe->host);
	add_header(&t, "Connection", "close");
	add_header(&t, NODE_HDR_CONFIG, probe->config);
	add_header(&t, NODE_HDR_NODE, probe->node);
	add_header(&t, NODE_HDR_PARTS, probe->parts);
	add_header(&t, NODE_HDR_AUTH, probe->auth);
	if (t.failed || t.len - t.used < sizeof "\r\n")
		return (-1);
	memcpy(buf + t.used, "\r\n", sizeof "\r\n");
	return ((int)t.used + 2);
}
