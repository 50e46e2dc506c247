# SPDX-License-Identifier: GPL-2.0
"""Random operations of an administrator: links, their peers, keys, ports, state, and
requests that make no sense. See random_run.py."""
import contextlib
import os
import socket
import time

from random_mesh import (
    KIND, LINKS, NAMES, NET_NS_FD, NUMBER, PORT, PRIVATE, PUBLIC,
    WITHOUT_IPV6, dev, family, inner, log, make_proper, outer, path, operation, proper_peer, route,
    run, some_link, spawn)
from cvtest import netlink as nl, rtnetlink as rtnl

GROUP = 27
MTUS = (68, 69, 128, 576, 1279, 1280, 1419, 1420, 1500, 9000, 65000, 65535)


@operation(config=14, heavy=3, traffic=3, hostile=1, around=2, namespaces=4)
def proper(rng):
    name, j = some_link(rng)
    replace = rng.random() < 0.3
    log.note(f"{name} {dev(j)} as it ought to be{', peers anew' if replace else ''}")
    make_proper(name, j, replace)


# ------------------------------------------------------------------- links


@operation(config=3)
def remake_link(rng):
    name, j = some_link(rng)
    queues = [nl.u32(rtnl.NUM_TX_QUEUES, rng.choice((1, 4, 8)))] if rng.random() < 0.3 else []
    log.note(f"{name} {dev(j)} deleted and added")
    with route(name) as rt:
        with contextlib.suppress(OSError):
            rt.delete(dev(j))
        rt.add(dev(j), KIND, *queues)


@operation(config=2)
def add_elsewhere(rng):
    """Born in one namespace, put into another by the same request."""
    name, other = rng.choice(NAMES), rng.choice(NAMES)
    link = f"m{rng.randrange(10**6)}"
    log.note(f"{link} added from {name} to {other}")
    with route(name) as rt:
        namespace = os.open(path(other), os.O_RDONLY)
        try:
            rt.add(link, KIND, nl.u32(NET_NS_FD, namespace))
        finally:
            os.close(namespace)
    set_peers(rng, other, link, 0)
    with route(other) as rt:
        rt.change(link, up=True)


@operation(config=4)
def move(rng):
    """A link is moved, used there, and moved back, deleted, or left there."""
    name, j = rng.choice(NAMES), rng.choice(LINKS)
    other = rng.choice([one for one in NAMES if one != name])
    link, fate = f"m{rng.randrange(10**6)}", rng.choice(("back", "back", "deleted", "left"))
    log.note(f"{name} {dev(j)} moved to {other} as {link}, then {fate}")
    # What was given back is in the same namespace, even if its name has another now.
    home, away = os.open(path(name), os.O_RDONLY), os.open(path(other), os.O_RDONLY)
    try:
        with route(name) as rt:
            rt.move(socket.if_nametoindex(dev(j)), away, link)
        use_moved(rng, name, other, j, link)
        with route(other) as rt:
            back = fate == "back"
            try:
                if back:
                    rt.move(socket.if_nametoindex(link), home, dev(j))
            except OSError:
                back = False
            if fate == "left":
                # The port is wanted by the one that takes its place.
                with family(other) as client:
                    client.set(nl.attr(nl.IFNAME, link), nl.u16(nl.LISTEN_PORT, 0))
            elif not back:
                rt.delete(link)
    finally:
        os.close(home)
        os.close(away)
    make_proper(name, j)


def use_moved(rng, name, other, j, link):
    with contextlib.suppress(OSError), route(other) as rt:
        rt.addresses(socket.if_nametoindex(link), name, j)
        rt.change(link, up=True)
        to = inner(rng.choice([one for one in NAMES if one != name]), j)
        spawn(other, f"ping -f -q -c 20 -W 1 {to}", 3).wait()


