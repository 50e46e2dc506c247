#!/usr/bin/python3
# SPDX-License-Identifier: GPL-2.0 OR MIT
"""Decides who comes in at a culvert link, by libculvert.

    guests.py DEV FILE

FILE has a line for each guest, "PUBLIC-KEY ADDRESS/LENGTH": what its peer gets as its allowed IPs.
Any other key that knocks is refused for a minute. As root; ends when the link is deleted, or with
Ctrl-C. doorkeeper.py is the same without the library.
"""
import ctypes as c
import errno
import select
import sys


class Error(c.Structure):
    _fields_ = [("code", c.c_int), ("line", c.c_uint), ("word", c.c_char * 64),
                ("text", c.c_char * 640)]


class Link(c.Structure):
    _fields_ = [("ifindex", c.c_uint), ("kind", c.c_int), ("name", c.c_char * 16)]


# Of what the library allocates, only as much as is used here: it may be longer.
class Knock(c.Structure):
    _fields_ = [("id", c.c_uint64), ("public_key", c.c_ubyte * 32)]


class Peer(c.Structure):
    _fields_ = [("next", c.c_void_p), ("has", c.c_uint), ("remove", c.c_bool),
                ("replace_allowed_ips", c.c_bool), ("update_only", c.c_bool),
                ("rekey_now", c.c_bool), ("public_key", c.c_ubyte * 32)]


lib = c.CDLL("libculvert.so.0")
why = Error()


class Refused(Exception):
    """What the library says, with its errno."""

    def __init__(self):
        super().__init__(why.text.decode())
        self.code = -why.code


def declare(name, result, *arguments):
    """A function that ends its arguments with the error, and may be called without it."""
    function = getattr(lib, name)
    function.restype, function.argtypes = result, arguments + (c.POINTER(Error),)

    def call(*values):
        answer = function(*values, why)
        if answer is None or isinstance(answer, int) and result is c.c_int and answer < 0:
            raise Refused
        return answer
    return call


pointer, link_pointer, out = c.c_void_p, c.POINTER(Link), c.POINTER(c.POINTER(Knock))
netlink_create = declare("cvl_netlink_create", pointer)
netlink_find = declare("cvl_netlink_find", c.c_int, pointer, link_pointer, c.c_char_p)
knocks_create = declare("cvl_knocks_create", pointer, link_pointer)
knocks_next = declare("cvl_knocks_next", c.c_int, pointer, out)
knocks_accept = declare("cvl_knocks_accept", c.c_int, pointer, c.c_uint64, pointer)
knocks_refuse = declare("cvl_knocks_refuse", c.c_int, pointer, c.c_uint64, c.c_uint32)
word_allowed_ips = declare("cvl_word_allowed_ips", c.c_int, c.POINTER(Peer), c.c_char_p)
lib.cvl_knocks_fd.argtypes = [pointer]
lib.cvl_key_to_text.argtypes = [c.c_char_p, c.POINTER(c.c_ubyte * 32)]
lib.cvl_device_create.restype = pointer
lib.cvl_device_destroy.argtypes = [pointer]
lib.cvl_peer_append.argtypes, lib.cvl_peer_append.restype = [pointer], c.POINTER(Peer)


def text_of(key):
    text = c.create_string_buffer(45)
    lib.cvl_key_to_text(text, key)
    return text.value.decode()


def let_in(knocks, knock, addresses):
    change = lib.cvl_device_create()
    try:
        peer = lib.cvl_peer_append(change)
        peer.contents.public_key = knock.public_key
        word_allowed_ips(peer, addresses.encode())
        knocks_accept(knocks, knock.id, change)
    finally:
        lib.cvl_device_destroy(change)


def decide(knocks, knock, file):
    with open(file, encoding="ascii") as lines:
        guests = dict(line.split()[:2] for line in lines if line.strip())
    key = text_of(knock.public_key)
    try:
        if key in guests:
            let_in(knocks, knock, guests[key])
        else:
            knocks_refuse(knocks, knock.id, 60)
        print(f"{key}: {guests.get(key, 'refused')}", flush=True)
    except Refused as error:
        # Each is kept for five seconds.
        if error.code != errno.ESTALE:
            raise
        print(f"{key}: too late", flush=True)


def main():
    if len(sys.argv) != 3:
        sys.exit(__doc__)
    link, knock = Link(), c.POINTER(Knock)()
    netlink_find(netlink_create(), link, sys.argv[1].encode())
    knocks = knocks_create(link)
    print(f"listening at {sys.argv[1]}", flush=True)
    while True:
        select.select([lib.cvl_knocks_fd(knocks)], [], [])
        while knocks_next(knocks, knock) > 0:
            decide(knocks, knock.contents, sys.argv[2])


if __name__ == "__main__":
    try:
        main()
    except KeyboardInterrupt:
        pass
    except Refused as error:
        sys.exit(f"guests: {error}")
