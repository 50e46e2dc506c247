#!/usr/bin/python3
# SPDX-License-Identifier: GPL-2.0
"""A program that hands its UDP sockets to link cv0, and goes on using them.

    adopt.py cases LINK SOCKET FAR CASE...
                                        namespaces: of the link, of the sockets, of the peer; CASE
                                        is the name of a function below; the link's private key from
                                        the environment
    adopt.py rootless FAR               as a user without any privilege, in the sockets' namespace;
                                        keys and addresses from the environment
    adopt.py hold LINK SOCKET ADDRESS PORT
                                        hands in one and keeps it until its standard input ends
    adopt.py cross X Y                  gives link cv0 of each namespace a socket of the other one;
                                        closes that of namespace x or y for each line that says so
"""
import ctypes
import errno
import os
import select
import socket
import struct
import subprocess
import sys
import threading
import time

from cvtest import ktap, netlink as nl
from cvtest.netns import enter

UDP_CORK, UDP_ENCAP, UDP_SEGMENT, UDP_GRO = 1, 100, 103, 104
L2TPINUDP = 3
SO_ATTACH_FILTER, SO_DETACH_FILTER, SO_ATTACH_REUSEPORT_CBPF = 26, 27, 51
PORT = 4500
NEAR4, FAR4, NEAR6, FAR6 = "198.51.100.1", "198.51.100.2", "2001:db8:51::1", "2001:db8:51::2"
STUN = bytes.fromhex("000100002112a442") + bytes(range(12))
BINDING_ATTR = bytes.fromhex("80220004") + b"test"


def opened(namespace, address=NEAR4, port=PORT, only6=None, options=()):
    """A bound UDP socket in NAMESPACE."""
    enter(namespace)
    family = socket.AF_INET6 if ":" in address else socket.AF_INET
    sock = socket.socket(family, socket.SOCK_DGRAM)
    if only6 is not None:
        sock.setsockopt(socket.IPPROTO_IPV6, socket.IPV6_V6ONLY, only6)
    for level, option, value in options:
        sock.setsockopt(level, option, value)
    sock.bind((address, port))
    sock.settimeout(20)
    return sock


def request(*fds, pass_on=None, more=b""):
    parts = [nl.attr(nl.IFNAME, "cv0"), nl.attr(nl.SOCKET_FD, struct.pack(f"={len(fds)}i", *fds))]
    if pass_on is not None:
        parts.append(nl.u8(nl.SOCKET_PASS, pass_on))
    return b"".join(parts) + more


class Case:
    """What all cases need: the three namespaces, and netlink in that of the link."""

    def __init__(self, link, sockets, far):
        self.link_ns, self.near, self.far = link, sockets, far
        self.client = nl.Client("culvert", link)
        self.peer = nl.Client("wireguard", far)
        self.link = ktap.Link(link, "cv0")

    def hand(self, *socks, **how):
        self.client.set(request(*(sock.fileno() for sock in socks), **how))

    def device(self):
        return self.client.dump("cv0")["device"]

    def port(self):
        return nl.number(self.device()[nl.LISTEN_PORT])

    def state(self):
        return nl.number(self.device().get(nl.SOCKET_STATE, b"\0"))

    def ping(self, address="10.77.0.2", wait_s=5):
        return subprocess.run(["nsenter", f"--net=/run/netns/{self.link_ns}", "ping", "-q", "-n",
                               "-c1", f"-W{wait_s}", address], capture_output=True,
                              check=False).returncode == 0

    def pings(self, name, *arguments):
        ktap.true(name, ktap.wait_until(lambda: self.ping(*arguments, wait_s=2), 20), "an answer",
                  "none")

    def carrier(self):
        return "LOWER_UP" in ktap.command("ip", "-n", self.link_ns, "-o", "link", "show", "cv0")

    def seen_by_peer(self, kind):
        """What wireguard.ko, which is the peer, says of us."""
        us, = self.peer.dump("cv0")["peers"].values()
        return us[kind]

    def handshake(self):
        """When the peer has had its last handshake."""
        return struct.unpack("=qq", self.seen_by_peer(nl.PEER_HANDSHAKE))[0]

    def peer_rx(self):
        return nl.number(self.seen_by_peer(nl.PEER_RX))

    def far_socket(self, port=0, address=FAR4):
        return opened(self.far, address, port)

    def endpoint_at_far(self):
        return nl.show_endpoint(self.seen_by_peer(nl.PEER_ENDPOINT))


def nothing_more(sock):
    """Whether nothing is in the receive queue, nor comes with what was sent until now."""
    return not select.select([sock], [], [], 0.2)[0]


def queued(sock, count):
    """The next COUNT datagrams, or those that there are after 20 seconds."""
    got = []
    while len(got) < count:
        try:
            got.append(sock.recv(65535))
        except TimeoutError:
            break
    return got


