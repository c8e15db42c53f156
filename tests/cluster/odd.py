# SPDX-License-Identifier: BSD-2-Clause
# Copyright (c) 2026 The pixelfleet authors
"""Images as the world has them: odd, old, huge, tiny, cut short, hostile.

All are made here, from one scene, by ImageMagick and by hand, and with a
fixed seed: the same names are the same bytes, as far as ImageMagick's
versions agree.
"""

import os
import random
import struct
import subprocess
import zlib

RIGHT = "right"			# shows the scene
SHOWN = "shown"			# shows something, of the size that it says
REFUSED = "refused"		# 4xx and a sentence
EITHER = "either"		# shown or refused

SIZE = (96, 64)


class Odd:
    def __init__(self, name, data, expected):
        self.name, self.data, self.expected = name, data, expected

    def __repr__(self):
        return f"{self.name} ({len(self.data)} bytes, {self.expected})"


def convert(*args):
    """What ImageMagick writes to standard output, or None if it cannot."""
    done = subprocess.run(["convert", *args], stdout=subprocess.PIPE,
                          stderr=subprocess.DEVNULL, check=False)
    return done.stdout if done.returncode == 0 and done.stdout else None


def scene(folder):
    """The picture that all are made of: no two corners alike."""
    path = os.path.join(folder, "scene.png")
    w, h = SIZE
    subprocess.run(
        ["convert", "-size", f"{w}x{h}", "gradient:#103060-#e0a040",
         "-fill", "#c02020", "-draw", f"rectangle 4,4 {w // 3},{h // 2}",
         "-fill", "#20a040", "-draw", f"circle {w - 20},{h - 20} {w - 8},"
         f"{h - 20}", "-fill", "white", "-draw", f"polygon {w - 30},4 "
         f"{w - 6},4 {w - 6},24", "-depth", "8", "-type", "TrueColor",
         "PNG24:" + path], check=True)
    return path


# -- PNG by hand -----------------------------------------------------------

def chunk(kind, data):
    return (struct.pack(">I", len(data)) + kind + data +
            struct.pack(">I", zlib.crc32(kind + data)))


def png(width, height, colour=2, bits=8, rows=b"", before=b"", end=True):
    data = b"\x89PNG\r\n\x1a\n" + chunk(
        b"IHDR", struct.pack(">IIBBBBB", width, height, bits, colour, 0, 0,
                             0)) + before + chunk(b"IDAT", rows)
    return data + (chunk(b"IEND", b"") if end else b"")


def zeros(n):
    """A zlib stream of n zero bytes, without having them at once."""
    c = zlib.compressobj(9, zlib.DEFLATED, -15)
    # What follows a full flush does not depend on what was before it.
    block = c.compress(bytes(1 << 20)) + c.flush(zlib.Z_FULL_FLUSH)
    rest = c.compress(bytes(n & 0xfffff)) + c.flush()
    return b"\x78\xda" + block * (n >> 20) + rest + \
        struct.pack(">I", n % 65521 << 16 | 1)


def hostile_pngs():
    one = zlib.compress(b"\0\xff\0\0")
    yield Odd("one-pixel.png", png(1, 1, rows=one), SHOWN)
    yield Odd("no-pixels.png", png(0, 0, rows=one), REFUSED)
    yield Odd("no-width.png", png(0, 5, rows=one), REFUSED)
    yield Odd("two-thousand-million-wide.png",
              png(0x7fffffff, 1, rows=one), REFUSED)
    yield Odd("four-thousand-million-wide.png",
              png(0xffffffff, 0xffffffff, rows=one), REFUSED)
    yield Odd("bomb-40000x40000.png",
              png(40000, 40000, colour=0, bits=1, rows=zeros(5001 * 4000)),
              REFUSED)
    yield Odd("bomb-8000x8000-grey.png",
              png(8000, 8000, colour=0, rows=zeros(8001 * 8000)), SHOWN)
    yield Odd("a-row-for-a-million.png", png(1, 60000, colour=0,
                                             rows=zeros(2)), REFUSED)
    yield Odd("short-rows.png", png(64, 64, rows=zeros(100)), REFUSED)
    yield Odd("long-rows.png", png(2, 2, rows=zeros(1 << 20)), EITHER)
    yield Odd("bad-zlib.png", png(64, 64, rows=b"\xff" * 400), REFUSED)
    yield Odd("bad-crc.png", png(1, 1, rows=one)[:-20] + b"\0\0\0\0" +
              png(1, 1, rows=one)[-16:], EITHER)
    yield Odd("no-end.png", png(1, 1, rows=one, end=False), EITHER)
    yield Odd("colour-type-5.png", png(1, 1, colour=5, rows=one), REFUSED)
    yield Odd("bits-7.png", png(1, 1, bits=7, rows=one), REFUSED)
    yield Odd("palette-without.png",
              png(1, 1, colour=3, rows=zlib.compress(b"\0\0")), REFUSED)
    yield Odd("palette-beyond.png",
              png(1, 1, colour=3, rows=zlib.compress(b"\0\xff"),
                  before=chunk(b"PLTE", b"\1\2\3")), EITHER)
    text = b"Comment\0\0" + zeros(64 << 20)
    yield Odd("text-bomb.png", png(1, 1, rows=one,
                                   before=chunk(b"zTXt", text)), EITHER)
    profile = b"icc\0\0" + zeros(64 << 20)
    yield Odd("profile-bomb.png", png(1, 1, rows=one,
                                      before=chunk(b"iCCP", profile)),
              EITHER)
    yield Odd("profile-junk.png",
              png(1, 1, rows=one, before=chunk(
                  b"iCCP", b"icc\0\0" + zlib.compress(
                      b"no profile" * 30))),
              SHOWN)
    yield Odd("ten-thousand-chunks.png",
              png(1, 1, rows=one, before=chunk(
                  b"tEXt", b"a\0b") * 10000), EITHER)


