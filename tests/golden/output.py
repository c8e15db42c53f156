#!/usr/bin/env python3
# SPDX-License-Identifier: BSD-2-Clause
# Copyright (c) 2026 The pixelfleet authors
"""The output family: quality, max_bytes, lossless, progressive, frames.

What a result is inside is read here byte by byte; what it looks like is
told by ImageMagick, and by djxl where there is JPEG XL.
"""

import os
import re
import shutil
import struct

import tags
from golden import RENDERER, Failed, Golden, run, scene

g = Golden()

SAVES = run([RENDERER, "--describe"]).stdout.decode().split("save ")[1]
SAVES = SAVES.split()[0].split(",")
LOSSY = [f for f in ("jpg", "webp", "avif", "jxl") if f in SAVES]


def source():
    return g.make("source.png", *scene(480, 320))


def grainy():
    """What needs many bytes, and a quality of its own."""
    return g.make("grainy.png", *scene(480, 320), "-seed", "7", "-attenuate",
                  "0.6", "+noise", "Gaussian")


def flat():
    return g.make("flat.png", "-size", "480x320", "gradient:#305080-#a0c0e0",
                  "-depth", "8", "-type", "TrueColor")


def masked():
    mask = g.make("mask.png", "-size", "480x320",
                  "radial-gradient:white-black")
    return g.make("masked.png", source(), mask, "-alpha", "off", "-compose",
                  "CopyOpacity", "-composite", "-depth", "8")


def moving():
    return g.make("moving.gif", "-delay", "10", "-loop", "2",
                  *scene(120, 80), "(", "+clone", "-flop", ")", "(",
                  "+clone", "-negate", "-set", "delay", "30", ")")


def rendered(path, ops):
    """The result's path, bytes, and what the renderer says of it."""
    done = g.renderer(path, ops, "--verbose")
    if done.returncode:
        raise Failed("%s: %s" % (ops, done.stderr.decode().strip()))
    told = re.search(r"quality (\d+), (\d+) encode", done.stderr.decode())
    kind = re.search(r"\d+x\d+ (\w+),", done.stderr.decode()).group(1)
    name = "result-%s-%s.%s" % (os.path.basename(path),
                                re.sub(r"\W+", "-", ops), kind)
    return (g.write(name, done.stdout), done.stdout, int(told.group(1)),
            int(told.group(2)))


def seen(path):
    """As something that ImageMagick opens."""
    if not path.endswith(".jxl"):
        return path
    if not shutil.which("djxl"):
        raise Failed("djxl is missing: install libjxl-tools")
    if run(["djxl", path, path + ".png"]).returncode:
        raise Failed("djxl does not open " + path)
    return path + ".png"


def distance(path, reference):
    plain = g.path("=plain.png")
    g.magick(seen(path), "-colorspace", "sRGB", "-type", "TrueColor",
             "-depth", "8", plain)
    return g.distance("RMSE", plain, reference)


# -- formats ----------------------------------------------------------------

@g.case
def every_format_is_what_it_says():
    for to in SAVES:
        path, data, quality, encodes = rendered(source(), "format=" + to)
        if not path.endswith("." + to) or encodes != 1:
            raise Failed("%s, %d encodes" % (path, encodes))
        if quality != (90 if to in LOSSY else 0):
            raise Failed("%s: quality is %d" % (to, quality))
        g.expect_size(seen(path), 480, 320)
        if distance(path, source()) > (0.035 if to in ("gif", "avif") else 0.02):
            raise Failed("%s: %.4f away" % (to, distance(path, source())))


@g.case
def one_quality_is_about_one_likeness():
    """Of what is encoded by different codecs, on a photograph's grain."""
    for quality in (40, 60, 80):
        found = {to: distance(rendered(
            grainy(), "format=%s&quality=%d" % (to, quality))[0], grainy())
            for to in LOSSY}
        if os.environ.get("GOLDEN_SHOW"):
            print("      quality %d: %s" % (quality, found))
        for to, off in found.items():
            if not 0.6 < off / found["jpg"] < 1.6:
                raise Failed("quality %d: %s" % (quality, found))


# -- lossless and progressive -----------------------------------------------

@g.case
def lossless_is():
    for name in (source, masked):
        for to in ("webp", "jxl", "avif"):
            if to not in SAVES:
                continue
            ops = "format=%s&lossless=true" % to
            done = g.renderer(name(), ops)
            if to == "avif" and done.returncode:
                g.refused(name(), ops, 501, "without loss")
                continue
            path, _, quality, encodes = rendered(name(), ops)
            if (quality, encodes) != (0, 1):
                raise Failed("quality %d, %d encodes" % (quality, encodes))
            # Colour where nothing is seen is no loss.
            for back in ("white", "black"):
                a, b = g.path("=a.png"), g.path("=b.png")
                for one, to_ in ((seen(path), a), (name(), b)):
                    g.magick(one, "-background", back, "-alpha", "remove",
                             "-depth", "8", "-type", "TrueColor", to_)
                if g.distance("PAE", a, b) > (0 if name is source else
                                              0.005):
                    raise Failed("%s of %s loses %.4f" % (
                        to, name.__name__, g.distance("PAE", a, b)))


