#!/usr/bin/python3
# SPDX-License-Identifier: GPL-2.0
"""The generic netlink family from a raw client: what it refuses and with which
extack text, that a refusal changes nothing, and what its commands do.
Run by netlink-*.sh in the namespace of a link cv0 that is up.

    netlink_requests.py refusals | commands | dumps | unprivileged | guest
"""
import errno
import os
import re
import socket
import struct
import sys
import time

from cvtest import ktap, netlink as nl
from cvtest.netlink import attr, nest, u8, u16, u32

DEV = "cv0"
NAME = attr(nl.IFNAME, DEV)
CULVERT = ktap.KIND == "culvert"


def refused(client, name, expected, text, *parts):
    """A set of PARTS is refused with one of the errnos EXPECTED and with words that
    match TEXT; the link is as before."""
    before = client.dump_raw(NAME)
    numbers = expected if isinstance(expected, tuple) else (expected,)
    codes = " or ".join(errno.errorcode[number] for number in numbers)
    try:
        client.set(*parts)
        ktap.fail(f"{name}: refused", codes, "accepted")
    except nl.Refusal as refusal:
        if CULVERT:
            ktap.true(f"{name}: {codes}", refusal.errno in numbers, codes, refusal)
            ktap.true(f"{name}: the extack text says why",
                      refusal.text and re.search(text, refusal.text, re.I),
                      f"text that matches /{text}/", refusal.text)
        else:
            ktap.ok(f"{name}: refused")
    if CULVERT:
        ktap.true(f"{name}: nothing changed", before == client.dump_raw(NAME),
                  "a dump as before", "another one")


def with_peer(*parts):
    """A request that adds a good peer, then one with PARTS."""
    return NAME + nest(nl.PEERS, nl.peer(nl.key(), nest(nl.PEER_IPS, nl.allowed_ip(
        "10.9.9.0/24"))), nest(0, *parts))


def with_ip(*parts):
    return with_peer(attr(nl.PEER_KEY, nl.key()),
                     nest(nl.PEER_IPS, nl.allowed_ip("10.9.8.0/24"), nest(0, *parts)))


def populate(client):
    """A link with settings and a peer."""
    client.set(NAME, attr(nl.PRIVATE_KEY, nl.key()), u16(nl.LISTEN_PORT, 51820),
               u32(nl.FWMARK, 7),
               nest(nl.PEERS, nl.peer(
                   nl.key(), attr(nl.PEER_PSK, nl.key()),
                   attr(nl.PEER_ENDPOINT, nl.endpoint("192.0.2.77", 4000)),
                   u16(nl.PEER_KEEPALIVE, 0),
                   nest(nl.PEER_IPS, nl.allowed_ip("10.1.0.0/16"),
                        nl.allowed_ip("fd01::/64")))))


