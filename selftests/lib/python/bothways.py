#!/usr/bin/python3
# SPDX-License-Identifier: GPL-2.0
"""Traffic both ways between two network namespaces, without end, every byte of it
checked: datagrams of all sizes, super-packets (UDP GSO) among them, by one process, a
TCP stream each way by another. Run by lib/stress.sh, which reads what has arrived.

    bothways.py NAMESPACE-A NAMESPACE-B ADDRESS-A ADDRESS-B FILE

Losses are what the stress causes, and no error. What arrives changed, twice, or in a
stream that has gaps is. FILE.udp and FILE.tcp hold one line each:

    ARRIVED-AT-B ARRIVED-AT-A ERRORS

and the first errors stand in FILE.errors, a line each.
"""
import os
import random
import select
import socket
import struct
import sys
import time

from cvtest.netns import enter

UDP_SEGMENT, SO_NO_CHECK = 103, 11
HEADER = struct.Struct("=QII")
PORT = 4242
SEGMENT = 1200
BURST = 6
# So long nothing has come by a connection: then a new one is quicker than TCP's timers.
STREAM_PATIENCE_S = 1.0
# A prime, so that a shift by the size of anything is seen.
POOL = random.Random(1).randbytes(65521)
LAPS = POOL + POOL + POOL


class Report:
    """What FILE and its companion say."""

    def __init__(self, path, kind):
        self.file = os.open(f"{path}.{kind}", os.O_WRONLY | os.O_CREAT, 0o600)
        self.path, self.kind = path, kind
        self.arrived, self.errors, self.due = [0, 0], 0, 0.0

    def error(self, text):
        self.errors += 1
        if self.errors <= 10:
            with open(self.path + ".errors", "a", encoding="ascii") as file:
                file.write(f"{self.kind}: {text}\n")

    def tick(self):
        now = time.monotonic()
        if now >= self.due:
            self.due = now + 0.02
            line = f"{self.arrived[0]:15} {self.arrived[1]:15} {self.errors:10}\n"
            os.pwrite(self.file, line.encode(), 0)


def sockets(kind, namespaces, family):
    """One in each namespace, not bound to an address: these come and go."""
    made = []
    for name in namespaces:
        enter(name)
        sock = socket.socket(family, kind)
        sock.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        # Closed means gone: what TCP has not delivered would keep a namespace for minutes.
        sock.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
        sock.setblocking(False)
        made.append(sock)
    return made


# ------------------------------------------------------------------- datagrams


def piece(serial, size):
    """A datagram that says what it must be."""
    at = serial * 7919 % len(POOL)
    size = max(size, HEADER.size)
    return HEADER.pack(serial, at, size) + LAPS[at:at + size - HEADER.size]


class Sender:
    """Datagrams with serial numbers."""

    def __init__(self, sock, to):
        self.sock, self.to, self.serial = sock, to, 0
        self.chance = random.Random(to[0])

    def send(self):
        size = self.chance.choice((0, 60, 100, 512, 1300, 1392, 4000, 9000))
        segments = 1 if size >= 1300 else self.chance.choice((1, 1, 2, 9, 40))
        if segments > 1:
            size = SEGMENT
        data = b"".join(piece(self.serial + n, size) for n in range(segments))
        self.serial += segments
        # Without a checksum of its own, only we see what has been changed.
        self.sock.setsockopt(socket.SOL_SOCKET, SO_NO_CHECK,
                             1 if segments == 1 and ":" not in self.to[0] else 0)
        self.sock.setsockopt(socket.IPPROTO_UDP, UDP_SEGMENT, SEGMENT if segments > 1 else 0)
        self.sock.sendto(data, self.to)


