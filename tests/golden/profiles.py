# SPDX-License-Identifier: BSD-2-Clause
# Copyright (c) 2026 The pixelfleet authors
"""ICC profiles, computed: sRGB, Display P3, a grey and a printing one.

Version 2 profiles (ICC.1:2001-04).  None of them is a file of somebody's.
"""

import struct

D50 = (0.9642, 1.0, 0.8249)

# Columns of RGB -> XYZ, adapted to D50 (Bradford).
SRGB = ((0.43607, 0.22249, 0.01392), (0.38515, 0.71687, 0.09708),
        (0.14307, 0.06061, 0.71410))
P3 = ((0.51512, 0.24120, -0.00105), (0.29198, 0.69225, 0.04189),
      (0.15710, 0.06657, 0.78407))
ADOBE = ((0.60974, 0.31111, 0.01947), (0.20528, 0.62567, 0.06087),
         (0.14919, 0.06322, 0.74457))


def srgb_to_linear(v):
    return v / 12.92 if v <= 0.04045 else ((v + 0.055) / 1.055) ** 2.4


def s15f16(*values):
    return b"".join(struct.pack(">i", round(v * 65536)) for v in values)


def text_desc(text):
    text = text.encode() + b"\0"
    return (b"desc\0\0\0\0" + struct.pack(">I", len(text)) + text +
            b"\0" * 8 + b"\0" * (3 + 67))


def xyz(x, y, z):
    return b"XYZ \0\0\0\0" + s15f16(x, y, z)


def curve(f, n=1024):
    return (b"curv\0\0\0\0" + struct.pack(">I", n) +
            b"".join(struct.pack(">H", round(f(i / (n - 1)) * 65535))
                     for i in range(n)))


def profile(kind, space, pcs, tags):
    """kind: mntr or prtr; tags: list of (name, data)."""
    tags = [("desc", text_desc("pixelfleet test " + space.strip())),
            ("cprt", b"text\0\0\0\0public domain\0"),
            ("wtpt", xyz(*D50))] + tags
    table, data = b"", b""
    at = 128 + 4 + 12 * len(tags)
    for name, body in tags:
        body += b"\0" * (-len(body) % 4)
        table += name.encode() + struct.pack(">II", at + len(data), len(body))
        data += body
    size = at + len(data)
    header = (struct.pack(">I4sI", size, b"\0\0\0\0", 0x02100000) +
              kind.encode() + space.encode() + pcs.encode() +
              struct.pack(">6H", 2026, 1, 1, 0, 0, 0) + b"acsp" +
              b"\0" * 28 + s15f16(*D50))
    header += b"\0" * (128 - len(header))
    return header + struct.pack(">I", len(tags)) + table + data


def rgb(columns, light=srgb_to_linear):
    trc = curve(light)
    return profile("mntr", "RGB ", "XYZ ", [
        ("rXYZ", xyz(*columns[0])), ("gXYZ", xyz(*columns[1])),
        ("bXYZ", xyz(*columns[2])),
        ("rTRC", trc), ("gTRC", trc), ("bTRC", trc)])


def grey(gamma):
    return profile("mntr", "GRAY", "XYZ ",
                   [("kTRC", curve(lambda v: v ** gamma))])


def lab(x, y, z):
    def f(t):
        return t ** (1 / 3) if t > 216 / 24389 else (24389 / 27 * t + 16) / 116
    fx, fy, fz = (f(v / w) for v, w in zip((x, y, z), D50))
    return 116 * fy - 16, 500 * (fx - fy), 200 * (fy - fz)


# What a sheet fully covered with one ink reflects, as linear sRGB: inks of
# a printing press, roughly.
INKS = ((0.0, 0.40, 0.80), (0.82, 0.0, 0.25), (1.0, 0.88, 0.0),
        (0.02, 0.02, 0.02))
GLOSS = 0.02


def cmyk_lab(inks):
    """Each ink lets through a part of what is there.

    All paper reflects a little whatever is printed on it, so that the
    deepest black is grey and black point compensation has something to do.
    """
    light = [1.0, 1.0, 1.0]
    for amount, ink in zip(inks, INKS):
        for i in range(3):
            light[i] *= 1 - amount * (1 - ink[i])
    light = [GLOSS + (1 - GLOSS) * v for v in light]
    return lab(*(sum(SRGB[c][i] * light[c] for c in range(3))
                 for i in range(3)))


def cmyk(tags=("A2B0", "A2B1"), grid=9):
    """lut8 from CMYK to Lab, every grid point computed by cmyk_lab().

    A2B0 is the perceptual table, A2B1 the colorimetric one.
    """
    identity = bytes(range(256))
    table = bytearray()
    steps = [i / (grid - 1) for i in range(grid)]
    for c in steps:
        for m in steps:
            for y in steps:
                for k in steps:
                    ll, a, b = cmyk_lab((c, m, y, k))
                    for v in (ll * 255 / 100, a + 128, b + 128):
                        table.append(min(255, max(0, round(v))))
    lut = (b"mft1\0\0\0\0" + bytes([4, 3, grid, 0]) +
           s15f16(1, 0, 0, 0, 1, 0, 0, 0, 1) + identity * 4 + bytes(table) +
           identity * 3)
    return profile("prtr", "CMYK", "Lab ", [(tag, lut) for tag in tags])
