# SPDX-License-Identifier: BSD-2-Clause
# Copyright (c) 2026 The pixelfleet authors
"""Hours of renders at one node, and what memory its processes hold meanwhile.

    soak.py --seconds 7200 --rate 3 --csv soak.csv

Images of many sizes and formats, hardly ever the same one twice, into a
storage so small that it is full within minutes.  The CSV has a line for each
process and sample; soak_trend.py, which runs at the end, can be run on it
at any time before.  Exits with 1 if an answer was not an image, or if
memory grows.
"""

import argparse
import collections
import concurrent.futures
import csv
import glob
import os
import random
import shutil
import signal
import subprocess
import sys
import tempfile
import threading
import time

import cluster
import soak_trend
from cluster import Cluster, SAMPLES
from fleet import cluster_vcl

# Renderers can be given another allocator than the one they are built with.
ALLOCATORS = {
    "jemalloc": "libjemalloc.so.2",
    "mimalloc": "libmimalloc.so.2",
    "tcmalloc": "libtcmalloc_minimal.so.4",
}
FIELDS = ("seconds", "process", "pid", "rss", "pss", "anonymous", "shared",
          "threads", "renders", "cpu")
PATIENCE = 8			# requests under way, past which none is made
VARNISHD = ("--storage", "malloc,16m",
            # Its pages count as resident once they have been written to.
            "--varnishd-arg=-pvsl_space=2m")

# Sources: a name, a sample and what ImageMagick makes of it.  A few are as
# large as cameras make them, most are of the sizes that sites keep.
SOURCES = [
    ("large-progressive.jpg", "sunset.jpg", None),
    ("large.jpg", "dandelion.jpg", ["-interlace", "none"]),
    *[(f"{name}-{size}.{kind}", name + ".jpg",
       ["-resize", str(size), "-interlace", "none"])
      for name in ("sunset", "dandelion", "peaks", "dogs")
      for size, kind in ((1600, "jpg"), (1100, "webp"), (900, "jpg"),
                         (700, "png"), (500, "avif"), (400, "jpg"))],
    ("grey.png", "peaks.jpg", ["-resize", "800", "-colorspace", "Gray"]),
    ("cmyk.jpg", "dogs.jpg", ["-resize", "800", "-colorspace", "CMYK"]),
    ("logo.png", "logo.png", None),
    ("clock.gif", "clock.gif", None),
]
SELDOM = {"large-progressive.jpg": 0.1, "large.jpg": 0.3}
FORMATS = [("jpg", 35), ("webp", 30), ("png", 12), ("gif", 5), ("avif", 18)]
WORDS = ("Good night", "%C2%A9 The photographer", "%D0%9F%D1%80%D0%B8",
         "no. 1,234")


def pick(dice, weighted):
    names, weights = zip(*weighted)
    return dice.choices(names, weights)[0]


def extras(dice):
    """None for most; what takes another path through the libraries."""
    kind = dice.random()
    if kind < 0.06:
        return f"&mark=/logo.png&mark_scale={dice.randrange(10, 60)}"
    if kind < 0.12:
        return "&text=" + dice.choice(WORDS).replace(" ", "%20")
    if kind < 0.17:
        return f"&blur={dice.randrange(1, 8)}"
    if kind < 0.22:
        return f"&angle={dice.choice((90, 180, 270))}&sharpen=1"
    if kind < 0.27:
        return f"&radius={dice.randrange(4, 40)}&border=2,ff8800"
    if kind < 0.32:
        return "&auto_level=true"
    return ""


def variants(dice):
    """URLs without end.  Of what is dear, AVIF and animations, the small
    sizes only."""
    sources = [(name, SELDOM.get(name, 1)) for name, _, _ in SOURCES]
    while True:
        source, kind = pick(dice, sources), pick(dice, FORMATS)
        moving = source == "clock.gif"
        most = 240 if moving else 320 if kind == "avif" else 900
        width = round(40 + (most - 40) * dice.random() ** 2)
        url = f"/{source}?width={width}&format={kind}"
        if moving and kind in ("gif", "webp"):
            yield url + f"&animated=true&quality={dice.randrange(40, 95)}"
            continue
        if dice.random() < 0.4:
            shape = dice.choice(("crop=fit", "crop=attention", "fit=fill",
                                 "fit=contain", "crop=entropy"))
            url += f"&height={round(width * dice.uniform(0.4, 1.2))}&{shape}"
        if kind not in ("png", "gif"):
            url += f"&quality={dice.randrange(40, 95)}"
        yield url + extras(dice)


