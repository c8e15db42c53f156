#!/usr/bin/env python3
# SPDX-License-Identifier: BSD-2-Clause
# Copyright (c) 2026 The pixelfleet authors
"""Five nodes under load, one of them killed, one stopped for a while, one
reloaded to another configuration and back.  The clients must not notice: no
error, no image but the right one.  Prints the load before, during and after.

The requests are Zipf distributed, but for one image that three of ten ask for.
A client does what one behind a load balancer does: it asks any node but those
that are known to be down.  To the other nodes these are owners all the same.
"""

import argparse
import bisect
import hashlib
import http.client
import itertools
import multiprocessing
import os
import random
import signal
import statistics
import sys
import threading
import time

from cluster import tool, wait_for
from fleet import Fleet, cluster_vcl, colour, look

NODES = range(1, 6)
PICTURES = 100
WIDTHS = (40, 80, 120, 160)
HOT_SHARE = 0.3
PROCESSES = 2


def urls_and_shares(names):
    """The first of them is the hot one; the others' shares sum up to 1."""
    urls = [f"{name}?width={w}" for name in names for w in WIDTHS]
    shares = [1 / rank for rank in range(1, len(urls))]
    rest = (1 - HOT_SHARE) / sum(shares)
    return urls, list(itertools.accumulate(
        [HOT_SHARE] + [share * rest for share in shares]))


def fault(url, status, body):
    """What is wrong with an answer, or None."""
    if status != 200:
        return f"status {status}: {body[:80]!r}"
    name, _, width = url.partition("?width=")
    try:
        seen = look(body)
    except ValueError as e:
        return repr(e)
    wanted = int(width), colour(int(name[2:-4]))
    return None if seen == wanted else f"{seen} instead of {wanted}"


class Client:
    """Clients of one process, as many as it has threads."""

    def __init__(self, clients, seed):
        self.clients = clients
        self.random = random.Random(seed)
        self.lock = threading.Lock()
        self.times = []         # when, front, seconds
        self.faults = []
        self.digests = {}

    def run(self, pipe, first, count):
        threads = [threading.Thread(target=self.ask, args=(first + i,))
                   for i in range(count)]
        for t in threads:
            t.start()
        for t in threads:
            t.join()
        pipe.send((self.times, self.faults, self.digests))
        pipe.close()

    def ask(self, slot):
        c = self.clients
        while not c.done.value:
            with self.lock:
                front = self.random.choice(NODES)
                url = c.urls[min(bisect.bisect(
                    c.shares, self.random.random()), len(c.urls) - 1)]
            # In this order: who takes a node away looks for who is there.
            c.asking[slot] = front
            if c.open[front]:
                self.get(front, url)
            c.asking[slot] = 0
            time.sleep(c.pause)

    def get(self, front, url):
        begin = time.monotonic()
        digest = None
        connection = http.client.HTTPConnection(
            "127.0.0.1", self.clients.base + 10 * front, timeout=60)
        try:
            connection.request("GET", url)
            response = connection.getresponse()
            body = response.read()
            why = fault(url, response.status, body)
            digest = hashlib.sha256(body).hexdigest()
        except (OSError, http.client.HTTPException) as e:
            why = repr(e)
        finally:
            connection.close()
        end = time.monotonic()
        with self.lock:
            self.times.append((begin, front, end - begin))
            if why:
                self.faults.append((f"n{front}", url, why))
            else:
                self.digests.setdefault(url, set()).add(digest)


