/* SPDX-License-Identifier: BSD-2-Clause
 * Copyright (c) 2026 The pixelfleet authors
 *
 * What a renderer gives up: see sandbox.h.
 */

#include "config.h"

#include <fcntl.h>
#include <signal.h>
#include <sys/prctl.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <unistd.h>

#include "sandbox.h"

#define MAX_FILES	16
#define MAX_ADDRESSES	(6ULL << 30)	/* bytes; a picture of 71 M pixels */
#define CPU_GRACE	2		/* s past a deadline */

/* Sanitizers reserve terabytes of addresses that they never touch. */
#ifdef __SANITIZE_ADDRESS__
#define BOUND_ADDRESSES	0
#else
#define BOUND_ADDRESSES	1
#endif

static int
limit(int resource, rlim_t most)
{
	struct rlimit rl = { most, most };

	return (setrlimit((__rlimit_resource_t)resource, &rl));
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
	return (0);
}

int
sandbox_close(void)
{
	if (BOUND_ADDRESSES && limit(RLIMIT_AS, MAX_ADDRESSES))
		return (-1);
	return (limit(RLIMIT_NOFILE, MAX_FILES));
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
		    (rlim_t)used.ru_stime.tv_sec + ms / 1000 + CPU_GRACE;
	if (rl.rlim_cur > rl.rlim_max)
		rl.rlim_cur = rl.rlim_max;
	(void)setrlimit(RLIMIT_CPU, &rl);
}
