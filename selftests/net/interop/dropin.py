# SPDX-License-Identifier: GPL-2.0
"""Puts the same questions to wireguard.ko and to culvert in its place, and compares
what came. Run by dropin-*.sh in a namespace of its own.

    dropin.py requests          every request of the table, each to a fresh link
    dropin.py links             what rtnetlink takes, and shows
    dropin.py shown             what /sys and ethtool(8) show of links; by ip netns exec
    dropin.py policies          what CTRL_CMD_GETPOLICY shows
    dropin.py moved             requests about a link cv0 that was born elsewhere
    dropin.py private           requests without privilege
    dropin.py configured PEERS  whole configurations, also by wg(8)
    dropin.py compare THEIRS OURS WHAT...
    dropin.py serves            which family serves a link wg0, and which cv0
    dropin.py names             of all families there are; loads none
    dropin.py call NAME         asks for a family, which may load its module

The first seven print JSON: for each name an answer, "ok" or an errno, and the state of
the link after it. THEIRS.WHAT and OURS.WHAT are files with that.
"""
import errno
import functools
import hashlib
import json
import os
import socket
import struct
import subprocess
import sys

from cvtest import ktap, netlink as nl, noise, rtnetlink as rtnl
from cvtest.netlink import attr, nest, u8, u16, u32

DEV, INDEX = "cv0", 1000
NAME = attr(nl.IFNAME, DEV)
PORT, BUSY_PORT = 51820, 51999
V4, V6 = u16(nl.IP_FAMILY, socket.AF_INET), u16(nl.IP_FAMILY, socket.AF_INET6)

# Where an older wireguard.ko answers otherwise than that of Linux 7.3, which is what
# culvert goes by: name of the question, its answer, ours, and why.
MASKED = "a newer one checks flags by policy, which knows one errno"
STRICT = "a newer one is strict about headers: nothing reserved, no unknown flags"
NARROW = "a newer one has a policy for get, without what it has no use for"
REMOVE = "since 6.16 there is a flag that removes an allowed IP"
OLDER = {
    "an unknown device flag": ("EOPNOTSUPP", "EINVAL", MASKED),
    "all device flags": ("EOPNOTSUPP", "EINVAL", MASKED),
    "an unknown peer flag": ("EOPNOTSUPP", "EINVAL", MASKED),
    "all peer flags": ("EOPNOTSUPP", "EINVAL", MASKED),
    "a reserved field that is not 0": ("ok", "EINVAL", STRICT),
    "a set with unknown message flags": ("ok", "EINVAL", STRICT),
    "a get with a reserved field": ("ok", "EINVAL", STRICT),
    "a get with unknown message flags": ("ok", "EINVAL", STRICT),
    "a get with a port": ("ok", "EINVAL", NARROW),
    "a get with peers": ("ok", "EINVAL", NARROW),
    "flag 0 of an allowed IP": ("EINVAL", "ok", REMOVE),
    "remove an allowed IP that is not there": ("EINVAL", "ok", REMOVE),
    "remove an allowed IP": ("EINVAL", "ok", REMOVE),
}


@functools.cache
def key(name):
    return hashlib.sha256(f"culvert test key {name}".encode()).digest()


@functools.cache
def public_of(name):
    return noise.public_of(key(name))


def ip(*parts):
    """A peer with an allowed IP made of PARTS, behind a good one."""
    return peer(nest(nl.PEER_IPS, nl.allowed_ip("10.9.8.0/24"), nest(0, *parts)))


def peer(*parts):
    """A new peer with PARTS, behind a good one."""
    return nest(nl.PEERS, nl.peer(key("good"), nest(nl.PEER_IPS, nl.allowed_ip("10.9.9.0/24"))),
                nl.peer(key("new"), *parts))


def to(family, size, port=7):
    """An endpoint of FAMILY in SIZE bytes."""
    return attr(nl.PEER_ENDPOINT, struct.pack("=H", family) +
                (struct.pack("!H", port) + b"\xc0\0\2\1" + bytes(24))[:max(size - 2, 0)])


def first_peer(*parts):
    return nest(nl.PEERS, nl.peer(key("first"), *parts))


class Question:
    """One request. PARTS are what it holds; OPTIONS go to nl.Client.send()."""

    def __init__(self, name, *parts, command=nl.SET_DEVICE, up=False, **options):
        self.name, self.parts, self.command = name, parts, command
        self.up, self.options = up, options


def set_(name, *parts, **more):
    return Question(name, NAME, *parts, **more)


def get(name, *parts, **more):
    more.setdefault("flags", nl.REQUEST | nl.ACK | nl.DUMP)
    return Question(name, *parts, command=nl.GET_DEVICE, **more)


