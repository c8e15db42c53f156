#!/usr/bin/env python3
# SPDX-License-Identifier: BSD-2-Clause
# Copyright (c) 2026 The pixelfleet authors
"""What is not rendered: not an image, too large, damaged, nonsense.

Each refusal has its status and a sentence that says which limit it was.
"""

import random
import struct
import zlib

import tags
from golden import Failed, Golden, run, scene

g = Golden()
NOT_AN_IMAGE = "source is not an image that this server opens"


def master():
    return g.make("master.png", *scene(240, 160))


def sources():
    for kind, how in (("jpg", []), ("png", []), ("webp", []), ("gif", []),
                      ("tiff", ["-compress", "LZW"]), ("avif", [])):
        path = g.make("whole." + kind, master(), *how)
        with open(path, "rb") as f:
            yield kind, f.read()


@g.case
def what_is_no_image():
    for name, data in (
            ("empty.jpg", b""), ("byte", b"\xff"), ("text.jpg", b"Hello\n"),
            ("page.html", b"<!DOCTYPE html><html></html>"),
            ("svgz", zlib.compress(b"<svg/>", 9)),
            ("ps", b"%!PS-Adobe-3.0\n"),
            ("bmp", b"BM" + b"\0" * 60),
            ("ppm", b"P6 1 1 255 abc"),
            ("mvg", b"push graphic-context\nviewbox 0 0 9 9\n"),
            ("msl", b'<?xml version="1.0"?><image></image>'),
            ("xml", b"<?xml version='1.0'?><!-- <svg/> --><html><svg/>"),
            ("svgs", b"<svgs width='9' height='9'></svgs>"),
            ("comment", b"<!-- <svg> without an end"),
            ("ico", b"\0\0\1\0\1\0\x10\x10\0\0\1\0\x20\0h\4\0\0"),
            ("jp2", b"\0\0\0\x0cjP  \r\n\x87\n" + b"\0" * 30),
            ("mp4", b"\0\0\0\x18ftypisom\0\0\2\0isomiso2" + b"\0" * 30),
            ("cr3", b"\0\0\0\x18ftypcrx \0\0\2\0crx isom" + b"\0" * 30),
            ("wav", b"RIFF\x24\0\0\0WAVEfmt " + b"\0" * 30),
            ("hdr", b"#?RADIANCE\n\n-Y 1 +X 1\n"),
            ("exr", b"\x76\x2f\x31\x01" + b"\0" * 30),
            ("fits", b"SIMPLE  =                    T" + b" " * 50),
            ("vips", b"\xb6\xa6\xf2\x08" + b"\0" * 60),
            ("zeros", b"\0" * 1000)):
        g.refused(g.write("no-" + name, data), "width=9", 415, NOT_AN_IMAGE)


@g.case
def what_only_begins_like_an_image():
    for name, data in (
            ("jpg", b"\xff\xd8\xff\xe0"), ("jpg2", b"\xff\xd8\xff\xd9"),
            ("png", b"\x89PNG\r\n\x1a\n"), ("gif", b"GIF89a"),
            ("gif2", b"GIF89a\x10\0\x10\0\0\0\0;"),
            ("webp", b"RIFF\x04\0\0\0WEBP"), ("tiff", b"II*\0\x08\0\0\0"),
            ("tiff2", b"MM\0*\0\0\0\x08\0\0\0\0\0\0"),
            ("avif", b"\0\0\0\x1cftypavif\0\0\0\0avifmif1miaf"),
            ("heic", b"\0\0\0\x18ftypheic\0\0\0\0mif1heic")):
        g.refused(g.write("only-" + name, data), "width=9", 422,
                  "damaged or incomplete")


@g.case
def sources_that_end_early():
    """Anywhere in the pixels: an error, never half a picture."""
    for kind, data in sources():
        for part in (.3, .5, .7, .9, .97):
            source = g.write("cut-%g.%s" % (part, kind),
                             data[:int(len(data) * part)])
            for ops in ("width=9", "width=100&format=jpg",
                        "width=100&height=20&crop=fit", "format=png"):
                g.refused(source, ops, 422, "damaged or incomplete")


