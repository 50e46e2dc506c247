#!/usr/bin/python3
# SPDX-License-Identifier: GPL-2.0
"""What a link makes of the packets it is to send: real traffic from a's link, caught
there as the driver gets it, super-packets and all, cut up by frames.py; and caught at
b, which opens what arrives by the kernel's own wireguard and has its GRO off. Both
must be the same packets, byte for byte. Run by dp-transmit.sh.

    segments.py A B HOST MTU CASE...
"""
import collections
import random
import socket
import sys
import threading
import time

from cvtest import frames, ktap
from cvtest.netns import enter

DEADLINE_S = 60
TCP_MAXSEG = 2
IP_OPTIONS = 4
IPV6_HOPOPTS, IPV6_DSTOPTS = 54, 59
UDP_SEGMENT = 103
HERE = {4: "10.77.0.1", 6: "fd77::1"}
THERE = {4: "10.77.0.2", 6: "fd77::2"}
FAMILY = {4: socket.AF_INET, 6: socket.AF_INET6}


class Pair:
    """Namespaces with a link each, and one of a host behind a."""

    def __init__(self, a, b, host, mtu):
        self.a, self.b, self.host, self.mtu = a, b, host, mtu


def tcp(pair, version, length, tune=lambda sock: None, urgent=False, host=False):
    """LENGTH bytes from a, or the host, to b in writes of random sizes, and a few back."""
    enter(pair.b)
    listener = socket.socket(FAMILY[version], socket.SOCK_STREAM)
    tune(listener)
    listener.bind((THERE[version], 0))
    listener.listen(1)
    enter(pair.host if host else pair.a)
    near = socket.socket(FAMILY[version], socket.SOCK_STREAM)
    tune(near)
    near.settimeout(DEADLINE_S)
    near.connect(listener.getsockname()[:2])
    far, _ = listener.accept()
    far.settimeout(DEADLINE_S)
    if urgent:
        far.setsockopt(socket.SOL_SOCKET, socket.SO_OOBINLINE, 1)
    data = random.Random(length).randbytes(length)

    def send():
        sizes, at = random.Random(version), 0
        while at < length:
            size = sizes.choice((sizes.randrange(1, 200), sizes.randrange(1, 70000)))
            near.sendall(data[at:at + size], socket.MSG_OOB if urgent and size < 200 else 0)
            at += size
        near.shutdown(socket.SHUT_WR)

    thread = threading.Thread(target=send)
    thread.start()
    got = bytearray()
    while True:
        piece = far.recv(1 << 16)
        if not piece:
            break
        got += piece
        if len(got) & 0x4000:
            far.send(b"on")
    thread.join()
    # Nothing is left unread, which would be answered by a reset after all this.
    far.shutdown(socket.SHUT_WR)
    while near.recv(1 << 16):
        pass
    for sock in (near, far, listener):
        sock.close()
    if bytes(got) != data:
        raise RuntimeError(f"{length} bytes sent, {len(got)} came or they differ")


def compare(name, handed, arrived, supers):
    """The packets handed to the link and those that arrived: the same."""
    wanted = collections.Counter(handed)
    found = collections.Counter(arrived)
    missing, extra = list((wanted - found).elements()), list((found - wanted).elements())
    got = f"{len(missing)} missing, {len(extra)} others"
    if missing:
        got += f"; missing {frames.show(missing[0])}"
    if extra:
        got += f"; other {frames.show(extra[0])}"
    if missing and extra:
        got += f"; {frames.differences(missing[0], extra[0])}"
    ktap.true(f"{name}: {len(handed)} packets arrive unchanged", not missing and
              not extra, "the same packets", got)
    # Two CPUs may hand packets over, and send them, at once: order is not certain.
    place = {packet: i for i, packet in enumerate(handed)}
    late, latest = 0, 0
    for packet in arrived:
        late += place.get(packet, latest) < latest
        latest = max(latest, place.get(packet, 0))
    ktap.note(f"{name}: {supers} super-packets; {late} packets came late")


def check_all(name, packets, mtu):
    try:
        for packet in packets:
            frames.check(packet, mtu)
    except frames.Bad as error:
        ktap.fail(f"{name}: lengths and checksums", "right ones",
                  f"{error}: {frames.show(packet)}")
    else:
        ktap.ok(f"{name}: lengths and checksums")


