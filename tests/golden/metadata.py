#!/usr/bin/env python3
# SPDX-License-Identifier: BSD-2-Clause
# Copyright (c) 2026 The pixelfleet authors
"""Nothing private leaves: no place, no number of a camera, no comment.

And what is to stay does: who made it, or everything where it is asked for.
"""

import zlib

import profiles
import tags
from golden import RENDERER, Failed, Golden, run, scene

g = Golden()

SAVES = run([RENDERER, "--describe"]).stdout.decode().split("save ")[1]
# All that can carry EXIF.
FORMATS = [f for f in SAVES.split()[0].split(",") if f != "gif"]
OPERATIONS = ("width=200&%s", "width=100&height=100&crop=fit&%s",
              "autorotate=false&%s")


def bare(kind):
    path = g.make("bare." + kind, *scene(480, 320), "-strip")
    with open(path, "rb") as f:
        return f.read()


def sources(signed=False):
    yield "jpg", tags.jpeg_with(bare("jpg"), *tags.jpeg_everything(signed))
    yield "png", tags.png_with(bare("png"), *tags.png_everything(signed))
    yield "webp", tags.webp_with(bare("webp"), 480, 320, XMP=tags.XMP,
                                 EXIF=tags.exif(gps=True, signed=signed))


def commented():
    """Formats that ImageMagick can write a comment into."""
    for kind in ("tiff", "gif"):
        path = g.make("comment." + kind, *scene(480, 320), "-set", "comment",
                      tags.SECRET.decode())
        with open(path, "rb") as f:
            yield kind, f.read()


def rendered(name, data, ops):
    """The result's format and bytes."""
    path = g.render(g.write("source." + name, data), ops)
    with open(path, "rb") as f:
        return path.rsplit(".", 1)[1], f.read()


# Of a camera, of a place, and of every way to wrap them.
PRIVATE = (tags.SECRET, b"GPS", b"xmpmeta", b"http://ns.adobe.com",
           b"Photoshop 3.0", b"8BIM", b"tEXt", b"zTXt", b"iTXt", b"XMP ",
           b"xml ")
BLOCKS = (b"Exif", b"eXIf", b"EXIF")


def expect_without(what, made, marks):
    for mark in marks:
        if mark in made:
            raise Failed("%s has %s" % (what, mark))


@g.case
def nothing_private_leaves():
    for name, data in [*sources(), *commented()]:
        if tags.SECRET not in data:
            raise Failed("%s keeps no secret to begin with" % name)
        for ops in OPERATIONS:
            for to in FORMATS + ["gif"]:
                kind, made = rendered(name, data, ops % ("format=" + to))
                if kind != to:
                    raise Failed("%s, not %s" % (kind, to))
                expect_without("%s of %s to %s" % (ops, name, to), made,
                               PRIVATE + BLOCKS)


@g.case
def the_copyright_stays_and_nothing_beside_it():
    for name, data in sources(signed=True):
        for ops in OPERATIONS:
            for to in FORMATS:
                kind, made = rendered(name, data, ops % ("format=" + to))
                what = "%s of %s to %s" % (ops, name, to)
                expect_without(what, made, PRIVATE)
                exif = tags.exif_of(kind, made)
                if exif is None:
                    raise Failed(what + ": no EXIF")
                if tags.first_ifd(exif) != {0x013B: tags.ARTIST,
                                            0x8298: tags.COPYRIGHT}:
                    raise Failed("%s: %s" % (what, tags.first_ifd(exif)))


@g.case
def the_copyright_of_a_tiff():
    """Which is itself what EXIF is made of."""
    path = g.make("signed.tiff", *scene(480, 320), "-define", "tiff:endian=msb",
                  "-set", "comment", tags.SECRET.decode())
    with open(path, "rb") as f:
        data = tags.tiff_with(f.read(), {0x013B: tags.ARTIST,
                                         0x8298: tags.COPYRIGHT})
    kind, made = rendered("tiff", data, "width=200&format=webp")
    exif = tags.exif_of(kind, made)
    if exif is None or tags.first_ifd(exif) != tags.first_ifd(
            tags.exif(signed=True)):
        raise Failed(exif)
    expect_without("signed.tiff", made, PRIVATE)


@g.case
def strip_all_leaves_nothing():
    for name, data in sources(signed=True):
        for to in FORMATS:
            kind, made = rendered(name, data,
                                  "width=200&format=%s&strip=all" % to)
            expect_without("%s to %s" % (name, to), made, PRIVATE + BLOCKS +
                           (tags.ARTIST, tags.COPYRIGHT))
            if tags.exif_of(kind, made) is not None:
                raise Failed("%s to %s has EXIF" % (name, to))


