# SPDX-License-Identifier: BSD-2-Clause
# Copyright (c) 2026 The pixelfleet authors
"""Every VCL in the documentation compiles, and is the one in vcl/example.vcl
where it says so."""

import os
import re
import subprocess
import tempfile
import textwrap
import unittest

from cluster import BUILD, TOP

DOCUMENTS = ["README.md", "doc/pixelfleet.7.rst", "vcl/example.vcl",
             "src/vmod_fleet/vmod_fleet.vcc", "src/vmod_vips/vmod_vips.vcc"]


def read(name):
    with open(os.path.join(TOP, name)) as f:
        return f.read()


def examples(name):
    """The VCL texts in a document: fenced, indented after ::, or all of it."""
    text = read(name)
    if name.endswith(".vcl"):
        return [text]
    if name.endswith(".md"):
        return re.findall(r"```vcl\n(.*?)```", text, re.DOTALL)
    blocks = re.findall(r"::\n\n((?:[\t ]+.*\n|\n)+)", text)
    return [b for b in map(textwrap.dedent, blocks) if b.startswith("vcl ")]


class Examples(unittest.TestCase):
    def compile(self, vcl):
        # What is no address is a name, which is nobody's to look up here.
        vcl = re.sub(r'(\.host\s*=\s*)"[^"]*"', r'\1"127.0.0.1"', vcl)
        with tempfile.TemporaryDirectory() as tmp:
            file = os.path.join(tmp, "example.vcl")
            with open(file, "w") as f:
                f.write(vcl)
            libs = [os.path.join(BUILD, "src", v, ".libs")
                    for v in ("vmod_fleet", "vmod_vips")]
            vmods = subprocess.run(
                ["pkg-config", "--variable=vmoddir", "varnishapi"],
                stdout=subprocess.PIPE, text=True, check=True).stdout.strip()
            done = subprocess.run(
                ["varnishd", "-C", "-j", "none", "-n", os.path.join(tmp, "n"),
                 "-p", "vcl_path=" + os.path.join(TOP, "vcl"),
                 "-p", "vmod_path=" + ":".join(libs + [vmods]),
                 "-f", file], stdout=subprocess.PIPE,
                stderr=subprocess.STDOUT, text=True, check=False,
                env={**os.environ, "LD_PRELOAD": os.environ.get(
                    "PF_PRELOAD", ""), "ASAN_OPTIONS": "detect_leaks=0"})
        self.assertEqual(done.returncode, 0, done.stdout[-2000:])

    def test_all_of_them_compile(self):
        for name in DOCUMENTS:
            found = examples(name)
            self.assertTrue(found, f"{name} has no example")
            for vcl in found:
                with self.subTest(document=name):
                    self.compile(vcl)

    def test_the_readme_shows_the_example(self):
        shown = examples("README.md")[0]
        example = read("vcl/example.vcl")
        self.assertEqual(shown, example[example.index("vcl 4.1;"):])


if __name__ == "__main__":
    unittest.main()