def observe(pair, name, traffic, supers=True):
    """Runs TRAFFIC and compares what went in with what came out."""
    name = f"MTU {pair.mtu}, {name}"

    def of_interest(packet):
        return not frames.is_transport(packet, frames.ICMP6) or len(packet) > 200

    enter(pair.a)
    before = frames.Capture("cv0", vnet=True, keep=of_interest)
    enter(pair.b)
    after = frames.Capture("cv0", keep=of_interest)
    traffic()
    before.quiet()
    handed, count = [], 0
    for seen in before.stop():
        if seen.outgoing:
            handed += frames.segment(seen.packet, seen.vnet)
            count += seen.vnet.type != frames.GSO_NONE
    arrived = [seen.packet for seen in after.take(len(handed), outgoing=False)]
    after.stop()
    check_all(name, arrived, pair.mtu)
    compare(name, handed, arrived, count)
    if before.refused:
        ktap.fail(f"{name}: packets that the capture refused", 0,
                  before.refused)
    if supers:
        ktap.between(f"{name}: number of super-packets", 1, 10**6, count)
    return arrived


# ----------------------------------------------------------------------- cases


def plain(pair):
    for version in (4, 6):
        observe(pair, f"TCP over IPv{version}", lambda v=version: tcp(pair, v, 150000))


def maxseg(pair):
    for size in (88, 537, 1001):
        def tune(sock, size=size):
            sock.setsockopt(socket.IPPROTO_TCP, TCP_MAXSEG, size)
        for version in (4, 6):
            observe(pair, f"TCP over IPv{version}, segments up to {size}",
                    lambda v=version, t=tune: tcp(pair, v, 20000 + 50 * size, t))


def sysctl(pair, name, value):
    """Sets it at both ends; b's settles what is agreed on, too."""
    for namespace in (pair.a, pair.b):
        ktap.command("ip", "netns", "exec", namespace, "sysctl", "-qw", f"{name}={value}")


def options(pair):
    sysctl(pair, "net.ipv4.tcp_timestamps", 0)
    sysctl(pair, "net.ipv4.tcp_sack", 0)
    for version in (4, 6):
        observe(pair, f"TCP over IPv{version} without timestamps",
                lambda v=version: tcp(pair, v, 80000))
    sysctl(pair, "net.ipv4.tcp_timestamps", 1)
    sysctl(pair, "net.ipv4.tcp_sack", 1)

    def with_ip_options(sock):
        # No operation three times, then a router alert.
        sock.setsockopt(socket.IPPROTO_IP, IP_OPTIONS, bytes.fromhex("0101010194040000"))

    observe(pair, "TCP with IPv4 options", lambda: tcp(pair, 4, 100000, with_ip_options))

    def with_hop_options(sock):
        # Padding of 6 bytes: the kernel fills in what comes next.
        sock.setsockopt(socket.IPPROTO_IPV6, IPV6_HOPOPTS, bytes.fromhex("0000010400000000"))

    def with_destination_options(sock):
        sock.setsockopt(socket.IPPROTO_IPV6, IPV6_DSTOPTS, bytes.fromhex("0000010400000000"))

    observe(pair, "TCP with IPv6 hop-by-hop options",
            lambda: tcp(pair, 6, 100000, with_hop_options), supers=False)
    observe(pair, "TCP with IPv6 destination options",
            lambda: tcp(pair, 6, 100000, with_destination_options), supers=False)
    for version in (4, 6):
        observe(pair, f"TCP over IPv{version} with urgent data",
                lambda v=version: tcp(pair, v, 100000, urgent=True))


def ecn(pair):
    sysctl(pair, "net.ipv4.tcp_ecn", 1)
    # b's stack finds every 40th packet marked: it has been caught unmarked by then.
    ktap.command("ip", "netns", "exec", pair.b, "nft", "add table inet stamp; "
                 "add chain inet stamp in { type filter hook prerouting priority -150; }; "
                 "add rule inet stamp in iifname cv0 meta length > 1000 numgen inc mod 40 0 "
                 "ip ecn set ce; add rule inet stamp in iifname cv0 meta length > 1000 "
                 "numgen inc mod 40 0 ip6 ecn set ce")
    for version in (4, 6):
        arrived = observe(pair, f"TCP over IPv{version} with ECN",
                          lambda v=version: tcp(pair, v, 250000))
        told = sum(1 for packet in arrived if frames.is_transport(packet, frames.TCP) and
                   packet[frames.layout(packet)[1] + 13] & frames.CWR and
                   not packet[frames.layout(packet)[1] + 13] & frames.SYN)
        ktap.between(f"TCP over IPv{version} with ECN: segments with CWR", 1, 10**6, told)
    ktap.command("ip", "netns", "exec", pair.b, "nft", "delete table inet stamp")
    sysctl(pair, "net.ipv4.tcp_ecn", 2)