class Clients:
    def __init__(self, cluster, names, count, pause):
        self.base = cluster.base
        self.urls, self.shares = urls_and_shares(names)
        self.pause = pause
        self.done = multiprocessing.Value("i", 0, lock=False)
        # which nodes may be asked, and whom each client is asking
        self.open = multiprocessing.Array("i", [1] * 6, lock=False)
        self.asking = multiprocessing.Array("i", count, lock=False)
        self.pipes, self.processes = [], []
        for i in range(PROCESSES):
            here, there = multiprocessing.Pipe(False)
            first = count * i // PROCESSES
            self.pipes.append(here)
            self.processes.append(multiprocessing.Process(
                target=Client(self, i).run,
                args=(there, first, count * (i + 1) // PROCESSES - first)))

    def __enter__(self):
        for p in self.processes:
            p.start()
        self.times, self.faults, self.digests = [], [], {}
        return self

    def __exit__(self, *_exception):
        self.done.value = 1
        for pipe, process in zip(self.pipes, self.processes):
            times, faults, digests = pipe.recv()
            process.join()
            self.times += times
            self.faults += faults
            for url, seen in digests.items():
                self.digests.setdefault(url, set()).update(seen)

    def leave(self, node):
        """No client asks the node from here on."""
        self.open[node] = 0
        wait_for(f"the clients of n{node} to be done",
                 lambda: node not in list(self.asking))

    def come_back(self, node):
        self.open[node] = 1


class Figures:
    """The nodes' counters in a phase, though a node may start anew in it."""
    OWN = ("VIPS.renders", "FLEET.local", "FLEET.forwarded", "FLEET.retried")
    OF_NODE = ("picks", "moved", "gated")

    def __init__(self, cluster):
        self.cluster = cluster
        self.was = {}
        self.phase = None
        self.sums = {}
        self.peak = {}

    def look(self):
        for i in NODES:
            try:
                now = self.cluster.counters(i, "FLEET", "VIPS.renders")
            except Exception:       # it is dead just now
                continue
            for name, (flag, value) in now.items():
                if flag == "g":
                    self.note_load(i, name, value)
                    continue
                was = self.was.get((i, name), 0)
                self.was[i, name] = value
                key = self.phase, i, name
                self.sums[key] = self.sums.get(key, 0) + (
                    value - was if value >= was else value)

    def note_load(self, i, name, value):
        if name == f"FLEET_NODE.n{i}.estimate":
            key = self.phase, i
            self.peak[key] = max(self.peak.get(key, 0), value)

    def begin(self, phase):
        self.look()
        self.phase = phase

    def of(self, i):
        """What a node did, and what all nodes did with it."""
        row = [self.sums.get((self.phase, i, name), 0) for name in self.OWN]
        row += [sum(self.sums.get((self.phase, j, f"FLEET_NODE.n{i}.{name}"),
                                  0) for j in NODES) for name in self.OF_NODE]
        return row + [self.peak.get((self.phase, i), 0)]


class Run:
    def __init__(self, cluster, clients, seconds):
        self.cluster = cluster
        self.clients = clients
        self.seconds = seconds
        self.figures = Figures(cluster)
        self.phases = []        # name, begin, end

    def go_on(self, share):
        """Let the load work for a part of the time."""
        end = time.monotonic() + share * self.seconds
        while time.monotonic() < end:
            self.figures.look()
            time.sleep(0.25)

    def until(self, what, *health):
        """Until the nodes, but for those that are None, see so many."""
        def seen():
            self.figures.look()
            return all(h is None or self.cluster.healthy(i) == h
                       for i, h in zip(NODES, health))
        wait_for(what, seen)

    def phase(self, name, action):
        begin = time.monotonic()
        self.figures.begin(name)
        action()
        self.figures.look()
        self.phases.append((name, begin, time.monotonic()))

    def killed(self):
        c = self.cluster
        self.clients.leave(2)
        self.figures.look()
        tool("cluster", "kill", "2", "-d", c.dir)
        self.until("n2 to be missed", 4, None, 4, 4, 4)
        self.go_on(0.1)
        tool("cluster", "restart", "2", "-d", c.dir)
        self.until("n2 to come back", 5, 5, 5, 5, 5)
        self.clients.come_back(2)

    def stopped(self):
        c = self.cluster
        child = c.node(3)["child_pid"]
        self.clients.leave(3)
        os.kill(child, signal.SIGSTOP)
        try:
            self.until("n3 to be missed", 4, 4, None, 4, 4)
            self.go_on(0.1)
        finally:
            os.kill(child, signal.SIGCONT)
        self.until("n3 to come back", 5, 5, 5, 5, 5)
        self.clients.come_back(3)

    def reloaded(self):
        c = self.cluster
        other = c.file("other.vcl", c.vcl + "\n# another\n")
        c.use(4, other)
        self.until("n4 to leave", 4, 4, 4, 1, 4)
        self.go_on(0.1)
        c.use(4, os.path.join(c.dir, "vcl", "main.vcl"))
        self.until("n4 to come back", 5, 5, 5, 5, 5)

    def all(self):
        self.phase("before", lambda: self.go_on(0.35))
        self.phase("n2 killed and started again", self.killed)
        self.phase("n3 stopped and continued", self.stopped)
        self.phase("n4 reloaded to another configuration and back",
                   self.reloaded)
        self.phase("after", lambda: self.go_on(0.35))

    def print(self):
        for name, begin, end in self.phases:
            self.figures.phase = name
            mine = [t for t in self.clients.times if begin <= t[0] < end]
            ms = sorted(1e3 * t[2] for t in mine) or [0]
            print(f"\n{name}: {end - begin:.1f} s, {len(mine)} requests, "
                  f"{len(mine) / (end - begin):.0f}/s, "
                  f"p50 {statistics.median(ms):.1f} ms, "
                  f"p99 {ms[len(ms) * 99 // 100]:.1f} ms, "
                  f"max {ms[-1]:.1f} ms")
            print("    requests renders   local forwarded retried "
                  "|  picks  moved  gated  peak")
            for i in NODES:
                row = self.figures.of(i)
                print(f"n{i} {sum(t[1] == i for t in mine):9}"
                      f"{row[0]:8}{row[1]:8}{row[2]:10}{row[3]:8} |"
                      f"{row[4]:7}{row[5]:7}{row[6]:7}{row[7]:6}")
        print("\npicks, moved, gated: by all nodes, of that one; "
              "peak: requests there at once, looked at once a second")


def parse_arguments():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--seconds", type=float, default=15, metavar="S",
                        help="of load beside the time that the nodes take "
                        "to notice [15]")
    parser.add_argument("--clients", type=int, default=24, metavar="N",
                        help="[24]")
    parser.add_argument("--pause", type=float, default=20, metavar="MS",
                        help="between two requests of a client [20]")
    parser.add_argument("--floor", type=int, default=4, metavar="N",
                        help="the nodes' floor, so low that this machine "
                        "gets beyond it [4]")
    return parser.parse_args()


def main():
    args = parse_arguments()
    vcl = cluster_vcl().replace(
        "fleet.director()",
        f"fleet.director(floor = {args.floor}, timeout = 2s)")
    with Fleet(nodes=len(NODES), vcl=vcl) as cluster:
        names = cluster.pngs(PICTURES, 600, 450)
        clients = Clients(cluster, names, args.clients, args.pause / 1e3)
        with clients:
            run = Run(cluster, clients, args.seconds)
            run.all()
        run.print()
        panics = cluster.panics()
    wrong = {url: seen for url, seen in clients.digests.items()
             if len(seen) > 1}
    print(f"\n{len(clients.times)} requests, {len(clients.faults)} errors, "
          f"{len(clients.digests)} images, {len(wrong)} of them not always "
          f"the same, {len(panics)} panics")
    for fault_ in clients.faults[:20]:
        print(*fault_)
    for i, text in panics.items():
        print(f"n{i} panicked:\n{text}")
    return 1 if clients.faults or wrong or panics or not clients.digests \
        else 0


if __name__ == "__main__":
    sys.exit(main())
