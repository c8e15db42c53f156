# SPDX-License-Identifier: BSD-2-Clause
# Copyright (c) 2026 The pixelfleet authors
"""Metadata put into image files byte by byte.

Written from the formats' documents, so that no tool that might share a
mistake with what is tested has a hand in it.
"""

import struct
import zlib

# Whoever finds this word in a result has found a leak.
SECRET = b"Hidden-Valley-Road-12"


def exif(orientation=None, gps=False):
    """A TIFF structure (big endian): orientation, an artist, a GPS IFD."""
    entries = []
    heap = b""

    if orientation is not None:
        entries.append((0x0112, 3, 1, struct.pack(">HH", orientation, 0)))
    count = (orientation is not None) + 2 * gps
    heap_at = 8 + 2 + 12 * count + 4
    if gps:
        artist = SECRET + b"\0"
        entries.append((0x013B, 2, len(artist),
                        struct.pack(">I", heap_at)))
        heap += artist + b"\0" * (len(artist) % 2)
        # 48 deg 12' 34" north, 16 deg 22' 11" east
        gps_at = heap_at + len(heap)
        rationals_at = gps_at + 2 + 12 * 4 + 4
        heap += struct.pack(">H", 4)
        heap += struct.pack(">HHI4s", 1, 2, 2, b"N\0\0\0")
        heap += struct.pack(">HHII", 2, 5, 3, rationals_at)
        heap += struct.pack(">HHI4s", 3, 2, 2, b"E\0\0\0")
        heap += struct.pack(">HHII", 4, 5, 3, rationals_at + 24)
        heap += struct.pack(">I", 0)
        heap += struct.pack(">6I", 48, 1, 12, 1, 34, 1)
        heap += struct.pack(">6I", 16, 1, 22, 1, 11, 1)
        entries.append((0x8825, 4, 1, struct.pack(">I", gps_at)))
    out = b"MM\0\x2a" + struct.pack(">IH", 8, len(entries))
    for tag, kind, n, value in entries:
        out += struct.pack(">HHI", tag, kind, n) + value
    return out + struct.pack(">I", 0) + heap


XMP = (b'<x:xmpmeta xmlns:x="adobe:ns:meta/"><rdf:RDF '
       b'xmlns:rdf="http://www.w3.org/1999/02/22-rdf-syntax-ns#">'
       b'<rdf:Description xmlns:exif="http://ns.adobe.com/exif/1.0/" '
       b'exif:GPSLatitude="48,12.5N" exif:UserComment="' + SECRET +
       b'"/></rdf:RDF></x:xmpmeta>')


def jpeg_segment(marker, data):
    return b"\xff" + bytes([marker]) + struct.pack(">H", len(data) + 2) + data


def jpeg_with(jpeg, *segments):
    """The segments right after the start of image."""
    return jpeg[:2] + b"".join(segments) + jpeg[2:]


def jpeg_exif(data):
    return jpeg_segment(0xE1, b"Exif\0\0" + data)


def jpeg_everything():
    """Every place of a JPEG that editors put private things into."""
    iptc = b"\x1c\x02\x5a" + struct.pack(">H", len(SECRET)) + SECRET
    iptc += b"\0" * (len(iptc) % 2)
    return [
        jpeg_exif(exif(gps=True)),
        jpeg_segment(0xE1, b"http://ns.adobe.com/xap/1.0/\0" + XMP),
        jpeg_segment(0xED, b"Photoshop 3.0\x008BIM\x04\x04\0\0" +
                     struct.pack(">I", len(iptc)) + iptc),
        jpeg_segment(0xEC, b"Ducky" + SECRET),
        jpeg_segment(0xFE, SECRET),
    ]


def png_chunk(kind, data):
    return (struct.pack(">I", len(data)) + kind + data +
            struct.pack(">I", zlib.crc32(kind + data)))


def png_with(png, *chunks):
    """The chunks right after the header."""
    return png[:33] + b"".join(chunks) + png[33:]


def png_everything():
    return [
        png_chunk(b"eXIf", exif(gps=True)),
        png_chunk(b"tEXt", b"Comment\0" + SECRET),
        png_chunk(b"zTXt", b"Author\0\0" + zlib.compress(SECRET)),
        png_chunk(b"iTXt", b"XML:com.adobe.xmp\0\0\0\0\0" + XMP),
    ]


def png_header(width, height, depth=8, colour=2):
    """A PNG that has nothing but a header to speak of."""
    return (b"\x89PNG\r\n\x1a\n" +
            png_chunk(b"IHDR", struct.pack(">IIBBBBB", width, height, depth,
                                           colour, 0, 0, 0)) +
            png_chunk(b"IDAT", zlib.compress(b"\0" * 100)) +
            png_chunk(b"IEND", b""))


def webp_with(webp, width, height, alpha=False, **chunks):
    """A simple WebP made an extended one, with EXIF=..., XMP=..., ICCP=..."""
    def chunk(kind, data):
        return (kind + struct.pack("<I", len(data)) + data +
                b"\0" * (len(data) % 2))

    flags = (0x10 * alpha | 0x20 * ("ICCP" in chunks) |
             0x08 * ("EXIF" in chunks) | 0x04 * ("XMP" in chunks))
    body = chunk(b"VP8X", bytes([flags, 0, 0, 0]) +
                 struct.pack("<I", width - 1)[:3] +
                 struct.pack("<I", height - 1)[:3])
    if "ICCP" in chunks:
        body += chunk(b"ICCP", chunks["ICCP"])
    body += webp[12:]
    if "EXIF" in chunks:
        body += chunk(b"EXIF", chunks["EXIF"])
    if "XMP" in chunks:
        body += chunk(b"XMP ", chunks["XMP"])
    return b"RIFF" + struct.pack("<I", len(body) + 4) + b"WEBP" + body
