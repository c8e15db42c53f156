#!/usr/bin/env python3
# SPDX-License-Identifier: BSD-2-Clause
# Copyright (c) 2026 The pixelfleet authors
"""Nothing private leaves: no place, no name, no comment."""

import tags
from golden import Failed, Golden, scene

g = Golden()


def bare(kind):
    path = g.make("bare." + kind, *scene(480, 320), "-strip")
    with open(path, "rb") as f:
        return f.read()


def sources():
    yield "all.jpg", tags.jpeg_with(bare("jpg"), *tags.jpeg_everything())
    yield "all.png", tags.png_with(bare("png"), *tags.png_everything())
    yield "all.webp", tags.webp_with(bare("webp"), 480, 320,
                                     EXIF=tags.exif(gps=True), XMP=tags.XMP)
    tiff = g.make("all.tiff", *scene(480, 320), "-set", "comment",
                  tags.SECRET.decode(), "-set", "tiff:artist",
                  tags.SECRET.decode())
    with open(tiff, "rb") as f:
        yield "all.tiff", f.read()
    gif = g.make("all.gif", *scene(480, 320), "-set", "comment",
                 tags.SECRET.decode())
    with open(gif, "rb") as f:
        yield "all.gif", f.read()


MARKS = (tags.SECRET, b"Exif\0\0", b"eXIf", b"EXIF", b"GPSLatitude",
         b"xmpmeta", b"http://ns.adobe.com", b"Photoshop 3.0", b"8BIM",
         b"tEXt", b"zTXt", b"iTXt", b"XMP ")


@g.case
def nothing_private_leaves():
    for name, data in sources():
        if tags.SECRET not in data:
            raise Failed("%s keeps no secret to begin with" % name)
        source = g.write(name, data)
        for ops in ("width=200", "format=%s", "width=200&format=%s",
                    "width=100&height=100&crop=fit&format=%s",
                    "format=%s&autorotate=false"):
            for to in ("jpg", "png", "webp", "avif"):
                result = g.render(source, ops % to if "%" in ops else ops)
                with open(result, "rb") as f:
                    made = f.read()
                for mark in MARKS:
                    if mark in made:
                        raise Failed("%s of %s: %s has %s"
                                     % (ops, name, to, mark))


@g.case
def jpegs_have_no_application_segment_but_jfif():
    name, data = next(sources())
    with open(g.render(g.write(name, data), "width=200"), "rb") as f:
        made = f.read()
    at = 2
    while made[at + 1] != 0xDA:
        marker, length = made[at + 1], int.from_bytes(made[at + 2:at + 4],
                                                      "big")
        if 0xE1 <= marker <= 0xEF or marker == 0xFE:
            raise Failed("segment %02x" % marker)
        at += 2 + length


g.main()
