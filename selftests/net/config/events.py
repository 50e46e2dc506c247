#!/usr/bin/python3
# SPDX-License-Identifier: GPL-2.0
"""What listeners are told of a link. Run by events.sh in the namespace of the peer, in a VM
whose clock counts instructions: there, waiting costs nothing.

    events.py GROUP NAMESPACE DEV ADDRESS PORT
"""
import base64
import errno
import os
import resource
import socket
import subprocess
import sys
import time

from cvtest import ktap, netlink as nl, peer as wg
from cvtest.events import SOON_S, Listener
from cvtest.world import run_group

LISTENERS = 1000


def asker(world):
    """Who asks for changes, and is no listener."""
    return nl.Client(ktap.KIND, world.link.namespace)


def last_number(world, kind=nl.EVENT_NUMBER):
    """Of the last event, as a dump has it."""
    device = nl.Client("culvert", world.link.namespace).dump(world.link.dev)["device"]
    return nl.number(device[kind])


def named(world, *more):
    return (nl.attr(nl.IFNAME, world.link.dev), *more)


# ------------------------------------------------------------------ listeners


def listeners(world):
    """A thousand listeners."""
    resource.setrlimit(resource.RLIMIT_NOFILE, (LISTENERS + 100, LISTENERS + 100))
    ears = [Listener(world, "config", "session", "knock") for _ in range(LISTENERS)]
    mouth, begin = asker(world), time.monotonic()
    mouth.set(*named(world, nl.u32(nl.FWMARK, 7)))
    ktap.between("a request with 1000 listeners: ms", 0, 1000,
                 (time.monotonic() - begin) * 1000)
    peer = world.new_peer()
    session = peer.initiate()
    ktap.true("a session with 1000 listeners: works", peer.ping(session),
              "an answer to a ping", "none")
    wanted = ["device changed", "peer added", "session made"]
    heard = {}
    for ear in ears:
        kinds = tuple(event.kind for event in ear.listen(SOON_S, enough=len(wanted)))
        heard[kinds] = heard.get(kinds, 0) + 1
    ktap.equal("1000 listeners: each hears all of it, in its order",
               {tuple(wanted): LISTENERS}, heard)
    for ear in ears[1:]:
        ear.close()
    mouth.set(*named(world, nl.u32(nl.FWMARK, 0)))
    ears[0].expect("all but one go: that one hears the next", "device changed")
    peer.remove()
    ears[0].close()


# --------------------------------------------------------------------- config


def device(world):
    """The device is changed."""
    ear, mouth = Listener(world, "config"), asker(world)
    mouth.set(*named(world, nl.u32(nl.FWMARK, 7)))
    for event in ear.expect("a mark is set: one event", "device changed") or []:
        ktap.equal("device changed: mark", 7, nl.number(event.device[nl.FWMARK]))
        ktap.equal("device changed: public key", world.public, event.device[nl.PUBLIC_KEY])
        ktap.equal("device changed: who asked for it", mouth.portid(), event.portid)
        ktap.equal("device changed: name of the link", world.link.dev.encode() + b"\0",
                   event.device[nl.IFNAME])
        ktap.between("device changed: time, s before now", 0, 2, time.time() - event.time[0])
    mouth.set(*named(world, nl.u32(nl.FWMARK, 0)))
    ear.expect("the mark is set to none: one event", "device changed")
    secret = base64.b64decode(world.link.show("private-key"))
    mouth.set(*named(world, nl.attr(nl.PRIVATE_KEY, secret)))
    for event in ear.expect("the private key is set: one event", "device changed") or []:
        ktap.equal("the private key is in no event", [],
                   [event for event in ear.events if secret in event.raw])
    refused(world)
    ear.expect("a refused request: no event")
    ear.close()


def refused(world):
    """What events have is for events."""
    mouth = nl.Client("culvert", world.link.namespace)
    for name, what in (("number", nl.u32(nl.EVENT_NUMBER, 1)), ("kind", nl.u16(nl.EVENT_KIND, 1))):
        try:
            mouth.set(*named(world, what))
            ktap.fail(f"a request with the {name} of an event is refused", "EINVAL", "success")
        except nl.Refusal as error:
            ktap.equal(f"a request with the {name} of an event is refused",
                       (errno.EINVAL, "this attribute is read-only: a request cannot set it"),
                       (error.errno, error.text))


