#!/usr/bin/python3
# SPDX-License-Identifier: GPL-2.0
"""The timers of protocol.md, seen from the other end of the wire: what a link
sends by itself, and when. Run by timer-*.sh in the namespace of the peer, in a VM
whose clock counts instructions: there, waiting costs nothing.

    timers.py GROUP NAMESPACE DEV ADDRESS PORT
"""
import os
import struct
import time

from cvtest import ktap, noise as crypto, peer as wg
from cvtest.world import INSIDE4, Refusal, run_group

# An unused address: packets to it arrive and get no answer.
NOWHERE = "10.77.99.99"
JITTER_S = 0.334
# What it may take a link to act at once.
SLACK_S = 0.15


def late(seconds):
    """The latest that a timer of SECONDS may be seen to go off: the kernel's timer
    wheel rounds up by an eighth at most."""
    return seconds * 9 / 8 + SLACK_S



def silent_data(peer):
    return wg.udp4(peer.inside4, NOWHERE, b"no answer, please")


def listen(peer, seconds, session=None):
    """All that comes in SECONDS, as (seconds from now, kind, message, plain text)."""
    begin = time.monotonic()
    heard = []
    while True:
        left = begin + seconds - time.monotonic()
        message = peer.receive(left) if left > 0 else None
        if message is None:
            return heard
        kind, plain = wg.NAMES.get(wg.type_of(message), "?"), None
        if kind == "data" and session:
            try:
                plain = session.open(message)[1]
                kind = "data" if plain else "keepalive"
            except wg.Refused:
                kind = "foreign data"
        heard.append((time.monotonic() - begin, kind, message, plain))


def kinds(heard):
    return [(round(at, 2), kind) for at, kind, _, _ in heard]


def times(heard, kind):
    return [at for at, what, _, _ in heard if what == kind]


def idle(peer, until):
    """Waits until the monotonic time UNTIL; what comes meanwhile is lost."""
    listen(peer, until - time.monotonic())


def only(name, heard, kind):
    """Exactly one message was heard, KIND."""
    ktap.true(name, [k for _, k, _, _ in heard] == [kind], f"one {kind}", kinds(heard))


def one(name, heard, kind, low, high):
    """Exactly one message was heard: KIND, between LOW and HIGH."""
    ktap.true(f"{name}: one {kind}, nothing else", [k for _, k, _, _ in heard] == [kind],
              f"one {kind} between {low:.2f} and {high:.2f} s", kinds(heard))
    if times(heard, kind):
        ktap.between(f"{name}: time of the {kind}, s", low, high, times(heard, kind)[0])


def silence(name, heard):
    ktap.true(name, not heard, "nothing", kinds(heard))


def as_responder(world, **options):
    """A session that the link began: (peer, session, the time it was made)."""
    peer = world.new_peer(endpoint=True, **options)
    peer.provoke()
    session, _ = peer.answer()
    made = time.monotonic()
    # The first data is the provoking ping itself.
    session.open(peer.expect(wg.DATA))
    peer.send(session.seal())
    peer.drain()
    return peer, session, made


def as_initiator(world, **options):
    """A session that this side began, confirmed."""
    peer = world.new_peer(**options)
    session = peer.initiate()
    made = time.monotonic()
    if not peer.ping(session):
        raise RuntimeError("no session")
    return peer, session, made


# ------------------------------------------------------------------ keepalive


def keepalive(world):
    """Passive keepalive."""
    peer, session, _ = as_initiator(world)
    peer.send(session.seal(silent_data(peer)))
    heard = listen(peer, 25, session)
    one("after data that gets no answer", heard, "keepalive", 10, late(10))
    message = heard[0][2] if heard else b""
    ktap.equal("a keepalive is 32 bytes on the wire", 32, len(message))

    peer.send(session.seal())
    silence("a keepalive gets no answer in 25 s", listen(peer, 25, session))

    ktap.true("a ping is answered", peer.ping(session, 9))
    peer.send(session.seal())
    silence("data that was answered gets no keepalive in 25 s", listen(peer, 25, session))

    peer.send(session.seal(silent_data(peer)))
    listen(peer, 5, session)
    peer.provoke()
    heard = listen(peer, 9, session)
    only("data sent within the 10 s takes the keepalive's place", heard, "data")
    peer.send(session.seal())
    peer.remove()


