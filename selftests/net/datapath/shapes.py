#!/usr/bin/python3
# SPDX-License-Identifier: GPL-2.0
"""Packets of every shape that drivers, GRO and virtual machines make, into a link from
both sides: by the test module cv_test_inject, and by packet sockets with any offload
header. Valid packets come out right; invalid ones are refused whole or come out right.
Run by dp-shapes.sh in the namespace of the peer.

    shapes.py NAMESPACE DEV ADDRESS PORT
"""
import os
import random
import socket
import struct
import sys
import time

import crafted
from cvtest import frames, ktap, sealer
from cvtest.netns import enter

PORT = 4000
COUNT = 8
TO = {4: "10.77.0.1", 6: "fd77::1"}
TRANSMIT, CLONED, SHARED, UNNECESSARY = 1, 2, 4, 8
TCPV4, DODGY, TCPV6, UDP_TUNNEL_CSUM, UFO, UDP_L4, FRAGLIST = (
    1 << bit for bit in (0, 1, 4, 11, 16, 17, 18))
FIELDS = ("ifindex flags protocol linear_bytes frag_bytes list_bytes list_count gso_size "
          "gso_type gso_segs csum_start csum_offset transport").split()


class Bench:
    def __init__(self, namespace, dev, address, port):
        self.namespace, self.dev, self.address = namespace, dev, address
        self.port = int(port)
        self.link = ktap.Link(namespace, dev)
        self.way = sealer.Way(("0.0.0.0", 0), (address, self.port))
        self.sealer = sealer.Sealer(self.way, self.link, "s1", "10.77.1.0/24,fd77:1::/64",
                                    mtu=9000)
        ktap.command("ethtool", "-K", "s1", "gro", "off")
        self.inward = crafted.Maker({4: "10.77.1.1", 6: "fd77:1::1"}, TO, (3000, PORT))
        self.outward = crafted.Maker(TO, {4: "10.77.1.1", 6: "fd77:1::1"}, (PORT, 6000))
        # Nothing there answers what comes out.
        ktap.command("nft", "add table inet quiet; add chain inet quiet in { type filter "
                     "hook prerouting priority -300; }; add rule inet quiet in iifname s1 drop")
        self.sealer.begin(self.inward.udp(4, b"first"))
        self.device = open("/dev/cv_inject", "wb", buffering=0)
        self.serial, self.drops = 0, self.link.drops()
        self.out = frames.Capture("s1", keep=lambda packet: frames.is_transport(
            packet, frames.TCP, frames.UDP))

    def inside(self):
        enter(self.namespace)

    def inject(self, dev, packet, **how):
        """PACKET in the shape given by HOW; returns the error, if any."""
        how["ifindex"] = socket.if_nametoindex(dev)
        how.setdefault("linear_bytes", len(packet))
        how.setdefault("protocol", frames.ETH_P_IPV6 if packet[0] >> 4 == 6
                       else frames.ETH_P_IP)
        head = struct.pack(f"{len(FIELDS)}I", *(how.pop(field, 0) for field in FIELDS))
        if how:
            raise ValueError(f"no such fields: {how}")
        try:
            self.device.write(head + packet)
        except OSError as error:
            return error
        return None

    def counted(self):
        """What the link has refused since the last look."""
        before, self.drops = self.drops, self.link.drops()
        return {key: count - before.get(key, 0) for key, count in self.drops.items()
                if count != before.get(key, 0)}

    def works(self, what):
        """A plain packet still goes in, and one comes out."""
        payload = os.urandom(40)
        self.way.send(self.sealer.seal([self.inward.udp(4, payload)])[0])
        got = self.sink.take(1)
        ktap.true(f"{what}: the link works", payload in got, "a datagram", got)


# --------------------------------------------------------------------- coming in


