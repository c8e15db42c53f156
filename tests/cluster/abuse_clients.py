# SPDX-License-Identifier: BSD-2-Clause
# Copyright (c) 2026 The pixelfleet authors
"""Clients who know the right answer to what they ask, ask also for what
there is no right answer to, and at times do not behave.

Each answer is judged: RIGHT; REFUSED, with a status that says so and a
sentence that says why; LEFT, where the client did not wait for it; or WRONG.
"""

import collections
import hashlib
import http.client
import itertools
import multiprocessing
import random
import re
import socket
import struct
import threading
import time

from abuse_origin import KINDS
from fleet import colour, look
from odd import EITHER, REFUSED as NO_PICTURE

RIGHT, REFUSED, LEFT, WRONG = "right", "refused", "left", "wrong"
PATIENCE = 60		# s, for an answer; a render and its queue take 10
PROCESSES = 2
PICTURE = (300, 200)	# what each good picture measures
# How many of a hundred requests are for what.
SHARES = {"known": 52, "any_width": 18, "bomb": 8, "bad_origin": 10,
          "nonsense": 4, "raw": 5, "away": 3}

# A request as bytes, and the statuses that will do; None: no answer at all.
OK = b"GET /good/p0.png?width=9 HTTP/1.1\r\nHost: a\r\n"
RAW = [
    (b"GET /good/p0.png?width=9 HTT", {None, 400, 408}),
    (OK, {None, 400, 408}),
    (OK[:-2] + b"x" * 20000 + b"\r\n\r\n", {400}),
    (OK + b"X: " + b"x" * 40000 + b"\r\n\r\n", {400, None}),
    (OK + b"X: y\r\n" * 300 + b"\r\n", {400}),
    (OK + b"X y\r\n\r\n", {400}),
    (OK + b"Host: b\r\n\r\n", {400}),
    (OK + b"A\0B: c\r\n\r\n", {400}),
    (b"GET /" + b"x" * 9000 + b" HTTP/1.1\r\nHost: a\r\n\r\n", {400, 404, 414}),
    (b"GET /good/p0.png?" + b"width=9&" * 800 + b" HTTP/1.1\r\nHost: a\r\n"
     b"\r\n", {400, 414}),
    (b"GET /good/p0.png?width=9 HTTP/1.1\r\n\r\n", {200, 400}),
    (b"GET /good/p0.png?width=9 HTTP/7.3\r\nHost: a\r\n\r\n", {400, 505}),
    (b"GET /good/p0.png?width=9\r\n\r\n", {400}),
    (b"BREW /good/p0.png?width=9 HTTP/1.1\r\nHost: a\r\n\r\n", {405}),
    (b"PURGE /good/p0.png HTTP/1.1\r\nHost: a\r\n\r\n", {405}),
    (b"CONNECT a:1 HTTP/1.1\r\nHost: a\r\n\r\n", {400, 405}),
    (b"OPTIONS * HTTP/1.1\r\nHost: a\r\n\r\n", {400, 405}),
    (b"TRACE / HTTP/1.1\r\nHost: a\r\n\r\n", {405}),
    (b"POST /good/p0.png HTTP/1.1\r\nHost: a\r\nContent-Length: 9\r\n\r\n"
     b"123456789", {405}),
    (b"POST / HTTP/1.1\r\nHost: a\r\nContent-Length: 999999999\r\n\r\n12",
     {405, 400, None}),
    (OK + b"Content-Length: 5\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n",
     {400}),
    (OK + b"Transfer-Encoding: gzip, chunked\r\n\r\n", {400}),
    (OK + b"Content-Length: -1\r\n\r\n", {400}),
    (OK + b"Range: bytes=9-5\r\n\r\n", {200, 206, 416}),
    (OK + b"Range: bytes=0-0,1-1,2-2\r\n\r\n", {200, 206, 416}),
    (OK + b"If-None-Match: " + b'"a",' * 1000 + b"\r\n\r\n", {200}),
    (OK + b"Accept: " + b"image/webp," * 600 + b"\r\n\r\n", {200, 400}),
    (OK + b"Fleet-To: n2\r\nFleet-Kind: source\r\nFleet-Home: n1\r\n"
     b"Fleet-Stale: used\r\nFleet-Fallback: 200\r\n\r\n", {200}),
    (OK + b"Expect: 100-continue\r\n\r\n", {100, 200, 417}),
    (OK + b"Upgrade: h2c\r\nConnection: Upgrade, HTTP2-Settings\r\n"
     b"HTTP2-Settings: AAMAAABkAARAAAAAAAIAAAAA\r\n\r\n", {200}),
    (b"PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n" + bytes(9), {400, 505, None}),
    (b"\x16\x03\1\2\0\1\0\1\xfc\3\3" + bytes(500), {400, None}),
    (b"GET http://user@a/good/p0.png?width=9 HTTP/1.1\r\nHost: b\r\n\r\n",
     {200, 400, 404}),
    (b"GET //good//p0.png?width=9 HTTP/1.1\r\nHost: a\r\n\r\n",
     {200, 400, 404}),
    (b"GET /../../etc/passwd HTTP/1.1\r\nHost: a\r\n\r\n", {400, 404}),
    (b"GET /good/%2e%2e%2fp0.png HTTP/1.1\r\nHost: a\r\n\r\n",
     {200, 400, 404}),
    (b"\r\n" * 2000 + OK + b"\r\n", {200, 400, None}),
    (bytes(range(256)) * 40, {400, None}),
    (b"", {None}),
]

