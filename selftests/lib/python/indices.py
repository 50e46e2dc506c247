#!/usr/bin/python3
# SPDX-License-Identifier: GPL-2.0
"""Writes down which session indices are seen in data messages on a wire, and when. Run
by lib/stress.sh in the namespace of the wire.

    indices.py DEV FILE

FILE has a line for each: INDEX FIRST-SEEN LAST-SEEN, in milliseconds since boot.
"""
import os
import socket
import struct
import sys
import time

ETH_P_IP, UDP, DATA, HEADERS = 0x800, 17, 4, 42


def now_ms():
    return int(time.clock_gettime(time.CLOCK_BOOTTIME) * 1000)


def main():
    if len(sys.argv) != 3:
        sys.exit(__doc__)
    capture = socket.socket(socket.AF_PACKET, socket.SOCK_RAW, socket.htons(ETH_P_IP))
    capture.bind((sys.argv[1], ETH_P_IP))
    capture.settimeout(0.05)
    seen, due = {}, 0
    while True:
        try:
            packet = capture.recv(64)
        except TimeoutError:
            packet = b""
        now = now_ms()
        if len(packet) >= HEADERS + 8 and packet[23] == UDP and packet[HEADERS] == DATA:
            index, = struct.unpack_from("<I", packet, HEADERS + 4)
            seen.setdefault(index, [now, now])[1] = now
        if now >= due:
            due = now + 50
            text = "".join(f"{index} {first} {last}\n" for index, (first, last) in seen.items())
            with open(sys.argv[2] + ".new", "w", encoding="ascii") as file:
                file.write(text)
            os.rename(sys.argv[2] + ".new", sys.argv[2])


main()