def make_sources(c):
    for name, sample, arguments in SOURCES:
        target = os.path.join(c.pictures, name)
        sample = os.path.join(SAMPLES, sample)
        if arguments is None:
            shutil.copyfile(sample, target)
        else:
            subprocess.run(["convert", sample, *arguments, target],
                           check=True)
        os.chmod(target, 0o644)


def build_with(folder, library, settings):
    """A build like ours whose renderer is started with these."""
    for part in ("src/vmod_fleet/.libs/libvmod_fleet.so",
                 "src/vmod_vips/.libs/libvmod_vips.so"):
        os.makedirs(os.path.join(folder, os.path.dirname(part)),
                    exist_ok=True)
        shutil.copy(os.path.join(cluster.BUILD, part),
                    os.path.join(folder, part))
    # A renderer is known by its name.
    real = os.path.join(folder, "pixelfleet-renderer")
    stand_in = os.path.join(folder, "src/renderer/pixelfleet-renderer")
    shutil.copy(os.path.join(cluster.BUILD,
                             "src/renderer/pixelfleet-renderer"), real)
    os.makedirs(os.path.dirname(stand_in))
    if library:
        settings = settings + [f"LD_PRELOAD={library}"]
    words = " ".join(f"'{s}'" for s in settings)
    with open(stand_in, "w") as f:
        f.write(f"#!/bin/sh\nexec env {words} {real} \"$@\"\n")
    os.chmod(stand_in, 0o755)
    for path, _, _ in os.walk(folder):
        os.chmod(path, 0o755)
    return folder


# -- sampling --------------------------------------------------------------

def children(pid):
    """Of all of its threads."""
    found = []
    for path in glob.glob(f"/proc/{pid}/task/*/children"):
        try:
            with open(path) as f:
                found += f.read().split()
        except OSError:
            pass
    return found


def memory(pid):
    """Of one process, in kB; None if it is gone."""
    wanted = {"Rss": "rss", "Pss": "pss", "Pss_Anon": "anonymous",
              "Pss_Shmem": "shared"}
    found = {}
    try:
        with open(f"/proc/{pid}/smaps_rollup") as f:
            for line in f:
                name, _, value = line.partition(":")
                if name in wanted:
                    found[wanted[name]] = int(value.split()[0])
        with open(f"/proc/{pid}/stat") as f:
            fields = f.read().rpartition(")")[2].split()
    except (OSError, ValueError):
        return None
    found["threads"] = int(fields[17])
    found["cpu"] = (int(fields[11]) + int(fields[12])) / os.sysconf(
        "SC_CLK_TCK")
    return found if "rss" in found else None


class Sampler:
    """Of the child that the node has at first: a soak has no other."""

    def __init__(self, c, path):
        self.cluster = c
        self.child = c.node(1)["child_pid"]
        self.start = time.monotonic()
        self.file = open(path, "w", newline="")
        self.csv = csv.DictWriter(self.file, FIELDS)
        self.csv.writeheader()

    def sample(self):
        renders = self.cluster.counter(1, "VIPS.renders")
        for process, pid in [("varnishd", self.child), *(
                ("renderer", p) for p in children(self.child))]:
            found = memory(pid)
            if found is not None:
                self.csv.writerow({
                    "seconds": round(time.monotonic() - self.start, 1),
                    "process": process, "pid": pid, "renders": renders,
                    **found})
        self.file.flush()


# -- asking ----------------------------------------------------------------

