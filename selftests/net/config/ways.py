#!/usr/bin/python3
# SPDX-License-Identifier: GPL-2.0
"""Several ways to a peer: where initiations go and when, and where a peer is followed to. Run by
ways.sh in the namespace of the peer, in a VM whose clock counts instructions: there, waiting
costs nothing.

    ways.py GROUP NAMESPACE DEV ADDRESS PORT
"""
import errno
import os
import select
import socket
import struct
import sys
import time

from cvtest import ktap, netlink as nl, peer as wg
from cvtest.events import Listener
from cvtest.netns import enter
from cvtest.world import run_group

HERE4, HERE6 = "198.51.100.%d", "2001:db8:51::%d"
# Before a candidate of the same class as the one before it, and of a class less preferred.
EQUAL_S, LESS_S = 0.05, 0.3
# Timers of the kernel's go off a tick or two late, and it takes a moment to send.
SLACK_S = 0.03
# The first of them may reach this program late, which makes the others early.
EARLY_S = 0.005 * min(3, float(os.environ.get("CV_SLOW", "1")))
RETRY_S, JITTER_S = 5, 0.334


class Place:
    """A socket where the peer may be, or a program that must not hear of it."""

    def __init__(self, name, address, port=0, namespace=None, to=None):
        self.name, self.to = name, to
        if namespace:
            enter(namespace)
        try:
            self.socket = socket.socket(socket.AF_INET6 if ":" in address else socket.AF_INET,
                                        socket.SOCK_DGRAM)
        finally:
            if namespace:
                enter(OURS)
        self.socket.setsockopt(socket.SOL_SOCKET, socket.SO_BROADCAST, 1)
        self.socket.bind((address, port))
        self.at = self.socket.getsockname()[:2]

    def candidate(self, preference=None):
        return nl.candidate(nl.endpoint(*self.at), preference)

    def shown(self):
        return f"[{self.at[0]}]:{self.at[1]}" if ":" in self.at[0] else "%s:%d" % self.at


class Peer:
    """A peer that may be at several places; "use" is where the link was told that it is."""

    def __init__(self, world, endpoint=True, **options):
        self.world = world
        self.peer = world.new_peer(**options)
        self.key = self.peer.public
        self.client = nl.Client("culvert", world.link.namespace)
        self.name = nl.attr(nl.IFNAME, world.link.dev)
        self.use = Place("use", HERE4 % 3)
        self.places = [self.use]
        if endpoint:
            self.set(nl.attr(nl.PEER_ENDPOINT, nl.endpoint(*self.use.at)))

    def set(self, *more):
        self.client.set(self.name, nl.nest(nl.PEERS, nl.peer(self.key, *more)))

    def get(self):
        return self.client.dump(self.world.link.dev)["peers"][self.key]

    def place(self, name, number, **more):
        self.places.append(Place(name, HERE4 % number, **more))
        return self.places[-1]

    def candidates(self, *those):
        """Each is a place, or a place and its preference."""
        those = [one if isinstance(one, tuple) else (one, None) for one in those]
        self.set(nl.candidates(*[place.candidate(how) for place, how in those]))

    def listen(self, seconds, enough=None):
        """What comes to any place in SECONDS: (seconds from the first, place, message)."""
        deadline, heard = time.monotonic() + seconds, []
        sockets = {place.socket: place for place in self.places}
        while enough is None or len(heard) < enough:
            left = deadline - time.monotonic()
            ready = select.select(list(sockets), [], [], left)[0] if left > 0 else []
            if not ready:
                break
            for one in ready:
                message, sender = one.recvfrom(2048)
                heard.append((time.monotonic(), sockets[one], message, sender))
        return [(at - heard[0][0], place, message) for at, place, message, _ in heard]

    def drain(self):
        self.listen(0.05)

    def send(self, place, message):
        place.socket.sendto(message, (place.to or self.world.remote[0], self.world.remote[1]))

    def answer(self, place, message):
        """A session, agreed on at PLACE."""
        response, session = wg.Heard(self.peer, message).respond()
        self.send(place, response)
        return session

    def ping(self, place, session):
        """An echo request by PLACE: where the answer comes, and None if there is none."""
        self.send(place, session.seal(wg.ping4(self.peer.inside4, "10.77.0.1")))
        for _, where, message in self.listen(1, 1):
            try:
                if wg.is_pong4(session.open(message)[1], 1):
                    return where.name
            except wg.Refused:
                pass
        return None

    def talk(self):
        """A session that the link has begun, by the way in use; when it was made."""
        self.peer.provoke()
        heard = self.listen(2, 1)
        session = self.answer(heard[0][1], heard[0][2])
        made = time.monotonic()
        self.listen(0.3, 1)
        self.send(self.use, session.seal())
        self.drain()
        return session, made

    def remove(self):
        self.peer.remove()
        for place in self.places:
            place.socket.close()
        # Of candidates, one initiation in so long.
        time.sleep(RETRY_S)


