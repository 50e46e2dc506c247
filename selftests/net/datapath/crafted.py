# SPDX-License-Identifier: GPL-2.0
"""IP packets made by hand, right in every field unless a caller wants otherwise. Used
by rebuild.py, batches.py and shapes.py."""
import random
import socket
import struct

from cvtest import frames

TIMESTAMP = bytes.fromhex("0101080a") + struct.pack(">II", 1000, 2000)


class Maker:
    """Packets from one pair of addresses, of IPv4 and IPv6, to another."""

    def __init__(self, source, destination, ports=(4000, 5000)):
        self.source, self.destination, self.ports = source, destination, ports
        self.chance = random.Random(1)

    def ip(self, version, protocol, body, ident=0, df=True, ttl=64, tos=0, options=b"",
           flow=0, extension=b"", part=0):
        """A packet around BODY. OPTIONS are IPv4's; PROTOCOL is that of EXTENSION if
        there is one."""
        if version == 4:
            words = 5 + len(options) // 4
            head = struct.pack(">BBHHHBBH4s4s", 4 << 4 | words, tos,
                               4 * words + len(body), ident & 0xffff, 0x4000 * df | part,
                               ttl, protocol, 0, socket.inet_aton(self.source[4]),
                               socket.inet_aton(self.destination[4])) + options
            return head[:10] + struct.pack(">H", frames.checksum(head)) + head[12:] + body
        body = extension + body
        return struct.pack(">IHBB", 6 << 28 | tos << 20 | flow, len(body), protocol, ttl) + \
            socket.inet_pton(socket.AF_INET6, self.source[6]) + \
            socket.inet_pton(socket.AF_INET6, self.destination[6]) + body

    def pseudo(self, version, protocol, length):
        return frames.pseudo(self.ip(version, protocol, b""), protocol, length)

    def tcp(self, version, sequence, payload, ack=5000, flags=frames.ACK, window=500,
            options=TIMESTAMP, urgent=0, ports=None, header=frames.TCP, **outside):
        """HEADER is what the IPv6 header says comes next, if there is an extension."""
        body = struct.pack(">HHIIBBHHH", *(ports or self.ports), sequence & 0xffffffff, ack,
                           (5 + len(options) // 4) << 4, flags, window, 0, urgent) + \
            options + payload
        value = frames.checksum(self.pseudo(version, frames.TCP, len(body)) + body)
        return self.ip(version, header, body[:16] + struct.pack(">H", value) + body[18:],
                       **outside)

    def udp(self, version, payload, ports=None, **outside):
        body = struct.pack(">HHHH", *(ports or self.ports), 8 + len(payload), 0) + payload
        value = frames.checksum(self.pseudo(version, frames.UDP, len(body)) + body) or 0xffff
        return self.ip(version, frames.UDP, body[:6] + struct.pack(">H", value) + body[8:],
                       **outside)

    def series(self, version, sizes, change=None, sequence=1 << 20, ident=100, **common):
        """TCP segments one after the other. CHANGE says what is other about segment i."""
        packets = []
        for i, size in enumerate(sizes):
            words = {"ident": ident + i, **common, **((change or {}).get(i, {}))}
            shift = words.pop("shift", 0)
            packets.append(self.tcp(version, sequence + shift, self.chance.randbytes(size),
                                    **words))
            sequence += size
        return packets
