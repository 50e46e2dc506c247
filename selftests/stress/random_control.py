# SPDX-License-Identifier: GPL-2.0
"""Random operations of programs that have a hand in a link: sockets that they hand in, where its
own are bound, strangers that knock, packets that want a peer, and events. See random_run.py."""
import contextlib
import errno
import random
import select
import socket
import struct
import time

from random_mesh import (
    KIND, LINKS, NAMES, PORT, PUBLIC, dev, enter, family, inner, log, make_proper,
    operation, outer, proper_peer, route, some_link, spawn)
from cvtest import netlink as nl, peer as wg

NETLINK_DROP_MEMBERSHIP = 2
UDP_CORK, UDP_ENCAP, UDP_GRO = 1, 100, 104
STUN = bytes.fromhex("000100002112a442") + bytes(12)
GROUPS = ("config", "session", "knock", "want")


def others_of(rng, name, most=3):
    """Some of the namespaces that are peers of NAME."""
    return rng.sample([one for one in NAMES if one != name], rng.randrange(1, most + 1))


def chosen(rng, parts):
    """Of (chance, function) the attributes that some make."""
    return [make() for chance, make in parts if rng.random() < chance]


# ------------------------------------------------------------------- sockets


def some_sockets(rng, name, j):
    """One or two of namespace NAME that are bound to one port."""
    how = rng.choice((("4",), ("4",), ("both",), ("4", "6"), ("6",)))
    port = rng.choice((0, 0, 0, PORT + j, 4500))
    address = {"4": rng.choice(("", outer(name))), "6": "::", "both": "::"}
    options = [one for one in ((socket.SOL_SOCKET, socket.SO_MARK, 7),
                               (socket.SOL_SOCKET, socket.SO_RCVBUF, 2048),
                               (socket.IPPROTO_UDP, UDP_GRO, 1)) if rng.random() < 0.3]
    socks = []
    enter(name)
    try:
        for kind in how:
            sock = socket.socket(socket.AF_INET if kind == "4" else socket.AF_INET6,
                                 socket.SOCK_DGRAM)
            socks.append(sock)
            sock.setblocking(False)
            if kind != "4":
                sock.setsockopt(socket.IPPROTO_IPV6, socket.IPV6_V6ONLY, int(kind == "6"))
            for option in options:
                sock.setsockopt(*option)
            sock.bind((address[kind], port))
            port = sock.getsockname()[1]
    except OSError:
        close_all(socks)
        raise
    return socks


def close_all(socks):
    while socks:
        socks.pop().close()


def hand(rng, name, link, socks):
    fds = struct.pack(f"={len(socks)}i", *(sock.fileno() for sock in socks))
    with contextlib.suppress(nl.Refusal), family(name) as client:
        client.set(nl.attr(nl.IFNAME, link), nl.attr(nl.SOCKET_FD, fds),
                   *chosen(rng, [(0.5, lambda: nl.u8(nl.SOCKET_PASS, rng.randrange(2)))]))


def use_sockets(rng, where, socks):
    """What a program does with what is the link's as well: it sends and receives, or spoils it."""
    port = socks[0].getsockname()[1]
    habits = rng.sample((
        lambda sock: sock.setsockopt(socket.IPPROTO_UDP, UDP_CORK, 1),
        lambda sock: sock.setsockopt(socket.SOL_SOCKET, socket.SO_BINDTODEVICE, b"u0\0"),
        lambda sock: sock.setsockopt(socket.SOL_SOCKET, socket.SO_BINDTODEVICE, b"lo\0"),
        lambda sock: sock.setsockopt(socket.SOL_SOCKET, socket.SO_MARK, 9),
        lambda sock: sock.setsockopt(socket.IPPROTO_UDP, UDP_GRO, 1),
        lambda sock: sock.setsockopt(socket.IPPROTO_UDP, UDP_ENCAP, 0),
        lambda sock: sock.connect(("10.0.0.1", PORT)),
        lambda sock: sock.shutdown(socket.SHUT_RDWR)), rng.randrange(3))
    for habit in habits:
        with contextlib.suppress(OSError):
            habit(rng.choice(socks))
    enter(where)
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as near:
        near.setblocking(False)
        end = time.monotonic() + rng.random()
        while time.monotonic() < end:
            for message in STUN, b"junk" * 300, b"\x04\0\0\0" + bytes(28):
                with contextlib.suppress(OSError):
                    near.sendto(message, (outer(where), port))
            for sock in socks:
                with contextlib.suppress(OSError):
                    sock.recv(2000)
                with contextlib.suppress(OSError):
                    sock.sendto(STUN, ("10.0.0.1", 9))
            time.sleep(0.01)


