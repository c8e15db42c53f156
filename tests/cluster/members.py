# SPDX-License-Identifier: BSD-2-Clause
# Copyright (c) 2026 The pixelfleet authors
"""Reading a source of membership by read_members."""

import os
import socket
import subprocess

from cluster import BUILD


def free_port(kind=socket.SOCK_STREAM):
    with socket.socket(type=kind) as s:
        s.bind(("127.0.0.1", 0))
        return s.getsockname()[1]


class Reader:
    """A source; a context manager.  Reads it as often as it is told to."""

    def __init__(self, uri, env=None):
        clean = {k: v for k, v in os.environ.items()
                 if not k.startswith("AWS_")}
        clean.update(env or {})
        self.child = subprocess.Popen(
            [os.path.join(BUILD, "tests", "cluster", "read_members"), uri],
            stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True,
            env=clean)
        self.why = self.period = None

    def __enter__(self):
        return self

    def __exit__(self, *_exception):
        self.child.stdin.close()
        status = self.child.wait()
        self.child.stdout.close()
        if status not in (0, 1):
            raise AssertionError(f"read_members ended with {status}")

    def read(self):
        """name: (host, port, weight, leaving), or None: then see why."""
        try:
            self.child.stdin.write("\n")
            self.child.stdin.flush()
        except BrokenPipeError:
            pass
        nodes = {}
        for line in self.child.stdout:
            kind, _, rest = line.rstrip("\n").partition(" ")
            if kind == "error":
                self.why = rest
                return None
            if kind == "period":
                self.period = int(rest) / 1000
                return nodes
            name, host, port, weight, *leaving = rest.split(" ")
            nodes[name] = host, port, int(weight) / 1000, bool(leaving)
        raise AssertionError("read_members is gone")
