# SPDX-License-Identifier: GPL-2.0
"""One link under test with a Python peer before it, for hostile.py and timers.py:
adds the peer to the link, exchanges packets with it, and checks that something
sent was refused with no effect but on its drop counter."""
import base64
import os
import sys
import time

from . import ktap, peer as wg

INSIDE4, INSIDE6 = "10.77.0.1", "fd77::1"


class World:
    """The link under test: its namespace, device, outer address and port."""

    def __init__(self, namespace, dev, address, port):
        self.link = ktap.Link(namespace, dev)
        self.remote = (address, int(port))
        self.public = base64.b64decode(self.link.show("public-key"))
        self.serial = 0

    def new_peer(self, psk=None, endpoint=False, keepalive=None, **options):
        """A fresh peer, known to the link: with an address of its own inside."""
        return Peer(self, psk, endpoint, keepalive, **options)

    def counted_once(self, name, before, reason):
        """REASON has been counted once since the drops were BEFORE; no result for a kind that
        does not count."""
        if before:
            ktap.equal(name, before[reason] + 1, self.link.drops()[reason])


class Peer(wg.Me):
    """A Python peer that the link knows, and whose inside addresses it accepts."""

    def __init__(self, world, psk=None, endpoint=False, keepalive=None, **options):
        local = ("::", 0) if ":" in world.remote[0] else ("0.0.0.0", 0)
        super().__init__(world.public, world.remote, psk=psk or wg.NO_PSK, local=local,
                         **options)
        world.serial += 1
        self.world = world
        self.inside4 = f"10.77.1.{world.serial}"
        self.inside6 = f"fd77::1:{world.serial}"
        self.name = base64.b64encode(self.public).decode()
        self.port = self.socket.getsockname()[1]
        words = ["allowed-ips", f"{self.inside4}/32,{self.inside6}/128"]
        if psk:
            path = f"/tmp/psk-{os.getpid()}-{world.serial}"
            with open(path, "w", opener=lambda p, f: os.open(p, f, 0o600)) as file:
                file.write(base64.b64encode(psk).decode())
            words += ["preshared-key", path]
        if endpoint:
            words += ["endpoint", self.endpoint()]
        if keepalive:
            words += ["persistent-keepalive", str(keepalive)]
        world.link.set("peer", self.name, *words)
        if psk:
            os.unlink(path)

    def endpoint(self):
        address = "198.51.100.2" if self.world.remote[0].count(".") == 3 \
            else "2001:db8:51::2"
        return f"[{address}]:{self.port}" if ":" in address else f"{address}:{self.port}"

    def remove(self):
        self.world.link.set("peer", self.name, "remove")
        self.socket.close()

    def state(self):
        """What a refused message must leave alone: all of the peer that is shown
        but the bytes sent to it."""
        for line in self.world.link.dump().splitlines()[1:]:
            fields = line.split("\t")
            if fields[0] == self.name:
                return {"psk": fields[1], "endpoint": fields[2], "allowed": fields[3],
                        "handshake": fields[4], "rx": int(fields[5])}
        return None

    def shown_endpoint(self):
        return self.world.link.value("endpoints", self.name)

    def transmitted(self):
        return int(self.world.link.value("transfer", self.name).split("\t")[1])

    def provoke(self, payload=b"provoked"):
        """Makes the link's own host send a packet to this peer's inside address."""
        self.world.link.inside("ping", "-q", "-n", "-c", "1", "-W", "0.01", self.inside4,
                               check=False)

    def ping(self, session, serial=1, timeout_s=5.0, **options):
        """An echo through SESSION: true if its answer came back."""
        self.send(session.seal(wg.ping4(self.inside4, INSIDE4, serial), **options))
        deadline = time.monotonic() + timeout_s
        while time.monotonic() < deadline:
            message = self.receive(deadline - time.monotonic())
            if message is None or wg.type_of(message) != wg.DATA:
                continue
            try:
                if wg.is_pong4(session.open(message)[1], serial):
                    return True
            except wg.Refused:
                continue
        return False


class Refusal:
    """Checks around a with-block that sends hostile things: that what it sent is
    refused COUNT times for REASON (or one of several), changes nothing of PEER,
    moves no endpoint, and leaves SESSION working.
    """

    def __init__(self, name, peer, session, reason, count=1):
        self.name, self.peer, self.session = name, peer, session
        self.reasons = [reason] if isinstance(reason, str) else list(reason or [])
        self.count = count

    def counted(self):
        now = self.link.drops()
        return sum(now.get(r, 0) - self.drops.get(r, 0) for r in self.reasons)

    def __enter__(self):
        self.link = self.peer.world.link
        if self.session and not self.peer.ping(self.session):
            raise RuntimeError("the session does not work before the test")
        self.peer.drain()
        self.before = self.peer.state()
        self.drops = self.link.drops()
        return self

    def __exit__(self, kind, value, trace):
        if kind:
            return
        if self.drops and self.reasons:
            ktap.wait_until(lambda: self.counted() >= self.count)
            after = self.peer.state()
            ktap.equal(f"{self.name}: the peer's state is unchanged", self.before, after)
            ktap.equal(f"{self.name}: counted as {' or '.join(self.reasons)}", self.count,
                       self.counted())
        if self.session:
            ktap.true(f"{self.name}: the session still works", self.peer.ping(self.session),
                      "an answer to a ping", "none in 5 s")
            self.before["rx"] = None
        after = self.peer.state()
        if self.session:
            after["rx"] = None
        ktap.equal(f"{self.name}: the peer's state is unchanged at the end", self.before, after)
        if self.drops:
            others = {name: count - self.drops.get(name, 0)
                      for name, count in self.link.drops().items()
                      if count != self.drops.get(name, 0) and name not in self.reasons
                      and name.startswith(("rx_", "hs_"))}
            ktap.equal(f"{self.name}: no other drop reason is counted", {}, others)


def run_group(groups, usage):
    """Runs the cases of a group, each a function of the world, as the command line says:
    GROUP NAMESPACE DEV ADDRESS PORT."""
    if len(sys.argv) != 6:
        sys.exit(usage)
    world = World(*sys.argv[2:])
    for case in groups[sys.argv[1]]:
        ktap.run_case(case, world)
    ktap.finish()
