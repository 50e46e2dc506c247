# SPDX-License-Identifier: GPL-2.0
"""A WireGuard peer in plain Python, written from protocol.md alone: the oracle
that the namespace tests hold a culvert link against, and the one who can say
things that no well-behaved peer would. Used by hostile.py, timers.py and others;
run them in the peer's network namespace."""
import os
import select
import socket
import struct
import time

from . import noise as crypto

INITIATION, RESPONSE, COOKIE, DATA = 1, 2, 3, 4
INITIATION_BYTES, RESPONSE_BYTES, COOKIE_BYTES, DATA_OVERHEAD_BYTES = 148, 92, 64, 32
NAMES = {INITIATION: "initiation", RESPONSE: "response", COOKIE: "cookie reply",
         DATA: "data"}
CONSTRUCTION = b"Noise_IKpsk2_25519_ChaChaPoly_BLAKE2s"
IDENTIFIER = b"WireGuard v1 zx2c4 Jason@zx2c4.com"
FIRST_CHAIN = crypto.hash_of(CONSTRUCTION)
FIRST_HASH = crypto.hash_of(FIRST_CHAIN, IDENTIFIER)
NO_PSK = bytes(32)
# Not in the module socket of Python 3.11.
UDP_SEGMENT = 103


class Refused(Exception):
    """What was received is not authentic, or not what was expected."""


