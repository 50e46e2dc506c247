#!/usr/bin/python3
# SPDX-License-Identifier: GPL-2.0
"""Does to a link, one after the other, all that moves a counter of it, with a Python peer
before it, and prints as JSON by how much each counter moved. Run by dropin-same.sh for each
module, by ip netns exec in the link's NAMESPACE, whose /sys is read; PEER is that of the peer.
dropin.py compares.

    dropin_stats.py PEER NAMESPACE DEV ADDRESS PORT

Each answer ends with a ping through a session: when its answer is there, what came before
has been counted.
"""
import json
import os
import struct
import sys
import time

from cvtest import ktap, netlink as nl, peer as wg
from cvtest.netns import enter
from cvtest.world import INSIDE4, World

COUNTERS = "/sys/class/net/{}/statistics"


class Counted:
    """A link, its counters, and a peer with a session on it."""

    def __init__(self, namespace, dev, address, port):
        self.world = World(namespace, dev, address, port)
        self.link = self.world.link
        self.peer = self.world.new_peer(endpoint=True)
        self.session = None
        self.found = {}
        self.client = nl.Client(ktap.KIND, namespace)

    def transfer(self):
        """What the peer has received and sent."""
        fields = self.client.dump(self.link.dev)["peers"][self.peer.public]
        return nl.number(fields[nl.PEER_RX]), nl.number(fields[nl.PEER_TX])

    def counters(self):
        """Of the link and of the peer; they are read so often that it is done without programs."""
        names, found = COUNTERS.format(self.link.dev), {}
        for name in os.listdir(names):
            with open(f"{names}/{name}", encoding="ascii") as file:
                found[name] = int(file.read())
        found["peer: received"], found["peer: sent"] = self.transfer()
        return found

    def check_transfer(self):
        """wg(8) has the same."""
        ours, shown = self.transfer(), self.link.value("transfer", self.peer.name)
        if shown != "{}\t{}".format(*ours):
            raise RuntimeError(f"transfer: netlink has {ours}, wg show {shown!r}")

    def renew(self):
        """A session that is not so old that the link, should the steps take long, begins
        another by itself: one module would, and the other, which came sooner, not."""
        self.session = self.peer.initiate()
        if not self.peer.ping(self.session):
            raise RuntimeError("no answer to a ping through a new session")

    def step(self, name, action, *arguments, ping=True):
        before = self.counters()
        action(*arguments)
        if ping and not self.peer.ping(self.session):
            raise RuntimeError(f"{name}: no answer to the ping after it")
        # An answer is on the wire before it is counted.
        self.settle()
        after = self.counters()
        self.found[name] = {"answer": "ok", "state": {
            counter: after[counter] - before[counter] for counter in sorted(after)
            if after[counter] != before[counter]}}

    def settle(self):
        before = None
        while before != (before := self.counters()):
            time.sleep(0.1)

    def send(self, *packets):
        for packet in packets:
            self.peer.send(self.session.seal(packet, pad=False))

    def inside(self, *words):
        self.link.inside(*words, check=False)

    def python(self, text, *words):
        self.inside(sys.executable, "-S", "-c", text, *words)


def handshakes(counted):
    peer = counted.peer

    def initiated():
        counted.session = peer.initiate()

    def responded():
        counted.link.set("peer", peer.name, "persistent-keepalive", "0")
        counted.inside("ip", "link", "set", counted.link.dev, "down")
        counted.inside("ip", "link", "set", counted.link.dev, "up")
        peer.provoke()
        counted.session = peer.answer()[0]
        # What was staged comes when the link has the session: before that it opens nothing.
        peer.expect(wg.DATA)

    counted.step("a handshake begun by the peer", initiated, ping=False)
    counted.step("the first ping of the session", lambda: None)
    counted.step("a handshake begun by the link", responded)


def good(counted):
    peer = counted.peer

    def keepalive():
        counted.link.set("peer", peer.name, "persistent-keepalive", "1000")
        peer.expect(wg.DATA)
        counted.link.set("peer", peer.name, "persistent-keepalive", "0")

    def sizes():
        for size in (0, 1, 3, 4, 15, 16, 1000):
            counted.inside("ping", "-q", "-c", "1", "-W", "0.01", "-s", str(size), peer.inside4)

    def from_peer():
        counted.send(*(wg.udp4(peer.inside4, INSIDE4, bytes(size)) for size in
                       (0, 1, 3, 4, 15, 16, 1000)))

    counted.step("a keepalive from the peer", counted.send, b"")
    counted.step("a keepalive from the link", keepalive)
    counted.step("packets of many sizes from the link", sizes)
    counted.step("packets of many sizes from the peer", from_peer)
    counted.step("a packet with 100 bytes of padding", counted.send,
                 wg.ping4(peer.inside4, INSIDE4) + bytes(100))
    counted.step("fragments", counted.inside, "ping", "-q", "-c", "1", "-W", "0.01", "-s",
                 "5000", peer.inside4)
    counted.step("a UDP super-packet", counted.python, "import socket, sys\n"
                 "one = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)\n"
                 "one.setsockopt(17, 103, 1000)\n"
                 "one.sendto(bytes(9500), (sys.argv[1], 9))\n", peer.inside4)


