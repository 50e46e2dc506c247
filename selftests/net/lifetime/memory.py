#!/usr/bin/python3
# SPDX-License-Identifier: GPL-2.0
"""Gives a link COUNT idle peers with one allowed IP each and measures what they
cost. Run by memory.sh. On a kernel with KASAN bytes are not judged: its red zones and
its quarantine are not the link's.

    memory.py DEV COUNT
"""
import os
import sys
import time

from cvtest import ktap, netlink as nl

LIMIT_BYTES = 1024
PER_MESSAGE = 200


def settle():
    """Lets the kernel free what it can, so that two looks can be compared."""
    os.sync()
    for _ in range(3):
        with open("/proc/sys/vm/drop_caches", "w", encoding="ascii") as file:
            file.write("3")
        time.sleep(1)


def kilobytes(*names):
    with open("/proc/meminfo", encoding="ascii") as file:
        table = dict(line.split(":") for line in file)
    return sum(int(table[name].split()[0]) for name in names)


def threads():
    return sum(1 for pid in os.listdir("/proc") if pid.isdigit() and
               not os.path.exists(f"/proc/{pid}/exe"))


def has_kasan():
    with open("/proc/kallsyms", encoding="ascii") as file:
        return any(line.split()[2] == "kasan_report" for line in file)


def add(client, dev, first, count):
    for start in range(first, first + count, PER_MESSAGE):
        peers = [nl.peer(nl.key(), nl.nest(nl.PEER_IPS, nl.allowed_ip(
            f"10.{n >> 16}.{n >> 8 & 255}.{n & 255}/32")))
            for n in range(start, min(start + PER_MESSAGE, first + count))]
        client.set(nl.attr(nl.IFNAME, dev), nl.nest(nl.PEERS, *peers))


def kernel_memory():
    return kilobytes("Slab", "VmallocUsed", "Percpu", "KernelStack")


def main():
    dev, count, plain = sys.argv[1], int(sys.argv[2]), not has_kasan()
    client = nl.Client(ktap.KIND)
    add(client, dev, 1 << 20, 400)  # so that Python and the caches are warm
    settle()
    free, kernel, workers = kilobytes("MemFree"), kernel_memory(), threads()
    begin = time.monotonic()
    add(client, dev, 0, count)
    took = time.monotonic() - begin
    settle()
    cost = (free - kilobytes("MemFree")) * 1024 / count
    slab = (kernel_memory() - kernel) * 1024 / count
    ktap.note(f"{count} peers: {cost:.0f} bytes of free memory each, {slab:.0f} of slab, "
              f"vmalloc and per-CPU memory; {took * 1e6 / count:.0f} us each to add")
    if plain:
        ktap.between("bytes of free memory that an idle peer takes", 0, LIMIT_BYTES, cost)
        ktap.between("bytes of slab, vmalloc and per-CPU memory that an idle peer takes", 0,
                     LIMIT_BYTES, slab)
    ktap.between(f"kernel threads that {count} peers add", -20, 8, threads() - workers)
    ktap.equal(f"peers in a dump of {count} and 400", count + 400, len(client.dump(dev)["peers"]))
    begin = time.monotonic()
    ktap.command("ip", "link", "del", dev)
    ktap.between("seconds to delete the link with all its peers", 0, 1 if plain else 10,
                 time.monotonic() - begin)
    settle()
    # Free memory would include Python's own, which has grown by the dump.
    left = (kernel_memory() - kernel) * 1024 / count
    ktap.note(f"{left:.0f} bytes per peer are left after the link is deleted")
    if plain:
        ktap.between("bytes per peer left after the link is deleted", -64 * LIMIT_BYTES, 100, left)


main()
