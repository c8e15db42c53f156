#!/usr/bin/env python3
# SPDX-License-Identifier: BSD-2-Clause
# Copyright (c) 2026 The pixelfleet authors
"""What moves keeps its frames, their times and its number of loops.

Frames are compared one by one with those that ImageMagick puts together;
times are read out of the files here, byte by byte.
"""

import os
import struct

from golden import Failed, Golden, kind_of, run, scene, spell

g = Golden()
DELAYS = (100, 250, 40, 500)		# ms
# ImageMagick 7 takes an empty picture for grey, and what is laid on it too,
# unless its file says colours.
RGBA = ("-define", "png:color-type=6")
# A palette of 256 colours for a scene is coarse.
RMSE = 0.03


def gif_timing(data):
    """Delays in ms, and the repeats (0: for ever, None: not said)."""
    delays, loop = [], None
    at = 13 + (3 << (data[10] & 7) + 1 if data[10] & 0x80 else 0)
    while data[at] != 0x3B:
        if data[at] == 0x2C:
            flags = data[at + 9]
            at += 11 + (3 << (flags & 7) + 1 if flags & 0x80 else 0)
        elif data[at + 1] == 0xF9:
            delays.append(struct.unpack_from("<H", data, at + 4)[0] * 10)
            at += 2
        else:
            if data[at + 3:at + 14] == b"NETSCAPE2.0":
                loop = struct.unpack_from("<H", data, at + 16)[0]
            at += 2
        while data[at]:
            at += data[at] + 1
        at += 1
    return delays, loop


def webp_chunks(data, at=12):
    while at < len(data):
        size = struct.unpack_from("<I", data, at + 4)[0]
        yield data[at:at + 4], data[at + 8:at + 8 + size]
        at += 8 + size + size % 2


def three(data, at):
    return int.from_bytes(data[at:at + 3], "little")


def webp_timing(data):
    """Delays in ms, and how often it is shown (0: for ever)."""
    delays, loop = [], None
    for kind, chunk in webp_chunks(data):
        if kind == b"ANIM":
            loop = struct.unpack_from("<H", chunk, 4)[0]
        if kind == b"ANMF":
            delays.append(three(chunk, 12))
    return delays, loop


def chunk(kind, data):
    return kind + struct.pack("<I", len(data)) + data + b"\0" * (len(data) % 2)


def riff(data):
    return b"RIFF" + struct.pack("<I", len(data) + 4) + b"WEBP" + data


def webp_header(flags, width, height):
    return chunk(b"VP8X", bytes([flags, 0, 0, 0]) +
                 (width - 1).to_bytes(3, "little") +
                 (height - 1).to_bytes(3, "little"))


def webp_of(files, delays, loop, width, height):
    """Whole frames of still files that are lossless, without alpha."""
    data = webp_header(2, width, height)
    data += chunk(b"ANIM", struct.pack("<IH", 0, loop))
    for path, delay in zip(files, delays):
        with open(path, "rb") as f:
            frame = f.read()[12:]
        data += chunk(b"ANMF", b"\0" * 6 + (width - 1).to_bytes(3, "little") +
                      (height - 1).to_bytes(3, "little") +
                      delay.to_bytes(3, "little") + b"\2" + frame)
    return riff(data)


def timing(path):
    with open(path, "rb") as f:
        data = f.read()
    return (gif_timing if kind_of(data) == "gif" else webp_timing)(data)


def expect_timing(path, delays, loop):
    got = timing(path)
    if got != (list(delays), loop):
        raise Failed("%s: delays and loops are %s, not %s"
                     % (os.path.basename(path), got, (list(delays), loop)))


def still(i):
    """Frames that all differ, so that one for another shows."""
    how = [[], ["-negate"], ["-flop"], ["-flip"]][i]
    return g.make("still-%d.png" % i, *scene(240, 160), *how, "-depth", "8")


