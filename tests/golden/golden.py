# SPDX-License-Identifier: BSD-2-Clause
# Copyright (c) 2026 The pixelfleet authors
"""What the golden tests share: pictures, the renderer, and comparing.

A reference is made by ImageMagick while the test runs, never by us before.
Two pictures are compared by root mean square (rmse) and peak distance, both
as a share of full scale, so 1/255 is one step of one 8 bit channel.  A case
that fails leaves result, reference and difference in golden-failures/.
"""

import os
import re
import shutil
import subprocess
import sys
import tempfile
import traceback

RENDERER = os.environ.get("RENDERER", "")
FAILURES = os.path.join(os.getcwd(), "golden-failures")


class Failed(Exception):
    pass


def run(argv, data=None):
    return subprocess.run(argv, input=data, stdout=subprocess.PIPE,
                          stderr=subprocess.PIPE, timeout=120)


class Golden:
    """One test program: its temporary folder and its cases."""

    def __init__(self):
        self.name = os.path.basename(sys.argv[0]).removesuffix(".py")
        self.tmp = tempfile.mkdtemp(prefix="golden-" + self.name + "-")
        self.cases = []

    def path(self, name):
        return os.path.join(self.tmp, name)

    def magick(self, *args):
        """convert, under the name that ImageMagick 6 and 7 both have."""
        done = run(["convert", *map(str, args)])
        if done.returncode:
            raise Failed("convert %s: %s" % (args, done.stderr.decode()))

    def make(self, name, *args):
        """A file of that name made by convert; its path."""
        path = self.path(name)
        if not os.path.exists(path):
            self.magick(*args, path)
        return path

    def write(self, name, data):
        path = self.path(name)
        with open(path, "wb") as f:
            f.write(data)
        return path

    # -- the renderer ------------------------------------------------------

    def renderer(self, source, ops, *options):
        with open(source, "rb") as f:
            return run([RENDERER, "--render", ops, *options], f.read())

    def render(self, source, ops, *options):
        """Render; the result's path, named after what it is."""
        done = self.renderer(source, ops, *options)
        if done.returncode:
            raise Failed("%s of %s: %s" % (ops, os.path.basename(source),
                                           done.stderr.decode().strip()))
        kind = kind_of(done.stdout)
        name = "result-%s-%s.%s" % (os.path.basename(source),
                                    re.sub(r"\W+", "-", ops)[:120], kind)
        return self.write(name, done.stdout)

    def refused(self, source, ops, status, words, *options):
        """Must fail with this status and a sentence of these words."""
        done = self.renderer(source, ops, *options)
        said = done.stderr.decode(errors="replace").strip()
        what = "%s of %s" % (ops, os.path.basename(source))
        if done.returncode != 1 or done.stdout:
            raise Failed("%s: exit status %d with %d bytes, not refused (%s)"
                         % (what, done.returncode, len(done.stdout), said))
        if ": %d " % status not in said or words not in said:
            raise Failed("%s: said '%s', not %d with '%s'"
                         % (what, said, status, words))

    # -- looking at results ------------------------------------------------

    def size(self, path):
        done = run(["identify", "-format", "%w %h\n", path])
        if done.returncode:
            raise Failed("identify %s: %s" % (path, done.stderr.decode()))
        return tuple(map(int, done.stdout.split()[:2]))

    def expect_size(self, path, width, height):
        if self.size(path) != (width, height):
            raise Failed("%s is %dx%d, not %dx%d"
                         % (os.path.basename(path), *self.size(path),
                            width, height))

    def pixel(self, path, x, y):
        """The colour there, as 8 bit (r, g, b)."""
        done = run(["convert", path, "-crop", "1x1+%d+%d" % (x, y),
                    "-colorspace", "sRGB", "-alpha", "off", "-depth", "8",
                    "rgb:-"])
        if done.returncode:
            raise Failed(done.stderr.decode())
        return tuple(done.stdout[:3])

    def distance(self, metric, result, reference):
        done = run(["compare", "-metric", metric, result, reference, "null:"])
        found = re.search(rb"\(([0-9.e+-]+)\)", done.stderr)
        if done.returncode > 1 or not found:
            raise Failed("compare: " + done.stderr.decode())
        return float(found.group(1))

    def same(self, result, reference, rmse, peak=1.0, coarse=False):
        """Sizes equal, distances within bounds.

        coarse: only at a quarter of the size, where what a lossy codec did
        to edges is gone and what is wrong with colours or places is not.
        """
        self.expect_size(result, *self.size(reference))
        # Both as plain 8 bit sRGB pixels, whatever each file's format.
        plain = [self.path(n) for n in ("=result.png", "=reference.png")]
        for path, to in zip((result, reference), plain):
            self.magick(path, "-colorspace", "sRGB", "-type", "TrueColor",
                        *(["-scale", "25%"] if coarse else []),
                        "-strip", "-depth", "8", "PNG24:" + to)
        got_rmse = self.distance("RMSE", *plain)
        got_peak = self.distance("PAE", *plain)
        if os.environ.get("GOLDEN_SHOW"):
            print("      %-44s rmse %.4f of %.4f, peak %.3f of %.3f"
                  % (os.path.basename(result), got_rmse, rmse, got_peak,
                     peak))
        if got_rmse <= rmse and got_peak <= peak:
            return
        raise Failed("%s: rmse %.4f (bound %.4f), peak %.3f (bound %.3f); "
                     "look in %s" % (os.path.basename(result), got_rmse, rmse,
                                     got_peak, peak,
                                     self.keep(result, *plain)))

    def keep(self, result, plain, reference):
        """Keep what one must see to understand a difference."""
        folder = os.path.join(FAILURES, self.name,
                              os.path.basename(result))
        os.makedirs(folder, exist_ok=True)
        shutil.copy(result, folder)
        shutil.copy(plain, os.path.join(folder, "result.png"))
        shutil.copy(reference, os.path.join(folder, "reference.png"))
        run(["convert", plain, reference, "-compose", "difference",
             "-composite", "-auto-level",
             os.path.join(folder, "difference.png")])
        return folder

    # -- running -----------------------------------------------------------

    def case(self, function):
        self.cases.append(function)
        return function

    def main(self):
        for tool in ("convert", "compare", "identify"):
            if not shutil.which(tool):
                sys.exit("%s is missing: install imagemagick" % tool)
        if not os.access(RENDERER, os.X_OK):
            sys.exit("RENDERER is not the path of the renderer")
        failed = 0
        only = sys.argv[1:]
        for function in self.cases:
            name = function.__name__
            if only and name not in only:
                continue
            try:
                function()
                print("ok    %s: %s" % (self.name, name), flush=True)
            except Failed as e:
                failed += 1
                print("FAIL  %s: %s: %s" % (self.name, name, e), flush=True)
            except Exception:
                failed += 1
                print("FAIL  %s: %s" % (self.name, name))
                traceback.print_exc()
        shutil.rmtree(self.tmp)
        sys.exit(1 if failed else 0)