def refusals(client):
    """Refusals."""
    populate(client)
    inval = (errno.EINVAL, errno.ERANGE)
    index = u32(nl.IFINDEX, nl.index_of(DEV))
    port = u16(nl.LISTEN_PORT, 999)
    for name, expected, text, request in (
            ("neither name nor index", errno.EBADR, "name.*index|index.*name", port),
            ("both name and index", errno.EBADR, "name.*index|index.*name",
             NAME + index + port),
            ("no such name", errno.ENODEV, "no such (link|device)",
             attr(nl.IFNAME, "nobody0") + port),
            ("no such index", errno.ENODEV, "no such (link|device)",
             u32(nl.IFINDEX, 0x7ffffff0) + port),
            ("index 0", errno.ENODEV, "no such (link|device)", u32(nl.IFINDEX, 0) + port),
            ("a link of another kind", errno.EOPNOTSUPP, "kind", attr(nl.IFNAME, "lo") + port),
            ("a name of 16 characters", inval + (errno.ENODEV,), ".",
             attr(nl.IFNAME, "x" * 16) + port),
            ("a name without its end", inval, ".",
             attr(nl.IFNAME, b"cv0") + port),
            ("an index of 2 bytes", inval, ".", attr(nl.IFINDEX, b"\1\0") + port),
    ):
        refused(client, name, expected, text, request)
    for name, expected, text, part in (
            ("a private key of 31 bytes", errno.EINVAL, "32", attr(nl.PRIVATE_KEY, bytes(31))),
            ("a private key of 33 bytes", errno.EINVAL, "32",
             attr(nl.PRIVATE_KEY, b"\1" * 33)),
            ("an unknown device flag", (errno.EOPNOTSUPP, errno.EINVAL), "flag",
             u32(nl.FLAGS, 2)),
            ("device flags of 2 bytes", inval, ".", u16(nl.FLAGS, 1)),
            ("a port of 1 byte", inval, ".", u8(nl.LISTEN_PORT, 9)),
            ("a mark of 2 bytes", inval, ".", u16(nl.FWMARK, 9)),
            ("peers that are no nests", inval, ".", attr(nl.PEERS, b"\1\2\3")),
    ):
        refused(client, name, expected, text, NAME + port + part)
    if CULVERT:
        refused(client, "a public key in a set", errno.EINVAL, ".",
                NAME + attr(nl.PUBLIC_KEY, bytes(32)) + port)
    key = attr(nl.PEER_KEY, nl.key())
    for name, expected, text, parts in (
            ("a peer without a public key", errno.EINVAL, "public key",
             (u16(nl.PEER_KEEPALIVE, 5),)),
            ("a public key of 31 bytes", errno.EINVAL, "32", (attr(nl.PEER_KEY, bytes(31)),)),
            ("a public key of 33 bytes", errno.EINVAL, "32", (attr(nl.PEER_KEY, bytes(33)),)),
            ("a pre-shared key of 16 bytes", errno.EINVAL, "32",
             (key, attr(nl.PEER_PSK, bytes(16)))),
            ("an unknown peer flag", (errno.EOPNOTSUPP, errno.EINVAL), "flag",
             (key, u32(nl.PEER_FLAGS, 8))),
            ("an endpoint of 4 bytes", errno.EINVAL, "endpoint",
             (key, attr(nl.PEER_ENDPOINT, nl.endpoint("192.0.2.1", 5)[:4]))),
            ("an endpoint of no bytes", errno.EINVAL, "endpoint",
             (key, attr(nl.PEER_ENDPOINT, b""))),
            ("a cut IPv6 endpoint", errno.EINVAL, "endpoint",
             (key, attr(nl.PEER_ENDPOINT, nl.endpoint("fd00::1", 5)[:20]))),
            ("a keepalive of 1 byte", inval, ".", (key, u8(nl.PEER_KEEPALIVE, 5))),
            ("protocol version 2", errno.EPFNOSUPPORT, "version",
             (key, u32(nl.PEER_VERSION, 2))),
            ("protocol version 0", errno.EPFNOSUPPORT, "version",
             (key, u32(nl.PEER_VERSION, 0))),
    ):
        refused(client, name, expected, text, with_peer(*parts))
    if CULVERT:
        refused(client, "an endpoint of an unknown family",
                (errno.EAFNOSUPPORT, errno.EINVAL), "endpoint|family",
                with_peer(key, attr(nl.PEER_ENDPOINT, struct.pack("=H", 99) + bytes(14))))
        refused(client, "an endpoint with port 0", errno.EINVAL, "port",
                with_peer(key, attr(nl.PEER_ENDPOINT, nl.endpoint("192.0.2.1", 0))))
        refused(client, "an IPv6 endpoint with port 0", errno.EINVAL, "port",
                with_peer(key, attr(nl.PEER_ENDPOINT, nl.endpoint("fd00::1", 0))))
        refused(client, "a cut IPv4 endpoint", errno.EINVAL, "endpoint",
                with_peer(key, attr(nl.PEER_ENDPOINT, nl.endpoint("192.0.2.1", 5)[:8])))
        refused(client, "a time of handshake in a set", errno.EINVAL, ".",
                with_peer(key, attr(nl.PEER_HANDSHAKE, bytes(16))))
    four = u16(nl.IP_FAMILY, socket.AF_INET)
    six = u16(nl.IP_FAMILY, socket.AF_INET6)
    for name, expected, text, parts in (
            ("an IPv4 prefix of 33", errno.EINVAL, "prefix",
             (four, attr(nl.IP_ADDRESS, bytes(4)), u8(nl.IP_PREFIX, 33))),
            ("an IPv6 prefix of 129", errno.EINVAL, "prefix",
             (six, attr(nl.IP_ADDRESS, bytes(16)), u8(nl.IP_PREFIX, 129))),
            ("an IPv4 address of 16 bytes", errno.EINVAL, "address",
             (four, attr(nl.IP_ADDRESS, bytes(16)), u8(nl.IP_PREFIX, 24))),
            ("an IPv6 address of 4 bytes", errno.EINVAL, "address",
             (six, attr(nl.IP_ADDRESS, bytes(4)), u8(nl.IP_PREFIX, 24))),
            ("an address of 3 bytes", errno.EINVAL, "address",
             (four, attr(nl.IP_ADDRESS, bytes(3)), u8(nl.IP_PREFIX, 24))),
            ("an allowed IP of an unknown family", (errno.EINVAL, errno.EAFNOSUPPORT), "family",
             (u16(nl.IP_FAMILY, 99), attr(nl.IP_ADDRESS, bytes(4)), u8(nl.IP_PREFIX, 24))),
            ("an allowed IP without a family", errno.EINVAL, "family",
             (attr(nl.IP_ADDRESS, bytes(4)), u8(nl.IP_PREFIX, 24))),
            ("an allowed IP without an address", errno.EINVAL, "address",
             (four, u8(nl.IP_PREFIX, 24))),
            ("an allowed IP without a length", errno.EINVAL, "prefix|length",
             (four, attr(nl.IP_ADDRESS, bytes(4)))),
    ):
        refused(client, name, expected, text, with_ip(*parts))
    if CULVERT:
        refused(client, "an unknown flag of an allowed IP", (errno.EOPNOTSUPP, errno.EINVAL),
                "flag", with_ip(four, attr(nl.IP_ADDRESS, bytes(4)), u8(nl.IP_PREFIX, 24),
                                u32(nl.IP_FLAGS, 2)))


KNOWN = bytes(range(32))


def populate_ways(client):
    """A link with a peer of key KNOWN that has candidates and sources."""
    populate(client)
    client.set(NAME, nest(nl.PEERS, nl.peer(
        KNOWN, attr(nl.PEER_ENDPOINT, nl.endpoint("192.0.2.1", 5)), u32(nl.PEER_SILENT_S, 3),
        nl.candidates(nl.candidate(nl.endpoint("192.0.2.2", 5), 9),
                      nl.candidate(nl.endpoint("2001:db8::2", 5))),
        nl.sources("192.0.2.0/24", "2001:db8::/32"))))


def with_ways(*parts):
    """A request that changes the peer KNOWN, then one with PARTS."""
    return NAME + nest(nl.PEERS, nl.peer(KNOWN, nl.candidates(), u8(nl.PEER_FOLLOW,
                                                                    nl.FOLLOW_NEVER),
                                         u32(nl.PEER_SILENT_S, 7)),
                       nl.peer(nl.key(), *parts))


