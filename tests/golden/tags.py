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


# Who made it: what strip=most keeps.
ARTIST = b"Ansel Example"
COPYRIGHT = b"(c) 2026 \xc3\x81nsel Example"

# Photographs tell more than that.
CAMERA = {
    0x829A: (5, (1, 250)),              # exposure time
    0x829D: (5, (28, 10)),              # f-number
    0x8827: (3, (400,)),                # ISO
    0x9003: (2, b"2026:01:31 12:34:56"),
    0x920A: (5, (50, 1)),               # focal length
}


def ifd(entries, at, pointers=()):
    """A TIFF directory (big endian) that begins at `at` of the block.

    entries: tag -> (type, value); a value is bytes, or a tuple of numbers,
    two of them a rational.  pointers: tag -> a function that makes what is
    pointed at from its own place.
    """
    entries = dict(entries)
    heap_at = at + 2 + 12 * (len(entries) + len(pointers)) + 4
    heap, out = b"", struct.pack(">H", len(entries) + len(pointers))
    for tag in sorted([*entries, *pointers]):
        if tag in pointers:
            body = pointers[tag](heap_at + len(heap))
            out += struct.pack(">HHII", tag, 4, 1, heap_at + len(heap))
            heap += body + b"\0" * (len(body) % 2)
            continue
        kind, value = entries[tag]
        if isinstance(value, bytes):
            data = value + b"\0" * (kind == 2)
            count = len(data)
        else:
            data = b"".join(struct.pack(">H" if kind == 3 else ">I", v)
                            for v in value)
            count = len(value) // (2 if kind == 5 else 1)
        out += struct.pack(">HHI", tag, kind, count)
        if len(data) <= 4:
            out += data.ljust(4, b"\0")
        else:
            out += struct.pack(">I", heap_at + len(heap))
            heap += data + b"\0" * (len(data) % 2)
    return out + struct.pack(">I", 0) + heap


def gps_ifd(at):
    """48 deg 12' 34" north, 16 deg 22' 11" east."""
    return ifd({1: (2, b"N"), 2: (5, (48, 1, 12, 1, 34, 1)),
                3: (2, b"E"), 4: (5, (16, 1, 22, 1, 11, 1)),
                0x1D: (2, b"2026:01:31 " + SECRET)}, at)


def exif(orientation=None, gps=False, signed=False, camera=False):
    """A TIFF structure (big endian).

    gps: place, serial number, maker note, comment and more, all secret;
    signed: artist and copyright; camera: how it was taken.
    """
    first, sub, pointers = {}, {}, {}
    if orientation is not None:
        first[0x0112] = (3, (orientation,))
    if signed:
        first[0x013B] = (2, ARTIST)
        first[0x8298] = (2, COPYRIGHT)
    if camera:
        first[0x010F] = (2, b"Voigt \"&\" Lander")
        first[0x0110] = (2, b"Bessa")
        sub.update(CAMERA)
    if gps:
        first[0x010E] = (2, b"At " + SECRET)
        pointers[0x8825] = gps_ifd
        sub[0x927C] = (7, b"Maker" + SECRET)
        sub[0x9286] = (7, b"ASCII\0\0\0" + SECRET)
        sub[0xA431] = (2, b"Serial" + SECRET)
    if sub:
        pointers[0x8769] = lambda at: ifd(sub, at)
    return b"MM\0\x2a" + struct.pack(">I", 8) + ifd(first, 8, pointers)


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


