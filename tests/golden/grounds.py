# SPDX-License-Identifier: BSD-2-Clause
# Copyright (c) 2026 The pixelfleet authors
"""Pictures with alpha, and looking at them: on several grounds, since on
one of them a wrong alpha or a colour that bled shows."""

from golden import Failed, run, scene

GROUNDS = ("white", "black", "#00ff00")


def colour(g):
    return g.make("colour.png", *scene(240, 160))


def grey(g):
    return g.make("grey.png", *scene(240, 160), "-colorspace", "Gray",
                  "-define", "png:color-type=0")


def faded(g):
    """The scene fading to the right, with a hole that hides magenta."""
    mask = g.make("mask.png", "-size", "160x240", "gradient:white-gray(20%)",
                  "-rotate", "270", "-fill", "black", "-draw",
                  "circle 75,100 75,60", "-colorspace", "Gray")
    hidden = g.make("hidden.png", *scene(240, 160), "-stroke", "none",
                    "-fill", "magenta", "-draw", "circle 75,100 75,60")
    return g.make("faded.png", hidden, mask, "-alpha", "off", "-compose",
                  "CopyOpacity", "-composite", "-depth", "8", "-define",
                  "png:color-type=6")


def on(g, ground, path, *how):
    name = "%s-on-%s.png" % (path.rsplit("/", 1)[1], ground.strip("#"))
    g.magick(path, *how, "-colorspace", "sRGB", "-background", ground,
             "-alpha", "remove", "-alpha", "off", "-depth", "8", g.path(name))
    return g.path(name)


def alike(g, result, reference, rmse, peak, *how):
    """As g.same(), on every ground; `how` the reference is still to be."""
    for ground in GROUNDS:
        g.same(on(g, ground, result), on(g, ground, reference, *how), rmse,
               peak)


def values(path, *how, channels="rgb"):
    """The 8 bit values of a picture, one pixel after another."""
    done = run(["convert", path, *how, "-depth", "8", channels + ":-"])
    if done.returncode:
        raise Failed(done.stderr.decode())
    return done.stdout


def alpha(path):
    return values(path, "-alpha", "extract", channels="gray")


def bands(path):
    """How many a PNG has."""
    with open(path, "rb") as f:
        kind = f.read(26)[25]
    return {0: 1, 2: 3, 4: 2, 6: 4}[kind]


def expect_bands(path, n):
    if bands(path) != n:
        raise Failed("%s has %d bands, not %d" % (path, bands(path), n))
