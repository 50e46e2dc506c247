#!/usr/bin/python3
# SPDX-License-Identifier: GPL-2.0
"""Compares Documentation/netlink/culvert.yaml with the kernel's schema of such files, with
uapi/linux/culvert.h and with what a loaded module tells; and configures a link by it, with the
kernel's own client.

    netlink_spec.py YNL schema|header       without a module; lint calls these
    netlink_spec.py YNL module              in a network namespace, with the module
    netlink_spec.py YNL client DEV          likewise, with link DEV

YNL is the directory that `fetch-kernel --ynl` prints. Needs PyYAML, and for the schema
jsonschema.
"""
import base64
import errno
import itertools
import json
import os
import pathlib
import re
import sys
import time

from cvtest import ktap, netlink as nl

TREE = pathlib.Path(__file__).resolve().parents[3]
SPEC = TREE / "Documentation/netlink/culvert.yaml"
HEADER = TREE / "kernel/uapi/linux/culvert.h"
# What only fills up, or is never sent.
EMPTY = ("pad", "unused")


def raised(action, *arguments, accept=()):
    """The errno that the kernel answers, 0 if none. What ynl cannot explain (ACCEPT) was refused
    as well: it finds no way into an indexed array."""
    try:
        action(*arguments)
    except ynl.NlError as error:
        return error.error
    except accept:
        return None
    return 0


# --------------------------------------------------------------------- schema


def schema():
    """The file has the form that the kernel's schema demands."""
    import jsonschema
    import yaml

    with open(SPEC, encoding="utf-8") as file:
        spec = yaml.safe_load(file)
    with open(f"{sys.argv[1]}/{spec['protocol']}.yaml", encoding="utf-8") as file:
        rules = yaml.safe_load(file)
    errors = [f"{error.json_path}: {error.message}"
              for error in jsonschema.Draft7Validator(rules).iter_errors(spec)]
    ktap.equal("the yaml is valid by the kernel's schema", [], errors)


# --------------------------------------------------------------------- header


class Header:
    """uapi/linux/culvert.h: `enums` and `defines` with their values, `docs` with the kernel-doc of
    each name, and `internal`: what says how long an enum is."""

    def __init__(self, text):
        self.enums, self.defines, self.docs, self.internal = {}, {}, {}, set()
        self.values = {}
        for comment in re.findall(r"/\*\*\n.*?\*/", text, re.S):
            for name, words in re.findall(r"^ \* @(\w+): (.*(?:\n \*[ \t]+[^@\s].*)*)", comment, re.M):
                self.docs[name] = " ".join(words.replace("\n *", " ").split())
        code = re.sub(r"/\*.*?\*/", "", text, flags=re.S)
        guard = re.search(r"^#ifndef (\w+)", code, re.M)[1]
        for name, value in re.findall(r"^#define (\w+)[ \t]+(\S.*)$", code, re.M):
            self.defines[name] = self.value(value)
        for name, body in re.findall(r"enum (\w+) \{(.*?)\};", code, re.S):
            self.enums[name] = dict(self.members(body))
        known = {guard, *self.defines}.union(*self.enums.values())
        self.unread = sorted(set(re.findall(r"\b_*CV[A-Z0-9_]+\b", code)) - known)

    def value(self, words):
        """Of a sum, a shift or a string."""
        words = re.sub(r"\b(\d+)U\b", r"\1", " ".join(words.split()))
        return eval(words, {"__builtins__": {}}, self.values | self.defines)

    def members(self, body):
        value = -1
        for name, words in re.findall(r"(\w+)\s*(?:=\s*([^,]+))?(?:,|\s*$)", body):
            value = self.value(words) if words else value + 1
            self.values[name] = value
            if name.startswith("__") or re.fullmatch(r"__\w+ - 1", words.strip()):
                self.internal.add(name)
            yield name, value


def c_name(*parts):
    return "".join(parts).replace("-", "_").upper()


