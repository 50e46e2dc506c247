#!/usr/bin/python3
# SPDX-License-Identifier: GPL-2.0
"""Who is no peer and knocks, and a program that decides. Run by knock.sh in the namespace of
those who knock, in a VM whose clock counts instructions: there, waiting costs nothing.

    knock.py GROUP NAMESPACE DEV ADDRESS PORT
"""
import base64
import errno
import os
import subprocess
import time

from cvtest import ktap, netlink as nl, peer as wg
from cvtest.events import Program, bell_is_lost, says
from cvtest.world import INSIDE4, run_group

HELD_S = 5
# From so many on a cookie is demanded.
HALF = 512
SERIAL = iter(range(1, 65000))


class Stranger(wg.Me):
    """Someone whom the link does not know."""

    def __init__(self, world, address="0.0.0.0"):
        super().__init__(world.public, world.remote, local=(address, 0))
        serial = next(SERIAL)
        self.inside = f"10.77.{2 + serial // 250}.{1 + serial % 250}"
        self.world = world
        self.sent = None

    def knock(self, **options):
        self.sent = wg.Initiation(self, **options)
        self.send(self.sent.message)

    def endpoint(self):
        address, outer_port = self.socket.getsockname()[:2]
        if ":" in address:
            return f"[{address}]:{outer_port}"
        return f"{address.replace('0.0.0.0', '198.51.100.2')}:{outer_port}"

    def is_in(self, name):
        """The initiation sent last is answered, and the session works."""
        answer = self.receive(1)
        ktap.equal(f"{name}: a response", wg.RESPONSE, answer and wg.type_of(answer))
        if not answer:
            return None
        session = self.sent.read(answer)
        self.send(session.seal(wg.ping4(self.inside, INSIDE4)))
        heard = self.receive(1)
        while heard and wg.type_of(heard) != wg.DATA:
            heard = self.receive(1)
        ktap.true(f"{name}: the session works",
                  heard and wg.is_pong4(session.open(heard)[1]), "an answer to a ping",
                  wg.describe(heard))
        return session

    def hears_nothing(self, name, seconds=1):
        ktap.equal(name, "nothing", wg.describe(self.receive(seconds)))


class Doorkeeper(Program):
    """The program that decides."""

    GROUP, LISTEN, GET, ANSWER = "knock", nl.KNOCK_LISTEN, nl.KNOCK_GET, nl.KNOCK

    def wait(self, count=1):
        """COUNT knocks, each of which rings."""
        heard = []
        while len(heard) < count and self.listen(1, enough=1):
            heard += self.all()
        return heard + [None] * (count - len(heard))

    def let_in(self, knock, inside, key=None):
        self.set(self.name, nl.nest(nl.PEERS, nl.peer(
            key or knock[nl.KNOCK_KEY], nl.attr(nl.PEER_KNOCK_ID, knock[nl.KNOCK_ID]),
            nl.nest(nl.PEER_IPS, nl.allowed_ip(f"{inside}/32")))))

    def reject(self, knock, seconds=0):
        self.request(nl.KNOCK_REFUSE, self.name + nl.nest(
            nl.KNOCK, nl.attr(nl.KNOCK_ID, knock[nl.KNOCK_ID]),
            nl.u32(nl.KNOCK_SECONDS, seconds)))


def counts(world, name, reason, count, function):
    """FUNCTION makes the link count REASON COUNT times."""
    before = world.link.drops().get(reason, 0)
    function()
    ktap.wait_until(lambda: world.link.drops()[reason] - before >= count, 2)
    ktap.equal(f"{name}: counted as {reason}", count, world.link.drops()[reason] - before)


def dropped(world, before):
    """What handshakes were dropped for since the drops were BEFORE, and how many."""
    return {name: count - before[name] for name, count in world.link.drops().items()
            if name.startswith("hs_") and count != before[name]}


def is_peer(world, stranger):
    return base64.b64encode(stranger.public).decode() in world.link.show("peers").split()


def drop(world, *strangers):
    for stranger in strangers:
        world.link.set("peer", base64.b64encode(stranger.public).decode(), "remove")


# ------------------------------------------------------------------- verdicts