def new_link(link, far):
    """A link without a past, down to what its peer knows of it."""
    peer = nl.Client("wireguard", far)
    found = peer.dump("cv0")
    ours, = found["peers"]
    name = nl.attr(nl.IFNAME, "cv0")
    peer.set(name, nl.nest(nl.PEERS, nl.peer(ours, nl.u32(nl.PEER_FLAGS, nl.PEER_REMOVE))))
    peer.set(name, nl.nest(nl.PEERS, nl.peer(ours, nl.nest(
        nl.PEER_IPS, nl.allowed_ip("10.77.0.1/32"), nl.allowed_ip("fd77::1/128")))))
    ktap.command("ip", "-n", link, "link", "add", "cv0", "type", "culvert")
    nl.Client("culvert", link).set(
        name, nl.attr(nl.PRIVATE_KEY, bytes.fromhex(os.environ["CV_PRIVATE"])),
        nl.nest(nl.PEERS, nl.peer(
            found["device"][nl.PUBLIC_KEY],
            nl.attr(nl.PEER_ENDPOINT, nl.endpoint(FAR4, 51820)),
            nl.nest(nl.PEER_IPS, nl.allowed_ip("10.77.0.2/32"), nl.allowed_ip("fd77::2/128")))))
    batch(link, "addr add 10.77.0.1/24 dev cv0", "addr add fd77::1/64 dev cv0 nodad",
          "link set cv0 up")


def batch(namespace, *lines, force=()):
    subprocess.run(["ip", "-n", namespace, *force, "-batch", "-"], input="\n".join(lines),
                   capture_output=bool(force), text=True, check=not force)


def cases(link, near, far, *names):
    """Each with a link of its own, and in a process of its own, which takes its sockets along."""
    for name in names:
        new_link(link, far)
        child = os.fork()
        if not child:
            ktap.run_case(globals()[name], Case(link, near, far))
            sys.exit()
        status = os.waitstatus_to_exitcode(os.waitpid(child, 0)[1])
        if status:
            ktap.fail(f"{name} runs to its end", "status 0", f"status {status}")
        # What there is of these.
        batch(link, "link del cv0", "link del cv1", force=("-force",))
        batch(near, "link del cv1", "link del d0", force=("-force",))


def first(case):
    """A socket of another namespace, the program's and the link's at once."""
    ktap.true("before: no answer", not case.ping(wait_s=1), "none", "an answer")
    sock = opened(case.near)
    case.hand(sock)
    ktap.equal("port and state that are told", (PORT, 1), (case.port(), case.state()))
    case.pings("ping")
    ktap.equal("where the peer sees us", f"{NEAR4}:{PORT}", case.endpoint_at_far())
    far = case.far_socket()
    for name, message in (("a STUN message", STUN),
                          ("one with an attribute", STUN[:2] + b"\0\x08" + STUN[4:] + BINDING_ATTR)):
        far.sendto(message, (NEAR4, PORT))
        ktap.equal(f"{name} is left to the program", message, sock.recv(2000))
    sock.sendto(b"an answer", far.getsockname())
    ktap.equal("and it can answer", (b"an answer", (NEAR4, PORT)), far.recvfrom(2000))
    before = case.link.drops()
    junk = (b"", b"x", bytes(20), b"\x00\x01\x00\x04" + STUN[4:], b"\x40" + STUN[1:],
            bytes.fromhex("0400000042a41221") + bytes(24), bytes.fromhex("05000000") + bytes(28))
    for message in junk:
        far.sendto(message, (NEAR4, PORT))
    far.sendto(STUN, (NEAR4, PORT))
    # 20 zeros are a STUN message, of method and class 0 and without attributes.
    ktap.equal("of other datagrams only what is shaped like STUN", [bytes(20), STUN],
               queued(sock, 2))
    ktap.true("and no more", nothing_more(sock))
    after = case.link.drops()
    ktap.equal("what was dropped is counted", (5, 1),
               tuple(after[name] - before[name] for name in ("rx_unknown_type",
                                                            "rx_unknown_index")))
    case.hand(sock, pass_on=nl.PASS_ALL)
    ktap.equal("everything is asked for: told", nl.PASS_ALL,
               nl.number(case.device()[nl.SOCKET_PASS]))
    for message in junk:
        far.sendto(message, (NEAR4, PORT))
    expected = [message for message in junk if message[:1] != b"\x04"]
    ktap.equal("everything is asked for: all but messages of the protocol", expected,
               queued(sock, len(expected)))
    case.pings("everything is asked for: ping")


def supers(case):
    """Super-packets: the program gets single datagrams, and those that are its own."""
    sock = opened(case.near)
    case.hand(sock, pass_on=nl.PASS_ALL)
    case.pings("ping")
    far = case.far_socket()
    far.setsockopt(socket.IPPROTO_UDP, UDP_SEGMENT, 400)
    mine = [bytes([n | 0x40]) * 400 for n in range(20)]
    far.sendto(b"".join(mine), (NEAR4, PORT))
    ktap.equal("a super-packet of the program's", mine, queued(sock, 20))
    before = case.link.drops()
    mixed = [part if n % 3 else b"\x04\0\0\0" + bytes(396) for n, part in enumerate(mine)]
    far.sendto(b"".join(mixed), (NEAR4, PORT))
    ktap.equal("a super-packet of both", [part for n, part in enumerate(mine) if n % 3],
               queued(sock, 13))
    ktap.equal("and the link has had the rest", 7,
               case.link.drops()["rx_unknown_index"] - before["rx_unknown_index"])
    far.sendto(b"".join(b"\x04\0\0\0" + bytes(396) for _ in range(20)), (NEAR4, PORT))
    ktap.true("a super-packet of the link's", ktap.wait_until(
        lambda: case.link.drops()["rx_unknown_index"] - before["rx_unknown_index"] == 27),
        27, case.link.drops()["rx_unknown_index"] - before["rx_unknown_index"])
    sock.setsockopt(socket.IPPROTO_UDP, UDP_CORK, 1)
    sock.sendto(b"half ", far.getsockname())
    case.pings("the program holds a packet back (UDP_CORK): ping")
    sock.setsockopt(socket.IPPROTO_UDP, UDP_CORK, 0)
    ktap.equal("and what it held back comes", b"half ", far.recv(2000))