def stamp(offset_s=0.0):
    """A TAI64N timestamp of the present plus OFFSET_S seconds."""
    now = time.time_ns() + int(offset_s * 1e9)
    return struct.pack(">QI", 2**62 + 10 + now // 10**9, now % 10**9)


def stamp_seconds(timestamp):
    """The time of a TAI64N timestamp, in seconds since 1970."""
    seconds, nanoseconds = struct.unpack(">QI", timestamp)
    return seconds - 2**62 - 10 + nanoseconds / 1e9


def random_index():
    return struct.unpack("<I", os.urandom(4))[0]


def type_of(message):
    return struct.unpack_from("<I", message)[0] if len(message) >= 4 else None


def receiver_of(message):
    """The index a response, a cookie reply or data is addressed to."""
    return struct.unpack_from("<I", message, 8 if type_of(message) == RESPONSE else 4)[0]


def sender_of(message):
    return struct.unpack_from("<I", message, 4)[0]


def mac1_key(public):
    return crypto.hash_of(b"mac1----", public)


def cookie_key(public):
    return crypto.hash_of(b"cookie--", public)


def with_macs(body, to_public, cookie=None):
    """BODY with mac1 for the owner of TO_PUBLIC, and mac2 if COOKIE is held."""
    body += crypto.mac(mac1_key(to_public), body)
    return body + (crypto.mac(cookie, body) if cookie else bytes(16))


class Symmetric:
    """The chaining key and hash of one handshake, and the mixing of things in."""

    def __init__(self, responder_public):
        self.chain = FIRST_CHAIN
        self.hash = FIRST_HASH
        self.mix_hash(responder_public)

    def mix_hash(self, data):
        self.hash = crypto.hash_of(self.hash, data)

    def mix_chain(self, data):
        self.chain, = crypto.kdf(1, self.chain, data)

    def mix_key(self, data):
        self.chain, key = crypto.kdf(2, self.chain, data)
        return key

    def mix_psk(self, psk):
        self.chain, tau, key = crypto.kdf(3, self.chain, psk)
        self.mix_hash(tau)
        return key

    def seal(self, key, plain):
        sealed = crypto.aead_seal(key, 0, plain, self.hash)
        self.mix_hash(sealed)
        return sealed

    def open(self, key, sealed, what):
        plain = crypto.aead_open(key, 0, sealed, self.hash)
        if plain is None:
            raise Refused(f"{what} is not authentic")
        self.mix_hash(sealed)
        return plain

    def session_keys(self):
        return crypto.kdf(2, self.chain, b"")


class Session:
    """Two transport keys and the indices both sides chose."""

    def __init__(self, send_key, receive_key, local_index, remote_index):
        self.send_key, self.receive_key = send_key, receive_key
        self.local_index, self.remote_index = local_index, remote_index
        self.counter = 0
        self.born = time.monotonic()

    def seal(self, plain=b"", counter=None, pad=True, index=None):
        """A data message; without COUNTER the next one."""
        if counter is None:
            counter = self.counter
            self.counter += 1
        if pad:
            plain += bytes(-len(plain) % 16)
        return struct.pack("<IIQ", DATA, self.remote_index if index is None else index,
                           counter) + crypto.aead_seal(self.send_key, counter, plain)

    def open(self, message):
        """(counter, plain text) of a data message for this session."""
        if len(message) < DATA_OVERHEAD_BYTES or type_of(message) != DATA:
            raise Refused("no data message")
        _, index, counter = struct.unpack_from("<IIQ", message)
        if index != self.local_index:
            raise Refused(f"data for index {index:#x}, not {self.local_index:#x}")
        plain = crypto.aead_open(self.receive_key, counter, message[16:])
        if plain is None:
            raise Refused("data is not authentic")
        return counter, plain


class Initiation:
    """An initiation this side has made, waiting for its response."""

    def __init__(self, me, timestamp=None, index=None, cookie=None, zero_dh=False,
                 timestamp_key=None):
        self.me = me
        self.index = random_index() if index is None else index
        self.private = os.urandom(32)
        ephemeral = bytes(32) if zero_dh else crypto.public_of(self.private)
        state = self.state = Symmetric(me.remote_public)
        state.mix_chain(ephemeral)
        state.mix_hash(ephemeral)
        body = struct.pack("<II", INITIATION, self.index) + ephemeral
        key = state.mix_key(bytes(32) if zero_dh else
                            crypto.x25519(self.private, me.remote_public))
        body += state.seal(key, me.public)
        key = state.mix_key(crypto.x25519(me.private, me.remote_public))
        body += state.seal(timestamp_key or key, timestamp or stamp())
        self.message = with_macs(body, me.remote_public, cookie)

    def read(self, response):
        """The session that RESPONSE brings about."""
        if len(response) != RESPONSE_BYTES or type_of(response) != RESPONSE:
            raise Refused(f"no response: {describe(response)}")
        _, sender, receiver = struct.unpack_from("<III", response)
        if receiver != self.index:
            raise Refused(f"response for index {receiver:#x}, not {self.index:#x}")
        self.me.check_mac1(response)
        ephemeral = response[12:44]
        state = self.state
        state.mix_chain(ephemeral)
        state.mix_hash(ephemeral)
        state.mix_chain(crypto.x25519(self.private, ephemeral))
        state.mix_chain(crypto.x25519(self.me.private, ephemeral))
        state.open(state.mix_psk(self.me.psk), response[44:60], "response")
        first, second = state.session_keys()
        return Session(first, second, self.index, sender)


class Heard:
    """An initiation that was received and is authentic."""

    def __init__(self, me, message):
        if len(message) != INITIATION_BYTES or type_of(message) != INITIATION:
            raise Refused(f"no initiation: {describe(message)}")
        me.check_mac1(message)
        self.me, self.message, self.index = me, message, sender_of(message)
        self.ephemeral = message[8:40]
        state = self.state = Symmetric(me.public)
        state.mix_chain(self.ephemeral)
        state.mix_hash(self.ephemeral)
        key = state.mix_key(crypto.x25519(me.private, self.ephemeral))
        self.static = state.open(key, message[40:88], "static key")
        key = state.mix_key(crypto.x25519(me.private, self.static))
        self.timestamp = state.open(key, message[88:116], "timestamp")

    def respond(self, index=None, cookie=None, zero_dh=False, psk=None):
        """(response, session); may be called once."""
        index = random_index() if index is None else index
        private = os.urandom(32)
        ephemeral = bytes(32) if zero_dh else crypto.public_of(private)
        state = self.state
        state.mix_chain(ephemeral)
        state.mix_hash(ephemeral)
        for public in self.ephemeral, self.static:
            state.mix_chain(bytes(32) if zero_dh else crypto.x25519(private, public))
        key = state.mix_psk(self.me.psk if psk is None else psk)
        body = struct.pack("<III", RESPONSE, index, self.index) + ephemeral
        body += state.seal(key, b"")
        first, second = state.session_keys()
        return (with_macs(body, self.static, cookie),
                Session(second, first, index, self.index))


class Me:
    """This side's identity, what it knows of the other, and its UDP socket."""

    def __init__(self, remote_public, remote=None, private=None, psk=NO_PSK,
                 local=("0.0.0.0", 51820)):
        self.private = private or os.urandom(32)
        self.public = crypto.public_of(self.private)
        self.remote_public, self.psk = remote_public, psk
        self.remote = remote
        self.socket = self.new_socket(local)

    @staticmethod
    def new_socket(local):
        family = socket.AF_INET6 if ":" in local[0] else socket.AF_INET
        one = socket.socket(family, socket.SOCK_DGRAM)
        one.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 1 << 22)
        one.bind(local)
        return one

    def check_mac1(self, message):
        at = len(message) - 32
        if crypto.mac(mac1_key(self.public), message[:at]) != message[at:at + 16]:
            raise Refused(f"wrong mac1 in {describe(message)}")

    def send(self, message):
        self.socket.sendto(message, self.remote)

    def send_many(self, messages):
        """Messages of one size, as one super-packet: as fast as it gets."""
        size = struct.pack("H", len(messages[0]))
        self.socket.sendmsg([b"".join(messages)], [(socket.IPPROTO_UDP, UDP_SEGMENT, size)],
                            0, self.remote)

    def receive(self, timeout_s):
        """The next datagram, or None when none came in time."""
        if not select.select([self.socket], [], [], max(0, timeout_s))[0]:
            return None
        return self.socket.recvfrom(1 << 16)[0]

    def expect(self, kind, timeout_s=5.0):
        """The next message of type KIND; others are passed over."""
        deadline = time.monotonic() + timeout_s
        seen = []
        while True:
            message = self.receive(deadline - time.monotonic())
            if message is None:
                raise Refused(f"no {NAMES[kind]} in {timeout_s} s, only {seen}")
            if type_of(message) == kind:
                return message
            seen.append(describe(message))

    def drain(self):
        while self.receive(0) is not None:
            pass

    def initiate(self, **options):
        """A handshake as initiator, confirmed by a keepalive."""
        exchange = Initiation(self, **options)
        self.send(exchange.message)
        session = exchange.read(self.expect(RESPONSE))
        self.send(session.seal())
        return session

    def answer(self, timeout_s=8.0):
        """A handshake as responder: (session, what was heard)."""
        heard = Heard(self, self.expect(INITIATION, timeout_s))
        response, session = heard.respond()
        self.send(response)
        return session, heard

    def open_cookie(self, reply, sent):
        """The cookie in REPLY to the message SENT."""
        if len(reply) != COOKIE_BYTES or type_of(reply) != COOKIE:
            raise Refused(f"no cookie reply: {describe(reply)}")
        if receiver_of(reply) != sender_of(sent):
            raise Refused("cookie reply for another index")
        cookie = crypto.xaead_open(cookie_key(self.remote_public), reply[8:32], reply[32:],
                                   sent[-32:-16])
        if cookie is None:
            raise Refused("cookie reply is not authentic")
        return cookie

    def make_cookie(self, message, cookie=None, index=None, key=None, mac1=None):
        """A cookie reply to MESSAGE, as this side would send it under load."""
        nonce = os.urandom(24)
        sealed = crypto.xaead_seal(key or cookie_key(self.public), nonce,
                                   cookie or os.urandom(16), mac1 or message[-32:-16])
        index = sender_of(message) if index is None else index
        return struct.pack("<II", COOKIE, index) + nonce + sealed


