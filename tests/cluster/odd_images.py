# SPDX-License-Identifier: BSD-2-Clause
# Copyright (c) 2026 The pixelfleet authors
"""Every odd image gets a right picture or an honest refusal.

Of each, variants of several formats are asked for.  What is answered with
200 must be an image that ImageMagick reads, of the size that was asked for,
and must show the scene where the source does.  Nothing may be answered with
5xx, and no answer may take longer than a render may.
"""

import concurrent.futures
import os
import subprocess
import tempfile
import time
import unittest

import odd
from cluster import Cluster

SLOWEST = 60		# s, on a busy machine; a render may take 10
BOUND = 0.12		# RMSE as a share of full scale, of 48 x 32 pixels
ASKED = ["width=48&height=32&fit=fill&enlarge=true&format=png",
         "width=48&height=32&fit=fill&enlarge=true&format=webp",
         "width=48&height=32&fit=contain&enlarge=true&format=jpg",
         "trim=20&radius=5&width=30&height=30&crop=attention&enlarge=true"]


def pixels(data):
    """Size and 8 bit sRGB pixels of an image, or None if there are none."""
    with tempfile.NamedTemporaryFile() as f:
        f.write(data)
        f.flush()
        # The first frame, by content and not by name.
        done = subprocess.run(
            ["convert", f.name + "[0]", "-strip", "-alpha", "off",
             "-colorspace", "sRGB", "-depth", "8", "ppm:-"],
            stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, check=False)
    if done.returncode != 0 or not done.stdout.startswith(b"P6"):
        return None
    _, width, height, _, rest = done.stdout.split(maxsplit=4)
    return (int(width), int(height)), done.stdout[-3 * int(width) *
                                                  int(height):]


def distance(a, b):
    return (sum((x - y) ** 2 for x, y in zip(a, b)) / len(a)) ** .5 / 255


class OddImages(unittest.TestCase):
    @classmethod
    def setUpClass(cls):
        cls.cluster = Cluster(nodes=1)
        cls.cluster.__enter__()
        cls.addClassCleanup(cls.cluster.__exit__, None, None, None)
        source, cls.odd = odd.all_of_them(cls.cluster.tmp)
        cls.right = pixels(odd.convert(source, "-resize", "48x32!",
                                       "png:-"))[1]
        for image in cls.odd.values():
            cls.cluster.picture(image.name, image.data)

    def fault(self, image, operations):
        """What is wrong with the answer, or None."""
        start = time.monotonic()
        answer = self.cluster.get(1, f"/{image.name}?{operations}",
                                  timeout=2 * SLOWEST)
        took = time.monotonic() - start
        if took > SLOWEST:
            return f"took {took:.0f} s"
        if answer.status == 200:
            return self.fault_of_picture(image, operations, answer)
        if not 400 <= answer.status < 500:
            return f"answered {answer.status} {answer.body[:200]}"
        if image.expected in (odd.RIGHT, odd.SHOWN):
            return f"refused: {answer.status} {answer.body[:200]}"
        if len(answer.body.split()) < 4 or not answer.body.isascii():
            return f"refused without a sentence: {answer.body}"
        return None

    def fault_of_picture(self, image, operations, answer):
        if image.expected == odd.REFUSED:
            return "shown"
        if not answer.headers["Content-Type"].startswith("image/"):
            return f"is {answer.headers['Content-Type']}"
        if "format" not in operations:
            return None
        picture = pixels(answer.body)
        if picture is None or picture[0] != (48, 32):
            return f"shown as {picture and picture[0]}"
        if image.expected != odd.RIGHT or "fill" not in operations:
            return None
        far = distance(picture[1], self.right)
        return f"shows something else ({far:.3f})" if far > BOUND else None

    def judge(self, image):
        return [f"{image} {operations}: {fault}" for operations in ASKED
                for fault in [self.fault(image, operations)] if fault]

    def test_all(self):
        child = self.cluster.node(1)["child_pid"]
        with concurrent.futures.ThreadPoolExecutor(4) as pool:
            faults = [f for faults in pool.map(self.judge,
                                               self.odd.values())
                      for f in faults]
        print(f"{len(self.odd)} images, {len(ASKED) * len(self.odd)} "
              f"requests, {len(faults)} faults")
        self.assertGreater(len(self.odd), 300)
        self.assertEqual(faults, [], "\n" + "\n".join(faults))
        self.assertEqual(self.cluster.panics(), {})
        self.assertEqual(self.cluster.node(1)["child_pid"], child)


if __name__ == "__main__":
    unittest.main()