def candidate_refusals(client):
    """Refused candidates."""
    populate_ways(client)
    inval = (errno.EINVAL, errno.ERANGE)
    four, six = nl.endpoint("192.0.2.3", 5), nl.endpoint("2001:db8::3", 5)
    for name, expected, text, elements in (
            ("9 candidates", errno.E2BIG, "candidate",
             [nl.candidate(nl.endpoint(f"192.0.2.{n}", 5)) for n in range(1, 10)]),
            ("a candidate without an endpoint", errno.EINVAL, "candidate",
             [nl.candidate(four), nest(0, u8(nl.CANDIDATE_PREFERENCE, 1))]),
            ("a candidate without anything", errno.EINVAL, "candidate", [nest(0)]),
            ("the same IPv4 candidate twice", errno.EEXIST, "candidate",
             [nl.candidate(four, 1), nl.candidate(six), nl.candidate(four, 2)]),
            ("the same IPv6 candidate twice", errno.EEXIST, "candidate",
             [nl.candidate(six), nl.candidate(six)]),
            ("a candidate that is in use", errno.EINVAL, "read-only",
             [nl.candidate(four, 1, attr(nl.CANDIDATE_IN_USE, b""))]),
            ("a preference of 2 bytes", inval, ".",
             [nl.candidate(four, None, u16(nl.CANDIDATE_PREFERENCE, 1))]),
            ("an unknown attribute of a candidate", errno.EINVAL, ".",
             [nl.candidate(four, 1, u8(67, 1))]),
    ):
        refused(client, name, expected, text, with_ways(nl.candidates(*elements)))
    refused(client, "candidates that are no nests", inval, ".",
            with_ways(attr(nl.PEER_CANDIDATES, b"\1\2\3")))
    for name, expected, text, where in (
            ("of 4 bytes", errno.EINVAL, "endpoint", four[:4]),
            ("of no bytes", errno.EINVAL, "endpoint", b""),
            ("of IPv4, cut", errno.EINVAL, "endpoint", four[:8]),
            ("of IPv6, cut", errno.EINVAL, "endpoint", six[:20]),
            ("of an unknown family", errno.EAFNOSUPPORT, "endpoint|family",
             struct.pack("=H", 99) + bytes(14)),
            ("of IPv4 with port 0", errno.EINVAL, "port", nl.endpoint("192.0.2.3", 0)),
            ("of IPv6 with port 0", errno.EINVAL, "port", nl.endpoint("2001:db8::3", 0)),
            *((f"at {address}", errno.EINVAL, "a candidate must be the address of one host",
               nl.endpoint(address, 5))
              for address in ("224.0.0.1", "239.255.255.255", "255.255.255.255", "0.0.0.0",
                              "ff02::1", "::", "::ffff:192.0.2.3"))):
        refused(client, f"a candidate {name}", expected, text,
                with_ways(nl.candidates(nl.candidate(six, 4), nl.candidate(where))))


def follow_refusals(client):
    """Refused limits of where a peer is followed to."""
    populate_ways(client)
    inval = (errno.EINVAL, errno.ERANGE)
    good = nl.sources("198.51.100.0/24")
    for name, expected, text, parts in (
            ("follow 3", errno.ERANGE, "follow", (u8(nl.PEER_FOLLOW, 3),)),
            ("follow 3, with sources", errno.ERANGE, "follow", (u8(nl.PEER_FOLLOW, 3), good)),
            ("follow 255", errno.ERANGE, "follow", (u8(nl.PEER_FOLLOW, 255),)),
            ("follow of 4 bytes", inval, ".", (u32(nl.PEER_FOLLOW, 1),)),
            ("follow within, without sources", errno.EINVAL, "source",
             (u8(nl.PEER_FOLLOW, nl.FOLLOW_WITHIN),)),
            ("sources, but follow anywhere", errno.EINVAL, "source",
             (u8(nl.PEER_FOLLOW, nl.FOLLOW_ANYWHERE), good)),
            ("sources, but follow never", errno.EINVAL, "source",
             (u8(nl.PEER_FOLLOW, nl.FOLLOW_NEVER), good)),
            ("sources without any", errno.EINVAL, "source", (nl.sources(),)),
            ("follow within, sources without any", errno.EINVAL, "source",
             (u8(nl.PEER_FOLLOW, nl.FOLLOW_WITHIN), nl.sources())),
            ("9 sources", errno.E2BIG, "source",
             (nl.sources(*(f"10.{n}.0.0/16" for n in range(9))),)),
            ("sources that are no nests", inval, ".", (attr(nl.PEER_SOURCES, b"\1\2\3"),)),
            ("silent after 61 s", errno.ERANGE, "silent", (u32(nl.PEER_SILENT_S, 61),)),
            ("silent after 2^32 - 1 s", errno.ERANGE, "silent",
             (u32(nl.PEER_SILENT_S, 0xffffffff),)),
            ("silent after a byte", inval, ".", (u8(nl.PEER_SILENT_S, 5),)),
            ("a time since when it is there", errno.EINVAL, "read-only",
             (attr(nl.PEER_ENDPOINT_SINCE, bytes(16)),)),
            ("a reason why it is there", errno.EINVAL, "read-only",
             (u8(nl.PEER_ENDPOINT_REASON, 1),)),
    ):
        refused(client, name, expected, text, with_ways(*parts))
    refused(client, "follow within, of a peer that has sources", errno.EINVAL, "source",
            NAME + nest(nl.PEERS, nl.peer(KNOWN, u8(nl.PEER_FOLLOW, nl.FOLLOW_WITHIN))))
    outside = nl.candidates(nl.candidate(nl.endpoint("192.0.2.4", 5)),
                            nl.candidate(nl.endpoint("203.0.113.1", 5)))
    refused(client, "sources, and a candidate outside of them", errno.EINVAL, "candidate.*sources",
            with_ways(nl.sources("192.0.2.0/24"), outside))
    refused(client, "a candidate outside of the sources that the peer has", errno.EINVAL,
            "candidate.*sources", NAME + nest(nl.PEERS, nl.peer(KNOWN, outside)))
    refused(client, "sources that a candidate of the peer is outside of", errno.EINVAL,
            "candidate.*sources", NAME + nest(nl.PEERS, nl.peer(KNOWN, nl.sources("::/0"))))
    refused(client, "sources, then a candidate outside of them in the same request", errno.EINVAL,
            "candidate.*sources", NAME + nest(nl.PEERS, nl.peer(
                KNOWN, nl.candidates(), nl.sources("10.0.0.0/8")), nl.peer(
                    KNOWN, nl.candidates(nl.candidate(nl.endpoint("192.0.2.4", 5))))))
    source_refusals(client)


