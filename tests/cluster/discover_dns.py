#!/usr/bin/env python3
# SPDX-License-Identifier: BSD-2-Clause
# Copyright (c) 2026 The pixelfleet authors
"""The nodes of a cluster as a server of names tells of them."""

import socketserver
import struct
import threading
import unittest

import dns.flags
import dns.message
import dns.rcode
import dns.rdatatype
import dns.rrset

from members import Reader, free_port

SOA = "ns.test. admin.test. 1 60 60 60 7"


class Udp(socketserver.BaseRequestHandler):
    def handle(self):
        data, sock = self.request
        wire = self.server.names.answer(data, 512)
        if wire:
            sock.sendto(wire, self.client_address)


class Tcp(socketserver.StreamRequestHandler):
    def handle(self):
        size = struct.unpack("!H", self.rfile.read(2))[0]
        wire = self.server.names.answer(self.rfile.read(size), 65535)
        if wire:
            self.wfile.write(struct.pack("!H", len(wire)) + wire)


class Names:
    """A server of names; a context manager."""

    def __init__(self, port):
        self.records = {}       # (name, type): (ttl, [text])
        self.rcode = {}         # (name, type): what to fail with
        self.silent = False
        self.address = f"127.0.0.1:{port}"
        at = ("127.0.0.1", port)
        socketserver.TCPServer.allow_reuse_address = True
        self.servers = [socketserver.ThreadingUDPServer(at, Udp),
                        socketserver.ThreadingTCPServer(at, Tcp)]

    def __enter__(self):
        for server in self.servers:
            server.names = self
            threading.Thread(target=server.serve_forever,
                             daemon=True).start()
        return self

    def __exit__(self, *_exception):
        for server in self.servers:
            server.shutdown()
            server.server_close()

    def answer(self, data, size):
        if self.silent:
            return None
        query = dns.message.from_wire(data)
        question = query.question[0]
        name = question.name.to_text(omit_final_dot=True)
        kind = dns.rdatatype.to_text(question.rdtype)
        answer = dns.message.make_response(query, recursion_available=True)
        answer.set_rcode(self.rcode.get((name, kind), dns.rcode.NOERROR))
        if (name, "CNAME") in self.records and kind != "CNAME":
            name = self.add(answer, name, "CNAME")
        if not self.add(answer, name, kind):
            answer.authority.append(dns.rrset.from_text(
                "test.", 50, "IN", "SOA", SOA))
        try:
            return answer.to_wire(max_size=size)
        except dns.exception.TooBig:
            answer.answer.clear()
            answer.flags |= dns.flags.TC
            return answer.to_wire()

    def add(self, answer, name, kind):
        ttl, texts = self.records.get((name, kind), (0, []))
        if texts:
            answer.answer.append(dns.rrset.from_text(
                name + ".", ttl, "IN", kind, *texts))
            return texts[0].rstrip(".")
        return None


class Discover(unittest.TestCase):
    def setUp(self):
        self.names = self.enterContext(Names(free_port()))

    def reader(self, target):
        return self.enterContext(Reader(
            f"dns:{target}?server={self.names.address}"))

    def fails(self, target, why):
        r = self.reader(target)
        self.assertIsNone(r.read())
        self.assertIn(why, r.why)


class Addresses(Discover):
    def test_ipv4(self):
        self.names.records["c.test", "A"] = 40, ["192.0.2.2", "192.0.2.1"]
        r = self.reader("c.test:8000")
        self.assertEqual(r.read(), {
            "192.0.2.1": ("192.0.2.1", "8000", 1, False),
            "192.0.2.2": ("192.0.2.2", "8000", 1, False)})
        self.assertEqual(r.period, 40)

    def test_ipv6(self):
        self.names.records["c.test", "AAAA"] = 30, ["2001:db8::1"]
        r = self.reader("c.test")
        self.assertEqual(r.read(), {
            "2001-db8--1": ("2001:db8::1", "17001", 1, False)})
        self.assertEqual(r.period, 7)   # until there may be an IPv4 one

    def test_both_are_one_node(self):
        self.names.records["c.test", "A"] = 40, ["192.0.2.1"]
        self.names.records["c.test", "AAAA"] = 40, ["2001:db8::1"]
        self.assertEqual(list(self.reader("c.test").read()), ["192.0.2.1"])

    def test_another_name(self):
        self.names.records["c.test", "CNAME"] = 5, ["d.test."]
        self.names.records["d.test", "A"] = 40, ["192.0.2.1"]
        r = self.reader("c.test")
        self.assertEqual(list(r.read()), ["192.0.2.1"])
        self.assertEqual(r.period, 5)

    def test_many(self):
        """More than a datagram holds."""
        self.names.records["c.test", "A"] = 1, [
            f"10.0.{i // 250}.{i % 250}" for i in range(700)]
        self.assertEqual(len(self.reader("c.test").read()), 700)

    def test_changes(self):
        self.names.records["c.test", "A"] = 0, ["192.0.2.1"]
        r = self.reader("c.test")
        self.assertEqual(list(r.read()), ["192.0.2.1"])
        self.assertEqual(r.period, 1)
        self.names.records["c.test", "A"] = 9999999, ["192.0.2.2"]
        self.assertEqual(list(r.read()), ["192.0.2.2"])
        self.assertEqual(r.period, 3600)


class Services(Discover):
    def setUp(self):
        super().setUp()
        self.names.records["_f._tcp.test", "SRV"] = 60, [
            "10 0 17001 N1.test.", "10 3 8000 n2.test.",
            "20 0 17001 spare.test."]
        self.names.records["n1.test", "A"] = 50, ["192.0.2.1"]
        self.names.records["n2.test", "AAAA"] = 20, ["2001:db8::2"]

    def test_services(self):
        r = self.reader("_f._tcp.test")
        self.assertEqual(r.read(), {
            "n1.test": ("192.0.2.1", "17001", 1, False),
            "n2.test_8000": ("2001:db8::2", "8000", 3, False)})
        self.assertLessEqual(r.period, 20)

    def test_a_target_without_address(self):
        del self.names.records["n2.test", "AAAA"]
        self.fails("_f._tcp.test", "n2.test has no address")

    def test_no_such_service(self):
        self.names.records["_f._tcp.test", "SRV"] = 60, ["0 0 0 ."]
        self.fails("_f._tcp.test", "no such service")


class Failures(Discover):
    def test_no_such_name(self):
        self.names.rcode["c.test", "A"] = dns.rcode.NXDOMAIN
        self.fails("c.test", "there are no nodes")

    def test_a_failure_is_not_ipv6(self):
        self.names.records["c.test", "AAAA"] = 40, ["2001:db8::1"]
        self.names.rcode["c.test", "A"] = dns.rcode.SERVFAIL
        self.fails("c.test", "c.test: ")

    def test_nobody_answers(self):
        self.names.silent = True
        self.fails("c.test", "no server answers")

    def test_no_server(self):
        with Reader("dns:c.test?server=nowhere") as r:
            self.assertIsNone(r.read())
            self.assertIn("an IPv4 address", r.why)


if __name__ == "__main__":
    unittest.main()
