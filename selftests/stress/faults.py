#!/usr/bin/python3
# SPDX-License-Identifier: GPL-2.0
"""Makes each allocation of a request fail in turn: the NTHs one, for N = 1, 2, ... until
the request was done before it had so many; then each step of it that the module has marked
with ALLOW_ERROR_INJECTION(). Run by faults.sh.

    faults.py KIND              all requests
    faults.py KIND NAME FILE    NAME refuses its next call; FILE appears when that is
                                so, and this ends when it has been called

A request may fail, with an errno for want of memory, or succeed without it; after a failure
the same request must succeed, which it would not had it been half applied. A step
stands for whatever makes it refuse, memory or not.
"""
import ctypes
import errno
import os
import socket
import struct
import subprocess
import sys

from cvtest import ktap, netlink as nl

DEBUG = "/sys/kernel/debug"
FAIL_NTH = "/proc/thread-self/fail-nth"
FAIL_FUNCTION = f"{DEBUG}/fail_function"
MOST = 2000
# With CV_QUICK every SOMEth allocation of loading, which has hundreds.
SOME = 8
# What may be said when there is no memory; ENFILE by the kernel when a socket has none.
FINE = {errno.ENOMEM, errno.ENOBUFS, errno.E2BIG, errno.EBUSY, errno.EAGAIN, errno.EINTR,
        errno.ENFILE}
LIBC = ctypes.CDLL(None, use_errno=True)
INIT_MODULE, DELETE_MODULE = 175, 176
NEWLINK, DELLINK, SETLINK = 16, 17, 19
CREATE, EXCL = 0x400, 0x200
# Part of traffic, not of requests: faults.sh asks for these by name.
LATER = ("cv_session_create", "cv_batch_create")
IFLA_IFNAME, IFLA_LINKINFO, IFLA_INFO_KIND, IFF_UP = 3, 18, 1, 1


def put(path, value):
    with open(path, "w", encoding="ascii") as file:
        file.write(value)


def extent(function):
    """Of FUNCTION in the kernel's text: its first address, and that of what follows it."""
    with open("/proc/kallsyms", encoding="ascii") as file:
        lines = [line.split()[:3] for line in file]
    text = sorted(int(address, 16) for address, sort, _ in lines if sort in "tT")
    start = next(int(address, 16) for address, _, name in lines if name == function)
    return start, next(address for address in text if address > start)


def arm():
    """All of the kernel's own allocations, those that may sleep too, and no word of each:
    the memory of processes is left alone, or this one would be killed for want of it. So is
    what the kernel keeps of a module's tracepoints: it warns when it finds no memory there."""
    start, end = extent("event_define_fields")
    for kind in ("failslab", "fail_page_alloc"):
        path = f"{DEBUG}/{kind}"
        if not os.path.isdir(path):
            continue
        for name, value in (("ignore-gfp-wait", "N"), ("ignore-gfp-highmem", "Y"),
                            ("cache-filter", "N"), ("min-order", "0"), ("verbose", "0"),
                            ("probability", "0"), ("times", "-1"),
                            ("stacktrace-depth", "32"), ("reject-start", hex(start)),
                            ("reject-end", hex(end))):
            if os.path.exists(f"{path}/{name}"):
                put(f"{path}/{name}", value)


class Injection:
    """The NTH allocation of the with-block fails; `left` says that it was not reached."""

    def __init__(self, nth):
        self.nth, self.left = nth, True

    def __enter__(self):
        self.file = os.open(FAIL_NTH, os.O_RDWR)
        os.write(self.file, str(self.nth).encode())
        return self

    def __exit__(self, *_):
        self.left = os.pread(self.file, 32, 0).strip(b"\0\n") not in (b"0", b"")
        os.pwrite(self.file, b"0", 0)
        os.close(self.file)


