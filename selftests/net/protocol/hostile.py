#!/usr/bin/python3
# SPDX-License-Identifier: GPL-2.0
"""What an attacker, or a broken peer, may send to a link: each of it must be
dropped, be counted under its own reason, change no state, move no endpoint and
not fill the log. Run by hostile-*.sh in the namespace of the peer.

    hostile.py GROUP NAMESPACE DEV ADDRESS PORT
"""
import os
import struct
import time

from cvtest import ktap, noise as crypto, peer as wg
from cvtest.world import INSIDE4, INSIDE6, Refusal, run_group

# A device counts as under load for a second longer; the drop counters may lag.
LOADED_S = 0.3


def any_port(world):
    """A local address to bind to, of the family that leads to the link."""
    return ("::" if ":" in world.remote[0] else "0.0.0.0", 0)


def stranger_to(world):
    """A peer that the link does not know."""
    return wg.Me(world.public, world.remote, local=any_port(world))


def attacker(peer):
    """Another socket of the same host: what it sends must not move an endpoint."""
    one = wg.Me.new_socket(any_port(peer.world))
    return lambda message: one.sendto(message, peer.remote)


# ------------------------------------------------------------------ datagrams


def datagrams(world):
    peer = world.new_peer()
    session = peer.initiate()
    send = attacker(peer)
    good = session.seal(bytes(32), counter=1 << 20)
    cases = [
        ("empty datagram", b"", "rx_short"),
        ("one byte", b"\x04", "rx_short"),
        ("three bytes", b"\x04\0\0", "rx_short"),
        ("type 0", struct.pack("<I", 0) + bytes(60), "rx_unknown_type"),
        ("type 5", struct.pack("<I", 5) + bytes(60), "rx_unknown_type"),
        ("type 255", struct.pack("<I", 255) + bytes(144), "rx_unknown_type"),
        ("random bytes", b"\xa5" + os.urandom(700), "rx_unknown_type"),
        ("data with reserved bytes set", good[:2] + b"\x01" + good[3:], "rx_unknown_type"),
        ("data cut to its header", good[:16], ("rx_short", "rx_wrong_length")),
        ("data of 31 bytes", good[:31], ("rx_short", "rx_wrong_length")),
        ("data for an unknown index",
         session.seal(bytes(32), counter=7, index=session.remote_index ^ 0x5a5a),
         "rx_unknown_index"),
        ("data with a wrong tag", good[:-1] + bytes([good[-1] ^ 1]), "rx_bad_tag"),
        ("data with a changed counter",
         good[:8] + struct.pack("<Q", 1 << 30) + good[16:], "rx_bad_tag"),
        ("data cut by a byte", good[:-1], "rx_bad_tag"),
        ("data with a byte more", good + b"\0", "rx_bad_tag"),
        ("random data for a known index",
         good[:8] + struct.pack("<Q", 99) + os.urandom(1400), "rx_bad_tag"),
    ]
    for kind, length in ((wg.INITIATION, 148), (wg.RESPONSE, 92), (wg.COOKIE, 64)):
        for wrong in (length - 1, length + 1, 32):
            message = struct.pack("<I", kind) + bytes(wrong - 4)
            cases.append((f"{wg.NAMES[kind]} of {wrong} bytes", message,
                          ("rx_wrong_length", "rx_short")))
        cases.append((f"{wg.NAMES[kind]} with reserved bytes set",
                      struct.pack("<I", kind | 0x100) + bytes(length - 4),
                      "rx_unknown_type"))
    for name, message, reason in cases:
        with Refusal(name, peer, session, reason):
            send(message)
    peer.remove()


