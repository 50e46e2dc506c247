#!/usr/bin/python3
# SPDX-License-Identifier: GPL-2.0 OR MIT
"""Decides who comes in at a culvert link, and prints what happens there.

    doorkeeper.py DEV GUESTS

GUESTS is a file with a line for each guest, "PUBLIC-KEY ADDRESS/LENGTH": what its peer gets as
its allowed IP. Any other key that knocks is refused for a minute. The file is read again for each
knock. As root; ends with Ctrl-C, and then strangers are dropped as before. An example: plain
sockets and the numbers of uapi/linux/culvert.h, no library.
"""
import base64
import socket
import struct
import sys

GENERIC, SOL_NETLINK, ADD_MEMBERSHIP, EXT_ACK = 16, 270, 1, 11
ERROR, REQUEST, ACK, NESTED = 2, 1, 4, 0x8000
CONTROLLER, GETFAMILY, FAMILY_ID, FAMILY_NAME, GROUPS, GROUP_NAME, GROUP_ID = 16, 3, 1, 2, 7, 1, 2
SET_DEVICE, EVENT, KNOCK_LISTEN, KNOCK_GET, KNOCK_REFUSE = 1, 64, 65, 66, 67
IFNAME, PEERS, EVENT_KIND, KNOCK = 2, 8, 64, 70
PEER_KEY, PEER_ENDPOINT, PEER_IPS, PEER_KNOCK_ID = 1, 4, 9, 66
IP_FAMILY, IP_ADDRESS, IP_LENGTH = 1, 2, 3
KNOCK_ID, KNOCK_KEY, KNOCK_ENDPOINT, KNOCK_SECONDS = 65, 66, 67, 70
KINDS = ("", "device changed", "peer added", "peer changed", "peer removed", "session made",
         "session over", "keys wiped", "endpoint moved", "peer silent", "peer back",
         "socket lost", "knock")
EAGAIN, ENOBUFS, ESTALE = 11, 105, 116


def put(kind, data):
    return struct.pack("=HH", 4 + len(data), kind) + data + bytes(-len(data) % 4)


def get(data):
    """Attributes, by type; of several of a type the last."""
    found = {}
    while len(data) >= 4:
        length, kind = struct.unpack_from("=HH", data)
        found[kind & 0x3fff] = data[4:length]
        data = data[length + 3 & ~3:]
    return found


def children(data):
    """The attributes of an array of nests."""
    while len(data) >= 4:
        length, = struct.unpack_from("=H", data)
        yield get(data[4:length])
        data = data[length + 3 & ~3:]


def show(endpoint):
    if not endpoint:
        return "nowhere"
    family, port = struct.unpack_from("=H", endpoint)[0], struct.unpack_from("!H", endpoint, 2)[0]
    if family == socket.AF_INET:
        return f"{socket.inet_ntop(family, endpoint[4:8])}:{port}"
    return f"[{socket.inet_ntop(family, endpoint[8:24])}]:{port}"


def name_of(key):
    return base64.b64encode(key).decode()


class Culvert:
    """A socket of the netlink family."""

    def __init__(self):
        self.socket = socket.socket(socket.AF_NETLINK, socket.SOCK_RAW, GENERIC)
        self.socket.bind((0, 0))
        self.socket.setsockopt(SOL_NETLINK, EXT_ACK, 1)
        self.family, self.serial = CONTROLLER, 0
        answer = self.ask(GETFAMILY, put(FAMILY_NAME, b"culvert\0"))
        self.family, = struct.unpack("=H", answer[FAMILY_ID])
        self.groups = {group[GROUP_NAME].rstrip(b"\0").decode(): group[GROUP_ID]
                       for group in children(answer[GROUPS])}

    def join(self, *groups):
        for group in groups:
            self.socket.setsockopt(SOL_NETLINK, ADD_MEMBERSHIP, self.groups[group])

    def receive(self):
        """Messages: (type, number of the request or 0, payload)."""
        data = self.socket.recv(1 << 16)
        while len(data) >= 16:
            length, kind, _, serial, _ = struct.unpack_from("=IHHII", data)
            yield kind, serial, data[16:length]
            data = data[length + 3 & ~3:]

    def ask(self, command, attributes):
        """The attributes of the answer, if there is one; OSError if it is refused."""
        self.serial += 1
        body = struct.pack("=BBH", command, 1, 0) + attributes
        self.socket.send(struct.pack("=IHHII", 16 + len(body), self.family, REQUEST | ACK,
                                     self.serial, 0) + body)
        answer = None
        while True:
            for kind, serial, data in self.receive():
                if serial != self.serial:
                    continue
                if kind != ERROR:
                    answer = get(data[4:])
                    continue
                number, size = -struct.unpack_from("=i", data)[0], \
                    struct.unpack_from("=I", data, 4)[0]
                if number:
                    why = get(data[4 + (size + 3 & ~3):]).get(1, b"").rstrip(b"\0").decode()
                    raise OSError(number, why or "refused")
                return answer


