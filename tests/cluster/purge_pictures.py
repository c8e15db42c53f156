# SPDX-License-Identifier: BSD-2-Clause
# Copyright (c) 2026 The pixelfleet authors
"""Pictures that say in their pixels which they are and of what version, and
an origin that has them.

A picture is black and white blocks, 8 by 4 of them: its number, its version
and a checksum, in the upper half of a square.  Resizing and JPEG leave that
alone.  An overlay is such blocks alone, and is laid on the lower half.
"""

import ctypes
import http.server
import random
import socketserver
import struct
import threading
import time
import zlib

COLUMNS, ROWS = 8, 4
BLOCK = 24              # px
SIDE = COLUMNS * BLOCK
VERSIONS = 1 << 16


def checked(number, version):
    word = number << 16 | version
    return word << 8 | zlib.crc32(struct.pack(">I", word)) & 0xff


def chunk(kind, data):
    return (struct.pack(">I", len(data)) + kind + data +
            struct.pack(">I", zlib.crc32(kind + data)))


def draw(number, version, overlay=False):
    """As a PNG."""
    word, rows = checked(number, version), []
    for row in range(ROWS):
        bits = word >> (ROWS - 1 - row) * COLUMNS
        rows += [b"\0" + b"".join(
            (b"\xff" if bits >> (COLUMNS - 1 - column) & 1 else b"\0") * BLOCK
            for column in range(COLUMNS))] * BLOCK
    height = ROWS * BLOCK
    if not overlay:
        rows += [b"\0" + b"\x80" * SIDE] * (SIDE - height)
        height = SIDE
    return (b"\x89PNG\r\n\x1a\n" +
            chunk(b"IHDR", struct.pack(">IIBBBBB", SIDE, height, 8, 0, 0, 0,
                                       0)) +
            chunk(b"IDAT", zlib.compress(b"".join(rows), 1)) +
            chunk(b"IEND", b""))


class Decoder:
    """What libvips can open; it is there, since the cluster needs it."""

    def __init__(self):
        self.vips = vips = ctypes.CDLL("libvips.so.42")
        vips.vips_image_new_from_buffer.restype = ctypes.c_void_p
        vips.vips_image_write_to_memory.restype = ctypes.c_void_p
        for get in (vips.vips_image_get_width, vips.vips_image_get_height,
                    vips.vips_image_get_bands):
            get.argtypes = [ctypes.c_void_p]
        vips.vips_image_write_to_memory.argtypes = [
            ctypes.c_void_p, ctypes.POINTER(ctypes.c_size_t)]
        vips.g_free.argtypes = vips.g_object_unref.argtypes = [
            ctypes.c_void_p]
        vips.vips_init(b"pixelfleet")
        vips.vips_concurrency_set(1)
        vips.vips_cache_set_max(0)

    def pixels(self, data):
        """Width, height, bands and bytes."""
        vips = self.vips
        image = vips.vips_image_new_from_buffer(
            data, ctypes.c_size_t(len(data)), b"", ctypes.c_void_p(None))
        if not image:
            raise ValueError("not an image")
        try:
            size = ctypes.c_size_t()
            memory = vips.vips_image_write_to_memory(image,
                                                     ctypes.byref(size))
            if not memory:
                raise ValueError("a broken image")
            try:
                return (vips.vips_image_get_width(image),
                        vips.vips_image_get_height(image),
                        vips.vips_image_get_bands(image),
                        ctypes.string_at(memory, size.value))
            finally:
                vips.g_free(memory)
        finally:
            vips.g_object_unref(image)

    def read(self, data):
        """Number and version of the picture, and those of an overlay, or
        None where there is none."""
        width, height, bands, pixels = self.pixels(data)
        if width != height:
            raise ValueError(f"{width}x{height} pixels")
        upper = self.word(width, bands, pixels, 0)
        if pixels[(height * 3 // 4 * width + width // 2) * bands] in range(
                0x70, 0x91):
            return upper, None
        return upper, self.word(width, bands, pixels, height // 2)

    def word(self, width, bands, pixels, top):
        """From the middle of each block."""
        word, block = 0, width / COLUMNS
        for row in range(ROWS):
            y = top + int((row + 0.5) * block)
            for column in range(COLUMNS):
                x = int((column + 0.5) * block)
                word = word << 1 | (pixels[(y * width + x) * bands] > 127)
        number, version = word >> 24, word >> 8 & 0xffff
        if checked(number, version) != word:
            raise ValueError(f"blocks {word:#010x}")
        return number, version


class Origin:
    """Serves the pictures of a board, see purge_board.py, as they are when
    the request comes in; what it says then may be old when it has been said,
    as it takes its time."""

    def __init__(self, board, host, port, slowness=0.15):
        self.board = board
        self.slowness = slowness
        self.requests = 0
        origin = self

        class Handler(http.server.BaseHTTPRequestHandler):
            protocol_version = "HTTP/1.1"
            # A header block and a body that come with a pause in between
            # must not wait for each other.
            disable_nagle_algorithm = True

            def do_GET(self):
                origin.answer(self)

            def log_message(self, *_args):
                pass

        class Server(socketserver.ThreadingMixIn, http.server.HTTPServer):
            daemon_threads = True
            request_queue_size = 128

            def handle_error(self, *_args):
                pass            # a node that was killed

        self.server = Server((host, port), Handler)
        self.thread = threading.Thread(target=self.server.serve_forever,
                                       args=(0.1,), daemon=True)

    def __enter__(self):
        self.thread.start()
        return self

    def __exit__(self, *_exception):
        self.server.shutdown()
        self.server.server_close()

    def answer(self, request):
        self.requests += 1
        picture = self.board.by_path.get(request.path)
        if picture is None:
            request.send_error(404)
            return
        version = self.board.latest[picture.number]
        time.sleep(random.random() * self.slowness)
        etag = f'"{picture.number}-{version}"'
        same = request.headers.get("If-None-Match") == etag
        request.send_response(304 if same else 200)
        request.send_header("Cache-Control", "max-age=3600")
        request.send_header("Cache-Tag", ", ".join(picture.tags))
        request.send_header("ETag", etag)
        if same:
            request.end_headers()
            return
        body = draw(picture.number, version, picture.overlay)
        request.send_header("Content-Type", "image/png")
        request.send_header("Content-Length", str(len(body)))
        request.end_headers()
        time.sleep(random.random() * self.slowness)
        request.wfile.write(body)
