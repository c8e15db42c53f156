#!/usr/bin/env python3
# SPDX-License-Identifier: BSD-2-Clause
# Copyright (c) 2026 The pixelfleet authors
"""Three nodes that know each other from a file: what is in it, what is not,
and what comes and goes while clients ask."""

import json
import os
import random
import unittest

from cluster import wait_for
from fleet import Fleet, Load, cluster_vcl

ROUNDS = int(os.environ.get("PF_DISCOVER_ROUNDS", "200"))


class Listed(Fleet):
    """Its nodes are those that a file lists."""

    def __init__(self, **more):
        super().__init__(nodes=3, **more)
        os.mkdir(os.path.join(self.tmp, "nodes.d"), 0o755)
        self.path = os.path.join(self.tmp, "nodes.d", "nodes")
        self.vcl = cluster_vcl().replace(
            'include "cluster-nodes.vcl";',
            f'sub vcl_init {{ cluster.discover("file:{self.path}"); }}')
        self.list(1, 2, 3)

    def line(self, index, more=""):
        return f"n{index} 127.0.0.1:{self.base + 10 * index + 1} {more}\n"

    def write(self, text):
        """Put it in the file's place, at once."""
        with open(self.path + ".new", "w") as f:
            f.write(text)
        os.rename(self.path + ".new", self.path)

    def list(self, *nodes, more=""):
        self.write("".join(self.line(i) for i in nodes) + more)

    def states(self, index):
        """name: state, as a node sees the others."""
        return {name: n["state"]
                for name, n in self.clusters(index)["nodes"].items()}

    def wait_states(self, index, wanted, seconds=60):
        wait_for(f"n{index} to see {wanted}",
                 lambda: self.states(index) == wanted, seconds)

    def wait_all(self):
        wait_for("three healthy nodes", lambda: self.health() == [3] * 3)

    def backends(self, index):
        """The names of the nodes' backends, as varnishd lists them."""
        _, text = self.admin(index, "backend.list", "-j")
        return sorted(name.split(".", 1)[1] for name, b in
                      json.loads(text)[3].items() if "cluster(" in name)

    def descriptors(self, index):
        return len(os.listdir(f"/proc/{self.node(index)['child_pid']}/fd"))


class Discover(unittest.TestCase):
    def start(self):
        c = self.enterContext(Listed())
        c.wait_all()
        return c

    def test_a_node_leaves_and_comes_back(self):
        c = self.start()
        c.list(1, 2)
        c.wait_states(1, {"n1": "self", "n2": "healthy", "n3": "leaving"})
        # It does not believe that it is gone.
        wait_for("n3 to doubt it",
                 lambda: c.counter(3, "FLEET.discover_refused") > 0)
        self.assertEqual(c.healthy(3), 3)
        c.list(1, 2, 3)
        c.wait_all()
        self.assertEqual(c.panics(), {})

    def test_a_node_that_is_told_to_leave_drains(self):
        c = self.start()
        urls = c.pngs(6)
        with Load(c, [1, 2, 3], urls) as load:
            c.write(c.line(1) + c.line(2) + c.line(3, "leaving"))
            for i in (1, 2):
                wait_for("two healthy nodes", lambda n=i: c.healthy(n) == 2)
            wait_for("n3 to drain",
                     lambda: c.get(3, "/health").status == 503)
            load.more(30)
        self.assertEqual(load.wrong, [])
        self.assertEqual(c.panics(), {})

    def test_what_cannot_be_changes_nothing(self):
        c = self.start()
        for text in ("", "# nobody\n", c.line(1) * 2, "n1 h:0\n",
                     "<html>502 Bad Gateway</html>\n", "\0" * 100,
                     c.line(1, "leaving")):
            failed = c.counter(1, "FLEET.discover_failed")
            c.write(text)
            wait_for("n1 to read it", lambda n=failed: c.counter(
                1, "FLEET.discover_failed") > n)
            self.assertEqual(c.healthy(1), 3, text)
        os.unlink(c.path)
        self.assertEqual(c.healthy(1), 3)
        # A reload begins with what was known.
        c.use(1, os.path.join(c.tmp, "site.vcl"))
        wait_for("the new VCL to know the nodes", lambda: c.healthy(1) == 3)
        c.list(1, 2)
        wait_for("n1 to read it", lambda: c.states(1).get("n3") != "healthy")
        self.assertEqual(c.panics(), {})

    def test_nodes_come_and_go_under_load(self):
        c = self.start()
        urls = c.pngs(12)
        rng = random.Random(1)
        before = [(c.backends(i), c.counter(i, "MAIN.n_backend"))
                  for i in (1, 2, 3)]
        descriptors = [c.descriptors(i) for i in (1, 2, 3)]
        with Load(c, [1, 2, 3], urls) as load:
            load.more(20)
            for step in range(ROUNDS):
                strangers = "".join(
                    f"x{rng.randrange(40)} 127.0.0.{rng.randrange(2, 250)}"
                    f":{20000 + step}\n" if k == 0 else
                    f"y{step} 127.0.1.{step % 250 + 1}:9\n"
                    for k in range(2))
                c.list(*((1, 2, 3) if step % 3 else (1, 2)), more=strangers)
                load.more(2)
            c.list(1, 2, 3)
            # Those who have left linger.
            for i in (1, 2, 3):
                wait_for("the others to be forgotten", lambda n=i:
                         (c.backends(n), c.counter(n, "MAIN.n_backend")) ==
                         before[n - 1], 120)
        self.assertEqual(load.wrong, [])
        self.assertEqual(c.panics(), {})
        c.wait_all()
        for i in (1, 2, 3):
            self.assertGreater(c.counter(i, "FLEET.joined"), ROUNDS / 4)
            self.assertLess(c.descriptors(i), descriptors[i - 1] + 20)


if __name__ == "__main__":
    unittest.main()
