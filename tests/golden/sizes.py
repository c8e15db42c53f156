#!/usr/bin/env python3
# SPDX-License-Identifier: BSD-2-Clause
# Copyright (c) 2026 The pixelfleet authors
"""Every way to a size, and every cut: exact sizes, right pixels."""

import os
import random
from fractions import Fraction

from fitting import FITS, by_fit, cover, expected, half_up, inside
from golden import Failed, Golden, scene, spell

g = Golden()


def ops(w, h, crop=False, **more):
    return spell(width=w or None, height=h or None,
                 crop="fit" if crop else None, **more)


def master():
    return g.make("master.png", *scene(960, 640))


def scaled(source, w, h):
    return g.make("scaled-%dx%d-%s.png" % (w, h, os.path.basename(source)),
                  source, "-filter", "Lanczos", "-resize",
                  "%dx%d!" % (w, h), "-depth", "8")


# The two Lanczos filters round differently at hard edges; a shift by two
# pixels or a centred instead of a cornered crop is ten times that.
RMSE, PEAK = 0.011, 0.1


@g.case
def one_side_keeps_the_aspect():
    for w, h in ((480, 0), (333, 0), (100, 0), (0, 320), (0, 77)):
        g.same(g.render(master(), ops(w, h)),
               scaled(master(), *inside(960, 640, w, h)), RMSE, PEAK)


@g.case
def both_sides_are_a_box_to_fit_in():
    for w, h in ((400, 400), (300, 100), (100, 300), (959, 640)):
        g.same(g.render(master(), ops(w, h)),
               scaled(master(), *inside(960, 640, w, h)), RMSE, PEAK)


