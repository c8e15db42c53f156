# SPDX-License-Identifier: BSD-2-Clause
# Copyright (c) 2026 The pixelfleet authors
"""The demo itself; tools/demo installs and builds what it needs first."""

import argparse
import hashlib
import http.client
import json
import os
import secrets
import shutil
import signal
import subprocess
import sys
import tempfile
import threading
import time
import urllib.request

TOP = os.path.dirname(os.path.dirname(os.path.realpath(__file__)))
NODES = 3
BUILD = os.environ.get("PF_BUILD", os.path.join(TOP, "build"))
BROWSER = "image/avif,image/webp,image/apng,image/*,*/*;q=0.8"

# Samples and their size: width, height.
SAMPLES = {
    "/sunset.jpg": (4272, 2848),
    "/dogs.jpg": (2056, 3088),
    "/peaks.jpg": (3264, 2448),
    "/dandelion.jpg": (5312, 2988),
}

# Operations, what a client accepts, and what has to come back for an original
# of w by h: the type, and the size.
VARIANTS = [
    ("width=400", "*/*", "jpeg", lambda w, h: (400, near(400 * h / w))),
    ("width=300&height=300&crop=fit&format=webp", "*/*", "webp",
     lambda w, h: (300, 300)),
    ("height=240&format=auto", BROWSER, "avif",
     lambda w, h: (near(240 * w / h), 240)),
    ("width=160&format=png", "*/*", "png",
     lambda w, h: (160, near(160 * h / w))),
]


# Set when the user has had enough.
enough = threading.Event()


class Failure(Exception):
    """Something went wrong that the user should read."""


class Enough(Exception):
    """The user has had enough."""


def go_on():
    if enough.is_set():
        raise Enough


def near(x):
    return max(1, int(x + 0.5))


def run(*command):
    # In a session of its own: Ctrl-C is for us, and comes after what the
    # command does, so that all that it has started can be stopped.
    done = subprocess.run(command, stdin=subprocess.DEVNULL,
                          stdout=subprocess.PIPE, stderr=subprocess.PIPE,
                          text=True, check=False, start_new_session=True)
    if done.returncode != 0:
        raise Failure(done.stderr.strip() or f"{command[0]} failed")
    return done.stdout


# What an image says of itself, read from its first bytes

def jpeg_size(data):
    at = 2
    while at + 9 < len(data):
        if data[at] != 0xff:
            break
        marker = data[at + 1]
        length = int.from_bytes(data[at + 2:at + 4], "big")
        if 0xc0 <= marker <= 0xcf and marker not in (0xc4, 0xc8, 0xcc):
            return (int.from_bytes(data[at + 7:at + 9], "big"),
                    int.from_bytes(data[at + 5:at + 7], "big"))
        at += 2 + length
    return None


def webp_size(data):
    kind = data[12:16]
    if kind == b"VP8 ":
        return (int.from_bytes(data[26:28], "little") & 0x3fff,
                int.from_bytes(data[28:30], "little") & 0x3fff)
    if kind == b"VP8L":
        bits = int.from_bytes(data[21:25], "little")
        return (bits & 0x3fff) + 1, (bits >> 14 & 0x3fff) + 1
    if kind == b"VP8X":
        return (int.from_bytes(data[24:27], "little") + 1,
                int.from_bytes(data[27:30], "little") + 1)
    return None


def avif_size(data):
    at = data.find(b"ispe")
    if at < 0:
        return None
    return (int.from_bytes(data[at + 8:at + 12], "big"),
            int.from_bytes(data[at + 12:at + 16], "big"))


def look(data):
    """The format and the size of an image."""
    if data[:3] == b"\xff\xd8\xff":
        return "jpeg", jpeg_size(data)
    if data[:8] == b"\x89PNG\r\n\x1a\n":
        return "png", (int.from_bytes(data[16:20], "big"),
                       int.from_bytes(data[20:24], "big"))
    if data[:4] == b"RIFF" and data[8:12] == b"WEBP":
        return "webp", webp_size(data)
    if data[4:12] == b"ftypavif":
        return "avif", avif_size(data)
    return "unknown", None


