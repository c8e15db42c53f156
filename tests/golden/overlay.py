#!/usr/bin/env python3
# SPDX-License-Identifier: BSD-2-Clause
# Copyright (c) 2026 The pixelfleet authors
"""Overlays: where, how large, how transparent, over what.

ImageMagick puts its own together by -composite.
"""

import tags
from golden import Failed, Golden, scene

g = Golden()
EXACT = (0.003, 0.02)       # only rounding may differ
RGBA = ("-depth", "8", "-define", "png:color-type=6")
RESIZED = (0.012, 0.2)      # so may the filter, at edges

PLACES = {
    "top,left": "northwest", "top": "north", "top,right": "northeast",
    "left": "west", None: "center", "right": "east",
    "bottom,left": "southwest", "bottom": "south",
    "bottom,right": "southeast",
}


def picture(*how):
    return g.make("picture%s.png" % "".join(how).replace("/", ""),
                  *scene(240, 160), *how)


def logo():
    """A ring that fades to the right, on nothing."""
    return g.make("logo.png", "-size", "60x40", "xc:none", "-fill",
                  "#e02060", "-stroke", "#ffffff80", "-strokewidth", "5",
                  "-draw", "circle 30,20 30,5", "(", "-size", "40x60",
                  "gradient:white-gray(20%)", "-rotate", "270", ")",
                  "-compose", "DstIn", "-composite", *RGBA)


def ops(**given):
    """The canonical text: in this order, and no defaults."""
    order = ("format", "strip", "mark", "mark_scale", "mark_pos",
             "mark_offset", "mark_alpha")
    given = {"format": "png", "mark": "/logo.png", **given}
    return "&".join("%s=%s" % (k, given[k]) for k in order
                    if given.get(k) is not None)


def over(source, overlay, *more, **given):
    return g.render(source, ops(**given), "--overlay", overlay, *more)


def composed(name, source, overlay, *how):
    return g.make(name, source, overlay, "-compose", "Over", *how,
                  "-composite", "-depth", "8")


@g.case
def each_place():
    for place, gravity in PLACES.items():
        result = over(picture(), logo(), mark_pos=place, mark_offset="8,6")
        g.same(result, composed("at-%s.png" % gravity, picture(), logo(),
                                "-gravity", gravity, "-geometry", "+8+6"),
               *EXACT)


@g.case
def without_an_offset_and_outwards():
    g.same(over(picture(), logo(), mark_pos="bottom,right"),
           composed("corner.png", picture(), logo(), "-gravity",
                    "southeast"), *EXACT)
    g.same(over(picture(), logo(), mark_pos="bottom,right",
                mark_offset="-20,-30"),
           composed("cut.png", picture(), logo(), "-gravity", "southeast",
                    "-geometry", "-20-30"), *EXACT)
    # All of it outside.
    g.same(over(picture(), logo(), mark_pos="left", mark_offset="-60,0"),
           picture(), 0)


@g.case
def share_of_the_width():
    for share, size in ((50, "120x80"), (10, "24x16"), (100, "240x160")):
        g.same(over(picture(), logo(), mark_scale=share),
               composed("share-%d.png" % share, picture(), "(", logo(),
                        "-filter", "Lanczos" if share < 25 else "Catrom",
                        "-resize", size + "!", ")", "-gravity", "center"),
               *RESIZED)


def composed_of(name, source, overlay):
    """overlay: arguments that make it.

    On what is grey, ImageMagick 7 makes it grey as well.
    """
    return g.make(name, source, "-colorspace", "sRGB", "(", *overlay, ")", "-gravity", "center",
                  "-compose", "Over", "-composite", "-depth", "8")


@g.case
def share_is_of_the_rendered_width():
    small = g.make("small.png", picture(), "-filter", "Lanczos", "-resize",
                   "120x80!", "-depth", "8")
    result = g.render(picture(), "width=120&" + ops(mark_scale=50),
                      "--overlay", logo())
    g.same(result, composed_of("small-share.png", small, [logo()]), *RESIZED)