def spec_enums(spec):
    """{name of an enum: {name: value}}, as the yaml has them."""
    enums = {}
    for kind in spec.yaml["definitions"]:
        if kind["type"] not in ("enum", "flags"):
            continue
        entries = spec.consts[kind["name"]].entries.values()
        enums[kind["enum-name"]] = {
            c_name(kind["name-prefix"], entry.name): entry.user_value() for entry in entries}
        if kind.get("render-max"):
            last = max(entry.value for entry in entries)
            enums[kind["enum-name"]] |= {c_name(kind["enum-cnt-name"]): last + 1,
                                         c_name(kind["name-prefix"], "max"): last}
    for attr_set in spec.attr_sets.values():
        if attr_set.subset_of:
            continue
        kind = attr_set.yaml
        last = max(attr_set.attrs_by_val)
        enums[kind["enum-name"]] = {
            c_name(kind["name-prefix"], name): attr.value for name, attr in attr_set.items()
        } | {c_name(kind["attr-cnt-name"]): last + 1, c_name(kind["attr-max-name"]): last}
    kind = spec.yaml["operations"]
    last = max(op.value for op in spec.msgs.values())
    enums[kind["enum-name"]] = {
        c_name(kind["name-prefix"], op.name): op.value for op in spec.msgs.values()
    } | {c_name(spec.yaml["cmd-cnt-name"]): last + 1, c_name(spec.yaml["cmd-max-name"]): last}
    return enums


def spec_defines(spec):
    return {
        c_name(spec.yaml["c-family-name"]): spec.yaml["name"],
        c_name(spec.yaml["c-version-name"]): spec.yaml["version"],
    } | {
        c_name(kind["name-prefix"], kind["name"]): kind["value"]
        for kind in spec.yaml["definitions"] if kind["type"] == "const"
    } | {
        c_name(group["c-define-name"]): group["name"]
        for group in spec.yaml["mcast-groups"]["list"]
    }


def same_names(what, header, spec, internal=()):
    """Names and values in both directions, but for the INTERNAL ones that the yaml may omit."""
    ktap.equal(f"{what}: all that is in culvert.h is in culvert.yaml", [],
               [f"{name} = {value}" for name, value in header.items()
                if name not in spec and name not in internal])
    ktap.equal(f"{what}: all that is in culvert.yaml is in culvert.h", [],
               [f"{name} = {value}" for name, value in spec.items() if name not in header])
    ktap.equal(f"{what}: the values are the same", [],
               [f"{name}: {header[name]} in culvert.h, {value} in culvert.yaml"
                for name, value in spec.items() if header.get(name, value) != value])


def type_in_doc(words):
    """What the kernel-doc of an attribute says of its type, None if it says nothing."""
    for pattern, *told in (
            (r"nest of nests of &enum (\w+)", "indexed-array of nest"),
            (r"nest of &enum (\w+)", "nest"),
            (r"(u\d+) of &enum (\w+)",),
            (r"(u\d+), set only, bits of &enum (\w+)",),
            (r"(u\d+)\b",),
            (r"(string)\b",),
            (r"%(CV_KEY_LEN) bytes\b", "binary"),
            (r"struct (__kernel_timespec)\b", "binary"),
            (r"struct sockaddr_in or struct sockaddr_in6\b", "binary"),
            (r"struct in_addr or struct in6_addr\b", "binary"),
            (r"struct in6?_addr\b", "binary"),
            (r"one or two s32\b", "binary"),
            (r"(flag)\b",),
            (r"carries nothing\b", "pad"),
            (r"never sent\b", "unused")):
        match = re.match(pattern, words)
        if match:
            return (*told, *match.groups())
    return None


