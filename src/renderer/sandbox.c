/* SPDX-License-Identifier: BSD-2-Clause
 * Copyright (c) 2026 The pixelfleet authors
 *
 * What a renderer gives up: see sandbox.h.
 */

#include "config.h"

#include <errno.h>
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
#include "render_wire.h"
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

/* Everything of Landlock's first version that reads a file system, */
#define FS_READS							\
	(LANDLOCK_ACCESS_FS_EXECUTE | LANDLOCK_ACCESS_FS_READ_FILE |	\
	LANDLOCK_ACCESS_FS_READ_DIR)

/* and everything that changes one. */
#define FS_WRITES							\
	(LANDLOCK_ACCESS_FS_WRITE_FILE |				\
	LANDLOCK_ACCESS_FS_REMOVE_DIR | LANDLOCK_ACCESS_FS_REMOVE_FILE |	\
	LANDLOCK_ACCESS_FS_MAKE_CHAR | LANDLOCK_ACCESS_FS_MAKE_DIR |	\
	LANDLOCK_ACCESS_FS_MAKE_REG | LANDLOCK_ACCESS_FS_MAKE_SOCK |	\
	LANDLOCK_ACCESS_FS_MAKE_FIFO | LANDLOCK_ACCESS_FS_MAKE_BLOCK |	\
	LANDLOCK_ACCESS_FS_MAKE_SYM)

static bool reads_fonts = true;	/* what is not closed is open */

/* Where there is a lower one already, that stands. */
static int
limit(int resource, rlim_t most)
{
	struct rlimit rl;

	if (getrlimit(resource, &rl))
		return (-1);
	if (rl.rlim_max > most)
		rl.rlim_max = most;
	rl.rlim_cur = rl.rlim_max;
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

/* Returns an fd, or -1 where the kernel has no Landlock. */
static int
rules_new(uint64_t handled)
{
	const struct landlock_ruleset_attr attr = {
		.handled_access_fs = handled
	};

	return ((int)syscall(SYS_landlock_create_ruleset, &attr, sizeof attr,
	    0));
}

/* For this thread, and those that it starts.  Closes fd. */
static int
rules_obey(int fd)
{
	int error = (int)syscall(SYS_landlock_restrict_self, fd, 0);

	(void)close(fd);
	return (error);
}

/* A folder that does not exist needs no rule. */
static int
rules_read_below(int rules, const char *folder)
{
	struct landlock_path_beneath_attr attr = {
		.allowed_access = LANDLOCK_ACCESS_FS_READ_FILE |
		    LANDLOCK_ACCESS_FS_READ_DIR
	};
	long error;

	attr.parent_fd = open(folder, O_PATH | O_CLOEXEC);
	if (attr.parent_fd < 0)
		return (errno == ENOENT ? 0 : -1);
	error = syscall(SYS_landlock_add_rule, rules,
	    LANDLOCK_RULE_PATH_BENEATH, &attr, 0);
	(void)close(attr.parent_fd);
	return ((int)error);
}

/*
 * Libraries have yet to start, and read for that what they like.  A kernel
 * without Landlock is nothing to complain about: later, there will be no
 * opening at all.
 */
static void
deny_writes(void)
{
	int rules = rules_new(FS_WRITES);

	if (rules >= 0)
		(void)rules_obey(rules);
}

/* A thread beside this one would not be bound by our rules. */
static bool
is_only_thread(void)
{
	struct stat st;

	return (stat("/proc/self/task", &st) == 0 && st.st_nlink == 3);
}

/* Returns NULL, or why that is not possible, and then all is as before. */
static const char *
deny_all_but(const char *const *folders)
{
	int rules;

	if (!is_only_thread())
		return ("more than one thread at start");
	rules = rules_new(FS_READS | FS_WRITES);
	if (rules < 0)
		return ("no Landlock in this kernel");
	for (; *folders != NULL; folders++)
		if (rules_read_below(rules, *folders)) {
			(void)close(rules);
			return ("folders cannot be told apart");
		}
	return (rules_obey(rules) ? "Landlock does not hold" : NULL);
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
sandbox_close(const char *name, const char *const *folders)
{
	const char *why = NULL;

	if (limit(RLIMIT_NOFILE, MAX_FILES))
		return (-1);
	if (!SANITIZED)
		why = deny_all_but(folders);
	if (why != NULL)
		fprintf(stderr, "%s: " SANDBOX_LACKS "%s, so no font is "
		    "read: no text, SVG or PDF is drawn\n", name, why);
	reads_fonts = why == NULL;
	if (SANITIZED)
		return (0);
	if (limit(RLIMIT_AS, MAX_ADDRESSES))
		return (-1);
	if (filter_close(reads_fonts))
		fprintf(stderr, "%s: " SANDBOX_LACKS "no system call filter: "
		    "%m\n", name);
	return (0);
}

bool
sandbox_reads_fonts(void)
{
	return (reads_fonts);
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
