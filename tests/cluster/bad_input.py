# SPDX-License-Identifier: BSD-2-Clause
# Copyright (c) 2026 The pixelfleet authors
"""What makes no sense is refused at the node that it came in at: 400, with a
sentence that names the parameter and says what would be right; and nothing is
fetched or rendered for it, anywhere."""

import unittest

from cluster import Cluster

# Values that no parameter takes, and those that this one does not.  The last
# of each is what the sentence has to say.
TABLE = {
    "width": (["0", "8193", "-1", "1.5", "99999999999999999999"], "1..8192"),
    "w": (["0", "8193"], "1..8192"),
    "height": (["0", "8193", "+1", "1e3", "0x10"], "1..8192"),
    "h": (["0"], "1..8192"),
    "dpr": (["0", "0.09", "8.1", "-1"], "0.1..8"),
    "scale": (["0", "0.009", "10.1", "200%"], "0.01..10"),
    "fit": (["crop", "Inside", "0"], "inside"),
    "enlarge": (["yes", "2", "TRUE"], "true"),
    "crop": (["middle", "1,2,3", "1,2,3,4,5", "0,0,0,4", "-1,0,4,4",
              "1,2,3,x", ",,,"], "entropy"),
    "focal": (["0.5", "0.5,1.1", "-0.1,0", "0.5,", "a,b"], "0..1"),
    "fp": (["2,2"], "0..1"),
    "trim": (["256", "-1", "1.5"], "0..255"),
    "pad": (["-1", "x", "8193"], "0.."),
    "pad_color": (["12345", "fffff", "blueish", "gggggg", "#fff"], "rrggbb"),
    "bg": (["1"], "rrggbb"),
    "border": (["5", "x,red", "-1,red", "1,nocolour", "1,", "1,red,2"], ","),
    "radius": (["-1", "x", "full"], "max"),
    "autorotate": (["2"], "true"),
    "angle": (["45", "-90", "360", "91"], "270"),
    "flip": (["x", "hh"], "hv"),
    "brightness": (["1.1", "-1.1", "x"], "-1..1"),
    "contrast": (["1.1", "-1.1"], "-1..1"),
    "saturation": (["1.1", "-1.1"], "-1..1"),
    "gamma": (["0.09", "10.1"], "0.1..10"),
    "hue": (["360", "-1"], "0..359"),
    "blur": (["100.1", "-1"], "0..100"),
    "sharp_amount": (["100.1", "-1"], "0..100"),
    "sharpen": (["101"], "0..100"),
    "colorize": (["greenish"], "rrggbb"),
    "filter": (["blur", "22"], "sepia"),
    "auto_fix": (["maybe"], "true"),
    "auto_level": (["maybe"], "true"),
    "pixelate": (["-1", "x"], ".."),
    "format": (["bmp", "JPG", "jpeg2000"], "webp"),
    "f": (["exe"], "webp"),
    "quality": (["0", "101", "best", "1.5"], "1..100"),
    "q": (["0"], "1..100"),
    "max_bytes": (["0", "999", "-1", "1k"], "1000"),
    "lossless": (["2"], "true"),
    "progressive": (["2"], "true"),
    "strip": (["some"], "most"),
    "animated": (["2"], "true"),
    "page": (["0", "-1", "1.5"], "1.."),
    "mark": (["logo.png", "http://elsewhere/x.png"], "/"),
    "text_size": (["0", "-1", "x"], ".."),
    "text_color": (["blueish"], "rrggbb"),
    "text_pos": (["middle", "tile"], "top"),
    "mark_pos": (["middle"], "tile"),
    "meta": (["2"], "true"),
    "explain": (["2"], "true"),
    "expires": (["x", "-1", "99999999999999999999"], "expires"),
    "preset": (["nobody"], "nobody"),
}

# Repeated, empty, ill encoded, one without the other, or against each other;
# and what the sentence names.
COMBINED = {
    "width=1&width=1": ["width", "twice"],
    "width=1&w=2": ["twice"],
    "width=1&w64=MQ": ["twice"],
    "width64=%%%": ["width64"],
    "width64=*": ["width64"],
    "width64=MQ===": ["width64"],
    "width64=M": ["width64"],
    "text64=_w": ["text64"],
    "width64=AAAA": ["width"],
    "text=%FF": ["text"],
    "text=a%00b": ["text"],
    "fit=cover": ["fit", "width"],
    "fit=cover&width=5": ["fit"],
    "crop=top&height=5": ["crop"],
    "dpr=2": ["dpr"],
    "scale=2": ["scale", "enlarge"],
    "scale=0.5&width=5": ["scale", "width"],
    "crop=top&fit=contain&width=5&height=5": ["crop", "fit"],
    "focal=0,0&crop=top&width=5&height=5": ["focal", "crop"],
    "lossless=true&format=jpg": ["lossless", "format"],
    "meta=true&width=5": ["meta"],
    "page=2&animated=true": ["page", "animated"],
    "mark_scale=50": ["mark_scale", "mark"],
    "text_size=9": ["text_size", "text"],
    "dpr=8&width=8192": ["width"],
}


class BadInput(unittest.TestCase):
    @classmethod
    def setUpClass(cls):
        cls.cluster = Cluster(nodes=3, files=["dogs.jpg"]).__enter__()

    @classmethod
    def tearDownClass(cls):
        cls.cluster.__exit__(None, None, None)

    def setUp(self):
        self.asked = 0

    def refused(self, query, words):
        self.asked += 1
        url = "/dogs.jpg?" + query
        answer = self.cluster.get(1 + self.asked % 3, url, debug=False)
        with self.subTest(url=url):
            text = answer.body.decode()
            self.assertEqual(answer.status, 400, text)
            self.assertEqual(answer.headers["Content-Type"],
                             "text/plain; charset=utf-8")
            self.assertEqual(answer.headers["Cache-Control"], "no-store")
            self.assertTrue(text.isprintable() or
                            text[:-1].isprintable(), text)
            for word in words:
                self.assertIn(word, text)

    def nothing_was_done(self):
        c = self.cluster
        self.assertEqual(c.total("VIPS.renders"), 0)
        self.assertEqual(c.total("VIPS.failures"), 0)
        self.assertEqual(c.total("FLEET.forwarded"), 0)
        self.assertEqual(c.origin_fetches("/dogs.jpg"), 0)
        self.assertEqual(c.panics(), {})

    def test_values_out_of_range_or_malformed(self):
        for name, (values, right) in TABLE.items():
            for value in values:
                self.refused(f"{name}={value.replace('%', '%25')}"
                             .replace("#", "%23").replace("+", "%2B"),
                             [f"'{name}'", right])
        self.nothing_was_done()

    def test_empty(self):
        for name in TABLE:
            for query in (name, name + "=", name + "64="):
                self.refused(query, [f"'{name}"])
        self.nothing_was_done()

    def test_repeated(self):
        for name in TABLE:
            self.refused(f"{name}=1&{name}=1", [f"'{name}'"])
        self.nothing_was_done()

    def test_combined(self):
        for query, words in COMBINED.items():
            self.refused(query, words)
        self.nothing_was_done()

    def test_paths(self):
        for path in ("/a%00.jpg", "/a%zz.jpg", "/%"):
            answer = self.cluster.get(2, path + "?width=5", debug=False)
            self.assertEqual(answer.status, 400, path)
            self.assertIn("path", answer.body.decode())
        long = self.cluster.get(3, "/x?text=" + "a" * 4200, debug=False)
        self.assertEqual(long.status, 414)
        self.nothing_was_done()


if __name__ == "__main__":
    unittest.main()