# -- others by hand --------------------------------------------------------

def gif(width, height, frames, loop=True):
    """Frames of (left, top, width, height, disposal, delay)."""
    data = b"GIF89a" + struct.pack("<HHBBB", width, height, 0x80, 0, 0) + \
        b"\x20\x40\x60\xe0\xc0\xa0"
    if loop:
        data += b"\x21\xff\x0bNETSCAPE2.0\x03\x01\0\0\0"
    for left, top, w, h, disposal, delay in frames:
        data += b"\x21\xf9\x04" + struct.pack("<BHB", disposal << 2, delay,
                                              0) + b"\0"
        data += b"\x2c" + struct.pack("<HHHHB", left, top, w, h, 0)
        # code size 2: clear, a few pixels, end
        data += b"\x02\x02\x4c\x01\0"
    return data + b"\x3b"


def hostile_gifs():
    yield Odd("one-pixel.gif", gif(1, 1, [(0, 0, 1, 1, 0, 0)]), SHOWN)
    yield Odd("no-frame.gif", gif(10, 10, []), REFUSED)
    yield Odd("no-size.gif", gif(0, 0, [(0, 0, 1, 1, 0, 0)]), EITHER)
    yield Odd("frame-outside.gif",
              gif(4, 4, [(60000, 60000, 1, 1, 0, 9)] * 2), EITHER)
    yield Odd("every-disposal.gif",
              gif(4, 4, [(0, 0, 1, 1, d, 0) for d in range(8)]), EITHER)
    yield Odd("thousand-frames.gif",
              gif(8, 8, [(0, 0, 1, 1, 1, 1)] * 1000), REFUSED)
    yield Odd("wide-screen.gif", gif(65535, 65535, [(0, 0, 1, 1, 0, 0)]),
              EITHER)
    yield Odd("screens.gif", gif(4000, 4000, [(0, 0, 1, 1, 1, 1)] * 20),
              EITHER)
    yield Odd("signature-only.gif", b"GIF89a", REFUSED)


