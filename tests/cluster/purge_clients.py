# SPDX-License-Identifier: BSD-2-Clause
# Copyright (c) 2026 The pixelfleet authors
"""Clients of a purge test: they ask all nodes, also those that are down, for
what was purged just now more than for anything else, and read the versions
in the answers.  See purge_board.py for what must not be."""

import collections
import http.client
import multiprocessing
import os
import random
import subprocess
import threading
import time

from cluster import SECRET
from purge_board import DOWN
from purge_pictures import Decoder

PROCESSES = 2
SAMPLES = 20            # of each kind of answer that is told of
LOGGED = 2              # of them, for each client
TIMEOUT = 20            # s
# Of a node that is down, and how few ask it: or all would wait for it.
DOWN_TIMEOUT = 3
DOWN_SHARE = 0.15
# How many ask whether what they got last is good still.
CONDITIONAL_SHARE = 0.3


class Stale(Exception):
    """An answer of before a purge that had been acknowledged."""


class Refused(Exception):
    """No picture, but an answer that says why."""


class Wrong(Exception):
    """Neither."""


class Judge:
    """Of one request: made before it, asked after it."""

    def __init__(self, board, url):
        self.board = board
        self.url = url
        self.floor = board.floor[url.picture]
        self.soft_floor = board.soft_floor[url.picture]
        self.began = board.began[url.index]
        if url.overlay is not None:
            self.overlay_floor = board.floor[url.overlay]

    def look(self, decoder, status, headers, body):
        """Returns whether it was stale and might be, after a soft purge."""
        if status in (502, 503, 504):
            raise Refused(f"{status} {body[:90].decode(errors='replace')}"
                          .strip())
        if status != 200:
            raise Wrong(f"{status} {body[:90]!r}")
        try:
            seen, overlay = decoder.read(body)
        except ValueError as e:
            raise Wrong(str(e)) from None
        self.check(seen, self.url.picture, self.floor)
        if self.url.overlay is not None:
            self.check(overlay or (None, 0), self.url.overlay,
                       self.overlay_floor)
        began = float(headers.get("X-Began", "inf"))
        if began < self.began:
            raise Stale(f"begun {self.began - began:.3f} s before the purge "
                        "of this variant")
        return seen[1] < self.soft_floor

    def check(self, seen, number, floor):
        if seen[0] != number:
            raise Wrong(f"picture {seen[0]} instead of {number}")
        if seen[1] < floor:
            raise Stale(f"version {seen[1]} of picture {number}, of which "
                        f"{floor} had been acknowledged")
        if seen[1] > self.board.latest[number]:
            raise Wrong(f"version {seen[1]} of picture {number}, which has "
                        f"not been made")


class Tally:
    """What came of requests; tallies can be added up."""
    KINDS = ("right", "stale after a soft purge", "refused", "failed, down",
             "failed", "wrong", "stale")

    def __init__(self):
        self.counts = collections.Counter()
        self.whys = collections.Counter()
        self.samples = collections.defaultdict(list)
        self.right_at = collections.Counter()
        self.not_modified = 0

    def add(self, other):
        self.counts += other.counts
        self.whys += other.whys
        self.right_at += other.right_at
        self.not_modified += other.not_modified
        for kind, samples in other.samples.items():
            self.samples[kind] += samples

    def note(self, kind, front, why="", sample=""):
        self.counts[kind] += 1
        if kind == "right":
            self.right_at[front] += 1
        elif why:
            self.whys[kind, why] += 1
        if sample and len(self.samples[kind]) < SAMPLES:
            self.samples[kind].append(sample)


