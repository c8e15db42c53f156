/* SPDX-License-Identifier: BSD-2-Clause
 * Copyright (c) 2026 The pixelfleet authors
 *
 * Headers of a message by their name.
 *
 * The core's own functions take names in a packed form that differs between
 * versions of Varnish; struct http does not.
 */

#ifndef MSG_H
#define MSG_H

/* The value of the first header of this name, or NULL. */
const char *msg_get(const struct http *, const char *name);

/* How many headers have this name. */
unsigned msg_count(const struct http *, const char *name);

/* Make `value` the one value of this header. */
void msg_set(struct http *, const char *name, const char *value);

/* Remove every header whose name begins with `prefix`. */
void msg_strip(struct http *, const char *prefix);

/*
 * Remove every header that is a copy of one in `of`, made with the message
 * and not touched since, but those that are named in the list `keep`.
 */
void msg_strip_copied(struct http *, const struct http *of, const char *keep);

#endif
