#!/usr/bin/python3
# SPDX-License-Identifier: GPL-2.0
"""Streams between two network namespaces, both ways at once, in writes of random sizes,
compared by SHA-256; and UDP super-packets both ways, compared byte by byte. Run by
dp-content.sh and dp-qdisc.sh. One process holds both ends.

    stream.py tcp CLIENT SERVER ADDRESS BYTES [STREAMS [MAXSEG]]
    stream.py udp CLIENT SERVER ADDRESS LARGEST-DATAGRAM
    stream.py wire CLIENT SERVER ADDRESS BYTES DEV
    stream.py serve

`wire` is tcp with a look at what comes in by DEV of the server, which has no offloads:
all checksums, lengths, sequence numbers and IPv4 identifications. `serve` does
what each line of its input says, of the above, and answers with a line of the status
and what was printed: starting Python takes longer than most streams do.
"""
import functools
import os
import random
import select
import socket
import struct
import sys

from cvtest import frames, streams
from cvtest.netns import enter

DEADLINE_S = 90
TCP_MAXSEG, UDP_SEGMENT, UDP_GRO = 2, 103, 104


def die(text):
    sys.exit(f"stream: {text}")


def new_socket(address, kind):
    family = socket.AF_INET6 if ":" in address else socket.AF_INET
    sock = socket.socket(family, kind)
    sock.settimeout(DEADLINE_S)
    return sock


# ------------------------------------------------------------------------- TCP


def writes(seed, length):
    """LENGTH bytes in pieces of sizes that have little in common."""
    chance = random.Random(seed)
    pool = chance.randbytes(1 << 17)
    while length > 0:
        size = chance.choice((chance.randrange(1, 20), chance.randrange(1, 2000),
                              chance.randrange(1, 65536)))
        size = min(size, length)
        at = chance.randrange(0, len(pool) - size + 1)
        length -= size
        yield pool[at:at + size]


def read_bytes():
    return random.randrange(1, 1 << 17)


def tcp(client, server, address, length, count=1, maxseg=0):
    enter(server)
    listener = new_socket(address, socket.SOCK_STREAM)
    if maxseg:
        listener.setsockopt(socket.IPPROTO_TCP, TCP_MAXSEG, maxseg)
    listener.bind((address, 0))
    listener.listen(count)
    enter(client)
    ways = []
    for serial in range(count):
        near = new_socket(address, socket.SOCK_STREAM)
        if maxseg:
            near.setsockopt(socket.IPPROTO_TCP, TCP_MAXSEG, maxseg)
        near.connect(listener.getsockname()[:2])
        far, _ = listener.accept()
        far.settimeout(DEADLINE_S)
        for seed, source, sink in ((2 * serial, near, far), (2 * serial + 1, far, near)):
            ways.append((f"stream {seed}", source, sink,
                         functools.partial(writes, seed, length)))
    errors, took_s = streams.exchange(ways, read_bytes)
    if errors:
        die("; ".join(errors))
    print(f"{count} times {length} bytes each way in {took_s:.2f} s")


# ------------------------------------------------------------------------- UDP


def receive_datagrams(sock, count):
    """COUNT datagrams; what the kernel hands over in one piece is cut up."""
    got = []
    while len(got) < count:
        if not select.select([sock], [], [], 10)[0]:
            die(f"expected {count} datagrams, got {len(got)} in 10 s")
        data, extra, _, _ = sock.recvmsg(1 << 17, 64)
        size = next((struct.unpack("i", value)[0] for _, kind, value in extra
                     if kind == UDP_GRO), len(data) or 1)
        got += [data[i:i + size] for i in range(0, max(len(data), 1), size)]
    return got


