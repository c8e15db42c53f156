#!/usr/bin/env python3
# SPDX-License-Identifier: BSD-2-Clause
# Copyright (c) 2026 The pixelfleet authors
"""What is cut, and where: gravity, focal point, box, smart crops, trim."""

import os
from fractions import Fraction

from fitting import half_up, inside
from golden import Failed, Golden, scene, spell

g = Golden()
RMSE, PEAK = 0.011, 0.1


def master():
    return g.make("master.png", *scene(960, 640))


def scaled(source, w, h):
    return g.make("scaled-%dx%d-%s.png" % (w, h, os.path.basename(source)),
                  source, "-filter", "Lanczos", "-resize",
                  "%dx%d!" % (w, h), "-depth", "8")


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


g.main()