def let_in(door, dev, knock, prefix):
    address, _, length = prefix.partition("/")
    family = socket.AF_INET6 if ":" in address else socket.AF_INET
    allowed = put(IP_FAMILY, struct.pack("=H", family)) + \
        put(IP_ADDRESS, socket.inet_pton(family, address)) + put(IP_LENGTH, bytes([int(length)]))
    peer = put(PEER_KEY, knock[KNOCK_KEY]) + put(PEER_KNOCK_ID, knock[KNOCK_ID]) + \
        put(PEER_IPS | NESTED, put(NESTED, allowed))
    door.ask(SET_DEVICE, dev + put(PEERS | NESTED, put(NESTED, peer)))


def refuse(door, dev, knock):
    door.ask(KNOCK_REFUSE, dev + put(KNOCK | NESTED, put(KNOCK_ID, knock[KNOCK_ID]) +
                                     put(KNOCK_SECONDS, struct.pack("=I", 60))))


def answer_knocks(door, dev, guests):
    """All that there are, of which a lost event may have told."""
    while True:
        try:
            knock = get(door.ask(KNOCK_GET, dev)[KNOCK])
        except OSError as error:
            if error.errno != EAGAIN:
                raise
            return
        with open(guests, encoding="ascii") as file:
            known = dict(line.split()[:2] for line in file if line.strip())
        key = name_of(knock[KNOCK_KEY])
        try:
            if key in known:
                let_in(door, dev, knock, known[key])
            else:
                refuse(door, dev, knock)
            verdict = f"let in as {known[key]}" if key in known else "refused for 60 s"
        except OSError as error:
            if error.errno != ESTALE:
                raise
            verdict = "too late"
        print(f"knock {key} from {show(knock[KNOCK_ENDPOINT])}: {verdict}", flush=True)


def tell(event):
    kind, = struct.unpack("=H", event[EVENT_KIND])
    if kind >= len(KINDS) or KINDS[kind] == "knock":
        return
    if PEERS not in event:
        print(KINDS[kind], flush=True)
    for peer in children(event.get(PEERS, b"")):
        print(KINDS[kind], name_of(peer[PEER_KEY]), show(peer.get(PEER_ENDPOINT)), flush=True)


def main():
    if len(sys.argv) != 3:
        sys.exit(__doc__)
    dev, guests = put(IFNAME, sys.argv[1].encode() + b"\0"), sys.argv[2]
    ear, door = Culvert(), Culvert()
    ear.join("config", "session", "knock")
    door.ask(KNOCK_LISTEN, dev)
    print(f"listening at {sys.argv[1]}", flush=True)
    while True:
        try:
            for _, _, data in ear.receive():
                event = get(data[4:])
                if event[IFNAME].rstrip(b"\0").decode() == sys.argv[1]:
                    tell(event)
        except OSError as error:
            if error.errno != ENOBUFS:
                raise
            print("some events were lost", flush=True)
        answer_knocks(door, dev, guests)


if __name__ == "__main__":
    try:
        main()
    except KeyboardInterrupt:
        pass
    except OSError as error:
        sys.exit(f"doorkeeper: {error.strerror}")
