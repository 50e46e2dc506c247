#!/usr/bin/env python3
# SPDX-License-Identifier: GPL-2.0
"""Prints noise_vectors.h: handshakes computed by a second implementation.

It follows the paper, in the paper's words, on nothing but Python's own hash
functions; it shares no code with the module. Run it again only when a vector is
to be added: noise_vectors.py > noise_vectors.h
"""
import hashlib
import hmac
import struct

P = 2**255 - 19


def x25519(scalar, point):
    k = bytearray(scalar)
    k[0] &= 248
    k[31] = k[31] & 127 | 64
    k = int.from_bytes(k, "little")
    x1 = int.from_bytes(point, "little") % 2**255
    x2, z2, x3, z3 = 1, 0, x1, 1
    for bit in range(254, -1, -1):
        if k >> bit & 1:
            x2, z2, x3, z3 = x3, z3, x2, z2
        a, b, c, d = x2 + z2, x2 - z2, x3 + z3, x3 - z3
        da, cb, aa, bb = d * a, c * b, a * a, b * b
        x3, z3 = (da + cb) ** 2 % P, x1 * (da - cb) ** 2 % P
        x2, z2 = aa * bb % P, (aa - bb) * (aa + 121665 * (aa - bb)) % P
        if k >> bit & 1:
            x2, z2, x3, z3 = x3, z3, x2, z2
    return (x2 * pow(z2, P - 2, P) % P).to_bytes(32, "little")


def chacha_words(key, tail, add):
    def quarter(a, b, c, d):
        for to, frm, xor, bits in ((a, b, d, 16), (c, d, b, 12),
                                   (a, b, d, 8), (c, d, b, 7)):
            x[to] = (x[to] + x[frm]) & 0xffffffff
            word = x[xor] ^ x[to]
            x[xor] = (word << bits | word >> (32 - bits)) & 0xffffffff

    start = list(struct.unpack("<16I", b"expand 32-byte k" + key + tail))
    x = list(start)
    for _ in range(10):
        for i in range(4):
            quarter(i, 4 + i, 8 + i, 12 + i)
        for i in range(4):
            quarter(i, 4 + (i + 1) % 4, 8 + (i + 2) % 4, 12 + (i + 3) % 4)
    if add:
        x = [(a + b) & 0xffffffff for a, b in zip(x, start)]
    return x


def chacha_block(key, counter, nonce):
    tail = struct.pack("<I", counter) + nonce
    return struct.pack("<16I", *chacha_words(key, tail, True))


