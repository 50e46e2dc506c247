#!/usr/bin/python3
# SPDX-License-Identifier: GPL-2.0
"""TCP and UDP traffic between two network namespaces, every byte checked: what
lib/traffic.sh's `tcp` and `udp` run. One process holds both ends.

    traffic.py tcp CLIENT SERVER ADDRESS BYTES
    traffic.py udp CLIENT SERVER ADDRESS SIZE...
"""
import random
import socket
import struct
import sys

from cvtest import streams
from cvtest.netns import enter

DEADLINE_S = 60
CHUNK_BYTES = 1 << 16


def die(text):
    sys.exit(f"traffic: {text}")


def family_of(address):
    return socket.AF_INET6 if ":" in address else socket.AF_INET


def stream(seed, length):
    """Yields LENGTH bytes in chunks, always the same ones for SEED."""
    source = random.Random(seed)
    block = source.randbytes(CHUNK_BYTES)
    serial = 0
    while length > 0:
        # The serial number makes each block differ, so order is checked too.
        chunk = (struct.pack(">Q", serial) + block[8:])[:length]
        serial += 1
        length -= len(chunk)
        yield chunk


def tcp(client, server, address, length):
    enter(server)
    listener = socket.socket(family_of(address), socket.SOCK_STREAM)
    listener.bind((address, 0))
    listener.listen(1)
    listener.settimeout(DEADLINE_S)
    enter(client)
    near = socket.socket(family_of(address), socket.SOCK_STREAM)
    near.settimeout(DEADLINE_S)
    near.connect((address, listener.getsockname()[1]))
    far, _ = listener.accept()
    far.settimeout(DEADLINE_S)
    errors, took_s = streams.exchange(
        (("to the server", near, far, lambda: stream(1, length)),
         ("to the client", far, near, lambda: stream(2, length))), lambda: CHUNK_BYTES)
    if errors:
        die("; ".join(errors))
    print(f"{length} bytes each way in {took_s:.2f} s")


def udp(client, server, address, sizes):
    enter(server)
    far = socket.socket(family_of(address), socket.SOCK_DGRAM)
    far.bind((address, 0))
    far.settimeout(DEADLINE_S)
    enter(client)
    near = socket.socket(family_of(address), socket.SOCK_DGRAM)
    near.settimeout(DEADLINE_S)
    for serial, size in enumerate(sizes):
        data = random.Random(serial).randbytes(size)
        near.sendto(data, far.getsockname()[:2])
        got, source = far.recvfrom(1 << 17)
        if got != data:
            die(f"datagram of {size} bytes arrived as {len(got)} bytes or changed")
        far.sendto(got[::-1], source)
        if near.recv(1 << 17) != data[::-1]:
            die(f"answer of {size} bytes changed")


def main():
    if len(sys.argv) < 6:
        sys.exit(__doc__)
    what, client, server, address = sys.argv[1:5]
    numbers = [int(word) for word in sys.argv[5:]]
    if what == "tcp":
        tcp(client, server, address, numbers[0])
    else:
        udp(client, server, address, numbers)


main()