def which_link(make, verb, *parts):
    """How a request says which link it means."""
    index = u32(nl.IFINDEX, INDEX)
    for name, words in (
            ("neither name nor index", ()),
            ("both name and index", (NAME, index)),
            ("the index", (index,)),
            ("no such name", (attr(nl.IFNAME, "nobody0"),)),
            ("a name of no characters", (attr(nl.IFNAME, ""),)),
            ("a name of 15 characters", (attr(nl.IFNAME, "x" * 15),)),
            ("a name of 16 characters", (attr(nl.IFNAME, "x" * 16),)),
            ("a name without its end", (attr(nl.IFNAME, b"cv0"),)),
            ("a name of no bytes", (attr(nl.IFNAME, b""),)),
            ("no such index", (u32(nl.IFINDEX, 0x7ffffff0),)),
            ("index 0", (u32(nl.IFINDEX, 0),)),
            ("an index of 2 bytes", (attr(nl.IFINDEX, b"\1\0"),)),
            ("an index of 8 bytes", (attr(nl.IFINDEX, bytes(8)),)),
            ("a link of another kind", (attr(nl.IFNAME, "lo"),)),
            ("the index of a link of another kind", (u32(nl.IFINDEX, nl.index_of("lo")),)),
            ("two names", (attr(nl.IFNAME, "nobody0"), NAME)),
    ):
        yield make(f"{verb}: {name}", *words, *parts)


def about_requests():
    """The message itself."""
    plain = nl.REQUEST | nl.ACK
    mark = u32(nl.FWMARK, 9)
    yield set_("an unknown command", command=2)
    yield set_("command 64", command=64)
    yield set_("family version 0", mark, version=0)
    yield set_("family version 2", mark, version=2)
    yield set_("a reserved field that is not 0", mark, reserved=1)
    yield set_("a set with unknown message flags", mark, flags=plain | 0x400)
    yield set_("a set that asks for a dump", mark, flags=plain | nl.DUMP)
    yield get("a get that asks for no dump", NAME, flags=plain)
    yield get("a get with a reserved field", NAME, reserved=1)
    yield get("a get with unknown message flags", NAME, flags=plain | nl.DUMP | 0x400)
    yield get("a get with a port", NAME, u16(nl.LISTEN_PORT, 1))
    yield get("a get with peers", NAME, first_peer())
    yield get("a get with an unknown attribute", NAME, u32(9, 1))
    yield get("a get, family version 0", NAME, version=0)


def about_devices():
    """Attributes of the device."""
    mark = u32(nl.FWMARK, 9)
    for name, *parts in (
            ("a mark alone",),
            ("a private key of 31 bytes", attr(nl.PRIVATE_KEY, bytes(31))),
            ("a private key of 33 bytes", attr(nl.PRIVATE_KEY, b"\1" * 33)),
            ("a private key of no bytes", attr(nl.PRIVATE_KEY, b"")),
            ("private key removed", attr(nl.PRIVATE_KEY, bytes(32))),
            ("another private key", attr(nl.PRIVATE_KEY, key("other"))),
            ("a private key of ones", attr(nl.PRIVATE_KEY, b"\xff" * 32)),
            ("a private key of 1", attr(nl.PRIVATE_KEY, b"\1" + bytes(31))),
            ("the same private key", attr(nl.PRIVATE_KEY, key("device"))),
            ("the device's public key", attr(nl.PUBLIC_KEY, key("any"))),
            ("the device's public key, 31 bytes of it", attr(nl.PUBLIC_KEY, bytes(31))),
            ("an unknown device flag", u32(nl.FLAGS, 2)),
            ("all device flags", u32(nl.FLAGS, 0xffffffff)),
            ("device flag 0", u32(nl.FLAGS, 0)),
            ("replace peers by none", u32(nl.FLAGS, 1)),
            ("device flags of 2 bytes", u16(nl.FLAGS, 1)),
            ("a port of 1 byte", u8(nl.LISTEN_PORT, 9)),
            ("a port of 4 bytes", u32(nl.LISTEN_PORT, 9)),
            ("another port", u16(nl.LISTEN_PORT, 4711)),
            ("a port that is in use, while down", u16(nl.LISTEN_PORT, BUSY_PORT)),
            ("two ports", u16(nl.LISTEN_PORT, 4711), u16(nl.LISTEN_PORT, 4712)),
            ("port 0, link down", u16(nl.LISTEN_PORT, 0)),
            ("a mark of 2 bytes", u16(nl.FWMARK, 9)),
            ("mark removed", u32(nl.FWMARK, 0)),
            ("an attribute of type 0", u32(0, 1)),
            ("an unknown attribute", u32(9, 1)),
            ("attribute 64", u32(64, 1)),
            ("attribute 0x3fff", u32(0x3fff, 1)),
            ("bytes after the last attribute", b"\1\2"),
            ("a mark that is a nest", attr(nl.FWMARK | nl.NESTED, bytes(4))),
            ("a mark in network order", attr(nl.FWMARK | 0x4000, bytes(4))),
            ("peers of no bytes", attr(nl.PEERS, b"")),
            ("peers that are no nest", attr(nl.PEERS, nl.peer(key("new")))),
            ("peers of invalid bytes", attr(nl.PEERS | nl.NESTED, b"\1\2\3")),
            ("peers, none", nest(nl.PEERS)),
            ("peers twice", first_peer(u16(nl.PEER_KEEPALIVE, 3)),
             nest(nl.PEERS, nl.peer(key("new")))),
    ):
        yield set_(name, mark, *parts)
    yield set_("a port that is in use", u16(nl.LISTEN_PORT, BUSY_PORT), up=True)
    yield set_("a port that is in use, and peers", u32(nl.FLAGS, 1),
               u16(nl.LISTEN_PORT, BUSY_PORT), first_peer(u16(nl.PEER_KEEPALIVE, 3)), up=True)
    yield set_("the current port", u16(nl.LISTEN_PORT, PORT), up=True)
    yield set_("port 0, link up", u16(nl.LISTEN_PORT, 0), up=True)


