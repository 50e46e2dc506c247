# SPDX-License-Identifier: GPL-2.0
"""Datagrams that are sent out of a program's own memory (MSG_ZEROCOPY): the kernel says when it
needs that no more."""
import mmap
import select
import socket
import sys

SO_ZEROCOPY, MSG_ZEROCOPY, UDP_SEGMENT = 60, 0x4000000, 103
SEGMENT_BYTES, SEGMENTS = 1000, 50
# A datagram, and a super-packet.
SENDS, NUMBERS = 2, list(range(1, SEGMENTS + 2))


def sender():
    near = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
    near.setsockopt(socket.SOL_SOCKET, SO_ZEROCOPY, 1)
    near.setsockopt(socket.SOL_SOCKET, socket.SO_SNDBUF, 1 << 20)
    return near


def send(near, to):
    """Both, whose bytes are NUMBERS; returns the memory they are in."""
    memory = mmap.mmap(-1, SEGMENT_BYTES * len(NUMBERS))
    for place, number in enumerate(NUMBERS):
        memory[place * SEGMENT_BYTES:(place + 1) * SEGMENT_BYTES] = \
            bytes([number]) * SEGMENT_BYTES
    view = memoryview(memory)
    near.sendto(view[:SEGMENT_BYTES], MSG_ZEROCOPY, to)
    near.setsockopt(socket.IPPROTO_UDP, UDP_SEGMENT, SEGMENT_BYTES)
    near.sendto(view[SEGMENT_BYTES:], MSG_ZEROCOPY, to)
    return memory


def returned(near):
    """How many of the sends the kernel needs no memory for any more."""
    waiting = select.poll()
    waiting.register(near, select.POLLERR)
    count = 0
    while count < SENDS and waiting.poll(3000):
        _, control, _, _ = near.recvmsg(0, 100, socket.MSG_ERRQUEUE)
        low, high = int.from_bytes(control[0][2][8:12], sys.byteorder), \
            int.from_bytes(control[0][2][12:16], sys.byteorder)
        count += high - low + 1
    return count


def received(far):
    """The numbers of those that come; "mixed" for one that has been changed in part."""
    numbers = []
    try:
        while len(numbers) < len(NUMBERS):
            data = far.recv(2 * SEGMENT_BYTES)
            numbers.append(data[0] if data == data[:1] * SEGMENT_BYTES else "mixed")
    except socket.timeout:
        pass
    return numbers
