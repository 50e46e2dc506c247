#!/usr/bin/python3
# SPDX-License-Identifier: GPL-2.0
"""What libculvert does for links and wants, by ctypes, in the namespace that it is run in. Run by
tool-library.sh.

    tool_library.py NAMESPACE FAR EXAMPLES

NAMESPACE is that one's name, FAR that of another, EXAMPLES the directory of guests.py, which
declares libculvert for this program, too.
"""
import base64
import ctypes as c
import errno
import ipaddress
import os
import select
import socket
import sys

from cvtest import ktap
from cvtest.netns import enter

HERE, FAR, EXAMPLES = sys.argv[1:]
sys.path.append(EXAMPLES)
import guests as lib  # pylint: disable=wrong-import-position

KEY = bytes(range(32))
CULVERT, WIREGUARD = 0, 1
PORT = 4799


class Want(c.Structure):
    _fields_ = [("family", c.c_uint16), ("address", c.c_uint32 * 4), ("has_public_key", c.c_bool),
                ("public_key", c.c_ubyte * 32), ("age_ms", c.c_uint32), ("packets", c.c_uint32)]


wants_create = lib.declare("cvl_wants_create", lib.pointer, lib.link_pointer)
wants_next = lib.declare("cvl_wants_next", c.c_int, lib.pointer, c.POINTER(c.POINTER(Want)))
lib.lib.cvl_wants_fd.argtypes = lib.lib.cvl_wants_destroy.argtypes = [lib.pointer]
lib.lib.cvl_knocks_destroy.argtypes = lib.lib.cvl_netlink_destroy.argtypes = [lib.pointer]
netlink_set = lib.declare("cvl_netlink_set", c.c_int, lib.pointer, lib.link_pointer, lib.pointer)
link_create = lib.declare("cvl_link_create", c.c_int, lib.pointer, lib.link_pointer, c.c_char_p,
                          c.c_int)
link_move = lib.declare("cvl_link_move", c.c_int, lib.pointer, lib.link_pointer, c.c_int)
link_up, link_down, link_delete = [
    lib.declare(f"cvl_link_{what}", c.c_int, lib.pointer, lib.link_pointer)
    for what in ("up", "down", "delete")]
config_parse = lib.declare("cvl_config_parse", c.c_int, lib.pointer, c.c_char_p, c.c_char_p,
                           c.c_size_t)


def refused(name, code, words, function, *arguments):
    """FUNCTION fails with CODE and says WORDS."""
    try:
        got = function(*arguments)
    except lib.Refused as error:
        ktap.equal(f"{name}: its errno", errno.errorcode[code],
                   errno.errorcode.get(error.code, error.code))
        ktap.true(f"{name}: it says why", words in str(error), words, str(error))
    else:
        ktap.fail(name, errno.errorcode[code], got)


def state(name):
    """Whether the link is up, or None if there is none here."""
    words = ktap.command("ip", "-o", "link", "show", "dev", name, check=False)
    return ",UP" in words.split(">")[0] if words else None


def change(nl, link, text):
    """The link gets what is in TEXT, a configuration file."""
    device = lib.lib.cvl_device_create()
    try:
        config_parse(device, b"text", text.encode(), len(text.encode()))
        netlink_set(nl, link, device)
    finally:
        lib.lib.cvl_device_destroy(device)


def new_link(nl, name, kind=CULVERT):
    link = lib.Link()
    link_create(nl, link, name, kind)
    return link