def shared(case):
    """Another socket of the program has the port at one address: what comes there is its own."""
    reuse = ((socket.SOL_SOCKET, socket.SO_REUSEADDR, 1),)
    sock = opened(case.near, "0.0.0.0", options=reuse)
    case.hand(sock)
    case.pings("before: ping")
    other = opened(case.near, options=reuse)
    far = case.far_socket()
    far.setsockopt(socket.IPPROTO_UDP, UDP_SEGMENT, 400)
    parts = [b"\x04\0\0\0" + bytes([n]) * 396 for n in range(20)]
    far.sendto(b"".join(parts), (NEAR4, PORT))
    ktap.equal("a super-packet to the other one comes singly", parts, queued(other, 20))
    other.close()
    case.pings("the other one is closed: ping")
    ktap.command("ip", "-n", case.near, "link", "add", "d0", "type", "dummy")
    ktap.command("ip", "-n", case.near, "link", "add", "cv1", "type", "culvert")
    bound = ktap.Link(case.near, "cv1")
    bound.set("listen-port", "4700", "bind-device", "d0")
    ktap.command("ip", "-n", case.near, "link", "set", "cv1", "up")
    ktap.command("ip", "-n", case.near, "link", "del", "d0")
    # A program's socket may be at the same port, and is not in the way of a link's.
    enter(case.near)
    away = socket.socket(type=socket.SOCK_DGRAM)
    away.setsockopt(socket.SOL_SOCKET, socket.SO_BINDTODEVICE, b"lo\0")
    away.bind(("0.0.0.0", 4700))
    case.hand(away)
    ktap.command("ip", "-n", case.near, "link", "add", "d0", "type", "dummy")
    ktap.true("a link's socket follows its interface all the same",
              "%d0:4700" in bound.inside("ss", "-Huln"), "%d0:4700", bound.inside("ss", "-Huln"))


def full(case):
    """A receive queue full of junk is the program's own trouble."""
    sock = opened(case.near, options=((socket.SOL_SOCKET, socket.SO_RCVBUF, 4096),))
    case.hand(sock, pass_on=nl.PASS_ALL)
    far = case.far_socket()
    for _ in range(200):
        far.sendto(b"junk" * 200, (NEAR4, PORT))
    case.pings("a full receive queue: ping")
    got = 0
    while not nothing_more(sock):
        sock.recv(2000)
        got += 1
    ktap.between("it holds what its buffer has room for", 1, 20, got)
    # BPF: return 0
    code = ctypes.create_string_buffer(struct.pack("=HBBI", 6, 0, 0, 0))
    sock.setsockopt(socket.SOL_SOCKET, SO_ATTACH_FILTER,
                    struct.pack("=H6xQ", 1, ctypes.addressof(code)))
    case.pings("a filter that lets nothing through: ping")
    far.sendto(STUN, (NEAR4, PORT))
    ktap.true("a filter that lets nothing through: nothing for the program", nothing_more(sock))
    sock.setsockopt(socket.SOL_SOCKET, SO_DETACH_FILTER, 0)
    sock.setsockopt(socket.IPPROTO_UDP, UDP_GRO, 1)
    far.setsockopt(socket.IPPROTO_UDP, UDP_SEGMENT, 100)
    mine = [bytes([n | 0x40]) * 100 for n in range(4)]  # its buffer holds no ten
    far.sendto(b"".join(mine), (NEAR4, PORT))
    ktap.equal("the program has UDP_GRO on: its datagrams", mine, queued(sock, 4))
    case.pings("the program has UDP_GRO on: ping")


