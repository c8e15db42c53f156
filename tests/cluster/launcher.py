# SPDX-License-Identifier: BSD-2-Clause
# Copyright (c) 2026 The pixelfleet authors
"""tools/cluster itself: what it says, and that it leaves nothing behind."""

import json
import os
import socket
import subprocess
import tempfile
import unittest

from cluster import BUILD, Cluster, free_base, tool


def processes_of(directory):
    done = subprocess.run(["pgrep", "-f", directory], stdout=subprocess.PIPE,
                          text=True, check=False)
    return [int(p) for p in done.stdout.split()]


class Launcher(unittest.TestCase):
    def test_stop_leaves_nothing(self):
        with Cluster(nodes=2, files=["dogs.jpg"]) as c:
            self.assertEqual(c.get(1, "/dogs.jpg?width=20").status, 200)
            tool("cluster", "kill", "2", "-d", c.dir)
            self.assertFalse(c.node(2)["running"])
            self.assertTrue(processes_of(c.dir))
            tool("cluster", "stop", "-d", c.dir)
            self.assertEqual(processes_of(c.dir), [])
            self.assertFalse(os.path.exists(c.dir))

    def test_status_says_where_to_look(self):
        with Cluster(nodes=1) as c:
            node = c.node(1)
            self.assertEqual(node["name"], "n1")
            self.assertEqual(node["http"], c.base + 10)
            self.assertEqual(node["cluster"], c.base + 11)
            self.assertEqual(node["admin"], c.base + 12)
            counters = json.loads(subprocess.run(
                node["counters"].split(), stdout=subprocess.PIPE,
                check=True).stdout)["counters"]
            self.assertIn("VIPS.renders", counters)
            self.assertIn("FLEET.local", counters)

    def test_a_taken_port_is_named(self):
        base = free_base(1)
        with socket.socket() as s, tempfile.TemporaryDirectory() as tmp:
            s.bind(("127.0.0.1", base + 11))
            s.listen()
            directory = os.path.join(tmp, "cluster")
            done = tool("cluster", "start", "-n", "1", "-d", directory,
                        "--port", str(base), "--build", BUILD, check=False)
            self.assertEqual(done.returncode, 1)
            self.assertIn(f"port {base + 11} (cluster door of n1)",
                          done.stderr)
            self.assertFalse(os.path.exists(directory))

    def test_a_vcl_that_does_not_compile_is_shown(self):
        with tempfile.TemporaryDirectory() as tmp:
            os.chmod(tmp, 0o755)
            vcl = os.path.join(tmp, "bad.vcl")
            with open(vcl, "w") as f:
                f.write("vcl 4.1;\nbackend default none;\nnonsense\n")
            directory = os.path.join(tmp, "cluster")
            done = tool("cluster", "start", "-n", "1", "-d", directory,
                        "--port", str(free_base(1)), "--vcl", vcl,
                        "--build", BUILD, check=False)
            self.assertEqual(done.returncode, 1)
            self.assertIn("nonsense", done.stderr)
            self.assertEqual(processes_of(directory), [])
            self.assertFalse(os.path.exists(directory))


if __name__ == "__main__":
    unittest.main()
