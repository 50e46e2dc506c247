#!/usr/bin/python3
# SPDX-License-Identifier: GPL-2.0
"""Peers that expire, and what is known of a peer. Run by peers.sh in the namespace of the peers,
in a VM whose clock counts instructions: there, waiting costs nothing.

    peers.py GROUP NAMESPACE DEV ADDRESS PORT
"""
import errno
import struct
import time

from cvtest import ktap, netlink as nl, peer as wg
from cvtest.events import Listener
from cvtest.world import INSIDE4, run_group

IDLE_S = 20


class Admin(nl.Client):
    """A program that makes peers and looks at them."""

    def __init__(self, world):
        super().__init__("culvert", world.link.namespace)
        self.dev = world.link.dev

    def peer(self, key, *more):
        self.set(nl.attr(nl.IFNAME, self.dev), nl.nest(nl.PEERS, nl.peer(key, *more)))

    def seen(self, key):
        """What a dump says of a peer, None if it is none."""
        return self.dump(self.dev)["peers"].get(key)

    def count(self, key, kind):
        return nl.number(self.seen(key).get(kind, b"\0"))


def idle(seconds):
    return nl.u32(nl.PEER_IDLE_S, seconds)


def refused(name, number, text, function, *arguments):
    try:
        function(*arguments)
        ktap.fail(f"{name} is refused", errno.errorcode[number], "success")
    except nl.Refusal as error:
        ktap.true(f"{name} is refused", (error.errno, error.text) == (number, text),
                  f"{errno.errorcode[number]}: {text}", error)


def expects_end(ear, name, key, after_s, since):
    """The peer is removed AFTER_S after SINCE, not before; its event."""
    heard = ear.listen(after_s + 5, enough=1)
    took_s = time.monotonic() - since
    ktap.equal(f"{name}: one event", ["peer removed expired"], [repr(event) for event in heard])
    if not heard:
        return {}
    ktap.equal(f"{name}: of this peer", key, heard[0].peer[nl.PEER_KEY])
    ktap.between(f"{name}: after so many seconds", after_s - 0.01, after_s + 0.5, took_s)
    return heard[0].peer


def remains(ear, name, seconds):
    ktap.equal(name, [], [repr(event) for event in ear.listen(seconds)])


# --------------------------------------------------------------------- expiry


def silent(world):
    """One that never comes."""
    ear, admin, key = Listener(world, "config"), Admin(world), nl.key()
    since = time.monotonic()
    admin.peer(key, idle(IDLE_S), nl.attr(nl.PEER_NAME, "guest"),
               nl.nest(nl.PEER_IPS, nl.allowed_ip("10.77.9.1/32")))
    event, = ear.listen(1, enough=1)
    ktap.equal("added: the event says after how many seconds it expires", IDLE_S,
               nl.number(event.peer.get(nl.PEER_IDLE_S, b"\0")))
    ktap.equal("added: so does a dump", IDLE_S, admin.count(key, nl.PEER_IDLE_S))
    last = expects_end(ear, "it never comes", key, IDLE_S, since)
    ktap.equal("it never comes: the last event has its name", b"guest\0", last.get(nl.PEER_NAME))
    ktap.equal("it never comes: a dump has it no more", None, admin.seen(key))
    admin.peer(key, idle(IDLE_S))
    ktap.equal("it can be added again", ["peer added"],
               [event.kind for event in ear.listen(1, enough=1)])
    admin.peer(key, nl.u32(nl.PEER_FLAGS, nl.PEER_REMOVE))
    ktap.equal("removed before its time: no second end", ["peer removed asked"],
               [repr(event) for event in ear.listen(IDLE_S + 5)])
    ear.close()


def heard(world):
    """One that sends something now and then."""
    ear, admin, peer = Listener(world, "config"), Admin(world), world.new_peer()
    admin.peer(peer.public, idle(IDLE_S))
    session = peer.initiate()
    ear.listen(1)
    for _ in range(5):
        peer.send(session.seal())
        since = time.monotonic()
        remains(ear, "it sends a keepalive every 15 s: it stays", 15)
    forged = bytearray(session.seal())
    forged[-1] ^= 1
    peer.send(bytes(forged))
    last = expects_end(ear, "what it sends then is not authentic", peer.public, IDLE_S, since)
    ktap.equal("its last event has what came from it",
               wg.INITIATION_BYTES + 6 * wg.DATA_OVERHEAD_BYTES, nl.number(last[nl.PEER_RX]))
    peer.drain()
    peer.send(wg.Initiation(peer).message)
    ktap.equal("its next initiation has no answer", "nothing", wg.describe(peer.receive(1)))
    ear.close()