@operation(config=2)
def rename(rng):
    name, j = some_link(rng)
    log.note(f"{name} {dev(j)} renamed and back")
    with route(name) as rt:
        index = socket.if_nametoindex(dev(j))
        # Not every kernel renames what is up.
        rt.change(dev(j), up=False)
        rt.rename(index, f"r{rng.randrange(10**6)}")
        rt.rename(index, dev(j))
        rt.change(dev(j), up=True)


@operation(config=5)
def down_and_up(rng):
    name, j = some_link(rng)
    log.note(f"{name} {dev(j)} down and up")
    with route(name) as rt:
        for _ in range(rng.randrange(1, 5)):
            rt.change(dev(j), up=False)
            rt.change(dev(j), up=True)


@operation(config=4)
def mtu(rng):
    name, j = some_link(rng)
    values = [rng.choice(MTUS) for _ in range(rng.randrange(1, 4))]
    log.note(f"{name} {dev(j)} MTU {values}")
    with route(name) as rt:
        for value in values:
            rt.change(dev(j), nl.u32(rtnl.MTU, value))


@operation(config=1)
def mtu_of_wire(rng):
    name, value = rng.choice(NAMES), rng.choice((68, 576, 1280, 9000, 65535))
    log.note(f"{name} u0 MTU {value}, then 1500")
    with route(name) as rt:
        rt.change("u0", nl.u32(rtnl.MTU, value))
        time.sleep(rng.random())
        rt.change("u0", nl.u32(rtnl.MTU, 1500))
        if name not in WITHOUT_IPV6:
            rt.address(socket.if_nametoindex("u0"), outer(name, 6), 64)


@operation(heavy=2)
def many_links(rng):
    name, count, at_once = rng.choice(NAMES), rng.choice((20, 60, 200)), rng.random() < 0.5
    log.note(f"{name}: {count} links added and deleted")
    with route(name) as rt:
        try:
            for n in range(count):
                rt.add(f"x{n}", KIND, nl.u32(GROUP, 77))
                if n % 8 == 0:
                    rt.change(f"x{n}", up=True)
                    set_peers(rng, name, f"x{n}", 0, count=3)
            if not at_once:
                for n in range(count):
                    rt.delete(f"x{n}")
        finally:
            with contextlib.suppress(OSError):
                rt.request(rtnl.DELLINK, 0, nl.u32(GROUP, 77))


@operation(heavy=3)
def nested(rng):
    """A tunnel in a tunnel in a tunnel, or each in the next and the last in the first."""
    ends, depth, ring = ("p0", rng.choice(("p1", "e0"))), rng.randrange(2, 7), rng.random() < 0.3
    log.note(f"{depth} links nested between {ends}{', in a ring' if ring else ''}")
    for me, other in (ends, ends[::-1]):
        for n in range(depth):
            below = n - 1 if n or not ring else depth - 1
            nest_link(rng, me, other, n, below)
    to = f"10.20{depth - 1}.0.{NUMBER[ends[1]]}"
    spawn("p0", f"ping -f -q -s {rng.choice((0, 100, 1300, 8000))} -w 4 {to}", 8)
    spawn("p0", f"iperf3 -c {to} -t 3", 8)
    time.sleep(rng.random() * 4)
    for me in ends:
        links = [f"n{n}" for n in range(depth)]
        rng.shuffle(links)
        run("; ".join(f"ip -n {me} link del {link}" for link in links))


