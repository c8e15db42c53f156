#!/usr/bin/env python3
# SPDX-License-Identifier: BSD-2-Clause
# Copyright (c) 2026 The pixelfleet authors
"""Whatever the source's colours are, 8 bit sRGB comes out, and looks alike.

With a profile the reference is ImageMagick's conversion to sRGB by the same
profile.  CMYK without one is compared with the colours that a press makes
of full inks on paper, as published for SWOP.
"""

import os

import profiles
from golden import Failed, Golden, scene
from tags import webp_with

g = Golden()
OPS = "width=240"
RESIZE = ["-filter", "Lanczos", "-resize", "240x160!"]
RMSE, PEAK = 0.012, 0.1


def icc(name):
    path = g.path(name + ".icc")
    if not os.path.exists(path):
        g.write(name + ".icc", {
            "srgb": lambda: profiles.rgb(profiles.SRGB),
            "p3": lambda: profiles.rgb(profiles.P3),
            "grey18": lambda: profiles.grey(1.8),
            "cmyk": profiles.cmyk,
            "cmyk-perceptual": lambda: profiles.cmyk(["A2B0"]),
        }[name]())
    return path


def master():
    return g.make("master.png", *scene(480, 320))


def tagged(name, profile, *how):
    """The scene's numbers, now said to be of that profile."""
    return g.make(name, master(), *how, "-profile", icc(profile),
                  "-quality", "98", "-sampling-factor", "1x1")


def to_srgb(source, intent="relative"):
    """Scale, then convert by its profile."""
    return g.make("srgb-%s.png" % os.path.basename(source), source, *RESIZE,
                  "-intent", intent, "-black-point-compensation",
                  "-profile", icc("srgb"), "-depth", "8")


def expect_srgb(source, intent="relative"):
    """Right colours, and no profile left that would change them again."""
    for kind in ("png", "jpg", "webp", "avif"):
        result = g.render(source, "%s&format=%s&quality=100" % (OPS, kind))
        g.same(result, to_srgb(source, intent), RMSE, PEAK,
               coarse=kind in ("webp", "avif"))
        with open(result, "rb") as f:
            data = f.read()
        for mark in (b"ICC_PROFILE", b"iCCP", b"ICCP", b"acsp"):
            if mark in data:
                raise Failed("%s has a profile (%s)" % (result, mark))


def differs(source, least):
    """The conversion must be seen, or this tests nothing."""
    ignored = g.make("ignored.png", source, "-strip", *RESIZE,
                     "-colorspace", "sRGB", "-type", "TrueColor", "-depth",
                     "8")
    distance = g.distance("RMSE", to_srgb(source), ignored)
    os.remove(ignored)
    if distance < least:
        raise Failed("%s: the profile changes only %.4f" % (source,
                                                           distance))


@g.case
def display_p3():
    for name in ("p3.jpg", "p3.png", "p3.tiff"):
        source = tagged(name, "p3")
        differs(source, 0.02)
        expect_srgb(source)


@g.case
def display_p3_in_webp():
    bare = g.make("bare.webp", master(), "-define", "webp:lossless=true")
    with open(icc("p3"), "rb") as f, open(bare, "rb") as w:
        source = g.write("p3.webp", webp_with(w.read(), 480, 320,
                                              ICCP=f.read()))
    g.same(g.render(source, OPS + "&format=png"),
           to_srgb(tagged("p3.png", "p3")), RMSE, PEAK)


@g.case
def srgb_tagged_stays_as_it_is():
    source = tagged("srgb.png", "srgb")
    g.same(g.render(source, "format=png"), master(), 0.003, 0.012)


@g.case
def sixteen_bits():
    wide = g.make("wide.png", master(), "-depth", "16", "-evaluate",
                  "multiply", "0.9001")
    reference = g.make("wide-reference.png", wide, *RESIZE, "-depth", "8")
    for name in ("wide.png", "wide.tiff"):
        source = g.make(name, wide, "-depth", "16")
        g.same(g.render(source, OPS + "&format=png"), reference, RMSE, PEAK)


@g.case
def sixteen_bits_of_display_p3():
    source = tagged("p3-16.png", "p3", "-depth", "16", "-evaluate",
                    "multiply", "0.9001")
    expect_srgb(source)


@g.case
def grey_stays_grey():
    for depth in ("8", "16"):
        for kind in ("png", "jpg", "tiff"):
            if (kind, depth) == ("jpg", "16"):
                continue
            source = g.make("grey%s.%s" % (depth, kind), master(),
                            "-colorspace", "Gray", "-depth", depth,
                            "-quality", "98")
            reference = g.make("grey-reference.png", source, *RESIZE,
                               "-depth", "8")
            for to in ("png", "jpg", "webp", "avif"):
                result = g.render(source, "%s&format=%s&quality=100"
                                  % (OPS, to))
                g.same(result, reference, RMSE, PEAK)


