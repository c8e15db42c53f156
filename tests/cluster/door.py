# SPDX-License-Identifier: BSD-2-Clause
# Copyright (c) 2026 The pixelfleet authors
"""The cluster door, asked by somebody who signs requests on his own: here
Fleet-Auth is written a second time, from what src/vmod_fleet/auth.h says."""

import concurrent.futures
import hashlib
import hmac
import http.client
import re
import secrets
import time
import unittest

from cluster import SECRET, Answer, wait_for
from fleet import Fleet

PROBE, STATE = "/fleet/probe", "/fleet/state"
WRONG = "the signature is wrong"
MALFORMED = "the signature is malformed"
SKEW = "signed too long ago or in the future"


def mac(secret, *row):
    text = b"".join(len(s).to_bytes(8, "big") + s
                    for s in (r.encode() for r in row))
    return hmac.new(secret.encode(), text, hashlib.sha256).hexdigest()


class DoorTest(unittest.TestCase):
    """Somebody who speaks for the node n2, unless he says otherwise."""
    secret = SECRET

    @classmethod
    def setUpClass(cls):
        cls.cluster = c = Fleet(secret=cls.secret)
        c.__enter__()
        cls.addClassCleanup(c.__exit__, None, None, None)
        cls.urls = c.pngs(12)
        cls.config = c.config_hash(1)

    def tearDown(self):
        self.assertEqual(self.cluster.panics(), {})

    def ask(self, index, url, headers=(), method="GET", door=1):
        """Headers are pairs, and go as they are, twice if given twice."""
        connection = http.client.HTTPConnection(
            "127.0.0.1", self.cluster.base + 10 * index + door, timeout=60)
        try:
            connection.putrequest(method, url)
            for name, value in headers:
                connection.putheader(name, value)
            connection.endheaders()
            response = connection.getresponse()
            return Answer(response, response.read())
        finally:
            connection.close()

    def claim(self, node="n2", config=None):
        return [("Fleet-Node", node), ("Fleet-Config", config or self.config)]

    def signed(self, to, url, method="GET", node="n2", config=None,
               secret=SECRET, seconds=None, nonce=None):
        """The headers of a request to the node `to`."""
        seconds = str(int(time.time()) if seconds is None else seconds)
        nonce = nonce or secrets.token_hex(16)
        token = mac(secret, "pixelfleet request v1", method, url, node,
                    f"n{to}", config or self.config, seconds, nonce)
        return self.claim(node, config) + [
            ("Fleet-Auth", f"v1 {seconds} {nonce} {token}")]

    def probing(self, node="n2", config=None, secret=SECRET):
        token = mac(secret, "pixelfleet probe v1", node,
                    config or self.config)
        return self.claim(node, config) + [("Fleet-Auth", "p1 " + token)]

    def own_log(self, index, request_id):
        """What a node logged of one request."""
        return self.cluster.log(
            index, "-g", "request", "-q",
            f"ReqHeader:X-Request-Id eq '{request_id}'", "-i", "Error")

    def assert_refused(self, index, url, headers, why, method="GET"):
        request_id = secrets.token_hex(16)
        answer = self.ask(index, url, headers +
                          [("X-Request-Id", request_id)], method)
        self.assertEqual(answer.status, 403, headers)
        self.assertIn(why, answer.headers["Fleet-Refused"])
        if method != "HEAD":
            self.assertIn(why.encode(), answer.body)
        said = wait_for("a line in the log",
                        lambda: self.own_log(index, request_id))
        self.assertRegex(said, r"Error +cluster: refused .*" + re.escape(why))


