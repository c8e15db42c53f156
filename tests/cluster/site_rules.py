# SPDX-License-Identifier: BSD-2-Clause
# Copyright (c) 2026 The pixelfleet authors
"""A site's rules hold at every node: what it admits, what it shows in place
of what is not there, and what it does while the origin is down."""

import json
import os
import re
import sys
import unittest

from cluster import TOP, Cluster, tool, wait_for
from fleet import cluster_vcl

sys.path.insert(0, os.path.join(TOP, "doc"))
sys.dont_write_bytecode = True
from sign_url import sign   # noqa: E402  pylint: disable=wrong-import-position

KEY = "the key of this site's images"
OLD_KEY = "the key before that one"


def vcl(arguments, more=""):
    return cluster_vcl().replace(
        "vips.images();", f"vips.images({arguments});\n{more}")


class SiteTest(unittest.TestCase):
    arguments = ""
    more = ""

    @classmethod
    def setUpClass(cls):
        cls.cluster = Cluster(nodes=3, files=["dogs.jpg", "logo.png"], vcl=vcl(
            cls.arguments, cls.more))
        cls.cluster.__enter__()
        wait_for("the nodes to find each other", lambda: all(
            cls.cluster.healthy(i) == 3 for i in (1, 2, 3)))

    @classmethod
    def tearDownClass(cls):
        panics = cls.cluster.panics()
        cls.cluster.__exit__(None, None, None)
        if panics:
            raise AssertionError(panics)

    def everywhere(self, url, status, **headers):
        """The same answer at all nodes; the last."""
        answers = [self.cluster.get(i, url, headers) for i in (1, 2, 3)]
        for answer in answers:
            self.assertEqual(answer.status, status, (url, answer.body[:200]))
            self.assertEqual(answer.digest, answers[0].digest)
            self.assertEqual(answer.headers["ETag"],
                             answers[0].headers["ETag"])
            self.assertEqual(answer.headers["Vary"],
                             answers[0].headers["Vary"])
            for name in answer.headers:
                self.assertFalse(name.lower().startswith(
                    ("fleet-", "image-")), name)
        return answers[-1]


class Admission(SiteTest):
    arguments = 'signatures=custom, originals=false, client_hints="dpr"'
    more = (f'\timages.sign_key("{KEY}");\n'
            f'\timages.sign_key("{OLD_KEY}");\n'
            '\timages.preset("card", "width=60&height=40&crop=top");')

    def test_rules_hold_at_every_node(self):
        url = "/dogs.jpg?width=70"
        self.assertEqual(
            self.everywhere(url, 401).headers["WWW-Authenticate"],
            "URL-Signature")
        self.everywhere("/dogs.jpg", 401)
        self.everywhere("/dogs.jpg?preset=card", 200)
        renders = self.cluster.total("VIPS.renders")
        self.everywhere(sign(KEY.encode(), url), 200)
        self.everywhere(sign(OLD_KEY.encode(), url), 200)
        self.everywhere(sign(b"no key of this site's", url), 403)
        self.everywhere(sign(KEY.encode(), url + "&expires=4102444800"), 200)
        self.everywhere(sign(KEY.encode(), url + "&expires=1"), 403)
        self.assertEqual(self.cluster.total("VIPS.renders"), renders + 1)

    def test_hints_and_what_a_hit_varies_on(self):
        url = sign(KEY.encode(), "/dogs.jpg?format=auto&preset=card")
        one = self.everywhere(url, 200, Accept="image/webp", DPR="1.5")
        self.assertEqual(one.headers["Vary"], "Accept, Sec-CH-DPR, DPR")
        other = self.everywhere(url, 200, Accept="image/webp")
        self.assertEqual(other.headers["Vary"], "Accept, Sec-CH-DPR, DPR")
        self.assertNotEqual(one.digest, other.digest)
        unchanged = self.everywhere(url, 304, Accept="image/webp",
                                    **{"If-None-Match": other.headers["ETag"]})
        self.assertEqual(unchanged.headers["Vary"], other.headers["Vary"])
        part = self.everywhere(url, 206, Accept="image/webp",
                               Range="bytes=0-3")
        self.assertEqual(part.headers["Vary"], other.headers["Vary"])
        self.assertEqual(part.body, other.body[:4])

    def test_explanations_name_the_owner(self):
        owners = set()
        for i in range(1, 4):
            answer = self.cluster.get(
                i, "/dogs.jpg?preset=card&explain=true")
            self.assertEqual(answer.status, 200)
            owners.add(json.loads(answer.body)["owner"])
        owners.add(self.cluster.get(
            1, "/dogs.jpg?preset=card").headers["X-Image-Owner"])
        self.assertEqual(len(owners), 1)
        answer = self.cluster.get(1, "/dogs.jpg?preset=card&explain=true",
                                  debug=False)
        self.assertEqual(answer.status, 401)
        self.assertNotIn(b"owner", answer.body)


