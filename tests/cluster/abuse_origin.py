# SPDX-License-Identifier: BSD-2-Clause
# Copyright (c) 2026 The pixelfleet authors
"""An origin that one cannot rely on.

    /good/NAME          a picture, as one wishes
    /bombs/ANY/NAME     a file of abuse_bombs.py; ANY makes it a new URL
    /bad/KIND/ANY/NAME  a picture, badly served: see Handler's methods
"""

import gzip
import multiprocessing
import socket
import socketserver
import struct
import time

from odd import EITHER, REFUSED, zeros

RIGHT = "right"		# the picture, or a refusal for want of renderers

# What is to come of each kind.
KINDS = {
    "stops": REFUSED, "stops_early": REFUSED, "resets": REFUSED,
    "resets_at_once": REFUSED, "says_nothing": REFUSED, "hangs": REFUSED,
    "hangs_at_once": REFUSED, "trickles": RIGHT, "crumbles": RIGHT,
    "says_longer": REFUSED, "says_shorter": REFUSED, "says_huge": REFUSED,
    "is_endless": REFUSED, "stops_chunked": REFUSED, "bad_chunks": REFUSED,
    "without_length": RIGHT, "zipped": RIGHT, "zip_bomb": REFUSED,
    "zip_stops": REFUSED, "zip_is_none": REFUSED, "other_type": RIGHT,
    "is_html": REFUSED, "is_empty": REFUSED, "redirects": REFUSED,
    "redirects_round": REFUSED, "fails": REFUSED, "is_missing": REFUSED,
    "no_content": REFUSED, "partial": REFUSED, "not_modified": REFUSED,
    "odd_status": REFUSED, "not_http": REFUSED, "large_head": REFUSED,
    "many_headers": EITHER, "early_hints": EITHER, "sets_cookies": RIGHT,
    "varies": RIGHT, "is_private": RIGHT, "speaks_for_us": RIGHT,
}


def head(status="200 OK", **headers):
    lines = [f"{name.replace('_', '-')}: {value}"
             for name, value in headers.items()]
    return "\r\n".join([f"HTTP/1.1 {status}", "Connection: close", *lines,
                        "", ""]).encode()


def a_chunk(data):
    return b"%x\r\n%s\r\n" % (len(data), data)


