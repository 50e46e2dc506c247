# SPDX-License-Identifier: GPL-2.0
"""Random operations that make traffic: through the links, of all shapes, and at them, by an
attacker who sees the wire. See random_run.py."""
import contextlib
import socket
import struct
import time

from random_mesh import (
    PORT, PRIVATE, PUBLIC, dev, enter, inner, log, outer, outer_version, operation, some_link,
    some_way, spawn)
from cvtest import peer as wg

SO_ZEROCOPY, MSG_ZEROCOPY = 60, 0x4000000
UDP_SEGMENT, UDP_GRO, TCP_MAXSEG = wg.UDP_SEGMENT, 104, 2
SOL_PACKET, PACKET_VNET_HDR, PACKET_QDISC_BYPASS = 263, 15, 20
TCP, UDP = 6, 17
# Programs of a worker that run at the same time.
PROGRAMS = 2
_programs = []


def begin(rng, name, text, limit_s):
    """A program in the background; with too many of them one is killed first."""
    _programs[:] = [one for one in _programs if one.poll() is None]
    if len(_programs) >= PROGRAMS:
        victim = _programs.pop(rng.randrange(len(_programs)))
        victim.send_signal(rng.choice((2, 9, 15)))
    log.note(f"{name}: {text}")
    _programs.append(spawn(name, text, limit_s))
    time.sleep(rng.random() / 2)


@contextlib.contextmanager
def opened(name, *what, blocking=False):
    """A socket in namespace NAME."""
    enter(name)
    sock = socket.socket(*what)
    sock.setblocking(blocking)
    try:
        yield sock
    finally:
        sock.close()


def ip_family(version):
    return socket.AF_INET6 if version == 6 else socket.AF_INET


# ------------------------------------------------------------------- through the links


@operation(traffic=6)
def ping(rng):
    name, other, j = some_way(rng)
    to = rng.choice((inner(other, j), inner(other, j), inner(other, j, 6), f"10.{100 + j}.0.99",
                     f"-b 10.{100 + j}.0.255", f"-I c{j} 224.0.0.1", f"ff02::1%c{j}"))
    size = rng.choice((0, 56, 1000, 1392, 1393, 5000, 20000, 65000))
    how = rng.choice(("", "-M do", "-M dont"))
    begin(rng, name, f"ping -f -q -s {size} {how} -w 5 {to}", 10)


@operation(traffic=6)
def iperf(rng):
    name, other, j = some_way(rng)
    to = inner(other, j, rng.choice((4, 6)))
    how = rng.choice(("-t 4", "-t 4 -R", "-t 4 --bidir", "-t 4 -P 4", "-t 4 -M 88", "-t 4 -Z",
                      "-u -l 64 -b 20M -t 3", "-u -l 1372 -b 0 -t 3",
                      "-u -l 9000 -b 50M -t 3 -R", "-u -l 16 -b 0 -t 3 --bidir"))
    begin(rng, name, f"iperf3 -c {to} {how} --connect-timeout 2000", 8)


@operation(traffic=4)
def tcp(rng):
    """One connection, both ways, sent without copying or in small segments now and then,
    and closed with data in it."""
    name, other, j = some_way(rng)
    version, zero = rng.choice((4, 4, 6)), rng.random() < 0.5
    log.note(f"{name} to {other} by {dev(j)}: TCP, IPv{version}{', zero copy' if zero else ''}")
    family = ip_family(version)
    with opened(other, family, socket.SOCK_STREAM) as listener, \
            opened(name, family, socket.SOCK_STREAM) as near:
        listener.bind((inner(other, j, version), 0))
        listener.listen(1)
        for sock in listener, near:
            sock.settimeout(2)
        near.setsockopt(socket.SOL_SOCKET, SO_ZEROCOPY, int(zero))
        if rng.random() < 0.3:
            near.setsockopt(socket.IPPROTO_TCP, TCP_MAXSEG, rng.choice((88, 536, 1000)))
        near.connect(listener.getsockname()[:2])
        far, _ = listener.accept()
        with far:
            exchange(rng, near, far, MSG_ZEROCOPY if zero else 0)
            if rng.random() < 0.7:
                near.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))


def exchange(rng, near, far, flags):
    data, end = rng.randbytes(65536), time.monotonic() + rng.random() * 1.5
    near.setblocking(False)
    far.setblocking(False)
    while time.monotonic() < end:
        for one, other in ((near, far), (far, near)):
            with contextlib.suppress(BlockingIOError):
                one.send(data[:rng.randrange(1, 65536)], flags if one is near else 0)
            with contextlib.suppress(BlockingIOError):
                other.recv(1 << 20)


