#!/usr/bin/python3
# SPDX-License-Identifier: GPL-2.0
"""The pyroute2 half of client-pyroute2.sh: all with its IPRoute and WireGuard classes,
in the namespace it is started in.

    client-pyroute2.py create DIRECTORY PEER ADDRESS PORT
    client-pyroute2.py change|refusals|remove DIRECTORY PEER

DIRECTORY has a.key and shared.psk; PEER is the other end's public key.
"""
import errno
import sys

from pyroute2 import IPRoute, WireGuard
from pyroute2.netlink.exceptions import NetlinkError

from cvtest import ktap

DEV = "wg0"
OTHER = "b3RoZXJvdGhlcm90aGVyb3RoZXJvdGhlcm90aGVybzE="


def key(directory, name):
    with open(f"{directory}/{name}", encoding="ascii") as file:
        return file.read().strip()


def state(dev=DEV):
    """What `info` tells of DEV: the device's attributes, and its peers by public key.
    A peer that spans messages is put together."""
    device, peers = {}, {}
    with WireGuard() as wg:
        for message in wg.info(dev):
            for name, value in message["attrs"]:
                if name != "WGDEVICE_A_PEERS":
                    device[name.removeprefix("WGDEVICE_A_")] = value
            for entry in message.get_attr("WGDEVICE_A_PEERS") or ():
                one = {name.removeprefix("WGPEER_A_"): value
                       for name, value in entry["attrs"]}
                public = one["PUBLIC_KEY"].decode()
                known = peers.setdefault(public, {"allowed": []})
                known["allowed"] += [ip["addr"] for ip in one.pop("ALLOWEDIPS", ())]
                known.update(one)
    return device, peers


def configuration():
    """State without what traffic changes."""
    device, peers = state()
    moving = ("RX_BYTES", "TX_BYTES", "LAST_HANDSHAKE_TIME", "ENDPOINT")
    return (repr(sorted(device.items())),
            {public: (sorted(peer["allowed"]),
                      repr(sorted((name, value) for name, value in peer.items()
                                  if name not in moving and name != "allowed")))
             for public, peer in peers.items()})


def create(directory, peer, address, port):
    """create: a link and all that it needs."""
    with IPRoute() as ip:
        ip.link("add", ifname=DEV, kind="wireguard")
        index = ip.link_lookup(ifname=DEV)[0]
        for own, length in (("10.77.0.1", 24), ("fd77::1", 64)):
            ip.addr("add", index=index, address=own, prefixlen=length)
        with WireGuard() as wg:
            wg.set(DEV, private_key=key(directory, "a.key"), fwmark=0x1337,
                   listen_port=4711)
            wg.set(DEV, peer={
                "public_key": peer, "preshared_key": key(directory, "shared.psk"),
                "endpoint_addr": address, "endpoint_port": int(port),
                "persistent_keepalive": 25,
                "allowed_ips": ["10.77.0.2/32", "fd77::2/128"]})
        ip.link("set", index=index, state="up")
        kind = ip.get_links(index)[0].get_nested("IFLA_LINKINFO", "IFLA_INFO_KIND")
    ktap.equal("info: the kind of the link", "wireguard", kind)
    device, peers = state()
    ktap.equal("info: private key", key(directory, "a.key"),
               device["PRIVATE_KEY"].decode())
    ktap.equal("info: port, mark, index, name", (4711, 0x1337, index, DEV),
               tuple(device[name] for name in ("LISTEN_PORT", "FWMARK", "IFINDEX",
                                               "IFNAME")))
    ktap.equal("info: one peer", [peer], list(peers))
    one = peers[peer]
    ktap.equal("info: the peer's pre-shared key", key(directory, "shared.psk"),
               one["PRESHARED_KEY"].decode())
    ktap.equal("info: the peer's endpoint", (address, int(port)),
               (one["ENDPOINT"]["addr"], one["ENDPOINT"]["port"]))
    ktap.equal("info: the peer's keepalive and protocol", (25, 1),
               (one["PERSISTENT_KEEPALIVE_INTERVAL"], one["PROTOCOL_VERSION"]))
    ktap.equal("info: the peer's allowed IPs", ["10.77.0.2/32", "fd77::2/128"],
               sorted(one["allowed"]))