def others():
    for name, data in [
            ("empty.jpg", b""), ("one-byte.jpg", b"\xff"),
            ("space.jpg", b" \n" * 100), ("text.jpg", b"hello\n" * 50),
            ("zeros.jpg", bytes(5000)),
            ("html.png", b"<!DOCTYPE html><title>no</title>"),
            ("php.jpg", b"<?php system($_GET[0]); ?>"),
            ("zip.png", b"PK\3\4" + bytes(60)),
            ("elf.png", b"\x7fELF" + bytes(60)),
            ("film.avif", b"\0\0\0\x18ftypisom\0\0\2\0isomiso2" + bytes(80)),
            ("box-of-nothing.avif", b"\0\0\0\x1cftypavif\0\0\0\0avifmif1miaf"),
            ("box-longer.avif", b"\xff\xff\xff\xffftypavif" + bytes(40)),
            ("riff-only.webp", b"RIFF\xff\xff\xff\xffWEBPVP8 "),
            ("markers.jpg", b"\xff\xd8" + b"\xff\xe0\0\x02" * 5000),
            ("no-scan.jpg", b"\xff\xd8\xff\xd9"),
            ("tiff-loop.tif", b"II*\0\x08\0\0\0\0\0\x08\0\0\0"),
            ("tiff-nowhere.tif", b"MM\0*\xff\xff\xff\xff"),
            ("plain.svg", b"<svg xmlns='http://www.w3.org/2000/svg' "
             b"width='9' height='9'/>"),
            ("entities.svg", b"<?xml version='1.0'?><!DOCTYPE svg [<!ENTITY "
             b"a 'aaaaaaaaaa'><!ENTITY b '&a;&a;&a;&a;'>]><svg xmlns='http:"
             b"//www.w3.org/2000/svg'><text>&b;</text></svg>"),
            ("paper.pdf", b"%PDF-1.4\n%%EOF\n"),
            ("script.eps", b"%!PS-Adobe-3.0 EPSF-3.0\n"),
            ("vector.mvg", b"push graphic-context\nimage over 0,0 0,0 "
             b"'/etc/passwd'\npop graphic-context\n"),
            ("matlab.png", b"MATLAB 5.0 MAT-file" + bytes(200)),
            ("script.png", b"#!/bin/sh\nid\n"),
            ("exr.png", b"v/1\1" + bytes(100)),
            ("jpeg2000.png", b"\0\0\0\x0cjP  \r\n\x87\n" + bytes(100))]:
        yield Odd(name, data, REFUSED)


# -- by ImageMagick --------------------------------------------------------

MADE = [
    ("baseline.jpg", []), ("q1.jpg", ["-quality", "8"]),
    ("progressive.jpg", ["-interlace", "JPEG"]),
    ("444.jpg", ["-sampling-factor", "1x1"]),
    ("422.jpg", ["-sampling-factor", "2x1"]),
    ("440.jpg", ["-sampling-factor", "1x2"]),
    ("411.jpg", ["-sampling-factor", "4x1"]),
    ("cmyk.jpg", ["-colorspace", "CMYK"]),
    ("long-comment.jpg", ["-set", "comment", "x" * 60000]),
    ("8bit.png", ["-define", "png:color-type=2"]),
    ("interlaced.png", ["-interlace", "PNG"]),
    ("16bit.png", ["-depth", "16", "-define", "png:bit-depth=16",
                   "-define", "png:color-type=2"]),
    ("palette.png", ["-colors", "200", "-define", "png:color-type=3"]),
    ("alpha.png", ["-alpha", "set", "-define", "png:color-type=6"]),
    ("alpha16.png", ["-alpha", "set", "-define", "png:color-type=6",
                     "-define", "png:bit-depth=16"]),
    ("gif87.gif", ["-colors", "200"]),
    ("interlaced.gif", ["-colors", "200", "-interlace", "GIF"]),
    ("lossy.webp", ["-quality", "90"]),
    ("lossless.webp", ["-define", "webp:lossless=true"]),
    ("alpha.webp", ["-alpha", "set"]),
    ("plain.tif", ["-compress", "none"]),
    ("lzw.tif", ["-compress", "lzw"]), ("zip.tif", ["-compress", "zip"]),
    ("packbits.tif", ["-compress", "rle"]),
    ("jpeg.tif", ["-compress", "jpeg", "-quality", "95"]),
    ("msb.tif", ["-endian", "msb"]), ("16bit.tif", ["-depth", "16"]),
    ("tiled.tif", ["-define", "tiff:tile-geometry=32x32"]),
    ("planar.tif", ["-interlace", "plane"]),
    ("palette.tif", ["-colors", "200", "-type", "palette"]),
    ("cmyk.tif", ["-colorspace", "CMYK"]),
    ("two-pages.tif", ["(", "+clone", "-negate", ")"]),
    ("picture.avif", ["-quality", "80"]),
    ("alpha.avif", ["-alpha", "set", "-quality", "80"]),
    ("picture.heic", ["-quality", "80"]),
]