def links(nl):
    """A link is made, set up and down, and deleted."""
    link = new_link(nl, b"lib0")
    ktap.equal("create: what is found of it", (b"lib0", CULVERT, socket.if_nametoindex("lib0")),
               (link.name, link.kind, link.ifindex))
    ktap.equal("create: it is down", False, state("lib0"))
    link_up(nl, link)
    link_up(nl, link)
    ktap.equal("up: it is up, also when it is said twice", True, state("lib0"))
    link_down(nl, link)
    ktap.equal("down: it is down", False, state("lib0"))
    refused("create: the name is taken", errno.EEXIST, "lib0: a device has that name already",
            link_create, nl, None, b"lib0", CULVERT)
    link_delete(nl, link)
    ktap.equal("delete: it has gone", None, state("lib0"))
    for what in (link_delete, link_up, link_down):
        refused("a link that has gone", errno.ENODEV, "lib0: the device no longer exists", what, nl,
                link)
    ktap.equal("create: nothing more need be told", 0, link_create(nl, None, b"lib1", CULVERT))
    ktap.command("ip", "link", "del", "lib1")
    for name, words in ((b"", "1 to 15 characters"), (b"sixteencharacter", "1 to 15 characters"),
                        (b"a/b", "none of '/'"), (b"cv%d", "none of '/'"), (b"a b", "no space"),
                        (b"..", "not '.' or '..'")):
        refused(f"create: the name {name}", errno.EINVAL, words, link_create, nl, None, name,
                CULVERT)
    refused("create: an unknown kind", errno.EINVAL, "9: there is no kind", link_create, nl, None,
            b"lib1", 9)


def unloaded(nl):
    """A kind that the kernel does not have is said with what to do."""
    if not os.path.isdir("/sys/module/wireguard"):
        # So that the kernel does not load it.
        before = ktap.command("sysctl", "-n", "kernel.modprobe").strip()
        ktap.command("sysctl", "-q", "kernel.modprobe=/bin/false")
        try:
            refused("create: the module is not loaded", errno.EOPNOTSUPP,
                    "try: modprobe wireguard", link_create, nl, None, b"lib1", WIREGUARD)
        finally:
            ktap.command("sysctl", "-q", f"kernel.modprobe={before}")
    else:
        ktap.note("the module wireguard is loaded: a kind that is missing is not tried")


def moved(nl):
    """A link is moved to another namespace."""
    link = new_link(nl, b"lib0")
    link_up(nl, link)
    with open(f"/run/netns/{FAR}", "rb") as far:
        link_move(nl, link, far.fileno())
        ktap.equal("move: it is not here any more", None, state("lib0"))
        enter(FAR)
        try:
            ktap.equal("move: it is there, and down", False, state("lib0"))
            there = lib.netlink_create()
            found = lib.Link()
            lib.netlink_find(there, found, b"lib0")
            link_up(there, found)
            ktap.equal("move: and can be used", True, state("lib0"))
        finally:
            enter(HERE)
        again = new_link(nl, b"lib0")
        refused("move: the name is taken there", errno.EEXIST, "lib0: a device has that name",
                link_move, nl, again, far.fileno())
        link_delete(nl, again)
        link_delete(there, found)
        lib.lib.cvl_netlink_destroy(there)
    link = new_link(nl, b"lib0")
    refused("move: no descriptor", errno.EBADF, "lib0: -1 is no descriptor", link_move, nl, link, -1)
    with open("/dev/null", "rb") as file:
        refused("move: a descriptor of something else", errno.EINVAL, "lib0: ", link_move, nl, link,
                file.fileno())
    link_delete(nl, link)


def port_taken(nl):
    """A link cannot be set up while another socket has its port."""
    link = new_link(nl, b"lib0")
    change(nl, link, f"[Interface]\nListenPort = {PORT}\n")
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as other:
        other.bind(("0.0.0.0", PORT))
        refused("up: the port is taken", errno.EADDRINUSE, "lib0: another socket uses that port",
                link_up, nl, link)
    link_up(nl, link)
    ktap.equal("up: it is free", True, state("lib0"))
    link_delete(nl, link)


def readable(descriptor, seconds):
    return bool(select.select([descriptor], [], [], seconds)[0])


