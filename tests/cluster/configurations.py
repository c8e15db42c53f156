# SPDX-License-Identifier: BSD-2-Clause
# Copyright (c) 2026 The pixelfleet authors
"""Two configurations half and half, as in a rolling deployment, and then the
deployment's other half, node by node, under load."""

import unittest

from cluster import wait_for
from fleet import Fleet, Load, cluster_vcl

OLD, NEW = {"n1", "n2"}, {"n3", "n4"}
HALF = {1: OLD, 2: OLD, 3: NEW, 4: NEW}


class Configurations(unittest.TestCase):
    def setUp(self):
        other = cluster_vcl() + "\n# the next version of this site\n"
        self.cluster = c = Fleet(nodes=4, node_vcl={3: other, 4: other})
        c.__enter__()
        self.addCleanup(c.__exit__, None, None, None)
        self.other = c.file("other.vcl", other)
        self.urls = c.pngs(40)
        wait_for("each half to find itself",
                 lambda: c.health() == [2, 2, 2, 2])

    def owners(self, index, width):
        """Whom a node takes for the owners, and what came of it."""
        owners, digests = {}, {}
        for url in self.urls:
            answer = self.cluster.get(index, f"{url}?width={width}")
            self.assertEqual(answer.status, 200)
            owners[url] = answer.headers["X-Image-Owner"]
            digests[url] = answer.digest, answer.headers["ETag"]
        return owners, digests

    def check(self, load):
        self.assertEqual(load.wrong, [])
        self.assertEqual(self.cluster.panics(), {})

    def test_each_half_balances_among_itself(self):
        c = self.cluster
        hashes = [c.config_hash(i) for i in (1, 2, 3, 4)]
        self.assertEqual(hashes[0], hashes[1])
        self.assertEqual(hashes[2], hashes[3])
        self.assertNotEqual(hashes[0], hashes[2])
        found = {i: self.owners(i, 30) for i in HALF}
        for i, half in HALF.items():
            self.assertEqual(set(found[i][0].values()), half)
        self.assertEqual(found[1][0], found[2][0])
        self.assertEqual(found[3][0], found[4][0])
        # The same images, under the same entity tags.
        for i in HALF:
            self.assertEqual(found[i][1], found[1][1])
        # Rendered once in each half.
        self.assertEqual(c.total("VIPS.renders"), 2 * len(self.urls))
        self.assertEqual(c.panics(), {})

    def test_a_node_knows_which_the_others_run(self):
        c = self.cluster
        old, new = c.config_hash(1), c.config_hash(3)

        def known():
            nodes = c.clusters(1)["nodes"]
            return {name: (n["state"], n["config"])
                    for name, n in nodes.items()}
        self.assertEqual(wait_for("news of all", lambda: "" not in [
            n[1] for n in known().values()] and known()), {
                "n1": ("self", old), "n2": ("healthy", old),
                "n3": ("sick", new), "n4": ("sick", new)})
        # One line about each, not one for each probe.
        said = c.log(1, "-g", "raw", "-i", "Error").splitlines()
        said = [line for line in said if "another configuration" in line]
        self.assertEqual(len(said), 2)
        for name in ("n3", "n4"):
            self.assertEqual(sum(
                f"node {name} runs another configuration: theirs {new}, "
                f"ours {old}: " in line and line.endswith(" differs")
                for line in said), 1, said)

    def test_node_by_node_is_moved_over_under_load(self):
        c = self.cluster
        urls = [f"{url}?width={w}" for url in self.urls for w in (30, 31)]
        with Load(c, [1, 2, 3, 4], urls) as load:
            load.more(len(urls))
            c.use(1, self.other)
            wait_for("n1 to change sides", lambda: c.health() == [3, 1, 3, 3])
            load.more(len(urls))
            c.use(2, self.other)
            wait_for("all to be of one mind",
                     lambda: c.health() == [4, 4, 4, 4])
            load.more(len(urls))
        self.check(load)
        self.assertEqual(len({c.config_hash(i) for i in HALF}), 1)
        # What is in the caches is as good as before: nothing that was
        # rendered is rendered again where it is.
        renders = c.total("VIPS.renders")
        found = {i: self.owners(i, 30) for i in HALF}
        for i in HALF:
            self.assertEqual(set(found[i][0].values()), OLD | NEW)
            self.assertEqual(found[i], found[1])
        self.assertEqual(c.total("VIPS.renders"), renders)


if __name__ == "__main__":
    unittest.main()