def moving(kind, loop=0):
    """Shown `loop` times."""
    if kind == "webp":
        files = [g.make("still-%d.webp" % i, still(i), "-define",
                        "webp:lossless=true") for i in range(4)]
        return g.write("moving-%d.webp" % loop, webp_of(files, DELAYS, loop,
                                                        240, 160))
    parts = []
    for i, delay in enumerate(DELAYS):
        parts += ["(", "-delay", delay // 10, still(i), ")"]
    return g.make("moving-%d.gif" % loop, "-loop", loop, *parts)


def webp_frames(path, data):
    """Put together as the container's document says."""
    shown, at, name = [], None, os.path.basename(path)
    for kind, part in webp_chunks(data):
        if kind == b"VP8X":
            canvas = g.make(name + "-0.png", "-size", "%dx%d" % (
                three(part, 4) + 1, three(part, 7) + 1), "xc:none", *RGBA)
        if kind != b"ANMF":
            continue
        x, y, w, h = (three(part, 0) * 2, three(part, 3) * 2,
                      three(part, 6) + 1, three(part, 9) + 1)
        frame = g.write(name + "-part.webp",
                        riff(webp_header(0x10, w, h) + part[16:]))
        n = len(shown) + 1
        seen = g.make("%s-%d.png" % (name, n), canvas, "-alpha", "set",
                      frame, "-geometry",
                      "+%d+%d" % (x, y), "-compose",
                      "Copy" if part[15] & 2 else "Over", "-composite",
                      *RGBA)
        shown.append(seen)
        canvas = seen
        if part[15] & 1:
            canvas = g.make("%s-%d-gone.png" % (name, n), seen, "-alpha",
                            "set", "(", "-size",
                            "%dx%d" % (w, h), "xc:none", ")", "-geometry",
                            "+%d+%d" % (x, y), "-compose", "Copy",
                            "-composite", *RGBA)
    return shown or [path]


def frames(path):
    """Each frame as it is seen."""
    with open(path, "rb") as f:
        data = f.read()
    if kind_of(data) == "webp":
        return webp_frames(path, data)
    name = os.path.basename(path) + "-frame-%d.png"
    count = len(run(["identify", "-format", "%w\n", path]).stdout.split())
    g.magick(path, "-coalesce", "+repage", "-depth", "8",
             "PNG32:" + g.path(name))
    return [g.path(name % i) for i in range(count)]


def on_green(path, *how):
    return g.make("green-%s" % os.path.basename(path), path, *how,
                  "-background", "#00ff00", "-alpha", "remove", "-alpha",
                  "off")


@g.case
def gif_and_webp_to_each_other_keep_frames_and_times():
    for kind in ("gif", "webp"):
        references = [g.make("small-%s-%d.png" % (kind, i), frame, "-filter",
                             "Lanczos", "-resize", "120x80!")
                      for i, frame in enumerate(frames(moving(kind)))]
        for to in ("gif", "webp"):
            result = g.render(moving(kind), spell(width=120, format=to))
            expect_timing(result, DELAYS, 0)
            g.expect_size(result, 120, 80)
            for frame, reference in zip(frames(result), references):
                g.same(frame, reference, RMSE, coarse=True)


@g.case
def without_an_operation_on_it_it_moves_too():
    for kind in ("gif", "webp"):
        result = g.render(moving(kind), "quality=91")
        if not result.endswith("." + kind):
            raise Failed(result)
        expect_timing(result, DELAYS, 0)


@g.case
def the_number_of_loops_is_kept():
    """GIF counts how often it is repeated, WebP how often it is shown."""
    expect_timing(g.render(moving("gif", 4), spell(width=60)), DELAYS, 3)
    expect_timing(g.render(moving("gif", 4), spell(
        width=60, format="webp")), DELAYS, 4)
    expect_timing(g.render(moving("webp", 4), spell(width=60)), DELAYS, 4)
    expect_timing(g.render(moving("webp", 4), spell(
        width=60, format="gif")), DELAYS, 3)


COLOURS = ("#e02020", "#20e020", "#e0e020")


def disposed(method):
    """A disc that walks over a ground, each frame only where it is."""
    parts = ["-size", "120x80", "-delay", "10", "-loop", "0", "-dispose",
             "none", "xc:#204060", "-dispose", method]
    for i, colour in enumerate(COLOURS):
        parts += ["(", "-size", "30x30", "xc:none", "-fill", colour, "-draw",
                  "circle 15,15 15,3", "-repage", "120x80+%d+%d"
                  % (10 + 30 * i, 10 + 15 * i), ")"]
    return g.make("disposed-%s.gif" % method, *parts)


def disposed_frame(method, n):
    """What GIF89a says is to be seen then, on green."""
    draw = []
    for i, colour in enumerate(COLOURS[:n]):
        x, y = 10 + 30 * i, 10 + 15 * i
        gone = i < n - 1 and method != "none"
        if gone and method == "background":
            draw += ["-fill", "#00ff00", "-draw", "rectangle %d,%d %d,%d"
                     % (x, y, x + 29, y + 29)]
        if not gone:
            draw += ["-fill", colour, "-draw", "circle %d,%d %d,%d"
                     % (x + 15, y + 15, x + 15, y + 3)]
    return g.make("seen-%s-%d.png" % (method, n), "-size", "120x80",
                  "xc:#204060", "+antialias", *draw)


@g.case
def every_way_to_dispose_of_a_frame():
    for method in ("none", "background", "previous"):
        for to in ("gif", "webp"):
            result = g.render(disposed(method), spell(
                format=to, lossless="true" if to == "webp" else None))
            got = frames(result)
            if len(got) != 4:
                raise Failed("%d frames" % len(got))
            for i, frame in enumerate(got):
                # The edge of a disc is drawn in another way.
                g.same(on_green(frame), disposed_frame(method, i), 0.03)


@g.case
def a_transparent_ground_stays_transparent():
    source = g.make("sprite.gif", "-delay", "10", "-loop", "0", "-dispose",
                    "background", *(x for i in range(3) for x in (
                        "(", "-size", "80x80", "xc:none", "-fill", "#c02060",
                        "-draw", "circle %d,40 %d,25" % (25 + 15 * i,
                                                         25 + 15 * i), ")")))
    expected = [on_green(f) for f in frames(source)]
    for to in ("gif", "webp"):
        result = g.render(source, spell(format=to))
        for got, frame in zip(frames(result), expected):
            g.same(on_green(got), frame, RMSE)


@g.case
def every_step_is_taken_on_every_frame():
    for kind in ("gif", "webp"):
        result = g.render(moving(kind), spell(
            width=100, height=60, crop="top", angle=90, format="webp",
            lossless="true"))
        for i, frame in enumerate(frames(result)):
            g.same(frame, g.make(
                "turned-%d.png" % i, still(i), "-rotate", "270", "+repage",
                "-filter", "Lanczos", "-resize", "100x150!", "-crop",
                "100x60+0+0", "+repage"), RMSE)


@g.case
def what_cannot_move_is_the_first_frame():
    for kind in ("gif", "webp"):
        for to in ("jpg", "png", "avif"):
            g.same(g.render(moving(kind), spell(format=to)), still(0), RMSE,
                   coarse=True)
        result = g.render(moving(kind), "animated=false")
        if timing(result)[0] not in ([], [0]) or len(frames(result)) != 1:
            raise Failed("%s still moves" % result)
        g.same(result, still(0), RMSE, coarse=True)


@g.case
def page_picks_one_frame():
    for kind in ("gif", "webp"):
        for page in (1, 2, 4):
            g.same(g.render(moving(kind), spell(format="png", page=page)),
                   still(page - 1), RMSE)
        g.refused(moving(kind), "page=5", 400,
                  "'page' is '5': accepted is 1..4")
    # What was drawn before it is still to be seen.
    g.same(on_green(g.render(disposed("none"), "format=png&page=4")),
           disposed_frame("none", 3), 0.03)


@g.case
def page_of_a_document():
    pages = g.make("pages.tiff", still(0), "(", still(1), "-resize",
                   "50%", ")", still(2))
    for page, size in ((1, (240, 160)), (2, (120, 80)), (3, (240, 160))):
        result = g.render(pages, spell(format="png", page=page))
        g.expect_size(result, *size)
    g.same(g.render(pages, "format=png&page=3"), still(2), 0)
    g.refused(pages, "page=4", 400, "accepted is 1..3")
    one = g.make("one.png", still(0))
    g.refused(one, "page=2", 400, "accepted is 1..1")
    g.render(one, "page=1")


@g.case
def auto_moves_in_gif_or_webp():
    for text, to in (("auto", "gif"), ("auto,webp", "webp"),
                     ("auto,avif", "webp"), ("auto,jxl", "webp")):
        for kind in ("gif", "webp"):
            result = g.render(moving(kind), "width=60&format=" + text)
            if not result.endswith("." + to):
                raise Failed("%s of %s is %s" % (text, kind, result))
            expect_timing(result, DELAYS, 0)
        first = g.render(moving("gif"), "width=60&format=%s&animated=false"
                         % text)
        expected = {"auto": "jpg", "auto,webp": "webp", "auto,avif": "avif",
                    "auto,jxl": "jxl"}[text]
        if not first.endswith("." + expected):
            raise Failed("%s, still, is %s" % (text, first))


@g.case
def result_pixels_are_summed_over_the_frames():
    g.render(moving("gif"), "width=60", "--max-out-pixels", "9600")
    g.refused(moving("gif"), "width=60", 413,
              "60 x 40 pixels in 4 frame(s), the limit is 9599 pixels",
              "--max-out-pixels", "9599")
    g.render(moving("gif"), "width=60&format=png", "--max-out-pixels",
             "2400")


g.main()