def source_refusals(client):
    """Each source is refused as an allowed IP is, and with flags."""
    four, six = u16(nl.IP_FAMILY, socket.AF_INET), u16(nl.IP_FAMILY, socket.AF_INET6)
    address, bits = attr(nl.IP_ADDRESS, bytes(4)), u8(nl.IP_PREFIX, 24)
    for name, expected, text, parts in (
            ("an IPv4 source of 33 bits", errno.EINVAL, "prefix",
             (four, address, u8(nl.IP_PREFIX, 33))),
            ("an IPv6 source of 129 bits", errno.EINVAL, "prefix",
             (six, attr(nl.IP_ADDRESS, bytes(16)), u8(nl.IP_PREFIX, 129))),
            ("an IPv4 source of 16 bytes", errno.EINVAL, "address",
             (four, attr(nl.IP_ADDRESS, bytes(16)), bits)),
            ("an IPv6 source of 4 bytes", errno.EINVAL, "address", (six, address, bits)),
            ("a source of an unknown family", (errno.EINVAL, errno.EAFNOSUPPORT), "family",
             (u16(nl.IP_FAMILY, 99), address, bits)),
            ("a source without a family", errno.EINVAL, "family", (address, bits)),
            ("a source without an address", errno.EINVAL, "address", (four, bits)),
            ("a source without a length", errno.EINVAL, "prefix|length", (four, address)),
            ("a source without anything", errno.EINVAL, "family", ()),
            ("a source to be removed", errno.EOPNOTSUPP, "flag",
             (four, address, bits, u32(nl.IP_FLAGS, nl.IP_REMOVE))),
            ("a source with an unknown flag", errno.EOPNOTSUPP, "flag",
             (four, address, bits, u32(nl.IP_FLAGS, 2))),
    ):
        refused(client, name, expected, text, with_ways(
            nest(nl.PEER_SOURCES, nl.allowed_ip("198.51.100.0/24"), nest(0, *parts))))


def rekey_refusals(client):
    """Refused handshakes."""
    populate_ways(client)
    rekey, lost = attr(nl.PEER_REKEY_NOW, b""), nl.key()
    client.set(NAME, nest(nl.PEERS, nl.peer(lost, nl.candidates(
        nl.candidate(nl.endpoint("192.0.2.8", 5))))))

    def of_known(*parts):
        return NAME + nest(nl.PEERS, nl.peer(KNOWN, u32(nl.PEER_SILENT_S, 9), *parts, rekey))

    refused(client, "rekey with a value", (errno.EINVAL, errno.ERANGE), ".",
            with_ways(u8(nl.PEER_REKEY_NOW, 1)))
    refused(client, "rekey and remove", errno.EINVAL, "rekey",
            of_known(u32(nl.PEER_FLAGS, nl.PEER_REMOVE)))
    refused(client, "rekey of a new peer without an endpoint", errno.EDESTADDRREQ, "endpoint",
            with_ways(rekey))
    refused(client, "rekey of a peer without an endpoint that loses its candidates",
            errno.EDESTADDRREQ, "endpoint",
            NAME + nest(nl.PEERS, nl.peer(lost, rekey, nl.candidates())))
    refused(client, "rekey in a request that takes the private key away", errno.ENOKEY,
            "private key", attr(nl.PRIVATE_KEY, bytes(32)) + of_known())
    ktap.command("ip", "link", "set", DEV, "down")
    refused(client, "rekey while the link is down", errno.ENETDOWN, "down", of_known())
    ktap.command("ip", "link", "set", DEV, "up")
    client.set(NAME, attr(nl.PRIVATE_KEY, bytes(32)))
    refused(client, "rekey without a private key", errno.ENOKEY, "private key", of_known())


def ways_refusals(client):
    """Refused requests about the ways to a peer."""
    if CULVERT:
        for case in (candidate_refusals, follow_refusals, rekey_refusals):
            ktap.run_case(case, client)
        client.set(NAME, u32(nl.FLAGS, nl.REPLACE_PEERS))


def dump_refused(client, name, number, payload):
    try:
        client.dump_raw(payload)
        ktap.fail(f"dump of {name}: refused", errno.errorcode[number], "accepted")
    except nl.Refusal as refusal:
        ktap.equal(f"dump of {name}: {errno.errorcode[number]}", number, refusal.errno)
        # Before 6.8 or so generic netlink has no place for a text at this point.
        if CULVERT and refusal.text is not None:
            ktap.true(f"dump of {name}: the extack text says why",
                      re.search("name|link", refusal.text),
                      "a text about the link", refusal.text)


def dump_refusals(client):
    """Refused dumps."""
    index = u32(nl.IFINDEX, nl.index_of(DEV))
    dump_refused(client, "neither name nor index", errno.EBADR, b"")
    dump_refused(client, "both name and index", errno.EBADR, NAME + index)
    dump_refused(client, "no such link", errno.ENODEV, attr(nl.IFNAME, "nobody0"))
    dump_refused(client, "a link of another kind", errno.EOPNOTSUPP, attr(nl.IFNAME, "lo"))


def port_in_use(client):
    """A listen port that is in use."""
    populate(client)
    other = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
    other.bind(("0.0.0.0", 52222))
    refused(client, "a port in use", errno.EADDRINUSE, "port|in use",
            NAME, attr(nl.PRIVATE_KEY, nl.key()), u32(nl.FWMARK, 99),
            u16(nl.LISTEN_PORT, 52222), u32(nl.FLAGS, nl.REPLACE_PEERS),
            nest(nl.PEERS, nl.peer(nl.key(), nest(nl.PEER_IPS, nl.allowed_ip("10.1.0.0/16")))))
    other.close()
    client.set(NAME, u16(nl.LISTEN_PORT, 52222))
    ktap.equal("a port in use, once it is free: accepted", struct.pack("=H", 52222),
               client.dump(DEV)["device"][nl.LISTEN_PORT])


# ------------------------------------------------------------------- commands


def device_of(client):
    return client.dump(DEV)["device"]


def ips_of(client, key):
    entry = client.dump(DEV)["peers"].get(key)
    return sorted(entry["ips"]) if entry else None


