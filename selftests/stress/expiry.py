#!/usr/bin/python3
# SPDX-License-Identifier: GPL-2.0
"""Peers with idle_s 1 and 2 are added again and again, and what may happen to peers happens to
them about when they expire. Run by expiry.sh.

    expiry.py run NAMESPACE FAR SEED   until SIGTERM; then results are printed
    expiry.py unload NAMESPACE FAR     once: all links are deleted, the module is unloaded

NAMESPACE has link cv0, with peers that traffic goes over and that must not expire; FAR has the
other end. The process itself listens; there is a process for each of these:

    kept       peers of cv0 are removed, added again, kept for ever, let in when they knock
    replaced   the same with those of cv1, and all are replaced; cv1 is set down and up
    deleted    cv2 is made, and deleted with its peers
    ended      the same link in a namespace that ends with it
"""
import collections
import ctypes
import errno
import heapq
import mmap
import os
import random
import select
import signal
import socket
import struct
import subprocess
import sys
import time

from cvtest import ktap, netlink as nl, peer as wg, rtnetlink
from cvtest.netns import enter
from expiry_ledger import Ledger

SLOW = int(os.environ.get("CV_SLOW", "1"))
BATCH, BATCHES = 80, 3
# A link that is deleted has as many peers; so has each in "unload".
MANY = 400
# The peers that traffic goes over: longer than it may be interrupted.
TRAFFIC_IDLE_S = 30 * SLOW
# The port of cv0, and where the strangers that knock find it.
REMOTE = ("198.51.100.1", 51820)
# So many events may wait to be looked at before no more are caused.
BEHIND_MOST = 5000
# What it may take on a slow machine until the last has expired, and is told.
ENDED_S = 30 * SLOW
SO_RCVBUFFORCE, CLONE_NEWNET = 33, 0x40000000
REQUEST_PEERS = 400

libc = ctypes.CDLL(None, use_errno=True)


def elements(keys, *more, ips=False):
    """PEERS of KEYS, each with MORE, and an allowed IP of its own if asked for."""
    return nl.nest(nl.PEERS, *[nl.peer(key, *more, *(own_ip(key) if ips else ())) for key in keys])


def own_ip(key):
    address = socket.inet_ntop(socket.AF_INET6, b"\xfd\x99" + key[:14])
    return (nl.nest(nl.PEER_IPS, nl.allowed_ip(f"{address}/128")),)


def new_keys(count):
    return [nl.key() for _ in range(count)]


def idle(seconds):
    """For a request that begins now, which expiry_ledger.py sees by the name."""
    return nl.u32(nl.PEER_IDLE_S, seconds) + nl.attr(nl.PEER_NAME, f"{time.time():.6f}")


UPDATE = nl.u32(nl.PEER_FLAGS, nl.PEER_UPDATE_ONLY)
REMOVE = nl.u32(nl.PEER_FLAGS, nl.PEER_REMOVE)
REPLACE = nl.u32(nl.FLAGS, nl.REPLACE_PEERS)


def make_link(name):
    route = rtnetlink.Client()
    route.add(name, ktap.KIND)
    route.change(name, up=True)
    return route


class Work:
    """What a process is given to know when it ends, and whether it goes too fast."""

    def __init__(self, seed):
        self.seed = seed
        self.end, self.kept_open = os.pipe()
        self.shared = mmap.mmap(-1, mmap.PAGESIZE)
        self.rng = None

    def begin(self, name, run, *arguments):
        """A process that runs RUN: its name, its pid, and a pipe with the keys that it returns."""
        out, into = os.pipe()
        pid = os.fork()
        if pid:
            os.close(into)
            return name, pid, out
        status = 1
        try:
            signal.signal(signal.SIGTERM, signal.SIG_DFL)
            os.close(self.kept_open)
            self.rng = random.Random(f"{self.seed} {name}")
            added = run(self, *arguments) or set()
            with open(into, "wb") as file:
                file.write(b"".join(added))
            status = 0
        except Exception as error:  # pylint: disable=broad-except
            print(f"# {name}: {error!r}", flush=True)
            raise
        finally:
            os._exit(status)

    def until(self, moment):
        """Waits for MOMENT. True if all is to end."""
        wait = max(0, moment - time.monotonic())
        return bool(select.select([self.end], [], [], wait)[0])

    def goes_on(self):
        while struct.unpack_from("=I", self.shared)[0] > BEHIND_MOST:
            if self.until(time.monotonic() + 0.1):
                return False
        return not self.until(0)


# ------------------------------------------------------------------- processes


