#!/usr/bin/python3
# SPDX-License-Identifier: GPL-2.0
"""Reads what culvert show -j and monitor -j print. Run by tool-json.sh and tool-monitor.sh.

    tool_json.py schema FILE            all that show prints is as this JSON schema says
    tool_json.py fields                 each FIELD, with what show prints of it for scripts
    tool_json.py events DIRECTORY FILE  the lines of FILE are as monitor.json and show.json of
                                        DIRECTORY say
    tool_json.py documents DIRECTORY [SCHEMA FILE]...
                                        the lines of FILE are as this schema of DIRECTORY says
"""
import json
import re
import subprocess
import sys

from cvtest import ktap

SECRET = {"private-key": "privateKey", "preshared-keys": "presharedKey"}
# By FIELD: the keys of JSON, of devices and of peers.
KEYS = {
    "public-key": "publicKey", "private-key": "privateKey", "listen-port": "listenPort",
    "fwmark": "fwmark", "bind-addresses": "bindAddresses", "bind-device": "bindDevice",
    "dscp": "dscp", "socket": "socket", "module": "module", "drops": "drops",
    "peers": "publicKey", "names": "name", "preshared-keys": "presharedKey",
    "endpoints": "endpoint", "candidates": "candidates", "follow": "follow", "silent": "silent",
    "allowed-ips": "allowedIps", "latest-handshakes": "latestHandshake",
    "transfer": "transferRx transferTx", "persistent-keepalive": "persistentKeepalive",
    "idle": "idle", "session": "sessionAge sessionBy", "latest-heard": "latestHeard",
    "packets": "packetsRx packetsTx",
    "refused": "refusedSource refusedReplay refusedExpired refusedMemory",
}
NONE = {"(none)", "any", "off", "none"}


def run(*words):
    return subprocess.run(["culvert", "show", *words], check=True, capture_output=True,
                          text=True, errors="surrogateescape").stdout


def words():
    """Each FIELD, by `culvert help --words`."""
    text = subprocess.run(["culvert", "help", "--words"], check=True, capture_output=True,
                          text=True).stdout
    return re.findall(r"^field\t([a-z-]+)\t", text, re.M)


def load(*arguments):
    return json.loads(run("-j", *arguments))


def schema(path):
    import jsonschema

    with open(path, encoding="utf-8") as file:
        rules = json.load(file)
    jsonschema.Draft7Validator.check_schema(rules)
    check = jsonschema.Draft7Validator(rules)
    bad = dict(load("cv0"))
    bad["interfaces"][0]["listenPort"] = "4711"
    ktap.true("the schema refuses a number that is a text", list(check.iter_errors(bad)),
              "an error", "none")
    for arguments in ([], ["interfaces"], *(["all", word] for word in words())):
        errors = [f"{error.json_path}: {error.message}"
                  for error in check.iter_errors(load(*arguments))]
        ktap.equal(f"show -j {' '.join(arguments)} is as the schema says", [], errors)


def events(directory, path):
    """Of an event each peer, and each other key that show has, is as show.json says."""
    import jsonschema

    rules = {}
    for name in "show.json", "monitor.json":
        with open(f"{directory}/{name}", encoding="utf-8") as file:
            rules[name] = json.load(file)
        jsonschema.Draft7Validator.check_schema(rules[name])
    store = jsonschema.RefResolver("", rules["monitor.json"], store=rules)
    line_check = jsonschema.Draft7Validator(rules["monitor.json"], resolver=store)
    parts = rules["show.json"]["definitions"]
    own = set(rules["monitor.json"]["properties"])
    of_show = {name: jsonschema.Draft7Validator({"definitions": parts, **parts[name]})
               for name in ("interface", "peer")}
    errors, count = [], 0
    with open(path, encoding="utf-8") as file:
        for line in map(json.loads, file):
            count += 1
            errors += [f"{line['event']}: {error.message}" for error in
                       line_check.iter_errors(line)]
            device = {"kind": "culvert", "name": line["name"] or "-",
                      **{key: line[key] for key in set(line) - own}}
            errors += [error.message for error in of_show["interface"].iter_errors(device)]
            for peer in line.get("peers", []):
                peer.pop("endpointBefore", None)
                errors += [error.message for error in of_show["peer"].iter_errors(peer)]
    ktap.true("each line is as the schema says", count and not errors, "lines, and no error",
              errors[:5] or count)


