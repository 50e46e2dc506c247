#!/usr/bin/python3
# SPDX-License-Identifier: GPL-2.0
"""Packets for which there is no peer, or that has no endpoint, and a program that is asked. Run by
want.sh in the namespace of the link, in a VM whose clock counts instructions: there, waiting
costs nothing.

    want.py GROUP NAMESPACE DEV ADDRESS PORT

ADDRESS is where the far end is; namespace CV_FAR, which knows this end as a peer, is behind it.
"""
import base64
import errno
import os
import socket
import struct
import sys
import time

from cvtest import frames, ktap, netlink as nl, zerocopy as zc
from cvtest.events import Program, bell_is_lost, says
from cvtest.netns import enter
from cvtest.world import run_group

FAR, FAR_KEY = os.environ["CV_FAR"], base64.b64decode(os.environ["CV_FAR_KEY"])
FAR4, FAR6, SERVICE = "10.77.0.2", "fd77::2", 4000
# No peer has it in any case.
NOWHERE4, NOWHERE6 = "10.77.0.9", "fd77::9"
HELD_S, PACKETS, DESTINATIONS = 5, 16, 256
REFUSED = (errno.ENOKEY, errno.EDESTADDRREQ)
IP_RECVERR, IPV6_RECVERR, UDP_SEGMENT = 11, 25, 103


class Asked(Program):
    """The program that is asked for peers."""

    GROUP, LISTEN, GET, ANSWER = "want", nl.WANT_LISTEN, nl.WANT_GET, nl.WANT

    def get(self):
        want = super().get()
        if want:
            address = want[nl.WANT_DESTINATION]
            want[nl.WANT_DESTINATION] = socket.inet_ntop(
                socket.AF_INET if len(address) == 4 else socket.AF_INET6, address)
        return want

    def wait(self):
        """The next one, which rings; then there is no other."""
        wants = self.listen(1, enough=1) and self.all()
        return wants[0] if wants else None

    def peer(self, *more):
        self.set(self.name, nl.nest(nl.PEERS, nl.peer(FAR_KEY, *more)))

    def remove(self):
        self.peer(nl.u32(nl.PEER_FLAGS, nl.PEER_REMOVE))
        # The far end takes no second initiation of this key so soon.
        time.sleep(0.1)


def ips(*texts):
    return nl.nest(nl.PEER_IPS, *[nl.allowed_ip(text) for text in texts])


def at(world):
    return nl.attr(nl.PEER_ENDPOINT, nl.endpoint(*world.remote))


def socket_in(namespace, family=socket.AF_INET6, kind=socket.SOCK_DGRAM):
    enter(namespace)
    try:
        one = socket.socket(family, kind)
    finally:
        enter(sys.argv[2])
    one.settimeout(2)
    return one


def far_service():
    """What is sent to the far end's service comes here, of either family."""
    one = socket_in(FAR)
    one.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 1 << 22)
    one.bind(("::", SERVICE))
    return one


def received(service, seconds=1.0, enough=None):
    """The numbers of the datagrams that come."""
    deadline, numbers = time.monotonic() + seconds, []
    while enough is None or len(numbers) < enough:
        service.settimeout(max(0.001, deadline - time.monotonic()))
        try:
            numbers.append(struct.unpack_from("!I", service.recv(1 << 16))[0])
        except TimeoutError:
            break
    return numbers


