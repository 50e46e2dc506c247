# SPDX-License-Identifier: GPL-2.0
"""What the random operations of stress/random.sh act on: six network namespaces on one
bridge, three links in each, every link with the same link of the five others as peers.

    hub: br0 ── h-p0, h-p1, h-e0 ... h-e3
                  │
    p0:           u0 10.0.0.1 fd00::1     c0 10.100.0.1 fd77:0::1   port 51820, outer IPv4
                                          c1 10.101.0.1 fd77:1::1   port 51821, outer IPv6
                                          c2 10.102.0.1 fd77:2::1   port 51822, outer IPv4

p0 and p1 stay; e0 to e3 end and are made again. e2 and e3 have no IPv6 on u0.
"""
import contextlib
import errno
import hashlib
import os
import socket
import struct
import subprocess
import time

from cvtest import netlink as nl, noise as crypto, rtnetlink as rtnl
from cvtest.netns import enter

KIND = os.environ.get("CV_KIND", "culvert")
LINKS = range(3)
PORT = 51820
PERMANENT, PASSING = ["p0", "p1"], ["e0", "e1", "e2", "e3"]
NAMES = PERMANENT + PASSING
WITHOUT_IPV6 = {"e2", "e3"}
NUMBER = {name: n + 1 for n, name in enumerate(NAMES)}
NEWADDR, CREATE = 20, 0x400
IFA_ADDRESS, IFA_LOCAL, IFA_FLAGS, IFA_F_NODAD = 1, 2, 8, 2
NET_NS_FD = 28
# No request takes longer, unless something hangs.
REQUEST_TIMEOUT_S = 120
# How often a wire is tried again, a second apart: memory is taken for 6 s.
WIRE_TRIES = 20

NO_FILTERS = "add table inet t; delete table inet t"
# Of multicast a copy comes in by lo with the connection it left by. When a fragment of it is
# lost the others wait for it, and a namespace that ends then waits for their connection, while
# its timer no longer takes fragments away: for ever (Linux before 6.19, known-faults.md).
UNTRACKED = "add table ip6 untracked; add chain ip6 untracked output { type filter hook output " \
            "priority -300; }; add rule ip6 untracked output ip6 daddr ff00::/8 notrack"

PRIVATE = {(name, j): hashlib.sha256(f"{name}/{j}".encode()).digest()
           for name in NAMES for j in LINKS}
PUBLIC = {which: crypto.public_of(private) for which, private in PRIVATE.items()}
_home = os.open("/proc/self/ns/net", os.O_RDONLY)


def home_fd():
    """The namespace that this process was started in."""
    return _home


def dev(j):
    return f"c{j}"


def inner(name, j, version=4):
    return f"10.{100 + j}.0.{NUMBER[name]}" if version == 4 else f"fd77:{j}::{NUMBER[name]}"


def outer(name, version=4):
    return f"10.0.0.{NUMBER[name]}" if version == 4 else f"fd00::{NUMBER[name]}"


def outer_version(name, other, j):
    return 6 if j == 1 and not {name, other} & WITHOUT_IPV6 else 4


def path(name):
    return f"/run/netns/{name}"


# ------------------------------------------------------------------- programs and files


def run(text, name=None, limit_s=120):
    """A shell command, in namespace NAME if given; what it printed."""
    argv = ["nsenter", f"--net={path(name)}"] if name else []
    done = subprocess.run(argv + ["sh", "-c", text], stdin=subprocess.DEVNULL, timeout=limit_s,
                          stdout=subprocess.PIPE, stderr=subprocess.STDOUT, check=False)
    return done.stdout.decode(errors="replace").strip()


def spawn(name, text, limit_s):
    """A program in namespace NAME that is killed after LIMIT_S seconds. It leaves others time:
    traffic alone would be no stress."""
    return subprocess.Popen(
        ["nsenter", f"--net={path(name)}", "nice", "-n", "15", "timeout", "-s", "KILL",
         str(limit_s)] + text.split(),
        stdin=subprocess.DEVNULL, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)


