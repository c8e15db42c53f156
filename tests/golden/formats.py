#!/usr/bin/env python3
# SPDX-License-Identifier: BSD-2-Clause
# Copyright (c) 2026 The pixelfleet authors
"""Formats in and out, quality, and that the same is the same every time."""

import os

from golden import RENDERER, Failed, Golden, run, scene

g = Golden()
RESIZE = ["-filter", "Lanczos", "-resize", "240x160!"]


def master():
    return g.make("master.png", *scene(480, 320))


def reference():
    return g.make("reference.png", master(), *RESIZE)


def source(kind):
    return g.make("source." + kind, master(), "-quality", "98",
                  "-sampling-factor", "1x1")


def described():
    done = run([RENDERER, "--describe"])
    if done.returncode:
        raise Failed(done.stderr.decode())
    return [line.split(" ", 1) for line in done.stdout.decode().splitlines()]


@g.case
def describe_names_versions_and_formats():
    lines = described()
    names = [name for name, _ in lines]
    if names != ["renderer", "libvips", "load", "save", "fonts"]:
        raise Failed(names)
    lists = dict(lines)
    # What Debian's libvips with its libheif plugins can do.
    for name, expected in (("load", "avif,gif,heic,jpg,jxl,"
                            "pdf,png,svg,tiff,webp"),
                           ("save", "avif,gif,jpg,jxl,png,webp")):
        if lists[name] != expected:
            raise Failed("%s is %s" % (name, lists[name]))


@g.case
def each_format_to_each():
    for kind in ("jpg", "png", "webp", "gif", "tiff", "avif"):
        for to in ("jpg", "png", "webp", "avif"):
            result = g.render(source(kind), "width=240&format=" + to)
            if not result.endswith("." + to):
                raise Failed("%s, not %s" % (result, to))
            g.same(result, reference(), 0.03, 0.25, coarse=True)


@g.case
def the_source_decides_where_no_format_is_asked_for():
    for kind, to in (("jpg", "jpg"), ("png", "png"), ("webp", "webp"),
                     ("avif", "avif"), ("gif", "gif"), ("tiff", "jpg")):
        result = g.render(source(kind), "width=240")
        if not result.endswith("." + to):
            raise Failed("%s became %s" % (kind, result))
        g.same(result, reference(), 0.03, 0.25, coarse=True)


@g.case
def content_decides_and_not_a_name():
    """standard input has none: this is a PNG whatever somebody calls it."""
    os.rename(g.make("x.png", master()), g.path("really-a-png.jpg"))
    if not g.render(g.path("really-a-png.jpg"), "width=9").endswith(".png"):
        raise Failed("not taken for a PNG")


@g.case
def quality_is_monotone_in_size_and_in_fidelity():
    for to in ("jpg", "webp", "avif"):
        sizes, distances = [], []
        for quality in (1, 10, 30, 50, 70, 80, 89, 90, 95, 100):
            asked = "" if quality == 90 else "&quality=%d" % quality
            result = g.render(source("png"),
                              "width=240&format=" + to + asked)
            sizes.append(os.path.getsize(result))
            distances.append(g.distance("RMSE", g.make(
                "q-%s-%d.png" % (to, quality), result, "-colorspace", "sRGB",
                "-type", "TrueColor"), reference()))
        if any(a >= b for a, b in zip(sizes, sizes[1:])):
            raise Failed("%s: bytes %s" % (to, sizes))
        if any(a * 1.05 < b for a, b in zip(distances, distances[1:])):
            raise Failed("%s: distances %s" % (to, distances))


@g.case
def the_default_quality_is_90():
    for to in ("jpg", "webp", "avif"):
        results = []
        for text in ("", "&quality=91", "&quality=89"):
            with open(g.render(source("png"),
                               "width=240&format=" + to + text), "rb") as f:
                results.append(len(f.read()))
        if not results[2] < results[0] < results[1]:
            raise Failed("%s: %s" % (to, results))


@g.case
def jpegs_are_baseline_and_colour_is_whole_at_90():
    result = g.render(source("png"), "width=240&format=jpg")
    with open(result, "rb") as f:
        data = f.read()
    if b"\xff\xc2" in data or b"\xff\xc0" not in data:
        raise Failed("not a baseline JPEG")
    at = data.index(b"\xff\xc0")
    sampling = [data[at + 11 + 3 * i] for i in range(3)]
    if sampling != [0x11] * 3:
        raise Failed("sampling is %s" % sampling)


@g.case
def the_same_request_gives_the_same_bytes():
    for to in ("jpg", "png", "webp", "avif"):
        results = set()
        for _ in range(3):
            with open(g.render(source("jpg"), "width=240&format=" + to),
                      "rb") as f:
                results.add(f.read())
        if len(results) != 1:
            raise Failed("%s: %d different results" % (to, len(results)))


@g.case
def the_first_frame_of_an_animation():
    for kind in ("gif", "webp"):
        frames = g.make("moving." + kind, "-delay", "10", master(), "(",
                        master(), "-negate", ")", "(", master(), "-flop", ")",
                        "-resize", "240x160!")
        result = g.render(frames, "format=png")
        g.same(result, reference(), 0.05, 0.4, coarse=True)


@g.case
def the_first_page_of_a_document():
    pages = g.make("pages.tiff", master(), "(", master(), "-negate", ")")
    g.same(g.render(pages, "width=240&format=png"), reference(), 0.012, 0.1)


g.main()
