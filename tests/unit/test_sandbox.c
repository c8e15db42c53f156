/* SPDX-License-Identifier: BSD-2-Clause
 * Copyright (c) 2026 The pixelfleet authors
 *
 * The renderer's sandbox from within: once it has closed, files below the
 * folders that were named can be read, and nothing else can be done to any
 * file by any call.
 *
 * Each check runs in a child, for which there is no way back.
 */

#include "config.h"

#include <errno.h>
#include <fcntl.h>
#include <linux/landlock.h>
#include <pthread.h>
#include <sched.h>
#include <setjmp.h>
#include <signal.h>
#include <stdarg.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/prctl.h>
#include <sys/resource.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

#include <cmocka.h>

#include "sandbox.h"

#if defined(__SANITIZE_ADDRESS__)
#define SANITIZED	1
#else
#define SANITIZED	0
#endif

/* Made by make_files(), all in one temporary folder. */
static char folder[64], font[96], deep[128], outside[96], linked[96],
    detour[128], empty[96], missing[96];
static const char *folders[3] = { folder, missing, NULL };

static void
write_file(const char *path, const char *text)
{
	FILE *f = fopen(path, "w");

	assert_non_null(f);
	assert_true(fputs(text, f) >= 0);
	assert_int_equal(fclose(f), 0);
}

static int
make_files(void **state)
{
	static char top[] = "/tmp/test-sandbox.XXXXXX";
	char sub[96];

	(void)state;
	assert_non_null(mkdtemp(top));
	snprintf(folder, sizeof folder, "%s/fonts", top);
	snprintf(sub, sizeof sub, "%s/sub", folder);
	snprintf(font, sizeof font, "%s/font", folder);
	snprintf(deep, sizeof deep, "%s/font", sub);
	snprintf(linked, sizeof linked, "%s/linked", folder);
	snprintf(outside, sizeof outside, "%s/outside", top);
	snprintf(detour, sizeof detour, "%s/../outside", folder);
	snprintf(empty, sizeof empty, "%s/new", folder);
	snprintf(missing, sizeof missing, "%s/missing", top);
	assert_int_equal(mkdir(folder, 0755), 0);
	assert_int_equal(mkdir(sub, 0755), 0);
	write_file(font, "font");
	write_file(deep, "font");
	write_file(outside, "secret");
	assert_int_equal(symlink(outside, linked), 0);
	return (0);
}

static int
remove_files(void **state)
{
	char command[96];

	(void)state;
	*strrchr(folder, '/') = '\0';
	snprintf(command, sizeof command, "rm -r %s", folder);
	return (system(command));
}

static bool
has_landlock(void)
{
	return (syscall(SYS_landlock_create_ruleset, NULL, 0,
	    LANDLOCK_CREATE_RULESET_VERSION) >= 1);
}

/* Says how a check went: 0, or the line that it failed at. */
#define MUST(what)	do { if (!(what)) return (__LINE__); } while (0)

static void *
call(void *check)
{
	int (**fn)(void) = check;

	return ((void *)(intptr_t)(*fn)());
}

static int
in_thread(int (*check)(void))
{
	pthread_t thread;
	void *line;

	MUST(pthread_create(&thread, NULL, call, &check) == 0);
	MUST(pthread_join(thread, &line) == 0);
	return ((int)(intptr_t)line);
}

static void *
sleep_on(void *priv)
{
	(void)priv;
	(void)pause();
	return (NULL);
}

/* In a child whose sandbox closes; `beside`: while another thread runs. */
static void
enclosed(int (*check)(void), bool beside)
{
	pthread_t thread;
	int pipes[2], line = 0;
	pid_t child;

	if (SANITIZED)
		skip();
	assert_int_equal(pipe(pipes), 0);
	child = fork();
	assert_true(child >= 0);
	if (child == 0) {
		(void)close(STDERR_FILENO);
		(void)open("/dev/null", O_WRONLY);
		if (sandbox_early(pipes[1]) ||
		    (beside && pthread_create(&thread, NULL, sleep_on, NULL)) ||
		    sandbox_close("test", folders))
			line = __LINE__;
		if (line == 0)
			line = check();
		if (line == 0)
			line = in_thread(check);
		if (write(pipes[1], &line, sizeof line) != sizeof line)
			_exit(1);
		_exit(0);
	}
	(void)close(pipes[1]);
	assert_int_equal(read(pipes[0], &line, sizeof line), sizeof line);
	(void)close(pipes[0]);
	assert_int_equal(waitpid(child, NULL, 0), child);
	if (line != 0)
		fail_msg("line %d, as seen from within", line);
}