def let_in(world):
    """Let in by its first initiation."""
    door, stranger = Doorkeeper(world), Stranger(world)
    counts(world, "nobody listens", "hs_unknown_peer", 1, stranger.knock)
    says("nobody listens: KNOCK_GET", errno.ENOTCONN, door.get)
    door.open()
    ktap.equal("nobody knocks: KNOCK_GET has none", None, door.get())
    stranger.knock()
    stranger.hears_nothing("no answer before the verdict")
    heard = door.listen(1)
    ktap.equal("a knock: it rings once", ["knock"], [event.kind for event in heard])
    ktap.equal("a knock: the bell says nothing but where",
               [{nl.IFINDEX, nl.IFNAME, nl.EVENT_KIND}], [set(event.device) for event in heard])
    knock = door.get()
    ktap.equal("a knock: key", stranger.public, knock[nl.KNOCK_KEY])
    ktap.equal("a knock: where from", stranger.endpoint(),
               nl.show_endpoint(knock[nl.KNOCK_ENDPOINT]))
    ktap.between("a knock: age, ms", 900, 3500, nl.number(knock[nl.KNOCK_AGE_MS]))
    ktap.between("a knock: its time, s before now", 0, 5,
                 time.time() - nl.number(knock[nl.KNOCK_TIME][:8]))
    ktap.equal("a knock is told once", None, door.get())
    ktap.equal("a knock makes no peer", False, is_peer(world, stranger))
    door.let_in(knock, stranger.inside)
    stranger.is_in("let in")
    says("let in twice", errno.ESTALE, door.let_in, knock, stranger.inside)
    world.link.set("peer", base64.b64encode(stranger.public).decode(), "remove")
    counts(world, "the peer is removed, its initiation comes again", "hs_replay", 1,
           lambda: stranger.send(stranger.sent.message))
    old = stranger.sent.message
    stranger.knock()
    knock, = door.wait()
    door.let_in(knock, stranger.inside)
    stranger.is_in("let in again")
    counts(world, "the first initiation comes again", "hs_replay", 1,
           lambda: stranger.send(old))
    drop(world, stranger)
    door.close()


def refused(world):
    """Refused for a while."""
    door, stranger = Doorkeeper(world).open(), Stranger(world)
    stranger.knock()
    knock, = door.wait()
    door.reject(knock, 60)
    stranger.hears_nothing("refused: no answer")
    says("refused twice", errno.ESTALE, door.reject, knock)
    says("refused, then let in", errno.ESTALE, door.let_in, knock, stranger.inside)
    ktap.equal("a verdict that comes too late makes no peer", False, is_peer(world, stranger))
    old = stranger.sent.message
    counts(world, "refused for 60 s: it knocks again", "hs_knock_refused", 1, stranger.knock)
    ktap.equal("refused for 60 s: the program is not told", None, door.get())
    time.sleep(61)
    counts(world, "60 s later what it has sent comes again", "hs_replay", 1,
           lambda: stranger.send(old))
    stranger.knock()
    knock, = door.wait()
    ktap.equal("60 s later it knocks again: the program is told", stranger.public,
               knock and knock[nl.KNOCK_KEY])
    door.reject(knock)
    stranger.knock()
    knock, = door.wait()
    ktap.equal("refused for 0 s: it may knock again", stranger.public,
               knock and knock[nl.KNOCK_KEY])
    says("refused for two years", errno.ERANGE, door.reject, knock, 2 * 365 * 86400)
    door.close()


def wrong(world):
    """Verdicts that are none."""
    door, one, other = Doorkeeper(world).open(), Stranger(world), Stranger(world)
    second = Doorkeeper(world)
    says("another program listens: KNOCK_LISTEN", errno.EBUSY, second.open)
    one.knock()
    other.knock()
    knock, last = door.wait(2)
    says("from another socket: let in", errno.ENOTCONN, second.let_in, knock, one.inside)
    says("from another socket: refuse", errno.ENOTCONN, second.reject, knock)
    says("with the key of another", errno.ESTALE, door.let_in, knock, one.inside,
         last[nl.KNOCK_KEY])
    says("with a key that did not knock", errno.ESTALE, door.let_in, knock, one.inside, nl.key())
    ktap.equal("none of these makes a peer", "", world.link.show("peers"))
    one.hears_nothing("none of these is an answer")
    door.let_in(knock, one.inside)
    one.is_in("the right one after these")
    time.sleep(HELD_S)
    says("after 5 s", errno.ESTALE, door.let_in, last, other.inside)
    ktap.equal("after 5 s no peer is made", False, is_peer(world, other))
    other.knock()
    knock, = door.wait()
    door.set(door.name, nl.nest(nl.PEERS, nl.peer(
        other.public, nl.attr(nl.PEER_PSK, bytes(31) + b"\1"),
        nl.attr(nl.PEER_KNOCK_ID, knock[nl.KNOCK_ID]),
        nl.nest(nl.PEER_IPS, nl.allowed_ip(f"{other.inside}/32")))))
    other.psk = bytes(31) + b"\1"
    other.is_in("let in with a pre-shared key")
    drop(world, one, other)
    second.close()
    door.close()