def outer(bench, payload):
    """A datagram as b's stack would send it, of any length."""
    source = socket.inet_aton("198.51.100.2")
    destination = socket.inet_aton(bench.address)
    sport = bench.way.socket.getsockname()[1]
    udp = struct.pack(">HHHH", sport, bench.port, 8 + len(payload) & 0xffff, 0) + payload
    head = struct.pack(">BBHHHBBH4s4s", 0x45, 0, 28 + len(payload) & 0xffff, 1, 0x4000, 64,
                       frames.UDP, 0, source, destination)
    return head[:10] + struct.pack(">H", frames.checksum(head)) + head[12:] + udp


def batch(bench, count, size):
    """(payloads, datagrams) of COUNT equal ones."""
    inside = []
    for _ in range(count):
        bench.serial += 1
        inside.append(struct.pack(">I", bench.serial) + os.urandom(size - 4))
    return inside, bench.sealer.seal([bench.inward.udp(4, one) for one in inside])


def incoming(bench, name, may_refuse=False, count=COUNT, size=200, **how):
    """A super-packet of COUNT datagrams comes in as HOW says."""
    inside, datagrams = batch(bench, count, size)
    how = {"flags": 0, "gso_size": len(datagrams[0]), "gso_segs": count, "gso_type": UDP_L4,
           "transport": 20, "csum_start": 20, "csum_offset": 6, **how}
    error = bench.inject("va", outer(bench, b"".join(datagrams)), **how)
    got = bench.sink.take(0 if may_refuse else count, more_s=0.15 if may_refuse else 0.03)
    if got == inside:
        ktap.ok(f"rx super-packet: {name}")
        return
    counted = bench.counted()
    if may_refuse and not got:
        ktap.ok(f"rx super-packet: {name}")
        ktap.note(f"rx super-packet: {name}: refused, {counted or 'by the stack'}")
    else:
        ktap.fail(f"rx super-packet: {name}", f"all {count} datagrams" + (" or none" * may_refuse),
                  f"{len(got)} of them, in order: {got == inside[:len(got)]}; "
                  f"{counted}; {error}")


def come_in(bench):
    """Super-packets of the outer network."""
    bench.inside()
    bench.sink = sealer.Sink(TO[4], PORT)
    incoming(bench, "in one piece")
    for frag in (4096, 1500, 300, 150):
        incoming(bench, f"headers linear, the rest in frags of {frag}",
                 linear_bytes=28, frag_bytes=frag)
    incoming(bench, "a part of the first datagram linear", linear_bytes=100,
             frag_bytes=1000)
    incoming(bench, "nothing linear", linear_bytes=0, frag_bytes=1000)
    for linear in (20, 24, 36):
        incoming(bench, f"{linear} bytes linear", linear_bytes=linear, frag_bytes=1000)
    message = len(batch(bench, 1, 200)[1][0])
    for linear in (28, 28 + message):
        incoming(bench, f"frag_list of a datagram each, {linear} bytes linear",
                 linear_bytes=linear, list_bytes=message, list_count=COUNT)
    for size in (10, 100, 333, 1000):
        incoming(bench, f"frag_list of {size} bytes each", linear_bytes=28,
                 list_bytes=size, list_count=1000)
    incoming(bench, "frags and frag_list", linear_bytes=28, frag_bytes=700,
             list_bytes=100, list_count=3)
    shapes = (("in one piece", {}), ("in fragments", {"linear_bytes": 28, "frag_bytes": 700}),
              ("frag_list", {"linear_bytes": 28, "list_bytes": 100, "list_count": 1000}))
    for shape, how in shapes:
        for flag, what in ((CLONED, "cloned"), (SHARED, "shared"),
                           (CLONED | SHARED, "cloned and shared")):
            incoming(bench, f"{shape}, {what}", flags=flag, **how)
        incoming(bench, f"{shape}, CHECKSUM_UNNECESSARY", flags=UNNECESSARY,
                 csum_start=0, may_refuse=True, **how)
        incoming(bench, f"{shape}, gso_type with DODGY", may_refuse=True,
                 gso_type=UDP_L4 | DODGY, gso_segs=0, **how)
        incoming(bench, f"{shape}, gso_type with UDP_TUNNEL_CSUM",
                 gso_type=UDP_L4 | UDP_TUNNEL_CSUM,
                 **how)
    for count in (2, 33, 63, 64):
        incoming(bench, f"{count} datagrams", count=count, size=120)
    for count in (65, 100, 128, 129, 250):
        incoming(bench, f"{count} datagrams", may_refuse=True, count=count, size=120)
    bench.works("after super-packets")


