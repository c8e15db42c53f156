# SPDX-License-Identifier: BSD-2-Clause
# Copyright (c) 2026 The pixelfleet authors
"""Nodes that die, hang, or run another configuration, under load."""

import os
import signal
import threading
import unittest

from cluster import Cluster, TOP, tool, wait_for

URLS = [f"/{name}.jpg?width={w}" for w in range(40, 240, 10)
        for name in ("sunset", "dogs")]


class Load:
    """Clients at some nodes, who keep every answer that is not right."""

    def __init__(self, cluster, nodes):
        self.cluster = cluster
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
            url = URLS[at % len(URLS)]
            at += 1
            try:
                answer = self.cluster.get(index, url, debug=False)
            except OSError as e:
                with self.lock:
                    self.wrong.append((index, url, repr(e)))
                continue
            with self.lock:
                self.answers += 1
                if answer.status != 200 or self.digests.setdefault(
                        url, answer.digest) != answer.digest:
                    self.wrong.append((index, url, answer, answer.body[:80]
                                       if answer.status != 200 else ""))

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


class FailingNodes(unittest.TestCase):
    def setUp(self):
        self.cluster = Cluster(files=["sunset.jpg", "dogs.jpg"])
        self.cluster.__enter__()
        self.addCleanup(self.cluster.__exit__, None, None, None)

    def check(self, load):
        self.assertEqual(load.wrong, [])
        self.assertGreater(load.answers, 0)
        self.assertEqual(self.cluster.panics(), {})

    def test_another_configuration_leaves_and_comes_back(self):
        c = self.cluster
        with open(os.path.join(TOP, "tools", "cluster.vcl")) as f:
            other = c.file("other.vcl", f.read() + "\n# another\n")
        with Load(c, [1, 2, 3]) as load:
            load.more()
            self.assertEqual(c.admin(3, "vcl.load", "other", other)[0], 0)
            self.assertEqual(c.admin(3, "vcl.use", "other")[0], 0)
            self.assertEqual(c.admin(3, "vcl.discard", "boot")[0], 0)
            wait_for("n3 to leave", lambda: [
                c.healthy(i) for i in (1, 2, 3)] == [2, 2, 1])
            load.more()
            self.assertEqual(c.admin(
                3, "vcl.load", "same", os.path.join(c.dir, "vcl/main.vcl"))[0],
                0)
            self.assertEqual(c.admin(3, "vcl.use", "same")[0], 0)
            self.assertEqual(c.admin(3, "vcl.discard", "other")[0], 0)
            wait_for("n3 to come back", lambda: [
                c.healthy(i) for i in (1, 2, 3)] == [3, 3, 3])
            load.more()
        self.check(load)
        self.assertGreater(c.counter(1, "FLEET.refused_config"), 0)

    def test_a_killed_node_is_missed_by_nobody(self):
        c = self.cluster
        with Load(c, [1, 3]) as load:
            load.more()
            tool("cluster", "kill", "2", "-d", c.dir)
            load.more()
            wait_for("n2 to be missed", lambda: [
                c.healthy(i) for i in (1, 3)] == [2, 2])
            load.more()
            tool("cluster", "restart", "2", "-d", c.dir)
            wait_for("n2 to come back", lambda: [
                c.healthy(i) for i in (1, 2, 3)] == [3, 3, 3])
            load.more()
        self.check(load)
        # It owned the one or the other of the two.
        self.assertGreater(c.counter(1, "FLEET.retried") +
                           c.counter(3, "FLEET.retried"), 0)

    def test_a_node_that_hangs_is_left_out_and_comes_back(self):
        c = self.cluster
        child = c.node(2)["child_pid"]
        with Load(c, [1, 3]) as load:
            load.more()
            os.kill(child, signal.SIGSTOP)
            try:
                wait_for("n2 to be missed", lambda: [
                    c.healthy(i) for i in (1, 3)] == [2, 2])
                load.more()
            finally:
                os.kill(child, signal.SIGCONT)
            wait_for("n2 to come back", lambda: [
                c.healthy(i) for i in (1, 2, 3)] == [3, 3, 3])
            load.more()
        self.check(load)


if __name__ == "__main__":
    unittest.main()