def initiations(heard):
    return [(at, place.name) for at, place, message in heard
            if wg.type_of(message) == wg.INITIATION]


def goes(name, heard, *expected, slack=SLACK_S):
    """Initiations have gone to these places at these times, and nowhere else."""
    told = initiations(heard)
    ktap.equal(f"{name}: places", [where for where, _ in expected], [where for _, where in told])
    for (at, where), (_, due) in zip(told, expected):
        ktap.between(f"{name}: {where} after so many seconds", due - EARLY_S - (slack - SLACK_S),
                     due + slack, at)


def same(name, heard):
    """They are one message."""
    messages = {message for _, _, message in heard if wg.type_of(message) == wg.INITIATION}
    ktap.equal(f"{name}: different messages", 1, len(messages))


def in_use(peer):
    return [where for where, _, use in nl.show_candidates(peer.get()) if use]


def endpoint_of(peer):
    return nl.show_endpoint(peer.get().get(nl.PEER_ENDPOINT))


# ----------------------------------------------------------------- candidates


def no_session(world):
    """No session: the way in use, then the candidates, the same message."""
    peer = Peer(world)
    one, other, last = peer.place("one", 4), peer.place("other", 5), peer.place("last", 6)
    peer.candidates((last, 7), one, other)
    peer.peer.provoke()
    heard = peer.listen(4)
    goes("no session", heard, ("use", 0), ("one", EQUAL_S), ("other", 2 * EQUAL_S),
         ("last", 2 * EQUAL_S + LESS_S))
    same("no session", heard)
    again = peer.listen(3)
    goes("no answer: the next one begins with the same", again, ("use", 0), ("one", EQUAL_S),
         ("other", 2 * EQUAL_S), ("last", 2 * EQUAL_S + LESS_S))
    same("no answer: the next one", again)
    ktap.true("no answer: the next one is another", heard[0][2] != again[0][2])
    # A candidate that comes earlier than in the last one may have to wait for its 5 s.
    goes("no answer: the third one begins one way later", peer.listen(5), ("one", 0),
         ("other", EQUAL_S), ("last", EQUAL_S + LESS_S), ("use", 2 * EQUAL_S + LESS_S),
         slack=2 * EQUAL_S)
    ktap.equal("nothing has moved the peer", peer.use.shown(), endpoint_of(peer))
    ktap.equal("none of the candidates is in use", [], in_use(peer))
    peer.remove()


def answered(world):
    """The first that answers is the next way in use."""
    peer = Peer(world)
    events = Listener(world, "session")
    one, other, last = peer.place("one", 4), peer.place("other", 5), peer.place("last", 6)
    peer.candidates(one, other, (last, 1))
    began = time.time()
    peer.peer.provoke()
    heard = peer.listen(2, 3)
    session = peer.answer(other, heard[2][2])
    more = peer.listen(1)
    ktap.equal("an answer: what waited comes where it came from", ["other"],
               [place.name for _, place, _ in more])
    ktap.equal("an answer: the endpoint", other.shown(), endpoint_of(peer))
    ktap.equal("an answer: the candidate that is in use", [other.shown()], in_use(peer))
    told = peer.get()
    ktap.equal("an answer: the reason", "handshake",
               nl.ENDPOINT_REASONS.get(nl.number(told[nl.PEER_ENDPOINT_REASON])))
    since = struct.unpack("=qq", told[nl.PEER_ENDPOINT_SINCE])
    ktap.between("an answer: since when", began, began + 2, since[0] + since[1] / 1e9)
    ktap.equal("an answer: a ping is answered there", "other", peer.ping(other, session))
    kinds = events.listen(0.5)
    ktap.equal("events", ["endpoint moved", "session made"],
               sorted(event.kind for event in kinds))
    ktap.equal("events: the candidate in use", [[other.shown()]] * 2,
               [[where for where, _, use in nl.show_candidates(event.peer) if use]
                for event in kinds])
    session.open(more[0][2])
    ktap.equal("data from elsewhere: a ping is answered there", "one", peer.ping(one, session))
    told = peer.get()
    ktap.equal("data from elsewhere: the reason", "data",
               nl.ENDPOINT_REASONS.get(nl.number(told[nl.PEER_ENDPOINT_REASON])))
    peer.set(nl.attr(nl.PEER_ENDPOINT, nl.endpoint(*last.at)))
    told = peer.get()
    ktap.equal("a request: the reason", "set",
               nl.ENDPOINT_REASONS.get(nl.number(told[nl.PEER_ENDPOINT_REASON])))
    ktap.equal("a request: the candidate in use", [last.shown()], in_use(peer))
    events.close()
    peer.remove()


