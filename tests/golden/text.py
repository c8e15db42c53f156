#!/usr/bin/env python3
# SPDX-License-Identifier: BSD-2-Clause
# Copyright (c) 2026 The pixelfleet authors
"""Text: its size, place and colour, and that it is no markup.

ImageMagick sets the same font by FreeType alone; its letters have the same
sizes within a pixel or two.
"""

from urllib.parse import quote

from golden import Failed, Golden, run

g = Golden()
FONT = "DejaVu-Sans"        # as ImageMagick calls the default font


def ground(colour="black", width=400, height=300):
    return g.make("%s-%dx%d.png" % (colour, width, height), "-size",
                  "%dx%d" % (width, height), "xc:" + colour, "-define",
                  "png:color-type=2")


def write(text, on=None, **given):
    """Rendered on black, unless something else is given."""
    order = ("text_font", "text_size", "text_color", "text_pos")
    ops = "format=png&text=" + quote(text, safe="/")
    for name in order:
        if name in given:
            ops += "&%s=%s" % (name, quote(str(given[name]), safe=","))
    return g.render(on or ground(), ops)


def box(path):
    """left, top, width, height of what is not the ground's colour."""
    done = run(["convert", path, "-bordercolor", "black", "-format", "%@",
                "info:"])
    if done.returncode:
        raise Failed("%s: %s" % (path, done.stderr.decode()))
    size, left, top = done.stdout.decode().split("+")
    width, height = size.split("x")
    return int(left), int(top), int(width), int(height)


def mean(path):
    done = run(["convert", path, "-colorspace", "Gray", "-format",
                "%[fx:mean*w*h]", "info:"])
    return float(done.stdout)


def reference(text, size, font=FONT):
    name = "label-%s.png" % quote("%s-%s-%d" % (text, font, size), safe="")
    escaped = text.replace("&", "&amp;").replace("%", "%%")
    return g.make(name, "-background", "black", "-fill", "white", "-font",
                  font, "-density", "72", "-pointsize", size,
                  "label:" + escaped)


def near(what, got, wanted, bound):
    if abs(got - wanted) > bound:
        raise Failed("%s is %g, not %g within %g" % (what, got, wanted, bound))


def like_reference(text, size, font=FONT, **given):
    ours = write(text, text_size=size, **given)
    theirs = reference(text, size, font)
    _, _, width, height = box(ours)
    _, _, their_width, their_height = box(theirs)
    near("width of " + text, width, their_width, max(3, width * .02))
    near("height of " + text, height, their_height, 3)
    near("ink of " + text, mean(ours) / mean(theirs), 1, .08)


@g.case
def letters_are_those_of_the_font():
    like_reference("Hamburgefonstiv", 40)
    like_reference("Hamburgefonstiv", 16)
    like_reference("Quickly", 60, "DejaVu-Serif", text_font="DejaVu Serif")
    like_reference("Quickly", 60, "DejaVu-Sans-Bold",
                   text_font="DejaVu Sans Bold")


@g.case
def utf8_is_drawn():
    for text in ("Grüße", "Ελληνικά", "Привет", "naïve €", "שלום"):
        like_reference(text, 40)


@g.case
def markup_is_text():
    for text in ("<b>x</b>", "a & b", "&amp;", "<span size='9'>x", "100%",
                 "%@ @file -x"):
        like_reference(text, 30)


@g.case
def lines_end_where_they_are_ended():
    _, _, width, one = box(write("Hx", text_size=40))
    _, _, wider, three = box(write("Hx\nHxHx\nHx", text_size=40))
    near("height of three lines", three - one, 2 * 40 * 1.164, 3)
    if not width * 1.8 < wider < width * 2.4:
        raise Failed("lines of %d and %d px" % (width, wider))


@g.case
def each_place():
    """Letters without overhang; margins are half the size of the font."""
    for place, (x, y) in {
            "top,left": (0, 0), "top": (.5, 0), "top,right": (1, 0),
            "left": (0, .5), "center": (.5, .5), "right": (1, .5),
            "bottom,left": (0, 1), "bottom": (.5, 1),
            "bottom,right": (1, 1)}.items():
        given = {} if place == "center" else {"text_pos": place}
        left, top, width, height = box(write("HIH", text_size=40, **given))
        near("left of " + place, left, 20 + x * (400 - 40 - width), 6)
        # The box of a line is 1.164 times as high as the font's size, a
        # capital 0.73 of it, standing 0.2 above its lower edge.
        near("foot of " + place, top + height,
             20 + y * (300 - 40 - 46.6) + 37.1, 4)