# The order of the canonical text.
ORDER = """width height scale fit enlarge crop focal trim pad pad_color border
    radius autorotate angle flip auto_level auto_fix brightness contrast gamma
    saturation hue filter colorize pixelate blur sharp_amount format quality
    max_bytes lossless progressive strip animated page mark mark_scale
    mark_pos mark_offset mark_alpha text text_font text_size text_color
    text_pos meta""".split()


def spell(**operations):
    """Operations as the renderer takes them; None: not given."""
    return "&".join("%s=%s" % (name, operations[name])
                    for name in sorted(operations, key=ORDER.index)
                    if operations[name] is not None)


def kind_of(data):
    """The name of the format of these bytes, told without our own code."""
    if data[:3] == b"\xff\xd8\xff":
        return "jpg"
    if data[:8] == b"\x89PNG\r\n\x1a\n":
        return "png"
    if data[:4] == b"RIFF" and data[8:12] == b"WEBP":
        return "webp"
    if data[4:12] == b"ftypavif":
        return "avif"
    if data[:6] in (b"GIF87a", b"GIF89a"):
        return "gif"
    if data[:2] == b"\xff\x0a" or data[4:8] == b"JXL ":
        return "jxl"
    return "unknown"


def scene(width, height):
    """Arguments for convert: a picture that no turn or shift leaves as is.

    Smooth colours under sharp figures, none of them symmetric, with detail
    near all four edges.
    """
    def at(x, y):
        return "%g,%g" % (x * width, y * height)

    def poly(*points):
        return "polygon " + " ".join(at(*p) for p in points)

    lines = " ".join("line %s %s" % (at(.62 + i * .03, .08),
                                     at(.66 + i * .03, .44))
                     for i in range(10))
    return ["-size", "%dx%d" % (width, height),
            "gradient:#2050a0-#e0b060",
            "(", "-size", "%dx%d" % (height, width),
            "gradient:#f0f0f0-#507030", "-rotate", "90",
            "-resize", "%dx%d!" % (width, height), ")",
            "-compose", "multiply", "-composite",
            # an F, a triangle, a disc, hatching, a border broken once
            "-fill", "#ffffff", "-draw",
            poly((.08, .1), (.38, .1), (.38, .2), (.18, .2), (.18, .32),
                 (.32, .32), (.32, .42), (.18, .42), (.18, .7), (.08, .7)),
            "-fill", "#c01020", "-draw",
            poly((.45, .92), (.75, .88), (.5, .55)),
            "-fill", "#10c0e0", "-draw",
            "circle %s %s" % (at(.84, .72), at(.84, .86)),
            "-stroke", "#101010", "-strokewidth", str(width / 160),
            "-fill", "none", "-draw", lines,
            "-stroke", "#ffe000", "-strokewidth", str(width / 80),
            "-draw", "polyline %s %s %s %s" % (at(.3, .98), at(.02, .98),
                                               at(.02, .02), at(.97, .02)),
            "-depth", "8", "-type", "TrueColor"]