def about_peers():
    """Attributes of a peer."""
    for name, *parts in (
            ("a peer with its public key alone",),
            ("a pre-shared key of 16 bytes", attr(nl.PEER_PSK, bytes(16))),
            ("a pre-shared key", attr(nl.PEER_PSK, key("psk"))),
            ("a pre-shared key of zeros", attr(nl.PEER_PSK, bytes(32))),
            ("an unknown peer flag", u32(nl.PEER_FLAGS, 8)),
            ("all peer flags", u32(nl.PEER_FLAGS, 0xffffffff)),
            ("attribute 64 of a peer", u32(64, 1)),
            ("peer flags of 2 bytes", u16(nl.PEER_FLAGS, 1)),
            ("remove a peer that is not there", u32(nl.PEER_FLAGS, nl.PEER_REMOVE)),
            ("update a peer that is not there", u32(nl.PEER_FLAGS, nl.PEER_UPDATE_ONLY),
             u16(nl.PEER_KEEPALIVE, 3)),
            ("replace the allowed IPs of a new peer",
             u32(nl.PEER_FLAGS, nl.PEER_REPLACE_IPS),
             nest(nl.PEER_IPS, nl.allowed_ip("10.4.0.0/16"))),
            ("an endpoint of no bytes", attr(nl.PEER_ENDPOINT, b"")),
            ("an endpoint of 4 bytes", to(socket.AF_INET, 4)),
            ("an endpoint of 15 bytes", to(socket.AF_INET, 15)),
            ("an IPv4 endpoint", to(socket.AF_INET, 16)),
            ("an IPv4 endpoint of 17 bytes", to(socket.AF_INET, 17)),
            ("an IPv4 endpoint of 28 bytes", to(socket.AF_INET, 28)),
            ("an IPv4 endpoint with port 0", to(socket.AF_INET, 16, 0)),
            ("an IPv6 endpoint of 16 bytes", to(socket.AF_INET6, 16)),
            ("an IPv6 endpoint of 27 bytes", to(socket.AF_INET6, 27)),
            ("an IPv6 endpoint", attr(nl.PEER_ENDPOINT, nl.endpoint("fd00::9", 7))),
            ("a link-local endpoint", attr(nl.PEER_ENDPOINT, nl.endpoint("fe80::9", 7)[:24] +
                                           struct.pack("=I", 1))),
            ("an IPv6 endpoint with port 0", attr(nl.PEER_ENDPOINT, nl.endpoint("fd00::9", 0))),
            ("an IPv4-mapped endpoint",
             attr(nl.PEER_ENDPOINT, nl.endpoint("::ffff:192.0.2.1", 7))),
            ("an endpoint of family 99", to(99, 16)),
            ("a long endpoint of family 99", to(99, 28)),
            ("an endpoint of family 0", to(0, 16)),
            ("endpoint 0.0.0.0", attr(nl.PEER_ENDPOINT, nl.endpoint("0.0.0.0", 7))),
            ("a keepalive of 1 byte", u8(nl.PEER_KEEPALIVE, 5)),
            ("a keepalive of 65535 s", u16(nl.PEER_KEEPALIVE, 65535)),
            ("a time of handshake", attr(nl.PEER_HANDSHAKE, b"\1" * 16)),
            ("a time of handshake of 15 bytes", attr(nl.PEER_HANDSHAKE, bytes(15))),
            ("bytes received", attr(nl.PEER_RX, b"\1" * 8)),
            ("bytes received, 4 of them", u32(nl.PEER_RX, 5)),
            ("bytes sent", attr(nl.PEER_TX, b"\1" * 8)),
            ("bytes sent, 7 of them", attr(nl.PEER_TX, bytes(7))),
            ("protocol version 0", u32(nl.PEER_VERSION, 0)),
            ("protocol version 1", u32(nl.PEER_VERSION, 1)),
            ("protocol version 2", u32(nl.PEER_VERSION, 2)),
            ("a protocol version of 2 bytes", u16(nl.PEER_VERSION, 1)),
            ("a peer's attribute of type 0", u32(0, 1)),
            ("an unknown attribute of a peer", u32(11, 1)),
            ("a peer's attribute 64", u32(64, 1)),
            ("bytes after a peer's last attribute", b"\1\2"),
            ("allowed IPs of no bytes", attr(nl.PEER_IPS, b"")),
            ("allowed IPs that are no nest", attr(nl.PEER_IPS, nl.allowed_ip("10.4.0.0/16"))),
            ("allowed IPs, none", nest(nl.PEER_IPS)),
            ("allowed IPs twice", nest(nl.PEER_IPS, nl.allowed_ip("10.4.0.0/16")),
             nest(nl.PEER_IPS, nl.allowed_ip("10.5.0.0/16"))),
    ):
        yield set_(name, peer(*parts))
    for name, *elements in (
            ("a peer without a public key", nest(0, u16(nl.PEER_KEEPALIVE, 5))),
            ("a peer of no bytes", nest(0)),
            ("a peer that is no nest", attr(0, attr(nl.PEER_KEY, key("new")))),
            ("a peer of type 1", nest(1, attr(nl.PEER_KEY, key("new")))),
            ("a peer of type 77", nest(77, attr(nl.PEER_KEY, key("new")))),
            ("a public key of 31 bytes", nl.peer(bytes(31))),
            ("a public key of 33 bytes", nl.peer(bytes(33))),
            ("a public key of zeros", nl.peer(bytes(32))),
            ("a public key of ones", nl.peer(b"\xff" * 32)),
            ("two public keys", nl.peer(key("new"), attr(nl.PEER_KEY, key("newer")))),
            ("a peer twice", nl.peer(key("new"), u16(nl.PEER_KEEPALIVE, 3)),
             nl.peer(key("new"), u16(nl.PEER_KEEPALIVE, 4))),
            ("a peer added and removed", nl.peer(key("new")),
             nl.peer(key("new"), u32(nl.PEER_FLAGS, nl.PEER_REMOVE))),
            ("a peer removed and added",
             nl.peer(key("first"), u32(nl.PEER_FLAGS, nl.PEER_REMOVE)), nl.peer(key("first"))),
            ("remove a peer, with other attributes",
             nl.peer(key("first"), u32(nl.PEER_FLAGS, nl.PEER_REMOVE | nl.PEER_REPLACE_IPS),
                     u16(nl.PEER_KEEPALIVE, 3))),
            ("a peer with the device's own public key", nl.peer(public_of("device"))),
            ("update only, of a known peer",
             nl.peer(key("first"), u32(nl.PEER_FLAGS, nl.PEER_UPDATE_ONLY),
                               u16(nl.PEER_KEEPALIVE, 3))),
            ("replace allowed IPs", nl.peer(
                key("first"), u32(nl.PEER_FLAGS, nl.PEER_REPLACE_IPS),
                nest(nl.PEER_IPS, nl.allowed_ip("10.4.0.0/16")))),
            ("replace allowed IPs by none",
             nl.peer(key("first"), u32(nl.PEER_FLAGS, nl.PEER_REPLACE_IPS))),
    ):
        yield set_(name, nest(nl.PEERS, *elements))
    yield set_("replace peers", u32(nl.FLAGS, 1), nest(nl.PEERS, nl.peer(key("new"))))
    yield set_("replace peers by the same", u32(nl.FLAGS, 1),
               nest(nl.PEERS, nl.peer(key("first"))))
    yield set_("replace peers, and a bad one", u32(nl.FLAGS, 1),
               nest(nl.PEERS, nl.peer(key("new")), nl.peer(bytes(31))))
    yield set_("a private key whose public key a peer has", attr(nl.PRIVATE_KEY, key("twin")),
               nest(nl.PEERS, nl.peer(key("new"))))


