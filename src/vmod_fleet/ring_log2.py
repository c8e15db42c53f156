#!/usr/bin/env python3
# SPDX-License-Identifier: BSD-2-Clause
# Copyright (c) 2026 The pixelfleet authors
#
# Writes ring_log2.h, once: the table never changes, since the owner of
# every key hangs on it.  Decimal arithmetic, so that no C library's idea of
# a logarithm is in it.

from decimal import Decimal, getcontext

getcontext().prec = 50

STEPS = 4096
ONE = 1 << 24
ROW = 7


def log2_q24(i):
    x = 1 + Decimal(i) / STEPS
    return int((x.ln() / Decimal(2).ln() * ONE).to_integral_value())


values = ["0x%06x" % log2_q24(i) for i in range(STEPS + 1)]

print("""\
/* SPDX-License-Identifier: BSD-2-Clause
 * Copyright (c) 2026 The pixelfleet authors
 *
 * log2(1 + i/4096) in Q24 for i = 0..4096, written by ring_log2.py.
 *
 * Every node of a cluster must have these very numbers: they are data, not
 * something to compute at start with whatever log2() is at hand.
 */

#ifndef RING_LOG2_H
#define RING_LOG2_H

#include <stdint.h>

static const uint32_t ring_log2[4096 + 1] = {""")
for i in range(0, len(values), ROW):
    row = values[i:i + ROW]
    last = i + ROW >= len(values)
    print("\t" + ", ".join(row) + ("" if last else ","))
print("};\n\n#endif")
