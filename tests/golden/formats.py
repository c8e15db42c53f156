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
    if kind == "jxl":
        return g.render(source("png"), "format=jxl&quality=98")
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
    for kind in ("jpg", "png", "webp", "gif", "tiff", "avif", "jxl"):
        for to in ("jpg", "png", "webp", "avif", "gif", "jxl"):
            result = g.render(source(kind), "width=240&format=" + to)
            if not result.endswith("." + to):
                raise Failed("%s, not %s" % (result, to))
            if to == "jxl":
                # ImageMagick 6 does not read it.
                result = g.render(result, "format=png")
            g.same(result, reference(), 0.03, 0.25, coarse=True)


@g.case
def the_source_decides_where_no_format_is_asked_for():
    for kind, to in (("jpg", "jpg"), ("png", "png"), ("webp", "webp"),
                     ("avif", "avif"), ("gif", "gif"), ("tiff", "jpg")):
        result = g.render(source(kind), "width=240")
        if not result.endswith("." + to):
            raise Failed("%s became %s" % (kind, result))
        g.same(result, reference(), 0.03, 0.25, coarse=True)


def drawing(width, height):
    """A red half, a thin black line, and nothing elsewhere."""
    return g.write("drawing-%dx%d.svg" % (width, height), (
        b'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 60 40" '
        b'width="%d" height="%d" preserveAspectRatio="none">'
        b'<rect width="30" height="40" fill="#ff0000"/>'
        b'<rect x="40.25" width="0.5" height="40"/></svg>')
        % (width, height))


def red_columns(path):
    """How many columns of the middle row are red, and how many mixed."""
    w, h = g.size(path)
    row = run(["convert", path, "-background", "white", "-alpha", "remove",
               "-crop", "%dx1+0+%d" % (w, h // 2), "-depth", "8",
               "rgb:-"]).stdout
    colours = [tuple(row[i:i + 3]) for i in range(0, w * 3, 3)]
    left = colours[:w * 6 // 10]
    red = left.count((255, 0, 0))
    return red, len(left) - red - left.count((255, 255, 255))


@g.case
def a_vector_is_drawn_at_the_size_that_is_needed():
    """Sharp edges, which a picture that was scaled would not have."""
    small = drawing(60, 40)
    for text, size in (("width=30", (30, 20)),
                       ("width=600&enlarge=true", (600, 400)),
                       ("width=600", (60, 40)),
                       ("width=500&height=900&fit=fill&enlarge=true",
                        (500, 900)),
                       ("width=300&height=300&enlarge=true&crop=fit",
                        (300, 300)),
                       ("scale=7&enlarge=true", (420, 280))):
        result = g.render(small, text + "&format=png", "--open", "svg")
        g.expect_size(result, *size)
        mixed = red_columns(result)[1]
        # Scaled in one direction where it is not drawn in that shape.
        if mixed > (5 if "fill" in text else 1):
            raise Failed("%s: %d mixed columns" % (text, mixed))


@g.case
def a_part_of_a_vector_is_drawn_at_the_size_that_is_needed():
    result = g.render(drawing(60, 40), "width=800&enlarge=true&crop="
                      "28,10,4,3&format=png", "--open", "svg")
    g.expect_size(result, 800, 600)
    red, mixed = red_columns(result)
    if abs(red - 400) > 2 or mixed > 2:
        raise Failed("%d red and %d mixed columns" % (red, mixed))


@g.case
def a_vector_has_no_size_that_is_too_large():
    """What is decoded is the result, whatever the drawing is called."""
    result = g.render(drawing(60000, 40000), "width=90&format=png", "--open",
                      "svg", "--max-pixels", "1000000")
    g.expect_size(result, 90, 60)
    g.refused(drawing(60000, 40000), "format=png", 413, "60000 x 40000",
              "--open", "svg", "--max-side", "8192")


@g.case
def a_vector_becomes_a_picture():
    result = g.render(drawing(60, 40), "width=60", "--open", "svg")
    if not result.endswith(".png"):
        raise Failed("transparent, but %s" % result)


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
