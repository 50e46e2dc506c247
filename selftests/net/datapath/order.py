#!/usr/bin/python3
# SPDX-License-Identifier: GPL-2.0
"""Whether data messages pass a device in the order of their counters: for order.sh.

    order.py DEV out|in

Looks at the messages that leave or enter by DEV, until SIGTERM comes, and prints "frames N
inverted M". A super-packet is one frame, and counts by its first message. The capture may
miss frames; those are not in N, and do no harm to the order of the others.
"""
import signal
import socket
import struct
import sys

ETH_P_ALL = 3
PACKET_OUTGOING = 4
SO_RCVBUFFORCE = 33
# Ethernet, IPv4, UDP, and of the message type, receiver and counter.
HEADER_BYTES = 14 + 20 + 8
MESSAGE = struct.Struct("<IIQ")
DATA = 4


def main():
    """Captures till the signal."""
    device, way = sys.argv[1:]
    sock = socket.socket(socket.AF_PACKET, socket.SOCK_RAW, 0)
    sock.setsockopt(socket.SOL_SOCKET, SO_RCVBUFFORCE, 64 << 20)
    sock.bind((device, ETH_P_ALL))
    signal.signal(signal.SIGTERM, lambda *_: sock.close())
    greatest, frames, inverted = {}, 0, 0
    print("ready", flush=True)
    while True:
        try:
            frame, address = sock.recvfrom(HEADER_BYTES + MESSAGE.size)
        except OSError:
            break
        if (address[2] == PACKET_OUTGOING) != (way == "out"):
            continue
        if len(frame) < HEADER_BYTES + MESSAGE.size or frame[12:14] != b"\x08\0" or \
           frame[23] != socket.IPPROTO_UDP:
            continue
        kind, receiver, counter = MESSAGE.unpack_from(frame, HEADER_BYTES)
        if kind != DATA:
            continue
        frames += 1
        if counter < greatest.get(receiver, 0):
            inverted += 1
        else:
            greatest[receiver] = counter
    print(f"frames {frames} inverted {inverted}")


main()