def renewal(world):
    """A session is renewed by the way in use alone."""
    peer = Peer(world)
    peer.candidates(peer.place("one", 4))
    session, made = peer.talk()
    while time.monotonic() < made + 119:
        peer.ping(peer.use, session)
        time.sleep(8)
    time.sleep(max(0, made + 121 - time.monotonic()))
    peer.peer.provoke()
    heard = peer.listen(2)
    goes("renewal", heard, ("use", 0))
    # It has no answer, which may have been lost: the session goes on.
    peer.send(peer.use, session.seal())
    later = peer.listen(5)
    goes("renewal that gets no answer: the next", later, ("use", 0))
    peer.send(peer.use, session.seal())
    peer.listen(5)
    heard = peer.listen(5)
    goes("renewal that gets no answer for 15 s: the next begins one way later", heard, ("one", 0),
         ("use", EQUAL_S))
    peer.remove()


def silent_after(peer, name, low, high):
    """Data gets no answer: so many seconds later the peer is looked for."""
    peer.peer.provoke()
    begin = time.monotonic()
    heard = []
    while not initiations(heard) and time.monotonic() < begin + high + 2:
        heard = peer.listen(high, 1)
    ktap.between(f"{name}: seconds", low, high, time.monotonic() - begin)
    heard = [(0.0, *heard[0][1:])] + [(at + heard[0][0], *rest)
                                      for at, *rest in peer.listen(1)] if heard else []
    return heard


def silence(world):
    """Data gets no answer for as long as it is set, or for 15 s."""
    peer = Peer(world)
    one = peer.place("one", 4)
    peer.candidates(one)
    peer.talk()
    # The next initiation keeps its distance from this one.
    time.sleep(RETRY_S)
    peer.set(nl.u32(nl.PEER_SILENT_S, 3))
    heard = silent_after(peer, "silent after 3 s", 2.9, 3 + JITTER_S + 0.4)
    ktap.equal("silent after 3 s: places", ["use", "one"], [where for _, where in
                                                         initiations(heard)])
    session = peer.answer(one, heard[-1][2])
    peer.listen(0.5)
    ktap.equal("silent after 3 s: the endpoint", one.shown(), endpoint_of(peer))
    peer.set(nl.u32(nl.PEER_SILENT_S, 0))
    peer.ping(one, session)
    peer.send(one, session.seal())
    time.sleep(RETRY_S)
    peer.drain()
    silent_after(peer, "silent by the protocol", 14.9, 15 + JITTER_S + 2)
    peer.remove()