def describe(message):
    if message is None:
        return "nothing"
    return f"{NAMES.get(type_of(message), 'type ' + str(type_of(message)))}" \
           f" of {len(message)} bytes"


# ------------------------------------------------------------- inner packets


def checksum(data):
    data += bytes(len(data) % 2)
    total = sum(struct.unpack(f"!{len(data) // 2}H", data))
    while total >> 16:
        total = (total & 0xffff) + (total >> 16)
    return ~total & 0xffff


def ipv4(source, destination, protocol=17, payload=b"", tos=0, length=None, version=4):
    header = struct.pack("!BBHHHBBH4s4s", version << 4 | 5, tos,
                         20 + len(payload) if length is None else length, 0, 0, 64,
                         protocol, 0, socket.inet_aton(source),
                         socket.inet_aton(destination))
    header = header[:10] + struct.pack("!H", checksum(header)) + header[12:]
    return header + payload


def ipv6(source, destination, protocol=17, payload=b"", tos=0, length=None, version=6):
    return struct.pack("!IHBB", version << 28 | tos << 20,
                       len(payload) if length is None else length, protocol, 64) + \
        socket.inet_pton(socket.AF_INET6, source) + \
        socket.inet_pton(socket.AF_INET6, destination) + payload


def ping4(source, destination, serial=1, size=8, tos=0):
    """An echo request; its answer is ping4_answer()."""
    body = struct.pack("!BBHHH", 8, 0, 0, 0x6376, serial) + bytes(size)
    body = body[:2] + struct.pack("!H", checksum(body)) + body[4:]
    return ipv4(source, destination, 1, body, tos)


def is_pong4(packet, serial=1):
    return len(packet) >= 28 and packet[0] == 0x45 and packet[9] == 1 and \
        packet[20] == 0 and struct.unpack_from("!HH", packet, 24) == (0x6376, serial)


def ping6(source, destination, serial=1, size=8, tos=0):
    body = struct.pack("!BBHHH", 128, 0, 0, 0x6376, serial) + bytes(size)
    pseudo = socket.inet_pton(socket.AF_INET6, source) + \
        socket.inet_pton(socket.AF_INET6, destination) + \
        struct.pack("!IHBB", len(body), 0, 0, 58)
    body = body[:2] + struct.pack("!H", checksum(pseudo + body)) + body[4:]
    return ipv6(source, destination, 58, body, tos)


def is_pong6(packet, serial=1):
    return len(packet) >= 48 and packet[0] >> 4 == 6 and packet[6] == 58 and \
        packet[40] == 129 and struct.unpack_from("!HH", packet, 44) == (0x6376, serial)


def udp4(source, destination, payload, sport=4000, dport=4000, tos=0):
    """UDP without a checksum, which IPv4 allows."""
    return ipv4(source, destination, 17,
                struct.pack("!HHHH", sport, dport, 8 + len(payload), 0) + payload, tos)
