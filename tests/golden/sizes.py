#!/usr/bin/env python3
# SPDX-License-Identifier: BSD-2-Clause
# Copyright (c) 2026 The pixelfleet authors
"""Every way to a size, and every cut: exact sizes, right pixels."""

import os
import random
from fractions import Fraction

from golden import Failed, Golden, scene, spell

g = Golden()


FITS = ("inside", "outside", "cover", "contain", "fill")


def half_up(x):
    return max(1, int(x + Fraction(1, 2)))


def inside(sw, sh, w, h, enlarge=False, best=min):
    """The size that the documentation promises, by exact fractions."""
    k = best(Fraction(a, b) for a, b in ((w, sw), (h, sh)) if a)
    if not enlarge:
        k = min(Fraction(1), k)
    return half_up(sw * k), half_up(sh * k)


def cover(sw, sh, w, h, enlarge=False):
    """The box, or the largest of its shape that the source has."""
    k = Fraction(1)
    if not enlarge:
        k = min(k, Fraction(sw, w), Fraction(sh, h))
    return half_up(w * k), half_up(h * k)


def expected(fit, sw, sh, w, h, enlarge=False):
    if fit in ("inside", "outside"):
        return inside(sw, sh, w, h, enlarge,
                      min if fit == "inside" else max)
    if fit == "contain":
        return w, h
    return cover(sw, sh, w, h, enlarge)


def ops(w, h, crop=False, **more):
    return spell(width=w or None, height=h or None,
                 crop="fit" if crop else None, **more)


def by_fit(fit, w, h, enlarge=False, **more):
    """As the canonical text has it: cover is spelled crop=fit."""
    words = {"inside": {}, "cover": {"crop": "fit"}}.get(fit, {"fit": fit})
    return spell(width=w, height=h, enlarge="true" if enlarge else None,
                 **dict(words, **more))


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


GRAVITY = {"top": (None, 0), "bottom": (None, 1), "left": (0, None),
           "right": (1, None)}


def place(total, part, where):
    if where is None:
        return (total - part) // 2
    return (total - part) * where


@g.case
def gravity_says_what_a_crop_keeps():
    for word, (across, down) in GRAVITY.items():
        for w, h in ((200, 200), (300, 100), (70, 300)):
            k = max(Fraction(w, 960), Fraction(h, 640))
            cw, ch = half_up(960 * k), half_up(640 * k)
            reference = g.make("%s-%dx%d.png" % (word, w, h),
                               scaled(master(), cw, ch), "-crop",
                               "%dx%d+%d+%d" % (w, h, place(cw, w, across),
                                                place(ch, h, down)),
                               "+repage")
            g.same(g.render(master(), spell(width=w, height=h, crop=word)),
                   reference, RMSE, PEAK)


@g.case
def a_focal_point_stays_in_the_crop():
    for x, y, w, h in ((0, 0, 200, 200), (1, 1, 200, 200),
                       (Fraction(1, 4), Fraction(1, 2), 200, 200),
                       (Fraction(1, 2), Fraction(3, 10), 300, 80)):
        k = max(Fraction(w, 960), Fraction(h, 640))
        cw, ch = half_up(960 * k), half_up(640 * k)
        left, top = (min(max(int(at * total - Fraction(part - 1, 2)), 0),
                         total - part)
                     for at, total, part in ((x, cw, w), (y, ch, h)))
        reference = g.make("focal-%d-%d-%d.png" % (w, left, top),
                           scaled(master(), cw, ch), "-crop",
                           "%dx%d+%d+%d" % (w, h, left, top), "+repage")
        g.same(g.render(master(), spell(
            width=w, height=h, focal="%g,%g" % (x, y))), reference, RMSE,
            PEAK)


@g.case
def a_crop_box_is_cut_of_the_source_first():
    for x, y, w, h in ((0, 0, 960, 640), (10, 20, 300, 200),
                       (901, 3, 59, 637), (959, 639, 1, 1)):
        cut = g.make("cut-%d-%d-%d-%d.png" % (x, y, w, h), master(), "-crop",
                     "%dx%d+%d+%d" % (w, h, x, y), "+repage")
        box = "%d,%d,%d,%d" % (x, y, w, h)
        g.same(g.render(master(), spell(crop=box)), cut, 0, 0)
        size = inside(w, h, 100, 90)
        g.same(g.render(master(), spell(width=100, height=90, crop=box)),
               scaled(cut, *size), RMSE, PEAK)


