# SPDX-License-Identifier: BSD-2-Clause
# Copyright (c) 2026 The pixelfleet authors
"""A new VCL every second, at every node, under load through all of them."""

import concurrent.futures
import os
import signal
import threading
import time
import unittest

from cluster import wait_for
from fleet import Fleet, Load, cluster_vcl

SECONDS = 12
NODES = [1, 2, 3]


class Reloads:
    """One node's: load, use and discard, once a second."""

    def __init__(self, cluster, index, path):
        self.cluster = cluster
        self.index = index
        self.path = path
        self.count = 0
        self.failed = []
        self.done = threading.Event()
        self.thread = threading.Thread(target=self.run)

    def run(self):
        due = time.monotonic()
        while not self.done.is_set():
            try:
                self.cluster.use(self.index, self.path)
            except AssertionError as e:
                self.failed.append(str(e))
            self.count += 1
            due = max(due + 1, time.monotonic())
            self.done.wait(due - time.monotonic())


class Reload(unittest.TestCase):
    def setUp(self):
        patient = cluster_vcl().replace("vips.images()",
                                        "vips.images(timeout = 60s)")
        self.cluster = c = Fleet(files=["dandelion.jpg"], vcl=patient)
        c.__enter__()
        self.addCleanup(c.__exit__, None, None, None)
        self.urls = c.pngs(20)
        self.owner = {
            url: c.get(1, url + "?width=20").headers["X-Image-Owner"]
            for url in self.urls}
        self.assertEqual(set(self.owner.values()), {"n1", "n2", "n3"})
        self.seen = [{}, {}, {}]
        self.back = []

    def same_owner(self, _index, url, answer):
        owner = answer.headers["X-Image-Owner"]
        if owner != self.owner[url.partition("?")[0]]:
            return "another owner", owner
        return None

    def watch(self):
        """Keep what a counter was, and any that went back."""
        for i in NODES:
            now = self.cluster.counters(i, "FLEET", "VIPS")
            for name, (flag, value) in now.items():
                was = self.seen[i - 1].get(name, 0)
                if flag == "c" and value < was:
                    self.back.append((f"n{i}", name, was, value))
                if flag == "c":
                    self.seen[i - 1][name] = value

    def gauges(self):
        """What each node counts as being anywhere, where it is not 0."""
        return [(f"n{i}", name, value) for i in NODES
                for name, (_, value) in self.cluster.counters(
                    i, "FLEET_NODE.").items()
                if name.endswith((".in_flight", ".estimate")) and value]

    def reload_for(self, seconds, load):
        path = os.path.join(self.cluster.dir, "vcl", "main.vcl")
        reloads = [Reloads(self.cluster, i, path) for i in NODES]
        for r in reloads:
            r.thread.start()
        sick = []
        end = time.monotonic() + seconds
        while time.monotonic() < end and not load.wrong:
            health = self.cluster.health()
            if health != [3, 3, 3]:
                sick.append(health)
            self.watch()
        for r in reloads:
            r.done.set()
            r.thread.join()
        self.assertEqual(sum((r.failed for r in reloads), []), [])
        self.assertEqual(sick, [])
        # On an idle machine it is one a second.
        self.assertGreaterEqual(min(r.count for r in reloads), 3)

    def test_a_reload_is_noticed_by_nobody(self):
        c = self.cluster
        urls = [f"{url}?width={w}" for url in self.urls
                for w in range(20, 60)]
        with Load(c, NODES * 2, urls, debug=True,
                  check=self.same_owner) as load:
            load.more()
            self.reload_for(SECONDS, load)
            load.more()
        self.assertEqual(load.wrong, [])
        self.assertEqual(c.panics(), {})
        wait_for("the counts to be zero", lambda: self.gauges() == [], 20)
        self.watch()
        self.assertEqual(self.back, [])
        # All of the counters were there, and counted.
        for n in NODES:
            self.assertGreater(self.seen[n - 1]["FLEET.forwarded"], 0)
            self.assertGreater(sum(seen[f"FLEET_NODE.n{n}.picks"]
                                   for seen in self.seen), 0)
        # Nobody did what was another's, for whatever reason.
        for name in ("retried", "discarded", "refused_config",
                     "refused_stranger"):
            self.assertEqual(c.total("FLEET." + name), 0, name)
        asked = {url + "?width=20" for url in self.urls} | set(load.digests)
        self.assertEqual(c.total("VIPS.renders"), len(asked))

    def test_a_request_under_way_outlives_its_vcl(self):
        c = self.cluster
        path = os.path.join(c.dir, "vcl", "main.vcl")
        renders = c.total("VIPS.renders")
        slow = "/dandelion.jpg?width=4000&format=avif"
        owner = int(c.get(1, "/dandelion.jpg?width=20")
                    .headers["X-Image-Owner"][1:])
        # A render that takes until we let it, waited for at all nodes.
        with concurrent.futures.ThreadPoolExecutor(2 * len(NODES)) as pool:
            answers = [pool.submit(c.get, i, slow) for i in NODES]
            wait_for("the render", lambda: c.counter(owner, "VIPS.busy") == 1)
            renderers = c.renderers(owner)
            for pid in renderers:
                os.kill(pid, signal.SIGSTOP)
            try:
                list(pool.map(lambda i: c.use(i, path), NODES))
                self.assertEqual(c.counter(owner, "VIPS.busy"), 1)
            finally:
                for pid in renderers:
                    os.kill(pid, signal.SIGCONT)
            answers = [a.result() for a in answers]
        self.assertEqual([a.status for a in answers], [200] * 3)
        self.assertEqual(len({a.digest for a in answers}), 1)
        self.assertEqual(c.total("VIPS.renders"), renders + 2)
        self.assertEqual(c.panics(), {})
        wait_for("the counts to be zero", lambda: self.gauges() == [], 20)


if __name__ == "__main__":
    unittest.main()
