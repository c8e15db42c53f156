#!/usr/bin/env python3
# SPDX-License-Identifier: BSD-2-Clause
# Copyright (c) 2026 The pixelfleet authors
"""Transparency: kept where the format can, on white where it cannot.

Pictures with alpha are compared as they look on white, on black and on
green: a wrong alpha or a colour that bled shows on one of them.
"""

from golden import Failed, Golden, kind_of, scene
from tags import webp_with

g = Golden()
RMSE, PEAK = 0.012, 0.1
GROUNDS = ("white", "black", "#00ff00")


def master(depth=8):
    """The scene fading to the right, with a hole.

    What the hole hides is magenta, which must never be seen.
    """
    mask = g.make("mask.png", "-size", "320x480", "gradient:white-gray(20%)",
                  "-rotate", "270", "-fill", "black", "-draw",
                  "circle 150,200 150,120", "-colorspace", "Gray")
    colours = g.make("colours.png", *scene(480, 320), "-stroke", "none",
                     "-fill", "magenta", "-draw", "circle 150,200 150,120")
    return g.make("alpha%d.png" % depth, colours, mask, "-alpha", "off",
                  "-compose", "CopyOpacity", "-composite", "-depth", depth,
                  "-define", "png:bit-depth=%d" % depth)


def on(ground, path, *how):
    name = "%s-on-%s.png" % (path.rsplit("/", 1)[1], ground.strip("#"))
    return g.make(name, path, *how, "-background", ground, "-alpha",
                  "remove", "-alpha", "off", "-depth", "8")


RESIZE = ["-filter", "Lanczos", "-resize", "240x160!"]


def looks_alike(result, source, coarse=False):
    for ground in GROUNDS:
        g.same(on(ground, result), on(ground, source, *RESIZE), RMSE, PEAK,
               coarse)


@g.case
def alpha_is_kept():
    for to in ("png", "webp", "avif"):
        result = g.render(master(), "width=240&format=%s&quality=100" % to)
        if to == "avif":
            # ImageMagick 6 does not read its alpha.
            result = g.render(result, "format=png")
        looks_alike(result, master(), coarse=to != "png")


@g.case
def alpha_of_sixteen_bits():
    result = g.render(master(16), "width=240&format=png")
    looks_alike(result, master(16))


@g.case
def alpha_of_grey():
    source = g.make("grey-alpha.png", master(), "-colorspace", "Gray",
                    "-define", "png:color-type=4")
    looks_alike(g.render(source, "width=240&format=png"), source)


@g.case
def alpha_of_webp_gif_and_tiff():
    for name, how in (("alpha.webp", ["-define", "webp:lossless=true",
                                      "-define", "webp:exact=true"]),
                      ("alpha.tiff", []),
                      ("alpha.gif", ["-channel", "A", "-threshold", "50%",
                                     "+channel"])):
        source = g.make(name, master(), *how)
        looks_alike(g.render(source, "width=240&format=png"), source)


@g.case
def a_webp_shrunk_by_far_lets_nothing_bleed():
    """White beside hidden magenta: what mixes at the edge is grey."""
    half = ["-size", "960x640", "xc:white", "-fill"]
    right = ["-draw", "rectangle 480,0 960,640"]
    source = g.make("half.webp", *half, "magenta", *right, "(", *half,
                    "black", *right, ")", "-alpha", "off", "-compose",
                    "CopyOpacity", "-composite", "-quality", "95", "-define",
                    "webp:exact=true")
    seen = on("black", g.render(source, "width=51&format=png"))
    for x in range(20, 31):
        colour = g.pixel(seen, x, 20)
        if max(colour) - min(colour) > 8:
            raise Failed("%s at %d" % (colour, x))


@g.case
def jpeg_gets_a_white_ground():
    for depth in (8, 16):
        result = g.render(master(depth), "width=240&format=jpg&quality=100")
        g.same(result, on("white", master(depth), *RESIZE), RMSE, PEAK)


@g.case
def auto_is_png_where_something_is_transparent():
    def auto(source, expected):
        result = g.render(source, "width=100&format=auto")
        if not result.endswith("." + expected):
            raise Failed("%s became %s, not %s" % (source, result, expected))

    auto(master(), "png")
    auto(g.make("opaque.png", *scene(480, 320)), "jpg")
    # An alpha channel that hides nothing is none.
    auto(g.make("all-opaque.png", *scene(480, 320), "-alpha", "set",
                "-define", "png:color-type=6"), "jpg")
    auto(g.make("opaque.jpg", *scene(480, 320)), "jpg")
    auto(g.make("opaque.gif", *scene(480, 320), "-colors", "64"), "jpg")


@g.case
def an_alpha_channel_that_hides_nothing_is_dropped():
    source = g.make("all-opaque.png", *scene(480, 320), "-alpha", "set",
                    "-define", "png:color-type=6")
    result = g.render(source, "width=240&format=png")
    with open(result, "rb") as f:
        colour_type = f.read(26)[25]
    if colour_type != 2:
        raise Failed("colour type is %d" % colour_type)


g.main()
