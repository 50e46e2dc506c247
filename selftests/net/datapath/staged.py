#!/usr/bin/python3
# SPDX-License-Identifier: GPL-2.0
"""Sends datagrams through a link without a session, and looks at what becomes of them. Run
by staged.sh.

    staged.py numbered A B DEV COUNT   COUNT from A to B, whose link is taken up after that
    staged.py zerocopy A B DEV         likewise with MSG_ZEROCOPY, one and a super-packet
    staged.py leave                    with MSG_ZEROCOPY in this namespace, and ends
"""
import socket
import struct
import sys

from cvtest import ktap, zerocopy as zc
from cvtest.netns import enter

STAGED_PACKETS = 128
TO = ("10.77.0.2", 4000)


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
        near.sendto(struct.pack("!I", serial), TO)
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


def zerocopy(a, b, dev):
    enter(a)
    near = zc.sender()
    memory = zc.send(near, TO)
    ktap.equal("staged MSG_ZEROCOPY datagrams: sends whose memory is returned", zc.SENDS,
               zc.returned(near))
    memory[:] = bytes(len(memory))
    far = taken_up(b, dev)
    ktap.equal("staged MSG_ZEROCOPY datagrams arrive unchanged", zc.NUMBERS, zc.received(far))


def main():
    what, *rest = sys.argv[1:]
    if what == "numbered":
        a, b, dev, count = rest
        numbered(a, b, dev, int(count))
    elif what == "zerocopy":
        zerocopy(*rest)
    else:
        zc.send(zc.sender(), TO)


main()
