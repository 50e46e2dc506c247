#!/usr/bin/python3
# SPDX-License-Identifier: GPL-2.0
"""Programs that send on one and the same CPU, each through a tunnel of its own, faster than
these can carry, and so interrupt each other wherever the kernel lets them. Run by
dp-preempt.sh.

    preempted.py A B SECONDS ADDRESS...   from namespace A to B's addresses
"""
import os
import socket
import sys
import time

from cvtest.netns import enter

UDP_SEGMENT, PORT = 103, 9


def send(address, super_packets, until):
    os.sched_setaffinity(0, {0})
    near = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
    near.setsockopt(socket.SOL_SOCKET, socket.SO_SNDBUF, 1 << 22)
    near.connect((address, PORT))
    if super_packets:
        near.setsockopt(socket.IPPROTO_UDP, UDP_SEGMENT, 1000)
    data = bytes(40000 if super_packets else 100)
    while time.monotonic() < until:
        for _ in range(20):
            try:
                near.send(data)
            except OSError:
                pass


def main():
    a, b, seconds, addresses = sys.argv[1], sys.argv[2], float(sys.argv[3]), sys.argv[4:]
    enter(b)
    far = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
    far.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 1)
    far.bind(("0.0.0.0", PORT))
    enter(a)
    until = time.monotonic() + seconds
    children = []
    for address in addresses:
        for super_packets in (True, True, False):
            child = os.fork()
            if not child:
                send(address, super_packets, until)
                os._exit(0)
            children.append(child)
    for child in children:
        os.waitpid(child, 0)


main()