@g.case
def jpegs_cut_short_and_given_a_new_end():
    """The decoder would draw the rest grey."""
    for name, how in (("baseline", []), ("progressive",
                                         ["-interlace", "JPEG"])):
        with open(g.make(name + ".jpg", master(), *how), "rb") as f:
            data = f.read()
        for part in (.5, .7, .9):
            cut = data[:int(len(data) * part)].rstrip(b"\xff")
            source = g.write("ended-%s-%g.jpg" % (name, part),
                             cut + b"\xff\xd9")
            g.refused(source, "format=png", 422, "damaged or incomplete")


@g.case
def cutting_hides_no_damage():
    """Only the upper part is wanted, and that is there."""
    for kind, data in sources():
        source = g.write("upper-cut." + kind, data[:len(data) * 9 // 10])
        for ops in ("width=50&height=5&crop=top",
                    "crop=0,0,10,10", "width=9&crop=0,0,40,40"):
            g.refused(source, ops, 422, "damaged or incomplete")


@g.case
def animations_that_end_early():
    """Within a frame; all frames before it are there."""
    for kind in ("gif", "webp"):
        source = g.make("short." + kind, master(), "(", master(), "-negate",
                        ")", "(", master(), "-flop", ")")
        with open(source, "rb") as f:
            data = f.read()
        if kind == "webp":
            # What stands behind the container is no part of it.
            data = data[:8 + struct.unpack_from("<I", data, 4)[0]]
        for part in (.5, .8, .98):
            g.refused(g.write("short-%g.%s" % (part, kind),
                              data[:int(len(data) * part)]), "width=50", 422,
                      "damaged or incomplete")


SVG = (b'\xef\xbb\xbf<?xml version="1.0"?>\n<!-- a <svg> to come -->\n'
       b'<!DOCTYPE svg [ <!ENTITY n "a>b"> ]>\n'
       b'<svg xmlns="http://www.w3.org/2000/svg" width="40" height="20">'
       b'<rect width="20" height="20" fill="#ff0000"/></svg>\n')


def pdf():
    """One page of 40 x 20 points, its left half red."""
    body = b"1 0 0 rg 0 0 20 20 re f\n"
    objects = [b"<</Type/Catalog/Pages 2 0 R>>",
               b"<</Type/Pages/Kids[3 0 R]/Count 1>>",
               b"<</Type/Page/Parent 2 0 R/MediaBox[0 0 40 20]"
               b"/Contents 4 0 R/Resources<<>>>>",
               b"<</Length %d>>\nstream\n%sendstream" % (len(body), body)]
    out, offsets = b"%PDF-1.4\n", []
    for i, content in enumerate(objects, 1):
        offsets.append(len(out))
        out += b"%d 0 obj\n%s\nendobj\n" % (i, content)
    table = b"".join(b"%010d 00000 n \n" % at for at in offsets)
    return (out + b"xref\n0 5\n0000000000 65535 f \n" + table +
            b"trailer\n<</Size 5/Root 1 0 R>>\nstartxref\n%d\n%%%%EOF\n"
            % len(out))


@g.case
def what_only_the_site_opens():
    for name, data in (("SVG", SVG), ("PDF", pdf())):
        source = g.write("closed." + name.lower(), data)
        other = "pdf" if name == "SVG" else "svg"
        for options in ((), ("--open", other)):
            g.refused(source, "width=9", 415, "source is %s %s image, which "
                      "this site does not open"
                      % ("an" if name == "SVG" else "a", name), *options)
        result = g.render(source, "format=png", "--open", name.lower())
        g.expect_size(result, 40, 20)
        if g.pixel(result, 10, 10) != (255, 0, 0):
            raise Failed("%s: %s" % (name, g.pixel(result, 10, 10)))


@g.case
def vectors_that_end_early():
    for name, data in (("svg", SVG), ("pdf", pdf())):
        for part in (.8, .9, .96):
            source = g.write("cut-%g.%s" % (part, name),
                             data[:int(len(data) * part)])
            g.refused(source, "width=9", 422, "damaged or incomplete",
                      "--open", name)


@g.case
def jpeg_xl_that_ends_early():
    with open(g.render(master(), "format=jxl"), "rb") as f:
        data = f.read()
    for part in (.3, .7, .97):
        source = g.write("cut-%g.jxl" % part, data[:int(len(data) * part)])
        for ops in ("width=9", "width=50&height=5&crop=top"):
            g.refused(source, ops, 422, "damaged or incomplete")


@g.case
def damage_never_kills_the_renderer():
    """Bytes set at random: a picture or a refusal, and nothing else.

    Not for AVIF: libheif 1.19 ends the process by an assertion where a box
    reaches beyond the file, which is what a process of its own is for.
    """
    rng = random.Random(7)
    for kind, data in sources():
        if kind == "avif":
            continue
        for i in range(12):
            bad = bytearray(data)
            for _ in range(rng.choice((1, 3, 20))):
                bad[rng.randrange(12, len(bad))] = rng.randrange(256)
            done = g.renderer(g.write("bad.%s" % kind, bad), "width=50")
            if b"died" in done.stderr or done.returncode not in (0, 1):
                with open("golden-killer." + kind, "wb") as f:
                    f.write(bad)
                raise Failed("%s: %s; kept as golden-killer.%s"
                             % (kind, done.stderr.decode(), kind))


@g.case
def limits_name_themselves():
    source = g.make("limit.jpg", master())
    g.refused(source, "width=9", 413, "the limit is 38399 pixels",
              "--max-pixels", "38399")
    g.render(source, "width=9", "--max-pixels", "38400")
    g.refused(source, "width=101", 413, "limit of a side is 100",
              "--max-side", "100")
    g.render(source, "width=100", "--max-side", "100")
    g.refused(source, "format=png", 413, "limit of a side is 239",
              "--max-side", "239")
    g.refused(source, "width=120", 413, "the limit is 9599 pixels",
              "--max-out-pixels", "9599")
    g.render(source, "width=120", "--max-out-pixels", "9600")


@g.case
def frames_are_counted_and_summed():
    for kind in ("gif", "webp"):
        source = g.make("frames." + kind, master(), "(", master(), "-negate",
                        ")", "(", master(), "-flop", ")")
        g.refused(source, "width=9", 413, "3 frames, the limit is 2",
                  "--max-frames", "2")
        g.render(source, "width=9", "--max-frames", "3")
        g.refused(source, "width=9", 413, "the limit is 115199 pixels",
                  "--max-pixels", "115199")
        g.render(source, "width=9", "--max-pixels", "115200")


@g.case
def huge_headers_are_refused_before_they_are_believed():
    limit = ("--max-pixels", "71000000")
    png = g.write("huge.png", tags.png_header(60000, 60000))
    g.refused(png, "width=9", 413, "60000 x 60000", *limit)
    # A JPEG's size is a field of its frame header.
    with open(g.make("huge-base.jpg", master()), "rb") as f:
        jpeg = bytearray(f.read())
    at = jpeg.index(b"\xff\xc0")
    jpeg[at + 5:at + 9] = struct.pack(">HH", 65000, 65000)
    g.refused(g.write("huge.jpg", jpeg), "width=9", 413, "65000 x 65000",
              *limit)
    gif = b"GIF89a" + struct.pack("<HH", 65535, 65535) + b"\x80\0\0" + \
        b"\0" * 6 + b"," + struct.pack("<HHHH", 0, 0, 65535, 65535) + \
        b"\0\x02\x02\x4c\x01\0;"
    g.refused(g.write("huge.gif", gif), "width=9", 413, "65535 x 65535",
              *limit)
    tiff = b"II*\0\x08\0\0\0" + struct.pack("<H", 9)
    for tag, kind, value in ((256, 4, 100000), (257, 4, 100000), (258, 3, 8),
                             (259, 3, 1), (262, 3, 1), (273, 4, 8),
                             (277, 3, 1), (278, 4, 100000), (279, 4, 8)):
        tiff += struct.pack("<HHII", tag, kind, 1, value)
    tiff += b"\0" * 4
    g.refused(g.write("huge.tiff", tiff), "width=9", 413, "100000 x 100000",
              *limit)


@g.case
def operations_that_are_none():
    for ops in ("widht=9", "width=0", "width=9999", "width=9&width=9",
                "crop=fit&width=9", "format=bmp", "quality=101", "wi=9",
                "width=9\n", "v=9", ""):
        done = g.renderer(master(), ops)
        if done.returncode != 1 or done.stdout or not done.stderr:
            raise Failed("%s was taken (%s)" % (ops, done.stderr.decode()))


g.main()