def type_in_spec(spec, attr):
    """The same of an attribute of the yaml."""
    if attr.type == "indexed-array":
        return (f"{attr.type} of {attr.sub_type}",
                spec.attr_sets[attr["nested-attributes"]].yaml["enum-name"])
    if attr.type == "nest":
        return attr.type, spec.attr_sets[attr["nested-attributes"]].yaml["enum-name"]
    if "enum" in attr:
        return attr.type, spec.consts[attr["enum"]]["enum-name"]
    length = attr.get("checks", {}).get("exact-len")
    if isinstance(length, str):
        return attr.type, c_name(spec.consts[length]["name-prefix"], length)
    return attr.type, *([attr.struct_name.replace("-", "_")] if attr.struct_name else [])


def header():
    """Names, numbers and types are those of the header."""
    spec, ours = ynl.SpecFamily(str(SPEC), ""), Header(HEADER.read_text(encoding="utf-8"))
    ktap.equal("culvert.h: every name was read", [], ours.unread)
    same_names("constants and groups", ours.defines, spec_defines(spec))
    enums = spec_enums(spec)
    ktap.equal("the enums of culvert.h are those of culvert.yaml", sorted(ours.enums),
               sorted(enums))
    for name in sorted(ours.enums.keys() & enums):
        same_names(f"enum {name}", ours.enums[name], enums[name], ours.internal)
    ktap.equal("the types of attributes are those that the kernel-doc of culvert.h says", [], [
        f"{name}: {doc} in culvert.h, {told} in culvert.yaml"
        for attr_set in spec.attr_sets.values() if not attr_set.subset_of
        for name, doc, told in (
            (name, type_in_doc(ours.docs.get(name, "")), type_in_spec(spec, attr))
            for name, attr in ((c_name(attr_set.yaml["name-prefix"], attr.name), attr)
                               for attr in attr_set.attrs.values()))
        if doc != told])
    messages(spec)


def messages(spec):
    """The lists of the operations name what there is."""
    used = {}
    for op in spec.msgs.values():
        for part in (op.yaml.get("event"), *[op.yaml.get(how, {}).get(way) for how in ("do", "dump")
                                             for way in ("request", "reply")]):
            used.setdefault(op.attr_set.name, set()).update((part or {}).get("attributes", []))
    for name, attributes in used.items():
        attr_set = spec.attr_sets[name]
        ktap.equal(f"messages with set {name}: each has attributes of that set", [],
                   sorted(attributes - attr_set.attrs.keys()))
    parts = {name for name, names in used.items() if spec.attr_sets[name].subset_of == "device"}
    ktap.equal("each attribute of a message is in some message", [],
               sorted({attr.name for attr in spec.attr_sets["device"].attrs.values()
                       if attr.type not in EMPTY} -
                      used["device"].union(*[used[name] for name in parts])))


# --------------------------------------------------------------------- module

# Of enum netlink_attribute_type and enum netlink_policy_type_attr.
TYPES = {1: "flag", 2: "u8", 3: "u16", 4: "u32", 5: "u64", 10: "binary", 12: "string", 13: "nest",
         14: "indexed-array"}
LIMITS = {4: "min", 5: "max", 6: "min-len", 7: "max-len", 12: "flags-mask"}
UNS_ADMIN_PERM, DO, DUMP = 0x10, 2, 4


def limit(spec, attr, name):
    """A check of an attribute, None if it has none of this NAME."""
    value = attr.get("checks", {}).get(name)
    if name == "flags-mask":
        return value and spec.consts[value].get_mask()
    return spec.consts[value]["value"] if isinstance(value, str) else value


def limits_differ(spec, attr, rule):
    """Limits that a policy tells and the yaml does not: {name: (of the module, of the yaml)}. What
    a policy does not tell may be checked by a function; but the length of a string is told."""
    told = {LIMITS[what]: nl.number(value) for what, value in rule.items() if what in LIMITS}
    expected = {name: limit(spec, attr, name) for name in LIMITS.values()}
    if limit(spec, attr, "exact-len") is not None:
        expected["min-len"] = expected["max-len"] = limit(spec, attr, "exact-len")
    if attr.type.startswith("u"):
        whole = {"min": 0, "max": (1 << int(attr.type[1:])) - 1}
        told = {name: value for name, value in told.items() if whole.get(name) != value}
    if attr.type == "string":
        told.setdefault("max-len", None)
    return {name: (value, expected[name]) for name, value in told.items()
            if value != expected[name]}


