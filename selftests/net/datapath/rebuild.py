#!/usr/bin/python3
# SPDX-License-Identifier: GPL-2.0
"""What a link makes of batches that come in: series of TCP segments, even and odd, are
sealed by the kernel's own wireguard and sent as UDP super-packets. What the link hands
up, super-packets cut up again by frames.py, and what is forwarded from there to a host
without any offload, must be the packets that were sealed, byte for byte but for what
every router changes. Run by dp-receive.sh in the namespace of the sender.

    rebuild.py NAMESPACE DEV ADDRESS PORT HOST
"""
import collections
import sys

import crafted
from cvtest import frames, ktap, sealer
from cvtest.frames import ACK, CWR, ECE, FIN, PSH, RST, SYN, URG
from cvtest.netns import enter
from crafted import TIMESTAMP

MAKER = crafted.Maker({4: "10.77.1.1", 6: "fd77:1::1"}, {4: "10.9.0.9", 6: "fd09::9"})
CHANCE = MAKER.chance
series, udp, ip = MAKER.series, MAKER.udp, MAKER.ip


# ------------------------------------------------------------------------ cases


def every(version):
    """(name, packets, whether most must become super-packets)"""
    even = [1000] * 16
    yield "segments in order", series(version, even), True
    yield "full segments", series(version, [1420 - (52 if version == 4 else 72)] * 40), True
    yield "the last segment shorter", series(version, even + [7]), True
    yield "segments of one byte", series(version, [1] * 20), False
    yield "segments of odd sizes", series(version, [537] * 11 + [12]), True
    yield "without TCP options", series(version, even, options=b""), True
    yield "the sequence number wraps", series(version, even, sequence=2**32 - 4500), True
    yield "a shorter segment in the middle", series(version, [1000] * 5 + [400] + [1000] * 5), False
    yield "segments of growing sizes", series(version, [100, 200, 400, 800, 1000, 1200]), False
    yield "segments of shrinking sizes", series(version, [1200, 1000, 800, 400, 200, 100]), False
    yield "segments without data among others", series(version,
                                                       [900, 900, 0, 900, 900, 0, 0, 900]), False
    yield "acknowledgements only", series(
        version, [0] * 12, {i: {"ack": 5000 + 100 * i} for i in range(12)}), False
    for name, flags in (("PSH", PSH), ("FIN", FIN), ("CWR", CWR), ("ECE", ECE), ("RST", RST),
                        ("SYN", SYN), ("URG", URG), ("all flags", 255)):
        for i, place in ((0, "first"), (5, "in the middle"), (11, "last")):
            yield f"{name} {place}", series(version, [600] * 12, {
                i: {"flags": ACK | flags, "urgent": 3 if flags & URG else 0}}), False
    yield "PSH on each segment", series(version, even, flags=ACK | PSH), False
    yield "ECE on each segment", series(version, even, flags=ACK | ECE), False
    yield "PSH without ACK on each segment", series(version, even, flags=PSH), False
    for name, words in (("acknowledgement", {"ack": 5001}), ("window", {"window": 501}),
                        ("timestamp", {"options": TIMESTAMP[:-1] + b"\1"}),
                        ("header length", {"options": b""}),
                        ("selective acknowledgement", {"options": bytes.fromhex(
                            "0101050a0000000100000002")}),
                        ("destination port", {"ports": (4000, 5001)}),
                        ("TTL", {"ttl": 63}), ("DSCP", {"tos": 0x28}), ("CE mark", {"tos": 3})):
        yield f"another {name} in the middle", series(version, [700] * 12, {6: words}), False
        yield f"another {name} from the middle on", series(
            version, [700] * 12, {i: words for i in range(6, 12)}), False
    yield "CE on each segment", series(version, even, tos=3), False
    yield "a gap in the sequence", series(version, [600] * 6, sequence=1) + \
        series(version, [600] * 6, sequence=10**6, ident=200), False
    yield "a repeated segment", series(version, [600] * 9, {4: {"shift": -600}}), False
    yield "overlapping segments", series(version, [600] * 9, {4: {"shift": -100}}), False
    yield "segments in reverse order", series(version, [600] * 9)[::-1], False
    one, two = series(version, [600] * 8), series(version, [600] * 8, ports=(7, 8))
    yield "two flows by turns", [p for pair in zip(one, two) for p in pair], False
    both = [udp(version, CHANCE.randbytes(580), ident=i) for i in range(8)]
    yield "TCP and UDP by turns", [p for pair in zip(one, both) for p in pair], False
    yield "UDP datagrams", both, False
    other = series(10 - version, [580 if version == 4 else 620] * 8)
    yield "IPv4 and IPv6 by turns", [p for pair in zip(one, other) for p in pair], False


def every4():
    even = [1000] * 12
    yield "identification wraps", series(4, even, ident=65530), True
    yield "constant identification", series(
        4, even, {i: {"ident": 77} for i in range(12)}), False
    yield "identification 0", series(4, even, {i: {"ident": 0} for i in range(12)}), False
    yield "random identification", series(
        4, even, {i: {"ident": CHANCE.randrange(65536)} for i in range(12)}), False
    yield "constant identification, DF clear", series(
        4, even, {i: {"ident": 77} for i in range(12)}, df=False), False
    yield "DF clear", series(4, even, df=False), False
    yield "DF clear from the middle on", series(
        4, even, {i: {"df": False} for i in range(6, 12)}), False
    packets = [ip(4, frames.TCP, p[20:], ident=i, options=bytes.fromhex("01010100"))
               for i, p in enumerate(series(4, even))]
    yield "IPv4 header with options", packets, False
    packets = series(4, [1000])
    yield "a first fragment among segments", [
        ip(4, frames.TCP, p[20:], ident=3, df=False, part=0x2000)
        for p in packets] + series(4, [968] * 6), False


