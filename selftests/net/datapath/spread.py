#!/usr/bin/python3
# SPDX-License-Identifier: GPL-2.0
"""Traffic between one link and many peers at once, both ways, all of it checked:
numbered datagrams of changing sizes, from and to every peer. Run by many-peers.sh.

    spread.py HUB SPOKES FAMILY PEERS
HUB and SPOKES are namespaces; link cvN in SPOKES is peer N.
"""
import random
import socket
import sys
import threading
import time

from cvtest import ktap
from cvtest.netns import enter

ROUNDS = 30
TIMEOUT_S = 40
SO_BINDTODEVICE = 25


def contents(peer, serial, direction):
    source = random.Random(f"{peer} {serial} {direction}")
    return b"%d %d " % (peer, serial) + source.randbytes(source.randrange(0, 1300))


class Spokes:
    def __init__(self, namespace, family, peers):
        enter(namespace)
        self.sockets = {}
        kind = socket.AF_INET6 if family == 6 else socket.AF_INET
        for peer in range(1, peers + 1):
            sock = socket.socket(kind, socket.SOCK_DGRAM)
            sock.setsockopt(socket.SOL_SOCKET, SO_BINDTODEVICE, b"cv%d" % peer)
            sock.bind((f"fd77::1:{peer}" if family == 6 else f"10.77.1.{peer}", 7))
            sock.settimeout(TIMEOUT_S)
            self.sockets[peer] = sock


def answer(sock, peer, hub, rounds, errors):
    """A spoke: sends first, then answers each datagram of the hub, in order."""
    try:
        sock.sendto(b"%d hello" % peer, hub)
        for serial in range(rounds):
            data = sock.recv(1 << 16)
            if data != contents(peer, serial, "out"):
                errors.append(f"peer {peer}: number {serial} came as {data[:12]!r}")
                return
            sock.sendto(contents(peer, serial, "back"), hub)
    except OSError as error:
        errors.append(f"peer {peer}: {error}")


def collect(hub, where, rounds, errors):
    """The hub: keeps a few datagrams to each peer on their way, so that there is
    always traffic of all of them at once."""
    sent, got = dict.fromkeys(where, 0), dict.fromkeys(where, 0)
    window = 3
    end = time.monotonic() + TIMEOUT_S
    while any(count < rounds for count in got.values()) and not errors:
        for peer, address in where.items():
            while sent[peer] < rounds and sent[peer] - got[peer] < window:
                hub.sendto(contents(peer, sent[peer], "out"), address)
                sent[peer] += 1
        if time.monotonic() > end:
            errors.append(f"after {TIMEOUT_S} s: got {got}")
            return
        data, source = hub.recvfrom(1 << 16)
        peer = int(data.split(b" ", 1)[0])
        if source[:2] != where[peer]:
            errors.append(f"from {source}: {data[:12]!r}")
        elif data != contents(peer, got[peer], "back"):
            errors.append(f"from {peer}: expected number {got[peer]}, got {data[:12]!r}")
        got[peer] += 1


def spread(hub_namespace, spoke_namespace, family, peers):
    """Many peers at once."""
    spokes = Spokes(spoke_namespace, family, peers)
    enter(hub_namespace)
    hub = socket.socket(socket.AF_INET6 if family == 6 else socket.AF_INET,
                        socket.SOCK_DGRAM)
    hub.bind(("fd77::1" if family == 6 else "10.77.0.1", 7))
    hub.settimeout(TIMEOUT_S)
    hub.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 1 << 20)
    errors = []
    threads = []
    for peer, sock in spokes.sockets.items():
        threads.append(threading.Thread(
            target=answer, args=(sock, peer, hub.getsockname()[:2], ROUNDS, errors)))
        threads[-1].start()
    where = {}
    try:
        while len(where) < peers:
            data, source = hub.recvfrom(1 << 16)
            where[int(data.split(b" ", 1)[0])] = source[:2]
    except OSError as error:
        errors.append(f"heard of {len(where)} peers: {error}")
    expected = {peer: sock.getsockname()[:2] for peer, sock in spokes.sockets.items()}
    missing = [peer for peer in expected if where.get(peer) != expected[peer]]
    ktap.equal(f"IPv{family}: {peers} peers send at once: a datagram of each arrives", [], missing)
    if not errors:
        try:
            collect(hub, where, ROUNDS, errors)
        except OSError as error:
            errors.append(f"hub: {error}")
    for thread in threads:
        thread.join()
    ktap.true(f"IPv{family}: {ROUNDS} datagrams to and from each of {peers} peers at once",
              not errors, "all of them, in order", "; ".join(errors[:5]))


def main():
    hub, spokes, family, peers = sys.argv[1:]
    ktap.run_case(spread, hub, spokes, int(family), int(peers))
    ktap.finish()


main()