def steady(world):
    """Data every 3 s for a minute."""
    peer, session, _ = as_initiator(world)
    heard, begin = [], time.monotonic()
    for _ in range(20):
        peer.send(session.seal(silent_data(peer)))
        at = time.monotonic() - begin
        heard += [(at + when, *rest) for when, *rest in listen(peer, 3, session)]
    ktap.true("data one way for 60 s: only keepalives are sent",
              {kind for _, kind, _, _ in heard} == {"keepalive"}, "keepalives", kinds(heard))
    ktap.between("data one way for 60 s: number of keepalives", 4, 6, len(heard))
    gaps = [b[0] - a[0] for a, b in zip(heard, heard[1:])]
    ktap.true("data one way for 60 s: keepalives are 10 s apart or more",
              all(gap >= 9.99 for gap in gaps), ">= 10", gaps)
    peer.remove()


# -------------------------------------------------------------- new handshake


def unanswered(world):
    """A new handshake 15 s after the first unanswered data."""
    peer, session, _ = as_initiator(world)
    peer.provoke()
    begin = time.monotonic()
    listen(peer, 5, session)
    peer.provoke()
    so_far = time.monotonic() - begin
    heard = [(at + so_far, *rest) for at, *rest in listen(peer, 13, session)]
    heard = [entry for entry in heard if entry[1] != "data"]
    one("15 s after unanswered data", heard, "initiation", 14.9, late(15 + JITTER_S))
    if heard:
        response, session = wg.Heard(peer, heard[0][2]).respond()
        peer.send(response)
        listen(peer, 1, session)
        peer.send(session.seal())
    peer.provoke()
    listen(peer, 5, session)
    peer.send(session.seal())
    silence("an authenticated packet ends the wait of 15 s", listen(peer, 25, session))
    peer.remove()


def retry(world):
    """Retries of an unanswered handshake."""
    peer = world.new_peer(endpoint=True)
    before = world.link.drops()
    peer.provoke()
    begin = time.monotonic()
    heard = listen(peer, 150)
    at = times(heard, "initiation")
    ktap.equal("no response: only initiations are sent", len(heard), len(at))
    ktap.true("no response: the first initiation comes at once", at and at[0] < 1, "< 1", at[:1])
    gaps = [b - a for a, b in zip(at, at[1:])]
    # culvert does not let the kernel's timer wheel round the jitter away.
    latest = 5 + JITTER_S + 0.03 if ktap.KIND == "culvert" else late(5 + JITTER_S)
    ktap.true("no response: retries every 5 s and up to 0.33 s of jitter",
              all(4.99 <= gap <= latest for gap in gaps), f"4.99 to {latest:.2f}",
              [round(gap, 3) for gap in gaps])
    ktap.true("no response: intervals of retries differ", len({round(gap, 2) for gap in gaps}) > 1,
              "different gaps", gaps)
    ktap.between("no response: number of initiations", 18, 20, len(at))
    ktap.between("no response: time of the last initiation, s", 84, 108, at[-1])
    indices = {wg.sender_of(message) for _, _, message, _ in heard}
    ktap.equal("retries: each has another index", len(at), len(indices))
    stamps = [wg.Heard(peer, message).timestamp for _, _, message, _ in heard[:6]]
    ktap.true("retries: timestamps grow", stamps == sorted(set(stamps)), "growing", stamps)
    world.counted_once("the staged packet is counted as tx_handshake_gave_up", before,
                       "tx_handshake_gave_up")
    peer.provoke()
    heard = listen(peer, 6.5)
    ktap.true("after giving up: new data brings an initiation at once", times(heard, "initiation")
              and times(heard, "initiation")[0] < 1, "an initiation", kinds(heard))
    message = [m for _, kind, m, _ in heard if kind == "initiation"][-1]
    response, session = wg.Heard(peer, message).respond()
    peer.send(response)
    plain = session.open(peer.expect(wg.DATA))[1]
    ktap.true("after giving up: a packet staged since arrives", len(plain) >= 28, "a ping", plain)
    ktap.note(f"{time.monotonic() - begin:.0f} s of guest time")
    peer.remove()


