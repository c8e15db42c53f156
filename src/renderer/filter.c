/* SPDX-License-Identifier: BSD-2-Clause
 * Copyright (c) 2026 The pixelfleet authors
 *
 * Which system calls a renderer may make: see filter.h.
 *
 * It works on descriptors that it has or is sent and on memory, and makes
 * threads; it opens nothing but, where Landlock watches over that, fonts to
 * read; it connects to nothing, runs nothing and touches no other process.  The list was found by tracing renders of all formats
 * on Debian 12 and 13.  What is not on it does not kill, but is answered
 * as a kernel without that call would: libraries then fall back on older
 * calls, or do without.
 */

#include "config.h"

#include <errno.h>
#include <fcntl.h>
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

/* What fontconfig asks about files and folders. */
static const int ALLOWED_READS[] = {
	SCMP_SYS(access), SCMP_SYS(faccessat), SCMP_SYS(faccessat2),
	SCMP_SYS(getdents64), SCMP_SYS(fstatfs), SCMP_SYS(readlink),
	SCMP_SYS(readlinkat), SCMP_SYS(fadvise64),
};

/* Flags of openat() that read what is there, and no more. */
#define READS	((unsigned)(O_RDONLY | O_CLOEXEC | O_DIRECTORY |	\
	O_LARGEFILE | O_NOCTTY | O_NOFOLLOW | O_NONBLOCK) | KERNEL_LARGEFILE)
#define KERNEL_LARGEFILE 0100000U	/* libc says 0 where all are large */

#define N(table)	(sizeof(table) / sizeof(table)[0])

static int
allow(scmp_filter_ctx ctx, const int *calls, size_t n)
{
	size_t i;

	for (i = 0; i < n; i++)
		if (seccomp_rule_add(ctx, SCMP_ACT_ALLOW, calls[i], 0))
			return (-1);
	return (0);
}

static int
allow_reads(scmp_filter_ctx ctx)
{
	if (seccomp_rule_add(ctx, SCMP_ACT_ALLOW, SCMP_SYS(openat), 1,
	    SCMP_A2(SCMP_CMP_MASKED_EQ, ~READS, 0)))
		return (-1);
	return (allow(ctx, ALLOWED_READS, N(ALLOWED_READS)));
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
filter_close(bool reads)
{
	scmp_filter_ctx ctx = seccomp_init(SCMP_ACT_ERRNO(ENOSYS));
	int error;

	if (ctx == NULL) {
		errno = ENOMEM;
		return (-1);
	}
	/* Libraries may have started threads by now. */
	error = seccomp_attr_set(ctx, SCMP_FLTATR_CTL_TSYNC, 1);
	if (error == 0)
		error = allow(ctx, ALLOWED, N(ALLOWED)) || allow_some(ctx) ||
		    (reads && allow_reads(ctx)) ? -EINVAL : 0;
	if (error == 0)
		error = seccomp_load(ctx);
	seccomp_release(ctx);
	if (error == 0)
		return (0);
	errno = -error;
	return (-1);
}