def marks(case):
    """SO_MARK and SO_BINDTODEVICE, as they are at each packet."""
    def count(mark):
        rules = ktap.command("nsenter", f"--net=/run/netns/{case.near}", "nft", "list", "table",
                             "inet", "marks")
        wanted = "skuid" if mark is None else f"mark 0x{mark:08x}"
        line = next(line for line in rules.splitlines() if wanted in line)
        return int(line.split("packets ")[1].split()[0])

    rules = "table inet marks {\nchain out {\ntype filter hook output priority 0\n" + "".join(
        f"udp sport {PORT} meta mark {mark} counter\n" for mark in (0, 7, 9))
    rules += f"udp sport {PORT} meta skuid 0 counter\n}}\n}}\n"
    subprocess.run(["nsenter", f"--net=/run/netns/{case.near}", "nft", "-f", "-"], input=rules,
                   text=True, check=True)
    sock = opened(case.near, options=((socket.SOL_SOCKET, socket.SO_MARK, 7),))
    case.hand(sock)
    case.pings("a mark that was set before: ping")
    ktap.true("a mark that was set before", count(7) > 0 and not count(0), "some packets",
              f"{count(7)}, and {count(0)} without one")
    sock.setsockopt(socket.SOL_SOCKET, socket.SO_MARK, 9)
    before = count(7)
    ktap.true("a mark that is set later: ping", case.ping())
    ktap.true("a mark that is set later: at once", count(9) > 0 and count(7) == before,
              "all packets have it", f"{count(9)} have, {count(7) - before} the former one")
    sock.setsockopt(socket.SOL_SOCKET, socket.SO_BINDTODEVICE, b"lo\0")
    ktap.true("bound to an interface that leads nowhere: no answer", not case.ping(wait_s=1))
    sock.setsockopt(socket.SOL_SOCKET, socket.SO_BINDTODEVICE, b"va\0")
    case.pings("bound to the right one: ping")
    ktap.equal("the owner of the packets, as a firewall sees it", count(7) + count(9), count(None))
    for what, part in (("a mark of the link", nl.u32(nl.FWMARK, 3)),
                       ("another port", nl.u16(nl.LISTEN_PORT, 4501)),
                       ("a bind address", nl.attr(nl.BIND4, socket.inet_aton(NEAR4))),
                       ("a bind device", nl.attr(nl.BIND_DEVICE, "va"))):
        refused(case, what, errno.EBUSY, "handed in", nl.attr(nl.IFNAME, "cv0") + part)
    for what, part in (("no mark", nl.u32(nl.FWMARK, 0)), ("any port", nl.u16(nl.LISTEN_PORT, 0)),
                       ("its port", nl.u16(nl.LISTEN_PORT, PORT))):
        case.client.set(nl.attr(nl.IFNAME, "cv0"), part)
        ktap.equal(f"{what}: nothing changes", (PORT, 1), (case.port(), case.state()))
    case.pings("after all that: ping")


def refused(case, what, number, text, message):
    try:
        case.client.set(message)
        ktap.fail(f"{what}: refused", f"{errno.errorcode[number]}, {text}", "no refusal")
    except nl.Refusal as refusal:
        ktap.true(f"{what}: refused", refusal.errno == number and text in (refusal.text or ""),
                  f"{errno.errorcode[number]}, {text}", refusal)


def refusals(case):
    """What cannot be handed in, and that nothing changes then."""
    before = case.device()
    enter(case.near)
    tcp = socket.socket()
    tcp.bind((NEAR4, 0))
    unbound = socket.socket(type=socket.SOCK_DGRAM)
    unix = socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM)
    encap = opened(case.near, port=4510)
    encap.setsockopt(socket.IPPROTO_UDP, UDP_ENCAP, L2TPINUDP)
    share = ((socket.SOL_SOCKET, socket.SO_REUSEPORT, 1),)
    shared = [opened(case.near, port=4511, options=share) for _ in range(2)]
    steered = opened(case.near, port=4515, options=share)
    code = ctypes.create_string_buffer(struct.pack("=HBBI", 6, 0, 0, 0))  # BPF: the first one
    steered.setsockopt(socket.SOL_SOCKET, SO_ATTACH_REUSEPORT_CBPF,
                       struct.pack("=H6xQ", 1, ctypes.addressof(code)))
    plain, other = opened(case.near, port=4512), opened(case.near, port=4513)
    six = opened(case.near, NEAR6, 4514, only6=1)
    elsewhere = opened(case.far, FAR6, 4512, only6=1)
    with open("/dev/null", "rb") as null:
        fds = (("TCP", (tcp.fileno(),), errno.EPROTOTYPE, "must be a UDP socket"),
               ("a Unix socket", (unix.fileno(),), errno.EPROTOTYPE, "must be a UDP socket"),
               ("a file", (null.fileno(),), errno.ENOTSOCK, "no open socket"),
               ("no descriptor", (1000,), errno.EBADF, "no open socket"),
               ("-2", (-2,), errno.EBADF, "no open socket"),
               ("not bound", (unbound.fileno(),), errno.EADDRNOTAVAIL, "bound to a port"),
               ("UDP_ENCAP", (encap.fileno(),), errno.EBUSY, "another tunnel"),
               ("a shared port", (shared[0].fileno(),), errno.EADDRINUSE, "SO_REUSEPORT"),
               ("a port whose group has a BPF program", (steered.fileno(),), errno.EADDRINUSE,
                "SO_REUSEPORT"),
               ("two of one family", (plain.fileno(), other.fileno()), errno.EINVAL, "one for IPv4"),
               ("twice the same", (plain.fileno(), plain.fileno()), errno.EBUSY, "another tunnel"),
               ("two ports", (plain.fileno(), six.fileno()), errno.EINVAL, "the same port"),
               ("two namespaces", (plain.fileno(), elsewhere.fileno()), errno.EINVAL,
                "the same network namespace"),
               ("one and -1", (plain.fileno(), -1), errno.EBADF, "no open socket"))
        for what, numbers, number, text in fds:
            refused(case, what, number, text, request(*numbers))
    refused(case, "none", errno.EINVAL, "one or two", request())
    refused(case, "five bytes", errno.EINVAL, "one or two",
            nl.attr(nl.IFNAME, "cv0") + nl.attr(nl.SOCKET_FD, bytes(5)))
    one = plain.fileno()
    refused(case, "with a port", errno.EINVAL, "bound already",
            request(one, more=nl.u16(nl.LISTEN_PORT, 7)))
    refused(case, "with a bind device", errno.EINVAL, "bound already",
            request(one, more=nl.attr(nl.BIND_DEVICE, "va")))
    refused(case, "with a mark", errno.EBUSY, "SO_MARK", request(one, more=nl.u32(nl.FWMARK, 7)))
    refused(case, "to leave 2", errno.ERANGE, "0 (STUN) or 1", request(one, pass_on=2))
    refused(case, "what is left without a socket", errno.EINVAL, "together with its socket",
            nl.attr(nl.IFNAME, "cv0") + nl.u8(nl.SOCKET_PASS, 1))
    refused(case, "with what is refused otherwise", errno.ERANGE, "DSCP",
            request(one, more=nl.u8(nl.DSCP, 99)))
    try:
        case.client.set(nl.attr(nl.IFNAME, "cv0"), nl.attr(nl.SOCKET_FD, bytes(12)))
        ktap.fail("three: refused", "ERANGE", "no refusal")
    except nl.Refusal as refusal:
        ktap.equal("three: refused", errno.ERANGE, refusal.errno)
    ktap.equal("after refusals: nothing has changed", before, case.device())
    far = case.far_socket()
    for sock, port in ((plain, 4512), (other, 4513)):
        for message in (b"\x04\0\0\0" + bytes(28), b"x"):
            far.sendto(message, (NEAR4, port))
            ktap.equal(f"after refusals: {message[0]} is the program's", message, sock.recv(2000))
    case.hand(plain)
    ktap.command("ip", "-n", case.link_ns, "link", "add", "cv1", "type", "culvert")
    refused(case, "another link's", errno.EBUSY, "another tunnel",
            request(one).replace(b"cv0\0", b"cv1\0"))
    shared[1].close()
    case.hand(shared[0])
    ktap.equal("the last of those that shared a port", 4511, case.port())