def newest(world):
    """One of a key: the newest."""
    door, stranger = Doorkeeper(world).open(), Stranger(world)
    stranger.knock()
    first, = door.wait()
    old = stranger.sent.message
    stranger.knock()
    ktap.equal("it knocks again: no bell, it is told once", ([], None),
               (door.listen(1), door.get()))
    counts(world, "the older one comes again", "hs_replay", 1, lambda: stranger.send(old))
    door.let_in(first, stranger.inside)
    stranger.is_in("let in: the newest is answered")
    drop(world, stranger)
    door.close()


def closed(world):
    """The program ends before it has decided."""
    door, stranger = Doorkeeper(world).open(), Stranger(world)
    stranger.knock()
    knock, = door.wait()
    door.close()
    counts(world, "the program has ended", "hs_unknown_peer", 1, stranger.knock)
    door = Doorkeeper(world).open()
    ktap.equal("the next program: nothing is left of the first", None, door.get())
    says("the next program: a verdict about what the first was told", errno.ESTALE,
         door.let_in, knock, stranger.inside)
    stranger.knock()
    knock, = door.wait()
    world.link.inside("ip", "link", "set", world.link.dev, "down")
    says("the link was set down: let in", errno.ESTALE, door.let_in, knock, stranger.inside)
    world.link.inside("ip", "link", "set", world.link.dev, "up")
    door.close()


def replaced(world):
    """Its peer is replaced by itself: what it has sent is old to the new one, too."""
    door, stranger = Doorkeeper(world).open(), Stranger(world)
    stranger.knock()
    knock, = door.wait()
    door.let_in(knock, stranger.inside)
    stranger.is_in("let in")
    door.set(door.name, nl.u32(nl.FLAGS, nl.REPLACE_PEERS),
             nl.nest(nl.PEERS, nl.peer(stranger.public)))
    counts(world, "replaced by itself, its initiation comes again", "hs_replay", 1,
           lambda: stranger.send(stranger.sent.message))
    drop(world, stranger)
    door.close()


def late(world):
    """It tries again after the program has been told, and has not decided."""
    door, stranger = Doorkeeper(world).open(), Stranger(world)
    for after_s in 5.0, 5.2, 5.5, 5.9:
        stranger.knock()
        first, = door.wait()
        time.sleep(after_s)
        stranger.knock()
        second, = door.wait()
        ktap.equal(f"it knocks again after {after_s} s: it is told again", stranger.public,
                   second and second[nl.KNOCK_KEY])
        if second:
            ktap.true(f"it knocks again after {after_s} s: it is another knock",
                      first[nl.KNOCK_ID] != second[nl.KNOCK_ID], "another id", "the same")
        time.sleep(HELD_S + 1)
    door.close()


def unheard(world):
    """The program's buffer is full."""
    door, stranger = Doorkeeper(world).open(), Stranger(world)
    bell_is_lost("a knock", world, door, stranger.knock, "knock")
    knock = door.get()
    ktap.equal("a bell is lost: the knock is not", stranger.public, knock and knock[nl.KNOCK_KEY])
    if knock:
        door.let_in(knock, stranger.inside)
        stranger.is_in("let in without a bell")
        drop(world, stranger)
    door.close()


# --------------------------------------------------------------------- limits


def sources(world):
    """As many of one network, and as often from one address."""
    door = Doorkeeper(world).open()
    crowd = [Stranger(world) for _ in range(17)]
    for stranger in crowd[:16]:
        stranger.knock()
        time.sleep(0.06)
    told = door.wait(16)
    ktap.equal("16 of one network: all are told", {one.public for one in crowd[:16]},
               {knock[nl.KNOCK_KEY] for knock in told if knock})
    counts(world, "a 17th", "hs_knocks_full", 1, crowd[16].knock)
    time.sleep(HELD_S)
    crowd[16].knock()
    told = door.wait()
    ktap.equal("5 s later there is room again", crowd[16].public,
               told[0] and told[0][nl.KNOCK_KEY])
    time.sleep(HELD_S)
    messages = [wg.Initiation(crowd[0]).message for _ in range(30)]
    before = world.link.drops()
    for message in messages:
        crowd[0].send(message)
    time.sleep(1)
    limited = world.link.drops()["hs_rate_limited"] - before["hs_rate_limited"]
    ktap.between("30 at once from one address: counted as hs_rate_limited", 20, 27, limited)
    for stranger in crowd:
        stranger.socket.close()
    door.close()