class Signatures(DoorTest):
    def test_who_signs_is_served_as_by_the_public_door(self):
        c = self.cluster
        url = self.urls[0] + "?width=20"
        for to in (1, 2, 3):
            answer = self.ask(to, url, self.signed(to, url))
            self.assertEqual(answer.status, 200)
            self.assertEqual(answer.headers["Fleet-Node"], f"n{to}")
            self.assertEqual(answer.headers["Fleet-Config"], self.config)
            self.assertRegex(answer.headers["Fleet-Load"],
                             r"^v1;n=[0-9]+;f=16$")
            self.assertEqual(answer.digest, c.get(to, url).digest)

    def test_who_does_not_is_refused_and_causes_no_work(self):
        c = self.cluster
        url, other = self.urls[1] + "?width=21", self.urls[1] + "?width=22"
        now = int(time.time())
        once = self.signed(1, url)
        token = dict(once)["Fleet-Auth"]

        def auth(text):
            return self.claim() + [("Fleet-Auth", text)]

        cases = [
            (self.claim(), "not signed"),
            (auth(""), "not signed"),
            (self.signed(1, url, secret=SECRET + "x"), WRONG),
            (self.signed(1, url, secret=SECRET[:-1]), WRONG),
            (self.signed(1, other), WRONG),
            (self.signed(1, url, method="HEAD"), WRONG),
            (self.signed(2, url), WRONG),
            (self.claim("n3") + once[2:], WRONG),
            (self.claim(config="0" * 64) + once[2:], WRONG),
            (auth(token[:-1] + "0123456789abcdef"[token[-1] == "0"]), WRONG),
            (auth("garbage"), MALFORMED),
            (auth("v1"), MALFORMED),
            (auth("v1 1 2 3"), MALFORMED),
            (auth(token + "0"), MALFORMED),
            (auth(token[:-1]), MALFORMED),
            (auth(token.upper()), MALFORMED),
            (auth(token.replace("v1 ", "v2 ")), MALFORMED),
            (auth(token.replace("v1 ", "v1 0")), MALFORMED),
            (auth(token.replace("v1 ", "v1 -")), MALFORMED),
            (auth("p1 " + "0" * 64), WRONG),
            (self.probing(), WRONG),
            (self.signed(1, url, seconds=now - 31), SKEW),
            (self.signed(1, url, seconds=now + 3600), SKEW),
            (self.signed(1, url, seconds=999999999999), SKEW),
            (once + once[2:], "not signed"),
            (once + once[:1], "no node's name"),
            (once + once[1:2], "no configuration hash"),
            (once[1:], "no node's name"),
            (once[:1] + once[2:], "no configuration hash"),
            (self.signed(1, url, node="n 2"), "no node's name"),
            (self.signed(1, url, config=self.config.upper()),
             "no configuration hash"),
        ]
        renders = c.total("VIPS.renders")
        refused = c.counter(1, "FLEET.refused_stranger")
        for headers, why in cases:
            self.assert_refused(1, url, headers, why)
        self.assert_refused(1, url, self.signed(1, url), WRONG, "HEAD")
        # Time passes while we ask: this one stays ahead.
        self.assert_refused(1, url, self.signed(
            1, url, seconds=int(time.time()) + 33), SKEW)
        self.assertEqual(c.counter(1, "FLEET.refused_stranger"),
                         refused + len(cases) + 2)
        self.assertEqual(c.total("VIPS.renders"), renders)
        # None of them has spoiled the one that is right.
        self.assertEqual(self.ask(1, url, once).status, 200)
        self.assertEqual(c.total("VIPS.renders"), renders + 1)

    def test_a_signature_is_good_once(self):
        url = self.urls[2] + "?width=20"
        headers = self.signed(1, url)
        self.assertEqual(self.ask(1, url, headers).status, 200)
        self.assert_refused(1, url, headers, "used before")
        # nor is it of use at another node
        self.assert_refused(3, url, headers, WRONG)
        # its nonce is, with another second
        headers = self.signed(1, url, nonce="0" * 32)
        self.assertEqual(self.ask(1, url, headers).status, 200)
        headers = self.signed(1, url, nonce="0" * 32,
                              seconds=int(time.time()) + 20)
        self.assertEqual(self.ask(1, url, headers).status, 200)
        self.assert_refused(1, url, headers, "used before")

    def test_one_signature_used_by_many_at_once_serves_one(self):
        url = self.urls[3] + "?width=20"
        headers = self.signed(1, url)
        with concurrent.futures.ThreadPoolExecutor(20) as pool:
            statuses = list(pool.map(
                lambda _: self.ask(1, url, headers).status, range(20)))
        self.assertEqual(sorted(statuses), [200] + [403] * 19)

    def test_a_probe_opens_the_probe_url_alone(self):
        probe = self.probing()
        for _ in range(2):
            answer = self.ask(1, PROBE, probe)
            self.assertEqual(answer.status, 200)
            self.assertEqual(answer.headers["Fleet-Node"], "n1")
            self.assertEqual(answer.headers["Fleet-Config"], self.config)
        for url in (STATE, self.urls[0] + "?width=20", PROBE + "?",
                    PROBE + "/", "/"):
            self.assert_refused(1, url, probe, WRONG)
        self.assert_refused(1, PROBE, probe, WRONG, "HEAD")
        self.assert_refused(1, PROBE, self.probing(secret="x" * 16), WRONG)
        self.assert_refused(1, PROBE, self.claim("n3") + probe[2:], WRONG)
        self.assert_refused(1, PROBE, self.claim(config="0" * 64) +
                            probe[2:], WRONG)
        self.assert_refused(1, PROBE, self.claim(), "not signed")
        self.assertEqual(
            self.ask(1, PROBE, self.signed(1, PROBE)).status, 200)

    def test_the_state_tells_the_load(self):
        answer = self.ask(1, STATE, self.signed(1, STATE))
        self.assertEqual(answer.status, 200)
        self.assertEqual(answer.headers["Fleet-Node"], "n1")
        self.assertEqual(answer.headers["Fleet-Config"], self.config)
        # who asks is no load
        self.assertEqual(answer.headers["Fleet-Load"], "v1;n=0;f=16")

    def test_a_node_with_another_configuration_is_told_so(self):
        other = "0123456789abcdef" * 4
        url = self.urls[4] + "?width=20"
        renders = self.cluster.total("VIPS.renders")
        for u, headers in (
                (url, self.signed(1, url, config=other)),
                (PROBE, self.probing(config=other))):
            answer = self.ask(1, u, headers)
            self.assertEqual(answer.status, 412)
            self.assertIn("another configuration",
                          answer.headers["Fleet-Refused"])
            self.assertEqual(answer.headers["Fleet-Config"], self.config)
        # Purges are for all, so where they stand is told to all.
        answer = self.ask(1, STATE, self.signed(1, STATE, config=other))
        self.assertEqual(answer.status, 200)
        self.assertEqual(answer.headers["Fleet-Config"], self.config)
        self.assertEqual(self.cluster.total("VIPS.renders"), renders)

    def test_no_balancer_needs_to_sign(self):
        for i in (1, 2, 3):
            self.assertEqual(self.ask(i, "/health", door=0).status, 200)
            self.assertEqual(self.ask(i, "/health", [
                ("Fleet-Config", "0" * 64), ("Fleet-Node", "stranger"),
                ("Fleet-Auth", "garbage")], door=0).status, 200)
            # and what it may ask for there is not to be had here
            self.assertEqual(self.ask(i, "/health").status, 403)
            for url in (PROBE, STATE, "/x/.." + STATE):
                self.assertEqual(self.ask(i, url, door=0).status, 404)