class Sender:
    """A socket that sends numbered datagrams to ADDRESS, and learns of ICMP."""

    def __init__(self, address=FAR4, namespace=None):
        self.family = socket.AF_INET6 if ":" in address else socket.AF_INET
        self.socket = socket_in(namespace or sys.argv[2], self.family)
        if self.family == socket.AF_INET:
            self.socket.setsockopt(socket.IPPROTO_IP, IP_RECVERR, 1)
        else:
            self.socket.setsockopt(socket.IPPROTO_IPV6, IPV6_RECVERR, 1)
        self.socket.setsockopt(socket.SOL_SOCKET, socket.SO_BROADCAST, 1)
        self.socket.connect((address, SERVICE))
        self.serial = 0

    def send(self, count=1, size=100):
        """The errno of the first that is refused at once, or None."""
        for _ in range(count):
            try:
                self.socket.send(struct.pack("!I", self.serial) + bytes(size - 4))
            except OSError as error:
                return error.errno
            finally:
                self.serial += 1
        return None

    def hears(self, seconds):
        """The errno that ICMP brings within SECONDS, or None; and after how many seconds."""
        begin = time.monotonic()
        self.socket.settimeout(seconds)
        try:
            self.socket.recv(100)
        except TimeoutError:
            return None, seconds
        except OSError as error:
            return error.errno, time.monotonic() - begin
        return 0, time.monotonic() - begin


class Drops:
    """How many drops of which reasons have been counted since, of a kind that counts."""

    def __init__(self, world):
        self.world, self.before = world, world.link.drops()

    def one(self, reason):
        return self.world.link.drops()[reason] - self.before[reason]

    def expect(self, name, **counts):
        """These, and no others of packets on their way out."""
        def since():
            return {reason: count - self.before[reason]
                    for reason, count in self.world.link.drops().items()
                    if reason.startswith("tx_") and count != self.before[reason]}
        if self.before:
            ktap.wait_until(lambda: since() == counts, 2)
            ktap.equal(f"{name}: drops", counts, since())


def quiet(world):
    """The link is up: the host says to groups of IPv6 what it has to."""
    def errors():
        before = world.link.stat("tx_errors")
        time.sleep(2)
        return world.link.stat("tx_errors") - before
    ktap.true("nothing is sent by itself", ktap.wait_until(lambda: not errors(), 60))


def unreachable(name, sender, low, high):
    """ICMP says so after LOW to HIGH seconds."""
    number, after = sender.hears(high + 1)
    ktap.equal(f"{name}: ICMP", errno.EHOSTUNREACH, number)
    ktap.between(f"{name}: ICMP after so many seconds", low, high, after)


# ------------------------------------------------------------------- verdicts


def new_peer(world, address=FAR4):
    """A peer gets the destination."""
    asked, sender, service = Asked(world), Sender(address), far_service()
    kind = f"to {address}"
    drops = Drops(world)
    ktap.true(f"{kind}, nobody listens: refused at once", sender.send() in REFUSED, REFUSED, "no")
    drops.expect(f"{kind}, nobody listens", tx_no_peer=1)
    sender.hears(0.1)
    says(f"{kind}, nobody listens: WANT_GET", errno.ENOTCONN, asked.get)
    drops = Drops(world)
    asked.open()
    asked.open()
    ktap.equal(f"{kind}: nothing wanted: WANT_GET has none", None, asked.get())
    sender.serial = 0
    ktap.equal(f"{kind}: three packets wait: no error", None, sender.send(3))
    heard = asked.listen(0.5)
    ktap.equal(f"{kind}: it rings once", ["want"], [event.kind for event in heard])
    ktap.equal(f"{kind}: the bell says nothing but where",
               [{nl.IFINDEX, nl.IFNAME, nl.EVENT_KIND}], [set(event.device) for event in heard])
    want = asked.get() or {}
    ktap.equal(f"{kind}: destination", address, want.get(nl.WANT_DESTINATION))
    ktap.equal(f"{kind}: no peer's key", None, want.get(nl.WANT_KEY))
    ktap.equal(f"{kind}: packets", 3, nl.number(want.get(nl.WANT_PACKETS, b"")))
    ktap.between(f"{kind}: age, ms", 400, 1500, nl.number(want.get(nl.WANT_AGE_MS, b"")))
    ktap.equal(f"{kind}: it is told once", None, asked.get())
    asked.peer(at(world), ips("10.77.3.0/24", "fd77:3::/64"))
    ktap.equal(f"{kind}: a peer with other addresses: nothing comes", [], received(service, 0.3))
    asked.peer(ips(f"{FAR4}/32", f"{FAR6}/128"))
    ktap.equal(f"{kind}: the peer gets the address: what waited comes, in its order", [0, 1, 2],
               received(service, 2, 3))
    sender.send()
    ktap.equal(f"{kind}: so does the next one", [3], received(service, 2, 1))
    ktap.equal(f"{kind}: nothing is wanted any more", ([], None), (asked.listen(0.2), asked.get()))
    drops.expect(f"{kind}: a peer in time")
    asked.remove()
    asked.close()
    service.close()


