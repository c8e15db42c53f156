#!/usr/bin/env python3
# SPDX-License-Identifier: BSD-2-Clause
# Copyright (c) 2026 The pixelfleet authors
"""All eight EXIF orientations, in every file format that has them.

The reference never was turned: the upright scene is what must come back.
What is stored is turned away from it as the EXIF document says where row 0
and column 0 belong.
"""

from golden import Golden, scene
from tags import exif, jpeg_exif, jpeg_with, png_chunk, png_with, webp_with

g = Golden()
WIDTH, HEIGHT = 720, 480

# How an upright picture is turned to be stored in each orientation.
STORED = {
    1: [], 2: ["-flop"], 3: ["-rotate", "180"], 4: ["-flip"],
    5: ["-transpose"], 6: ["-rotate", "270"], 7: ["-transverse"],
    8: ["-rotate", "90"],
}

# Names, operations, and how the reference is made of the upright scene.
MODES = [
    ("width", "width=300", ["-resize", "300x200!"]),
    ("box", "width=400&height=120", ["-resize", "180x120!"]),
    ("tall-box", "width=90&height=400", ["-resize", "90x60!"]),
    ("crop", "width=100&height=160&crop=fit",
     ["-resize", "240x160!", "-crop", "100x160+70+0", "+repage"]),
    ("wide-crop", "width=300&height=80&crop=fit",
     ["-resize", "300x200!", "-crop", "300x80+0+60", "+repage"]),
    ("nothing", "", []),
]


def upright():
    return g.make("upright.png", *scene(WIDTH, HEIGHT))


def reference(name, how):
    return g.make("reference-%s.png" % name, upright(), "-filter", "Lanczos",
                  *how)


def stored(orientation, kind):
    """The scene stored in an orientation, without and with its tag."""
    swapped = orientation >= 5
    width, height = (HEIGHT, WIDTH) if swapped else (WIDTH, HEIGHT)
    bare = g.make("bare-%d.%s" % (orientation, kind), upright(),
                  *STORED[orientation], "+repage", "-strip", "-quality",
                  "98", "-sampling-factor", "1x1", "-define",
                  "webp:lossless=true")
    with open(bare, "rb") as f:
        data = f.read()
    tags = exif(orientation)
    if kind == "jpg":
        data = jpeg_with(data, jpeg_exif(tags))
    elif kind == "png":
        data = png_with(data, png_chunk(b"eXIf", tags))
    elif kind == "webp":
        data = webp_with(data, width, height, EXIF=tags)
    return bare, g.write("stored-%d.%s" % (orientation, kind), data)


def ops(text):
    return "&".join(t for t in (text, "format=png") if t)


@g.case
def jpegs_come_out_upright_in_every_mode():
    for orientation in STORED:
        tagged = stored(orientation, "jpg")[1]
        for name, text, how in MODES:
            g.same(g.render(tagged, ops(text)), reference(name, how), 0.012,
                   0.15)


@g.case
def jpegs_shrunk_by_the_decoder_come_out_upright():
    for orientation in STORED:
        tagged = stored(orientation, "jpg")[1]
        g.same(g.render(tagged, ops("width=60")),
               reference("tiny", ["-resize", "60x40!"]), 0.012, 0.15)


@g.case
def png_and_webp_come_out_upright():
    for kind in ("png", "webp"):
        for orientation in STORED:
            tagged = stored(orientation, kind)[1]
            for name, text, how in (MODES[0], MODES[3]):
                g.same(g.render(tagged, ops(text)), reference(name, how),
                       0.012, 0.15)


@g.case
def tiffs_come_out_upright():
    names = ("TopLeft", "TopRight", "BottomRight", "BottomLeft", "LeftTop",
             "RightTop", "RightBottom", "LeftBottom")
    for orientation, name in enumerate(names, 1):
        tagged = g.make("stored-%d.tiff" % orientation, upright(),
                        *STORED[orientation], "+repage", "-orient", name)
        for name, text, how in (MODES[0], MODES[3]):
            g.same(g.render(tagged, ops(text)), reference(name, how), 0.012,
                   0.15)


@g.case
def autorotate_false_shows_it_as_stored():
    for orientation in STORED:
        bare, tagged = stored(orientation, "jpg")
        plain = g.make("plain-%d.png" % orientation, bare, "-filter",
                       "Lanczos", "-resize", "150x")
        g.same(g.render(tagged, "width=150&autorotate=false&format=png"),
               plain, 0.012, 0.15)


@g.case
def orientations_that_do_not_exist_are_ignored():
    for orientation in (0, 9, 65535):
        with open(stored(1, "jpg")[0], "rb") as f:
            data = jpeg_with(f.read(), jpeg_exif(exif(orientation)))
        tagged = g.write("odd-%d.jpg" % orientation, data)
        g.same(g.render(tagged, ops("width=300")),
               reference("width", ["-resize", "300x200!"]), 0.012, 0.15)


g.main()