@g.case
def grey_with_a_profile():
    for kind in ("png", "jpg"):
        source = g.make("grey18." + kind, master(), "-colorspace", "Gray",
                        "-profile", icc("grey18"), "-quality", "98")
        differs(source, 0.02)
        g.same(g.render(source, OPS + "&format=png"), to_srgb(source), RMSE,
               PEAK)


@g.case
def palettes():
    for name, how in (("pal.png", ["-colors", "200", "-type", "Palette"]),
                      ("pal.gif", ["-colors", "200"]),
                      ("bilevel.png", ["-threshold", "40%", "-depth", "1",
                                       "-type", "Bilevel"])):
        source = g.make(name, master(), "-dither", "None", *how)
        reference = g.make(name + "-reference.png", source, "-colorspace",
                           "sRGB", "-type", "TrueColor", *RESIZE, "-depth",
                           "8")
        g.same(g.render(source, OPS + "&format=png"), reference, RMSE, PEAK)


def inked(name, *how):
    """The scene as CMYK; a quarter of its light is taken by black ink."""
    return g.make(name, master(), "-colorspace", "CMYK", "-channel", "K",
                  "-evaluate", "add", "25%", "+channel", *how, "-quality",
                  "98", "-sampling-factor", "1x1")


@g.case
def cmyk_with_a_profile():
    for name in ("cmyk.jpg", "cmyk.tiff"):
        source = inked(name, "-profile", icc("cmyk"))
        differs(source, 0.02)
        expect_srgb(source)


@g.case
def cmyk_with_a_profile_that_has_no_colorimetric_table():
    source = inked("perceptual.jpg", "-profile", icc("cmyk-perceptual"))
    expect_srgb(source, "perceptual")


# What SWOP makes of full inks: C, M, Y, K, red, green, blue, paper.
SWOP = [((100, 0, 0, 0), (0, 174, 239)), ((0, 100, 0, 0), (236, 0, 140)),
        ((0, 0, 100, 0), (255, 242, 0)), ((0, 0, 0, 100), (35, 31, 32)),
        ((0, 100, 100, 0), (237, 28, 36)), ((100, 0, 100, 0), (0, 166, 81)),
        ((100, 100, 0, 0), (46, 49, 146)), ((0, 0, 0, 0), (255, 255, 255))]


@g.case
def cmyk_without_a_profile_looks_like_print():
    patches = []
    for inks, _ in SWOP:
        patches += ["(", "-size", "32x32", "xc:cmyk(%d%%,%d%%,%d%%,%d%%)"
                    % inks, ")"]
    for kind in ("jpg", "tiff"):
        source = g.make("patches." + kind, *patches, "+append", "-colorspace",
                        "CMYK", "-quality", "98", "-sampling-factor", "1x1")
        result = g.render(source, "format=png")
        g.expect_size(result, 32 * len(SWOP), 32)
        for i, (inks, colour) in enumerate(SWOP):
            got = g.pixel(result, 32 * i + 16, 16)
            if max(abs(a - b) for a, b in zip(got, colour)) > 24:
                raise Failed("%s: CMYK %s became %s, not about %s"
                             % (kind, inks, got, colour))


@g.case
def a_profile_of_another_colour_model_is_ignored():
    """Editors do that; the pixels are what they are."""
    for name, profile in (("rgb-in-grey", "grey18"), ("rgb-in-cmyk", "cmyk")):
        with open(g.make("bare-l.webp", master(), "-define",
                         "webp:lossless=true"), "rb") as w, \
                open(icc(profile), "rb") as f:
            source = g.write(name + ".webp",
                             webp_with(w.read(), 480, 320, ICCP=f.read()))
        g.same(g.render(source, "format=png"), master(), 0.003, 0.012)


@g.case
def a_damaged_profile_is_ignored():
    with open(icc("p3"), "rb") as f:
        whole = f.read()
    with open(g.make("bare-l.webp", master(), "-define",
                     "webp:lossless=true"), "rb") as f:
        bare = f.read()
    for n in (0, 3, 20, 128, 140, 500):
        source = g.write("cut-%d.webp" % n,
                         webp_with(bare, 480, 320, ICCP=whole[:n]))
        g.same(g.render(source, "format=png"), master(), 0.003, 0.012)


g.main()
