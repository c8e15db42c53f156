# SPDX-License-Identifier: BSD-2-Clause
# Copyright (c) 2026 The pixelfleet authors
"""Who purges in a purge test: changes pictures at the origin, has them purged
by one of the nodes, and notes when that has been acknowledged: by 200, or by
202 and then GET /purge/<id> at any node until it says so."""

import collections
import concurrent.futures
import http.client
import json
import random
import threading
import time

from cluster import SECRET
from purge_board import DOWN, GROUPS, IN_GROUP

THREADS = 32
TIMEOUT = 15            # s
# Weights of what is purged; a soft purge leaves what is stale for SOFT s, and
# clocks that differ may add to that.
KINDS = {"source": 50, "overlay": 6, "variant": 10, "prefix": 6, "glob": 4,
         "regex": 4, "tags": 8, "twice": 4, "soft": 7, "everything": 1}
SOFT, SOFT_MARGIN = 60, 5


def ask(place, method, url, headers=()):
    """At an admin door: a host and a port."""
    connection = http.client.HTTPConnection(*place, timeout=TIMEOUT)
    try:
        connection.request(method, url, headers={
            "Authorization": "Bearer " + SECRET, **dict(headers)})
        response = connection.getresponse()
        return response.status, response.read()
    finally:
        connection.close()


class Purge:
    def __init__(self, kind, method, url, headers=(), versions=None,
                 variant=None):
        self.kind, self.method, self.url = kind, method, url
        self.headers = dict(headers)
        self.versions = versions or {}  # of pictures that were changed
        self.variant = variant          # a URL of the board, or None
        self.id = None
        self.node = None
        self.sent = None
        self.again = 0

    def __str__(self):
        return (f"{self.kind} {self.method} {self.url} {self.headers} "
                f"{self.id} by n{self.node}")


