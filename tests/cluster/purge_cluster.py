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

    def panics(self):
        """Of all the processes that there were, by node.  But for one that
        is Varnish's own: it panics when it was stopped while it read from a
        socket that has a timeout, see its issue 3801."""
        said = {}
        for i in range(1, self.n + 1):
            with open(self.workdir(i) + ".log", errors="replace") as f:
                log = f.read()
            said[i] = [text[:1500] for text in log.split("Panic at:")[1:]
                       if "Condition(VTCP_Check(i)) not true" not in text
                       or "errno = 4 (" not in text]
            said[i] += [line + "\n" for line in log.splitlines() if
                        "Sanitizer" in line or "runtime error:" in line]
        return {i: "".join(texts) for i, texts in said.items() if texts}

    def doors(self, which):
        """Of all nodes, by index: 0 is http, 2 is admin."""
        return {i: (self.host(i), self.base + 10 * i + which)
                for i in range(1, self.n + 1)}
