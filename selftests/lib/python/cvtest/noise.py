# SPDX-License-Identifier: GPL-2.0
"""The primitives of protocol.md in plain Python, written for reading and not for
speed or secrecy: X25519 (RFC 7748), ChaCha20-Poly1305 (RFC 8439), its X form,
BLAKE2s and what is built on it. Used by peer.py; `python3 noise.py` checks
them against the RFCs' vectors."""
import hashlib
import hmac
import struct

P = 2**255 - 19
BASE_POINT = bytes([9]) + bytes(31)


def clamp(key):
    number = int.from_bytes(key, "little")
    number &= ~7 & (2**255 - 1)
    number |= 2**254
    return number.to_bytes(32, "little")


def x25519(private, point):
    """The shared secret, without the check for all zeros: that is the caller's."""
    scalar = int.from_bytes(clamp(private), "little")
    u = int.from_bytes(point, "little") & (2**255 - 1)
    x2, z2, x3, z3 = 1, 0, u, 1
    swapped = 0
    for position in range(254, -1, -1):
        bit = scalar >> position & 1
        if bit != swapped:
            x2, x3, z2, z3 = x3, x2, z3, z2
            swapped = bit
        a, b = x2 + z2, x2 - z2
        aa, bb = a * a % P, b * b % P
        e = aa - bb
        da, cb = (x3 - z3) * a % P, (x3 + z3) * b % P
        x3, z3 = (da + cb) ** 2 % P, u * (da - cb) ** 2 % P
        x2, z2 = aa * bb % P, e * (aa + 121665 * e) % P
    if swapped:
        x2, z2 = x3, z3
    return (x2 * pow(z2, P - 2, P) % P).to_bytes(32, "little")


def public_of(private):
    return x25519(private, BASE_POINT)


_CONSTANT = struct.unpack("<4I", b"expand 32-byte k")
_QUARTERS = ((0, 4, 8, 12), (1, 5, 9, 13), (2, 6, 10, 14), (3, 7, 11, 15),
             (0, 5, 10, 15), (1, 6, 11, 12), (2, 7, 8, 13), (3, 4, 9, 14))


def _rounds(state):
    x = list(state)
    mask = 0xffffffff
    for _ in range(10):
        for ia, ib, ic, id_ in _QUARTERS:
            a, b, c, d = x[ia], x[ib], x[ic], x[id_]
            a = a + b & mask
            d ^= a
            d = (d << 16 | d >> 16) & mask
            c = c + d & mask
            b ^= c
            b = (b << 12 | b >> 20) & mask
            a = a + b & mask
            d ^= a
            d = (d << 8 | d >> 24) & mask
            c = c + d & mask
            b ^= c
            b = (b << 7 | b >> 25) & mask
            x[ia], x[ib], x[ic], x[id_] = a, b, c, d
    return x