def about_ips():
    """Attributes of an allowed IP."""
    four, six = attr(nl.IP_ADDRESS, b"\x0a\4\3\2"), attr(nl.IP_ADDRESS, b"\xfd" + b"\4" * 15)
    for name, *parts in (
            ("an allowed IP without attributes",),
            ("an allowed IP without a family", four, u8(nl.IP_PREFIX, 24)),
            ("an allowed IP without an address", V4, u8(nl.IP_PREFIX, 24)),
            ("an allowed IP without a length", V4, four),
            ("an IPv4 prefix of 32", V4, four, u8(nl.IP_PREFIX, 32)),
            ("an IPv4 prefix of 33", V4, four, u8(nl.IP_PREFIX, 33)),
            ("an IPv4 prefix with more bits", V4, four, u8(nl.IP_PREFIX, 9)),
            ("an IPv4 prefix of 0", V4, four, u8(nl.IP_PREFIX, 0)),
            ("an IPv6 prefix with more bits", V6, six, u8(nl.IP_PREFIX, 65)),
            ("an IPv6 prefix of 129", V6, six, u8(nl.IP_PREFIX, 129)),
            ("an IPv6 prefix of 255", V6, six, u8(nl.IP_PREFIX, 255)),
            ("an IPv4 address of 16 bytes", V4, six, u8(nl.IP_PREFIX, 24)),
            ("an IPv6 address of 4 bytes", V6, four, u8(nl.IP_PREFIX, 24)),
            ("an address of 3 bytes", V4, attr(nl.IP_ADDRESS, bytes(3)), u8(nl.IP_PREFIX, 24)),
            ("an address of 5 bytes", V4, attr(nl.IP_ADDRESS, bytes(5)), u8(nl.IP_PREFIX, 24)),
            ("an allowed IP of family 99", u16(nl.IP_FAMILY, 99), four, u8(nl.IP_PREFIX, 24)),
            ("an allowed IP of family 0", u16(nl.IP_FAMILY, 0), four, u8(nl.IP_PREFIX, 24)),
            ("attribute 64 of an allowed IP", V4, four, u8(nl.IP_PREFIX, 24), u32(64, 1)),
            ("a family of 1 byte", u8(nl.IP_FAMILY, 2), four, u8(nl.IP_PREFIX, 24)),
            ("a length of 2 bytes", V4, four, u16(nl.IP_PREFIX, 24)),
            ("an unknown flag of an allowed IP", V4, four, u8(nl.IP_PREFIX, 24),
             u32(nl.IP_FLAGS, 2)),
            ("flags of an allowed IP of 2 bytes", V4, four, u8(nl.IP_PREFIX, 24),
             u16(nl.IP_FLAGS, 1)),
            ("flag 0 of an allowed IP", V4, four, u8(nl.IP_PREFIX, 24), u32(nl.IP_FLAGS, 0)),
            ("remove an allowed IP that is not there", V4, four, u8(nl.IP_PREFIX, 24),
             u32(nl.IP_FLAGS, nl.IP_REMOVE)),
            ("an unknown attribute of an allowed IP", V4, four, u8(nl.IP_PREFIX, 24),
             u32(5, 1)),
            ("an allowed IP's attribute 64", V4, four, u8(nl.IP_PREFIX, 24), u32(64, 1)),
    ):
        yield set_(name, ip(*parts))
    yield set_("an allowed IP that is no nest", peer(nest(
        nl.PEER_IPS, attr(0, V4 + four + u8(nl.IP_PREFIX, 24)))))
    yield set_("an allowed IP of type 9", peer(nest(
        nl.PEER_IPS, nest(9, V4, four, u8(nl.IP_PREFIX, 24)))))
    yield set_("an allowed IP of another peer", peer(nest(
        nl.PEER_IPS, nl.allowed_ip("10.1.0.0/16"))))
    yield set_("an allowed IP again", first_peer(nest(
        nl.PEER_IPS, nl.allowed_ip("10.1.0.0/16"))))
    yield set_("an allowed IP within another", first_peer(nest(
        nl.PEER_IPS, nl.allowed_ip("10.1.2.0/24"), nl.allowed_ip("10.0.0.0/8"))))
    yield set_("remove an allowed IP", first_peer(nest(
        nl.PEER_IPS, nl.allowed_ip("10.1.0.0/16", u32(nl.IP_FLAGS, nl.IP_REMOVE)))))