def commands(client):
    """Set, in one message."""
    client.set(NAME, u32(nl.FLAGS, nl.REPLACE_PEERS), u32(nl.FWMARK, 0))
    a, b, c = nl.key(), nl.key(), nl.key()
    client.set(NAME, u16(nl.LISTEN_PORT, 1234), u32(nl.FWMARK, 0x51))
    device = device_of(client)
    ktap.equal("set by name: listen port", struct.pack("=H", 1234), device[nl.LISTEN_PORT])
    ktap.equal("set by name: mark", struct.pack("=I", 0x51), device[nl.FWMARK])
    client.set(u32(nl.IFINDEX, nl.index_of(DEV)), u32(nl.FWMARK, 0))
    ktap.equal("set by ifindex: mark off", bytes(4), device_of(client)[nl.FWMARK])
    ktap.equal("set by ifindex: the port is unchanged", struct.pack("=H", 1234),
               device_of(client)[nl.LISTEN_PORT])
    client.set(NAME, nest(nl.PEERS,
                          nl.peer(a, nest(nl.PEER_IPS, nl.allowed_ip("10.2.0.0/16"),
                                          nl.allowed_ip("fd02::/48"))),
                          nl.peer(b, u16(nl.PEER_KEEPALIVE, 33), attr(
                              nl.PEER_ENDPOINT, nl.endpoint("fd00::9", 77)))))
    found = client.dump(DEV)["peers"]
    ktap.equal("add two peers: both are dumped", {a, b}, set(found))
    ktap.equal("add two peers: allowed IPs", ["10.2.0.0/16", "fd02::/48"], sorted(found[a]["ips"]))
    ktap.equal("add two peers: keepalive", struct.pack("=H", 33), found[b][nl.PEER_KEEPALIVE])
    ktap.equal("add two peers: endpoint", nl.endpoint("fd00::9", 77), found[b][nl.PEER_ENDPOINT])
    ktap.equal("new peer: handshake time is 0", bytes(16), found[b][nl.PEER_HANDSHAKE])
    ktap.equal("new peer: protocol version is 1", struct.pack("=I", 1), found[b][nl.PEER_VERSION])
    ktap.true("new peer without endpoint: none is dumped", nl.PEER_ENDPOINT not in found[a])

    client.set(NAME, nest(nl.PEERS, nl.peer(b, nest(nl.PEER_IPS, nl.allowed_ip(
        "10.2.0.0/16")))))
    ktap.equal("an allowed IP given to another peer moves there", (["fd02::/48"], ["10.2.0.0/16"]),
               (ips_of(client, a), ips_of(client, b)))
    client.set(NAME, nest(nl.PEERS, nl.peer(a, u32(nl.PEER_FLAGS, nl.PEER_REPLACE_IPS),
                                            nest(nl.PEER_IPS, nl.allowed_ip("10.3.0.0/16")))))
    ktap.equal("replace allowed IPs: only the new one is left", ["10.3.0.0/16"], ips_of(client, a))
    client.set(NAME, nest(nl.PEERS, nl.peer(a, nest(nl.PEER_IPS, nl.allowed_ip(
        "10.4.1.2/16")))))
    ktap.equal("an allowed IP is added, its host part cleared",
               ["10.3.0.0/16", "10.4.0.0/16"], ips_of(client, a))
    client.set(NAME, nest(nl.PEERS, nl.peer(c, u32(nl.PEER_FLAGS, nl.PEER_UPDATE_ONLY),
                                            u16(nl.PEER_KEEPALIVE, 1))))
    ktap.true("update only: no new peer", c not in client.dump(DEV)["peers"])
    client.set(NAME, nest(nl.PEERS, nl.peer(a, u32(nl.PEER_FLAGS, nl.PEER_UPDATE_ONLY),
                                            u16(nl.PEER_KEEPALIVE, 2))))
    ktap.equal("update only: a known peer is changed", struct.pack("=H", 2),
               client.dump(DEV)["peers"][a][nl.PEER_KEEPALIVE])
    client.set(NAME, nest(nl.PEERS, nl.peer(c, u32(nl.PEER_FLAGS, nl.PEER_REMOVE))))
    ktap.true("removing a peer that is not there is no error",
              c not in client.dump(DEV)["peers"])
    client.set(NAME, nest(nl.PEERS, nl.peer(b, u32(nl.PEER_FLAGS, nl.PEER_REMOVE))))
    ktap.equal("remove a peer: the other is left", {a}, set(client.dump(DEV)["peers"]))
    client.set(NAME, u32(nl.FLAGS, nl.REPLACE_PEERS), nest(nl.PEERS, nl.peer(c)))
    ktap.equal("replace peers: only the new one is left", {c}, set(client.dump(DEV)["peers"]))
    # The same key several times in one request: in order.
    client.set(NAME, nest(nl.PEERS, nl.peer(a, nest(nl.PEER_IPS, nl.allowed_ip("10.5.0.0/16"))),
                          nl.peer(a, u32(nl.PEER_FLAGS, nl.PEER_REMOVE)),
                          nl.peer(a, nest(nl.PEER_IPS, nl.allowed_ip("10.6.0.0/16"))),
                          nl.peer(c, nest(nl.PEER_IPS, nl.allowed_ip("10.6.0.0/16"))),
                          nl.peer(a, nest(nl.PEER_IPS, nl.allowed_ip("10.7.0.0/16")))))
    ktap.equal("one key several times in a request: applied in order",
               (["10.7.0.0/16"], ["10.6.0.0/16"]),
               (ips_of(client, a), ips_of(client, c)))
    if CULVERT:
        client.set(NAME, nest(nl.PEERS, nl.peer(
            a, nest(nl.PEER_IPS, nl.allowed_ip("10.7.0.0/16", u32(nl.IP_FLAGS, nl.IP_REMOVE)),
                    nl.allowed_ip("10.6.0.0/16", u32(nl.IP_FLAGS, nl.IP_REMOVE)),
                    nl.allowed_ip("10.99.0.0/16", u32(nl.IP_FLAGS, nl.IP_REMOVE)),
                    nl.allowed_ip("10.8.0.0/16")))))
        ktap.equal("remove allowed IPs: not those of another peer",
                   (["10.8.0.0/16"], ["10.6.0.0/16"]), (ips_of(client, a), ips_of(client, c)))


def identities(client):
    """Private keys."""
    from cvtest import noise as crypto

    private = crypto.clamp(nl.key())
    public = crypto.public_of(private)
    other = nl.key()
    client.set(NAME, u32(nl.FLAGS, nl.REPLACE_PEERS), nest(nl.PEERS, nl.peer(public),
                                                           nl.peer(other)))
    client.set(NAME, attr(nl.PRIVATE_KEY, private))
    device = device_of(client)
    ktap.equal("set private key: it is dumped", private, device[nl.PRIVATE_KEY])
    ktap.equal("set private key: its public key is dumped", public, device[nl.PUBLIC_KEY])
    ktap.equal("set private key: a peer with its public key is removed", {other},
               set(client.dump(DEV)["peers"]))
    client.set(NAME, nest(nl.PEERS, nl.peer(public), nl.peer(other, u16(
        nl.PEER_KEEPALIVE, 9))))
    ktap.equal("add a peer with the device's own public key: skipped", {other},
               set(client.dump(DEV)["peers"]))
    client.set(NAME, attr(nl.PRIVATE_KEY, bytes(32)))
    device = device_of(client)
    ktap.true("a private key of zeros removes it",
              device.get(nl.PRIVATE_KEY, bytes(32)) == bytes(32) and
              device.get(nl.PUBLIC_KEY, bytes(32)) == bytes(32))