static bool
reads(const char *path)
{
	char buf[4];
	int fd = open(path, O_RDONLY | O_CLOEXEC);
	bool ok;

	if (fd < 0)
		return (false);
	ok = read(fd, buf, sizeof buf) == 4 && memcmp(buf, "font", 4) == 0;
	(void)close(fd);
	return (ok);
}

static int
check_reads(void)
{
	int fd;

	MUST(sandbox_reads_fonts());
	MUST(reads(font));
	MUST(reads(deep));
	fd = open(folder, O_RDONLY | O_DIRECTORY);
	MUST(fd >= 0);
	(void)close(fd);
	return (0);
}

static bool
refused(const char *path, int flags)
{
	return (open(path, flags, 0600) < 0 &&
	    (errno == EACCES || errno == ENOSYS));
}

static int
check_other_files(void)
{
	MUST(refused(outside, O_RDONLY));
	MUST(refused(detour, O_RDONLY));
	MUST(refused(linked, O_RDONLY));
	MUST(refused(outside, O_RDONLY | O_PATH));
	MUST(refused("/", O_RDONLY | O_DIRECTORY));
	MUST(refused("/etc/passwd", O_RDONLY));
	MUST(refused("/proc/self/environ", O_RDONLY));
	MUST(refused("/proc/self/mem", O_RDONLY));
	MUST(refused("/dev/zero", O_RDONLY));
	return (0);
}

static int
check_writes(void)
{
	static const int FLAGS[] = {
		O_WRONLY, O_RDWR, O_RDONLY | O_TRUNC, O_RDONLY | O_APPEND,
		O_RDONLY | O_CREAT, O_WRONLY | O_CREAT | O_EXCL
	};
	size_t i;

	for (i = 0; i < sizeof FLAGS / sizeof FLAGS[0]; i++) {
		MUST(refused(font, FLAGS[i]));
		MUST(refused(empty, FLAGS[i]));
	}
	MUST(refused(folder, O_TMPFILE | O_RDWR));
	MUST(unlink(font) < 0 && errno == ENOSYS);
	MUST(rename(font, empty) < 0 && errno == ENOSYS);
	MUST(link(font, empty) < 0 && errno == ENOSYS);
	MUST(symlink(font, empty) < 0 && errno == ENOSYS);
	MUST(mkdir(empty, 0700) < 0 && errno == ENOSYS);
	MUST(chmod(font, 0777) < 0 && errno == ENOSYS);
	MUST(truncate(font, 0) < 0 && errno == ENOSYS);
	return (0);
}

static int
check_other_calls(void)
{
	char *argv[] = { font, NULL };
	struct { uint64_t flags, mode, resolve; } how = { 0, 0, 0 };

	MUST(syscall(SYS_openat2, AT_FDCWD, font, &how, sizeof how) < 0 &&
	    errno == ENOSYS);
	MUST(socket(AF_UNIX, SOCK_STREAM, 0) < 0 && errno == ENOSYS);
	MUST(execve(font, argv, argv + 1) < 0 && errno == ENOSYS);
	MUST(fork() < 0);
	MUST(kill(getppid(), 0) < 0 && errno == ENOSYS);
	MUST(kill(getpid(), 0) < 0 && errno == ENOSYS);
	MUST(syscall(SYS_tgkill, getppid(), getppid(), 0) < 0 &&
	    errno == ENOSYS);
	MUST(syscall(SYS_tkill, getppid(), 0) < 0 && errno == ENOSYS);
	MUST(syscall(SYS_landlock_restrict_self, -1, 0) < 0 &&
	    errno == ENOSYS);
	return (0);
}