def questions():
    yield from which_link(Question, "set", u32(nl.FWMARK, 9))
    yield from which_link(get, "get")
    for about in (about_requests, about_devices, about_peers, about_ips):
        yield from about()


def populate(client):
    """A link with settings and peers."""
    client.set(NAME, attr(nl.PRIVATE_KEY, key("device")), u16(nl.LISTEN_PORT, PORT),
               u32(nl.FWMARK, 7),
               nest(nl.PEERS, nl.peer(
                   key("first"), attr(nl.PEER_PSK, key("psk of first")),
                   attr(nl.PEER_ENDPOINT, nl.endpoint("192.0.2.77", 4000)),
                   nest(nl.PEER_IPS, nl.allowed_ip("10.1.0.0/16"), nl.allowed_ip("fd01::/64"),
                        nl.allowed_ip("10.2.0.0/16"))),
                    nl.peer(public_of("twin")),
                    nl.peer(key("last"), u16(nl.PEER_KEEPALIVE, 25))))


def show(value):
    if isinstance(value, bytes):
        return value.hex()
    if isinstance(value, dict):
        return {show(name) if isinstance(name, bytes) else str(name): show(part)
                for name, part in value.items()}
    if isinstance(value, list):
        return [show(part) for part in value]
    return value


def state(client):
    """A dump without what is by chance; the order of peers and allowed IPs stays."""
    dump = client.dump(DEV)
    dump["device"].pop(nl.IFINDEX)
    port, = struct.unpack("=H", dump["device"][nl.LISTEN_PORT])
    if port not in (0, PORT, BUSY_PORT, 4711, 4712):
        dump["device"][nl.LISTEN_PORT] = "any"
    dump["peers"] = [[name, fields] for name, fields in dump["peers"].items()]
    return show(dump)


def name_of(number):
    """Two names for one number: Python's is not that of the kernel."""
    return "EOPNOTSUPP" if number == errno.EOPNOTSUPP else errno.errorcode.get(number, number)


def answer(ask, *arguments, **options):
    """Returns "ok" or the name of an errno, and what ASK has returned."""
    try:
        return "ok", ask(*arguments, **options)
    except nl.Refusal as refusal:
        return name_of(refusal.errno), None
    except OSError as error:
        return name_of(error.errno), None


def ask(client, question):
    """An answer, the state after it, and whether a refusal has changed anything."""
    before = state(client)
    code, _ = answer(client.request, question.command, b"".join(question.parts),
                     **question.options)
    after = state(client)
    return {"answer": code, "state": after if code == "ok" else None,
            "changed": code != "ok" and before != after}


def requests():
    route, client = rtnl.Client(), nl.Client("wireguard")
    busy = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
    busy.bind(("0.0.0.0", BUSY_PORT))
    found = {}
    for question in questions():
        route.add(DEV, "wireguard", index=INDEX)
        populate(client)
        if question.up:
            route.change(DEV, up=True)
        found[question.name] = ask(client, question)
        route.delete(DEV)
    busy.close()
    return found


# IFLA_ attributes that say nothing of the kind: limits of the MTU, on which the two differ,
# as man culvert says; and how a driver wants its packets laid out, which only the
# stack uses. In that of the families, IPv6 has more of them: counters of its own, and
# IFLA_INET6_CACHEINFO, which has random times.
AF_SPEC, MIN_MTU, MAX_MTU = 26, 50, 51
TSO_MAX_SIZE, HEADROOM, TAILROOM = 59, 68, 69
INET6_STATS, INET6_CACHEINFO, INET6_ICMP6STATS = 3, 5, 6