def sends(world):
    """What is sent to it does not count."""
    ear, admin, peer = Listener(world, "config"), Admin(world), world.new_peer(endpoint=True)
    session = peer.initiate()
    ear.listen(1)
    admin.peer(peer.public, idle(IDLE_S))
    since = time.monotonic()
    ear.listen(1)
    for _ in range(6):
        peer.provoke()
        time.sleep(2)
    ktap.true("packets were sent to it", peer.receive(0) and session, "some", "none")
    expects_end(ear, "packets are sent to it, none comes", peer.public, IDLE_S, since)
    ear.close()


def changed(world):
    """Another time, or none."""
    ear, admin, key = Listener(world, "config"), Admin(world), nl.key()
    admin.peer(key, idle(IDLE_S))
    since = time.monotonic()
    ear.listen(10)
    admin.peer(key, idle(IDLE_S))
    ear.listen(5)
    expects_end(ear, "the same time is set again: it goes on", key, IDLE_S, since)
    admin.peer(key, idle(IDLE_S))
    ear.listen(10)
    admin.peer(key, idle(5 * IDLE_S))
    since = time.monotonic()
    ear.listen(1)
    expects_end(ear, "a longer time", key, 5 * IDLE_S, since)
    admin.peer(key, idle(IDLE_S))
    ear.listen(10)
    admin.peer(key, idle(3))
    since = time.monotonic()
    ear.listen(1)
    expects_end(ear, "a shorter time", key, 3, since)
    admin.peer(key, idle(IDLE_S))
    admin.peer(key, idle(0))
    ear.listen(1)
    remains(ear, "no time: it stays", 1000)
    ktap.equal("no time: a dump does not have it", None, admin.seen(key).get(nl.PEER_IDLE_S))
    refused("21 days", errno.ERANGE,
            "a peer may be idle for at most 1728000 seconds (20 days), or for ever: 0",
            admin.peer, key, nl.attr(nl.PEER_NAME, "none"), idle(21 * 86400))
    ktap.equal("21 days: nothing has changed", (None, None),
               (admin.seen(key).get(nl.PEER_IDLE_S), admin.seen(key).get(nl.PEER_NAME)))
    admin.peer(key, idle(5000))
    since = time.monotonic()
    ear.listen(1)
    expects_end(ear, "5000 s", key, 5000, since)
    ear.close()


def others(world):
    """The time is kept when another timer of the peer is due shortly before."""
    ear, admin = Listener(world, "config"), Admin(world)
    peer, key = world.new_peer(), nl.key()
    admin.peer(peer.public, idle(545))
    peer.initiate()
    since = time.monotonic()
    ear.listen(1)
    expects_end(ear, "its keys are wiped 5 s before", peer.public, 545, since)
    admin.peer(key, idle(1001), nl.u16(nl.PEER_KEEPALIVE, 1000))
    since = time.monotonic()
    ear.listen(1)
    expects_end(ear, "a keepalive is due 1 s before", key, 1001, since)
    ear.close()


def replayed(world):
    """What an expired peer has sent is old to the next peer with its key."""
    ear, admin, peer = Listener(world, "config"), Admin(world), world.new_peer()
    door = nl.Client("culvert", world.link.namespace)
    door.request(nl.KNOCK_LISTEN, nl.attr(nl.IFNAME, world.link.dev))
    admin.peer(peer.public, idle(3))
    message = wg.Initiation(peer).message
    peer.send(message)
    peer.expect(wg.RESPONSE)
    since = time.monotonic()
    ear.listen(1)
    expects_end(ear, "it has sent one initiation", peer.public, 3, since)
    before = world.link.drops()
    peer.send(message)
    ktap.wait_until(lambda: world.link.drops()["hs_replay"] > before["hs_replay"])
    ktap.equal("its initiation comes again: no knock", 1,
               world.link.drops()["hs_replay"] - before["hs_replay"])
    admin.peer(peer.public)
    peer.send(message)
    ktap.wait_until(lambda: world.link.drops()["hs_replay"] > before["hs_replay"] + 1)
    ktap.equal("it is added again, its initiation comes again: no answer", 2,
               world.link.drops()["hs_replay"] - before["hs_replay"])
    peer.remove()
    door.socket.close()
    ear.close()


