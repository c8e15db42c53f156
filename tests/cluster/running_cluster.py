# SPDX-License-Identifier: BSD-2-Clause
# Copyright (c) 2026 The pixelfleet authors
"""Three nodes at work on photographs."""

import concurrent.futures
import os
import signal
import unittest

from cluster import Cluster, wait_for


class RunningCluster(unittest.TestCase):
    @classmethod
    def setUpClass(cls):
        cls.cluster = Cluster(files=["sunset.jpg", "dandelion.jpg",
                                     "peaks.jpg", "dogs.jpg"])
        cls.cluster.__enter__()
        cls.addClassCleanup(cls.cluster.__exit__, None, None, None)

    def tearDown(self):
        self.assertEqual(self.cluster.panics(), {})

    def test_one_fetch_and_one_render_whoever_is_asked(self):
        c = self.cluster
        before = c.total("VIPS.renders")
        answers = [c.get(i, "/sunset.jpg?width=400") for i in (1, 2, 3)]
        for answer in answers:
            self.assertEqual(answer.status, 200)
            self.assertEqual(answer.digest, answers[0].digest)
            self.assertEqual(answer.headers["X-Image-Owner"],
                             answers[0].headers["X-Image-Owner"])
        self.assertEqual([a.headers["X-Image-Front"] for a in answers],
                         ["n1", "n2", "n3"])
        self.assertEqual([a.headers["X-Image-Cache"] for a in answers],
                         ["miss", "hit", "hit"])
        self.assertEqual(c.total("VIPS.renders") - before, 1)
        self.assertEqual(c.origin_fetches("/sunset.jpg"), 1)

    def test_fifty_at_once_are_one_render(self):
        c = self.cluster
        before = c.total("VIPS.renders")
        answers = c.get_many("/peaks.jpg?width=1600&format=webp", 50)
        self.assertEqual({a.status for a in answers}, {200})
        self.assertEqual(len({a.digest for a in answers}), 1)
        self.assertEqual({a.headers["X-Image-Front"] for a in answers},
                         {"n1", "n2", "n3"})
        self.assertEqual(c.total("VIPS.renders") - before, 1)
        self.assertEqual(c.origin_fetches("/peaks.jpg"), 1)

    def test_conditional_requests_agree_between_nodes(self):
        c = self.cluster
        etag = c.get(1, "/dogs.jpg?width=100").headers["ETag"]
        for i in (1, 2, 3):
            answer = c.get(i, "/dogs.jpg?width=100",
                           {"If-None-Match": etag})
            self.assertEqual(answer.status, 304)
            self.assertEqual(answer.headers["ETag"], etag)
            self.assertEqual(
                c.get(i, "/dogs.jpg?width=101",
                      {"If-None-Match": etag}).status, 200)

    def test_a_renderer_that_dies_costs_one_answer(self):
        c = self.cluster
        # n3 owns it: a still busy renderer is found there
        slow = "/dandelion.jpg?width=4000&format=avif"
        owner = int(c.get(1, "/dandelion.jpg?width=50")
                    .headers["X-Image-Owner"][1:])
        crashes = c.counter(owner, "VIPS.crashes")
        with concurrent.futures.ThreadPoolExecutor(1) as pool:
            answer = pool.submit(c.get, 1, slow)
            wait_for("a render", lambda: c.counter(owner, "VIPS.busy") == 1)
            for pid in c.renderers(owner):
                os.kill(pid, signal.SIGSEGV)
            # what is in the cache is not concerned
            hit = c.get(2, "/dandelion.jpg?width=50")
            self.assertEqual(hit.status, 200)
            self.assertEqual(hit.headers["X-Image-Cache"], "hit")
            failed = answer.result()
        self.assertEqual(failed.status, 422)
        self.assertIn(b"render", failed.body)
        self.assertEqual(c.counter(owner, "VIPS.crashes"), crashes + 1)
        # the next render finds a renderer, and this one is not cursed
        self.assertEqual(c.get(1, "/dandelion.jpg?width=60").status, 200)
        self.assertEqual(c.panics(), {})

    def test_what_is_no_image_is_415_and_soon_forgotten(self):
        c = self.cluster
        with open(os.path.join(c.pictures, "dogs.jpg"), "rb") as f:
            dogs = f.read()
        c.picture("note.jpg", b"This is a text, whatever its name says.\n")
        answer = c.get(1, "/note.jpg?width=100")
        self.assertEqual(answer.status, 415)
        self.assertEqual(answer.headers["Content-Type"],
                         "text/plain; charset=utf-8")
        self.assertIn(b"not an image", answer.body)
        self.assertEqual(answer.headers["Cache-Control"], "no-store")
        # The text was good for an hour, says the origin; once it is purged
        # the refusal must not stand for longer than its few seconds.
        c.picture("note.jpg", dogs)
        for i in (1, 2, 3):
            c.admin(i, "ban", "obj.http.Image-Source == /note.jpg && "
                    "obj.status == 200")
        wait_for("the picture", lambda: c.get(
            2, "/note.jpg?width=100").status == 200, 20)

    def test_originals_pass_as_they_are(self):
        c = self.cluster
        with open(os.path.join(c.pictures, "dogs.jpg"), "rb") as f:
            dogs = f.read()
        for i in (1, 2, 3):
            answer = c.get(i, "/dogs.jpg")
            self.assertEqual(answer.status, 200)
            self.assertEqual(answer.body, dogs)

    def test_errors_of_the_origin_pass_with_their_status(self):
        for i in (1, 2, 3):
            self.assertEqual(
                self.cluster.get(i, "/absent.jpg?width=10").status, 404)


if __name__ == "__main__":
    unittest.main()
