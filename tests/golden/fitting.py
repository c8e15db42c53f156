# SPDX-License-Identifier: BSD-2-Clause
# Copyright (c) 2026 The pixelfleet authors
"""The size of a result as the documentation promises it, by fractions."""

from fractions import Fraction

from golden import spell

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


def by_fit(fit, w, h, enlarge=False, **more):
    """As the canonical text has it: cover is spelled crop=fit."""
    words = {"inside": {}, "cover": {"crop": "fit"}}.get(fit, {"fit": fit})
    return spell(width=w, height=h, enlarge="true" if enlarge else None,
                 **dict(words, **more))
