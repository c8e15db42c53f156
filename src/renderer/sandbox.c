/* SPDX-License-Identifier: BSD-2-Clause
 * Copyright (c) 2026 The pixelfleet authors
 *
 * What a renderer gives up: see sandbox.h.
 */

#include "config.h"

#include <fcntl.h>
#include <linux/landlock.h>
#include <signal.h>
#include <stdio.h>
#include <sys/prctl.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <unistd.h>

#include "filter.h"
#include "sandbox.h"

#define MAX_FILES	16
#define MAX_ADDRESSES	(6ULL << 30)	/* bytes; a picture of 71 M pixels */
#define CPU_THREADS	4		/* of an encoder; libheif's AV1 has 4 */
#define CPU_GRACE	2		/* s past a deadline */

/*
 * Sanitizers reserve terabytes of addresses that they never touch, and
 * look at files and threads in ways of their own.
 */
#if defined(__SANITIZE_ADDRESS__)
#define SANITIZED	1
#elif defined(__has_feature)
#define SANITIZED	__has_feature(address_sanitizer)
#else
#define SANITIZED	0
#endif

/* Everything of Landlock's first version that changes a file system. */
#define FS_WRITES							\
	(LANDLOCK_ACCESS_FS_WRITE_FILE |				\
	LANDLOCK_ACCESS_FS_REMOVE_DIR | LANDLOCK_ACCESS_FS_REMOVE_FILE |	\
	LANDLOCK_ACCESS_FS_MAKE_CHAR | LANDLOCK_ACCESS_FS_MAKE_DIR |	\
	LANDLOCK_ACCESS_FS_MAKE_REG | LANDLOCK_ACCESS_FS_MAKE_SOCK |	\
	LANDLOCK_ACCESS_FS_MAKE_FIFO | LANDLOCK_ACCESS_FS_MAKE_BLOCK |	\
	LANDLOCK_ACCESS_FS_MAKE_SYM)

static int
limit(int resource, rlim_t most)
{
	struct rlimit rl = { most, most };

	return (setrlimit(resource, &rl));
}

/* Standard input and output stay numbers that lead nowhere. */
static int
close_files(int fd)
{
	int null = open("/dev/null", O_RDWR | O_CLOEXEC);

	if (null < 0 || dup2(null, STDIN_FILENO) < 0 ||
	    dup2(null, STDOUT_FILENO) < 0)
		return (-1);
	if (fd > STDERR_FILENO + 1 &&
	    close_range(STDERR_FILENO + 1, (unsigned)fd - 1, 0))
		return (-1);
	return (close_range((unsigned)fd + 1, ~0U, 0));
}

/*
 * Later there will be no opening at all; but libraries start before that
 * may happen.  A kernel without Landlock is nothing to complain about.
 */
static void
deny_writes(void)
{
	const struct landlock_ruleset_attr attr = {
		.handled_access_fs = FS_WRITES
	};
	long fd;

	fd = syscall(SYS_landlock_create_ruleset, &attr, sizeof attr, 0);
	if (fd < 0)
		return;
	(void)syscall(SYS_landlock_restrict_self, fd, 0);
	(void)close((int)fd);
}

int
sandbox_early(int fd)
{
	if (prctl(PR_SET_PDEATHSIG, SIGKILL) ||
	    prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0) ||
	    limit(RLIMIT_CORE, 0) ||
	    chdir("/") ||
	    close_files(fd))
		return (-1);
	(void)umask(077);
	deny_writes();
	return (0);
}

int
sandbox_close(const char *name)
{
	if (limit(RLIMIT_NOFILE, MAX_FILES))
		return (-1);
	if (SANITIZED)
		return (0);
	if (limit(RLIMIT_AS, MAX_ADDRESSES))
		return (-1);
	if (filter_close())
		fprintf(stderr, "%s: no system call filter: %m\n", name);
	return (0);
}

void
sandbox_cpu_budget(uint32_t ms)
{
	struct rlimit rl = { RLIM_INFINITY, RLIM_INFINITY };
	struct rusage used;

	if (getrlimit(RLIMIT_CPU, &rl) || getrusage(RUSAGE_SELF, &used))
		return;
	rl.rlim_cur = rl.rlim_max;
	if (ms > 0)
		rl.rlim_cur = (rlim_t)used.ru_utime.tv_sec +
		    (rlim_t)used.ru_stime.tv_sec +
		    CPU_THREADS * ((rlim_t)ms / 1000 + CPU_GRACE);
	if (rl.rlim_cur > rl.rlim_max)
		rl.rlim_cur = rl.rlim_max;
	(void)setrlimit(RLIMIT_CPU, &rl);
}
