#!/usr/bin/python3
# SPDX-License-Identifier: GPL-2.0
"""Writes messages for a flood, as anybody can make them who knows the public key of the
link and nothing else. Run by lib/flood.sh.

    forged.py DIRECTORY PUBLIC-KEY

DIRECTORY gets a file for each: initiation, response (mac1 is right, all else is random);
bad-initiation, bad-response (mac1 is wrong), cookie, data, empty-data, unknown, short; and
stranger-0 to stranger-7: true initiations, each of a key that the link does not know.
"""
import base64
import os
import struct
import sys

from cvtest import peer as wg

PAD = struct.Struct("<II")


def main():
    if len(sys.argv) != 3:
        sys.exit(__doc__)
    directory, public = sys.argv[1], base64.b64decode(sys.argv[2])
    initiation = PAD.pack(wg.INITIATION, wg.random_index()) + os.urandom(108)
    response = PAD.pack(wg.RESPONSE, wg.random_index()) + os.urandom(52)
    messages = {
        "initiation": wg.with_macs(initiation, public),
        "response": wg.with_macs(response, public),
        "bad-initiation": initiation + os.urandom(32),
        "bad-response": response + os.urandom(32),
        "cookie": PAD.pack(wg.COOKIE, wg.random_index()) + os.urandom(56),
        "data": PAD.pack(wg.DATA, wg.random_index()) + os.urandom(1400),
        "empty-data": PAD.pack(wg.DATA, wg.random_index()) + os.urandom(24),
        "unknown": PAD.pack(9, 0) + os.urandom(100),
        "short": b"\1\0\0",
    }
    for number in range(8):
        stranger = wg.Me(public, local=("127.0.0.1", 0))
        messages[f"stranger-{number}"] = wg.Initiation(stranger).message
        stranger.socket.close()
    for name, message in messages.items():
        with open(os.path.join(directory, name), "wb") as file:
            file.write(message)


main()