def counters(world):
    peer = world.new_peer()
    session = peer.initiate()
    send = attacker(peer)
    packet = wg.ping4(peer.inside4, INSIDE4, 77)
    message = session.seal(packet)
    peer.send(message)
    with Refusal("replayed data", peer, session, "rx_replay"):
        send(message)
    with Refusal("data replayed 20 times", peer, session, "rx_replay", 20):
        for _ in range(20):
            send(message)
    old = session.seal(packet)
    session.counter += 20000
    ktap.true("a counter far ahead is accepted", peer.ping(session))
    with Refusal("counter 20000 back", peer, session, "rx_replay"):
        send(old)
    near = session.counter - 1500
    ktap.true("a counter 1500 back is accepted once", peer.ping(session, counter=near))
    with Refusal("counter 1500 back a second time", peer, session, "rx_replay"):
        send(session.seal(packet, counter=near))
    forbidden = [("counter 2^64-1", 2**64 - 1)]
    if ktap.KIND == "culvert":
        forbidden.append(("counter 2^64-8193", 2**64 - 1 - 8192))
    for name, counter in forbidden:
        with Refusal(name, peer, session, ("rx_replay", "rx_session_expired")):
            send(session.seal(packet, counter=counter))
    session.counter = 2**63
    ktap.true("a counter of 2^63 is accepted", peer.ping(session))
    peer.remove()
    peer = world.new_peer()
    session = peer.initiate()
    order = [8000, 4000, 6000, 2, 7999, 1, 3000]
    ktap.equal("counters out of order within the window are all accepted", [True] * len(order),
               [peer.ping(session, n, counter=n) for n in order])
    peer.remove()


# -------------------------------------------------------------- inner packets


def inner(world):
    peer = world.new_peer()
    session = peer.initiate()
    me4, me6 = peer.inside4, peer.inside6
    good4, good6 = wg.ping4(me4, INSIDE4), wg.ping6(me6, INSIDE6)
    cases = [
        ("inner IPv4 header cut", good4[:19], ("rx_inner_short", "rx_inner_length")),
        ("inner IPv6 header cut", good6[:39], ("rx_inner_short", "rx_inner_length")),
        ("one inner byte", b"\x45", ("rx_inner_short", "rx_inner_length")),
        ("inner IPv4 length beyond the packet", wg.ipv4(me4, INSIDE4, 17, bytes(8), length=200),
         "rx_inner_length"),
        ("inner IPv4 length below a header", wg.ipv4(me4, INSIDE4, 17, bytes(8), length=19),
         ("rx_inner_length", "rx_inner_short")),
        ("inner IPv6 length beyond the packet",
         wg.ipv6(me6, INSIDE6, 17, bytes(8), length=500), "rx_inner_length"),
        ("inner version 0", bytes(48), "rx_inner_version"),
        ("inner version 5", wg.ipv4(me4, INSIDE4, 17, bytes(8), version=5),
         "rx_inner_version"),
        ("inner version 15", b"\xff" * 48, "rx_inner_version"),
        ("inner IPv4 source in no peer's allowed IPs", wg.ping4("10.99.0.1", INSIDE4),
         "rx_inner_source"),
        ("inner IPv6 source in no peer's allowed IPs", wg.ping6("fd99::1", INSIDE6),
         "rx_inner_source"),
    ]
    other = world.new_peer()
    cases += [
        ("inner IPv4 source of another peer", wg.ping4(other.inside4, INSIDE4),
         "rx_inner_source"),
        ("inner IPv6 source of another peer", wg.ping6(other.inside6, INSIDE6),
         "rx_inner_source"),
    ]
    for name, packet, reason in cases:
        before = world.link.drops()
        message = session.seal(packet, pad=False)
        peer.send(message)
        ktap.true(f"{name}: the session still works", peer.ping(session))
        if not before:
            continue
        reasons = (reason,) if isinstance(reason, str) else reason
        ktap.wait_until(lambda: any(world.link.drops()[r] != before[r] for r in reasons))
        after = world.link.drops()
        changed = {key: after[key] - before[key] for key in after if after[key] != before[key]}
        ktap.true(f"{name}: counted once, as {' or '.join(reasons)}",
                  changed in [{r: 1} for r in reasons], reasons, changed)
    for name, packet in (
            ("a packet without padding", good4 + b""),
            ("a packet padded to 16", good4 + bytes(-len(good4) % 16)),
            ("a packet with 100 bytes of padding", good4 + bytes(100)),
            ("a packet whose padding is not zeros", good4 + b"\xee" * 7)):
        peer.send(session.seal(packet, pad=False))
        answer = session.open(peer.expect(wg.DATA))[1]
        ktap.true(f"{name} is accepted", wg.is_pong4(answer), "an answer", answer.hex())
    other.remove()
    peer.remove()


