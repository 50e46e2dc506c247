# SPDX-License-Identifier: GPL-2.0
"""Programs that listen to the multicast groups of family culvert, for the link of a World: to
events, or to knocks and wants, which they ask for."""
import errno
import socket
import time

from . import ktap, netlink as nl

# What it may take until an event has come: it is sent by a worker.
SOON_S = 1.0


class Listener(nl.Client):
    """A listener in the namespace of the link; `events` has what it was told."""

    def __init__(self, world, *groups, namespace=None):
        super().__init__("culvert", namespace or world.link.namespace)
        self.join(*groups)
        self.events = []
        self.whole = True

    def listen(self, seconds=SOON_S, enough=None):
        """What comes in SECONDS, or till ENOUGH of it has come; all of it is in `events`."""
        deadline = time.monotonic() + seconds
        heard = []
        while enough is None or len(heard) < enough:
            self.socket.settimeout(max(0.001, deadline - time.monotonic()))
            try:
                heard += [nl.Event(data[4:]) for _, _, data in self.receive()]
            except TimeoutError:
                break
            except OSError as error:
                if error.errno != errno.ENOBUFS:
                    raise
                self.whole = False
        self.events += heard
        return heard

    def expect(self, name, *kinds, seconds=SOON_S):
        """Exactly these KINDS come, in their order; the events."""
        heard = self.listen(seconds)
        ktap.equal(name, list(kinds), [event.kind for event in heard])
        return heard if [event.kind for event in heard] == list(kinds) else None

    def close(self):
        """All that it was told was whole: the numbers of each group follow each other."""
        self.socket.close()
        if not self.whole:
            return
        for group in "config", "session":
            numbers = [event.number for event in self.events if event.group == group]
            if numbers != list(range(numbers[0], numbers[0] + len(numbers)) if numbers else []):
                ktap.fail(f"numbers of the events of group {group}", "each is one more", numbers)


class Program(Listener):
    """A program that listens for the knocks or wants of a link, and asks for them when it rings."""

    # Of these: the multicast group, the commands, and the attribute that an answer has.
    GROUP = LISTEN = GET = ANSWER = None

    def __init__(self, world):
        super().__init__(world, self.GROUP)
        self.name = nl.attr(nl.IFNAME, world.link.dev)

    def open(self):
        self.request(self.LISTEN, self.name)
        return self

    def get(self):
        """The next one's attributes, or None."""
        try:
            answer = self.request(self.GET, self.name)
        except nl.Refusal as error:
            if error.errno != errno.EAGAIN:
                raise
            return None
        return dict(nl.attrs(dict(nl.attrs(answer[0][1]))[self.ANSWER]))

    def all(self):
        """All that there are."""
        return list(iter(self.get, None))


def says(name, number, function, *arguments):
    """FUNCTION is refused with errno NUMBER and a sentence."""
    try:
        function(*arguments)
        ktap.fail(name, errno.errorcode[number], "success")
    except nl.Refusal as error:
        ktap.true(name, error.errno == number and error.text, errno.errorcode[number], error)


def lost_by(world, listener):
    """How many messages the buffer of LISTENER had no room for."""
    rows = [row.split() for row in world.link.inside("cat", "/proc/net/netlink").splitlines()]
    return sum(int(row[8]) for row in rows
               if row[1:3] == [str(nl.NETLINK_GENERIC), str(listener.portid())])


def fill(world, listener):
    """LISTENER, which does not read them, is told of events till its buffer has no room."""
    listener.socket.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 1)
    listener.join("config")
    asker = nl.Client("culvert", world.link.namespace)
    for mark in range(100, -1, -1):
        asker.set(nl.attr(nl.IFNAME, world.link.dev), nl.u32(nl.FWMARK, mark))
        if mark and ktap.wait_until(lambda: lost_by(world, listener), 0.2):
            asker.set(nl.attr(nl.IFNAME, world.link.dev), nl.u32(nl.FWMARK, 0))
            break
    asker.socket.close()
    ktap.true("the program's buffer is full", lost_by(world, listener), "events that are lost",
              "none")


def bell_is_lost(name, world, program, ring, kind):
    """RING makes what PROGRAM would be told of, whose buffer is full, which it asks for then."""
    fill(world, program)
    before = lost_by(world, program)
    ring()
    ktap.true(f"{name}, no room in the buffer: the bell is lost",
              ktap.wait_until(lambda: lost_by(world, program) > before), "one more lost message",
              "none")
    # Neither is there room for the answer.
    program.send(program.GET, program.name)
    heard = [event.kind for event in program.listen(0.5)]
    ktap.true(f"{name}, no room in the buffer: the program reads, and is not told",
              kind not in heard and not program.whole, "other events, and ENOBUFS",
              (heard, program.whole))
