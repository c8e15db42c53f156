/* SPDX-License-Identifier: BSD-2-Clause
 * Copyright (c) 2026 The pixelfleet authors
 *
 * Runs a program as if on a kernel without a system call:
 *
 *	without CALL PROGRAM [ARGUMENT...]
 */

#include "config.h"

#include <err.h>
#include <errno.h>
#include <unistd.h>

#include <seccomp.h>

int
main(int argc, char **argv)
{
	scmp_filter_ctx ctx = seccomp_init(SCMP_ACT_ALLOW);
	int call;

	if (argc < 3 || ctx == NULL)
		errx(2, "usage: without CALL PROGRAM [ARGUMENT...]");
	call = seccomp_syscall_resolve_name(argv[1]);
	if (call == __NR_SCMP_ERROR)
		errx(2, "%s: there is no such call", argv[1]);
	if (seccomp_rule_add(ctx, SCMP_ACT_ERRNO(ENOSYS), call, 0) ||
	    seccomp_load(ctx))
		errx(2, "%s cannot be taken away", argv[1]);
	seccomp_release(ctx);
	(void)execv(argv[2], argv + 2);
	err(2, "%s", argv[2]);
}
