#!/usr/bin/env python3
# SPDX-License-Identifier: BSD-2-Clause
# Copyright (c) 2026 The pixelfleet authors
"""Sign a URL: sign_url.py KEYFILE URL

The URL is signed as it is, so its parameters have to have their full names
and to stand in the order that vmod_vips(3) gives.
"""

import base64
import hashlib
import hmac
import sys


def sign(key, url):
    mac = hmac.new(key, url.encode(), hashlib.sha256).digest()
    sig = base64.urlsafe_b64encode(mac).decode().rstrip("=")
    return f"{url}{'&' if '?' in url else '?'}sig={sig}"


if __name__ == "__main__":
    with open(sys.argv[1], "rb") as file:
        print(sign(file.read().rstrip(b"\r\n"), sys.argv[2]))