def peers(world):
    """Peers come, change and go."""
    ear, mouth, key, psk = Listener(world, "config"), asker(world), nl.key(), nl.key()
    mouth.set(*named(world, nl.nest(nl.PEERS, nl.peer(
        key, nl.attr(nl.PEER_PSK, psk), nl.u16(nl.PEER_KEEPALIVE, 0),
        nl.attr(nl.PEER_ENDPOINT, nl.endpoint("198.51.100.2", 9)),
        nl.nest(nl.PEER_IPS, nl.allowed_ip("10.78.0.0/24"), nl.allowed_ip("fd78::/64"))))))
    for event in ear.expect("a peer is added: one event", "peer added") or []:
        ktap.equal("peer added: key", key, event.peer[nl.PEER_KEY])
        ktap.equal("peer added: endpoint", "198.51.100.2:9",
                   nl.show_endpoint(event.peer.get(nl.PEER_ENDPOINT)))
        ktap.equal("peer added: allowed IPs", ["10.78.0.0/24", "fd78::/64"], event.ips)
        ktap.equal("peer added: these are all of its allowed IPs", b"\0", event.more)
        ktap.equal("peer added: no pre-shared key", (False, False),
                   (nl.PEER_PSK in event.peer, psk in event.raw))
        ktap.equal("peer added: who asked for it", mouth.portid(), event.portid)
    mouth.set(*named(world, nl.nest(nl.PEERS, nl.peer(key, nl.u16(nl.PEER_KEEPALIVE, 25)))))
    for event in ear.expect("a peer is changed: one event", "peer changed") or []:
        ktap.equal("peer changed: interval of keepalives", 25,
                   nl.number(event.peer[nl.PEER_KEEPALIVE]))
        ktap.equal("peer changed: its allowed IPs are no news", (None, []),
                   (event.more, event.ips))
    mouth.set(*named(world, nl.nest(nl.PEERS, *[nl.peer(
        key, nl.nest(nl.PEER_IPS, nl.allowed_ip(f"10.79.{n}.0/24"))) for n in range(100)])))
    for event in ear.expect("a request is about it 100 times: one event", "peer changed") or []:
        ktap.equal("changed 100 times: allowed IPs", 102, len(event.ips))
    mouth.set(*named(world, nl.nest(nl.PEERS, nl.peer(
        key, nl.u32(nl.PEER_FLAGS, nl.PEER_REMOVE)))))
    for event in ear.expect("a peer is removed: one event", "peer removed") or []:
        ktap.equal("peer removed: reason", "asked", event.reason)
        ktap.equal("peer removed: key", key, event.peer[nl.PEER_KEY])
        ktap.equal("peer removed: who asked for it", mouth.portid(), event.portid)
    mouth.set(*named(world, nl.nest(nl.PEERS, nl.peer(
        nl.key(), nl.u32(nl.PEER_FLAGS, nl.PEER_UPDATE_ONLY)))))
    ear.expect("an update of a peer that is not there: no event")
    ear.close()


def counters(world):
    """The last event of a peer has its counters."""
    ear = Listener(world, "config")
    peer = world.new_peer()
    session = peer.initiate()
    peer.ping(session)
    shown = world.link.value("transfer", peer.name).split("\t")
    ear.listen(0.1)
    peer.remove()
    for event in ear.expect("a peer with a session is removed: one event", "peer removed") or []:
        ktap.equal("peer removed: bytes received and sent", [int(count) for count in shown],
                   [nl.number(event.peer[kind]) for kind in (nl.PEER_RX, nl.PEER_TX)])
    ear.close()


def replace(world):
    """All peers are replaced."""
    ear, mouth, keys = Listener(world, "config"), asker(world), [nl.key() for _ in range(3)]
    mouth.set(*named(world, nl.nest(nl.PEERS, *[nl.peer(key) for key in keys[:2]])))
    ear.expect("two peers are added: an event each", "peer added", "peer added")
    mouth.set(*named(world, nl.u32(nl.FLAGS, nl.REPLACE_PEERS),
                     nl.nest(nl.PEERS, nl.peer(keys[2]))))
    heard = ear.expect("they are replaced by one: removed, added", "peer removed",
                       "peer added") or []
    ktap.equal("replaced: reason", ["replaced"], [event.reason for event in heard[:1]])
    ktap.equal("replaced: keys, in their order", keys,
               [peer[nl.PEER_KEY] for event in heard for peer in event.peers])
    mouth.set(*named(world, nl.u32(nl.FLAGS, nl.REPLACE_PEERS)))
    ear.expect("it is replaced by none: one event", "peer removed")
    ktap.equal("a dump has the number of the last event", ear.events[-1].number,
               last_number(world))
    if ktap.KIND == "wireguard":
        device = mouth.dump(world.link.dev)["device"]
        ktap.equal("a dump of family wireguard has nothing of culvert's own", [],
                   [kind for kind in device if kind >= nl.EVENT_KIND])
    ear.close()


