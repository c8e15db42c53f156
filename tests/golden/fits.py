#!/usr/bin/env python3
# SPDX-License-Identifier: BSD-2-Clause
# Copyright (c) 2026 The pixelfleet authors
"""Every orientation with every fit: what is stored turned comes out upright.

The reference is made of the upright scene, which never was turned.  So a
crop, a box or a gravity that is taken on the wrong side shows.
"""

from golden import Golden, scene, spell
from tags import exif, jpeg_exif, jpeg_with

g = Golden()
WIDTH, HEIGHT = 480, 320
RMSE, PEAK = 0.012, 0.15

# How an upright picture is turned to be stored in each orientation.
STORED = {
    1: [], 2: ["-flop"], 3: ["-rotate", "180"], 4: ["-flip"],
    5: ["-transpose"], 6: ["-rotate", "270"], 7: ["-transverse"],
    8: ["-rotate", "90"],
}

# Name, operations, and the reference of an upright picture.
FITS = [
    ("inside", dict(width=200, height=200), ["-resize", "200x133!"]),
    ("outside", dict(width=160, height=160, fit="outside"),
     ["-resize", "240x160!"]),
    ("fill", dict(width=100, height=180, fit="fill"),
     ["-resize", "100x180!"]),
    ("contain", dict(width=200, height=200, fit="contain",
                     pad_color="ff0000"),
     ["-resize", "200x133!", "-background", "#ff0000", "-gravity",
      "NorthWest", "-splice", "0x33", "-extent", "200x200"]),
    ("cover", dict(width=100, height=160, crop="fit"),
     ["-resize", "240x160!", "-crop", "100x160+70+0", "+repage"]),
    ("left", dict(width=100, height=160, crop="left"),
     ["-resize", "240x160!", "-crop", "100x160+0+0", "+repage"]),
    ("right", dict(width=100, height=160, crop="right"),
     ["-resize", "240x160!", "-crop", "100x160+140+0", "+repage"]),
    ("top", dict(width=240, height=60, crop="top"),
     ["-resize", "240x160!", "-crop", "240x60+0+0", "+repage"]),
    ("bottom", dict(width=240, height=60, crop="bottom"),
     ["-resize", "240x160!", "-crop", "240x60+0+100", "+repage"]),
    ("focal", dict(width=100, height=160, focal="0.25,0.5"),
     ["-resize", "240x160!", "-crop", "100x160+10+0", "+repage"]),
    ("box", dict(width=100, crop="40,60,200,250"),
     ["-crop", "200x250+40+60", "+repage", "-resize", "100x125!"]),
    ("box-cover", dict(width=90, height=90, fit="cover",
                       crop="40,60,200,250"),
     ["-crop", "200x250+40+60", "+repage", "-resize", "90x113!", "-crop",
      "90x90+0+11", "+repage"]),
    ("larger", dict(width=720, height=720, enlarge="true"),
     ["-filter", "Catrom", "-resize", "720x480!"]),
]


def upright():
    return g.make("upright.png", *scene(WIDTH, HEIGHT))


def reference(name, how, turned=()):
    return g.make("reference-%s.png" % name, upright(), *turned, "+repage",
                  "-filter", "Lanczos", *how, "-depth", "8")


def stored(orientation):
    """The scene stored in an orientation, as a JPEG with the tag."""
    bare = g.make("bare-%d.jpg" % orientation, upright(),
                  *STORED[orientation], "+repage", "-strip", "-quality",
                  "98", "-sampling-factor", "1x1")
    with open(bare, "rb") as f:
        data = jpeg_with(f.read(), jpeg_exif(exif(orientation)))
    return g.write("stored-%d.jpg" % orientation, data)


@g.case
def every_orientation_with_every_fit():
    for name, operations, how in FITS:
        for orientation in STORED:
            result = g.render(stored(orientation),
                              spell(format="png", **operations))
            g.same(result, reference(name, how), RMSE, PEAK)


# What angle (anticlockwise) and flip mean, in ImageMagick's words.
TURNS = [
    (dict(angle=90), ["-rotate", "270"]),
    (dict(angle=180), ["-rotate", "180"]),
    (dict(angle=270), ["-rotate", "90"]),
    (dict(flip="h"), ["-flop"]),
    (dict(flip="v"), ["-flip"]),
    (dict(flip="hv"), ["-rotate", "180"]),
    (dict(angle=90, flip="h"), ["-rotate", "270", "+repage", "-flop"]),
    (dict(angle=270, flip="v"), ["-rotate", "90", "+repage", "-flip"]),
]


@g.case
def angle_and_flip_come_before_crop_and_size():
    """On a stored orientation too, whose turn they follow."""
    for i, (turn, magick) in enumerate(TURNS):
        for orientation in (1, 6, 7):
            result = g.render(stored(orientation), spell(
                width=60, crop="30,40,200,250", format="png", **turn))
            g.same(result, reference("turn-%d" % i, [
                "-crop", "200x250+30+40", "+repage", "-resize", "60x75!"],
                magick), RMSE, 0.2)


@g.case
def without_autorotate_only_the_angle_turns():
    for orientation in (3, 6):
        bare = g.make("bare-%d.png" % orientation, upright(),
                      *STORED[orientation], "+repage")
        expected = g.make("plain-%d.png" % orientation, bare, "-rotate",
                          "270", "+repage", "-filter", "Lanczos", "-resize",
                          "120x")
        g.same(g.render(stored(orientation), spell(
            width=120, autorotate="false", angle=90, format="png")),
            expected, RMSE, PEAK)


@g.case
def trim_and_smart_crops_see_the_upright_picture():
    results = {}
    framed = g.make("framed.png", "-size", "600x400", "xc:#102030",
                    upright(), "-geometry", "+100+20", "-composite")
    for orientation in STORED:
        bare = g.make("trim-%d.jpg" % orientation, framed,
                      *STORED[orientation], "+repage", "-quality", "100",
                      "-sampling-factor", "1x1")
        with open(bare, "rb") as f:
            data = jpeg_with(f.read(), jpeg_exif(exif(orientation)))
        source = g.write("trimmed-%d.jpg" % orientation, data)
        result = g.render(source, spell(trim=12, format="png"))
        # Whatever JPEG did to the frame is less than the tolerance.
        g.same(result, upright(), 0.012, 0.25)
        for word in ("entropy", "attention"):
            result = g.render(source, spell(width=100, height=200,
                                            crop=word, format="png"))
            results.setdefault(word, result)
            g.same(result, results[word], 0.015, 0.3)


g.main()
