# SPDX-License-Identifier: GPL-2.0
"""A raw generic netlink client for the tests: builds any message, right or wrong,
and reads what the kernel answers, its extended acknowledgement included. Numbers
are those of linux/wireguard.h, which uapi/linux/culvert.h shares, and from 64 on its own."""
import ctypes
import errno
import os
import socket
import struct
import sys

NETLINK_GENERIC, SOL_NETLINK = 16, 270
NETLINK_ADD_MEMBERSHIP = 1
CLONE_NEWNET = 0x40000000
NETLINK_CAP_ACK, NETLINK_EXT_ACK = 10, 11
REQUEST, ACK, DUMP = 1, 4, 0x300
DUMP_INTR, CAPPED, ACK_TLVS = 0x10, 0x100, 0x200
NLMSG_ERROR, NLMSG_DONE = 2, 3
NESTED = 0x8000
TYPE_MASK = 0x3fff
CTRL_GETFAMILY, CTRL_GETPOLICY = 3, 10

GET_DEVICE, SET_DEVICE = 0, 1
(IFINDEX, IFNAME, PRIVATE_KEY, PUBLIC_KEY, FLAGS, LISTEN_PORT, FWMARK, PEERS) = range(1, 9)
(PEER_KEY, PEER_PSK, PEER_FLAGS, PEER_ENDPOINT, PEER_KEEPALIVE, PEER_HANDSHAKE,
 PEER_RX, PEER_TX, PEER_IPS, PEER_VERSION) = range(1, 11)
IP_FAMILY, IP_ADDRESS, IP_PREFIX, IP_FLAGS = range(1, 5)
REPLACE_PEERS = 1
PEER_REMOVE, PEER_REPLACE_IPS, PEER_UPDATE_ONLY = 1, 2, 4
IP_REMOVE = 1

EVENT, KNOCK_LISTEN, KNOCK_GET, KNOCK_REFUSE, WANT_LISTEN, WANT_GET = range(64, 70)
(EVENT_KIND, EVENT_NUMBER, EVENT_TIME, EVENT_REASON, EVENT_MERGED, EVENT_PORTID) = range(64, 70)
KNOCK, SESSION_NUMBER, EVENT_MORE, WANT, BIND4, BIND6, BIND_DEVICE, DSCP = range(70, 78)
SOCKET_FD, SOCKET_PASS, SOCKET_STATE = range(78, 81)
PASS_STUN, PASS_ALL = range(2)
PEER_ENDPOINT_BEFORE, PEER_INITIATOR, PEER_KNOCK_ID, PEER_NAME, PEER_IDLE_S = range(64, 69)
(PEER_RX_PACKETS, PEER_TX_PACKETS, PEER_SESSION_AGE_S, PEER_HEARD) = range(69, 73)
(PEER_DROPS_SOURCE, PEER_DROPS_REPLAY, PEER_DROPS_EXPIRED, PEER_DROPS_MEMORY) = range(73, 77)
(PEER_CANDIDATES, PEER_FOLLOW, PEER_SOURCES, PEER_SILENT_S, PEER_REKEY_NOW,
 PEER_ENDPOINT_SINCE, PEER_ENDPOINT_REASON) = range(77, 84)
CANDIDATE_ENDPOINT, CANDIDATE_PREFERENCE, CANDIDATE_IN_USE = range(64, 67)
CANDIDATES_MAX = SOURCES_MAX = 8
SILENT_S_MAX = 60
FOLLOW_ANYWHERE, FOLLOW_NEVER, FOLLOW_WITHIN = range(3)
(KNOCK_ID, KNOCK_KEY, KNOCK_ENDPOINT, KNOCK_TIME, KNOCK_AGE_MS, KNOCK_SECONDS) = range(65, 71)
WANT_DESTINATION, WANT_KEY, WANT_AGE_MS, WANT_PACKETS = range(64, 68)
KINDS = dict(enumerate((
    "device changed", "peer added", "peer changed", "peer removed", "session made",
    "session over", "keys wiped", "endpoint moved", "peer silent", "peer back",
    "socket lost", "knock", "want"), 1))
