#!/usr/bin/python3
# SPDX-License-Identifier: GPL-2.0
"""UDP in both directions while a tunnel gets another way. Run by failover.sh.

    failover.py moves|requests|stays NAMESPACE-A NAMESPACE-B DEV KEY-OF-B ONE TWO
"""
import base64
import socket
import struct
import sys
import threading
import time

from cvtest import ktap, netlink as nl
from cvtest.netns import enter

A, B, DEV, KEY = sys.argv[2], sys.argv[3], sys.argv[4], base64.b64decode(sys.argv[5])
ONE, TWO = sys.argv[6], sys.argv[7]
INSIDE = {A: "10.77.0.1", B: "10.77.0.2"}
SERVICE = 4000
APART_S = 0.01
# Between two initiations, and between data without an answer and looking for another way.
RETRY_S, SILENT_S, JITTER_S = 5, 2, 0.334
# A busy machine that emulates two processors.
SLACK_S = 1.5


def socket_in(namespace):
    enter(namespace)
    one = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
    one.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 1 << 22)
    one.bind((INSIDE[namespace], SERVICE))
    return one


class Load:
    """Numbered datagrams each way, as long as it lasts."""

    def __init__(self):
        self.sockets = {A: socket_in(A), B: socket_in(B)}
        self.sent = {A: 0, B: 0}
        self.heard = {A: [], B: []}
        self.going = True
        self.threads = [threading.Thread(target=self.send)] + [
            threading.Thread(target=self.receive, args=(where,)) for where in (A, B)]

    def send(self):
        due = time.monotonic()
        while self.going:
            for where in A, B:
                other = B if where == A else A
                self.sockets[where].sendto(struct.pack("!I", self.sent[where]) + bytes(200),
                                           (INSIDE[other], SERVICE))
                self.sent[where] += 1
            due = max(due + APART_S, time.monotonic() - 10 * APART_S)
            time.sleep(max(0, due - time.monotonic()))

    def receive(self, where):
        self.sockets[where].settimeout(0.5)
        while True:
            try:
                data = self.sockets[where].recv(2048)
            except TimeoutError:
                if not self.going:
                    return
                continue
            self.heard[where].append((time.monotonic(), struct.unpack_from("!I", data)[0]))

    def __enter__(self):
        for thread in self.threads:
            thread.start()
        return self

    def __exit__(self, *_):
        self.going = False
        for thread in self.threads:
            thread.join()
        for one in self.sockets.values():
            one.close()

    def report(self, name, where):
        """How many of those that were sent to WHERE have not come, and came late or twice."""
        other = B if where == A else A
        numbers = [number for _, number in self.heard[where]]
        back = sum(1 for before, after in zip(numbers, numbers[1:]) if after < before)
        lost = self.sent[other] - len(set(numbers))
        ktap.note(f"{name}: {self.sent[other]} sent, {lost} lost, {back} out of order")
        return lost, len(numbers) - len(set(numbers)), back

    def gap(self, where, begin, end):
        """The longest time in which nothing came."""
        times = [begin] + [at for at, _ in self.heard[where] if begin <= at <= end] + [end]
        return max(after - before for before, after in zip(times, times[1:]))


class Near:
    """The link of a, and its peer."""

    def __init__(self):
        self.client = nl.Client("culvert", A)
        self.name = nl.attr(nl.IFNAME, DEV)

    def set(self, *more):
        self.client.set(self.name, nl.nest(nl.PEERS, nl.peer(KEY, *more)))

    def ways(self, *those):
        """Each ADDRESS:PORT and its preference."""
        self.set(nl.candidates(*[
            nl.candidate(nl.endpoint(where.split(":")[0], int(where.split(":")[1])), how)
            for where, how in those]))

    def at(self):
        peer = self.client.dump(DEV)["peers"][KEY]
        return nl.show_endpoint(peer.get(nl.PEER_ENDPOINT))

    def reaches(self, where, seconds):
        return ktap.wait_until(lambda: self.at() == where, seconds)