def many_ips(world):
    """More allowed IPs than a message holds."""
    ear, mouth, key = Listener(world, "config"), asker(world), nl.key()
    wanted = [f"10.{n // 250}.{n % 250}.0/24" for n in range(1000)]
    mouth.set(*named(world, nl.nest(nl.PEERS, nl.peer(
        key, nl.nest(nl.PEER_IPS, *[nl.allowed_ip(ip) for ip in wanted])))))
    heard = ear.listen()
    ktap.true("1000 allowed IPs: several events", len(heard) > 1, "more than one", len(heard))
    ktap.equal("1000 allowed IPs: of one kind and peer", {("peer added", key)},
               {(event.kind, event.peer[nl.PEER_KEY]) for event in heard})
    ktap.equal("1000 allowed IPs: each is told once", sorted(wanted),
               sorted(ip for event in heard for ip in event.ips))
    ktap.equal("1000 allowed IPs: all but the last event say that there is more",
               [b"\1"] * (len(heard) - 1) + [b"\0"], [event.more for event in heard])
    ktap.equal("1000 allowed IPs: the rest of the peer is told once", 1,
               sum(nl.PEER_RX in event.peer for event in heard))
    mouth.set(*named(world, nl.u32(nl.FLAGS, nl.REPLACE_PEERS)))
    crowd = [nl.key() for _ in range(400)]
    mouth.set(*named(world, nl.nest(nl.PEERS, *[nl.peer(key) for key in crowd])))
    ear.listen()
    mouth.set(*named(world, nl.u32(nl.FLAGS, nl.REPLACE_PEERS)))
    heard = ear.listen()
    ktap.true("400 peers are removed at once: several to an event",
              1 < len(heard) < 100, "2 to 99 events", len(heard))
    ktap.equal("400 peers are removed at once: each is told once", sorted(crowd),
               sorted(peer[nl.PEER_KEY] for event in heard for peer in event.peers))
    ear.close()


def lost(world):
    """A listener that does not read."""
    ear, mouth = Listener(world, "config"), asker(world)
    ear.socket.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 1)
    before = last_number(world)
    keys = [nl.key() for _ in range(200)]
    mouth.set(*named(world, nl.nest(nl.PEERS, *[nl.peer(key) for key in keys])))
    heard = ear.listen()
    ktap.true("200 events in a full socket: the reader is told that some are lost",
              not ear.whole and len(heard) < 200, "ENOBUFS", f"{len(heard)} events")
    ktap.equal("200 events in a full socket: those that came are the first",
               list(range(before + 1, before + 1 + len(heard))),
               [event.number for event in heard])
    mouth.set(*named(world, nl.u32(nl.FWMARK, 0)))
    event = ear.listen(enough=1)
    ktap.equal("the next event has its place in the sequence", [before + 201],
               [one.number for one in event])
    ear.close()
    mouth.set(*named(world, nl.u32(nl.FLAGS, nl.REPLACE_PEERS)))
    ktap.equal("with no listener there are no events", before + 201, last_number(world))


def elsewhere(world):
    """Who may listen, and where."""
    here = Listener(world, "config", "session", namespace=os.environ["CV_OURS"])
    asker(world).set(*named(world, nl.u32(nl.FWMARK, 1)))
    here.expect("a listener in another namespace hears nothing")
    here.close()
    asker(world).set(*named(world, nl.u32(nl.FWMARK, 0)))
    child = subprocess.run(
        ["setpriv", "--reuid=65534", "--clear-groups", "--inh-caps=-all", "python3", "-c",
         "import sys; sys.path[:0] = " + repr(sys.path) + """
from cvtest import netlink as nl
client = nl.Client("culvert")
for group in "config", "session":
    try:
        client.join(group)
        print("joined", group)
    except OSError as error:
        print(error.errno)
"""], capture_output=True, text=True, check=False)
    ktap.equal("without CAP_NET_ADMIN no group can be joined", f"{errno.EPERM}\n" * 2,
               child.stdout + child.stderr)


def gone(world):
    """The link is deleted."""
    ear, link = Listener(world, "config"), world.link
    link.inside("ip", "link", "add", "cv9", "type", ktap.KIND)
    mouth, key = asker(world), nl.key()
    mouth.set(nl.attr(nl.IFNAME, "cv9"), nl.nest(nl.PEERS, nl.peer(key)))
    link.inside("ip", "link", "del", "cv9")
    heard = ear.expect("a link with a peer is deleted", "peer added", "peer removed") or []
    ktap.equal("link deleted: reason", ["link gone"], [event.reason for event in heard[1:]])
    ktap.equal("another link has numbers of its own", [1, 2], [event.number for event in heard])
    ear.close()


