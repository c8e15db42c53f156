/* SPDX-License-Identifier: BSD-2-Clause
 * Copyright (c) 2026 The pixelfleet authors
 *
 * A renderer that does what its source says, for what images do not bring
 * about at will:
 *
 *	ok			a result: a line with the source and operations,
 *				and "over" the overlay where there is one
 *	until PATH		the same, once there is such a file
 *	look			a result that shows its environment
 *	say TEXT		a result, and TEXT on stderr
 *	shout			a result, and more on stderr than anyone reads
 *	refuse STATUS TEXT	a failure
 *	signal N, exit N	its end
 *	once PATH		its end by SIGKILL, but a result where that file
 *				is not empty, which it is not any more
 *	hang			nothing, for ever
 *	close			nothing, and no socket any more
 *	garbage			a packet that is no reply
 *	nofd, devnull, unsealed, short, growing
 *				a result that must not be trusted
 *	twice			a result, and a second reply that nobody wants
 *
 * The width of a result counts the results of this process.  What it is to
 * do may stand behind the header of a PNG, for who looks at that.
 *
 * Called by a name that ends in _stillborn it goes as soon as it serves, in
 * _mute it does not describe itself.
 */

#include "config.h"

#include <dirent.h>
#include <err.h>
#include <fcntl.h>
#include <signal.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/prctl.h>
#include <unistd.h>

#include "render_wire.h"

#define SEALS	(F_SEAL_SEAL | F_SEAL_SHRINK | F_SEAL_GROW | F_SEAL_WRITE)

extern char **environ;

static char packet[RENDER_PACKET_MAX];
static struct render_request request;
static char order[256];
static char overlay[256];		/* " over <first bytes>", or "" */
static unsigned results;

static bool
is(const char *word)
{
	return (strncmp(order, word, strlen(word)) == 0);
}

static const char *
argument(void)
{
	const char *p = strchr(order, ' ');

	return (p != NULL ? p + 1 : "");
}

static void
reply_with(const struct render_reply *reply, int fd)
{
	ssize_t len = render_reply_pack(reply, packet, sizeof packet);
	int fds[RENDER_FDS] = { fd, -1 };

	if (len < 0 || render_send(RENDER_FD, packet, (size_t)len, fds) != 0)
		err(1, "send");
}

static void
look(int fd)
{
	struct dirent *de;
	struct sigaction sa;
	char **e;
	DIR *dir;
	int sig;

	dprintf(fd, "fds:");
	if ((dir = opendir("/proc/self/fd")) == NULL)
		err(1, "/proc/self/fd");
	while ((de = readdir(dir)) != NULL)
		if (de->d_name[0] != '.' && atoi(de->d_name) != dirfd(dir) &&
		    atoi(de->d_name) != fd)
			dprintf(fd, " %s", de->d_name);
	(void)closedir(dir);
	dprintf(fd, "\nignored:");
	for (sig = 1; sig < 32; sig++)
		if (sigaction(sig, NULL, &sa) == 0 && sa.sa_handler == SIG_IGN)
			dprintf(fd, " %d", sig);
	dprintf(fd, "\nenvironment:");
	for (e = environ; *e != NULL; e++)
		dprintf(fd, " %s", *e);
	dprintf(fd, "\nown group: %s\n", getpgrp() == getpid() ? "yes" : "no");
}

static void
shout(void)
{
	int i;

	for (i = 0; i < 100000; i++)
		(void)fputs("nobody listens\n", stderr);
}

static void
render(void)
{
	struct render_reply reply = {
		.status = 200, .width = ++results, .height = 3, .frames = 1,
		.source_width = 8, .source_height = 6, .source_frames = 1,
		.format = IMAGE_FORMAT_WEBP, .source_format = IMAGE_FORMAT_JPG,
		.load_us = 1000, .process_us = 2000, .save_us = 3000,
		.rss_kb = 4096
	};
	int fd = memfd_create("fake", MFD_CLOEXEC | MFD_ALLOW_SEALING);

	if (fd < 0)
		err(1, "memfd");
	if (is("look"))
		look(fd);
	else
		dprintf(fd, "%s: %s%s\n", order, request.ops, overlay);
	reply.result_len = (uint64_t)lseek(fd, 0, SEEK_END);
	if (is("short"))
		reply.result_len++;
	if (is("devnull")) {
		(void)close(fd);
		fd = open("/dev/null", O_RDONLY);
	} else if (is("nofd")) {
		(void)close(fd);
		fd = -1;
	} else if (is("growing"))
		(void)fcntl(fd, F_ADD_SEALS, SEALS & ~F_SEAL_GROW);
	else if (!is("unsealed"))
		(void)fcntl(fd, F_ADD_SEALS, SEALS);
	reply_with(&reply, fd);
	if (is("twice"))
		reply_with(&reply, fd);
	if (fd >= 0)
		(void)close(fd);
}

