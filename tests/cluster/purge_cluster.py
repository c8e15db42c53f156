# SPDX-License-Identifier: BSD-2-Clause
# Copyright (c) 2026 The pixelfleet authors
"""A cluster for a purge test: nodes that can be cut off, and pictures that
change at an origin of their own."""

from cluster import BUILD, SECRET, tool
from fleet import Fleet, cluster_vcl
from netns import networks
from purge_pictures import Origin

# When the fetch of a variant began, for purges of a variant alone: those
# leave its original where it is, so that the pixels stay the same.
BEGAN = """
sub vcl_backend_fetch {
	set bereq.http.X-Began = std.real(time = now);
}
sub vcl_backend_response {
	if (bereq.http.Fleet-Kind == "variant" && !bereq.http.Fleet-To) {
		set beresp.http.X-Began = bereq.http.X-Began;
	}
}

include "pixelfleet/pixelfleet.vcl";
"""


def purge_vcl():
    return cluster_vcl().replace("import vips;", "import std;\nimport vips;") \
        .replace("fleet.director()", "fleet.director(timeout = 2s)") \
        .replace('include "pixelfleet/pixelfleet.vcl";\n', BEGAN)


class PurgeCluster(Fleet):
    """With networks of their own where there can be any, and an origin that
    takes its pictures from a board."""

    def __init__(self, board, nodes):
        super().__init__(nodes=nodes, vcl=purge_vcl())
        self.board = board
        self.networks = networks(nodes)
        self.here = self.networks.here if self.networks else "127.0.0.1"
        self.origin = None

    def __enter__(self):
        try:
            self.origin = Origin(self.board, self.here, self.base)
            self.origin.__enter__()
            tool("cluster", "start", *self.arguments())
        except BaseException:
            self.__exit__(None, None, None)
            raise
        return self

    def __exit__(self, *_exception):
        super().__exit__()
        if self.origin:
            self.origin.__exit__()
        if self.networks:
            self.networks.remove()

    def arguments(self):
        args = ["-n", str(self.n), "-d", self.dir, "--port", str(self.base),
                "--origin", f"{self.here}:{self.base}", "--build", BUILD,
                "--secret", SECRET, "--vcl", self.file("site.vcl", self.vcl)]
        return args + (self.networks.options() if self.networks else [])

    def host(self, index):
        return (self.networks.address(index) if self.networks
                else super().host(index))

    def enter(self, index):
        return (self.networks.enter(index) if self.networks
                else super().enter(index))

    def doors(self, which):
        """Of all nodes, by index: 0 is http, 2 is admin."""
        return {i: (self.host(i), self.base + 10 * i + which)
                for i in range(1, self.n + 1)}