def rekey(world):
    """An initiation that a request asks for goes by preference, and keeps its distance."""
    peer = Peer(world)
    one, last = peer.place("one", 4), peer.place("last", 6)
    session, made = peer.talk()
    peer.candidates((last, 1), one)
    time.sleep(max(0, made + RETRY_S + 1 - time.monotonic()))
    peer.set(nl.attr(nl.PEER_REKEY_NOW, b""))
    heard = peer.listen(1)
    goes("rekey", heard, ("one", 0), ("last", LESS_S), ("use", 2 * LESS_S))
    begin = time.monotonic() - 1
    session = peer.answer(one, heard[0][2])
    peer.listen(0.5)
    ktap.equal("rekey, answered: the endpoint", one.shown(), endpoint_of(peer))
    ktap.equal("rekey, answered: a ping is answered there", "one", peer.ping(one, session))
    peer.set(nl.attr(nl.PEER_REKEY_NOW, b""))
    peer.set(nl.attr(nl.PEER_REKEY_NOW, b""))
    heard = peer.listen(6, 2)
    ktap.between("rekey too soon: seconds after the last", RETRY_S - 0.1,
                 RETRY_S + 2 * JITTER_S + 0.2, time.monotonic() - begin - LESS_S)
    goes("rekey too soon", heard, ("one", 0), ("last", LESS_S))
    peer.answer(one, heard[0][2])
    ktap.equal("rekey, asked for twice: no other", [], initiations(peer.listen(6)))
    peer.remove()


def rekey_refused(world):
    """An initiation that cannot be sent."""
    peer = Peer(world, endpoint=False)

    def refused(name, number):
        try:
            peer.set(nl.attr(nl.PEER_REKEY_NOW, b""))
            ktap.fail(name, errno.errorcode[number], "success")
        except nl.Refusal as error:
            ktap.true(name, error.errno == number and error.text.startswith("rekey: "),
                      errno.errorcode[number], error)
    refused("rekey: neither endpoint nor candidates", errno.EDESTADDRREQ)
    peer.candidates(peer.place("one", 4))
    world.link.inside("ip", "link", "set", world.link.dev, "down")
    refused("rekey: the link is down", errno.ENETDOWN)
    world.link.inside("ip", "link", "set", world.link.dev, "up")
    peer.set(nl.attr(nl.PEER_REKEY_NOW, b""))
    goes("rekey: no endpoint", peer.listen(1), ("one", 0))
    peer.remove()


def no_endpoint(world):
    """Nothing but candidates: what waits is sent to the one that answers."""
    peer = Peer(world, endpoint=False)
    one, other = peer.place("one", 4), peer.place("other", 5)
    peer.candidates(one, other)
    peer.peer.provoke()
    heard = peer.listen(1, 2)
    goes("no endpoint", heard, ("one", 0), ("other", EQUAL_S))
    ktap.equal("no endpoint: it is not known yet", None, endpoint_of(peer))
    session = peer.answer(other, heard[1][2])
    more = peer.listen(0.5)
    ktap.equal("no endpoint: what waited comes", ["other"], [place.name for _, place, _ in more])
    ktap.true("no endpoint: it is the ping", len(session.open(more[0][2])[1]) > 0)
    peer.remove()


def no_route(world):
    """What cannot be sent takes no time."""
    peer = Peer(world)
    one = peer.place("one", 4)
    nowhere = nl.candidate(nl.endpoint("192.0.2.9", 9))
    peer.set(nl.candidates(nowhere, nl.candidate(nl.endpoint("2001:db8:99::9", 9)),
                           one.candidate()))
    before = world.link.drops()
    peer.peer.provoke()
    goes("candidates without a route", peer.listen(1), ("use", 0), ("one", EQUAL_S))
    ktap.equal("candidates without a route: drops", before["tx_no_route"] + 2,
               world.link.drops()["tx_no_route"])
    peer.remove()


def gaps(world):
    """What cannot be sent to does not bring forward what is less preferred."""
    peer = Peer(world)
    last = peer.place("last", 6)
    peer.set(nl.candidates(nl.candidate(nl.endpoint("192.0.2.9", 9), 0), last.candidate(1)))
    peer.peer.provoke()
    goes("a candidate without a route, before one less preferred", peer.listen(1), ("use", 0),
         ("last", LESS_S))
    peer.remove()


def ports(world):
    """An address gets eight initiations in 5 s, whichever its ports."""
    peers = [Peer(world), Peer(world)]
    for peer in peers:
        for number in range(8):
            peer.place(number, 4)
        peer.candidates(*peer.places[1:])
        peer.peer.provoke()
    places = [where for peer in peers for _, where in initiations(peer.listen(1))]
    ktap.equal("eight ports of one address: ways in use", 2, places.count("use"))
    ktap.equal("eight ports of one address: initiations of two peers", 8, len(places) - 2)
    for peer in peers:
        peer.remove()