def new_peer6(world):
    """A peer gets the destination, IPv6."""
    new_peer(world, FAR6)


def endpoint(world):
    """The peer that has the destination gets an endpoint."""
    asked, sender, service = Asked(world), Sender(), far_service()
    asked.peer(ips(f"{FAR4}/32"))
    drops = Drops(world)
    ktap.true("no endpoint, nobody listens: refused at once", sender.send() in REFUSED, REFUSED,
              "no")
    drops.expect("no endpoint, nobody listens", tx_no_endpoint=1)
    sender.hears(0.1)
    asked.open()
    drops = Drops(world)
    sender.serial = 0
    sender.send(2)
    want = asked.wait() or {}
    ktap.equal("no endpoint: destination", FAR4, want.get(nl.WANT_DESTINATION))
    ktap.equal("no endpoint: the peer's key", FAR_KEY, want.get(nl.WANT_KEY))
    asked.peer(at(world))
    ktap.equal("the endpoint is set: what waited comes, in its order", [0, 1],
               received(service, 2, 2))
    drops.expect("the endpoint is set in time")
    asked.remove()
    asked.close()
    service.close()


def unheard(world):
    """The program's buffer is full."""
    asked, sender, service = Asked(world).open(), Sender(), far_service()
    bell_is_lost("a want", world, asked, lambda: sender.send(2), "want")
    want = asked.get() or {}
    ktap.equal("a bell is lost: the want is not", (FAR4, 2),
               (want.get(nl.WANT_DESTINATION), nl.number(want.get(nl.WANT_PACKETS, b""))))
    asked.peer(at(world), ips(f"{FAR4}/32"))
    ktap.equal("a bell is lost: the peer gets the address: what waited comes", [0, 1],
               received(service, 2, 2))
    asked.remove()
    asked.close()
    service.close()


def learned(world):
    """The peer that has the destination begins a handshake."""
    asked, sender, service = Asked(world).open(), Sender(), far_service()
    asked.peer(ips(f"{FAR4}/32"))
    sender.send(2)
    asked.wait()
    # It must not think that it has a session.
    for state in "down", "up":
        ktap.Link(FAR, world.link.dev).inside("ip", "link", "set", world.link.dev, state)
    one = socket_in(FAR, socket.AF_INET)
    one.sendto(b"it is me", ("10.77.0.1", SERVICE))
    ktap.equal("the peer begins: what waited comes, in its order", [0, 1],
               received(service, 2, 2))
    asked.remove()
    asked.close()
    service.close()


def connect(world):
    """TCP connects with its first segment."""
    asked, server = Asked(world).open(), socket_in(FAR, kind=socket.SOCK_STREAM)
    server.bind(("::", SERVICE))
    server.listen()
    client = socket.socket(socket.AF_INET, socket.SOCK_STREAM)
    client.setblocking(False)
    begin = time.monotonic()
    client.connect_ex((FAR4, SERVICE))
    asked.wait()
    time.sleep(0.3)
    asked.peer(at(world), ips(f"{FAR4}/32"))
    accepted, _ = server.accept()
    ktap.between("TCP: connected after so many seconds, 1 is for the second segment", 0.3, 0.9,
                 time.monotonic() - begin)
    info = client.getsockopt(socket.IPPROTO_TCP, socket.TCP_INFO, 104)
    ktap.equal("TCP: segments that were sent again", 0, struct.unpack_from("=I", info, 100)[0])
    # Nothing is left that is sent again and again.
    accepted.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("=ii", 1, 0))
    accepted.close()
    client.settimeout(5)
    try:
        client.recv(1)
    except ConnectionResetError:
        pass
    client.close()
    server.close()
    asked.remove()
    asked.close()