def lost(case):
    """The last descriptor is closed: everything stays but the socket; others come."""
    listener = nl.Client("culvert", case.link_ns)
    listener.join("session")
    sock = opened(case.near)
    case.hand(sock)
    case.pings("at first: ping")
    session = case.handshake()
    again = os.dup(sock.fileno())
    sock.close()
    ktap.true("one of two descriptors is closed: ping", case.ping())
    peers = list(case.client.dump("cv0")["peers"])
    os.close(again)
    ktap.true("closed: the carrier goes off", ktap.wait_until(lambda: not case.carrier()))
    ktap.equal("closed: state and port", (2, PORT), (case.state(), case.port()))
    ktap.true("closed: a listener is told", told(listener, "socket lost"))
    ktap.equal("closed: peers stay", peers, list(case.client.dump("cv0")["peers"]))
    ktap.true("closed: no answer", not case.ping(wait_s=1))
    sock = opened(case.near, port=4700)
    case.hand(sock)
    ktap.true("another: carrier", case.carrier())
    case.pings("another: ping")
    third = opened(case.near, port=4701)
    case.hand(third)
    case.pings("a third, the second still open: ping")
    later_s = case.handshake() - session
    ktap.equal("seconds between first and last session", 0, later_s if later_s < 110 else 0)
    far = case.far_socket()
    far.sendto(b"\x04\0\0\0 back", (NEAR4, 4700))
    ktap.equal("the second is the program's alone again", b"\x04\0\0\0 back", sock.recv(2000))
    ktap.true("and without GRO", ktap.wait_until(
        lambda: not sock.getsockopt(socket.IPPROTO_UDP, UDP_GRO)))
    sock.close()
    case.pings("the second is closed: ping by the third")
    ktap.command("ip", "-n", case.link_ns, "link", "set", "cv0", "down")
    far.sendto(STUN, (NEAR4, 4701))
    ktap.equal("link down: STUN still comes", STUN, third.recv(2000))
    ktap.command("ip", "-n", case.link_ns, "link", "set", "cv0", "up")
    case.pings("link up again: ping")
    third.close()
    ktap.wait_until(lambda: case.state() == 2)
    ktap.command("ip", "-n", case.link_ns, "link", "set", "cv0", "down")
    ktap.command("ip", "-n", case.link_ns, "link", "set", "cv0", "up")
    ktap.true("closed, and down and up: no answer", not case.ping(wait_s=1))
    ktap.equal("closed, and down and up: no socket of the link's own", (2, False),
               (case.state(), case.carrier()))
    sock = opened(case.near)
    case.hand(sock)
    case.pings("another after that: ping")
    ktap.command("ip", "-n", case.link_ns, "link", "del", "cv0")
    far.sendto(b"\x04\0\0\0 gone", (NEAR4, PORT))
    ktap.equal("link deleted: the socket is the program's", b"\x04\0\0\0 gone", sock.recv(2000))