class Crowd:
    """The peers of a link, in batches, each of which is busy at moments of its own."""

    def __init__(self, work, dev):
        self.work, self.rng = work, work.rng
        self.name, self.dev = nl.attr(nl.IFNAME, dev), dev
        self.client, self.route = nl.Client("culvert"), rtnetlink.Client()
        self.batches = [new_keys(BATCH) for _ in range(BATCHES)]
        self.added = set()

    def add(self, keys, *more):
        """The moment when KEYS expire, or about then."""
        begin, seconds = time.monotonic(), self.rng.choice((1, 1, 1, 2))
        self.client.set(self.name, *more, elements(keys, idle(seconds), ips=True))
        took = time.monotonic() - begin
        self.added.update(keys)
        return begin + seconds + took * self.rng.uniform(-0.1, 1.5) + self.rng.uniform(0, 0.03)

    def nothing(self, keys):
        """They expire; half of them are not seen again."""
        keys[:BATCH // 2] = new_keys(BATCH // 2)

    def again(self, keys):
        self.add(keys)

    def remove(self, keys):
        self.client.set(self.name, elements(keys, REMOVE))

    def remove_each(self, keys):
        for key in self.rng.sample(keys, len(keys) // 4):
            self.client.set(self.name, elements([key], REMOVE))

    def keep(self, keys):
        self.client.set(self.name, elements(keys, UPDATE, idle(0)))

    def replace(self, keys):
        self.add(keys, REPLACE)

    def clear(self, _):
        self.client.set(self.name, REPLACE)

    def flap(self, _):
        self.route.change(self.dev, up=False)
        self.route.change(self.dev, up=True)

    def run(self, *more):
        """Till the end; the keys that were added."""
        ops = (self.nothing, self.again, self.remove, self.remove_each, self.keep) + more
        due = [(time.monotonic() + self.rng.random(), n) for n in range(BATCHES)]
        while self.work.goes_on():
            moment, n = heapq.heappop(due)
            keys = self.batches[n]
            if self.work.until(moment):
                break
            self.rng.choice(ops)(keys)
            if self.rng.random() < 0.5:
                self.work.until(time.monotonic() + self.rng.uniform(0, 0.1))
            heapq.heappush(due, (self.add(keys), n))
        return self.added


def kept(work):
    return Crowd(work, "cv0").run()


def replaced(work):
    crowd = Crowd(work, "cv1")
    return crowd.run(crowd.replace, crowd.clear, crowd.flap)


def burst(work, name):
    """A link NAME with many peers; at the moment when these expire its rtnetlink client."""
    route, client, begin = make_link(name), nl.Client("culvert"), time.monotonic()
    client.set(nl.attr(nl.IFNAME, name), elements(new_keys(MANY), idle(1), ips=True))
    took = time.monotonic() - begin
    work.until(begin + 1 + took * work.rng.uniform(-0.1, 1.2) + work.rng.uniform(0, 0.03))
    return route


def deleted(work):
    while work.goes_on():
        burst(work, "cv2").delete("cv2")


def ended(work):
    while work.goes_on():
        work.rng.random()
        pid = os.fork()
        if not pid:
            status = 1
            try:
                if not libc.unshare(CLONE_NEWNET):
                    burst(work, "cv0")
                    status = 0
            finally:
                # Its sockets are the last that the namespace has.
                os._exit(status)
        if os.waitpid(pid, 0)[1]:
            raise RuntimeError("no link in a namespace of its own")


def knocking(work, namespace, far):
    """Who knocks is let in, and says nothing more."""
    door = nl.Client("culvert", namespace)
    name, added = nl.attr(nl.IFNAME, "cv0"), set()
    public = door.dump("cv0")["device"][nl.PUBLIC_KEY]
    door.request(nl.KNOCK_LISTEN, name)
    enter(far)
    while work.goes_on():
        stranger = wg.Me(public, REMOTE, local=("0.0.0.0", 0))
        stranger.send(wg.Initiation(stranger).message)
        stranger.socket.close()
        deadline = time.monotonic() + 2
        while time.monotonic() < deadline and not work.until(time.monotonic() + 0.02):
            added |= let_in(door, name)
    return added


def let_in(door, name):
    """The oldest that knocks, if there is one."""
    try:
        answer = door.request(nl.KNOCK_GET, name)
        knock = dict(nl.attrs(dict(nl.attrs(answer[0][1]))[nl.KNOCK]))
        key = knock[nl.KNOCK_KEY]
        door.set(name, elements([key], nl.attr(nl.PEER_KNOCK_ID, knock[nl.KNOCK_ID]), idle(1),
                                ips=True))
    except nl.Refusal as error:
        if error.errno not in (errno.EAGAIN, errno.ESTALE):
            raise
        return set()
    return {key}


# ------------------------------------------------------------------- the listener


class Ear:
    """A listener to group config that takes what comes before it looks at it."""

    def __init__(self, work):
        self.client, self.work = nl.Client("culvert"), work
        self.client.socket.setsockopt(socket.SOL_SOCKET, SO_RCVBUFFORCE, 16 << 20)
        self.client.join("config")
        self.ledger, self.waiting, self.overflowed = Ledger(), collections.deque(), False

    def take(self, wait_s):
        """What has come, after WAIT_S at most."""
        while select.select([self.client.socket], [], [], wait_s)[0]:
            wait_s = 0
            try:
                self.waiting += [data[4:] for _, _, data in self.client.receive()]
            except OSError as error:
                if error.errno != errno.ENOBUFS:
                    raise
                self.overflowed = True
            self.tell_waiting()

    def tell_waiting(self):
        struct.pack_into("=I", self.work.shared, 0, len(self.waiting))

    def listen(self):
        """A little of it is looked at."""
        self.take(0 if self.waiting else 0.1)
        for _ in range(min(50, len(self.waiting))):
            self.ledger.note(nl.Event(self.waiting.popleft()))
        self.tell_waiting()

    def listen_to_end(self, numbers):
        """Till the last event of each link, by its number, and all that wait."""
        def is_behind():
            return any(self.ledger.links[index].number != number
                       for index, number in numbers.items())
        deadline = time.monotonic() + ENDED_S
        self.take(0)
        while self.waiting or (is_behind() and time.monotonic() < deadline):
            self.listen()


def wait_for_end(processes):
    """What each of PROCESSES has added."""
    added = {}
    for name, pid, out in processes:
        with open(out, "rb") as file:
            data = file.read()
        ktap.equal(f"process {name} ends well", 0, os.waitpid(pid, 0)[1])
        added[name] = {data[at:at + 32] for at in range(0, len(data), 32)}
    return added


def at_rest(client, name, stays):
    """The dump of link NAME when all its peers but STAYS have expired, or time is up."""
    deadline = time.monotonic() + ENDED_S
    while True:
        dump = client.dump(name)
        # Those that were kept for ever when all ended.
        keys = [key for key, peer in dump["peers"].items()
                if key not in stays and nl.PEER_IDLE_S not in peer]
        for at in range(0, len(keys), REQUEST_PEERS):
            client.set(nl.attr(nl.IFNAME, name),
                       elements(keys[at:at + REQUEST_PEERS], UPDATE, idle(1)))
        if set(dump["peers"]) == stays or time.monotonic() > deadline:
            return dump
        time.sleep(0.1)


def run(namespace, far, seed):
    enter(namespace)
    client, told_to_end = nl.Client("culvert"), []
    stays = set(client.dump("cv0")["peers"])
    client.set(nl.attr(nl.IFNAME, "cv0"), elements(stays, UPDATE, idle(TRAFFIC_IDLE_S)))
    work = Work(seed)
    ear, route = Ear(work), make_link("cv1")
    # The peers that are there have not been told.
    first = ear.ledger.links[nl.index_of("cv0")]
    first.number = nl.number(client.dump("cv0")["device"].get(nl.EVENT_NUMBER, b""))
    first.peers = {key: (TRAFFIC_IDLE_S, time.time()) for key in stays}
    signal.signal(signal.SIGTERM, lambda *_: told_to_end.append(True))
    processes = [work.begin(part.__name__, part) for part in (kept, replaced, deleted, ended)]
    processes.append(work.begin("knocking", knocking, namespace, far))
    print(f"# seed {seed}", flush=True)
    while not told_to_end:
        ear.listen()
    os.close(work.kept_open)
    added = wait_for_end(processes)
    dumps = {name: at_rest(client, name, stays if name == "cv0" else set())
             for name in ("cv0", "cv1")}
    indices = {name: nl.index_of(name) for name in dumps}
    ear.listen_to_end({indices[name]: nl.number(dump["device"][nl.EVENT_NUMBER])
                       for name, dump in dumps.items()})
    ktap.equal("a peer that traffic goes over does not expire, all others do", [stays, set()],
               [set(dumps[name]["peers"]) for name in ("cv0", "cv1")])
    ktap.true("strangers are let in", added["knocking"], "one or more", 0)
    ear.ledger.judge({indices["cv0"]: (stays, added["kept"] | added["knocking"]),
                      indices["cv1"]: (set(), added["replaced"])}, ear.overflowed)
    route.delete("cv1")


# ------------------------------------------------------------------- the module


def unload(namespace, far):
    """Links at both ends with peers that expire go, and the module with them, at once."""
    work = Work(None)
    work.rng = random.Random()
    enter(far)
    burst(work, "cv1")
    rtnetlink.Client().delete("cv0")
    enter(namespace)
    burst(work, "cv1")
    for name in namespace, far:
        enter(name)
        for link in "cv0", "cv1":
            try:
                rtnetlink.Client().delete(link)
            except OSError as error:
                if error.errno != errno.ENODEV:
                    raise
    deadline = time.monotonic() + ENDED_S
    while True:
        done = subprocess.run(["rmmod", ktap.KIND], capture_output=True, text=True, check=False)
        if not done.returncode:
            return
        if time.monotonic() > deadline:
            sys.exit(done.stderr)


if len(sys.argv) == 5 and sys.argv[1] == "run":
    run(*sys.argv[2:])
elif len(sys.argv) == 4 and sys.argv[1] == "unload":
    unload(*sys.argv[2:])
else:
    sys.exit(__doc__)
