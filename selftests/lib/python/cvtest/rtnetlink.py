# SPDX-License-Identifier: GPL-2.0
"""A raw rtnetlink client for the tests: makes, changes, shows and deletes links, with
attributes that ip(8) would not send. Numbers are those of linux/if_link.h."""
import errno
import socket
import struct

from . import netlink as nl

NETLINK_ROUTE = 0
NEWLINK, DELLINK, GETLINK = 16, 17, 18
CREATE, EXCL = 0x400, 0x200
ADDRESS, IFNAME, MTU, LINK, MASTER, TXQLEN, LINKINFO = 1, 3, 4, 5, 10, 13, 18
NUM_TX_QUEUES, NUM_RX_QUEUES, INFO_KIND, INFO_DATA = 31, 32, 1, 2
UP = 1


class Client:
    """A netlink socket in the namespace that this process is in."""

    def __init__(self):
        self.socket = socket.socket(socket.AF_NETLINK, socket.SOCK_RAW, NETLINK_ROUTE)
        self.socket.settimeout(20)
        self.socket.bind((0, 0))
        self.serial = 0

    def request(self, kind, flags, *parts, up=None, index=0):
        """Returns the payload of the answer, if there is one; raises OSError."""
        self.serial += 1
        set_up = (UP if up else 0, UP if up is not None else 0)
        body = struct.pack("=BxHiII", socket.AF_UNSPEC, 0, index, *set_up) + b"".join(parts)
        self.socket.send(struct.pack("=IHHII", 16 + len(body), kind, nl.REQUEST | nl.ACK | flags,
                                     self.serial, 0) + body)
        answer = None
        while True:
            data, at = self.socket.recv(1 << 18), 0
            while at + 16 <= len(data):
                length, what = struct.unpack_from("=IH", data, at)
                if what == nl.NLMSG_ERROR:
                    number, = struct.unpack_from("=i", data, at + 16)
                    if number:
                        raise OSError(-number, errno.errorcode.get(-number, str(-number)))
                    return answer
                answer = data[at + 16:at + length]
                at += length + 3 & ~3

    def add(self, name, kind, *parts, data=None, index=0):
        info = [nl.attr(INFO_KIND, kind)]
        if data is not None:
            info.append(nl.attr(INFO_DATA, data))
        self.request(NEWLINK, CREATE | EXCL, nl.attr(IFNAME, name),
                     nl.nest(LINKINFO, *info), *parts, index=index)

    def change(self, name, *parts, up=None):
        self.request(NEWLINK, 0, nl.attr(IFNAME, name), *parts, up=up)

    def delete(self, name):
        self.request(DELLINK, 0, nl.attr(IFNAME, name))

    def get(self, name):
        """(device type, flags, {attribute: payload})"""
        answer = self.request(GETLINK, 0, nl.attr(IFNAME, name))
        _, kind, _, flags = struct.unpack_from("=BxHiI", answer)
        return kind, flags, dict(nl.attrs(answer[16:]))