def candidates(client):
    """Candidates of a peer."""
    key = nl.key()
    client.set(NAME, u32(nl.FLAGS, nl.REPLACE_PEERS))

    def told(name, expected, *parts):
        client.set(NAME, nest(nl.PEERS, nl.peer(key, *parts)))
        ktap.equal(name, expected, nl.show_candidates(client.dump(DEV)["peers"][key]))

    def at(address, port, *preference):
        return nl.candidate(nl.endpoint(address, port), *preference)

    def here(address, port):
        return attr(nl.PEER_ENDPOINT, nl.endpoint(address, port))

    told("a new peer: no candidates", [])
    ktap.true("no candidates: the attribute is absent",
              nl.PEER_CANDIDATES not in client.dump(DEV)["peers"][key])
    sorted_ones = [("192.0.2.4:5", 0, False), ("192.0.2.3:5", 7, False),
                   ("[2001:db8::1]:5", 200, False), ("192.0.2.1:5", 200, False),
                   ("192.0.2.1:6", 200, False), ("[fe80::1]:5", 255, False)]
    told("candidates: by preference, and as in the request where that is the same", sorted_ones,
         nl.candidates(at("2001:db8::1", 5, 200), at("192.0.2.1", 5, 200), at("fe80::1", 5, 255),
                       at("192.0.2.1", 6, 200), at("192.0.2.3", 5, 7), at("192.0.2.4", 5)))
    told("a request without candidates: as they were", sorted_ones, u16(nl.PEER_KEEPALIVE, 0))
    ktap.true("a peer with candidates and no endpoint: it has none",
              nl.PEER_ENDPOINT not in client.dump(DEV)["peers"][key])
    told("an endpoint that is a candidate: that one is in use",
         [(*one[:2], one[0] == "192.0.2.1:6") for one in sorted_ones], here("192.0.2.1", 6))
    told("an IPv6 endpoint that is a candidate: that one is in use",
         [(*one[:2], one[0] == "[2001:db8::1]:5") for one in sorted_ones], here("2001:db8::1", 5))
    told("an endpoint with the address of a candidate, at another port: none is in use",
         sorted_ones, here("2001:db8::1", 6))
    told("other candidates: they replace all", [("192.0.2.9:5", 1, True)],
         here("192.0.2.9", 5), nl.candidates(at("192.0.2.9", 5, 1)))
    told("8 candidates", [(f"192.0.2.{n}:5", n, n == 9) for n in range(2, 10)],
         nl.candidates(*(at(f"192.0.2.{n}", 5, n) for n in range(9, 1, -1))))
    told("candidates twice in a peer: the last ones", [("192.0.2.2:1", 0, False)],
         nl.candidates(at("192.0.2.1", 1)), nl.candidates(at("192.0.2.2", 1)))
    told("an empty nest: none are left", [], nl.candidates())
    client.set(NAME, nest(nl.PEERS, nl.peer(key, nl.candidates(at("192.0.2.1", 5))),
                          nl.peer(key, u32(nl.PEER_FLAGS, nl.PEER_REMOVE)), nl.peer(key)))
    told("a peer that is removed and added again: no candidates", [])


def follow(client):
    """Where a peer is followed to, and after which time it is silent."""
    key = nl.key()
    client.set(NAME, u32(nl.FLAGS, nl.REPLACE_PEERS))

    def told(name, mode, sources, *parts):
        client.set(NAME, nest(nl.PEERS, nl.peer(key, *parts)))
        found = client.dump(DEV)["peers"][key]
        ktap.equal(name, (mode, sorted(sources)),
                   (nl.number(found.get(nl.PEER_FOLLOW, b"")), sorted(nl.show_sources(found))))
        for kind in nl.PEER_FOLLOW, nl.PEER_SOURCES:
            ktap.equal(f"{name}: attribute {kind} is absent while it says nothing",
                       bool(mode if kind == nl.PEER_FOLLOW else sources), kind in found)

    def how(mode):
        return u8(nl.PEER_FOLLOW, mode)

    told("a new peer: followed anywhere", nl.FOLLOW_ANYWHERE, [])
    told("followed never", nl.FOLLOW_NEVER, [], how(nl.FOLLOW_NEVER))
    told("a request without follow: as it was", nl.FOLLOW_NEVER, [], u16(nl.PEER_KEEPALIVE, 0))
    told("followed within two prefixes, their host parts cleared", nl.FOLLOW_WITHIN,
         ["192.0.2.0/25", "2001:db8::/33"], how(nl.FOLLOW_WITHIN),
         nl.sources("192.0.2.1/25", "2001:db8:7fff::1/33"))
    told("a request without sources: as they were", nl.FOLLOW_WITHIN,
         ["192.0.2.0/25", "2001:db8::/33"], u16(nl.PEER_KEEPALIVE, 0))
    told("sources alone: they replace all", nl.FOLLOW_WITHIN, ["0.0.0.0/0"],
         nl.sources("10.0.0.1/0"))
    told("followed never: the sources are gone", nl.FOLLOW_NEVER, [], how(nl.FOLLOW_NEVER))
    told("sources alone: followed within them", nl.FOLLOW_WITHIN, ["::/0", "192.0.2.7/32"],
         nl.sources("::1/0", "192.0.2.7/32"))
    told("followed anywhere: the sources are gone", nl.FOLLOW_ANYWHERE, [],
         how(nl.FOLLOW_ANYWHERE))
    told("8 sources", nl.FOLLOW_WITHIN, [f"10.{n}.0.0/16" for n in range(8)],
         nl.sources(*(f"10.{n}.0.0/16" for n in range(8))))
    told("a source with flags of 0", nl.FOLLOW_WITHIN, ["192.0.2.0/24"],
         nest(nl.PEER_SOURCES, nl.allowed_ip("192.0.2.0/24", u32(nl.IP_FLAGS, 0))))
    client.set(NAME, nest(nl.PEERS, nl.peer(key, nl.sources("10.0.0.0/8")), nl.peer(
        key, nl.candidates(nl.candidate(nl.endpoint("10.0.0.1", 5))))))
    ktap.equal("other sources, then a candidate within them in the same request",
               [("10.0.0.1:5", 0, False)], nl.show_candidates(client.dump(DEV)["peers"][key]))
    told("followed anywhere again, with a candidate", nl.FOLLOW_ANYWHERE, [],
         how(nl.FOLLOW_ANYWHERE))
    for seconds in 60, 1, 0:
        client.set(NAME, nest(nl.PEERS, nl.peer(key, u32(nl.PEER_SILENT_S, seconds))))
        ktap.equal(f"silent after {seconds} s: it is dumped, unless it is 0",
                   struct.pack("=I", seconds) if seconds else None,
                   client.dump(DEV)["peers"][key].get(nl.PEER_SILENT_S))