def every6():
    even = [1000] * 12
    yield "another flow label in the middle", series(6, even, {5: {"flow": 77}}), False
    yield "a flow label", series(6, even, flow=0xabcde), True
    nothing = bytes.fromhex("0600010400000000")
    for name, header in (("hop-by-hop", 0), ("destination", 60), ("routing", 43)):
        body = nothing if header != 43 else bytes.fromhex("0600040000000000")
        yield f"{name} options", series(6, even, extension=body, header=header), False
        yield f"{name} options in the middle", series(6, even, {
            6: {"extension": body, "header": header}}), False
    yield "a fragment header", series(6, even, {
        6: {"extension": bytes.fromhex("0600000100000009"), "header": 44}}), False


# ---------------------------------------------------------------------- running


def flow_of(packet):
    """What keeps its order: a flow, of equal headers outside TCP."""
    try:
        protocol, at, _ = frames.layout(packet)
    except (frames.Bad, IndexError):
        return None
    if protocol not in (frames.TCP, frames.UDP):
        return packet[0] >> 4, protocol
    return packet[0] >> 4, at, protocol, packet[at:at + 4]


def by_flow(packets):
    flows = collections.defaultdict(list)
    for packet in packets:
        flows[flow_of(packet)].append(packet)
    return flows


def unlike(wanted, got, see=lambda packet: packet):
    """The first difference, or nothing; SEE leaves out what may differ."""
    if len(wanted) != len(got):
        return f"{len(got)} packets instead of {len(wanted)}: " + \
            "; ".join(frames.show(p) for p in got[:4])
    wanted, got = by_flow(wanted), by_flow(got)
    for flow, packets in wanted.items():
        for i, packet in enumerate(packets):
            other = got[flow][i] if i < len(got[flow]) else b""
            if see(packet) != see(other):
                return f"packet {i} of {len(packets)}: {frames.show(packet)} became " \
                    f"{frames.show(other)}: {frames.differences(packet, other)}"
    return None


def cut_up(packet, vnet, known):
    """frames.segment(), which cannot know whether identifications are to stay."""
    parts = frames.segment(packet, vnet)
    if len(parts) > 1 and parts[1] not in known:
        parts = frames.segment(packet, vnet, same_ident=True)
    return parts


def first_bad(packets):
    for packet in packets:
        try:
            frames.check(packet, 1420)
        except frames.Bad as error:
            return f"forwarded: {error}: {frames.show(packet)}"
    return None


class Bench:
    """The sender, the link under test, and the host behind it."""

    def __init__(self, namespace, dev, address, port, host):
        self.link = ktap.Link(namespace, dev)
        self.namespace, self.dev, self.host = namespace, dev, host
        way = sealer.Way(("::" if ":" in address else "0.0.0.0", 0), (address, int(port)))
        self.sealer = sealer.Sealer(way, self.link, "s0", "10.77.1.0/24,fd77:1::/64")
        self.sealer.begin(udp(4, b"first"))
        enter(namespace)
        self.up = frames.Capture(dev, vnet=True)
        enter(host)
        self.forwarded = frames.Capture("e0")

    def counted(self):
        return {key: count for key, count in self.link.drops().items() if count}

    def run(self, name, packets, rebuilt):
        datagrams = self.sealer.seal(packets)
        flows = {flow_of(packet) for packet in packets}

        def ours(packet):
            return flow_of(packet) in flows

        self.sealer.way.send_batches(datagrams)
        out = [one.packet for one in
               self.forwarded.take(len(packets), outgoing=False, limit_s=20, keep=ours)]
        seen = self.up.take(0, outgoing=False, keep=ours)
        handed = []
        try:
            for one in seen:
                handed += cut_up(one.packet, one.vnet, packets)
            wrong = unlike(packets, handed)
        except frames.Bad as error:
            wrong = f"{error}: {frames.show(one.packet)} {one.vnet}"
        if wrong:
            wrong = f"handed up: {wrong}; counted so far: {self.counted()}"
        else:
            wrong = unlike(packets, out, frames.without_hops)
            wrong = wrong and f"forwarded: {wrong}"
        if not wrong:
            wrong = first_bad(out)
        if not wrong and rebuilt and len(seen) > (len(packets) + 1) // 2:
            wrong = f"handed up as {len(seen)} packets"
        ktap.true(name, not wrong, f"{len(packets)} packets as they were" +
                  (", in a few super-packets" if rebuilt else ""), wrong)


def main():
    if len(sys.argv) != 6:
        sys.exit(__doc__)
    bench = Bench(*sys.argv[1:])
    for version in (4, 6):
        for name, packets, rebuilt in every(version):
            ktap.run_case(bench.run, f"IPv{version}: {name}", packets, rebuilt)
    for name, packets, rebuilt in every4():
        ktap.run_case(bench.run, f"IPv4: {name}", packets, rebuilt)
    for name, packets, rebuilt in every6():
        ktap.run_case(bench.run, f"IPv6: {name}", packets, rebuilt)
    bench.up.stop()
    bench.forwarded.stop()
    ktap.finish()


main()