static void
refuse(void)
{
	struct render_reply reply = { .status = 0 };
	char *text;

	reply.status = (uint32_t)strtoul(argument(), &text, 10);
	(void)snprintf(reply.text, sizeof reply.text, "%s", text + 1);
	reply_with(&reply, -1);
}

static void
die_once(void)
{
	char mark = 'x';
	int fd = open(argument(), O_RDWR);

	if (fd < 0)
		err(1, "%s", argument());
	if (read(fd, &mark, 1) == 0) {
		if (write(fd, &mark, 1) != 1)
			err(1, "%s", argument());
		(void)raise(SIGKILL);
	}
	(void)close(fd);
}

static void
obey(void)
{
	if (is("until"))
		while (access(argument(), F_OK) != 0)
			(void)usleep(10000);
	else if (is("say"))
		(void)fprintf(stderr, "%s\n", argument());
	else if (is("shout"))
		shout();
	else if (is("signal"))
		(void)raise(atoi(argument()));
	else if (is("once"))
		die_once();
	else if (is("exit"))
		exit(atoi(argument()));
	else if (is("close"))
		(void)close(RENDER_FD);
	if (is("close") || is("hang"))
		while (true)
			(void)pause();
	if (is("refuse"))
		refuse();
	else if (is("garbage"))
		(void)render_send(RENDER_FD, "garbage", 7, NULL);
	else
		render();
}

/* The beginning of a file that has to be sealed. */
static void
look_into(int fd, const char *what, char *buf, size_t len)
{
	ssize_t got;

	if ((fcntl(fd, F_GET_SEALS) & SEALS) != SEALS)
		errx(1, "the %s is not sealed", what);
	got = pread(fd, buf, len - 1, 0);
	buf[got > 0 ? got : 0] = '\0';
}

/* Signature and first chunk, less its checksum. */
static void
skip_header(char *buf, size_t len)
{
	const size_t header = 8 + 8 + 13;

	if (memcmp(buf, "\x89PNG", 4) == 0)
		memmove(buf, buf + header, len - header);
}

/* 0 at the end of requests. */
static int
receive(void)
{
	int files[RENDER_FDS];
	ssize_t len;

	len = render_recv(RENDER_FD, packet, sizeof packet, files);
	if (len <= 0)
		return ((int)len);
	if (render_request_unpack(&request, packet, (size_t)len) != 0)
		errx(1, "not a request");
	look_into(files[0], "source", order, sizeof order);
	skip_header(order, sizeof order);
	(void)strcpy(overlay, request.overlay_len > 0 ? " over " : "");
	if (request.overlay_len > 0)
		look_into(files[1], "overlay", overlay + strlen(overlay),
		    sizeof overlay - strlen(overlay));
	render_fds_close(files);
	return (1);
}

static bool
is_called(const char *self, const char *ending)
{
	size_t len = strlen(self), n = strlen(ending);

	return (len > n && strcmp(self + len - n, ending) == 0);
}

int
main(int argc, char **argv)
{
	if (argc == 2 && strcmp(argv[1], "--describe") == 0) {
		if (is_called(argv[0], "_mute"))
			errx(1, "I do not like to talk");
		(void)puts("renderer fake");
		return (0);
	}
	if (argc != 3 || strcmp(argv[1], "--fd") != 0 || atoi(argv[2]) != 3)
		errx(2, "usage: --describe | --fd 3");
	if (is_called(argv[0], "_stillborn"))
		errx(3, "I cannot live in this world");
	(void)prctl(PR_SET_PDEATHSIG, SIGKILL);
	while (receive() > 0)
		obey();
	return (0);
}