def nest_link(rng, me, other, n, below):
    """Link N of namespace ME, whose peer is reached by link BELOW, or the wire if that is
    -1. Only two links with keys of the mesh have the same: those of one number."""
    link, where = f"n{n}", outer(other) if below < 0 else f"10.20{below}.0.{NUMBER[other]}"
    with route(me) as rt:
        with contextlib.suppress(OSError):
            rt.add(link, KIND)
        with family(me) as client:
            client.set(nl.attr(nl.IFNAME, link), nl.attr(nl.PRIVATE_KEY, PRIVATE[me, n % 3]),
                       nl.u16(nl.LISTEN_PORT, 6000 + n), nl.u32(nl.FLAGS, nl.REPLACE_PEERS),
                       nl.nest(nl.PEERS, nl.peer(
                           PUBLIC[other, n % 3],
                           nl.attr(nl.PEER_ENDPOINT, nl.endpoint(where, 6000 + n)),
                           nl.nest(nl.PEER_IPS, nl.allowed_ip("0.0.0.0/0"),
                                   nl.allowed_ip("::/0")))))
        rt.change(link, nl.u32(rtnl.MTU, rng.choice((1420 - 80 * n, 1420, 9000, 65535))), up=True)
        rt.address(socket.if_nametoindex(link), f"10.20{n}.0.{NUMBER[me]}", 24)


# ------------------------------------------------------------------- peers and keys


def some_endpoint(rng, name, of_one_host=False):
    """An address that makes sense, or none at all: the tunnel's own inside, the sender's
    own, and unless it is to be OF_ONE_HOST, what no packet can be sent to."""
    j, other = rng.choice(LINKS), rng.choice(NAMES)
    addresses = [outer(other), inner(other, j), outer(name), "10.0.0.255", "127.0.0.1",
                 "192.0.2.1", outer(other, 6), inner(other, j, 6), outer(name, 6), "::1",
                 "fe80::1", "2001:db8::1"]
    if not of_one_host:
        addresses += ["255.255.255.255", "224.0.0.1", "0.0.0.0", "ff02::1", "::",
                      "::ffff:10.0.0.1"]
    port = rng.choice((PORT, PORT + 1, PORT + 2, 1, 53, 65535))
    return nl.endpoint(rng.choice(addresses), port)


def some_ips(rng, j):
    texts = [rng.choice((f"10.{100 + j}.0.{rng.randrange(8)}/32", "10.0.0.0/8", "0.0.0.0/0",
                         f"10.{rng.randrange(256)}.{rng.randrange(256)}.0/{rng.randrange(33)}",
                         "::/0", f"fd77:{j}::{rng.randrange(8)}/128",
                         f"fd77:{rng.randrange(9)}::/{rng.randrange(129)}"))
             for _ in range(rng.randrange(4))]
    return nl.nest(nl.PEER_IPS, *map(nl.allowed_ip, texts))


def some_candidates(rng, name, most=8):
    """Right ones."""
    places = dict.fromkeys(some_endpoint(rng, name, True) for _ in range(rng.randrange(most + 1)))
    return nl.candidates(*[nl.candidate(place, rng.choice((None, 0, 1, 1, 200)))
                           for place in places])


def some_follow(rng):
    return nl.u8(nl.PEER_FOLLOW, rng.choice((nl.FOLLOW_ANYWHERE, nl.FOLLOW_NEVER)))


def some_sources(rng):
    """Prefixes, some of them wrong for where a peer is."""
    texts = ("0.0.0.0/0", "::/0", "10.0.0.0/8", "192.0.2.1/24", "fd00::/8", "127.0.0.1/32")
    return nl.sources(*rng.choices(texts, k=rng.randrange(1, 9)))


def some_ways(rng, name):
    """What is right whatever the peer has had: candidates, or limits that exclude none."""
    if rng.random() < 0.7:
        return some_candidates(rng, name, 4) + some_follow(rng)
    return nl.candidates() + some_sources(rng)


def some_silence(rng):
    return nl.u32(nl.PEER_SILENT_S, rng.choice((0, 1, 1, 5, 60)))


def some_peer(rng, name, j):
    key = PUBLIC[rng.choice(NAMES), j] if rng.random() < 0.4 else rng.randbytes(32)
    parts = [(0.5, lambda: nl.attr(nl.PEER_ENDPOINT, some_endpoint(rng, name))),
             (0.2, lambda: nl.attr(nl.PEER_PSK, rng.randbytes(32))),
             (0.1, lambda: nl.u32(nl.PEER_FLAGS, rng.randrange(8))),
             (0.3, lambda: nl.u16(nl.PEER_KEEPALIVE, rng.choice((0, 1, 1, 5, 65535)))),
             (0.6, lambda: some_ips(rng, j))]
    if KIND == "culvert":
        parts += [(0.1, lambda: some_ways(rng, name)), (0.1, lambda: some_silence(rng))]
    return nl.peer(key, *[make() for chance, make in parts if rng.random() < chance])