@g.case
def a_jpeg_is_the_same_with_lossless():
    jpeg = g.make("lossless.jpg", source(), "-quality", "95")
    _, data, quality, _ = rendered(jpeg, "width=50")
    if (data, quality) != rendered(jpeg, "width=50&lossless=true")[1:3]:
        raise Failed("another JPEG than without")


@g.case
def progressive_jpegs_come_in_scans():
    for ops, sof, least in (("format=jpg", 0xC0, 1),
                            ("format=jpg&progressive=true", 0xC2, 3)):
        path, data, _, _ = rendered(source(), ops)
        kinds = [m for m, _ in tags.jpeg_segments(data) if
                 0xC0 <= m <= 0xC2]
        scans = len(re.findall(rb"\xff\xda\x00", data))
        if kinds != [sof] or scans < least or (least == 1 and scans != 1):
            raise Failed("%s: %s, %d scans" % (ops, kinds, scans))
        if distance(path, source()) > 0.02:
            raise Failed(ops)


@g.case
def progressive_pngs_are_interlaced():
    for ops, flag in (("format=png", 0), ("format=png&progressive=true", 1)):
        path, data, _, _ = rendered(source(), ops)
        if data[28] != flag:
            raise Failed("%s: interlace is %d" % (ops, data[28]))
        g.same(path, source(), 0, 0)


# -- quality=auto -----------------------------------------------------------

@g.case
def auto_gives_flat_less_than_grain():
    for to in LOSSY:
        found = {}
        for name in (flat, source, grainy):
            path, data, quality, encodes = rendered(
                name(), "format=%s&quality=auto" % to)
            if not 30 <= quality <= 95 or not 2 <= encodes <= 6:
                raise Failed("%s: quality %d, %d encodes"
                             % (to, quality, encodes))
            found[name.__name__] = quality, len(data)
            # It is that quality, and not only called so.
            if quality != 90:
                _, same, _, _ = rendered(name(), "format=%s&quality=%d"
                                         % (to, quality))
                if same != data:
                    raise Failed("%s is not quality %d" % (to, quality))
        if os.environ.get("GOLDEN_SHOW"):
            print("      %s: %s" % (to, found))
        if not found["flat"][0] <= found["source"][0]:
            raise Failed("%s: %s" % (to, found))


@g.case
def auto_is_alike_in_every_format():
    """By another measure than its own."""
    for name in (source, grainy):
        found = {to: distance(rendered(
            name(), "format=%s&quality=auto" % to)[0], name())
            for to in LOSSY}
        if max(found.values()) > 3 * min(found.values()):
            raise Failed("%s: %s" % (name.__name__, found))


@g.case
def auto_of_grey_and_of_alpha_and_of_small():
    grey = g.make("grey.png", *scene(200, 100), "-colorspace", "Gray",
                  "-type", "Grayscale")
    dot = g.make("dot.png", "-size", "1x1", "xc:#c02030", "-depth", "8")
    long = g.make("long.png", *scene(2000, 3))
    for path in (grey, masked(), dot, long):
        for to in LOSSY:
            _, _, quality, encodes = rendered(
                path, "format=%s&quality=auto" % to)
            if not 30 <= quality <= 95 or encodes > 6:
                raise Failed("%s of %s: quality %d, %d encodes"
                             % (to, path, quality, encodes))


@g.case
def auto_of_what_is_large_looks_at_parts():
    large = g.make("large.png", *scene(2400, 1500), "-quality", "10")
    for to in LOSSY:
        path, _, quality, encodes = rendered(
            large, "format=%s&quality=auto" % to)
        if not 30 <= quality <= 95 or not 2 <= encodes <= 6:
            raise Failed("%s: quality %d, %d encodes"
                         % (to, quality, encodes))
        g.expect_size(seen(path), 2400, 1500)


@g.case
def auto_is_nothing_to_formats_without_loss():
    for ops in ("format=png", "format=gif"):
        _, data, quality, encodes = rendered(source(), ops + "&quality=auto")
        if data != rendered(source(), ops)[1] or (quality, encodes) != (0, 1):
            raise Failed(ops)


# -- max_bytes ----------------------------------------------------------------

