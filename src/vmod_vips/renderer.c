/* SPDX-License-Identifier: BSD-2-Clause
 * Copyright (c) 2026 The pixelfleet authors
 *
 * One renderer process, seen from the cache.
 *
 * varnishd's child neither closes its descriptors on exec nor has default
 * signal dispositions, and its environment is the operator's: a renderer,
 * which works on images from strangers, is given none of that.  Nor is it
 * trusted afterwards: what it sends is checked before it is used.
 */

#include "config.h"

#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <signal.h>
#include <spawn.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#include <cache/cache.h>
#include <vtim.h>

#include "render_wire.h"
#include "renderer.h"

#define DESCRIBE_TIMEOUT	10.	/* s: may be a cold start from disk */
#define RENDERER_NICE		10	/* who only needs the cache goes first */

extern char **environ;

static char *
renderer_path(void)
{
	static char path[] = RENDERER_PATH;
	char *p;

	p = getenv("PIXELFLEET_RENDERER");
	return (p != NULL && *p != '\0' ? p : path);
}

/* The whole environment of a renderer: fixed, but for sanitizers. */
static void
renderer_environment(char *env[8])
{
	static char *const fixed[] = {
		"LC_ALL=C", "VIPS_CONCURRENCY=1", "HOME=/nonexistent",
		"XDG_CACHE_HOME=/nonexistent"
	};
	static const char *const passed[] = {
		"ASAN_OPTIONS=", "LSAN_OPTIONS=", "UBSAN_OPTIONS="
	};
	unsigned n, u;
	char **e;

	for (n = 0; n < sizeof fixed / sizeof *fixed; n++)
		env[n] = fixed[n];
	for (u = 0; u < sizeof passed / sizeof *passed; u++) {
		for (e = environ; *e != NULL; e++)
			if (!strncmp(*e, passed[u], strlen(passed[u])))
				break;
		if (*e != NULL)
			env[n++] = *e;
	}
	assert(n < 8);
	env[n] = NULL;
}

/* out, words and sock become the process's 1, 2 and RENDER_FD; or -1. */
static int
renderer_spawn(pid_t *pid, char *const *argv, int out, int words, int sock)
{
	posix_spawn_file_actions_t fa;
	posix_spawnattr_t attr;
	char *env[8];
	sigset_t set;
	int e, fd = RENDER_FD;

	renderer_environment(env);
	AZ(posix_spawn_file_actions_init(&fa));
	AZ(posix_spawn_file_actions_addopen(&fa, STDIN_FILENO, "/dev/null",
	    O_RDONLY, 0));
	if (out >= 0)
		AZ(posix_spawn_file_actions_adddup2(&fa, out, STDOUT_FILENO));
	else
		AZ(posix_spawn_file_actions_addopen(&fa, STDOUT_FILENO,
		    "/dev/null", O_WRONLY, 0));
	AZ(posix_spawn_file_actions_adddup2(&fa, words, STDERR_FILENO));
	if (sock >= 0)
		AZ(posix_spawn_file_actions_adddup2(&fa, sock, fd++));
	AZ(posix_spawn_file_actions_addclosefrom_np(&fa, fd));

	/* Its own group: a terminal's interrupt is for varnishd alone. */
	AZ(posix_spawnattr_init(&attr));
	AZ(posix_spawnattr_setflags(&attr, POSIX_SPAWN_SETSIGDEF |
	    POSIX_SPAWN_SETSIGMASK | POSIX_SPAWN_SETPGROUP));
	AZ(sigfillset(&set));
	AZ(posix_spawnattr_setsigdefault(&attr, &set));
	AZ(sigemptyset(&set));
	AZ(posix_spawnattr_setsigmask(&attr, &set));

	e = posix_spawn(pid, argv[0], &fa, &attr, argv, env);
	AZ(posix_spawnattr_destroy(&attr));
	AZ(posix_spawn_file_actions_destroy(&fa));
	return (e);
}

/* Whether fd has something to read by the deadline. */
static bool
renderer_poll(int fd, vtim_mono deadline)
{
	struct pollfd pfd;
	vtim_dur left;
	int n;

	pfd.fd = fd;
	pfd.events = POLLIN;
	do {
		left = deadline - VTIM_mono();
		n = poll(&pfd, 1, left > 0 ? (int)(left * 1e3) + 1 : 0);
	} while (n < 0 && errno == EINTR);
	return (n > 0);
}

