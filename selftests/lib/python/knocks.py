#!/usr/bin/python3
# SPDX-License-Identifier: GPL-2.0
"""A program that listens for knocks and decides nothing. Run by stress/flood-knocks.sh in the
namespace of the link; on SIGTERM it prints how many it was told.

    knocks.py DEV
"""
import errno
import signal
import sys

from cvtest import netlink as nl


def take_all(door, dev):
    """How many there are that have not been asked for."""
    count = 0
    while True:
        try:
            door.request(nl.KNOCK_GET, dev)
        except nl.Refusal as error:
            if error.errno != errno.EAGAIN:
                raise
            return count
        count += 1


def main():
    if len(sys.argv) != 2:
        sys.exit(__doc__)
    dev, count = nl.attr(nl.IFNAME, sys.argv[1]), 0
    ear, door = nl.Client("culvert"), nl.Client("culvert")
    ear.join("knock")
    ear.socket.settimeout(0.2)
    door.request(nl.KNOCK_LISTEN, dev)
    print("listening", flush=True)
    ended = []
    signal.signal(signal.SIGTERM, lambda *_: ended.append(True))
    while not ended:
        try:
            ear.receive()
        except TimeoutError:
            pass
        except OSError as error:
            # A bell that is lost is one of many.
            if error.errno != errno.ENOBUFS:
                raise
        count += take_all(door, dev)
    print(f"told {count}", flush=True)


main()