def crowded(world):
    """Data every second without an answer."""
    peer = world.new_peer(endpoint=True)
    at, begin = [], time.monotonic()
    for _ in range(30):
        peer.provoke()
        offset = time.monotonic() - begin
        at += [offset + when for when in times(listen(peer, 1), "initiation")]
    gaps = [b - a for a, b in zip(at, at[1:])]
    ktap.true("data every second, no response: initiations 5 s apart or more",
              all(gap >= 4.99 for gap in gaps), ">= 5",
              [round(gap, 3) for gap in gaps])
    ktap.between("data every second, no response: initiations in 30 s", 5, 7, len(at))
    peer.remove()


def unconfirmed(world):
    """A responder waits for the initiator's first packet."""
    peer = world.new_peer()
    exchange = wg.Initiation(peer)
    peer.send(exchange.message)
    session = exchange.read(peer.expect(wg.RESPONSE))
    peer.provoke()
    heard = listen(peer, 4)
    silence("unconfirmed session: no data, no initiation for 4 s",
            heard)
    peer.send(session.seal())
    heard = listen(peer, 1, session)
    only("a keepalive confirms the session: the staged packet is sent", heard, "data")
    peer.remove()


# ---------------------------------------------------------------------- rekey


def rekey_on_send(world):
    """Rekey after 120 s on send."""
    peer, session, made = as_responder(world)
    idle(peer, made + 119)
    peer.provoke()
    heard = listen(peer, 0.5, session)
    only("initiator, 119 s: data only", heard, "data")
    peer.send(session.seal())
    idle(peer, made + 120.5)
    peer.provoke()
    heard = listen(peer, 1, session)
    ktap.equal("initiator, 120 s: data under the old session, and an initiation",
               ["data", "initiation"], sorted(kind for _, kind, _, _ in heard))
    message = [m for _, kind, m, _ in heard if kind == "initiation"]
    response, new = wg.Heard(peer, message[0]).respond()
    peer.send(response)
    heard = listen(peer, 1, new)
    only("rekey at 120 s: the new session is confirmed by a keepalive", heard, "keepalive")
    ktap.true("rekey at 120 s: data under the old session is accepted", peer.ping(new) and
              old_is_taken(peer, session, new))
    peer.remove()

    peer, session, made = as_initiator(world)
    idle(peer, made + 150)
    peer.provoke()
    heard = listen(peer, 1, session)
    only("responder, 150 s: data only", heard, "data")
    peer.send(session.seal())
    peer.remove()


def old_is_taken(peer, old, new, serial=4242):
    """A ping under session OLD is answered under session NEW."""
    peer.send(old.seal(wg.ping4(peer.inside4, INSIDE4, serial)))
    try:
        return wg.is_pong4(new.open(peer.expect(wg.DATA, 2))[1], serial)
    except wg.Refused:
        return False


def rekey_on_receive(world):
    """Rekey after 165 s on receive."""
    peer, session, made = as_responder(world)
    idle(peer, made + 164)
    peer.send(session.seal(silent_data(peer)))
    silence("initiator receives at 164 s: nothing is sent", listen(peer, 0.8))
    idle(peer, made + 165.2)
    peer.send(session.seal(silent_data(peer)))
    one("initiator receives at 165 s", listen(peer, 1), "initiation", 0, SLACK_S)
    peer.remove()
    peer, session, made = as_initiator(world)
    idle(peer, made + 166)
    peer.send(session.seal(silent_data(peer)))
    silence("responder receives at 166 s: nothing is sent", listen(peer, 5))
    peer.remove()