class Step:
    """A function of the module that may be told to refuse its next call: in the
    with-block; `left` says that it was not called."""

    def __init__(self, name, sort):
        self.name, self.sort, self.left, self.met = name, sort, True, 0

    def __enter__(self):
        put(f"{FAIL_FUNCTION}/inject", self.name)
        if self.sort == "ERRNO":
            put(f"{FAIL_FUNCTION}/{self.name}/retval", hex(2 ** 64 - errno.ENOMEM))
        put(f"{FAIL_FUNCTION}/times", "1")
        return self

    def look(self):
        with open(f"{FAIL_FUNCTION}/times", encoding="ascii") as file:
            self.left = int(file.read()) != 0
        return not self.left

    def __exit__(self, *_):
        self.met += self.look()
        put(f"{FAIL_FUNCTION}/inject", "!" + self.name)


def steps(kind):
    """What the module has marked, by name."""
    for name, value in (("probability", "100"), ("interval", "1"), ("verbose", "0")):
        put(f"{FAIL_FUNCTION}/{name}", value)
    with open(f"{DEBUG}/error_injection/list", encoding="ascii") as file:
        marked = [line.replace(f"[{kind}]", "").split() for line in file if f"[{kind}]" in line]
    return {name: Step(name, sort) for name, sort in marked}


class Route(nl.Client):
    """rtnetlink: links made, set up and down, deleted; errors come as nl.Refusal."""

    def __init__(self):  # pylint: disable=super-init-not-called
        self.socket = socket.socket(socket.AF_NETLINK, socket.SOCK_RAW, 0)
        self.socket.settimeout(60)
        self.socket.bind((0, 0))
        self.serial, self.interrupted = 0, False

    def ask(self, kind, flags, index=0, state=0, change=0, extra=b""):
        self.serial += 1
        body = struct.pack("=BxHiII", 0, 0, index, state, change) + extra
        message = struct.pack("=IHHII", 16 + len(body), kind, nl.REQUEST | nl.ACK | flags,
                              self.serial, 0) + body
        return message

    def talk(self, message):
        self.socket.send(message)
        list(self.answers())


def index():
    """Of the link; Python's own error has no errno."""
    try:
        return socket.if_nametoindex("cvf")
    except OSError as error:
        raise OSError(errno.ENODEV, "no link cvf") from error


def make(route, kind):
    return route.ask(NEWLINK, CREATE | EXCL, extra=nl.attr(IFLA_IFNAME, "cvf") + nl.nest(
        IFLA_LINKINFO, nl.attr(IFLA_INFO_KIND, kind)))


def state(route, up):
    return route.ask(SETLINK, 0, index(), IFF_UP * up, IFF_UP)


def peers(number):
    return [nl.peer(bytes([number, n]) + bytes(range(30)), nl.u16(nl.PEER_KEEPALIVE, 25),
                    nl.attr(nl.PEER_ENDPOINT, nl.endpoint("192.0.2.9", 9)),
                    nl.nest(nl.PEER_IPS, nl.allowed_ip(f"10.{number}.{n}.0/24"),
                            nl.allowed_ip(f"fd00:{number}:{n}::/64"))) for n in range(1, 4)]


def ways(number):
    """The same peers with other ways to them."""
    return [nl.peer(bytes([number, n]) + bytes(range(30)), nl.u32(nl.PEER_SILENT_S, 5),
                    nl.candidates(*(nl.candidate(nl.endpoint(f"192.0.2.{m}", 9), m)
                                    for m in range(1, 9))),
                    nl.sources("192.0.2.0/24", "fd00::/8")) for n in range(1, 4)]


def no_ways(number):
    return [nl.peer(bytes([number, n]) + bytes(range(30)), nl.u32(nl.PEER_SILENT_S, 0),
                    nl.candidates(), nl.u8(nl.PEER_FOLLOW, nl.FOLLOW_ANYWHERE))
            for n in range(1, 4)]