# ---------------------------------------------------------------- initiations


def initiations(world):
    peer = world.new_peer()
    session = peer.initiate(timestamp=wg.stamp(-100))
    send = attacker(peer)
    first = wg.Initiation(peer, timestamp=wg.stamp(-50)).message

    def without_answer(name, message, reason, count=1):
        with Refusal(name, peer, session, reason):
            for _ in range(count):
                send(message)
        answer = peer.receive(0)
        ktap.equal(f"{name}: gets no answer", "nothing", wg.describe(answer))

    without_answer("initiation with a wrong mac1",
                   first[:-32] + bytes([first[-32] ^ 1]) + first[-31:], "hs_bad_mac1")
    without_answer("initiation of random bytes",
                   struct.pack("<I", wg.INITIATION) + os.urandom(144), "hs_bad_mac1")

    def changed(at):
        body = bytearray(first[:-32])
        body[at] ^= 1
        return wg.with_macs(bytes(body), peer.remote_public)

    without_answer("initiation with a changed static key", changed(45), "hs_bad_static")
    without_answer("initiation with a changed ephemeral", changed(12), "hs_bad_static")
    without_answer("initiation with a changed timestamp", changed(90), "hs_bad_timestamp")
    stranger = stranger_to(world)
    without_answer("initiation of an unknown peer", wg.Initiation(stranger).message,
                   "hs_unknown_peer")
    without_answer("initiation with an all-zero DH",
                   wg.Initiation(peer, zero_dh=True).message, "hs_zero_dh")
    low_order = bytearray(wg.Initiation(peer, zero_dh=True).message[:-32])
    low_order[8] = 1
    without_answer("initiation with a point of low order",
                   wg.with_macs(bytes(low_order), peer.remote_public), "hs_zero_dh")

    # A valid initiation, captured by the attacker and sent again.
    time.sleep(0.05)
    latest = wg.stamp(-40)
    exchange = wg.Initiation(peer, timestamp=latest)
    peer.send(exchange.message)
    session = exchange.read(peer.expect(wg.RESPONSE))
    time.sleep(0.05)
    without_answer("replayed initiation", exchange.message, "hs_replay")
    without_answer("initiation with an equal timestamp",
                   wg.Initiation(peer, timestamp=latest).message, "hs_replay")
    without_answer("initiation with an older timestamp",
                   wg.Initiation(peer, timestamp=wg.stamp(-60)).message, "hs_replay")
    ktap.true("after these initiations the endpoint is unchanged",
              peer.shown_endpoint() == peer.endpoint(), peer.endpoint(),
              peer.shown_endpoint())
    peer.remove()


def floods(world):
    """Initiations closer than 20 ms."""
    peer = world.new_peer()
    two = [wg.Initiation(peer, timestamp=wg.stamp(n)) for n in (1, 2)]
    before = world.link.drops()
    for exchange in two:
        peer.send(exchange.message)
    session = two[0].read(peer.expect(wg.RESPONSE))
    ktap.equal("the second of two initiations at once gets no response", "nothing",
               wg.describe(peer.receive(0.5)))
    world.counted_once("the second of two initiations at once is counted as hs_flood", before,
                       "hs_flood")
    ktap.true("the session of the first of two initiations at once works", peer.ping(session))
    later = wg.Initiation(peer, timestamp=wg.stamp(3))
    peer.send(later.message)
    session = later.read(peer.expect(wg.RESPONSE))
    ktap.true("an initiation after 20 ms is accepted", peer.ping(session))
    peer.remove()