def part_from(rng, name, j, socks):
    """One way in which a link's time with sockets ends, or does not."""
    way = rng.choice(("closed", "closed", "kept", "given back", "down and up", "another link's",
                      "link deleted"))
    log.note(f"{name} {dev(j)}: its program's socket is {way}")
    if way == "closed":
        close_all(socks)
    elif way == "given back":
        with contextlib.suppress(nl.Refusal), family(name) as client:
            client.set(nl.attr(nl.IFNAME, dev(j)), nl.attr(nl.SOCKET_FD, struct.pack("=i", -1)))
    elif way == "another link's":
        hand(rng, name, dev(rng.choice(LINKS)), socks)
    elif way != "kept":
        with contextlib.suppress(OSError), route(name) as rt:
            if way == "link deleted":
                rt.delete(dev(j))
            else:
                rt.change(dev(j), up=False)
                rt.change(dev(j), up=True)


@operation(config=6, namespaces=2)
def hand_in(rng):
    """Sockets of its own or of another namespace, one after another."""
    name, j = some_link(rng)
    if KIND != "culvert":
        return
    where = name if rng.random() < 0.5 else rng.choice(NAMES)
    other, = others_of(rng, name, 1)
    held = []
    try:
        for _ in range(rng.randrange(1, 4)):
            log.note(f"{name} {dev(j)}: a socket of {where} is handed in")
            socks = some_sockets(rng, where, j)
            held.append(socks)
            hand(rng, name, dev(j), socks)
            spawn(name, f"ping -f -q -s {rng.choice((56, 1400, 9000))} -w 1 {inner(other, j)}", 3)
            use_sockets(rng, where, socks)
            part_from(rng, name, j, socks)
    finally:
        for socks in held:
            close_all(socks)
    for one in LINKS if rng.random() < 0.3 else (j,):
        make_proper(name, one)


def some_place(rng, name, j):
    """Attributes of where a link's sockets are to be, and what its packets are marked with."""
    four = (outer(name), outer(name), "0.0.0.0", inner(name, j), "127.0.0.1", "192.0.2.1")
    six = (outer(name, 6), outer(name, 6), "::", inner(name, j, 6), "::1", "fe80::1")
    devices = ("u0", "u0", "", "lo", "vr", dev(rng.choice(LINKS)), "none0")
    return chosen(rng, (
        (0.5, lambda: nl.attr(nl.BIND4, socket.inet_aton(rng.choice(four)))),
        (0.5, lambda: nl.attr(nl.BIND6, socket.inet_pton(socket.AF_INET6, rng.choice(six)))),
        (0.4, lambda: nl.attr(nl.BIND_DEVICE, rng.choice(devices))),
        (0.2, lambda: nl.u16(nl.LISTEN_PORT, rng.choice((PORT, PORT + 1, PORT + j, 0)))),
        (0.4, lambda: nl.u8(nl.DSCP, rng.choice((0, 10, 46, 63, 64, 64, 65))))))