def super_packet(world):
    """A super-packet waits as a whole."""
    asked, sender, service = Asked(world).open(), Sender(), far_service()
    sender.socket.setsockopt(socket.IPPROTO_UDP, UDP_SEGMENT, 1000)
    sender.send(size=40 * 1000)
    want = asked.wait() or {}
    ktap.equal("a super-packet counts as one", 1, nl.number(want.get(nl.WANT_PACKETS, b"")))
    asked.peer(at(world), ips(f"{FAR4}/32"))
    ktap.equal("a super-packet: all of its datagrams come", 40, len(received(service, 2, 40)))
    asked.remove()
    asked.close()
    service.close()


def zerocopy(world):
    """What is in a program's own memory is copied, and the memory returned, before it waits."""
    asked, service = Asked(world).open(), far_service()
    near = zc.sender()
    memory = zc.send(near, (FAR4, SERVICE))
    asked.wait()
    ktap.equal("MSG_ZEROCOPY: sends whose memory is returned while they wait", zc.SENDS,
               zc.returned(near))
    near.close()
    memory[:] = bytes(len(memory))
    asked.peer(at(world), ips(f"{FAR4}/32"))
    ktap.equal("MSG_ZEROCOPY: what waited comes unchanged", zc.NUMBERS, zc.received(service))
    asked.remove()
    asked.close()
    service.close()


def packet_socket(world):
    """A packet that has come by no route: its sender is a packet socket."""
    asked, service = Asked(world).open(), far_service()
    near = socket.socket(socket.AF_PACKET, socket.SOCK_DGRAM)
    to = (world.link.dev, 0x0800)
    near.sendto(udp_packet("10.77.0.1", FAR4, struct.pack("!I", 7)), to)
    want = asked.wait() or {}
    ktap.equal("a packet socket's: destination", FAR4, want.get(nl.WANT_DESTINATION))
    asked.peer(at(world), ips(f"{FAR4}/32"))
    ktap.equal("a packet socket's: it comes", [7], received(service, 2, 1))
    asked.remove()
    drops = Drops(world)
    near.sendto(udp_packet("10.77.0.1", FAR4, struct.pack("!I", 8)), to)
    ktap.equal("a packet socket's: another one is wanted", 1,
               nl.number((asked.wait() or {}).get(nl.WANT_PACKETS, b"")))
    time.sleep(HELD_S + 1)
    # Whom ICMP would go to is not known of it.
    drops.expect("a packet socket's: time is up", tx_no_peer=1)
    ktap.equal("a packet socket's: nothing waits", None, asked.get())
    asked.close()
    near.close()
    service.close()


def udp_packet(source, to, data):
    """A datagram to the service, its header and all."""
    packet = bytearray(struct.pack("!BBHHHBBH4s4s", 0x45, 0, 28 + len(data), 1, 0, 64,
                                   socket.IPPROTO_UDP, 0, socket.inet_aton(source),
                                   socket.inet_aton(to)))
    packet[10:12] = struct.pack("!H", frames.checksum(packet))
    return bytes(packet) + struct.pack("!HHHH", SERVICE, SERVICE, 8 + len(data), 0) + data


# --------------------------------------------------------------------- limits


def listeners(world):
    """One program for a link."""
    asked, second = Asked(world).open(), Asked(world)
    says("another program listens: WANT_LISTEN", errno.EBUSY, second.open)
    sender = Sender()
    sender.send()
    says("from another socket: WANT_GET", errno.ENOTCONN, second.get)
    ktap.equal("then from the right one", FAR4, (asked.wait() or {}).get(nl.WANT_DESTINATION))
    asked.close()
    second.open()
    ktap.equal("the first has gone: a second may listen; nothing is left", None, second.get())
    unreachable("the first has gone", sender, 0, 1)
    second.close()