@g.case
def never_larger_than_the_picture():
    large = g.make("large.png", logo(), "-resize", "1000%")
    g.same(over(picture(), large), composed_of(
        "fit-width.png", picture(),
        [large, "-filter", "Lanczos", "-resize", "240x160!"]), *RESIZED)
    tall = g.make("tall.png", large, "-crop", "200x400+200+0", "+repage")
    for share in (None, 100):
        g.same(over(picture(), tall, mark_scale=share), composed_of(
            "fit-height.png", picture(),
            [tall, "-filter", "Lanczos", "-resize", "80x160!"]), *RESIZED)


@g.case
def tiles():
    for offset in (None, "10,4"):
        x, y = map(int, (offset or "0,0").split(","))
        # Not Src, by which ImageMagick 7 multiplies colours with alpha.
        tile = g.make("tile-%d.png" % x, "-size", "%dx%d" % (60 + x, 40 + y),
                      "xc:none", logo(), "-geometry", "+%d+%d" % (x, y),
                      "-compose", "Copy", "-composite", *RGBA)
        row = g.make("row-%d.png" % x, *[tile] * 5, "+append", *RGBA)
        layer = g.make("tiles-%d.png" % x, *[row] * 5, "-append", "-crop",
                       "240x160+0+0", "+repage", *RGBA)
        g.same(over(picture(), logo(), mark_pos="tile", mark_offset=offset),
               composed("tiled-%d.png" % x, picture(), layer), *EXACT)


@g.case
def transparency():
    for percent in (30, 100):
        faded = g.make("faded-%d.png" % percent, logo(), "-channel", "A",
                       "-evaluate", "multiply", 1 - percent / 100,
                       "+channel", *RGBA)
        g.same(over(picture(), logo(), mark_alpha=percent),
               composed_of("over-%d.png" % percent, picture(), [faded]),
               *EXACT)
    opaque = g.make("opaque.jpg", *scene(60, 40), "-quality", "98")
    g.same(over(picture(), opaque, mark_alpha=50),
           composed_of("half.png", picture(),
                       [opaque, "-alpha", "set", "-channel", "A",
                        "-evaluate", "set", "50%", "+channel"]),
           0.006, 0.05)


@g.case
def over_what_is_transparent_itself():
    clear = g.make("clear.png", picture(), "-alpha", "set", "-channel", "A",
                   "-fx", "i/w", "+channel", *RGBA)
    result = over(clear, logo())
    reference = composed_of("over-clear.png", clear, [logo()])
    for ground in ("white", "black", "#00ff00"):
        g.same(*(g.make("%s-on-%s.png" % (i, ground.strip("#")), path,
                        "-background", ground, "-alpha", "remove", "-alpha",
                        "off", "-depth", "8")
                 for i, path in enumerate((result, reference))), *EXACT)


def colours(path):
    with open(path, "rb") as f:
        return "grey" if f.read(26)[25] in (0, 4) else "colours"


@g.case
def grey_stays_grey_under_grey():
    grey = picture("-colorspace", "Gray")
    grey_logo = g.make("grey-logo.png", logo(), "-modulate", "100,0")
    # Grey, but not by its file's word.
    rgb_logo = g.make("rgb-logo.png", grey_logo, *RGBA)
    for overlay, expected in ((grey_logo, "grey"), (rgb_logo, "grey"),
                              (logo(), "colours")):
        result = over(grey, overlay)
        if colours(result) != expected:
            raise Failed("%s gave %s" % (overlay, colours(result)))
        g.same(result, composed_of("under-%s" % overlay.rsplit("/", 1)[1],
                                   grey, [overlay]), *EXACT)