NONSENSE = ["width=0", "width=99999", "fit=crop", "format=exe", "quality=0",
            "width=9&width=9", "blur=1e9", "text64=%%%", "preset=nobody",
            "mark=http://elsewhere/x", "page=0", "width=9&crop=1,2"]


def template(text):
    """A sentence without its numbers and particulars."""
    text = re.sub(r"\(.*\)", "(...)", text.strip())
    text = re.sub(r"\bSIG[A-Z]+", "SIG...", text)
    text = re.sub(r"'.*?'", "'...'", text)
    return re.sub(r"\d[\d.]*", "N", text)[:90]


def is_sentence(body):
    """Words of printable ASCII, and not those of an error page."""
    return body.isascii() and len(body.split()) >= 3 and \
        body.decode().replace("\n", "").isprintable() and b"<" not in body


class Tally:
    """What came of all requests; adds up."""

    def __init__(self):
        self.counts = collections.Counter()	# (what, verdict)
        self.refusals = collections.Counter()	# (status, sentence)
        self.wrong = []
        self.slowest = (0, "")

    def add(self, other):
        self.counts += other.counts
        self.refusals += other.refusals
        self.wrong += other.wrong
        self.slowest = max(self.slowest, other.slowest)

    def note(self, what, url, verdict, detail, took):
        self.counts[what, verdict] += 1
        self.slowest = max(self.slowest, (took, url))
        if verdict == REFUSED:
            self.refusals[detail] += 1
        elif verdict == WRONG:
            self.wrong.append((what, url, detail, f"{took:.1f} s"))

    def sum(self, verdict=None):
        return sum(n for (_, v), n in self.counts.items()
                   if verdict in (None, v))


def refusal(status, headers, body):
    """The verdict on an answer that is no picture."""
    if not 300 <= status < 600:
        return WRONG, f"status {status}"
    if status in (301, 302) and headers["Location"]:
        return REFUSED, (status, "(elsewhere)")
    if not is_sentence(body):
        return WRONG, f"status {status}, no sentence: {body[:99]!r}"
    if status == 503 and "Retry-After" not in headers:
        return WRONG, "503 without Retry-After"
    return REFUSED, (status, template(body.decode()))