class Case:
    """A request that is done with each of its allocations failing, and then undone; it may
    say ALSO besides what speaks of memory."""

    def __init__(self, name, do, undo, also=()):
        self.name, self.do, self.undo = name, do, undo
        self.fine = FINE.union(also)

    def again(self, failed):
        """What was refused works; what was done and only its answer was lost, is done."""
        lost = isinstance(failed, OSError) and failed.errno == errno.ENOBUFS
        try:
            self.do()
        except (nl.Refusal, OSError) as error:
            if not (lost and error.errno in (errno.EEXIST, errno.ENODEV, errno.ENXIO)):
                raise

    def refuse(self, step):
        """The same with a step that refuses: the request says so."""
        failed = None
        with step:
            try:
                self.do()
            except (nl.Refusal, OSError) as error:
                failed = error
        if not step.left:
            ktap.equal(f"{self.name}: {step.name} refuses", errno.ENOMEM,
                       failed and failed.errno)
            try:
                self.do()
            except (nl.Refusal, OSError) as error:
                ktap.fail(f"{self.name}: works after {step.name} has refused", "success",
                          error)
                return
        elif failed:
            ktap.fail(f"{self.name}: {step.name} is not called", "success", failed)
        self.undo()

    def run(self, every=1):
        """Each of its allocations, or every EVERYth."""
        errors = injected = 0
        for nth in range(1, MOST, every):
            failed = None
            with Injection(nth) as injection:
                try:
                    self.do()
                except (nl.Refusal, OSError) as error:
                    failed = error
                except MemoryError:
                    failed = OSError(errno.ENOMEM, "the program's own")
            if not injection.left:
                injected += 1
            if failed is not None:
                errors += 1
                if failed.errno not in self.fine:
                    ktap.fail(f"{self.name}: allocation {nth} fails", "an error of memory",
                              failed)
                    return
                try:
                    self.again(failed)
                except (nl.Refusal, OSError) as error:
                    ktap.fail(f"{self.name}: works after allocation {nth} has failed",
                              "success", error)
                    return
            self.undo()
            if injection.left:
                break
        else:
            ktap.fail(f"{self.name}: ends after a limited number of allocations",
                      f"at most {MOST} allocations", "more")
            return
        ktap.true(f"{self.name}: {injected} allocations failed, {errors} of them with an "
                  "error, and it worked after each", injected > 0, "one that fails", injected)