class Fallback(SiteTest):
    arguments = 'fallback="/logo.png", fallback_ttl=1h, auto_format=true'

    def test_every_node_shows_it_with_the_status(self):
        url = "/nothing.jpg?width=50&height=50&fit=contain"
        there = self.everywhere(
            "/logo.png?width=50&height=50&fit=contain", 200,
            Accept="image/webp")
        renders = self.cluster.total("VIPS.renders")
        shown = self.everywhere(url, 404, Accept="image/webp")
        self.assertEqual(shown.headers["Content-Type"], "image/webp")
        self.assertEqual(shown.body, there.body)
        self.assertEqual(shown.headers["Vary"], "Accept")
        # once in the whole cluster
        self.assertEqual(self.cluster.total("VIPS.renders"), renders + 1)
        self.cluster.picture("notes.jpg", b"no picture, but a few words")
        shown = self.everywhere("/notes.jpg?width=50&height=50&fit=contain",
                                415, Accept="image/webp")
        self.assertEqual(shown.body, there.body)


class OriginDown(SiteTest):
    arguments = "max_ttl=1s, stale_while_revalidate=0s"

    def expired(self, index, url):
        """Whether what is in the cache of that node has reached its end."""
        answer = self.cluster.get(index, url)
        return (int(answer.headers["Age"]) >= 1 and
                answer.headers["X-Image-Cache"]) and answer

    def test_stale_pictures_at_every_node_and_none_of_them_for_fresh(self):
        c = self.cluster
        url = "/dogs.jpg?width=90&format=png"
        first = self.everywhere(url, 200)
        self.assertEqual(first.headers["Cache-Control"], "max-age=1")
        before = c.origin_fetches("/dogs.jpg")
        # Out of date, and not changed: no new render.
        wait_for("a revalidation", lambda: c.get(1, url).status == 200 and
                 c.origin_fetches("/dogs.jpg") > before)
        self.assertEqual(c.total("VIPS.renders"), 1)
        tool("origin", "stop", "-d", c.origin_dir)
        wait_for("the end of its second", lambda: self.expired(2, url))
        stale = self.everywhere(url, 200)
        self.assertEqual(stale.digest, first.digest)
        self.assertEqual(c.total("VIPS.renders"), 1)
        # A new variant, from the stale original
        new = self.everywhere("/dogs.jpg?width=91&format=png", 200)
        self.assertGreaterEqual(int(new.headers["Age"]), 1)
        self.everywhere("/dogs.jpg", 200)
        self.everywhere("/logo.png?width=20", 503)
        text = " ".join(
            c.admin(i, "ban", "obj.http.Image-Operations ~ . && "
                    "obj.ttl > 10s")[1] for i in (1, 2, 3))
        self.assertFalse(re.search("[a-z]", text), text)
        self.everywhere("/dogs.jpg?width=91&format=png", 200)
        self.assertEqual(c.total("VIPS.renders"), 2)
        # and when it is back, it is asked again.
        tool("origin", "start", "-d", c.origin_dir, "--port", str(c.base),
             *c.files)
        wait_for("the origin to be asked", lambda: c.get(
            3, "/logo.png?width=20").status == 200)


if __name__ == "__main__":
    unittest.main()