@g.case
def places_are_not_of_the_writing_direction():
    """The shorter line of two is on the side that was asked for."""
    for text in ("\u05d5\nHHHHHH", "I\nHHHHHH"):
        for place, wanted in (("right", 400 - 20), (None, 200), ("left", 20)):
            given = {"text_pos": place} if place else {}
            whole = write(text, text_size=40, **given)
            first = g.make("first-%s-%s.png" % (place, quote(text, safe="")),
                           whole, "-crop", "400x150+0+0", "+repage")
            left, _, width, _ = box(first)
            near("place of the first line, %s" % place,
                 {"right": left + width, "left": left}.get(
                     place, left + width / 2), wanted, 8)


@g.case
def colours():
    full = "█" * 8
    at = {"text_size": 60}
    for colour, seen in (("ff0000", (255, 0, 0)), ("1060a0", (16, 96, 160)),
                         ("ff000080", (128, 0, 0))):
        got = g.pixel(write(full, text_color=colour, **at), 200, 150)
        for a, b in zip(got, seen):
            near("colour of " + colour, a, b, 1)
    got = g.pixel(write(full, on=ground("white"), text_color="00000080",
                        **at), 200, 150)
    for value in got:
        near("half of black on white", value, 127, 1)


def colour_type(path):
    with open(path, "rb") as f:
        return f.read(26)[25]


@g.case
def grey_stays_grey_under_grey():
    grey = g.make("grey.png", "-size", "200x100", "xc:gray(40%)",
                  "-define", "png:color-type=0")
    if colour_type(write("white", on=grey)) != 0:
        raise Failed("white text made it colours")
    if colour_type(write("red", on=grey, text_color="ff0000")) != 2:
        raise Failed("red text left it grey")


@g.case
def long_text_wraps_and_ends():
    """Never outside, whatever is to be put inside."""
    text = "The quick brown fox jumps over the lazy dog. " * 5
    for width, height, size in ((400, 300, 24), (120, 400, 20),
                                (300, 60, 30), (60, 60, 12), (33, 20, 8)):
        result = write(text.strip(), on=ground("black", width, height),
                       text_size=size)
        left, top, w, h = box(result)
        if left < 1 or top < 1 or left + w >= width or top + h >= height:
            raise Failed("%dx%d: at %d,%d %dx%d"
                         % (width, height, left, top, w, h))
        if size * 3 < height and h < size * 2:
            raise Failed("%dx%d: one line" % (width, height))
    # A word that is longer than a line.
    left, _, width, height = box(write("W" * 60, text_size=40))
    if left < 10 or left + width > 390 or height < 80:
        raise Failed("%d..%d, %d high" % (left, left + width, height))
    # More lines than there is room for: whole ones, as many as fit.
    _, _, _, height = box(write("\n".join("HHHHHHHHHHHH"), text_size=50))
    near("height of four lines", height, 3 * 58.2 + 36.5, 3)


@g.case
def the_size_grows_with_the_picture():
    _, _, _, small = box(write("HHH", on=ground("black", 400, 320)))
    _, _, _, large = box(write("HHH", on=ground("black", 1200, 960)))
    near("height of the small", small, 20 * .73, 1.5)
    near("height of the large", large, 60 * .73, 1.5)


@g.case
def nothing_to_be_seen():
    for text in (" ", "\n", "\u200b"):
        g.same(write(text), ground(), 0)


@g.case
def always_the_same():
    first, second = (write("Always the same", text_size=31)
                     for _ in range(2))
    with open(first, "rb") as a:
        before = a.read()
    write("Always the same", text_size=31)
    with open(second, "rb") as b:
        if before != b.read():
            raise Failed("two renders differ")


@g.case
def over_each_frame_of_what_moves():
    moving = g.make("moving.gif", "-size", "80x60", "xc:black", "xc:blue",
                    "xc:red")
    result = g.render(moving, "format=webp&lossless=true&text=%E2%96%88"
                      "&text_size=40")
    g.magick(result, "-coalesce", g.path("moved-%d.png"))
    for i in range(3):
        got = g.pixel(g.path("moved-%d.png" % i), 40, 30)
        if min(got) < 250:
            raise Failed("frame %d has %s" % (i, got))


@g.case
def refusals():
    on = ground()
    g.refused(on, "text=x&text_font=Comic%20Sans", 400,
              "text_font: Comic Sans is not installed")
    # What fontconfig would silently stand another one in for.
    g.refused(on, "text=x&text_font=Helvetica", 400, "Helvetica is not")
    # Words for a face, or a size, are no family.
    g.refused(on, "text=x&text_font=Bold", 400, "Bold is not installed")
    g.refused(on, "text=x&text_font=DejaVu%20Sans%2040", 400,
              "not installed")
    g.refused(on, "text=x&text_size=1024", 400, "a line of 1024 px does not "
              "fit in a picture of 400 x 300 pixels")
    g.refused(on, "text=%FF", 400, "")


g.main()
