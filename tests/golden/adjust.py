#!/usr/bin/env python3
# SPDX-License-Identifier: BSD-2-Clause
# Copyright (c) 2026 The pixelfleet authors
"""Tones, colours, pixelate, blur and sharpen.

The formulas are those that the documentation gives, put into ImageMagick's
own terms; what an operation has to find out about a picture is found out
here once more, from ImageMagick's pixels.
"""

import math
import zlib

import profiles
from golden import Failed, Golden, scene, spell
from grounds import (alike, alpha, colour, expect_bands, faded, grey,
                     values)
from tags import png_chunk, png_with

g = Golden()
ROUNDING = (0.004, 0.0079)      # one step of 8 bits throughout, or two
LUMA = (0.2126, 0.7152, 0.0722)


def of(source, **operations):
    return g.render(source, spell(format="png", **operations))


def reference(name, source, *how):
    return g.make("reference-%s.png" % name, source, "-colorspace", "sRGB",
                  "-type", "TrueColor", *how, "-depth", "8")


def recolour(*rows):
    return ["-color-matrix", " ".join("%.6f" % v for row in rows
                                      for v in row)]


def saturate(factor):
    return [[w * (1 - factor) + (factor if i == j else 0)
             for j, w in enumerate(LUMA)] for i in range(3)]


def hue(degrees):
    """hue-rotate() of the W3C's Filter Effects Module Level 1."""
    c = math.cos(math.radians(degrees))
    s = math.sin(math.radians(degrees))
    return [[.213 + c * .787 - s * .213, .715 - c * .715 - s * .715,
             .072 - c * .072 + s * .928],
            [.213 - c * .213 + s * .143, .715 + c * .285 + s * .140,
             .072 - c * .072 - s * .283],
            [.213 - c * .213 - s * .787, .715 - c * .715 + s * .715,
             .072 + c * .928 + s * .072]]


SEPIA = [[.393, .769, .189], [.349, .686, .168], [.272, .534, .131]]
GREY = ["-grayscale", "Rec709Luma", "-colorspace", "sRGB"]


def product(a, b):
    return [[sum(a[i][k] * b[k][j] for k in range(3)) for j in range(3)]
            for i in range(3)]


def polynomial(slope, intercept):
    return ["-function", "polynomial", "%.8f,%.8f" % (slope, intercept)]


def contrasted(share):
    """As ImageMagick 6 does it by name; 7 has other slopes."""
    slope = math.tan(math.pi / 4 * (1 + share))
    return polynomial(slope, (1 - slope) / 2)


def power(gamma):
    """-gamma would be written into the file, and undone on reading."""
    return ["-evaluate", "pow", "%.8f" % (1 / gamma)]


# Operation, value, and what ImageMagick is to do.
POINTS = [
    ("brightness", "0.2", ["-brightness-contrast", "20x0"]),
    ("brightness", "-0.35", ["-brightness-contrast", "-35x0"]),
    ("brightness", "1", ["-evaluate", "set", "100%"]),
    ("brightness", "-1", ["-evaluate", "set", "0"]),
    ("contrast", "0.3", contrasted(0.3)),
    ("contrast", "-0.6", contrasted(-0.6)),
    ("contrast", "1", ["-channel", "RGB", "-threshold", "50%",
                             "+channel"]),
    ("contrast", "-1", ["-evaluate", "set", "50%"]),
    ("gamma", "2.2", power(2.2)),
    ("gamma", "0.5", power(0.5)),
    ("gamma", "0.1", power(0.1)),
    ("saturation", "-1", GREY),
    ("saturation", "-0.4", recolour(*saturate(.6))),
    ("saturation", "0.5", recolour(*saturate(1.5))),
    ("saturation", "1", recolour(*saturate(2))),
    ("hue", "1", recolour(*hue(1))),
    ("hue", "90", recolour(*hue(90))),
    ("hue", "200", recolour(*hue(200))),
    ("filter", "grey", GREY),
    ("filter", "sepia", recolour(*SEPIA)),
    ("filter", "negate", ["-channel", "RGB", "-negate", "+channel"]),
    ("filter", "duotone,102040,ffe0a0",
     [*GREY, "+level-colors", "#102040,#ffe0a0"]),
    ("filter", "duotone,ffffff,800000",
     [*GREY, "+level-colors", "#ffffff,#800000"]),
    ("colorize", "ff0000", ["-fill", "#ff0000", "-colorize", "100"]),
    ("colorize", "10c04080",
     ["-fill", "#10c040", "-colorize", "%.4f" % (128 / 2.55)]),
    ("colorize", "80808033",
     ["-fill", "#808080", "-colorize", "%.4f" % (51 / 2.55)]),
]
COLOURING = [("filter", "sepia"), ("filter", "duotone,102040,ffe0a0"),
             ("filter", "duotone,ffffff,800000"), ("colorize", "ff0000"),
             ("colorize", "10c04080")]
