#!/usr/bin/python3
# SPDX-License-Identifier: GPL-2.0
"""Sends COUNT datagrams of one flow to ADDRESS, of which each has the next of the DS fields TOS, or
with "priority" the next SO_PRIORITY.

    marking.py tos|priority ADDRESS COUNT VALUE...
"""
import socket
import struct
import sys

PORT = 9
SO_PRIORITY = 12

what, address, count = sys.argv[1], sys.argv[2], int(sys.argv[3])
values = [int(word, 0) for word in sys.argv[4:]]
six = ":" in address
sock = socket.socket(socket.AF_INET6 if six else socket.AF_INET, socket.SOCK_DGRAM)
# It is a flow of its own, and what comes back is of no interest.
sock.connect((address, PORT))
for serial in range(count):
    value = values[serial % len(values)]
    mark = []
    if what == "priority":
        sock.setsockopt(socket.SOL_SOCKET, SO_PRIORITY, value)
    elif six:
        mark = [(socket.IPPROTO_IPV6, socket.IPV6_TCLASS, struct.pack("=i", value))]
    else:
        mark = [(socket.IPPROTO_IP, socket.IP_TOS, struct.pack("=i", value))]
    # Each answer of ICMP is the error of one attempt.
    while True:
        try:
            sock.sendmsg([bytes(200)], mark)
            break
        except ConnectionRefusedError:
            pass
