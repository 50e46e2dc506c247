#!/usr/bin/python3
# SPDX-License-Identifier: GPL-2.0
"""The DS field (DSCP and ECN) inside and outside, in every combination: sits
between two links as their path, looks at the outer field of each datagram and sets
another. Run by ecn.sh, which has given each link this relay as its peer's endpoint.

    ecn.py A R B RELAY-FOR-A RELAY-FOR-B PORT-FOR-A PORT-FOR-B A-OUTER B-OUTER PORT
A, R, B are namespaces; the relay's addresses are where the links send to.
"""
import socket
import struct
import sys
import threading

from cvtest import ktap
from cvtest.netns import enter

ECN = {"Not-ECT": 0, "ECT(1)": 1, "ECT(0)": 2, "CE": 3}
INSIDE = {4: ("10.77.0.1", "10.77.0.2"), 6: ("fd77::1", "fd77::2")}
TIMEOUT_S = 20
HANDSHAKE_DS = 0x88


def udp(address, port=0):
    """A UDP socket that tells and takes the DS field of each datagram."""
    six = ":" in address
    sock = socket.socket(socket.AF_INET6 if six else socket.AF_INET, socket.SOCK_DGRAM)
    if six:
        sock.setsockopt(socket.IPPROTO_IPV6, socket.IPV6_RECVTCLASS, 1)
    else:
        sock.setsockopt(socket.IPPROTO_IP, socket.IP_RECVTOS, 1)
    sock.bind((address, port))
    sock.settimeout(TIMEOUT_S)
    return sock


def set_ds(sock, field):
    if sock.family == socket.AF_INET6:
        sock.setsockopt(socket.IPPROTO_IPV6, socket.IPV6_TCLASS, field)
    else:
        sock.setsockopt(socket.IPPROTO_IP, socket.IP_TOS, field)


def receive(sock):
    """A datagram and its DS field."""
    data, extra, _, _ = sock.recvmsg(1 << 16, 256)
    for _, kind, value in extra:
        if kind in (socket.IP_TOS, socket.IPV6_TCLASS):
            # One byte for IPv4, an int for IPv6.
            return data, value[0] if len(value) == 1 else struct.unpack("i", value)[0]
    return data, 0


class Relay:
    """Passes datagrams on, both ways; remembers their outer DS fields by message
    type and replaces them by SET on the way from a to b."""

    def __init__(self, for_a, for_b, to_a, to_b):
        self.near, self.far = udp(*for_a), udp(*for_b)
        self.to_a, self.to_b = to_a, to_b
        self.set = None
        self.last = None
        self.handshakes = []
        for source, sink, target in ((self.near, self.far, to_b), (self.far, self.near, to_a)):
            source.settimeout(None)
            threading.Thread(target=self.pump, args=(source, sink, target),
                             daemon=True).start()

    def pump(self, source, sink, target):
        while True:
            data, field = receive(source)
            if data[0] in (1, 2):
                self.handshakes.append(field)
            elif source is self.near and len(data) > 32:
                self.last = field
            forwards = source is self.near and self.set is not None and data[0] == 4
            set_ds(sink, self.set if forwards else 0)
            sink.sendto(data, target)


def encapsulated(inner):
    """RFC 3168, section 9.1.1, full functionality: CE inside is not shown outside."""
    return ECN["ECT(0)"] if inner == ECN["CE"] else inner


def decapsulated(outer, inner):
    """RFC 6040, section 4.2, as the kernel's tunnels have it: CE outside marks an
    ECN-capable packet, ECT(1) outside replaces ECT(0)."""
    if inner == ECN["Not-ECT"] or inner == ECN["CE"]:
        return inner
    return outer if outer in (ECN["CE"], ECN["ECT(1)"]) else inner


def one(relay, sender, receiver, inner, serial):
    set_ds(sender, inner)
    payload = b"%d" % serial
    sender.sendto(payload, receiver.getsockname()[:2])
    while True:
        data, field = receive(receiver)
        if data == payload:
            return field


def combinations(relay, family, a, b, outer_family):
    """Every inner field by every outer one."""
    here, there = INSIDE[family]
    enter(b)
    receiver = udp(there)
    enter(a)
    sender = udp(here)
    serial = 0
    title = f"IPv{family} in IPv{outer_family}"
    for name, inner in ECN.items():
        for dscp in (0, 0xb8, 0x20):
            relay.set = None
            serial += 1
            one(relay, sender, receiver, dscp | inner, serial)
            ktap.equal(f"{title}: {name} and DSCP {dscp >> 2} inside: outer DS field",
                       encapsulated(inner), relay.last)
        for outer_name, outer in ECN.items():
            relay.set = outer
            serial += 1
            ktap.equal(f"{title}: {name} inside, {outer_name} outside: received DS field",
                       0xb8 | decapsulated(outer, inner),
                       one(relay, sender, receiver, 0xb8 | inner, serial))
        relay.set = 0x28 | ECN["CE"]
        serial += 1
        ktap.equal(f"{title}: {name} inside, DSCP 10 and CE outside: DSCP stays",
                   0xb8 | decapsulated(ECN["CE"], inner),
                   one(relay, sender, receiver, 0xb8 | inner, serial))
    sender.close()
    receiver.close()


def main():
    (a, r, b, for_a, for_b, port_a, port_b, to_a, to_b, port) = sys.argv[1:]
    enter(r)
    relay = Relay((for_a, int(port_a)), (for_b, int(port_b)), (to_a, int(port)),
                  (to_b, int(port)))
    outer = 6 if ":" in to_a else 4
    ktap.run_case(combinations, relay, 4, a, b, outer)
    ktap.run_case(combinations, relay, 6, a, b, outer)
    ktap.true(f"IPv{outer}: handshake messages have DSCP AF41",
              relay.handshakes and set(relay.handshakes) == {HANDSHAKE_DS},
              hex(HANDSHAKE_DS), [hex(field) for field in relay.handshakes])
    ktap.finish()


main()