# -------------------------------------------------------------------- session


def made(world):
    """A session is made, by either end."""
    ear = Listener(world, "session")
    peer = world.new_peer(endpoint=True)
    session = peer.initiate()
    peer.ping(session)
    for event in ear.expect("the peer begins a session: one event", "session made") or []:
        ktap.equal("session made: the peer's key", peer.public, event.peer[nl.PEER_KEY])
        ktap.equal("session made: begun by the peer", 0, nl.number(event.peer[nl.PEER_INITIATOR]))
        ktap.equal("session made: endpoint", peer.endpoint(),
                   nl.show_endpoint(event.peer[nl.PEER_ENDPOINT]))
    peer.remove()
    for event in ear.expect("its peer is removed: one event", "session over") or []:
        ktap.equal("session over: reason", "removed", event.reason)
    peer = world.new_peer(endpoint=True)
    peer.provoke()
    peer.answer()
    for event in ear.expect("the link begins a session: one event", "session made") or []:
        ktap.equal("session made: begun by the link", 1,
                   nl.number(event.peer[nl.PEER_INITIATOR]))
    peer.remove()
    ear.close()


def over(world):
    """Sessions end by their age, and keys are wiped."""
    ear = Listener(world, "session")
    peer = world.new_peer()
    begin = time.monotonic()
    peer.initiate()
    ear.listen(enough=1)
    heard = ear.listen(300, enough=1)
    ktap.equal("nothing happens for 180 s: session over", ["session over time"],
               [repr(event) for event in heard])
    ktap.between("session over: s after it was made", 180, 181.5, time.monotonic() - begin)
    heard = ear.listen(600, enough=1)
    ktap.equal("nothing happens for 540 s: keys wiped", ["keys wiped time"],
               [repr(event) for event in heard])
    peer.remove()
    ear.expect("removed without a session: no event")
    ear.close()


def ended(world):
    """Sessions end for other reasons."""
    ear, link = Listener(world, "session"), world.link
    peer = world.new_peer()
    peer.initiate()
    ear.listen(enough=1)
    link.inside("ip", "link", "set", link.dev, "down")
    for event in ear.expect("the link is set down: an event each", "session over",
                            "keys wiped") or []:
        ktap.equal(f"set down: reason of {event.kind}", "link down", event.reason)
    link.inside("ip", "link", "set", link.dev, "up")
    peer.initiate()
    ear.listen(enough=1)
    private = link.show("private-key")
    asker(world).set(*named(world, nl.attr(nl.PRIVATE_KEY, nl.key())))
    for event in ear.expect("another private key: one event", "session over") or []:
        ktap.equal("another private key: reason", "key", event.reason)
    path = f"/tmp/private-{os.getpid()}"
    with open(path, "w", opener=lambda p, f: os.open(p, f, 0o600)) as file:
        file.write(private)
    link.set("private-key", path)
    os.unlink(path)
    ear.expect("no session, another private key: no event")
    peer.initiate()
    ear.close()
    ear = Listener(world, "session")
    link.inside("ip", "link", "set", link.dev, "down")
    ear.expect("a session that is older than the listener: its end is told", "session over",
               "keys wiped")
    link.inside("ip", "link", "set", link.dev, "up")
    peer.remove()
    ear.close()


def flapping(world):
    """Sessions come and go faster than they are told."""
    ear, link, peer = Listener(world, "session"), world.link, world.new_peer()
    for _ in range(5):
        peer.initiate()
        link.inside("ip", "link", "set", link.dev, "down")
        link.inside("ip", "link", "set", link.dev, "up")
    peer.initiate()
    heard = ear.listen()
    states = [event for event in heard if event.kind != "keys wiped"]
    ktap.equal("five sessions end, a sixth lives: all are told or counted", 11,
               sum(1 + event.merged for event in states))
    ktap.equal("five sessions end, a sixth lives: that is told last", "session made",
               states[-1].kind)
    peer.remove()
    ear.expect("then its peer is removed: one event", "session over")
    ear.close()