def same_policy(spec, where, attr_set, names, policy):
    """What POLICY accepts is what the yaml says: NAMES of ATTR_SET."""
    told = {attr_set.attrs_by_val[number].name if number in attr_set.attrs_by_val else number: rule
            for number, rule in policy.items()}
    ktap.equal(f"{where}: the module accepts the attributes of culvert.yaml", sorted(names),
               sorted(told, key=str))
    for name in [name for name in names if name in told]:
        attr, rule = attr_set[name], told[name]
        kind = nl.number(rule.get(1, b""))
        ktap.equal(f"{where}: type of {name}", attr.type, TYPES.get(kind, kind))
        ktap.equal(f"{where}: limits of {name}, of the module and of culvert.yaml", {},
                   limits_differ(spec, attr, rule))
        if "nest" in rule:
            inner = spec.attr_sets[attr["nested-attributes"]]
            same_policy(spec, f"{where}: {name}", inner,
                        [one.name for one in inner.attrs.values() if one.type not in EMPTY],
                        rule["nest"])


def module():
    """Commands, groups and policies are those that the module tells."""
    spec = ynl.SpecFamily(str(SPEC), "")
    family = spec.yaml["name"]
    client = nl.Client(family)
    (_, data), = client.request(nl.CTRL_GETFAMILY, nl.attr(2, family), family=16, version=2)
    told = dict(nl.attrs(data))
    ktap.equal("version of the family", spec.yaml["version"], nl.number(told[3]))
    ktap.equal("groups of the family", sorted(spec.mcast_groups), sorted(client.groups))
    # CTRL_ATTR_OPS has an element for each command; CTRL_ATTR_OP_ID is 1, _FLAGS 2.
    commands = [dict(nl.attrs(element)) for _, element in nl.attrs(told[6])]
    ktap.equal("commands of the family, and who may send them", {
        op.value: (op.modes & {"do", "dump"}, "uns-admin-perm" in op.get("flags", []))
        for op in spec.ops.values()
    }, {
        nl.number(command[1]): (
            {way for way, bit in (("do", DO), ("dump", DUMP)) if nl.number(command[2]) & bit},
            bool(nl.number(command[2]) & UNS_ADMIN_PERM))
        for command in commands
    })
    policies = nl.policies(family)
    for op in spec.ops.values():
        for number, how in ((1, "do"), (2, "dump")):
            if how not in op.modes:
                continue
            names = op[how]["request"]["attributes"]
            if op.attr_set.subset_of:
                ktap.equal(f"{op.name}: its list is all of set {op.attr_set.name}",
                           sorted(op.attr_set.attrs), sorted(names))
            same_policy(spec, op.name, op.attr_set, names,
                        policies.get(op.value, {}).get(number, {}))


# --------------------------------------------------------------------- client


def base(text):
    return base64.b64encode(bytes.fromhex(text)).decode()


def or_none(text):
    return text if text and text.strip("A") != "=" else "(none)"


def as_tool(dump):
    """The messages of a dump as the lines of `show DEV dump`, split at the tabs."""
    device, peers = dump[0], []
    lines = [[base(device["private-key"]), base(device["public-key"]),
              str(device["listen-port"]), hex(device["fwmark"]) if device["fwmark"] else "off"]]
    for message in dump:
        for element in message.get("peers", []):
            (peer,) = element.values()
            more = peer.get("allowedips", [])
            if peer.keys() <= {"public-key", "allowedips"}:
                peers[-1]["allowedips"] += more
            else:
                peers.append(peer | {"allowedips": list(more)})
    for peer in peers:
        ips = [f"{ip['ipaddr']}/{ip['cidr-mask']}"
               for element in peer["allowedips"] for ip in element.values()]
        lines.append([
            base(peer["public-key"]), or_none(base(peer["preshared-key"])),
            nl.show_endpoint(bytes.fromhex(peer.get("endpoint", ""))) or "(none)",
            ",".join(ips) or "(none)", str(peer["last-handshake-time"]["sec"]),
            str(peer["rx-bytes"]), str(peer["tx-bytes"]),
            str(peer["persistent-keepalive-interval"] or "off")])
    return lines


