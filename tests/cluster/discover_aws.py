#!/usr/bin/env python3
# SPDX-License-Identifier: BSD-2-Clause
# Copyright (c) 2026 The pixelfleet authors
"""The nodes of an Auto Scaling group, as its services tell of them, and as
they fail to."""

import unittest

from aws import REGION, Aws, Instance, auto_error, ec2_error
from cluster import wait_for
from fleet import Fleet, cluster_vcl
from members import Reader, free_port

GROUPS = "DescribeAutoScalingGroups"
ADDRESSES = "DescribeInstances"


def some(n):
    return [Instance(f"i-{i}", f"10.0.0.{i}") for i in range(1, n + 1)]


class Group(unittest.TestCase):
    def setUp(self):
        self.aws = Aws(free_port())
        self.enterContext(self.aws)
        self.aws.instances = some(3)

    def reader(self, uri=None, **env):
        return self.enterContext(Reader(uri or self.aws.uri(), env))

    def fails(self, reader, why):
        self.assertIsNone(reader.read())
        self.assertIn(why, reader.why)

    def nothing_unsigned(self):
        self.assertEqual(self.aws.unsigned, [])


class Nodes(Group):
    def test_named_group(self):
        self.aws.instances[1].weight = 4
        self.aws.instances[2].state = "Terminating:Wait"
        self.aws.instances.append(Instance("i-4", "10.0.0.4", "Pending"))
        r = self.reader(self.aws.uri(more="&port=8000&interval=10"))
        self.assertEqual(r.read(), {
            "i-1": ("10.0.0.1", "8000", 1, False),
            "i-2": ("10.0.0.2", "8000", 4, False),
            "i-3": ("10.0.0.3", "8000", 1, True)})
        self.assertEqual(r.period, 10)
        self.nothing_unsigned()

    def test_own_group(self):
        r = self.reader(self.aws.uri(""))
        self.assertEqual(len(r.read()), 3)
        r.read()
        self.assertEqual(self.aws.asked["DescribeAutoScalingInstances"], 1)
        self.nothing_unsigned()

    def test_in_no_group(self):
        self.aws.instance = "i-9"
        self.fails(self.reader(self.aws.uri("")), "in no Auto Scaling group")

    def test_pages(self):
        self.aws.instances = some(23)
        self.aws.page = 5
        r = self.reader()
        self.assertEqual(len(r.read()), 23)
        self.assertEqual(self.aws.asked[GROUPS], 5)
        self.assertEqual(self.aws.asked[ADDRESSES], 5)
        self.nothing_unsigned()

    def test_pages_without_end(self):
        self.aws.instances = some(120)
        self.aws.page = 1
        self.fails(self.reader(), "more than 50 pages")

    def test_a_page_fails(self):
        self.aws.instances = some(23)
        self.aws.page = 5
        r = self.reader()
        self.assertEqual(len(r.read()), 23)
        text = auto_error("Throttling")
        self.aws.faults = [(GROUPS, 0, "")] * 3 + [(GROUPS, 400, text)]
        self.fails(r, "Throttling: about Throttling")
        self.assertEqual(self.aws.faults, [])
        self.assertEqual(len(r.read()), 23)

    def test_no_such_group(self):
        self.fails(self.reader(self.aws.uri("other")), "no such group")

    def test_nobody_there(self):
        self.aws.instances = []
        self.fails(self.reader(), "there are no nodes")