# The site

class Site:
    """An origin and a cluster in a directory of their own."""

    def __init__(self, port):
        self.port = port
        self.secret = secrets.token_hex(16)
        self.dir = tempfile.mkdtemp(prefix="pixelfleet-")
        os.chmod(self.dir, 0o755)
        self.cluster_dir = os.path.join(self.dir, "cluster")
        self.origin_dir = os.path.join(self.dir, "origin")

    def start(self):
        samples = [os.path.join(TOP, "samples", p[1:]) for p in SAMPLES]
        run(os.path.join(TOP, "tools", "origin"), "start", "-d",
            self.origin_dir, "--port", str(self.port), *samples)
        go_on()
        run(os.path.join(TOP, "tools", "cluster"), "start", "-n", str(NODES),
            "-d", self.cluster_dir, "--port", str(self.port),
            "--origin", f"127.0.0.1:{self.port}", "--secret", self.secret,
            "--build", BUILD)

    def stop(self):
        for tool, directory in (("cluster", self.cluster_dir),
                                ("origin", self.origin_dir)):
            if os.path.isdir(directory):
                try:
                    run(os.path.join(TOP, "tools", tool), "stop", "-d",
                        directory)
                except Failure as e:
                    print(e, file=sys.stderr)
        shutil.rmtree(self.dir, ignore_errors=True)

    def nodes(self):
        return json.loads(run(os.path.join(TOP, "tools", "cluster"), "status",
                              "-d", self.cluster_dir))["nodes"]

    def counter(self, node, name):
        # -t 0: a node that is not there is not waited for.
        stats = json.loads(run(*node["counters"].split(), "-t", "0"))
        return stats["counters"][name]["value"]

    def origin_fetches(self):
        """How often the nodes asked the origin for each picture."""
        count = {}
        with open(os.path.join(self.origin_dir, "access.log")) as f:
            for line in f:
                _status, url, agent = line.split(" ", 2)
                if agent.strip() == "pixelfleet":
                    count[url] = count.get(url, 0) + 1
        return count


class Answer:
    def __init__(self, site, node, url, accept):
        connection = http.client.HTTPConnection("127.0.0.1", node["http"],
                                                timeout=60)
        began = time.monotonic()
        try:
            connection.request("GET", url, headers={
                "Accept": accept, "X-Image-Debug": site.secret})
            response = connection.getresponse()
            self.body = response.read()
        except (OSError, http.client.HTTPException) as e:
            raise Failure(f"{node['name']} {url}: {e}") from None
        finally:
            connection.close()
        self.ms = (time.monotonic() - began) * 1e3
        self.status = response.status
        self.front = response.getheader("X-Image-Front", "-")
        self.owner = response.getheader("X-Image-Owner", "-")
        self.cache = response.getheader("X-Image-Cache", "-")
        self.vary = response.getheader("Vary", "")
        self.digest = hashlib.sha256(self.body).digest()


# --once

def check(wrong, where, what, got, wanted):
    if got != wanted:
        wrong.append(f"{where}: {what} is {got}, not {wanted}")


def health(node):
    try:
        with urllib.request.urlopen(node["url"] + "health", timeout=10) as r:
            return r.status
    except OSError as e:
        return str(e)


def show(source, operations, answer):
    print(f"{source:15} {operations:42} {answer.front:5} {answer.owner:5} "
          f"{answer.cache:4} {len(answer.body):7} {answer.ms:7.1f}")


def judge(wrong, node, source, variant, answer, first):
    operations, _accept, kind, size = variant
    where = f"{source}?{operations} at {node['name']}"
    check(wrong, where, "status", answer.status, 200)
    check(wrong, where, "front", answer.front, node["name"])
    check(wrong, where, "image", look(answer.body),
          (kind, size(*SAMPLES[source])))
    check(wrong, where, "Vary", answer.vary,
          "Accept" if "format=auto" in operations else "")
    if first is None:
        check(wrong, where, "first answer", answer.cache, "miss")
    else:
        check(wrong, where, "next answer", answer.cache, "hit")
        check(wrong, where, "owner", answer.owner, first.owner)
        check(wrong, where, "digest", answer.digest.hex(),
              first.digest.hex())