@operation(config=5)
def place(rng):
    """Where its own sockets are bound, and DSCP."""
    name, j = some_link(rng)
    if KIND != "culvert":
        return
    with family(name) as client:
        for _ in range(rng.randrange(1, 6)):
            log.note(f"{name} {dev(j)}: bound elsewhere")
            with contextlib.suppress(nl.Refusal):
                client.set(nl.attr(nl.IFNAME, dev(j)), *some_place(rng, name, j))
            time.sleep(rng.random() / 4)
    make_proper(name, j)


# ------------------------------------------------------------------- knocks and wants


class Program:
    """One that listens at link J of namespace NAME for knocks or wants."""

    def __init__(self, rng, name, j, group, listen, get, answer):
        self.name, self.j = name, j
        self.link = nl.attr(nl.IFNAME, dev(j))
        self.get_command, self.answer = get, answer
        # A verdict depends on what it is about, not on what came before.
        self.salt = rng.random()
        with contextlib.ExitStack() as stack:
            self.ear = stack.enter_context(family(name))
            self.door = stack.enter_context(family(name))
            self.ear.join(group)
            if rng.random() < 0.3:
                self.ear.socket.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 2048)
            self.door.request(listen, self.link)
            self.stack = stack.pop_all()

    def __enter__(self):
        return self

    def __exit__(self, *_):
        self.stack.close()

    def rng_of(self, what):
        return random.Random(f"{self.salt} {what.hex()}")

    def attend(self, seconds, decide):
        """What there is till SECONDS have passed is decided: one after another."""
        end = time.monotonic() + seconds
        while time.monotonic() < end:
            if select.select([self.ear.socket], [], [], 0.1)[0]:
                with contextlib.suppress(OSError):
                    self.ear.socket.recv(1 << 16)
            for answer in self.all():
                # Its time may be up.
                with contextlib.suppress(nl.Refusal):
                    decide(answer)

    def all(self):
        while True:
            try:
                answers = self.door.request(self.get_command, self.link)
            except nl.Refusal as error:
                if error.errno == errno.EAGAIN:
                    return
                raise
            yield dict(nl.attrs(dict(nl.attrs(answers[0][1]))[self.answer]))

    def set_peers(self, *peers):
        self.door.set(self.link, nl.nest(nl.PEERS, *peers))

    def forget(self, *others):
        self.set_peers(*[nl.peer(PUBLIC[other, self.j], nl.u32(nl.PEER_FLAGS, nl.PEER_REMOVE))
                         for other in others])


def other_with(key, j):
    return next((other for other in NAMES if PUBLIC[other, j] == key), None)


def judge_knock(program, knock):
    """Let in, refused for a while, or neither."""
    rng, key = program.rng_of(knock[nl.KNOCK_KEY]), knock[nl.KNOCK_KEY]
    identity = knock[nl.KNOCK_ID] if rng.random() < 0.9 else rng.randbytes(8)
    verdict = rng.choice(("let in", "let in", "refused", "left"))
    if verdict == "let in":
        more, other = nl.attr(nl.PEER_KNOCK_ID, identity), other_with(key, program.j)
        program.set_peers(proper_peer(program.name, other, program.j, more) if other else
                          nl.peer(key, more, nl.u32(nl.PEER_IDLE_S, rng.choice((1, 5)))))
    elif verdict == "refused":
        program.door.request(nl.KNOCK_REFUSE, program.link + nl.nest(
            nl.KNOCK, nl.attr(nl.KNOCK_ID, identity),
            nl.u32(nl.KNOCK_SECONDS, rng.choice((0, 1, 60)))))


def knock_as(rng, name, other, j, count):
    """Strangers in namespace OTHER knock at link J of NAME."""
    enter(other)
    for _ in range(count):
        me = wg.Me(PUBLIC[name, j], (outer(name), PORT + j), rng.randbytes(32),
                   local=("0.0.0.0", 0))
        with me.socket, contextlib.suppress(OSError):
            me.send(wg.Initiation(me).message)


