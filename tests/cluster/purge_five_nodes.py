#!/usr/bin/env python3
# SPDX-License-Identifier: BSD-2-Clause
# Copyright (c) 2026 The pixelfleet authors
"""Five nodes under load, whose pictures change and are purged ten times a
second, while nodes are killed, stopped, cut off and restarted.

    purge_five_nodes.py --seconds 300

After each purge that was acknowledged, nobody may get what was before it,
from whatever node: each answer is decoded, and says its version in its
pixels.  Nodes may refuse, and those that are down fail.  As root, each node
has a network of its own; else nothing can be cut off, and the output says so.

At the end, a picture changes that nobody purges: who did not see that would
not see a lost purge either.
"""

import argparse
import os
import random
import statistics
import sys
import time

from purge_board import Board
from purge_chaos import Chaos
from purge_clients import Client, Clients, Tally
from purge_cluster import PurgeCluster
from purge_purger import Purger

NODES = 5


class OneNode(Purger):
    """A fault: only the node that was asked does it."""

    def __init__(self, cluster, *args):
        super().__init__(*args)
        self.cluster = cluster

    def send(self, purge):
        if purge.kind not in ("source", "twice", "overlay"):
            return False
        self.cluster.admin(purge.node, "ban", "obj.http.Image-Source == " +
                           purge.url)
        return True

    def stands(self, purge):
        return False


class Forgetful(Purger):
    """A fault: a node takes some purges and then forgets them."""

    def send(self, purge):
        return self.dice.random() < 0.02 or super().send(purge)


class Run:
    def __init__(self, cluster, args):
        self.cluster = cluster
        self.args = args
        self.board = cluster.board
        self.logs = (args.logs, cluster.dir) if args.logs else None
        doors = cluster.doors(2)
        rest = doors, self.board, args.rate, f"{args.seed} purger"
        self.purger = {
            None: lambda: Purger(*rest), "forget": lambda: Forgetful(*rest),
            "one-node": lambda: OneNode(cluster, *rest)}[args.fault]()
        self.chaos = Chaos(cluster, self.board, cluster.networks,
                           f"{args.seed} chaos")
        self.clients = Clients(cluster.doors(0), self.board, args.clients,
                               args.pause / 1e3, args.seed, self.logs)
        self.unseen = 0

    def all(self):
        with self.clients, self.purger:
            with self.chaos:
                self.wait(self.args.seconds)
            self.chaos.well()
            self.purger.stop()
            self.settle()
        self.last = self.sweep(self.logs)
        self.everything()
        self.forgotten()

    def wait(self, seconds):
        end = time.monotonic() + seconds
        while time.monotonic() < end and not self.chaos.error:
            time.sleep(0.2)

    def settle(self):
        """All nodes are well: what is pending need not be so for long."""
        end = time.monotonic() + 30
        while self.purger.pending and time.monotonic() < end and \
                not self.args.fault:
            time.sleep(0.1)

    def sweep(self, logs=None):
        """Ask all nodes for everything, once."""
        client = Client(self.cluster.doors(0), self.board, 0, logs)
        for front in client.places:
            for url in self.board.urls:
                client.ask(front, url)
        return client.tally

    def everything(self):
        """One purge more, and nothing may be left of what was before."""
        for purge in self.purger.make("everything"):
            purge.node = self.purger.dice.choice(list(self.purger.doors))
            purge.headers["Fleet-Purge-Wait"] = "10"
            if not self.args.fault and not self.purger.send(purge):
                raise AssertionError("the last purge is not everywhere")
            self.board.raise_floor(self.board.floor, purge.versions)
        self.emptied = self.sweep(self.logs)

    def forgotten(self):
        """A picture changes, and nobody purges it."""
        number = self.board.plain[0].number
        self.board.raise_floor(self.board.floor, self.board.change([number]))
        self.unseen = self.sweep().counts["stale"]


def quantiles(values):
    if not values:
        return "none"
    values = sorted(values)
    return (f"median {1e3 * statistics.median(values):.0f} ms, "
            f"p99 {1e3 * values[len(values) * 99 // 100]:.0f} ms, "
            f"most {1e3 * values[-1]:.0f} ms")


