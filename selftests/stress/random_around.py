# SPDX-License-Identifier: GPL-2.0
"""Random operations on what is around the links: queueing, offloads, filters, virtual
devices, namespaces that end, memory, processors and the module. See random_run.py."""
import contextlib
import ctypes
import mmap
import os
import random
import signal
import socket
import struct
import time

from random_mesh import (
    KIND, LINKS, NAMES, NO_FILTERS, NUMBER, PASSING, PORT, PRIVATE, PUBLIC, Route, dev, home_fd,
    inner, kill_where, log, make_namespace, make_proper, network_of, operation, read, route,
    run, some_link, some_way, spawn, tidy, write)
from cvtest import netlink as nl
from random_config import set_peers

libc = ctypes.CDLL(None, use_errno=True)
SYS_BPF, SYS_DELETE_MODULE, PR_SET_PDEATHSIG = 321, 176, 1
CLONE_NEWNET, CLONE_NEWUSER = 0x40000000, 0x10000000
XDP, XDP_FD, XDP_FLAGS, XDP_GENERIC = 43, 1, 3, 2
XDP_DROP, XDP_PASS, XDP_TX = 1, 2, 3
SO_TIMESTAMP = 29
CPU = "/sys/devices/system/cpu/cpu1/online"
PM = "/sys/power/pm_test"
# Memory that stays free, in KiB.
LEAST_FREE_KIB = 40000

QDISCS = (
    "replace dev {d} root fq_codel limit 100", "replace dev {d} root fq",
    "replace dev {d} root netem delay 5ms 5ms loss 1% reorder 10% duplicate 2%",
    "replace dev {d} root netem corrupt 2% limit 50", "replace dev {d} root cake",
    "replace dev {d} root pfifo limit 3", "replace dev {d} root noqueue",
    "replace dev {d} root tbf rate 5mbit burst 10k latency 20ms", "replace dev {d} root sfq",
    "del dev {d} root", "del dev {d} root", "del dev {d} root")
OFFLOADS = ("gro", "gso", "tso", "sg", "tx", "rx", "rx-gro-list", "rx-udp-gro-forwarding",
            "tx-gso-partial", "tx-udp-segmentation", "tx-scatter-gather-fraglist", "rx-gro-hw")
FILTERS = (
    "type filter hook prerouting priority 0; }} ; add rule inet t c udp dport 51820-51822 "
    "numgen random mod 10 0 drop",
    "type filter hook input priority 0; }} ; add rule inet t c ct state new counter",
    "type nat hook postrouting priority 100; }} ; add rule inet t c oifname {d} masquerade",
    "type route hook output priority 0; }} ; add rule inet t c meta mark set meta mark or 5",
    "type filter hook output priority 0; }} ; add rule inet t c oifname {d} "
    "numgen random mod 3 0 reject",
    "type filter hook forward priority 0; }} ; add rule inet t c counter drop",
    "type filter hook output priority -300; }} ; add rule inet t c notrack")
STACKS = (
    "link add vr type vrf table 100; link set vr up; link set {d} master vr",
    "link add vr type vrf table 100; link set vr up; link set u0 master vr",
    "link set {d} nomaster", "link set u0 nomaster", "link del dev vr",
    "link add br type bridge; link set {d} master br; link del dev br",
    "link add vx type vxlan id 5 remote {to} local {me} dstport 4789 dev {d}; link set vx up; "
    "addr add 10.50.0.{x}/24 dev vx",
    "link add ti type ipip remote {to} local {me} dev {d}; link set ti up; "
    "addr add 10.51.0.{x}/24 dev ti",
    "link add gr type gretap remote {to} local {me} dev {d}; link set gr up; "
    "addr add 10.52.0.{x}/24 dev gr",
    "link del dev vx", "link del dev ti", "link del dev gr",
    "link add mv link {d} type macvlan", "link add vl link {d} type vlan id 5",
    "route add 10.0.0.0/24 dev {d} table 100; rule add from all lookup 100 pref 10",
    "route replace 10.0.0.{y}/32 dev {d}", "route del 10.0.0.{y}/32 dev {d}",
    "addr flush dev u0", "neigh flush dev u0", "link set u0 down", "link set u0 up")


# ------------------------------------------------------------------- queueing, offloads, filters


