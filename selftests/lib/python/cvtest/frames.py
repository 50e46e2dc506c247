# SPDX-License-Identifier: GPL-2.0
"""IP packets as a device sees them: capturing them with what the stack left to the
hardware, cutting super-packets up as hardware would, and judging a packet that is
on the wire. Written from the RFCs alone, as the oracle of segments.py, rebuild.py
and others of the dp-*.sh tests."""
import collections
import socket
import struct
import threading
import time

SOL_PACKET = 263
PACKET_STATISTICS, PACKET_VNET_HDR = 6, 15
SO_RCVBUFFORCE = 33
ETH_P_ALL, ETH_P_IP, ETH_P_IPV6 = 3, 0x0800, 0x86dd
OUTGOING, ARPHRD_ETHER = 4, 1
VNET = struct.Struct("<BBHHHH")
NEEDS_CSUM = 1
GSO_NONE, GSO_TCPV4, GSO_UDP, GSO_TCPV6, GSO_UDP_L4, GSO_ECN = 0, 1, 3, 4, 5, 0x80
TCP, UDP, ICMP, ICMP6 = 6, 17, 1, 58
EXTENSIONS = {0, 43, 60, 51}
FRAGMENT = 44
FIN, SYN, RST, PSH, ACK, URG, ECE, CWR = (1 << bit for bit in range(8))

Vnet = collections.namedtuple("Vnet", "flags type header_bytes size start offset")
NO_VNET = Vnet(0, GSO_NONE, 0, 0, 0, 0)


class Bad(Exception):
    """A packet that must not be on a wire; says why."""


# ------------------------------------------------------------------- checksums


def total(data):
    """The one's complement sum of RFC 1071, modulo 65535: 0 for a right packet."""
    if len(data) % 2:
        data = bytes(data) + b"\0"
    return int.from_bytes(data, "big") % 65535


def checksum(data):
    """The field that makes the sum of DATA right."""
    return -total(data) % 65535


def pseudo(packet, protocol, length):
    if packet[0] >> 4 == 4:
        return packet[12:20] + struct.pack(">BBH", 0, protocol, length)
    return packet[8:40] + struct.pack(">II", length, protocol)


# --------------------------------------------------------------------- parsing


def layout(packet):
    """(transport protocol, its offset, end of the packet); protocol None for a part
    of a fragmented packet but its first, and for one that is none."""
    if len(packet) < 20:
        raise Bad(f"{len(packet)} bytes are no IP packet")
    version = packet[0] >> 4
    if version == 4:
        end, = struct.unpack_from(">H", packet, 2)
        at = (packet[0] & 15) * 4
        if at < 20 or end < at:
            raise Bad(f"IPv4 header of {at} bytes in a packet of {end}")
        part, = struct.unpack_from(">H", packet, 6)
        return (None if part & 0x3fff else packet[9]), at, end
    if version != 6:
        raise Bad(f"IP version {version}")
    if len(packet) < 40:
        raise Bad(f"{len(packet)} bytes are no IPv6 packet")
    end = struct.unpack_from(">H", packet, 4)[0] + 40
    protocol, at = packet[6], 40
    while protocol in EXTENSIONS:
        protocol, at = packet[at], at + 8 * (packet[at + 1] + 1)
    return (None if protocol == FRAGMENT else protocol), at, end


def tcp_header_bytes(packet, at):
    length = (packet[at + 12] >> 4) * 4
    if length < 20:
        raise Bad(f"TCP header of {length} bytes")
    return length