class Receiver:
    """Checks them."""

    def __init__(self, sock, report, index):
        self.sock, self.report, self.index = sock, report, index
        self.seen, self.greatest = set(), 0

    def receive(self):
        data = self.sock.recv(1 << 16)
        if len(data) < HEADER.size:
            self.report.error(f"expected a datagram with a header, got {len(data)} bytes")
            return
        serial, _, size = HEADER.unpack_from(data)
        if size != len(data) or data != piece(serial, size):
            self.report.error(f"datagram {serial} of {size} bytes came as {len(data)} bytes, "
                              "changed")
        elif serial in self.seen:
            self.report.error(f"datagram {serial} of {size} bytes came twice")
        else:
            self.report.arrived[self.index] += 1
        self.seen.add(serial)
        self.greatest = max(self.greatest, serial)
        if len(self.seen) > 60000:
            self.seen = {one for one in self.seen if one > self.greatest - 30000}


def datagrams(namespaces, addresses, path):
    family = socket.AF_INET6 if ":" in addresses[0] else socket.AF_INET
    report = Report(path, "udp")
    ends = sockets(socket.SOCK_DGRAM, namespaces, family)
    for sock in ends:
        sock.bind(("", PORT))
    senders = [Sender(sock, (to, PORT)) for sock, to in zip(ends, reversed(addresses))]
    receivers = [Receiver(sock, report, 1 - n) for n, sock in enumerate(ends)]
    while True:
        for sender in senders:
            try:
                for _ in range(BURST):
                    sender.send()
            except OSError:
                pass  # no route, no link, no room: what stress is about
        if not select.select(ends, [], [], 0.01)[0]:
            time.sleep(0.01)
        for receiver in receivers:
            try:
                for _ in range(64 * BURST):
                    receiver.receive()
            except OSError:
                pass
        report.tick()


# --------------------------------------------------------------------- streams


class Stream:
    """One connection, with the same endless stream each way."""

    def __init__(self, listener, near, to, report):
        self.report = report
        near.settimeout(STREAM_PATIENCE_S)
        near.connect(to)
        listener.settimeout(STREAM_PATIENCE_S)
        far, _ = listener.accept()
        self.ends = [near, far]
        self.sent, self.got = [0, 0], [0, 0]
        self.heard = [time.monotonic()] * 2
        for sock in self.ends:
            sock.setblocking(False)

    def move(self):
        readable, writable, _ = select.select(self.ends, self.ends, [], 0.05)
        for n, sock in enumerate(self.ends):
            if sock in writable:
                at = self.sent[n] % len(POOL)
                self.sent[n] += sock.send(LAPS[at:at + 30000])
            if sock in readable:
                self.take(n, sock.recv(1 << 16))

    def take(self, n, data):
        if not data:
            raise ConnectionError("closed")
        at = self.got[n] % len(POOL)
        if data != LAPS[at:at + len(data)]:
            self.report.error(f"stream: {len(data)} bytes after {self.got[n]} are wrong")
            raise ConnectionError("wrong bytes")
        self.got[n] += len(data)
        self.heard[n] = time.monotonic()
        # What the second end gets is what has arrived at b.
        self.report.arrived[1 - n] += 1

    def stalled(self):
        return time.monotonic() - min(self.heard) > STREAM_PATIENCE_S

    def close(self):
        for sock in self.ends:
            sock.close()


def streams(namespaces, addresses, path):
    family = socket.AF_INET6 if ":" in addresses[0] else socket.AF_INET
    report = Report(path, "tcp")
    listener = None
    while True:
        stream = near = None
        try:
            # A listener of its own for each try: no connection of the last one in it.
            near, listener = sockets(socket.SOCK_STREAM, namespaces, family)
            listener.bind(("", 0))
            listener.listen(1)
            stream = Stream(listener, near, (addresses[1], listener.getsockname()[1]), report)
            while not stream.stalled():
                stream.move()
                report.tick()
        except OSError:
            time.sleep(0.02)
        finally:
            for it in (stream, near, listener):
                if it:
                    it.close()
            report.tick()


def main():
    if len(sys.argv) != 6:
        sys.exit(__doc__)
    namespaces, addresses, path = sys.argv[1:3], sys.argv[3:5], sys.argv[5]
    if os.fork():
        datagrams(namespaces, addresses, path)
    else:
        streams(namespaces, addresses, path)


main()