def wants(nl):
    """The program is asked for a peer, for an endpoint, and learns that the link has gone."""
    link = new_link(nl, b"lib0")
    ktap.command("ip", "address", "add", "10.99.0.1/24", "dev", "lib0")
    ktap.command("ip", "address", "add", "fd99::1/64", "dev", "lib0", "nodad")
    link_up(nl, link)
    change(nl, link, f"[Interface]\nPrivateKey = {base64.b64encode(KEY).decode()}\n")
    queue, want = wants_create(link), c.POINTER(Want)()
    descriptor = lib.lib.cvl_wants_fd(queue)
    ktap.equal("wants: none yet", 0, wants_next(queue, want))
    ktap.true("wants: nothing is handed out then", not want)
    refused("wants: a second program", errno.EBUSY, "another program listens for wants",
            wants_create, link)
    sender = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
    for _ in range(2):
        sender.sendto(b"x", ("10.99.0.7", 9))
    ktap.true("wants: the descriptor is readable", readable(descriptor, 5))
    ktap.equal("wants: there is one", 1, wants_next(queue, want))
    told = want.contents
    ktap.equal("wants: what it tells", (socket.AF_INET, "10.99.0.7", False, 2),
               (told.family, str(ipaddress.IPv4Address(bytes(told.address)[:4])),
                told.has_public_key, told.packets))
    ktap.equal("wants: no other", 0, wants_next(queue, want))
    ktap.true("wants: the descriptor is quiet again", not readable(descriptor, 0))
    peer = base64.b64encode(KEY[::-1]).decode()
    change(nl, link, f"[Peer]\nPublicKey = {peer}\nAllowedIPs = fd99::7/128\n")
    with socket.socket(socket.AF_INET6, socket.SOCK_DGRAM) as sender6:
        sender6.sendto(b"x", ("fd99::7", 9))
    ktap.true("wants: an endpoint: readable", readable(descriptor, 5))
    ktap.equal("wants: an endpoint: there is one", 1, wants_next(queue, want))
    told = want.contents
    ktap.equal("wants: an endpoint: what it tells", (socket.AF_INET6, "fd99::7", True, KEY[::-1]),
               (told.family, str(ipaddress.IPv6Address(bytes(told.address))), told.has_public_key,
                bytes(told.public_key)))
    lib.lib.cvl_wants_destroy(queue)
    queue = wants_create(link)
    ktap.ok("wants: another program may, when the first has ended")
    gone(queue, lib.lib.cvl_wants_fd(queue), lambda: wants_next(queue, want), nl, link)
    lib.lib.cvl_wants_destroy(queue)


def gone(queue, descriptor, take, nl, link):
    """The link is deleted: the descriptor wakes the program."""
    ktap.equal("the link goes: nothing yet", 0, take())
    ktap.true("the link goes: quiet", not readable(descriptor, 0))
    link_delete(nl, link)
    ktap.true("the link goes: the descriptor is readable", readable(descriptor, 5))
    refused("the link goes", errno.ENODEV, "lib0: the device no longer exists", take)


def many_bells(nl):
    """Bells that are lost are like those that came."""
    link = new_link(nl, b"lib0")
    queue, knock = lib.knocks_create(link), c.POINTER(lib.Knock)()
    descriptor = lib.lib.cvl_knocks_fd(queue)
    lib.knocks_next(queue, knock)
    # Each change of a link rings, until the socket can hold no more.
    for turn in range(600):
        (link_down if turn % 2 else link_up)(nl, link)
    ktap.true("many bells: the descriptor is readable", readable(descriptor, 5))
    ktap.equal("many bells: there is nothing all the same", 0, lib.knocks_next(queue, knock))
    ktap.true("many bells: all of them are taken", not readable(descriptor, 0))
    refused("knocks: one that never was: refuse", errno.ESTALE, "no such knock", lib.knocks_refuse,
            queue, 77, 1)
    device = lib.lib.cvl_device_create()
    refused("knocks: accept without a peer", errno.EINVAL, "a knock lets in one peer",
            lib.knocks_accept, queue, 77, device)
    lib.lib.cvl_peer_append(device).contents.public_key[:] = KEY
    refused("knocks: one that never was: accept", errno.ESTALE, "no such knock", lib.knocks_accept,
            queue, 77, device)
    lib.lib.cvl_device_destroy(device)
    lib.lib.cvl_knocks_destroy(queue)
    link_delete(nl, link)


def main():
    nl = lib.netlink_create()
    for case in (links, unloaded, moved, port_taken, wants, many_bells):
        ktap.run_case(case, nl)
    lib.lib.cvl_netlink_destroy(nl)
    sys.exit(bool(ktap.failures))


main()
