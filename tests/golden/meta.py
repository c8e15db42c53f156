#!/usr/bin/env python3
# SPDX-License-Identifier: BSD-2-Clause
# Copyright (c) 2026 The pixelfleet authors
"""meta=true: what the JSON says of a source, against what others say."""

import json
import math

import profiles
import tags
from golden import RENDERER, Failed, Golden, run, scene

g = Golden()


def meta(source, ops="meta=true"):
    done = g.renderer(source, ops)
    if done.returncode:
        raise Failed("%s: %s" % (source, done.stderr.decode().strip()))
    return json.loads(done.stdout.decode("utf-8"))


def expect(source, got, **fields):
    for name, value in fields.items():
        if got.get(name) != value:
            raise Failed("%s: %s is %r, not %r"
                         % (source, name, got.get(name), value))


def identify(source, form):
    done = run(["identify", "-format", form + "\n", source + "[0]"])
    return done.stdout.decode().splitlines()[0].split()


@g.case
def sizes_and_formats():
    for kind in ("jpg", "png", "webp", "gif", "tiff", "avif"):
        path = g.make("plain." + kind, *scene(321, 200))
        got = meta(path)
        width, height = map(int, identify(path, "%w %h"))
        with open(path, "rb") as f:
            expect(path, got, format=kind, width=width, height=height,
                   stored_width=width, stored_height=height, pages=1,
                   animated=False, orientation=1, space="rgb",
                   bytes=len(f.read()))
        if {"exif", "icc", "loop", "delays"} & set(got):
            raise Failed(got)


@g.case
def every_orientation():
    with open(g.make("turned.jpg", *scene(320, 200), "-strip"), "rb") as f:
        bare = f.read()
    for n in range(1, 9):
        path = g.write("turned-%d.jpg" % n, tags.jpeg_with(
            bare, tags.jpeg_exif(tags.exif(n))))
        size = (320, 200) if n < 5 else (200, 320)
        got = meta(path)
        expect(path, got, orientation=n, width=size[0], height=size[1],
               stored_width=320, stored_height=200)


@g.case
def colours_as_stored():
    for name, args, fields in (
            ("grey.jpg", ["-colorspace", "Gray", "-type", "Grayscale"],
             {"space": "grey", "bands": 1, "bits": 8, "alpha": False}),
            ("cmyk.jpg", ["-colorspace", "CMYK", "-type",
                          "ColorSeparation"],
             {"space": "cmyk", "bands": 4, "bits": 8, "alpha": False}),
            ("deep.png", ["-define", "png:bit-depth=16"],
             {"space": "rgb", "bands": 3, "bits": 16, "alpha": False}),
            ("alpha.png", ["-alpha", "set", "-channel", "A", "-evaluate",
                           "set", "50%"],
             {"space": "rgb", "bands": 4, "alpha": True})):
        path = g.make(name, *scene(160, 100), *args)
        expect(name, meta(path), **fields)


@g.case
def animations():
    for kind in ("gif", "webp"):
        path = g.make("moving." + kind, "-delay", "12", "-loop", "3",
                      *scene(80, 60), "(", "+clone", "-negate", ")",
                      "(", "+clone", "-flop", "-set", "delay", "34", ")")
        delays = [120, 120, 340]
        if kind == "webp":
            # ImageMagick forgets how often, and has times of its own.
            with open(path, "rb") as f:
                data = f.read()
            at = data.index(b"ANIM") + 12
            path = g.write("looping.webp", data[:at] + b"\x03\0" +
                           data[at + 2:])
            delays = [int.from_bytes(body[12:15], "little")
                      for name, body in tags.webp_chunks(data, strict=False)
                      if name == b"ANMF"]
        expect(path, meta(path), pages=3, animated=True, loop=3,
               width=80, height=60, delays=delays)


@g.case
def pages():
    path = g.make("pages.tiff", *scene(80, 60), "(", "+clone", "-resize",
                  "50%", ")")
    expect(path, meta(path), pages=2, animated=False, width=80, height=60)
    expect(path, meta(path, "page=2&meta=true"), pages=2, width=40,
           height=30)


@g.case
def density():
    path = g.make("dense.jpg", *scene(80, 60), "-units", "PixelsPerInch",
                  "-density", "300x150")
    expect(path, meta(path), density={"x": 300, "y": 150})


@g.case
def exif_but_no_place():
    with open(g.make("bare.jpg", *scene(80, 60), "-strip"), "rb") as f:
        data = tags.jpeg_with(f.read(), *tags.jpeg_everything(signed=True))
    path = g.write("told.jpg", data)
    expect(path, meta(path), exif={
        "make": 'Voigt "&" Lander', "model": "Bessa",
        "date": "2026-01-31T12:34:56", "exposure_time": 0.004,
        "f_number": 2.8, "iso": 400, "focal_length": 50,
        "artist": tags.ARTIST.decode(),
        "copyright": tags.COPYRIGHT.decode()})
    said = g.renderer(path, "meta=true").stdout
    for mark in (tags.SECRET, b"GPS", b"gps", b"atitude", b"Serial",
                 b"Maker"):
        if mark in said:
            raise Failed("%s in %s" % (mark, said))


