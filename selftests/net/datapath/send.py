#!/usr/bin/python3
# SPDX-License-Identifier: GPL-2.0
"""Sends one packet, and prints the name of the error that came back, if any.

    send.py ADDRESS PORT [SIZE]        a UDP datagram of SIZE bytes
    send.py --raw DEV ETHERTYPE [FIRST-BYTE-OF-PAYLOAD]
"""
import errno
import socket
import sys


def send(arguments):
    if arguments[0] == "--raw":
        one = socket.socket(socket.AF_PACKET, socket.SOCK_DGRAM, 0)
        first = int(arguments[3], 16) if len(arguments) > 3 else 0x45
        one.sendto(bytes([first]) + bytes(59), (arguments[1], int(arguments[2], 16)))
        return
    family = socket.AF_INET6 if ":" in arguments[0] else socket.AF_INET
    one = socket.socket(family, socket.SOCK_DGRAM)
    size = int(arguments[2]) if len(arguments) > 2 else 8
    one.sendto(b"\xee" * size, (arguments[0], int(arguments[1])))


def main():
    if len(sys.argv) < 3:
        sys.exit(__doc__)
    try:
        send(sys.argv[1:])
    except OSError as error:
        print(errno.errorcode.get(error.errno, error.errno))
        sys.exit(1)


main()