# Not the scene's colours, or not its shape.
SHOWN_ONLY = [
    ("grey.jpg", ["-colorspace", "Gray"]),
    ("grey.png", ["-colorspace", "Gray"]),
    ("grey-1bit.png", ["-monochrome"]),
    ("grey-2bit.png", ["-colorspace", "Gray", "-depth", "2"]),
    ("grey-4bit.png", ["-colorspace", "Gray", "-depth", "4"]),
    ("grey-alpha.png", ["-colorspace", "Gray", "-alpha", "set", "-define",
                        "png:color-type=4"]),
    # Linear light, by libvips's convention; ImageMagick's is another.
    ("float.tif", ["-depth", "32", "-define",
                   "quantum:format=floating-point"]),
    ("fax.tif", ["-monochrome", "-compress", "Group4"]),
    ("lab.tif", ["-colorspace", "Lab"]),
    ("narrow.png", ["-resize", "1x500!"]), ("low.png", ["-resize", "500x1!"]),
    ("narrow.jpg", ["-resize", "1x500!"]), ("low.jpg", ["-resize", "500x1!"]),
    ("narrow.gif", ["-resize", "1x500!"]), ("low.webp", ["-resize", "500x1!"]),
    ("very-low.jpg", ["-resize", "15000x1!"]),
    ("very-narrow.png", ["-resize", "1x15000!"]),
    ("one-pixel.jpg", ["-resize", "1x1!"]),
    ("one-pixel.webp", ["-resize", "1x1!"]),
    ("one-pixel.tif", ["-resize", "1x1!"]),
    ("one-pixel.avif", ["-resize", "1x1!"]),
    ("seven.avif", ["-resize", "7x5!"]),
    ("clear.png", ["-alpha", "transparent"]),
    ("moving.gif", ["(", "+clone", "-negate", ")", "-set", "delay", "5"]),
    ("moving.webp", ["(", "+clone", "-negate", ")", "-set", "delay", "5"]),
]

# What they are once ImageMagick has made them: nobody else's business.
NOT_OPENED = ["bmp", "ico", "pcx", "tga", "psd", "jp2", "pnm", "xbm", "dds",
              "mng", "txt", "miff"]


def made(source):
    for wanted, expected in ((MADE, RIGHT), (SHOWN_ONLY, SHOWN)):
        for name, args in wanted:
            data = convert(source, *args, name.rpartition(".")[2] + ":-")
            if data is not None:
                yield Odd(name, data, expected)
    for kind in NOT_OPENED:
        data = convert(source, kind + ":-")
        if data is not None:
            yield Odd("other." + kind, data, REFUSED)
    for n in range(9):
        yield oriented(convert(source, "-quality", "95", "jpg:-"), n)


def oriented(jpeg, n):
    """With an EXIF orientation, 0 being none that there is."""
    tiff = b"MM\0*\0\0\0\x08" + struct.pack(
        ">HHHIHHI", 1, 0x0112, 3, 1, n, 0, 0)
    exif = b"Exif\0\0" + tiff
    data = jpeg[:2] + b"\xff\xe1" + struct.pack(">H", len(exif) + 2) + exif
    return Odd(f"orientation-{n}.jpg", data + jpeg[2:],
               RIGHT if n < 2 else SHOWN)


# -- damaged ---------------------------------------------------------------

# Of each of these: cut short, and with bytes that are not what they were.
TO_DAMAGE = ["baseline.jpg", "progressive.jpg", "cmyk.jpg", "8bit.png",
             "interlaced.png", "palette.png", "gif87.gif", "moving.gif",
             "lossy.webp", "lossless.webp", "moving.webp", "lzw.tif",
             "jpeg.tif", "tiled.tif", "picture.avif", "picture.heic"]


def damaged(whole):
    dice = random.Random(20260701)
    for name in TO_DAMAGE:
        if name not in whole:
            continue
        data = whole[name].data
        for percent in (2, 10, 30, 50, 75, 90):
            # Of what moves, the first frame may be whole and enough.
            moving = name.startswith("moving") and percent >= 50
            yield Odd(f"cut-{percent}-{name}",
                      data[:len(data) * percent // 100],
                      EITHER if moving else REFUSED)
        yield Odd(f"cut-last-{name}", data[:-1], EITHER)
        yield Odd(f"junk-after-{name}", data + b"junk" * 100, EITHER)
        for i in range(8):
            bad = bytearray(data)
            for _ in range(1 + 3 * i):
                bad[dice.randrange(len(bad))] ^= 1 << dice.randrange(8)
            yield Odd(f"bits-{i}-{name}", bytes(bad), EITHER)
        bad = bytearray(data)
        for i in range(min(64, len(bad))):
            bad[i + 16 if i + 16 < len(bad) else i] = 255
        yield Odd(f"head-{name}", bytes(bad), EITHER)


def all_of_them(folder):
    """Every one of them, by name."""
    source = scene(folder)
    found = {}
    for odd in [*made(source), *hostile_pngs(), *hostile_gifs(), *others()]:
        found[odd.name] = odd
    for odd in damaged(dict(found)):
        found[odd.name] = odd
    return source, found