def check(packet, largest=65535):
    """Raises Bad unless every length and checksum of a packet on the wire is right."""
    protocol, at, end = layout(packet)
    if end != len(packet):
        raise Bad(f"says it is {end} bytes and is {len(packet)}")
    if len(packet) > largest:
        raise Bad(f"{len(packet)} bytes where {largest} are the most")
    if packet[0] >> 4 == 4 and total(packet[:(packet[0] & 15) * 4]):
        raise Bad("wrong IPv4 header checksum")
    if protocol == TCP:
        if at + tcp_header_bytes(packet, at) > end:
            raise Bad("TCP header past the end")
    elif protocol == UDP:
        length, = struct.unpack_from(">H", packet, at + 4)
        if length != end - at:
            raise Bad(f"UDP length {length}, {end - at} bytes are there")
        if packet[at + 6:at + 8] == b"\0\0":
            if packet[0] >> 4 == 6:
                raise Bad("UDP over IPv6 without a checksum")
            return
    elif protocol not in (ICMP, ICMP6):
        return
    head = b"" if protocol == ICMP else pseudo(packet, protocol, end - at)
    if total(head + packet[at:]):
        raise Bad(f"wrong checksum of protocol {protocol}")


def show(packet):
    """A packet in a line, for a message."""
    try:
        protocol, at, end = layout(packet)
    except (Bad, IndexError):
        return f"{len(packet)} bytes {packet[:24].hex()}"
    text = f"IPv{packet[0] >> 4} {end} bytes"
    if packet[0] >> 4 == 4:
        text += f" id {struct.unpack_from('>H', packet, 4)[0]}"
    if protocol == TCP:
        ports = struct.unpack_from(">HHII", packet, at)
        text += " TCP %d>%d seq %d ack %d" % ports
        text += f" flags {packet[at + 13]:#x}"
    elif protocol == UDP:
        text += " UDP %d>%d" % struct.unpack_from(">HH", packet, at)
    else:
        text += f" protocol {protocol}"
    return text


def differences(want, got):
    """Where two packets differ, for a message."""
    if len(want) != len(got):
        return f"{len(want)} and {len(got)} bytes"
    at = [i for i, (x, y) in enumerate(zip(want, got)) if x != y]
    return f"{len(at)} bytes differ, from {at[:8]}: " \
        f"{want[:60].hex()} and {got[:60].hex()}" if at else "nothing"


# ------------------------------------------------- what hardware does on sending


def put16(packet, at, value):
    packet[at:at + 2] = struct.pack(">H", value)


def finish(packet, vnet):
    """PACKET with the checksum that was left to the hardware."""
    if not vnet.flags & NEEDS_CSUM:
        return bytes(packet)
    done = bytearray(packet)
    protocol, at, end = layout(packet)
    if vnet.start != at:
        raise Bad(f"checksum to start at {vnet.start}, the transport header is at {at}")
    put16(done, at + vnet.offset, 0)
    value = checksum(pseudo(packet, protocol, end - at) + done[at:end])
    put16(done, at + vnet.offset, value or (0xffff if protocol == UDP else 0))
    return bytes(done)


def segment(packet, vnet, same_ident=False):
    """The packets that a super-packet stands for, ready for a wire."""
    kind = vnet.type & ~GSO_ECN
    if kind == GSO_NONE:
        return [finish(packet, vnet)]
    protocol, at, end = layout(packet)
    if end != len(packet):
        raise Bad(f"super-packet says it is {end} bytes and is {len(packet)}")
    wanted = {GSO_TCPV4: (4, TCP), GSO_TCPV6: (6, TCP)}.get(kind, (packet[0] >> 4, UDP))
    if (packet[0] >> 4, protocol) != wanted:
        raise Bad(f"GSO type {kind} of IPv{packet[0] >> 4} protocol {protocol}")
    head = at + (tcp_header_bytes(packet, at) if protocol == TCP else 8)
    if not 0 < vnet.size < len(packet) - head + (protocol == UDP):
        raise Bad(f"{len(packet) - head} bytes in segments of {vnet.size}")
    parts = [packet[i:i + vnet.size] for i in range(head, len(packet), vnet.size)]
    done = []
    for serial, part in enumerate(parts):
        one = bytearray(packet[:head] + part)
        if packet[0] >> 4 == 4:
            put16(one, 2, len(one))
            ident, = struct.unpack_from(">H", packet, 4)
            put16(one, 4, ident if same_ident else ident + serial & 0xffff)
            put16(one, 10, 0)
            put16(one, 10, checksum(one[:(packet[0] & 15) * 4]))
        else:
            put16(one, 4, len(one) - 40)
        if protocol == TCP:
            sequence, = struct.unpack_from(">I", packet, at + 4)
            one[at + 4:at + 8] = struct.pack(
                ">I", sequence + serial * vnet.size & 0xffffffff)
            if serial < len(parts) - 1:
                one[at + 13] &= ~(FIN | PSH)
            if serial:
                one[at + 13] &= ~CWR
        else:
            put16(one, at + 4, len(one) - at)
        field = at + (16 if protocol == TCP else 6)
        put16(one, field, 0)
        value = checksum(pseudo(one, protocol, len(one) - at) + one[at:])
        put16(one, field, value or (0xffff if protocol == UDP else 0))
        done.append(bytes(one))
    return done


