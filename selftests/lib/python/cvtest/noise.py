# SPDX-License-Identifier: GPL-2.0
"""The primitives of protocol.md, with OpenSSL's libcrypto, which Python's own hashes need too:
X25519 (RFC 7748), ChaCha20-Poly1305 (RFC 8439), its X form, BLAKE2s and what is built on it. Used
by peer.py; `python3 noise.py` checks them against the RFCs' vectors."""
import ctypes
import hashlib
import hmac
import struct

BASE_POINT = bytes([9]) + bytes(31)

_lib = ctypes.CDLL("libcrypto.so.3")
_POINTER, _SIZE = ctypes.c_void_p, ctypes.c_size_t
_X25519, _GET_TAG, _SET_TAG = 1034, 0x10, 0x11


def _declare(result, name, *arguments):
    function = getattr(_lib, name)
    function.restype, function.argtypes = result, arguments
    return function


_new_private = _declare(_POINTER, "EVP_PKEY_new_raw_private_key", ctypes.c_int, _POINTER,
                        ctypes.c_char_p, _SIZE)
_new_public = _declare(_POINTER, "EVP_PKEY_new_raw_public_key", ctypes.c_int, _POINTER,
                       ctypes.c_char_p, _SIZE)
_read_public = _declare(ctypes.c_int, "EVP_PKEY_get_raw_public_key", _POINTER, _POINTER, _POINTER)
_free_key = _declare(None, "EVP_PKEY_free", _POINTER)
_new_exchange = _declare(_POINTER, "EVP_PKEY_CTX_new", _POINTER, _POINTER)
_free_exchange = _declare(None, "EVP_PKEY_CTX_free", _POINTER)
_begin = _declare(ctypes.c_int, "EVP_PKEY_derive_init", _POINTER)
_set_peer = _declare(ctypes.c_int, "EVP_PKEY_derive_set_peer", _POINTER, _POINTER)
_derive = _declare(ctypes.c_int, "EVP_PKEY_derive", _POINTER, _POINTER, _POINTER)
_clear_errors = _declare(None, "ERR_clear_error")
_cipher = _declare(_POINTER, "EVP_chacha20_poly1305")()
_new_cipher = _declare(_POINTER, "EVP_CIPHER_CTX_new")
_free_cipher = _declare(None, "EVP_CIPHER_CTX_free", _POINTER)
_init_cipher = _declare(ctypes.c_int, "EVP_CipherInit_ex", _POINTER, _POINTER, _POINTER,
                        ctypes.c_char_p, ctypes.c_char_p, ctypes.c_int)
_update = _declare(ctypes.c_int, "EVP_CipherUpdate", _POINTER, _POINTER, _POINTER,
                   ctypes.c_char_p, ctypes.c_int)
_final = _declare(ctypes.c_int, "EVP_CipherFinal_ex", _POINTER, _POINTER, _POINTER)
_control = _declare(ctypes.c_int, "EVP_CIPHER_CTX_ctrl", _POINTER, ctypes.c_int, ctypes.c_int,
                    _POINTER)


def clamp(key):
    number = int.from_bytes(key, "little")
    number &= ~7 & (2**255 - 1)
    number |= 2**254
    return number.to_bytes(32, "little")


def x25519(private, point):
    """The shared secret, without the check for all zeros: that is the caller's."""
    out, size = ctypes.create_string_buffer(32), _SIZE(32)
    mine, other = _new_private(_X25519, None, private, 32), _new_public(_X25519, None, point, 32)
    exchange = _new_exchange(mine, None)
    # All zeros are refused, and then left in there.
    if _begin(exchange) != 1 or _set_peer(exchange, other) != 1 or \
            _derive(exchange, out, ctypes.byref(size)) != 1:
        _clear_errors()
        out = ctypes.create_string_buffer(32)
    _free_exchange(exchange)
    _free_key(mine)
    _free_key(other)
    return out.raw


def public_of(private):
    out, size = ctypes.create_string_buffer(32), _SIZE(32)
    mine = _new_private(_X25519, None, private, 32)
    _read_public(mine, out, ctypes.byref(size))
    _free_key(mine)
    return out.raw


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


def hchacha20(key, nonce16):
    x = _rounds((*_CONSTANT, *struct.unpack("<8I", key), *struct.unpack("<4I", nonce16)))
    return struct.pack("<8I", *x[:4], *x[12:])


def _crypt(seal, key, nonce, data, ad, tag=None):
    """The output and the tag, or None if TAG is not the right one."""
    out, size = ctypes.create_string_buffer(len(data) + 16), ctypes.c_int()
    made = ctypes.create_string_buffer(tag or 16, 16)
    cipher = _new_cipher()
    good = _init_cipher(cipher, _cipher, None, key, nonce, seal) == 1
    if tag:
        good &= _control(cipher, _SET_TAG, 16, made) == 1
    if ad:
        good &= _update(cipher, None, ctypes.byref(size), ad, len(ad)) == 1
    if data:
        good &= _update(cipher, out, ctypes.byref(size), data, len(data)) == 1
    good &= _final(cipher, ctypes.byref(out, len(data)), ctypes.byref(size)) == 1
    if good and not tag:
        good = _control(cipher, _GET_TAG, 16, made) == 1
    _free_cipher(cipher)
    if not good:
        _clear_errors()
        return None
    return out.raw[:len(data)], made.raw


def seal12(key, nonce, plain, ad):
    return b"".join(_crypt(1, key, nonce, plain, ad))


def open12(key, nonce, sealed, ad):
    """The plain text, or None if it is not authentic."""
    if len(sealed) < 16:
        return None
    opened = _crypt(0, key, nonce, sealed[:-16], ad, sealed[-16:])
    return opened and opened[0]


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
    # RFC 8439, 2.8.2
    text = (b"Ladies and Gentlemen of the class of '99: If I could offer you only "
            b"one tip for the future, sunscreen would be it.")
    assert public_of(key) == x25519(key, BASE_POINT)
    assert x25519(bytes(range(32)), bytes(32)) == bytes(32)
    sealed = seal12(bytes(range(0x80, 0xa0)), unhex("070000004041424344454647"), text,
                    unhex("50515253c0c1c2c3c4c5c6c7"))
    assert sealed[:16].hex() == "d31a8d34648e60db7b86afbc53ef7ec2"
    assert sealed[-16:].hex() == "1ae10b594f09e26a7e902ecbd0600691"
    assert open12(bytes(range(0x80, 0xa0)), unhex("070000004041424344454647"), sealed,
                  b"") is None
    assert open12(bytes(range(32)), bytes(12), seal12(bytes(range(32)), bytes(12), b"", b""),
                  b"") == b""
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