class Handler(socketserver.BaseRequestHandler):
    def handle(self):
        self.request.settimeout(20)
        try:
            url = self.read_request()
            if url:
                self.answer(url)
        except OSError:		# they have had enough of us
            pass

    def read_request(self):
        data = b""
        while b"\r\n\r\n" not in data:
            more = self.request.recv(65536)
            if not more:
                return None
            data += more
        self.conditional = b"If-None-Match:" in data
        return data.split(b" ", 2)[1].decode()

    def answer(self, url):
        parts = url.split("?")[0].split("/")
        data = self.server.files.get(parts[-1])
        if data is None:
            self.send(head("404 Not Found", Content_Length=0))
        elif parts[1] == "bad":
            getattr(self, parts[2])(data)
        elif self.conditional:
            self.send(head("304 Not Modified", ETag='"1"',
                           Cache_Control="max-age=3600"))
        else:
            self.good(data)

    def send(self, *parts):
        self.request.sendall(b"".join(parts))

    def good(self, data, **headers):
        self.send(head(Content_Length=len(data), ETag='"1"',
                       Cache_Control="max-age=3600", **headers), data)

    def hang(self):
        """Until the other side has had enough."""
        while self.request.recv(65536):
            pass

    # KINDS

    def stops(self, data):
        self.send(head(Content_Length=len(data)), data[:len(data) // 2])

    def stops_early(self, data):
        self.send(head(Content_Length=len(data))[:30])

    def resets(self, data):
        self.send(head(Content_Length=len(data)), data[:len(data) // 2])
        self.resets_at_once(data)

    def resets_at_once(self, _data):
        self.request.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER,
                                struct.pack("ii", 1, 0))

    def says_nothing(self, _data):
        pass

    def hangs(self, data):
        self.send(head(Content_Length=len(data)), data[:-1])
        self.hang()

    def hangs_at_once(self, _data):
        self.hang()

    def trickles(self, data):
        self.send(head(Content_Length=len(data)))
        for i in range(0, len(data), len(data) // 8 + 1):
            self.send(data[i:i + len(data) // 8 + 1])
            time.sleep(0.2)

    def crumbles(self, data):
        self.send(head(Transfer_Encoding="chunked"),
                  *[a_chunk(data[i:i + 1]) for i in range(len(data))],
                  a_chunk(b""))

    def says_longer(self, data):
        self.send(head(Content_Length=len(data) + 100), data)

    def says_shorter(self, data):
        self.send(head(Content_Length=len(data) * 2 // 3), data)

    def says_huge(self, data):
        self.send(head(Content_Length=10 ** 13), data)
        self.hang()

    def is_endless(self, data):
        self.send(head(Transfer_Encoding="chunked"), a_chunk(data))
        while True:
            self.send(a_chunk(bytes(65536)))

    def stops_chunked(self, data):
        self.send(head(Transfer_Encoding="chunked"),
                  a_chunk(data[:len(data) // 2]))

    def bad_chunks(self, data):
        self.send(head(Transfer_Encoding="chunked"), b"-5\r\n", data)

    def without_length(self, data):
        self.send(head(Cache_Control="max-age=60"), data)

    def zipped(self, data):
        self.good(gzip.compress(data), Content_Encoding="gzip")

    def zip_bomb(self, _data):
        # What a zlib stream holds, with gzip's head and a wrong tail.
        self.good(b"\x1f\x8b\x08\0\0\0\0\0\0\3" + zeros(1 << 30)[2:-4] +
                  bytes(8), Content_Encoding="gzip")

    def zip_stops(self, data):
        self.good(gzip.compress(data)[:-20], Content_Encoding="gzip")

    def zip_is_none(self, data):
        self.good(data, Content_Encoding="gzip")

    def other_type(self, data):
        self.good(data, Content_Type="text/html; charset=ebcdic")

    def is_html(self, _data):
        self.good(b"<!DOCTYPE html><title>An image</title>" * 9,
                  Content_Type="image/png")

    def is_empty(self, _data):
        self.good(b"", Content_Type="image/png")

    def redirects(self, _data):
        self.send(head("302 Found", Location="http://127.0.0.1:1/x.png",
                       Content_Length=0))

    def redirects_round(self, _data):
        self.send(head("301 Moved Permanently", Location="?",
                       Content_Length=0))

    def fails(self, _data):
        text = b"This origin has failed, as it was asked to."
        self.send(head("500 Internal Server Error",
                       Content_Length=len(text)), text)

    def is_missing(self, _data):
        text = b"There is no such picture at this origin."
        self.send(head("404 Not Found", Content_Length=len(text)), text)

    def no_content(self, _data):
        self.send(head("204 No Content"))

    def partial(self, data):
        self.send(head("206 Partial Content", Content_Length=9,
                       Content_Range=f"bytes 0-8/{len(data)}"), data[:9])

    def not_modified(self, _data):
        self.send(head("304 Not Modified"))

    def odd_status(self, data):
        self.send(head("999 Whatever", Content_Length=len(data)), data)

    def not_http(self, data):
        self.send(data)

    def large_head(self, data):
        self.good(data, X_Large="x" * 200000)

    def many_headers(self, data):
        self.good(data, **{f"X_{i}": i for i in range(200)})

    def early_hints(self, data):
        self.send(head("103 Early Hints", Link="</x.css>"))
        self.good(data)

    def sets_cookies(self, data):
        self.good(data, Set_Cookie="you=mine")

    def varies(self, data):
        self.good(data, Vary="Cookie, User-Agent, X-Anything")

    def is_private(self, data):
        self.send(head(Content_Length=len(data),
                       Cache_Control="private, no-store"), data)

    def speaks_for_us(self, data):
        self.good(data, Fleet_To="n9", Fleet_Config="0" * 64,
                  Image_Type="text/html", Image_ETag='"x"', Image_Status=418,
                  Fleet_Failed="yes")


class Server(socketserver.ThreadingTCPServer):
    allow_reuse_address = True
    daemon_threads = True
    block_on_close = False
    request_queue_size = 256


class Origin:
    """A process of its own; a context manager."""

    def __init__(self, port, files):
        self.server = Server(("127.0.0.1", port), Handler)
        self.server.files = files
        self.process = multiprocessing.Process(
            target=self.server.serve_forever, daemon=True)

    def __enter__(self):
        self.process.start()
        self.server.socket.close()
        return self

    def __exit__(self, *_exception):
        self.process.kill()
        self.process.join()