@g.case
def names_of_profiles():
    icc = g.write("p3.icc", profiles.rgb(profiles.P3))
    path = g.make("p3.png", *scene(80, 60), "-profile", icc)
    expect(path, meta(path), icc="pixelfleet test RGB")


@g.case
def whatever_a_stranger_writes_is_json():
    with open(g.make("bare.jpg", *scene(80, 60), "-strip"), "rb") as f:
        bare = f.read()
    for i, (text, means) in enumerate((
            (b'"\\</script>', '"\\</script>'),
            (b"\x01\x02\x1f\x7f\n\t", "\x01\x02\x1f\x7f\n\t"),
            (b"caf\xe9", "caf\ufffd"),
            (b"\xed\xa0\x80", "\ufffd\ufffd\ufffd"),
            (b"\xf0\x9f\x90\xb6", "\U0001f436"),
            (b"\xc3", "\ufffd"),
            (b"x" * 5000, "x" * 1023),
            (b"   ", None))):
        block = b"MM\0\x2a\0\0\0\x08" + tags.ifd({0x0110: (2, text)}, 8)
        path = g.write("text-%d.jpg" % i, tags.jpeg_with(
            bare, tags.jpeg_exif(block)))
        expect(path, meta(path).get("exif", {}), model=means)
    for i, entry in enumerate(((5, (1, 0)), (5, (0, 0)), (2, b"no date"),
                               (7, b"\xff" * 40), (3, (65535,)))):
        fields = {tag: entry for tag in tags.CAMERA}
        block = (b"MM\0\x2a" + b"\0\0\0\x08" + tags.ifd(
            {}, 8, {0x8769: lambda at: tags.ifd(fields, at)}))
        path = g.write("number-%d.jpg" % i, tags.jpeg_with(
            bare, tags.jpeg_exif(block)))
        if "date" in meta(path).get("exif", {}):
            raise Failed(meta(path))


# -- BlurHash, written down once more ---------------------------------------

DIGITS = ("0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz"
          "#$%*+,-.:;=?@[]^_{|}~")


def from83(text):
    value = 0
    for c in text:
        value = value * 83 + DIGITS.index(c)
    return value


def components(hash):
    """The sizes and the colours of a hash, decoded."""
    size = from83(hash[0])
    nx, ny = size % 9 + 1, size // 9 + 1
    if len(hash) != 4 + 2 * nx * ny:
        raise Failed("%s has %d letters" % (hash, len(hash)))
    largest = (from83(hash[1]) + 1) / 166
    mean = from83(hash[2:6])
    colours = [tuple(profiles.srgb_to_linear(v / 255) for v in
                     (mean >> 16, mean >> 8 & 255, mean & 255))]
    for i in range(1, nx * ny):
        value = from83(hash[4 + 2 * i:6 + 2 * i])
        colours.append(tuple(
            math.copysign(((q - 9) / 9) ** 2, q - 9) * largest
            for q in (value // 361, value // 19 % 19, value % 19)))
    return nx, ny, largest, colours


def transform(pixels, width, height, nx, ny):
    lin = [profiles.srgb_to_linear(v / 255) for v in range(256)]
    out = []
    for j in range(ny):
        for i in range(nx):
            sums = [0.0] * 3
            for y in range(height):
                for x in range(width):
                    b = (math.cos(math.pi * i * x / width) *
                         math.cos(math.pi * j * y / height))
                    for c in range(3):
                        sums[c] += b * lin[pixels[3 * (y * width + x) + c]]
            scale = (1 if i == j == 0 else 2) / (width * height)
            out.append([s * scale for s in sums])
    return out


@g.case
def blurhash_and_dominant_colour():
    """Of a picture small enough to be taken as it is."""
    for name, args in (("scene.png", scene(64, 40)),
                       ("tall.png", scene(30, 64)),
                       ("red.png", ["-size", "20x20", "xc:#c02030"]),
                       ("clear.png", ["-size", "30x20",
                                      "gradient:#c0203000-#203060ff"])):
        path = g.make(name, *args, "-depth", "8")
        width, height = g.size(path)
        pixels = run(["convert", path, "-background", "white", "-alpha",
                      "remove", "-depth", "8", "rgb:-"]).stdout
        nx, ny, largest, got = components(meta(path)["blurhash"])
        if (nx, ny) != (4, 3):
            raise Failed("%d x %d" % (nx, ny))
        for i, (a, b) in enumerate(zip(got, transform(pixels, width, height,
                                                      nx, ny))):
            # Half a step of nineteen, of a root: 1/9 of the largest at most.
            if any(abs(u - v) > (0.006 if i == 0 else largest * 0.12)
                   for u, v in zip(a, b)):
                raise Failed("%s: component %d is %s, not %s"
                             % (name, i, a, b))
    path = g.make("mostly.png", "-size", "50x40", "xc:#208040", "-fill",
                  "#d0d0d0", "-draw", "rectangle 0,0 49,12")
    expect(path, meta(path), dominant_color="#208040")
    path = g.make("nothing.png", "-size", "50x40", "xc:#20804000")
    if "dominant_color" in meta(path):
        raise Failed("of what cannot be seen")


g.main()