/*
 * A result is mapped and read at leisure, so neither its bytes nor its
 * length may change: a memfd that shrinks under a reader is SIGBUS.
 */
static bool
renderer_result_ok(const struct render_reply *reply, int fd, uint64_t max)
{
	const int seals = F_SEAL_SHRINK | F_SEAL_GROW | F_SEAL_WRITE;
	struct stat st;
	int got;

	if (reply->status != 200)
		return (fd < 0);
	if (fd < 0 || reply->result_len > max)
		return (false);
	got = fcntl(fd, F_GET_SEALS);
	if (got < 0 || (got & seals) != seals)
		return (false);
	return (fstat(fd, &st) == 0 && S_ISREG(st.st_mode) &&
	    (uint64_t)st.st_size == reply->result_len);
}

/*
 * A pipe for stderr that holds a page.  It does not block: a renderer with
 * much to say loses words, not time.
 */
static int
renderer_words_pipe(int fds[2])
{

	if (pipe2(fds, O_CLOEXEC | O_NONBLOCK) != 0)
		return (-1);
	(void)fcntl(fds[0], F_SETPIPE_SZ, RENDERER_WORDS_MAX - 1);
	return (0);
}

/* Make lines from a renderer safe for a log. */
static void
renderer_plain(char *p)
{

	for (; *p != '\0'; p++)
		if ((*p < ' ' || *p > '~') && *p != '\n')
			*p = '?';
}

void
renderer_free(struct renderer **rp)
{
	struct renderer *r;

	TAKE_OBJ_NOTNULL(r, rp, RENDERER_MAGIC);
	closefd(&r->sock);
	closefd(&r->words);
	FREE_OBJ(r);
}

/*
 * Start `argv` with one end of a pair as its RENDER_FD, to serve, or as its
 * stdout, to be read.
 */
static struct renderer *
renderer_new(char *const *argv, bool serve, char *err)
{
	struct renderer *r;
	int pair[2], words[2], e;

	if (serve)
		e = socketpair(AF_UNIX, SOCK_SEQPACKET | SOCK_CLOEXEC, 0,
		    pair);
	else
		e = pipe2(pair, O_CLOEXEC);
	if (e == 0 && (e = renderer_words_pipe(words)) != 0) {
		closefd(&pair[0]);
		closefd(&pair[1]);
	}
	if (e != 0) {
		(void)snprintf(err, RENDERER_ERROR_MAX,
		    "cannot start a renderer: %s", strerror(errno));
		return (NULL);
	}
	ALLOC_OBJ(r, RENDERER_MAGIC);
	AN(r);
	r->sock = pair[0];
	r->words = words[0];
	e = renderer_spawn(&r->pid, argv, serve ? -1 : pair[1], words[1],
	    serve ? pair[1] : -1);
	closefd(&pair[1]);
	closefd(&words[1]);
	/* Its threads, which do not exist yet, will have it from this one. */
	if (e == 0)
		(void)setpriority(PRIO_PROCESS, r->pid, RENDERER_NICE);
	if (e != 0) {
		(void)snprintf(err, RENDERER_ERROR_MAX,
		    "cannot start renderer %s: %s", argv[0], strerror(e));
		renderer_free(&r);
	}
	return (r);
}

struct renderer *
renderer_start(char *err)
{
	char *argv[] = { renderer_path(), "--fd", "3", NULL };

	assert(RENDER_FD == 3);
	return (renderer_new(argv, true, err));
}

bool
renderer_quiet(const struct renderer *r)
{

	CHECK_OBJ_NOTNULL(r, RENDERER_MAGIC);
	return (!renderer_poll(r->sock, 0));
}

