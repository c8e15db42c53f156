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
from tags import png_chunk, png_with, webp_with

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
            "adobe": lambda: profiles.rgb(profiles.ADOBE,
                                          lambda v: v ** (563 / 256)),
            "linear": lambda: profiles.rgb(profiles.SRGB, lambda v: v),
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
def adobe_rgb():
    for name in ("adobe.jpg", "adobe.png", "adobe.tiff"):
        source = tagged(name, "adobe")
        differs(source, 0.02)
        expect_srgb(source)


@g.case
def linear_by_profile():
    """16 bits, since 8 are too few for the dark end of linear numbers."""
    numbers = g.make("linear-numbers.miff", master(), "-depth", "16",
                     "-colorspace", "RGB", "-set", "colorspace", "sRGB",
                     "-strip")
    source = g.make("linear-icc.png", numbers, "-profile", icc("linear"))
    g.same(g.render(source, "format=png"), master(), 0.004, 0.05)


def with_gamma(bare):
    """Of what is linear; ImageMagick 6 says so in a PNG, 7 does not."""
    if not bare.endswith(".png"):
        return bare
    with open(bare, "rb") as f:
        data = f.read()
    if b"gAMA" not in data[:data.index(b"IDAT")]:
        data = png_with(data, png_chunk(b"gAMA", b"\0\1\x86\xa0"))
    return g.write(os.path.basename(bare), data)


@g.case
def linear_by_gamma_or_by_fractions():
    for name, how in (("gamma.png", ["-depth", "16"]),
                      ("float.tiff", ["-depth", "32", "-define",
                                      "quantum:format=floating-point"])):
        source = with_gamma(g.make("linear-" + name, master(),
                                   "-colorspace", "RGB", *how))
        for text, how in ((OPS, RESIZE), ("trim=0", [])):
            g.same(g.render(source, text + "&format=png"),
                   g.make("linear-%d.png" % len(how), master(), *how), RMSE,
                   PEAK)


@g.case
def linear_grey_and_alpha():
    for kind, how in (("tiff", ["-depth", "32", "-define",
                                "quantum:format=floating-point"]),
                      ("png", ["-depth", "16"])):
        grey = with_gamma(g.make("linear-grey." + kind, master(),
                                 "-colorspace", "LinearGray", *how))
        g.same(g.render(grey, OPS + "&format=png"),
               g.make("plain-grey.png", master(), "-colorspace", "LinearGray",
                      "-colorspace", "sRGB", *RESIZE, "-depth", "8"), RMSE,
               PEAK)
        half = with_gamma(g.make(
            "linear-half." + kind, master(), "-colorspace", "RGB", "-alpha",
            "set", "-channel", "A", "-evaluate", "set", "50%", "+channel",
            *how))
        result = g.render(half, OPS + "&format=png")
        seen = g.make("half-seen-%s.png" % kind, result, "-background",
                      "white", "-alpha", "remove", "-alpha", "off")
        g.same(seen, g.make("half-wanted.png", master(), "-alpha", "set",
                            "-channel", "A", "-evaluate", "set", "50%",
                            "+channel", "-background", "white", "-alpha",
                            "remove", "-alpha", "off", *RESIZE), RMSE, PEAK)


@g.case
def other_numbers_of_tiff():
    """32 bits, Lab, YCbCr, white as the least."""
    for name, how in (("u32.tiff", ["-depth", "32"]),
                      ("lab16.tiff", ["-colorspace", "Lab", "-depth", "16"]),
                      ("ycbcr.tiff", ["-compress", "JPEG", "-quality",
                                      "98"])):
        source = g.make(name, master(), *how)
        g.same(g.render(source, OPS + "&format=png"),
               g.make("plain.png", master(), *RESIZE), RMSE, 0.2)
    # 8 bit Lab has steps of a hundredth.
    source = g.make("lab8.tiff", master(), "-colorspace", "Lab", "-depth",
                    "8")
    g.same(g.render(source, OPS + "&format=png"), g.path("plain.png"), 0.03,
           0.3)
    white = g.make("white.tiff", master(), "-colorspace", "Gray", "-define",
                   "quantum:polarity=min-is-white")
    g.same(g.render(white, "format=png"), white, 0.002, 0.01)