class Visitors:
    """A request every 1/rate seconds, however long the answers take."""

    def __init__(self, c, rate, seed):
        self.cluster = c
        self.interval = 1 / rate
        self.urls = variants(random.Random(seed))
        self.answers = collections.Counter()
        self.wrong = []
        self.skipped = 0
        self.free = threading.Semaphore(PATIENCE)
        self.done = threading.Event()
        self.thread = threading.Thread(target=self.run)

    def ask(self, url):
        try:
            answer = self.cluster.get(1, url, debug=False)
            self.answers[answer.status] += 1
            if answer.status != 200:
                self.wrong.append((url, answer.status, answer.body[:200]))
        except OSError as e:
            self.wrong.append((url, 0, repr(e)))
        finally:
            self.free.release()

    def run(self):
        due = time.monotonic()
        with concurrent.futures.ThreadPoolExecutor(PATIENCE) as pool:
            while not self.done.wait(max(0, due - time.monotonic())):
                due += self.interval
                if self.free.acquire(blocking=False):
                    pool.submit(self.ask, next(self.urls))
                else:
                    self.skipped += 1

    def __enter__(self):
        self.thread.start()
        return self

    def __exit__(self, *_exception):
        self.done.set()
        self.thread.join()


def soak(args, folder):
    if args.allocator != "glibc" or args.setting:
        library = ALLOCATORS.get(args.allocator, args.allocator)
        cluster.BUILD = build_with(
            folder, "" if library == "glibc" else library, args.setting)
    vcl = cluster_vcl().replace(
        "vips.images()", f"vips.images(renderers = {args.renderers}, "
        f"max_renders = {args.max_renders}, queue_timeout = 60s, "
        "timeout = 60s)")
    with Cluster(nodes=1, vcl=vcl, base=args.port, options=VARNISHD) as c:
        make_sources(c)
        sampler = Sampler(c, args.csv)
        end = time.monotonic() + args.seconds
        with Visitors(c, args.rate, args.seed) as visitors:
            while time.monotonic() < end:
                time.sleep(args.interval)
                sampler.sample()
        totals = {name: c.counter(1, name) for name in (
            "VIPS.renders", "VIPS.spawned", "VIPS.retired", "VIPS.crashes",
            "MAIN.n_lru_nuked", "SMA.s0.g_bytes")}
        panics = c.panics()
    print(f"answers {dict(visitors.answers)}, not made "
          f"{visitors.skipped}; {totals}; panics {panics}")
    for wrong in visitors.wrong[:20]:
        print("wrong:", *wrong)
    return not visitors.wrong and not panics


def parse_arguments():
    p = argparse.ArgumentParser(description="A soak of one node.")
    p.add_argument("--seconds", type=float, default=7200)
    p.add_argument("--rate", type=float, default=3, help="renders/s [3]")
    p.add_argument("--interval", type=float, default=5,
                   help="s between samples [5]")
    p.add_argument("--allocator", default="glibc",
                   help="of the renderers: glibc, "
                   f"{', '.join(sorted(ALLOCATORS))} or a library [glibc]")
    p.add_argument("--setting", action="append", default=[],
                   metavar="NAME=VALUE", help="in the renderers' environment")
    p.add_argument("--renderers", type=int, default=2)
    p.add_argument("--max-renders", type=int, default=1000,
                   help="that one makes before it retires, 0 any [1000]")
    p.add_argument("--seed", type=int, default=1)
    p.add_argument("--port", type=int)
    p.add_argument("--csv", default="soak.csv")
    return p.parse_args()


def main():
    args = parse_arguments()
    for number in (signal.SIGTERM, signal.SIGINT):
        signal.signal(number, lambda *_: sys.exit("stopped"))
    folder = tempfile.mkdtemp(prefix="pf-soak-")
    os.chmod(folder, 0o755)
    try:
        good = soak(args, folder)
    finally:
        shutil.rmtree(folder, ignore_errors=True)
    flat = soak_trend.report(args.csv, soak_trend.WARM_UP)
    soak_trend.plot([args.csv], soak_trend.WARM_UP,
                    os.path.splitext(args.csv)[0] + ".svg")
    return 0 if good and flat else 1


if __name__ == "__main__":
    sys.exit(main())
