#!/usr/bin/env python3
# SPDX-License-Identifier: BSD-2-Clause
# Copyright (c) 2026 The pixelfleet authors
"""Room around a picture, borders and rounded corners.

ImageMagick composes its own on a canvas; its corners are drawn eight times
as large and scaled down.
"""

from golden import Failed, Golden, kind_of, run, scene, spell
from grounds import (alike, alpha, bands, colour, expect_bands, faded, grey,
                     on, values)

g = Golden()
WIDTH, HEIGHT = 240, 160
EXACT = (0.003, 0.0079)
# A corner of eight steps a pixel is up to a sixteenth of one off.
CORNERS = (0.006, 0.1)
RGBA = ["-type", "TrueColorMatte", "-define", "png:color-type=6"]


def of(source, **operations):
    return g.render(source, spell(format="png", **operations))


def placed(name, source, size, at, ground):
    """The picture on a canvas, beside the ground and not over it."""
    return g.make("placed-%s.png" % name, "-size", "%dx%d" % size,
                  "xc:" + ground, "-alpha", "set", "-type", "TrueColorMatte",
                  source, "-alpha", "set", "-compose", "Copy", "-geometry",
                  "+%d+%d" % at, "-composite", "-depth", "8", *RGBA)


def around(name, source, px, ground):
    return placed(name, source, (WIDTH + 2 * px, HEIGHT + 2 * px), (px, px),
                  ground)


@g.case
def pad_grows_outwards():
    for name, source in (("colour", colour(g)), ("grey", grey(g)),
                         ("faded", faded(g))):
        for px in (1, 7, 100):
            result = of(source, pad=px)
            alike(g, result, around("%s-%d" % (name, px), source, px,
                                    "white"), *EXACT)
            expect_bands(result, bands(source))


@g.case
def pad_takes_the_colour_as_it_is_named():
    # What it is in the URL, for ImageMagick, and the bands of grey by it.
    for named, there, of_grey in (
            ("ff0000", "#ff0000", 3), ("00ff0040", "#00ff0040", 4),
            ("666666", "#666666", 1), ("66666680", "#66666680", 2),
            ("00000000", "#00000000", 2)):
        for name, source in (("colour", colour(g)), ("grey", grey(g)),
                             ("faded", faded(g))):
            result = of(source, pad=9, pad_color=named)
            alike(g, result, around("%s-%s" % (name, named), source, 9,
                                    there), *EXACT)
            if name == "grey":
                expect_bands(result, of_grey)


@g.case
def pad_is_not_adjusted():
    result = of(colour(g), pad=5, pad_color="ff8000", filter="negate",
                blur="10")
    if g.pixel(result, 2, 2) != (255, 128, 0):
        raise Failed("the pad is %s" % (g.pixel(result, 2, 2),))


@g.case
def a_transparent_pad_gets_a_ground_where_there_is_no_alpha():
    for given, ground in (("0000ff", (0, 0, 255)),
                          ("0000ff80", (127, 127, 255)),
                          ("transparent", (255, 255, 255))):
        result = g.render(colour(g), "pad=20&pad_color=%s&format=jpg" % given)
        if max(abs(a - b) for a, b in zip(g.pixel(result, 5, 5),
                                          ground)) > 3:
            raise Failed("%s is %s" % (given, g.pixel(result, 5, 5)))


@g.case
def contain_puts_the_picture_in_the_middle():
    for name, source in (("colour", colour(g)), ("grey", grey(g)),
                         ("faded", faded(g))):
        for width, height, ground in (
                (300, 161, "#ff0000"), (243, 400, "#00ff0040"),
                (241, 160, "#ffffff"), (240, 160, "#000000")):
            at = (width - WIDTH) // 2, (height - HEIGHT) // 2
            result = of(source, width=width, height=height, fit="contain",
                        pad_color=ground.strip("#"))
            alike(g, result, placed(
                "%s-%dx%d" % (name, width, height), source, (width, height),
                at, ground), *EXACT)


@g.case
def contain_of_what_is_made_smaller():
    result = of(colour(g), width=100, height=100, fit="contain",
                pad_color="0080ff")
    small = g.make("small.png", colour(g), "-filter", "Lanczos", "-resize",
                   "100x67!")
    g.same(result, placed("smaller", small, (100, 100), (0, 16), "#0080ff"),
           .012, .1)


@g.case
def nothing_around_changes_no_byte():
    def data(**operations):
        with open(of(colour(g), **operations), "rb") as f:
            return f.read()

    for given in (dict(pad="0"), dict(border="0,ff0000"), dict(radius="0"),
                  dict(pad_color="ff0000"),
                  dict(width=240, height=160, fit="contain")):
        if data(**given) != data():
            raise Failed("%s does" % given)


# -- border and radius ------------------------------------------------------

@g.case
def border_grows_outwards_beyond_the_pad():
    padded = around("padded", colour(g), 6, "white")
    result = of(colour(g), pad=6, border="4,00a0ff")
    made = placed("bordered", padded, (260, 180), (4, 4), "#00a0ff")
    alike(g, result, made, *EXACT)
    for border in ("10,ff0000", "3,20304080"):
        px, ground = border.split(",")
        alike(g, of(faded(g), border=border),
              around("border-" + px, faded(g), int(px), "#" + ground), *EXACT)