def aead(key, nonce, text, ad):
    stream = b"".join(chacha_block(key, 1 + i, nonce) for i in range(len(text) // 64 + 1))
    sealed = bytes(a ^ b for a, b in zip(text, stream))
    pad = lambda data: data + bytes(-len(data) % 16)
    mac = pad(ad) + pad(sealed) + struct.pack("<QQ", len(ad), len(sealed))
    otk = chacha_block(key, 0, nonce)
    r = int.from_bytes(otk[:16], "little") & 0x0ffffffc0ffffffc0ffffffc0fffffff
    h = 0
    for i in range(0, len(mac), 16):
        h = (h + int.from_bytes(mac[i:i + 16] + b"\1", "little")) * r % (2**130 - 5)
    tag = (h + int.from_bytes(otk[16:32], "little")) % 2**128
    return sealed + tag.to_bytes(16, "little")


def xaead(key, nonce, text, ad):
    words = chacha_words(key, nonce[:16], False)
    subkey = struct.pack("<8I", *(words[:4] + words[12:]))
    return aead(subkey, bytes(4) + nonce[16:], text, ad)


def HASH(data):
    return hashlib.blake2s(data).digest()


def MAC(key, data):
    return hashlib.blake2s(data, key=key, digest_size=16).digest()


def HMAC(key, data):
    return hmac.new(key, data, hashlib.blake2s).digest()


def KDF(n, key, data):
    secret, out = HMAC(key, data), [b""]
    for i in range(1, n + 1):
        out.append(HMAC(secret, out[-1] + bytes([i])))
    return out[1:]


def number(label):
    return HASH(b"culvert test: " + label.encode())


def clamp(secret):
    s = bytearray(secret)
    s[0] &= 248
    s[31] = s[31] & 127 | 64
    return bytes(s)


def public(secret):
    return x25519(secret, bytes([9]) + bytes(31))


def handshake(name, psk):
    zero = bytes(12)
    si, sr, ei, er = (clamp(number(name + w)) for w in (" si", " sr", " ei", " er"))
    Si, Sr, Ei, Er = map(public, (si, sr, ei, er))
    stamp = struct.pack(">QI", 2**62 + 10 + 1700000000, 7 << 24)

    # initiation
    C = HASH(b"Noise_IKpsk2_25519_ChaChaPoly_BLAKE2s")
    H = HASH(C + b"WireGuard v1 zx2c4 Jason@zx2c4.com")
    H = HASH(H + Sr)
    C, = KDF(1, C, Ei)
    H = HASH(H + Ei)
    C, k = KDF(2, C, x25519(ei, Sr))
    static_sealed = aead(k, zero, Si, H)
    H = HASH(H + static_sealed)
    C, k = KDF(2, C, x25519(si, Sr))
    timestamp_sealed = aead(k, zero, stamp, H)
    H = HASH(H + timestamp_sealed)
    C1, H1 = C, H
    # response
    C, = KDF(1, C, Er)
    H = HASH(H + Er)
    C, = KDF(1, C, x25519(er, Ei))
    C, = KDF(1, C, x25519(er, Si))
    C, tau, k = KDF(3, C, psk)
    H = HASH(H + tau)
    empty_sealed = aead(k, zero, b"", H)
    H = HASH(H + empty_sealed)
    first, second = KDF(2, C, b"")

    # the macs of the initiation, and a cookie reply to it
    message = struct.pack("<II", 1, 0x12345678) + Ei + static_sealed + timestamp_sealed
    mac1 = MAC(HASH(b"mac1----" + Sr), message)
    secret = number(name + " secret")
    cookie = MAC(secret, bytes([192, 0, 2, 7]) + struct.pack(">H", 51820))
    mac2 = MAC(cookie, message + mac1)
    nonce = number(name + " nonce")[:24]
    cookie_sealed = xaead(HASH(b"cookie--" + Sr), nonce, cookie, mac1)
    kdf3 = b"".join(KDF(3, C1, stamp))

    values = locals()
    print("\t{")
    print('\t\t.name = "%s",' % name)
    for key in NAMES.split():
        text = values[key].hex()
        print("\t\t.%s =\n\t\t\t\"%s\"," % (member(key), text))
    print("\t},")


NAMES = """si sr ei er Si Sr Ei Er psk stamp static_sealed timestamp_sealed C1 H1
    empty_sealed C H first second mac1 secret cookie mac2 nonce cookie_sealed kdf3"""


def member(key):
    return {"si": "initiator_private", "sr": "responder_private",
            "ei": "initiator_ephemeral", "er": "responder_ephemeral",
            "Si": "initiator_public", "Sr": "responder_public",
            "Ei": "initiator_ephemeral_public", "Er": "responder_ephemeral_public",
            "C1": "chaining_key_1", "H1": "hash_1",
            "C": "chaining_key_2", "H": "hash_2"}.get(key, key)


def main():
    print("/* SPDX-License-Identifier: GPL-2.0 */")
    print("/* Made by noise_vectors.py: handshakes that a second implementation did. */")
    print("#ifndef UNIT_NOISE_VECTORS_H")
    print("#define UNIT_NOISE_VECTORS_H\n")
    print("/* All but the name is in hexadecimal. */")
    print("struct noise_vector {\n\tconst char *name;")
    for key in NAMES.split():
        print("\tconst char *%s;" % member(key))
    print("};\n")
    print("static const struct noise_vector noise_vectors[] = {")
    handshake("with a pre-shared key", number("psk"))
    handshake("without a pre-shared key", bytes(32))
    handshake("a third one", number("psk 3"))
    print("};\n\n#endif /* UNIT_NOISE_VECTORS_H */")


main()