REASONS = dict(enumerate((
    "asked", "replaced", "link gone", "link down", "time", "key", "sleep", "removed",
    "expired"), 1))
ENDPOINT_REASONS = dict(enumerate(("set", "handshake", "data"), 1))


class Refusal(Exception):
    """A refused request: an errno, and what its extended acknowledgement says."""

    def __init__(self, number, text, offset):
        super().__init__(f"{errno.errorcode.get(number, number)}: {text}")
        self.errno, self.text, self.offset = number, text, offset


def attr(kind, data):
    if isinstance(data, str):
        data = data.encode() + b"\0"
    return struct.pack("=HH", 4 + len(data), kind) + data + bytes(-len(data) % 4)


def nest(kind, *children):
    return attr(kind | NESTED, b"".join(children))


def u8(kind, value):
    return attr(kind, struct.pack("=B", value))


def u16(kind, value):
    return attr(kind, struct.pack("=H", value))


def u32(kind, value):
    return attr(kind, struct.pack("=I", value))


def u64(kind, value):
    return attr(kind, struct.pack("=Q", value))


def attrs(data):
    """A list of (type, payload)."""
    found, at = [], 0
    while at + 4 <= len(data):
        length, kind = struct.unpack_from("=HH", data, at)
        if length < 4:
            break
        found.append((kind & TYPE_MASK, data[at + 4:at + length]))
        at += length + 3 & ~3
    return found


def endpoint(address, port):
    if ":" in address:
        return struct.pack("=H", socket.AF_INET6) + struct.pack("!HI", port, 0) + \
            socket.inet_pton(socket.AF_INET6, address) + struct.pack("=I", 0)
    return struct.pack("=H", socket.AF_INET) + struct.pack("!H", port) + \
        socket.inet_aton(address) + bytes(8)


def allowed_ip(text, *more):
    """An element of PEER_IPS from ADDRESS/LENGTH."""
    address, _, length = text.partition("/")
    family = socket.AF_INET6 if ":" in address else socket.AF_INET
    return nest(0, u16(IP_FAMILY, family),
                attr(IP_ADDRESS, socket.inet_pton(family, address)),
                u8(IP_PREFIX, int(length)), *more)


def candidate(where, preference=None, *more):
    """An element of PEER_CANDIDATES; WHERE is a sockaddr, as endpoint() makes it."""
    parts = [] if preference is None else [u8(CANDIDATE_PREFERENCE, preference)]
    return nest(0, attr(CANDIDATE_ENDPOINT, where), *parts, *more)


def candidates(*elements):
    return nest(PEER_CANDIDATES, *elements)


def sources(*texts):
    """Each is ADDRESS/LENGTH."""
    return nest(PEER_SOURCES, *map(allowed_ip, texts))


def peer(key, *more):
    return nest(0, attr(PEER_KEY, key), *more)


def new_socket(namespace=None):
    """A generic netlink socket, of network namespace NAMESPACE or of our own."""
    if namespace is None:
        return socket.socket(socket.AF_NETLINK, socket.SOCK_RAW, NETLINK_GENERIC)
    libc = ctypes.CDLL(None, use_errno=True)
    with open("/proc/thread-self/ns/net", "rb") as ours, \
            open(f"/run/netns/{namespace}", "rb") as theirs:
        if libc.setns(theirs.fileno(), CLONE_NEWNET):
            raise OSError(ctypes.get_errno(), f"no way into namespace {namespace}")
        try:
            return new_socket()
        finally:
            if libc.setns(ours.fileno(), CLONE_NEWNET):
                raise OSError(ctypes.get_errno(), "no way back from a namespace")


