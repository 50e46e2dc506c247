# SPDX-License-Identifier: GPL-2.0
"""Adds an IPv6 address by ioctl, as ifconfig does: DEV ADDRESS BITS. iproute2 uses
netlink, for which the kernel takes another path."""
import fcntl
import socket
import struct
import sys

SIOCSIFADDR = 0x8916


def main():
    dev, address, bits = sys.argv[1:]
    # struct in6_ifreq
    request = struct.pack("16sIi", socket.inet_pton(socket.AF_INET6, address), int(bits),
                          socket.if_nametoindex(dev))
    with socket.socket(socket.AF_INET6, socket.SOCK_DGRAM) as sock:
        fcntl.ioctl(sock, SIOCSIFADDR, request)


main()