@operation(around=6)
def qdisc(rng):
    name, j = some_link(rng)
    where = rng.choice((dev(j), "u0"))
    words = rng.choice(QDISCS).format(d=where)
    log.note(f"{name}: tc qdisc {words}")
    run(f"tc -n {name} qdisc {words}")


@operation(around=2)
def redirect(rng):
    """What one device carries is mirrored or given to another, for a while."""
    name, j = some_link(rng)
    where, to = rng.choice((dev(j), "u0")), rng.choice((dev(rng.choice(LINKS)), "u0"))
    side, way = rng.choice(("ingress", "egress")), rng.choice(("ingress", "egress"))
    how = rng.choice(("mirror", "redirect"))
    log.note(f"{name} {where}: {side}, {how} to {way} of {to}")
    run(f"tc -n {name} qdisc replace dev {where} clsact; tc -n {name} filter add dev {where} "
        f"{side} matchall action mirred {way} {how} dev {to}; sleep {rng.random():.1f}; "
        f"tc -n {name} qdisc del dev {where} clsact")


@operation(around=6)
def offloads(rng):
    name, j = some_link(rng)
    where, feature = rng.choice((dev(j), "u0")), rng.choice(OFFLOADS)
    state = rng.choice(("on", "off", "on"))
    log.note(f"{name} {where}: {feature} {state}")
    run(f"ethtool -K {where} {feature} {state}", name)
    if rng.random() < 0.4:
        values = (rng.choice((0, 0, 10000, 1000000)), rng.choice((0, 1, 5)), rng.choice((0, 1)))
        log.note(f"{name} {where}: flush time-out, deferred interrupts, threaded: {values}")
        run(f"ip netns exec {name} sh -c 'cd /sys/class/net/{where} && "
            f"echo {values[0]} >gro_flush_timeout; echo {values[1]} >napi_defer_hard_irqs; "
            f"echo {values[2]} >threaded'")


def load_program(verdict):
    """An XDP program that returns VERDICT for all packets: a file descriptor, -1 without."""
    code = struct.pack("<BBhi", 0xb7, 0, 0, verdict) + struct.pack("<BBhi", 0x95, 0, 0, 0)
    code, licence = ctypes.create_string_buffer(code, 16), ctypes.create_string_buffer(b"GPL")
    given = struct.pack("<IIQQ", 6, 2, ctypes.addressof(code), ctypes.addressof(licence))
    given += bytes(104)
    buffer = ctypes.create_string_buffer(given, len(given))
    return libc.syscall(SYS_BPF, 5, buffer, len(given))


def attach(rt, where, fd, flags=XDP_GENERIC):
    rt.change(where, nl.nest(XDP, nl.attr(XDP_FD, struct.pack("=i", fd)), nl.u32(XDP_FLAGS, flags)))


@operation(around=2)
def xdp(rng):
    name, j = some_link(rng)
    where = rng.choice(("u0", "u0", dev(j)))
    verdict = rng.choice((XDP_PASS, XDP_PASS, XDP_PASS, XDP_DROP, XDP_TX))
    fd = load_program(verdict)
    if fd < 0:
        return
    log.note(f"{name} {where}: XDP verdict {verdict}")
    try:
        with route(name) as rt:
            attach(rt, where, fd, rng.choice((XDP_GENERIC, XDP_GENERIC, 0)))
            time.sleep(rng.random())
    finally:
        os.close(fd)
        run(f"ip -n {name} link set dev {where} xdp off; "
            f"ip -n {name} link set dev {where} xdpgeneric off")


@operation(around=3)
def nft(rng):
    name, j = some_link(rng)
    rule = rng.choice(FILTERS)
    log.note(f"{name}: {rule.format(d=dev(j))}")
    text = (f"{NO_FILTERS}; add table inet t; add chain inet t c {{{{ " + rule).format(d=dev(j))
    run(f"nft '{text}'; sleep {rng.random():.1f}; nft '{NO_FILTERS}'", name)


@operation(around=5)
def stack(rng):
    """VRF, bridge, vxlan, ipip, gretap and others on a link or below it."""
    name, other, j = some_way(rng)
    words = rng.choice(STACKS).format(d=dev(j), to=inner(other, j), me=inner(name, j),
                                      x=NUMBER[name], y=NUMBER[other])
    log.note(f"{name}: {words}")
    for one in words.split("; "):
        run(f"ip -n {name} {one}")
    if "vxlan" in words or "gretap" in words:
        net = 50 if "vxlan" in words else 52
        spawn(name, f"ping -f -q -w 2 -s 1400 10.{net}.0.{NUMBER[other]}", 5)
    if rng.random() < 0.5:
        time.sleep(rng.random())
        tidy(name)


