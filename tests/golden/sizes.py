#!/usr/bin/env python3
# SPDX-License-Identifier: BSD-2-Clause
# Copyright (c) 2026 The pixelfleet authors
"""Width, height, the box and crop=fit: exact sizes, right pixels."""

import os
import random
from fractions import Fraction

from golden import Failed, Golden, scene

g = Golden()


def half_up(x):
    return max(1, int(x + Fraction(1, 2)))


def inside(sw, sh, w, h):
    """The size that the documentation promises, by exact fractions."""
    k = min([Fraction(1)] + [Fraction(a, b) for a, b in ((w, sw), (h, sh))
                             if a])
    return half_up(sw * k), half_up(sh * k)


def cover(sw, sh, w, h):
    k = min(Fraction(1), Fraction(sw, w), Fraction(sh, h))
    return half_up(w * k), half_up(h * k)


def ops(w, h, crop=False, **more):
    parts = ["width=%d" % w] if w else []
    parts += ["height=%d" % h] if h else []
    parts += ["crop=fit"] if crop else []
    parts += ["%s=%s" % item for item in more.items()]
    return "&".join(parts)


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
                expected = (cover if crop else inside)(sw, sh, w, h)
                result = g.render(source, ops(w, h, crop))
                if g.size(result) != expected:
                    wrong.append("%dx%d %s of %s: %s, not %s" % (
                        sw, sh, kind, ops(w, h, crop), g.size(result),
                        expected))
    if wrong:
        raise Failed("\n      ".join(wrong))


g.main()
