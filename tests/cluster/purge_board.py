# SPDX-License-Identifier: BSD-2-Clause
# Copyright (c) 2026 The pixelfleet authors
"""What is known of the pictures of a purge test, in memory that all of its
processes share: of what version they are at the origin, and how old an answer
may be that is asked for now.

A version goes up at the origin first; then the picture is purged; and when
the purge has been acknowledged, the floor goes up to it.  Whoever asks from
then on must not get less.  Nothing here goes down, so that no lock is needed
to read it: the floor before a request, the latest version after it.
"""

import collections
import multiprocessing
import threading

GROUPS, IN_GROUP, OVERLAYS, SOFT = 4, 6, 3, 3
VARIANTS = ("width=64", "width=96&format=jpg", "width=160&format=webp")
RECENT = 8

# How a node is: UNSURE is one of which nobody knows yet whether it is back.
WELL, UNSURE, DOWN = range(3)

Picture = collections.namedtuple("Picture", "number path tags overlay")
Url = collections.namedtuple("Url", "index text picture overlay")


class Board:
    def __init__(self, nodes):
        self.pictures = []
        self.plain = [self.picture(f"/p/{g}/{k}.png", f"g{g}", f"k{k}")
                      for g in range(GROUPS) for k in range(IN_GROUP)]
        self.overlays = [self.picture(f"/o/{i}.png", f"o{i}", overlay=True)
                         for i in range(OVERLAYS)]
        # Those are purged softly and in no other way.
        self.soft = [self.picture(f"/s/{i}.png", f"s{i}")
                     for i in range(SOFT)]
        self.by_path = {p.path: p for p in self.pictures}
        self.urls = []
        for picture in self.plain + self.soft:
            self.make_urls(picture)
        self.of_picture = [
            [u for u in self.urls if p.number in (u.picture, u.overlay)]
            for p in self.pictures]
        self.make_shared(len(self.pictures), nodes)

    def picture(self, path, *tags, overlay=False):
        made = Picture(len(self.pictures), path, tags, overlay)
        self.pictures.append(made)
        return made

    def make_urls(self, picture):
        def url(operations, overlay=None):
            text = picture.path + ("?" + operations if operations else "")
            self.urls.append(Url(len(self.urls), text, picture.number,
                                 overlay))
        for operations in ("",) + VARIANTS:
            url(operations)
        if picture.number % 2 == 0:
            mark = self.overlays[picture.number // 2 % OVERLAYS]
            url(f"width=128&mark={mark.path}&mark_scale=100&mark_pos=bottom",
                mark.number)

    def make_shared(self, pictures, nodes):
        def array(kind, values):
            return multiprocessing.Array(kind, values, lock=False)
        self.latest = array("q", [1] * pictures)
        self.floor = array("q", [1] * pictures)
        self.soft_floor = array("q", [1] * pictures)
        # The time that the fetch of a variant must not have begun before.
        self.began = array("d", len(self.urls))
        # Pictures that were purged just now, who are asked for the most.
        self.recent = array("q", [p.number for p in self.plain[:RECENT]])
        self.at = 0
        # How the nodes are, by index; 0 is for all of them.
        self.state = array("q", [WELL] * (nodes + 1))
        self.lock = threading.Lock()

    def change(self, numbers):
        """New versions at the origin; by picture."""
        with self.lock:
            for number in numbers:
                self.latest[number] += 1
                self.recent[self.at % RECENT] = number
                self.at += 1
            return {number: self.latest[number] for number in numbers}

    def raise_floor(self, floor, versions):
        with self.lock:
            for number, version in versions.items():
                floor[number] = max(floor[number], version)

    def raise_began(self, index, when):
        with self.lock:
            self.began[index] = max(self.began[index], when)

    def pick(self, dice):
        """A URL to ask for."""
        if dice.random() < 0.6:
            return dice.choice(self.of_picture[dice.choice(self.recent)])
        return dice.choice(self.urls)
