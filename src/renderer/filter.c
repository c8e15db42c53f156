/* SPDX-License-Identifier: BSD-2-Clause
 * Copyright (c) 2026 The pixelfleet authors
 *
 * Which system calls a renderer may make: see filter.h.
 *
 * It works on descriptors that it has or is sent and on memory, and makes
 * threads; it opens nothing, connects to nothing, runs nothing and touches
 * no other process.  The list was found by tracing renders of all formats
 * on Debian 12 and 13.  What is not on it does not kill, but is answered
 * as a kernel without that call would: libraries then fall back on older
 * calls, or do without.
 */

#include "config.h"

#include <errno.h>
#include <sched.h>
#include <sys/prctl.h>
#include <unistd.h>

#include <seccomp.h>

#include "filter.h"

static const int ALLOWED[] = {
	/* descriptors */
	SCMP_SYS(recvmsg), SCMP_SYS(sendmsg), SCMP_SYS(close),
	SCMP_SYS(read), SCMP_SYS(readv), SCMP_SYS(pread64),
	SCMP_SYS(write), SCMP_SYS(writev), SCMP_SYS(pwrite64),
	SCMP_SYS(lseek), SCMP_SYS(fstat), SCMP_SYS(newfstatat),
	SCMP_SYS(fcntl), SCMP_SYS(dup), SCMP_SYS(ftruncate),
	SCMP_SYS(memfd_create), SCMP_SYS(eventfd2), SCMP_SYS(poll),
	SCMP_SYS(ppoll),
	/* memory */
	SCMP_SYS(brk), SCMP_SYS(mmap), SCMP_SYS(munmap), SCMP_SYS(mremap),
	SCMP_SYS(mprotect), SCMP_SYS(madvise), SCMP_SYS(membarrier),
	/* threads */
	SCMP_SYS(futex), SCMP_SYS(set_robust_list), SCMP_SYS(rseq),
	SCMP_SYS(set_tid_address), SCMP_SYS(gettid), SCMP_SYS(getpid),
	SCMP_SYS(sched_yield), SCMP_SYS(sched_getaffinity),
	SCMP_SYS(getcpu), SCMP_SYS(exit), SCMP_SYS(exit_group),
	/* signals and time */
	SCMP_SYS(rt_sigaction), SCMP_SYS(rt_sigprocmask),
	SCMP_SYS(rt_sigreturn), SCMP_SYS(sigaltstack),
	SCMP_SYS(restart_syscall), SCMP_SYS(clock_gettime),
	SCMP_SYS(clock_getres), SCMP_SYS(clock_nanosleep),
	SCMP_SYS(nanosleep), SCMP_SYS(gettimeofday),
	/* about itself */
	SCMP_SYS(getrusage), SCMP_SYS(sysinfo), SCMP_SYS(uname),
	SCMP_SYS(getrandom),
};

static int
allow_all(scmp_filter_ctx ctx)
{
	size_t i;

	for (i = 0; i < sizeof ALLOWED / sizeof ALLOWED[0]; i++)
		if (seccomp_rule_add(ctx, SCMP_ACT_ALLOW, ALLOWED[i], 0))
			return (-1);
	return (0);
}

static int
allow_if_first_is(scmp_filter_ctx ctx, int call, scmp_datum_t first)
{
	return (seccomp_rule_add(ctx, SCMP_ACT_ALLOW, call, 1,
	    SCMP_A0(SCMP_CMP_EQ, first, 0)));
}

/*
 * Threads but no processes: clone3() hides its flags from a filter and is
 * answered as unknown, whereupon libc takes clone().  Signals and limits
 * for itself only.
 */
static int
allow_some(scmp_filter_ctx ctx)
{
	if (seccomp_rule_add(ctx, SCMP_ACT_ALLOW, SCMP_SYS(clone), 1,
	    SCMP_A0(SCMP_CMP_MASKED_EQ, CLONE_THREAD, CLONE_THREAD)) ||
	    allow_if_first_is(ctx, SCMP_SYS(prctl), PR_SET_NAME) ||
	    allow_if_first_is(ctx, SCMP_SYS(prlimit64), 0) ||
	    allow_if_first_is(ctx, SCMP_SYS(tgkill), (scmp_datum_t)getpid()))
		return (-1);
	return (0);
}

int
filter_close(void)
{
	scmp_filter_ctx ctx = seccomp_init(SCMP_ACT_ERRNO(ENOSYS));
	int error;

	if (ctx == NULL) {
		errno = ENOMEM;
		return (-1);
	}
	/* libvips has started threads by now. */
	error = seccomp_attr_set(ctx, SCMP_FLTATR_CTL_TSYNC, 1);
	if (error == 0)
		error = allow_all(ctx) || allow_some(ctx) ? -EINVAL : 0;
	if (error == 0)
		error = seccomp_load(ctx);
	seccomp_release(ctx);
	if (error == 0)
		return (0);
	errno = -error;
	return (-1);
}