class Client:
    """A netlink socket that talks to one generic netlink family."""

    def __init__(self, family, namespace=None):
        self.socket = new_socket(namespace)
        self.socket.setsockopt(SOL_NETLINK, NETLINK_EXT_ACK, 1)
        self.socket.setsockopt(SOL_NETLINK, NETLINK_CAP_ACK, 1)
        self.socket.settimeout(20)
        self.socket.bind((0, 0))
        self.serial = 0
        self.family = 16  # the controller's own
        self.interrupted = False
        self.groups = {}
        name = attr(2, family)
        for _, data in self.request(CTRL_GETFAMILY, name, version=2):
            for kind, value in attrs(data):
                if kind == 1:
                    found, = struct.unpack("=H", value)
                elif kind == 7:
                    for _, group in attrs(value):
                        group = dict(attrs(group))
                        self.groups[group[1].rstrip(b"\0").decode()] = group[2]
        self.family = found

    def join(self, *groups):
        for group in groups:
            self.socket.setsockopt(SOL_NETLINK, NETLINK_ADD_MEMBERSHIP, self.groups[group])

    def portid(self):
        return self.socket.getsockname()[0]

    def send(self, command, payload, flags=REQUEST | ACK, version=1, family=None, reserved=0):
        self.serial += 1
        body = struct.pack("=BBH", command, version, reserved) + payload
        self.socket.send(struct.pack("=IHHII", 16 + len(body), family or self.family, flags,
                                     self.serial, 0) + body)

    def receive(self):
        """The next datagram's messages: a list of (type, flags, payload)."""
        data, found, at = self.socket.recv(1 << 18), [], 0
        while at + 16 <= len(data):
            length, kind, flags, _, _ = struct.unpack_from("=IHHII", data, at)
            found.append((kind, flags, data[at + 16:at + length]))
            at += length + 3 & ~3
        return found

    @staticmethod
    def refuse(flags, data):
        number, = struct.unpack_from("=i", data)
        if not number:
            return
        text, offset = None, None
        if flags & ACK_TLVS:
            for kind, value in attrs(data[20:]):
                if kind == 1:
                    text = value.rstrip(b"\0").decode()
                elif kind == 2:
                    offset, = struct.unpack("=I", value)
        raise Refusal(-number, text, offset)

    def answers(self):
        """Yields (command, attributes) until the kernel is done."""
        while True:
            for kind, flags, data in self.receive():
                if flags & DUMP_INTR:
                    self.interrupted = True
                if kind == NLMSG_ERROR:
                    self.refuse(flags, data)
                    return
                if kind == NLMSG_DONE:
                    if len(data) >= 4:
                        number, = struct.unpack_from("=i", data)
                        if number:
                            text = None
                            if flags & ACK_TLVS:
                                text = dict(attrs(data[4:])).get(1, b"").rstrip(b"\0")
                                text = text.decode()
                            raise Refusal(-number, text, None)
                    return
                yield data[0], data[4:]

    def request(self, command, payload, **options):
        self.send(command, payload, **options)
        return list(self.answers())

    def set(self, *parts):
        self.request(SET_DEVICE, b"".join(parts))

    def dump_raw(self, *parts):
        self.interrupted = False
        return [data for _, data in self.request(GET_DEVICE, b"".join(parts),
                                                 flags=REQUEST | ACK | DUMP)]

    def dump(self, name):
        """{"device": {type: payload}, "peers": {key: {type: payload, "ips": [...]}}}"""
        device, peers = {}, {}
        for message in self.dump_raw(attr(IFNAME, name)):
            for kind, value in attrs(message):
                if kind != PEERS:
                    device[kind] = value
                    continue
                for _, element in attrs(value):
                    fields = attrs(element)
                    key = dict(fields)[PEER_KEY]
                    entry = peers.setdefault(key, {"ips": []})
                    for what, data in fields:
                        if what == PEER_IPS:
                            entry["ips"] += [show_ip(ip) for _, ip in attrs(data)]
                        else:
                            entry[what] = data
        return {"device": device, "peers": peers}