def documents(directory, name, path):
    """Each line of a file is as a schema says."""
    import jsonschema

    with open(f"{directory}/{name}", encoding="utf-8") as file:
        rules = json.load(file)
    jsonschema.Draft7Validator.check_schema(rules)
    check = jsonschema.Draft7Validator(rules)
    with open(path, encoding="utf-8") as file:
        lines = [json.loads(line) for line in file]
    errors = [error.message for line in lines for error in check.iter_errors(line)]
    ktap.true(f"all is as {name} says", lines and not errors, "lines, and no error", errors[:5])


def flat(value):
    """As a line for scripts has it."""
    if isinstance(value, dict):
        value = value["endpoint"] + (f"@{value['class']}" if value["class"] else "")
    if isinstance(value, list):
        return " ".join(map(flat, value))
    return "" if value is None else str(value)


def same(word, text, value):
    """Whether TEXT, of a line for scripts, is what JSON has as VALUE."""
    if text in NONE:
        return value in (None, 0, [])
    return flat(int(text, 16) if word == "fwmark" else text) == flat(value)


def field(word):
    """A field alone has what it has for scripts, and nothing else."""
    device = load("cv0", word)["interfaces"][0]
    keys = KEYS[word].split()
    lines = [line.split("\t") for line in run("cv0", word).splitlines()]
    if word == "drops":
        ktap.equal("drops: reasons and counts", {line[0]: int(line[1]) for line in lines},
                   device["drops"])
        return
    if "peers" not in device:
        ktap.equal(f"{word}: the device has this key only", {"name", "kind", *keys}, set(device))
        ktap.true(f"{word}: the same as for scripts", same(word, lines[0][0], device[keys[0]]),
                  lines[0][0], device[keys[0]])
        return
    ktap.equal(f"{word}: the device has no key besides peers", {"name", "kind", "peers"},
               set(device))
    peers = {peer["publicKey"]: peer for peer in device["peers"]}
    ktap.equal(f"{word}: the same peers", sorted(line[0] for line in lines), sorted(peers))
    for line in lines:
        peer = peers[line[0]]
        ktap.equal(f"{word}: a peer has this key only", {"publicKey", *keys}, set(peer))
        texts = line[1:] if word != "peers" else line
        ktap.true(f"{word}: the same as for scripts",
                  len(texts) == len(keys) and all(same(word, text, peer[key])
                                                  for text, key in zip(texts, keys)),
                  texts, [peer[key] for key in keys])


def fields():
    every = words()
    ktap.equal("each FIELD is known here", sorted(every), sorted([*KEYS, "dump"]))
    for word in every:
        if word != "dump":
            ktap.run_case(field, word)
    text = run("-j")
    ktap.true("no secret without being asked for", not any(key in text for key in SECRET.values()),
              "none", text)
    dump = load("all", "dump")["interfaces"]
    everything = {key for keys in KEYS.values() for key in keys.split()}
    there = {key for device in dump for key in device} | {
        key for device in dump for peer in device["peers"] for key in peer}
    ktap.equal("dump has every key", set(), everything - there)


def main():
    if sys.argv[1:2] == ["schema"] and len(sys.argv) == 3:
        ktap.run_case(schema, sys.argv[2])
    elif sys.argv[1:2] == ["events"] and len(sys.argv) == 4:
        ktap.run_case(events, *sys.argv[2:])
    elif sys.argv[1:2] == ["documents"] and len(sys.argv) % 2:
        for i in range(3, len(sys.argv), 2):
            ktap.run_case(documents, sys.argv[2], *sys.argv[i:i + 2])
    elif sys.argv[1:] == ["fields"]:
        ktap.run_case(fields)
    else:
        sys.exit(__doc__)
    ktap.finish()


main()