def report_purges(purger):
    total = purger.total
    print(f"\npurges: {total('sent')}, acknowledged at once "
          f"{total('at once')}, later {total('later')}; never "
          f"{len(purger.pending)}, refused {total('refused')}, no answer "
          f"{total('no answer')}, wrong answers {total('wrong answer')}")
    kinds = sorted({kind for kind, _ in purger.counts})
    print("by kind, sent and acknowledged: " + ", ".join(
        f"{k} {purger.counts[k, 'sent']} "
        f"{purger.counts[k, 'at once'] + purger.counts[k, 'later']}"
        for k in kinds))
    for how, values in purger.times.items():
        print(f"time to the last node, acknowledged {how}: "
              f"{quantiles(values)}")
    print("time to the last node, all: " +
          quantiles(purger.times["at once"] + purger.times["later"]))
    for fault in purger.faults[:20] + [
            f"never acknowledged: {p}" for p in purger.pending[:20]]:
        print("   ", fault)


def report_requests(name, tally):
    print(f"{name}: {sum(tally.counts.values())}, " + ", ".join(
        f"{kind} {tally.counts[kind]}" for kind in Tally.KINDS))
    for kind in ("stale", "wrong", "failed"):
        for sample in tally.samples[kind][:20]:
            print(f"    {kind}: {sample}")
    for (kind, why), n in tally.whys.most_common(12):
        print(f"    {kind}: {n} {why}")


def report(run, panics):
    chaos = run.chaos
    print("what happened: " + ", ".join(
        f"{kind} {n}" for kind, n in chaos.counts.items()))
    for event in chaos.events:
        print("   ", event)
    if not chaos.networks:
        print("no node was cut off: that takes root and network namespaces")
    if chaos.error:
        print(f"but then: {chaos.error}")
    report_purges(run.purger)
    print(f"\nasked of the origin: {run.cluster.origin.requests}")
    report_requests("requests under load", run.clients.tally)
    print(f"of them not modified: {run.clients.tally.not_modified}")
    print("right answers by node: " + ", ".join(
        f"n{i} {run.clients.tally.right_at[i]}" for i in range(1, NODES + 1)))
    report_requests("requests when all was well", run.last)
    report_requests("requests after everything was purged", run.emptied)
    print(f"stale answers for what nobody purged, not to be 0: {run.unseen}")
    for i, text in panics.items():
        print(f"n{i} panicked:\n{text}")


def verdict(run, panics):
    """What must not be; nothing, if all is well."""
    tallies = run.clients.tally, run.last, run.emptied
    counts = {kind: sum(t.counts[kind] for t in tallies)
              for kind in Tally.KINDS}
    purger = run.purger
    faults = {
        "stale answers": counts["stale"],
        "wrong answers": counts["wrong"],
        "failures of nodes that were not down": counts["failed"],
        "refusals when all was well": run.last.counts["refused"] +
        run.emptied.counts["refused"],
        "wrong answers to purges": purger.total("wrong answer"),
        "purges never acknowledged": len(purger.pending),
        "panics": len(panics),
        "ends of the chaos": int(run.chaos.error is not None),
        "nodes that served nothing": sum(
            not run.clients.tally.right_at[i] for i in range(1, NODES + 1)),
        "tests without a purge": int(not purger.total("at once")),
        "blind checks": int(not run.unseen),
    }
    return [f"{n} {what}" for what, n in faults.items() if n]


def parse_arguments():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--seconds", type=float, default=20, metavar="S",
                        help="[20]")
    parser.add_argument("--rate", type=float, default=10, metavar="N",
                        help="purges a second [10]")
    parser.add_argument("--clients", type=int, default=12, metavar="N",
                        help="[12]")
    parser.add_argument("--pause", type=float, default=50, metavar="MS",
                        help="between two requests of a client [50]")
    parser.add_argument("--seed", default=str(random.randrange(1 << 30)),
                        help="of what is asked for, purged and broken")
    parser.add_argument("--fault", choices=("forget", "one-node"),
                        help="that must be seen: purges that get lost")
    parser.add_argument("--logs", metavar="DIR",
                        help="keep the nodes' logs of stale answers there")
    return parser.parse_args()


def main():
    args = parse_arguments()
    if args.logs:
        os.makedirs(args.logs, exist_ok=True)
    print(f"seed {args.seed}")
    with PurgeCluster(Board(NODES), NODES) as cluster:
        run = Run(cluster, args)
        run.all()
        panics = cluster.panics()
        report(run, panics)
    faults = verdict(run, panics)
    print("\n" + ("; ".join(faults) if faults else "all is well"))
    return 1 if faults else 0


if __name__ == "__main__":
    sys.exit(main())
