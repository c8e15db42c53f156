# SPDX-License-Identifier: BSD-2-Clause
# Copyright (c) 2026 The pixelfleet authors
"""What the tests of vmod_fleet ask of a cluster beyond cluster.py: nodes that
differ, VCL that changes, clients at many nodes, and the counters of it all."""

import itertools
import json
import os
import subprocess
import struct
import threading
import zlib

from cluster import BUILD, SECRET, TOP, Cluster, tool, wait_for

PNG_MAGIC = b"\x89PNG\r\n\x1a\n"


def cluster_vcl():
    """The text of the VCL that tools/cluster gives to nodes."""
    with open(os.path.join(TOP, "tools", "cluster.vcl")) as f:
        return f.read()


def colour(index):
    """Another one for each picture, up to 256 of them."""
    return bytes((index, index * 7 + 80 & 255, 200 - index & 255))


def png(index, width, height):
    """A picture that is nothing but its colour."""
    def chunk(kind, data):
        return (struct.pack(">I", len(data)) + kind + data +
                struct.pack(">I", zlib.crc32(kind + data)))
    rows = (b"\0" + colour(index) * width) * height
    return (PNG_MAGIC +
            chunk(b"IHDR", struct.pack(">IIBBBBB", width, height,
                                       8, 2, 0, 0, 0)) +
            chunk(b"IDAT", zlib.compress(rows)) + chunk(b"IEND", b""))


def look(data):
    """A PNG's width, and its first pixel: no filter changes that one."""
    if data[:8] != PNG_MAGIC:
        raise ValueError("not a PNG")
    at, packed, width = 8, b"", 0
    while at < len(data):
        size, kind = struct.unpack(">I4s", data[at:at + 8])
        part = data[at + 8:at + 8 + size]
        if kind == b"IHDR":
            width = struct.unpack(">I", part[:4])[0]
        elif kind == b"IDAT":
            packed += part
        at += 12 + size
    return width, zlib.decompress(packed)[1:4]


class Fleet(Cluster):
    """A cluster, with a VCL text of its own for some of the nodes."""

    def __init__(self, nodes=3, files=(), vcl=None, node_vcl=None,
                 secret=SECRET, origin=True, base=None, options=()):
        super().__init__(nodes=nodes, files=files, vcl=vcl, origin=origin,
                         base=base, options=options)
        self.node_vcl = node_vcl or {}
        self.secret = secret
        self.loads = itertools.count(1)

    def __enter__(self):
        try:
            if self.origin:
                tool("origin", "start", "-d", self.origin_dir, "--port",
                     str(self.base), *self.files)
            tool("cluster", "start", *self.arguments())
        except BaseException:
            self.__exit__(None, None, None)
            raise
        return self

    def arguments(self):
        args = ["-n", str(self.n), "-d", self.dir, "--port", str(self.base),
                "--origin", f"127.0.0.1:{self.base}", "--build", BUILD,
                *self.options]
        if self.secret is not None:
            args += ["--secret", self.secret]
        if self.vcl is not None:
            args += ["--vcl", self.file("site.vcl", self.vcl)]
        for index, text in self.node_vcl.items():
            args += ["--node-vcl",
                     f"{index}={self.file(f'site{index}.vcl', text)}"]
        return args

    def pngs(self, count, width=64, height=48):
        """So many pictures at the origin, each of its own colour; URLs."""
        names = [f"p{i}.png" for i in range(count)]
        for i, name in enumerate(names):
            self.picture(name, png(i, width, height))
        return ["/" + name for name in names]

    # what is there

    def workdir(self, index):
        return os.path.join(self.dir, f"n{index}")

    def admin(self, index, *command):
        # A VCL takes its time to compile where others want the CPU too:
        # varnishadm waits for 5 s only, and then says nothing.
        done = subprocess.run(
            [*self.enter(index), "varnishadm", "-t", "120", "-n",
             self.workdir(index), *command],
            stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True,
            check=False)
        return done.returncode, done.stdout

    def counters(self, index, *prefixes):
        """All counters that begin with one of these: name, type, value."""
        done = subprocess.run(
            ["varnishstat", "-n", self.workdir(index), "-j"],
            stdout=subprocess.PIPE, check=True)
        return {name: (c["flag"], c["value"])
                for name, c in json.loads(done.stdout)["counters"].items()
                if name.startswith(prefixes)}

    def clusters(self, index):
        """What a node's newest VCL tells of its cluster."""
        _, text = self.admin(index, "backend.list", "-j", "-p", "*.cluster")
        return list(json.loads(text)[3].values())[-1]["probe_details"]

    def config_hash(self, index):
        return self.clusters(index)["config"]

    def values(self, name):
        """One counter, at all nodes."""
        return [self.counter(i, name) for i in range(1, self.n + 1)]

    def health(self):
        """How many nodes each node takes for healthy."""
        return [self.healthy(i) for i in range(1, self.n + 1)]

    def log(self, index, *args):
        """What is in a node's log."""
        return subprocess.run(
            ["varnishlog", "-d", "-n", self.workdir(index), *args],
            stdout=subprocess.PIPE, text=True, check=True).stdout

    def panics(self):
        """Those, and what a sanitizer had to say where the build has one."""
        said = super().panics()
        for i in range(1, self.n + 1):
            with open(self.workdir(i) + ".log", errors="replace") as f:
                lines = [line for line in f if "Sanitizer" in line or
                         "runtime error:" in line]
            if lines:
                said[i] = said.get(i, "") + "".join(lines)
        return said

    # changing it

    def use(self, index, path):
        """Load a VCL, use it, and let the one before go."""
        _, text = self.admin(index, "vcl.list", "-j")
        old = [v["name"] for v in json.loads(text)[3:]
               if v["status"] == "active"][0]
        new = f"vcl{next(self.loads)}"
        for command in (("vcl.load", new, path), ("vcl.use", new),
                        ("vcl.discard", old)):
            status, text = self.admin(index, *command)
            if status != 0:
                raise AssertionError(f"n{index} {command}: {text}")


class Load:
    """Clients at some nodes, who keep every answer that is not right."""

    def __init__(self, cluster, nodes, urls, debug=False, check=None,
                 pace=0):
        self.cluster = cluster
        self.urls = urls
        self.debug = debug
        self.check = check
        self.pace = pace
        self.wrong = []
        self.answers = 0
        self.digests = {}
        self.done = threading.Event()
        self.lock = threading.Lock()
        self.threads = [threading.Thread(target=self.ask, args=(i,))
                        for i in nodes]

    def ask(self, index):
        at = index
        while not self.done.is_set():
            url = self.urls[at % len(self.urls)]
            at += 1
            try:
                answer = self.cluster.get(index, url, debug=self.debug)
                why = self.judge(index, url, answer)
            except OSError as e:
                why = repr(e)
            with self.lock:
                self.answers += 1
                if why:
                    self.wrong.append((index, url, why))
            self.done.wait(self.pace)

    def judge(self, index, url, answer):
        if answer.status != 200:
            return answer, answer.body[:80]
        with self.lock:
            digest = self.digests.setdefault(url, answer.digest)
        if digest != answer.digest:
            return "another image", answer
        return self.check(index, url, answer) if self.check else None

    def __enter__(self):
        for thread in self.threads:
            thread.start()
        return self

    def __exit__(self, *_exception):
        self.done.set()
        for thread in self.threads:
            thread.join()

    def more(self, n=50):
        """Wait until n more requests have been answered."""
        goal = self.answers + n
        wait_for("answers", lambda: self.answers >= goal)