def expiry(world):
    """Sessions end after 180 s."""
    peer, session, made = as_initiator(world)
    idle(peer, made + 178.5)
    ktap.true("session of 178 s: a ping is answered", peer.ping(session, 3))
    idle(peer, made + 180.5)
    before = world.link.drops()
    peer.send(session.seal(wg.ping4(peer.inside4, INSIDE4, 4)))
    silence("session of 180 s: a ping gets no answer", listen(peer, 2))
    world.counted_once("session of 180 s: a ping is counted as rx_session_expired", before,
                       "rx_session_expired")
    peer.provoke()
    heard = listen(peer, 2)
    only("session of 180 s: data waits for a new handshake", heard, "initiation")
    peer.remove()


def wipe(world):
    """All keys are wiped after 540 s."""
    if ktap.KIND != "culvert":
        ktap.note("only a culvert link tells an expired session from a wiped one")
        return
    peer, session, made = as_initiator(world)
    for at, reason in ((200, "rx_session_expired"), (538, "rx_session_expired"),
                       (540 * 9 / 8 + 1, "rx_unknown_index")):
        idle(peer, made + at)
        before = world.link.drops()[reason]
        peer.send(session.seal())
        ktap.wait_until(lambda: world.link.drops()[reason] != before, 1)
        ktap.equal(f"data at {at:.0f} s is counted as {reason}", before + 1,
                   world.link.drops()[reason])
    peer.remove()


# ----------------------------------------------------------------- persistent


def persistent(world):
    """Persistent keepalive."""
    peer, session, made = as_responder(world)
    world.link.set("peer", peer.name, "persistent-keepalive", "25")
    heard = listen(peer, 24.5, session)
    one("persistent keepalive set from 0 to 25 s", heard, "keepalive", 0, SLACK_S)
    heard = listen(peer, 5, session)
    one("persistent keepalive, 25 s later", heard, "keepalive", 0.3, late(25) - 24.5)
    silence("persistent keepalive of 25 s: nothing in the next 10 s", listen(peer, 10, session))
    peer.send(session.seal())
    silence("persistent keepalive: a received packet restarts the 25 s",
            listen(peer, 24.9, session))
    one("25 s after a packet from the peer", listen(peer, 5, session), "keepalive", 0,
        late(25) - 24.9)
    heard = listen(peer, made + 118 - time.monotonic(), session)
    ktap.true("persistent keepalive: keepalives only, up to 118 s",
              all(kind == "keepalive" for _, kind, _, _ in heard),
              "keepalives", kinds(heard))
    heard = listen(peer, made + 150 - time.monotonic(), session)
    ktap.true("persistent keepalive: after 120 s there is an initiation",
              "initiation" in [kind for _, kind, _, _ in heard], "an initiation", kinds(heard))
    world.link.set("peer", peer.name, "persistent-keepalive", "off")
    message = [m for _, kind, m, _ in heard if kind == "initiation"][-1]
    response, session = wg.Heard(peer, message).respond()
    peer.send(response)
    listen(peer, 1, session)
    peer.send(session.seal())
    silence("persistent keepalive off: nothing in 60 s", listen(peer, 60, session))
    peer.remove()


def persistent_alone(world):
    """Persistent keepalive without a session, and over link down and up."""
    peer = world.new_peer(endpoint=True, keepalive=20)
    heard = listen(peer, 3)
    only("peer added with persistent keepalive: an initiation at once", heard, "initiation")
    response, session = wg.Heard(peer, heard[0][2]).respond()
    peer.send(response)
    heard = listen(peer, 1, session)
    only("peer added with persistent keepalive: a keepalive confirms", heard, "keepalive")
    world.link.inside("ip", "link", "set", world.link.dev, "down")
    silence("persistent keepalive: a link that is down sends nothing", listen(peer, 60))
    world.link.inside("ip", "link", "set", world.link.dev, "up")
    heard = listen(peer, 3)
    only("persistent keepalive: link up brings an initiation at once", heard, "initiation")
    peer.remove()


