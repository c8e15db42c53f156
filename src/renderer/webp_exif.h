/* SPDX-License-Identifier: BSD-2-Clause
 * Copyright (c) 2026 The pixelfleet authors
 *
 * libvips 8.14.0 and 8.14.1 end each WebP with 150 bytes of EXIF, made up
 * where there was none, even when told to leave metadata out.
 */

#ifndef WEBP_EXIF_H
#define WEBP_EXIF_H

/*
 * Cut the EXIF chunk off the WebP in fd, if it ends with one.  Returns 0,
 * or -1 with errno.
 */
int webp_exif_remove(int fd);

#endif