def jpeg_everything(signed=False):
    """Every place of a JPEG that editors put private things into."""
    iptc = b"\x1c\x02\x5a" + struct.pack(">H", len(SECRET)) + SECRET
    iptc += b"\0" * (len(iptc) % 2)
    return [
        jpeg_exif(exif(6, gps=True, signed=signed, camera=True)),
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


def png_everything(signed=False):
    return [
        png_chunk(b"eXIf", exif(gps=True, signed=signed)),
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


def tiff_with(tiff, texts):
    """A big endian TIFF with these texts too: a new directory at its end."""
    at, = struct.unpack_from(">I", tiff, 4)
    count, = struct.unpack_from(">H", tiff, at)
    entries = [tiff[at + 2 + 12 * i:at + 14 + 12 * i] for i in range(count)]
    entries = [e for e in entries if struct.unpack(">H", e[:2])[0] not in
               texts]
    tiff += b"\0" * (len(tiff) % 2)
    for tag, text in texts.items():
        entries.append(struct.pack(">HHII", tag, 2, len(text) + 1,
                                   len(tiff)))
        tiff += text + b"\0" * (1 + (len(text) + 1) % 2)
    return (tiff[:4] + struct.pack(">I", len(tiff)) + tiff[8:] +
            struct.pack(">H", len(entries)) + b"".join(sorted(entries)) +
            struct.pack(">I", 0))


# -- reading results, by the same documents --------------------------------

def jpeg_segments(data):
    """Marker and data of each segment before the scan."""
    at = 2
    while data[at + 1] != 0xDA:
        length = int.from_bytes(data[at + 2:at + 4], "big")
        yield data[at + 1], data[at + 4:at + 2 + length]
        at += 2 + length


def png_chunks(data):
    at = 8
    while at < len(data):
        length, name = struct.unpack_from(">I4s", data, at)
        body = data[at + 8:at + 8 + length]
        crc, = struct.unpack_from(">I", data, at + 8 + length)
        assert crc == zlib.crc32(name + body), name
        yield name, body
        at += 12 + length
    assert at == len(data)


def webp_chunks(data, strict=True):
    """Others (strict: False) leave a byte at the end."""
    end = int.from_bytes(data[4:8], "little") + 8
    assert end == len(data) or not strict
    at = 12
    while at < end:
        name, length = struct.unpack_from("<4sI", data, at)
        yield name, data[at + 8:at + 8 + length]
        at += 8 + length + length % 2
    assert at == end or not strict


def boxes(data):
    """Of ISO base media (AVIF) and JPEG XL."""
    at = 0
    while at < len(data):
        length, name = struct.unpack_from(">I4s", data, at)
        end = at + length if length else len(data)
        assert at + 8 <= end <= len(data), name
        yield name, data[at + 8:end]
        at = end


def avif_exif(data):
    meta = dict(boxes(dict(boxes(data))[b"meta"][4:]))
    iinf, iloc = meta[b"iinf"], meta[b"iloc"]
    exif_items = [int.from_bytes(body[4:6], "big")
                  for _, body in boxes(iinf[6:]) if body[8:12] == b"Exif"]
    # Sizes 4 4 4 0 and version 0 or 1: what is written here.
    version, sizes = iloc[0], iloc[4:6]
    assert version <= 1 and sizes == b"\x44\x40"
    at, found = 8, None
    for _ in range(int.from_bytes(iloc[6:8], "big")):
        item, = struct.unpack_from(">H", iloc, at)
        at += 4 + 2 * version
        base, extents, place, length = struct.unpack_from(">IHII", iloc, at)
        assert extents == 1
        at += 14
        if item in exif_items:
            found = data[base + place:base + place + length]
    if found is not None:
        assert found[:4] == b"\0\0\0\0"
        found = found[4:].removeprefix(b"Exif\0\0")
    return found


def exif_of(kind, data):
    """The EXIF of a file, without "Exif" before it, or None."""
    if kind == "jpg":
        found = [body[6:] for marker, body in jpeg_segments(data)
                 if marker == 0xE1 and body[:6] == b"Exif\0\0"]
    elif kind == "png":
        found = [body for name, body in png_chunks(data) if name == b"eXIf"]
    elif kind == "webp":
        found = [body for name, body in webp_chunks(data) if name == b"EXIF"]
    elif kind == "avif":
        found = [avif_exif(data)] if avif_exif(data) else []
    elif kind == "jxl" and data[:2] != b"\xff\x0a":
        found = [body[4:] for name, body in boxes(data) if name == b"Exif"]
    else:
        found = []
    assert len(found) <= 1
    return found[0] if found else None


def first_ifd(exif):
    """Tag -> raw value of the first directory; texts without their NUL."""
    end = ">" if exif[:2] == b"MM" else "<"
    at, = struct.unpack_from(end + "I", exif, 4)
    count, = struct.unpack_from(end + "H", exif, at)
    fields = {}
    for i in range(count):
        tag, kind, n = struct.unpack_from(end + "HHI", exif, at + 2 + 12 * i)
        size = n * {1: 1, 2: 1, 3: 2, 4: 4, 5: 8, 7: 1}[kind]
        value_at = at + 10 + 12 * i
        if size > 4:
            value_at, = struct.unpack_from(end + "I", exif, value_at)
        value = exif[value_at:value_at + size]
        fields[tag] = value.rstrip(b"\0") if kind == 2 else value
    return fields