# ---------------------------------------------------------------------- slots


def slots(world):
    """Previous, current and next session of a responder."""
    peer = world.new_peer()
    first = peer.initiate()
    ktap.true("first session: a ping is answered", peer.ping(first, 1))

    def handshake():
        time.sleep(0.1)
        exchange = wg.Initiation(peer)
        peer.send(exchange.message)
        return exchange.read(peer.expect(wg.RESPONSE))

    second = handshake()
    ktap.true("the first session works while the second is unconfirmed", peer.ping(first, 2))
    peer.send(second.seal())
    ktap.true("the second session, once used, carries the answers", peer.ping(second, 3))
    ktap.true("data under the first session is answered under the second",
              old_is_taken(peer, first, second))
    third = handshake()
    with Refusal("first session after a third handshake", peer, second, "rx_unknown_index"):
        peer.send(first.seal(wg.ping4(peer.inside4, INSIDE4, 5)))
    fourth = handshake()
    with Refusal("third session, replaced by a fourth", peer, second, "rx_unknown_index"):
        peer.send(third.seal())
    ktap.true("fourth session: a ping is answered", peer.ping(fourth, 6))
    ktap.true("second session, previous to the fourth: data is accepted",
              old_is_taken(peer, second, fourth))
    peer.remove()


def own_slots(world):
    """Sessions of an initiator."""
    peer, first, made = as_responder(world)
    idle(peer, made + 121)
    peer.provoke()
    second, _ = peer.answer()
    listen(peer, 1, second)
    ktap.true("initiator: the second session is used at once", peer.ping(second, 1))
    ktap.true("initiator: data under the first session is accepted",
              old_is_taken(peer, first, second))
    idle(peer, made + 245)
    peer.provoke()
    third, _ = peer.answer()
    listen(peer, 1, third)
    ktap.true("initiator: the third session is used at once", peer.ping(third, 2))
    before = world.link.drops()
    peer.send(first.seal())
    silence("initiator: data under the first of three gets no answer", listen(peer, 1))
    world.counted_once("initiator: data under the first of three is rx_unknown_index", before,
                       "rx_unknown_index")
    peer.remove()


def wiped(peer, session, what, counted):
    """WHAT has ended SESSION: the link knows nothing of it any more, which is result COUNTED,
    and takes another."""
    peer.drain()
    before = peer.world.link.drops()
    peer.send(session.seal(wg.ping4(peer.inside4, INSIDE4, 5)))
    silence(f"{what}: data under the old session gets no answer", listen(peer, 2))
    peer.world.counted_once(counted, before, "rx_unknown_index")
    session = peer.initiate()
    ktap.true(f"{what}: a new handshake works", peer.ping(session, 6))


def down(world):
    """Link down wipes sessions and drops what is staged."""
    peer, session, _ = as_responder(world)
    silent = world.new_peer(endpoint=True)
    before = world.link.drops()
    silent.provoke()
    silent.expect(wg.INITIATION)
    world.link.inside("ip", "link", "set", world.link.dev, "down")
    world.counted_once("link down: a staged packet is counted as tx_link_down", before,
                       "tx_link_down")
    world.link.inside("ip", "link", "set", world.link.dev, "up")
    wiped(peer, session, "link down and up",
          "link down and up: data of the old session is rx_unknown_index")
    silent.remove()
    peer.remove()


# ---------------------------------------------------------------------- clock


