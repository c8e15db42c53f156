# SPDX-License-Identifier: BSD-2-Clause
# Copyright (c) 2026 The pixelfleet authors
"""What soak.py's figures say: does memory grow?

    soak_trend.py [--warm-up 0.25] [--svg soak.svg] soak.csv ...

A sample falls between two renders or into one, so what is looked at is the
median of each minute.  The slope of these after the warm-up is by least
squares.  What is left beside the line has a memory of its own, of minutes: a
renderer's life is one.  So the slope's interval of 95 % comes of a moving
block bootstrap, which puts the rests back onto the line in blocks of a
fifth of the time, many times over, and looks how far the slopes scatter.  On
rests without any trend it errs once in twenty times where they forget in a
minute, and once in thirteen where they correlate by 0.7 from one to the next.
"""

import argparse
import csv
import html
import math
import os
import random
import statistics
import sys

WARM_UP = 0.25			# part of the time
WINDOW = 60.			# s
TIMES = 4000			# of the bootstrap
BLOCKS = 5
MINIMUM = 4 * BLOCKS		# points to say anything of
COLOURS = {"varnishd": "#1b6ca8", "renderers": "#c0392b"}
STUDENT = 2.776			# 95 % at four degrees of freedom


def read(path):
    with open(path, newline="") as f:
        return [{name: value if name == "process" else float(value)
                 for name, value in row.items()} for row in csv.DictReader(f)]


def totals(rows, process, field):
    """(seconds, kB): of all processes of a kind together.  A sample begins
    with varnishd."""
    sums = []
    for row in rows:
        if row["process"] == "varnishd":
            sums.append([row["seconds"], 0])
        if sums and row["process"] == process:
            sums[-1][1] += row[field]
    return sums


def lives(rows, field):
    """Of each renderer (renders since it was first seen, kB).  Exact where
    the node has one renderer."""
    found = {}
    for row in rows:
        if row["process"] == "renderer":
            found.setdefault(row["pid"], []).append(
                (row["renders"], row[field]))
    return {pid: [(n - life[0][0], kb) for n, kb in life]
            for pid, life in found.items()}