class Purger:
    def __init__(self, doors, board, rate, seed):
        self.doors = doors              # of the nodes' admin doors, by index
        self.board = board
        self.rate = rate
        self.dice = random.Random(seed)
        self.lock = threading.Lock()
        self.counts = collections.Counter()     # kind and what came of it
        self.faults = []
        self.times = {"at once": [], "later": []}
        self.pending = []
        self.softs = []                 # when, versions
        self.done = threading.Event()
        self.ended = threading.Event()
        self.pool = concurrent.futures.ThreadPoolExecutor(THREADS)
        self.threads = [threading.Thread(target=t) for t in (
            self.go_on, self.follow)]

    # What is purged: it is changed at the origin just before that.

    def numbers(self, *tags):
        return [p.number for p in self.board.pictures if
                set(p.tags) & set(tags)]

    def change(self, *tags):
        return self.board.change(self.numbers(*tags))

    def make(self, kind):
        return getattr(self, "make_" + kind)(kind)

    def make_source(self, kind):
        p = self.dice.choice(self.board.plain)
        return [Purge(kind, self.dice.choice(("DELETE", "PURGE")), p.path,
                      versions=self.board.change([p.number]))]

    def make_overlay(self, kind):
        p = self.dice.choice(self.board.overlays)
        return [Purge(kind, "DELETE", p.path,
                      versions=self.board.change([p.number]))]

    def make_variant(self, kind):
        """In another spelling than the clients'."""
        url = self.dice.choice([u for u in self.board.urls if "?" in u.text
                                and u.overlay is None])
        path, _, operations = url.text.partition("?")
        spelt = operations.replace("width", "w").replace("format", "f")
        return [Purge(kind, "PURGE", path + "?" + "&".join(
            reversed(spelt.split("&"))), variant=url)]

    def make_prefix(self, kind):
        g = self.dice.randrange(GROUPS)
        return [Purge(kind, "DELETE", f"/p/{g}/*",
                      versions=self.change(f"g{g}"))]

    def make_glob(self, kind):
        k = self.dice.randrange(IN_GROUP)
        return [Purge(kind, "DELETE", f"/p/*/{k}.png",
                      versions=self.change(f"k{k}"))]

    def make_regex(self, kind):
        k = self.dice.randrange(IN_GROUP)
        return [Purge(kind, "DELETE", "/", {
            "Fleet-Purge-Regex": rf"^/p/[0-9]/{k}\.png$"},
            self.change(f"k{k}"))]

    def make_tags(self, kind):
        k = self.dice.randrange(IN_GROUP)
        o = self.dice.randrange(len(self.board.overlays))
        return [Purge(kind, "PURGE", "/", {"Fleet-Purge-Tag": f"k{k}, o{o}"},
                      self.change(f"k{k}", f"o{o}"))]

    def make_twice(self, kind):
        """One thing by two nodes at once."""
        one = self.make_source(kind)[0]
        return [one, Purge(kind, one.method, one.url, versions=one.versions)]

    def make_soft(self, kind):
        p = self.dice.choice(self.board.soft)
        versions = self.board.change([p.number])
        if self.dice.random() < 0.5:
            return [Purge(kind, "PURGE", p.path,
                          {"Fleet-Purge-Mode": "soft"}, versions)]
        return [Purge(kind, "DELETE", "/", {
            "Fleet-Purge-Mode": "soft", "Fleet-Purge-Tag": p.tags[0]},
            versions)]

    def make_everything(self, kind):
        return [Purge(kind, "DELETE", "/", versions=self.board.change(
            [p.number for p in self.board.pictures]))]

    # Having it purged

    def ask(self, node, *request):
        return ask(self.doors[node], *request)

    def send(self, purge):
        """Whether it is acknowledged at once."""
        status, body = self.ask(purge.node, purge.method, purge.url,
                                purge.headers)
        if status not in (200, 202):
            raise ValueError(f"{status} {body[:100]!r}")
        return self.read(purge, status, body)

    def read(self, purge, status, body):
        """Whether it is acknowledged; all of the answer must say the same."""
        answer = json.loads(body)
        everywhere = all(n["applied"] for n in answer["nodes"])
        if answer["applied"] != everywhere or \
                (status == 200) != everywhere or \
                len(answer["nodes"]) != len(self.doors) or \
                purge.id not in (None, answer["id"]):
            raise ValueError(f"{status}, but {body!r}")
        purge.id = answer["id"]
        return everywhere

    def purge(self, purge):
        purge.sent = time.time()
        try:
            if self.send(purge):
                self.acknowledge(purge, "at once")
            else:
                with self.lock:
                    self.pending.append(purge)
        except (OSError, http.client.HTTPException):
            # Nobody can know whether it was taken.
            self.count(purge, "no answer")
        except (ValueError, KeyError, TypeError) as e:
            self.fault(purge, e)

    def count(self, purge, what):
        with self.lock:
            self.counts[purge.kind, what] += 1

    def fault(self, purge, why):
        if str(why).startswith("503"):
            self.count(purge, "refused")
            return
        self.count(purge, "wrong answer")
        self.faults.append(f"{purge}: {why}")

    def acknowledge(self, purge, how):
        now = time.time()
        if purge.kind == "soft":
            self.board.raise_floor(self.board.soft_floor, purge.versions)
            self.softs.append((now + SOFT + SOFT_MARGIN, purge.versions))
        else:
            self.board.raise_floor(self.board.floor, purge.versions)
        if purge.variant is not None:
            self.board.raise_began(purge.variant.index, purge.sent)
        self.count(purge, how)
        with self.lock:
            self.times[how].append(now - purge.sent)

    # Threads

    def go_on(self):
        kinds, weights = zip(*KINDS.items())
        due = time.monotonic()
        while not self.done.is_set():
            for purge in self.make(self.dice.choices(kinds, weights)[0]):
                purge.node = self.dice.choice(list(self.doors))
                self.count(purge, "sent")
                self.pool.submit(self.purge, purge)
            due = max(due + 1 / self.rate, time.monotonic() - 1)
            self.done.wait(max(0, due - time.monotonic()))

    def follow(self):
        """Ask any node how those stand that are pending, in turn."""
        while not self.ended.wait(0.02):
            self.end_soft()
            with self.lock:
                pending = list(self.pending)
            for purge in pending:
                if self.ended.is_set():
                    return
                if purge.again <= time.monotonic():
                    self.look_after(purge, len(pending))

    def look_after(self, purge, pending):
        if self.stands(purge):
            with self.lock:
                self.pending.remove(purge)
            self.acknowledge(purge, "later")
        else:
            # So that many are no load.
            purge.again = time.monotonic() + 0.2 + 0.02 * pending

    def stands(self, purge):
        node = self.dice.choice([i for i in self.doors
                                 if self.board.state[i] != DOWN])
        try:
            status, body = self.ask(node, "GET", "/purge/" + purge.id)
            return status in (200, 202) and self.read(purge, status, body)
        except (OSError, http.client.HTTPException):
            return False
        except (ValueError, KeyError, TypeError) as e:
            self.fault(purge, e)
            return False

    def end_soft(self):
        while self.softs and self.softs[0][0] <= time.time():
            self.board.raise_floor(self.board.floor, self.softs.pop(0)[1])

    def __enter__(self):
        for t in self.threads:
            t.start()
        return self

    def __exit__(self, *_exception):
        self.stop()
        self.ended.set()
        for t in self.threads:
            t.join()

    def stop(self):
        """No more purges; those that are pending are still looked after."""
        self.done.set()
        self.pool.shutdown()

    def total(self, what):
        return sum(n for (_, w), n in self.counts.items() if w == what)