class Credentials(Group):
    def test_role_is_asked_once(self):
        r = self.reader()
        for _ in range(3):
            self.assertEqual(len(r.read()), 3)
        self.assertEqual(self.aws.asked["credentials"], 1)
        self.assertEqual(self.aws.asked["token"], 1)
        self.nothing_unsigned()

    def test_before_they_end(self):
        self.aws.lifetime = 200
        r = self.reader()
        self.assertEqual(len(r.read()), 3)
        asked = self.aws.asked["credentials"]
        self.assertEqual(len(r.read()), 3)
        self.assertGreater(self.aws.asked["credentials"], asked)

    def test_expired(self):
        r = self.reader()
        self.assertEqual(len(r.read()), 3)
        self.aws.revoke()
        self.assertEqual(len(r.read()), 3)
        self.assertEqual(self.aws.asked["credentials"], 2)
        self.nothing_unsigned()

    def test_always_expired(self):
        self.aws.lifetime = -1
        self.fails(self.reader(), "ExpiredToken")
        self.assertLess(self.aws.asked["credentials"], 5)

    def test_token_lost(self):
        r = self.reader()
        self.assertEqual(len(r.read()), 3)
        self.aws.tokens.clear()
        self.aws.revoke()
        self.assertEqual(len(r.read()), 3)
        self.assertEqual(self.aws.asked["token"], 2)

    def test_environment(self):
        self.aws.keys["AKENV"] = "secret", "", float("inf")
        r = self.reader(AWS_ACCESS_KEY_ID="AKENV", AWS_REGION=REGION,
                        AWS_SECRET_ACCESS_KEY="secret")
        self.assertEqual(len(r.read()), 3)
        self.assertNotIn("token", self.aws.asked)
        self.nothing_unsigned()

    def test_wrong_secret(self):
        self.aws.keys["AKENV"] = "secret", "", float("inf")
        r = self.reader(AWS_ACCESS_KEY_ID="AKENV", AWS_REGION=REGION,
                        AWS_SECRET_ACCESS_KEY="Secret")
        self.fails(r, "SignatureDoesNotMatch")
        self.assertNotIn("Secret", r.why.replace("SignatureDoes", ""))

    def test_container(self):
        r = self.reader(
            AWS_CONTAINER_CREDENTIALS_FULL_URI=self.aws.url + "/container",
            AWS_CONTAINER_AUTHORIZATION_TOKEN="the container",
            AWS_DEFAULT_REGION=REGION)
        self.assertEqual(len(r.read()), 3)
        self.assertEqual(self.aws.asked["container"], 1)
        self.assertNotIn("token", self.aws.asked)
        self.nothing_unsigned()

    def test_container_elsewhere(self):
        r = self.reader(
            AWS_CONTAINER_CREDENTIALS_FULL_URI="http://192.0.2.1/",
            AWS_REGION=REGION)
        self.fails(r, "credentials are not asked for at")


class Faults(Group):
    def one(self, action, status, text, why):
        r = self.reader()
        self.assertEqual(len(r.read()), 3)
        self.aws.faults = [(action, status, text)]
        self.fails(r, why)
        self.assertEqual(len(r.read()), 3)

    def test_throttled(self):
        self.one(GROUPS, 400, auto_error("Throttling"), "Throttling")

    def test_throttled_by_ec2(self):
        self.one(ADDRESSES, 503, ec2_error("RequestLimitExceeded"),
                 "ec2: RequestLimitExceeded")

    def test_unavailable(self):
        self.one(GROUPS, 503, "", "status 503")

    def test_denied(self):
        self.one(ADDRESSES, 403, ec2_error("UnauthorizedOperation"),
                 "UnauthorizedOperation")

    def test_another_answers(self):
        self.one(GROUPS, 200, "<html><p>Log in</p></html>",
                 "another service answers")

    def test_half_an_answer(self):
        self.one(GROUPS, 200, "<DescribeAutoScalingGroupsResponse><Desc",
                 "not as documented")

    def test_too_long(self):
        self.one(GROUPS, 200, "<a>" + " " * (5 << 20), "too long")

    def test_slow(self):
        r = self.reader()
        self.aws.delay = 7
        self.fails(r, "timed out")
        self.aws.delay = 0
        self.assertEqual(len(r.read()), 3)

    def test_nobody_answers(self):
        r = self.reader(self.aws.uri().replace(
            f"endpoint={self.aws.url}", "endpoint=http://127.0.0.1:1"))
        self.fails(r, "http://127.0.0.1:1/")


class Node(Group):
    def test_is_found_by_its_address(self):
        c = Fleet(nodes=1)
        self.aws.instances = [Instance("i-1", "127.0.0.1")]
        uri = self.aws.uri(more=f"&port={c.base + 11}&interval=1")
        c.vcl = cluster_vcl().replace(
            'include "cluster-nodes.vcl";',
            f'sub vcl_init {{ cluster.discover("{uri}"); }}')
        self.enterContext(c)

        def sees(*states):
            c.get(1, "/health")     # nodes change where clients ask
            return [(n, s["state"]) for n, s in
                    c.clusters(1)["nodes"].items()] == list(states)
        self.assertTrue(sees(("i-1", "self")))
        self.aws.instances.append(Instance("i-2", "127.0.0.2"))
        wait_for("another node", lambda: sees(
            ("i-1", "self"), ("i-2", "sick")))
        self.aws.faults = [(GROUPS, 400, auto_error("Throttling"))]
        wait_for("a failure",
                 lambda: c.counter(1, "FLEET.discover_failed") > 0)
        self.assertTrue(sees(("i-1", "self"), ("i-2", "sick")))
        del self.aws.instances[1]

        wait_for("it to leave", lambda: sees(
            ("i-1", "self"), ("i-2", "leaving")))
        self.assertEqual(c.panics(), {})
        self.nothing_unsigned()


if __name__ == "__main__":
    unittest.main()
