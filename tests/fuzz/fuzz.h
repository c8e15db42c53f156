/* SPDX-License-Identifier: BSD-2-Clause
 * Copyright (c) 2026 The pixelfleet authors
 *
 * What the entries for libFuzzer share.
 *
 * An entry says what holds for any input whatsoever; what does not hold ends
 * the process, with a sentence.  Some are called by unit tests, too, with
 * inputs of their own making: those compile them as they are.
 */

#ifndef FUZZ_H
#define FUZZ_H

#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

#define COUNT(a)	(sizeof (a) / sizeof (a)[0])

#define MUST(text, what) do {						\
	if (!(what)) {							\
		fprintf(stderr, "%s:%d: %s\nof '%s'\n", __FILE__,	\
		    __LINE__, #what, text);				\
		abort();						\
	}								\
} while (0)

/* Of exactly that size, so that its end is known to a sanitizer. */
static inline uint8_t *
fuzz_copy(const void *data, size_t size)
{
	uint8_t *copy = malloc(size > 0 ? size : 1);

	MUST("memory", copy != NULL);
	if (size > 0)
		memcpy(copy, data, size);
	return (copy);
}

/* With a NUL at its end. */
static inline char *
fuzz_text(const uint8_t *data, size_t size)
{
	char *text = malloc(size + 1);

	MUST("memory", text != NULL);
	if (size > 0)
		memcpy(text, data, size);
	text[size] = '\0';
	return (text);
}

/* Printable ASCII throughout. */
static inline bool
fuzz_printable(const char *s)
{
	for (; *s != '\0'; s++)
		if (*s < ' ' || *s > '~')
			return (false);
	return (true);
}

/* The next bytes of an input, zeros after its end. */
struct fuzz_bytes {
	const uint8_t	*data;
	size_t		size;
};

static inline unsigned
fuzz_byte(struct fuzz_bytes *b)
{
	if (b->size == 0)
		return (0);
	b->size--;
	return (*b->data++);
}

#endif
