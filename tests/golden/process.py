#!/usr/bin/env python3
# SPDX-License-Identifier: BSD-2-Clause
# Copyright (c) 2026 The pixelfleet authors
"""The process itself: what it keeps, what it gave up, how it ends."""

import os
import socket
import struct
import subprocess
import time

from golden import RENDERER, Failed, Golden

g = Golden()


class Renderer:
    """One that waits for requests, and the other end of its socket."""

    def __init__(self, *inherited):
        self.socket, theirs = socket.socketpair(socket.AF_UNIX,
                                                socket.SOCK_SEQPACKET)
        self.fd = theirs.fileno()
        self.process = subprocess.Popen(
            [RENDERER, "--fd", str(self.fd)], pass_fds=(self.fd, *inherited),
            stderr=subprocess.PIPE)
        theirs.close()

    def __enter__(self):
        return self

    def __exit__(self, *_):
        self.socket.close()
        self.process.kill()
        self.process.communicate()

    def proc(self, name):
        with open("/proc/%d/%s" % (self.process.pid, name)) as f:
            return f.read()

    def status(self, name):
        for line in self.proc("status").splitlines():
            if line.startswith(name + ":"):
                return line.split(":")[1].strip()
        raise Failed("no %s in /proc/pid/status" % name)

    def limit(self, name):
        for line in self.proc("limits").splitlines():
            if line.startswith(name):
                return line[len(name):].split()[0]
        raise Failed("no %s in /proc/pid/limits" % name)

    def wait_for(self, what, seconds=20):
        for _ in range(seconds * 20):
            if what():
                return
            if self.process.poll() is not None:
                raise Failed("it died: %s" % self.process.stderr.read())
            time.sleep(.05)
        raise Failed("not in %d s" % seconds)

    def files(self):
        folder = "/proc/%d/fd" % self.process.pid
        found = {}
        for n in os.listdir(folder):
            try:
                found[int(n)] = os.readlink("%s/%s" % (folder, n))
            except FileNotFoundError:
                pass
        return found

    def is_ready(self):
        """Closed, and with no file but its socket beside the first three.

        It tries its formats, in memory files, after it has closed.
        """
        named = [fd for fd, p in self.files().items()
                 if fd > 2 and not p.startswith("anon_inode:")]
        return self.limit("Max open files") == "16" and named == [self.fd]

    def end(self):
        return self.process.wait(20)


def sanitized():
    with open(RENDERER, "rb") as f:
        return b"__asan_init" in f.read()


@g.case
def the_end_of_its_socket_ends_it():
    with Renderer() as r:
        r.socket.close()
        if r.end() != 0:
            raise Failed("exit status %d" % r.process.returncode)


@g.case
def a_request_of_another_build_ends_it():
    for packet in (b"x", b"x" * 48, b"x" * 16384):
        with Renderer() as r:
            r.socket.send(packet)
            if r.end() != 1:
                raise Failed("exit status %d" % r.process.returncode)
            said = r.process.stderr.read()
            if b"malformed request" not in said:
                raise Failed("said %s" % said)


@g.case
def files_that_do_not_fit_the_request_end_it():
    ops = b"width=9"
    spare = os.open("/dev/null", os.O_RDONLY)
    for overlay_len, files in ((0, 0), (0, 2), (1, 0), (1, 1)):
        packet = struct.pack("=8I4Q", 0x51525850, 2, 1000, 1, 9, len(ops), 0,
                             0, 81, 81, 1, overlay_len) + ops
        with Renderer() as r:
            socket.send_fds(r.socket, [packet], [spare] * files)
            if r.end() != 1:
                raise Failed("%d files, an overlay of %d: exit status %d"
                             % (files, overlay_len, r.process.returncode))
            said = r.process.stderr.read()
            if b"malformed request" not in said:
                raise Failed("said %s" % said)
    # What does fit is answered, if only to say that it is not sealed.
    with Renderer() as r:
        socket.send_fds(r.socket, [packet], [spare] * 2)
        if b"sealed" not in r.socket.recv(16384):
            raise Failed("not understood")
    os.close(spare)


@g.case
def it_keeps_no_file_but_its_socket():
    spare = [os.open("/etc/passwd", os.O_RDONLY) for _ in range(5)]
    with Renderer(*spare[1:]) as r:
        r.wait_for(r.is_ready)
        found = r.files()
        if found[0] != "/dev/null" or found[1] != "/dev/null":
            raise Failed(found)
    for fd in spare:
        os.close(fd)


@g.case
def it_gives_up_what_it_does_not_need():
    with Renderer() as r:
        r.wait_for(lambda: r.limit("Max open files") == "16")
        if not sanitized():
            r.wait_for(lambda: r.status("Seccomp") == "2")
            if r.limit("Max address space") == "unlimited":
                raise Failed("unlimited addresses")
            threads = os.listdir("/proc/%d/task" % r.process.pid)
            for thread in threads:
                if "Seccomp:\t2" not in r.proc("task/%s/status" % thread):
                    raise Failed("thread %s is not filtered" % thread)
        if r.status("NoNewPrivs") != "1":
            raise Failed("new privileges")
        if r.limit("Max core file size") != "0":
            raise Failed("core files")
        if os.readlink("/proc/%d/cwd" % r.process.pid) != "/":
            raise Failed("a current directory")


g.main()