GREYING = [("saturation", "-1"), ("filter", "grey")]


def points(source, name):
    for operation, value, how in POINTS:
        made = reference("%s-%s-%s" % (name, operation, value), source,
                         "-alpha", "off", *how)
        yield operation, value, of(source, **{operation: value}), made


@g.case
def every_operation_on_colours():
    for operation, value, result, made in points(colour(g), "colour"):
        g.same(result, made, *ROUNDING)
        expect_bands(result, 1 if (operation, value) in GREYING else 3)


@g.case
def every_operation_on_grey():
    for operation, value, result, made in points(grey(g), "grey"):
        g.same(result, made, *ROUNDING)
        expect_bands(result, 3 if (operation, value) in COLOURING else 1)


@g.case
def every_operation_leaves_alpha_alone():
    kept = alpha(faded(g))
    for operation, value, result, made in points(faded(g), "faded"):
        if alpha(result) != kept:
            raise Failed("%s=%s changes alpha" % (operation, value))
        bare = g.make("bare-%s-%s.png" % (operation, value), result,
                      "-alpha", "off")
        g.same(bare, made, *ROUNDING)


@g.case
def several_at_once_in_their_order_and_rounded_once():
    slope = math.tan(1.3 * math.pi / 4)
    mixed = product(SEPIA, product(hue(40), saturate(.7)))
    made = reference(
        "several", colour(g), *polynomial(slope, slope * (.1 - .5) + .5),
        *power(1.4), *recolour(*[[v * .6 for v in row]
                                     for row in mixed]),
        "-channel", "G", "-evaluate", "add", "%.5f%%" % (64 / 255 * 40),
        "-channel", "B", "-evaluate", "add", "40%", "+channel")
    given = dict(brightness="0.1", contrast="0.3", gamma="1.4",
                 saturation="-0.3", hue="40", filter="sepia",
                 colorize="0040ff66")
    result = of(colour(g), **given)
    g.same(result, made, *ROUNDING)
    turned = "&".join(reversed(spell(format="png", **given).split("&")))
    if values(g.render(colour(g), turned)) != values(result):
        raise Failed("the order in the URL makes a difference")


@g.case
def values_are_rounded_to_the_nearest():
    ramp = g.make("ramp.png", "-size", "1x256", "gradient:black-white",
                  "-rotate", "90", "-colorspace", "sRGB", "-type",
                  "TrueColor", "-define", "png:color-type=2")
    slope = math.tan(1.2 * math.pi / 4)
    for given, formula in (
            (dict(gamma="2.2"), lambda v: v ** (1 / 2.2)),
            (dict(contrast="0.2"), lambda v: (v - .5) * slope + .5),
            (dict(saturation="0.6"), lambda v: v),
            (dict(hue="77"), lambda v: v),
            (dict(colorize="4d4d4d4d"),
             lambda v: v + (77 / 255 - v) * 77 / 255)):
        result = values(of(ramp, **given))[::3]
        for v, got in zip(values(ramp)[::3], result):
            want = min(max(formula(v / 255), 0), 1) * 255
            if abs(got - want) > .501:
                raise Failed("%s of %d is %d, not %.2f"
                             % (given, v, got, want))


@g.case
def a_neutral_value_changes_no_byte():
    def data(source, **operations):
        with open(of(source, **operations), "rb") as f:
            return f.read()

    for source in (colour(g), grey(g), faded(g)):
        for name, value in (
                ("brightness", "0"), ("contrast", "0"), ("gamma", "1"),
                ("saturation", "0"), ("hue", "0"), ("pixelate", "1"),
                ("colorize", "ff000000"), ("blur", "0"),
                ("sharp_amount", "0"), ("auto_level", "false"),
                ("auto_fix", "false")):
            if data(source, **{name: value}) != data(source):
                raise Failed("%s=%s of %s does" % (name, value, source))


@g.case
def a_profile_of_another_model_is_not_kept():
    p3 = profiles.rgb(profiles.P3)
    for source, profile, kept, lost in (
            (colour(g), p3, "filter=sepia", "filter=grey"),
            (grey(g), profiles.grey(2.2), "filter=negate", "filter=sepia"),
            (grey(g), profiles.grey(2.2), "pad=4&pad_color=808080",
             "pad=4&pad_color=ff0000")):
        with open(source, "rb") as f:
            tagged = g.write("tagged.png", png_with(f.read(), png_chunk(
                b"iCCP", b"x\0\0" + zlib.compress(profile))))
        for given, there in ((kept, True), (lost, False)):
            with open(g.render(tagged, given + "&format=jpg&strip=none"),
                      "rb") as f:
                if (b"acsp" in f.read()) != there:
                    raise Failed("%s: profile is not %s" % (given, there))


