#!/usr/bin/python3
# SPDX-License-Identifier: GPL-2.0
"""The order in which a link hands up segments of one flow that come alone, which GRO may
hold, and in batches, which become super-packets and pass GRO by. They are sealed by the
kernel's own wireguard. Run by lane.sh in the namespace of the sender.

    lane.py NAMESPACE DEV ADDRESS PORT
"""
import itertools
import sys

import crafted
from cvtest import frames, ktap, sealer
from cvtest.netns import enter

MAKER = crafted.Maker({4: "10.77.1.1", 6: "fd77:1::1"}, {4: "10.77.0.1", 6: "fd77::1"})
ROUNDS = 8
BATCH = 16
OTHERS = 7
SIZE = 1000


class Bench:
    """The sender and the link under test."""

    def __init__(self, namespace, dev, address, port):
        self.link = ktap.Link(namespace, dev)
        way = sealer.Way(("0.0.0.0", 0), (address, int(port)))
        self.sealer = sealer.Sealer(way, self.link, "s0", "10.77.1.0/24,fd77:1::/64")
        self.sealer.begin(MAKER.udp(4, b"first"))
        enter(namespace)
        self.up = frames.Capture(dev, vnet=True, keep=lambda packet: frames.is_transport(
            packet, frames.TCP))
        self.sequence = 1 << 20
        self.ident = 100

    def segments(self, version, count):
        """The next ones of the flow that is looked at."""
        packets = MAKER.series(version, [SIZE] * count, sequence=self.sequence,
                               ident=self.ident)
        self.sequence += count * SIZE
        self.ident += count
        return packets

    def singles(self, version):
        """One segment of each flow, which are too many for the poll to count as no work:
        GRO may hold packets only after a poll that did work."""
        others = [MAKER.series(version, [SIZE], sequence=self.sequence, ident=self.ident,
                               ports=(4001 + i, 5000))[0] for i in range(OTHERS)]
        return self.segments(version, 1) + others

    def opened(self):
        """Packets that the link has counted; without a program, which takes its time."""
        with open("/proc/self/net/dev", encoding="ascii") as file:
            for line in file:
                name, _, counters = line.partition(":")
                if name.strip() == self.link.dev:
                    return int(counters.split()[1])
        raise RuntimeError(f"no device {self.link.dev}")

    def send(self, packets):
        """Sends these as one batch; returns when the link has opened them."""
        before = self.opened()
        self.sealer.way.send_batches(self.sealer.seal(packets))
        if not ktap.wait_until(lambda: self.opened() >= before + len(packets)):
            raise RuntimeError(f"the link has opened {self.opened() - before} of "
                               f"{len(packets)} segments in 5 s")

    def come(self, packets):
        """The packets that were handed up, and how many super-packets were among them."""
        got, supers, least = [], 0, 1
        while len(got) < len(packets):
            seen = self.up.take(least, outgoing=False, limit_s=2)
            if not seen:
                break
            for one in seen:
                parts = frames.segment(one.packet, one.vnet)
                supers += len(parts) > 1
                got += parts
        return got, supers


def places(packets, got):
    """Where in PACKETS each of GOT is, without what is not in it."""
    place = {packet: i for i, packet in enumerate(packets)}
    return [place[packet] for packet in got if packet in place]


def in_order(bench, name, version):
    """Single segments, which GRO may hold, and a batch behind one of them, several times."""
    for _ in range(ROUNDS):
        singles, batch = bench.singles(version), bench.segments(version, BATCH)
        bench.send(singles)
        bench.send(batch)
        got, supers = bench.come(singles + batch)
        order = places(singles[:1] + batch, got)
        if order != list(range(BATCH + 1)) or not supers:
            ktap.fail(name, f"segments 0 to {BATCH} in order, some of them in super-packets",
                      f"{order} with {supers} super-packets")
            return
    ktap.ok(name)


def held(bench, name, version):
    """What GRO holds for so long is merged with what comes meanwhile."""
    for _ in range(ROUNDS):
        first, second = bench.singles(version), bench.singles(version)
        bench.send(first)
        bench.send(second)
        got, supers = bench.come(first + second)
        if supers and places([first[0], second[0]], got) == [0, 1]:
            ktap.ok(name)
            return
    ktap.fail(name, "super-packets of two segments in some round",
              f"none; at last {len(got)} packets of {2 * len(first)}")


def apply(link, settings):
    """Of the link's NAPI instances; not every kernel has each."""
    lines = [f"[ ! -e /sys/class/net/{link.dev}/{name} ] || "
             f"echo {value} >/sys/class/net/{link.dev}/{name}"
             for name, value in settings.items()]
    ktap.command("ip", "netns", "exec", link.namespace, "sh", "-ec", "\n".join(lines))


def main():
    if len(sys.argv) != 5:
        sys.exit(__doc__)
    bench = Bench(*sys.argv[1:])
    for threaded, timeout_ns, defer in itertools.product((0, 1), (0, 10**9), (0, 2)):
        settings = {"threaded": threaded, "gro_flush_timeout": timeout_ns,
                    "napi_defer_hard_irqs": defer}
        apply(bench.link, settings)
        text = ", ".join(f"{name} {value}" for name, value in settings.items())
        for version in (4, 6):
            ktap.run_case(in_order, bench, f"{text}: IPv{version} in order", version)
            if timeout_ns:
                ktap.run_case(held, bench, f"{text}: IPv{version} merged", version)
    ktap.finish()


main()