def chacha20(key, nonce, counter, data):
    """NONCE is 12 bytes, COUNTER that of the first 64-byte block."""
    keys = struct.unpack("<8I", key)
    nonces = struct.unpack("<3I", nonce)
    out = bytearray()
    for start in range(0, len(data), 64):
        state = (*_CONSTANT, *keys, counter + start // 64, *nonces)
        block = struct.pack("<16I", *((a + b) & 0xffffffff
                                      for a, b in zip(_rounds(state), state)))
        piece = data[start:start + 64]
        out += (int.from_bytes(piece, "little") ^
                int.from_bytes(block[:len(piece)], "little")).to_bytes(len(piece), "little")
    return bytes(out)


def hchacha20(key, nonce16):
    x = _rounds((*_CONSTANT, *struct.unpack("<8I", key), *struct.unpack("<4I", nonce16)))
    return struct.pack("<8I", *x[:4], *x[12:])


def poly1305(key, data):
    r = int.from_bytes(key[:16], "little") & 0x0ffffffc0ffffffc0ffffffc0fffffff
    prime = 2**130 - 5
    total = 0
    for start in range(0, len(data), 16):
        piece = data[start:start + 16]
        total = (total + int.from_bytes(piece + b"\x01", "little")) * r % prime
    total += int.from_bytes(key[16:32], "little")
    return (total & (2**128 - 1)).to_bytes(16, "little")


def _tag(key, nonce, sealed, ad):
    def padded(data):
        return data + bytes(-len(data) % 16)
    one_time = chacha20(key, nonce, 0, bytes(32))
    return poly1305(one_time, padded(ad) + padded(sealed) +
                    struct.pack("<QQ", len(ad), len(sealed)))


def seal12(key, nonce, plain, ad):
    sealed = chacha20(key, nonce, 1, plain)
    return sealed + _tag(key, nonce, sealed, ad)


def open12(key, nonce, sealed, ad):
    """The plain text, or None if it is not authentic."""
    body, tag = sealed[:-16], sealed[-16:]
    if len(sealed) < 16 or not hmac.compare_digest(tag, _tag(key, nonce, body, ad)):
        return None
    return chacha20(key, nonce, 1, body)


def _nonce(counter):
    return bytes(4) + struct.pack("<Q", counter)


def aead_seal(key, counter, plain, ad=b""):
    return seal12(key, _nonce(counter), plain, ad)


def aead_open(key, counter, sealed, ad=b""):
    return open12(key, _nonce(counter), sealed, ad)


def xaead_seal(key, nonce24, plain, ad):
    return seal12(hchacha20(key, nonce24[:16]), bytes(4) + nonce24[16:], plain, ad)


def xaead_open(key, nonce24, sealed, ad):
    return open12(hchacha20(key, nonce24[:16]), bytes(4) + nonce24[16:], sealed, ad)


def hash_of(*parts):
    return hashlib.blake2s(b"".join(parts)).digest()


def mac(key, *parts):
    return hashlib.blake2s(b"".join(parts), key=key, digest_size=16).digest()


def kdf(count, key, data):
    """COUNT keys of 32 bytes: HKDF with HMAC-BLAKE2s."""
    secret = hmac.new(key, data, hashlib.blake2s).digest()
    out, last = [], b""
    for serial in range(1, count + 1):
        last = hmac.new(secret, last + bytes([serial]), hashlib.blake2s).digest()
        out.append(last)
    return out


def _self_test():
    unhex = bytes.fromhex
    assert x25519(
        unhex("a546e36bf0527c9d3b16154b82465edd62144c0ac1fc5a18506a2244ba449ac4"),
        unhex("e6db6867583030db3594c1a424b15f7c726624ec26b3353b10a903a6d0ab1c4c"),
    ).hex() == "c3da55379de9c6908e94ea4df28d084f32eccf03491c71f754b4075577a28552"
    key, point = BASE_POINT, BASE_POINT
    for _ in range(1000):
        key, point = x25519(key, point), key
    assert key.hex() == "684cf59ba83309552800ef566f2f4d3c1c3887c49360e3875f2eb94d99532c51"
    # RFC 8439, 2.4.2 and 2.8.2
    text = (b"Ladies and Gentlemen of the class of '99: If I could offer you only "
            b"one tip for the future, sunscreen would be it.")
    assert chacha20(bytes(range(32)), unhex("000000000000004a00000000"), 1,
                    text)[:16].hex() == "6e2e359a2568f98041ba0728dd0d6981"
    sealed = seal12(bytes(range(0x80, 0xa0)), unhex("070000004041424344454647"), text,
                    unhex("50515253c0c1c2c3c4c5c6c7"))
    assert sealed[-16:].hex() == "1ae10b594f09e26a7e902ecbd0600691"
    assert open12(bytes(range(0x80, 0xa0)), unhex("070000004041424344454647"), sealed,
                  unhex("50515253c0c1c2c3c4c5c6c7")) == text
    # draft-irtf-cfrg-xchacha-03, 2.2.1 and A.3.1
    assert hchacha20(bytes(range(32)), unhex("000000090000004a0000000031415927")).hex() == \
        "82413b4227b27bfed30e42508a877d73a0f9e4d58a74a853c12ec41326d3ecdc"
    assert xaead_seal(bytes(range(0x80, 0xa0)), bytes(range(0x40, 0x58)), text,
                      unhex("50515253c0c1c2c3c4c5c6c7"))[-16:].hex() == \
        "c0875924c1c7987947deafd8780acf49"
    # RFC 7693, appendix B
    assert hash_of(b"abc").hex() == \
        "508c5e8c327c14e2e1a72ba34eeb452f37458b209ed63a294d999b4c86675982"
    print("ok - primitives agree with their vectors")


if __name__ == "__main__":
    _self_test()
