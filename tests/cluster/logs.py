# SPDX-License-Identifier: BSD-2-Clause
# Copyright (c) 2026 The pixelfleet authors
"""The two logs in their shipped formats, joined by the request id."""

import os
import re
import shlex
import subprocess
import unittest

from cluster import Cluster, TOP, wait_for

ID = "0123456789abcdef0123456789abcdef"


def query_of(unit):
    """The -q argument of a shipped unit: what it says is what is tested."""
    with open(os.path.join(TOP, "doc", "log", unit)) as f:
        command = re.search(r"ExecStart=((?:.*\\\n)*.*)", f.read()).group(1)
    words = shlex.split(command.replace("\\\n", " "))
    return words[words.index("-q") + 1]


class Logging(unittest.TestCase):
    @classmethod
    def setUpClass(cls):
        cls.cluster = Cluster(files=["sunset.jpg", "dogs.jpg"])
        cls.cluster.__enter__()
        cls.addClassCleanup(cls.cluster.__exit__, None, None, None)

    def log(self, node, name, *args):
        """The lines that a node has for a log so far, as lists of fields."""
        text = subprocess.run(
            ["varnishncsa", "-n", os.path.join(self.cluster.dir, f"n{node}"),
             "-d", "-f", os.path.join(TOP, "doc/log", name + ".format"),
             "-q", query_of(f"pixelfleet-{name}-log.service"), *args],
            stdout=subprocess.PIPE, text=True, check=True).stdout
        return [shlex.split(line) for line in text.splitlines()]

    def access(self, node, request):
        return [f for f in self.log(node, "access") if f[-1] == request]

    def application(self, node, request):
        return [f for f in self.log(node, "application", "-b")
                if f[2] == request]

    def test_front_and_owner_are_joined_by_the_request_id(self):
        c = self.cluster
        # n2 owns it
        answer = c.get(1, "/sunset.jpg?width=123", {
            "X-Request-Id": ID, "X-Forwarded-For": "192.0.2.7",
            "Host": "pictures.example", "Referer": "http://example/",
            "User-Agent": "a test"})
        self.assertEqual(answer.headers["X-Image-Owner"], "n2")
        line = wait_for("the access log", lambda: self.access(1, ID))
        self.assertEqual(len(line), 1)
        (host, _, _, _, _, request, status, size, referer, agent, forwarded,
         to, micro, source_bytes, source_size, origin_ms, origin_status,
         node, request_id) = line[0]
        self.assertEqual(host, "127.0.0.1")
        self.assertIn("/sunset.jpg?width=123", request)
        self.assertEqual(status, "200")
        self.assertEqual(int(size), len(answer.body))
        self.assertEqual(referer, "http://example/")
        self.assertEqual(agent, "a test")
        self.assertIn("192.0.2.7", forwarded)
        self.assertEqual(to, "pictures.example")
        self.assertGreater(int(micro), 0)
        self.assertEqual(int(source_bytes), os.path.getsize(
            os.path.join(c.pictures, "sunset.jpg")))
        self.assertEqual(source_size, "4272x2848")
        self.assertGreater(float(origin_ms), 0)
        self.assertEqual(origin_status, "200")
        self.assertEqual(node, "n2")
        self.assertEqual(request_id, ID)

        work = wait_for("the application log",
                        lambda: self.application(2, ID))
        self.assertEqual(len(work), 1)
        self.assertEqual(work[0][1], "info")
        self.assertEqual(work[0][3], "200")
        text = " ".join(work[0])
        for step in ("fetch=", "queue=", "load=", "process=", "save="):
            self.assertIn(step, text)
        # Nothing of what the nodes asked each other is a client's request,
        # and the front did no work.
        self.assertEqual(self.access(2, ID), [])
        self.assertEqual(self.application(1, ID), [])

    def test_a_hit_did_not_ask_the_origin(self):
        c = self.cluster
        first, second, other = "a" * 32, "b" * 32, "e" * 32
        for request in (first, second):
            c.get(1, "/dogs.jpg?width=77", {"X-Request-Id": request})
        # nor did another variant: the original is there
        c.get(1, "/dogs.jpg?width=78", {"X-Request-Id": other})
        line = wait_for("the access log", lambda: self.access(1, other))[0]
        self.assertEqual(line[-4:-2], ["-", "-"])
        line = wait_for("the access log", lambda: self.access(1, second))[0]
        self.assertEqual(line[-4:-2], ["-", "-"])
        self.assertEqual(line[-1], second)
        owner = line[-2]
        self.assertEqual(self.application(int(owner[1:]), second), [])

    def test_what_went_wrong_has_a_level(self):
        c = self.cluster
        c.picture("text.jpg", b"no image at all, only words\n")
        request = "c" * 32
        answer = c.get(1, "/text.jpg?width=9", {"X-Request-Id": request})
        self.assertEqual(answer.status, 415)
        owner = int(answer.headers["X-Image-Owner"][1:])
        work = wait_for("the application log",
                        lambda: self.application(owner, request))
        self.assertEqual([w[1] for w in work], ["warn"])
        self.assertIn("415", work[0])
        refused = "d" * 32
        self.assertEqual(c.get(1, "/dogs.jpg?width=0", {
            "X-Request-Id": refused}).status, 400)
        line = wait_for("the access log", lambda: self.access(1, refused))[0]
        self.assertEqual(line[6], "400")


if __name__ == "__main__":
    unittest.main()
