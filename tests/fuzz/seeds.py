#!/usr/bin/env python3
# SPDX-License-Identifier: BSD-2-Clause
# Copyright (c) 2026 The pixelfleet authors
"""What the fuzzers begin with: seeds.py TARGET FOLDER

Images are those of the odd images of tests/cluster and of the golden tests'
tags and profiles, as far as they are small; texts stand here.  Words that are
worth putting anywhere go to FOLDER.dict.
"""

import os
import re
import subprocess
import sys
import tempfile

HERE = os.path.dirname(os.path.realpath(__file__))
for folder in ("cluster", "golden"):
    sys.path.insert(0, os.path.join(os.path.dirname(HERE), folder))

IMAGE_MAX = 9000        # bytes: what is longer is changed too seldom


# -- images ----------------------------------------------------------------

SVG = (b"<svg xmlns='http://www.w3.org/2000/svg' width='40' height='30' "
       b"viewBox='0 0 80 60'><defs><linearGradient id='g'><stop offset='0' "
       b"stop-color='red'/><stop offset='1' stop-opacity='.5'/>"
       b"</linearGradient></defs><rect width='50%' height='9' fill='url(#g)'/>"
       b"<path d='M1 2L3 4Q5 6 7 8z' stroke='blue'/><text y='9'>a</text>"
       b"</svg>")

PDF = b"""%PDF-1.4
1 0 obj <</Type /Catalog /Pages 2 0 R>> endobj
2 0 obj <</Type /Pages /Kids [3 0 R] /Count 1>> endobj
3 0 obj <</Type /Page /Parent 2 0 R /MediaBox [0 0 40 30]
/Contents 4 0 R>> endobj
4 0 obj <</Length 33>> stream
1 0 0 rg 5 5 20 10 re f 0 0 m 9 9 l S
endstream endobj
trailer <</Root 1 0 R>>
%%EOF
"""


def jxl(png):
    done = subprocess.run(["cjxl", "-", "-", "--quiet", "-e", "1"], input=png,
                          stdout=subprocess.PIPE, stderr=subprocess.DEVNULL,
                          check=False)
    return done.stdout


def tagged(jpg, png, webp, size):
    """With EXIF, XMP, comments and profiles."""
    import profiles
    import tags
    p3 = profiles.rgb(profiles.P3)
    block = tags.exif(6, gps=True, signed=True, camera=True)
    yield "tags.jpg", tags.jpeg_with(jpg, *tags.jpeg_everything(signed=True))
    yield "tags.png", tags.png_with(png, *tags.png_everything(signed=True))
    yield "tags.webp", tags.webp_with(webp, *size, XMP=tags.XMP, EXIF=block)
    yield "tags.p3.webp", tags.webp_with(webp, *size, ICCP=p3)


def images():
    """Names and bytes."""
    import odd
    with tempfile.TemporaryDirectory() as folder:
        every = odd.all_of_them(folder)[1]
    for name, image in every.items():
        # What is cut or flipped the fuzzer does by itself.
        if not re.match("(cut|bits|head|junk)-", name):
            yield name, image.data
    yield from tagged(every["baseline.jpg"].data, every["8bit.png"].data,
                      every["lossy.webp"].data, odd.SIZE)
    yield "clock.gif", open(os.path.join(
        HERE, "..", "..", "samples", "clock.gif"), "rb").read()[:IMAGE_MAX]
    for name in ("8bit.png", "alpha16.png"):
        yield name + ".jxl", jxl(every[name].data)
    yield "drawing.svg", SVG
    yield "paper.pdf", PDF


def small_images():
    return ((name, data) for name, data in images()
            if 0 < len(data) <= IMAGE_MAX)