def shown(dev):
    """The same by the command."""
    return [line.split("\t") for line in ktap.command(ktap.TOOL, "show", dev, "dump").splitlines()]


def same_lines(name, expected, got):
    """As ktap.equal(), but says no more than what differs: lines may be long."""
    for number, (one, other) in enumerate(itertools.zip_longest(expected, got)):
        if one != other:
            ktap.fail(name, f"line {number}: {str(one)[:400]}", str(other)[:400])
            return
    ktap.ok(name)


def allowed(text):
    address, _, bits = text.partition("/")
    return {"family": 10 if ":" in address else 2, "ipaddr": address, "cidr-mask": int(bits)}


def private_key():
    """Clamped, as the module keeps it."""
    data = bytearray(os.urandom(32))
    data[0] &= 0xf8
    data[31] = data[31] & 0x7f | 0x40
    return data.hex()


def configure(dev):
    """A device and its peers are set, and dumped."""
    client = ynl.YnlFamily(str(SPEC), schema="")
    private, (psk, first, second) = private_key(), [os.urandom(32).hex() for _ in range(3)]
    # More than a request holds, and more than a message of a dump.
    many = [f"10.{n // 250}.{n % 250}.0/24" for n in range(2000)]
    client.do("set-device", {
        "ifname": dev, "private-key": private, "listen-port": 4711, "fwmark": 7,
        "flags": ["replace-peers"], "peers": [
            {"public-key": first, "preshared-key": psk, "flags": ["replace-allowedips"],
             "endpoint": nl.endpoint("192.0.2.1", 9).hex(),
             "persistent-keepalive-interval": 25, "protocol-version": 1,
             "allowedips": [allowed("10.78.0.0/24"), allowed("fd78::/64")]},
            {"public-key": second, "endpoint": nl.endpoint("fd00::1", 10).hex(),
             "allowedips": [allowed(ip) for ip in many[:1000]]}]})
    client.do("set-device", {"ifname": dev, "peers": [
        {"public-key": second, "allowedips": [allowed(ip) for ip in many[1000:]]}]})
    lines = shown(dev)
    ktap.equal("ynl sets a device: its key, port and mark", [base(private), "4711", "0x7"],
               lines[0][:1] + lines[0][2:])
    ktap.equal("ynl sets a peer: key, pre-shared key, endpoint, allowed IPs, keepalive",
               [base(first), base(psk), "192.0.2.1:9", {"10.78.0.0/24", "fd78::/64"}, "25"],
               lines[1][:3] + [set(lines[1][3].split(",")), lines[1][7]])
    ktap.equal("ynl sets another peer: key, endpoint, no pre-shared key",
               [base(second), "(none)", "[fd00::1]:10"], lines[2][:3])
    same_lines("ynl sets another peer: 2000 allowed IPs", sorted(many),
               sorted(lines[2][3].split(",")))
    dump = client.dump("get-device", {"ifname": dev})
    (link,) = json.loads(ktap.command("ip", "-j", "link", "show", dev))
    ktap.equal("ynl dumps a device: index and name are those of rtnetlink",
               {(link["ifindex"], link["ifname"])},
               {(message["ifindex"], message["ifname"]) for message in dump})
    ktap.true("ynl dumps a device: several messages", len(dump) > 1, "more than 1", len(dump))
    ktap.equal("ynl dumps a device: nothing that the yaml does not list", set(),
               set().union(*dump) - set(client.ops["get-device"]["dump"]["reply"]["attributes"]))
    same_lines("ynl dumps a device: what the command shows", lines, as_tool(dump))
    same_lines("ynl dumps a device by its index: the same", as_tool(dump),
               as_tool(client.dump("get-device", {"ifindex": link["ifindex"]})))
    client.do("set-device", {"ifname": dev, "peers": [
        {"public-key": second, "flags": ["remove-me"]},
        {"public-key": first, "allowedips": [allowed("fd78::/64") | {"flags": ["remove-me"]}]}]})
    ktap.equal("ynl removes a peer, and an allowed IP of another",
               [[base(first), "10.78.0.0/24"]], [[line[0], line[3]] for line in shown(dev)[1:]])


