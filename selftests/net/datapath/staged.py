#!/usr/bin/python3
# SPDX-License-Identifier: GPL-2.0
"""Sends COUNT numbered packets from A to B while B's link is down, takes it up, and
looks at which arrive. Run by staged.sh.

    staged.py A B DEV COUNT
"""
import socket
import struct
import sys

from cvtest import ktap
from cvtest.netns import enter

STAGED_PACKETS = 128


def main():
    a, b, dev, count = sys.argv[1], sys.argv[2], sys.argv[3], int(sys.argv[4])
    enter(a)
    near = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
    link = ktap.Link(a, dev)
    before, dropped = link.drops(), link.stat("tx_dropped")
    for serial in range(count):
        near.sendto(struct.pack("!I", serial), ("10.77.0.2", 4000))
    enter(b)
    far = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
    far.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 1 << 22)
    far.bind(("0.0.0.0", 4000))
    far.settimeout(15)
    ktap.command("ip", "-n", b, "link", "set", dev, "up")
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


main()