def cases(kind):
    """All requests, each with what takes it back."""
    route, client = Route(), nl.Client(kind)
    name = nl.attr(nl.IFNAME, "cvf")

    def ask(build):
        # What is asked is put together before: the kernel's allocations count alone.
        message = build()
        route.talk(message)

    def delete():
        route.talk(route.ask(DELLINK, 0, index()))

    # To the kernel a device whose name found no memory is one without a name.
    yield Case("make a link", lambda: ask(lambda: make(route, kind)), delete,
               also={errno.EINVAL})
    ask(lambda: make(route, kind))
    client.set(name, nl.attr(nl.PRIVATE_KEY, b"\x08" + bytes(30) + b"\x40"))
    yield Case("set a private key",
               lambda: client.set(name, nl.attr(nl.PRIVATE_KEY, b"\x18" + bytes(30) + b"\x40")),
               lambda: None)
    yield Case("add peers", lambda: client.set(name, nl.nest(nl.PEERS, *peers(1))),
               lambda: client.set(name, nl.u32(nl.FLAGS, nl.REPLACE_PEERS)))
    client.set(name, nl.nest(nl.PEERS, *peers(2)))
    yield Case("replace all peers",
               lambda: client.set(name, nl.u32(nl.FLAGS, nl.REPLACE_PEERS),
                                  nl.nest(nl.PEERS, *peers(3))), lambda: None)
    yield Case("remove peers", lambda: client.set(name, nl.nest(nl.PEERS, *[
        nl.peer(bytes([3, n]) + bytes(range(30)), nl.u32(nl.PEER_FLAGS, nl.PEER_REMOVE))
        for n in range(1, 4)])), lambda: client.set(name, nl.nest(nl.PEERS, *peers(3))))
    if kind == "culvert":
        yield Case("give peers candidates and limits",
                   lambda: client.set(name, nl.nest(nl.PEERS, *ways(3))),
                   lambda: client.set(name, nl.nest(nl.PEERS, *no_ways(3))))
        client.set(name, nl.nest(nl.PEERS, *ways(3)))
    yield Case("read a device", lambda: client.dump("cvf"), lambda: None)
    yield Case("set the link up", lambda: ask(lambda: state(route, 1)),
               lambda: ask(lambda: state(route, 0)))
    ask(lambda: state(route, 1))
    yield Case("change the port", lambda: client.set(name, nl.u16(nl.LISTEN_PORT, 51821)),
               lambda: client.set(name, nl.u16(nl.LISTEN_PORT, 51820)))
    if kind == "culvert":
        yield Case("ask for handshakes", lambda: client.set(name, nl.nest(nl.PEERS, *[
            nl.peer(bytes([3, n]) + bytes(range(30)), nl.attr(nl.PEER_REKEY_NOW, b""))
            for n in range(1, 4)])), lambda: None)
    yield Case("set the link down", lambda: ask(lambda: state(route, 0)),
               lambda: ask(lambda: state(route, 1)))
    # A link remembers that one has listened.
    yield Case("listen for knocks", lambda: client.request(nl.KNOCK_LISTEN, name),
               lambda: (delete(), ask(lambda: make(route, kind))))
    yield Case("listen for wants", lambda: client.request(nl.WANT_LISTEN, name),
               lambda: (delete(), ask(lambda: make(route, kind))))
    yield Case("delete the link", delete, lambda: ask(lambda: make(route, kind)))
    delete()


def delete_quietly():
    """Of a case that did not come to its end."""
    subprocess.run(["ip", "link", "del", "cvf"], capture_output=True, check=False)


def unload(kind):
    if LIBC.syscall(DELETE_MODULE, kind.encode(), os.O_NONBLOCK):
        number = ctypes.get_errno()
        raise OSError(number, os.strerror(number))


def load(kind):
    """By the system call: modprobe reads files, which would fail instead."""
    with open(os.environ["CULVERT_KO"], "rb") as file:
        image = file.read()

    def do():
        if LIBC.syscall(INIT_MODULE, image, len(image), b""):
            number = ctypes.get_errno()
            raise OSError(number, os.strerror(number))

    unload(kind)
    return Case("load the module", do, lambda: unload(kind)), do


def refusals(kind):
    """Each step refuses in each request that calls it; those of traffic are left."""
    marked = steps(kind)
    for name in LATER:
        marked.pop(name, None)
    for case in cases(kind):
        for step in marked.values():
            ktap.run_case(case.refuse, step)
    never = [step.name for step in marked.values() if not step.met]
    ktap.true("each function marked for error injection is called by a request",
              marked and not never,
              "at least one, each called", never)


def once(kind, name, ready):
    with steps(kind)[name] as step:
        put(ready, "")
        ktap.true(f"{name}() is called under traffic, and refuses", ktap.wait_until(step.look, 20),
                  "a call within 20 s", "none")


def main():
    if len(sys.argv) not in (2, 4):
        sys.exit(__doc__)
    kind = sys.argv[1]
    if len(sys.argv) == 4:
        once(kind, *sys.argv[2:])
        ktap.finish()
    arm()
    case, load_it = load(kind)
    ktap.run_case(case.run, SOME if os.environ.get("CV_QUICK") else 1)
    load_it()
    for case in cases(kind):
        ktap.run_case(case.run)
    delete_quietly()
    ktap.run_case(refusals, kind)
    delete_quietly()
    ktap.finish()


main()
