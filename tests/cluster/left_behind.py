# SPDX-License-Identifier: BSD-2-Clause
# Copyright (c) 2026 The pixelfleet authors
"""However varnishd ends, the renderers that are at work for it end, even
those that cannot notice; and what they had of it was nothing."""

import concurrent.futures
import os
import re
import signal
import unittest

from cluster import wait_for
from fleet import Fleet, cluster_vcl

PICTURES = 24                   # for each node to own one
SLOW = "?width=4000&format=avif"
# Where the descriptors of one at work lead to, and how many to each: the
# memfds are of the source and the result.
OPEN = {"/dev/null": 2, "pipe": 1, "socket": 1, "memfd": 2}
ENDS = [            # of the manager, or of its child: by what
    ("child", signal.SIGKILL), ("child", signal.SIGSEGV),
    ("manager", signal.SIGKILL), ("manager", signal.SIGTERM)]


def exists(pid):
    try:
        with open(f"/proc/{pid}/stat") as f:
            return f.read().rpartition(")")[2].split()[0] not in "XZ"
    except OSError:
        return False


def opened(pid):
    """How many descriptors lead to what, without numbers."""
    found = {}
    for fd in os.listdir(f"/proc/{pid}/fd"):
        target = os.readlink(f"/proc/{pid}/fd/{fd}")
        name = re.sub(r"^/?(memfd|pipe|socket):.*", r"\1", target)
        found[name] = found.get(name, 0) + 1
    return found


class LeftBehind(unittest.TestCase):
    def setUp(self):
        vcl = cluster_vcl().replace(
            "vips.images()", "vips.images(timeout = 600s, renderers = 1)")
        self.cluster = c = Fleet(nodes=len(ENDS), vcl=vcl,
                                 files=["dandelion.jpg"])
        c.__enter__()
        self.addCleanup(c.__exit__, None, None, None)

    def one_for_each(self):
        """The URL of a picture that each node owns, by its number."""
        c = self.cluster
        with open(os.path.join(c.pictures, "dandelion.jpg"), "rb") as f:
            data = f.read()
        urls = {}
        for i in range(PICTURES):
            c.picture(f"{i}.jpg", data)
            owner = c.get(1, f"/{i}.jpg?width=8").headers["X-Image-Owner"]
            urls[int(owner[1:])] = f"/{i}.jpg"
            if len(urls) == c.n:
                return urls
        return self.fail(f"{PICTURES} pictures, and only {urls} own one")

    def stop_at_work(self, index):
        """The renderers of a node, once one has its work: they do nothing
        more by themselves."""
        c = self.cluster
        pids = c.renderers(index)
        wait_for("a render", lambda: any("memfd" in opened(p) for p in pids))
        for pid in pids:
            os.kill(pid, signal.SIGSTOP)
        self.assertEqual(c.counter(index, "VIPS.busy"), 1)
        return pids

    def test_no_renderer_outlives_its_varnishd(self):
        c = self.cluster
        urls = self.one_for_each()
        with concurrent.futures.ThreadPoolExecutor(c.n) as pool:
            for i in urls:
                pool.submit(c.get, i, urls[i] + SLOW)
            pids = {i: self.stop_at_work(i) for i in urls}
            try:
                for i, (whose, number) in enumerate(ENDS, 1):
                    self.end(i, whose, number, pids[i])
            finally:
                for pid in sum(pids.values(), []):
                    if exists(pid):
                        os.kill(pid, signal.SIGKILL)

    def end(self, index, whose, number, pids):
        node = self.cluster.node(index)
        self.assertEqual(len(pids), 1)
        for name, n in opened(pids[0]).items():
            self.assertLessEqual(n, OPEN.get(name, 0), name)
        os.kill(node["child_pid" if whose == "child" else "pid"], number)
        wait_for(f"the end of the renderer after {number.name} to the "
                 f"{whose}", lambda: not any(exists(p) for p in pids))
        if whose == "manager":
            wait_for("the end of varnishd", lambda: not exists(
                node["pid"]) and not exists(node["child_pid"]))


if __name__ == "__main__":
    unittest.main()