/* Calls that no renderer has a use for, and an attacker may. */
static int
check_ways_out(void)
{
	static const long CALLS[] = {
		SYS_ptrace, SYS_process_vm_readv, SYS_process_vm_writev,
		SYS_bpf, SYS_userfaultfd, SYS_io_uring_setup,
		SYS_io_uring_enter, SYS_io_uring_register,
		SYS_perf_event_open, SYS_keyctl, SYS_add_key,
		SYS_execve, SYS_execveat, SYS_unshare, SYS_setns,
		SYS_mount, SYS_umount2, SYS_pivot_root, SYS_chroot,
		SYS_open_by_handle_at, SYS_name_to_handle_at,
		SYS_pidfd_open, SYS_pidfd_getfd, SYS_pidfd_send_signal,
		SYS_socket, SYS_socketpair, SYS_connect, SYS_bind,
		SYS_accept4, SYS_sendto, SYS_setuid, SYS_setgid,
		SYS_setresuid, SYS_capset, SYS_personality, SYS_seccomp,
		SYS_memfd_secret, SYS_init_module, SYS_kexec_load,
		SYS_reboot, SYS_swapon, SYS_quotactl, SYS_shmget,
		SYS_msgget, SYS_semget, SYS_mknodat, SYS_inotify_init1,
		SYS_fanotify_init, SYS_splice, SYS_vmsplice,
		SYS_rt_sigqueueinfo, SYS_setrlimit, SYS_setpriority,
		SYS_sched_setscheduler, SYS_clone3, SYS_ioctl
	};
	size_t i;

	for (i = 0; i < sizeof CALLS / sizeof CALLS[0]; i++)
		if (syscall(CALLS[i], -1L, 0L, 0L, 0L, 0L, 0L) != -1L ||
		    errno != ENOSYS)
			return ((int)CALLS[i] + 10000);
	return (0);
}

/* With arguments by which an allowed call would do more than it is for. */
static int
check_calls_bent(void)
{
	MUST(prctl(PR_SET_DUMPABLE, 1) < 0 && errno == ENOSYS);
	MUST(prctl(PR_SET_PDEATHSIG, 0) < 0 && errno == ENOSYS);
	MUST(prctl(PR_SET_SECCOMP, 0, NULL) < 0 && errno == ENOSYS);
	MUST(prctl(PR_SET_PTRACER, -1L) < 0 && errno == ENOSYS);
	MUST(prctl(PR_CAPBSET_READ, 0) < 0 && errno == ENOSYS);
	MUST(syscall(SYS_clone, SIGCHLD, NULL, NULL, NULL, NULL) < 0 &&
	    errno == ENOSYS);
	MUST(syscall(SYS_clone, CLONE_NEWUSER | SIGCHLD, NULL, NULL, NULL,
	    NULL) < 0 && errno == ENOSYS);
	MUST(syscall(SYS_prlimit64, getppid(), RLIMIT_CPU, NULL, NULL) < 0 &&
	    errno == ENOSYS);
	return (0);
}

/* A program that came as data stays data. */
static int
check_memory_files(void)
{
	char *argv[] = { font, NULL };
	int fd = memfd_create("program", 0);

	MUST(fd >= 0);
	MUST(write(fd, "#!/bin/true\n", 12) == 12);
	MUST(fexecve(fd, argv, argv + 1) < 0);
	MUST(syscall(SYS_execveat, fd, "", argv, argv + 1, AT_EMPTY_PATH) <
	    0 && errno == ENOSYS);
	(void)close(fd);
	return (0);
}

static int
check_no_file_at_all(void)
{
	MUST(!sandbox_reads_fonts());
	MUST(refused(font, O_RDONLY));
	MUST(refused(outside, O_RDONLY));
	MUST(refused(folder, O_RDONLY | O_DIRECTORY));
	return (0);
}

static void
named_folders_can_be_read(void **state)
{
	(void)state;
	enclosed(has_landlock() ? check_reads : check_no_file_at_all, false);
}

static void
no_other_file_can_be_opened(void **state)
{
	(void)state;
	enclosed(check_other_files, false);
}

static void
nothing_can_be_written(void **state)
{
	(void)state;
	enclosed(check_writes, false);
}

static void
nothing_else_can_be_called(void **state)
{
	(void)state;
	enclosed(check_other_calls, false);
}

static void
no_way_out_is_left(void **state)
{
	(void)state;
	enclosed(check_ways_out, false);
	enclosed(check_calls_bent, false);
	enclosed(check_memory_files, false);
}

/* Landlock would not hold in it. */
static void
another_thread_before_means_no_files(void **state)
{
	(void)state;
	enclosed(check_no_file_at_all, true);
	enclosed(check_other_files, true);
	enclosed(check_writes, true);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(named_folders_can_be_read),
		cmocka_unit_test(no_other_file_can_be_opened),
		cmocka_unit_test(nothing_can_be_written),
		cmocka_unit_test(nothing_else_can_be_called),
		cmocka_unit_test(no_way_out_is_left),
		cmocka_unit_test(another_thread_before_means_no_files),
	};

	return (cmocka_run_group_tests(tests, make_files, remove_files));
}