def told(listener, kind):
    deadline = time.monotonic() + 10
    while time.monotonic() < deadline:
        for message in listener.receive():
            if nl.Event(message[2][4:]).kind == kind:
                return True
    return False


def odd(case):
    """What a program does to its socket so that its closing is not seen."""
    for name, spoil in (("UDP_ENCAP", lambda sock: sock.setsockopt(socket.IPPROTO_UDP, UDP_ENCAP, 0)),
                        ("connected to nowhere", unbind)):
        sock = opened(case.near, "0.0.0.0", 0)
        case.hand(sock)
        case.pings(f"{name}, before: ping")
        spoil(sock)
        ktap.true(f"{name}: the link loses it", ktap.wait_until(lambda: is_lost(case), 30),
                  2, case.state())
        ktap.true(f"{name}: no answer", not case.ping(wait_s=1))
        sock.close()
    sock = opened(case.near)
    case.hand(sock)
    sock.setsockopt(socket.IPPROTO_UDP, UDP_ENCAP, 0)
    sock.close()
    ktap.true("UDP_ENCAP, and closed: the link loses it",
              ktap.wait_until(lambda: is_lost(case), 30), 2, case.state())
    sock = opened(case.near)
    case.hand(sock)
    ktap.true("SO_REUSEPORT, later: another cannot join", joins(case) == errno.EADDRINUSE)
    sock.connect((FAR4, 51820))
    case.pings("connected to the peer: ping")
    six = opened(case.near, "::", 4600, only6=0)
    case.hand(six)
    case.pings("both families: ping")
    six.connect((f"::ffff:{FAR4}", 51820))
    six.setsockopt(socket.IPPROTO_IPV6, 1, socket.AF_INET)  # IPV6_ADDRFORM
    case.ping(wait_s=1)
    six.close()
    ktap.true("made a socket of IPv4, and closed: the link loses it",
              ktap.wait_until(lambda: is_lost(case), 30), 2, case.state())


def is_lost(case):
    """Whether the link has lost its socket: it looks every five seconds, so we do it more rarely
    than others."""
    time.sleep(0.1)
    return case.state() == 2


def unbind(sock):
    """connect(2) with AF_UNSPEC, which Python has no words for."""
    libc = ctypes.CDLL(None, use_errno=True)
    if libc.connect(sock.fileno(), bytes(16), 16):
        raise OSError(ctypes.get_errno(), "connect")


def joins(case):
    try:
        opened(case.near, options=((socket.SOL_SOCKET, socket.SO_REUSEPORT, 1),)).close()
    except OSError as error:
        return error.errno
    return 0


def families(case):
    """One socket for both families, one for each, and only one."""
    for name, socks, works in (
            ("one for both", [("::", 0)], ("4", "6")),
            ("one of each", [("0.0.0.0", None), ("::", 1)], ("4", "6")),
            ("the other way about", [("::", 1), ("0.0.0.0", None)], ("4", "6")),
            ("an IPv4 address as IPv6", [(f"::ffff:{NEAR4}", 0)], ("4",)),
            ("IPv6 alone", [("::", 1)], ("6",)),
            ("an IPv6 address", [(NEAR6, 0)], ("6",))):
        socks = [opened(case.near, address, PORT, only6) for address, only6 in socks]
        case.hand(*socks)
        for family, near, far in (("4", NEAR4, FAR4), ("6", NEAR6, FAR6)):
            key = next(iter(case.client.dump("cv0")["peers"]))
            case.client.set(nl.attr(nl.IFNAME, "cv0"), nl.nest(nl.PEERS, nl.peer(key, nl.attr(
                nl.PEER_ENDPOINT, nl.endpoint(far, 51820)))))
            if family in works:
                case.pings(f"{name}: ping by IPv{family}")
                ktap.true(f"{name}: the peer sees an address of IPv{family}",
                          near in case.endpoint_at_far(), near, case.endpoint_at_far())
            else:
                ktap.true(f"{name}: no answer by IPv{family}", not case.ping(wait_s=1))
        for sock in socks:
            sock.close()
        ktap.wait_until(lambda: case.state() == 2)


def own(case):
    """From the program's back to the link's own, where the link was made."""
    sock = opened(case.near)
    case.hand(sock)
    case.client.set(request(-1))
    ktap.equal("state", 0, case.state())
    listening = ktap.command("nsenter", f"--net=/run/netns/{case.link_ns}", "ss", "-Huln")
    ktap.true("a socket in the link's own namespace", f":{case.port()} " in listening, case.port(),
              listening)
    far = case.far_socket()
    far.sendto(b"\x01\0\0\0", (NEAR4, PORT))
    ktap.equal("the program's is its own", b"\x01\0\0\0", sock.recv(2000))
    case.client.set(request(-1))
    ktap.equal("twice: state", 0, case.state())
    case.hand(sock)
    case.pings("handed in again: ping")
    sock.close()
    ktap.wait_until(lambda: case.state() == 2)
    case.client.set(request(-1))
    ktap.equal("after it was lost: state and carrier", (0, True), (case.state(), case.carrier()))
    ktap.command("ip", "-n", case.link_ns, "link", "set", "cv0", "down")
    sock = opened(case.near)
    case.hand(sock)
    ktap.command("ip", "-n", case.link_ns, "link", "set", "cv0", "up")
    case.pings("handed in while the link was down: ping")