def show_link(route):
    """A link as rtnetlink tells it, without what changes all the time."""
    kind, flags, found = route.get(DEV)
    for number in (MIN_MTU, MAX_MTU, TSO_MAX_SIZE, HEADROOM, TAILROOM):
        found.pop(number, None)
    families = {family: dict(nl.attrs(value)) for family, value in nl.attrs(found[AF_SPEC])}
    for number in (INET6_STATS, INET6_CACHEINFO, INET6_ICMP6STATS):
        families.get(socket.AF_INET6, {}).pop(number, None)
    found[AF_SPEC] = families
    return {"type": kind, "flags": flags, "attributes": show(found)}


def link_questions(route):
    """Pairs of a name and what makes a link."""
    def add(*parts, **more):
        return lambda: route.add(DEV, "wireguard", *parts, **more)

    yield "a link", add()
    yield "a link with an address", add(attr(rtnl.ADDRESS, b"\2\0\0\0\0\1"))
    yield "a link with MTU 1280", add(u32(rtnl.MTU, 1280))
    yield "a link with MTU 68", add(u32(rtnl.MTU, 68))
    yield "a link with MTU 65535", add(u32(rtnl.MTU, 65535))
    yield "a link with a queue length", add(u32(rtnl.TXQLEN, 17))
    yield "a link without a queue length", add(u32(rtnl.TXQLEN, 0))
    yield "a link with four queues", add(u32(rtnl.NUM_TX_QUEUES, 4))
    yield "a link with IFLA_LINK", add(u32(rtnl.LINK, nl.index_of("lo")))
    yield "a link with data", add(data=u32(1, 7))
    yield "a link with data of 200 attributes", add(data=b"".join(u8(n, 1) for n in range(200)))
    yield "a link with data of no bytes", add(data=b"")
    yield "a link with invalid data", add(data=b"\1\2\3")
    yield "a link that is created up", lambda: route.request(
        rtnl.NEWLINK, rtnl.CREATE, attr(rtnl.IFNAME, DEV),
        nest(rtnl.LINKINFO, attr(rtnl.INFO_KIND, "wireguard")), up=True)


def change_questions(route):
    """Pairs of a name and what changes a link."""
    def change(*parts, **more):
        return lambda: route.change(DEV, *parts, **more)

    kind = attr(rtnl.INFO_KIND, "wireguard")
    yield "up", change(up=True)
    yield "an address", change(attr(rtnl.ADDRESS, b"\2\0\0\0\0\1"))
    yield "MTU 1300", change(u32(rtnl.MTU, 1300))
    yield "a master", change(u32(rtnl.MASTER, nl.index_of("lo")))
    yield "its own kind", change(nest(rtnl.LINKINFO, kind))
    yield "its own kind, with data", change(nest(rtnl.LINKINFO, kind,
                                                 attr(rtnl.INFO_DATA, u32(1, 7))))
    yield "another kind", change(nest(rtnl.LINKINFO, attr(rtnl.INFO_KIND, "dummy")))
    yield "the same name", change()
    yield "another link of that name", lambda: route.add(DEV, "wireguard")
    yield "down", change(up=False)


def links():
    route, found = rtnl.Client(), {}
    for name, make in link_questions(route):
        code, _ = answer(make)
        found[name] = {"answer": code}
        if code == "ok":
            found[name]["state"] = show_link(route)
            route.delete(DEV)
    for name, change in change_questions(route):
        route.add(DEV, "wireguard")
        if name == "down":
            route.change(DEV, up=True)
        code, _ = answer(change)
        found[f"change: {name}"] = {"answer": code, "state": show_link(route)}
        route.delete(DEV)
    return found


# Of /sys/class/net/DEV: what is by chance, and what belongs to the bus.
BY_CHANCE = ("ifindex", "iflink", "uevent", "power", "subsystem", "device")


def read(path):
    try:
        with open(path, encoding="ascii") as file:
            return file.read().strip()
    except OSError as error:
        return errno.errorcode[error.errno]


def sysfs():
    """All that /sys/class/net says of the link; snmpd, collectors and others read it."""
    top, found = f"/sys/class/net/{DEV}/", {}
    for directory, below, names in os.walk(top):
        below[:] = [name for name in below if name not in BY_CHANCE]
        for name in names:
            if name not in BY_CHANCE and os.stat(f"{directory}/{name}").st_mode & 0o444:
                found[f"{directory}/{name}"[len(top):].lstrip("/")] = read(f"{directory}/{name}")
    with open("/proc/net/dev", encoding="ascii") as file:
        found["/proc/net/dev"] = [line.split() for line in file if DEV in line]
    return found


def ethtool(option):
    """Of ethtool(8); not -i and -S, which say whose the link is, and why packets were lost."""
    done = subprocess.run(["ethtool", *([option] if option else []), DEV], text=True, check=False,
                          stdout=subprocess.PIPE, stderr=subprocess.STDOUT)
    # How a driver wants its packets laid out does not matter, as above.
    return {"status": done.returncode, "text": [line for line in done.stdout.splitlines()
                                                if "scatter-gather-fraglist" not in line]}


