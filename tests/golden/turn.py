#!/usr/bin/env python3
# SPDX-License-Identifier: BSD-2-Clause
# Copyright (c) 2026 The pixelfleet authors
"""angle and flip, alone and on top of EXIF's orientation, pixel by pixel.

angle counts anticlockwise and comes before flip; -rotate of ImageMagick
counts clockwise.
"""

from golden import Failed, Golden, scene, spell
from grounds import colour, faded, grey, values
from tags import exif, png_chunk, png_with

g = Golden()
ANGLES = {None: [], "90": ["-rotate", "270"], "180": ["-rotate", "180"],
          "270": ["-rotate", "90"]}
FLIPS = {None: [], "h": ["-flop"], "v": ["-flip"],
         "hv": ["-rotate", "180"]}
# How an upright picture is turned to be stored in each orientation.
STORED = {
    1: [], 2: ["-flop"], 3: ["-rotate", "180"], 4: ["-flip"],
    5: ["-transpose"], 6: ["-rotate", "270"], 7: ["-transverse"],
    8: ["-rotate", "90"],
}


def turns():
    for angle, first in ANGLES.items():
        for flip, then in FLIPS.items():
            yield dict(angle=angle, flip=flip), [*first, *then, "+repage"]


def of(source, **operations):
    return g.render(source, spell(format="png", **operations))


def expect_exactly(result, source, how, what):
    if values(result, channels="rgba") != values(source, *how,
                                                 channels="rgba"):
        raise Failed("%s: %s" % (what, g.keep(
            result, result, g.make("expected.png", source, *how))))


@g.case
def every_angle_with_every_flip():
    for source in (colour(g), grey(g), faded(g)):
        for given, how in turns():
            result = of(source, **given)
            swapped = given["angle"] in ("90", "270")
            g.expect_size(result, *((160, 240) if swapped else (240, 160)))
            expect_exactly(result, source, how, given)


@g.case
def on_top_of_every_orientation():
    small = g.make("small.png", *scene(36, 24))
    for orientation, stored in STORED.items():
        bare = g.make("bare-%d.png" % orientation, small, *stored, "+repage",
                      "-strip")
        with open(bare, "rb") as f:
            tagged = g.write("tagged-%d.png" % orientation, png_with(
                f.read(), png_chunk(b"eXIf", exif(orientation))))
        for given, how in turns():
            expect_exactly(of(tagged, **given), small, how,
                           (orientation, given))
            if given == dict(angle="90", flip="v"):
                expect_exactly(of(tagged, autorotate="false", **given), bare,
                               how, (orientation, "not upright", given))


@g.case
def sizes_are_of_the_turned_picture():
    turned = g.make("turned.png", colour(g), "-rotate", "270", "+repage",
                    "-filter", "Lanczos", "-resize", "80x120!")
    g.same(of(colour(g), angle="90", width=80), turned, .012, .1)
    g.same(of(colour(g), angle="90", height=120), turned, .012, .1)
    g.expect_size(of(colour(g), angle="180", width=120), 120, 80)


@g.case
def a_crop_box_is_of_the_turned_picture():
    for given, how in turns():
        if given == dict(angle=None, flip=None):
            continue
        result = of(colour(g), crop="21,10,50,99", **given)
        expect_exactly(result, colour(g),
                       [*how, "-crop", "50x99+21+10", "+repage"], given)


@g.case
def gravity_is_of_the_turned_picture():
    turned = g.make("turned-180.png", colour(g), "-rotate", "180", "+repage",
                    "-crop", "240x80+0+0", "+repage")
    g.same(of(colour(g), angle="180", width=240, height=80, crop="top"),
           turned, 0, 0)


@g.case
def no_turn_changes_no_byte():
    with open(of(colour(g)), "rb") as f:
        bare = f.read()
    with open(of(colour(g), angle="0"), "rb") as f:
        if f.read() != bare:
            raise Failed("angle=0 does")


@g.case
def every_frame_is_turned():
    left = g.make("left.png", "-size", "20x10", "xc:#c02020", "-fill",
                  "#2020c0", "-draw", "rectangle 0,0 4,9")
    right = g.make("right.png", left, "-flop")
    source = g.make("moves.gif", "-delay", "20", left, right, "-loop", "0")
    result = g.render(source, "angle=90")
    for i, frame in enumerate((left, right)):
        g.same(g.make("frame-%d.png" % i, result, "-coalesce", "-delete",
                      1 - i, "+repage"),
               g.make("turned-frame-%d.png" % i, frame, "-rotate", "270",
                      "+repage"), .01, .02)


g.main()