def udp(client, server, address, largest):
    chance = random.Random(largest)
    ends = []
    for namespace, bind in ((server, True), (client, False)):
        enter(namespace)
        sock = new_socket(address, socket.SOCK_DGRAM)
        sock.setsockopt(socket.SOL_SOCKET, frames.SO_RCVBUFFORCE, 1 << 24)
        sock.setsockopt(socket.IPPROTO_UDP, UDP_GRO, 1)
        if bind:
            sock.bind((address, 0))
        ends.append(sock)
    far, near = ends
    near.connect(far.getsockname()[:2])
    near.send(b"hello")
    far.connect(far.recvfrom(100)[1][:2])
    for sender, receiver in ((near, far), (far, near)):
        for size in (1, 15, 16, 100, 999, 1200, largest - 17, largest - 1, largest):
            count = min(chance.randrange(2, 64), 65000 // size)
            data = chance.randbytes(size * (count - 1) + chance.randrange(1, size + 1))
            sender.setsockopt(socket.IPPROTO_UDP, UDP_SEGMENT, size)
            sender.send(data)
            want = [data[i:i + size] for i in range(0, len(data), size)]
            got = receive_datagrams(receiver, len(want))
            if sorted(got) != sorted(want):
                die(f"{count} datagrams of {size} bytes and less came as {len(got)} of "
                    f"{sorted({len(one) for one in got})} bytes, or changed")


# ---------------------------------------------------------------- on the wire


def unwrapped(values, bits):
    """Numbers modulo 2**BITS, in order of arrival, as differences from the first."""
    size, out, last = 1 << bits, [], 0
    for value in values:
        step = (value - values[0] - last) % size
        last += step if step < size // 2 else step - size
        out.append(last)
    return out


def look(packets, version):
    """Every packet of a wire, and the flows that they are."""
    flows = {}
    for packet in packets:
        try:
            frames.check(packet, 1500)
        except frames.Bad as error:
            die(f"on the wire: {error}: {frames.show(packet)}")
        protocol, at, _ = frames.layout(packet)
        if protocol == frames.TCP:
            flows.setdefault(packet[at:at + 4], []).append(packet)
    if not flows:
        die("on the wire: no TCP")
    for packets in flows.values():
        at = frames.layout(packets[0])[1]
        places = unwrapped([struct.unpack_from(">I", p, at + 4)[0] for p in packets], 32)
        end = min(places)
        for place, packet in sorted(zip(places, packets), key=lambda one: one[0]):
            if place > end:
                die(f"on the wire: bytes {end} to {place} of a stream never came")
            flags = packet[at + 13]
            length = len(packet) - at - frames.tcp_header_bytes(packet, at)
            end = max(end, place + length + bool(flags & (frames.SYN | frames.FIN)))
        if version == 4:
            idents = sorted(unwrapped([struct.unpack_from(">H", p, 4)[0] for p in packets],
                                      16))
            twice = sum(1 for x, y in zip(idents, idents[1:]) if x == y)
            if twice or idents[-1] - idents[0] != len(idents) - 1:
                die(f"on the wire: {len(idents)} packets of a flow have identifications in "
                    f"a range of {idents[-1] - idents[0] + 1}, {twice} of them twice")


def wire(client, server, address, length, dev):
    enter(server)
    capture = frames.Capture(dev)
    tcp(client, server, address, length, 1)
    capture.quiet()
    packets = [seen.packet for seen in capture.stop() if not seen.outgoing]
    look(packets, 6 if ":" in address else 4)
    print(f"{len(packets)} packets on the wire, all right")


# ------------------------------------------------------------------- on request


def serve():
    for line in sys.stdin:
        ours, theirs = os.pipe()
        child = os.fork()
        if not child:
            for fd in (1, 2):
                os.dup2(theirs, fd)
            os.close(theirs)
            run(*line.split())
            return
        os.close(theirs)
        with os.fdopen(ours, encoding="utf-8") as pipe:
            text = " ".join(pipe.read().split())
        status = os.waitstatus_to_exitcode(os.waitpid(child, 0)[1])
        print(status and 1, text, flush=True)


def run(what, client, server, address, *rest):
    if what == "tcp":
        tcp(client, server, address, *map(int, rest))
    elif what == "udp":
        udp(client, server, address, int(rest[0]))
    else:
        wire(client, server, address, int(rest[0]), rest[1])


def main():
    if sys.argv[1:] == ["serve"]:
        serve()
    elif len(sys.argv) < 6:
        sys.exit(__doc__)
    else:
        run(*sys.argv[1:])


main()