class Client:
    """Whoever asks: a thread has one of its own."""

    def __init__(self, places, board, seed, logs=None):
        self.places = places            # of the nodes' http doors, by index
        self.board = board
        self.dice = random.Random(seed)
        self.logs = logs
        self.tally = Tally()
        self.decoder = Decoder()
        self.known = {}                 # by URL: an ETag, and its body

    def ask(self, front, url):
        judge = Judge(self.board, url)
        down, broken = self.board.state[front], self.board.state[0]
        begin = time.time()
        headers = {}
        try:
            status, headers, body = self.get(
                front, url.text, DOWN_TIMEOUT if down == DOWN else TIMEOUT)
            status, body = self.know(url.text, status, headers, body)
            soft = judge.look(self.decoder, status, headers, body)
            kind, why = ("stale after a soft purge" if soft else "right"), ""
        except Stale as e:
            kind, why = "stale", str(e)
        except Refused as e:
            kind, why = "refused", str(e)
        except Wrong as e:
            kind, why = "wrong", str(e)
        except (OSError, http.client.HTTPException) as e:
            down = down or self.board.state[front]
            # An answer that another node has begun can break off, or stall.
            if not isinstance(e, ConnectionError):
                down = down or broken or self.board.state[0]
            kind, why = "failed, down" if down else "failed", repr(e)
        sample = ""
        if kind in ("stale", "wrong", "failed", "refused"):
            sample = self.describe(front, url, why, begin, headers)
            self.keep_log(kind, front, url, sample)
        self.tally.note(kind, front,
                        "" if kind in ("stale", "wrong") else why, sample)

    def get(self, front, url, timeout):
        connection = http.client.HTTPConnection(*self.places[front],
                                                timeout=timeout)
        try:
            sent = {"X-Image-Debug": SECRET}
            if url in self.known and self.dice.random() < CONDITIONAL_SHARE:
                sent["If-None-Match"] = self.known[url][0]
            connection.request("GET", url, headers=sent)
            response = connection.getresponse()
            return response.status, response.headers, response.read()
        finally:
            connection.close()

    def know(self, url, status, headers, body):
        """What is not modified, is what it was."""
        if status == 304 and headers["ETag"] == self.known[url][0]:
            self.tally.not_modified += 1
            return 200, self.known[url][1]
        if status == 200 and headers["ETag"]:
            self.known[url] = headers["ETag"], body
        return status, body

    def describe(self, front, url, why, begin, headers):
        of_it = ", ".join(
            f"{name} {headers[name]}" for name in (
                "X-Image-Owner", "X-Image-Cache", "Age",
                "X-Request-Id") if name in headers)
        return (f"{begin:.3f} +{time.time() - begin:.3f} n{front} {url.text}: "
                f"{why} ({of_it})")

    def keep_log(self, kind, front, url, sample):
        """What all nodes have to say of the picture."""
        if not self.logs or kind == "failed" or \
                len(self.tally.samples[kind]) >= LOGGED:
            return
        path = url.text.partition("?")[0]
        name = f"{kind}-{time.time():.3f}-n{front}"
        with open(os.path.join(self.logs[0], name), "w") as f:
            f.write(sample + "\n")
            for i in self.places:
                f.write(f"\n======== n{i}\n")
                f.flush()
                subprocess.run(
                    ["varnishlog", "-d", "-g", "request", "-n",
                     os.path.join(self.logs[1], f"n{i}"), "-q",
                     f'ReqURL ~ "{path}" or BereqURL ~ "{path}"'],
                    stdout=f, stderr=f, check=False)


class Clients:
    """Many, in some processes, while the context lasts."""

    def __init__(self, places, board, count, pause, seed, logs=None):
        self.places, self.board = places, board
        self.pause, self.seed, self.logs = pause, seed, logs
        self.done = multiprocessing.Value("i", 0, lock=False)
        self.tally = Tally()
        self.pipes, self.processes = [], []
        for p in range(PROCESSES):
            here, there = multiprocessing.Pipe(False)
            self.pipes.append(here)
            self.processes.append(multiprocessing.Process(
                target=self.run, args=(there, range(p, count, PROCESSES))))

    def __enter__(self):
        for process in self.processes:
            process.start()
        return self

    def __exit__(self, *_exception):
        self.done.value = 1
        for pipe, process in zip(self.pipes, self.processes):
            self.tally.add(pipe.recv())
            process.join()

    def run(self, pipe, slots):
        clients = [Client(self.places, self.board, f"{self.seed} {slot}",
                          self.logs) for slot in slots]
        threads = [threading.Thread(target=self.go_on, args=(c,))
                   for c in clients]
        for t in threads:
            t.start()
        for t in threads:
            t.join()
        total = Tally()
        for c in clients:
            total.add(c.tally)
        pipe.send(total)
        pipe.close()

    def go_on(self, client):
        fronts = list(self.places)
        while not self.done.value:
            front = client.dice.choice(fronts)
            if self.board.state[front] != DOWN or \
                    client.dice.random() < DOWN_SHARE:
                client.ask(front, self.board.pick(client.dice))
            time.sleep(self.pause)