class Forwarding(DoorTest):
    def setUp(self):
        self.width = 20

    def deltas(self, name, before):
        return [b - a for a, b in
                zip(before, self.cluster.values(name))]

    def owned(self):
        """A URL for each node that owns one, as told by another."""
        urls = {}
        for url in self.urls:
            answer = self.cluster.get(1, url + "?width=19")
            urls.setdefault(answer.headers["X-Image-Owner"], url)
        self.assertEqual(sorted(urls), ["n1", "n2", "n3"])
        return urls

    def check(self, to, url, headers, copies_from):
        """At the node `to`, as signed; nothing but a copy leaves it."""
        c = self.cluster
        self.width += 1     # what is in no cache
        url += f"?width={self.width}"
        forwarded = c.values("FLEET.forwarded")
        answer = self.ask(to, url, self.signed(to, url) + headers)
        self.assertEqual(answer.status, 200, headers)
        hops = [0, 0, 0]
        if copies_from:
            hops[to - 1] = 1
        self.assertEqual(self.deltas("FLEET.forwarded", forwarded), hops,
                         (to, url, headers))
        self.assertEqual(answer.digest, c.get(to, url).digest)

    def test_what_came_in_by_the_cluster_door_goes_nowhere_else(self):
        urls = self.owned()
        for to in (1, 2, 3):
            here = f"n{to}"
            others = [n for n in urls if n != here]
            for owner, url in urls.items():
                self.check(to, url, [], False)
            url = urls[others[0]]
            for headers in (
                    [("Fleet-To", others[0])],
                    [("Fleet-To", others[1]), ("Fleet-To", others[0])],
                    [("Fleet-To", here), ("Fleet-Kind", "source")],
                    [("fleet-to", others[0]), ("Fleet-Failed", "yes"),
                     ("Fleet-Cache", "pass"), ("Fleet-Debug", "true")],
                    [("Fleet-Home", here)],
                    [("Fleet-Home", here), ("Fleet-To", others[0])],
                    [("Fleet-Home", "n9")],
                    [("Fleet-Home", "")],
                    [("Fleet-Home", "n9"), ("Fleet-To", others[1])]):
                self.check(to, url, headers, False)
            # A copy is asked for, once, of the node that is said to be the
            # owner, whether it is or not; that node sends it nowhere.
            for headers in (
                    [("Fleet-Home", others[0])],
                    [("Fleet-Home", others[1])],
                    [("Fleet-Home", others[0]), ("Fleet-To", others[1])],
                    [("Fleet-Home", others[0]), ("Fleet-Home", others[1]),
                     ("Fleet-Home", here)]):
                self.check(to, url, headers, True)
                self.check(to, urls[here], headers, True)

    def test_no_header_of_a_client_chooses_the_node(self):
        c = self.cluster
        for owner, url in self.owned().items():
            index = int(owner[1:])
            other = f"n{1 + index % 3}"
            forwarded = c.values("FLEET.forwarded")
            for headers in ([("Fleet-To", other)], [("Fleet-Home", other)],
                            [("Fleet-To", other), ("Fleet-Home", other),
                             ("Fleet-Kind", "source")]):
                self.width += 1
                u = f"{url}?width={self.width}"
                answer = self.ask(index, u, headers, door=0)
                self.assertEqual(answer.status, 200)
                self.assertEqual(
                    [h for h in answer.headers
                     if h.lower().startswith(("fleet-", "image-"))], [])
            self.assertEqual(self.deltas("FLEET.forwarded", forwarded),
                             [0, 0, 0])