/* proc(5), statm: the second number is the resident pages. */
uint64_t
renderer_resident(const struct renderer *r)
{
	char path[32], buf[128];
	uint64_t pages = 0;
	ssize_t l;
	int fd;

	CHECK_OBJ_NOTNULL(r, RENDERER_MAGIC);
	bprintf(path, "/proc/%jd/statm", (intmax_t)r->pid);
	fd = open(path, O_RDONLY | O_CLOEXEC);
	if (fd < 0)
		return (0);
	l = read(fd, buf, sizeof buf - 1);
	closefd(&fd);
	buf[l > 0 ? l : 0] = '\0';
	if (sscanf(buf, "%*u %ju", &pages) != 1)
		return (0);
	return (pages * (uint64_t)sysconf(_SC_PAGESIZE));
}

enum renderer_answer
renderer_ask(const struct renderer *r, uint8_t *packet, size_t len,
    const int files[RENDER_FDS], vtim_mono deadline, uint64_t max_result,
    struct render_reply *reply, int *result)
{
	int got[RENDER_FDS];
	ssize_t l;

	CHECK_OBJ_NOTNULL(r, RENDERER_MAGIC);
	*result = -1;
	if (render_send(r->sock, packet, len, files) != 0)
		return (RENDERER_UNHEARD);
	if (!renderer_poll(r->sock, deadline))
		return (RENDERER_LATE);
	l = render_recv(r->sock, packet, RENDER_PACKET_MAX, got);
	if (l == 0)
		return (RENDERER_DIED);
	/* What the kernel says of a peer that left a packet unread. */
	if (l < 0 && errno == ECONNRESET)
		return (RENDERER_UNHEARD);
	if (l > 0 && render_reply_unpack(reply, packet, l) == 0 &&
	    got[1] < 0 && renderer_result_ok(reply, got[0], max_result)) {
		*result = got[0];
		return (RENDERER_ANSWERED);
	}
	/* No assertions on descriptors of its choice: they may not close. */
	render_fds_close(got);
	return (RENDERER_GARBLED);
}

/*
 * To kill what is dying already does no harm: the kernel keeps the status of
 * an exit that has begun, and the end of file that told us of it comes
 * later.  And a process that merely closed its socket does not linger.
 */
int
renderer_kill(const struct renderer *r)
{
	int status;

	CHECK_OBJ_NOTNULL(r, RENDERER_MAGIC);
	(void)kill(r->pid, SIGKILL);
	while (waitpid(r->pid, &status, 0) < 0)
		if (errno != EINTR)
			return (-1);
	return (status);
}

void
renderer_words(const struct renderer *r, char *buf)
{
	ssize_t l;

	CHECK_OBJ_NOTNULL(r, RENDERER_MAGIC);
	l = read(r->words, buf, RENDERER_WORDS_MAX - 1);
	buf[l > 0 ? l : 0] = '\0';
	renderer_plain(buf);
}

/* Read fd to its end; -1 when that does not come or is too far. */
static int
renderer_read_all(int fd, vtim_mono deadline, char *buf, size_t len)
{
	size_t used = 0;
	ssize_t l = -1;

	buf[0] = '\0';
	while (used < len - 1 && renderer_poll(fd, deadline)) {
		l = read(fd, buf + used, len - 1 - used);
		if (l < 0 && errno == EINTR)
			continue;
		if (l <= 0)
			break;
		used += l;
		buf[used] = '\0';
	}
	return (l == 0 ? 0 : -1);
}

/*
 * The end of stderr is the end of the process, so that its status is its
 * own and not that of our renderer_kill().
 */
int
renderer_describe(char *buf, size_t len, char *err)
{
	char *argv[] = { renderer_path(), "--describe", NULL };
	char words[RENDERER_WORDS_MAX] = "";
	struct renderer *r;
	vtim_mono deadline;
	int status = -1;

	deadline = VTIM_mono() + DESCRIBE_TIMEOUT;
	r = renderer_new(argv, false, err);
	if (r == NULL)
		return (-1);
	if (renderer_read_all(r->sock, deadline, buf, len) == 0 &&
	    renderer_read_all(r->words, deadline, words, sizeof words) == 0)
		status = renderer_kill(r);
	else
		(void)renderer_kill(r);
	if (status != 0) {
		renderer_plain(words);
		(void)snprintf(err, RENDERER_ERROR_MAX,
		    "renderer %s does not describe itself: %.256s", argv[0],
		    words[0] != '\0' ? words : "no answer");
	}
	renderer_free(&r);
	return (status == 0 ? 0 : -1);
}
