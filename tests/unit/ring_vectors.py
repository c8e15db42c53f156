#!/usr/bin/env python3
# SPDX-License-Identifier: BSD-2-Clause
# Copyright (c) 2026 The pixelfleet authors
#
# Writes ring_vectors.h: who owns what, by a second implementation of the
# order that src/vmod_fleet/ring.h describes.  It prunes nothing, sorts
# everything, and makes its own table of logarithms.

import hashlib
from decimal import Decimal, getcontext

getcontext().prec = 50

MASK = (1 << 64) - 1
KEYS = ["/vectors/%u.jpg" % i for i in range(1000)]
MIXED = [1000, 10, 100000, 500, 2500, 3000, 20000, 750, 1500, 12345]
SETS = [
    ("3", [1000] * 3),
    ("10", MIXED),
    ("100", [1000] * 100),
]

LOG2 = [int((Decimal(1 + Decimal(i) / 4096).ln() / Decimal(2).ln()
             * (1 << 24)).to_integral_value()) for i in range(4097)]


def first8(tag, text):
    digest = hashlib.sha256(tag + b"\0" + text.encode()).digest()
    return int.from_bytes(digest[:8], "big")


def ring_key(text):
    return first8(b"pixelfleet key v1", text)


def ring_seed(text):
    return first8(b"pixelfleet node v1", text)


def mix(x):
    x ^= x >> 30
    x = x * 0xbf58476d1ce4e5b9 & MASK
    x ^= x >> 27
    x = x * 0x94d049bb133111eb & MASK
    return x ^ x >> 31


def nlog2(h):
    h |= 1
    whole = h.bit_length() - 1
    f = (h << (63 - whole) & MASK) << 1 & MASK
    step, rest = f >> 52, f >> 20 & 0xffffffff
    log = LOG2[step] + ((LOG2[step + 1] - LOG2[step]) * rest >> 32)
    return ((64 - whole) << 24) - log


def order(key, nodes):
    def place(i):
        name, seed, weight = nodes[i]
        h = mix(key ^ seed)
        return (nlog2(h) * ((1 << 32) // weight), -h, name)
    return sorted(range(len(nodes)), key=place)


def table(kind, name, values, form, per_row):
    print("\nstatic const %s %s[] = {" % (kind, name))
    for i in range(0, len(values), per_row):
        row = ",".join(form % v for v in values[i:i + per_row])
        print("\t" + row + ("," if i + per_row < len(values) else ""))
    print("};")


print("""\
/* SPDX-License-Identifier: BSD-2-Clause
 * Copyright (c) 2026 The pixelfleet authors
 *
 * Who owns what, written by ring_vectors.py; never to change.
 *
 * Keys are "/vectors/%u.jpg", nodes are "node-%03u" with the weights given.
 * owner_N has the owner's index for each key, order_N the SHA-256 of the
 * whole orders, a byte for each node, one key after the other.
 */

#ifndef RING_VECTORS_H
#define RING_VECTORS_H

#include <stdint.h>

#define VECTOR_KEYS 1000""")
print("\n/* Of \"/vectors/0.jpg\" and \"node-000\". */")
print("#define VECTOR_KEY0 UINT64_C(0x%016x)" % ring_key(KEYS[0]))
print("#define VECTOR_SEED0 UINT64_C(0x%016x)" % ring_seed("node-000"))
for suffix, weights in SETS:
    nodes = []
    for i, weight in enumerate(weights):
        name = "node-%03u" % i
        nodes.append((name, ring_seed(name), weight))
    orders = [order(ring_key(k), nodes) for k in KEYS]
    digest = hashlib.sha256(b"".join(bytes(o) for o in orders)).hexdigest()
    print("\nstatic const char order_%s[] =\n\t\"%s\";" % (suffix, digest))
    table("uint32_t", "weight_" + suffix, weights, "%u", 10)
    table("uint8_t", "owner_" + suffix, [o[0] for o in orders], "%u", 24)
print("\n#endif")
