#!/usr/bin/env python3
# SPDX-License-Identifier: BSD-2-Clause
# Copyright (c) 2026 The pixelfleet authors
"""Purges of which a node does not hear: it is down, it has just started with
nothing, or it is cut off.  They are pending until it is back, and from then
on it does not serve what was before them."""

import json
import os
import signal
import time
import unittest

from cluster import tool, wait_for
from purge_board import Board
from purge_clients import Client
from purge_cluster import PurgeCluster
from purge_purger import ask

NODES = 3
PICTURES = 4
SILENCE = 12            # s: more than nodes wait for each other


class Away(unittest.TestCase):
    @classmethod
    def setUpClass(cls):
        cls.board = Board(NODES)
        cls.pictures = cls.board.plain[:PICTURES]
        cls.urls = [u for p in cls.pictures
                    for u in cls.board.of_picture[p.number]]
        cls.cluster = PurgeCluster(cls.board, NODES)
        cls.cluster.__enter__()
        cls.addClassCleanup(cls.end)

    @classmethod
    def end(cls):
        panics = cls.cluster.panics()
        cls.cluster.__exit__(None, None, None)
        assert not panics, panics

    def setUp(self):
        self.tally = self.look()
        self.assertEqual(self.tally.counts["right"],
                         self.tally.counts.total())

    def look(self, *fronts):
        """Ask for all URLs, once at each of the nodes."""
        client = Client(self.cluster.doors(0), self.board, 0)
        for front in fronts or range(1, NODES + 1):
            for url in self.urls:
                client.ask(front, url)
        return client.tally

    def purge(self, node, *pictures, wait=None):
        """Status and answer of the last, and the versions that are to be."""
        versions = self.board.change([p.number for p in pictures])
        headers = {} if wait is None else {"Fleet-Purge-Wait": str(wait)}
        for picture in pictures:
            status, body = ask(self.cluster.doors(2)[node], "DELETE",
                               picture.path, headers)
            self.assertIn(status, (200, 202), body)
        return status, json.loads(body), versions

    def standing(self, node, purge):
        """As a node sees it: who has it, by name."""
        status, body = ask(self.cluster.doors(2)[node], "GET",
                           "/purge/" + purge["id"])
        self.assertIn(status, (200, 202), body)
        answer = json.loads(body)
        self.assertEqual(answer["applied"], status == 200)
        return {n["node"]: n["applied"] or n["why"] for n in answer["nodes"]}

    def wait_applied(self, node, purge):
        wait_for("the purge to be everywhere", lambda: set(
            self.standing(node, purge).values()) == {True})

    def wait_pending(self, node, purge, *others):
        """Until all have it but for those, of whom it is said why not."""
        names = [f"n{i}" for i in others]
        wait_for("the others to have it", lambda: all(
            (has is True) == (name not in names)
            for name, has in self.standing(node, purge).items()))
        for name in names:
            self.assertTrue(self.standing(node, purge)[name])

    def assert_fresh(self, versions, *fronts):
        self.board.raise_floor(self.board.floor, versions)
        tally = self.look(*fronts)
        self.assertEqual(tally.counts["right"], tally.counts.total(),
                         (tally.counts, tally.samples))

    def well(self):
        for i in range(1, NODES + 1):
            wait_for(f"n{i} to see all nodes healthy",
                     lambda i=i: self.cluster.healthy(i) == NODES)

    def test_a_node_that_is_down_and_joins(self):
        tool("cluster", "kill", "2", "-d", self.cluster.dir)
        status, purge, versions = self.purge(1, *self.pictures, wait=0)
        self.assertEqual(status, 202)
        self.wait_pending(1, purge, 2)
        self.assert_fresh(versions, 1, 3)
        tool("cluster", "restart", "2", "-d", self.cluster.dir)
        self.wait_applied(1, purge)
        self.assert_fresh(versions, 1, 2, 3)
        self.well()
        # Any node knows of it, also the one that was not there.
        self.wait_applied(2, purge)

    def test_a_node_that_takes_a_purge_and_starts_again_with_nothing(self):
        _, purge, versions = self.purge(2, *self.pictures)
        self.wait_applied(2, purge)
        tool("cluster", "restart", "2", "-d", self.cluster.dir)
        self.well()
        self.wait_applied(2, purge)
        self.assert_fresh(versions, 1, 2, 3)
        # And takes others, which are not taken for those of before.
        _, again, versions = self.purge(2, *self.pictures)
        self.assertNotEqual(again["id"], purge["id"])
        self.wait_applied(3, again)
        self.assert_fresh(versions, 1, 2, 3)

    def test_a_node_that_is_stopped_for_long(self):
        child = self.cluster.node(3)["child_pid"]
        os.kill(child, signal.SIGSTOP)
        try:
            status, purge, versions = self.purge(1, *self.pictures, wait=0)
            self.assertEqual(status, 202)
            time.sleep(SILENCE)
            self.wait_pending(1, purge, 3)
        finally:
            os.kill(child, signal.SIGCONT)
        self.wait_applied(1, purge)
        self.assert_fresh(versions, 3, 1, 2)
        self.well()

    def test_a_node_that_is_cut_off_for_long(self):
        networks = self.cluster.networks
        if not networks:
            self.skipTest("takes root and network namespaces")
        networks.cut([3], [1, 2])
        try:
            status, there, versions = self.purge(1, *self.pictures, wait=0)
            self.assertEqual(status, 202)
            # It takes purges itself; nobody else hears of them.
            status, here, others = self.purge(3, *self.board.overlays, wait=0)
            self.assertEqual(status, 202)
            time.sleep(SILENCE)
            self.wait_pending(1, there, 3)
            self.wait_pending(3, here, 1, 2)
            self.assert_fresh(versions, 1, 2)
        finally:
            networks.mend([3], [1, 2])
        self.wait_applied(1, there)
        self.wait_applied(3, here)
        self.assert_fresh({**versions, **others}, 3, 1, 2)
        self.well()


if __name__ == "__main__":
    unittest.main()