def events(dev):
    """Events of group config are told."""
    ear, mouth = (ynl.YnlFamily(str(SPEC), schema="") for _ in range(2))
    ear.ntf_subscribe("config")
    mouth.ntf_bind()
    heard, key = ear.poll_ntf(duration=30), os.urandom(32)
    for name, request, expected in (
            ("a mark is set", {"fwmark": 8}, {"event": "device-changed", "fwmark": 8}),
            ("a peer is added",
             {"peers": [{"public-key": key.hex(), "allowedips": [allowed("10.79.0.0/24")]}]},
             {"event": "peer-added", "event-more": 0}),
            ("a peer is removed", {"peers": [{"public-key": key.hex(), "flags": ["remove-me"]}]},
             {"event": "peer-removed", "event-reason": "asked"})):
        mouth.do("set-device", {"ifname": dev} | request)
        event = next(heard, None)
        if not event:
            ktap.fail(f"{name}: ynl is told", expected, "nothing for 30 s")
            return
        told = event["msg"]
        expected |= {"ifname": dev, "event-portid": mouth.sock.getsockname()[0]}
        ktap.equal(f"{name}: what ynl is told", ("event", expected),
                   (event["name"], {name: told.get(name) for name in expected}))
        ktap.equal(f"{name}: nothing that the yaml does not list", set(),
                   told.keys() - set(ear.ntfs["event"]["event"]["attributes"]))
        ktap.between(f"{name}: time of the event, s before now", 0, 30,
                     time.time() - told["event-time"]["sec"])
        (number,) = {message["event-number"]
                     for message in mouth.dump("get-device", {"ifname": dev})
                     if "event-number" in message}
        ktap.equal(f"{name}: its number is that of a dump", number, told["event-number"])
        if "peers" in request:
            ((peer,),) = [element.values() for element in told["peers"]]
            ktap.equal(f"{name}: its key", key, bytes.fromhex(peer["public-key"]))


def ways(dev):
    """Candidates of a peer, and where it may be followed to, are set, and dumped."""
    client, key = ynl.YnlFamily(str(SPEC), schema=""), os.urandom(32).hex()
    here, there = nl.endpoint("fd00::7", 2).hex(), nl.endpoint("192.0.2.7", 1).hex()
    within = [allowed("192.0.2.0/24"), allowed("fd00::/8")]
    client.do("set-device", {"ifname": dev, "peers": [
        {"public-key": key, "endpoint": here, "silent-s": 5, "sources": within,
         "candidates": [{"endpoint": there, "preference": 9}, {"endpoint": here}]}]})
    peer, = (peer for message in client.dump("get-device", {"ifname": dev})
             for element in message.get("peers", []) for peer in element.values()
             if bytes.fromhex(peer["public-key"]).hex() == key)
    found = [one for element in peer.get("candidates", []) for one in element.values()]
    ktap.equal("ynl sets candidates: they are dumped by preference, with that in use", [
        (here, {"preference": 0, "in-use": True}), (there, {"preference": 9})
    ], [(bytes.fromhex(one.pop("endpoint")).hex(), one) for one in found])
    ktap.equal("ynl sets sources: they are dumped, and that the peer is followed within them",
               ("within", within, 5),
               (peer.get("follow"), [one for element in peer.get("sources", [])
                                     for one in element.values()], peer.get("silent-s")))
    got = raised(client.do, "set-device", {"ifname": dev, "peers": [
        {"public-key": key, "rekey-now": True}]}, accept=ynl.YnlException)
    ktap.true("ynl sends rekey-now while the link is down: refused",
              got in (None, errno.ENETDOWN), "ENETDOWN", errno.errorcode.get(got, got))
    client.do("set-device", {"ifname": dev, "peers": [
        {"public-key": key, "flags": ["remove-me"]}]})


