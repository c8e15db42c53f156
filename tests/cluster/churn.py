# SPDX-License-Identifier: BSD-2-Clause
# Copyright (c) 2026 The pixelfleet authors
"""A new VCL every second leaves nothing behind: no process, thread,
descriptor, library, backend or directory, and no memory.

    churn.py [--seconds 600]

What a node has is counted after the first reloads, and once more after all of
them.  Memory is only looked at where there was time for a slope; where there
was not, varnishd's idle threads do not keep their VCL for a minute either.
"""

import argparse
import collections
import os
import sys
import threading
import time
import unittest

import soak
import soak_trend
from cluster import SAMPLES, wait_for
from fleet import Fleet, Load, cluster_vcl
from reload import Reloads

NODES = [1, 2]
RENDERERS = 2
FIRST = 5			# reloads of each node before anything counts
PACE = 0.15			# s between the requests of a client
SLOPE = 300			# s that it takes to speak of one
# Full of a hundred images before anything counts.
SMALL = ("--storage", "malloc,1m", "--varnishd-arg=-pvsl_space=2m")
SOURCES = 6
HASTE = ("--varnishd-arg=-pdebug=+vtc_mode",)
LIBRARY = "/vgc.so"		# a VCL's


def names_in(path):
    """What is in a directory of /proc that changes while one looks."""
    try:
        return os.listdir(path)
    except FileNotFoundError:
        return []


def first_line(path):
    try:
        with open(path) as f:
            return f.readline().strip()
    except OSError:
        return None


def threads(pid):
    """By name.  Workers come and go with the load."""
    names = [first_line(f"/proc/{pid}/task/{t}/comm")
             for t in names_in(f"/proc/{pid}/task")]
    return collections.Counter(n for n in names if n and n != "cache-worker")


def descriptors(pid):
    """By what they lead to, without numbers and the names of connections."""
    kinds = collections.Counter()
    for fd in names_in(f"/proc/{pid}/fd"):
        try:
            kinds[os.readlink(f"/proc/{pid}/fd/{fd}").split(":")[0]] += 1
        except FileNotFoundError:
            pass
    return kinds


def libraries(pid):
    with open(f"/proc/{pid}/maps") as f:
        return len({line.split()[-1] for line in f if LIBRARY in line})


class Churn(unittest.TestCase):
    seconds = 15

    def setUp(self):
        vcl = cluster_vcl().replace(
            "vips.images()",
            "vips.images(timeout = 60s, queue_timeout = 60s, "
            f"renderers = {RENDERERS})")
        self.cluster = c = Fleet(nodes=len(NODES), vcl=vcl,
                                 options=SMALL +
                                 (HASTE if self.seconds < SLOPE else ()))
        c.__enter__()
        self.addCleanup(c.__exit__, None, None, None)
        with open(os.path.join(SAMPLES, "logo.png"), "rb") as f:
            logo = f.read()
        for i in range(SOURCES):
            c.picture(f"{i}.png", logo)
        self.urls = [f"/{i}.png?width={w}&format=webp&quality={q}"
                     for w in range(100, 300) for q in range(50, 70)
                     for i in range(SOURCES)]

    def holds(self, index):
        """What a node has that reloads could add to, by name."""
        c = self.cluster
        node = c.node(index)
        child = node["child_pid"]
        _, backends = c.admin(index, "backend.list")
        found = {
            "VCLs": c.counter(index, "MAIN.n_vcl"),
            "VCLs to go": c.counter(index, "MAIN.n_vcl_discard"),
            "libraries": libraries(child),
            "directories": sum(n.startswith("vcl_")
                               for n in os.listdir(node["workdir"])),
            "lines of backend.list": len(backends.splitlines()),
            "processes of the manager": len(soak.children(node["pid"])),
        }
        for name, n in threads(child).items():
            found["thread " + name] = n
        for name, n in descriptors(child).items():
            found["descriptor " + name] = n
        return found

    def more(self, index, before):
        """What it has more of, beyond the renderers that it may have."""
        allowed = {"descriptor pipe": RENDERERS,
                   "descriptor socket": RENDERERS}
        return {name: (before.get(name, 0), n)
                for name, n in self.holds(index).items()
                if n > before.get(name, 0) + allowed.get(name, 0)}

    def rests(self, before):
        """Nobody asks any more: what was busy is let go."""
        for i in NODES:
            try:
                wait_for(f"n{i}", lambda: not self.more(i, before[i]), 90)
            except AssertionError:
                self.fail(f"n{i} has more than before: "
                          f"{self.more(i, before[i])}")
            self.assertLessEqual(len(self.cluster.renderers(i)), RENDERERS)
            with self.subTest(node=i):
                self.assertEqual(
                    len(soak.children(self.cluster.node(i)["child_pid"])),
                    len(self.cluster.renderers(i)))

    def reload(self, enough):
        """New VCLs at each node, once a second, until enough()."""
        path = os.path.join(self.cluster.dir, "vcl", "main.vcl")
        reloads = [Reloads(self.cluster, i, path) for i in NODES]
        for r in reloads:
            r.thread.start()
        try:
            wait_for("the reloads", lambda: enough(reloads),
                     self.seconds + 60)
        finally:
            for r in reloads:
                r.done.set()
            for r in reloads:
                r.thread.join()
        self.assertEqual(sum((r.failed for r in reloads), []), [])
        return min(r.count for r in reloads)

    def load(self):
        return Load(self.cluster, NODES * 2, self.urls, pace=PACE)

    def watch(self, done, points):
        """The child's memory, of each node, every other second."""
        start = time.monotonic()
        pids = [self.cluster.node(i)["child_pid"] for i in NODES]
        while not done.wait(2):
            for i, pid in zip(NODES, pids):
                points[i].append((time.monotonic() - start,
                                  soak.memory(pid)["anonymous"]))

    def grown(self, points):
        if self.seconds < SLOPE:
            return []
        flat = {}
        for i in NODES:
            late = [p for p in soak_trend.windows(points[i],
                                                  self.seconds / 60)
                    if p[0] > 0.25 * self.seconds]
            flat[i] = soak_trend.tell(f"n{i} anonymous", late, "kB/h", 3600,
                                      0)
        return [i for i in NODES if not flat[i]]

    def test_a_reload_leaves_nothing_behind(self):
        with self.load() as load:
            self.reload(lambda reloads: all(r.count >= FIRST
                                            for r in reloads))
        wrong = load.wrong
        before = {i: self.holds(i) for i in NODES}
        points, done = {i: [] for i in NODES}, threading.Event()
        watch = threading.Thread(target=self.watch, args=(done, points))
        watch.start()
        end = time.monotonic() + self.seconds
        try:
            with self.load() as load:
                count = self.reload(lambda _: time.monotonic() > end)
        finally:
            done.set()
            watch.join()
        print(f"{count} reloads, {load.answers} answers")
        self.assertEqual(wrong + load.wrong, [])
        self.assertGreaterEqual(count, 3)
        self.assertGreater(self.cluster.total("VIPS.renders"), count)
        self.rests(before)
        self.assertEqual(self.grown(points), [])
        self.assertEqual(self.cluster.panics(), {})


def main():
    p = argparse.ArgumentParser(description="Reloads, once a second.")
    p.add_argument("--seconds", type=float, default=Churn.seconds)
    args, rest = p.parse_known_args()
    Churn.seconds = args.seconds
    unittest.main(argv=sys.argv[:1] + rest)


if __name__ == "__main__":
    main()