def set_peers(rng, name, link, j, count=None, replace=None):
    """COUNT peers, some of them proper ones, in requests of 400 at most."""
    count = rng.randrange(8) if count is None else count
    replace = rng.random() < 0.5 if replace is None else replace
    with family(name) as client:
        while True:
            body = [nl.attr(nl.IFNAME, link), nl.u32(nl.FLAGS, nl.REPLACE_PEERS if replace else 0)]
            if rng.random() < 0.2:
                key = rng.choice((PRIVATE[name, j], rng.randbytes(32), bytes(32)))
                body.append(nl.attr(nl.PRIVATE_KEY, key))
            if rng.random() < 0.1:
                port = rng.choice((0, PORT + j, PORT, rng.randrange(65536)))
                body.append(nl.u16(nl.LISTEN_PORT, port))
            client.set(*body, nl.nest(nl.PEERS, *[some_peer(rng, name, j)
                                                  for _ in range(min(count, 400))]))
            replace = False
            count -= 400
            if count <= 0:
                return


@operation(config=8)
def peers(rng):
    name, j = some_link(rng)
    log.note(f"{name} {dev(j)}: some peers")
    set_peers(rng, name, dev(j), j)


@operation(heavy=5)
def many_peers(rng):
    name, j = some_link(rng, ["p1", "e1", "e3"])
    for _ in range(rng.randrange(1, 4)):
        count = rng.choice((0, 50, 500, 1500, 5000))
        log.note(f"{name} {dev(j)}: {count} peers")
        set_peers(rng, name, dev(j), j, count, True)
    if rng.random() < 0.5:
        make_proper(name, j, True)


@operation(config=5)
def remove_peers(rng):
    name, j = some_link(rng)
    with family(name) as client:
        for _ in range(rng.randrange(1, 4)):
            other = rng.choice([one for one in NAMES if one != name])
            log.note(f"{name} {dev(j)}: {other} removed and added")
            client.set(nl.attr(nl.IFNAME, dev(j)), nl.nest(nl.PEERS, nl.peer(
                PUBLIC[other, j], nl.u32(nl.PEER_FLAGS, nl.PEER_REMOVE))))
            client.set(nl.attr(nl.IFNAME, dev(j)),
                       nl.nest(nl.PEERS, proper_peer(name, other, j)))


@operation(config=5)
def other_ways(rng):
    """Candidates, limits and handshakes of the right peers, some of which are refused."""
    name, j = some_link(rng)
    if KIND != "culvert":
        return
    with family(name) as client:
        for _ in range(rng.randrange(1, 8)):
            other = rng.choice([one for one in NAMES if one != name])
            log.note(f"{name} {dev(j)}: other ways to {other}")
            parts = [(0.6, lambda: some_candidates(rng, name)), (0.2, lambda: some_follow(rng)),
                     (0.2, lambda: some_sources(rng)), (0.3, lambda: some_silence(rng)),
                     (0.1, lambda: nl.candidates(nl.candidate(some_endpoint(rng, name)))),
                     (0.5, lambda: nl.attr(nl.PEER_REKEY_NOW, b""))]
            # No key, no way to the peer, the link is down, or what is wrong by intent.
            with contextlib.suppress(nl.Refusal):
                client.set(nl.attr(nl.IFNAME, dev(j)), nl.nest(nl.PEERS, nl.peer(
                    PUBLIC[other, j],
                    *[make() for chance, make in parts if rng.random() < chance])))
    make_proper(name, j)


