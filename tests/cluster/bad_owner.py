# SPDX-License-Identifier: BSD-2-Clause
# Copyright (c) 2026 The pixelfleet authors
"""An owner that answers its probes, and requests in every wrong way.

It is a few lines of Python on a socket, so that it can do what no HTTP server
would.  Whatever it does, a client gets the right image from the front, or a
transfer that is visibly cut where bytes had been sent already."""

import http.client
import os
import socket
import struct
import threading
import time
import unittest

from cluster import Cluster, free_base, wait_for

TIMEOUT = 2     # the front's patience, in seconds
GOOD = b"the owner's own image"

VCL = """\
vcl 4.1;
import fleet;
import vips;
include "cluster-origin.vcl";
sub vcl_init {{
	new cluster = fleet.director(timeout = {timeout}s);
	# nearly everything is n2's
	cluster.add_node("n1", "127.0.0.1", "{n1}", weight = 0.01);
	cluster.add_node("n2", "127.0.0.1", "{n2}", weight = 100);
	new images = vips.images();
}}
include "pixelfleet/pixelfleet.vcl";
"""


class BadOwner(threading.Thread):
    """n2.  What it does with a request stands in the request's path."""

    def __init__(self):
        super().__init__(daemon=True)
        self.listener = socket.socket()
        self.listener.bind(("127.0.0.1", 0))
        self.listener.listen(64)
        self.port = self.listener.getsockname()[1]
        self.asked = []

    def run(self):
        while True:
            try:
                connection, _ = self.listener.accept()
            except OSError:
                return
            threading.Thread(target=self.serve, args=(connection,),
                             daemon=True).start()

    def serve(self, connection):
        with connection:
            head = b""
            while b"\r\n\r\n" not in head:
                data = connection.recv(65536)
                if not data:
                    return
                head += data
            path = head.split(b" ")[1].decode()
            config = next(l.split(b": ")[1] for l in head.split(b"\r\n")
                          if l.lower().startswith(b"fleet-config:"))
            if path.startswith("/fleet/"):
                connection.sendall(self.head(config, 0))
                return
            self.asked.append(path)
            getattr(self, path[1:].split(".")[0])(connection, config)

    @staticmethod
    def head(config, length, more=b""):
        return (b"HTTP/1.1 200 OK\r\nContent-Type: image/png\r\n"
                b"Fleet-Node: n2\r\nFleet-Config: " + config +
                b"\r\nConnection: close\r\nContent-Length: %d\r\n" % length +
                more + b"\r\n")

    @staticmethod
    def reset(connection):
        connection.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER,
                              struct.pack("ii", 1, 0))
        connection.close()

    def good(self, connection, config):
        connection.sendall(self.head(config, len(GOOD)) + GOOD)

    def closed(self, connection, config):
        pass

    def reset_at_once(self, connection, config):
        self.reset(connection)

    def rubbish(self, connection, config):
        connection.sendall(os.urandom(4096))

    def not_http(self, connection, config):
        connection.sendall(b"220 mail.example ESMTP\r\n")

    def half_a_head(self, connection, config):
        connection.sendall(self.head(config, 100)[:60])

    def huge_head(self, connection, config):
        connection.sendall(self.head(config, 4, b"X: " + b"y" * 300000 +
                                     b"\r\n") + b"body")

    def silent(self, connection, config):
        time.sleep(3 * TIMEOUT)

    def cut(self, connection, config):
        connection.sendall(self.head(config, 100000) + b"x" * 50000)

    def cut_by_reset(self, connection, config):
        connection.sendall(self.head(config, 100000) + b"x" * 50000)
        time.sleep(0.2)
        self.reset(connection)


class BadOwnerTest(unittest.TestCase):
    @classmethod
    def setUpClass(cls):
        cls.owner = BadOwner()
        cls.owner.start()
        cls.addClassCleanup(cls.owner.listener.close)
        # the base is known before the cluster is, for the VCL
        base = free_base(1)
        cls.cluster = Cluster(nodes=1, files=["dogs.jpg"], base=base,
                              vcl=VCL.format(timeout=TIMEOUT, n1=base + 11,
                                             n2=cls.owner.port))
        cls.cluster.__enter__()
        cls.addClassCleanup(cls.cluster.__exit__, None, None, None)
        with open(os.path.join(cls.cluster.pictures, "dogs.jpg"), "rb") as f:
            dogs = f.read()
        for name in dir(BadOwner):
            cls.cluster.picture(name + ".jpg", dogs)
        wait_for("n2", lambda: cls.cluster.healthy(1) == 2)

    def tearDown(self):
        self.assertEqual(self.cluster.panics(), {})

    def expect_own_work(self, name, seconds):
        began = time.monotonic()
        answer = self.cluster.get(1, f"/{name}.jpg?width=50")
        self.assertIn(f"/{name}.jpg?width=50", self.owner.asked)
        self.assertEqual(answer.status, 200, answer.body)
        self.assertEqual(answer.body[:3], b"\xff\xd8\xff")
        self.assertLess(time.monotonic() - began, seconds)

    def test_a_good_answer_is_taken(self):
        self.assertEqual(self.cluster.get(1, "/good.jpg?width=50").body, GOOD)

    def test_no_answer_and_no_http_are_made_good(self):
        before = self.cluster.counter(1, "FLEET.retried")
        names = ["closed", "reset_at_once", "rubbish", "not_http",
                 "half_a_head", "huge_head"]
        for name in names:
            with self.subTest(owner=name):
                self.expect_own_work(name, 30)
        self.assertEqual(self.cluster.counter(1, "FLEET.retried") - before,
                         len(names))

    def test_silence_is_waited_for_no_longer_than_said(self):
        self.expect_own_work("silent", TIMEOUT + 30)

    def test_what_is_cut_is_seen_to_be_cut_or_made_good(self):
        for name in ("cut", "cut_by_reset"):
            # Which of the two depends on who is faster; a few of each.
            for width in range(50, 60):
                with self.subTest(owner=name, width=width):
                    try:
                        answer = self.cluster.get(
                            1, f"/{name}.jpg?width={width}")
                    except (http.client.IncompleteRead, ConnectionError):
                        continue
                    self.assertEqual(answer.status, 200, answer.body)
                    self.assertEqual(answer.body[:3], b"\xff\xd8\xff")


if __name__ == "__main__":
    unittest.main()