def change(_directory, peer):
    """change: counters are read, peers come and go."""
    one = state()[1][peer]
    ktap.true("info: a handshake", one["LAST_HANDSHAKE_TIME"]["tv_sec"] > 0)
    ktap.between("info: received bytes", 600000, 100000000, one["RX_BYTES"])
    ktap.between("info: sent bytes", 600000, 100000000, one["TX_BYTES"])
    before = configuration()
    with WireGuard() as wg:
        many = [f"10.{80 + i // 256}.{i % 256}.0/24" for i in range(1500)]
        wg.set(DEV, peer={"public_key": OTHER, "allowed_ips": many,
                          "endpoint_addr": "2001:db8::9", "endpoint_port": 9})
        other = state()[1][OTHER]
        ktap.equal("a peer with 1500 allowed IPs, over several messages", sorted(many),
                   sorted(other["allowed"]))
        ktap.equal("a peer with 1500 allowed IPs: its endpoint", ("2001:db8::9", 9),
                   (other["ENDPOINT"]["addr"], other["ENDPOINT"]["port"]))
        wg.set(DEV, peer={"public_key": OTHER, "allowed_ips": ["10.99.0.0/16"]})
        ktap.equal("allowed IPs of a peer set again: replaced", ["10.99.0.0/16"],
                   state()[1][OTHER]["allowed"])
        wg.set(DEV, peer={"public_key": OTHER, "remove": True})
    ktap.equal("a peer removed: all else is unchanged", before, configuration())


def refused(name, error, dev=DEV, **words):
    """WireGuard.set(DEV, WORDS) fails with ERROR and changes nothing."""
    before = configuration()
    code = 0
    try:
        with WireGuard() as wg:
            wg.set(dev, **words)
    except NetlinkError as refusal:
        code = refusal.code
    ktap.equal(f"refused: {name}", errno.errorcode[error], errno.errorcode.get(code, code))
    if ktap.KIND == "culvert":
        ktap.equal(f"refused: {name}: nothing has changed", before, configuration())


def refusals(_directory, peer):
    """refusals"""
    with IPRoute() as ip, WireGuard() as wg:
        ip.link("add", ifname="wg1", kind="wireguard")
        index = ip.link_lookup(ifname="wg1")[0]
        wg.set("wg1", listen_port=4799)
        ip.link("set", index=index, state="up")
        refused("a busy port", errno.EADDRINUSE, listen_port=4799, fwmark=9,
                peer={"public_key": OTHER, "allowed_ips": ["10.0.0.0/8"]})
        ip.link("del", index=index)
    refused("a prefix of 33", errno.EINVAL, fwmark=9,
            peer={"public_key": peer, "allowed_ips": ["10.0.0.0/33"]})
    refused("a link that is not there", errno.ENODEV, dev="wg7", fwmark=9)
    refused("a link of another kind", errno.EOPNOTSUPP, dev="va", fwmark=9)


def remove(_directory, peer):
    """remove: the peer, then the link."""
    with WireGuard() as wg:
        wg.set(DEV, peer={"public_key": peer, "remove": True})
    ktap.equal("remove: no peer is left", {}, state()[1])
    with IPRoute() as ip:
        ip.link("del", index=ip.link_lookup(ifname=DEV)[0])
        ktap.equal("remove: no link is left", [], list(ip.link_lookup(ifname=DEV)))


CASES = {case.__name__: case for case in (create, change, refusals, remove)}


def main():
    if len(sys.argv) < 4 or sys.argv[1] not in CASES:
        sys.exit(__doc__)
    ktap.run_case(CASES[sys.argv[1]], *sys.argv[2:])
    ktap.finish()


main()
