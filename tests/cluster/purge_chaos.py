# SPDX-License-Identifier: BSD-2-Clause
# Copyright (c) 2026 The pixelfleet authors
"""What goes wrong in a purge test: one thing after another, and in between
all nodes are well for a while, or no purge would ever be everywhere at once."""

import collections
import os
import random
import signal
import threading
import time

from cluster import tool, wait_for
from purge_board import DOWN, UNSURE, WELL

# Seconds: most are short, some longer than what other nodes put up with.
SHORT, LONG = (0.5, 4), (11, 15)
LONG_SHARE = 0.2
BETWEEN = (2, 4)


class Chaos:
    """Runs while the context lasts.  `networks` may be None."""

    def __init__(self, cluster, board, networks, seed):
        self.cluster = cluster
        self.board = board
        self.networks = networks
        self.dice = random.Random(seed)
        self.nodes = list(range(1, cluster.n + 1))
        self.counts = collections.Counter()
        self.events = []
        self.error = None
        self.done = threading.Event()
        self.thread = threading.Thread(target=self.go_on)

    def __enter__(self):
        self.thread.start()
        return self

    def __exit__(self, *_exception):
        self.done.set()
        self.thread.join()

    def kinds(self):
        if not self.networks:
            return ["kill", "stop", "crash", "restart", "reload"]
        return ["cut", "kill", "stop", "unplug", "crash", "split", "restart",
                "reload"]

    def go_on(self):
        try:
            while True:
                for kind in self.kinds():
                    if self.done.wait(self.dice.uniform(*BETWEEN)):
                        return
                    self.happen(kind)
        except BaseException as e:
            self.error = e
            raise

    def happen(self, kind):
        node = self.dice.choice(self.nodes)
        span = LONG if self.dice.random() < LONG_SHARE else SHORT
        seconds = self.dice.uniform(*span)
        self.counts[kind] += 1
        began = time.time()
        self.board.state[0] = UNSURE
        getattr(self, kind)(node, seconds)
        self.board.state[node] = UNSURE
        mended = time.time()
        self.well()
        self.events.append(f"{began:.3f} {kind} n{node} for "
                           f"{mended - began:.1f} s, all well "
                           f"{time.time() - mended:.1f} s later")

    def well(self):
        """Until every node takes every node for healthy."""
        for i in self.nodes:
            wait_for(f"n{i} to see all nodes healthy",
                     lambda i=i: self.sees_all(i), 90)
        for i in range(len(self.nodes) + 1):
            self.board.state[i] = WELL

    def sees_all(self, i):
        try:
            if self.cluster.healthy(i) == len(self.nodes):
                return True
        except (ValueError, IndexError, KeyError):
            pass                # varnishadm has nobody to talk to
        time.sleep(0.2)
        return False

    def pause(self, seconds):
        self.done.wait(seconds)

    # What may happen

    def kill(self, i, seconds):
        """varnishd, its child and the renderers, with all they have."""
        self.board.state[i] = DOWN
        tool("cluster", "kill", str(i), "-d", self.cluster.dir)
        self.pause(seconds)
        tool("cluster", "restart", str(i), "-d", self.cluster.dir)

    def restart(self, i, _seconds):
        """In order, and at once."""
        self.board.state[i] = DOWN
        tool("cluster", "restart", str(i), "-d", self.cluster.dir)

    def crash(self, i, _seconds):
        """The child alone; varnishd starts another one."""
        self.board.state[i] = DOWN
        child = self.cluster.node(i)["child_pid"]
        os.kill(child, signal.SIGKILL)
        wait_for("another child", lambda: self.cluster.node(i)["child_pid"]
                 not in (None, child))
        wait_for(f"n{i} to answer", lambda: self.answers(i))

    def answers(self, i):
        try:
            return self.cluster.get(i, "/health").status
        except OSError:
            return None

    def reload(self, i, _seconds):
        """The same VCL once more."""
        self.cluster.use(i, os.path.join(self.cluster.dir, "vcl", "main.vcl"))

    def stop(self, i, seconds):
        """It may panic when it goes on, see purge_cluster.py."""
        self.board.state[i] = DOWN
        node = self.cluster.node(i)
        pids = [node["child_pid"], node["pid"]]
        for pid in pids:
            os.kill(pid, signal.SIGSTOP)
        self.pause(seconds)
        for pid in reversed(pids):
            os.kill(pid, signal.SIGCONT)

    def others(self, i):
        return [j for j in self.nodes if j != i]

    def cut(self, i, seconds):
        """From the other nodes; clients and the origin reach it."""
        self.networks.cut([i], self.others(i))
        self.pause(seconds)
        self.networks.mend([i], self.others(i))

    def split(self, i, seconds):
        """Two against three."""
        two = [i, self.dice.choice(self.others(i))]
        three = [j for j in self.nodes if j not in two]
        self.networks.cut(two, three)
        self.pause(seconds)
        self.networks.mend(two, three)

    def unplug(self, i, seconds):
        self.board.state[i] = DOWN
        self.networks.unplug(i)
        self.pause(seconds)
        self.networks.plug(i)