def hurried(world):
    """One client knocks as fast as it can."""
    door, client, known = Doorkeeper(world).open(), Stranger(world), world.new_peer()
    session = known.initiate()
    name = "one client, without a cookie"
    messages = [wg.Initiation(client).message for _ in range(40)]
    # None, once the link is under load.
    ktap.between(f"{name}: at most as many are looked at as its rate allows", 0, 60,
                 hurry(world, name, client, messages, known, session))
    door.listen(0.1)
    ktap.equal(f"{name}: at most one is told", None, door.get() and door.get())
    reply = client.expect(wg.COOKIE)
    answered = [message for message in messages
                if wg.sender_of(message) == wg.receiver_of(reply)]
    cookie = client.open_cookie(reply, answered[0])
    name = "one client, with its cookie"
    messages = [wg.Initiation(client, cookie=cookie).message for _ in range(40)]
    ktap.between(f"{name}: as many are looked at as its rate allows", 1, 60,
                 hurry(world, name, client, messages, known, session))
    told = door.wait()
    ktap.equal(f"{name}: one is told", ([client.public], None),
               ([knock and knock[nl.KNOCK_KEY] for knock in told], door.get()))
    known.remove()
    client.socket.close()
    door.close()


def hurry(world, name, client, messages, known, session):
    """CLIENT sends MESSAGES again and again for a second; how many of them are looked at."""
    # Till it has its rate again, and the link is not under load.
    time.sleep(HELD_S + 1)
    before, came, pongs, begin = world.link.drops(), arrivals(world), [], time.monotonic()
    sent = 0
    while time.monotonic() - begin < 1:
        # More at once than make the link be under load.
        for _ in range(50):
            client.send_many(messages)
            sent += len(messages)
        pongs.append(known.ping(session))
    ktap.note(f"{name}: {sent / (time.monotonic() - begin):.0f} a second")
    ktap.equal(f"{name}: meanwhile each ping of a peer is answered", [True] * len(pongs), pongs)
    drops = settled(world, before)
    # A slow kernel may lose some super-packets on the wire.
    came = arrivals(world) - came - len(pongs)
    return came * len(messages) - sum(drops.get(reason, 0) for reason in (
        "hs_rate_limited", "hs_cookie_demanded", "hs_queue_full"))


def settled(world, before):
    """What was dropped since BEFORE, once nothing waits to be looked at any more."""
    drops = None
    while drops != (drops := dropped(world, before)):
        time.sleep(1)
    return drops


def arrivals(world):
    """How many datagrams or super-packets have come to the sockets of the link's namespace."""
    names, values = [line.split() for line in world.link.inside("cat", "/proc/net/snmp").splitlines()
                     if line.startswith("Udp:")]
    return int(values[names.index("InDatagrams")])


def unproven(world):
    """Who has not proven that the key is its own."""
    door, stranger = Doorkeeper(world).open(), Stranger(world)
    counts(world, "a timestamp under another key", "hs_bad_timestamp", 1,
           lambda: stranger.knock(timestamp_key=bytes(32)))
    counts(world, "another's key", "hs_bad_timestamp", 1, lambda: forged(stranger))
    ktap.equal("no bell, no knock", ([], None), (door.listen(0.5), door.get()))
    door.close()


def forged(stranger):
    """An initiation with a static key whose private half is not the sender's."""
    public, stranger.public = stranger.public, Stranger(stranger.world).public
    stranger.knock()
    stranger.public = public


# -------------------------------------------------------------------- crowded


