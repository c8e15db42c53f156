/* SPDX-License-Identifier: BSD-2-Clause
 * Copyright (c) 2026 The pixelfleet authors
 *
 * The source text of the VCL that is being loaded.
 */

#ifndef VCL_TEXT_H
#define VCL_TEXT_H

struct config_hash;

/*
 * Add every VCL source file that counts to the hash.  `inside` is any
 * address within the compiled VCL.  Returns the number of files, or -1
 * where the text cannot be had.
 */
int vcl_text_hash(struct config_hash *, const void *inside);

#endif