def write(file_name, value):
    """Whether VALUE could be written: not every kernel has, or takes, everything."""
    try:
        with open(file_name, "w", encoding="ascii") as file:
            file.write(str(value))
    except OSError:
        return False
    return True


def read(file_name):
    with open(file_name, encoding="ascii", errors="replace") as file:
        return file.read()


# ------------------------------------------------------------------- netlink


class Route(rtnl.Client):
    """rtnetlink, for addresses too."""

    def address(self, index, text, length):
        version = 6 if ":" in text else 4
        family = socket.AF_INET6 if version == 6 else socket.AF_INET
        raw = socket.inet_pton(family, text)
        body = struct.pack("=BBBBI", family, length, 0, 0, index)
        body += nl.attr(IFA_LOCAL, raw) + nl.attr(IFA_ADDRESS, raw)
        if version == 6:
            body += nl.u32(IFA_FLAGS, IFA_F_NODAD)
        self.serial += 1
        self.socket.send(struct.pack("=IHHII", 16 + len(body), NEWADDR,
                                     nl.REQUEST | nl.ACK | CREATE, self.serial, 0) + body)
        number, = struct.unpack_from("=i", self.socket.recv(1 << 16), 16)
        if number not in (0, -errno.EEXIST):
            raise OSError(-number, os.strerror(-number), text)

    def move(self, index, namespace_fd, name):
        """The link INDEX into another namespace, under NAME."""
        self.request(rtnl.NEWLINK, 0, nl.u32(NET_NS_FD, namespace_fd), nl.attr(rtnl.IFNAME, name),
                     index=index)

    def rename(self, index, name):
        self.request(rtnl.NEWLINK, 0, nl.attr(rtnl.IFNAME, name), index=index)

    def addresses(self, index, name, j):
        self.address(index, inner(name, j), 24)
        # With an MTU below 1280 there is no IPv6.
        with contextlib.suppress(OSError):
            self.address(index, inner(name, j, 6), 64)


@contextlib.contextmanager
def route(name):
    """rtnetlink in namespace NAME, which this process is in from here on."""
    enter(name)
    client = Route()
    client.socket.settimeout(REQUEST_TIMEOUT_S)
    try:
        yield client
    finally:
        client.socket.close()


@contextlib.contextmanager
def family(name):
    """The tunnel's generic netlink family in namespace NAME, likewise."""
    enter(name)
    client = nl.Client(KIND)
    client.socket.settimeout(REQUEST_TIMEOUT_S)
    try:
        yield client
    finally:
        client.socket.close()


# ------------------------------------------------------------------- what ought to be there


def proper_peer(name, other, j, *more):
    """Namespace OTHER as a peer of link J of namespace NAME."""
    version = outer_version(name, other, j)
    # Limits that were set before would keep it from where it is.
    ways = [nl.candidates(), nl.u8(nl.PEER_FOLLOW, nl.FOLLOW_ANYWHERE),
            nl.u32(nl.PEER_SILENT_S, 0)] if KIND == "culvert" else []
    return nl.peer(PUBLIC[other, j], nl.attr(nl.PEER_PSK, bytes(32)),
                   nl.attr(nl.PEER_ENDPOINT, nl.endpoint(outer(other, version), PORT + j)),
                   nl.u16(nl.PEER_KEEPALIVE, 0), *ways, *more,
                   nl.nest(nl.PEER_IPS, nl.allowed_ip(inner(other, j) + "/32"),
                           nl.allowed_ip(inner(other, j, 6) + "/128")))


def anywhere():
    """Attributes of a link whose sockets are bound to nothing, and whose packets have no mark."""
    if KIND != "culvert":
        return []
    return [nl.attr(nl.BIND4, bytes(4)), nl.attr(nl.BIND6, bytes(16)),
            nl.attr(nl.BIND_DEVICE, ""), nl.u8(nl.DSCP, 0)]