def xmp_of(kind, made):
    """Or all of it, where XMP is plain to see."""
    if kind != "png":
        return made
    for name, body in tags.png_chunks(made):
        if name == b"iTXt" and body.startswith(b"XML:com.adobe.xmp\0"):
            text = body[body.index(b"\0") + 5:]
            return zlib.decompress(text) if text[:1] == b"\x78" else text
    return b""


@g.case
def strip_none_leaves_everything():
    """Byte by byte, but that a picture made upright says so."""
    block = tags.exif(6, gps=True, signed=True, camera=True)
    data = tags.jpeg_with(bare("jpg"), *tags.jpeg_everything(signed=True))
    if block not in data:
        raise Failed("the source has another block")
    for to in FORMATS:
        for turn, orientation in (("", 1), ("autorotate=false&", 6)):
            kind, made = rendered("all.jpg", data, "width=200&%sformat=%s&"
                                  "strip=none" % (turn, to))
            exif = tags.exif_of(kind, made)
            if exif != block.replace(
                    b"\x01\x12\0\x03\0\0\0\x01\0\x06",
                    b"\x01\x12\0\x03\0\0\0\x01\0" + bytes([orientation])):
                raise Failed("%s %s: EXIF is not as it was" % (turn, to))
            if tags.XMP not in xmp_of(to, made):
                raise Failed("%s: XMP is gone" % to)
            if (b"8BIM" in made) != (to == "jpg"):
                raise Failed("%s: IPTC" % to)


@g.case
def unreadable_blocks_are_left_out():
    """A block may say of itself what it likes."""
    good = tags.exif(6, gps=True, signed=True)
    for name, bad in (("empty", b""), ("short", b"MM\0\x2a"),
                      ("nonsense", b"\xff" * 64),
                      ("cut", good[:40]),
                      ("circle", b"MM\0\x2a\0\0\0\x08\0\x01\x87\x69\0\x04"
                       b"\0\0\0\x01\0\0\0\x08\0\0\0\0"),
                      ("far", good.replace(
                          b"\x01\x3b\0\x02\0\0\0\x0e",
                          b"\x01\x3b\0\x02\xff\xff\xff\xff").replace(
                          b"\x82\x98\0\x02", b"\x82\x98\0\x07"))):
        data = tags.jpeg_with(bare("jpg"), tags.jpeg_exif(bad))
        for to in FORMATS:
            kind, made = rendered(name + ".jpg", data, "format=" + to)
            expect_without(name, made, PRIVATE + (tags.ARTIST,))
            if to != "avif" and tags.exif_of(kind, made) is not None:
                raise Failed("%s to %s has EXIF" % (name, to))


@g.case
def a_long_copyright_is_cut():
    long = tags.ifd({0x8298: (2, b"L" * 5000)}, 8)
    block = b"MM\0\x2a\0\0\0\x08" + long
    data = tags.jpeg_with(bare("jpg"), tags.jpeg_exif(block))
    kind, made = rendered("long.jpg", data, "width=200")
    if tags.first_ifd(tags.exif_of(kind, made)) != {0x8298: b"L" * 2047}:
        raise Failed("%d bytes" % len(tags.exif_of(kind, made)))


@g.case
def jpegs_have_no_application_segment_but_jfif():
    name, data = next(sources())
    for strip in ("", "&strip=all"):
        _, made = rendered(name, data, "width=200&format=jpg" + strip)
        for marker, _ in tags.jpeg_segments(made):
            if 0xE1 <= marker <= 0xEF or marker == 0xFE:
                raise Failed("segment %02x" % marker)


def profile_of(kind, made):
    if kind == "jpg":
        return b"".join(body[14:] for marker, body in
                        tags.jpeg_segments(made)
                        if marker == 0xE2 and body[:12] == b"ICC_PROFILE\0")
    if kind == "png":
        return b"".join(zlib.decompress(body[body.index(b"\0") + 2:])
                        for name, body in tags.png_chunks(made)
                        if name == b"iCCP")
    if kind == "webp":
        return dict(tags.webp_chunks(made)).get(b"ICCP", b"")
    return None


@g.case
def a_profile_stays_with_strip_none_only():
    p3 = profiles.rgb(profiles.P3)
    icc = g.write("p3.icc", p3)
    path = g.make("p3.png", *scene(480, 320), "-profile", icc)
    with open(path, "rb") as f:
        data = f.read()
    for to in ("jpg", "png", "webp"):
        kind, made = rendered("p3", data, "width=200&format=%s&strip=none"
                              % to)
        if profile_of(kind, made) != p3:
            raise Failed("%s: another profile, or none" % to)
        for strip in ("", "&strip=all"):
            kind, made = rendered("p3", data, "width=200&format=%s%s"
                                  % (to, strip))
            if profile_of(kind, made):
                raise Failed("%s%s: a profile" % (to, strip))


g.main()