def udp_super(pair):
    """UDP super-packets of sizes of all sorts, the last datagram shorter. 6.1 has no
    words for them in a capture: what must come is known from what was sent."""
    for version in (4, 6):
        name = f"MTU {pair.mtu}, UDP super-packets over IPv{version}"
        most = pair.mtu - (28 if version == 4 else 48)
        enter(pair.b)
        far = socket.socket(FAMILY[version], socket.SOCK_DGRAM)
        far.setsockopt(socket.SOL_SOCKET, frames.SO_RCVBUFFORCE, 1 << 24)
        far.bind((THERE[version], 0))
        far.settimeout(10)
        after = frames.Capture("cv0", keep=lambda p: frames.is_transport(p, frames.UDP))
        enter(pair.a)
        near = socket.socket(FAMILY[version], socket.SOCK_DGRAM)
        near.bind((HERE[version], 0))
        near.connect(far.getsockname()[:2])
        wanted = []
        chance = random.Random(version)
        for size in (1, 2, 15, 16, 17, 88, 333, 500, 999, 1000, most - 17, most - 16,
                     most - 1, most):
            count = min(chance.randrange(2, 64), (65000 - 8) // size)
            tail = chance.randrange(1, size + 1)
            data = chance.randbytes(size * (count - 1) + tail)
            near.setsockopt(socket.IPPROTO_UDP, UDP_SEGMENT, size)
            near.send(data)
            parts = [data[i:i + size] for i in range(0, len(data), size)]
            got = [far.recv(1 << 16) for _ in parts]
            if sorted(got) != sorted(parts):
                raise RuntimeError(f"{count - 1} datagrams of {size} bytes and one of {tail}"
                                   " came with other contents")
            wanted += parts
        ktap.ok(f"{name}: every datagram arrives unchanged")
        arrived = [seen.packet for seen in after.take(len(wanted), outgoing=False)]
        after.stop()
        check_all(name, arrived, pair.mtu)
        payloads = [packet[frames.layout(packet)[1] + 8:] for packet in arrived]
        ktap.equal(f"{name}: as many packets as datagrams", len(wanted), len(payloads))
        near.close()
        far.close()


def udp_large(pair):
    """Datagrams that go in inner fragments, and small ones in a row."""
    def traffic(version):
        enter(pair.b)
        far = socket.socket(FAMILY[version], socket.SOCK_DGRAM)
        far.setsockopt(socket.SOL_SOCKET, frames.SO_RCVBUFFORCE, 1 << 24)
        far.bind((THERE[version], 0))
        far.settimeout(10)
        enter(pair.a)
        near = socket.socket(FAMILY[version], socket.SOCK_DGRAM)
        near.connect(far.getsockname()[:2])
        for size in (0, 1, pair.mtu - 48, pair.mtu, 5000, 20000, 65000):
            data = random.Random(size).randbytes(size)
            near.send(data)
            if far.recv(1 << 17) != data:
                raise RuntimeError(f"a datagram of {size} bytes changed")
        for _ in range(30):
            near.send(bytes(1000))
        for _ in range(30):
            far.recv(1 << 16)
        near.close()
        far.close()

    for version in (4, 6):
        observe(pair, f"UDP and fragments over IPv{version}",
                lambda v=version: traffic(v), supers=False)


def forwarded(pair):
    """From a host behind a: its own super-packets, then those a's GRO has made."""
    def host(*words):
        ktap.command("ip", "netns", "exec", pair.host, *words)

    for tso in ("on", "off"):
        host("ethtool", "-K", "e0", "tso", tso, "gso", tso)
        ktap.command("ip", "netns", "exec", pair.a, "ethtool", "-K", "e1", "gro", "on")
        for version in (4, 6):
            name = "host's GSO" if tso == "on" else "a's GRO"
            observe(pair, f"TCP over IPv{version} forwarded, {name}",
                    lambda v=version: tcp(pair, v, 120000, host=True), supers=tso == "on")


CASES = {one.__name__: one for one in (plain, maxseg, options, ecn, udp_super, udp_large,
                                       forwarded)}


def main():
    if len(sys.argv) < 6:
        sys.exit(__doc__)
    pair = Pair(*sys.argv[1:4], int(sys.argv[4]))
    for case in sys.argv[5:]:
        ktap.run_case(CASES[case], pair)
    ktap.finish()


main()