def lies(bench):
    """Super-packets with wrong GSO fields."""
    message = len(batch(bench, 1, 200)[1][0])
    for size in (1, 2, 3, 4, 15, 31, 32, 33, message - 1, message + 1, 3 * message, 65535):
        incoming(bench, f"wrong gso_size {size}", may_refuse=True,
                 gso_size=size)
    incoming(bench, "gso_size 0", may_refuse=True, gso_size=0)
    for segs in (0, 1, 65535):
        incoming(bench, f"wrong gso_segs {segs}", gso_segs=segs)
    incoming(bench, "gso_type TCPV4", may_refuse=True, gso_type=TCPV4)
    incoming(bench, "gso_type TCPV6", may_refuse=True, gso_type=TCPV6)
    incoming(bench, "unknown gso_type", may_refuse=True, gso_type=1 << 30)
    incoming(bench, "gso_type FRAGLIST without a frag_list", may_refuse=True,
             gso_type=UDP_L4 | FRAGLIST)
    # One large datagram, to be cut into IP fragments where that is needed.
    for shape, how in (("in one piece", {}), ("in fragments", {"linear_bytes": 28})):
        # (Stacks of today refuse it before a tunnel can see it.)
        incoming(bench, f"a large datagram, {shape}, gso_type UFO", may_refuse=True, count=1,
                 size=5000, gso_type=UFO, gso_size=1480, gso_segs=4, **how)
    bench.works("after wrong GSO fields")


# -------------------------------------------------------------------- going out


def vnet_of(packet, size=0):
    """What the stack says about a packet of its own whose checksum is to be made."""
    protocol, at, _ = frames.layout(packet)
    offset = 16 if protocol == frames.TCP else 6
    kind = frames.GSO_NONE
    if size:
        kind = {frames.UDP: frames.GSO_UDP_L4}.get(
            protocol, frames.GSO_TCPV4 if packet[0] >> 4 == 4 else frames.GSO_TCPV6)
    return frames.Vnet(frames.NEEDS_CSUM, kind, 0, size, at, offset)


def unsummed(packet):
    """The packet with only the pseudo-header in its checksum field, as senders leave it."""
    protocol, at, end = frames.layout(packet)
    field = at + (16 if protocol == frames.TCP else 6)
    value = frames.total(frames.pseudo(packet, protocol, end - at))
    return packet[:field] + struct.pack(">H", value) + packet[field + 2:]


GSO = {frames.GSO_TCPV4: TCPV4, frames.GSO_TCPV6: TCPV6, frames.GSO_UDP_L4: UDP_L4,
       frames.GSO_NONE: 0}