def crossing(world):
    """Both ends begin at the same moment."""
    peer = Peer(world)
    one = peer.place("one", 4)
    peer.candidates(one)
    peer.peer.provoke()
    heard = peer.listen(1, 1)
    ours = wg.Initiation(peer.peer)
    peer.send(peer.use, ours.message)
    answers = peer.listen(0.5, 1)
    ktap.equal("crossing: ours is answered", [wg.RESPONSE],
               [wg.type_of(message) for _, _, message in answers])
    ours.read(answers[0][2])
    session = peer.answer(peer.use, heard[0][2])
    more = peer.listen(1)
    ktap.equal("crossing: its own, answered, is the session", 1, len(more))
    ktap.true("crossing: what waited comes under it", more and len(session.open(more[0][2])[1]))
    ktap.equal("crossing: a ping is answered", "use", peer.ping(peer.use, session))
    peer.remove()


def late(world):
    """Packets under the old keys, from where the peer was before it was moved."""
    peer = Peer(world)
    one = peer.place("one", 4)
    old, made = peer.talk()
    peer.candidates(one)
    time.sleep(max(0, made + RETRY_S + 1 - time.monotonic()))
    peer.set(nl.attr(nl.PEER_REKEY_NOW, b""))
    heard = peer.listen(1, 1)
    new = peer.answer(one, heard[0][2])
    peer.listen(0.3)
    ktap.equal("moved: a ping is answered there", "one", peer.ping(one, new))
    ktap.equal("late, under the old keys: does not move it", None, peer.ping(peer.use, old))
    ktap.equal("late, under the old keys: the endpoint", one.shown(), endpoint_of(peer))
    peer.send(peer.use, new.seal())
    peer.listen(0.1)
    ktap.equal("late, under the new keys: the endpoint", one.shown(), endpoint_of(peer))
    time.sleep(3)
    ktap.equal("later, under the new keys: followed", "use", peer.ping(peer.use, new))
    peer.remove()


def shared(world):
    """A candidate of two peers gets one initiation in 5 s."""
    peers = [Peer(world), Peer(world)]
    place = peers[0].place("shared", 4)
    for peer in peers:
        peer.candidates(place)
        peer.peer.provoke()
    heard = peers[0].listen(4)
    ktap.equal("the candidate of two peers: places", ["use", "shared"],
               [where for _, where in initiations(heard)])
    ktap.equal("the candidate of two peers: the way in use of the other", ["use"],
               [where for _, where in initiations(peers[1].listen(0.1))])
    for peer in peers:
        peer.remove()


def broadcast(world):
    """A candidate that turns out to be a broadcast address."""
    peer = Peer(world)
    port = 5555
    peer.places.append(Place("broadcast", HERE4 % 255, port))
    peer.candidates(peer.places[-1])
    before = world.link.drops()
    peer.peer.provoke()
    goes("a broadcast address as candidate", peer.listen(1), ("use", 0))
    ktap.equal("a broadcast address as candidate: drops", before["tx_no_route"] + 1,
               world.link.drops()["tx_no_route"])
    peer.candidates()
    peer.set(nl.attr(nl.PEER_ENDPOINT, nl.endpoint(HERE4 % 255, port)))
    goes("a broadcast address as endpoint", peer.listen(7), ("broadcast", 0))
    peer.remove()


def way_lost(world):
    """Nothing can be sent by the way in use: the others are tried at once."""
    peer = Peer(world)
    one = peer.place("one", 4)
    lost = Place("lost", "203.0.113.2", namespace=os.environ["CV_LOST"], to="203.0.113.1")
    peer.places.append(lost)
    peer.set(nl.attr(nl.PEER_ENDPOINT, nl.endpoint(*lost.at)))
    peer.candidates(one)
    peer.peer.provoke()
    heard = peer.listen(2, 1)
    session = peer.answer(lost, heard[0][2])
    peer.send(lost, session.seal())
    time.sleep(RETRY_S + 1)
    peer.drain()
    world.link.inside("ip", "link", "set", "vac", "down")
    begin = time.monotonic()
    peer.peer.provoke()
    heard = peer.listen(2, 1)
    ktap.between("the way in use has no route: seconds", 0, 0.3, time.monotonic() - begin)
    goes("the way in use has no route", heard, ("one", 0))
    peer.answer(one, heard[0][2])
    peer.listen(0.5)
    ktap.equal("the way in use has no route: the endpoint", one.shown(), endpoint_of(peer))
    world.link.inside("ip", "link", "set", "vac", "up")
    peer.remove()