class Client:
    """The clients of one process."""

    def __init__(self, clients, seed):
        self.clients = clients
        self.dice = random.Random(seed)
        self.number = (seed + 1) * 10 ** 9	# of a URL that is new
        self.lock = threading.Lock()
        self.tally = Tally()

    def run(self, pipe, threads):
        threads = [threading.Thread(target=self.ask) for _ in range(threads)]
        for t in threads:
            t.start()
        for t in threads:
            t.join()
        pipe.send(self.tally)
        pipe.close()

    def ask(self):
        whats = list(itertools.chain.from_iterable(
            [what] * n for what, n in SHARES.items()))
        while not self.clients.done.value:
            what = self.dice.choice(whats)
            begin = time.monotonic()
            url, verdict, detail = getattr(self, what)()
            took = time.monotonic() - begin
            with self.lock:
                self.tally.note(what, url, verdict, detail, took)
            time.sleep(self.clients.pause)

    def fresh(self):
        with self.lock:
            self.number += 1
            return self.number

    def port(self):
        return self.clients.base + 10 * self.dice.randint(1, 3)

    def get(self, url, judge):
        """Ask, and have the answer judged."""
        connection = http.client.HTTPConnection("127.0.0.1", self.port(),
                                                timeout=PATIENCE)
        try:
            connection.request("GET", url)
            response = connection.getresponse()
            return (url, *judge(response.status, response.headers,
                                response.read()))
        except (OSError, http.client.HTTPException) as e:
            return url, WRONG, repr(e)
        finally:
            connection.close()

    def get_colour(self, url, index, width, must=True):
        """That picture, or where it need not be shown, a refusal."""
        def judge(status, headers, body):
            if status != 200:
                return refusal(status, headers, body)
            try:
                seen = look(body)
            except ValueError:
                return WRONG, f"not even a PNG: {body[:60]!r}"
            if seen != (width, colour(index)):
                return WRONG, f"another picture: {seen}"
            return (RIGHT, None) if must else (WRONG, "shown")
        return self.get(url, judge)

    # SHARES

    def known(self):
        url, digest = self.dice.choice(self.clients.known)

        def judge(status, headers, body):
            if status != 200:
                return refusal(status, headers, body)
            if hashlib.sha256(body).hexdigest() != digest:
                return WRONG, f"another result, {len(body)} bytes"
            return RIGHT, None
        return self.get(url, judge)

    def any_width(self):
        index = self.dice.randrange(self.clients.pictures)
        width = self.dice.randint(1, PICTURE[0])
        return self.get_colour(f"/good/p{index}.png?width={width}", index,
                               width)

    def bomb(self):
        bomb = self.dice.choice(self.clients.bombs)
        # The same again, at times: it may be known by then.
        some = self.dice.choice([self.fresh(), 1])

        def judge(status, headers, body):
            if status == 200:
                if bomb.expected == NO_PICTURE:
                    return WRONG, "shown"
                return RIGHT, None
            # 422 and 504: its renderer has been killed, or stopped.
            if bomb.status and status not in (bomb.status, 422, 503, 504):
                return WRONG, f"status {status}: {body[:99]!r}"
            if status == 502:
                return WRONG, "the origin is not at fault"
            return refusal(status, headers, body)
        return self.get(f"/bombs/{some}/{bomb.name}?width=40&format=png",
                        judge)

    def bad_origin(self):
        kind = self.dice.choice(list(KINDS))
        index = self.dice.randrange(self.clients.pictures)
        url = f"/bad/{kind}/{self.fresh()}/p{index}.png?width=9"
        if KINDS[kind] == EITHER:
            return self.get(url, lambda s, h, b: (RIGHT, None) if s == 200
                            else refusal(s, h, b))
        return self.get_colour(url, index, 9, KINDS[kind] != NO_PICTURE)

    def nonsense(self):
        query = self.dice.choice(NONSENSE)
        return self.get("/good/p0.png?" + query, lambda s, h, b:
                        refusal(s, h, b) if s == 400
                        else (WRONG, f"status {s}"))

    def raw(self):
        """Bytes that need not be a request."""
        data, allowed = self.dice.choice(RAW)
        what = repr(data[:60])
        try:
            with socket.create_connection(("127.0.0.1", self.port()),
                                          PATIENCE) as s:
                s.sendall(data)
                s.shutdown(socket.SHUT_WR)
                answer = b"".join(iter(lambda: s.recv(65536), b""))
        except ConnectionError:	# it said no before it had read all
            answer = b""
        except OSError as e:
            return what, WRONG, repr(e)
        status = int(answer[9:12]) if answer.startswith(b"HTTP/1.") else None
        if answer and status is None or status not in allowed | {503}:
            return what, WRONG, f"answered {answer[:60]!r}"
        if status == 200 and look(answer.partition(b"\r\n\r\n")[2]) != (
                9, colour(0)):
            return what, WRONG, f"another picture: {answer[-60:]!r}"
        if status in (100, 200, 206):
            return what, RIGHT, None
        return what, REFUSED, (status or 0, "(raw bytes)")

    def away(self):
        """A client that goes when it has asked, or has seen a little."""
        index = self.dice.randrange(self.clients.pictures)
        url = f"/good/p{index}.png?width={self.dice.randint(1, PICTURE[0])}" \
            f"&blur={self.dice.randint(1, 40)}"
        try:
            with socket.create_connection(("127.0.0.1", self.port()),
                                          PATIENCE) as s:
                s.sendall(f"GET {url} HTTP/1.1\r\nHost: a\r\n\r\n".encode() *
                          self.dice.choice([1, 1, 20]))
                if self.dice.random() < .5:
                    s.settimeout(self.dice.random() / 4)
                    s.recv(1)
                s.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER,
                             struct.pack("ii", 1, 0))
        except OSError:
            pass
        return url, LEFT, None


class Clients:
    """A context manager; its tally is there in the end."""

    def __init__(self, base, known, pictures, bombs, threads, pause):
        self.base = base
        self.known = list(known.items())
        self.pictures = pictures
        self.bombs = bombs
        self.pause = pause
        self.tally = Tally()
        self.done = multiprocessing.Value("i", 0, lock=False)
        self.pipes, self.processes = [], []
        for i in range(PROCESSES):
            here, there = multiprocessing.Pipe(False)
            self.pipes.append(here)
            self.processes.append(multiprocessing.Process(
                target=Client(self, i).run,
                args=(there, threads // PROCESSES), daemon=True))

    def __enter__(self):
        for p in self.processes:
            p.start()
        return self

    def __exit__(self, *_exception):
        self.done.value = 1
        for pipe, process in zip(self.pipes, self.processes):
            self.tally.add(pipe.recv())
            process.join()