def in_both(*words):
    """A command of ip(8) or tc(8) for each end of a way; "v@" is the interface's first letters."""
    for namespace, letter in (A, "a"), (B, "b"):
        ktap.command("nsenter", f"--net=/run/netns/{namespace}",
                     *[word.replace("v@", f"v{letter}") for word in words])


def by_request(near):
    """A better way is found: the peer is moved to it and back."""
    # Under load a responder answers by the way that data came by last, which is the old one:
    # wireguard-go always, wireguard.ko when data comes while it makes its answer.
    with Load() as load:
        time.sleep(RETRY_S + 0.5)
        for where, other in (TWO, ONE), (ONE, TWO), (TWO, ONE):
            near.ways((where, 0), (other, 1))
            near.set(nl.attr(nl.PEER_REKEY_NOW, b""))
            ktap.true(f"rekey: the peer moves to {where}", near.reaches(where, 2), where, near.at())
            time.sleep(RETRY_S + 0.5)
    for where, name in (B, "a to b"), (A, "b to a"):
        lost, twice, _ = load.report(f"rekey, {name}", where)
        ktap.equal(f"rekey, {name}: datagrams that were lost, and that came twice", (0, 0),
                   (lost, twice))


def dead(near):
    """The way in use takes everything and brings nothing."""
    near.set(nl.u32(nl.PEER_SILENT_S, SILENT_S))
    near.ways((ONE, 0), (TWO, 0))
    with Load() as load:
        time.sleep(RETRY_S + 0.5)
        ktap.equal("dead: the way in use before", TWO, near.at())
        begin = time.monotonic()
        in_both("tc", "qdisc", "add", "dev", "v@2", "root", "netem", "loss", "100%")
        moved = near.reaches(ONE, 10)
        ktap.true("dead: the peer moves to the other", moved, ONE, near.at())
        time.sleep(2)
        end = time.monotonic()
    in_both("tc", "qdisc", "del", "dev", "v@2", "root")
    for where, name in (B, "a to b"), (A, "b to a"):
        load.report(f"dead, {name}", where)
        ktap.between(f"dead, {name}: seconds without a datagram", 0,
                     SILENT_S + JITTER_S + 0.4 + SLACK_S, load.gap(where, begin, end))


def no_route(near):
    """The interface of the way in use goes down."""
    near.ways((ONE, 0), (TWO, 0))
    with Load() as load:
        time.sleep(RETRY_S + 0.5)
        ktap.equal("no route: the way in use before", ONE, near.at())
        begin = time.monotonic()
        in_both("ip", "link", "set", "v@1", "down")
        ktap.true("no route: the peer moves to the other", near.reaches(TWO, 3), TWO, near.at())
        time.sleep(2)
        end = time.monotonic()
    in_both("ip", "link", "set", "v@1", "up")
    for where, name in (B, "a to b"), (A, "b to a"):
        lost, twice, _ = load.report(f"no route, {name}", where)
        # What is sent until the far end, or this one, has the other way, and what was under way.
        ktap.between(f"no route, {name}: datagrams that were lost", 0, SLACK_S / APART_S, lost)
        ktap.equal(f"no route, {name}: datagrams that came twice", 0, twice)
        ktap.between(f"no route, {name}: seconds without a datagram", 0, SLACK_S,
                     load.gap(where, begin, end))


def stays():
    """wireguard.ko has one endpoint, which is dead."""
    with Load() as load:
        time.sleep(1)
        begin = time.monotonic()
        in_both("tc", "qdisc", "add", "dev", "v@1", "root", "netem", "loss", "100%")
        time.sleep(20)
        end = time.monotonic()
    for where, name in (B, "a to b"), (A, "b to a"):
        load.report(f"wireguard.ko, {name}", where)
        ktap.note(f"wireguard.ko, {name}: seconds without a datagram, of 20: "
                  f"{load.gap(where, begin, end):.1f}")
        ktap.between(f"wireguard.ko, {name}: seconds without a datagram", 18, 30,
                     load.gap(where, begin, end))


if sys.argv[1] == "moves":
    for case in by_request, dead, no_route:
        ktap.run_case(case, Near())
elif sys.argv[1] == "requests":
    ktap.run_case(by_request, Near())
else:
    ktap.run_case(stays)
ktap.finish()