@operation(around=4)
def tidy_up(rng):
    name = rng.choice(NAMES)
    log.note(f"{name}: tidied")
    tidy(name)


# ------------------------------------------------------------------- namespaces


@operation(namespaces=6)
def end_namespace(rng):
    """A namespace ends under traffic, with its wire and links before it or not, and is made
    again."""
    name = rng.choice(PASSING)
    spawn("p1", f"ping -f -q -s 1000 -w 5 {inner(name, 0)}", 8)
    spawn("p0", f"ping -f -q -s 1000 -w 3 {inner(name, 1)}", 8)
    network = network_of(name)
    steps = {"processes": lambda: kill_where(network.__eq__),
             "wire": lambda: run(f"ip -n hub link del h-{name}"),
             "name": lambda: run(f"ip netns del {name}"),
             "links": lambda: run(f"ip -n {name} link del c0; ip -n {name} link set c1 down")}
    order = rng.sample(sorted(steps), rng.randrange(1, 5))
    log.note(f"{name} ends: {', '.join(order)}")
    try:
        for step in order:
            out = steps[step]()
            log.note(f"{name} has lost {step}{': ' if out else ''}{out or ''}")
        kill_where(network.__eq__)
        run(f"ip netns del {name}")
        time.sleep(rng.choice((0, rng.random())))
    finally:
        make_namespace(name)
        log.note(f"{name} is there again")
        for j in LINKS:
            with contextlib.suppress(OSError, nl.Refusal):
                make_proper(name, j, True)


@operation(heavy=5, namespaces=1)
def user_namespace(rng):
    """Who is root in a user namespace alone has links, one of which came from outside; all
    of it ends in use."""
    ready, say_ready = os.pipe()
    seed = rng.random()
    pid = os.fork()
    if not pid:
        try:
            live_in_user_namespace(random.Random(seed), say_ready)
        finally:
            os._exit(0)
    os.close(say_ready)
    log.note("a user namespace with links")
    try:
        if os.read(ready, 1):
            send_link(rng, pid)
            time.sleep(rng.random())
    finally:
        os.close(ready)
        if rng.random() < 0.3:
            os.kill(pid, signal.SIGKILL)
        os.waitpid(pid, 0)


def live_in_user_namespace(rng, say_ready):
    libc.prctl(PR_SET_PDEATHSIG, signal.SIGKILL)
    if libc.unshare(CLONE_NEWUSER | CLONE_NEWNET):
        return
    rt = Route()
    rt.change("lo", up=True)
    client = nl.Client(KIND)
    for j in (0, 1):
        rt.add(dev(j), KIND)
        client.set(nl.attr(nl.IFNAME, dev(j)), nl.attr(nl.PRIVATE_KEY, PRIVATE["p0", j]),
                   nl.u16(nl.LISTEN_PORT, PORT + j), nl.nest(nl.PEERS, nl.peer(
                       PUBLIC["p1", j],
                       nl.attr(nl.PEER_ENDPOINT, nl.endpoint("127.0.0.1", PORT + j)),
                       nl.nest(nl.PEER_IPS, nl.allowed_ip("0.0.0.0/0")))))
        rt.address(socket.if_nametoindex(dev(j)), f"10.9.{j}.1", 24)
        rt.change(dev(j), up=True)
    os.write(say_ready, b"x")
    sock = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
    end = time.monotonic() + rng.random() * 2
    while time.monotonic() < end:
        with contextlib.suppress(OSError):
            sock.sendto(bytes(1000), (f"10.9.{rng.randrange(2)}.9", 9))
    if rng.random() < 0.5:
        rt.delete("c0")


def send_link(rng, pid):
    """A link from p0 into the namespace of PID."""
    link, namespace = f"m{rng.randrange(10**6)}", os.open(f"/proc/{pid}/ns/net", os.O_RDONLY)
    try:
        with route("p0") as rt:
            rt.add(link, KIND)
            set_peers(rng, "p0", link, 0)
            rt.move(socket.if_nametoindex(link), namespace, link)
    finally:
        os.close(namespace)


