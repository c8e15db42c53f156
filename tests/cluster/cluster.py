# SPDX-License-Identifier: BSD-2-Clause
# Copyright (c) 2026 The pixelfleet authors
"""A cluster and an origin for a test, and what a test asks of them."""

import concurrent.futures
import hashlib
import http.client
import json
import os
import random
import shutil
import socket
import subprocess
import tempfile
import time

TOP = os.path.dirname(os.path.dirname(os.path.dirname(
    os.path.realpath(__file__))))
BUILD = os.environ.get("PF_BUILD", os.path.join(TOP, "build"))
SAMPLES = os.path.join(TOP, "samples")
SECRET = "the secret of a test's cluster"


def tool(name, *args, check=True):
    done = subprocess.run([os.path.join(TOP, "tools", name), *args],
                          stdin=subprocess.DEVNULL, stdout=subprocess.PIPE,
                          stderr=subprocess.PIPE, text=True, check=False)
    if check and done.returncode != 0:
        raise AssertionError(f"tools/{name} {args[0]}: {done.stderr}")
    return done


def wait_for(what, condition, seconds=60):
    end = time.monotonic() + seconds
    while True:
        value = condition()
        if value:
            return value
        if time.monotonic() > end:
            raise AssertionError(f"{what}: not within {seconds} s")
        time.sleep(0.05)


def free_base(nodes):
    """A port of which the cluster's and the origin's are free just now."""
    for _ in range(200):
        base = random.randrange(20000, 32000, 200)
        ports = [base] + [base + 10 * i + door
                          for i in range(1, nodes + 1) for door in range(3)]
        try:
            for port in ports:
                with socket.socket() as s:
                    s.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
                    s.bind(("127.0.0.1", port))
            return base
        except OSError:
            continue
    raise AssertionError("no free ports")


class Answer:
    def __init__(self, response, body):
        self.status = response.status
        self.headers = response.headers
        self.body = body
        self.digest = hashlib.sha256(body).hexdigest()

    def __repr__(self):
        return f"<{self.status} {len(self.body)} bytes {self.digest[:8]}>"


class Cluster:
    """N nodes and an origin; a context manager."""

    def __init__(self, nodes=3, files=(), vcl=None, origin=True,
                 base=None, options=()):
        self.n = nodes
        self.files = [os.path.join(SAMPLES, f) for f in files]
        self.vcl = vcl
        self.base = base or free_base(nodes)
        self.tmp = tempfile.mkdtemp(prefix="pf-test-")
        os.chmod(self.tmp, 0o755)
        self.dir = os.path.join(self.tmp, "cluster")
        self.origin_dir = os.path.join(self.tmp, "origin")
        self.pictures = os.path.join(self.origin_dir, "pictures")
        self.origin = origin
        self.options = options		# more of them for tools/cluster

    def __enter__(self):
        try:
            if self.origin:
                tool("origin", "start", "-d", self.origin_dir, "--port",
                     str(self.base), *self.files)
            args = ["-n", str(self.n), "-d", self.dir, "--port",
                    str(self.base), "--origin", f"127.0.0.1:{self.base}",
                    "--secret", SECRET, "--build", BUILD, *self.options]
            if self.vcl is not None:
                args += ["--vcl", self.file("site.vcl", self.vcl)]
            tool("cluster", "start", *args)
        except BaseException:
            self.__exit__(None, None, None)
            raise
        return self

    def __exit__(self, *_exception):
        if os.path.exists(os.path.join(self.dir, "cluster.json")):
            tool("cluster", "stop", "-d", self.dir)
        if os.path.isdir(self.origin_dir):
            tool("origin", "stop", "-d", self.origin_dir)
        shutil.rmtree(self.tmp, ignore_errors=True)

    def file(self, name, text):
        path = os.path.join(self.tmp, name)
        with open(path, "w") as f:
            f.write(text)
        return path

    def picture(self, name, data):
        """Put a file at the origin, at once."""
        path = os.path.join(self.pictures, name)
        with open(path + ".new", "wb") as f:
            f.write(data)
        os.chmod(path + ".new", 0o644)
        os.rename(path + ".new", path)

    # Where node I is: one that is elsewhere than here has an address of its
    # own, and a command in front of those that are to run there.

    def host(self, _index):
        return "127.0.0.1"

    def enter(self, _index):
        return []

    # what is there

    def nodes(self):
        return json.loads(tool("cluster", "status", "-d", self.dir).stdout)[
            "nodes"]

    def node(self, index):
        return self.nodes()[index - 1]

    def admin(self, index, *command):
        # A VCL takes its time to compile where others want the CPU too:
        # varnishadm waits for 5 s only, and then says nothing and exits 0.
        done = subprocess.run(
            [*self.enter(index), "varnishadm", "-t", "120", "-n",
             os.path.join(self.dir, f"n{index}"), *command],
            stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True,
            check=False)
        return done.returncode, done.stdout

    def counter(self, index, name):
        stats = json.loads(subprocess.run(
            ["varnishstat", "-n", os.path.join(self.dir, f"n{index}"), "-j"],
            stdout=subprocess.PIPE, check=True).stdout)
        return stats["counters"][name]["value"]

    def total(self, name):
        return sum(self.counter(i, name) for i in range(1, self.n + 1))

    def healthy(self, index):
        """How many nodes a node's newest cluster takes for healthy."""
        _, text = self.admin(index, "backend.list", "-j")
        backends = [b for b in json.loads(text)[3].values()
                    if b["type"] == "fleet"]
        return backends[-1]["probe_message"][0]

    def renderers(self, index):
        """The pids of a node's renderers."""
        child = self.node(index)["child_pid"]
        done = subprocess.run(
            ["pgrep", "-P", str(child), "-f", "pixelfleet-renderer"],
            stdout=subprocess.PIPE, text=True, check=False)
        return [int(p) for p in done.stdout.split()]

    def panics(self):
        """The nodes that have panicked, and what they said."""
        said = {}
        for i in range(1, self.n + 1):
            status, text = self.admin(i, "panic.show")
            if status == 0:
                said[i] = text
        return said

    def origin_fetches(self, url):
        with open(os.path.join(self.origin_dir, "access.log")) as f:
            return sum(line.split(" ")[1] == url and
                       line.rstrip().endswith(" pixelfleet") for line in f)

    # asking

    def get(self, index, url, headers=None, debug=True, timeout=60):
        sent = {"X-Image-Debug": SECRET} if debug else {}
        sent.update(headers or {})
        connection = http.client.HTTPConnection(
            self.host(index), self.base + 10 * index, timeout=timeout)
        try:
            connection.request("GET", url, headers=sent)
            response = connection.getresponse()
            return Answer(response, response.read())
        finally:
            connection.close()

    def get_many(self, url, times):
        """The same at once through all nodes in turn."""
        with concurrent.futures.ThreadPoolExecutor(times) as pool:
            return list(pool.map(
                lambda i: self.get(1 + i % self.n, url), range(times)))
