#!/usr/bin/python3
# SPDX-License-Identifier: GPL-2.0
"""UDP super-packets with a bad datagram among good ones, in each position: it alone is
lost, and counted under its reason; the others arrive in their order. Datagrams are
sealed by the kernel's own wireguard (sealer.py). Run by dp-hostile.sh in the namespace
of the sender.

    batches.py NAMESPACE DEV ADDRESS PORT TITLE CASES
CASES is "all" or "few".
"""
import os
import struct
import sys

import crafted
from cvtest import ktap, peer as wg, sealer
from cvtest.netns import enter
from cvtest.world import World

PORT = 4000
COUNT = 6
TO = {4: "10.77.0.1", 6: "fd77::1"}


class Bench:
    def __init__(self, namespace, dev, address, port, title):
        self.namespace, self.dev, self.title = namespace, dev, title
        self.link = ktap.Link(namespace, dev)
        self.world = World(namespace, dev, address, port)
        any_address = "::" if ":" in address else "0.0.0.0"
        self.way = sealer.Way((any_address, 0), (address, int(port)))
        # An MTU for which a full message has the size of an initiation.
        self.first = sealer.Sealer(self.way, self.link, "s1", "10.77.101.0/24", mtu=116)
        self.second = sealer.Sealer(self.way, self.link, "s2", "10.77.102.0/24", mtu=116)
        self.serial = 0
        self.one = crafted.Maker({4: "10.77.101.1"}, TO, (3000, PORT))
        self.two = crafted.Maker({4: "10.77.102.1"}, TO, (3000, PORT))
        for member, maker in ((self.first, self.one), (self.second, self.two)):
            member.begin(maker.udp(4, b"first"))
        self.drops = self.link.drops()
        enter(namespace)
        self.sink = sealer.Sink(TO[4], PORT)
        self.sink.take(0)

    def payloads(self, count, size=88):
        """COUNT payloads, all different."""
        made = []
        for _ in range(count):
            self.serial += 1
            made.append(struct.pack(">I", self.serial) + os.urandom(size - 4))
        return made

    def good(self, count=COUNT, size=88):
        """(payloads, datagrams)"""
        inside = self.payloads(count, size)
        return inside, self.first.seal([self.one.udp(4, one) for one in inside])

    def expect(self, wanted, what, apart=None):
        """In this order, but for payload APART, which is of another session."""
        got = self.sink.take(len(wanted))
        if sorted(got) == sorted(wanted) and \
                [one for one in got if one != apart] == [one for one in wanted if one != apart]:
            return True
        names = {one: i for i, one in enumerate(wanted)}
        ktap.fail(f"{self.title}{what}", f"payloads 0 to {len(wanted) - 1}",
                  [names.get(one, "another") for one in got])
        return False

    def counted(self, name, reason, count):
        """COUNT more for REASON since the last look, and nothing else refused."""
        after, now = {}, {}

        def settled():
            now.update(self.link.drops())
            after.clear()
            after.update({key: now[key] - self.drops[key] for key in now
                          if now[key] != self.drops[key]})
            return after == ({reason: count} if reason else {})

        if self.drops:
            ktap.wait_until(settled, 3)
            ktap.equal(f"{self.title}{name}: drop reasons counted",
                       {reason: count} if reason else {}, after)
            self.drops = dict(now)

    def each_place(self, name, reason, bad, places=range(COUNT), delivers=None):
        """A batch for each place of the bad one. BAD(datagrams, place) is what to put
        there; DELIVERS, its payload if it is valid."""
        right = True
        for place in places:
            inside, datagrams = self.good()
            datagrams[place] = bad(datagrams, place)
            wanted, apart = inside[:place] + inside[place + 1:], None
            if delivers:
                apart = delivers()
                wanted.insert(place, apart)
            self.way.send_batches(datagrams)
            right &= self.expect(wanted, f"{name}, in place {place}", apart)
        if right:
            ktap.ok(f"{self.title}{name}: all others arrive in order")
        self.counted(name, reason, len(places))


def arrives_whole(bench):
    """What a super-packet of the sender is on its arrival: one packet."""
    before = bench.link.counter("va", "rx_packets")
    inside, datagrams = bench.good()
    bench.way.send_batches(datagrams)
    bench.expect(inside, "a good batch arrives")
    after = bench.link.counter("va", "rx_packets")
    # A keepalive may have come as well.
    ktap.between(f"{bench.title}a batch of {COUNT} comes in as one packet", 1, 2,
                 after - before)


def forged(bench):
    for name, at in (("counter", 9), ("cipher text", 40), ("tag", 147)):
        bench.each_place(f"a bit of the {name} changed", "rx_bad_tag",
                         lambda all, i, at=at: sealer.flipped(all[i], at))


def few(bench):
    bench.each_place("a bit changed", "rx_bad_tag",
                     lambda all, i: sealer.flipped(all[i], 60))
    replayed(bench)


def replayed(bench):
    inside, old = bench.good(1)
    bench.way.send(old[0])
    bench.expect(inside, "a datagram to replay")
    bench.each_place("a replayed datagram", "rx_replay", lambda all, i: old[0])
    # The first of the two is the right one.
    bench.each_place("the datagram before it again", "rx_replay", lambda all, i: all[i - 1],
                     range(1, COUNT))