def shown():
    route, found = rtnl.Client(), {}
    for name, up, *parts in (
            ("a link", False),
            ("a link that is up", True),
            ("a link with four TX queues", False, u32(rtnl.NUM_TX_QUEUES, 4)),
            ("a link with three RX queues", True, u32(rtnl.NUM_RX_QUEUES, 3)),
    ):
        route.add(DEV, "wireguard", *parts)
        if up:
            route.change(DEV, up=True)
        found[f"{name}: in /sys"] = {"answer": "ok", "state": sysfs()}
        for option in ("", "-k", "-l", "-g", "-c", "-a", "-T", "-P", "-d", "-m", "--show-priv-flags"):
            found[f"{name}: ethtool {option}"] = {"answer": "ok", "state": ethtool(option)}
        route.delete(DEV)
    return found


def policies():
    """What the family says that it accepts: for each command its attributes."""
    def plain(policy):
        return {attribute: {what: plain(value) if what == "nest" else value.hex()
                            for what, value in rule.items()}
                for attribute, rule in policy.items()}

    return {f"command {number}": {"answer": "ok", "state": {
        how: plain(policy) for how, policy in ways.items()}}
            for number, ways in nl.policies("wireguard").items()}


def moved():
    """What may be done to a link whose socket is in another namespace."""
    route, client, found = rtnl.Client(), nl.Client("wireguard"), {}
    for what, *parts in (
            ("a port", u16(nl.LISTEN_PORT, 4711)),
            ("a mark", u32(nl.FWMARK, 9)),
            ("a port of 1 byte", u8(nl.LISTEN_PORT, 9)),
            ("a key", attr(nl.PRIVATE_KEY, key("other"))),
            ("a peer and a mark", u32(nl.FWMARK, 9), nest(nl.PEERS, nl.peer(key("new")))),
            ("a peer", nest(nl.PEERS, nl.peer(key("new")))),
            ("no attributes",),
    ):
        code, _ = answer(client.set, NAME, *parts)
        found[what] = {"answer": code, "state": state(client)}
    for what, up in (("down", False), ("up", True)):
        found[what] = {"answer": answer(route.change, DEV, up=up)[0], "state": state(client)}
    return found


def private():
    """Answers to requests without CAP_NET_ADMIN."""
    client, found = nl.Client("wireguard"), {}
    for what, command, flags, parts in (
            ("get", nl.GET_DEVICE, nl.DUMP, (NAME,)),
            ("get of a link that is not there", nl.GET_DEVICE, nl.DUMP, (attr(nl.IFNAME, "nobody0"),)),
            ("set", nl.SET_DEVICE, 0, (NAME, u32(nl.FWMARK, 9))),
            ("set without attributes", nl.SET_DEVICE, 0, ()),
            ("set of an invalid attribute", nl.SET_DEVICE, 0, (NAME, u8(nl.FWMARK, 9))),
    ):
        code, _ = answer(client.request, command, b"".join(parts),
                         flags=nl.REQUEST | nl.ACK | flags)
        found[what] = {"answer": code}
    return found


#
# Whole configurations.
#

def address(number):
    """A prefix, of either family and any length, by number."""
    if number % 3:
        return f"10.{number >> 8 & 255}.{number & 255}.0/{16 + number % 17}"
    return f"fd00:{number:x}::/{32 + number % 97}"


def many(client, count, ips=2):
    """COUNT peers with some allowed IPs each, as many messages as it takes."""
    for start in range(0, count, 100):
        client.set(NAME, nest(nl.PEERS, *(nl.peer(
            key(f"many {number}"), u16(nl.PEER_KEEPALIVE, number % 3),
            attr(nl.PEER_ENDPOINT, nl.endpoint(f"192.0.2.{number % 250}", 1 + number)),
            attr(nl.PEER_PSK, key(f"psk {number}") if number % 2 else bytes(32)),
            nest(nl.PEER_IPS, *(nl.allowed_ip(address(number * ips + ip)) for ip in range(ips))))
            for number in range(start, min(start + 100, count)))))


def wide(client, name, numbers):
    """Peer NAME gets these many allowed IPs."""
    numbers = list(numbers)
    for start in range(0, len(numbers), 500):
        client.set(NAME, nest(nl.PEERS, nl.peer(key(name), nest(
            nl.PEER_IPS, *(nl.allowed_ip(address(number))
                           for number in numbers[start:start + 500])))))


def remove(client, *names):
    client.set(NAME, nest(nl.PEERS, *(nl.peer(key(name), u32(nl.PEER_FLAGS, nl.PEER_REMOVE))
                                      for name in names)))


def configurations(client, peers):
    """Yields a name after each step."""
    populate(client)
    yield "three peers"
    wide(client, "wide", range(3000))
    yield "a peer over several messages"
    wide(client, "wider", range(1500, 4000, 3))
    yield "many allowed IPs have moved"
    wide(client, "wide", range(2999, 0, -7))
    yield "some allowed IPs move back, some are set again"
    remove(client, "first")
    populate(client)
    yield "the first peer becomes the last"
    many(client, peers)
    yield f"{peers} peers"
    remove(client, *(f"many {number}" for number in range(0, min(peers, 400), 7)))
    wide(client, "many 500", range(0, 2000, 11))
    yield "some peers removed, one with more allowed IPs"
    client.set(NAME, u32(nl.FLAGS, nl.REPLACE_PEERS),
               nest(nl.PEERS, nl.peer(key("last")), nl.peer(key("first"))))
    yield "two peers are left"