def moves(client):
    """Since when a peer is where it is."""
    key, kinds = nl.key(), {nl.PEER_ENDPOINT_SINCE, nl.PEER_ENDPOINT_REASON}
    client.set(NAME, u32(nl.FLAGS, nl.REPLACE_PEERS))

    def told(*parts):
        client.set(NAME, nest(nl.PEERS, nl.peer(key, *parts)))
        return client.dump(DEV)["peers"][key]

    def here(number):
        return attr(nl.PEER_ENDPOINT, nl.endpoint("192.0.2.1", number))

    told(here(1))
    ktap.equal("neither candidates nor follow: no time and reason", set(), kinds & set(told(
        here(2))))
    ktap.equal("the first candidate: no time and reason before it moves", set(), kinds & set(told(
        nl.candidates(nl.candidate(nl.endpoint("192.0.2.1", 3))))))
    found = told(here(3))
    ktap.equal("a request has moved it: the reason", "set",
               nl.ENDPOINT_REASONS.get(nl.number(found.get(nl.PEER_ENDPOINT_REASON, b""))))
    since = struct.unpack("=qq", found.get(nl.PEER_ENDPOINT_SINCE, bytes(16)))
    ktap.between("a request has moved it: s since then", -1, 20,
                 time.time() - since[0] - since[1] / 1e9)
    ktap.equal("its last candidate goes: no time and reason", set(),
               kinds & set(told(nl.candidates())))


def rekey(client):
    """Handshakes that are asked for."""
    now, key, new = attr(nl.PEER_REKEY_NOW, b""), nl.key(), nl.key()
    client.set(NAME, attr(nl.PRIVATE_KEY, bytes(32)), u32(nl.FLAGS, nl.REPLACE_PEERS))
    for name, expected, parts in (
            ("rekey of an unknown peer that is only to be updated: no peer", set(),
             (nest(nl.PEERS, nl.peer(new, u32(nl.PEER_FLAGS, nl.PEER_UPDATE_ONLY), now)),)),
            ("rekey of a new peer, in the request that sets a private key", {key},
             (attr(nl.PRIVATE_KEY, nl.key()), nest(nl.PEERS, nl.peer(key, now, attr(
                 nl.PEER_ENDPOINT, nl.endpoint("192.0.2.1", 5)))))),
            ("rekey of a peer with an endpoint", {key}, (nest(nl.PEERS, nl.peer(key, now)),)),
            ("rekey of a new peer with candidates only", {key, new},
             (nest(nl.PEERS, nl.peer(new, now, nl.candidates(nl.candidate(
                 nl.endpoint("192.0.2.2", 5))))),)),
            ("rekey of two peers", {key, new},
             (nest(nl.PEERS, nl.peer(new, now), nl.peer(key, now)),)),
    ):
        client.set(NAME, *parts)
        found = client.dump(DEV)["peers"]
        ktap.equal(name, expected, set(found))
        ktap.true(f"{name}: it is not in a dump",
                  not any(nl.PEER_REKEY_NOW in fields for fields in found.values()))
    client.set(NAME, u32(nl.FLAGS, nl.REPLACE_PEERS))


def ways(client):
    """The ways to a peer."""
    if CULVERT:
        for case in (candidates, follow, moves, rekey):
            ktap.run_case(case, client)


# ---------------------------------------------------------------------- dumps


def many(client, count, ips=1):
    """COUNT peers with IPS allowed IPs each, in several requests; their keys."""
    keys, batch = [], []
    client.set(NAME, u32(nl.FLAGS, nl.REPLACE_PEERS))
    for n in range(count):
        key = nl.key()
        keys.append(key)
        batch.append(nl.peer(key, nest(nl.PEER_IPS, *(
            nl.allowed_ip(f"10.{n >> 8}.{n & 255}.{m}/32") for m in range(ips)))))
        if len(batch) == 100 or n == count - 1:
            client.set(NAME, nest(nl.PEERS, *batch))
            batch = []
    return keys


def dumps(client):
    """Dumps over many messages."""
    keys = many(client, 1000, 3)
    found = client.dump(DEV)["peers"]
    ktap.equal("dump of 1000 peers: each once", set(keys), set(found))
    ktap.true("dump of 1000 peers: 3 allowed IPs each", all(len(entry["ips"]) == 3
                                            for entry in found.values()))
    ktap.true("dump without changes meanwhile: no NLM_F_DUMP_INTR", not client.interrupted)
    # One peer over several messages.
    key = nl.key()
    ips = [f"10.{n >> 8}.{n & 255}.0/24" for n in range(3000)]
    client.set(NAME, u32(nl.FLAGS, nl.REPLACE_PEERS))
    for start in range(0, len(ips), 500):
        client.set(NAME, nest(nl.PEERS, nl.peer(key, nest(nl.PEER_IPS, *(
            nl.allowed_ip(ip) for ip in ips[start:start + 500])))))
    messages = client.dump_raw(NAME)
    ktap.true("dump of a peer with 3000 allowed IPs: several messages", len(messages) > 1, "> 1",
              len(messages))
    ktap.equal("dump of a peer with 3000 allowed IPs: each once", sorted(ips),
               sorted(client.dump(DEV)["peers"][key]["ips"]))
    bare = True
    for message in messages[1:]:
        for kind, value in attrs_of(message):
            if kind == nl.PEERS:
                for _, element in nl.attrs(value):
                    bare = bare and {k for k, _ in nl.attrs(element)} == \
                        {nl.PEER_KEY, nl.PEER_IPS}
    ktap.true("dump of a peer in several messages: only its key is repeated", bare)