def outgoing(bench, name, packet, size=0, may_refuse=False, segments=None, **how):
    """A super-packet is sent through the link as HOW says."""
    vnet = vnet_of(packet, size)
    try:
        wanted = frames.segment(packet, vnet)
    except frames.Bad:
        # Less than a segment: it is one.
        wanted = [frames.finish(packet, vnet)]
    head = vnet.start + (frames.tcp_header_bytes(packet, vnet.start)
                         if frames.layout(packet)[0] == frames.TCP else 8)
    how = {"flags": 0, "gso_type": GSO[vnet.type], "gso_size": size,
           "gso_segs": -(-(len(packet) - head) // size) if size else 0,
           "csum_start": vnet.start, "csum_offset": vnet.offset, "transport": vnet.start,
           **how}
    how["flags"] |= TRANSMIT
    error = bench.inject(bench.dev, unsummed(packet), **how)
    out = [one.packet for one in bench.out.take(
        1 if may_refuse else len(wanted), outgoing=False, limit_s=0.2 if may_refuse else 10)]
    if sorted(out) == sorted(wanted) and (wanted or may_refuse):
        ktap.ok(f"tx: {name}")
    elif may_refuse and not out:
        ktap.ok(f"tx: {name}")
        ktap.note(f"tx: {name}: refused")
    else:
        first = next((p for p in out if p not in wanted), b"")
        like = next((p for p in wanted if p not in out), b"")
        ktap.fail(f"tx: {name}", f"{len(wanted)} packets" + " or none" * may_refuse,
                  f"{len(out)}; {bench.counted()}; {error}; {first and frames.show(first)}; "
                  f"{first and like and frames.differences(like, first)}")


def inner(bench, version, length, protocol=frames.TCP, **words):
    payload = bench.outward.chance.randbytes(length)
    if protocol == frames.UDP:
        return bench.outward.udp(version, payload, **words)
    return bench.outward.tcp(version, 10**6, payload, **words)


def go_out(bench):
    """Packets of the inner network."""
    for version in (4, 6):
        head = (20 if version == 4 else 40) + 32
        name = f"IPv{version}, TCP"
        tcp = inner(bench, version, 8000)
        outgoing(bench, f"{name}, in one piece", tcp, 1000)
        for frag in (4096, 1000, 700):
            outgoing(bench, f"{name}, the payload in frags of {frag}", tcp, 1000,
                     linear_bytes=head, frag_bytes=frag)
        for linear in (0, 1, 10, 20, 30, 45, head - 1, head + 1, head + 500):
            outgoing(bench, f"{name}, {linear} bytes linear", tcp, 1000,
                     linear_bytes=linear, frag_bytes=2000)
        # As GRO makes them of packets that are in line: a list of one segment each.
        outgoing(bench, f"{name}, frag_list of segments", tcp, 1000, linear_bytes=head,
                 list_bytes=1000, list_count=7)
        for flag, what in ((CLONED, "cloned"),):
            outgoing(bench, f"{name}, {what}", tcp, 1000, flags=flag, linear_bytes=head)
            outgoing(bench, f"{name}, frag_list, {what}", tcp, 1000, flags=flag,
                     linear_bytes=head, list_bytes=1000, list_count=7)
        outgoing(bench, f"{name}, gso_type with DODGY", tcp, 1000,
                 linear_bytes=head, gso_type=(TCPV4 if version == 4 else TCPV6) | DODGY,
                 gso_segs=0)
        outgoing(bench, f"{name}, 60000 bytes in segments of 1448", inner(bench, version, 60000),
                 1448, linear_bytes=head)
        for size in (1, 9, 36):
            outgoing(bench, f"{name}, 300 bytes in segments of {size}",
                     inner(bench, version, 300), size, linear_bytes=head)
        outgoing(bench, f"{name}, one segment with gso_size of more", inner(bench, version, 900),
                 1000, may_refuse=True)
        outgoing(bench, f"{name}, no super-packet, in one piece", inner(bench, version, 900))
        outgoing(bench, f"{name}, no super-packet, in fragments", inner(bench, version, 1200),
                 linear_bytes=head - 5, frag_bytes=100)
        outgoing(bench, f"{name}, no super-packet, frag_list", inner(bench, version, 1200),
                 linear_bytes=head, list_bytes=77, list_count=1000)
        flags = frames.ACK | frames.FIN | frames.PSH | frames.CWR | frames.ECE
        outgoing(bench, f"{name}, FIN, PSH, CWR and ECE set",
                 inner(bench, version, 5000, flags=flags, urgent=0), 1000, linear_bytes=head)
        name = f"IPv{version}, UDP"
        head -= 24
        udp = inner(bench, version, 8007, frames.UDP)
        outgoing(bench, f"{name}, in one piece", udp, 1000)
        for linear in (0, 10, 25, head, head + 300):
            outgoing(bench, f"{name}, {linear} bytes linear", udp, 1000,
                     linear_bytes=linear, frag_bytes=2500)
        outgoing(bench, f"{name}, no super-packet", inner(bench, version, 1000, frames.UDP))
        outgoing(bench, f"{name}, no super-packet, in fragments", inner(
            bench, version, 1000, frames.UDP), linear_bytes=3, frag_bytes=100)
        outgoing(bench, f"{name}, one datagram with gso_size of more",
                 inner(bench, version, 700, frames.UDP), 1000, may_refuse=True)
    packet = inner(bench, 4, 6000)
    packet = bench.outward.ip(4, frames.TCP, packet[20:], ident=65533,
                              options=bytes.fromhex("0101010194040000"))
    outgoing(bench, "IPv4 header with options", packet, 1000, linear_bytes=60)
    nothing = bytes.fromhex("0600010400000000")
    for kind, header in (("hop-by-hop", 0), ("destination", 60)):
        outgoing(bench, f"IPv6 {kind} options", inner(bench, 6, 6000, extension=nothing,
                                                      header=header), 1000, linear_bytes=90)
    bench.works("after super-packets out")


# --------------------------------------------------------- nonsense going out


def say(bench, packet, vnet):
    """PACKET into the link with offload header VNET, as from a virtual machine."""
    try:
        bench.raw.send(frames.VNET.pack(*vnet) + packet)
    except OSError as error:
        return error
    return None


def sane(packets):
    """Whatever was refused or not: what comes out is an IP packet of its own length."""
    for packet in packets:
        _, _, end = frames.layout(packet)
        if end != len(packet):
            return f"{frames.show(packet)} has {len(packet)} bytes"
    return None


def nonsense(bench):
    """Wrong offload headers of packet sockets and virtual machines."""
    bench.inside()
    bench.raw = socket.socket(socket.AF_PACKET, socket.SOCK_RAW, 0)
    bench.raw.setsockopt(frames.SOL_PACKET, frames.PACKET_VNET_HDR, 1)
    bench.raw.bind((bench.dev, frames.ETH_P_IP))
    four, six = unsummed(inner(bench, 4, 4000)), unsummed(inner(bench, 6, 4000))
    udp = unsummed(inner(bench, 4, 4000, frames.UDP))
    right = vnet_of(four, 1000)._replace(header_bytes=52)
    cases = [("right words", four, right)]
    for size in (1, 2, 3947, 4000, 4001, 30000, 65535):
        cases.append((f"segments of {size}", four, right._replace(size=size)))
    for header in (0, 1, 19, 20, 40, 51, 53, 200, 4052, 65535):
        cases.append((f"a header of {header} bytes", four,
                      right._replace(header_bytes=header)))
    for start in (0, 1, 19, 21, 40, 4050, 4052, 65535):
        cases.append((f"a checksum from {start}", four, right._replace(start=start)))
    for offset in (0, 1, 15, 17, 4000, 4030, 4031, 65535):
        cases.append((f"a checksum at {offset}", four, right._replace(offset=offset)))
    cases += [
        ("no checksum wanted", four, right._replace(flags=0)),
        ("TCP over IPv6 said of IPv4", four, right._replace(type=frames.GSO_TCPV6)),
        ("TCP over IPv4 said of IPv6", six, vnet_of(six, 1000)._replace(type=frames.GSO_TCPV4)),
        ("TCP said of UDP", udp, vnet_of(udp, 1000)._replace(type=frames.GSO_TCPV4)),
        ("UDP said of TCP", four, right._replace(type=frames.GSO_UDP_L4)),
        ("UFO said of TCP", four, right._replace(type=frames.GSO_UDP)),
        ("UFO", udp, vnet_of(udp, 1000)._replace(type=frames.GSO_UDP, header_bytes=28)),
        ("UDP super-packet", udp, vnet_of(udp, 1000)),
        ("ECN said without a mark", four, right._replace(type=frames.GSO_TCPV4 | 0x80)),
        ("a type nobody knows", four, right._replace(type=77)),
        ("a fragment", bench.outward.ip(4, frames.TCP, four[20:], df=False, part=0x2000), right),
        ("a later fragment", bench.outward.ip(4, frames.TCP, four[20:], df=False, part=9),
         right),
        ("an IPv4 header of 60 bytes", b"\x4f" + four[1:], right),
        ("an IPv4 header of 16 bytes", b"\x44" + four[1:], right),
        ("a TCP header of 60 bytes", four[:32] + b"\xf0" + four[33:], right),
        ("a TCP header of 0 bytes", four[:32] + b"\0" + four[33:], right),
        ("an IPv4 length of 20", four[:2] + b"\0\x14" + four[4:], right),
        ("an IPv4 length of 65535", four[:2] + b"\xff\xff" + four[4:], right),
        ("an IPv6 length of 0", six[:4] + b"\0\0" + six[6:], vnet_of(six, 1000)),
        ("an endless chain of IPv6 headers", six[:6] + b"\0" + six[7:40] + bytes(4000),
         vnet_of(six, 1000)),
        ("IP version 5", b"\x55" + four[1:], right),
        ("IP version 6 said of IPv4", b"\x65" + four[1:], right),
    ]
    for cut in (1, 19, 20, 21, 39, 51, 52, 53):
        cases.append((f"cut to {cut} bytes", four[:cut], right))
        cases.append((f"cut to {cut} bytes, IPv6", six[:cut], vnet_of(six, 1000)))
    for _, packet, vnet in cases:
        say(bench, packet, vnet)
    bench.out.quiet(0.3)
    out = [one.packet for one in bench.out.take(0, outgoing=False)]
    wrong = sane_or_same(out, [p for _, p, _ in cases])
    ktap.true(f"tx: {len(cases)} packets with wrong offload headers: sent right or refused",
              not wrong,
              "packets that are right or as they were given", wrong)
    whole = frames.segment(four, right)
    ktap.true("tx: a right offload header among wrong ones: all segments are sent",
              all(one in out for one in whole),
              f"{len(whole)} segments", f"{len(out)} packets without them")
    bench.works("after wrong offload headers")


def sane_or_same(packets, given):
    """Neither longer than its header says nor of bytes that were not given."""
    given = set(given)
    for packet in packets:
        if packet in given:
            continue
        try:
            wrong = sane([packet])
        except (frames.Bad, IndexError) as error:
            wrong = str(error)
        if wrong:
            return wrong
    return None


def chance(bench):
    """Random packets and offload headers."""
    dice = random.Random(3)
    kinds = (0, 1, 4, 3, 5, 0x81, 0x84)
    given = []
    end = time.monotonic() + 3
    while time.monotonic() < end and len(given) < 1000:
        packet = bytearray(inner(bench, dice.choice((4, 6)), dice.randrange(0, 9000),
                                 dice.choice((frames.TCP, frames.UDP))))
        for _ in range(dice.choice((0, 0, 1, 3))):
            packet[dice.randrange(0, min(len(packet), 80))] = dice.randrange(256)
        packet = bytes(packet[:dice.randrange(1, len(packet) + 1)]
                       if dice.random() < 0.2 else packet)
        vnet = frames.Vnet(dice.choice((0, 1)), dice.choice(kinds),
                           dice.choice((0, 40, 52, 72, dice.randrange(65536))),
                           dice.choice((1, 88, 1000, 1448, dice.randrange(65536))),
                           dice.choice((20, 40, dice.randrange(9000))),
                           dice.choice((6, 16, dice.randrange(9000))))
        say(bench, packet, vnet)
        given.append(packet)
    bench.out.quiet(0.3)
    out = [one.packet for one in bench.out.take(0, outgoing=False)]
    ktap.note(f"{len(given)} packets at random: {len(out)} came out")
    bench.works("after random packets")


def main():
    if len(sys.argv) != 5:
        sys.exit(__doc__)
    bench = Bench(*sys.argv[1:])
    for case in (come_in, lies, go_out, nonsense, chance):
        ktap.run_case(case, bench)
    ktap.finish()


main()
