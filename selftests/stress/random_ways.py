# SPDX-License-Identifier: GPL-2.0
"""Whether every way of the mesh works: echo requests from each namespace to each other one,
by each link, IPv4 and IPv6. See random_run.py."""
import contextlib
import os
import select
import socket
import struct
import time

from random_mesh import (
    LINKS, NAMES, NUMBER, dev, enter, inner, log, outer, outer_version, run)
from cvtest import peer as wg

IDENTIFIER, ROUND_S = 0x4356, 0.5
REQUEST = {4: 8, 6: 128}
REPLY = {4: 0, 6: 129}
TOOL = os.environ.get("CV_TOOL", "culvert")
ALL_WAYS = [(name, other, j, version) for name in NAMES for other in NAMES if other != name
            for j in LINKS for version in (4, 6)]


def show(way):
    name, other, j, version = way
    return f"{name} to {other} by {dev(j)}, IPv{version}"


class Ways:
    """Sockets in all namespaces, and the ways that have not been seen to work."""

    def __init__(self):
        self.sockets, self.pending = {}, set(ALL_WAYS)
        for name in NAMES:
            enter(name)
            for version, family, protocol in ((4, socket.AF_INET, socket.IPPROTO_ICMP),
                                              (6, socket.AF_INET6, socket.IPPROTO_ICMPV6)):
                sock = socket.socket(family, socket.SOCK_RAW, protocol)
                sock.setblocking(False)
                self.sockets[name, version] = sock

    def close(self):
        for sock in self.sockets.values():
            sock.close()

    def ask(self, way):
        name, other, j, version = way
        payload = struct.pack("!BBB", NUMBER[name], NUMBER[other], j)
        head = struct.pack("!BBHHH", REQUEST[version], 0, 0, IDENTIFIER, 0)
        total = wg.checksum(head + payload) if version == 4 else 0
        head = struct.pack("!BBHHH", REQUEST[version], 0, total, IDENTIFIER, 0)
        with contextlib.suppress(OSError):
            self.sockets[name, version].sendto(head + payload, (inner(other, j, version), 0))

    def hear(self, name, version):
        with contextlib.suppress(BlockingIOError):
            while True:
                packet = self.sockets[name, version].recv(1 << 16)
                if version == 4:
                    packet = packet[(packet[0] & 15) * 4:]
                if len(packet) < 11 or packet[0] != REPLY[version] or \
                        packet[4:6] != struct.pack("!H", IDENTIFIER):
                    continue
                number, other, j = packet[8:11]
                if number == NUMBER[name]:
                    self.pending.discard((name, NAMES[other - 1], j, version))

    def due(self):
        """The ways to ask on now: first those one way only, for two ends that ask at once
        both begin a handshake, and then each undoes the other's; it is tried again 5 s later,
        on a machine that is slow enough with the same result."""
        first = {way for way in self.pending if NUMBER[way[0]] < NUMBER[way[1]]}
        return sorted(first or self.pending)

    def wait(self, limit_s):
        """Asks on all ways that are left till all have answered or LIMIT_S have passed; the
        seconds that it took."""
        began = time.monotonic()
        while self.pending and time.monotonic() - began < limit_s:
            asked = self.due()
            for way in asked:
                self.ask(way)
            until = time.monotonic() + ROUND_S
            while self.pending.intersection(asked) and time.monotonic() < until:
                ready = select.select(list(self.sockets.values()), [], [], ROUND_S / 5)[0]
                for key, sock in self.sockets.items():
                    if sock in ready:
                        self.hear(*key)
        return time.monotonic() - began


def explain(way):
    """All there is to know of a way that does not work: lines."""
    name, other, j, version = way
    lines = [f"{show(way)}:"]
    for one, far in ((name, other), (other, name)):
        wire = outer(far, outer_version(one, far, j))
        text = run(f"""{TOOL} show {dev(j)} dump | cut -f 1,3-
            ip -s link show {dev(j)}; ip -br addr show {dev(j)}; tc qdisc show dev {dev(j)}
            ethtool -S {dev(j)} 2>/dev/null | awk '$2 > 0'
            ip route get {inner(far, j, version)}; ip route get {wire}
            ip -br link; ip -br addr show u0; ip rule; ip route show table main
            ping -q -c 1 -W 2 {wire} | grep received""", one)
        lines += [f"  {one}: {line}" for line in text.splitlines()]
    words = f"{name} {dev(j)}", f"{other} {dev(j)}", "suspended", "memory taken", "namespaces#"
    lines += log.last(60, lambda line: any(word in line for word in words))
    return lines
