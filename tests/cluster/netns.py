# SPDX-License-Identifier: BSD-2-Clause
# Copyright (c) 2026 The pixelfleet authors
"""A network of its own for each node, so that a node can be cut off: network
namespaces, joined by a bridge at which this machine has an address, too.

Nodes that are cut off from each other go on to reach this machine, and so
clients and the origin; what they send each other is lost without a word.  A
node that is unplugged reaches nobody.  Only root may have all this, and only
where the kernel has it: see networks().
"""

import os
import random
import shutil
import subprocess

NOBODY = "02:00:00:00:00:01"    # an Ethernet address that no one has


def ip(*args, check=True):
    return subprocess.run(["ip", *args], stdin=subprocess.DEVNULL,
                          stdout=subprocess.PIPE, stderr=subprocess.PIPE,
                          text=True, check=check)


def networks(nodes):
    """Networks for so many nodes, or None where there can be none."""
    if os.geteuid() != 0 or not shutil.which("ip") or \
            not shutil.which("nsenter"):
        return None
    made = Networks(nodes)
    try:
        made.make()
    except subprocess.CalledProcessError:
        made.remove()
        return None
    return made


class Networks:
    """Whoever makes them removes them."""

    def __init__(self, nodes):
        taken = ip("-4", "addr", check=False).stdout + \
            ip("route", check=False).stdout
        self.net = next(net for net in (
            f"10.{random.randrange(200, 250)}.{random.randrange(256)}"
            for _ in range(1000)) if net + "." not in taken)
        self.tag = f"pf{os.getpid() % 100000}"
        self.nodes = range(1, nodes + 1)
        self.here = self.net + ".254"

    def name(self, i):
        return f"{self.tag}n{i}"

    def address(self, i):
        return f"{self.net}.{i}"

    def inside(self, i, *args):
        ip("-n", self.name(i), *args)

    def make(self):
        ip("link", "add", self.tag, "type", "bridge")
        ip("addr", "add", self.here + "/24", "dev", self.tag)
        ip("link", "set", self.tag, "up")
        for i in self.nodes:
            name = self.name(i)
            ip("netns", "add", name)
            ip("link", "add", name, "type", "veth", "peer", "name", "net",
               "netns", name)
            ip("link", "set", name, "master", self.tag, "up")
            self.inside(i, "addr", "add", self.address(i) + "/24", "dev",
                        "net")
            self.inside(i, "link", "set", "net", "up")
            self.inside(i, "link", "set", "lo", "up")

    def remove(self):
        for i in self.nodes:
            ip("netns", "del", self.name(i), check=False)
            # Gone with its other end, but not at once.
            ip("link", "del", self.name(i), check=False)
        ip("link", "del", self.tag, check=False)

    def options(self):
        """For tools/cluster."""
        return [word for i in self.nodes for word in (
            "--node-netns", f"{i}={self.name(i)}:{self.address(i)}")]

    def enter(self, i):
        return ["nsenter", f"--net=/run/netns/{self.name(i)}"]

    def cut(self, some, others):
        for a in some:
            for b in others:
                for i, j in ((a, b), (b, a)):
                    self.inside(i, "neigh", "replace", self.address(j),
                                "lladdr", NOBODY, "nud", "permanent", "dev",
                                "net")

    def mend(self, some, others):
        for a in some:
            for b in others:
                for i, j in ((a, b), (b, a)):
                    self.inside(i, "neigh", "del", self.address(j), "dev",
                                "net")

    def unplug(self, i):
        ip("link", "set", self.name(i), "down")

    def plug(self, i):
        ip("link", "set", self.name(i), "up")