def packets(world):
    """One packet too many for a destination."""
    asked, sender, service = Asked(world).open(), Sender(), far_service()
    drops = Drops(world)
    sender.send(PACKETS + 3)
    drops.expect("3 packets too many", tx_want_full=3)
    want = asked.wait() or {}
    ktap.equal("3 packets too many: so many wait", PACKETS,
               nl.number(want.get(nl.WANT_PACKETS, b"")))
    ktap.equal("3 packets too many: no ICMP", None, sender.hears(0.2)[0])
    asked.peer(at(world), ips(f"{FAR4}/32"))
    ktap.equal("3 packets too many: the last ones come, in their order",
               list(range(3, PACKETS + 3)), received(service, 2, PACKETS))
    asked.remove()
    asked.close()
    service.close()


def destinations(world):
    """One destination too many."""
    asked = Asked(world).open()
    drops, errors = Drops(world), world.link.stat("tx_errors")
    addresses = [f"10.78.{n // 200}.{n % 200 + 1}" for n in range(DESTINATIONS)]
    refused = [address for address in addresses if Sender(address).send()]
    ktap.equal("256 destinations: none is refused", [], refused)
    ktap.true("a 257th: refused at once", Sender("10.78.9.9").send() in REFUSED, REFUSED, "no")
    drops.expect("a 257th", tx_no_peer=1)
    ktap.equal("a second packet to one of them waits", None, Sender(addresses[0]).send())
    ktap.equal("256 destinations: one bell", ["want"],
               [event.kind for event in asked.listen(0.3)])
    ktap.equal("256 destinations: all are told, in their order", addresses,
               [want[nl.WANT_DESTINATION] for want in asked.all()])
    ktap.wait_until(lambda: world.link.stat("tx_errors") - errors >= DESTINATIONS + 2, HELD_S + 3)
    ktap.equal("5 s later all are refused: tx_errors", DESTINATIONS + 2,
               world.link.stat("tx_errors") - errors)
    drops.expect("5 s later all are refused", tx_no_peer=DESTINATIONS + 2)
    ktap.equal("then there is room again", None, Sender("10.78.9.9").send())
    asked.close()


def answered(world):
    """What has been answered makes room."""
    asked = Asked(world).open()
    for n in range(DESTINATIONS):
        Sender(f"10.78.{n // 200}.{n % 200 + 1}").send()
    asked.listen(0.3)
    ktap.equal("256 destinations: all are told", DESTINATIONS, len(asked.all()))
    asked.peer(at(world), ips("10.78.0.0/23"))
    asked.listen(0.3)
    ktap.equal("all are answered, and a 257th comes at once: it waits", None,
               Sender("10.78.9.9").send())
    ktap.equal("it is told", "10.78.9.9", (asked.wait() or {}).get(nl.WANT_DESTINATION))
    asked.remove()
    asked.close()


def expired(world):
    """The peer that has the destination expires, and another has it then."""
    asked, service, key = Asked(world).open(), far_service(), nl.key()
    asked.peer(at(world), ips("10.77.0.0/24"))
    asked.set(asked.name, nl.nest(nl.PEERS, nl.peer(key, ips(f"{FAR4}/32"),
                                                    nl.u32(nl.PEER_IDLE_S, 2))))
    Sender().send()
    ktap.equal("no endpoint: the peer's key", key, (asked.wait() or {}).get(nl.WANT_KEY))
    ktap.equal("it expires: what waited is sent to the next one", [0], received(service, 3, 1))
    asked.remove()
    asked.close()
    service.close()


def memory(world):
    """Too much memory."""
    asked, sizes = Asked(world).open(), 0
    refused = None
    for n in range(100):
        sender = Sender(f"10.78.1.{n // 10 + 1}")
        sender.socket.setsockopt(socket.IPPROTO_UDP, UDP_SEGMENT, 1000)
        sender.socket.setsockopt(socket.SOL_SOCKET, socket.SO_SNDBUF, 1 << 20)
        refused = sender.send(size=50 * 1000)
        if refused:
            break
        sizes += 50 * 1000
    ktap.true("100 super-packets: one is too many", refused in REFUSED, REFUSED, refused)
    ktap.between("100 super-packets: MB that wait", 1, 4.2, sizes / 1e6)
    asked.close()
    asked = Asked(world).open()
    ktap.equal("the program has gone: there is room again", None,
               Sender("10.78.1.1").send())
    asked.close()