def down(world):
    """While the link is down no time passes."""
    ear, admin, key = Listener(world, "config"), Admin(world), nl.key()
    admin.peer(key, idle(IDLE_S))
    ear.listen(10)
    world.link.inside("ip", "link", "set", world.link.dev, "down")
    remains(ear, "the link is down: it stays", 10 * IDLE_S)
    world.link.inside("ip", "link", "set", world.link.dev, "up")
    expects_end(ear, "the link is up: it has all of its time", key, IDLE_S, time.monotonic())
    ear.close()


def many(world):
    """Many at once, some of which come back in time."""
    ear, admin = Listener(world, "config"), Admin(world)
    keys = [nl.key() for _ in range(300)]
    for at in range(0, 300, 100):
        admin.set(nl.attr(nl.IFNAME, world.link.dev),
                  nl.nest(nl.PEERS, *(nl.peer(key, idle(5)) for key in keys[at:at + 100])))
    stays = world.new_peer()
    admin.peer(stays.public, idle(5))
    session = stays.initiate()
    gone = []
    for _ in range(8):
        stays.send(session.seal())
        gone += [event.peer[nl.PEER_KEY] for event in ear.listen(1)
                 if repr(event) == "peer removed expired"]
    ktap.equal("300 at once: how many are told of", 300, len(gone))
    ktap.true("300 at once: each is told of once", set(gone) == set(keys), "these", "others")
    ktap.equal("300 at once: the one that came stays", {stays.public},
               set(admin.dump(world.link.dev)["peers"]))
    stays.remove()
    ear.close()


# ---------------------------------------------------------------------- known


def names(world):
    """Names, and what is none."""
    ear, admin, key = Listener(world, "config"), Admin(world), nl.key()
    admin.peer(key, nl.attr(nl.PEER_NAME, "Zoë's 電話 🚪"))
    event, = ear.listen(1, enough=1)
    for where, fields in ("event", event.peer), ("dump", admin.seen(key)):
        ktap.equal(f"a name is in the {where}", "Zoë's 電話 🚪".encode() + b"\0",
                   fields.get(nl.PEER_NAME))
    admin.peer(key, nl.attr(nl.PEER_NAME, "x" * 63))
    ktap.equal("63 bytes", b"x" * 63 + b"\0", admin.seen(key)[nl.PEER_NAME])
    bad = {"a lone lead byte": b"\xc3", "an overlong slash": b"\xc0\xaf",
           "a longer overlong slash": b"\xe0\x80\xaf", "a surrogate": b"\xed\xa0\x80",
           "beyond Unicode": b"\xf4\x90\x80\x80", "a lone next byte": b"a\x80",
           "cut off": b"\xf0\x9f\x9a", "byte 255": b"\xff", "a line feed": b"a\nb",
           "an escape": b"\x1b[2J", "delete": b"\x7f", "a control character of 8 bits": b"\xc2\x9b"}
    for name, value in bad.items():
        refused(name, errno.EINVAL, "the name of a peer must be UTF-8 without control characters",
                admin.peer, key, nl.attr(nl.PEER_NAME, value + b"\0"), idle(1))
    for name, value in ("64 bytes", b"x" * 64 + b"\0"), ("no final zero", b"x"):
        refused(name, errno.EINVAL, "Attribute failed policy validation",
                admin.peer, key, nl.attr(nl.PEER_NAME, value))
    refused("bytes behind the final zero", errno.EINVAL,
            "the name of a peer must have one zero byte, at its end",
            admin.peer, key, nl.attr(nl.PEER_NAME, b"abc\0rest\0"))
    ktap.equal("after all of these: the name, and no time, are as before",
               (b"x" * 63 + b"\0", None),
               (admin.seen(key)[nl.PEER_NAME], admin.seen(key).get(nl.PEER_IDLE_S)))
    admin.peer(key)
    ktap.equal("a request that does not say one: as before", b"x" * 63 + b"\0",
               admin.seen(key)[nl.PEER_NAME])
    admin.peer(key, nl.attr(nl.PEER_NAME, ""))
    ktap.equal("the empty one: none", None, admin.seen(key).get(nl.PEER_NAME))
    admin.peer(key, nl.attr(nl.PEER_NAME, "one"), nl.attr(nl.PEER_NAME, "two"))
    ktap.equal("two in one request: the last", b"two\0", admin.seen(key)[nl.PEER_NAME])
    admin.peer(key, nl.u32(nl.PEER_FLAGS, nl.PEER_REMOVE))
    ear.close()