@operation(config=4)
def keys(rng):
    """Other private keys, those of peers too, and the right one at the end."""
    name, j = some_link(rng)
    with family(name) as client:
        for _ in range(rng.randrange(1, 5)):
            other = rng.choice(NAMES)
            text, key = rng.choice(((f"that of {other}", PRIVATE[other, j]),
                                    ("its own", PRIVATE[name, j]), ("none", bytes(32)),
                                    ("a new one", rng.randbytes(32))))
            log.note(f"{name} {dev(j)}: private key {text}")
            client.set(nl.attr(nl.IFNAME, dev(j)), nl.attr(nl.PRIVATE_KEY, key))
        client.set(nl.attr(nl.IFNAME, dev(j)), nl.attr(nl.PRIVATE_KEY, PRIVATE[name, j]))


@operation(config=4)
def port_and_mark(rng):
    name, j = some_link(rng)
    with family(name) as client:
        for _ in range(rng.randrange(1, 6)):
            port = rng.choice((0, PORT, PORT + 1, PORT + 2, 5201, 7777))
            mark = rng.choice((0, 1, 0xca6c, 0xffffffff))
            log.note(f"{name} {dev(j)}: port {port}, mark {mark:#x}")
            with contextlib.suppress(nl.Refusal):
                client.set(nl.attr(nl.IFNAME, dev(j)), nl.u16(nl.LISTEN_PORT, port),
                           nl.u32(nl.FWMARK, mark))
        client.set(nl.attr(nl.IFNAME, dev(j)), nl.u16(nl.LISTEN_PORT, PORT + j),
                   nl.u32(nl.FWMARK, 0))


# ------------------------------------------------------------------- requests and dumps


@operation(config=3)
def garbage(rng):
    """Requests with attributes shuffled, doubled, cut, flipped."""
    name, j = some_link(rng)
    log.note(f"{name} {dev(j)}: garbage")
    with family(name) as client:
        for _ in range(8):
            parts = [nl.attr(nl.IFNAME, dev(j)), nl.attr(nl.PRIVATE_KEY, rng.randbytes(32)),
                     nl.u16(nl.LISTEN_PORT, PORT + j), nl.u32(nl.FLAGS, rng.randrange(4)),
                     nl.nest(nl.PEERS, *[some_peer(rng, name, j) for _ in range(rng.randrange(5))])]
            body = bytearray(b"".join(rng.choices(parts, k=rng.randrange(1, 7))))
            for _ in range(rng.randrange(6)):
                body[rng.randrange(len(body))] ^= 1 << rng.randrange(8)
            if rng.random() < 0.3:
                del body[rng.randrange(len(body)):]
            flags = nl.REQUEST | nl.ACK | rng.choice((0, 0, 0, nl.DUMP))
            with contextlib.suppress(nl.Refusal, UnboundLocalError):
                client.request(rng.choice((0, 1, 1, 1, 2, 9)), bytes(body), flags=flags)


@operation(config=6, heavy=5)
def dump(rng):
    """Dumps, some read to the end, some given up half way."""
    name, j = some_link(rng)
    log.note(f"{name} {dev(j)}: dumps")
    for _ in range(rng.randrange(1, 5)):
        with family(name) as client:
            if rng.random() < 0.5:
                client.dump_raw(nl.attr(nl.IFNAME, dev(j)))
                continue
            if rng.random() < 0.3:
                client.socket.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 2048)
            client.send(nl.GET_DEVICE, nl.attr(nl.IFNAME, dev(j)),
                        flags=nl.REQUEST | nl.ACK | nl.DUMP)
            for _ in range(rng.randrange(3)):
                client.socket.settimeout(0.3)
                with contextlib.suppress(socket.timeout):
                    client.socket.recv(1 << rng.choice((8, 18)))


@operation(config=2, around=1)
def show(rng):
    name, j = some_link(rng)
    run(f"ip -s -s -d link show >/dev/null; ethtool -S {dev(j)}; culvert show all dump", name)
