#!/usr/bin/python3
# SPDX-License-Identifier: GPL-2.0
"""Every seed of the fuzz target config, and damaged copies of it, as a file for a device. Run by
tool-files.sh.

    tool_files.py DEVICE CORPUS FOLDER

A file is taken, or refused with status 1, one printable line that names it, and nothing changed.
"""
import os
import random
import re
import subprocess
import sys

from cvtest import ktap

WORD = re.compile(rb'\s*(?:"((?:\\.|[^"\\])*)"|([0-9a-fA-F]+))(?:\*(\d+))?')
ESCAPED = {b"n": b"\n", b"t": b"\t"}
DAMAGED = 3


def seeds(path):
    """Name and bytes of each, as selftests/fuzz/seeds.c reads them."""
    name, data = None, b""
    with open(path, "rb") as file:
        for line in file:
            line = line.rstrip(b"\n")
            if line.startswith(b"="):
                if name is not None:
                    yield name, data
                name, data = line[1:].strip().decode(), b""
            elif name is not None:
                data += words(line)
    yield name, data


def words(line):
    data, at = b"", 0
    while line[at:].strip() and not line[at:].lstrip().startswith(b"#"):
        word = WORD.match(line, at)
        if not word:
            raise ValueError(f"not a word of a seed: {line[at:]!r}")
        text, digits, times = word.groups()
        if text is not None:
            piece = re.sub(rb"\\(.)", lambda found: ESCAPED.get(found[1], found[1]), text)
        else:
            piece = bytes.fromhex(digits.decode())
        data += piece * int(times or 1)
        at = word.end()
    return data


def damage(data, dice):
    """One or two bytes changed, left out or put in."""
    data = bytearray(data)
    for _ in range(dice.randint(1, 2)):
        at = dice.randint(0, len(data))
        how = dice.randrange(3) if at < len(data) else 2
        if how == 0:
            data[at] = dice.randrange(256)
        elif how == 1:
            del data[at]
        else:
            data.insert(at, dice.choice(b"\0\n=[]#,:/+-@ \t9aP\xff"))
    return bytes(data)


def run(*arguments):
    return subprocess.run(["culvert", *arguments], check=False, capture_output=True, timeout=60,
                          env={**os.environ, "WG_ENDPOINT_RESOLUTION_RETRIES": "0"})


def complaint(status, stderr, path):
    """What is wrong with how a file was refused, or None."""
    lines = stderr.decode(errors="replace").splitlines()
    if status != 1:
        return f"status {status}"
    if len(lines) != 1 or not lines[0].startswith("culvert: ") or not lines[0].isprintable():
        return f"not one printable line: {lines}"
    if path not in lines[0]:
        return f"the file is not named: {lines[0]}"
    return None


def try_file(device, path, data, before):
    """What is wrong, or None, and whether the file was taken."""
    with open(path, "wb") as file:
        file.write(data)
    for command in "setconf", "syncconf", "addconf":
        result = run(command, device, path)
        if result.returncode == 0:
            wrong = f"{command} prints {result.stderr}" if result.stderr else None
            return wrong, True
        wrong = complaint(result.returncode, result.stderr, path)
        if wrong:
            return f"{command}: {wrong}", False
    after = run("showconf", device).stdout
    return (None if after == before else f"it has changed: {after.decode()}"), False


def main():
    device, corpus, folder = sys.argv[1:]
    path, base = f"{folder}/a file.conf", f"{folder}/base.conf"
    before = run("showconf", device).stdout
    with open(base, "wb") as file:
        file.write(before)
    taken = refused = 0
    for name, data in seeds(corpus):
        dice, wrong = random.Random(name), None
        for copy in [data] + [damage(data, dice) for _ in range(DAMAGED)]:
            wrong, is_taken = try_file(device, path, copy, before)
            taken, refused = taken + is_taken, refused + (not is_taken)
            if is_taken:
                run("setconf", device, base)
            if wrong:
                wrong = f"{copy!r}: {wrong}"
                break
        ktap.equal(f"a file like '{name}', and damaged ones", None, wrong)
    ktap.true("some files were taken, and some refused", taken and refused, "both",
              f"{taken} taken, {refused} refused")
    ktap.finish()


main()