def one_socket(world):
    """What waits does not use up a socket's send buffer."""
    asked, one = Asked(world).open(), socket_in(sys.argv[2], socket.AF_INET)
    one.setsockopt(socket.SOL_SOCKET, socket.SO_SNDBUF, 1)
    one.setblocking(False)
    sent = 0
    try:
        for sent in range(100):
            one.sendto(bytes(1000), (f"10.78.2.{sent + 1}", SERVICE))
    except BlockingIOError:
        pass
    ktap.equal("one socket with a small send buffer, 100 destinations: not blocked after", 99,
               sent)
    asked.close()
    one.close()


def again(world):
    """Answered, and wanted again within a second."""
    asked, sender, service = Asked(world).open(), Sender(), far_service()
    sender.send()
    asked.wait()
    told = time.monotonic()
    asked.peer(at(world), ips(f"{FAR4}/32"))
    ktap.equal("answered: it comes", [0], received(service, 2, 1))
    asked.remove()
    sender.send()
    ktap.equal("wanted again: not told at once", ([], None), (asked.listen(0.1), asked.get()))
    ktap.equal("wanted again: told", FAR4, (asked.wait() or {}).get(nl.WANT_DESTINATION))
    ktap.between("wanted again: told a second after the first time", 0.9, 1.3,
                 time.monotonic() - told)
    asked.close()
    service.close()


def rate(world):
    """Once a second."""
    asked, sender = Asked(world).open(), Sender(NOWHERE4)
    begin, told, bells = time.monotonic(), [], 0
    while time.monotonic() - begin < 3.5:
        sender.send()
        bells += len(asked.listen(0.05))
        told += [time.monotonic() - begin for _ in asked.all()]
    ktap.equal("packets all the time for 3.5 s: so often told", 4, len(told))
    ktap.equal("packets all the time for 3.5 s: so often it rings", 4, bells)
    ktap.true("a second between two", all(b - a > 0.9 for a, b in zip(told, told[1:])),
              "0.9 s or more", told)
    asked.close()


def groups(world):
    """Addresses of many hosts."""
    asked, drops = Asked(world).open(), Drops(world)
    world.link.inside("ip", "route", "add", "224.0.0.0/4", "dev", world.link.dev)
    sender = Sender("224.0.0.77")
    ktap.true("multicast: refused at once", sender.send() in REFUSED, REFUSED, "no")
    drops.expect("multicast", tx_no_peer=1)
    ktap.equal("multicast: nobody is asked", ([], None), (asked.listen(0.2), asked.get()))
    sender = Sender("10.77.0.255")
    ktap.true("broadcast: refused at once", sender.send() in REFUSED, REFUSED, "no")
    drops.expect("broadcast", tx_no_peer=2)
    ktap.equal("broadcast: nobody is asked", ([], None), (asked.listen(0.2), asked.get()))
    world.link.inside("ip", "route", "del", "224.0.0.0/4", "dev", world.link.dev)
    asked.close()


# ------------------------------------------------------------------- refusals


def time_is_up(world):
    """No peer in time."""
    asked = Asked(world).open()
    for address in NOWHERE4, NOWHERE6:
        drops, sender = Drops(world), Sender(address)
        sender.send()
        unreachable(f"no peer in time for {address}", sender, HELD_S - 0.1, HELD_S + 0.4)
        drops.expect(f"no peer in time for {address}", tx_no_peer=1)
    asked.peer(ips(f"{FAR4}/32"))
    drops, sender = Drops(world), Sender()
    sender.send()
    unreachable("no endpoint in time", sender, HELD_S - 0.1, HELD_S + 0.4)
    drops.expect("no endpoint in time", tx_no_endpoint=1)
    asked.remove()
    drops, early = Drops(world), Sender(NOWHERE4)
    early.send()
    time.sleep(3)
    late = Sender(NOWHERE4)
    late.send()
    unreachable("two packets, 3 s apart: the first", early, 1.9, 2.4)
    ktap.equal("two packets, 3 s apart: the second still waits", None, late.hears(0.5)[0])
    unreachable("two packets, 3 s apart: the second", late, 2, 3)
    drops.expect("two packets, 3 s apart", tx_no_peer=2)
    asked.close()