# ------------------------------------------------------------------- capturing


Seen = collections.namedtuple("Seen", "packet vnet outgoing")


class Capture:
    """What passes through device DEV of the present namespace, from now on; with
    VNET in the form in which drivers get it. Ethernet headers are left out."""

    def __init__(self, dev, vnet=False, keep=lambda packet: True):
        self.vnet, self.keep = vnet, keep
        self.seen, self.taken, self.refused = [], 0, 0
        # Without a device first, or what other devices have sent would be in it.
        self.socket = socket.socket(socket.AF_PACKET, socket.SOCK_RAW, 0)
        self.socket.setsockopt(socket.SOL_SOCKET, SO_RCVBUFFORCE, 1 << 27)
        if vnet:
            self.socket.setsockopt(SOL_PACKET, PACKET_VNET_HDR, 1)
        self.socket.bind((dev, ETH_P_ALL))
        self.socket.settimeout(0.05)
        self.running = True
        self.last = time.monotonic()
        self.thread = threading.Thread(target=self.run, daemon=True)
        self.thread.start()

    def run(self):
        while self.running:
            try:
                data, source = self.socket.recvfrom(1 << 17)
            except TimeoutError:
                continue
            except OSError:
                # Of a shape that the header has no word for.
                self.refused += 1
                continue
            vnet = NO_VNET
            if self.vnet:
                vnet, data = Vnet(*VNET.unpack_from(data)), data[VNET.size:]
            if source[3] == ARPHRD_ETHER:
                data = data[14:]
                vnet = vnet._replace(start=max(vnet.start - 14, 0))
            if source[1] in (ETH_P_IP, ETH_P_IPV6) and self.keep(data):
                self.seen.append(Seen(data, vnet, source[2] == OUTGOING))
                self.last = time.monotonic()

    def quiet(self, quiet_s=0.1, limit_s=20):
        """Waits until nothing has come for a while."""
        end = time.monotonic() + limit_s
        while time.monotonic() < min(end, self.last + quiet_s):
            time.sleep(0.01)

    def take(self, count, outgoing, limit_s=10, keep=lambda packet: True):
        """Waits until COUNT packets of a direction have come since the last time, and a
        little longer; returns these."""
        end = time.monotonic() + limit_s

        def wanted():
            return [one for one in self.seen[self.taken:]
                    if one.outgoing == outgoing and keep(one.packet)]

        while time.monotonic() < end and len(wanted()) < count:
            time.sleep(0.01)
        self.quiet(0.03)
        upto = len(self.seen)
        got = [one for one in self.seen[self.taken:upto]
               if one.outgoing == outgoing and keep(one.packet)]
        self.taken = upto
        return got

    def stop(self):
        """What was seen; Bad when the capture itself has lost some."""
        self.running = False
        self.thread.join()
        _, lost = struct.unpack("II", self.socket.getsockopt(SOL_PACKET,
                                                             PACKET_STATISTICS, 8))
        self.socket.close()
        if lost:
            raise Bad(f"the capture has lost {lost} packets")
        return self.seen


def is_transport(packet, *protocols):
    try:
        return layout(packet)[0] in protocols
    except (Bad, IndexError):
        return False


def without_hops(packet):
    """A packet as each router on its way sees it: without TTL and its checksum."""
    if packet[0] >> 4 == 4:
        return packet[:8] + packet[9:10] + packet[12:]
    return packet[:7] + packet[8:]