def take_back(rt, client, link):
    """A link that has a program's sockets, or had, has its own again."""
    if KIND != "culvert":
        return
    request = nl.attr(nl.IFNAME, link), nl.attr(nl.SOCKET_FD, struct.pack("=i", -1))
    try:
        client.set(*request)
    except nl.Refusal:
        # Where it was before, another link or nothing may be now; one that is down opens none.
        rt.change(link, up=False)
        client.set(*request)


def make_proper(name, j, replace=False):
    """Link J of namespace NAME as it ought to be, made if it is not there; with REPLACE no
    peer stays."""
    with route(name) as rt:
        try:
            rt.add(dev(j), KIND)
        except OSError as error:
            if error.errno != errno.EEXIST:
                raise
        with family(name) as client:
            take_back(rt, client, dev(j))
            client.set(nl.attr(nl.IFNAME, dev(j)), nl.attr(nl.PRIVATE_KEY, PRIVATE[name, j]),
                       nl.u16(nl.LISTEN_PORT, PORT + j), nl.u32(nl.FWMARK, 0), *anywhere(),
                       nl.u32(nl.FLAGS, nl.REPLACE_PEERS if replace else 0),
                       nl.nest(nl.PEERS, *[proper_peer(name, other, j)
                                           for other in NAMES if other != name]))
        rt.change(dev(j), nl.u32(rtnl.MTU, 1420), up=True)
        rt.addresses(socket.if_nametoindex(dev(j)), name, j)


def batch(tool, name, lines):
    """Lines of ip or tc in namespace NAME, whatever becomes of each; what they printed. One
    program for all: to start one takes an emulated machine long. A line that is not in its
    language ends it, and is this test's own fault; that it is killed, or its namespace ends,
    is an operation's doing."""
    done = subprocess.run([tool, "-n", name, "-force", "-batch", "-"], input=lines.encode(),
                          stdout=subprocess.PIPE, stderr=subprocess.STDOUT, check=False,
                          timeout=REQUEST_TIMEOUT_S)
    out = done.stdout.decode(errors="replace")
    if done.returncode > 1 and ("help" in out or "Error:" in out):
        raise RuntimeError(f"{tool} in {name} ended with {done.returncode}: {out}")
    return out


def make_namespace(name):
    """Namespace NAME and its end of the wire, without links."""
    out = run(f"ip netns add {name}")
    if out:
        raise OSError(f"namespace {name} was not made: {out}")
    run(f"""sysctl -qw net.ipv6.conf.all.accept_dad=0 net.ipv6.conf.default.accept_dad=0 \
        net.ipv4.icmp_ratelimit=0 net.ipv6.icmp.ratelimit=0 net.ipv4.ip_forward=1 \
        net.ipv6.conf.all.forwarding=1""", name)
    make_wire(name)
    if name in WITHOUT_IPV6:
        run("sysctl -qw net.ipv6.conf.u0.disable_ipv6=1", name)
    run(f"nft '{UNTRACKED}'", name)
    batch("ip", name, f"link set lo up\nlink set u0 up\n{wire_addresses(name)}")
    spawn(name, "iperf3 -s", 86400)


def make_wire(name):
    """The wire of namespace NAME, which has none. Operations may take the memory for it."""
    for _ in range(WIRE_TRIES):
        batch("ip", "hub", f"link del h-{name}")
        out = batch("ip", "hub", f"""link add h-{name} type veth peer name u0 netns {name}
            link set h-{name} master br0 up""")
        if not out:
            return
        log.note(f"{name} has no wire: {out}")
        time.sleep(1)
    raise OSError(f"namespace {name} has no wire: {out}")


def wire_addresses(name):
    number = NUMBER[name]
    ipv6 = "" if name in WITHOUT_IPV6 else f"addr replace fd00::{number}/64 dev u0 nodad\n"
    return f"addr replace 10.0.0.{number}/24 dev u0\n{ipv6}"