def configured(peers):
    """Each configuration as netlink, wg show and wg showconf tell it."""
    route, client, found = rtnl.Client(), nl.Client("wireguard"), {}
    route.add(DEV, "wireguard")
    for name in configurations(client, int(peers)):
        found[name] = {"answer": "ok", "state": state(client),
                       "wg show all dump": ktap.command("wg", "show", "all", "dump"),
                       "wg showconf": ktap.command("wg", "showconf", DEV)}
    route.delete(DEV)
    return found


#
# Comparing.
#

def unlike(theirs, ours, where="", found=None):
    """Where two records differ: lines of text, four at most."""
    found = [] if found is None else found
    if len(found) >= 4 or theirs == ours:
        return found
    if isinstance(theirs, str) and isinstance(ours, str) and "\n" in theirs + ours:
        theirs, ours = theirs.splitlines(), ours.splitlines()
    if isinstance(theirs, dict) and isinstance(ours, dict):
        for name in list(dict.fromkeys([*theirs, *ours])):
            unlike(theirs.get(name), ours.get(name), f"{where} {name}", found)
    elif isinstance(theirs, list) and isinstance(ours, list) and len(theirs) == len(ours):
        for number, (one, other) in enumerate(zip(theirs, ours)):
            unlike(one, other, f"{where}[{number}]", found)
    else:
        found.append(f"{where.strip()}: wireguard {theirs!r}, culvert {ours!r}"[:400])
    return found


def compare_one(what, name, theirs, ours):
    title = f"{what}: {name}"
    if ours.get("changed"):
        ktap.fail(f"{title}: a refusal changes nothing", "the state as before", "another")
    older = OLDER.get(name)
    if older and (theirs["answer"], ours["answer"]) == older[:2]:
        ktap.ok(f"{title}: {ours['answer']}, before 7.3 {theirs['answer']}")
        ktap.note(older[2])
        return
    differences = unlike({k: v for k, v in theirs.items() if k != "changed"},
                         {k: v for k, v in ours.items() if k != "changed"})
    ktap.true(f"{title}: {ours['answer']}", not differences, "the same of both modules",
              "\n#     ".join(differences))


def masked(policy):
    """Whether a policy has NL_POLICY_TYPE_ATTR_MASK anywhere."""
    return isinstance(policy, dict) and ("12" in policy or any(map(masked, policy.values())))


def compare_older_policy(what, name, theirs, ours):
    """An older one has none for nests, no masks for flags, and one for get and set."""
    for how, told in ours["state"].items():
        known = theirs["state"].get(how, {})
        ktap.equal(f"{what}: {name}: attributes of {how}, before 7.3",
                   [number for number in known if name != "command 0" or number in told],
                   list(told))


def compare(theirs, ours, *records):
    for what in records:
        with open(f"{theirs}.{what}", encoding="ascii") as one, \
                open(f"{ours}.{what}", encoding="ascii") as other:
            compare_records(what, json.load(one), json.load(other))


def compare_records(what, theirs, ours):
    ktap.equal(f"{what}: both records have the same names", list(theirs), list(ours))
    for name in theirs:
        if name not in ours:
            continue
        # The flags of a set show that it is an older policy.
        if name.startswith("command ") and "command 1" in theirs and \
                not masked(theirs["command 1"]):
            compare_older_policy(what, name, theirs[name], ours[name])
        else:
            compare_one(what, name, theirs[name], ours[name])


#
# The families themselves.
#

CTRL_VERSION, CTRL_MCAST_GROUPS, CTRL_NAME = 3, 7, 2


def names():
    client = nl.Client("nlctrl")
    for _, data in client.request(nl.CTRL_GETFAMILY, b"", version=2,
                                  flags=nl.REQUEST | nl.ACK | nl.DUMP):
        print(dict(nl.attrs(data))[CTRL_NAME].rstrip(b"\0").decode())


def serves():
    for family, dev, expected in (("culvert", "cv0", "ok"), ("culvert", "wg0", "ok"),
                                  ("wireguard", "wg0", "ok"),
                                  ("wireguard", "cv0", "EOPNOTSUPP"),
                                  ("wireguard", "lo", "EOPNOTSUPP")):
        client, name = nl.Client(family), attr(nl.IFNAME, dev)
        ktap.equal(f"family {family}, link {dev}: get", expected,
                   answer(client.dump, dev)[0])
        ktap.equal(f"family {family}, link {dev}: set", expected,
                   answer(client.set, name, u32(nl.FWMARK, 9))[0])
    (_, data), = client.request(nl.CTRL_GETFAMILY, attr(CTRL_NAME, "wireguard"), version=2,
                                family=16)
    told = dict(nl.attrs(data))
    ktap.equal("family wireguard is of version 1", 1,
               struct.unpack("=I", told[CTRL_VERSION])[0])
    ktap.true("family wireguard has no multicast groups", CTRL_MCAST_GROUPS not in told,
              "none", told.get(CTRL_MCAST_GROUPS))


def main():
    words = {"compare": compare, "serves": serves, "names": names, "call": nl.Client}
    takes = {"requests": requests, "links": links, "shown": shown, "policies": policies, "moved": moved,
             "private": private, "configured": configured}
    what, *rest = sys.argv[1:]
    if what in takes:
        # In one go: json.dump() and indents are Python's, and many times slower.
        sys.stdout.write(json.dumps(takes[what](*rest)))
    else:
        words[what](*rest)


if __name__ == "__main__":
    main()
