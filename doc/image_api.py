#!/usr/bin/python3
# SPDX-License-Identifier: BSD-2-Clause
# Copyright (c) 2026 The pixelfleet authors
"""Make a page of reStructuredText with pictures that the renderer made.

usage: image_api.py --renderer BINARY --samples DIR PAGE.rst OUT.html
       image_api.py --live URL PAGE.rst OUT.html

The directive `pictures` has a sample and operations a line:

    .. pictures::

       dogs.jpg?width=240
       dogs.jpg?width=240&height=160&crop=top

With --renderer each is rendered into a folder beside the page, with --live
the page asks a node for it.  A picture that cannot be made ends the build.
"""

import argparse
import hashlib
import html
import os
import subprocess
import sys
import urllib.parse

import docutils.core
from docutils import nodes
from docutils.parsers.rst import Directive, directives

KINDS = [(b"\xff\xd8\xff", "jpg"), (b"\x89PNG", "png"), (b"GIF8", "gif"),
         (b"RIFF", "webp"), (b"{", "json")]

STYLE = """
:root { color-scheme: light dark; --line: #8884; --soft: #8882 }
body { font: 16px/1.5 system-ui, sans-serif; max-width: 60rem;
       margin: 2rem auto; padding: 0 1rem }
h1, h2, h3 { line-height: 1.2; margin-top: 2.2rem }
code, pre, .literal { font: .9em/1.4 ui-monospace, monospace }
.literal { background: var(--soft); padding: 0 .2em; white-space: nowrap }
dt { margin-top: 1rem; font-weight: 600 }
td p { margin: 0 }
pre { overflow-x: auto; background: var(--soft); padding: .6rem }
table { border-collapse: collapse; display: block; overflow-x: auto }
td, th { border: 1px solid var(--line); padding: .25rem .5rem;
         text-align: left; vertical-align: top }
.pictures { display: flex; flex-wrap: wrap; gap: 1rem; margin: 1rem 0 }
.pictures figure { margin: 0; max-width: 100% }
.pictures img { display: block; max-width: 100%; background:
  repeating-conic-gradient(#bbb 0 25%, #eee 0 50%) 0 0 / 16px 16px }
.pictures figcaption { font: .75rem/1.35 ui-monospace, monospace;
  max-width: 26rem; overflow-wrap: anywhere; margin-top: .3rem }
"""


def kind(data):
    for magic, name in KINDS:
        if data.startswith(magic):
            return name
    if data[4:12] == b"ftypavif":
        return "avif"
    raise ValueError("a result of no known kind")


class Static:
    """Renders each picture into a folder."""

    def __init__(self, renderer, samples, folder):
        self.renderer, self.samples, self.folder = renderer, samples, folder
        os.makedirs(folder, exist_ok=True)

    def make(self, line):
        source, _, operations = line.partition("?")
        options = []
        for name, value in urllib.parse.parse_qsl(operations):
            if name == "mark":
                options = ["--overlay", self.samples + value]
        with open(os.path.join(self.samples, source), "rb") as f:
            done = subprocess.run(
                [self.renderer, "--render", operations, *options],
                stdin=f, stdout=subprocess.PIPE, stderr=subprocess.PIPE,
                check=False)
        if done.returncode != 0:
            raise ValueError(done.stderr.decode(errors="replace").strip())
        name = "%s-%s.%s" % (
            source.partition(".")[0],
            hashlib.sha256(line.encode()).hexdigest()[:12],
            kind(done.stdout))
        with open(os.path.join(self.folder, name), "wb") as f:
            f.write(done.stdout)
        return os.path.basename(self.folder) + "/" + name, done.stdout


class Live:
    """Leaves it to the browser to ask a node."""

    def __init__(self, base):
        self.base = base

    def make(self, line):
        return self.base + "/" + line, None


class Pictures(Directive):
    has_content = True
    maker = None

    def run(self):
        figures = [self.figure(line.strip()) for line in self.content
                   if line.strip()]
        return [nodes.raw("", '<div class="pictures">%s</div>'
                          % "".join(figures), format="html")]

    def figure(self, line):
        try:
            url, data = self.maker.make(line)
        except (OSError, ValueError) as e:
            raise self.severe("%s: %s" % (line, e))
        caption = html.escape("/" + line)
        if "meta=true" in line:
            if data is None:
                return ('<iframe title="%s" src="%s"></iframe>'
                        % (caption, html.escape(url)))
            return ("<figure><pre>%s</pre><figcaption>%s</figcaption>"
                    "</figure>" % (html.escape(data.decode()), caption))
        return ('<figure><img src="%s" alt="%s"><figcaption>%s</figcaption>'
                "</figure>" % (html.escape(url), caption,
                               caption.replace("&amp;", "&amp;<wbr>")))


def main():
    parser = argparse.ArgumentParser()
    parser.add_argument("--renderer")
    parser.add_argument("--samples")
    parser.add_argument("--live", metavar="URL")
    parser.add_argument("page")
    parser.add_argument("out")
    args = parser.parse_args()
    if args.live:
        Pictures.maker = Live(args.live.rstrip("/"))
    elif args.renderer and args.samples:
        Pictures.maker = Static(args.renderer, args.samples,
                                args.out.removesuffix(".html") + "-pictures")
    else:
        parser.error("--live, or --renderer and --samples")
    directives.register_directive("pictures", Pictures)
    with open(args.page, encoding="utf-8") as f:
        text = f.read()
    parts = docutils.core.publish_parts(
        text, source_path=args.page, writer_name="html5",
        settings_overrides={"halt_level": 3, "report_level": 2,
                            "file_insertion_enabled": False,
                            "toc_backlinks": False})
    page = ("<!DOCTYPE html>\n<html lang=\"en\"><head><meta charset=\"utf-8\">"
            "<meta name=\"viewport\" content=\"width=device-width, "
            "initial-scale=1\"><title>%s</title><style>%s</style></head>"
            "<body>%s</body></html>\n"
            % (html.escape(parts["title"]), STYLE, parts["html_body"]))
    with open(args.out, "w", encoding="utf-8") as f:
        f.write(page)


if __name__ == "__main__":
    try:
        main()
    except docutils.utils.SystemMessage as e:
        sys.exit("image_api.py: %s" % e)