def make_mesh():
    run("ip netns add hub; ip -n hub link add br0 type bridge; ip -n hub link set br0 up")
    for name in NAMES:
        make_namespace(name)
    for name in NAMES:
        for j in LINKS:
            make_proper(name, j, True)


def network_of(name):
    """The namespace that has this name now, as /proc/PID/ns/net tells it."""
    return f"net:[{os.stat(path(name)).st_ino}]"


def kill_where(doomed):
    """Every process in a namespace that DOOMED says yes to, but this test's own, which come
    and go. The namespace may have no name any more."""
    for pid in filter(str.isdigit, os.listdir("/proc")):
        with contextlib.suppress(OSError):
            if doomed(os.readlink(f"/proc/{pid}/ns/net")) and \
                    "python" not in os.readlink(f"/proc/{pid}/exe"):
                os.kill(int(pid), 9)


def tidy(name):
    """Takes away what operations have put around the links of NAME."""
    links = ["u0"] + [dev(j) for j in LINKS]
    batch("tc", name, "".join(f"qdisc del dev {link} root\nqdisc del dev {link} clsact\n"
                              for link in links))
    lines = [f"link del dev {one}" for one in ("vr", "vx", "ti", "gr", "br", "mv", "vl")]
    for link in links:
        lines += [f"link set {link} nomaster", f"link set {link} xdp off",
                  f"link set {link} xdpgeneric off"]
    lines += ["rule del pref 10"] * 4
    lines += [f"route del 10.0.0.{number}/32" for number in NUMBER.values()]
    batch("ip", name, "\n".join(lines) + f"\nlink set u0 mtu 1500 up\n{wire_addresses(name)}")
    run(f"""nsenter --net={path(name)} nft '{NO_FILTERS}'
        ip netns exec {name} sh -c 'for f in /sys/class/net/*/gro_flush_timeout \
            /sys/class/net/*/napi_defer_hard_irqs /sys/class/net/*/queues/rx-0/rps_cpus; do
            echo 0 >$f
        done'""")


def strangers(name):
    """The links in namespace NAME that ought not to be there."""
    links = [line.split(": ")[1].split("@")[0]
             for line in run(f"ip -n {name} -o link show").splitlines() if ": " in line]
    return [link for link in links if link not in ["lo", "u0"] + [dev(j) for j in LINKS]]


def take_down():
    """Every namespace goes, with all in it."""
    home = f"net:[{os.fstat(_home).st_ino}]"
    kill_where(lambda network: network != home)
    for name in NAMES + ["hub"]:
        run(f"ip netns del {name}")


# ------------------------------------------------------------------- the log


class Log:
    """One line for each operation and for each thing that it did, in a file that all
    workers append to: the last of them stand in the report of what failed."""

    def __init__(self, file_name):
        self.began = time.monotonic()
        self.file_name, self.who = file_name, "main"
        self.file = os.open(file_name, os.O_WRONLY | os.O_CREAT | os.O_APPEND, 0o600)

    def note(self, text):
        line = f"{time.monotonic() - self.began:8.2f} {self.who}: {text}\n"
        os.write(self.file, line.encode())

    def last(self, count, keep=lambda line: True):
        lines = [line for line in read(self.file_name).splitlines() if keep(line)]
        return lines[-count:]


log = Log(os.environ.get("CV_LOG", "/dev/null"))

# ------------------------------------------------------------------- operations

# {worker: {function: weight}}
OPERATIONS = {}


def operation(**weights):
    """Marks a function of a random generator as an operation of these workers, which
    choose it as often as its weight says."""
    def mark(function):
        for worker, weight in weights.items():
            OPERATIONS.setdefault(worker, {})[function] = weight
        return function
    return mark


def some_link(rng, names=None):
    return rng.choice(names or NAMES), rng.choice(LINKS)


def some_way(rng):
    name, other = rng.sample(NAMES, 2)
    return name, other, rng.choice(LINKS)