@operation(traffic=5)
def datagrams(rng):
    """Datagrams of all sizes, super-packets too, to a socket that is rarely read."""
    name, other, j = some_way(rng)
    version, port = rng.choice((4, 4, 6)), 7000 + rng.randrange(500)
    zero, gso = rng.random() < 0.5, rng.random() < 0.7
    log.note(f"{name} to {other} by {dev(j)}: UDP, IPv{version}{', zero copy' if zero else ''}"
             f"{', super-packets' if gso else ''}")
    family = ip_family(version)
    with opened(name, family, socket.SOCK_DGRAM) as near, \
            opened(other, family, socket.SOCK_DGRAM) as far:
        far.setsockopt(socket.IPPROTO_UDP, UDP_GRO, rng.randrange(2))
        far.bind(("", port))
        near.setsockopt(socket.SOL_SOCKET, SO_ZEROCOPY, int(zero))
        data, end = rng.randbytes(65000), time.monotonic() + rng.random()
        while time.monotonic() < end:
            size = rng.choice((1, 16, 100, 500, 1200, 1372, 1373, 1400, 3000))
            total = min(65000, size * rng.randrange(1, 65)) if gso else rng.randrange(65000)
            with contextlib.suppress(OSError):
                near.setsockopt(socket.IPPROTO_UDP, UDP_SEGMENT, size if gso else 0)
                near.sendto(data[:total], MSG_ZEROCOPY if zero else 0,
                            (inner(other, j, version), port))
            if rng.random() < 0.1:
                with contextlib.suppress(OSError):
                    far.recv(1 << 16)


# ------------------------------------------------------------------- shapes


def some_transport(rng, protocol):
    """A TCP or UDP header that may be true, or anything else, and a payload."""
    size = rng.choice((0, 1, 8, 20, 100, 1400, 3000, 20000, 60000, rng.randrange(65000)))
    data = rng.randbytes(size)
    if protocol == TCP and size > 20:
        head = struct.pack("!HHIIBBHHH", 5201, rng.randrange(65536), 1, 1,
                           rng.choice((5, 5, 15)) << 4, rng.randrange(256), 1000, 0, 0)
        return head + data[20:]
    if protocol == UDP and size > 8:
        return struct.pack("!HHHH", 7000, 7000, rng.choice((size, 8, 0)),
                           rng.randrange(65536)) + data[8:]
    return data


def some_header(rng, name, other, j, version, protocol, length):
    if version == 6:
        protocol = protocol if rng.random() < 0.9 else 0
        return struct.pack("!IHBB", 6 << 28, rng.choice((length, length, 0, 7)), protocol, 64) + \
            socket.inet_pton(socket.AF_INET6, inner(name, j, 6)) + \
            socket.inet_pton(socket.AF_INET6, inner(other, j, 6))
    total = min(20 + length, 65535)
    return struct.pack("!BBHHHBBH4s4s", 0x40 | rng.choice((5, 5, 5, 15, 4)), 0,
                       rng.choice((total, total, 20, 0)), 1,
                       rng.choice((0, 0, 0x4000, 0x2000, 1)), 64, protocol, 0,
                       socket.inet_aton(inner(name, j)), socket.inet_aton(inner(other, j)))


def some_vnet_header(rng, header_bytes, packet_bytes):
    """What a sender may say of its packet: where to sum, how to cut it."""
    kind = rng.choice((0, 0, 1, 4, 3, 5, 0x81, 0x84))
    return struct.pack("<BBHHHH", rng.choice((0, 1, 1, 2)) if not kind else 1, kind,
                       rng.choice((header_bytes + 20, header_bytes + 8, 0, 65535, 40)),
                       rng.choice((1, 8, 100, 536, 1360, 1400, 9000, 65535)) if kind else 0,
                       rng.choice((header_bytes, header_bytes, header_bytes, 0, 14,
                                   packet_bytes & 65535)), rng.choice((16, 6, 16, 6, 0, 2)))


