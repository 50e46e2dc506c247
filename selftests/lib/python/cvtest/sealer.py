# SPDX-License-Identifier: GPL-2.0
"""Sealed datagrams of any inner packets, at the kernel's speed: one of its own
wireguard links in the present namespace has this program for its only peer's
endpoint, which keeps its data messages and sends them to the link under test when and
how a test wants them: changed, again, in another order, as super-packets. Handshakes
pass through. Used by rebuild.py, batches.py and shapes.py."""
import os
import select
import socket
import struct
import threading
import time

from . import frames, ktap, peer as wg

UDP_SEGMENT = 103
MOST_SEGMENTS, MOST_BYTES = 64, 65507


class Way:
    """A UDP socket to the link under test, shared by several sealers."""

    def __init__(self, local, remote):
        self.socket = wg.Me.new_socket(local)
        self.remote = remote
        self.sealers = []
        self.others = []
        threading.Thread(target=self.pump, daemon=True).start()

    def send(self, data, segment=0):
        """One datagram, or a super-packet of datagrams of SEGMENT bytes."""
        self.socket.setsockopt(socket.IPPROTO_UDP, UDP_SEGMENT, segment)
        self.socket.sendto(data, self.remote)

    def send_batches(self, datagrams):
        """As few super-packets as these can be."""
        while datagrams:
            size, count = len(datagrams[0]), 1
            while count < min(len(datagrams), MOST_SEGMENTS) and \
                    len(datagrams[count - 1]) == size and \
                    len(datagrams[count]) <= size and (count + 1) * size <= MOST_BYTES:
                count += 1
            self.send(b"".join(datagrams[:count]), size if count > 1 else 0)
            datagrams = datagrams[count:]

    def pump(self):
        """Passes what the link under test sends to the sealer it is for, or keeps it."""
        while True:
            message = self.socket.recv(1 << 16)
            kind = wg.type_of(message)
            mine = [one for one in self.sealers if kind == wg.INITIATION or
                    wg.receiver_of(message) in one.indices]
            for one in mine:
                one.near.sendto(message, ("127.0.0.1", one.port))
            if not mine:
                self.others.append(message)


class Sealer:
    """A wireguard link DEV, and a peer of LINK that may send from INSIDE (prefixes)."""

    def __init__(self, way, link, dev, inside, mtu=1420, kind="wireguard"):
        self.way, self.link, self.dev = way, link, dev
        self.indices, self.sealed = set(), []
        self.arrived = threading.Condition()
        self.near = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
        self.near.setsockopt(socket.SOL_SOCKET, frames.SO_RCVBUFFORCE, 1 << 24)
        self.near.bind(("127.0.0.1", 0))
        ktap.command("ip", "link", "add", dev, "mtu", str(mtu), "type", kind)
        path = f"/tmp/key-{os.getpid()}-{dev}"
        with open(path, "w", opener=lambda p, f: os.open(p, f, 0o600)) as file:
            file.write(ktap.command(ktap.TOOL, "genkey"))
        link_key = link.show("public-key").strip()
        ktap.command(ktap.TOOL, "set", dev, "private-key", path, "peer", link_key,
                     "endpoint", "127.0.0.1:%d" % self.near.getsockname()[1],
                     "allowed-ips", "0.0.0.0/0,::/0")
        os.unlink(path)
        self.public = ktap.command(ktap.TOOL, "show", dev, "public-key").strip()
        link.set("peer", self.public, "allowed-ips", inside)
        ktap.command("ip", "link", "set", dev, "up")
        self.port = int(ktap.command(ktap.TOOL, "show", dev, "listen-port"))
        self.raw = socket.socket(socket.AF_PACKET, socket.SOCK_DGRAM, 0)
        way.sealers.append(self)
        threading.Thread(target=self.pump, daemon=True).start()

    def pump(self):
        while True:
            message = self.near.recv(1 << 16)
            kind = wg.type_of(message)
            if kind in (wg.INITIATION, wg.RESPONSE):
                self.indices.add(wg.sender_of(message))
            if kind != wg.DATA or len(message) == wg.DATA_OVERHEAD_BYTES:
                self.way.send(message)
                continue
            with self.arrived:
                self.sealed.append(message)
                self.arrived.notify()

    def seal(self, packets, timeout_s=20):
        """Data messages with these packets inside, in this order."""
        with self.arrived:
            self.sealed.clear()
        for packet in packets:
            protocol = frames.ETH_P_IPV6 if packet[0] >> 4 == 6 else frames.ETH_P_IP
            self.raw.sendto(packet, (self.dev, protocol))
        with self.arrived:
            if not self.arrived.wait_for(lambda: len(self.sealed) >= len(packets), timeout_s):
                raise RuntimeError(f"{self.dev} has sealed {len(self.sealed)} of "
                                   f"{len(packets)} packets in {timeout_s} s")
            sealed = self.sealed[:]
            self.sealed.clear()
        return sealed

    def begin(self, packet):
        """A session, by sending PACKET."""
        self.way.send(self.seal([packet])[0])
        if not ktap.wait_until(lambda: self.link.value("latest-handshakes", self.public)
                               not in (None, "0")):
            raise RuntimeError("no session came about")


def index_of(message):
    return struct.unpack_from("<I", message, 4)[0]


def with_index(message, index):
    return message[:4] + struct.pack("<I", index) + message[8:]


def flipped(message, at, bits=1):
    changed = bytearray(message)
    changed[at] ^= bits
    return bytes(changed)


class Sink:
    """A UDP socket in the link's namespace that remembers payloads, in their order."""

    def __init__(self, address, port):
        family = socket.AF_INET6 if ":" in address else socket.AF_INET
        self.socket = socket.socket(family, socket.SOCK_DGRAM)
        self.socket.setsockopt(socket.SOL_SOCKET, frames.SO_RCVBUFFORCE, 1 << 24)
        self.socket.bind((address, port))

    def take(self, count, limit_s=5, more_s=0.05):
        """COUNT payloads, or those that came in time; and what comes right after."""
        got, end = [], time.monotonic() + limit_s
        while True:
            wait = more_s if len(got) >= count else max(0, end - time.monotonic())
            if not select.select([self.socket], [], [], wait)[0]:
                return got
            got.append(self.socket.recv(1 << 17))