def mask(width, height, radius, inset=0):
    """White where a picture with round corners is, `inset` px inside."""
    def big(n):
        return 8 * n

    name = "mask-%d-%d-%g-%d.png" % (width, height, radius, inset)
    shape = "roundrectangle" if radius > 0 else "rectangle"
    corner = " %g,%g" % (big(radius), big(radius)) if radius > 0 else ""
    return g.make(name, "-size", "%dx%d" % (big(width), big(height)),
                  "xc:black", "-fill", "white", "-draw",
                  "%s %g,%g %g,%g%s" % (
                      shape, big(inset) - .5, big(inset) - .5,
                      big(width - inset) - .5, big(height - inset) - .5,
                      corner),
                  "-scale", "%dx%d!" % (width, height), "-depth", "8",
                  "-colorspace", "Gray")


def within(source, shape):
    """What the mask leaves of a picture, as arguments."""
    return ["(", source, "-alpha", "set", "-type", "TrueColorMatte", "(",
            shape, "-alpha", "copy", ")", "-compose", "DstIn", "-composite",
            ")"]


@g.case
def radius_takes_the_corners_off():
    for name, source in (("colour", colour(g)), ("grey", grey(g)),
                         ("faded", faded(g))):
        for given, radius in (("1", 1), ("2", 2), ("13", 13), ("40", 40),
                              ("79", 79), ("80", 80), ("81", 80),
                              ("5000", 80), ("max", 80)):
            result = of(source, radius=given)
            made = g.make("round-%s-%s.png" % (name, given),
                          *within(source, mask(WIDTH, HEIGHT, radius)), *RGBA)
            alike(g, result, made, *CORNERS)
            expect_bands(result, 2 if name == "grey" else 4)


@g.case
def a_corner_covers_what_the_circle_does():
    """Of a white picture alpha is the coverage; its sum is the area."""
    for width, height in ((40, 30), (31, 31), (31, 44), (2, 2), (3, 9)):
        source = g.make("white-%d-%d.png" % (width, height), "-size",
                        "%dx%d" % (width, height), "xc:white")
        r = min(width, height) / 2
        area = sum(alpha(of(source, radius="max"))) / 255
        exact = width * height - (4 - 3.14159265) * r * r
        # Each of the pixels at the edge is rounded.
        if abs(area - exact) > .01 * r + .02:
            raise Failed("%dx%d covers %.3f, not %.3f"
                         % (width, height, area, exact))


@g.case
def corners_are_alike():
    for width, height in ((50, 41), (33, 33)):
        source = g.make("black-%d-%d.png" % (width, height), "-size",
                        "%dx%d" % (width, height), "xc:black")
        for operations in (dict(radius="max"),
                           dict(radius="13", border="4,ff0000")):
            result = of(source, **operations)
            for turn in ("-flip", "-flop"):
                if values(result, turn, channels="rgba") != \
                        values(result, channels="rgba"):
                    raise Failed("%s: not after %s" % (operations, turn))


def bordered(name, source, px, radius, ground):
    """Border and picture each with its mask, beside one another."""
    width, height = WIDTH + 2 * px, HEIGHT + 2 * px
    inner = mask(width, height, max(radius - px, 0), px)
    outer = mask(width, height, radius)
    ring = g.make("ring-%s.png" % name, inner, "-negate")
    canvas = placed("inner-" + name, source, (width, height), (px, px),
                    "none")
    flat = g.make("ground-%s.png" % name, "-size", "%dx%d" % (width, height),
                  "xc:" + ground, *RGBA)
    both = g.make("both-%s.png" % name, *within(canvas, inner),
                  *within(flat, ring), "-compose", "Plus", "-composite",
                  *RGBA)
    return g.make("bordered-%s.png" % name, *within(both, outer), *RGBA)


@g.case
def border_follows_the_round_edge():
    for name, source in (("colour", colour(g)), ("faded", faded(g))):
        for px, radius, ground in ((6, 40, "#ff0000"), (20, 12, "#00c040"),
                                   (10, 10, "#0040ff"), (1, 60, "#000000"),
                                   (8, 50, "#ff000080")):
            result = of(source, border="%d,%s" % (px, ground.strip("#")),
                        radius=radius)
            made = bordered("%s-%d-%d" % (name, px, radius), source, px,
                            radius, ground)
            alike(g, result, made, .008, .12)


@g.case
def a_round_jpeg_has_the_ground_of_its_pad():
    for given, there in (("", (255, 255, 255)),
                         ("pad_color=ff8000&", (255, 128, 0))):
        result = g.render(colour(g), given + "radius=40&format=jpg")
        if max(abs(a - b) for a, b in zip(g.pixel(result, 0, 0),
                                          there)) > 3:
            raise Failed("the corner is %s" % (g.pixel(result, 0, 0),))


@g.case
def every_frame_has_its_corners():
    source = g.make("moves.gif", "-delay", "20", "-size", "40x40",
                    "xc:#c02020", "xc:#2020c0", "-loop", "0")
    result = g.render(source, "radius=max&format=gif")
    for i, want in enumerate(((0xc0, 0x20, 0x20), (0x20, 0x20, 0xc0))):
        frame = ["convert", result, "-coalesce", "-delete",
                 "%d" % (1 - i), "-depth", "8", "rgba:-"]
        pixels = run(frame).stdout
        middle = pixels[4 * (20 * 40 + 20):][:4]
        if pixels[3] != 0 or middle[3] != 255:
            raise Failed("frame %d: alpha %d and %d" % (i, pixels[3],
                                                       middle[3]))
        if max(abs(a - b) for a, b in zip(middle, want)) > 4:
            raise Failed("frame %d is %s" % (i, tuple(middle)))


g.main()