class Knocking(DoorTest):
    RAW = re.compile(r"^ +0 Error +- cluster: refused .*"
                     r"\(([0-9]+) more since the last such line\)$", re.M)

    def lines(self):
        """The operator's lines: of how many more each tells."""
        return [int(n) for n in self.RAW.findall(
            self.cluster.log(1, "-g", "raw", "-i", "Error"))]

    def test_strangers_are_counted_but_do_not_fill_the_log(self):
        c = self.cluster
        begin = time.monotonic()
        with concurrent.futures.ThreadPoolExecutor(10) as pool:
            statuses = list(pool.map(
                lambda i: self.ask(1, f"/{i}.jpg?width=9").status,
                range(300)))
        seconds = time.monotonic() - begin
        self.assertEqual(set(statuses), {403})
        self.assertEqual(c.counter(1, "FLEET.refused_stranger"), 300)
        lines = self.lines()
        self.assertGreaterEqual(len(lines), 1)
        self.assertLessEqual(len(lines), 2 + int(seconds))
        # The next line makes up for those that there were not.
        knocks = 300

        def told():
            nonlocal knocks
            self.assertEqual(self.ask(1, "/x.jpg?width=9").status, 403)
            knocks += 1
            time.sleep(0.1)
            return len(self.lines()) > len(lines) and self.lines()
        told = wait_for("one more line", told)
        self.assertEqual(sum(1 + more for more in told), knocks)
        self.assertEqual(c.total("VIPS.renders"), 0)


class NoSecret(DoorTest):
    secret = None

    def test_the_loopback_interface_is_trusted(self):
        url = self.urls[0] + "?width=20"
        answer = self.ask(1, url, self.claim())
        self.assertEqual(answer.status, 200)
        self.assertEqual(answer.headers["Fleet-Node"], "n1")
        self.assertEqual(self.ask(1, PROBE, self.claim()).status, 200)
        self.assertEqual(self.ask(1, STATE, self.claim()).status, 200)

    def test_it_has_to_say_who_it_is_all_the_same(self):
        url = self.urls[0] + "?width=20"
        self.assert_refused(1, url, [], "no node's name")
        self.assert_refused(1, url, self.claim()[:1],
                            "no configuration hash")
        self.assert_refused(1, url, self.claim("n 2"), "no node's name")
        self.assertEqual(
            self.ask(1, url, self.claim(config="0" * 64)).status, 412)


if __name__ == "__main__":
    unittest.main()