def attrs_of(message):
    return nl.attrs(message)


def disturbed(client):
    """Changes while a dump runs."""
    keys = many(client, 1000, 3)
    other = nl.Client(ktap.KIND)
    client.send(nl.GET_DEVICE, NAME, flags=nl.REQUEST | nl.ACK | nl.DUMP)
    first = client.receive()
    ktap.true("dump of 1000 peers: the first message comes", first and first[0][0] == client.family)
    for key in keys[::2]:
        other.set(NAME, nest(nl.PEERS, nl.peer(key, u32(nl.PEER_FLAGS, nl.PEER_REMOVE))))
    other.set(NAME, nest(nl.PEERS, nl.peer(nl.key())))
    client.interrupted = False
    try:
        rest = list(client.answers())
        ktap.true("dump with changes between messages: NLM_F_DUMP_INTR", client.interrupted,
                  "the flag", f"{len(rest)} messages without it")
    except nl.Refusal as refusal:
        ktap.fail("dump with changes between messages: no error", "no error", refusal)
    # A socket closed in the middle of a dump must hold nothing.
    third = nl.Client(ktap.KIND)
    third.send(nl.GET_DEVICE, NAME, flags=nl.REQUEST | nl.ACK | nl.DUMP)
    third.receive()
    third.socket.close()
    if not CULVERT:
        return  # a wireguard link would wait for the reader for ever
    client.send(nl.GET_DEVICE, NAME, flags=nl.REQUEST | nl.ACK | nl.DUMP)
    client.receive()
    ktap.command("ip", "link", "del", DEV)
    try:
        list(client.answers())
        ktap.ok("link deleted during a dump: the dump ends")
    except nl.Refusal as refusal:
        ktap.equal("link deleted during a dump: the dump ends", errno.ENODEV, refusal.errno)


def policy(client):
    """What CTRL_CMD_GETPOLICY tells."""
    payload = struct.pack("=HH", 6, 1) + struct.pack("=H", client.family) + b"\0\0"
    client.send(nl.CTRL_GETPOLICY, payload, flags=nl.REQUEST | nl.ACK | nl.DUMP, version=2,
                family=16)
    ktap.true("CTRL_CMD_GETPOLICY: the family's policies are dumped",
              len(list(client.answers())) > 8)


# ----------------------------------------------------------------- privileges


def unprivileged(client):
    """Run without CAP_NET_ADMIN in the namespace of the link."""
    acts = [("set", lambda: client.set(NAME, u32(nl.FWMARK, 666))),
            ("dump", lambda: client.dump_raw(NAME))]
    if CULVERT:
        refuse = NAME + nest(nl.KNOCK, attr(nl.KNOCK_ID, bytes(8)), u32(nl.KNOCK_SECONDS, 9))
        acts += [(f"join group {group}", lambda group=group: client.join(group))
                 for group in sorted(client.groups)]
        acts += [(name, lambda command=command, request=request: client.request(command, request))
                 for name, command, request in (
                     ("KNOCK_LISTEN", nl.KNOCK_LISTEN, NAME), ("KNOCK_GET", nl.KNOCK_GET, NAME),
                     ("KNOCK_REFUSE", nl.KNOCK_REFUSE, refuse),
                     ("WANT_LISTEN", nl.WANT_LISTEN, NAME), ("WANT_GET", nl.WANT_GET, NAME))]
        ktap.equal("the groups of the family", ["config", "knock", "session", "want"],
                   sorted(client.groups))
    for name, act in acts:
        try:
            act()
            ktap.fail(f"{os.environ.get('CV_WHO', 'a user')}: {name}: EPERM", "EPERM", "accepted")
        except (nl.Refusal, OSError) as refusal:
            ktap.equal(f"{os.environ.get('CV_WHO', 'a user')}: {name}: EPERM",
                       errno.EPERM, refusal.errno)


def guest(client):
    """Run as root of a user namespace that the link was moved into, which was created elsewhere."""
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as own:
        own.bind(("", 0))
        for state in "the link has its own sockets", "the link has a socket of the guest":
            for name, part in (
                    ("set listen-port", u16(nl.LISTEN_PORT, 4001)),
                    ("set the listen-port it has", u16(nl.LISTEN_PORT, 0)),
                    ("set fwmark", u32(nl.FWMARK, 17)), ("set no fwmark", u32(nl.FWMARK, 0)),
                    ("set DSCP", u8(nl.DSCP, 10)), ("set no DSCP", u8(nl.DSCP, 0)),
                    ("set bind-address", attr(nl.BIND4, socket.inet_aton("127.0.0.1"))),
                    ("set bind-address, IPv6", attr(nl.BIND6, bytes(15) + b"\1")),
                    ("set bind-device", attr(nl.BIND_DEVICE, "lo")),
                    ("set no bind-device", attr(nl.BIND_DEVICE, "")),
                    ("take sockets of the kernel's (SOCKET_FD -1)",
                     attr(nl.SOCKET_FD, struct.pack("=i", -1)))):
                refused(client, f"link moved into a user namespace, {state}: {name}", errno.EPERM,
                        "CAP_NET_ADMIN in the network namespace in which the link was created",
                        NAME, nest(nl.PEERS, nl.peer(nl.key())), part)
            if state == "the link has its own sockets":
                client.set(NAME, attr(nl.SOCKET_FD, struct.pack("=i", own.fileno())))
                ktap.equal("link moved into a user namespace: a socket of the guest's is taken", 1,
                           nl.number(device_of(client)[nl.SOCKET_STATE]))


GROUPS = {
    "refusals": (refusals, ways_refusals, dump_refusals, port_in_use),
    "commands": (commands, identities, ways, policy),
    "dumps": (dumps, disturbed),
    "unprivileged": (unprivileged,),
    "guest": (guest,),
}


def main():
    if len(sys.argv) != 2 or sys.argv[1] not in GROUPS:
        sys.exit(__doc__)
    client = nl.Client(ktap.KIND)
    for case in GROUPS[sys.argv[1]]:
        ktap.run_case(case, client)
    ktap.finish()


main()