# Every operation, and those that meet.
OPERATIONS = """\
width=40
w=30&h=20&fit=cover
width=64&height=64&crop=fit&enlarge=true
w=30&h=20&fit=contain&pad_color=10203040
w=30&h=20&fit=fill&enlarge=true&format=png
w=30&h=20&fit=outside
scale=0.5&format=webp
w=20&h=20&crop=attention
w=20&h=20&crop=entropy
w=20&h=20&crop=top,left&format=jpg
crop=3,4,10,11
w=20&h=20&focal=0.2,0.8
trim=20&radius=5
pad=4&border=2,red&radius=max&format=png
autorotate=false&angle=90&flip=h
angle=180&flip=v&format=gif
auto_level=true&auto_fix=true
brightness=0.2&contrast=-0.3&gamma=1.5&saturation=0.4&hue=90
filter=sepia
filter=duotone,102030,f0e0d0
colorize=20304080&filter=grey
pixelate=5
blur=3.5&sharp_amount=2
format=webp&quality=50&lossless=true
format=jpg&max_bytes=600
format=webp&max_bytes=40
dpr=2&w=20
format=jpg&quality=auto&progressive=true
format=avif&quality=40&w=16&h=16&fit=fill
format=jxl&w=16&h=16&fit=fill
format=gif
format=auto
format=auto,webp
strip=all
strip=none
animated=false
page=2
page=1&format=png
mark=/m.png&mark_scale=50&mark_pos=bottom,right&mark_alpha=30
mark=/m.png&mark_pos=tile&mark_scale=20
mark=/m.png&mark_offset=-3,4&format=webp
text=a%20b%0ac&text_size=9&text_color=red&text_pos=top,left
text=%d7%90%d7%91&text_font=Serif%20Bold&w=90
meta=true
meta=true&page=2
""".splitlines()


# What keeps, or tells, what is in a file beside its pixels.
TAGGED = ["meta=true"] + [
    f"w=20&format={kind}&strip={strip}" for strip in ("none", "most")
    for kind in ("jpg", "png", "webp", "avif", "jxl")]


def render():
    """Each operation with a few images, each image with a few operations."""
    step = 0
    for name, data in small_images():
        some = TAGGED if name.startswith("tags.") else []
        for _ in range(4):
            some = some + [OPERATIONS[step % len(OPERATIONS)]]
            step += 5 if len(OPERATIONS) % 5 else 7
        for n, ops in enumerate(some):
            yield f"{name}-{step}-{n}", ops.encode() + b"\n" + data


def words(lines):
    """The names and values in lines of operations."""
    return sorted(set(re.findall(r"\w+=|[a-z]{3,}|[&,]", "\n".join(lines))))


# -- requests --------------------------------------------------------------

def lines(*parts):
    return "\n".join(parts).encode()


URLS = ["/a.jpg?" + ops for ops in OPERATIONS] + """\
/a/../b//c%2e.jpg?v=1&width=40
/%c3%a4%20.png?w64=NDAw&h=30&p=a
/?p=a&dpr=2
/x?version=3&a[b]=c&unknown=1
/x?crop=face
/x?expires=1999999999&explain=true&sig=abc
/x?text64=aGVsbG8&mark64=L20ucG5n
""".splitlines()


def image_ops():
    for n, url in enumerate(URLS):
        yield f"{n}", lines(url)
        yield f"{n}-hints", lines(url, "2", "320", "1280", "on")


ACCEPTS = [
    "image/avif,image/webp,image/apng,image/svg+xml,image/*,*/*;q=0.8",
    "image/webp,*/*", "*/*", "",
    'image/webp;q=0.5, image/avif;level="1,;";q=1, image/jpeg;q=0.001',
    "image/jxl;Q=1.000;ext=\"\\\"\", image/png;q=0"]
CONTROLS = [
    "max-age=600, stale-while-revalidate=\"30\", stale-if-error=86400",
    "no-store", "private=\"set-cookie\", s-maxage=99999999999",
    "no-cache, must-revalidate, max-age=0"]


def front():
    for n, url in enumerate(URLS):
        yield f"{n}", lines(
            url, "O4JgUJxbVwfJ6KpWNM-WbdAjVN8MVMiEp8aQrPxm8_g",
            ACCEPTS[n % len(ACCEPTS)], str(1792 + n),
            CONTROLS[n % len(CONTROLS)], str(n * 80), str(n))


# -- between nodes ---------------------------------------------------------

HEX = "0123456789abcdef" * 4


def node_headers():
    yield "message", lines(
        "Host: b", "Accept: image/webp", "Fleet-Node: a", "Fleet-To: b",
        "Fleet-Config: " + HEX, "X-Request-Id: " + HEX[:32],
        "Fleet-Config-Parts: version=6b86b273ff34,vcl:site.vcl="
        "0123456789ab,vcl:other=0123456789ab,+3",
        "Fleet-Auth: v1 1764000000 " + HEX[:32] + " " + HEX,
        "Fleet-Load: v1;n=12;f=4", "Fleet-Home: c",
        "Fleet-Purge: v1;a:1700000000000123:7:1700000000456")
    yield "probe", lines("Fleet-Auth: p1 " + HEX, "host.example:8080")
    yield "state", lines("Fleet-Load: v1;n=0;f=1",
                         "Fleet-Load: v1;n=4294967295;f=4294967295")
    yield "arguments", (b"varnishd\0-a\0http=:80\0-acluster=[::1]:8081,"
                        b"PROXY\0-a\0cluster=/run/x.sock,mode=0600\0")