@operation(traffic=4, hostile=3)
def shapes(rng):
    """A packet socket on a link, or on the wire, that says what it likes of its packets."""
    name, other, j = some_way(rng)
    where = rng.choice((dev(j), dev(j), dev(j), "u0"))
    log.note(f"{name} {where}: packets of any shape")
    kind = rng.choice((socket.SOCK_RAW, socket.SOCK_DGRAM))
    with opened(name, socket.AF_PACKET, kind, 0) as sock:
        sock.bind((where, rng.choice((0x800, 0x86dd, 0x800, 3, 0x8100))))
        vnet = rng.random() < 0.8
        sock.setsockopt(SOL_PACKET, PACKET_VNET_HDR, int(vnet))
        sock.setsockopt(SOL_PACKET, PACKET_QDISC_BYPASS, int(rng.random() < 0.4))
        for _ in range(rng.randrange(5, 60)):
            protocol, version = rng.choice((TCP, UDP, 1, 58, 132, 50)), rng.choice((4, 4, 6))
            transport = some_transport(rng, protocol)
            head = some_header(rng, name, other, j, version, protocol, len(transport))
            packet = head + transport
            with contextlib.suppress(OSError):
                sock.send((some_vnet_header(rng, len(head), len(packet)) if vnet else b"") + packet)


@operation(traffic=2)
def capture(rng):
    name, j = some_link(rng)
    where = rng.choice((dev(j), dev(j), "u0", "any"))
    begin(rng, name, f"tcpdump -i {where} -w /dev/null -c {rng.randrange(1, 3000)} "
          f"-B {rng.choice((64, 4096))}", 6)


# ------------------------------------------------------------------- an attacker's


def some_message(rng, public):
    """A message of the protocol, as far as one can be made without keys."""
    kind = rng.choice((1, 2, 3, 4, 4, 4, 0, 9, 255))
    sizes = {1: 148, 2: 92, 3: 64}
    size = sizes.get(kind) or rng.choice((32, 31, 16, 4, 0, 48, 1400, 64, 1452, 33))
    body = struct.pack("<I", kind) + rng.randbytes(max(size - 4, 0))
    if kind in (1, 2) and rng.random() < 0.8:
        body = wg.with_macs(body[:size - 32], public)
    return body[:rng.randrange(len(body) + 1)] if rng.random() < 0.1 else body


@operation(hostile=6)
def forged(rng):
    name, other, j = some_way(rng)
    version = rng.choice((4, outer_version(name, other, j)))
    to = (outer(other, version), PORT + j)
    log.note(f"{name}: forged messages to {other} {dev(j)}")
    with opened(name, ip_family(version), socket.SOCK_DGRAM) as sock:
        for _ in range(rng.randrange(10, 100)):
            body = some_message(rng, PUBLIC[other, j])
            copies = 1
            if rng.random() < 0.3 and body:
                copies = rng.randrange(1, max(2, min(60, 60000 // len(body))))
            last = body[:rng.randrange(len(body))] if copies > 1 and rng.random() < 0.3 else b""
            with contextlib.suppress(OSError):
                sock.setsockopt(socket.IPPROTO_UDP, UDP_SEGMENT, len(body) if copies > 1 else 0)
                sock.sendto(body * copies + last, to)


@operation(hostile=4)
def replayed(rng):
    """What goes over the wire is caught and sent again, changed or not."""
    name, _ = some_link(rng)
    log.note(f"{name}: messages sent again")
    with opened(name, socket.AF_PACKET, socket.SOCK_RAW, socket.htons(3)) as sock:
        sock.bind(("u0", 3))
        sock.settimeout(0.3)
        caught, end = [], time.monotonic() + 0.5
        with contextlib.suppress(socket.timeout):
            while time.monotonic() < end and len(caught) < 50:
                frame, where = sock.recvfrom(1 << 16)
                if where[2] != socket.PACKET_OUTGOING and len(frame) > 60:
                    caught.append(frame)
        for _ in range(100 if caught else 0):
            frame = bytearray(rng.choice(caught))
            for _ in range(rng.choice((0, 0, 1, 3))):
                frame[rng.randrange(42, len(frame))] ^= 1 << rng.randrange(8)
            with contextlib.suppress(OSError):
                sock.send(frame[:1514])


@operation(hostile=2)
def stolen_key(rng):
    """A handshake with a peer's own key from another place, and data with odd counters."""
    name, other, j = some_way(rng)
    log.note(f"{name}: a handshake in its own name with {other} {dev(j)}")
    enter(name)
    me = wg.Me(PUBLIC[other, j], (outer(other), PORT + j), PRIVATE[name, j], local=("0.0.0.0", 0))
    with me.socket as sock:
        start = wg.Initiation(me)
        sock.settimeout(1)
        sock.sendto(start.message, me.remote)
        try:
            session = start.read(sock.recv(2000))
        except (socket.timeout, wg.Refused):
            return
        for _ in range(rng.randrange(1, 6)):
            counter = rng.choice((None, 1 << 20, (1 << 64) - 1, (1 << 64) - (1 << 13) - 3, 5))
            body = rng.randbytes(rng.choice((0, 1, 20, 1400)))
            sock.sendto(session.seal(body, counter=counter), me.remote)