def policies(family):
    """{command: {1 for do, 2 for dump: policy}}, as CTRL_CMD_GETPOLICY tells it; a policy is
    {attribute: {NL_POLICY_TYPE_ATTR_*: payload}}, with "nest" for the policy inside."""
    rules, commands = {}, {}
    for _, data in Client(family).request(CTRL_GETPOLICY, attr(2, family), family=16,
                                          flags=REQUEST | ACK | DUMP, version=2):
        for kind, value in attrs(data):
            for which, inner in attrs(value):
                if kind == 8:  # CTRL_ATTR_POLICY
                    for attribute, rule in attrs(inner):
                        rules.setdefault(which, {})[attribute] = dict(attrs(rule))
                elif kind == 9:  # CTRL_ATTR_OP_POLICY
                    commands[which] = {how: number(index) for how, index in attrs(inner)}

    def follow(index):
        told = {}
        for attribute, rule in sorted(rules.get(index, {}).items()):
            told[attribute] = {what: value for what, value in sorted(rule.items())
                               if what != 8}  # NL_POLICY_TYPE_ATTR_POLICY_IDX
            if 8 in rule:
                told[attribute]["nest"] = follow(number(rule[8]))
        return told

    return {command: {how: follow(index) for how, index in ways.items()}
            for command, ways in sorted(commands.items())}


class Event:
    """What a listener was told, from its message."""

    def __init__(self, message):
        fields = dict(attrs(message))
        self.device = fields
        self.kind = KINDS[number(fields[EVENT_KIND])]
        self.number = number(fields.get(EVENT_NUMBER, b"\0"))
        self.reason = REASONS.get(number(fields.get(EVENT_REASON, b"\0\0")))
        self.merged = number(fields.get(EVENT_MERGED, b"\0"))
        self.portid = number(fields.get(EVENT_PORTID, b"\0"))
        self.time = struct.unpack("=qq", fields.get(EVENT_TIME, bytes(16)))
        self.raw = message
        self.peers = [dict(attrs(element)) for _, element in attrs(fields.get(PEERS, b""))]
        self.peer = self.peers[0] if self.peers else {}
        self.more = fields.get(EVENT_MORE)
        self.ips = [show_ip(ip) for _, ip in attrs(self.peer.get(PEER_IPS, b""))]

    @property
    def group(self):
        if self.kind in ("knock", "want"):
            return self.kind
        return "config" if self.kind.startswith(("device", "peer added", "peer changed",
                                                 "peer removed")) else "session"

    def __repr__(self):
        return " ".join(str(word) for word in (self.kind, self.reason, self.merged) if word)


def number(data):
    return int.from_bytes(data, sys.byteorder)


def show_endpoint(data):
    """ADDRESS:PORT of a sockaddr, None of none."""
    if not data:
        return None
    family, port = struct.unpack_from("=H", data)[0], struct.unpack_from("!H", data, 2)[0]
    if family == socket.AF_INET:
        return f"{socket.inet_ntop(family, data[4:8])}:{port}"
    return f"[{socket.inet_ntop(family, data[8:24])}]:{port}"


def show_candidates(fields):
    """Of a peer: a list of (ADDRESS:PORT, preference, whether it is in use)."""
    found = []
    for _, element in attrs(fields.get(PEER_CANDIDATES, b"")):
        parts = dict(attrs(element))
        found.append((show_endpoint(parts[CANDIDATE_ENDPOINT]), parts[CANDIDATE_PREFERENCE][0],
                      CANDIDATE_IN_USE in parts))
    return found


def show_sources(fields):
    """Of a peer: a list of ADDRESS/LENGTH."""
    return [show_ip(element) for _, element in attrs(fields.get(PEER_SOURCES, b""))]


def show_ip(data):
    fields = dict(attrs(data))
    family, = struct.unpack("=H", fields[IP_FAMILY])
    return f"{socket.inet_ntop(family, fields[IP_ADDRESS])}/{fields[IP_PREFIX][0]}"


def index_of(name):
    return socket.if_nametoindex(name)


def key():
    return os.urandom(32)