# ------------------------------------------------------------------ responses


def responses(world):
    peer = world.new_peer(endpoint=True)
    send = attacker(peer)
    peer.provoke()
    heard = wg.Heard(peer, peer.expect(wg.INITIATION))
    response, session = heard.respond()

    def refused(name, message, reason, count=1):
        with Refusal(name, peer, None, reason, count):
            send(message)

    bad = bytearray(response[:-32])
    bad[50] ^= 1
    refused("response with a wrong tag", wg.with_macs(bytes(bad), heard.static),
            "hs_bad_response")
    bad = bytearray(response[:-32])
    bad[20] ^= 1
    refused("response with a changed ephemeral", wg.with_macs(bytes(bad), heard.static),
            "hs_bad_response")
    refused("response with a wrong mac1", response[:-20] + b"\0\0\0\0" + response[-16:],
            "hs_bad_mac1")
    bad = bytearray(response[:-32])
    bad[8] ^= 1
    refused("response to an unknown index", wg.with_macs(bytes(bad), heard.static),
            "hs_unknown_index")
    zero = wg.Heard(peer, heard.message).respond(zero_dh=True)[0]
    refused("response with an all-zero DH", zero, "hs_zero_dh")
    wrong_psk = wg.Heard(peer, heard.message).respond(psk=os.urandom(32))[0]
    refused("response under another pre-shared key", wrong_psk, "hs_bad_response")
    peer.send(response)
    session.open(peer.expect(wg.DATA))
    ktap.true("the right response, after refused ones, is accepted", peer.ping(session))
    with Refusal("replayed response", peer, session, ("hs_unknown_index", "hs_superseded")):
        send(response)
    ktap.equal("after these responses the endpoint is unchanged", peer.endpoint(),
               peer.shown_endpoint())
    peer.remove()


def superseded(world):
    """A response to an initiation that another has replaced."""
    peer = world.new_peer(endpoint=True)
    peer.provoke()
    old = wg.Heard(peer, peer.expect(wg.INITIATION))
    new = wg.Heard(peer, peer.expect(wg.INITIATION, 8))
    ktap.true("a retry has another index and a later timestamp",
              old.index != new.index and old.timestamp < new.timestamp)
    late = old.respond()[0]
    with Refusal("response to a superseded initiation", peer, None,
                 ("hs_superseded", "hs_unknown_index")):
        peer.send(late)
    response, session = new.respond()
    peer.send(response)
    session.open(peer.expect(wg.DATA))
    ktap.true("the response to the latest is accepted", peer.ping(session))
    peer.remove()
    # An initiation of the peer's replaces the link's own, which waits for a second at most.
    peer = world.new_peer(endpoint=True)
    peer.provoke()
    old = wg.Heard(peer, peer.expect(wg.INITIATION))
    session = peer.initiate()
    ktap.true("an initiation that crosses the link's own is answered", peer.ping(session))
    time.sleep(1.1)
    with Refusal("response to an initiation that the peer's replaced", peer, session,
                 ("hs_superseded", "hs_unknown_index")):
        peer.send(old.respond()[0])
    peer.remove()


# -------------------------------------------------------------------- cookies