def ipv6(world):
    """Candidates of the other family."""
    peer = Peer(world)
    place = Place("six", HERE6 % 4, to=HERE6 % 1)
    peer.places.append(place)
    peer.candidates(place)
    peer.peer.provoke()
    heard = peer.listen(1)
    goes("a candidate by IPv6", heard, ("use", 0), ("six", EQUAL_S))
    session = peer.answer(place, heard[1][2])
    peer.listen(0.5)
    ktap.equal("a candidate by IPv6: the endpoint", place.shown(), endpoint_of(peer))
    ktap.equal("a candidate by IPv6: a ping is answered there", "six", peer.ping(place, session))
    peer.remove()


def taken_away(world):
    """Candidates go, or the peer, or the link goes down, with an initiation on its way."""
    for what in "candidates", "down", "peer":
        peer = Peer(world)
        peer.candidates(peer.place("one", 4), (peer.place("last", 5), 1))
        peer.peer.provoke()
        heard = peer.listen(1, 2)
        if what == "candidates":
            peer.candidates()
        elif what == "down":
            world.link.inside("ip", "link", "set", world.link.dev, "down")
        else:
            peer.peer.world.link.set("peer", peer.peer.name, "remove")
        more = peer.listen(2)
        if what == "candidates":
            # What is in flight goes on.
            goes("candidates are removed", more, ("last", 0))
        else:
            goes(f"{what} goes", more)
        world.link.inside("ip", "link", "set", world.link.dev, "up")
        ktap.equal(f"{what}: places before", ["use", "one"],
                   [where for _, where in initiations(heard)])
        if what != "peer":
            peer.peer.remove()
        for place in peer.places:
            place.socket.close()
        time.sleep(RETRY_S)


# --------------------------------------------------------------------- follow


class Counts:
    """How much of which reasons has been counted since."""

    def __init__(self, world):
        self.world, self.before = world, world.link.drops()

    def expect(self, name, **counts):
        def since():
            return {reason: count - self.before[reason]
                    for reason, count in self.world.link.drops().items()
                    if reason.startswith(("rx_", "hs_")) and count != self.before[reason]}
        ktap.wait_until(lambda: since() == counts, 2)
        ktap.equal(f"{name}: drops", counts, since())


def never(world):
    """A peer that is followed nowhere but to its candidates."""
    peer = Peer(world)
    one, other = peer.place("one", 4), peer.place("other", 5)
    peer.set(nl.u8(nl.PEER_FOLLOW, nl.FOLLOW_NEVER))
    session, _ = peer.talk()
    counts = Counts(world)
    ktap.equal("never: a ping from elsewhere is answered by the way in use", "use",
               peer.ping(one, session))
    ktap.equal("never: the endpoint", peer.use.shown(), endpoint_of(peer))
    initiation = wg.Initiation(peer.peer)
    peer.send(one, initiation.message)
    heard = peer.listen(1, 1)
    ktap.equal("never: an initiation from elsewhere is answered there", ["one"],
               [place.name for _, place, _ in heard])
    session = initiation.read(heard[0][2])
    ktap.equal("never: and data goes by the way in use", "use", peer.ping(one, session))
    peer.candidates(other)
    ktap.equal("never: a candidate is followed to", "other", peer.ping(other, session))
    ktap.equal("never: the endpoint is the candidate", other.shown(), endpoint_of(peer))
    ktap.equal("never: no others", "other", peer.ping(peer.use, session))
    counts.expect("never")
    peer.set(nl.u8(nl.PEER_FOLLOW, nl.FOLLOW_ANYWHERE))
    ktap.equal("anywhere again", "one", peer.ping(one, session))
    peer.remove()


