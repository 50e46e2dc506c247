#!/usr/bin/python3
# SPDX-License-Identifier: GPL-2.0
"""Whether data messages pass two devices in the order of their counters, and what TCP at both
ends makes of it: for order.sh.

    order.py NAMESPACE DEV NAMESPACE DEV

Looks at the messages that leave and enter both namespaces by their devices. For each line of its
input it prints the frames that left, those of them that were inverted, the same for what entered,
and the spurious retransmissions of TCP in both namespaces, all since the last time. A super-packet
is one frame, and counts by its first message. The capture may miss frames; those are not counted,
and do no harm to the order of the others.
"""
import select
import socket
import struct
import sys

from cvtest.netns import enter

ETH_P_ALL = 3
PACKET_OUTGOING = 4
SO_RCVBUFFORCE = 33
# Ethernet, IPv4, UDP, and of the message type, receiver and counter.
HEADER_BYTES = 14 + 20 + 8
MESSAGE = struct.Struct("<IIQ")
DATA = 4


class Watcher:
    """One device, of namespace NAME; WAY is "out" or "in"."""

    def __init__(self, name, device, way):
        enter(name)
        self.way = way
        self.sock = socket.socket(socket.AF_PACKET, socket.SOCK_RAW, 0)
        self.sock.setsockopt(socket.SOL_SOCKET, SO_RCVBUFFORCE, 64 << 20)
        self.sock.setblocking(False)
        self.sock.bind((device, ETH_P_ALL))
        # The file is of the namespace in which it is opened.
        self.netstat = open("/proc/self/net/netstat", encoding="ascii")
        self.spurious_before = self.spurious()
        self.greatest, self.frames, self.inverted = {}, 0, 0

    def collect(self):
        """Counts what has come until now."""
        while True:
            try:
                frame, address = self.sock.recvfrom(HEADER_BYTES + MESSAGE.size)
            except BlockingIOError:
                return
            if (address[2] == PACKET_OUTGOING) != (self.way == "out"):
                continue
            if len(frame) < HEADER_BYTES + MESSAGE.size or frame[12:14] != b"\x08\0" or \
               frame[23] != socket.IPPROTO_UDP:
                continue
            kind, receiver, counter = MESSAGE.unpack_from(frame, HEADER_BYTES)
            if kind != DATA:
                continue
            self.frames += 1
            if counter < self.greatest.get(receiver, 0):
                self.inverted += 1
            else:
                self.greatest[receiver] = counter

    def spurious(self):
        """How often a sender was told that a segment had come twice, and was not by a probe or a
        timer of its own, as on a machine that is busy with other things."""
        self.netstat.seek(0)
        names, values = [line.split() for line in self.netstat if line.startswith("TcpExt:")]
        counts = dict(zip(names[1:], map(int, values[1:])))
        return (counts["TCPDSACKRecv"] + counts["TCPDSACKOfoRecv"] - counts["TCPLossProbes"] -
                counts["TCPTimeouts"])

    def report(self):
        """Frames, inversions and spurious retransmissions since the last report."""
        self.collect()
        now = self.spurious()
        counts = self.frames, self.inverted, now - self.spurious_before
        self.greatest, self.frames, self.inverted = {}, 0, 0
        self.spurious_before = now
        return counts


def main():
    """Captures until its input ends."""
    out, inside = ([Watcher(*where, way) for where in (sys.argv[1:3], sys.argv[3:])]
                   for way in ("out", "in"))
    watchers = out + inside
    poll = select.poll()
    for fd in (0, *(watcher.sock.fileno() for watcher in watchers)):
        poll.register(fd, select.POLLIN)
    print("ready", flush=True)
    while True:
        ready = [fd for fd, _ in poll.poll()]
        for watcher in watchers:
            watcher.collect()
        if 0 in ready:
            if not sys.stdin.readline():
                break
            counts = [[sum(column) for column in zip(*(watcher.report() for watcher in side))]
                      for side in (out, inside)]
            print(*counts[0][:2], *counts[1], flush=True)


main()