NODES = b"""# name host weight
a 192.0.2.1
b\t192.0.2.2:17002 2 leaving

c [2001:db8::3]:17001 0.5 # why
d node-d.example
"""

GROUP = (b"<DescribeAutoScalingGroupsResponse><X><AutoScalingGroups><member>"
         b"<AutoScalingGroupName>g</AutoScalingGroupName><Instances><member>"
         b"<InstanceId>i-0a</InstanceId><LifecycleState>InService"
         b"</LifecycleState><HealthStatus>Healthy</HealthStatus>"
         b"<WeightedCapacity>2</WeightedCapacity></member></Instances>"
         b"</member></AutoScalingGroups><NextToken>t&amp;u</NextToken></X>"
         b"</DescribeAutoScalingGroupsResponse>")
ADDRESSES = (b"<DescribeInstancesResponse><reservationSet><item><instancesSet>"
             b"<item><instanceId>i-0a</instanceId><privateIpAddress>192.0.2.7"
             b"</privateIpAddress></item></instancesSet></item>"
             b"</reservationSet></DescribeInstancesResponse>")
FAULT = (b"<ErrorResponse><Error><Type>Sender</Type><Code>Throttling</Code>"
         b"<Message>Rate exceeded</Message></Error></ErrorResponse>")
JSON = (b'{"Code":"Success","AccessKeyId":"AKIA","SecretAccessKey":"s\\u0041",'
        b'"Token":"t","Expiration":"2026-11-22T21:00:00Z",'
        b'"instanceId":"i-0a","region":"eu-west-1"}')


def dns(kind, *data):
    """A message with records of that type, and of its question's name."""
    import struct
    message = struct.pack(">6H", 1, 0x8180, 1, len(data), 0, 0) + \
        b"\1n\4test\0" + struct.pack(">HH", kind, 1)
    for record in data:
        message += struct.pack(">HHHIH", 0xc00c, kind, 1, 60, len(record))
        message += record
    return message


def discover():
    yield "file", b"\0" + NODES
    yield "a", b"\1" + dns(1, b"\xc0\0\2\1", b"\xc0\0\2\2")
    yield "aaaa", b"\2" + dns(28, b"\x20\1\x0d\xb8" + bytes(11) + b"\3")
    yield "srv", b"\3" + dns(33, b"\0\1\0\x0a\x42\x69\1a\xc0\x0c",
                             b"\0\1\0\0\x42\x6a\1b\4test\0")
    yield "json", b"\4" + JSON
    yield "uri", b"\5" + lines(
        "file:/etc/nodes?interval=10", "dns:nodes.example:17002",
        "dns:_fleet._tcp.example?server=192.0.2.1:53&interval=5",
        "aws-asg:", "aws-asg:a%20group?region=eu-west-1&port=17003",
        "/v2/credentials", "http://169.254.170.23/v1", "https://x/y")
    yield "aws", b"\6" + GROUP + b"\n" + GROUP + b"\n\n" + ADDRESSES
    yield "fault", b"\7" + FAULT


EXPRESSIONS = ["hard source /a.jpg", "soft variant /a.jpg width=400",
               "hard prefix /products/", "hard glob /a/*/l*.jpg",
               "hard regex \\.(png|gif)$", "soft tags shoes summer",
               "hard all"]


def purge_expr():
    for n, text in enumerate(EXPRESSIONS):
        yield f"text-{n}", lines(text, "", "", "", "", "", "", "", "/a.jpg",
                                 "width=400", "/m.png", "shoes winter")
    for n, (url, by, mode, tag, regex) in enumerate([
            ("/a.jpg?width=400", "", "soft", "", ""),
            ("/a/*", "prefix", "hard", "", ""), ("/", "", "", "", ""),
            ("/", "", "", "shoes, summer", ""),
            ("/", "regex", "", "", "^/a[^/]+\\.png$"),
            ("/a%2f*/b", "glob", "", "", "")]):
        yield f"request-{n}", lines(
            "PURGE", url, url.partition("?")[0], url.partition("?")[2], by,
            mode, tag, regex, "/a.jpg", "width=400", "", "")


PURGES = [f"purge a 1764000000000123 {n + 1} {1764000000000 + n} {text}"
          for n, text in enumerate(EXPRESSIONS)]
