#!/usr/bin/python3
# SPDX-License-Identifier: GPL-2.0
"""Sends UDP datagrams of mixed sizes to ADDRESS, super-packets (UDP GSO) among
them, until it is killed: traffic for what happens under traffic. Errors of sending
are what the tests cause, and no reason to end.

    flood.py ADDRESS
"""
import itertools
import socket
import sys

PORT = 9
UDP_SEGMENT = 103

family = socket.AF_INET6 if ":" in sys.argv[1] else socket.AF_INET
sock = socket.socket(family, socket.SOCK_DGRAM)
for serial in itertools.count():
    size = (0, 1, 100, 1300, 8000, 20000)[serial % 6]
    try:
        sock.setsockopt(socket.IPPROTO_UDP, UDP_SEGMENT, 1200 if size == 20000 else 0)
        sock.sendto(bytes(size), (sys.argv[1], PORT))
    except OSError:
        pass