def packets(world):
    """The link's packets are the sum of its peers'."""
    admin, peers = Admin(world), [world.new_peer() for _ in range(2)]
    before = {name: world.link.stat(name)
              for name in ("rx_packets", "tx_packets", "rx_bytes", "tx_bytes")}
    for peer, count in zip(peers, (3, 5)):
        session = peer.initiate()
        for serial in range(count):
            ktap.true(f"ping {serial + 1} of {count}", peer.ping(session, serial),
                      "an answer", "none")
        peer.send(session.seal())
    for name, kind in ("rx_packets", nl.PEER_RX_PACKETS), ("tx_packets", nl.PEER_TX_PACKETS):
        ktap.wait_until(lambda: world.link.stat(name) - before[name] >=
                        sum(admin.count(peer.public, kind) for peer in peers))
        each = [admin.count(peer.public, kind) for peer in peers]
        ktap.equal(f"{name} of the link is the sum of its peers'", sum(each),
                   world.link.stat(name) - before[name])
        if ktap.KIND == "culvert":
            ktap.equal(f"{name} of each peer: its pings", [3, 5], each)
        else:
            ktap.true(f"{name} of each peer: all of its messages", each[0] > 3 and each[1] > 5,
                      "more than its pings", each)
    byte_sums(world, admin, peers, before)
    for peer in peers:
        peer.remove()


def byte_sums(world, admin, peers, before):
    """Those of a culvert link are of the packets inside, those of its peers of the messages."""
    pings, ping, padded = 3 + 5, 36, 48
    # Each has sent a keepalive when its session began, and one at the end.
    messages = {"rx_bytes": len(peers) * (wg.INITIATION_BYTES + 2 * wg.DATA_OVERHEAD_BYTES),
                "tx_bytes": len(peers) * wg.RESPONSE_BYTES}
    for name, kind in ("rx_bytes", nl.PEER_RX), ("tx_bytes", nl.PEER_TX):
        whole = messages[name] + pings * (padded + wg.DATA_OVERHEAD_BYTES)
        each = [admin.count(peer.public, kind) for peer in peers]
        ktap.equal(f"{name} of all peers: handshakes, keepalives and pings", whole, sum(each))
        grown = world.link.stat(name) - before[name]
        if ktap.KIND == "culvert":
            ktap.equal(f"{name} of the link is the sum of its peers', without handshakes, headers "
                       "and padding", sum(each) - messages[name] -
                       pings * (padded - ping + wg.DATA_OVERHEAD_BYTES), grown)
            ktap.equal(f"{name} of the link: its pings", pings * ping, grown)
        else:
            ktap.equal(f"{name} of the link is the sum of its peers'", sum(each), grown)


def drops(world):
    """What is refused of a peer."""
    admin, peer, other = Admin(world), world.new_peer(), world.new_peer()
    session = peer.initiate()
    other.initiate()
    classes = {nl.PEER_DROPS_SOURCE: "rx_inner_source", nl.PEER_DROPS_REPLAY: "rx_replay",
               nl.PEER_DROPS_EXPIRED: "rx_session_expired"}
    before = world.link.drops()
    message = session.seal(wg.ping4(peer.inside4, INSIDE4))
    peer.send(message)
    for _ in range(3):
        peer.send(message)
    for _ in range(2):
        peer.send(session.seal(wg.ping4(other.inside4, INSIDE4)))
    born = session.born
    time.sleep(max(0, born + 181 - time.monotonic()))
    peer.send(session.seal(wg.ping4(peer.inside4, INSIDE4)))
    ktap.wait_until(lambda: admin.count(peer.public, nl.PEER_DROPS_EXPIRED))
    for kind, count in ((nl.PEER_DROPS_SOURCE, 2), (nl.PEER_DROPS_REPLAY, 3),
                        (nl.PEER_DROPS_EXPIRED, 1)):
        ktap.equal(f"{classes[kind]}: of the peer", count, admin.count(peer.public, kind))
        ktap.equal(f"{classes[kind]}: of the other one", 0, admin.count(other.public, kind))
        if before:
            ktap.equal(f"{classes[kind]}: of the link", count,
                       world.link.drops()[classes[kind]] - before[classes[kind]])
    for one in peer, other:
        one.remove()


