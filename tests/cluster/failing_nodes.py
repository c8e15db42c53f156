# SPDX-License-Identifier: BSD-2-Clause
# Copyright (c) 2026 The pixelfleet authors
"""Nodes that die, hang, or run another configuration, under load."""

import os
import signal
import unittest

from cluster import Cluster, TOP, tool, wait_for
from fleet import Load

URLS = [f"/{name}.jpg?width={w}" for w in range(40, 240, 10)
        for name in ("sunset", "dogs")]


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
        with Load(c, [1, 2, 3], URLS) as load:
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
        with Load(c, [1, 3], URLS) as load:
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
        with Load(c, [1, 3], URLS) as load:
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
