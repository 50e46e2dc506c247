#!/usr/bin/python3
# SPDX-License-Identifier: GPL-2.0
"""Sends datagrams with MSG_ZEROCOPY while there is no session, one by one and as a
super-packet. Run by staged.sh.

    zerocopy.py deliver A B DEV   from A to B, whose link is taken up after that
    zerocopy.py leave             in this namespace, and ends
"""
import mmap
import select
import socket
import sys

from cvtest import ktap
from cvtest.netns import enter

SO_ZEROCOPY, MSG_ZEROCOPY, UDP_SEGMENT = 60, 0x4000000, 103
SEGMENT_BYTES, SEGMENTS = 1000, 50


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


def deliver(a, b, dev):
    enter(a)
    near = sender()
    memory = send(near)
    ktap.equal("staged MSG_ZEROCOPY datagrams: sends whose memory is returned", 2, returned(near))
    memory[:] = bytes(len(memory))
    enter(b)
    far = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
    far.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 1 << 22)
    far.bind(("0.0.0.0", 4000))
    far.settimeout(15)
    ktap.command("ip", "-n", b, "link", "set", dev, "up")
    arrived = []
    try:
        while len(arrived) < SEGMENTS + 1:
            data = far.recv(2 * SEGMENT_BYTES)
            arrived.append(data[0] if data == data[:1] * SEGMENT_BYTES else "mixed")
    except socket.timeout:
        pass
    ktap.equal("staged MSG_ZEROCOPY datagrams arrive unchanged", list(range(1, SEGMENTS + 2)),
               arrived)


if sys.argv[1] == "leave":
    send(sender())
else:
    deliver(*sys.argv[2:])