def sessions(world):
    """The session, and when the peer was heard."""
    admin, peer = Admin(world), world.new_peer(endpoint=True)
    seen = admin.seen(peer.public)
    ktap.equal("never heard: nothing is said of it", set(),
               {nl.PEER_SESSION_AGE_S, nl.PEER_INITIATOR, nl.PEER_HEARD, nl.PEER_RX_PACKETS,
                nl.PEER_TX_PACKETS, nl.PEER_DROPS_SOURCE} & set(seen))
    session = peer.initiate()
    time.sleep(30)
    peer.send(session.seal())
    sent = time.time()
    time.sleep(12.5)
    seen = admin.seen(peer.public)
    ktap.between("age of the session, s", 42, 44, nl.number(seen[nl.PEER_SESSION_AGE_S]))
    ktap.equal("the peer has begun it", b"\0", seen[nl.PEER_INITIATOR])
    second, part_ns = struct.unpack("=qq", seen[nl.PEER_HEARD])
    ktap.between("when it was heard, s after it has sent", -0.02, 0.1,
                 second + part_ns / 1e9 - sent)
    time.sleep(140)
    seen = admin.seen(peer.public)
    ktap.equal("after 180 s there is no session", set(),
               {nl.PEER_SESSION_AGE_S, nl.PEER_INITIATOR} & set(seen))
    peer.drain()
    peer.provoke()
    session, _ = peer.answer()
    # What was staged comes when the link has the session: before that it opens nothing.
    session.open(peer.expect(wg.DATA))
    ktap.true("a ping by the next one", peer.ping(session), "an answer", "none")
    seen = admin.seen(peer.public)
    ktap.equal("the link has begun the next one", b"\1", seen[nl.PEER_INITIATOR])
    ktap.between("age of the next one, s", 0, 1, nl.number(seen[nl.PEER_SESSION_AGE_S]))
    peer.remove()


def by_wireguard(world):
    """Family wireguard neither says nor takes any of it."""
    admin, key = Admin(world), nl.key()
    admin.peer(key, nl.attr(nl.PEER_NAME, "door"), idle(1000),
               nl.candidates(nl.candidate(nl.endpoint("192.0.2.1", 5), 7)),
               nl.u8(nl.PEER_FOLLOW, nl.FOLLOW_NEVER), nl.u32(nl.PEER_SILENT_S, 9))
    other = nl.Client("wireguard", world.link.namespace)
    ktap.equal("a dump of family wireguard has no attribute of our own", [],
               [kind for kind in other.dump(world.link.dev)["peers"][key]
                if kind != "ips" and kind >= 64])
    try:
        other.set(nl.attr(nl.IFNAME, world.link.dev),
                  nl.nest(nl.PEERS, nl.peer(key, nl.attr(nl.PEER_NAME, "other"), idle(7),
                                            nl.candidates(), nl.u8(nl.PEER_FOLLOW, 0),
                                            nl.u32(nl.PEER_SILENT_S, 0))))
    except nl.Refusal:
        pass
    seen = admin.seen(key)
    ktap.equal("a request to family wireguard changes neither", (b"door\0", 1000),
               (seen[nl.PEER_NAME], nl.number(seen[nl.PEER_IDLE_S])))
    ktap.equal("a request to family wireguard changes no ways to a peer",
               ([("192.0.2.1:5", 7, False)], nl.FOLLOW_NEVER, 9),
               (nl.show_candidates(seen), nl.number(seen.get(nl.PEER_FOLLOW, b"")),
                nl.number(seen.get(nl.PEER_SILENT_S, b""))))
    admin.peer(key, nl.u32(nl.PEER_FLAGS, nl.PEER_REMOVE))


KNOWN = (names, packets, drops, sessions)
GROUPS = {
    "expiry": (silent, heard, sends, changed, others, replayed, down, many),
    "known": KNOWN,
    "dropin": KNOWN + (by_wireguard, silent),
}

run_group(GROUPS, __doc__)