def crowded(world):
    """Half the room is taken."""
    door, known = Doorkeeper(world).open(), world.new_peer()
    crowd = [Stranger(world, f"10.66.{n // 16}.{n % 16 + 1}") for n in range(HALF)]
    late = Stranger(world, "10.66.250.1")
    # Made before: what is kept is kept for 5 s.
    for stranger in [*crowd, late]:
        stranger.sent = wg.Initiation(stranger)
    before = world.link.drops()
    for n, stranger in enumerate(crowd):
        stranger.send(stranger.sent.message)
        # So few at once that the link is not under load, which would demand cookies, too.
        if n % 32 == 31:
            time.sleep(0.05)
    told = door.wait(HALF)
    ktap.equal("512 strangers: none is dropped", {}, dropped(world, before))
    ktap.equal("512 strangers: all are told", {one.public for one in crowd},
               {knock[nl.KNOCK_KEY] for knock in told if knock})
    counts(world, "another stranger", "hs_cookie_demanded", 1,
           lambda: late.send(late.sent.message))
    cookie = late.open_cookie(late.expect(wg.COOKIE), late.sent.message)
    ktap.equal("another stranger, without a cookie: no bell, no knock", ([], None),
               (door.listen(0.1), door.get()))
    session = known.initiate()
    ktap.true("meanwhile a peer gets in without a cookie", known.ping(session),
              "an answer to a ping", "none")
    late.knock(cookie=cookie)
    knock, = door.wait()
    ktap.equal("another stranger, with its cookie: told", late.public,
               knock and knock[nl.KNOCK_KEY])
    door.let_in(knock, late.inside)
    late.is_in("another stranger, with its cookie")
    # The last, since a slow kernel may take more than 5 s to be told of all.
    door.let_in(next(knock for knock in told
                     if knock and knock[nl.KNOCK_KEY] == crowd[-1].public),
                crowd[-1].inside)
    crowd[-1].is_in("the last of the crowd")
    time.sleep(HELD_S + 1)
    crowd[2].knock()
    knock, = door.wait()
    ktap.equal("6 s later: a stranger is told without a cookie", crowd[2].public,
               knock and knock[nl.KNOCK_KEY])
    known.remove()
    drop(world, crowd[-1], late)
    for stranger in [*crowd, late]:
        stranger.socket.close()
    door.close()


# ----------------------------------------------------------------------- ipv6


def networks(world):
    """As many of one IPv6 network."""
    door = Doorkeeper(world).open()
    crowd = [Stranger(world, f"2001:db8:66::{n:x}") for n in range(1, 18)]
    other = Stranger(world, "2001:db8:66:1::1")
    before = world.link.drops()
    for stranger in crowd[:16]:
        stranger.knock()
        time.sleep(0.06)
    told = door.wait(16)
    ktap.equal("16 of a /64: none is dropped", {}, dropped(world, before))
    ktap.equal("16 of a /64: all are told", {one.public for one in crowd[:16]},
               {knock[nl.KNOCK_KEY] for knock in told if knock})
    ktap.equal("16 of a /64: where from", {one.endpoint() for one in crowd[:16]},
               {nl.show_endpoint(knock[nl.KNOCK_ENDPOINT]) for knock in told if knock})
    counts(world, "a 17th", "hs_knocks_full", 1, crowd[16].knock)
    other.knock()
    knock, = door.wait()
    ktap.equal("one of the next /64: told", other.public, knock and knock[nl.KNOCK_KEY])
    door.let_in(knock, other.inside)
    other.is_in("by IPv6")
    drop(world, other)
    messages = [wg.Initiation(crowd[n % 17]).message for n in range(30)]
    time.sleep(HELD_S)
    before = world.link.drops()
    for n, message in enumerate(messages):
        crowd[n % 17].send(message)
    time.sleep(1)
    limited = world.link.drops()["hs_rate_limited"] - before["hs_rate_limited"]
    ktap.between("30 at once from one /64: counted as hs_rate_limited", 20, 27, limited)
    for stranger in [*crowd, other]:
        stranger.socket.close()
    door.close()


# ------------------------------------------------------------------ wireguard


def wireguard(world):
    """Another implementation knocks."""
    door, key = Doorkeeper(world).open(), base64.b64decode(os.environ["CV_STRANGER"])
    client = os.environ["CV_CLIENT"]
    with subprocess.Popen(["ping", "-q", "-n", "-c", "1", "-W", "3", INSIDE4],
                          stdout=subprocess.DEVNULL) as ping:
        knock, = door.wait()
        ktap.equal(f"{client} knocks: its key", key, knock and knock[nl.KNOCK_KEY])
        door.let_in(knock, "10.77.9.9")
        ktap.equal("its first ping is answered, after one initiation", 0, ping.wait())
    ktap.equal("no initiation was dropped", 0, world.link.drops()["hs_unknown_peer"])
    door.close()


GROUPS = {
    "verdicts": (let_in, refused, wrong, newest, closed, replaced, late, unheard),
    "limits": (sources, hurried, unproven),
    "crowded": (crowded,),
    "ipv6": (networks,),
    "wireguard": (wireguard,),
    "go": (wireguard,),
}
GROUPS["dropin"] = GROUPS["verdicts"]

run_group(GROUPS, __doc__)