@g.case
def overlays_of_all_kinds():
    base = [*scene(60, 40)]
    upright = g.make("upright.jpg", *base, "-quality", "98")
    with open(g.make("turned.jpg", *base, "-rotate", "270", "-quality",
                     "98"), "rb") as f:
        turned = g.write("turned-6.jpg", tags.jpeg_with(
            f.read(), tags.jpeg_exif(tags.exif(6))))
    g.same(over(picture(), turned),
           composed_of("over-upright.png", picture(), [upright]),
           0.006, 0.1)
    for name, how, bounds in (
            ("palette.png", ["-colors", "16", "-type", "Palette"], EXACT),
            ("deep.png", ["-depth", "16"], EXACT),
            ("plain.tiff", [], EXACT), ("one.gif", ["-colors", "64"], EXACT),
            ("any.webp", ["-define", "webp:lossless=true"], EXACT)):
        kind = g.make(name, *base, *how)
        g.same(over(picture(), kind),
               composed_of("over-%s.png" % name, picture(), [kind]), *bounds)
    # Of what moves, the first frame.
    moving = g.make("moving.gif", *base, "-colors", "64", "(", "-size",
                    "60x40", "xc:red", ")")
    g.same(over(picture(), moving),
           composed_of("over-first.png", picture(), [moving + "[0]"]),
           *EXACT)


@g.case
def over_each_frame_of_what_moves():
    grey = ["-colorspace", "Gray", "-colors", "64"]
    moving = g.make("frames.gif", picture(), "(", picture(), "-negate", ")",
                    "(", picture(), "-flop", ")", *grey)
    result = over(moving, logo(), format="webp&lossless=true")
    # Of each, its file has only what differs from the one before.
    g.magick(result, "-coalesce", g.path("frame-%d.png"))
    for i in range(3):
        g.same(g.path("frame-%d.png" % i), composed_of(
            "over-frame-%d.png" % i, "%s[%d]" % (moving, i), [logo()]),
               *EXACT)


@g.case
def svg_only_where_the_site_opens_it():
    drawing = g.write("logo.svg", b'<svg xmlns="http://www.w3.org/2000/svg" '
                      b'width="6" height="4"><rect width="6" height="4" '
                      b'fill="#00ff00"/></svg>')
    g.refused(picture(), ops(), 422, "does not open", "--overlay", drawing)
    result = over(picture(), drawing, "--open", "svg", mark_scale=50)
    g.same(result, g.make("drawn.png", picture(), "-fill", "#00ff00",
                          "-draw", "rectangle 60,40 179,119"), *EXACT)


@g.case
def refusals_name_the_overlay():
    def no(overlay, status, words, *more):
        g.refused(picture(), ops(), status, words, "--overlay", overlay,
                  *more)

    no(g.write("page.html", b"<!DOCTYPE html>"), 422,
       "mark: /logo.png is not an image")
    no(g.write("only.png", b"\x89PNG\r\n\x1a\n"), 422,
       "mark: /logo.png is a PNG image that is damaged")
    with open(g.make("whole.jpg", *scene(600, 400)), "rb") as f:
        data = f.read()
    no(g.write("cut.jpg", data[:len(data) // 2]), 422,
       "mark: /logo.png is a JPEG image that is damaged")
    no(g.make("big.png", "-size", "300x200", "xc:red"), 413,
       "mark: /logo.png has 300 x 200 pixels", "--max-pixels", "59999")
    done = g.renderer(picture(), ops())
    if b"501 mark: this site fetches no overlays" not in done.stderr:
        raise Failed(done.stderr.decode())


@g.case
def nothing_of_its_metadata_is_left():
    """Not even where all of the picture's own is kept."""
    with open(logo(), "rb") as f:
        overlay = g.write("signed.png",
                          tags.png_with(f.read(), *tags.png_everything()))
    for to in ("png", "jpg", "webp"):
        result = over(picture(), overlay, format=to, strip="none")
        with open(result, "rb") as f:
            if tags.SECRET in f.read():
                raise Failed("found in %s" % to)


g.main()