def bad_datagrams(counted):
    peer, session = counted.peer, counted.session
    whole = session.seal(bytes(32), counter=1 << 20)
    for name, message in (
            ("a datagram of 3 bytes", b"\4\0\0"),
            ("a datagram of type 0", bytes(64)),
            ("a datagram of type 5", struct.pack("<I", 5) + bytes(60)),
            ("data with reserved bits set", whole[:2] + b"\1" + whole[3:]),
            ("data of 31 bytes", whole[:31]),
            ("data of an unknown index", session.seal(bytes(32), 7, index=1)),
            ("data with a wrong tag", whole[:-1] + bytes([whole[-1] ^ 1])),
            ("an initiation of 147 bytes", struct.pack("<I", 1) + bytes(143)),
            ("a response of 93 bytes", struct.pack("<I", 2) + bytes(89)),
            ("a cookie reply of 65 bytes", struct.pack("<I", 3) + bytes(61)),
    ):
        counted.step(name, peer.send, message)
    replayed = session.seal(b"")
    counted.step("data", peer.send, replayed)
    counted.step("replayed data", peer.send, replayed)


def bad_handshakes(counted):
    peer = counted.peer
    first = wg.Initiation(peer, timestamp=wg.stamp(-50)).message
    stranger = wg.Me(peer.remote_public, peer.remote, local=("0.0.0.0", 0))
    for name, message in (
            ("an initiation with a wrong mac1",
             first[:-32] + bytes([first[-32] ^ 1]) + first[-31:]),
            ("an initiation of an unknown peer", wg.Initiation(stranger).message),
            ("an initiation that is older than the last", first),
            ("an initiation with a zero DH", wg.Initiation(peer, zero_dh=True).message),
            ("a response with an unknown index",
             wg.with_macs(struct.pack("<III", 2, 1, 2) + bytes(48),
                                                   peer.remote_public)),
            ("a cookie reply with an unknown index", struct.pack("<II", 3, 1) + bytes(56)),
    ):
        counted.step(name, peer.send, message)


def bad_packets(counted):
    me = counted.peer.inside4
    whole = wg.ping4(me, INSIDE4)
    for name, packet in (
            ("an inner packet of one byte", b"\x45"),
            ("an inner header that is cut", whole[:19]),
            ("an inner length that is too long", wg.ipv4(me, INSIDE4, 17, bytes(8), length=200)),
            ("an inner length that is too short", wg.ipv4(me, INSIDE4, 17, bytes(8), length=19)),
            ("an inner version 5", wg.ipv4(me, INSIDE4, 17, bytes(8), version=5)),
            ("an inner source in no allowed IPs", wg.ping4("10.99.0.1", INSIDE4)),
            ("an inner packet of zeros", bytes(48)),
    ):
        counted.step(name, counted.send, packet)


def refused(counted):
    """What the link does not send."""
    link, dev = counted.link, counted.link.dev
    silent = counted.world.new_peer(endpoint=True)
    nowhere = counted.world.new_peer()

    def ping(address, *words):
        return lambda: counted.inside("ping", "-q", "-c", "1", "-W", "0.01", *words, address)

    def raw(kind, first):
        return lambda: counted.python(
            "import socket, sys\n"
            "one = socket.socket(socket.AF_PACKET, socket.SOCK_DGRAM, 0)\n"
            "one.sendto(bytes([int(sys.argv[2])]) + bytes(59), (sys.argv[1], int(sys.argv[3])))\n",
            dev, str(first), str(kind))

    counted.step("a packet for no peer", ping("10.77.200.1"))
    counted.step("a packet for a peer without an endpoint", ping(nowhere.inside4))
    counted.step("a packet that is not IP", raw(0x88cc, 0x45))
    counted.step("an IPv6 packet with the ethertype of IPv4", raw(0x0800, 0x60))
    # Not more than the staged queue holds: its limits differ by one.
    counted.step("100 packets that wait for a session", ping(silent.inside4, "-c", "100", "-l",
                                                             "100"))
    link.set("peer", silent.name, "remove")
    counted.step("a peer with packets that wait is removed", lambda: None)


def no_way(counted):
    """The session is there, the outer packet does not get out."""
    peer, link = counted.peer, counted.link
    away = ("ping", "-q", "-c", "1", "-W", "0.01", "-s", "100", peer.inside4)

    def without_route():
        link.set("peer", peer.name, "endpoint", "203.0.113.9:9")
        counted.inside(*away)
        link.set("peer", peer.name, "endpoint", peer.endpoint())

    def filtered():
        counted.inside("nft", "add table inet t; add chain inet t o "
                       "{ type filter hook output priority 0; }; "
                       "add rule inet t o udp sport " + str(peer.remote[1]) + " drop")
        counted.inside(*away)
        counted.inside("nft", "flush", "ruleset")

    counted.step("a packet whose outer one has no route", without_route)
    counted.step("a packet whose outer one is filtered", filtered)


def main():
    enter(sys.argv[1])
    counted = Counted(*sys.argv[2:])
    handshakes(counted)
    for steps in (good, bad_datagrams, bad_handshakes, bad_packets, refused, no_way):
        counted.renew()
        steps(counted)
    counted.check_transfer()
    sys.stdout.write(json.dumps(counted.found))


main()