# -- what the picture decides -----------------------------------------------

def lumas(path, *how):
    """Of all pixels that are seen, sorted, 0..255."""
    shown = values(path, *how, "-alpha", "off", "-grayscale", "Rec709Luma",
                   channels="gray")
    return sorted(v for v, a in zip(shown, alpha(path)) if a)


def ends(found):
    """What 0.5 % lie below and above, 0..1."""
    clipped = int(len(found) * .005)
    return found[clipped] / 255, found[-1 - clipped] / 255


def pale(*how, blue=.85):
    """Nothing dark and nothing bright, under a yellow light."""
    return g.make("pale%g%s.png" % (blue, "".join(how)),
                  *scene(240, 160), "+level", "22%,71%", "-channel", "B",
                  "-evaluate", "multiply", blue, "+channel", *how)


@g.case
def auto_level_uses_the_whole_range():
    for source in (pale(), pale("-colorspace", "Gray")):
        low, high = ends(lumas(source))
        if high - low > .6:
            raise Failed("the source is not pale: %g..%g" % (low, high))
        made = reference("level-" + source.rsplit("/", 1)[1], source,
                         *polynomial(1 / (high - low), -low / (high - low)))
        # low and high may be a step off, and are stretched with the rest.
        g.same(of(source, auto_level="true"), made, .008, .024)


@g.case
def auto_level_does_not_look_at_what_is_hidden():
    source = g.make("holed.png", pale(), "(", "-size", "240x160", "xc:white",
                    "-fill", "black", "-draw", "rectangle 120,0 240,160",
                    ")", "-alpha", "off", "-compose", "CopyOpacity",
                    "-composite", "-channel", "RGB", "-fill", "white",
                    "-draw", "rectangle 160,0 240,160", "-depth", "8")
    low, high = ends(lumas(source))
    made = g.make("level-holed.png", source, "-channel", "RGB",
                  *polynomial(1 / (high - low), -low / (high - low)),
                  "+channel")
    alike(g, of(source, auto_level="true"), made, .008, .024)


@g.case
def auto_level_leaves_a_flat_picture_flat():
    for flat in ("#777777", "#406080"):
        source = g.make("flat%s.png" % flat.strip("#"), "-size", "40x30",
                        "xc:" + flat)
        g.same(of(source, auto_level="true"), source, 0, 0)


def gains(source):
    """Of white balance, half the way in powers and within bounds."""
    shown = values(source)
    means = [sum(shown[i::3]) for i in range(3)]
    grey_mean = sum(means) / 3
    return [min(max(math.sqrt(grey_mean / m), 1 / 1.1), 1.1) for m in means]


def fixed(source, by):
    """auto_fix with these gains."""
    found = sorted(
        int(sum(w * min(v / 255 * k, 1) for w, v, k in zip(LUMA, px, by))
            * 255 + .5) for px in zip(*[iter(values(source))] * 3))
    low, high = ends(found)
    if low < .15 or high > .8:
        raise Failed("the bounds of levels do not count: %g, %g"
                     % (low, high))
    each = []
    for channel, k in zip("RGB", by):
        each += ["-channel", channel, *polynomial(k / .65, -.15 / .65)]
    return reference("fix-" + source.rsplit("/", 1)[1], source, *each,
                     "+channel", *recolour(*saturate(1.1)))


@g.case
def auto_fix_balances_levels_and_saturates():
    # As yellow as can be mended, and more.
    for blue, bounded in ((.85, False), (.4, True)):
        source = pale(blue=blue)
        by = gains(source)
        if (by[2] == 1.1) != bounded or by[2] < 1.02:
            raise Failed("no good source: %s" % by)
        g.same(of(source, auto_fix="true"), fixed(source, by), *ROUNDING)


@g.case
def auto_fix_leaves_grey_grey():
    result = of(pale("-colorspace", "Gray"), auto_fix="true")
    expect_bands(result, 1)


# -- what looks at the neighbours -------------------------------------------

@g.case
def pixelate_takes_the_mean_of_a_block():
    for source in (colour(g), grey(g), faded(g)):
        for px in (2, 8, 40, 80):
            alike(g, of(source, pixelate=px), source, *ROUNDING,
                  "-scale", "%dx%d!" % (240 / px, 160 / px),
                  "-scale", "240x160!")