def beyond(spec, attr):
    """Values just beyond what the yaml says that the kernel checks."""
    for check, value in (("exact-len", lambda limit: bytes(limit - 1)),
                         ("max-len", lambda limit: ("x" if attr.type == "string" else b"x") *
                          (limit + 1)),
                         ("max", lambda limit: limit + 1),
                         ("flags-mask", lambda limit: limit + 1)):
        allowed_value = limit(spec, attr, check)
        if allowed_value is not None:
            yield f"{attr.name}: {check}", value(allowed_value)


def checks(dev):
    """What the yaml says of limits holds."""
    client = ynl.YnlFamily(str(SPEC), schema="")
    key, before, accepted, tried = os.urandom(32), shown(dev), [], 0
    for op, name, wrap in (
            ("set-device", "device-set", lambda part: part),
            ("set-device", "peer-set", lambda part: {"peers": [{"public-key": key} | part]}),
            ("set-device", "allowedip", lambda part: {"peers": [
                {"public-key": key, "allowedips": [allowed("10.80.0.0/24") | part]}]}),
            ("knock-refuse", "knock-refuse", lambda part: {"knock": {"id": 1} | part})):
        for attr in client.attr_sets[name].attrs.values():
            for what, value in beyond(client, attr):
                tried += 1
                if raised(client.do, op, {"ifname": dev} | wrap({attr.name: value}),
                          accept=ynl.YnlException) == 0:
                    accepted.append(f"{name}: {what}")
    ktap.true("limits of the yaml were tried", tried >= 8, "8 or more", tried)
    ktap.equal("what is beyond a limit of the yaml is refused", [], accepted)
    ktap.equal("what is beyond a limit of the yaml changes nothing", before, shown(dev))


def knocks(dev):
    """The commands about knocks are sent."""
    first, second = (ynl.YnlFamily(str(SPEC), schema="") for _ in range(2))
    link, one = {"ifname": dev}, {"ifname": dev, "knock": {"id": 1, "seconds": 1}}
    for name, action, arguments, expected in (
            ("knock-get without knock-listen", first.do, ("knock-get", link), errno.ENOTCONN),
            ("knock-listen", first.do, ("knock-listen", link), 0),
            ("knock-listen of another", second.do, ("knock-listen", link), errno.EBUSY),
            ("knock-get, no knock", first.do, ("knock-get", link), errno.EAGAIN),
            ("knock-refuse, no such knock", first.do, ("knock-refuse", one), errno.ESTALE)):
        got = raised(action, *arguments)
        ktap.equal(f"ynl sends {name}", errno.errorcode.get(expected, "ok"),
                   errno.errorcode.get(got, "ok"))
    first.close()
    second.close()


GROUPS = {"schema": (schema,), "header": (header,), "module": (module,),
          "client": (configure, events, ways, checks, knocks)}


def main():
    if len(sys.argv) < 3 or sys.argv[2] not in GROUPS:
        sys.exit(__doc__)
    for case in GROUPS[sys.argv[2]]:
        ktap.run_case(case, *sys.argv[3:])
    ktap.finish()


if __name__ == "__main__":
    if len(sys.argv) > 1:
        sys.path.insert(0, f"{sys.argv[1]}/pyynl")
        import lib as ynl
    main()
