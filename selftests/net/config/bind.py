#!/usr/bin/python3
# SPDX-License-Identifier: GPL-2.0
"""Where the sockets of a link are bound, by netlink; and a program that has its port elsewhere.

    bind.py set DEV WORD...             WORD is v4=ADDRESS, v6=ADDRESS, device=NAME, dscp=N or port=N
    bind.py refusals DEV                what every link refuses, whatever there is on the machine
    bind.py events DEV WORD...          sets, and says what a listener is told
    bind.py others SERVER CLIENT ADDRESS PORT
                                        datagrams sent as one from namespace CLIENT arrive singly
"""
import errno
import socket
import sys

from cvtest import ktap, netlink as nl
from cvtest.netns import enter

UDP_SEGMENT = 103
SIZE, COUNT = 400, 20


def parts(words):
    for word in words:
        what, _, value = word.partition("=")
        if what == "v4":
            yield nl.attr(nl.BIND4, socket.inet_aton(value))
        elif what == "v6":
            yield nl.attr(nl.BIND6, socket.inet_pton(socket.AF_INET6, value))
        elif what == "device":
            yield nl.attr(nl.BIND_DEVICE, value)
        elif what == "dscp":
            yield nl.u8(nl.DSCP, int(value))
        else:
            yield nl.u16(nl.LISTEN_PORT, int(value))


def set_words(client, name, words):
    client.set(nl.attr(nl.IFNAME, name), *parts(words))


def show(device):
    words = []
    if nl.BIND4 in device:
        words.append("v4=" + socket.inet_ntop(socket.AF_INET, device[nl.BIND4]))
    if nl.BIND6 in device:
        words.append("v6=" + socket.inet_ntop(socket.AF_INET6, device[nl.BIND6]))
    if nl.BIND_DEVICE in device:
        words.append("device=" + device[nl.BIND_DEVICE].rstrip(b"\0").decode())
    return " ".join(words)


def refusals(client, name):
    v6 = socket.inet_pton
    cases = (
        ("a multicast address", nl.BIND4, socket.inet_aton("224.0.0.1"),
         "an address of this machine"),
        ("the broadcast address", nl.BIND4, b"\xff" * 4, "an address of this machine"),
        ("a multicast address, IPv6", nl.BIND6, v6(socket.AF_INET6, "ff02::1"),
         "an IPv6 address of this machine"),
        ("an IPv4 address as IPv6", nl.BIND6, v6(socket.AF_INET6, "::ffff:192.0.2.1"),
         "an IPv6 address of this machine"),
        ("an address of three bytes", nl.BIND4, bytes(3), None),
        ("an IPv6 address of four bytes", nl.BIND6, bytes(4), None),
        ("a name of 16 bytes", nl.BIND_DEVICE, b"a" * 16 + b"\0", None),
        ("a name without its end", nl.BIND_DEVICE, b"a" * 16, None),
    )
    before = show(client.dump(name)["device"])
    for what, kind, data, text in cases:
        request = nl.attr(nl.IFNAME, name) + nl.u16(nl.LISTEN_PORT, 7) + nl.attr(kind, data)
        try:
            client.set(request)
            ktap.fail(f"{what}: is refused", "a refusal", "nothing")
        except nl.Refusal as refusal:
            ktap.true(f"{what}: is refused", refusal.errno in (errno.EINVAL, errno.ERANGE),
                      "EINVAL or ERANGE", refusal)
            if text:
                ktap.true(f"{what}: the message says why", text in refusal.text, text,
                          refusal.text)
                ktap.equal(f"{what}: and which attribute",
                           20 + len(nl.attr(nl.IFNAME, name)) + len(nl.u16(0, 0)),
                           refusal.offset)
    ktap.equal("after refusals: nothing has changed", before, show(client.dump(name)["device"]))


def events(client, name, words):
    listener = nl.Client("culvert")
    listener.join("config")
    set_words(client, name, words)
    event = nl.Event(listener.receive()[0][2][4:])
    ktap.equal("a listener is told", ("device changed", client.portid(), " ".join(words)),
               (event.kind, event.portid, show(event.device)))


def others(server, client, address, port):
    """What a program has elsewhere at the same port is not taken for ours, super-packets too."""
    family = socket.AF_INET6 if ":" in address else socket.AF_INET
    enter(server)
    far = socket.socket(family, socket.SOCK_DGRAM)
    far.bind((address, port))
    far.settimeout(20)
    enter(client)
    near = socket.socket(family, socket.SOCK_DGRAM)
    near.setsockopt(socket.IPPROTO_UDP, UDP_SEGMENT, SIZE)
    near.sendto(b"".join(bytes([n]) * SIZE for n in range(COUNT)), (address, port))
    got = []
    while len(got) < COUNT:
        try:
            got.append(far.recv(65535))
        except TimeoutError:
            break
    ktap.equal("a program at the same port elsewhere: its datagrams",
               [(n, SIZE) for n in range(COUNT)], [(data[0], len(data)) for data in got])


def main():
    command, arguments = sys.argv[1], sys.argv[2:]
    if command == "others":
        others(*arguments[:3], int(arguments[3]))
        return
    client, name = nl.Client("culvert"), arguments[0]
    if command == "set":
        try:
            set_words(client, name, arguments[1:])
        except nl.Refusal as refusal:
            sys.exit(f"{refusal}, at {refusal.offset}")
    elif command == "refusals":
        refusals(client, name)
    else:
        events(client, name, arguments[1:])


if __name__ == "__main__":
    main()