def cropped(source, sw, sh, w, h):
    """Scale to cover, then cut around the centre."""
    ow, oh = cover(sw, sh, w, h)
    k = max(Fraction(ow, sw), Fraction(oh, sh))
    cw, ch = half_up(sw * k), half_up(sh * k)
    return g.make("cropped-%dx%d-%s.png" % (w, h, os.path.basename(source)),
                  source,
                  "-filter", "Lanczos", "-resize", "%dx%d!" % (cw, ch),
                  "-crop", "%dx%d+%d+%d" % (ow, oh, (cw - ow) // 2,
                                            (ch - oh) // 2),
                  "+repage", "-depth", "8")


@g.case
def crop_covers_the_box_around_the_centre():
    for w, h in ((300, 300), (200, 50), (50, 200), (480, 320), (301, 299),
                 (960, 100), (100, 640)):
        g.same(g.render(master(), ops(w, h, True)),
               cropped(master(), 960, 640, w, h), RMSE, PEAK)


@g.case
def a_box_beyond_the_source_never_enlarges():
    for w, h in ((2000, 0), (0, 2000), (2000, 2000), (960, 640)):
        g.same(g.render(master(), ops(w, h)), master(), 0, 0)


@g.case
def crop_of_a_small_source_has_the_aspect_of_the_box():
    for w, h in ((2000, 2000), (2000, 1000), (1000, 2000), (961, 2)):
        g.same(g.render(master(), ops(w, h, True)),
               cropped(master(), 960, 640, w, h), RMSE, PEAK)


def shrinking(name, width, height, peak=PEAK):
    """From a size at which a decoder may shrink down to tiny ones."""
    source = g.make(name, *scene(width, height), "-quality", "95",
                    "-sampling-factor", "1x1")
    for k in (3.9, 4, 5, 8, 8.1, 16, 16.2, 32, 60):
        w = int(width / k)
        result = g.render(source, ops(w, 0, format="png"))
        g.same(result, scaled(source, *inside(width, height, w, 0)), RMSE,
               peak)
    for w, h in ((width // 16, width // 16), (40, 100), (599, 20)):
        result = g.render(source, ops(w, h, True, format="png"))
        g.same(result, cropped(source, width, height, w, h), RMSE, peak)


@g.case
def a_jpeg_that_shrinks_as_it_is_decoded():
    shrinking("even.jpg", 2400, 1600)


@g.case
def a_jpeg_of_odd_size_that_shrinks():
    """The last pixel of a shrunken row stands for less than the others."""
    shrinking("odd.jpg", 2403, 1601)


@g.case
def a_webp_that_shrinks_as_it_is_decoded():
    # libwebp places the colours of an odd size a little aside.
    shrinking("odd.webp", 1203, 801, 0.15)


@g.case
def outside_is_the_smallest_that_covers_the_box():
    for w, h in ((300, 300), (480, 100), (100, 320)):
        g.same(g.render(master(), by_fit("outside", w, h)),
               scaled(master(), *inside(960, 640, w, h, best=max)), RMSE,
               PEAK)


@g.case
def fill_distorts_to_the_box():
    for w, h in ((300, 300), (480, 40), (33, 320), (2000, 500)):
        g.same(g.render(master(), by_fit("fill", w, h)),
               scaled(master(), *cover(960, 640, w, h)), RMSE, PEAK)


@g.case
def contain_is_the_box_with_the_picture_in_its_middle():
    for w, h, colour in ((300, 300, None), (480, 100, "ff0000"),
                         (99, 320, "00ff00"), (1000, 700, None)):
        inner = inside(960, 640, w, h)
        reference = g.make("contain-%dx%d.png" % (w, h),
                           scaled(master(), *inner), "-background",
                           "#" + (colour or "ffffff"), "-gravity",
                           "NorthWest", "-splice", "%dx%d"
                           % ((w - inner[0]) // 2, (h - inner[1]) // 2),
                           "-extent", "%dx%d" % (w, h))
        g.same(g.render(master(), by_fit("contain", w, h,
                                         pad_color=colour)),
               reference, RMSE, PEAK)


@g.case
def scale_is_a_share_of_the_source():
    for scale, w, h in (("0.5", 480, 320), ("0.333", 320, 213),
                        ("0.05", 48, 32)):
        g.same(g.render(master(), "scale=" + scale),
               scaled(master(), w, h), RMSE, PEAK)


def enlarged(source, w, h):
    """Both by the cubic of Catmull and Rom."""
    return g.make("enlarged-%dx%d-%s.png" % (w, h, os.path.basename(source)),
                  source, "-filter", "Catrom", "-resize", "%dx%d!" % (w, h),
                  "-depth", "8")


def small():
    return g.make("small.png", *scene(120, 80))


@g.case
def enlarging_is_smooth_and_keeps_the_middle():
    """Half a pixel of the result aside would be six times the bound."""
    for fit, w, h in (("inside", 480, 480), ("inside", 1000, 1000),
                      ("fill", 300, 500), ("fill", 500, 80),
                      ("outside", 360, 360), ("fill", 480, 320)):
        size = expected(fit, 120, 80, w, h, True)
        g.same(g.render(small(), by_fit(fit, w, h, True)),
               enlarged(small(), *size), 0.004, PEAK)
    g.same(g.render(small(), "scale=3.5&enlarge=true"),
           enlarged(small(), 420, 280), 0.004, PEAK)


@g.case
def enlarging_one_side_and_shrinking_the_other():
    source = g.make("flat.png", *scene(800, 60))
    reference = g.make("flat-reference.png", source, "-filter", "Lanczos",
                       "-resize", "200x60!", "-filter", "Catrom", "-resize",
                       "200x240!", "-depth", "8")
    g.same(g.render(source, by_fit("fill", 200, 240, True)), reference,
           RMSE, PEAK)


@g.case
def an_enlarged_cover_is_the_box():
    for w, h in ((500, 500), (600, 100), (80, 300)):
        k = max(Fraction(w, 120), Fraction(h, 80))
        cw, ch = half_up(120 * k), half_up(80 * k)
        reference = g.make("big-%dx%d.png" % (w, h), enlarged(small(), cw,
                           ch), "-crop", "%dx%d+%d+%d" % (
                               w, h, (cw - w) // 2, (ch - h) // 2),
                           "+repage")
        g.same(g.render(small(), by_fit("cover", w, h, True)), reference,
               0.004, PEAK)


@g.case
def every_fit_gives_its_exact_size():
    """Whatever the shape, and one pixel is not too few."""
    rng = random.Random(2)
    sources = [(1, 1), (1, 300), (300, 1), (5000, 2), (3, 2), (200, 133)]
    for sw, sh in sources:
        source = g.make("size-%dx%d.png" % (sw, sh), "-size",
                        "%dx%d" % (sw, sh), "xc:#336699")
        for fit in FITS:
            for enlarge in (False, True):
                w, h = rng.choice(((1, 1), (7, 300), (300, 7), (64, 64),
                                   (299, 301)))
                size = expected(fit, sw, sh, w, h, enlarge)
                if max(size) > 8000:
                    continue
                g.expect_size(g.render(source, by_fit(fit, w, h, enlarge)),
                              *size)


@g.case
def extreme_shapes_are_cut_before_they_are_made_large():
    for sw, sh in ((1, 16000), (16000, 1)):
        source = g.make("thread-%dx%d.png" % (sw, sh), "-size",
                        "%dx%d" % (sw, sh), "xc:#336699")
        result = g.render(source, by_fit("cover", 500, 400, True))
        g.expect_size(result, 500, 400)
        if g.pixel(result, 250, 200) != (0x33, 0x66, 0x99):
            raise Failed("another colour")


@g.case
def results_are_limited_before_anything_is_done():
    limits = ("--max-side", "1000", "--max-out-pixels", "600000")
    for text, words in (
            ("width=1001&enlarge=true", "1001 x 667 pixels"),
            ("width=900&height=900&fit=contain", "900 x 900 pixels"),
            ("width=950&pad=30", "with pad would be 1010 x 693 pixels"),
            ("width=980&border=20,000000", "with border would be"),
            ("width=900&pad=40&border=20,000000",
             "with pad and border would be"),
            ("scale=9.5&enlarge=true", "9120 x 6080 pixels")):
        g.refused(master(), text, 413, words, *limits)


@g.case
def sizes_are_exact_for_every_shape():
    rng = random.Random(1)
    shapes = [(1, 1), (1, 500), (500, 1), (8192, 1), (1, 8192), (3, 2),
              (8192, 3), (7, 4001)]
    shapes += [(rng.randint(2, 900), rng.randint(2, 900)) for _ in range(12)]
    wrong = []
    for sw, sh in shapes:
        for kind in ("png", "jpg", "webp"):
            source = g.make("shape-%dx%d.%s" % (sw, sh, kind),
                            "-size", "%dx%d" % (sw, sh), "xc:#336699")
            for crop in (False, True):
                w, h = rng.randint(1, 600), rng.randint(1, 600)
                if not crop and rng.random() < .5:
                    w, h = rng.choice(((w, 0), (0, h)))
                wanted = (cover if crop else inside)(sw, sh, w, h)
                result = g.render(source, ops(w, h, crop))
                if g.size(result) != wanted:
                    wrong.append("%dx%d %s of %s: %s, not %s" % (
                        sw, sh, kind, ops(w, h, crop), g.size(result),
                        wanted))
    if wrong:
        raise Failed("\n      ".join(wrong))


g.main()