@g.case
def max_bytes_is_kept_and_used():
    for to in LOSSY:
        full = len(rendered(grainy(), "format=" + to)[1])
        for share in (0.8, 0.5, 0.25):
            most = max(1000, int(full * share))
            path, data, quality, encodes = rendered(
                grainy(), "format=%s&max_bytes=%d" % (to, most))
            if len(data) > most or encodes > 6:
                raise Failed("%s: %d bytes of %d in %d encodes"
                             % (to, len(data), most, encodes))
            # A better one that fits would have been found, or nearly.
            if len(data) < 0.85 * most and quality < 88:
                _, better, _, _ = rendered(grainy(), "format=%s&quality=%d"
                                           % (to, quality + 2))
                if len(better) <= 0.97 * most:
                    raise Failed("%s: quality %d has %d bytes, %d has %d, "
                                 "of %d" % (to, quality, len(data),
                                            quality + 2, len(better), most))
            if os.environ.get("GOLDEN_SHOW"):
                print("      %s: %d of %d, quality %d, %d encodes"
                      % (to, len(data), most, quality, encodes))


@g.case
def max_bytes_that_are_enough_change_nothing():
    for to in SAVES:
        a = rendered(source(), "format=" + to)
        b = rendered(source(), "format=%s&max_bytes=1000000" % to)
        if a[1:] != b[1:]:
            raise Failed(to)


@g.case
def quality_is_the_ceiling_of_max_bytes():
    for quality in ("40", "auto"):
        _, full, first, _ = rendered(grainy(), "format=webp&quality="
                                     + quality)
        for most in (len(full) + 1, len(full) * 2 // 3):
            _, data, found, _ = rendered(
                grainy(), "format=webp&quality=%s&max_bytes=%d"
                % (quality, most))
            if found > first or len(data) > most or (
                    most > len(full) and data != full):
                raise Failed("quality %s of %d, %d bytes of %d"
                             % (found, first, len(data), most))


@g.case
def max_bytes_that_cannot_be_met():
    for to in LOSSY:
        g.refused(grainy(), "format=%s&max_bytes=1000" % to, 422,
                  "at quality 1")
    for to in ("png", "gif"):
        g.refused(grainy(), "format=%s&max_bytes=1000" % to, 422,
                  "no lower quality")


# -- frames -------------------------------------------------------------------

def gif_frames(data):
    """Delays in ms, and how often they are shown (0: for ever)."""
    delays = [10 * d for d, in re.findall(
        rb"\x21\xf9\x04.(..).\x00", data, re.S) and
        [struct.unpack("<H", d) for d in re.findall(
            rb"\x21\xf9\x04.(..).\x00", data, re.S)]]
    loop = re.search(rb"NETSCAPE2\.0\x03\x01(..)\x00", data, re.S)
    # The block counts repetitions; none: shown once.
    times = 1 if loop is None else struct.unpack("<H", loop.group(1))[0]
    return delays, times + 1 if loop and times else times


def webp_frames(data):
    chunks = list(tags.webp_chunks(data))
    anim = dict(chunks)[b"ANIM"]
    delays = [int.from_bytes(body[12:15], "little")
              for name, body in chunks if name == b"ANMF"]
    return delays, int.from_bytes(anim[4:6], "little")


@g.case
def frames_keep_their_times():
    with open(moving(), "rb") as f:
        delays, times = gif_frames(f.read())
    for to, read in (("gif", gif_frames), ("webp", webp_frames)):
        for more in ("", "&quality=auto", "&max_bytes=100000"):
            path, data, _, _ = rendered(moving(), "format=" + to + more)
            if read(data) != (delays, times):
                raise Failed("%s: %s, not %s" % (to + more, read(data),
                                                 (delays, times)))
            g.expect_size(path, 120, 80)
    for to in ("jpg", "png", "avif"):
        path, _, _, _ = rendered(moving(), "format=" + to)
        g.expect_size(path, 120, 80)


@g.case
def frames_fit_max_bytes():
    full = len(rendered(moving(), "format=webp")[1])
    _, data, _, encodes = rendered(moving(), "format=webp&max_bytes=%d"
                                   % (full * 2 // 3))
    if len(data) > full * 2 // 3 or encodes > 6:
        raise Failed("%d of %d" % (len(data), full))
    if len(webp_frames(data)[0]) != 3:
        raise Failed("frames are lost")


@g.case
def frames_without_loss():
    path, data, _, _ = rendered(moving(), "format=webp&lossless=true")
    for i in range(3):
        a, b = g.path("=a.png"), g.path("=b.png")
        g.magick(moving(), "-coalesce", "-delete", *(
            ["1,2"] if i == 0 else ["0,2"] if i == 1 else ["0,1"]),
            "-depth", "8", "PNG24:" + a)
        single = g.render(path, "format=png&page=%d" % (i + 1))
        g.magick(single, "-depth", "8", "PNG24:" + b)
        if g.distance("PAE", a, b) > 0:
            raise Failed("frame %d" % i)


g.main()