@g.case
def a_crop_box_of_a_source_that_shrinks_as_it_is_decoded():
    """Of every alignment, at every ratio: never a tenth of a pixel off."""
    source = g.make("boxes.jpg", *scene(2400, 1600), "-quality", "95",
                    "-sampling-factor", "1x1")
    for i, (x, y, w, h) in enumerate(((0, 0, 1600, 1600), (8, 16, 1600, 800),
                                      (13, 7, 1999, 1501),
                                      (1200, 801, 1200, 799))):
        cut = g.make("box-%d.png" % i, source, "-crop",
                     "%dx%d+%d+%d" % (w, h, x, y), "+repage")
        for to in (40, 99, 180, 300):
            g.same(g.render(source, spell(
                width=to, crop="%d,%d,%d,%d" % (x, y, w, h), format="png")),
                scaled(cut, *inside(w, h, to, 0)),
                0.014 if to > 50 else 0.025, 1.5 * PEAK)


@g.case
def a_crop_box_beyond_the_source_is_refused():
    for box in ("0,0,961,10", "0,0,10,641", "960,0,1,1", "0,640,1,1",
                "500,10,461,10"):
        g.refused(master(), "crop=" + box, 400,
                  "'%s', but the source has 960 x 640 pixels" % box)


@g.case
def what_is_interesting_is_kept():
    """A sharp coloured figure on a flat ground, wherever it stands."""
    for word in ("entropy", "attention"):
        for x in (150, 500, 850):
            source = g.make("there-%d.png" % x, "-size", "1000x200",
                            "xc:#808890", "-fill", "#e03020", "-draw",
                            "circle %d,100 %d,50" % (x, x), "-fill",
                            "#f0d010", "-draw", "rectangle %d,70 %d,130"
                            % (x - 20, x + 20))
            result = g.render(source, spell(width=100, height=100,
                                            crop=word))
            g.expect_size(result, 100, 100)
            # Half as large as the source, and at most a quarter aside.
            if not any(g.pixel(result, at, 50)[2] < 0x40
                       for at in (35, 50, 65)):
                raise Failed("%s at %d: not in the middle" % (word, x))
            again = g.render(source, spell(width=50, height=50, crop=word))
            g.same(again, g.make("half-%s-%d.png" % (word, x), result,
                                 "-filter", "Lanczos", "-resize", "50x50!"),
                   0.06)


@g.case
def trim_takes_uniform_borders_off():
    inner = g.make("inner.png", *scene(300, 200))
    framed = g.make("framed.png", "-size", "400x260", "xc:#fff8f0", inner,
                    "-geometry", "+37+21", "-composite")
    g.same(g.render(framed, "trim=0"), inner, 0, 0)
    g.same(g.render(framed, "width=150&trim=0"), scaled(inner, 150, 100),
           RMSE, PEAK)
    # Noise of a few steps is border as long as the tolerance says so.
    noisy = g.make("noisy.png", "-size", "400x260", "pattern:gray50",
                   "+level-colors", "#f0f0f0,#f6f6f6", inner, "-geometry",
                   "+37+21", "-composite")
    g.same(g.render(noisy, "trim=6"), inner, 0, 0)
    g.expect_size(g.render(noisy, "trim=5"), 400, 260)
    g.expect_size(g.render(noisy, "trim=0"), 400, 260)
    # A box refers to what is left.
    g.same(g.render(framed, "crop=0,0,50,40&trim=0"),
           g.make("corner.png", inner, "-crop", "50x40+0+0", "+repage"), 0,
           0)
    g.refused(framed, "crop=0,0,301,1&trim=0", 400,
              "the trimmed source has 300 x 200 pixels")


@g.case
def trim_never_takes_all():
    flat = g.make("uniform.png", "-size", "40x30", "xc:#123456")
    g.expect_size(g.render(flat, "trim=10"), 40, 30)
    one = g.make("one.png", "-size", "40x30", "xc:white", "-fill", "black",
                 "-draw", "point 17,11")
    g.expect_size(g.render(one, "trim=10"), 1, 1)


@g.case
def trim_sees_what_is_seen():
    """Colours of what is wholly transparent are no difference."""
    inner = g.make("disc.png", "-size", "60x60", "xc:none", "-fill",
                   "#c02040", "-draw", "rectangle 10,15 39,44")
    hidden = g.make("hidden.png", inner, "(", "-size", "60x60",
                    "gradient:red-blue", ")", "(", inner, "-alpha",
                    "extract", ")", "-delete", "0", "-alpha", "off",
                    "-compose", "CopyOpacity", "-composite")
    for source in (inner, hidden):
        g.expect_size(g.render(source, "trim=0"), 30, 30)


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