def foreign(bench):
    bench.each_place("a message with an unknown index", "rx_unknown_index",
                     lambda all, i: sealer.with_index(
                         all[i], sealer.index_of(all[i]) ^ 0x10101))
    bench.each_place("another session's message, this session's index", "rx_bad_tag",
                     lambda all, i: sealer.with_index(
                         bench.second.seal([bench.two.udp(4, bench.payloads(1)[0])])[0],
                         sealer.index_of(all[i])))
    theirs = []

    def of_another(_, __):
        theirs[:] = bench.payloads(1)
        return bench.second.seal([bench.two.udp(4, theirs[0])])[0]

    bench.each_place("another session's message", None, of_another,
                     delivers=lambda: theirs[0])


def other_types(bench):
    bench.each_place("random bytes", "rx_unknown_type", lambda *_: b"\x55" + os.urandom(147))
    bench.each_place("zeros", "rx_unknown_type", lambda *_: bytes(148))
    bench.each_place("a reserved bit set", "rx_unknown_type",
                     lambda all, i: sealer.flipped(all[i], 2))
    bench.each_place("an initiation with a wrong mac", "hs_bad_mac1",
                     lambda *_: struct.pack("<I", 1) + os.urandom(144))
    for kind, name in ((2, "a response"), (3, "a cookie reply")):
        bench.each_place(f"{name} of a wrong size", "rx_wrong_length",
                         lambda *_, k=kind: struct.pack("<I", k) + os.urandom(144))
    peers = []

    def initiation(_, __):
        peers.append(bench.world.new_peer())
        return wg.Initiation(peers[-1]).message

    bench.way.others.clear()
    bench.each_place("an initiation of another peer", None, initiation, (0, 2, COUNT - 1))
    ktap.true(f"{bench.title}3 initiations in batches are answered",
              ktap.wait_until(lambda: len(bench.way.others) >= 3),
              "3 responses", [wg.describe(one) for one in bench.way.others])
    ktap.equal(f"{bench.title}3 initiations in batches are answered by responses",
               [wg.RESPONSE] * 3,
               [wg.type_of(one) for one in bench.way.others[:3]])
    for one in peers:
        one.remove()


def cut_off(bench):
    """Only the last of a super-packet can be of another size."""
    last = COUNT - 1
    for size, reason in ((147, "rx_bad_tag"), (132, "rx_bad_tag"), (33, "rx_bad_tag"),
                         (32, "rx_bad_tag"), (31, "rx_short"), (16, "rx_short"),
                         (4, "rx_short"), (3, "rx_short"), (1, "rx_short")):
        bench.each_place(f"the last cut to {size} bytes", reason,
                         lambda all, i, s=size: all[i][:s], (last,))
    bench.each_place("a cookie reply with an unknown index at the end", "hs_cookie_unknown_index",
                     lambda *_: struct.pack("<I", 3) + os.urandom(60), (last,))
    bench.each_place("a response with a wrong mac1 at the end", "hs_bad_mac1",
                     lambda *_: struct.pack("<I", 2) + os.urandom(88), (last,))


def bad_inside(bench):
    """Authentic, but with something inside that the peer may not send."""
    def sealed(packet):
        return bench.first.seal([packet])[0]

    payload = bytes(88)
    bench.each_place("an inner source of another peer", "rx_inner_source",
                     lambda *_: sealed(bench.two.udp(4, payload)))
    long = bytearray(bench.one.udp(4, payload))
    long[2:4] = struct.pack(">H", 117)
    bench.each_place("an inner packet with too large a length", "rx_inner_length",
                     lambda *_: sealed(bytes(long)))


def whole_batches(bench):
    """Batches of nothing but bad datagrams, backwards, and of all sizes."""
    _, datagrams = bench.good(40)
    bench.way.send_batches([sealer.flipped(one, 80) for one in datagrams])
    bench.expect([], "40 forged datagrams: none arrives")
    bench.counted("40 forged datagrams", "rx_bad_tag", 40)
    inside, datagrams = bench.good(64)
    bench.way.send_batches(datagrams[::-1])
    if bench.expect(inside[::-1], "64 datagrams backwards all arrive"):
        ktap.ok(f"{bench.title}64 datagrams backwards all arrive")
    bench.way.send_batches(datagrams)
    bench.expect([], "64 datagrams replayed: none arrives")
    bench.counted("64 datagrams replayed", "rx_replay", 64)
    for size in (1, 2, 3):
        bench.way.send(bytes(60 * size), size)
        bench.expect([], f"60 datagrams of {size} bytes: none arrives")
        bench.counted(f"60 datagrams of {size} bytes", "rx_short", 60)
    inside, datagrams = bench.good()
    bench.way.send_batches(datagrams)
    if bench.expect(inside, "after bad batches a good batch arrives"):
        ktap.ok(f"{bench.title}after bad batches a good batch arrives")


ALL = (arrives_whole, forged, replayed, foreign, other_types, cut_off, bad_inside,
       whole_batches)


def main():
    if len(sys.argv) != 7:
        sys.exit(__doc__)
    title = sys.argv[5] and f"{sys.argv[5]}: "
    bench = Bench(*sys.argv[1:5], title)
    for case in ALL if sys.argv[6] == "all" else (few,):
        ktap.run_case(case, bench)
    ktap.finish()


main()