def within(world):
    """A peer that is followed within prefixes, and heard from nowhere else."""
    peer = Peer(world)
    near, far = peer.place("near", 4), peer.place("far", 6)
    peer.set(nl.sources("198.51.100.2/31", "198.51.100.4/32", "2001:db8::/32"))
    ktap.equal("within: the sources", ["198.51.100.2/31", "198.51.100.4/32", "2001:db8::/32"],
               nl.show_sources(peer.get()))
    session, _ = peer.talk()
    counts = Counts(world)
    ktap.equal("within: followed", "near", peer.ping(near, session))
    ktap.equal("within: data from elsewhere gets no answer", None, peer.ping(far, session))
    counts.expect("within: data from elsewhere", rx_from_elsewhere=1)
    ktap.equal("within: the endpoint stays", near.shown(), endpoint_of(peer))
    counts = Counts(world)
    peer.send(far, wg.Initiation(peer.peer).message)
    ktap.equal("within: an initiation from elsewhere gets no answer", [], peer.listen(1))
    counts.expect("within: an initiation from elsewhere", hs_from_elsewhere=1)
    time.sleep(RETRY_S)
    peer.set(nl.attr(nl.PEER_REKEY_NOW, b""))
    heard = peer.listen(1, 1)
    counts = Counts(world)
    response, later = wg.Heard(peer.peer, heard[0][2]).respond()
    peer.send(far, response)
    peer.listen(0.5)
    counts.expect("within: a response from elsewhere", hs_from_elsewhere=1)
    peer.send(near, response)
    peer.listen(0.5)
    ktap.equal("within: the same response from within makes the session", "near",
               peer.ping(near, later))
    counts = Counts(world)
    place = Place("six", HERE6 % 4, to=HERE6 % 1)
    peer.places.append(place)
    ktap.equal("within: followed to IPv6", "six", peer.ping(place, later))
    counts.expect("within: followed to IPv6")
    peer.remove()


def unknown(world):
    """A peer that is nowhere yet."""
    peer = Peer(world, endpoint=False)
    peer.set(nl.u8(nl.PEER_FOLLOW, nl.FOLLOW_NEVER))
    initiation = wg.Initiation(peer.peer)
    peer.send(peer.use, initiation.message)
    session = initiation.read(peer.listen(1, 1)[0][2])
    ktap.equal("never, no endpoint: the first place is where it is", "use",
               peer.ping(peer.use, session))
    peer.remove()
    peer = Peer(world, endpoint=False)
    peer.set(nl.sources("192.0.2.0/24"))
    counts = Counts(world)
    peer.send(peer.use, wg.Initiation(peer.peer).message)
    ktap.equal("nothing but sources: no answer from elsewhere", [], peer.listen(0.5))
    counts.expect("nothing but sources", hs_from_elsewhere=1)
    ktap.equal("nothing but sources: no endpoint", None, endpoint_of(peer))
    peer.remove()


def outside(world):
    """Candidates that the sources do not admit."""
    peer = Peer(world)
    near, far = peer.place("near", 4), peer.place("far", 6)

    def refused(name, *more):
        before = peer.get()
        try:
            peer.set(*more)
            ktap.fail(name, "EINVAL", "success")
        except nl.Refusal as error:
            ktap.true(name, error.errno == errno.EINVAL and "outside the sources" in error.text,
                      "EINVAL", error)
        ktap.equal(f"{name}: nothing changed", before, peer.get())
    sources = nl.sources("198.51.100.2/31", "198.51.100.4/32")
    refused("candidate and sources in one request", sources, nl.candidates(far.candidate()))
    peer.candidates(far)
    refused("sources that a candidate is outside of", sources)
    peer.set(sources, nl.candidates(near.candidate()))
    refused("a candidate outside the sources", nl.candidates(near.candidate(), far.candidate()))
    peer.set(nl.u8(nl.PEER_FOLLOW, nl.FOLLOW_ANYWHERE), nl.candidates(far.candidate()))
    peer.remove()


GROUPS = {
    "candidates": (no_session, answered, renewal, silence, rekey, rekey_refused, no_endpoint,
                   no_route, gaps, shared, ports, broadcast, way_lost, ipv6, crossing, late,
                   taken_away),
    "follow": (never, within, unknown, outside),
}
GROUPS["dropin"] = GROUPS["candidates"] + GROUPS["follow"]

OURS = os.environ["CV_OURS"]

if __name__ == "__main__":
    run_group(GROUPS, __doc__)