@operation(config=5, hostile=1)
def knocks(rng):
    """Peers that have been removed, and strangers, before a program that decides."""
    name, j = some_link(rng)
    if KIND != "culvert":
        return
    others, count = others_of(rng, name), rng.randrange(8)
    log.note(f"{name} {dev(j)}: a program listens; {' '.join(others)} and {count} strangers knock")
    with Program(rng, name, j, "knock", nl.KNOCK_LISTEN, nl.KNOCK_GET, nl.KNOCK) as program:
        program.forget(*others)
        for other in others:
            with contextlib.suppress(nl.Refusal), family(other) as client:
                client.set(nl.attr(nl.IFNAME, dev(j)), nl.nest(nl.PEERS, nl.peer(
                    PUBLIC[name, j], nl.attr(nl.PEER_REKEY_NOW, b""))))
        knock_as(rng, name, others[0], j, count)
        program.attend(rng.random() * 2, lambda knock: judge_knock(program, knock))
    make_proper(name, j, rng.random() < 0.5)


def judge_want(program, want):
    """The peer that has it, an endpoint alone, or nothing."""
    rng, address = program.rng_of(want[nl.WANT_DESTINATION]), want[nl.WANT_DESTINATION]
    verdict = rng.choice(("a peer", "a peer", "an endpoint", "nothing"))
    other = next((one for one in NAMES if address == (socket.inet_aton(inner(one, program.j)))),
                 None)
    if not other or verdict == "nothing":
        return
    if verdict == "a peer":
        program.set_peers(proper_peer(program.name, other, program.j))
    else:
        program.set_peers(nl.peer(PUBLIC[other, program.j], nl.attr(
            nl.PEER_ENDPOINT, nl.endpoint(outer(other), PORT + program.j))))


@operation(config=5)
def wants(rng):
    """Packets for peers that have been removed, or have no endpoint any more, and for none at
    all, before a program that is asked."""
    name, j = some_link(rng)
    if KIND != "culvert":
        return
    others = others_of(rng, name)
    addresses = [inner(other, j) for other in others] + [f"10.{100 + j}.0.99"] * rng.randrange(2)
    log.note(f"{name} {dev(j)}: a program is asked for {' '.join(addresses)}")
    with Program(rng, name, j, "want", nl.WANT_LISTEN, nl.WANT_GET, nl.WANT) as program:
        program.forget(*others)
        program.set_peers(*[nl.peer(PUBLIC[other, j], nl.nest(
            nl.PEER_IPS, nl.allowed_ip(inner(other, j) + "/32")))
            for other in others if rng.random() < 0.5])
        for address in addresses:
            spawn(name, f"ping -f -q -s {rng.choice((8, 1400, 9000))} -c 200 -w 1 {address}", 3)
        program.attend(rng.random() * 2, lambda want: judge_want(program, want))
    make_proper(name, j)


# ------------------------------------------------------------------- events


@operation(config=3, heavy=3, hostile=1)
def listeners(rng):
    """Programs that join the groups of events and leave them, and read some of what they are
    told."""
    if KIND != "culvert":
        return
    count = rng.choice((1, 5, 20, 100))
    names = rng.choices(NAMES, k=3)
    log.note(f"{count} listeners in {' '.join(names)}")
    with contextlib.ExitStack() as stack:
        clients = [stack.enter_context(family(rng.choice(names))) for _ in range(count)]
        for client in clients:
            client.socket.setblocking(False)
            if rng.random() < 0.5:
                client.socket.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 2048)
        for _ in range(rng.randrange(1, 20)):
            for client in rng.sample(clients, min(len(clients), 10)):
                groups = rng.sample(GROUPS, rng.randrange(1, 5))
                if rng.random() < 0.6:
                    client.join(*groups)
                else:
                    for group in groups:
                        client.socket.setsockopt(nl.SOL_NETLINK, NETLINK_DROP_MEMBERSHIP,
                                                 client.groups[group])
                with contextlib.suppress(OSError):
                    client.socket.recv(1 << 16)
            time.sleep(rng.random() / 10)