class Filter:
    """A control group of this process whose filter lets nothing through."""

    def __init__(self, ingress):
        self.libc = ctypes.CDLL(None, use_errno=True)
        self.kind = 0 if ingress else 1
        os.makedirs("/sys/fs/cgroup/adopt", exist_ok=True)
        with open("/sys/fs/cgroup/adopt/cgroup.procs", "w", encoding="ascii") as file:
            file.write(str(os.getpid()))
        # mov r0, 0; exit
        code = ctypes.create_string_buffer(struct.pack("=BBhiBBhi", 0xb7, 0, 0, 0, 0x95, 0, 0, 0))
        licence = ctypes.create_string_buffer(b"GPL")
        # Of a later kernel the rest is zeros; expected_attach_type is at 68.
        load = struct.pack("=IIQQ", 8, 2, ctypes.addressof(code), ctypes.addressof(licence))
        load = load.ljust(68, b"\0") + struct.pack("=I", self.kind)
        self.program = self.bpf(5, load)
        self.group = os.open("/sys/fs/cgroup/adopt", os.O_RDONLY)

    def bpf(self, command, words):
        attr = ctypes.create_string_buffer(words.ljust(128, b"\0"), 128)
        result = self.libc.syscall(321, command, attr, 128)
        if result < 0:
            raise OSError(ctypes.get_errno(), f"bpf({command})")
        return result

    def attach(self):
        self.bpf(8, struct.pack("=IIII", self.group, self.program, self.kind, 0))

    def detach(self):
        self.bpf(9, struct.pack("=IIII", self.group, self.program, self.kind, 0))


def filters(case):
    """What a control group may not send or receive, its socket's link may not either."""
    # Sockets have the group of the process that opens them.
    try:
        rules = {True: Filter(True), False: Filter(False)}
    except OSError as error:
        ktap.ok(f"filters of control groups # SKIP this kernel has none: {error}")
        return
    sock = opened(case.near)
    case.hand(sock)
    case.pings("no filter: ping")
    for ingress, name in ((True, "what comes in"), (False, "what goes out")):
        before = case.link.drops()
        seen = case.peer_rx()
        rules[ingress].attach()
        ktap.true(f"a filter for {name}: no answer", not case.ping(wait_s=1))
        rules[ingress].detach()
        if ingress:
            ktap.true("a filter for what comes in: counted",
                      case.link.drops()["rx_filtered"] > before["rx_filtered"], "some", "none")
        else:
            ktap.equal("a filter for what goes out: the peer has got nothing", seen, case.peer_rx())
        case.pings(f"without the filter for {name}: ping")


def transfer(case):
    """The bytes that both ends have received."""
    peer, = case.client.dump("cv0")["peers"].values()
    return nl.number(peer[nl.PEER_RX]), case.peer_rx()


def transfers(case, stop):
    """TCP both ways, one connection after another, until the pipe STOP is closed; returns what
    went wrong."""
    # Here, as its libcrypto takes longer to load than all else that other commands need.
    from cvtest import streams
    block, failed = os.urandom(1 << 16), []

    def pieces(way):
        # The numbers make each block differ, so order is checked too.
        return (struct.pack(">BQ", way, n) + block for n in range(5))

    while not select.select([stop], [], [], 0)[0]:
        enter(case.far)
        with socket.create_server(("10.77.0.2", 0)) as server:
            enter(case.link_ns)
            near = socket.create_connection(server.getsockname(), 60)
            far, _ = server.accept()
        far.settimeout(60)
        with near, far:
            errors, _ = streams.exchange((("to the peer", near, far, lambda: pieces(0)),
                                          ("from the peer", far, near, lambda: pieces(1))),
                                         lambda: 1 << 16)
        failed += errors
    return failed


def churn(case):
    """Sockets come and go while TCP is under way, each in the place of the last."""
    sock = opened(case.near)
    case.hand(sock)
    case.pings("at first: ping")
    session = case.handshake()
    stop, end = os.pipe()
    worker = os.fork()
    if not worker:
        # It must not hold our sockets, or closing them closes nothing.
        sock.close()
        os.close(end)
        ktap.equal("TCP while sockets came and went", [], transfers(case, stop))
        os._exit(0)
    # The peer learns where we are from what we send; TCP waits for longer and longer.
    with subprocess.Popen(["nsenter", f"--net=/run/netns/{case.link_ns}", "ping", "-q", "-i0.2",
                           "10.77.0.2"], stdout=subprocess.DEVNULL) as pinger:
        sock = churn_sockets(case, sock)
        pinger.terminate()
    os.close(end)
    status = os.waitstatus_to_exitcode(os.waitpid(worker, 0)[1])
    sock.close()
    if status:
        ktap.fail("TCP while sockets came and went", "status 0", f"status {status}")
    later_s = case.handshake() - session
    # On a slow machine the one that is due after two minutes.
    ktap.equal("seconds to another session", 0, later_s if later_s < 110 else 0)