def once(site, nodes):
    wrong = []
    print(f"{'source':15} {'variant':42} front owner hit?   bytes      ms")
    for s, source in enumerate(SAMPLES):
        for v, variant in enumerate(VARIANTS):
            first = None
            for i in range(NODES):
                go_on()
                # each in its turn is the first that is asked
                node = nodes[(s + v + i) % NODES]
                answer = Answer(site, node, f"{source}?{variant[0]}",
                                variant[1])
                show(source, variant[0], answer)
                judge(wrong, node, source, variant, answer, first)
                first = first or answer

    fetches = site.origin_fetches()
    for source in SAMPLES:
        check(wrong, source, "number of fetches from the origin",
              fetches.get(source, 0), 1)
    renders = {n["name"]: site.counter(n, "VIPS.renders") for n in nodes}
    check(wrong, "the cluster", "number of renders", sum(renders.values()),
          len(SAMPLES) * len(VARIANTS))
    for node in nodes:
        check(wrong, node["name"], "health", health(node), 200)
    print(f"\n{len(SAMPLES)} originals: {sum(fetches.values())} fetches from "
          f"the origin.  {len(SAMPLES) * len(VARIANTS)} variants: "
          + ", ".join(f"{n} rendered by {name}"
                      for name, n in renders.items()) + ".")
    for line in wrong:
        print("WRONG:", line)
    return not wrong


# In the foreground

def introduce(site, nodes):
    print("Three nodes and an origin are running.  Open, at any node:\n")
    for i, (source, variant) in enumerate(zip(SAMPLES, VARIANTS)):
        node = nodes[i % NODES]
        print(f"  {node['url'][:-1]}{source}?{variant[0]}")
    print(f"""
  {nodes[0]['url']}sunset.jpg                 the original, as it is
  {nodes[0]['url']}sunset.jpg?width=0         a mistake, and what it says
  {nodes[0]['url']}health

What a node did with a request:

  curl -so /dev/null -D - -H 'X-Image-Debug: {site.secret}' \\
      '{nodes[1]['url']}sunset.jpg?width=400'

Look inside:""")
    for node in nodes:
        print(f"  {node['log']}")
    print(f"""  tools/cluster status -d {site.cluster_dir}
  tools/cluster kill 2 -d {site.cluster_dir}

Ctrl-C stops everything.
""", flush=True)


def report(site, nodes, seen):
    """A line for each node whose counters moved."""
    for node in nodes:
        try:
            now = tuple(site.counter(node, c) for c in (
                "FLEET.local", "FLEET.forwarded", "FLEET.retried",
                "VIPS.renders"))
        except (Failure, KeyError, ValueError):
            continue
        if seen.get(node["name"], now) != now:
            print(f"{node['name']}: of its clients' requests {now[0]} were "
                  f"its own, {now[1]} went to their owner, {now[2]} of those "
                  f"came back undone; {now[3]} renders", flush=True)
        seen[node["name"]] = now


def watch(site, nodes):
    seen = {}
    while not enough.wait(1):
        report(site, nodes, seen)


def main():
    parser = argparse.ArgumentParser(prog="tools/demo")
    parser.add_argument("--once", action="store_true")
    parser.add_argument("--port", type=int, default=8000)
    args = parser.parse_args()

    for number in (signal.SIGINT, signal.SIGTERM, signal.SIGHUP):
        signal.signal(number, lambda _number, _frame: enough.set())
    site = Site(args.port)
    try:
        site.start()
        go_on()
        nodes = site.nodes()
        if args.once:
            return 0 if once(site, nodes) else 1
        introduce(site, nodes)
        watch(site, nodes)
    except Enough:
        return 130
    except Failure as e:
        print(f"tools/demo: {e}", file=sys.stderr)
        return 1
    finally:
        site.stop()
    return 0


if __name__ == "__main__":
    sys.exit(main())