def reborn(world):
    """A peer is replaced by itself."""
    ear, mouth = Listener(world, "config", "session"), asker(world)
    peer = world.new_peer()
    peer.initiate()
    ear.listen()
    mouth.set(*named(world, nl.u32(nl.FLAGS, nl.REPLACE_PEERS),
                     nl.nest(nl.PEERS, nl.peer(peer.public))))
    ear.expect("a peer with a session is replaced by itself", "session over", "peer removed",
               "peer added")
    peer.initiate()
    ear.expect("its next session", "session made")
    ear.expect("nothing more is told of the first", seconds=10)
    peer.remove()
    ear.close()


def moved(world):
    """A peer moves."""
    peer = world.new_peer()
    session = peer.initiate()
    peer.ping(session)
    ear, before = Listener(world, "session"), peer.endpoint()
    old, peer.socket = peer.socket, peer.new_socket(("0.0.0.0", 0))
    peer.port = peer.socket.getsockname()[1]
    forged = bytearray(session.seal(wg.ping4(peer.inside4, "10.77.0.1")))
    forged[-1] ^= 1
    peer.send(bytes(forged))
    ear.expect("a forged packet from somewhere else: no event")
    peer.ping(session)
    for event in ear.expect("a packet from somewhere else: one event", "endpoint moved") or []:
        ktap.equal("endpoint moved: from and to", [before, peer.endpoint()],
                   [nl.show_endpoint(event.peer[kind])
                    for kind in (nl.PEER_ENDPOINT_BEFORE, nl.PEER_ENDPOINT)])
    old.close()
    # It comes from one of two places, in turn.
    sockets, moves, begin = [peer.socket, peer.new_socket(("0.0.0.0", 0))], 200, time.monotonic()
    for n in range(moves):
        peer.socket = sockets[(n + 1) % 2]
        peer.send(session.seal())
        time.sleep(0.01)
    lasted = time.monotonic() - begin
    heard = ear.listen()
    ktap.equal("200 moves: no other event", {"endpoint moved"}, {event.kind for event in heard})
    ktap.equal("200 moves: all are told or counted", moves,
               sum(1 + event.merged for event in heard))
    ktap.between(f"200 moves in {lasted:.1f} s: ten events a second at most", 2,
                 lasted * 10 + 2, len(heard))
    for one in sockets:
        one.close()
    world.link.set("peer", peer.name, "remove")
    ear.close()


def silent(world):
    """A peer does not answer."""
    ear = Listener(world, "session")
    peer = world.new_peer(endpoint=True)
    session = peer.initiate()
    ear.listen(enough=1)
    begin = time.monotonic()
    peer.provoke()
    heard = ear.listen(30, enough=1)
    ktap.equal("data gets no answer: peer silent", ["peer silent"],
               [event.kind for event in heard])
    ktap.between("peer silent: s after the data", 15, 17.5, time.monotonic() - begin)
    ear.expect("it stays silent for 60 s: no other event", seconds=60)
    peer.drain()
    peer.send(session.seal())
    ear.expect("something comes from it: peer back", "peer back")
    peer.send(session.seal())
    ear.expect("more comes from it: no event")
    peer.remove()
    ear.listen()
    peer = world.new_peer(endpoint=True)
    begin = time.monotonic()
    peer.provoke()
    heard = ear.listen(30, enough=1)
    ktap.equal("initiations get no answer: peer silent", ["peer silent"],
               [event.kind for event in heard])
    ktap.between("peer silent: s after the first initiation", 15, 17.5,
                 time.monotonic() - begin)
    ear.expect("it gives up: no other event", seconds=120)
    peer.drain()
    peer.initiate()
    ear.expect("a session is made: peer back", "peer back", "session made")
    peer.remove()
    ear.close()


def socket_lost(world):
    """The namespace of the socket ends."""
    ear, link = Listener(world, "session"), world.link
    ktap.command("ip", "netns", "add", "cv-born")
    ktap.command("ip", "-n", "cv-born", "link", "add", "cv8", "type", "culvert")
    ktap.command("ip", "-n", "cv-born", "link", "set", "cv8", "netns", link.namespace)
    link.inside("ip", "link", "set", "cv8", "up")
    ktap.command("ip", "netns", "del", "cv-born")
    for event in ear.expect("the namespace of a link's socket ends: one event",
                            "socket lost", seconds=10) or []:
        ktap.equal("socket lost: name of the link", b"cv8\0", event.device[nl.IFNAME])
    link.inside("ip", "link", "del", "cv8")
    ear.close()


CONFIG = (device, peers, counters, replace, many_ips, lost, elsewhere, gone)
GROUPS = {
    "config": CONFIG,
    "dropin": CONFIG,
    "listeners": (listeners,),
    "session": (made, over, ended, flapping, reborn, moved, silent, socket_lost),
}


run_group(GROUPS, __doc__)