def churn_sockets(case, sock):
    """Returns the last one, in use."""
    for n in range(10):
        following = opened(case.near, "::" if n % 2 else NEAR4, 4600 + n,
                           0 if n % 2 else None)
        if n % 5 == 4:  # lost for a moment
            sock.close()
            ktap.wait_until(lambda: case.state() == 2)
        case.hand(following)
        seen = transfer(case)
        # Either way: else TCP waits for longer each time, and at last for too long.
        if not ktap.wait_until(lambda: all(now > before + 20000 for now, before in
                                           zip(transfer(case), seen)), 60):
            ktap.fail(f"socket {n}: the transfer goes on", "20 kB each way within a minute",
                      (seen, transfer(case)))
        sock.close()
        sock = following
    return sock


def inside(far_address):
    """As root of a namespace of its own that has no wire at all: a link, by the socket that was
    handed down."""
    sock = socket.socket(fileno=int(os.environ["CV_FD"]))
    ktap.equal("the user it was outside", "65534", os.environ["CV_USER"])
    ktap.command("ip", "link", "add", "cv0", "type", "culvert")
    client = nl.Client("culvert")
    client.set(nl.attr(nl.IFNAME, "cv0"),
               nl.attr(nl.PRIVATE_KEY, bytes.fromhex(os.environ["CV_PRIVATE"])),
               nl.nest(nl.PEERS, nl.peer(
                   bytes.fromhex(os.environ["CV_PUBLIC"]),
                   nl.attr(nl.PEER_ENDPOINT, nl.endpoint(far_address, 51820)),
                   nl.nest(nl.PEER_IPS, nl.allowed_ip("10.77.0.2/32")))),
               nl.attr(nl.SOCKET_FD, struct.pack("=i", sock.fileno())))
    ktap.command("ip", "address", "add", "10.77.0.1/24", "dev", "cv0")
    ktap.command("ip", "link", "set", "cv0", "up")
    try:
        client.set(nl.attr(nl.IFNAME, "cv0"), nl.u32(nl.FWMARK, 7))
        ktap.fail("a mark outside: refused", "EBUSY", "no refusal")
    except nl.Refusal as refusal:
        ktap.equal("a mark outside: refused", errno.EBUSY, refusal.errno)
    print(ktap.command("ping", "-n", "-c3", "-i0.2", "-W5", "10.77.0.2"), end="")
    ktap.ok("rootless: ping")
    with socket.create_connection(("10.77.0.2", 7777), 20) as tcp:
        sent = os.urandom(1 << 20)
        threading.Thread(target=lambda: (tcp.sendall(sent), tcp.shutdown(socket.SHUT_WR))).start()
        got = b""
        while data := tcp.recv(1 << 16):
            got += data
    ktap.true("rootless: a megabyte by TCP, and back", got == sent, len(sent), len(got))


def rootless(far_address):
    os.setgroups([])
    os.setgid(65534)
    os.setuid(65534)
    sock = socket.socket(type=socket.SOCK_DGRAM)
    sock.bind(("", PORT))
    environment = dict(os.environ, CV_FD=str(sock.fileno()), CV_USER=str(os.getuid()))
    # The set of descriptors that is handed down is inherited across unshare(1).
    status = subprocess.run(["unshare", "-Urn", sys.executable, "-S", os.path.abspath(__file__),
                             "inside", far_address], pass_fds=[sock.fileno()], env=environment,
                            check=False).returncode
    sys.exit(status)


def hold(link, near, address, port):
    sock = opened(near, address, int(port))
    nl.Client("culvert", link).set(request(sock.fileno()))
    print("handed in", flush=True)
    sys.stdin.read()


def cross(x, y):
    home = os.open("/proc/self/ns/net", os.O_RDONLY)
    socks = {"x": opened(x, NEAR4), "y": opened(y, FAR4)}
    # Nothing else of this process may hold a namespace.
    if ctypes.CDLL(None).setns(home, nl.CLONE_NEWNET):
        sys.exit("no way back from a namespace")
    for link, other in (x, "y"), (y, "x"):
        client = nl.Client("culvert", link)
        client.set(request(socks[other].fileno()))
        client.socket.close()
    print("handed in", flush=True)
    for line in sys.stdin:
        socks.pop(line.strip()).close()


def echo(far):
    """A TCP server that sends back what it gets, for one connection."""
    enter(far)
    with socket.create_server(("10.77.0.2", 7777)) as server:
        print("listening", flush=True)
        tcp, _ = server.accept()
        with tcp:
            while data := tcp.recv(1 << 16):
                tcp.sendall(data)


def main():
    command, arguments = sys.argv[1], sys.argv[2:]
    if command == "inside":
        inside(*arguments)
    elif command == "rootless":
        rootless(*arguments)
    elif command == "hold":
        hold(*arguments)
    elif command == "cross":
        cross(*arguments)
    elif command == "echo":
        echo(*arguments)
    elif command == "cases":
        cases(*arguments)


if __name__ == "__main__":
    main()