def cookies(world):
    """Cookie replies to the link's initiations, forged and true."""
    peer = world.new_peer(endpoint=True)
    send = attacker(peer)
    peer.provoke()
    first = peer.expect(wg.INITIATION)
    ktap.equal("mac2 is zeros without a cookie", bytes(16), first[-16:])
    cookie = os.urandom(16)

    def refused(name, message, reason):
        with Refusal(name, peer, None, reason):
            send(message)

    refused("cookie reply to an unknown index",
            peer.make_cookie(first, index=wg.sender_of(first) ^ 1),
            "hs_cookie_unknown_index")
    refused("cookie reply of random bytes",
            struct.pack("<II", wg.COOKIE, wg.sender_of(first)) + os.urandom(56),
            "hs_bad_cookie")
    refused("cookie reply under another key",
            peer.make_cookie(first, key=wg.cookie_key(os.urandom(32))), "hs_bad_cookie")
    refused("cookie reply to another mac1",
            peer.make_cookie(first, mac1=os.urandom(16)), "hs_bad_cookie")
    true_reply = peer.make_cookie(first, cookie)
    before = peer.state()
    peer.send(true_reply)
    ktap.equal("a cookie reply causes no resend at once", "nothing",
               wg.describe(peer.receive(0.3)))
    ktap.equal("a cookie reply leaves the peer's state unchanged", before, peer.state())
    refused("cookie reply a second time", peer.make_cookie(first, os.urandom(16)),
            "hs_bad_cookie")
    retry = peer.expect(wg.INITIATION, 8)
    ktap.equal("the next retry carries mac2 under the cookie",
               crypto.mac(cookie, retry[:-16]).hex(), retry[-16:].hex())
    response, session = wg.Heard(peer, retry).respond()
    peer.send(response)
    session.open(peer.expect(wg.DATA))
    ktap.true("the handshake with mac2 under the cookie completes", peer.ping(session))
    with Refusal("cookie reply to a session", peer, session, "hs_bad_cookie"):
        send(struct.pack("<II", wg.COOKIE, session.remote_index) + os.urandom(56))
    peer.remove()


def cookie_for_response(world):
    """A cookie reply to the link's response."""
    peer = world.new_peer()
    exchange = wg.Initiation(peer)
    peer.send(exchange.message)
    response = peer.expect(wg.RESPONSE)
    cookie = os.urandom(16)
    peer.send(peer.make_cookie(response, cookie))
    time.sleep(0.1)
    exchange = wg.Initiation(peer)
    peer.send(exchange.message)
    response = peer.expect(wg.RESPONSE)
    ktap.equal("the next response carries mac2 under the cookie",
               crypto.mac(cookie, response[:-16]).hex(), response[-16:].hex())
    session = exchange.read(response)
    ktap.true("the session of a response with mac2 works", peer.ping(session))
    peer.remove()


# ----------------------------------------------------------------------- load


def flood_until_loaded(world, sender, peer):
    """Sends initiations that cost the link a DH each until it asks for cookies;
    returns the first cookie reply, and the initiation it answers."""
    junk = []
    for _ in range(64):
        body = struct.pack("<II", wg.INITIATION, wg.random_index()) + os.urandom(108)
        junk.append(wg.with_macs(body, world.public))
    probe = wg.Initiation(sender)
    deadline = time.monotonic() + 30
    while time.monotonic() < deadline:
        # Not more than the link's queue holds, or the probe would be lost.
        for _ in range(20):
            peer.send_many(junk)
        sender.send(probe.message)
        while True:
            answer = sender.receive(3)
            if answer is None:
                break
            if wg.type_of(answer) != wg.COOKIE:
                probe = wg.Initiation(sender)
                break
            # One that comes late may answer the probe before.
            if wg.receiver_of(answer) == wg.sender_of(probe.message):
                return answer, probe
    raise wg.Refused("no cookie reply in 30 s of flood")


