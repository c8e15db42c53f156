/* SPDX-License-Identifier: BSD-2-Clause
 * Copyright (c) 2026 The pixelfleet authors
 *
 * Regular expressions that may be tested against what strangers wrote.
 *
 * varnishd panics where the test of a ban gives up (an assertion in
 * cache_ban.c, for match and heap limits alike), and what a ban is tested
 * against are URLs that anybody can ask for, of up to 4 kB.  So an
 * expression is taken only if it cannot get near PCRE's limit of ten million
 * steps, which rules out few that one would write for URLs: two of the
 * unlimited repeats, and no group repeated.
 */

#ifndef PURGE_REGEX_H
#define PURGE_REGEX_H

/*
 * What is wrong with it, a phrase for "the regular expression ...", or NULL.
 * Whether PCRE compiles it, is another question.
 */
const char *purge_regex_fault(const char *regex);

#endif
