# SPDX-License-Identifier: GPL-2.0
"""A guest behind a tap with wrong offload headers. Called by dp-tap.sh.

    tap.py LINK ROUTER-ADDRESS DESTINATION START OFFSET...

Makes LINK, a tap with offload headers, and sends one UDP packet through it for each pair
of START and OFFSET, which claim where its checksum begins and goes. Prints "taken" or
"refused" for each.
"""
import fcntl
import os
import socket
import struct
import subprocess
import sys

TUNSETIFF = 0x400454CA
IFF_TAP_NO_PI_VNET_HDR = 0x0002 | 0x1000 | 0x4000
NEEDS_CSUM = 1
GUEST = "192.0.2.2"


def main():
    """Does all of it."""
    link, router, destination, *pairs = sys.argv[1:]
    tap = os.open("/dev/net/tun", os.O_RDWR)
    fcntl.ioctl(tap, TUNSETIFF, struct.pack("16sH22x", link.encode(), IFF_TAP_NO_PI_VNET_HDR))
    subprocess.run(["ip", "addr", "add", f"{router}/24", "dev", link], check=True)
    subprocess.run(["ip", "link", "set", link, "up"], check=True)
    with open(f"/sys/class/net/{link}/address", encoding="ascii") as file:
        mac = bytes.fromhex(file.read().strip().replace(":", ""))
    frame = mac + bytes.fromhex("020000000001") + b"\x08\x00" + packet(destination)
    for start, offset in zip(pairs[::2], pairs[1::2]):
        header = struct.pack("<BBHHHH", NEEDS_CSUM, 0, 0, 0, int(start), int(offset))
        try:
            os.write(tap, header + frame)
            print("taken")
        except OSError:
            print("refused")


def packet(destination):
    """An IPv4 packet with a UDP datagram of 64 bytes in it."""
    udp = struct.pack("!HHHH", 4000, 5000, 72, 0) + bytes(64)
    head = struct.pack("!BBHHHBBH4s4s", 0x45, 0, 20 + len(udp), 1, 0, 64, 17, 0,
                       socket.inet_aton(GUEST), socket.inet_aton(destination))
    total = sum(struct.unpack("!10H", head))
    total = (total & 0xFFFF) + (total >> 16)
    total = (total & 0xFFFF) + (total >> 16)
    return head[:10] + struct.pack("!H", ~total & 0xFFFF) + head[12:] + udp


main()