def clock(world):
    """Timestamps while the clock steps."""
    peer = world.new_peer(endpoint=True)
    peer.provoke()
    first = wg.Heard(peer, peer.expect(wg.INITIATION)).timestamp
    ktap.between("timestamp less the clock, s", -1, 1,
                 wg.stamp_seconds(first) - time.time())
    nanoseconds, = struct.unpack_from(">I", first, 8)
    ktap.equal("timestamp: nanoseconds are rounded to 2^24", 0, nanoseconds % 2**24)
    now = time.time()
    time.clock_settime(time.CLOCK_REALTIME, now - 3600)
    second = wg.Heard(peer, peer.expect(wg.INITIATION, 8)).timestamp
    ktap.true("clock set back by 1 h: the timestamp grows all the same", second > first,
              f"> {first.hex()}", second.hex())
    ktap.between("clock set back by 1 h: the timestamp grows by, s", 0, 10,
                 wg.stamp_seconds(second) - wg.stamp_seconds(first))
    third = wg.Heard(peer, peer.expect(wg.INITIATION, 8)).timestamp
    ktap.true("clock set back by 1 h: the next timestamp grows, too", third > second,
              f"> {second.hex()}", third.hex())
    time.clock_settime(time.CLOCK_REALTIME, now + 3600)
    heard = wg.Heard(peer, peer.expect(wg.INITIATION, 8))
    ktap.between("clock set ahead by 1 h: the timestamp grows by, s", 3590, 3620,
                 wg.stamp_seconds(heard.timestamp) - wg.stamp_seconds(first))
    response, session = heard.respond()
    peer.send(response)
    session.open(peer.expect(wg.DATA))
    ktap.true("clock set ahead by 1 h: the handshake completes", peer.ping(session))
    time.clock_settime(time.CLOCK_REALTIME, now + 7)
    ktap.true("clock set back to normal: the session still works", peer.ping(session, 2))
    peer.remove()


def sleep(world):
    """Suspend wipes sessions."""
    if not os.path.exists("/sys/power/pm_test"):
        ktap.ok("suspend wipes sessions # SKIP no /sys/power/pm_test")
        return
    peer, session, _ = as_responder(world)
    # Or the kernel waits for 5 s and counts them.
    with open("/sys/module/suspend/parameters/pm_test_delay", "w", encoding="ascii") as file:
        file.write("0")
    with open("/sys/power/pm_test", "w", encoding="ascii") as file:
        file.write("freezer")
    with open("/sys/power/state", encoding="ascii") as file:
        state = "mem" if "mem" in file.read() else "freeze"
    with open("/sys/power/state", "w", encoding="ascii") as file:
        file.write(state)
    wiped(peer, session, "suspend", "suspend: data under the old session is rx_unknown_index")
    peer.remove()


def cookie_age(world):
    """A cookie is used for 115 s."""
    peer = world.new_peer(endpoint=True)
    peer.provoke()
    first = peer.expect(wg.INITIATION)
    cookie = os.urandom(16)
    peer.send(peer.make_cookie(first, cookie))
    got = time.monotonic()
    young, old = [], []
    while time.monotonic() < got + 135:
        for at, _, message, _ in listen(peer, 5):
            age = time.monotonic() - 5 + at - got
            good = crypto.mac(cookie, message[:-16]) == message[-16:]
            none = message[-16:] == bytes(16)
            if age < 114:
                young.append(good)
            elif age > 116:
                old.append(none)
        peer.provoke()
    ktap.true("cookie up to 114 s old: mac2 in each initiation", young and all(young),
              "mac2 in each", young)
    ktap.true("cookie over 116 s old: mac2 is zeros in each initiation", old and all(old),
              "zeros in each", old)
    peer.remove()


GROUPS = {
    "keepalive": (keepalive, steady),
    "handshake": (unanswered, retry, crowded, unconfirmed),
    "rekey": (rekey_on_send, rekey_on_receive),
    "expiry": (expiry, wipe),
    "persistent": (persistent, persistent_alone),
    "slots": (slots, own_slots, down),
    "clock": (clock, sleep, cookie_age),
}

run_group(GROUPS, __doc__)