def load(world):
    """A flood of initiations."""
    peer = world.new_peer()
    flood = stranger_to(world)
    before = world.link.drops()
    lines = ktap.log_lines()
    reply, probe = flood_until_loaded(world, peer, flood)
    cookie = peer.open_cookie(reply, probe.message)
    ktap.ok("under load an initiation gets a cookie reply, and it opens")
    # What the flood left in the queue must not delay the rest of the test.
    ktap.wait_until(lambda: peer.receive(0) is None and flood.receive(0.2) is None, 20)
    if before:
        drops = world.link.drops()
        ktap.true("refusals under load are counted as hs_cookie_demanded",
                  drops["hs_cookie_demanded"] > before["hs_cookie_demanded"], "more",
                  drops["hs_cookie_demanded"])
    ktap.between("a flood of initiations: lines in the log", 0, 30, ktap.log_lines() - lines)

    time.sleep(0.05)
    exchange = wg.Initiation(peer, cookie=cookie, timestamp=wg.stamp(100))
    other = world.new_peer()
    flood_until_loaded(world, other, flood)
    peer.drain()
    peer.send(exchange.message)
    answer = peer.expect(wg.RESPONSE, 10)
    session = exchange.read(answer)
    ktap.true("under load an initiation with a good mac2 completes", peer.ping(session))

    # The same cookie is refused from another port.
    time.sleep(0.05)
    moved = wg.Me.new_socket(any_port(world))
    moved.settimeout(5)
    for number in range(200, 205):
        exchange = wg.Initiation(peer, cookie=cookie, timestamp=wg.stamp(number))
        flood_until_loaded(world, other, flood)
        since = time.monotonic()
        moved.sendto(exchange.message, peer.remote)
        answer = moved.recv(200)
        if wg.type_of(answer) == wg.COOKIE or time.monotonic() - since < LOADED_S:
            break
        # The load was over before the message was looked at: from the start.
        peer.ping(session)
    ktap.equal("a cookie used from another port gets another cookie reply", wg.COOKIE,
               wg.type_of(answer))
    ktap.equal("under load an initiation from another port moves no endpoint", peer.endpoint(),
               peer.shown_endpoint())
    moved.close()

    # Many good initiations from one address run into the limit of its source.
    counted = world.link.drops()
    if counted:
        several = [world.new_peer() for _ in range(12)]
        held = []
        for one in several:
            reply, probe = flood_until_loaded(world, one, flood)
            held.append(one.open_cookie(reply, probe.message))
        # Again while the load was over before the messages were looked at.
        for number in range(300, 310):
            ready = [wg.Initiation(one, cookie=held[n], timestamp=wg.stamp(number)).message
                     for n, one in enumerate(several)]
            flood_until_loaded(world, other, flood)
            for _ in range(4):
                for one, message in zip(several, ready):
                    one.send(message)
            if ktap.wait_until(lambda: world.link.drops()["hs_rate_limited"] >
                               counted["hs_rate_limited"], 2):
                break
        got = world.link.drops()["hs_rate_limited"]
        ktap.true("initiations above the per-source limit are hs_rate_limited",
                  got > counted["hs_rate_limited"], "more", got)
        for one in several:
            one.remove()
    other.remove()
    peer.remove()


def log_flood(world):
    """What is sent 300 times is not logged 300 times."""
    peer = world.new_peer()
    session = peer.initiate()
    stranger = stranger_to(world)
    kinds = {
        "a wrong tag": session.seal(bytes(32), counter=5)[:-1] + b"\0",
        "an unknown type": struct.pack("<I", 9) + bytes(60),
        "a wrong mac1": struct.pack("<I", wg.INITIATION) + bytes(144),
        "an unknown peer": wg.Initiation(stranger).message,
        "a wrong inner source": None,
        "a replay": session.seal(b"", counter=3),
    }
    for name, message in kinds.items():
        before = ktap.log_lines()
        for _ in range(300):
            peer.send(message or session.seal(wg.ping4("10.99.0.1", INSIDE4)))
        if not peer.ping(session):
            raise RuntimeError("the session does not work")
        ktap.between(f"{name}, 300 times: lines in the log", 0, 30,
                     ktap.log_lines() - before)
    peer.remove()


GROUPS = {
    "datagrams": (datagrams, counters),
    "inner": (inner,),
    "initiation": (initiations, floods),
    "response": (responses, superseded),
    "cookie": (cookies, cookie_for_response),
    "load": (load,),
    "log": (log_flood,),
}

run_group(GROUPS, __doc__)