def windows(points, width):
    """The median of each stretch of so much along x."""
    found = {}
    for x, y in points:
        found.setdefault(int(x // width), []).append(y)
    return [((i + 0.5) * width, statistics.median(ys))
            for i, ys in sorted(found.items())]


def line(points):
    """Least squares: the slope, and the value in the middle."""
    mx = statistics.fmean(x for x, _ in points)
    my = statistics.fmean(y for _, y in points)
    sxx = sum((x - mx) ** 2 for x, _ in points)
    return sum((x - mx) * (y - my) for x, y in points) / sxx, mx, my


def bootstrap(points, dice):
    """The slope and its interval."""
    slope, mx, my = line(points)
    rests = [y - my - slope * (x - mx) for x, y in points]
    n = len(points)
    length = math.ceil(n / BLOCKS)
    weights = [x - mx for x, _ in points]
    sxx = sum(w * w for w in weights)
    slopes = []
    for _ in range(TIMES):
        drawn = []
        while len(drawn) < n:
            at = dice.randrange(n)
            drawn += [rests[(at + i) % n] for i in range(length)]
        slopes.append(sum(w * r for w, r in zip(weights, drawn)) / sxx)
    # So few blocks vary more than their bootstrap does.
    half = STUDENT * statistics.pstdev(slopes)
    return slope, slope - half, slope + half


def verdict(low, high):
    if low <= 0 <= high:
        return "indistinguishable from zero"
    return "GROWS" if low > 0 else "shrinks"


def tell(what, points, unit, scale, digits):
    """One line on one series; whether it does not grow."""
    if len(points) < MINIMUM:
        print(f"  {what}: too few samples")
        return True
    slope, low, high = (v * scale for v in bootstrap(points,
                                                     random.Random(1)))
    middle = statistics.median(y for _, y in points)
    print(f"  {what}: {middle / 1024:.1f} MB, {slope:+.{digits}f} {unit} "
          f"({low:+.{digits}f} to {high:+.{digits}f}): "
          f"{verdict(low, high)}")
    return low <= 0


def report(path, warm_up):
    rows = read(path)
    end = max(row["seconds"] for row in rows)
    start = warm_up * end
    generations = len({r["pid"] for r in rows if r["process"] == "renderer"})
    print(f"{path}: {end / 60:.0f} min, of which {start / 60:.0f} warm-up; "
          f"{max(r['renders'] for r in rows):.0f} renders, "
          f"{generations} renderers")
    flat = True
    for process in ("varnishd", "renderer"):
        for field in ("rss", "pss", "anonymous"):
            points = [p for p in windows(totals(rows, process, field), WINDOW)
                      if p[0] >= start]
            flat &= tell(f"{process} {field}", points, "kB/h", 3600, 0)
    if generations == 1:
        life, = lives(rows, "anonymous").values()
        life = windows(life, max(life[-1][0] / 120, 1))
        life = [p for p in life if p[0] >= warm_up * life[-1][0]]
        tell("renderer anonymous", life, "kB per 1000 renders", 1000, 1)
    return flat


# -- the plot --------------------------------------------------------------

WIDTH, PANEL, LEFT, RIGHT, TOP, BOTTOM = 860, 250, 62, 16, 34, 40


def step_of(span, most):
    """1, 2 or 5 times a power of ten, at most so many times in a span."""
    step = 10.0 ** math.floor(math.log10(span / most))
    return next(step * f for f in (1, 2, 5, 10) if span / (step * f) <= most)


def text(x, y, words, anchor="middle", size=12, extra=""):
    return (f'<text x="{x:.1f}" y="{y:.1f}" font-size="{size}" '
            f'text-anchor="{anchor}" {extra}>{html.escape(words)}</text>')


def path_of(points, place, colour, width):
    d = " ".join(f"{'L' if i else 'M'}{x:.1f} {y:.1f}"
                 for i, (x, y) in enumerate(place(*p) for p in points))
    return (f'<path d="{d}" fill="none" stroke="{colour}" '
            f'stroke-width="{width}"/>')


def axes(place, hours, most):
    out, step = [], step_of(most, 6)
    for i in range(int(most / step) + 1):
        x, y = place(0, i * step)
        out.append(f'<path d="M{x} {y:.1f}H{WIDTH - RIGHT}" stroke="#ddd"/>')
        out.append(text(x - 6, y + 4, f"{i * step:g}", "end"))
    step = step_of(hours, 9)
    for i in range(int(hours / step) + 1):
        x, y = place(i * step, 0)
        out.append(text(x, y + 17, f"{i * step:g} h"))
    return out


def panel(path, top, warm_up, hours, most):
    rows = read(path)

    def place(hour, mb):
        return (LEFT + hour / hours * (WIDTH - LEFT - RIGHT),
                top + PANEL - BOTTOM - mb / most * (PANEL - TOP - BOTTOM))

    title = os.path.splitext(os.path.basename(path))[0]
    out = [text(LEFT, top + 20, title, "start", 14, 'font-weight="bold"'),
           text(18, top + PANEL / 2, "MB resident", extra="transform="
                f'"rotate(-90 18 {top + PANEL / 2:.0f})"')]
    out += axes(place, hours, most)
    x, y = place(warm_up * max(r["seconds"] for r in rows) / 3600, 0)
    out.append(f'<path d="M{x:.1f} {y}V{top + TOP}" stroke="#888" '
               'stroke-dasharray="3 3"/>')
    out.append(text(x + 4, top + TOP + 10, "warm-up ends", "start", 10))
    for i, (process, name) in enumerate((("varnishd", "varnishd"),
                                         ("renderer", "renderers"))):
        points = [(s / 3600, kb / 1024)
                  for s, kb in totals(rows, process, "rss")]
        smooth = [(s / 3600, kb / 1024) for s, kb in
                  windows(totals(rows, process, "rss"), WINDOW)]
        out.append(path_of(points, place, COLOURS[name] + "40", 0.7))
        out.append(path_of(smooth, place, COLOURS[name], 1.8))
        out.append(text(WIDTH - RIGHT - 90 * (1 - i), top + 20, name, "end",
                        12, f'fill="{COLOURS[name]}"'))
    return out


def plot(paths, warm_up, target):
    found = [read(path) for path in paths]
    hours = max(r["seconds"] for rows in found for r in rows) / 3600
    # Of the samples, not one render in a thousand may rule the scale.
    tops = sorted(kb for rows in found for process in COLOURS
                  for _, kb in totals(rows, process.rstrip("s"), "rss"))
    most = tops[int(len(tops) * 0.998)] / 1024 * 1.05
    height = PANEL * len(paths)
    out = [f'<svg xmlns="http://www.w3.org/2000/svg" width="{WIDTH}" '
           f'height="{height}" font-family="sans-serif">',
           '<rect width="100%" height="100%" fill="white"/>']
    for i, path in enumerate(paths):
        out += panel(path, i * PANEL, warm_up, hours, most)
    with open(target, "w") as f:
        f.write("\n".join(out + ["</svg>"]) + "\n")


def parse_arguments():
    p = argparse.ArgumentParser(description="The slopes of soak.py's CSVs.")
    p.add_argument("--warm-up", type=float, default=WARM_UP,
                   help=f"part of the time [{WARM_UP}]")
    p.add_argument("--svg", help="plot all of them into this file")
    p.add_argument("csv", nargs="+")
    return p.parse_args()


def main():
    args = parse_arguments()
    flat = [report(path, args.warm_up) for path in args.csv]
    if args.svg:
        plot(args.csv, args.warm_up, args.svg)
    return 0 if all(flat) else 1


if __name__ == "__main__":
    sys.exit(main())
