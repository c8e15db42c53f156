#!/usr/bin/env python3
# SPDX-License-Identifier: BSD-2-Clause
# Copyright (c) 2026 The pixelfleet authors
"""How long hits take while 16 AVIF encodes of 12 megapixels are under way, and
while nothing is: of one node, over one connection, in one run.
"""

import argparse
import http.client
import os
import subprocess
import sys
import threading
import time

sys.path.insert(0, os.path.join(os.path.dirname(os.path.dirname(
    os.path.realpath(__file__))), "tests", "cluster"))

from cluster import Cluster, wait_for  # noqa: E402
from fleet import cluster_vcl  # noqa: E402

ENCODES = 16
HIT = "/dogs.jpg?width=200"
# Twelve of sixteen are at work at once: the last quarter is for what is cheap.
PATIENT = "vips.images(renderers = 16, timeout = 1h, queue_timeout = 1h)"


def twelve_megapixels():
    return subprocess.run(
        ["convert", "-size", "4000x3000", "plasma:", "-quality", "85",
         "jpg:-"], stdout=subprocess.PIPE, check=True).stdout


def latencies(cluster, go_on):
    """ms of each hit, sorted, for as long as go_on() says so."""
    connection = http.client.HTTPConnection("127.0.0.1", cluster.base + 10)
    found = []
    while go_on(len(found)):
        begin = time.perf_counter()
        connection.request("GET", HIT)
        response = connection.getresponse()
        response.read()
        found.append(1e3 * (time.perf_counter() - begin))
        if response.status != 200:
            raise AssertionError(f"a hit was answered {response.status}")
        time.sleep(0.002)
    return sorted(found)


def encode(cluster, number, statuses):
    try:
        statuses.append(cluster.get(
            1, f"/large.jpg?format=avif&quality={40 + number}",
            timeout=3600).status)
    except (OSError, http.client.HTTPException):	# the cluster has ended
        pass


def under_renders(cluster, seconds):
    """For as long as all of them are under way, or that long."""
    statuses = []
    for i in range(ENCODES):
        threading.Thread(target=encode, args=(cluster, i, statuses),
                         daemon=True).start()
    wait_for("the renders", lambda: cluster.counter(1, "VIPS.busy") > 0 and
             cluster.counter(1, "VIPS.reserved") == ENCODES, 300)
    end = time.monotonic() + seconds
    found = latencies(cluster, lambda _n: time.monotonic() < end and
                      not statuses)
    if any(status != 200 for status in statuses):
        raise AssertionError(f"an encode was answered {statuses}")
    return found


def quantile(found, share):
    return found[min(len(found) - 1, int(len(found) * share))]


def main():
    parser = argparse.ArgumentParser(description=__doc__.partition("\n\n")[0])
    parser.add_argument("--hits", type=int, default=3000, metavar="N",
                        help="to measure while nothing is under way [3000]")
    parser.add_argument("--seconds", type=float, default=60, metavar="S",
                        help="to measure at most while encoding [60]")
    parser.add_argument("--base", type=int, metavar="PORT",
                        help="the first of the ports")
    args = parser.parse_args()
    vcl = cluster_vcl().replace("vips.images()", PATIENT)
    with Cluster(nodes=1, files=["dogs.jpg"], vcl=vcl,
                 base=args.base) as cluster:
        cluster.picture("large.jpg", twelve_megapixels())
        cluster.get(1, HIT)
        begin = time.monotonic()
        idle = latencies(cluster, lambda n: n < args.hits)
        middle = time.monotonic()
        busy = under_renders(cluster, args.seconds)
        end = time.monotonic()
    print(f"{'':22}{'hits':>7}{'s':>7}{'p50 ms':>9}{'p99 ms':>9}{'max ms':>9}")
    for what, found, seconds in (("idle", idle, middle - begin),
                                 (f"{ENCODES} AVIF encodes", busy,
                                  end - middle)):
        print(f"{what:22}{len(found):7}{seconds:7.1f}"
              f"{quantile(found, .5):9.2f}{quantile(found, .99):9.2f}"
              f"{found[-1]:9.2f}")
    ratio = quantile(busy, .99) / quantile(idle, .99)
    print(f"p99 while encoding is {ratio:.2f} times that of idle")


if __name__ == "__main__":
    main()