PURGES.append("gap b 1764000000000456 9 1764000000900")


def purge_file():
    yield "lines", b"\1\0\2" + lines(*PURGES)
    yield "torn", b"\0\x40\2" + lines(*PURGES)
    yield "little", b"\0\x05\1"
    yield "whole", b"\0\xff\0pixelfleet purge log 1\n"
    yield "record", b"\0\x30\1\0\0\0\x03" + b"\x35\x24\x41\xc2abc"


def purge_log():
    position = "v1;a:1764000000000000:3:1764000000002," \
        "b:1764000000000456:9:1764000000900"
    yield "talk", lines(
        *("t" + line for line in PURGES), "!", "ahard source /a", "f", "g",
        "asoft tags x", "f", "h" + position, "c" + position, "p" + position,
        "sa:1764000000000000:1", "ub", "+5000", "g", "i")
    yield "away", lines("!", "ahard all", "+900000", "h" + position,
                        "t" + PURGES[0], "t" + PURGES[-1], "f", "+100", "f")


# -- between cache and renderer --------------------------------------------

# The layout of a head is the program's business: zeros are bits that are not
# flipped, and one of the sizes is that of the head.

def render_reply():
    for which in range(3):
        for size in (60, 64, 72, 80, 84, 88, 92, 96, 104, 112, 120):
            yield f"sample-{which}-{size}", bytes([0x09, which, 0]) + \
                bytes(size)
    for size in (80, 88, 96):
        for n in range(9):
            yield f"file-{n}-{size}", bytes([0x09, 0, n]) + bytes(size)
            yield f"files-{n}-{size}", bytes([0x0a, 0, 0, n]) + bytes(size)
        yield f"refused-{size}", b"\x08\2" + bytes(size) + b"no such image"
        yield f"more-{size}", b"\x1c\0" + bytes(4) + bytes(size)
        yield f"closed-{size}", b"\x28\2" + bytes(size) + b"x"
    yield "silent", b"\x40"


def render_request():
    for size in (64, 72, 80):
        for n, ops in enumerate(OPERATIONS):
            two = "mark=" in ops
            yield f"{n}-{size}", bytes([0x09 + two]) + bytes(1 + two) + \
                bytes(size) + ops.encode()
        for n in range(9):
            yield f"file-{n}-{size}", bytes([0x09, n]) + bytes(size) + \
                b"width=1"
        yield f"twice-{size}", b"\x19\0" + bytes(size) + b"width=1"


# -- the list --------------------------------------------------------------

NODE_WORDS = ["Fleet-Load: ", "Fleet-Auth: ", "Fleet-Config", "Fleet-Node",
              "v1;n=", ";f=", "v1 ", "p1 ", ",+"]
PURGE_WORDS = ["hard ", "soft ", "purge ", "gap ", "v1;"] + \
    "PURGE DELETE source variant prefix glob regex tags all".split()

SEEDS = {
    "fuzz_discover": (discover, [
        word for text in (GROUP, ADDRESSES, FAULT, JSON)
        for word in re.findall(r"</?\w+>|\w+", text.decode())]),
    "fuzz_front": (front, words(OPERATIONS + ACCEPTS + CONTROLS)),
    "fuzz_image_header": (small_images, []),
    "fuzz_image_ops": (image_ops, words(URLS)),
    "fuzz_image_parts": (small_images, ["Exif\\x00\\x00", "gAMA", "colr",
                                        "nclx", "prof", "desc", "mluc"]),
    "fuzz_node_headers": (node_headers, NODE_WORDS),
    "fuzz_purge_expr": (purge_expr, PURGE_WORDS),
    "fuzz_purge_file": (purge_file, PURGE_WORDS),
    "fuzz_purge_log": (purge_log, PURGE_WORDS),
    "fuzz_render": (render, words(OPERATIONS)),
    "fuzz_render_reply": (render_reply, []),
    "fuzz_render_request": (render_request, words(OPERATIONS)),
}


def write(folder, seeds, dictionary):
    os.makedirs(folder, exist_ok=True)
    for name, data in seeds:
        with open(os.path.join(folder, name), "wb") as f:
            f.write(data)
    with open(folder + ".dict", "w") as f:
        f.writelines(f'"{word}"\n' for word in sorted(set(dictionary)))


def main():
    target, folder = sys.argv[1:]
    seeds, dictionary = SEEDS[target]
    write(folder, seeds(), dictionary)


if __name__ == "__main__":
    main()
