/* SPDX-License-Identifier: BSD-2-Clause
 * Copyright (c) 2026 The pixelfleet authors
 *
 * Whether a text is JSON, by RFC 8259: for what is written around texts of
 * strangers.
 */

#ifndef FUZZ_JSON_H
#define FUZZ_JSON_H

#include <stdbool.h>
#include <string.h>

static inline const char *
json_space(const char *s)
{
	return (s + strspn(s, " \t\r\n"));
}

/* Each returns what follows, or NULL. */
static inline const char *
json_string(const char *s)
{
	if (*s++ != '"')
		return (NULL);
	for (; *s != '"'; s++) {
		if ((unsigned char)*s < ' ')
			return (NULL);
		if (*s != '\\')
			continue;
		s++;
		if (*s == '\0' || strchr("\"\\/bfnrtu", *s) == NULL)
			return (NULL);
		if (*s == 'u' && strspn(s + 1, "0123456789abcdefABCDEF") < 4)
			return (NULL);
	}
	return (s + 1);
}

static inline const char *
json_digits(const char *s)
{
	size_t n = strspn(s, "0123456789");

	return (n > 0 ? s + n : NULL);
}

static inline const char *
json_number(const char *s)
{
	const char *first;

	s += *s == '-';
	first = s;
	s = json_digits(s);
	if (s == NULL || (*first == '0' && s > first + 1))
		return (NULL);
	if (*s == '.')
		s = json_digits(s + 1);
	if (s != NULL && (*s == 'e' || *s == 'E'))
		s = json_digits(s + 1 + (s[1] == '-' || s[1] == '+'));
	return (s);
}

static inline const char *json_value(const char *);

/* The members of an object or an array, after its bracket. */
static inline const char *
json_members(const char *s, char end)
{
	s = json_space(s);
	if (*s == end)
		return (s + 1);
	for (;;) {
		if (end == '}') {
			s = json_string(json_space(s));
			if (s == NULL || *(s = json_space(s)) != ':')
				return (NULL);
			s++;
		}
		s = json_value(json_space(s));
		if (s == NULL)
			return (NULL);
		s = json_space(s);
		if (*s == end)
			return (s + 1);
		if (*s++ != ',')
			return (NULL);
	}
}

static inline const char *
json_value(const char *s)
{
	static const char *const words[] = { "true", "false", "null" };
	size_t i;

	for (i = 0; i < 3; i++)
		if (strncmp(s, words[i], strlen(words[i])) == 0)
			return (s + strlen(words[i]));
	if (*s == '{')
		return (json_members(s + 1, '}'));
	if (*s == '[')
		return (json_members(s + 1, ']'));
	return (*s == '"' ? json_string(s) : json_number(s));
}

static inline bool
json_valid(const char *s)
{
	s = json_value(json_space(s));
	return (s != NULL && *json_space(s) == '\0');
}

#endif