def program_ends(world):
    """The program goes."""
    asked, drops, sender = Asked(world).open(), Drops(world), Sender()
    sender.send(2)
    asked.wait()
    asked.close()
    unreachable("the program ends", sender, 0, 0.5)
    drops.expect("the program ends", tx_no_peer=2)
    sender = Sender()
    ktap.true("the program has ended: refused at once", sender.send() in REFUSED, REFUSED, "no")


def given_and_taken(world):
    """The peer goes again."""
    asked, drops, sender = Asked(world).open(), Drops(world), Sender()
    asked.peer(ips(f"{FAR4}/32"))
    sender.send()
    asked.wait()
    asked.remove()
    unreachable("the peer without an endpoint is removed", sender, HELD_S - 1.5, HELD_S + 0.4)
    drops.expect("the peer without an endpoint is removed", tx_no_peer=1)
    asked.close()


# -------------------------------------------------------------------- removal


def down(world):
    """The link is set down."""
    asked, drops, sender = Asked(world).open(), Drops(world), Sender()
    sender.send(3)
    asked.wait()
    world.link.inside("ip", "link", "set", world.link.dev, "down")
    drops.expect("the link is set down", tx_link_down=3)
    ktap.equal("the link is set down: no ICMP", None, sender.hears(HELD_S + 1)[0])
    world.link.inside("ip", "link", "set", world.link.dev, "up")
    ktap.equal("the link is set up again: nothing is left", None, asked.get())
    Sender().send()
    ktap.equal("the program is asked again", FAR4, (asked.wait() or {}).get(nl.WANT_DESTINATION))
    asked.close()


def moved(world):
    """The link is moved to another namespace."""
    asked, drops = Asked(world).open(), Drops(world)
    here, dev = world.link, world.link.dev
    Sender().send(3)
    # It rings, and the program does not ask before the link is gone.
    asked.listen(1, enough=1)
    # The far end has a link of that name.
    here.inside("ip", "link", "set", dev, "netns", FAR, "name", "moved")
    there = ktap.Link(FAR, "moved")
    drops.world.link = there
    ktap.equal("the link is moved: counted as tx_link_down", 3, drops.one("tx_link_down"))
    says("the link is moved: WANT_GET", errno.ENODEV, asked.get)
    there.inside("ip", "address", "add", "10.79.0.1/24", "dev", "moved")
    there.inside("ip", "link", "set", "moved", "up")
    ktap.command("nsenter", f"--net=/run/netns/{FAR}", "ping", "-c1", "-W1", "10.79.0.9",
                 check=False)
    ktap.between("the link is moved: the program is not asked, packets refused", 1, 9,
                 drops.one("tx_no_peer"))
    ktap.equal("the link is moved: it does not ring", [], asked.listen(0.2))
    there.inside("ip", "link", "set", "moved", "netns", here.namespace, "name", dev)
    world.link = here
    here.inside("ip", "address", "add", "10.77.0.1/24", "dev", dev)
    here.inside("ip", "link", "set", dev, "up")
    Sender(NOWHERE4).send()
    ktap.equal("the link is back: the program is asked", NOWHERE4,
               (asked.wait() or {}).get(nl.WANT_DESTINATION))
    asked.close()


def deleted(world):
    """The link is deleted."""
    asked = Asked(world).open()
    senders = [Sender(f"10.77.0.{n}") for n in range(100, 150)]
    for sender in senders:
        sender.send(5)
    asked.wait()
    begin = time.monotonic()
    world.link.inside("ip", "link", "del", world.link.dev)
    ktap.between("the link is deleted with 250 packets waiting, in so many seconds", 0, 1,
                 time.monotonic() - begin)
    says("the link is deleted: WANT_GET", errno.ENODEV, asked.get)
    asked.close()