# ------------------------------------------------------------------- the machine


@operation(machine=3)
def hotplug(rng):
    for _ in range(rng.randrange(1, 4)):
        log.note("processor 1 off")
        write(CPU, 0)
        time.sleep(rng.random() / 2)
        log.note("processor 1 on")
        write(CPU, 1)
    time.sleep(rng.random() * 4)


@operation(machine=2)
def suspend(rng):
    """As far as freezing programs; the notifiers are called."""
    write("/sys/module/suspend/parameters/pm_test_delay", 1)
    if write(PM, "freezer"):
        log.note("suspended")
        write("/sys/power/state", "mem")
        write(PM, "none")
    time.sleep(rng.random() * 4)


@operation(machine=2)
def steering(rng):
    name, mask = rng.choice(NAMES), rng.randrange(4)
    log.note(f"{name}: receiving is steered to processors {mask:#x}")
    run(f"ip netns exec {name} sh -c 'for f in /sys/class/net/*/queues/rx-0/rps_cpus; do "
        f"echo {mask} >$f; done'")


@operation(around=1)
def unload(rng):
    """Which must be refused while there are links, and may work in a lucky moment."""
    log.note("module unloaded, or not")
    name = ctypes.create_string_buffer(KIND.encode())
    for _ in range(rng.randrange(1, 6)):
        libc.syscall(SYS_DELETE_MODULE, name, os.O_NONBLOCK)
        time.sleep(0.01)
    run(f"modprobe {KIND}")


@operation(around=1)
def pressure(_rng):
    """All memory is taken but for a little, for some seconds."""
    log.note("memory taken")
    pid = os.fork()
    if not pid:
        try:
            take_memory()
        finally:
            os._exit(0)
    os.waitpid(pid, 0)


def take_memory():
    libc.prctl(PR_SET_PDEATHSIG, signal.SIGKILL)
    write("/proc/self/oom_score_adj", 1000)
    held, end = [], time.monotonic() + 6
    while time.monotonic() < end:
        free = int(read("/proc/meminfo").partition("MemAvailable:")[2].split()[0])
        if free > LEAST_FREE_KIB:
            held.append(mmap.mmap(-1, 4 << 20, flags=mmap.MAP_PRIVATE | mmap.MAP_ANONYMOUS |
                                  mmap.MAP_POPULATE))
        else:
            time.sleep(0.05)


def reload_module():
    """All links go at once under traffic, and the module with them."""
    for name in NAMES:
        run(f"for l in $(ip -n {name} -o link show type {KIND} | cut -d: -f2 | cut -d@ -f1); do "
            f"ip -n {name} link del $l & done; wait")
    unload(random.Random(0))
    for name in NAMES:
        for j in LINKS:
            with contextlib.suppress(OSError, nl.Refusal):
                make_proper(name, j)


def hold_switches():
    """An emulated processor may go round for ever in the breakpoint of code that is being
    patched (see processors.sh): what traffic and filters would switch on and off stays on.
    The result must be kept."""
    libc.setns(home_fd(), 0)
    sock = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
    sock.setsockopt(socket.SOL_SOCKET, SO_TIMESTAMP, 1)
    fd = load_program(XDP_PASS)
    with contextlib.suppress(OSError):
        rt = Route()
        rt.change("lo", up=True)
        attach(rt, "lo", fd)
    write("/sys/class/net/lo/queues/rx-0/rps_cpus", 1)
    run("tc qdisc add dev lo clsact; tc filter add dev lo ingress matchall action pass; "
        "tc filter add dev lo egress matchall action pass")
    for version in ("ip", "ip6"):
        chains = [f"add chain {version} hold {hook} {{ type filter hook {hook} priority 0; }}"
                  for hook in ("prerouting", "input", "forward", "output", "postrouting")]
        run(f"nft 'add table {version} hold; {'; '.join(chains)}'")
    return sock, fd


def release_switches(held):
    sock, fd = held
    libc.setns(home_fd(), 0)
    run("ip link set lo xdpgeneric off; tc qdisc del dev lo clsact; nft flush ruleset")
    write("/sys/class/net/lo/queues/rx-0/rps_cpus", 0)
    sock.close()
    if fd >= 0:
        os.close(fd)