@g.case
def strip_none_keeps_colours_and_their_profile():
    for kind in ("png", "jpg", "webp", "avif"):
        source = tagged("kept.png", "p3")
        result = g.render(source, "%s&format=%s&quality=100&strip=none"
                          % (OPS, kind))
        with open(result, "rb") as f:
            data = f.read()
        mark = b"iCCP" if kind == "png" else b"acsp"
        if mark not in data:
            raise Failed("%s has no profile" % result)
        if kind != "avif":
            bare = g.make("kept-bare-%s.png" % kind, result, "-strip")
            g.same(bare, g.make("kept-plain.png", master(), *RESIZE), RMSE,
                   PEAK, coarse=kind == "webp")
    # GIF has no place for it, and of ink there is none in a screen's file.
    result = g.render(tagged("kept.png", "p3"), OPS + "&format=gif"
                      "&strip=none")
    g.same(result, to_srgb(tagged("kept.png", "p3")), 0.03, coarse=True)
    source = inked("kept-cmyk.jpg", "-profile", icc("cmyk"))
    g.same(g.render(source, OPS + "&format=png&strip=none"),
           to_srgb(source), RMSE, PEAK)


@g.case
def display_p3_in_avif_by_number():
    """Its primaries are a number in a box, and there is no profile."""
    with open(g.render(master(), "format=avif&quality=100"), "rb") as f:
        data = bytearray(f.read())
    at = data.index(b"colrnclx") + 8
    data[at:at + 2] = b"\0\x0c"
    source = g.write("number.avif", data)
    g.same(g.render(source, OPS + "&format=png"),
           to_srgb(tagged("p3.png", "p3")), RMSE, PEAK, coarse=True)
    # As numbers they are what they were, and a profile says whose.
    kept = g.render(source, OPS + "&format=png&strip=none")
    with open(kept, "rb") as f:
        if b"iCCP" not in f.read():
            raise Failed("no profile")
    g.same(g.make("number-bare.png", kept, "-strip"),
           g.make("number-plain.png", master(), *RESIZE), RMSE, PEAK,
           coarse=True)


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


@g.case
def a_palette_with_transparency():
    faded = g.make("faded.png", master(), "(", "-size", "480x320",
                   "gradient:white-black", ")", "-alpha", "off", "-compose",
                   "CopyOpacity", "-composite", "-colors", "60")
    source = g.path("tRNS.png")
    g.magick(faded, "PNG8:" + source)
    with open(source, "rb") as f:
        data = f.read()
    if data[25] != 3 or b"tRNS" not in data:
        raise Failed("no palette with transparency")
    for ground in ("white", "black"):
        flat = ["-background", ground, "-alpha", "remove", "-alpha", "off"]
        g.same(g.make("on-%s.png" % ground, g.render(
            source, OPS + "&format=png"), *flat),
            g.make("wanted-%s.png" % ground, source, "-filter", "Lanczos",
                   "-resize", "240x160!", *flat), RMSE, 0.15)


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


def adobe_segment(data):
    at = data.index(b"\xff\xee\0\x0eAdobe")
    return at, data[at + 15]


def same_ink(source, plain):
    g.same(g.render(source, OPS + "&format=png"),
           g.render(plain, OPS + "&format=png"), 0.015, 0.15)


@g.case
def cmyk_stored_as_ycck():
    """As Photoshop does: inverted, then as light and its colours."""
    source = inked("ycck.jpg")
    with open(source, "rb") as f:
        if adobe_segment(f.read())[1] != 2:
            raise Failed("not YCCK")
    same_ink(source, inked("ycck.tiff"))


@g.case
def cmyk_stored_inverted_with_adobe_mark_or_without():
    """
    Of equal amounts of C, M and Y, YCCK has one plane in Y, grey in Cb and
    Cr.  Called CMYK, these planes are other inks, and inverted as browsers
    take all CMYK to be, whether there is a mark or not.
    """
    c = g.make("plane-c.png", master(), "-colorspace", "Gray")
    k = g.make("plane-k.png", c, "-flop", "-evaluate", "multiply", ".3")
    half = g.make("plane-half.png", c, "-evaluate", "set", "50%")

    def inks(name, *planes):
        return g.make(name, *planes, "-set", "colorspace", "CMYK",
                      "-combine", "-quality", "98", "-sampling-factor",
                      "1x1")

    with open(inks("planes.jpg", c, c, c, k), "rb") as f:
        data = bytearray(f.read())
    at, transform = adobe_segment(data)
    if transform != 2:
        raise Failed("not YCCK")
    data[at + 15] = 0
    plain = inks("inverted.tiff", "(", c, "-negate", ")", half, half, k)
    same_ink(g.write("inverted.jpg", data), plain)
    same_ink(g.write("unmarked.jpg", data[:at] + data[at + 16:]), plain)


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
