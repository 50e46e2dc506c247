#!/usr/bin/python3
# SPDX-License-Identifier: GPL-2.0
"""Sends datagrams through a link without a session, and looks at what becomes of them. Run
by staged.sh.

    staged.py numbered A B DEV COUNT   COUNT from A to B, whose link is taken up after that
    staged.py zerocopy A B DEV         likewise with MSG_ZEROCOPY, one and a super-packet
    staged.py leave                    with MSG_ZEROCOPY in this namespace, and ends
"""
import mmap
import select
import socket
import struct
import sys

from cvtest import ktap
from cvtest.netns import enter

STAGED_PACKETS = 128
SO_ZEROCOPY, MSG_ZEROCOPY, UDP_SEGMENT = 60, 0x4000000, 103
SEGMENT_BYTES, SEGMENTS = 1000, 50


def taken_up(b, dev):
    """Takes up the link of B; returns the socket that the datagrams come to."""
    enter(b)
    far = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
    far.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 1 << 22)
    far.bind(("0.0.0.0", 4000))
    far.settimeout(15)
    ktap.command("ip", "-n", b, "link", "set", dev, "up")
    return far


def numbered(a, b, dev, count):
    enter(a)
    near = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
    link = ktap.Link(a, dev)
    before, dropped = link.drops(), link.stat("tx_dropped")
    for serial in range(count):
        near.sendto(struct.pack("!I", serial), ("10.77.0.2", 4000))
    far = taken_up(b, dev)
    arrived = []
    while not arrived or arrived[-1] != count - 1:
        try:
            arrived.append(struct.unpack("!I", far.recv(100))[0])
        except socket.timeout:
            break
    # One more may be on its way to a link that was down, and is lost.
    ktap.equal("more than 128 packets staged: the last 128 arrive in order",
               list(range(count - STAGED_PACKETS, count)), arrived)
    if before:
        ktap.equal("more than 128 packets staged: the first are tx_stage_full",
                   count - STAGED_PACKETS,
                   link.drops()["tx_stage_full"] - before["tx_stage_full"])
    ktap.equal("more than 128 packets staged: the first are in tx_dropped", count - STAGED_PACKETS,
               link.stat("tx_dropped") - dropped)


def sender():
    near = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
    near.setsockopt(socket.SOL_SOCKET, SO_ZEROCOPY, 1)
    near.setsockopt(socket.SOL_SOCKET, socket.SO_SNDBUF, 1 << 20)
    return near


def send(near):
    """A datagram and a super-packet; returns the memory they are in."""
    memory = mmap.mmap(-1, SEGMENT_BYTES * (SEGMENTS + 1))
    for serial in range(SEGMENTS + 1):
        memory[serial * SEGMENT_BYTES:(serial + 1) * SEGMENT_BYTES] = \
            bytes([serial + 1]) * SEGMENT_BYTES
    view = memoryview(memory)
    near.sendto(view[:SEGMENT_BYTES], MSG_ZEROCOPY, ("10.77.0.2", 4000))
    near.setsockopt(socket.IPPROTO_UDP, UDP_SEGMENT, SEGMENT_BYTES)
    near.sendto(view[SEGMENT_BYTES:], MSG_ZEROCOPY, ("10.77.0.2", 4000))
    return memory


def returned(near):
    """How many of the two sends the kernel needs no memory for any more."""
    waiting = select.poll()
    waiting.register(near, select.POLLERR)
    count = 0
    while count < 2 and waiting.poll(3000):
        _, control, _, _ = near.recvmsg(0, 100, socket.MSG_ERRQUEUE)
        low, high = int.from_bytes(control[0][2][8:12], sys.byteorder), \
            int.from_bytes(control[0][2][12:16], sys.byteorder)
        count += high - low + 1
    return count


def zerocopy(a, b, dev):
    enter(a)
    near = sender()
    memory = send(near)
    ktap.equal("staged MSG_ZEROCOPY datagrams: sends whose memory is returned", 2, returned(near))
    memory[:] = bytes(len(memory))
    far = taken_up(b, dev)
    arrived = []
    try:
        while len(arrived) < SEGMENTS + 1:
            data = far.recv(2 * SEGMENT_BYTES)
            arrived.append(data[0] if data == data[:1] * SEGMENT_BYTES else "mixed")
    except socket.timeout:
        pass
    ktap.equal("staged MSG_ZEROCOPY datagrams arrive unchanged", list(range(1, SEGMENTS + 2)),
               arrived)


def main():
    what, *rest = sys.argv[1:]
    if what == "numbered":
        a, b, dev, count = rest
        numbered(a, b, dev, int(count))
    elif what == "zerocopy":
        zerocopy(*rest)
    else:
        send(sender())


main()