# ------------------------------------------------------------------ forwarded


def forwarded(world):
    """Packets of another host."""
    host = os.environ["CV_HOST"]
    asked, service = Asked(world).open(), far_service()
    drops, sender = Drops(world), Sender("10.78.0.2", namespace=host)
    sender.send(2)
    ktap.equal("of another host: the program is asked", "10.78.0.2",
               (asked.wait() or {}).get(nl.WANT_DESTINATION))
    unreachable("of another host, no peer in time", sender, HELD_S - 1.5, HELD_S + 0.4)
    drops.expect("of another host, no peer in time", tx_no_peer=2)
    sender = Sender("10.78.0.2", namespace=host)
    sender.send(2)
    asked.wait()
    asked.peer(at(world), ips("10.78.0.2/32"))
    ktap.equal("of another host: what waited comes, in its order", [0, 1],
               received(service, 2, 2))
    asked.remove()
    # To which there is no route from here: ICMP has to go to the address before NAT.
    world.link.inside("nft", "add table ip nat; add chain ip nat out "
                      "{ type nat hook postrouting priority srcnat; }; "
                      f"add rule ip nat out oifname {world.link.dev} snat to 203.0.113.9")
    drops, sender = Drops(world), Sender("10.78.0.2", namespace=host)
    sender.send()
    unreachable("of another host, with NAT, no peer in time", sender, HELD_S - 0.5, HELD_S + 0.4)
    drops.expect("of another host, with NAT, no peer in time", tx_no_peer=1)
    sender = Sender("10.78.0.2", namespace=host)
    sender.send()
    asked.wait()
    asked.close()
    unreachable("of another host, with NAT, the program ends", sender, 0, 0.5)
    service.close()


def answers(world):
    """An answer of another host, to one that was translated for it."""
    host, there = os.environ["CV_HOST"], "10.1.0.2"
    asked = Asked(world).open()
    world.link.inside("nft", "add table ip answers; add chain ip answers out "
                      "{ type nat hook postrouting priority srcnat; }; "
                      "add rule ip answers out oifname e1 masquerade")
    asked.peer(at(world), ips("10.78.0.2/32"))
    client, server = socket_in(FAR, socket.AF_INET), socket_in(host, socket.AF_INET)
    client.bind(("10.78.0.2", SERVICE))
    server.setsockopt(socket.IPPROTO_IP, IP_RECVERR, 1)
    server.bind((there, SERVICE))
    client.sendto(b"a question", (there, SERVICE))
    question, source = server.recvfrom(100)
    ktap.equal("a question by NAT", (b"a question", "10.1.0.1"), (question, source[0]))
    server.connect(source)
    asked.remove()
    server.send(b"an answer")
    ktap.equal("its answer: the program is asked", "10.78.0.2",
               (asked.wait() or {}).get(nl.WANT_DESTINATION))
    server.settimeout(HELD_S + 2)
    try:
        server.recv(100)
        ktap.fail("no peer in time: ICMP to the one that answers", "EHOSTUNREACH", "a packet")
    except OSError as error:
        ktap.equal("no peer in time: ICMP to the one that answers", errno.EHOSTUNREACH,
                   error.errno)
    for one in client, server:
        one.close()
    world.link.inside("nft", "delete table ip answers")
    asked.close()


GROUPS = {
    "verdicts": (quiet, new_peer, new_peer6, endpoint, unheard, expired, learned, connect,
                 super_packet, zerocopy, packet_socket),
    "limits": (quiet, listeners, packets, destinations, answered, memory, one_socket, again, rate,
               groups),
    "refusals": (quiet, time_is_up, program_ends, given_and_taken),
    "removal": (quiet, down, moved, deleted),
    "forwarded": (quiet, answers, forwarded),
}
GROUPS["dropin"] = GROUPS["verdicts"] + GROUPS["limits"]

run_group(GROUPS, __doc__)