@g.case
def pixelate_cuts_blocks_at_the_far_edges():
    for px in (7, 37, 100, 1024):
        result = of(colour(g), pixelate=px)
        g.expect_size(result, 240, 160)
        for x in range(0, 240, px * max(1, 60 // px)):
            for y in (0, 159 // px * px):
                mean = values(colour(g), "-crop", "%dx%d+%d+%d" % (
                    px, px, x, y), "+repage", "-scale", "1x1!")
                far = min(x + px, 240) - 1, min(y + px, 160) - 1
                for at in ((x, y), far):
                    got = g.pixel(result, *at)
                    if max(abs(a - b) for a, b in zip(got, mean)) > 1:
                        raise Failed("%s at %s, not %s (%d px)" % (
                            got, at, tuple(mean), px))


@g.case
def blur_is_gaussian():
    for source in (colour(g), grey(g), faded(g)):
        for blur in ("2", "3", "5.9", "6", "13.5", "25", "100"):
            alike(g, of(source, blur=blur), source, .006, .03,
                  "-virtual-pixel", "edge", "-blur",
                  "0x%g" % (float(blur) / 2))


@g.case
def blur_of_small_pictures():
    for width, height in ((1, 1), (3, 200), (200, 3)):
        source = g.make("small-%d-%d.png" % (width, height),
                        *scene(width, height))
        for blur in ("2", "9", "100"):
            g.same(of(source, blur=blur), g.make(
                "blurred-%d-%d-%s.png" % (width, height, blur), source,
                "-blur", "0x%g" % (float(blur) / 2)), .008, .03)


@g.case
def blur_goes_on_beyond_the_edges_in_their_colour():
    for at in ("0,0 0,99", "99,0 99,99", "0,0 99,0", "0,99 99,99"):
        source = g.make("edge-%s.png" % at.replace(" ", "-"), "-size",
                        "100x100", "xc:black", "-fill", "white", "-draw",
                        "rectangle " + at)
        for blur in ("10", "40", "100"):
            made = g.make("edge-%s-%s.png" % (at.replace(" ", "-"), blur),
                          source, "-virtual-pixel", "edge", "-blur",
                          "0x%g" % (float(blur) / 2))
            g.same(of(source, blur=blur), made, .006, .03)


@g.case
def sharpen_is_an_unsharp_mask():
    for source in (colour(g), grey(g)):
        for amount in ("10", "50", "100"):
            made = reference("sharp-%s-%s" % (amount,
                                              source.rsplit("/", 1)[1]),
                             source, "-unsharp",
                             "0x1+%g+0" % (float(amount) / 50))
            g.same(of(source, sharp_amount=amount), made, .006, .032)


@g.case
def sharpen_leaves_alpha_and_what_it_hides():
    result = of(faded(g), sharp_amount="60")
    if alpha(result) != alpha(faded(g)):
        raise Failed("alpha changed")
    # What is flat stays flat, whatever is hidden beside it.
    flat = g.make("flat-hole.png", "-size", "60x40", "xc:#8090a0", "-fill",
                  "magenta", "-draw", "rectangle 20,0 40,40", "(", "-size",
                  "60x40", "xc:white", "-fill", "black", "-draw",
                  "rectangle 20,0 40,40", ")", "-alpha", "off", "-compose",
                  "CopyOpacity", "-composite", "-depth", "8")
    alike(g, of(flat, sharp_amount="100"), flat, *ROUNDING)


# -- what moves -------------------------------------------------------------

def frames(path):
    """What the third bar is in both."""
    return [tuple(values(path, "-coalesce", "-delete", str(1 - i), "-alpha",
                         "off", "-crop", "1x1+20+20", "+repage"))
            for i in range(2)]


def animation():
    """Two frames of four bars each."""
    def bars(*colours):
        return ["(", "-size", "40x10", *["xc:" + c for c in colours],
                "-append", ")"]

    return g.make("moves.gif", "-delay", "20",
                  *bars("#404040", "#606070", "#80a080", "#c0c0c0"),
                  *bars("#303030", "#505050", "#70e070", "#b0b0b0"),
                  "-loop", "0")


def expect_frames(result, *expected):
    """Nearly: a palette is made for each frame."""
    for got, want in zip(frames(result), expected):
        if max(abs(a - b) for a, b in zip(got, want)) > 3:
            raise Failed("%s, not %s" % (frames(result), expected))


@g.case
def every_frame_is_adjusted():
    expect_frames(g.render(animation(), "filter=negate"),
                  (127, 95, 127), (143, 31, 143))


@g.case
def the_first_frame_settles_what_is_to_be_found_out():
    # 0x40 to 0xc0 become 0 to 255 in both.
    expect_frames(g.render(animation(), "auto_level=true"),
                  (128, 191, 128), (96, 255, 96))


g.main()
